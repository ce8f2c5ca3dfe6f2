//! Trust policies of roles: actions against principals, and the claims of identity providers.

use super::facts::{GITHUB, is_account, provider_of, sends_one_audience};
use super::glob::matches;
use super::kind::ValidatedResource;
use super::place::Place;
use super::scope::Scope;
use super::syntax::{Principals, Statement, Test, Text, key_places};
use crate::code::AwsCode;
use crate::policy::{OperatorFamily, SetPrefix};

const ASSUME_ROLE: &str = "sts:assumerole";
const WITH_SAML: &str = "sts:assumerolewithsaml";
const WITH_WEB_IDENTITY: &str = "sts:assumerolewithwebidentity";
const SET_SOURCE_IDENTITY: &str = "sts:setsourceidentity";
const TAG_SESSION: &str = "sts:tagsession";

/// The service that IAM Roles Anywhere assumes roles as.
const ROLES_ANYWHERE: &str = "rolesanywhere.amazonaws.com";

/// Checks a statement of a trust policy.
pub(super) fn check<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>) {
    if !scope.kind.is_trust {
        return;
    }
    if scope.kind.resource == Some(ValidatedResource::TrustPolicy) {
        for element in [&statement.resource, &statement.not_resource].into_iter().flatten() {
            scope.add(AwsCode::RoleTrustPolicySyntaxErrorResource, &[], [element.place.clone()]);
        }
    }
    audiences(scope, statement);
    if statement.is_allow() {
        needed_actions(scope, statement);
    }
    let Some(principals) = &statement.principal else { return };
    mismatches(scope, statement, principals);
    redundant(scope, principals);
    if statement.is_allow() {
        roles_anywhere(scope, statement, principals);
        if allows(statement, WITH_WEB_IDENTITY) {
            providers(scope, statement, principals);
        }
    }
}

/// True if a value of `Action` matches this action, given in lower case.
fn allows(statement: &Statement<'_>, action: &str) -> bool {
    statement.actions().iter().any(|value| matches(&value.text.to_ascii_lowercase(), action))
}

fn is_saml(provider: &str) -> bool {
    provider.contains(":saml-provider/")
}

/// Returns the name of an identity provider of OIDC: its host, with the path that may follow.
fn web_identity(provider: &str) -> Option<&str> {
    match provider.split_once(":oidc-provider/") {
        Some((_, name)) => Some(name),
        None => (!provider.starts_with("arn:") && provider.contains('.')).then_some(provider),
    }
}

/// Finds exact actions that cannot be called by principals of the statement.
fn mismatches<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>, principals: &Principals<'j>) {
    for action in statement.actions() {
        let lower = action.text.to_ascii_lowercase();
        let of = |name: &'static str| principals.of(name);
        let wrong: Vec<&Text<'j>> = match &*lower {
            ASSUME_ROLE => of("Federated").collect(),
            WITH_SAML => {
                let others = of("Federated").filter(|value| !is_saml(value.text));
                of("AWS").chain(of("Service")).chain(others).collect()
            }
            WITH_WEB_IDENTITY => {
                let saml = of("Federated").filter(|value| is_saml(value.text));
                of("AWS").chain(of("Service")).chain(saml).collect()
            }
            _ => continue,
        };
        if !wrong.is_empty() {
            let names: Vec<&str> = wrong.iter().map(|value| value.text).collect();
            let names = names.join(", ");
            let texts = [("actionName", action.text), ("principalNames", &*names)];
            let places = wrong.iter().map(|value| value.place.clone());
            let places = std::iter::once(action.place.clone()).chain(places);
            scope.add(AwsCode::MismatchedActionForPrincipal, &texts, places);
        }
    }
}

/// Finds sessions whose role is a principal too.
fn redundant<'j>(scope: &mut Scope<'_, 'j>, principals: &Principals<'j>) {
    let role = |text: &'j str| -> Option<(&'j str, &'j str)> {
        let (start, name) = text.split_once(":role/")?;
        let account = start.rsplit_once("::")?.1;
        is_account(account).then_some((account, name.rsplit_once('/').map_or(name, |(_, name)| name)))
    };
    let session = |text: &'j str| -> Option<(&'j str, &'j str)> {
        let (start, rest) = text.split_once(":assumed-role/")?;
        let account = start.rsplit_once("::")?.1;
        is_account(account).then_some((account, rest.split_once('/')?.0))
    };
    let mut roles: Vec<((&str, &str), &str)> =
        principals.of("AWS").filter_map(|value| Some((role(value.text)?, value.text))).collect();
    roles.sort_unstable();
    for value in principals.of("AWS") {
        let Some(of) = session(value.text) else { continue };
        let first = roles.partition_point(|(known, _)| *known < of);
        if let Some((_, parent)) = roles.get(first).filter(|(known, _)| *known == of) {
            let texts = [("redundant_principal", value.text), ("parent_role", parent)];
            scope.add(AwsCode::RedundantPrincipalInRoleTrustPolicy, &texts, [value.place.clone()]);
        }
    }
}

