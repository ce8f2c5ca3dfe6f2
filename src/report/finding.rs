//! A statement that is a reason for FAIL: what it allows, where, why the other policy does not, what to do.

use super::advice::advice;
use super::fingerprint::statement_text;
use super::issue::{Issue, Kind, Mark};
use super::names::{one_line, plain, statement_name};
use super::{Explained, Judgement, Question, Typed, public, replay, request};
use crate::explain::{Missing, Part, Place, Refusal};
use crate::policy::Document;
use crate::request::Request;

/// The issue that a finding is.
pub(super) fn issue(judgement: &Judgement<'_>, explained: &Explained<'_>, typed: &Typed<'_>) -> Issue {
    let document = judgement.policy;
    let witness = explained.finding.witness.request();
    let (code, title) = title(judgement, witness);
    let blame = &explained.blame;
    let mut marks = vec![Mark {
        span: blame.primary.span,
        label: match (blame.primary.negated, judgement.question) {
            (false, Question::NoPublicAccess(_)) => "can be an outsider".to_owned(),
            (false, _) => "allows the request below".to_owned(),
            (true, _) => "allows all but these, and so the request below".to_owned(),
        },
    }];
    marks.extend(blame.others.iter().map(|p| Mark { span: p.span, label: label(p).to_owned() }));
    marks.extend(
        blame.conditions.iter().map(|loose| Mark { span: loose.operator, label: one_line(&loose.why) }),
    );
    let mut notes = Vec::new();
    let mut note = |name: &'static str, text: String| notes.push((name, text));
    let rows = request::rows(witness, &judgement.names, judgement.answer.policy_type);
    note("request", request::table(&rows));
    let statement = statement_name(blame.statement, document.statements.get(blame.statement));
    if let Some(existing) = judgement.existing {
        note("before", plain(&before(explained, existing)));
        note("after", plain(&format!("allowed by {statement}")));
    } else {
        note("allowed", plain(&format!("by {statement}")));
    }
    if let Some(addresses) = public::from(explained) {
        note("from", addresses);
    }
    let help = match judgement.question {
        Question::NoPublicAccess(of) => public::help(document, explained, of, &statement),
        Question::NoNewAccess | Question::AccessNotGranted { .. } => {
            advice(judgement, explained, typed, &statement)
        }
    };
    note("help", plain(&help));
    match commands(judgement, explained, typed) {
        Ok(commands) => note("replay", commands.join("\n")),
        Err(why) => note("no replay", why.to_owned()),
    }
    let text = document.statements.get(blame.statement).map(|s| statement_text(document, s));
    let mut asked = vec![code, typed.rule.unwrap_or(""), text.as_deref().unwrap_or("")];
    asked.extend(typed.asked.iter().map(String::as_str));
    Issue {
        source: Some(document.source.clone()),
        marks,
        pointer: Some(blame.primary.pointer.clone()),
        notes,
        ..Issue::new(Kind::Finding, code, one_line(&title)).with_fingerprint(&asked)
    }
}

/// The commands that replay the request, or why there are none.
fn commands(
    judgement: &Judgement<'_>,
    explained: &Explained<'_>,
    typed: &Typed<'_>,
) -> Result<Vec<String>, &'static str> {
    let why = match explained.late {
        true => "the time limit was over",
        false => "flags cannot say all that matters about the request",
    };
    let spelled = explained.replay.as_ref().ok_or(why)?;
    let inputs = std::iter::once((typed.policy, "allowed")).chain(typed.existing.map(|e| (e, "denied")));
    inputs
        .map(|(argument, expect)| replay::command(spelled, &[argument], expect, judgement.strict_arn))
        .collect()
}

fn title(judgement: &Judgement<'_>, witness: &Request) -> (&'static str, String) {
    let name = judgement.policy.source.name();
    match (judgement.question, judgement.existing) {
        (Question::NoNewAccess, Some(existing)) => {
            ("new-access", format!("{name} allows requests that {} does not", existing.source.name()))
        }
        (Question::NoNewAccess, None) => ("new-access", format!("{name} allows new access")),
        (Question::AccessNotGranted { actions, resources }, _) => {
            let what = match (actions, resources) {
                (true, true) => "a listed action on a listed resource",
                (false, true) => "access to a listed resource",
                _ => "a listed action",
            };
            ("access-granted", format!("{name} grants {what}: {} on {}", witness.action, witness.resource))
        }
        (Question::NoPublicAccess(_), _) => ("public-access", format!("{name} lets outsiders in")),
    }
}

fn label(place: &Place) -> &'static str {
    match (place.part, place.negated) {
        (Part::Action, false) => "with this action",
        (Part::Action, true) => "with any action but these",
        (Part::Resource, false) => "on this resource",
        (Part::Resource, true) => "on any resource but these",
        (Part::Principal, false) => "by this principal",
        (Part::Principal, true) => "by anyone but these",
    }
}

/// Why the existing policy does not allow the request.
fn before(explained: &Explained<'_>, existing: &Document) -> String {
    let name = one_line(existing.source.name());
    let statement = |index: usize| statement_name(index, existing.statements.get(index));
    match &explained.refusal {
        None => "denied; the time limit was over before the reason was looked for".to_owned(),
        Some(Refusal::Denied { statement: index, lacks: None }) => {
            format!("denied by {} of {name}", statement(*index))
        }
        Some(Refusal::Denied { statement: index, lacks: Some(lacks) }) => {
            let what = match &**lacks {
                Refusal::Short { missing, .. } if !missing.is_empty() => "matches",
                _ => "allows the action",
            };
            format!("denied, no statement of {name} {what}, and {} denies it", statement(*index))
        }
        Some(Refusal::Short { statement: index, missing, only }) if !missing.is_empty() => {
            let lacks: Vec<String> = missing.iter().map(|m| one_line(&lack(m))).collect();
            let which = if *only { "only" } else { "closest is" };
            format!(
                "denied, no statement of {name} matches\n{which} {}: {}",
                match only {
                    true => format!("{} has the action", statement(*index)),
                    false => statement(*index),
                },
                lacks.join("; ")
            )
        }
        _ => format!("denied, no statement of {name} allows the action"),
    }
}

fn lack(missing: &Missing) -> String {
    match missing {
        Missing::Principal => "it is for other principals".to_owned(),
        Missing::Resource => "it is for other resources".to_owned(),
        Missing::Condition { why, .. } => why.clone(),
    }
}
