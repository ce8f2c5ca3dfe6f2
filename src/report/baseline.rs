//! Baselines: lists of accepted findings, each with its reason.
//!
//! A finding is accepted for one input, one check and one statement as written. A changed statement must be accepted again. Only
//! findings can be accepted; undecided questions and invalid inputs cannot.

use super::day::Day;
use super::failure::Failure;
use super::issue::{Issue, Kind, Report, Status};
use super::paths::relative;
use crate::code::Code;
use crate::index::broken;
use crate::span::{Source, Span};
use serde::{Deserialize, Serialize};

/// The version of the file format; other versions are refused.
const VERSION: u32 = 1;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    accepted: Vec<Entry>,
}

/// One accepted finding.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// The name of the finding: [`Issue::fingerprint`].
    fingerprint: String,
    /// The command that found it.
    check: String,
    /// The reference policy with which it was compared, if there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    /// The input.
    file: String,
    /// The finding, for people.
    #[serde(default)]
    finding: String,
    /// Why it is accepted.
    reason: String,
    /// The first day on which it is not accepted any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<Day>,
    #[serde(skip)]
    used: bool,
}

impl Entry {
    fn is_expired(&self, today: Option<Day>) -> bool {
        self.expires.zip(today).is_some_and(|(expires, today)| expires <= today)
    }
}

/// The list of accepted findings.
///
/// ```
/// use iamsat::{report::baseline::Baseline, span::Source};
/// let text = r#"{"version": 1, "accepted": [{"fingerprint": "0f", "check": "check-no-new-access",
///     "file": "p.json", "reason": ""}]}"#;
/// // An accepted finding needs a reason.
/// assert!(Baseline::parse(&Source::new("known.json", text)).is_err());
/// ```
#[derive(Clone, Debug)]
pub struct Baseline {
    source: Source,
    entries: Vec<Entry>,
    today: Option<Day>,
}

impl Baseline {
    /// Makes an empty list.
    pub fn empty(source: Source) -> Baseline {
        Baseline { source, entries: Vec::new(), today: None }
    }

    /// Reads a list.
    ///
    /// # Errors
    /// The text is not a list of this version, or an entry has no reason.
    pub fn parse(source: &Source) -> Result<Baseline, Failure> {
        let refused = |why: String| {
            Failure::validation(format!("{} is not a list of accepted findings: {why}", source.name()))
        };
        let file: File = serde_json::from_str(source.text()).map_err(|error| refused(error.to_string()))?;
        if file.version != VERSION {
            return Err(refused(format!("its version is {}, not {VERSION}", file.version)));
        }
        if let Some(entry) = file.accepted.iter().find(|entry| entry.reason.trim().is_empty()) {
            return Err(refused(format!(
                "the entry with the fingerprint {} has no reason",
                entry.fingerprint
            )));
        }
        Ok(Baseline { source: source.clone(), entries: file.accepted, today: None })
    }

    /// Sets the day on which entries are compared with the days on which they expire. Without one, no entry expires.
    #[must_use]
    pub fn on(self, today: Option<Day>) -> Baseline {
        Baseline { today, ..self }
    }

    /// Marks the listed findings of every input as accepted.
    pub fn apply(&mut self, report: &mut Report) {
        for subject in &mut report.subjects {
            let file = relative(&subject.name, report.directory.as_deref());
            for issue in subject.issues.iter_mut().filter(|issue| issue.is_acceptable()) {
                let same = |entry: &&mut Entry| {
                    entry.fingerprint == issue.fingerprint
                        && entry.check == report.command
                        && entry.rule == subject.rule
                        && entry.file == file
                };
                let today = self.today;
                for entry in self.entries.iter_mut().filter(same) {
                    entry.used = true;
                    if !entry.is_expired(today) {
                        issue.accepted.get_or_insert_with(|| entry.reason.clone());
                    }
                }
            }
        }
    }

