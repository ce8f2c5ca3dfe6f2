//! The answer to `what-can`.

use super::judged::reasons;
use super::request::RequestView;
use super::snapshot::GapView;
use crate::check::{CanVerdict, Grant, SnapshotAnswer};
use crate::explain::display::KeyNames;
use crate::report::answer::WhatCan;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WhatView<'a> {
    complete: bool,
    message: String,
    principal: &'a str,
    grants: Vec<GrantView<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unknown: Vec<GrantView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    others: Option<OthersView<'a>>,
    without_effect: Vec<GrantView<'a>>,
    not_looked_at: [&'static str; 8],
    gaps: Vec<GapView<'a>>,
    assumptions: Vec<&'static str>,
    snapshot: Value,
}

/// A statement with the answer about it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GrantView<'a> {
    layer: &'static str,
    statement: Value,
    file: &'a str,
    statement_index: usize,
    #[serde(flatten)]
    others: OthersView<'a>,
}

/// A request that is allowed, or the reasons why it is not known if one is.
#[derive(Serialize)]
struct OthersView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasons: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gaps: Vec<GapView<'a>>,
}

/// Serializes the same JSON as `--format json`.
impl Serialize for WhatCan<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let answer = self.answer;
        let view = WhatView {
            complete: answer.is_complete(),
            message: self.sentence(),
            principal: &self.principal.arn,
            grants: GrantView::all(self, &answer.grants),
            unknown: GrantView::all(self, &answer.open),
            others: answer.rest.as_ref().map(|rest| OthersView::of(self, rest)),
            without_effect: GrantView::all(self, &answer.without_effect),
            not_looked_at: WhatCan::NOT_LOOKED_AT,
            gaps: answer.gaps().into_iter().chain(self.snapshot.skew()).map(GapView::of).collect(),
            assumptions: answer.assumptions.iter().map(|assumption| assumption.0.as_str()).collect(),
            snapshot: json!({"sha256": self.snapshot.sha256}),
        };
        view.serialize(serializer)
    }
}

impl<'a> GrantView<'a> {
    fn all(what: &WhatCan<'_>, grants: &'a [Grant<'_>]) -> Vec<GrantView<'a>> {
        grants.iter().map(|grant| GrantView::of(what, grant)).collect()
    }

    fn of(what: &WhatCan<'_>, grant: &'a Grant<'_>) -> GrantView<'a> {
        GrantView {
            layer: grant.layer.name(),
            statement: grant.policy_statement(),
            file: grant.document.source.name(),
            statement_index: grant.statement,
            others: OthersView::of(what, &grant.answer),
        }
    }
}

impl<'a> OthersView<'a> {
    fn of(what: &WhatCan<'_>, answer: &'a SnapshotAnswer<'_>) -> OthersView<'a> {
        let documents = what.documents(answer);
        let names = KeyNames::of(&documents);
        let witness = what.request(answer).map(|request| json!(RequestView::of(request, &names)));
        let reasons = match &answer.part.answer.verdict {
            CanVerdict::Unknown(unknown) => Some(json!(reasons(unknown, &documents))),
            CanVerdict::Can(_) | CanVerdict::Cannot(_) => None,
        };
        OthersView { witness, reasons, gaps: answer.part.gaps.iter().map(GapView::of).collect() }
    }
}
