//! The answer about a change of a snapshot: who gains and who loses access.

use super::layers::LayersReport;
use super::who::{context_of, open_code, why_open_part};
use crate::check::{CanVerdict, ChangeEntry, Gains, WhoKind};
use crate::code::Code;
use crate::evaluate::{Options, decide_layers};
use crate::explain::display::{counted, one_line};
use crate::policy::Document;
use crate::report::issue::{Issue, Kind, Status, Subject};
use crate::request::Request;
use crate::snapshot::{Gap, GapKind, Snapshot};
use std::collections::BTreeSet;

/// The answer about a change, with what it is about.
#[derive(Clone, Debug)]
pub struct SnapshotChange<'a> {
    /// The command: `check-no-new-access` or `diff`.
    pub command: &'static str,
    /// The arguments that name the snapshots.
    pub names: Vec<&'a str>,
    /// The snapshots, in the order of their names.
    pub snapshots: Vec<&'a Snapshot>,
    /// The steps of the change in words; none between two snapshots.
    pub steps: Vec<String>,
    /// Those who gain access.
    pub gained: &'a Gains<'a>,
    /// Those who lose access, if they are asked about.
    pub lost: Option<&'a Gains<'a>>,
    /// A fact that was collected and that the answer does not look at, because of which it is open.
    pub not_compared: Option<String>,
    /// Remarks about the plan or template that is the change, if one is.
    pub planned: Option<PlanRemarks>,
    /// True if the question names resources.
    pub names_resources: bool,
    /// The number of groups shown in text.
    pub most: usize,
}

/// Remarks about a plan or template that is a change.
#[derive(Clone, Debug, Default)]
pub struct PlanRemarks {
    /// The changes that were not taken over, and why; with one of them the answer is open.
    pub open: Vec<String>,
    /// True if names are taken to be those of the resources that the plan refers to for them.
    pub assumes_references: bool,
}

/// Entries with the same request.
#[derive(Clone, Debug)]
pub struct EntryGroup<'a> {
    /// Their kind.
    pub kind: WhoKind,
    /// The entries.
    pub entries: Vec<&'a ChangeEntry<'a>>,
}

impl<'a> EntryGroup<'a> {
    /// Returns the first entry, which stands for the group.
    pub fn first(&self) -> Option<&'a ChangeEntry<'a>> {
        self.entries.first().copied()
    }

    /// Returns the number of accounts of its entries.
    pub fn accounts(&self) -> usize {
        let mut accounts: Vec<&str> =
            self.entries.iter().filter_map(|entry| entry.account.as_deref()).collect();
        accounts.sort_unstable();
        accounts.dedup();
        accounts.len()
    }
}

/// Returns the request of an entry, if it has one.
pub(in crate::report) fn request<'e>(entry: &'e ChangeEntry<'_>) -> Option<&'e Request> {
    match &entry.part.answer.verdict {
        CanVerdict::Can(witness) => Some(witness.request()),
        CanVerdict::Cannot(_) | CanVerdict::Unknown(_) => None,
    }
}

/// Sorts entries into groups with the same kind, action and resource, in the order of the entries.
pub(in crate::report) fn groups<'a>(entries: &'a [ChangeEntry<'a>]) -> Vec<EntryGroup<'a>> {
    let mut groups: Vec<EntryGroup<'a>> = Vec::new();
    for entry in entries {
        let call = |entry: &'a ChangeEntry<'a>| request(entry).map(|own| (&own.action, &own.resource));
        let is_alike = |group: &&mut EntryGroup<'a>| {
            let is_member = matches!(entry.kind, WhoKind::User | WhoKind::Role);
            is_member
                && group.kind == entry.kind
                && group.first().is_some_and(|first| call(first) == call(entry))
        };
        match groups.iter_mut().find(is_alike) {
            Some(group) => group.entries.push(entry),
            None => groups.push(EntryGroup { kind: entry.kind, entries: vec![entry] }),
        }
    }
    groups
}

/// Returns the documents that decide about an entry, on both sides, and those that limit the requests in question.
pub(in crate::report) fn documents<'e>(entry: &'e ChangeEntry<'_>) -> Vec<&'e Document> {
    let part = &entry.part;
    let before = part.before.iter().flat_map(|layers| layers.documents());
    let all = part.layers.documents().chain(before).map(|document| document.document());
    all.chain(&part.wanted.scope).collect()
}

