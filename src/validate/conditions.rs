//! The operators and keys of `Condition`.

use super::scope::Scope;
use super::syntax::{Block, Statement, Test};
use super::{addresses, condition_values, conditions_on_any, service_names, wildcards};
use crate::catalogue::{Key, KeyType};
use crate::code::AwsCode;
use crate::policy::{JsonKind, JsonValue, OperatorBase, OperatorFamily, SetPrefix};

/// Keys that the catalogue takes for lists only because AWS accepts `ForAllValues` with them; AWS accepts them without a set
/// operator too. In lower case.
const UNDECIDED_LISTS: [&str; 2] = ["codestar-connections:provideraction", "organizations:serviceprincipal"];

/// Checks the conditions of a statement.
pub(super) fn check<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>) {
    if let Some(place) = &statement.condition
        && statement.json.member("Condition").is_some_and(|member| is_empty_object(&member.value.kind))
    {
        scope.add(AwsCode::EmptyObjectCondition, &[], [place.clone()]);
    }
    for block in &statement.blocks {
        operator(scope, block);
        duplicates(scope, block);
        for test in &block.tests {
            key(scope, test);
            count(scope, test);
            condition_values::check(scope, test);
            conditions_on_any::check(scope, test);
            addresses::check(scope, test);
            service_names::test(scope, test);
            wildcards::check(scope, test);
        }
    }
}

fn is_empty_object(kind: &JsonValue<'_>) -> bool {
    matches!(kind, JsonValue::Object(members) if members.is_empty())
}

fn operator<'j>(scope: &mut Scope<'_, 'j>, block: &Block<'j>) {
    let name = || [block.name_place.clone()];
    if block.is_read && block.tests.is_empty() {
        scope.add(AwsCode::EmptyObjectCondition, &[], [block.place.clone()]);
    }
    match block.operator {
        None => {
            let lower = block.name.to_ascii_lowercase();
            let base = lower.split_once(':').map_or(&*lower, |(_, base)| base);
            let code = match base {
                "nullifexists" => AwsCode::NullWithIfExists,
                _ => AwsCode::InvalidConditionOperator,
            };
            scope.add(code, &[("operator", block.name)], name());
        }
        Some(operator) if operator.base == OperatorBase::Null && operator.set.is_some() => {
            scope.add(AwsCode::NullWithQualifier, &[], name());
        }
        Some(_) => {}
    }
}

/// Finds keys of one operator that differ only in capitalization.
fn duplicates<'j>(scope: &mut Scope<'_, 'j>, block: &Block<'j>) {
    let mut keys: Vec<&Test<'j>> = block.tests.iter().collect();
    keys.sort_by(|a, b| a.lower.cmp(&b.lower));
    for group in keys.chunk_by(|a, b| a.lower == b.lower).filter(|group| group.len() > 1) {
        let places = group.iter().map(|test| test.key_place.clone());
        let Some(first) = group.first() else { continue };
        scope.add(AwsCode::DuplicateKeysWithDifferentCase, &[("key", first.key)], places);
    }
}

/// Checks that the key exists, and that the operator is one for its type.
fn key<'j>(scope: &mut Scope<'_, 'j>, test: &Test<'j>) {
    let place = || [test.key_place.clone()];
    if test.lower == "aws:arn" {
        scope.add(AwsCode::UnsupportedGlobalConditionKey, &[], place());
        return;
    }
    let Some((prefix, name)) =
        test.key.rsplit_once(':').filter(|(prefix, name)| !prefix.is_empty() && !name.is_empty())
    else {
        scope.add(AwsCode::InvalidConditionKeyFormat, &[], place());
        return;
    };
    if let Some(family) = family_without_name(scope, test) {
        scope.add(AwsCode::MissingTagKeyInCondition, &[("conditionKeyName", &family)], place());
        return;
    }
    // The name of a key may hold further colons, as those of tags do.
    let prefix = test.key.split_once(':').map_or(prefix, |(prefix, _)| prefix);
    let aws = scope.aws;
    let Some(known) = aws.key(&test.lower) else {
        if prefix.eq_ignore_ascii_case("aws") {
            scope.add(AwsCode::InvalidGlobalConditionKey, &[("key", test.key)], place());
        } else if aws.knows_key_prefix(prefix) && !name.is_empty() {
            let texts = [("key", test.key), ("service", prefix)];
            scope.add(AwsCode::InvalidServiceConditionKey, &texts, place());
        }
        return;
    };
    typed(scope, test, &known);
    several(scope, test, known.is_list());
}

/// Returns the start of the names of a family of keys, such as `aws:ResourceTag/`, if the key names the family and nothing in it.
fn family_without_name(scope: &Scope<'_, '_>, test: &Test<'_>) -> Option<String> {
    let start = test.key.strip_suffix('/').unwrap_or(test.key);
    let ends = start.rsplit_once(':').is_some_and(|(_, name)| name.to_ascii_lowercase().ends_with("tag"));
    let member = format!("{}/x", start.to_ascii_lowercase());
    let is_family = ends && scope.aws.key(start).is_none() && scope.aws.key(&member).is_some();
    is_family.then(|| format!("{start}/"))
}

