//! A simulated request.

use super::Members;
use super::layers::LayersView;
use super::place::{DiagnosticView, Range};
use super::request::RequestView;
use crate::check::{KeyRelevance, KeyValues, Matters, Relevance};
use crate::evaluate::Truth;
use crate::explain::display::KeyNames;
use crate::report::answer::{PartReport, Remark, Simulation, StatementReport, decision_name};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SimulationView<'a> {
    decision: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_expected: Option<bool>,
    request: RequestView<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_type_inferred: Option<bool>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    layers: Option<LayersView<'a>>,
    statements: Vec<StatementView<'a>>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    relevance: Option<RelevanceView<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<WarningView<'a>>,
}

/// Serializes the same JSON as `--format json`.
impl Serialize for Simulation<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = KeyNames::of(&self.documents);
        let of_documents =
            self.warnings().into_iter().map(|(source, w)| WarningView::Read(DiagnosticView::of(source, w)));
        let view = SimulationView {
            decision: self.decision_name(),
            expected: self.expected.map(|expected| expected.name()),
            as_expected: self.expected.map(|_| self.is_as_expected()),
            request: RequestView::of(&self.request, &names),
            // Each layer has a type of its own.
            policy_type: self.layers.is_none().then(|| self.policy_type.name()),
            policy_type_inferred: self.layers.is_none().then_some(self.policy_type_inferred),
            layers: self.layers.as_ref().map(LayersView::of),
            statements: self.statements.iter().map(StatementView::of).collect(),
            relevance: self.relevance.as_ref().map(|relevance| RelevanceView::of(relevance, &names)),
            warnings: self.remarks.iter().map(WarningView::of_remark).chain(of_documents).collect(),
        };
        view.serialize(serializer)
    }
}

/// The keys on which the decision depends.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RelevanceView<'a> {
    relevant: Vec<KeyView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    together: Option<TogetherView<'a>>,
    relevant_is_complete: bool,
}

#[derive(Serialize)]
struct KeyView<'a> {
    key: Cow<'a, str>,
    values: &'a KeyValues,
    matters: Option<bool>,
    why: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    with: Option<&'a KeyValues>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<&'static str>,
}

#[derive(Serialize)]
struct TogetherView<'a> {
    with: Members<Cow<'a, str>, &'a KeyValues>,
    decision: &'static str,
}

impl<'a> RelevanceView<'a> {
    fn of(relevance: &'a Relevance, names: &'a KeyNames<'a>) -> RelevanceView<'a> {
        let key = |key: &'a KeyRelevance| {
            let (matters, why, change) = match &key.matters {
                Matters::Changes(values, decision) => (Some(true), "changes", Some((values, *decision))),
                Matters::Never => (Some(false), "proved", None),
                Matters::Unmentioned => (Some(false), "unmentioned", None),
                Matters::OfRequester => (None, "of-requester", None),
                Matters::Undecided => (None, "undecided", None),
            };
            KeyView {
                key: names.name(&key.key),
                values: &key.given,
                matters,
                why,
                with: change.map(|(values, _)| values),
                decision: change.map(|(_, decision)| decision_name(decision)),
            }
        };
        RelevanceView {
            relevant: relevance.keys.iter().map(key).collect(),
            together: relevance.together.as_ref().map(|(keys, decision)| TogetherView {
                with: Members(keys.iter().map(|(key, values)| (names.name(key), values)).collect()),
                decision: decision_name(*decision),
            }),
            relevant_is_complete: relevance.is_complete(),
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum WarningView<'a> {
    Remark { code: &'static str, severity: &'static str, message: &'a str },
    Read(DiagnosticView<'a>),
}

impl WarningView<'_> {
    fn of_remark(remark: &Remark) -> WarningView<'_> {
        WarningView::Remark { code: remark.code.as_str(), severity: "warning", message: &remark.message }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StatementView<'a> {
    file: &'a str,
    statement_index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement_id: Option<&'a str>,
    effect: &'static str,
    applies: Option<bool>,
    pointer: &'a str,
    span: Range,
    parts: Vec<PartView<'a>>,
}

impl<'a> StatementView<'a> {
    fn of(report: &'a StatementReport<'_>) -> StatementView<'a> {
        StatementView {
            file: report.document.source.name(),
            statement_index: report.index,
            statement_id: report.statement.sid(),
            effect: report.statement.effect.value.name(),
            applies: known(report.applies),
            pointer: &report.pointer,
            span: Range::of(&report.document.source, report.statement.span),
            parts: report.parts.iter().map(PartView::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct PartView<'a> {
    element: &'static str,
    matches: Option<bool>,
    pointer: &'a str,
    detail: &'a str,
}

impl PartView<'_> {
    fn of(part: &PartReport) -> PartView<'_> {
        PartView {
            element: part.element,
            matches: known(part.truth),
            pointer: &part.pointer,
            detail: &part.detail,
        }
    }
}

/// Returns true or false; `None` if it is undecided.
fn known(truth: Truth) -> Option<bool> {
    match truth {
        Truth::True => Some(true),
        Truth::False => Some(false),
        Truth::Unknown => None,
    }
}
