//! `minimise`: a shorter policy that is proved to allow and deny the same requests.

use super::certificate;
use super::fix::titles;
use super::quota::{Quota, quotas};
use super::rewrite::{NewFile, PolicyText, Rewritten};
use crate::check::{self, Droppable, Minimised, Options, size_in_iam};
use crate::cli::Exit;
use crate::cli::args::{Format, MinimiseArgs};
use crate::cli::input::{Input, Reader, Standing, gather};
use crate::cli::output::Output;
use crate::explain::display::counted;
use crate::index::broken;
use crate::limits::InputLimits;
use crate::policy::{Document, PolicyType, compact, parse};
use crate::report::Failure;
use crate::span::Source;
use crate::surface::{deadline, documents, each, fit, isolated};
use serde_json::{Value, json};

/// The largest number of removed parts that are named.
const MOST_NAMED: usize = 6;

/// A policy with its shorter form.
struct Short {
    text: PolicyText,
    /// The shorter form, in the wanted layout.
    document: Document,
    found: Minimised,
    quotas: Vec<Quota>,
}

pub(crate) fn run(args: &MinimiseArgs, output: &mut Output) -> Result<Exit, Failure> {
    refuse(args)?;
    let inputs = gather(&mut Reader::new(&args.container), &args.policies, "policy", &args.container);
    let is_shown = !args.write && !args.diff;
    if is_shown && inputs.list.len() > 1 {
        return Err(Failure::validation(
            "several policies are not printed as one text: choose one, or use `--write` or `--diff`",
        ));
    }
    if let Some(input) = inputs.list.iter().find(|input| !is_shown && input.name.starts_with('<')) {
        return Err(Failure::validation(format!(
            "`--write` and `--diff` change files, and {} is not a file",
            input.name
        )));
    }
    let outcomes = each(&inputs.list, args.jobs, |input| short(input, args));
    let (mut exit, mut answers, mut rewritten) = (Exit::Success, Vec::new(), Vec::new());
    for (input, outcome) in inputs.list.iter().zip(outcomes) {
        let short = match outcome {
            Ok(Some(short)) => short,
            Ok(None) => continue,
            Err(failure) if is_shown => return Err(failure),
            Err(failure) if failure.open.is_some() => {
                output.note(&format!("{}: not shortened: {}", input.name, failure.message));
                exit = exit.and(Exit::Unknown);
                continue;
            }
            Err(failure) => {
                output.failure(&failure);
                exit = exit.and(Exit::Error);
                continue;
            }
        };
        if short.found.exhausted.is_some() {
            exit = exit.and(Exit::Unknown);
        }
        let proof = short.found.proof.iter().flat_map(|proof| [&proof.left, &proof.right]);
        let certificates = proof.filter_map(check::Answer::certificate);
        certificate::write_all(args.certificate.as_deref(), certificates, false, output)?;
        match output.format {
            Format::Json => answers.push(short.json(&input.name)),
            _ => output.note(&format!("{}{}", short.sentence(&input.name), short.advice(is_shown))),
        }
        if is_shown && output.format != Format::Json {
            output.text(&format!("{}\n", short.document.source.text().trim_end()))?;
        }
        if short.is_changed() {
            rewritten.push(Rewritten { text: short.text, document: short.document });
        }
    }
    for (names, file) in if is_shown { Vec::new() } else { NewFile::all(rewritten, &args.container) } {
        let refused = |why: String| Failure::validation(format!("{}: not written: {why}", names.join(", ")));
        let done = file.map_err(refused).and_then(|file| match args.write {
            true => file.write(),
            false => {
                exit = exit.and(Exit::Finding);
                output.text(&file.patch())
            }
        });
        if let Err(failure) = done {
            output.failure(&failure);
            exit = exit.and(Exit::Error);
        }
    }
    if output.format == Format::Json {
        output.json(Value::from(answers))?;
    }
    Ok(exit)
}

/// Refuses flags under which the proof would not be one for every request, and formats without a policy.
fn refuse(args: &MinimiseArgs) -> Result<(), Failure> {
    if args.semantics.assume_heuristics || args.semantics.boundary.is_some() {
        return Err(Failure::validation(
            "the shorter policy has to mean the same for every request: leave out `--assume-heuristics` and `--boundary`",
        ));
    }
    if matches!(args.output.format, Format::Pipeline(_)) {
        return Err(Failure::validation("the answer is a policy: use `--format text` or `--format json`"));
    }
    if args.certificate.is_some() && args.policies.len() > 1 {
        return Err(Failure::validation("`--certificate` is for one policy"));
    }
    Ok(())
}

