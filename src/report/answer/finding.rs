//! The issue for a statement that is a reason for FAIL: what it allows or denies, where, why the other policy does not, what to
//! do.

use super::headline::Relation;
use super::judgement::{Invocation, Judgement};
use super::places::{demands, places};
use super::simulation::Expected;
use super::world::unlisted;
use super::{denied, headline, public_access};
use crate::check::ONLY_FOR_SCP;
use crate::evaluate::Decision;
use crate::explain::advice::{Advisor, Existing};
use crate::explain::display::{one_line, plain, statement_name};
use crate::explain::repair::keep_outsiders_out;
use crate::explain::{Explained, Refusal, replay};
use crate::index::broken;
use crate::policy::{Document, RequestSet};
use crate::report::aws_messages::AwsCheck;
use crate::report::display;
use crate::report::fingerprint::statement_text;
use crate::report::issue::{Issue, Kind};

/// Names the keys that the request lacks, and under which the existing policy would allow it.
fn absent(judgement: &Judgement<'_>, explained: &Explained<'_>) -> Vec<String> {
    let (Some(existing), Some((statement, missing))) = (judgement.existing, demands(explained)) else {
        return Vec::new();
    };
    let request = explained.finding.witness.request();
    let conditions = existing.statements.get(statement).map_or(&[][..], |own| own.conditions.as_slice());
    let keys =
        missing.iter().filter_map(|(condition, _)| conditions.get(*condition)).map(|own| &own.key.value);
    keys.filter(|key| request.values(&key.name).is_none())
        .map(|key| judgement.names.name(&key.name).into_owned())
        .collect()
}

/// Turns a finding into an issue.
pub(super) fn issue(
    judgement: &Judgement<'_>,
    explained: &Explained<'_>,
    invocation: &Invocation<'_>,
) -> Issue {
    let document = judgement.document_of(explained.finding);
    let is_denial = explained.finding.set == RequestSet::Denied;
    let witness = explained.finding.witness.request();
    let code = headline::code(judgement, explained.finding);
    let title = headline::headline(judgement, explained, relation(judgement, invocation));
    let blame = &explained.blame;
    let places = places(judgement, explained);
    let (before_name, after_name) = match invocation.rule {
        Some(_) => ("rule", "policy"),
        None if invocation.are_sides => ("other", "this"),
        None => ("before", "after"),
    };
    let mut notes = Vec::new();
    let mut note = |name: &'static str, text: String| notes.push((name, text));
    let mut rows = display::rows(witness, &judgement.names, judgement.answer.policy_type);
    display::add_absent(&mut rows, &absent(judgement, explained));
    note("request", display::table(&rows));
    let statement = statement_name(blame.statement, document.statements.get(blame.statement));
    if is_denial {
        note(before_name, plain(&format!("denied by {statement}")));
        note(after_name, plain(&denied::after(judgement, explained)));
    } else if let Some(existing) = judgement.existing {
        note(before_name, plain(&before(explained, existing)));
        let weaker = denied::weaker(judgement.policy, explained);
        let of = match invocation.are_sides {
            true => format!(" of {}", one_line(judgement.policy.source.name())),
            false => String::new(),
        };
        note(after_name, plain(&format!("allowed by {statement}{of}{weaker}")));
    } else {
        note("allowed", plain(&format!("by {statement}")));
        let granted = judgement.granted_by(blame.statement);
        if granted.len() > 1 {
            note("granted", plain(&granted.join(", ")));
        }
    }
    if judgement.answer.is_for_scp(explained.finding) {
        note("note", ONLY_FOR_SCP.to_owned());
    }
    if let Some(why) = unlisted(judgement.answer, explained.finding) {
        note("note", plain(&why));
    }
    if let Some(addresses) = public_access::from(explained) {
        note("from", addresses);
    }
    let help = match judgement.check {
        AwsCheck::NoPublicAccess(of) => keep_outsiders_out(document, explained, of, &statement),
        AwsCheck::NoNewAccess | AwsCheck::AccessNotGranted(_) => {
            let advisor = Advisor {
                policy: judgement.policy,
                existing: judgement.existing,
                recheck: invocation.recheck,
                relation: match relation(judgement, invocation) {
                    Relation::Versions => Existing::Earlier,
                    Relation::Rule(_) => Existing::Rule,
                    Relation::Sides(..) => Existing::Side,
                },
                passes: match invocation.then {
                    Some(then) => then,
                    None => "it passes",
                },
            };
            match judgement.existing.filter(|_| is_denial) {
                Some(existing) => advisor.keep(explained, existing),
                None => advisor.advice(explained, &statement),
            }
        }
    };
    let help = match relation(judgement, invocation) {
        Relation::Sides(policy, existing) => {
            format!("if {policy} is to allow no more than {existing}: {help}")
        }
        Relation::Versions | Relation::Rule(_) => help,
    };
    note("help", plain(&help));
    match commands(judgement, explained, invocation) {
        Ok(commands) => note("replay", commands.join("\n")),
        Err(why) => note("no replay", why.to_owned()),
    }
    let text = match document.statements.get(blame.statement) {
        Some(statement) => statement_text(document, statement),
        None => broken("a finding is about a statement of its document"),
    };
    // For fingerprints, no rule is the same as a rule without a name; so accepted findings keep their fingerprints.
    let rule = invocation.rule.unwrap_or_default();
    let mut asked = vec![code.as_str(), rule, &text];
    asked.extend(invocation.asked.iter().map(String::as_str));
    Issue {
        source: Some(places.source),
        marks: places.marks,
        pointer: Some(places.pointer),
        elsewhere: places.elsewhere.map(Box::new),
        notes,
        ..Issue::new(Kind::Finding, code, one_line(&title)).with_fingerprint(&asked)
    }
}

