//! The elements of statements: those that are missing, empty, misplaced or in conflict.

use super::place::Place;
use super::scope::Scope;
use super::syntax::{Element, Policy, Statement};
use crate::code::AwsCode;
use crate::hash::TextMap;

/// Pairs of elements of which a statement can have one.
const PAIRS: [(&str, &str); 3] =
    [("Action", "NotAction"), ("Principal", "NotPrincipal"), ("Resource", "NotResource")];

/// Checks the elements of a statement.
pub(super) fn check<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>) {
    missing(scope, statement);
    for (name, other) in PAIRS {
        combination(scope, statement, name, other);
    }
    if let Some(effect) = &statement.effect
        && !matches!(effect.text, "Allow" | "Deny")
    {
        scope.add(AwsCode::InvalidEffect, &[("effect", effect.text)], [effect.place.clone()]);
    }
    if let Some(sid) = &statement.sid {
        let is_plain = sid.text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if sid.text.is_empty() {
            scope.add(AwsCode::EmptySidValue, &[], [sid.place.clone()]);
        } else if !is_plain && !scope.kind.is_resource() {
            scope.add(AwsCode::UnsupportedSid, &[], [sid.place.clone()]);
        }
    }
    empty(scope, AwsCode::EmptyArrayAction, statement.action.as_ref());
    empty(scope, AwsCode::EmptyArrayResource, statement.resource.as_ref());
    if let Some(principals) = [&statement.principal, &statement.not_principal].into_iter().flatten().next() {
        let code = match () {
            () if scope.kind.is_identity() => AwsCode::UnsupportedPrincipal,
            () if scope.kind.is_scp() => AwsCode::ScpSyntaxErrorPrincipal,
            () => return,
        };
        let texts = [("policy_type", scope.kind.policy_type.name())];
        scope.add(code, &texts, [principals.place.clone()]);
    }
}

fn missing<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>) {
    let has = |name: &str, other: &str| statement.has(name) || statement.has(other);
    let place = || [statement.place.clone()];
    if !statement.has("Effect") {
        scope.add(AwsCode::MissingEffect, &[], place());
    }
    if !has("Action", "NotAction") {
        scope.add(AwsCode::MissingAction, &[], place());
    }
    if !has("Resource", "NotResource") && !scope.kind.is_trust {
        scope.add(AwsCode::MissingResource, &[], place());
    }
    if !has("Principal", "NotPrincipal") && scope.kind.policy_type.has_principals() {
        scope.add(AwsCode::MissingPrincipal, &[], place());
    }
}

fn combination<'j>(
    scope: &mut Scope<'_, 'j>,
    statement: &Statement<'j>,
    name: &'static str,
    other: &'static str,
) {
    let place = |name: &'static str| {
        statement.json.member(name).map(|member| statement.place.value(name, member.value.span))
    };
    if let (Some(first), Some(second)) = (place(name), place(other)) {
        let texts = [("element1", name), ("element2", other)];
        scope.add(AwsCode::UnsupportedElementCombination, &texts, [first, second]);
    }
}

fn empty<'j>(scope: &mut Scope<'_, 'j>, code: AwsCode, element: Option<&Element<'j>>) {
    if let Some(element) = element.filter(|element| element.values.is_empty()) {
        scope.add(code, &[], [element.place.clone()]);
    }
}

/// Checks that no two statements have one `Sid`.
pub(super) fn unique_sids<'j>(scope: &mut Scope<'_, 'j>, policy: &Policy<'j>) {
    let code = match scope.kind.is_resource() && !scope.kind.is_trust {
        true => AwsCode::UniqueSidsRecommended,
        false => AwsCode::UniqueSidsRequired,
    };
    let mut order: Vec<Vec<Place<'j>>> = Vec::new();
    let mut seen: TextMap<&str, usize> = TextMap::default();
    for sid in policy.statements.iter().filter_map(|statement| statement.sid.as_ref()) {
        if sid.text.is_empty() {
            continue;
        }
        let group = *seen.entry(sid.text).or_insert(order.len());
        match order.get_mut(group) {
            Some(places) => places.push(sid.place.clone()),
            None => order.push(vec![sid.place.clone()]),
        }
    }
    for places in order.into_iter().filter(|places| places.len() > 1) {
        scope.add(code, &[], places);
    }
}
