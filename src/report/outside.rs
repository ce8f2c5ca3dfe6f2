//! Findings of access from outside as issues: who gets in, where the policy says so, with which request, what would keep them out.

use super::external::{External, who};
use super::fingerprint::statement_text;
use super::issue::{Issue, Kind, Mark};
use super::names::{KeyNames, counted, one_line, plain, statement_name};
use super::replay::{self, Replayer};
use super::{public, request, undecided};
use crate::check::{ExternalFinding, Options, Zone, external_access};
use crate::evaluate;
use crate::explain::{Leak, Part, Place, blame, leaks};
use crate::limits::InputLimits;
use crate::policy::{Condition, Document, Effect, Operator, PolicyType, PrincipalKind, Statement, parse};
use crate::solve::{Finding, Verdict};
use crate::span::Source;
use serde_json::json;

/// Findings whose advice is checked.
const MOST_CHECKED: usize = 8;

/// Keys that tell to which account or organization a caller belongs.
const OF_CALLERS: [&str; 4] =
    ["aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn"];

/// An issue for every finding, in the order of the table, and the reasons why there may be more.
pub(super) fn issues(external: &External<'_>) -> Vec<Issue> {
    let policy = external.policy;
    let documents = [policy];
    let mut referee = evaluate::Options::for_documents(&documents);
    referee.policy_type = PolicyType::Resource;
    referee.strict_arn = external.options.strict_arn;
    let replayer = Replayer::new(&[policy], &referee, external.options.aws_compat);
    let names = KeyNames::of(&documents);
    let one = |(place, found): (usize, &ExternalFinding)| {
        let own = own(external, found);
        let blamed = blame(policy, &own, None, &referee)?;
        let witness = own.witness.request();
        let source = policy.statements.get(found.statement)?;
        let name = statement_name(found.statement, Some(source));
        let title = format!("{} lets in {} from outside {}", policy.source.name(), who(found), external.zone);
        let (of_principal, others): (Vec<Place>, Vec<Place>) =
            std::iter::once(blamed.primary).chain(blamed.others).partition(|p| p.part == Part::Principal);
        let mut marks: Vec<Mark> = Vec::new();
        marks.extend(of_principal.iter().map(|place| Mark {
            span: place.span,
            label: match (place.negated, found.is_wholly_outside) {
                (true, _) => "anyone but these, so someone from outside too".to_owned(),
                (false, true) => "all of this is from outside".to_owned(),
                (false, false) => "someone from outside is among these".to_owned(),
            },
        }));
        marks.extend(others.iter().map(|p| Mark { span: p.span, label: label(p).to_owned() }));
        let leaks = leaks(policy, &own, external.resource_type);
        marks.extend(leaks.iter().filter_map(|(place, leak)| {
            let condition = source.conditions.get(*place)?;
            let label = one_line(&why(condition, *leak, &own, external));
            Some(Mark { span: condition.operator.span, label })
        }));
        let mut notes = vec![
            ("request", request::table(&request::rows(witness, &names, PolicyType::Resource))),
            ("allowed", plain(&allowed(found, policy))),
        ];
        let checks = place < MOST_CHECKED && !external.options.limits.is_over();
        notes.push(("help", plain(&help(external, found, &leaks, &name, checks))));
        let command = match replayer.spelled(witness) {
            Some(spelled) => {
                replay::command(&spelled, &[external.argument], "allowed", external.options.strict_arn)
            }
            None => Err("flags cannot say all that matters about the request"),
        };
        notes.push(match command {
            Ok(command) => ("replay", command),
            Err(why) => ("no replay", why.to_owned()),
        });
        let code = "external-access";
        let text = statement_text(policy, source);
        Some(Issue {
            source: Some(policy.source.clone()),
            marks,
            pointer: Some(pointer(external, found)),
            notes,
            ..Issue::new(Kind::Finding, code, one_line(&title)).with_fingerprint(&[
                code,
                &text,
                &who(found),
                &external.zone.to_string(),
            ])
        })
    };
    let mut issues: Vec<Issue> = external.access.findings.iter().enumerate().filter_map(one).collect();
    if issues.len() != external.access.findings.len() {
        issues.push(Issue::new(Kind::Error, "internal-error", "a finding could not be explained"));
    }
    if let Verdict::Unknown(unknown) = &external.access.rest.verdict {
        let message = match issues.is_empty() {
            true => "it could not be decided whether anyone from outside is let in",
            false => "it could not be decided whether these are all who are let in from outside",
        };
        issues.extend(undecided::among(&documents, unknown, PolicyType::Resource, message));
    }
    issues
}

