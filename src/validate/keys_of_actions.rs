//! Keys that the actions of a statement never carry.

use super::facts::provider_of;
use super::glob::is_any;
use super::place::Place;
use super::scope::Scope;
use super::syntax::{Statement, Test};
use crate::catalogue::{Action, Carried};
use crate::code::AwsCode;
use crate::policy::{Operator, OperatorBase};
use std::collections::BTreeSet;

/// Services about whose keys AWS reports actions that never carry them.
const REPORTED: [&str; 4] = ["dynamodb", "kms", "s3", "sts"];

/// Checks the keys of a statement against its actions.
pub(super) fn check<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>) {
    for test in statement.tests() {
        if test.operator.is_some_and(|operator| operator.base != OperatorBase::Null) {
            unsupported(scope, statement, test);
        }
        if test.lower.starts_with("aws:resourcetag/") && !scope.kind.is_rcp() {
            tags(scope, statement, test);
        }
    }
}

/// Reports actions, spelled in full, that never carry the key. Of the keys of most services AWS reports none.
fn unsupported<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>, test: &Test<'j>) {
    let provider = provider_of(&test.lower).map(|(provider, _)| provider);
    let prefix = test.lower.split_once(':').map_or("", |(prefix, _)| prefix);
    let is_of_service = REPORTED.contains(&prefix) && scope.aws.key(&test.lower).is_some();
    if provider.is_none() && !is_of_service {
        return;
    }
    let (mut names, mut places) = (Vec::new(), Vec::new());
    for value in statement.actions().iter().filter(|value| !value.text.contains(['*', '?'])) {
        let Some(action) = scope.aws.action(value.text) else { continue };
        let is_never = match provider {
            // Only one action takes tokens of identity providers.
            Some(_) => !action.full_name().eq_ignore_ascii_case("sts:AssumeRoleWithWebIdentity"),
            None => action.carries(&test.lower) == Carried::Never,
        };
        if is_never {
            names.push(value.text);
            places.push(value.place.clone());
        }
    }
    if !places.is_empty() {
        places.push(test.place.clone());
        let names = names.join(", ");
        let texts = [("actions", &*names), ("key", test.key)];
        scope.add(AwsCode::UnsupportedActionForConditionKey, &texts, places);
    }
}

/// Reports actions that carry no tag of their resource under a condition on one.
fn tags<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>, test: &Test<'j>) {
    let [named, by_not_action] = match (statement.is_allow(), statement.is_deny()) {
        (true, _) if !scope.kind.is_scp() => [
            AwsCode::AllowWithUnsupportedTagConditionKeyForService,
            AwsCode::AllowNotactionWithUnsupportedTagConditionKeyForService,
        ],
        (_, true) => [
            AwsCode::DenyWithUnsupportedTagConditionKeyForService,
            AwsCode::DenyNotactionWithUnsupportedTagConditionKeyForService,
        ],
        _ => return,
    };
    if let Some(element) = &statement.not_action {
        let texts = [("conditionKeyName", test.key)];
        scope.add(by_not_action, &texts, [element.place.clone(), test.key_place.clone()]);
        return;
    }
    let needs_key = |operator: Operator| !operator.base.is_negated() && !operator.if_exists;
    if !test.operator.is_some_and(needs_key) {
        return;
    }
    let mut prefixes: BTreeSet<String> = BTreeSet::new();
    let mut places: Vec<Place<'j>> = Vec::new();
    for value in statement.actions().iter().filter(|value| !is_any(value.text)) {
        let actions = scope.actions(value.text);
        if !actions.is_empty() && !actions.iter().any(carries_tags) {
            prefixes.extend(actions.iter().map(|action| action.service().prefix().to_owned()));
            places.push(value.place.clone());
        }
    }
    if !places.is_empty() {
        places.push(test.key_place.clone());
        let prefixes: Vec<String> = prefixes.into_iter().collect();
        let names = prefixes.join(", ");
        let texts = [("conditionKeyName", test.key), ("serviceNames", &*names)];
        scope.add(named, &texts, places);
    }
}

/// True if a request for the action can carry a tag of its resource, or one that it gives to it.
fn carries_tags(action: &Action<'_>) -> bool {
    ["aws:resourcetag/x", "aws:requesttag/x"].iter().any(|key| action.carries(key) == Carried::Listed)
}
