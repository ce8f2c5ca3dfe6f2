//! Conditions on who calls: sources of services, spoofable keys, keys that belong together.

use super::facts::SOURCES;
use super::glob::is_any;
use super::kind::ValidatedResource;
use super::scope::Scope;
use super::syntax::{Statement, Test, key_places};
use crate::code::AwsCode;
use crate::policy::{OperatorBase, OperatorFamily};

const REFERER: &str = "aws:referer";
/// Keys whose values the caller chooses, in lower case.
const SPOOFABLE: [&str; 2] = [REFERER, "aws:useragent"];

/// Services that send `aws:Referer` with the account on whose behalf they act.
const WITH_REFERER: [&str; 2] = ["s3.amazonaws.com", "ses.amazonaws.com"];

/// Keys about principals that services do not have, in lower case.
const NOT_OF_SERVICES: [&str; 5] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principaltag/",
];

/// Keys about the owner of a VPC endpoint, in lower case.
const OF_ENDPOINTS: [&str; 3] = ["aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths"];

/// Read actions of DynamoDB that can return attributes, in lower case.
const DYNAMODB_READS: [&str; 4] =
    ["dynamodb:batchgetitem", "dynamodb:getitem", "dynamodb:query", "dynamodb:scan"];

/// Checks the conditions of a statement on callers.
pub(super) fn check<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>) {
    let has_referer_of_service = services(scope, statement);
    for test in statement.tests() {
        if statement.is_allow() && SPOOFABLE.contains(&&*test.lower) && !has_referer_of_service {
            let is_alone = statement.tests().all(|other| SPOOFABLE.contains(&&*other.lower));
            if is_alone {
                scope.add(AwsCode::UntrustworthyConditionKey, &[("key", test.key)], key_places([test]));
            }
        }
        endpoints(scope, statement, test);
        prefixes(scope, statement, test);
        attributes(scope, statement, test);
        let has_vpc = ["aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn"]
            .iter()
            .any(|key| statement.tests_key(key));
        if test.lower == "aws:vpcsourceip" && !has_vpc {
            let texts = [("conditionKeyName", test.key), ("recommendedKeys", "aws:SourceVpc")];
            scope.add(AwsCode::MissingPairedConditionKeys, &texts, key_places([test]));
        }
        if let Some(resource @ (ValidatedResource::Bucket | ValidatedResource::AccessPoint)) =
            scope.kind.resource
            && test.lower == "s3:resourceaccount"
        {
            let texts = [("condition-key", test.key), ("resource-type", resource.title())];
            scope.add(AwsCode::IrrelevantConditionKeyInPolicy, &texts, key_places([test]));
        }
    }
}

/// Checks an Allow to services. Returns true if a service is limited by `aws:Referer`.
fn services<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>) -> bool {
    let Some(principals) = statement.principal.as_ref().filter(|_| statement.is_allow()) else {
        return false;
    };
    if !scope.kind.is_resource() || principals.of("Service").next().is_none() {
        return false;
    }
    let is_of_service = |key: &str| {
        !NOT_OF_SERVICES.iter().any(|start| key == *start || (start.ends_with('/') && key.starts_with(start)))
    };
    let unsupported: Vec<&Test<'j>> = statement.tests().filter(|test| !is_of_service(&test.lower)).collect();
    if !unsupported.is_empty() && principals.of("AWS").next().is_none() {
        let names: Vec<&str> = unsupported.iter().map(|test| test.key).collect();
        let names = names.join(", ");
        let code = AwsCode::UnsupportedConditionKeyForServicePrincipal;
        scope.add(code, &[("conditionKeys", &names)], key_places(unsupported));
    }
    if SOURCES.iter().any(|key| statement.tests_key(key)) {
        return false;
    }
    let referer = statement.tests().find(|test| test.lower == REFERER);
    let mut has_referer = false;
    for value in principals.of("Service") {
        match referer.filter(|_| WITH_REFERER.contains(&value.text)) {
            Some(test) => {
                has_referer = true;
                let prefix = value.text.split('.').next().unwrap_or_default();
                let texts = [("servicePrincipalPrefix", prefix), ("key", test.key)];
                scope.add(AwsCode::RecommendedConditionKeyForServicePrincipal, &texts, key_places([test]));
            }
            None if !scope.kind.is_trust => {
                scope.add(AwsCode::RestrictAccessToServicePrincipal, &[], [value.place.clone()]);
            }
            None => {}
        }
    }
    has_referer
}

/// Reports a key about the owner of a VPC endpoint where the statement names no service at all. Which services have these keys
/// changes often, so an action of a named service is not judged.
fn endpoints<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>, test: &Test<'j>) {
    let is_any_service = |text: &str| {
        is_any(text) || text.split_once(':').is_some_and(|(prefix, _)| prefix.contains(['*', '?']))
    };
    let is_wide =
        statement.not_action.is_some() || statement.actions().iter().any(|value| is_any_service(value.text));
    if OF_ENDPOINTS.contains(&&*test.lower) && is_wide {
        let code = AwsCode::UseConditionKeyOnlyWithSupportedServices;
        scope.add(code, &[("key", test.key)], key_places([test]));
    }
}

/// Reports `s3:prefix` where a shorter prefix would escape the condition.
fn prefixes<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>, test: &Test<'j>) {
    let Some(operator) = test.operator.filter(|_| test.lower == "s3:prefix") else { return };
    let is_negated = operator.base.is_negated();
    let escapes = (statement.is_allow() && is_negated) || (statement.is_deny() && !is_negated);
    if operator.base.family() == OperatorFamily::String && escapes {
        scope.add(AwsCode::S3PrefixInNegativeContext, &[], key_places([test]));
    }
}

/// Reports `dynamodb:Attributes` without `dynamodb:Select`.
fn attributes<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>, test: &Test<'j>) {
    let is_checked = scope.kind.is_identity() || scope.kind.is_resource();
    if test.lower != "dynamodb:attributes" || !statement.is_allow() || !is_checked {
        return;
    }
    let reads = statement.actions().iter().any(|value| {
        let lower = value.text.to_ascii_lowercase();
        DYNAMODB_READS.iter().any(|action| super::glob::matches(&lower, action))
    });
    let is_specific = |other: &Test<'j>| {
        let is_equal = other.operator.is_some_and(|operator| operator.base == OperatorBase::StringEquals);
        let values = &other.values;
        is_equal && !values.is_empty() && values.iter().all(|value| value.text == "SPECIFIC_ATTRIBUTES")
    };
    let is_selected = statement.tests().any(|other| other.lower == "dynamodb:select" && is_specific(other));
    if reads && !is_selected {
        scope.add(AwsCode::DynamodbAttributesWithoutSelect, &[], key_places([test]));
    }
}
