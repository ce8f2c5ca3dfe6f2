//! The part of each layer in a decision.

use crate::report::answer::{LayerReport, LayersReport};
use serde::Serialize;

/// The layers of a decision, as members of its answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LayersView<'a> {
    layers: Vec<LayerView<'a>>,
    same_account: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    open: Vec<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LayerView<'a> {
    layer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<usize>,
    decision: &'static str,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<StatementView<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    missing: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StatementView<'a> {
    file: &'a str,
    statement_index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement_id: Option<&'a str>,
    pointer: String,
}

impl<'a> LayersView<'a> {
    pub(super) fn of(report: &'a LayersReport<'_>) -> LayersView<'a> {
        LayersView {
            layers: report.layers.iter().map(LayerView::of).collect(),
            same_account: report.layered.same_account,
            rule: report.layered.rule,
            open: report.layered.open.iter().map(|code| code.as_str()).collect(),
        }
    }
}

impl<'a> LayerView<'a> {
    fn of(report: &'a LayerReport<'_>) -> LayerView<'a> {
        LayerView {
            layer: report.kind.name(),
            level: report.level,
            decision: report.decision,
            detail: &report.says,
            by: report.by.map(|(document, index, statement)| StatementView {
                file: document.source.name(),
                statement_index: index,
                statement_id: statement.sid(),
                pointer: document.statement_pointer(index),
            }),
            missing: &report.missing,
        }
    }
}