/// Returns the name of a family of operators in AWS's messages.
fn operator_type(family: OperatorFamily) -> &'static str {
    match family {
        OperatorFamily::String => "string",
        OperatorFamily::Numeric => "numeric",
        OperatorFamily::Date => "date",
        OperatorFamily::Bool => "Boolean",
        OperatorFamily::Binary => "binary",
        OperatorFamily::Ip => "IP address",
        OperatorFamily::Arn => "ARN",
        OperatorFamily::Null => "null",
    }
}

fn family_of(kind: KeyType) -> OperatorFamily {
    match kind {
        KeyType::String => OperatorFamily::String,
        KeyType::Arn => OperatorFamily::Arn,
        KeyType::Bool => OperatorFamily::Bool,
        KeyType::Numeric => OperatorFamily::Numeric,
        KeyType::Date => OperatorFamily::Date,
        KeyType::IpAddress => OperatorFamily::Ip,
        KeyType::Binary => OperatorFamily::Binary,
    }
}

fn typed<'j>(scope: &mut Scope<'_, 'j>, test: &Test<'j>, key: &Key<'_>) {
    let Some(operator) = test.operator else { return };
    let (family, wanted) = (operator.base.family(), family_of(key.kind()));
    let is_like = matches!(operator.base, OperatorBase::StringLike | OperatorBase::StringNotLike);
    let is_order = |family| matches!(family, OperatorFamily::Numeric | OperatorFamily::Date);
    let code = match (family, wanted) {
        (OperatorFamily::String, OperatorFamily::Arn) if is_like => {
            AwsCode::StringLikeOperatorWithArnConditionKeys
        }
        (OperatorFamily::Null, _) => return,
        (OperatorFamily::String, OperatorFamily::Arn) => return,
        (OperatorFamily::Arn, OperatorFamily::String) => return,
        (OperatorFamily::String, wanted) if is_order(wanted) => return,
        (family, wanted) if family == wanted || (is_order(family) && is_order(wanted)) => return,
        _ => AwsCode::TypeMismatch,
    };
    let texts = [("allowed", operator_type(wanted)), ("operator", operator_type(family)), ("key", test.key)];
    scope.add(code, &texts, [test.key_place.clone()]);
}

/// Checks the set prefix against the number of values that the key has.
fn several<'j>(scope: &mut Scope<'_, 'j>, test: &Test<'j>, is_list: bool) {
    let Some(operator) = test.operator.filter(|operator| operator.base != OperatorBase::Null) else { return };
    let code = match (operator.set, is_list) {
        (None, true) if !UNDECIDED_LISTS.contains(&&*test.lower) => AwsCode::MissingQualifier,
        (Some(SetPrefix::ForAllValues), false) => AwsCode::ForallvaluesWithSingleValuedKey,
        _ => return,
    };
    scope.add(code, &[("key", test.key)], [test.key_place.clone()]);
}

/// Checks the number and the kinds of the values.
fn count<'j>(scope: &mut Scope<'_, 'j>, test: &Test<'j>) {
    let place = || [test.place.clone()];
    if test.is_empty {
        let code = match test.operator {
            Some(operator) if operator.set == Some(SetPrefix::ForAllValues) => {
                AwsCode::EmptyArrayConditionForallvalues
            }
            Some(operator) if operator.set.is_some() => AwsCode::EmptyArrayConditionForanyvalue,
            Some(operator) if operator.if_exists => AwsCode::EmptyArrayConditionIfexists,
            _ => AwsCode::EmptyArrayCondition,
        };
        scope.add(code, &[("key", test.key)], place());
    }
    let is_mixed = |kinds: &[JsonKind]| kinds.iter().any(|kind| Some(kind) != kinds.first());
    let kinds: Vec<JsonKind> = test.values.iter().map(|value| value.kind).collect();
    if is_mixed(&kinds) {
        scope.add(AwsCode::InvalidConditionDataType, &[], place());
    }
    let Some(operator) = test.operator.filter(|_| test.values.len() > 1) else { return };
    use OperatorBase::{
        NumericGreaterThan, NumericGreaterThanEquals, NumericLessThan, NumericLessThanEquals,
    };
    let extreme = match operator.base {
        OperatorBase::Bool => {
            let is_list = scope.aws.key(&test.lower).is_some_and(|key| key.is_list());
            if !is_list {
                scope.add(AwsCode::InvalidConditionMultipleBoolean, &[], place());
            }
            return;
        }
        NumericLessThan | NumericLessThanEquals => "greatest",
        NumericGreaterThan | NumericGreaterThanEquals => "least",
        _ => return,
    };
    let texts = [("operator", test.operator_text), ("extreme", extreme), ("key", test.key)];
    scope.add(AwsCode::RedundantConditionValueNum, &texts, place());
}
