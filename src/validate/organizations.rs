//! Resource control policies.

use super::glob::is_any;
use super::scope::Scope;
use super::syntax::{Principal, Statement, Test, key_places};
use crate::code::AwsCode;
use crate::policy::OperatorBase;

/// Keys about the principal, in lower case; those of its tags start with the last one.
const PRINCIPAL_KEYS: [&str; 6] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principaltype",
    "aws:principaltag/",
];

const IS_SERVICE: &str = "aws:principalisawsservice";

/// Checks a statement of a resource control policy.
pub(super) fn check<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>) {
    if !scope.kind.is_rcp() {
        return;
    }
    if let Some(principals) = &statement.not_principal {
        scope.add(AwsCode::RcpSyntaxErrorPrincipal, &[], [principals.place.clone()]);
    }
    let is_everyone = match &statement.principal {
        Some(principals) => {
            let is_everyone = matches!(principals.content, Principal::Text("*"));
            if !is_everyone && !matches!(principals.content, Principal::Unread) {
                scope.add(AwsCode::RcpSyntaxErrorPrincipal, &[], [principals.place.clone()]);
            }
            is_everyone
        }
        None => false,
    };
    if let Some(element) = &statement.not_action {
        scope.add(AwsCode::RcpSyntaxErrorNotaction, &[], [element.place.clone()]);
    }
    if statement.is_allow() {
        let resources = statement.resources();
        let is_all = !resources.is_empty() && resources.iter().all(|value| is_any(value.text));
        if !(is_everyone && is_all && statement.condition.is_none()) {
            scope.add(AwsCode::RcpSyntaxErrorAllow, &[], [statement.place.clone()]);
        }
    } else {
        actions(scope, statement);
        related_keys(scope, statement);
    }
}

/// Checks that every action is one of a service that resource control policies apply to.
fn actions<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>) {
    for value in statement.actions() {
        let prefix = value.text.split_once(':').map(|(prefix, _)| prefix);
        let is_supported = prefix.is_some_and(|prefix| match scope.aws.service(prefix) {
            Some(service) => service.supports_rcp(),
            // An unknown service has its own finding.
            None => !prefix.contains(['*', '?']),
        });
        if !is_supported {
            scope.add(AwsCode::RcpSyntaxErrorAction, &[], [value.place.clone()]);
        }
    }
}

/// Checks that a Deny by who calls leaves services alone, and one by whose behalf leaves principals alone.
fn related_keys<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>) {
    let excludes = |wanted: &str| {
        statement.tests().any(|test| {
            test.lower == IS_SERVICE
                && test.operator.is_some_and(|operator| operator.base == OperatorBase::Bool)
                && test.values.iter().any(|value| value.text.eq_ignore_ascii_case(wanted))
        })
    };
    let is_null_check = statement.tests().any(|test| {
        matches!(&*test.lower, "aws:sourceaccount" | "aws:sourcearn")
            && test.operator.is_some_and(|operator| operator.base == OperatorBase::Null)
            && test.values.iter().any(|value| value.text.eq_ignore_ascii_case("false"))
    });
    let is_compared = |test: &&Test<'j>| test.operator.is_some_and(|of| of.base != OperatorBase::Null);
    let is_negated = |test: &&Test<'j>| test.operator.is_some_and(|of| of.base.is_negated());
    let is_of_principal = |test: &&Test<'j>| {
        PRINCIPAL_KEYS
            .iter()
            .any(|key| test.lower == *key || (key.ends_with('/') && test.lower.starts_with(key)))
    };
    let is_of_source = |test: &&Test<'j>| super::facts::SOURCES.contains(&&*test.lower);
    let about_principals: Vec<&Test<'j>> =
        statement.tests().filter(is_negated).filter(is_of_principal).collect();
    let about_sources: Vec<&Test<'j>> = statement.tests().filter(is_compared).filter(is_of_source).collect();
    let rules = [
        (AwsCode::RcpMissingRelatedPrincipalConditionKey, &about_principals, excludes("false")),
        (AwsCode::RcpMissingRelatedServicePrincipalConditionKey, &about_sources, excludes("true")),
        (AwsCode::RcpMissingServiceConditionKeyNullCheck, &about_sources, is_null_check),
    ];
    for (code, tests, is_met) in rules {
        for test in tests.iter().filter(|_| !is_met) {
            scope.add(code, &[("conditionKeyName", test.key)], key_places([*test]));
        }
    }
}