/// The finding as one of its statement: with the places there of its principal and of what lets its request through.
fn own(external: &External<'_>, found: &ExternalFinding) -> Finding {
    let mut own = found.finding.clone();
    own.document = 0;
    let source = external.policy.statements.get(found.statement);
    let part = found.document.statements.first();
    let principal = source.zip(part).and_then(|(source, part)| {
        let wanted = part.principal.as_ref().filter(|p| !p.negated)?.values.first()?;
        let values = &source.principal.as_ref()?.values;
        values.iter().position(|v| v.value.kind == wanted.value.kind && v.value.text == wanted.value.text)
    });
    own.principal = principal;
    if own.statement != found.statement {
        // Another statement was met first; of this one no single pattern is known.
        (own.statement, own.action, own.resource) = (found.statement, None, None);
    }
    own
}

/// The JSON pointer of whom a finding is about.
pub(super) fn pointer(external: &External<'_>, found: &ExternalFinding) -> String {
    match own(external, found).principal {
        Some(value) => external.policy.principal_pointer(found.statement, value),
        None => external.policy.principal_element_pointer(found.statement),
    }
}

/// The statements that allow the request.
fn allowed(found: &ExternalFinding, policy: &Document) -> String {
    let name = |index: usize| statement_name(index, policy.statements.get(index));
    let others = found.statements.iter().filter(|index| **index != found.statement).count();
    match others {
        0 => format!("by {}", name(found.statement)),
        n => format!("by {}, and by {}", name(found.statement), counted(n, "other statement")),
    }
}

fn label(place: &Place) -> &'static str {
    match (place.part, place.negated) {
        (Part::Action, false) => "with this action",
        (Part::Action, true) => "with any action but these",
        (Part::Resource, false) => "on this resource",
        (Part::Resource, true) => "on any resource but these",
        (Part::Principal, _) => "by this principal",
    }
}

/// Why a condition does not keep those outside out.
fn why(condition: &Condition, leak: Leak, finding: &Finding, external: &External<'_>) -> String {
    let key = &condition.key.value.text;
    let value = finding.witness.request().values(&condition.key.value.name).and_then(<[String]>::first);
    let has = value.map_or_else(|| "someone outside meets it".to_owned(), |v| format!("met by `{v}`"));
    match leak {
        Leak::Absent => format!("does not confine: it holds without {key}"),
        Leak::Negated => format!("does not confine: {has}, which is none of these"),
        Leak::Wildcard => format!("does not confine: {has}"),
        Leak::Fixed if OF_CALLERS.contains(&&*condition.key.value.name) => {
            format!("lets in who is outside {}: {has}", external.zone)
        }
        Leak::Fixed | Leak::Addresses => {
            format!("{has}, which does not tell who is outside {}", external.zone)
        }
        Leak::NotTrust => format!("does not confine: {key} says nothing about who calls"),
        Leak::Presence => format!("does not confine: callers from outside have {key} too, or lack it too"),
    }
}

