//! The answer about a change of a snapshot.

use super::judged::reasons;
use super::request::RequestView;
use super::snapshot::GapView;
use crate::check::{CanVerdict, ChangeEntry, Gains};
use crate::explain::display::KeyNames;
use crate::report::answer::{LayersReport, SnapshotChange, change};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChangeView<'a> {
    result: &'static str,
    message: String,
    complete: bool,
    change: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    not_taken_over: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
    gained: SideView<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lost: Option<SideView<'a>>,
    proved: Value,
    not_looked_at: [&'static str; 8],
    gaps: Vec<GapView<'a>>,
    assumptions: BTreeSet<&'static str>,
    snapshots: Vec<Value>,
}

/// Serializes the same JSON as `--format json`.
impl Serialize for SnapshotChange<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sides = || std::iter::once(self.gained).chain(self.lost);
        let skews = self.snapshots.iter().filter_map(|snapshot| snapshot.skew());
        let gaps: BTreeSet<_> = sides().flat_map(Gains::gaps).chain(skews).collect();
        let snapshots = self.names.iter().zip(&self.snapshots);
        let view = ChangeView {
            result: self.status().1,
            message: self.sentence(),
            complete: self.is_complete(),
            change: &self.steps,
            not_taken_over: self.not_taken_over(),
            advice: self.advice(),
            gained: SideView::of(self.gained),
            lost: self.lost.map(SideView::of),
            proved: json!({"principals": self.gained.principals, "accounts": self.gained.accounts}),
            not_looked_at: SnapshotChange::NOT_LOOKED_AT,
            gaps: gaps.into_iter().map(GapView::of).collect(),
            assumptions: self.assumptions(),
            snapshots: snapshots.map(|(name, own)| json!({"name": name, "sha256": own.sha256})).collect(),
        };
        view.serialize(serializer)
    }
}

/// Those who gain or lose access.
#[derive(Serialize)]
struct SideView<'a> {
    complete: bool,
    groups: Vec<GroupView<'a>>,
    unknown: Vec<OpenView<'a>>,
}

/// Those who gain or lose the same request.
#[derive(Serialize)]
struct GroupView<'a> {
    kind: &'static str,
    principals: Vec<&'a str>,
    witness: Option<Value>,
    allowed: Option<Vec<Value>>,
    refused: Option<Vec<Value>>,
}

#[derive(Serialize)]
struct OpenView<'a> {
    kind: &'static str,
    who: &'a str,
    account: Option<&'a str>,
    reasons: Option<Value>,
    gaps: Vec<GapView<'a>>,
}

impl<'a> SideView<'a> {
    fn of(gains: &'a Gains<'a>) -> SideView<'a> {
        let groups = change::groups(&gains.entries);
        SideView {
            complete: gains.is_complete(),
            groups: groups.iter().map(|group| GroupView::of(group.kind.name(), &group.entries)).collect(),
            unknown: gains.open.iter().map(OpenView::of).collect(),
        }
    }
}

impl<'a> GroupView<'a> {
    fn of(kind: &'static str, entries: &[&'a ChangeEntry<'a>]) -> GroupView<'a> {
        let first = entries.first();
        let names = first.map(|first| KeyNames::of(&change::documents(first)));
        let witness = first.and_then(|first| change::request(first)).zip(names.as_ref());
        let (after, before) = first.and_then(|first| change::traces(first)).unzip();
        GroupView {
            kind,
            principals: entries.iter().map(|entry| &*entry.who).collect(),
            witness: witness.map(|(request, names)| json!(RequestView::of(request, names))),
            allowed: after.as_ref().map(layers),
            refused: before.flatten().as_ref().map(layers),
        }
    }
}

/// Returns the part of each layer in a decision.
fn layers(report: &LayersReport<'_>) -> Vec<Value> {
    report
        .layers
        .iter()
        .map(|layer| json!({"layer": layer.name(), "decision": layer.decision, "says": layer.says}))
        .collect()
}

impl<'a> OpenView<'a> {
    fn of(entry: &'a ChangeEntry<'a>) -> OpenView<'a> {
        let unknown = match &entry.part.answer.verdict {
            CanVerdict::Unknown(unknown) => Some(json!(reasons(unknown, &change::documents(entry)))),
            CanVerdict::Can(_) | CanVerdict::Cannot(_) => None,
        };
        OpenView {
            kind: entry.kind.name(),
            who: &entry.who,
            account: entry.account.as_deref(),
            reasons: unknown,
            gaps: entry.part.gaps.iter().map(GapView::of).collect(),
        }
    }
}