/// Returns the part of each layer in the decisions about the request of an entry: after the change, and before it.
pub(in crate::report) fn traces<'e>(
    entry: &'e ChangeEntry<'_>,
) -> Option<(LayersReport<'e>, Option<LayersReport<'e>>)> {
    let request = request(entry)?;
    let options = Options::for_documents(&documents(entry));
    let traced = |layers: &'e crate::policy::Layers<crate::check::DocumentRef<'_>>| {
        let layers = layers.map(|document| document.document());
        let mut own = request.clone();
        own.hidden.boundary = layers.boundary.is_some();
        let layered = decide_layers(&layers, &own, &options);
        LayersReport::new(&layers, &own, layered)
    };
    Some((traced(&entry.part.layers), entry.part.before.as_ref().map(traced)))
}

/// Returns what an entry can do, or why that is not known.
pub(in crate::report) fn call(entry: &ChangeEntry<'_>) -> String {
    match request(entry) {
        Some(request) => one_line(&format!("{} on {}", request.action, request.resource)),
        None => why_open_part(&entry.part.answer.verdict, &entry.part.gaps),
    }
}

/// Returns the context of the request of an entry on one line.
pub(in crate::report) fn context(entry: &ChangeEntry<'_>) -> String {
    request(entry).map_or_else(String::new, |request| context_of(&documents(entry), request))
}

impl<'a> SnapshotChange<'a> {
    /// The ways to access that the answer does not cover.
    pub const NOT_LOOKED_AT: [&'static str; 8] = [
        "sessions with session policies",
        "sessions of GetFederationToken and AssumeRoot",
        "VPC endpoints",
        "tags of resources",
        "S3 access points and Access Grants",
        "ACLs",
        "RAM",
        "Block Public Access",
    ];

    fn sides(&self) -> impl Iterator<Item = (&'static str, &'a Gains<'a>)> {
        [("gained", Some(self.gained)), ("lost", self.lost)]
            .into_iter()
            .filter_map(|(name, side)| Some((name, side?)))
    }

    /// Returns the names of the directions with what is known of each.
    pub fn directions(&self) -> Vec<(&'static str, &'a Gains<'a>)> {
        self.sides().collect()
    }

    /// True if nobody else gains or loses access: proved.
    pub fn is_complete(&self) -> bool {
        self.not_compared.is_none()
            && self.not_taken_over().is_empty()
            && self.sides().all(|(_, side)| side.is_complete())
    }

    /// Returns the status, and its name in JSON.
    pub fn status(&self) -> (Status, &'static str) {
        let is_shown = self.sides().any(|(_, side)| !side.entries.is_empty());
        match (self.command, is_shown, self.is_complete()) {
            // A list of differences that may be longer is not final; one gain is enough for a FAIL.
            ("diff", _, false) => (Status::Unknown, "UNKNOWN"),
            ("diff", true, true) => (Status::Fail, "DIFFERENT"),
            ("diff", false, true) => (Status::Pass, "SAME"),
            (_, true, _) => (Status::Fail, "FAIL"),
            (_, false, true) => (Status::Pass, "PASS"),
            (_, false, false) => (Status::Unknown, "UNKNOWN"),
        }
    }

    /// Returns the changes of a plan that were not taken over, and why.
    pub fn not_taken_over(&self) -> &[String] {
        self.planned.as_ref().map_or(&[], |planned| &planned.open)
    }

