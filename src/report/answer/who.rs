//! The answer to `who-can`.

use crate::check::{CanVerdict, SnapshotAnswer, Wants, WhoAnswer, WhoEntry, WhoKind};
use crate::code::Code;
use crate::explain::display::{KeyNames, counted, one_line};
use crate::index::guaranteed;
use crate::policy::{Document, Statement};
use crate::report::issue::{Issue, Kind, Status, Subject};
use crate::request::Request;
use crate::snapshot::{Gap, Snapshot};
use crate::solve::UnknownReason;

/// Keys that follow from the requester.
const OF_REQUESTER: [&str; 4] =
    ["aws:principalisawsservice", "aws:principalaccount", "aws:principalarn", "aws:principaltype"];

/// The answer with what it is about.
#[derive(Clone, Debug)]
pub struct WhoCan<'a> {
    /// The argument that names the snapshot.
    pub name: &'a str,
    /// The snapshot.
    pub snapshot: &'a Snapshot,
    /// The answer.
    pub answer: &'a WhoAnswer<'a>,
    /// The requests in question.
    pub wants: &'a Wants,
    /// True for the entries that a list of allowed requesters has; none without such a list.
    pub allowed: Option<Vec<bool>>,
    /// The number of entries shown in text.
    pub most: usize,
}

impl<'a> WhoCan<'a> {
    /// The ways to access that the list does not cover.
    pub const NOT_LOOKED_AT: [&'static str; 6] = [
        "session policies",
        "sessions of GetFederationToken and AssumeRoot",
        "S3 access points and Access Grants",
        "ACLs",
        "RAM",
        "Block Public Access",
    ];

    /// Returns the question in words: `s3:GetObject on arn:aws:s3:::b/*`.
    pub fn question(&self) -> String {
        let resources = match self.wants.resources.is_empty() {
            true => "any resource".to_owned(),
            false => self.wants.resources.join(", "),
        };
        format!("{} on {resources}", self.wants.actions.join(", "))
    }

    /// True if all requests in question are of one action, which the question names.
    pub fn has_one_action(&self) -> bool {
        matches!(self.wants.actions.as_slice(), [action] if !action.contains(['*', '?']))
    }

    /// True if the question is about one action on one resource.
    pub(in crate::report) fn has_one_request(&self) -> bool {
        self.has_one_action()
            && matches!(self.wants.resources.as_slice(), [resource] if !resource.contains(['*', '?']))
    }

    /// Returns the request of an entry.
    pub(in crate::report) fn request<'e>(&self, entry: &'e WhoEntry<'_>) -> Option<&'e Request> {
        match &entry.answer.part.answer.verdict {
            CanVerdict::Can(witness) => Some(witness.request()),
            CanVerdict::Cannot(_) | CanVerdict::Unknown(_) => None,
        }
    }

    /// Returns the entries, each with true if it is allowed.
    pub(in crate::report) fn entries(&self) -> impl Iterator<Item = (&WhoEntry<'a>, bool)> {
        let allowed = |place: usize| {
            let allowed = self.allowed.as_ref().map(|allowed| allowed.get(place));
            allowed.is_some_and(|is_allowed| {
                *guaranteed(is_allowed, "each entry is compared with the allowed ones")
            })
        };
        self.answer.entries.iter().enumerate().map(move |(place, entry)| (entry, allowed(place)))
    }

    /// Returns the number of entries that are not allowed.
    pub fn beyond(&self) -> usize {
        self.entries().filter(|(_, is_allowed)| !is_allowed).count()
    }

    /// Returns the documents that decide about an entry.
    pub(in crate::report) fn documents<'e>(&self, entry: &'e WhoEntry<'_>) -> Vec<&'e Document> {
        let part = &entry.answer.part;
        part.layers.documents().map(|document| document.document()).chain(&part.wanted.scope).collect()
    }

    /// Returns the context of a request on one line.
    pub(in crate::report) fn context(&self, entry: &WhoEntry<'_>, request: &Request) -> String {
        context_of(&self.documents(entry), request)
    }

