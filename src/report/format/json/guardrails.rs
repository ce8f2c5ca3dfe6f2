//! The answer to `check-guardrails`.

use super::snapshot::GapView;
use crate::check::{Guardrail, JudgedGuardrail};
use crate::report::answer::{GuardrailReport, guardrails};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[derive(Serialize)]
struct ReportView<'a> {
    complete: bool,
    message: String,
    notes: Vec<NoteView<'a>>,
    unknown: Vec<NoteView<'a>>,
    effective: usize,
    proved: Value,
    /// The gaps that leave a guardrail undecided, and the skew of the snapshot.
    gaps: Vec<GapView<'a>>,
    assumptions: Vec<&'static str>,
    snapshot: Value,
}

/// A guardrail with what is known of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NoteView<'a> {
    code: &'static str,
    message: String,
    policy_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gaps: Vec<GapView<'a>>,
}

impl<'a> NoteView<'a> {
    fn of(judged: &'a JudgedGuardrail<'_>, message: String) -> NoteView<'a> {
        let (statement_index, principal) = match &judged.guardrail {
            Guardrail::Statement(place) => (Some(*place), None),
            Guardrail::Exemption(place, pattern) => (Some(*place), Some(pattern.as_str())),
            Guardrail::Level | Guardrail::Policy => (None, None),
        };
        let is_level = judged.guardrail == Guardrail::Level;
        let statement = judged.statement();
        NoteView {
            code: guardrails::code(judged).as_str(),
            message,
            policy_type: judged.kind.type_name(),
            policy: (!is_level).then_some(&*judged.of),
            node: is_level.then_some(&*judged.of),
            statement_index,
            statement_id: statement.and_then(|own| own.sid.as_ref()).map(|sid| &*sid.value),
            principal,
            gaps: judged.gaps.iter().map(GapView::of).collect(),
        }
    }
}

/// Serializes the same JSON as `--format json`.
impl Serialize for GuardrailReport<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let answer = self.answer;
        let gaps: BTreeSet<_> = answer.open.iter().flat_map(|judged| &judged.gaps).collect();
        let view = ReportView {
            complete: answer.open.is_empty(),
            message: self.sentence(),
            notes: answer.idle.iter().map(|own| NoteView::of(own, guardrails::sentence(own))).collect(),
            unknown: answer.open.iter().map(|own| NoteView::of(own, own.why.clone())).collect(),
            effective: answer.effective,
            proved: json!({"principals": answer.principals, "accounts": answer.accounts}),
            gaps: gaps.into_iter().chain(self.snapshot.skew()).map(GapView::of).collect(),
            assumptions: answer.assumptions.iter().map(|own| own.0.as_str()).collect(),
            snapshot: json!({"sha256": self.snapshot.sha256}),
        };
        view.serialize(serializer)
    }
}
