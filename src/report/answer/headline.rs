//! Headlines of findings: what a statement lets through, in the words of the policy, so that no two findings read the same.

use super::judgement::Judgement;
use super::places::demands;
use super::reach::{NAMED, actions, resources};
use crate::code::Code;
use crate::explain::display::statement_name;
use crate::explain::removal::{is_foreign, is_undenied};
use crate::explain::{Explained, Missing, Part, Place};
use crate::index::broken;
use crate::policy::{Condition, Document, RequestSet, Statement};
use crate::report::aws_messages::{AwsCheck, Lists};
use crate::report::display::principal_name;
use crate::solve::Finding;

/// Returns the code of a finding.
pub(super) fn code(judgement: &Judgement<'_>, finding: &Finding) -> Code {
    match (finding.set, judgement.check) {
        (RequestSet::Denied, _) => Code::DenyWeakened,
        (_, AwsCheck::NoNewAccess) => Code::NewAccess,
        (_, AwsCheck::AccessNotGranted(_)) => Code::AccessGranted,
        (_, AwsCheck::NoPublicAccess(_)) => Code::PublicAccess,
    }
}

/// The relation of the two policies of a comparison.
#[derive(Clone, Copy)]
pub(super) enum Relation<'n> {
    /// The existing policy is the earlier version.
    Versions,
    /// The existing policy is a rule of this name.
    Rule(&'n str),
    /// The two are sides of a comparison, with their names.
    Sides(&'n str, &'n str),
}

/// Returns the headline of a finding.
pub(super) fn headline(
    judgement: &Judgement<'_>,
    explained: &Explained<'_>,
    relation: Relation<'_>,
) -> String {
    let access = access(judgement, explained);
    let set = explained.finding.set;
    let directly = match set {
        RequestSet::Denied | RequestSet::ALLOWED => "",
        RequestSet::Allowed(_) | RequestSet::Granted(_) => " even without an identity policy",
    };
    match (set, judgement.check, relation) {
        (RequestSet::Denied, _, Relation::Versions) => {
            format!("no longer denies {access}{}", excepted(judgement, explained))
        }
        (RequestSet::Denied, _, Relation::Rule(rule)) => {
            format!("does not deny {access}, which the rule {rule} denies")
        }
        (RequestSet::Denied, _, Relation::Sides(policy, existing)) => {
            format!("{policy} does not deny {access}, which {existing} denies")
        }
        (_, AwsCheck::NoNewAccess, Relation::Versions) => {
            format!("newly allows {access}{directly}{}", loosened(judgement, explained))
        }
        (_, AwsCheck::NoNewAccess, Relation::Rule(rule)) => {
            format!("allows {access}{directly}, which the rule {rule} {}", refuses(judgement, explained))
        }
        (_, AwsCheck::NoNewAccess, Relation::Sides(policy, existing)) => {
            format!("{policy} allows {access}{directly}, which {existing} {}", refuses(judgement, explained))
        }
        (_, AwsCheck::AccessNotGranted(Lists { actions, resources }), _) => {
            let granted = judgement.granted_by(explained.blame.statement);
            let names = match granted.as_slice() {
                [rest @ .., last] if granted.len() <= NAMED => format!(": {} and {last}", rest.join(", ")),
                _ => String::new(),
            };
            let several = format!("{} listed actions", granted.len());
            let what = match (actions, resources, granted.len()) {
                (true, true, 0..=1) => "a listed action on a listed resource",
                (false, true, _) => "access to a listed resource",
                (_, _, 0..=1) => "a listed action",
                (true, true, _) => {
                    return format!("grants {several} on listed resources{names} (for example {access})");
                }
                _ => return format!("grants {several}{names} (for example {access})"),
            };
            format!("grants {what}: {access}")
        }
        (_, AwsCheck::NoPublicAccess(_), _) => format!("lets outsiders use {access}"),
    }
}

/// Describes what a statement lets through: the action of the request, and the resource and the principal as the statement spells
/// them.
fn access(judgement: &Judgement<'_>, explained: &Explained<'_>) -> String {
    let document = judgement.document_of(explained.finding);
    let statement = document.statements.get(explained.blame.statement);
    let (witness, set) = (explained.finding.witness.request(), explained.finding.set);
    let places = || std::iter::once(&explained.blame.primary).chain(&explained.blame.others);
    let place = |part: Part| places().find(|place| place.part == part);
    let spelled = |part: Part| Some((statement?, place(part).filter(|place| !place.negated)?));
    let resource = match spelled(Part::Resource).and_then(|(statement, place)| resource(statement, place)) {
        Some(pattern) => resources(judgement, explained, pattern),
        None => witness.resource.clone(),
    };
    let by = match (spelled(Part::Principal), place(Part::Principal), judgement.check) {
        // The code says who outsiders are.
        (_, _, AwsCheck::NoPublicAccess(_)) => String::new(),
        (Some((statement, place)), _, _) => match principal(statement, place) {
            Some("*") => " by anyone".to_owned(),
            Some(who) => format!(" by {who}"),
            None => String::new(),
        },
        (None, Some(_), _) => match &witness.requester {
            Some(requester) => format!(" by {}", principal_name(requester)),
            None => String::new(),
        },
        (None, None, _) => String::new(),
    };
    let pattern = spelled(Part::Action).and_then(|(statement, place)| action(statement, place));
    let action = match pattern {
        Some(pattern) if is_all_new(judgement, explained, pattern) => {
            return format!("{pattern} on {resource}{by} (for example {})", witness.action);
        }
        // A Deny covers more than the action of one request.
        Some(pattern) if set == RequestSet::Denied && !pattern.contains(['*', '?']) => witness.action.clone(),
        _ if set == RequestSet::Denied => format!("requests such as {}", witness.action),
        Some(pattern) if !pattern.contains(['*', '?']) => actions(judgement, explained, &witness.action),
        _ => witness.action.clone(),
    };
    format!("{action} on {resource}{by}")
}

