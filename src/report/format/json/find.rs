//! The answer to `find`.

use super::judged::{Open, Realistic, reasons, world};
use super::request::RequestView;
use crate::catalogue::Edition;
use crate::check::ONLY_FOR_SCP;
use crate::explain::Blame;
use crate::explain::display::KeyNames;
use crate::policy::Document;
use crate::report::answer::Found;
use crate::solve::{Finding, Verdict};
use serde::{Serialize, Serializer};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FoundView<'a> {
    result: &'static str,
    message: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    allow_nothing: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    denied_by: Vec<Denial<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<FindingView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<Vec<Open<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    candidate: Option<RequestView<'a>>,
    policy_type: &'static str,
    policy_type_inferred: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    only_if: Option<&'static str>,
    assumptions: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    world: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    catalogue: Option<&'a Edition>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FindingView<'a> {
    file: &'a str,
    statement_index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement_id: Option<&'a str>,
    pointer: &'a str,
    witness: RequestView<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    realistic: Option<Realistic<'a>>,
}

impl<'a> FindingView<'a> {
    fn of(
        finding: &'a Finding,
        document: &'a Document,
        blame: &'a Blame,
        names: &'a KeyNames<'a>,
        edition: Option<&'a Edition>,
    ) -> FindingView<'a> {
        FindingView {
            file: document.source.name(),
            statement_index: finding.statement,
            statement_id: document.statements.get(finding.statement).and_then(|s| s.sid()),
            pointer: &blame.primary.pointer,
            witness: RequestView::of(finding.witness.request(), names),
            realistic: Realistic::of(edition, finding),
        }
    }
}

/// A Deny statement that stops requests in question.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Denial<'a> {
    file: &'a str,
    statement_index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement_id: Option<&'a str>,
    pointer: String,
}

impl<'a> Denial<'a> {
    fn of((document, index): (&'a Document, usize)) -> Denial<'a> {
        Denial {
            file: document.source.name(),
            statement_index: index,
            statement_id: document.statements.get(index).and_then(|s| s.sid()),
            pointer: document.statement_pointer(index),
        }
    }
}

/// Serializes the same JSON as `--format json`.
impl Serialize for Found<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let documents = self.documents();
        let names = KeyNames::of(&documents);
        let explained = self.explained();
        let unknown = match &self.answer.verdict {
            Verdict::Unknown(unknown) => Some(&**unknown),
            Verdict::Pass(_) | Verdict::Fail(_) => None,
        };
        let candidate = unknown.and_then(|unknown| unknown.candidate.as_ref());
        let view = FoundView {
            result: self.answer.verdict.name(),
            message: self.sentence(),
            allow_nothing: self.allow_nothing,
            denied_by: self.denials().into_iter().map(Denial::of).collect(),
            findings: explained
                .iter()
                .map(|(f, d, blame)| FindingView::of(f, d, blame, &names, self.answer.edition.as_ref()))
                .collect(),
            unknown: unknown.map(|unknown| reasons(unknown, &documents)),
            candidate: candidate.map(|candidate| RequestView::of(candidate, &names)),
            policy_type: self.answer.policy_type.name(),
            policy_type_inferred: self.answer.policy_type_inferred,
            only_if: self.answer.is_only_for_scp().then_some(ONLY_FOR_SCP),
            assumptions: self.answer.assumptions.iter().map(|a| a.0.as_str()).collect(),
            world: world(self.answer.world),
            catalogue: self.answer.edition.as_ref(),
        };
        view.serialize(serializer)
    }
}
