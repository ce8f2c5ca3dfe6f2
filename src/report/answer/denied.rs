//! Texts about requests that the existing policy denies and the checked one does not.

use super::judgement::Judgement;
use super::places::lacks_action;
use crate::evaluate::Decision;
use crate::explain::display::{one_line, statement_name};
use crate::explain::{Explained, Refusal};
use crate::policy::{Document, PolicyType};

/// Says that a policy denies less.
pub(in crate::report) fn title(judgement: &Judgement<'_>) -> String {
    let name = judgement.policy.source.name();
    let existing = judgement.existing.map_or("the existing policy", |existing| existing.source.name());
    format!("{name} does not deny requests that {existing} denies")
}

/// Says how the checked policy decides the request.
pub(super) fn after(judgement: &Judgement<'_>, explained: &Explained<'_>) -> String {
    let policy = judgement.policy;
    let name = one_line(policy.source.name());
    let limits =
        matches!(judgement.answer.policy_type, PolicyType::ServiceControl | PolicyType::ResourceControl);
    let decision = match explained.decision {
        // Policies of an organization limit what others allow.
        Some(Decision::Allowed) if limits => format!("not denied by {name} (another policy has to allow it)"),
        Some(Decision::Allowed) => format!("allowed by {name}"),
        _ => format!("not denied by {name}: another policy that allows the request lets it through"),
    };
    let closest = match &explained.refusal {
        Some(Refusal::Short { statement, missing, only }) if !missing.is_empty() => {
            let which = if *only { "the only Deny for this action is" } else { "the closest Deny is" };
            let lacks: Vec<String> = missing.iter().map(|m| one_line(m.says())).collect();
            let statement = statement_name(*statement, policy.statements.get(*statement));
            format!("\n{which} {statement}: {}", lacks.join("; "))
        }
        Some(Refusal::NoAction) => match weaker(policy, explained) {
            none if none.is_empty() => "\nno Deny statement covers the action".to_owned(),
            weaker => weaker,
        },
        _ => String::new(),
    };
    format!("{decision}{closest}")
}

/// Says which Deny of the checked policy is left of the one that stops the request in the existing policy; empty if none is.
pub(super) fn weaker(policy: &Document, explained: &Explained<'_>) -> String {
    let Some(left) = explained.lost.as_ref().and_then(|lost| lost.left.as_ref()) else {
        return String::new();
    };
    let statement = policy.statements.get(left.statement);
    let action = statement.filter(|_| left.lacks_action).map(|statement| lacks_action(statement).to_owned());
    let others = left.missing.iter().map(|missing| one_line(missing.says()));
    let lacks: Vec<String> = action.into_iter().chain(others).collect();
    let statement = statement_name(left.statement, statement);
    format!("\n{statement}, a Deny, does not stop it: {}", lacks.join("; "))
}

/// Says that it is undecided whether the checked policy denies less.
pub(in crate::report) fn undecided(judgement: &Judgement<'_>) -> String {
    let name = judgement.policy.source.name();
    let existing = judgement.existing.map_or("the existing policy", |existing| existing.source.name());
    format!("it could not be decided whether {name} denies all that {existing} denies")
}
