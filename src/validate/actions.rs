//! The values of `Action` and `NotAction`.

use super::facts::S3_APIS;
use super::glob::is_any;
use super::kind::ValidatedResource;
use super::scope::Scope;
use super::syntax::{Statement, Text};
use crate::code::AwsCode;

/// Checks the values of `Action` and `NotAction`.
pub(super) fn check<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>) {
    for element in [&statement.action, &statement.not_action].into_iter().flatten() {
        for value in &element.values {
            // A variable is a fault of its own, and no action has one in its name.
            if value.text.contains("${") {
                continue;
            }
            listed(scope, value);
            if scope.kind.is_scp() {
                wildcard_of_scp(scope, value);
            }
            if let Some(resource) = scope.kind.resource {
                attached(scope, resource, value);
            }
        }
    }
}

fn listed<'j>(scope: &mut Scope<'_, 'j>, value: &Text<'j>) {
    let text = value.text;
    if is_any(text) {
        return;
    }
    let place = || [value.place.clone()];
    let Some((prefix, name)) = text.split_once(':') else {
        scope.add(AwsCode::InvalidAction, &[("action", text)], place());
        return;
    };
    if prefix.contains(['*', '?']) || scope.aws.is_retired(prefix) {
        return;
    }
    if scope.aws.service(prefix).is_none() {
        scope.add(AwsCode::InvalidServiceInAction, &[("service", text)], place());
        return;
    }
    if !scope.actions(text).is_empty() || scope.exhausted.is_some() {
        return;
    }
    let authorized = S3_APIS.iter().find(|(api, _)| prefix.eq_ignore_ascii_case("s3") && *api == name);
    match authorized {
        None => scope.add(AwsCode::InvalidAction, &[("action", text)], place()),
        Some((api, action)) => {
            let valid = format!("s3:{action}");
            let texts = [("action", text), ("valid_action", &*valid), ("api", *api)];
            scope.found.add_with(AwsCode::InvalidAction, 1, &texts, place());
        }
    }
}

/// Checks that the only wildcard is a `*` at the end.
fn wildcard_of_scp<'j>(scope: &mut Scope<'_, 'j>, value: &Text<'j>) {
    let start = value.text.strip_suffix('*').unwrap_or(value.text);
    if start.contains(['*', '?']) {
        let texts = [("action", value.text)];
        scope.add(AwsCode::ScpSyntaxErrorActionWildcard, &texts, [value.place.clone()]);
    }
}

/// Checks that a resource policy names actions of its own service.
fn attached<'j>(scope: &mut Scope<'_, 'j>, resource: ValidatedResource, value: &Text<'j>) {
    let services = resource.services();
    if is_any(value.text) || scope.exhausted.is_some() {
        return;
    }
    let actions = scope.actions(value.text);
    // An unknown action of the service has its own finding.
    let is_of_service = || {
        let prefix = value.text.split_once(':').map_or("", |(prefix, _)| prefix);
        services.iter().any(|service| service.eq_ignore_ascii_case(prefix))
    };
    if !actions.iter().any(|action| services.contains(&action.service().prefix())) && !is_of_service() {
        let texts = [("action", value.text), ("resourceType", resource.title())];
        scope.add(AwsCode::UnsupportedActionInPolicy, &texts, [value.place.clone()]);
    }
}
