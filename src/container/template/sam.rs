//! The short forms of the Serverless Application Model that make policies.
//!
//! Source: AWS SAM Developer Guide, "AWS SAM resources and properties". Policies made of connectors, authorizers and resource
//! policies of APIs are listed as not known: the processed template contains them.

mod events;
mod globals;
mod implicit;
mod policy_templates;
mod role;

use super::super::built;
use super::super::entry::{Container, Content, Link, State};
use super::super::kind::PolicyKind;
use super::functions::call;
use super::resource::{Path, Reader, Resource, attachment, chosen, not_known};
use crate::policy::{Json, JsonValue, Member, ResourceType, escape};
use crate::span::Span;
pub(super) use globals::with_globals;
pub(super) use implicit::implicit;
use std::collections::BTreeMap;

/// The start of SAM's types.
pub(super) const TYPES: &str = "AWS::Serverless::";
const FUNCTION: &str = "AWS::Serverless::Function";
const STATE_MACHINE: &str = "AWS::Serverless::StateMachine";

/// Adds the policies and links that SAM makes of a resource. Returns the properties that were read.
pub(super) fn resource<'t>(
    reader: &Reader<'_, '_, 't>,
    resource: &Resource<'_, 't>,
    container: &mut Container,
) -> Vec<&'static str> {
    let service = match resource.kind {
        FUNCTION => "lambda.amazonaws.com",
        STATE_MACHINE => "states.amazonaws.com",
        "AWS::Serverless::Connector" => {
            connector(reader, (resource, &Path::default(), resource.span), container);
            return Vec::new();
        }
        "AWS::Serverless::Api" | "AWS::Serverless::HttpApi" => {
            let Some(properties) = resource.properties else { return Vec::new() };
            return api(reader, resource, (properties, &root(resource)), container);
        }
        "AWS::Serverless::Application" | "AWS::Serverless::LayerVersion" | "AWS::Serverless::SimpleTable" => {
            return Vec::new();
        }
        kind => {
            let mut entry = reader.entry(resource, &Path::default(), resource.span);
            entry.kind = Some(PolicyKind::Identity);
            entry.content = not_known(format!("SAM may make roles and permissions of a `{kind}`"), "");
            container.entries.push(entry);
            return Vec::new();
        }
    };
    let member = |name: &str| property(resource, name);
    if role::is_made(member("Role")) {
        role::role(reader, resource, service, container);
    }
    if let Some(boundary) = member("PermissionsBoundary") {
        let own = || vec![resource.name.to_owned()];
        let policies = reader.texts(boundary).into_iter();
        container.attachments.extend(
            policies.map(|policy| attachment(resource, "PermissionsBoundary", policy, own(), Link::Boundary)),
        );
    }
    if let Some(url) = member("FunctionUrlConfig") {
        function_url(reader, resource, url, container);
    }
    if let Some(events) = member("Events") {
        events::events(reader, resource, events, container);
    }
    vec!["Policies", "AssumeRolePolicyDocument", "Events", "FunctionUrlConfig"]
}

