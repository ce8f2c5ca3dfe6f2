//! `Principal` and `NotPrincipal` of resource policies and trust policies.

use super::facts::is_account;
use super::scope::Scope;
use super::service_names::{self, Form};
use super::syntax::{Element, Principal, PrincipalKey, Principals, Statement, Text};
use crate::code::AwsCode;

/// Members of `Principal`.
const KEYS: [&str; 4] = ["AWS", "CanonicalUser", "Federated", "Service"];

/// Checks the principals of a statement.
pub(super) fn check<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>) {
    if !scope.kind.is_resource() {
        return;
    }
    for principals in [&statement.principal, &statement.not_principal].into_iter().flatten() {
        element(scope, statement, principals);
    }
    if let Some(principals) = &statement.not_principal {
        if scope.kind.is_trust {
            scope.add(AwsCode::RoleTrustPolicySyntaxErrorNotprincipal, &[], [principals.place.clone()]);
        } else if statement.is_allow() {
            scope.add(AwsCode::AllowWithNotPrincipal, &[], [principals.place.clone()]);
        }
    }
}

fn element<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>, principals: &Principals<'j>) {
    let place = || [principals.place.clone()];
    match &principals.content {
        Principal::Unread => {}
        Principal::Text("*") => {
            if scope.kind.is_trust {
                scope.add(AwsCode::RoleTrustPolicyUnsupportedWildcardInPrincipal, &[], place());
            }
        }
        Principal::Text(text) if text.contains("${") => {}
        Principal::Text(_) => scope.add(AwsCode::InvalidPrincipalFormat, &[], place()),
        Principal::Members(members) if members.is_empty() => {
            scope.add(AwsCode::EmptyObjectPrincipal, &[], place());
        }
        Principal::Members(members) => {
            for (key, element) in members {
                member(scope, statement, key, element);
            }
        }
    }
}

fn member<'j>(
    scope: &mut Scope<'_, 'j>,
    statement: &Statement<'j>,
    key: &PrincipalKey<'j>,
    element: &Element<'j>,
) {
    if !KEYS.contains(&key.name) {
        scope.add(AwsCode::InvalidPrincipalKey, &[("principal-key", key.name)], [key.place.clone()]);
        return;
    }
    if element.values.is_empty() {
        scope.add(AwsCode::EmptyArrayPrincipal, &[], [element.place.clone()]);
    }
    for value in element.values.iter().filter(|value| !value.text.contains("${")) {
        let is_everyone = key.name == "AWS" && value.text == "*";
        if value.text.contains(['*', '?']) && !is_everyone {
            let texts = [("principal_key", key.name)];
            scope.add(AwsCode::UnsupportedWildcardInPrincipal, &texts, [value.place.clone()]);
            continue;
        }
        match key.name {
            "AWS" if !is_everyone => aws(scope, value),
            "Service" => service_names::value(scope, Form::Principal, value.text, &value.place),
            "Federated" => federated(scope, statement, value),
            _ => {}
        }
    }
}

/// Checks an AWS principal: an account, an ARN of IAM or STS, or the id that AWS puts in place of a deleted user or role.
fn aws<'j>(scope: &mut Scope<'_, 'j>, value: &Text<'j>) {
    let text = value.text;
    let is_id = |start: &str| {
        text.starts_with(start) && text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    if is_id("AIDA") {
        scope.add(AwsCode::InvalidUserReference, &[("userid", text)], [value.place.clone()]);
    } else if is_id("AROA") {
        scope.add(AwsCode::InvalidRoleReference, &[("roleid", text)], [value.place.clone()]);
    } else if !is_account(text) && !is_principal_arn(text) {
        scope.add(AwsCode::InvalidPrincipalFormat, &[], [value.place.clone()]);
    }
}

fn is_principal_arn(text: &str) -> bool {
    let fields: Vec<&str> = text.splitn(6, ':').collect();
    let &["arn", partition, service, "", account, resource] = fields.as_slice() else { return false };
    let is_one_of = |starts: &[&str]| starts.iter().any(|start| resource.starts_with(start));
    let is_named = match service {
        "iam" => resource == "root" || is_one_of(&["user/", "role/"]),
        "sts" => is_one_of(&["assumed-role/", "federated-user/", "self"]),
        _ => false,
    };
    // `cloudfront` owns the identities with which distributions read buckets.
    !partition.is_empty() && is_named && (is_account(account) || account == "cloudfront")
}

fn federated<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>, value: &Text<'j>) {
    let names_resource = statement.has("Resource") || statement.has("NotResource");
    if !scope.kind.is_trust {
        if scope.kind.resource.is_some() || names_resource {
            scope.add(AwsCode::FederatedPrincipalNotSupported, &[], [value.place.clone()]);
        }
    } else if !is_provider(value.text) {
        let code = AwsCode::InvalidFederatedPrincipalSyntaxInRoleTrustPolicy;
        scope.add(code, &[], [value.place.clone()]);
    }
}

/// True if the text is a domain name, or the ARN of a provider of SAML or OIDC.
fn is_provider(text: &str) -> bool {
    let fields: Vec<&str> = text.splitn(6, ':').collect();
    if let &["arn", _, "iam", "", account, resource] = fields.as_slice() {
        let is_of = |start: &str| resource.strip_prefix(start).is_some_and(|name| !name.is_empty());
        return is_account(account) && (is_of("saml-provider/") || is_of("oidc-provider/"));
    }
    let (host, path) = text.split_once('/').unwrap_or((text, ""));
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    host.contains('.') && host.split('.').all(is_label) && !path.contains(char::is_whitespace)
}
