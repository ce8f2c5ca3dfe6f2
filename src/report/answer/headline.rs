//! Headlines of findings: what a statement lets through, in the words of the policy, so that no two findings read the same.

use super::judgement::Judgement;
use crate::code::Code;
use crate::explain::removal::{is_foreign, is_undenied};
use crate::explain::{Explained, Part, Place};
use crate::policy::{RequestSet, Statement};
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
        (RequestSet::Denied, _, Relation::Versions) => format!("no longer denies {access}"),
        (RequestSet::Denied, _, Relation::Rule(rule)) => {
            format!("does not deny {access}, which the rule {rule} denies")
        }
        (RequestSet::Denied, _, Relation::Sides(policy, existing)) => {
            format!("{policy} does not deny {access}, which {existing} denies")
        }
        (_, AwsCheck::NoNewAccess, Relation::Versions) => format!("newly allows {access}{directly}"),
        (_, AwsCheck::NoNewAccess, Relation::Rule(rule)) => {
            format!("allows {access}{directly}, which the rule {rule} does not")
        }
        (_, AwsCheck::NoNewAccess, Relation::Sides(policy, existing)) => {
            format!("{policy} allows {access}{directly}, which {existing} does not")
        }
        (_, AwsCheck::AccessNotGranted(Lists { actions, resources }), _) => {
            let granted = judgement.granted_by(explained.blame.statement).len();
            let several = format!("{granted} listed actions");
            let what = match (actions, resources, granted) {
                (true, true, 0..=1) => "a listed action on a listed resource",
                (false, true, _) => "access to a listed resource",
                (_, _, 0..=1) => "a listed action",
                (true, true, _) => return format!("grants {several} on listed resources, such as {access}"),
                _ => return format!("grants {several}, such as {access}"),
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
    let witness = explained.finding.witness.request();
    let places = || std::iter::once(&explained.blame.primary).chain(&explained.blame.others);
    let place = |part: Part| places().find(|place| place.part == part);
    let spelled = |part: Part| Some((statement?, place(part).filter(|place| !place.negated)?));
    let resource = match spelled(Part::Resource).and_then(|(statement, place)| resource(statement, place)) {
        Some(pattern) => pattern,
        None => &witness.resource,
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
    let action = match spelled(Part::Action).and_then(|(statement, place)| action(statement, place)) {
        Some(pattern) if is_all_new(judgement, explained, pattern) => {
            format!("{pattern} (for example {})", witness.action)
        }
        _ => witness.action.clone(),
    };
    format!("{action} on {resource}{by}")
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
