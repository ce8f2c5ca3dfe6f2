//! The short forms of the Serverless Application Model that make policies.
//!
//! Source: AWS SAM Developer Guide, "AWS SAM resources and properties". What is made of policy templates, events and
//! connectors is listed as not known: it is in the processed template.

use super::super::built;
use super::super::entry::{Container, Content, Link};
use super::super::kind::PolicyKind;
use super::functions::call;
use super::resource::{Path, Reader, Resource, attachment, chosen, not_known};
use crate::policy::{Json, JsonValue, ResourceType, escape};

/// Adds the policies and links that SAM makes of a resource; the properties that were looked at.
pub(super) fn resource<'t>(
    reader: &Reader<'_, '_, 't>,
    resource: &Resource<'_, 't>,
    container: &mut Container,
) -> Vec<&'static str> {
    let service = match resource.kind {
        "AWS::Serverless::Function" => "lambda.amazonaws.com",
        "AWS::Serverless::StateMachine" => "states.amazonaws.com",
        "AWS::Serverless::Connector" => {
            let mut entry = reader.entry(resource, &Path::default(), resource.span);
            entry.kind = Some(PolicyKind::Identity);
            entry.content = not_known("SAM makes its policies of both ends of the connector".to_owned(), "");
            container.entries.push(entry);
            return Vec::new();
        }
        "AWS::Serverless::Api" | "AWS::Serverless::HttpApi" => return api(reader, resource, container),
        _ => return Vec::new(),
    };
    let root =
        Path { pointer: format!("/Resources/{}/Properties", escape(resource.name)), ..Path::default() };
    let member = |name: &str| resource.properties.and_then(|properties| properties.member(name));
    // With a role of its own, SAM makes none.
    if member("Role").is_none() {
        trust(reader, resource, service, &root, container);
        if let Some(policies) = member("Policies") {
            let path = root.member("Policies");
            match (&policies.value.kind, call(&policies.value)) {
                (JsonValue::Array(list), None) => {
                    for (index, item) in list.iter().enumerate() {
                        policy(reader, resource, item, path.element(index, None), container);
                    }
                }
                _ => policy(reader, resource, &policies.value, path, container),
            }
        }
    }
    if let Some(boundary) = member("PermissionsBoundary") {
        let own = || vec![resource.name.to_owned()];
        let policies = reader.texts(&boundary.value).into_iter();
        container.attachments.extend(
            policies.map(|policy| {
                attachment(resource.name, "PermissionsBoundary", policy, own(), Link::Boundary)
            }),
        );
    }
    if let Some(url) = member("FunctionUrlConfig") {
        let path = root.member("FunctionUrlConfig");
        let mut entry = reader.entry(resource, &path, url.value.span);
        entry.kind = Some(PolicyKind::Resource);
        entry.resource_type = ResourceType::from_name("AWS::Lambda::Function");
        entry.subject = Some(format!("${{{}}}", resource.name));
        entry.content = match reader.given(&url.value, "AuthType") {
            built::Given::Text(kind) if kind == "NONE" => {
                let made = built::public_url(&built::Given::Nothing, &built::Given::Nothing, url.value.span);
                reader.made(&entry.name, made, url.value.span)
            }
            built::Given::Unknown(name) => Content::Partly { holes: vec![chosen(&name, url.value.span)] },
            _ => Content::Absent,
        };
        if entry.state() != super::super::State::Absent {
            container.entries.push(entry);
        }
    }
    if let Some(events) = member("Events")
        && let JsonValue::Object(members) = &events.value.kind
    {
        for event in members {
            let path = root.member("Events").member(&event.key);
            let mut entry = reader.entry(resource, &path, event.key_span);
            entry.kind = Some(PolicyKind::Resource);
            entry.resource_type = ResourceType::from_name("AWS::Lambda::Function");
            let kind = match event.value.member("Type").map(|member| &member.value.kind) {
                Some(JsonValue::String(kind)) => kind.as_str(),
                _ => "",
            };
            // These are polled: the function's role reads them, and nobody invokes it.
            if POLLED.contains(&kind) {
                continue;
            }
            entry.content = not_known(format!("SAM makes a permission for the event of type `{kind}`"), "");
            container.entries.push(entry);
        }
    }
    vec!["Policies", "AssumeRolePolicyDocument", "Events", "FunctionUrlConfig"]
}