    /// Returns the names of the assumptions.
    pub fn assumptions(&self) -> BTreeSet<&'static str> {
        let of_sides = self.sides().flat_map(|(_, side)| &side.assumptions).map(|own| own.0);
        let of_plan = self.planned.as_ref().filter(|planned| planned.assumes_references);
        of_sides.chain(of_plan.map(|_| Code::PlainReferences)).map(Code::as_str).collect()
    }

    /// Returns the answer in one sentence.
    pub fn sentence(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        for (name, side) in self.sides() {
            let (one, several) = if name == "gained" { ("gains", "gain") } else { ("loses", "lose") };
            let listed = match side.entries.len() {
                0 => format!("nobody is shown to {several} access"),
                1 => format!("1 {one} access"),
                many => format!("{many} {several} access"),
            };
            parts.push(match (side.open.len(), side.entries.len()) {
                (0, 0) => format!("nobody {one} access (proved)"),
                (0, _) => format!("{listed}, and nobody else (proved)"),
                (open, _) => format!("{listed}; NOT complete: {open} of whom it is not known"),
            });
        }
        if let Some(what) = &self.not_compared {
            parts.push(format!("NOT complete: {what}"));
        }
        match self.not_taken_over().len() {
            0 => {}
            1 => parts.push("NOT complete: a change was not taken over".to_owned()),
            several => parts.push(format!("NOT complete: {several} changes were not taken over")),
        }
        let of = format!(
            "asked about {} in {}, and everybody outside",
            counted(self.gained.principals, "principal"),
            counted(self.gained.accounts, "account")
        );
        format!("{}. {} ({of})", self.status().1, parts.join("; "))
    }

    /// Returns what to ask instead, if of some nothing is missing but the policies of resources that the snapshot does not hold.
    pub fn advice(&self) -> Option<String> {
        let open: Vec<&ChangeEntry<'_>> = self.sides().flat_map(|(_, side)| &side.open).collect();
        let snapshot = self.snapshots.first()?;
        let arn = snapshot.resources.keys().next();
        let is_elsewhere = |gap: &Gap| match gap.kind {
            GapKind::Owner => true,
            // The policy of a resource that the snapshot holds has the name of the resource, or of what a plan makes of it.
            GapKind::ResourcePolicy => gap.of.starts_with("resources "),
            _ => false,
        };
        let is_only_that = |entry: &&ChangeEntry<'_>| {
            !entry.part.gaps.is_empty() && entry.part.gaps.iter().all(is_elsewhere)
        };
        let elsewhere = open.iter().filter(|entry| is_only_that(entry)).count();
        if self.names_resources || elsewhere == 0 {
            return None;
        }
        let example = arn.map_or_else(String::new, |arn| format!(", such as --resource '{arn}'"));
        let (of, rest) = match open.len() - elsewhere {
            0 => (String::new(), ""),
            _ => (format!("for {elsewhere} of these {}, ", open.len()), "; the others need the calls above"),
        };
        Some(format!(
            "{of}only policies of resources that the snapshot does not hold are missing: ask about resources that it holds{example}; or \
             collect all policies of a service, say so in coverage.json, and ask about its actions{rest}"
        ))
    }

    /// Returns the issues: each group of those who gain or lose, and each of whom it is not known.
    pub fn issues(&self) -> Vec<Issue> {
        let mut issues = Vec::new();
        for (name, side) in self.sides() {
            let code = match (self.command, name) {
                ("diff", "gained") => Code::AccessGained,
                ("diff", _) => Code::AccessLost,
                _ => Code::NewAccess,
            };
            for entry in &side.entries {
                let verb = if name == "gained" { "gains" } else { "loses" };
                let call = call(entry);
                let title = one_line(&format!("{} {verb} {call}", entry.who));
                let prints = [code.as_str(), &*entry.who, &*call];
                issues.push(Issue::new(Kind::Finding, code, title).with_fingerprint(&prints));
            }
            issues.extend(side.open.iter().map(|entry| {
                let verb = if name == "gained" { "gains" } else { "loses" };
                let title = format!("it is not known if {} {verb} access: {}", entry.who, call(entry));
                let code = open_code(&entry.part.answer.verdict, &entry.part.gaps);
                Issue::new(Kind::Unknown, code, one_line(&title))
            }));
        }
        issues.extend(
            self.not_compared
                .iter()
                .chain(self.not_taken_over())
                .map(|what| Issue::new(Kind::Unknown, Code::IncompleteSnapshot, one_line(what))),
        );
        issues
    }

    /// Converts the answer to the common form of all formats.
    pub fn subject(&self) -> Subject {
        Subject {
            name: self.names.join(" "),
            file: None,
            rule: None,
            status: self.status().0,
            message: one_line(&self.sentence()),
            issues: self.issues(),
        }
    }
}