/// What to do, as concretely as is known.
fn help(
    external: &External<'_>,
    found: &ExternalFinding,
    leaks: &[(usize, Leak)],
    statement: &str,
    checks: bool,
) -> String {
    let Some(source) = external.policy.statements.get(found.statement) else { return String::new() };
    let named = found.document.statements.first().and_then(|part| {
        let value = part.principal.as_ref().filter(|p| !p.negated && !p.everyone)?.values.first()?;
        (&*value.value.text != "*").then_some(&value.value)
    });
    if let Some(principal) = named {
        let name = one_line(&who(found));
        let is_fixed = !principal.text.contains(['*', '?']);
        if own(external, found).principal.is_none() {
            return format!(
                "if this is not meant, deny {name} too: {statement} is for anyone, and a Deny leaves {name} out"
            );
        }
        return match principal.kind {
            PrincipalKind::Aws
                if is_fixed && (principal.text.len() == 12 || principal.text.starts_with("arn:")) =>
            {
                format!(
                    "if this is meant, say so with --trusted {name}; if not, remove it from Principal of {statement}"
                )
            }
            PrincipalKind::Federated => {
                let trust = match is_fixed && principal.text.starts_with("arn:") {
                    true => format!(", and name it with --trusted {}", one_line(&principal.text)),
                    false => String::new(),
                };
                format!(
                    "if this is not meant, remove the provider from Principal of {statement}; if it is, say which of \
                     its users with\na condition on the claims of their tokens, such as aud and sub{trust}"
                )
            }
            _ => format!("if this is not meant, remove it from Principal of {statement}"),
        };
    }
    // A condition that asks for the right thing, but leaves a gap.
    let gap = leaks.iter().find_map(|(place, leak)| {
        let condition = source.conditions.get(*place)?;
        let repairable = !matches!(leak, Leak::NotTrust | Leak::Fixed | Leak::Addresses);
        (repairable && OF_CALLERS.contains(&&*condition.key.value.name)).then_some((*place, condition, *leak))
    });
    if let Some((place, condition, leak)) = gap {
        let advice = one_line(&public::repair(condition, leak));
        let strict = (leak == Leak::Absent && condition.operator.value.if_exists).then(|| {
            let mut changed = source.clone();
            if let Some(condition) = changed.conditions.get_mut(place) {
                let operator = condition.operator.value;
                condition.operator.value = Operator { if_exists: false, ..operator };
            }
            changed
        });
        return format!("{advice}{}", checked(external, strict.filter(|_| checks)));
    }
    if let Some(advice) = of_fixed(found, source, leaks, statement) {
        return advice;
    }
    let (key, values) = match (external.zone.organizations(), external.zone.principals()) {
        ([], principals) => {
            ("aws:PrincipalAccount", principals.iter().filter(|p| !p.contains(':')).collect::<Vec<_>>())
        }
        (organizations, _) => ("aws:PrincipalOrgID", organizations.iter().collect()),
    };
    let condition = json!({"StringEquals": {key: values}});
    let confined = confined(source, &condition).filter(|_| checks);
    let has = |c: &Condition| &*c.operator_text == "StringEquals";
    let (place, text) = match (source.conditions.is_empty(), source.conditions.iter().any(has)) {
        (true, _) => (statement.to_owned(), format!("\"Condition\": {condition}")),
        (_, false) => {
            (format!("Condition of {statement}"), format!("\"StringEquals\": {}", json!({key: values})))
        }
        (_, true) => (format!("StringEquals of {statement}"), format!("\"{key}\": {}", json!(values))),
    };
    format!("add to {place} what only those inside meet{}:\n{}", checked(external, confined), one_line(&text))
}

/// What to do about a fixed value of a key that tells who calls.
fn of_fixed(
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
            true => format!("if {value} is meant, say so with --trusted {value}; if not, {remove}"),
            false => format!("if {value} is not meant, {remove}"),
        })
    })
}

/// The statement with one condition more.
fn confined(statement: &Statement, condition: &serde_json::Value) -> Option<Statement> {
    let text = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition,
    }});
    let read = parse(&Source::new("condition", text.to_string()), &InputLimits::default()).document?;
    let mut confined = statement.clone();
    confined.conditions.extend(read.statements.first()?.conditions.iter().cloned());
    Some(confined)
}

/// What a change of a statement comes to: the statement is asked about again, with all that the policy denies.
fn checked(external: &External<'_>, changed: Option<Statement>) -> &'static str {
    let Some(changed) = changed else { return "" };
    let denials = external.policy.statements.iter().filter(|s| s.effect.value == Effect::Deny);
    let statements: Vec<Statement> = denials.cloned().chain([changed]).collect();
    let document = external.policy.with_statements(statements);
    let options = Options { certificate: false, certify: false, ..external.options.clone() };
    let access = external_access(&document, external.resource_type, external.zone, &options);
    match (access.is_complete(), access.findings.is_empty()) {
        (true, true) => " (checked: then it lets in nobody from outside)",
        (_, false) => " (checked: that alone does not do)",
        (false, true) => "",
    }
}