/// Checks that keys whose values callers set come with the actions that set them.
fn needed_actions<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>) {
    for test in statement.tests() {
        let (action, name) = match &*test.lower {
            "sts:sourceidentity" | "aws:sourceidentity" => (SET_SOURCE_IDENTITY, "sts:SetSourceIdentity"),
            "sts:transitivetagkeys" | "aws:tagkeys" => (TAG_SESSION, "sts:TagSession"),
            key if key.starts_with("aws:requesttag/") => (TAG_SESSION, "sts:TagSession"),
            _ => continue,
        };
        if !allows(statement, action) && statement.not_action.is_none() {
            let texts = [("actionName", name), ("keyName", test.key)];
            scope.add(AwsCode::MissingActionForConditionKey, &texts, [test.key_place.clone()]);
        }
    }
}

fn roles_anywhere<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>, principals: &Principals<'j>) {
    let Some(action) = &statement.action else { return };
    let needed = [ASSUME_ROLE, SET_SOURCE_IDENTITY, TAG_SESSION];
    if needed.iter().all(|needed| allows(statement, needed)) {
        return;
    }
    for value in principals.of("Service").filter(|value| value.text == ROLES_ANYWHERE) {
        let places = [action.place.clone(), value.place.clone()];
        scope.add(AwsCode::MissingActionForRolesAnywhereTrustPolicy, &[], places);
    }
}

/// Checks that the claims of identity providers are compared.
fn providers<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>, principals: &Principals<'j>) {
    let github_key = |claim: &str| statement.tests_key(&format!("{GITHUB}:{claim}"));
    let mut is_of_github = false;
    for value in principals.of("Federated") {
        let Some(name) = web_identity(value.text) else { continue };
        let start = format!("{}:", name.to_ascii_lowercase());
        if !statement.tests().any(|test| test.lower.starts_with(&start)) {
            scope.add(AwsCode::MissingConditionKeyForOidcPrincipal, &[], [value.place.clone()]);
        }
        if name.eq_ignore_ascii_case(GITHUB) {
            is_of_github = true;
            if !github_key("sub") {
                scope.add(AwsCode::MissingGithubRepoConditionKey, &[], [value.place.clone()]);
            }
        }
    }
    if !is_of_github || github_key("ref") {
        return;
    }
    let subject = format!("{GITHUB}:sub");
    let is_string = |test: &&Test<'j>| {
        test.operator.is_some_and(|of| of.base.family() == OperatorFamily::String && !of.base.is_negated())
    };
    let subjects: Vec<(String, Place<'j>)> = statement
        .tests()
        .filter(|test| test.lower == subject)
        .filter(is_string)
        .flat_map(|test| &test.values)
        .map(|value| (value.text.to_string(), value.place.clone()))
        .collect();
    for (text, place) in subjects {
        if text.contains(['*', '?']) || !text.contains(":ref:refs/heads/") {
            scope.add(AwsCode::SpecificGithubRepoAndBranchRecommended, &[], [place]);
        }
    }
}

/// Checks the operators on claims that name the audience of a token.
fn audiences<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>) {
    for test in statement.tests() {
        let Some((provider, "aud")) = provider_of(&test.lower) else { continue };
        let Some(operator) = test.operator else { continue };
        let is_any = operator.set == Some(SetPrefix::ForAnyValue);
        if is_any && sends_one_audience(provider) {
            let code = AwsCode::ForanyvalueWithAudienceClaimType;
            scope.add(code, &[("key", test.key)], key_places([test]));
        } else if provider != "cognito-identity.amazonaws.com" {
            let texts = [("key", test.key), ("audienceType", "audience")];
            scope.add(AwsCode::ConfirmAudienceClaimType, &texts, key_places([test]));
        }
    }
}
