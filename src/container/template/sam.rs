//! The short forms of the Serverless Application Model that make policies.
//!
//! Source: AWS SAM Developer Guide, "AWS SAM resources and properties" and "Globals section". Policies made of policy templates,
//! events and connectors are listed as not known: the processed template contains them.

use super::super::built;
use super::super::entry::{Container, Content, Link};
use super::super::kind::PolicyKind;
use super::functions::call;
use super::resource::{Named, Path, Reader, Resource, attachment, chosen, not_known};
use crate::policy::{Json, JsonValue, Member, ResourceType, escape};
use crate::span::Span;

/// The start of SAM's types.
pub(super) const TYPES: &str = "AWS::Serverless::";

/// Returns the resource merged with what `Globals` says about resources of its type; `None` if it says nothing.
pub(super) fn with_globals<'t>(member: &Member<'t>, globals: Option<&Member<'t>>) -> Option<Member<'t>> {
    let kind = match member.value.member("Type").map(|kind| &kind.value.kind) {
        Some(JsonValue::String(kind)) => kind.strip_prefix(TYPES)?,
        _ => return None,
    };
    let common = &globals?.value.member(kind)?.value;
    let JsonValue::Object(parts) = &member.value.kind else { return None };
    let own = member.value.member("Properties");
    let merged = own.map_or_else(|| common.clone(), |own| merged(common, &own.value));
    let mut parts: Vec<Member<'t>> = parts.iter().filter(|part| part.key != "Properties").cloned().collect();
    let key_span = own.map_or(member.key_span, |own| own.key_span);
    parts.push(Member { key: "Properties".to_owned().into(), key_span, value: merged });
    let value = Json { span: member.value.span, kind: JsonValue::Object(parts) };
    Some(Member { key: member.key.clone(), key_span: member.key_span, value })
}

/// Objects are merged, lists are joined, and for other values the resource's own takes precedence.
fn merged<'t>(common: &Json<'t>, own: &Json<'t>) -> Json<'t> {
    let kind = match (&common.kind, &own.kind) {
        (JsonValue::Object(all), JsonValue::Object(members)) if call(common).or(call(own)).is_none() => {
            let mut together: Vec<Member<'t>> =
                all.iter().filter(|member| own.member(&member.key).is_none()).cloned().collect();
            for member in members {
                let value = match common.member(&member.key) {
                    Some(common) => merged(&common.value, &member.value),
                    None => member.value.clone(),
                };
                together.push(Member { key: member.key.clone(), key_span: member.key_span, value });
            }
            JsonValue::Object(together)
        }
        (JsonValue::Array(all), JsonValue::Array(list)) => {
            JsonValue::Array(all.iter().chain(list).cloned().collect())
        }
        _ => own.kind.clone(),
    };
    Json { span: own.span, kind }
}

/// Adds the policies and links that SAM makes of a resource. Returns the properties that were read.
pub(super) fn resource<'t>(
    reader: &Reader<'_, '_, 't>,
    resource: &Resource<'_, 't>,
    container: &mut Container,
) -> Vec<&'static str> {
    let service = match resource.kind {
        "AWS::Serverless::Function" => "lambda.amazonaws.com",
        "AWS::Serverless::StateMachine" => "states.amazonaws.com",
        "AWS::Serverless::Connector" => {
            connector(reader, (resource, &Path::default(), resource.span), container);
            return Vec::new();
        }
        "AWS::Serverless::Api" | "AWS::Serverless::HttpApi" => return api(reader, resource, container),
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
    let root = root(resource);
    let member = |name: &str| property(resource, name);
    if makes_role(member("Role")) {
        trust(reader, resource, service, &root, container);
        if let Some(policies) = member("Policies") {
            let path = root.member("Policies");
            match (&policies.kind, call(policies)) {
                (JsonValue::Array(list), None) => {
                    for (index, item) in list.iter().enumerate() {
                        policy(reader, resource, item, path.element(index, None), container);
                    }
                }
                _ => policy(reader, resource, policies, path, container),
            }
        }
        added(reader, resource, container);
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
        self::events(reader, resource, events, container);
    }
    vec!["Policies", "AssumeRolePolicyDocument", "Events", "FunctionUrlConfig"]
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

/// True if SAM makes a role: it makes none for a function with its own role, but a condition may remove that.
fn makes_role(own: Option<&Json<'_>>) -> bool {
    match own.map(|own| (&own.kind, call(own))) {
        None | Some((JsonValue::Null, _)) => true,
        Some((_, Some((function, arguments)))) => {
            let is_nothing = matches!(&arguments.kind, JsonValue::String(name) if name == "AWS::NoValue");
            function == "Fn::If" || is_nothing
        }
        Some(_) => false,
    }
}

/// Adds the policies that SAM gives the role because of other properties.
fn added<'t>(reader: &Reader<'_, '_, 't>, resource: &Resource<'_, 't>, container: &mut Container) {
    let is_function = resource.kind == "AWS::Serverless::Function";
    let mut managed = |name: &str| {
        let policy = Named::As(format!("arn:aws:iam::aws:policy/{name}"));
        let own = vec![resource.name.to_owned()];
        container.attachments.push(attachment(resource, "Policies", policy, own, Link::Policy));
    };
    if is_function {
        managed("service-role/AWSLambdaBasicExecutionRole");
    }
    if property(resource, "VpcConfig").is_some() {
        managed("service-role/AWSLambdaVPCAccessExecutionRole");
    }
    if property(resource, "Tracing").is_some() {
        managed("AWSXRayDaemonWriteAccess");
    }
    for name in ["DeadLetterQueue", "DeploymentPreference", "EventInvokeConfig"] {
        let Some(value) = property(resource, name) else { continue };
        let mut entry = reader.entry(resource, &root(resource).member(name), value.span);
        entry.kind = Some(PolicyKind::Identity);
        entry.content = not_known(format!("SAM may add a policy for `{name}`"), "");
        container.entries.push(entry);
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
    if entry.state() != super::super::State::Absent {
        container.entries.push(entry);
    }
}

/// Adds the permissions for events; for polled ones, the managed policy of the role.
fn events<'t>(
    reader: &Reader<'_, '_, 't>,
    resource: &Resource<'_, 't>,
    events: &Json<'t>,
    container: &mut Container,
) {
    let JsonValue::Object(members) = &events.kind else { return };
    for event in members {
        let path = root(resource).member("Events").member(&event.key);
        let mut entry = reader.entry(resource, &path, event.key_span);
        entry.kind = Some(PolicyKind::Resource);
        entry.resource_type = ResourceType::from_name("AWS::Lambda::Function");
        let kind = match event.value.member("Type").map(|member| &member.value.kind) {
            Some(JsonValue::String(kind)) => &**kind,
            _ => "",
        };
        if let Some((_, managed)) = POLLED.iter().find(|(polled, _)| *polled == kind) {
            if !makes_role(property(resource, "Role")) {
                continue;
            }
            if !managed.is_empty() {
                let policy = Named::As(format!("arn:aws:iam::aws:policy/service-role/{managed}"));
                let own = vec![resource.name.to_owned()];
                container.attachments.push(attachment(resource, &path.attribute, policy, own, Link::Policy));
                continue;
            }
            entry.kind = Some(PolicyKind::Identity);
            entry.resource_type = None;
        }
        entry.content = not_known(format!("SAM makes a permission for the event of type `{kind}`"), "");
        container.entries.push(entry);
    }
}