/// Returns the resources that SAM adds under names of their own, with their types.
pub(super) fn generated(resources: &[Member<'_>]) -> BTreeMap<String, &'static str> {
    let mut generated = BTreeMap::new();
    for member in resources {
        let Some(kind @ (FUNCTION | STATE_MACHINE)) = text(&member.value, "Type") else { continue };
        generated.insert(format!("{}Role", member.key), "AWS::IAM::Role");
        generated.insert("ServerlessRestApi".to_owned(), "AWS::ApiGateway::RestApi");
        generated.insert("ServerlessHttpApi".to_owned(), "AWS::ApiGatewayV2::Api");
        let events = member.value.member("Properties").and_then(|json| json.value.member("Events"));
        let Some(Json { kind: JsonValue::Object(events), .. }) = events.map(|member| &member.value) else {
            continue;
        };
        for event in events.iter().filter(|_| kind == FUNCTION) {
            let kind = match text(&event.value, "Type") {
                Some("CloudWatchEvent" | "EventBridgeRule" | "Schedule") => "AWS::Events::Rule",
                Some("IoTRule") => "AWS::IoT::TopicRule",
                _ => continue,
            };
            generated.insert(format!("{}{}", member.key, event.key), kind);
        }
    }
    generated
}

/// Adds the policies that connect two resources; the connector is a resource of its own, or a part of its source.
pub(super) fn connector<'t>(
    reader: &Reader<'_, '_, 't>,
    (resource, path, span): (&Resource<'_, 't>, &Path, Span),
    container: &mut Container,
) {
    let mut entry = reader.entry(resource, path, span);
    entry.kind = Some(PolicyKind::Identity);
    entry.content = not_known("SAM makes its policies of both ends of the connector".to_owned(), "");
    container.entries.push(entry);
}

fn root(resource: &Resource<'_, '_>) -> Path {
    Path { pointer: format!("/Resources/{}/Properties", escape(resource.name)), ..Path::default() }
}

fn property<'j, 't>(resource: &Resource<'j, 't>, name: &str) -> Option<&'j Json<'t>> {
    resource.properties.and_then(|properties| properties.member(name)).map(|member| &member.value)
}

/// Returns a member that is a text.
fn text<'j>(json: &'j Json<'_>, name: &str) -> Option<&'j str> {
    match json.member(name).map(|member| &member.value.kind) {
        Some(JsonValue::String(text)) => Some(text),
        _ => None,
    }
}

/// Adds the permissions of a function URL that needs no authorization.
fn function_url<'t>(
    reader: &Reader<'_, '_, 't>,
    resource: &Resource<'_, 't>,
    url: &Json<'t>,
    container: &mut Container,
) {
    let mut entry = reader.entry(resource, &root(resource).member("FunctionUrlConfig"), url.span);
    entry.kind = Some(PolicyKind::Resource);
    entry.resource_type = ResourceType::from_name("AWS::Lambda::Function");
    entry.subject = Some(format!("${{{}}}", resource.name));
    entry.content = match (call(url), reader.given(url, "AuthType")) {
        (Some((function, _)), _) => not_known(format!("its settings are made by `{function}`"), ""),
        (None, built::Given::Text(kind)) if kind == "NONE" => {
            let made = built::public_url(&built::Given::Nothing, &built::Given::Nothing, url.span);
            reader.made(&entry.name, made, url.span)
        }
        (None, built::Given::Unknown(name)) => {
            Content::Partly { holes: vec![chosen(&name, url.span)], worlds: Vec::new() }
        }
        (None, _) => Content::Absent,
    };
    if entry.state() != State::Absent {
        container.entries.push(entry);
    }
}

/// Returns the resource policy of an API, and the permissions for its authorizers.
fn api<'t>(
    reader: &Reader<'_, '_, 't>,
    resource: &Resource<'_, 't>,
    (properties, root): (&Json<'t>, &Path),
    container: &mut Container,
) -> Vec<&'static str> {
    let Some(Member { value: auth, .. }) = properties.member("Auth") else { return Vec::new() };
    let path = root.member("Auth");
    let mut add = |path: Path, json: &Json<'t>, resource_type: &str, reason: &str| {
        let mut entry = reader.entry(resource, &path, json.span);
        entry.kind = Some(PolicyKind::Resource);
        entry.resource_type = ResourceType::from_name(resource_type);
        entry.content = not_known(reason.to_owned(), "");
        container.entries.push(entry);
    };
    if call(auth).is_some() {
        add(
            path,
            auth,
            "AWS::ApiGateway::RestApi",
            "a function makes the settings from which SAM makes a policy",
        );
        return vec!["Auth"];
    }
    if let Some(policy) = auth.member("ResourcePolicy") {
        let path = path.member("ResourcePolicy");
        add(path, &policy.value, "AWS::ApiGateway::RestApi", "SAM makes a policy from these settings");
    }
    if let Some(authorizers) = auth.member("Authorizers") {
        let path = path.member("Authorizers");
        let reason = "SAM may make permissions for the functions of authorizers";
        add(path, &authorizers.value, "AWS::Lambda::Function", reason);
    }
    vec!["Auth"]
}
