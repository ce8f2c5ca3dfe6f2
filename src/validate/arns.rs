//! The values of `Resource` and `NotResource`: their fields, and the formats of the service.

use super::facts::{PARTITIONS, is_account, is_region};
use super::formats::Format;
use super::glob::{Glob, is_any};
use super::kind::ValidatedResource;
use super::scope::Scope;
use super::syntax::{Statement, Text};
use crate::code::AwsCode;
use std::borrow::Cow;

/// The number of fields of an ARN.
const FIELDS: usize = 6;

/// The character that stands for a policy variable while a value is split into fields.
const VARIABLE: char = '\u{1}';

/// Checks the values of `Resource` and `NotResource`.
pub(super) fn check<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>) {
    for element in [&statement.resource, &statement.not_resource].into_iter().flatten() {
        for value in &element.values {
            arn(scope, value);
            if let Some(resource) = scope.kind.resource {
                attached(scope, resource, value);
            }
        }
    }
}

fn is_open(field: &str) -> bool {
    field.contains(['*', '?', VARIABLE])
}

/// Checks one value. The first fault of form ends the check, because the fields after it would be read wrongly.
fn arn<'j>(scope: &mut Scope<'_, 'j>, value: &Text<'j>) {
    if is_any(value.text) {
        return;
    }
    let text = without_variables(value.text);
    let parts: Vec<&str> = text.splitn(FIELDS, ':').collect();
    let &[prefix, partition, service, region, account, _] = parts.as_slice() else {
        // What follows a star, or what a variable stands for, may hold the other fields.
        if !text.ends_with('*') && !text.contains(VARIABLE) {
            scope.add(AwsCode::MissingArnField, &[("fields", "6")], [value.place.clone()]);
        }
        return;
    };
    if prefix != "arn" && !is_open(prefix) {
        scope.add(AwsCode::InvalidArnPrefix, &[], [value.place.clone()]);
        return;
    }
    if service.contains(['*', '?']) {
        scope.add(AwsCode::WildcardInServiceName, &[], [value.place.clone()]);
        return;
    }
    if service.contains(VARIABLE) {
        return;
    }
    let aws = scope.aws;
    let is_service = |name: &str| aws.service(name).is_some() || !scope.formats.of_service(name).is_empty();
    let lower = service.to_ascii_lowercase();
    if lower != service && is_service(&lower) {
        scope.add(AwsCode::InvalidArnServiceCase, &[("service", service)], [value.place.clone()]);
        return;
    }
    if !is_service(service) {
        if !aws.is_retired(service) {
            scope.add(AwsCode::InvalidService, &[("service", service)], [value.place.clone()]);
        }
        return;
    }
    if !is_open(partition) && !PARTITIONS.contains(&partition) {
        let partitions = PARTITIONS.join(", ");
        let texts = [("service", service), ("partition", partition), ("partitions", &*partitions)];
        scope.add(AwsCode::InvalidPartition, &texts, [value.place.clone()]);
    }
    if !region.is_empty() && !is_open(region) && !is_region(region) {
        scope.add(AwsCode::InvalidArnRegion, &[("region", region)], [value.place.clone()]);
    }
    if !account.is_empty() && !is_open(account) && account != "aws" && !is_account(account) {
        scope.add(AwsCode::InvalidArnAccount, &[("account", account)], [value.place.clone()]);
    }
    // The text of a variable is not known, so neither is the format.
    if !text.contains(VARIABLE) {
        format(scope, value, &parts);
    }
}

/// Compares a value with the formats of its service, as plain texts in which `*` crosses colons. Only if it has no text in common
/// with any of them are its fields compared one by one.
fn format<'j>(scope: &mut Scope<'_, 'j>, value: &Text<'j>, parts: &[&str]) {
    let &[_, _, service, region, account, resource] = parts else { return };
    let formats = scope.formats.of_service(service);
    let whole = Glob::new(value.text);
    if formats.is_empty() || formats.iter().any(|format| format.whole.meets(&whole)) {
        return;
    }
    let part = Glob::new(resource);
    let similar: Vec<&Format> = formats.iter().filter(|format| format.resource.meets(&part)).collect();
    if similar.is_empty() {
        scope.add(AwsCode::InvalidArnResource, &[], [value.place.clone()]);
        return;
    }
    let place = || [value.place.clone()];
    let texts = [("service", service), ("resourceName", resource)];
    if similar.iter().all(|format| format.has_region) {
        if region.is_empty() {
            scope.add(AwsCode::MissingArnRegion, &texts, place());
        }
    } else if similar.iter().all(|format| !format.has_region) && !region.is_empty() && !is_open(region) {
        scope.add(AwsCode::ArnRegionNotAllowed, &texts, place());
    }
    if similar.iter().all(|format| format.has_account) {
        if account.is_empty() {
            scope.add(AwsCode::MissingArnAccount, &texts, place());
        }
    } else if similar.iter().all(|format| !format.has_account) && !account.is_empty() && !is_open(account) {
        scope.add(AwsCode::ArnAccountNotAllowed, &texts, place());
    }
}

/// Checks that a resource policy names its own kind of resource.
fn attached<'j>(scope: &mut Scope<'_, 'j>, resource: ValidatedResource, value: &Text<'j>) {
    let arns = resource.arns();
    let whole = Glob::with_variables(value.text);
    let is_of_type = || arns.iter().any(|arn| Glob::new(arn).meets(&whole));
    if !arns.is_empty() && (is_any(value.text) || !is_of_type()) {
        let texts = [("resourceType", resource.title())];
        scope.add(AwsCode::UnsupportedResourceArnInPolicy, &texts, [value.place.clone()]);
    }
}

/// Replaces each policy variable by one character, because its name may contain a colon.
fn without_variables(text: &str) -> Cow<'_, str> {
    if !text.contains("${") {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        plain.push_str(before);
        plain.push(VARIABLE);
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}
