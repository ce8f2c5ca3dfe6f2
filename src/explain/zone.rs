//! Advice on access from outside a zone of trust: who gets in, and how to keep them out.

use super::display::one_line;
use super::leak::Leak;
use super::repair::repair;
use crate::check::{ExternalFinding, Options, Zone, external_access};
use crate::evaluate::{self, Case, Truth};
use crate::limits::InputLimits;
use crate::policy::{
    Condition, ConditionValue, Document, Effect, Operator, PolicyType, Principal, PrincipalKind,
    PrincipalMeaning, ResourceType, Statement, parse,
};
use crate::request::{Request, SharedProvider};
use crate::solve::Finding;
use crate::span::{Source, Spanned};
use serde_json::json;

/// Keys that identify the account or organization of a caller.
const OF_CALLERS: [&str; 4] =
    ["aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn"];

/// Returns the principal of a finding as AWS names it: the key and the value.
pub(crate) fn outsider(finding: &ExternalFinding) -> (&'static str, String) {
    let Some(value) = named(finding) else { return ("AWS", "*".to_owned()) };
    let account = match &value.meaning {
        PrincipalMeaning::Account(account) => account.as_literal(),
        _ => None,
    };
    let text = match account {
        Some(account) => account.to_owned(),
        None => value.text.to_string(),
    };
    (value.kind.name(), text)
}

/// Returns the principal that a finding names; `None` if the finding is about anyone.
fn named(finding: &ExternalFinding) -> Option<&Principal> {
    let element = finding.document.statements.first()?.principal.as_ref()?;
    let value = element.values.first().filter(|_| !element.negated && !element.everyone)?;
    Some(&value.value)
}

/// Names the callers of a finding.
pub(crate) fn who(finding: &ExternalFinding) -> String {
    match outsider(finding) {
        ("AWS", principal) if principal == "*" => "anyone".to_owned(),
        ("AWS", principal) => principal,
        (kind, principal) => format!("{kind} {principal}"),
    }
}

/// Relates the finding to its statement: the places of its principal and of the values that let its request through.
pub(crate) fn own_finding(policy: &Document, found: &ExternalFinding) -> Finding {
    let mut own = found.finding.clone();
    own.document = 0;
    let source = policy.statements.get(found.statement);
    let part = found.document.statements.first();
    let principal = source.zip(part).and_then(|(source, part)| {
        let wanted = part.principal.as_ref().filter(|p| !p.negated)?.values.first()?;
        let values = &source.principal.as_ref()?.values;
        values.iter().position(|v| v.value.kind == wanted.value.kind && v.value.text == wanted.value.text)
    });
    own.principal = principal;
    if own.statement != found.statement {
        // The request matched another statement first, so no single pattern of this statement is known.
        (own.statement, own.action, own.resource) = (found.statement, None, None);
    }
    own
}

/// The policy and zone of trust that findings are about.
#[derive(Clone, Copy)]
pub(crate) struct ZoneAdvisor<'a> {
    /// The policy.
    pub(crate) policy: &'a Document,
    /// The type of the resource that it is attached to.
    pub(crate) resource_type: ResourceType,
    /// Who is trusted.
    pub(crate) zone: &'a Zone,
    /// The options of the check that found them.
    pub(crate) options: &'a Options,
}