/// Writes the commands that replay the request, or the reason why there are none.
fn commands(
    judgement: &Judgement<'_>,
    explained: &Explained<'_>,
    invocation: &Invocation<'_>,
) -> Result<Vec<String>, &'static str> {
    let why = match explained.late {
        true => "the time limit was reached",
        false => "flags cannot express everything that matters about the request",
    };
    let spelled = explained.replay.as_ref().ok_or(why)?;
    let (new, existing) = match (explained.finding.set, &explained.refusal) {
        (RequestSet::Denied, _) => (
            if explained.decision == Some(Decision::Allowed) {
                Expected::Allowed
            } else {
                Expected::ImplicitlyDenied
            },
            Expected::ExplicitlyDenied,
        ),
        (RequestSet::Allowed(_) | RequestSet::Granted(_), Some(Refusal::Indirect { .. })) => {
            (Expected::Allowed, Expected::Allowed)
        }
        (RequestSet::Allowed(_) | RequestSet::Granted(_), Some(Refusal::Denied { .. })) => {
            (Expected::Allowed, Expected::ExplicitlyDenied)
        }
        (RequestSet::Allowed(_) | RequestSet::Granted(_), _) => (Expected::Allowed, Expected::Denied),
    };
    let inputs = [(invocation.policy, new)].into_iter().chain(invocation.existing.map(|e| (e, existing)));
    inputs
        .map(|(argument, expect)| replay::command(spelled, &[argument], expect.name(), judgement.strict_arn))
        .collect()
}

/// Returns the relation of the two policies.
fn relation<'n>(judgement: &'n Judgement<'_>, invocation: &Invocation<'n>) -> Relation<'n> {
    match (invocation.rule, judgement.existing) {
        (Some(rule), _) => Relation::Rule(rule),
        (None, Some(existing)) if invocation.are_sides => {
            Relation::Sides(judgement.policy.source.name(), existing.source.name())
        }
        (None, _) => Relation::Versions,
    }
}

/// Says why the existing policy does not allow the request.
fn before(explained: &Explained<'_>, existing: &Document) -> String {
    let name = one_line(existing.source.name());
    let statement = |index: usize| statement_name(index, existing.statements.get(index));
    match &explained.refusal {
        None => "denied; the time limit was reached before the reason was determined".to_owned(),
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
        Some(Refusal::Indirect { statement: index }) => format!(
            "not allowed by itself: {} of {name} names the account or the role, and in that account an identity policy has to \
             allow the request too, or a permissions boundary may stop it",
            statement(*index)
        ),
        Some(Refusal::Short { statement: index, missing, only }) if !missing.is_empty() => {
            let lacks: Vec<String> = missing.iter().map(|m| one_line(m.says())).collect();
            let which = if *only { "the only" } else { "the closest is" };
            format!(
                "denied, no statement of {name} matches\n{which} {}: {}",
                match only {
                    true => format!("one for this action is {}", statement(*index)),
                    false => statement(*index),
                },
                lacks.join("; ")
            )
        }
        _ => format!("denied, no statement of {name} allows the action"),
    }
}
