//! Access from outside a zone of trust: the members of AWS's findings, and our own.

use super::Members;
use super::judged::{Open, reasons};
use super::request::RequestView;
use crate::catalogue::Edition;
use crate::check::ExternalFinding;
use crate::explain::display::KeyNames;
use crate::explain::zone::outsider;
use crate::report::answer::External;
use crate::report::issue::Issue;
use crate::solve::Verdict;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExternalView<'a> {
    result: &'static str,
    message: String,
    findings: Vec<FindingView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<Vec<Open<'a>>>,
    policy_type: &'static str,
    assumptions: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    catalogue: Option<&'a Edition>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FindingView<'a> {
    finding_type: &'static str,
    status: &'static str,
    resource_type: &'static str,
    is_public: bool,
    principal: Members<&'static str, String>,
    action: Vec<&'a str>,
    /// The conditions that a key and its values describe.
    condition: Members<String, String>,
    sources: [SourceView; 1],
    wholly_outside: bool,
    resources: Vec<&'a str>,
    statement_index: usize,
    statement_indexes: &'a [usize],
    pointer: String,
    witness: RequestView<'a>,
    /// All conditions, unless `condition` describes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    conditions: Option<Vec<ConditionView<'a>>>,
    #[serde(skip_serializing_if = "<[usize]>::is_empty")]
    denied_by_statement_indexes: &'a [usize],
    #[serde(skip_serializing_if = "Option::is_none")]
    not_action: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_resources: Option<Vec<&'a str>>,
}

#[derive(Serialize)]
struct SourceView {
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
struct ConditionView<'a> {
    operator: &'a str,
    key: String,
    values: Vec<&'a str>,
}

/// Serializes the same JSON as `--format json` without a list of accepted findings: every finding is active.
impl Serialize for External<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize_with(&[], serializer)
    }
}

/// An answer some of whose findings may be archived.
struct Archived<'a> {
    external: &'a External<'a>,
    issues: &'a [Issue],
}

impl Serialize for Archived<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.external.serialize_with(self.issues, serializer)
    }
}

impl External<'_> {
    /// Writes the answer as JSON. Findings whose issue is accepted are archived; without issues, all findings are active.
    pub fn json(&self, issues: &[Issue]) -> Value {
        json!(Archived { external: self, issues })
    }

    fn serialize_with<S: Serializer>(&self, issues: &[Issue], serializer: S) -> Result<S::Ok, S::Error> {
        let rest = &self.access.rest;
        let names = KeyNames::of(&[self.policy]);
        let findings = self.access.findings.iter().enumerate();
        ExternalView {
            result: match (&rest.verdict, self.access.findings.is_empty()) {
                (Verdict::Pass(_), true) => "NONE",
                (Verdict::Pass(_), false) => "FOUND",
                _ => "UNKNOWN",
            },
            message: self.sentence(),
            findings: findings.map(|(at, f)| self.view(f, self.is_accepted(issues, at), &names)).collect(),
            unknown: match &rest.verdict {
                Verdict::Unknown(unknown) => Some(reasons(unknown, &[self.policy])),
                Verdict::Pass(_) | Verdict::Fail(_) => None,
            },
            policy_type: rest.policy_type.name(),
            assumptions: rest.assumptions.iter().map(|a| a.0.as_str()).collect(),
            catalogue: rest.edition.as_ref(),
        }
        .serialize(serializer)
    }

    fn view<'f>(
        &'f self,
        finding: &'f ExternalFinding,
        is_archived: bool,
        names: &'f KeyNames<'f>,
    ) -> FindingView<'f> {
        let (kind, principal) = outsider(finding);
        let (all_but, actions) = External::actions(finding);
        let (other_than, resources) = External::resources(finding);
        let all = self.conditions(finding);
        let mut condition: Vec<(String, String)> = Vec::new();
        let mut is_all = true;
        for trust in &all {
            let is_told = trust.is_of_trust && trust.confines();
            if is_told && !condition.iter().any(|(key, _)| *key == trust.key) {
                condition.push((trust.key.clone(), trust.values().join(",")));
            } else {
                is_all = false;
            }
        }
        let conditions = all.iter().map(|trust| ConditionView {
            operator: &trust.condition.operator_text,
            key: trust.key.clone(),
            values: trust.values(),
        });
        FindingView {
            finding_type: "ExternalAccess",
            status: if is_archived { "ARCHIVED" } else { "ACTIVE" },
            resource_type: self.resource_type.name(),
            is_public: finding.is_public,
            principal: Members(vec![(kind, principal)]),
            action: if all_but { vec!["*"] } else { actions.clone() },
            conditions: (!is_all).then(|| conditions.collect()),
            condition: Members(condition),
            sources: [SourceView { kind: "POLICY" }],
            wholly_outside: finding.is_wholly_outside,
            resources: if other_than { vec!["*"] } else { resources.clone() },
            statement_index: finding.statement,
            statement_indexes: &finding.statements,
            pointer: self.pointer(finding),
            witness: RequestView::of(finding.finding.witness.request(), names),
            denied_by_statement_indexes: &finding.denied_by,
            not_action: all_but.then_some(actions),
            not_resources: other_than.then_some(resources),
        }
    }
}