impl ZoneAdvisor<'_> {
    /// Says why a condition does not keep callers outside out.
    pub(crate) fn why(&self, condition: &Condition, leak: Leak, finding: &Finding) -> String {
        let key = &condition.key.value.text;
        let value = self.met_by(condition, finding.witness.request());
        let has =
            value.map_or_else(|| "a caller outside satisfies it".to_owned(), |v| format!("met by `{v}`"));
        match leak {
            Leak::Absent => format!("does not restrict callers: it holds without {key}"),
            Leak::Negated => format!("does not restrict callers: {has}, which is none of these"),
            Leak::Wildcard if of_one_organization(condition) => {
                format!("lets in callers outside {}: {has}", self.zone)
            }
            Leak::Wildcard => format!("does not restrict callers: {has}"),
            Leak::Fixed if OF_CALLERS.contains(&&*condition.key.value.name) => {
                format!("lets in callers outside {}: {has}", self.zone)
            }
            Leak::Fixed | Leak::Addresses => {
                format!("{has}, which does not identify callers outside {}", self.zone)
            }
            Leak::NotTrust => format!("does not restrict callers: {key} says nothing about who calls"),
            Leak::Presence => {
                format!("does not restrict callers: callers from outside have {key} too, or lack it too")
            }
        }
    }

    /// Says what to do, as concretely as possible. With `checks`, one more query checks the advice.
    pub(crate) fn help(
        &self,
        found: &ExternalFinding,
        leaks: &[(usize, Leak)],
        statement: &str,
        checks: bool,
    ) -> String {
        let Some(source) = self.policy.statements.get(found.statement) else { return String::new() };
        if let Some(principal) = named(found).filter(|principal| &*principal.text != "*") {
            return self.on_principal(found, principal, statement);
        }
        if let Some(advice) = self.on_path(found, source, leaks, statement) {
            return advice;
        }
        if let Some(advice) = self.on_gap(source, leaks, checks) {
            return advice;
        }
        match on_fixed_value(found, source, leaks, statement) {
            Some(advice) => advice,
            None => self.on_anyone(source, statement, checks),
        }
    }

    /// Says what to do about a principal that the policy names.
    fn on_principal(&self, found: &ExternalFinding, principal: &Principal, statement: &str) -> String {
        let name = one_line(&who(found));
        let is_fixed = !principal.text.contains(['*', '?']);
        if own_finding(self.policy, found).principal.is_none() {
            return format!(
                "if this is not intended, deny {name} too: {statement} is for anyone, and a Deny exempts {name}"
            );
        }
        match principal.kind {
            PrincipalKind::Aws if is_fixed && Zone::new(&[] as &[&str], &[&*principal.text]).is_ok() => {
                format!(
                    "if this is intended, say so with --trusted {name}; if not, remove it from Principal of {statement}"
                )
            }
            PrincipalKind::Federated => {
                // Trusting a shared provider means trusting all of its users.
                let shared = SharedProvider::of(&principal.text);
                let trust = match is_fixed && principal.text.starts_with("arn:") && shared.is_none() {
                    true => format!(", and name it with --trusted {}", one_line(&principal.text)),
                    false => String::new(),
                };
                let claims = match shared {
                    Some(shared) => format!("{}, such as \"{}\"", shared.key(), shared.example()),
                    None => "the claims of their tokens, such as aud and sub".to_owned(),
                };
                format!(
                    "if this is not intended, remove the provider from Principal of {statement}; if it is, restrict its \
                     users with\na condition on {claims}{trust}"
                )
            }
            _ => format!("if this is not intended, remove it from Principal of {statement}"),
        }
    }

    /// Finds the value of the request that satisfies a condition; of several values, the first one that does so alone.
    fn met_by<'r>(&self, condition: &Condition, request: &'r Request) -> Option<&'r String> {
        let values = request.values(&condition.key.value.name)?;
        let meets = |value: &&String| {
            let alone = request.clone().with(&condition.key.value.name, [value.as_str()]);
            self.is_met(condition, &alone)
        };
        values.iter().find(meets).or_else(|| values.first())
    }

    /// True if the request satisfies the condition.
    fn is_met(&self, condition: &Condition, request: &Request) -> bool {
        let mut reading = evaluate::Options::for_documents(&[self.policy]);
        reading.policy_type = PolicyType::Resource;
        let Some(first) = self.policy.statements.first() else { return false };
        let statement = Statement { conditions: vec![condition.clone()], ..first.clone() };
        let trace = Case::new(request, &reading).trace((0, 0), &statement);
        trace.conditions.first().is_some_and(|condition| condition.truth == Truth::True)
    }

    /// Says what to do about a part of an organization that the statement lets in.
    fn on_path(
        &self,
        found: &ExternalFinding,
        source: &Statement,
        leaks: &[(usize, Leak)],
        statement: &str,
    ) -> Option<String> {
        let request = found.finding.witness.request();
        leaks.iter().find_map(|(place, leak)| {
            let condition = source.conditions.get(*place)?;
            if !matches!(leak, Leak::Wildcard | Leak::Fixed) || !of_one_organization(condition) {
                return None;
            }
            let of_value = |value: &&Spanned<ConditionValue>| {
                let alone = Condition { values: vec![(*value).clone()], ..condition.clone() };
                self.is_met(&alone, request)
            };
            let path = one_line(&condition.values.iter().find(of_value)?.value.text);
            let key = one_line(&condition.key.value.text);
            Some(format!("if {path} is intended, say so with --trusted '{path}'; if not, remove it from {key} of {statement}"))
        })
    }

    /// Says how to close the gap left by a condition on a suitable key. `None` if that is not enough.
    fn on_gap(&self, source: &Statement, leaks: &[(usize, Leak)], checks: bool) -> Option<String> {
        let (place, condition, leak) = leaks.iter().find_map(|(place, leak)| {
            let condition = source.conditions.get(*place)?;
            let repairable = !matches!(leak, Leak::NotTrust | Leak::Fixed | Leak::Addresses);
            (repairable && OF_CALLERS.contains(&&*condition.key.value.name))
                .then_some((*place, condition, *leak))
        })?;
        let advice = one_line(&repair(condition, leak));
        let strict = (leak == Leak::Absent && condition.operator.value.if_exists).then(|| {
            let mut changed = source.clone();
            if let Some(condition) = changed.conditions.get_mut(place) {
                let operator = condition.operator.value;
                condition.operator.value = Operator { if_exists: false, ..operator };
            }
            changed
        });
        Some(format!("{advice}{}", self.checked(strict.filter(|_| checks))?))
    }

    /// Proposes a condition that only callers inside the zone satisfy; if that is not enough, names the element to restrict.
    fn on_anyone(&self, source: &Statement, statement: &str, checks: bool) -> String {
        let (key, values) = match (self.zone.organizations(), self.zone.principals()) {
            ([], principals) => {
                ("aws:PrincipalAccount", principals.iter().filter(|p| !p.contains(':')).collect::<Vec<_>>())
            }
            (organizations, _) => ("aws:PrincipalOrgID", organizations.iter().collect()),
        };
        let condition = json!({"StringEquals": {key: values}});
        let confined = confined(source, &condition).filter(|_| checks);
        let Some(checked) = self.checked(confined) else {
            return format!(
                "restrict the principals of {statement} to callers inside {}",
                one_line(&self.zone.to_string())
            );
        };
        let has = |c: &Condition| &*c.operator_text == "StringEquals";
        let (place, text) = match (source.conditions.is_empty(), source.conditions.iter().any(has)) {
            (true, _) => (statement.to_owned(), format!("\"Condition\": {condition}")),
            (_, false) => {
                (format!("Condition of {statement}"), format!("\"StringEquals\": {}", json!({key: values})))
            }
            (_, true) => (format!("StringEquals of {statement}"), format!("\"{key}\": {}", json!(values))),
        };
        format!("add to {place} a condition that only callers inside satisfy{checked}:\n{}", one_line(&text))
    }

    /// Checks a change of a statement by one more query about the statement and all Deny statements. `None` if it is not enough.
    fn checked(&self, changed: Option<Statement>) -> Option<&'static str> {
        let Some(changed) = changed else { return Some("") };
        let denials = self.policy.statements.iter().filter(|s| s.effect.value == Effect::Deny);
        let statements: Vec<Statement> = denials.cloned().chain([changed]).collect();
        let document = self.policy.with_statements(statements);
        let options = Options { certificate: false, certify: false, ..self.options.clone() };
        let access = external_access(&document, self.resource_type, self.zone, &options);
        match (access.is_complete(), access.findings.is_empty()) {
            (true, true) => Some(" (checked: then it lets in nobody from outside)"),
            (_, false) => None,
            (false, true) => Some(""),
        }
    }
}

