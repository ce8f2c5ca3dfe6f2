//! The reasons why a policy allows no more than another one, where the texts of their statements show it.
//!
//! The proof is about all requests and needs none of this: these are the cases that a reader can check at a glance.

use super::judgement::Judgement;
use crate::evaluate::glob_matches;
use crate::explain::display::statement_name;
use crate::policy::{Condition, Document, Effect, Element, PrincipalElement, ResourcePattern, Statement};
use crate::report::aws_messages::AwsCheck;

/// The largest number of statements that are described.
const DESCRIBED: usize = 4;

/// The length of the longest policy that is described, in bytes: the longest one that AWS takes (of a bucket). Each pattern of a statement is
/// compared with each of another one, so the time grows with the square of it.
const LONGEST: usize = 20 * 1024;

impl Judgement<'_> {
    /// For a policy that allows no more than the existing one: names for each Allow statement one of the existing policy that covers it.
    /// Nothing if the texts do not show it for all.
    pub(in crate::report) fn within(&self) -> Vec<(&'static str, String)> {
        let (AwsCheck::NoNewAccess, Some(existing)) = (self.check, self.existing) else { return Vec::new() };
        let is_short = [self.policy, existing].iter().all(|policy| policy.source.text().len() <= LONGEST);
        let is_alike = self.policy.version == existing.version && self.answer.verdict.is_pass();
        if !is_short
            || !is_alike
            || !denials(existing).all(|deny| denials(self.policy).any(|own| own == deny))
        {
            return Vec::new();
        }
        let allows = || self.policy.statements.iter().enumerate().filter(|(_, own)| is_allow(own));
        if allows().count() > DESCRIBED {
            return Vec::new();
        }
        let covering = |(index, own): (usize, &Statement)| {
            let mut statements = existing.statements.iter().enumerate();
            let (place, other) = statements.find(|(_, other)| is_allow(other) && covers(other, own))?;
            let (own, of) = (statement_name(index, Some(own)), statement_name(place, Some(other)));
            Some(("because", format!("{own} allows nothing beyond {of} of {}", existing.source.name())))
        };
        allows().map(covering).collect::<Option<Vec<_>>>().unwrap_or_default()
    }
}

fn is_allow(statement: &Statement) -> bool {
    statement.effect.value == Effect::Allow
}

/// Returns the texts of the Deny statements.
fn denials(policy: &Document) -> impl Iterator<Item = &str> {
    let denials = policy.statements.iter().filter(|statement| !is_allow(statement));
    denials.map(|statement| policy.source.slice(statement.span))
}

/// True if the text of a statement shows that it covers the other one.
fn covers(statement: &Statement, other: &Statement) -> bool {
    let actions = !statement.action.negated
        && !other.action.negated
        && other.action.values.iter().all(|own| {
            let lower = own.value.text.to_ascii_lowercase();
            statement.action.values.iter().any(|value| {
                value.value.text.eq_ignore_ascii_case(&own.value.text)
                    || (!lower.contains(['*', '?']) && glob_matches(&value.value.glob, &lower))
            })
        });
    let resources = match (&statement.resource, &other.resource) {
        (Some(all), Some(own)) => covers_resources(all, own),
        (None, None) => true,
        (None, Some(_)) | (Some(_), None) => false,
    };
    let principals = match (&statement.principal, &other.principal) {
        (Some(all), Some(own)) => covers_principals(all, own),
        (None, None) => true,
        (None, Some(_)) | (Some(_), None) => false,
    };
    let keeps = |condition: &Condition| other.conditions.iter().any(|own| is_same(condition, own));
    actions && resources && principals && statement.conditions.iter().all(keeps)
}

fn covers_resources(all: &Element<ResourcePattern>, own: &Element<ResourcePattern>) -> bool {
    !all.negated
        && !own.negated
        && own
            .values
            .iter()
            .all(|own| all.values.iter().any(|value| starts_alike(&value.value.text, &own.value.text)))
}

/// True if the text of a pattern shows that it covers the other one: it is the same, or its last field ends where any text may follow.
fn starts_alike(pattern: &str, other: &str) -> bool {
    let is_open_end = |start: &str| {
        other.starts_with(start) && start.split(':').count() >= 6 && !start.contains(['*', '?', '$'])
    };
    pattern == "*" || pattern == other || pattern.strip_suffix('*').is_some_and(is_open_end)
}

fn covers_principals(all: &PrincipalElement, own: &PrincipalElement) -> bool {
    !all.negated
        && !own.negated
        && (all.everyone || !own.everyone)
        && own.values.iter().all(|own| all.values.iter().any(|value| value.value == own.value))
}

fn is_same(one: &Condition, other: &Condition) -> bool {
    let texts = |condition: &Condition| {
        condition.values.iter().map(|value| value.value.text.clone()).collect::<Vec<_>>()
    };
    one.operator.value == other.operator.value
        && one.key.value.name == other.key.value.name
        && texts(one) == texts(other)
}