    /// Warns of every entry that is expired, and of those for which [`Baseline::apply`] found nothing although their input was
    /// checked or is gone.
    pub fn stale(&self, report: &Report, exists: impl Fn(&str) -> bool) -> Vec<Issue> {
        let mut searched_to = 0;
        let mut issues = Vec::new();
        for entry in &self.entries {
            let place = self.place(entry, searched_to);
            searched_to = place.end as usize;
            if entry.used && entry.is_expired(self.today) && entry.check == report.command {
                let title = format!("the acceptance of a finding in {} has expired", entry.file);
                let issue = Issue::new(Kind::Warning, Code::ExpiredAcceptance, title);
                let issue = issue.at(&self.source, place, "is not accepted any more");
                issues.push(issue.with_note("help", "fix the finding, or accept it again with a later day"));
            }
            if is_stale(entry, report, &exists) {
                let title = format!("an accepted finding is not found any more in {}", entry.file);
                let label = "matches nothing: it was fixed, or the statement has changed";
                let issue =
                    Issue::new(Kind::Warning, Code::StaleAcceptance, title).at(&self.source, place, label);
                issues.push(
                    issue.with_note("help", "remove the entry, or rewrite the list with --write-baseline"),
                );
            }
        }
        issues
    }

    /// Finds the place of an entry's fingerprint; an empty place if it is written with escapes.
    fn place(&self, entry: &Entry, from: usize) -> Span {
        let quoted = format!("\"{}\"", entry.fingerprint);
        let found = self.source.text().get(from..).and_then(|rest| rest.find(&quoted));
        match found {
            Some(at) => Span::new(from + at, from + at + quoted.len()),
            None => Span::new(from, from),
        }
    }

    /// Writes the list that accepts all findings of a report. Reasons on this list are kept, new entries get `reason`. An expired
    /// entry whose finding is still there becomes a new one, which does not expire. Entries about inputs that were not checked stay.
    pub fn updated(&self, report: &Report, reason: &str, exists: impl Fn(&str) -> bool) -> String {
        // The finding of an entry that was used is in the report.
        let is_renewed =
            |entry: &Entry| entry.used && entry.is_expired(self.today) && entry.check == report.command;
        let stays = |entry: &&Entry| !is_stale(entry, report, &exists) && !is_renewed(entry);
        let mut entries: Vec<Entry> = self.entries.iter().filter(stays).cloned().collect();
        for subject in &report.subjects {
            let file = relative(&subject.name, report.directory.as_deref());
            let found = |issue: &&Issue| issue.is_acceptable() && issue.accepted.is_none();
            entries.extend(subject.issues.iter().filter(found).map(|issue| Entry {
                fingerprint: issue.fingerprint.clone(),
                check: report.command.to_owned(),
                rule: subject.rule.clone(),
                file: file.clone(),
                finding: match &issue.pointer {
                    Some(pointer) => format!("{} at {pointer}", issue.title),
                    None => issue.title.clone(),
                },
                reason: reason.to_owned(),
                expires: None,
                used: true,
            }));
        }
        entries.sort_by(|a, b| {
            (&a.file, &a.check, &a.rule, &a.fingerprint).cmp(&(&b.file, &b.check, &b.rule, &b.fingerprint))
        });
        entries.dedup_by(|b, a| {
            (&a.file, &a.check, &a.rule, &a.fingerprint) == (&b.file, &b.check, &b.rule, &b.fingerprint)
        });
        let file = File { version: VERSION, accepted: entries };
        match serde_json::to_string_pretty(&file) {
            Ok(text) => text + "\n",
            Err(_) => broken("a list of strings can be written as JSON"),
        }
    }
}

fn is_stale(entry: &Entry, report: &Report, exists: &impl Fn(&str) -> bool) -> bool {
    if entry.used || entry.check != report.command {
        return false;
    }
    let name = |name: &str| relative(name, report.directory.as_deref());
    let mut same = report.subjects.iter().filter(|s| name(&s.name) == entry.file && s.rule == entry.rule);
    match same.next() {
        // Without an answer, nobody knows if the finding still exists.
        Some(subject) => matches!(subject.status, Status::Pass | Status::Fail),
        None => !exists(&entry.file),
    }
}