/// True if the condition requires paths, each of which starts with the id of one organization.
fn of_one_organization(condition: &Condition) -> bool {
    let is_path = |text: &str| Zone::new(&[text], &[] as &[&str]).is_ok_and(|zone| !zone.paths().is_empty());
    &*condition.key.value.name == "aws:principalorgpaths"
        && !condition.operator.value.base.is_negated()
        && !condition.values.is_empty()
        && condition.values.iter().all(|value| is_path(&value.value.text))
}

/// Says what to do about a fixed value of a key that identifies callers.
fn on_fixed_value(
    found: &ExternalFinding,
    source: &Statement,
    leaks: &[(usize, Leak)],
    statement: &str,
) -> Option<String> {
    let request = found.finding.witness.request();
    leaks.iter().filter(|(_, leak)| *leak == Leak::Fixed).find_map(|(place, _)| {
        let condition = source.conditions.get(*place)?;
        let key = &condition.key.value;
        if !OF_CALLERS.contains(&&*key.name) {
            return None;
        }
        let met = request.values(&key.name)?.first()?;
        let value = condition.values.iter().find(|v| v.value.text.eq_ignore_ascii_case(met))?;
        let value = one_line(&value.value.text);
        let trusts = Zone::new(&[] as &[&str], &[&value]).is_ok();
        let remove = format!("remove it from {} of {statement}", one_line(&key.text));
        Some(match trusts {
            true => format!("if {value} is intended, say so with --trusted {value}; if not, {remove}"),
            false => format!("if {value} is not meant, {remove}"),
        })
    })
}

/// Adds a condition to the statement.
fn confined(statement: &Statement, condition: &serde_json::Value) -> Option<Statement> {
    let text = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition,
    }});
    let read = parse(&Source::new("condition", text.to_string()), &InputLimits::default()).ok()?;
    let mut confined = statement.clone();
    confined.conditions.extend(read.statements.first()?.conditions.iter().cloned());
    Some(confined)
}
