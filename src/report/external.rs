//! Access from outside a zone of trust, for people and programs.

use super::json;
use super::names::{KeyNames, counted, one_line};
use super::{Issue, Kind, outside};
use crate::check::{ExternalAccess, ExternalFinding, Options, Zone};
use crate::policy::{Condition, Document, OperatorBase, PrincipalMeaning, ResourceType, SetPrefix};
use crate::request::is_trust_key;
use crate::solve::Verdict;
use serde_json::{Map, Value, json};

/// Letters of a cell of the table that are shown.
const WIDEST: usize = 44;

/// The findings about one policy.
#[derive(Debug)]
pub struct External<'a> {
    /// The policy.
    pub policy: &'a Document,
    /// The argument that it came from.
    pub argument: &'a str,
    /// What it is attached to.
    pub resource_type: ResourceType,
    /// Who is trusted.
    pub zone: &'a Zone,
    /// What was found.
    pub access: &'a ExternalAccess,
    /// How it was looked for.
    pub options: &'a Options,
}

impl External<'_> {
    /// Whom a finding is about, as AWS names them: under which key, and the value.
    fn principal(finding: &ExternalFinding) -> (&'static str, String) {
        let anyone = ("AWS", "*".to_owned());
        let element = finding.document.statements.first().and_then(|s| s.principal.as_ref());
        let Some(element) = element.filter(|p| !p.negated && !p.everyone) else { return anyone };
        let Some(value) = element.values.first() else { return anyone };
        let text = match &value.value.meaning {
            PrincipalMeaning::Account(account) => account.as_literal().map(str::to_owned),
            _ => None,
        };
        (value.value.kind.name(), text.unwrap_or_else(|| value.value.text.to_string()))
    }

    fn actions(finding: &ExternalFinding) -> (bool, Vec<String>) {
        let statement = finding.document.statements.first();
        statement.map_or_else(Default::default, |s| {
            (s.action.negated, s.action.values.iter().map(|v| v.value.text.to_string()).collect())
        })
    }

    fn resources(finding: &ExternalFinding) -> (bool, Vec<String>) {
        let element = finding.document.statements.first().and_then(|s| s.resource.as_ref());
        element.map_or_else(Default::default, |r| {
            (r.negated, r.values.iter().map(|v| v.value.text.to_string()).collect())
        })
    }

    /// The conditions about whom the policy trusts that hold for a finding.
    fn conditions<'f>(&self, finding: &'f ExternalFinding) -> Vec<Trust<'f>> {
        let is_trust = |c: &Trust<'_>| {
            let key = &*c.condition.key.value.name;
            is_trust_key(key, self.resource_type) || key == "aws:sourceip"
        };
        self.all_conditions(finding).into_iter().filter(is_trust).collect()
    }

    fn all_conditions<'f>(&self, finding: &'f ExternalFinding) -> Vec<Trust<'f>> {
        let statement = finding.document.statements.first();
        let conditions = statement.map_or(&[][..], |s| &s.conditions).iter();
        let names = KeyNames::of(&[self.policy]);
        let named = |c: &Condition| names.name(&c.key.value.name).into_owned();
        conditions.map(|condition| Trust { key: named(condition), condition }).collect()
    }

    /// The answer in one sentence.
    pub fn sentence(&self) -> String {
        let name = self.policy.source.name();
        let found = self.access.findings.len();
        let sentence = match (&self.access.rest.verdict, found) {
            (Verdict::Pass(_), 0) => {
                format!("{name} lets no one in from outside {}: proved for every request", self.zone)
            }
            (Verdict::Pass(_), 1) => {
                format!("1 finding, which covers all access from outside {} (proved)", self.zone)
            }
            (Verdict::Pass(_), n) => {
                format!("{n} findings, which cover all access from outside {} (proved)", self.zone)
            }
            (_, 0) => format!("UNKNOWN. it could not be decided whether {name} lets anyone in from outside"),
            (_, n) => format!("UNKNOWN. {}, and there may be more", counted(n, "finding")),
        };
        one_line(&sentence)
    }

    /// The answer as JSON: members of AWS's findings, and ours. Of [`External::issues`], those that are accepted make their
    /// findings archived; without any, all are active.
    pub fn json(&self, issues: &[Issue]) -> Value {
        let result = match (&self.access.rest.verdict, self.access.findings.is_empty()) {
            (Verdict::Pass(_), true) => "NONE",
            (Verdict::Pass(_), false) => "FOUND",
            _ => "UNKNOWN",
        };
        let is_archived = |place| self.is_accepted(issues, place);
        let findings: Vec<Value> =
            self.access.findings.iter().enumerate().map(|(at, f)| self.finding(f, is_archived(at))).collect();
        let mut out = Map::new();
        out.insert("result".to_owned(), json!(result));
        out.insert("message".to_owned(), json!(self.sentence()));
        out.insert("findings".to_owned(), Value::Array(findings));
        if let Verdict::Unknown(unknown) = &self.access.rest.verdict {
            out.insert("unknown".to_owned(), json::reasons(unknown, &[self.policy]));
        }
        let rest = &self.access.rest;
        out.insert("policyType".to_owned(), json!(rest.policy_type.name()));
        out.insert("assumptions".to_owned(), rest.assumptions.iter().map(|a| json!(a.0)).collect());
        Value::Object(out)
    }

    /// Whether the issue of the finding in this place is accepted.
    fn is_accepted(&self, issues: &[Issue], place: usize) -> bool {
        let findings: Vec<&Issue> = issues.iter().filter(|issue| issue.kind == Kind::Finding).collect();
        findings.len() == self.access.findings.len()
            && findings.get(place).is_some_and(|issue| issue.accepted.is_some())
    }

    fn finding(&self, finding: &ExternalFinding, is_archived: bool) -> Value {
        let (kind, principal) = External::principal(finding);
        let (all_but, actions) = External::actions(finding);
        let (other_than, resources) = External::resources(finding);
        let conditions = self.conditions(finding);
        let all_conditions = self.all_conditions(finding);
        let mut condition: Map<String, Value> = Map::new();
        let mut is_all = all_conditions.len() == conditions.len();
        for trust in &conditions {
            if trust.confines() && !condition.contains_key(&trust.key) {
                condition.insert(trust.key.clone(), json!(trust.values().join(",")));
            } else {
                is_all = false;
            }
        }
        let mut out = json!({
            "findingType": "ExternalAccess",
            "status": if is_archived { "ARCHIVED" } else { "ACTIVE" },
            "resourceType": self.resource_type.name(),
            "isPublic": finding.is_public,
            "principal": {kind: principal},
            "action": if all_but { json!(["*"]) } else { json!(actions) },
            "condition": condition,
            "sources": [{"type": "POLICY"}],
            "whollyOutside": finding.is_wholly_outside,
            "resources": if other_than { json!(["*"]) } else { json!(resources) },
            "statementIndex": finding.statement,
            "statementIndexes": finding.statements,
            "pointer": outside::pointer(self, finding),
            "witness": json::request(finding.finding.witness.request(), &[self.policy]),
        });
        if let Value::Object(members) = &mut out {
            if !is_all {
                let all = all_conditions.iter().map(|trust| {
                    let operator = &*trust.condition.operator_text;
                    json!({"operator": operator, "key": trust.key, "values": trust.values()})
                });
                members.insert("conditions".to_owned(), all.collect());
            }
            if !finding.denied_by.is_empty() {
                members.insert("deniedByStatementIndexes".to_owned(), json!(finding.denied_by));
            }
            if all_but {
                members.insert("notAction".to_owned(), json!(actions));
            }
            if other_than {
                members.insert("notResources".to_owned(), json!(resources));
            }
        }
        out
    }

    /// The findings as a table, but for those whose issue is among these and accepted; empty if there are none.
    pub fn table(&self, issues: &[Issue]) -> String {
        let mut rows: Vec<[String; 8]> = vec![
            ["", "PRINCIPAL", "PUBLIC", "OUTSIDE", "ACTIONS", "RESOURCES", "CONDITION", "STATEMENTS"]
                .map(str::to_owned),
        ];
        let findings = self.access.findings.iter().enumerate();
        for (place, finding) in findings.filter(|(place, _)| !self.is_accepted(issues, *place)) {
            let (kind, principal) = External::principal(finding);
            let list = |(negated, values): (bool, Vec<String>)| match negated {
                true => short(&format!("all but {}", values.join(", "))),
                false => short(&values.join(", ")),
            };
            let of_trust = self.conditions(finding);
            let mut conditions: Vec<String> = of_trust.iter().map(|trust| short(&trust.cell())).collect();
            match self.all_conditions(finding).len().saturating_sub(of_trust.len()) {
                0 => {}
                others => conditions.push(format!("{} on other keys", counted(others, "condition"))),
            }
            let denied: Vec<String> = finding.denied_by.iter().map(ToString::to_string).collect();
            let unless = match denied.is_empty() {
                true => String::new(),
                false => short(&format!("unless denied by {}", denied.join(","))),
            };
            let conditions = [conditions.join(" and "), unless].join(" ").trim().to_owned();
            let statements: Vec<String> = finding.statements.iter().map(ToString::to_string).collect();
            let row = [
                number(place),
                short(&if kind == "AWS" { principal } else { format!("{kind} {principal}") }),
                if finding.is_public { "yes" } else { "no" }.to_owned(),
                if finding.is_wholly_outside { "wholly" } else { "partly" }.to_owned(),
                list(External::actions(finding)),
                list(External::resources(finding)),
                conditions,
                short(&statements.join(",")),
            ];
            rows.push(row);
        }
        if rows.len() == 1 {
            return String::new();
        }
        let mut widths = [0usize; 8];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        let line = |row: &[String; 8]| {
            let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
            format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
        };
        rows.iter().map(line).collect()
    }

    /// The findings as issues, in the order of the table: where, who, with which request, how to replay it, what would confine it;
    /// then the reasons why there may be more.
    pub fn issues(&self) -> Vec<Issue> {
        outside::issues(self)
    }

    /// The same, the title of each finding with its number in the table.
    pub fn numbered(mut issues: Vec<Issue>) -> Vec<Issue> {
        let findings = issues.iter_mut().filter(|issue| issue.kind == Kind::Finding).enumerate();
        findings.for_each(|(place, issue)| issue.title = format!("{} {}", number(place), issue.title));
        issues
    }
}