/// Events without a permission.
const POLLED: [&str; 7] = ["SQS", "Kinesis", "DynamoDB", "MSK", "MQ", "SelfManagedKafka", "DocumentDB"];

/// The trust policy of the role that SAM makes.
fn trust<'t>(
    reader: &Reader<'_, '_, 't>,
    resource: &Resource<'_, 't>,
    service: &str,
    root: &Path,
    container: &mut Container,
) {
    let written = resource.properties.and_then(|properties| properties.member("AssumeRolePolicyDocument"));
    let path = root.member("AssumeRolePolicyDocument");
    let span = written.map_or(resource.span, |member| member.value.span);
    let mut entry = reader.entry(resource, &path, span);
    entry.kind = Some(PolicyKind::Trust);
    entry.resource_type = ResourceType::from_name("AWS::IAM::AssumeRolePolicyDocument");
    entry.content = match written {
        Some(member) => reader.content(&member.value, &entry),
        None => {
            let policy = format!(
                r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":["{service}"]}},"Action":["sts:AssumeRole"]}}]}}"#
            );
            reader.made(&entry.name, Ok(policy), span)
        }
    };
    container.entries.push(entry);
}

/// An item of `Policies`: a document, the name or ARN of a managed policy, or a policy template.
fn policy<'t>(
    reader: &Reader<'_, '_, 't>,
    resource: &Resource<'_, 't>,
    item: &Json<'t>,
    path: Path,
    container: &mut Container,
) {
    if let (JsonValue::String(name), _) | (_, Some(("Ref", Json { kind: JsonValue::String(name), .. }))) =
        (&item.kind, call(item))
    {
        let is_text = matches!(item.kind, JsonValue::String(_));
        let policy = if is_text { Ok(name.clone()) } else { Err(name.clone()) };
        let own = vec![resource.name.to_owned()];
        container.attachments.push(attachment(resource.name, &path.attribute, policy, own, Link::Policy));
        return;
    }
    let mut entry = reader.entry(resource, &path, item.span);
    entry.kind = Some(PolicyKind::Identity);
    entry.content = match &item.kind {
        _ if item.member("Statement").is_some() || call(item).is_some() => reader.content(item, &entry),
        JsonValue::Object(members) => {
            let name = members.first().map_or("", |member| member.key.as_str());
            not_known(format!("it is made of the policy template `{name}`"), name)
        }
        _ => not_known("it is neither a policy nor the name of one".to_owned(), ""),
    };
    container.entries.push(entry);
}

/// The resource policy of an API.
fn api<'t>(
    reader: &Reader<'_, '_, 't>,
    resource: &Resource<'_, 't>,
    container: &mut Container,
) -> Vec<&'static str> {
    let auth = resource.properties.and_then(|properties| properties.member("Auth"));
    let Some(policy) = auth.and_then(|auth| auth.value.member("ResourcePolicy")) else { return Vec::new() };
    let root =
        Path { pointer: format!("/Resources/{}/Properties", escape(resource.name)), ..Path::default() };
    let path = root.member("Auth").member("ResourcePolicy");
    let mut entry = reader.entry(resource, &path, policy.value.span);
    entry.kind = Some(PolicyKind::Resource);
    entry.resource_type = ResourceType::from_name("AWS::ApiGateway::RestApi");
    entry.content = not_known("SAM makes a policy of these settings".to_owned(), "");
    container.entries.push(entry);
    vec!["Auth"]
}