/// Returns the shorter form of a policy; `None` if it is skipped.
fn short(input: &Input, args: &MinimiseArgs) -> Result<Option<Short>, Failure> {
    match &input.standing {
        Standing::Skipped(_) => return Ok(None),
        Standing::Open(issue, why) => return Err(Failure::undecided((**issue).clone(), why.clone())),
        Standing::Judged | Standing::Created | Standing::Deleted => {}
    }
    let entry = input.entry.as_ref();
    if entry.is_some_and(|entry| entry.sensitive) && !args.container.show_sensitive {
        return Err(Failure::validation(format!(
            "the file marks {} as sensitive: `--show-sensitive` shows it",
            input.name
        )));
    }
    let read = input.read.as_ref().map_err(Failure::clone)?;
    let [document] = documents([read])?;
    let kind = entry.and_then(|entry| entry.kind);
    let mut options = Options {
        certificate: args.certificate.is_some(),
        certify: args.certify,
        ..args.semantics.options()
    };
    options.policy_type = options.policy_type.or(kind.map(|kind| kind.policy_type()));
    options.limits.deadline = deadline(args.timeout);
    fit(&[document], options.policy_type)?;
    let text = PolicyText::of(input, document)
        .map_err(|why| Failure::validation(format!("{} is not shortened: {why}", input.name)))?;
    let droppable = Droppable { sids: args.drop_sids };
    let found = isolated(|| check::minimise(&text.source, droppable, &options))?;
    let Ok(found) = found else { broken("the text of a policy was read before") };
    if let Some(message) = &found.internal {
        return Err(Failure::internal(format!("this is a fault of iamsat, please report it: {message}")));
    }
    let document = if args.compact { compacted(&found.document) } else { found.document.clone() };
    let policy_type = options.policy_type.unwrap_or_else(|| PolicyType::infer([&document]));
    Ok(Some(Short { text, document, found, quotas: quotas(policy_type, kind) }))
}

/// Returns a document without white space between its tokens.
fn compacted(document: &Document) -> Document {
    let source = Source::new(document.source.name(), compact(document.source.text()));
    match parse(&source, &InputLimits::default()) {
        Ok(short) if short.to_string() == document.to_string() => short,
        Ok(_) | Err(_) => broken("white space between tokens has no meaning"),
    }
}

impl Short {
    fn is_changed(&self) -> bool {
        self.document.source.text() != self.text.source.text()
    }

    /// Returns the lengths before and after, as IAM counts them.
    fn sizes(&self) -> (usize, usize) {
        (size_in_iam(self.text.source.text()), size_in_iam(self.document.source.text()))
    }

    fn removed(&self) -> usize {
        self.found.removed.iter().map(|round| round.defects.len()).sum()
    }

    /// Names the removed parts, if they are few: each with the reason.
    fn parts(&self) -> String {
        if self.removed() > MOST_NAMED {
            return String::new();
        }
        let rounds = self.found.removed.iter();
        let named = rounds.flat_map(|round| {
            let of = (round.document.source.name(), PolicyType::infer([&round.document]));
            titles(&round.document, round.defects.clone(), of, &Options::default())
        });
        named.map(|issue| issue.title).collect::<Vec<_>>().join("; ")
    }

    /// Says by how much the policy is shorter, and which quotas it fits.
    fn sentence(&self, name: &str) -> String {
        let (before, after) = self.sizes();
        let mut text = match after < before {
            true => {
                let percent = (before - after) * 100 / before;
                let done = [
                    (self.removed(), "part", "removed"),
                    (self.found.merged, "statement", "merged"),
                    (self.found.respelled, "spelling", "shortened"),
                ];
                let done = done.into_iter().filter(|(count, ..)| *count > 0);
                let done: Vec<String> =
                    done.map(|(count, what, how)| format!("{} {how}", counted(count, what))).collect();
                let parts = self.parts();
                let parts = if parts.is_empty() { parts } else { format!(" ({parts})") };
                format!(
                    "{name}: {after} characters without white space instead of {before} ({percent} % less): {}{parts}; it \
                     allows and denies exactly the same (proved)",
                    done.join(", ")
                )
            }
            false => format!("{name}: {before} characters without white space; nothing shorter was found"),
        };
        let quotas: Vec<String> = self.quotas.iter().filter_map(|quota| self.quota(quota)).collect();
        match quotas.is_empty() {
            true => {
                let met: Vec<String> =
                    self.quotas.iter().map(|quota| format!("{} ({})", quota.name, quota.most)).collect();
                text.push_str(&format!("; it is within the size limit of {}", met.join(", ")));
            }
            false => text.push_str(&format!("; quotas: {}", quotas.join(", "))),
        }
        if let Some(limit) = self.found.exhausted {
            text.push_str(&format!("; the search was cut short ({})", limit.code()));
        }
        text
    }

    /// Says of a quota that it is or was exceeded.
    fn quota(&self, quota: &Quota) -> Option<String> {
        let (before, after) = (self.text.source.text(), self.document.source.text());
        let state = match (quota.fits(before), quota.fits(after)) {
            (true, true) => return None,
            (false, true) => "met now".to_owned(),
            (_, false) => format!("exceeded by {}", counted(quota.size(after) - quota.most, "character")),
        };
        Some(format!("{} ({}) {state}", quota.name, quota.most))
    }

    /// Says how to take over a shorter policy that was only printed.
    fn advice(&self, is_shown: bool) -> &'static str {
        if is_shown && self.is_changed() { "; the file is unchanged: `--write` writes it" } else { "" }
    }

    fn json(&self, name: &str) -> Value {
        let (before, after) = self.sizes();
        let text = self.document.source.text();
        let quota = |quota: &Quota| {
            json!({
                "name": quota.name,
                "most": quota.most,
                "size": quota.size(text),
                "fits": quota.fits(text),
                "fitBefore": quota.fits(self.text.source.text()),
            })
        };
        json!({
            "file": name,
            "policy": text,
            "sizeBefore": before,
            "size": after,
            "removed": self.removed(),
            "merged": self.found.merged,
            "respelled": self.found.respelled,
            "proved": self.found.proof.is_some(),
            "quotas": self.quotas.iter().map(quota).collect::<Vec<_>>(),
            "cutShort": self.found.exhausted.map(|limit| limit.code().as_str()),
        })
    }
}