/// Whom a finding is about.
pub(super) fn who(finding: &ExternalFinding) -> String {
    match External::principal(finding) {
        ("AWS", principal) if principal == "*" => "anyone".to_owned(),
        ("AWS", principal) => principal,
        (kind, principal) => format!("{kind} {principal}"),
    }
}

/// How a finding is called in the table and where it is told, by its place.
fn number(place: usize) -> String {
    format!("#{}", place.saturating_add(1))
}

/// A condition of a finding.
struct Trust<'f> {
    /// As the policy spells it.
    key: String,
    condition: &'f Condition,
}

impl Trust<'_> {
    /// Whether it says which values the key has, so that key and values are enough to tell it, as AWS does.
    fn confines(&self) -> bool {
        let operator = self.condition.operator.value;
        !operator.base.is_negated()
            && operator.base != OperatorBase::Null
            && !operator.if_exists
            && operator.set != Some(SetPrefix::ForAllValues)
    }

    fn values(&self) -> Vec<&str> {
        self.condition.values.iter().map(|value| &*value.value.text).collect()
    }

    fn cell(&self) -> String {
        let (key, values) = (&self.key, self.values());
        match (self.confines(), values.as_slice()) {
            (true, values) => format!("{key} {}", values.join("|")),
            (false, [value]) if self.condition.operator.value.base == OperatorBase::Null => {
                let is = if value.eq_ignore_ascii_case("true") { "absent" } else { "present" };
                format!("{key} is {is}")
            }
            (false, values) => format!("{key} {} {}", self.condition.operator_text, values.join("|")),
        }
    }
}

/// On one line, and not too long for a cell: every condition has this much room of its own.
fn short(text: &str) -> String {
    let text = one_line(text);
    if text.chars().count() <= WIDEST {
        return text;
    }
    text.chars().take(WIDEST.saturating_sub(3)).chain("...".chars()).collect()
}