    /// Names for each key of the context of a request a statement that tests it, with its document.
    pub(in crate::report) fn testing<'e>(
        &self,
        entry: &'e WhoEntry<'_>,
        request: &Request,
    ) -> Vec<(String, usize, &'e Statement, &'e Document)> {
        let layers = &entry.answer.part.layers;
        let documents: Vec<&Document> = layers.documents().map(|document| document.document()).collect();
        let names = KeyNames::of(&documents);
        let statements = || {
            documents.iter().flat_map(|document| {
                document.statements.iter().enumerate().map(|(at, own)| (*document, at, own))
            })
        };
        let keys = request.context().filter(|(key, values)| is_shown(key, values));
        let tests = |statement: &Statement, key: &str| {
            statement.conditions.iter().any(|condition| *condition.key.value.name == *key)
        };
        keys.filter_map(|(key, _)| {
            let (document, at, statement) = statements().find(|(.., statement)| tests(statement, key))?;
            Some((names.name(key).into_owned(), at, statement, document))
        })
        .collect()
    }

    /// Returns the reasons why it is not known if a requester can.
    pub(in crate::report) fn why(&self, entry: &WhoEntry<'_>) -> String {
        why_open(&entry.answer)
    }

    /// Returns the answer in one sentence.
    pub fn sentence(&self) -> String {
        let answer = self.answer;
        let entries = match answer.entries.len() {
            0 => "nobody".to_owned(),
            1 => "1 entry".to_owned(),
            several => format!("{several} entries"),
        };
        let allowed = match self.allowed {
            Some(_) => format!(", {} beyond the allowed ones", self.beyond()),
            None => String::new(),
        };
        match answer.is_complete() {
            false => {
                format!("{entries}{allowed}, NOT complete: {} of whom it is not known", answer.open.len())
            }
            true => {
                let of = format!(
                    "{} in {}",
                    counted(answer.principals, "principal"),
                    counted(answer.accounts, "account")
                );
                let is_listed = |kind: &WhoKind| answer.entries.iter().any(|entry| entry.kind == *kind);
                let unlisted = answer.kinds.iter().filter(|kind| kind.is_outside() && !is_listed(kind));
                let outside: Vec<&str> = unlisted.map(|kind| outside(*kind)).collect();
                let outside = match outside.is_empty() {
                    true => String::new(),
                    false => format!(", and no {}", outside.join(", no ")),
                };
                let others = if answer.entries.is_empty() { "nobody" } else { "nobody else" };
                format!(
                    "{entries}{allowed}, complete as far as policies go: proved that {others} of {of} can{outside}"
                )
            }
        }
    }

    /// Returns the issues: the entries beyond a list of allowed ones, and those that are not known.
    pub fn issues(&self) -> Vec<Issue> {
        let question = self.question();
        let beyond = self.entries().filter(|(_, is_allowed)| self.allowed.is_some() && !is_allowed);
        let mut issues: Vec<Issue> = beyond
            .map(|(entry, _)| {
                let title = format!("{} can {question}", entry.who);
                Issue::new(Kind::Finding, Code::CanAccess, one_line(&title)).with_fingerprint(&[
                    Code::CanAccess.as_str(),
                    &entry.who,
                    &question,
                ])
            })
            .collect();
        issues.extend(self.answer.open.iter().map(|entry| {
            let title = format!("it is not known if {} can {question}: {}", entry.who, self.why(entry));
            let part = &entry.answer.part;
            Issue::new(Kind::Unknown, open_code(&part.answer.verdict, &part.gaps), one_line(&title))
        }));
        issues
    }

    /// Converts the answer to the common form of all formats.
    pub fn subject(&self, status: Status) -> Subject {
        Subject {
            name: self.name.to_owned(),
            file: None,
            rule: None,
            status,
            message: one_line(&format!("{}: {}", self.question(), self.sentence())),
            issues: self.issues(),
        }
    }
}

/// True unless the value of a key is the usual one, or follows from the requester.
fn is_shown(key: &str, values: &[String]) -> bool {
    let is_usual = key == "aws:securetransport" && matches!(values, [one] if one == "true");
    let follows = key.starts_with("aws:principalorg") || OF_REQUESTER.contains(&key);
    !is_usual && !follows
}

/// Returns the context of a request on one line, without what follows from the requester.
pub(super) fn context_of(documents: &[&Document], request: &Request) -> String {
    let names = KeyNames::of(documents);
    let context = request.context().filter(|(key, values)| is_shown(key, values));
    let values = context.map(|(key, values)| format!("{} = {}", names.name(key), values.join(", ")));
    one_line(&values.collect::<Vec<_>>().join("; "))
}

/// Returns the reasons why an answer is open; an empty text if it is not.
pub(super) fn why_open(answer: &SnapshotAnswer<'_>) -> String {
    why_open_part(&answer.part.answer.verdict, &answer.part.gaps)
}

/// Returns the code of the reason why a verdict with these gaps is open.
pub(super) fn open_code(verdict: &CanVerdict, gaps: &[Gap]) -> Code {
    let CanVerdict::Unknown(unknown) = verdict else { return Code::IncompleteSnapshot };
    match (gaps, unknown.reasons.first()) {
        ([_, ..], _) | (_, None) => Code::IncompleteSnapshot,
        (_, Some(UnknownReason::Layer { rule, .. } | UnknownReason::Opaque { rule, .. })) => *rule,
        (_, Some(UnknownReason::Exhausted(limit))) => limit.code(),
        (_, Some(UnknownReason::NotVerified(_) | UnknownReason::Internal(_))) => Code::NotVerified,
    }
}

/// Returns the reasons why a verdict with these gaps is open; an empty text if it is not.
pub(super) fn why_open_part(verdict: &CanVerdict, gaps: &[Gap]) -> String {
    let CanVerdict::Unknown(unknown) = verdict else { return String::new() };
    if let Some(gap) = gaps.first() {
        return one_line(&gap.why);
    }
    let mut reasons: Vec<String> = Vec::new();
    for reason in &unknown.reasons {
        let reason = match reason {
            UnknownReason::Layer { rule: Code::IncompleteSnapshot, of } => format!("it depends on {of}"),
            UnknownReason::Layer { rule, .. } | UnknownReason::Opaque { rule, .. } => rule.to_string(),
            UnknownReason::Exhausted(limit) => limit.code().to_string(),
            UnknownReason::NotVerified(_) => Code::NotVerified.to_string(),
            UnknownReason::Internal(detail) => detail.clone(),
        };
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    one_line(&reasons.join(", "))
}

/// Returns the words for requesters outside, as part of a sentence.
fn outside(kind: WhoKind) -> &'static str {
    match kind {
        WhoKind::Account => "other account",
        WhoKind::Anonymous => "anonymous caller",
        WhoKind::Service => "service",
        WhoKind::Federated => "identity provider",
        kind => kind.name(),
    }
}