/// Says for which values of keys a Deny no longer holds, if conditions are all that changed in it.
fn excepted(judgement: &Judgement<'_>, explained: &Explained<'_>) -> String {
    let Some(lost) = explained.lost.as_ref() else { return String::new() };
    let Some(left) = &lost.left else {
        let deny = judgement.existing.and_then(|existing| existing.statements.get(lost.statement));
        let is_named = deny.is_some_and(|deny| {
            deny.sid().is_some() && judgement.policy.statements.iter().any(|own| own.sid() == deny.sid())
        });
        let of_deny: Vec<&Condition> = deny.into_iter().flat_map(|deny| &deny.conditions).collect();
        return match is_named {
            true => String::new(),
            false => format!(
                "{}: {} is gone",
                when(judgement, explained, &of_deny),
                statement_name(lost.statement, deny)
            ),
        };
    };
    let Some(statement) = judgement.policy.statements.get(left.statement).filter(|_| !left.lacks_action)
    else {
        return String::new();
    };
    let mut conditions = Vec::new();
    for missing in &left.missing {
        let Missing::Condition { condition, .. } = missing else { return String::new() };
        match statement.conditions.get(*condition) {
            Some(condition) => conditions.push(condition),
            None => broken("a trace is about the conditions of its statement"),
        }
    }
    when(judgement, explained, &conditions)
}

/// Says which values of the keys of conditions the request has.
fn when(judgement: &Judgement<'_>, explained: &Explained<'_>, conditions: &[&Condition]) -> String {
    let witness = explained.finding.witness.request();
    let mut told: Vec<String> = Vec::new();
    for condition in conditions {
        let key = judgement.names.name(&condition.key.value.name);
        let text = match witness.values(&condition.key.value.name) {
            Some(values) => format!("{key} is {}", values.join(", ")),
            None => format!("{key} is absent"),
        };
        if !told.contains(&text) {
            told.push(text);
        }
    }
    match told.is_empty() {
        true => String::new(),
        false => format!(" when {}", told.join(" and ")),
    }
}

/// Names the keys of the conditions that are all that the existing policy demands beyond the checked one.
fn demanded(judgement: &Judgement<'_>, explained: &Explained<'_>) -> Vec<String> {
    let Some((index, conditions)) = demands(explained) else { return Vec::new() };
    let statement = judgement.existing.and_then(|existing: &Document| existing.statements.get(index));
    let keys = conditions.iter().filter_map(|(place, _)| statement?.conditions.get(*place));
    let mut names: Vec<String> = Vec::new();
    for condition in keys {
        let name = judgement.names.name(&condition.key.value.name).into_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Says that a condition is gone or looser, if conditions are all that changed.
fn loosened(judgement: &Judgement<'_>, explained: &Explained<'_>) -> String {
    let keys = demanded(judgement, explained);
    let own = judgement.policy.statements.get(explained.blame.statement);
    let is_tested = |key: &String| {
        let mut own = own.iter().flat_map(|own| &own.conditions);
        own.any(|condition| condition.key.value.name.eq_ignore_ascii_case(key))
    };
    match keys.is_empty() {
        true => String::new(),
        false if keys.iter().any(is_tested) => format!(" under a looser condition on {}", keys.join(" and ")),
        false => format!(" without the condition on {}", keys.join(" and ")),
    }
}

/// Says what the other policy does instead of allowing the request.
fn refuses(judgement: &Judgement<'_>, explained: &Explained<'_>) -> String {
    let keys = demanded(judgement, explained);
    match keys.is_empty() {
        true => "does not".to_owned(),
        false => format!("allows only under a condition on {}", keys.join(" and ")),
    }
}

/// True if the finding is about every action of a pattern with wildcards: the existing policy allows none of them, and the checked one
/// denies none.
fn is_all_new(judgement: &Judgement<'_>, explained: &Explained<'_>, pattern: &str) -> bool {
    let is_new_access =
        explained.finding.set != RequestSet::Denied && matches!(judgement.check, AwsCheck::NoNewAccess);
    let is_foreign = |existing| is_foreign(existing, Part::Action, pattern);
    is_new_access
        && pattern.contains(['*', '?'])
        && judgement.existing.is_some_and(is_foreign)
        && is_undenied(judgement.policy, pattern)
}

/// Returns the text of the action pattern at a place.
fn action<'s>(statement: &'s Statement, place: &Place) -> Option<&'s str> {
    let values = &statement.action.values;
    values.iter().find(|value| value.span == place.span).map(|value| &*value.value.text)
}

/// Returns the text of the resource pattern at a place.
fn resource<'s>(statement: &'s Statement, place: &Place) -> Option<&'s str> {
    let values = &statement.resource.as_ref()?.values;
    values.iter().find(|value| value.span == place.span).map(|value| &*value.value.text)
}

/// Returns the text of the principal at a place; `*` for everybody.
fn principal<'s>(statement: &'s Statement, place: &Place) -> Option<&'s str> {
    let element = statement.principal.as_ref()?;
    let value = element.values.iter().find(|value| value.span == place.span);
    match value {
        Some(value) => Some(&*value.value.text),
        None => element.everyone.then_some("*"),
    }
}
