//! The answer to `who-can`.

use super::judged::reasons;
use super::request::RequestView;
use super::snapshot::GapView;
use crate::check::{CanVerdict, WhoEntry};
use crate::explain::display::KeyNames;
use crate::report::answer::WhoCan;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WhoView<'a> {
    complete: bool,
    message: String,
    principals: Vec<EntryView<'a>>,
    outside: Vec<EntryView<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unknown: Vec<EntryView<'a>>,
    proved: ProvedView,
    not_looked_at: [&'static str; 6],
    gaps: Vec<GapView<'a>>,
    assumptions: Vec<&'static str>,
    snapshot: SnapshotView<'a>,
}

#[derive(Serialize)]
struct ProvedView {
    principals: usize,
    accounts: usize,
}

#[derive(Serialize)]
struct SnapshotView<'a> {
    sha256: &'a str,
}

/// Serializes the same JSON as `--format json`.
impl Serialize for WhoCan<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let answer = self.answer;
        let (outside, principals): (Vec<_>, Vec<_>) =
            self.entries().partition(|(entry, _)| entry.kind.is_outside());
        let view = WhoView {
            complete: answer.is_complete(),
            message: self.sentence(),
            principals: principals
                .into_iter()
                .map(|(entry, allowed)| EntryView::listed(self, entry, allowed))
                .collect(),
            outside: outside
                .into_iter()
                .map(|(entry, allowed)| EntryView::listed(self, entry, allowed))
                .collect(),
            unknown: answer.open.iter().map(|entry| EntryView::open(self, entry)).collect(),
            proved: ProvedView { principals: answer.principals, accounts: answer.accounts },
            not_looked_at: WhoCan::NOT_LOOKED_AT,
            gaps: answer.gaps().into_iter().chain(self.snapshot.skew()).map(GapView::of).collect(),
            assumptions: answer.assumptions.iter().map(|assumption| assumption.0.as_str()).collect(),
            snapshot: SnapshotView { sha256: &self.snapshot.sha256 },
        };
        view.serialize(serializer)
    }
}

/// A requester of the list, or one of whom it is not known.
#[derive(Serialize)]
struct EntryView<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    arn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    who: Option<&'a str>,
    account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasons: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gaps: Option<Vec<GapView<'a>>>,
}

impl<'a> EntryView<'a> {
    fn new(entry: &'a WhoEntry<'_>) -> EntryView<'a> {
        let is_outside = entry.kind.is_outside();
        EntryView {
            kind: entry.kind.name(),
            arn: (!is_outside).then_some(&*entry.who),
            who: is_outside.then_some(&*entry.who),
            account: entry.account.as_deref(),
            witness: None,
            allowed: None,
            reasons: None,
            gaps: None,
        }
    }

    fn listed(who: &WhoCan<'_>, entry: &'a WhoEntry<'_>, is_allowed: bool) -> EntryView<'a> {
        let documents = who.documents(entry);
        let names = KeyNames::of(&documents);
        let witness = who.request(entry).map(|request| json!(RequestView::of(request, &names)));
        let allowed = who.allowed.as_ref().map(|_| is_allowed);
        EntryView { witness, allowed, ..EntryView::new(entry) }
    }

    fn open(who: &WhoCan<'_>, entry: &'a WhoEntry<'_>) -> EntryView<'a> {
        let documents = who.documents(entry);
        let part = &entry.answer.part;
        let unknown = match &part.answer.verdict {
            CanVerdict::Unknown(unknown) => Some(json!(reasons(unknown, &documents))),
            CanVerdict::Can(_) | CanVerdict::Cannot(_) => None,
        };
        let gaps = Some(part.gaps.iter().map(GapView::of).collect());
        EntryView { reasons: unknown, gaps, ..EntryView::new(entry) }
    }
}