/// Events that the function's role reads, so that nobody invokes the function; with the managed policy that SAM attaches, if
/// there is one.
const POLLED: [(&str, &str); 7] = [
    ("SQS", "AWSLambdaSQSQueueExecutionRole"),
    ("Kinesis", "AWSLambdaKinesisExecutionRole"),
    ("DynamoDB", "AWSLambdaDynamoDBExecutionRole"),
    ("MSK", "AWSLambdaMSKExecutionRole"),
    ("MQ", ""),
    ("SelfManagedKafka", ""),
    ("DocumentDB", ""),
];

/// Returns the trust policy of the role that SAM makes.
fn trust<'t>(
    reader: &Reader<'_, '_, 't>,
    resource: &Resource<'_, 't>,
    service: &str,
    root: &Path,
    container: &mut Container,
) {
    let written = property(resource, "AssumeRolePolicyDocument");
    let path = root.member("AssumeRolePolicyDocument");
    let span = written.map_or(resource.span, |json| json.span);
    let mut entry = reader.entry(resource, &path, span);
    entry.kind = Some(PolicyKind::Trust);
    entry.resource_type = ResourceType::from_name("AWS::IAM::AssumeRolePolicyDocument");
    entry.content = match written {
        Some(json) => reader.content(json, &entry),
        None => {
            let policy = format!(
                r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":["{service}"]}},"Action":["sts:AssumeRole"]}}]}}"#
            );
            reader.made(&entry.name, Ok(policy), span)
        }
    };
    container.entries.push(entry);
}

/// Reads an item of `Policies`: a document, the name or ARN of a managed policy, or a policy template.
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
        if name == "AWS::NoValue" {
            return;
        }
        let is_text = matches!(item.kind, JsonValue::String(_));
        let policy = if is_text { Named::As(name.to_string()) } else { Named::of_resource(name) };
        let own = vec![resource.name.to_owned()];
        container.attachments.push(attachment(resource, &path.attribute, policy, own, Link::Policy));
        return;
    }
    let mut entry = reader.entry(resource, &path, item.span);
    entry.kind = Some(PolicyKind::Identity);
    entry.content = match &item.kind {
        _ if item.member("Statement").is_some() || call(item).is_some() => reader.content(item, &entry),
        JsonValue::Object(members) => {
            let name = members.first().map_or("", |member| &*member.key);
            not_known(format!("SAM makes it from its policy template `{name}`"), name)
        }
        _ => not_known("it is neither a policy nor the name of one".to_owned(), ""),
    };
    container.entries.push(entry);
}

/// Returns the resource policy of an API, and the permissions for its authorizers.
fn api<'t>(
    reader: &Reader<'_, '_, 't>,
    resource: &Resource<'_, 't>,
    container: &mut Container,
) -> Vec<&'static str> {
    let Some(auth) = property(resource, "Auth") else { return Vec::new() };
    let path = root(resource).member("Auth");
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
