//! The policies of the role that SAM makes for a function or state machine.
//!
//! Source: AWS SAM Developer Guide, "AWS::Serverless::Function", "AWS::Serverless::StateMachine", "EventInvokeConfiguration" and
//! "DeadLetterQueue".

use super::super::super::entry::{Container, Content, Link, Origin, State};
use super::super::super::kind::PolicyKind;
use super::super::functions::call;
use super::super::make::Make;
use super::super::resource::{Named, Path, Reader, Resource, attachment, not_known};
use super::policy_templates;
use super::{FUNCTION, property, root, text};
use crate::policy::{Json, JsonValue, ResourceType};
use crate::span::Span;

/// True if SAM makes a role: it makes none for a function with its own role, but a condition may remove that.
pub(super) fn is_made(own: Option<&Json<'_>>) -> bool {
    match own.map(|own| (&own.kind, call(own))) {
        None | Some((JsonValue::Null, _)) => true,
        Some((_, Some((function, arguments)))) => {
            let is_nothing = matches!(&arguments.kind, JsonValue::String(name) if name == "AWS::NoValue");
            function == "Fn::If" || is_nothing
        }
        Some(_) => false,
    }
}

/// Adds the policies and links of the role.
pub(super) fn role<'t>(
    reader: &Reader<'_, '_, 't>,
    resource: &Resource<'_, 't>,
    service: &str,
    container: &mut Container,
) {
    let root = root(resource);
    let place = (root.member("AssumeRolePolicyDocument"), resource.span);
    trust(reader, resource, (property(resource, "AssumeRolePolicyDocument"), service), place, container);
    if let Some(policies) = property(resource, "Policies") {
        let path = root.member("Policies");
        match (&policies.kind, call(policies)) {
            (JsonValue::Array(list), None) => {
                for (index, item) in list.iter().enumerate() {
                    policy(reader, resource, item, &path.element(index, None), container);
                }
            }
            _ => policy(reader, resource, policies, &path, container),
        }
    }
    added(reader, resource, container);
}

/// Adds the trust policy of a role that SAM makes: the written one, or one for a service.
pub(super) fn trust<'t>(
    reader: &Reader<'_, '_, 't>,
    resource: &Resource<'_, 't>,
    (written, service): (Option<&Json<'t>>, &str),
    (path, span): (Path, Span),
    container: &mut Container,
) {
    let span = written.map_or(span, |json| json.span);
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

/// Reads an item of `Policies`: a document, the name or ARN of a managed policy, a policy template, or a choice of these.
fn policy<'t>(
    reader: &Reader<'_, '_, 't>,
    resource: &Resource<'_, 't>,
    item: &Json<'t>,
    path: &Path,
    container: &mut Container,
) {
    let mut names = Vec::new();
    let document = sorted(item, &mut names);
    for name in names {
        let own = || vec![resource.name.to_owned()];
        let links = reader.texts(&name).into_iter();
        container
            .attachments
            .extend(links.map(|name| attachment(resource, &path.attribute, name, own(), Link::Policy)));
    }
    match document {
        Ok(document) => written(reader, resource, &document, path, container),
        Err(reason) => unknown(reader, resource, reason, (path, item.span), container),
    }
}

/// Adds a policy of the role.
pub(super) fn written<'t>(
    reader: &Reader<'_, '_, 't>,
    resource: &Resource<'_, 't>,
    document: &Json<'t>,
    path: &Path,
    container: &mut Container,
) {
    let mut entry = reader.entry(resource, path, document.span);
    entry.kind = Some(PolicyKind::Identity);
    entry.content = reader.content(document, &entry);
    if entry.state() != State::Absent {
        container.entries.push(entry);
    }
}

/// Adds a policy of the role that SAM makes of other members.
pub(super) fn built<'t>(
    reader: &Reader<'_, '_, 't>,
    resource: &Resource<'_, 't>,
    document: &Json<'t>,
    path: &Path,
    container: &mut Container,
) {
    let before = container.entries.len();
    written(reader, resource, document, path, container);
    for entry in container.entries.iter_mut().skip(before) {
        if let Content::Text { origin, .. } = &mut entry.content {
            *origin = Origin::Built;
        }
    }
}

/// Adds a policy of the role that is not known.
pub(super) fn unknown<'t>(
    reader: &Reader<'_, '_, 't>,
    resource: &Resource<'_, 't>,
    reason: String,
    (path, span): (&Path, Span),
    container: &mut Container,
) {
    let mut entry = reader.entry(resource, path, span);
    entry.kind = Some(PolicyKind::Identity);
    entry.content = not_known(reason, "");
    container.entries.push(entry);
}

/// Returns the document of an item, with the names of managed policies taken out of it.
///
/// # Errors
/// The reason why it is not known.
fn sorted<'t>(item: &Json<'t>, names: &mut Vec<Json<'t>>) -> Result<Json<'t>, String> {
    let make = Make(item.span);
    let nothing = || make.reference("AWS::NoValue");
    match (&item.kind, call(item)) {
        (JsonValue::String(_), _) => {
            names.push(item.clone());
            Ok(nothing())
        }
        (_, Some(("Ref", Json { kind: JsonValue::String(name), .. }))) if name == "AWS::NoValue" => {
            Ok(nothing())
        }
        (_, Some(("Fn::If", Json { kind: JsonValue::Array(parts), .. }))) => match parts.as_slice() {
            [condition, chosen, other] => {
                let (chosen, other) = (sorted(chosen, names)?, sorted(other, names)?);
                Ok(make.call("Fn::If", make.list(vec![condition.clone(), chosen, other])))
            }
            _ => Ok(item.clone()),
        },
        (_, Some((function, _))) if function == "Fn::Transform" || function.starts_with("Fn::ForEach") => {
            Err(format!("it is made by `{function}`"))
        }
        (_, Some(_)) => {
            names.push(item.clone());
            Ok(nothing())
        }
        (JsonValue::Object(_), None) if item.member("Statement").is_some() => Ok(item.clone()),
        (JsonValue::Object(members), None) => match members.as_slice() {
            [one] => policy_templates::document(&one.key, &one.value, item.span),
            _ => Err("it is neither a policy nor the name of one".to_owned()),
        },
        _ => Err("it is neither a policy nor the name of one".to_owned()),
    }
}

/// Adds the policies that SAM gives the role because of other properties.
fn added<'t>(reader: &Reader<'_, '_, 't>, resource: &Resource<'_, 't>, container: &mut Container) {
    let is_there = |name: &str| property(resource, name).is_some();
    let mut managed = |name: &str| {
        let policy = Named::As(format!("arn:aws:iam::aws:policy/{name}"));
        let own = vec![resource.name.to_owned()];
        container.attachments.push(attachment(resource, "Policies", policy, own, Link::Policy));
    };
    if is_there("DurableConfig") {
        managed("service-role/AWSLambdaBasicDurableExecutionRolePolicy");
    } else if resource.kind == FUNCTION {
        managed("service-role/AWSLambdaBasicExecutionRole");
    }
    if is_there("VpcConfig") {
        managed("service-role/AWSLambdaVPCAccessExecutionRole");
    }
    let is_disabled =
        |tracing: &Json<'_>| matches!(&tracing.kind, JsonValue::String(mode) if mode == "Disabled");
    if property(resource, "Tracing").is_some_and(|tracing| !is_disabled(tracing)) {
        managed("AWSXrayWriteOnlyAccess");
    }
    let root = root(resource);
    if let Some(queue) = property(resource, "DeadLetterQueue") {
        let path = root.member("DeadLetterQueue");
        match (text(queue, "Type").and_then(delivery), queue.member("TargetArn")) {
            (Some((action, _)), Some(target)) => {
                let document = allowed(Make(queue.span), &[action], target.value.clone());
                built(reader, resource, &document, &path, container);
            }
            _ => {
                let reason = "SAM may add a policy for `DeadLetterQueue`".to_owned();
                unknown(reader, resource, reason, (&path, queue.span), container);
            }
        }
    }
    if let Some(config) = property(resource, "EventInvokeConfig") {
        let path = root.member("EventInvokeConfig");
        destinations(reader, resource, config, &path, container);
    }
    if let Some(preference) = property(resource, "DeploymentPreference") {
        let reason = "SAM may make a role for `DeploymentPreference`".to_owned();
        let place = (&root.member("DeploymentPreference"), preference.span);
        unknown(reader, resource, reason, place, container);
    }
}

/// Adds the policies for the destinations of a function's results.
pub(super) fn destinations<'t>(
    reader: &Reader<'_, '_, 't>,
    resource: &Resource<'_, 't>,
    config: &Json<'t>,
    path: &Path,
    container: &mut Container,
) {
    let Some(destination) = config.member("DestinationConfig") else {
        if call(config).is_some() {
            let reason = "a function makes the settings of which SAM makes a policy".to_owned();
            unknown(reader, resource, reason, (path, config.span), container);
        }
        return;
    };
    let path = path.member("DestinationConfig");
    let JsonValue::Object(ends) = &destination.value.kind else {
        let reason = "SAM may add a policy for these settings".to_owned();
        unknown(reader, resource, reason, (&path, destination.value.span), container);
        return;
    };
    for end in ends {
        let (path, span) = (path.member(&end.key), end.value.span);
        let kind = text(&end.value, "Type");
        let target = end.value.member("Destination");
        match (kind.and_then(delivery), target) {
            // Without a type SAM adds no policy.
            (None, _) if call(&end.value).is_none() && end.value.member("Type").is_none() => {}
            (Some((action, part)), Some(target)) => {
                let make = Make(span);
                let mut document = allowed(make, &[action], target.value.clone());
                if !part.is_empty() {
                    let parts = make
                        .list(vec![make.text(""), make.list(vec![target.value.clone(), make.text(part)])]);
                    let inside = make.call("Fn::Join", parts);
                    document = make.object(vec![(
                        "Statement",
                        make.list(vec![
                            statement(make, &[action], inside),
                            statement(make, &["s3:ListBucket"], target.value.clone()),
                        ]),
                    )]);
                }
                built(reader, resource, &document, &path, container);
            }
            _ => {
                let reason = "SAM may add a policy for this destination".to_owned();
                unknown(reader, resource, reason, (&path, span), container);
            }
        }
    }
}

/// Returns the action with which results go to a destination of this type, and the part of the destination's name that is added.
fn delivery(kind: &str) -> Option<(&'static str, &'static str)> {
    match kind {
        "SQS" => Some(("sqs:SendMessage", "")),
        "SNS" => Some(("sns:Publish", "")),
        "EventBridge" => Some(("events:PutEvents", "")),
        "Lambda" => Some(("lambda:InvokeFunction", "")),
        "S3" | "S3Bucket" => Some(("s3:PutObject", "/*")),
        _ => None,
    }
}

/// Returns a policy that allows actions on one resource.
pub(super) fn allowed<'t>(make: Make, actions: &[&str], resource: Json<'t>) -> Json<'t> {
    make.object(vec![("Statement", make.list(vec![statement(make, actions, resource)]))])
}

/// Returns a statement that allows actions on one resource.
pub(super) fn statement<'t>(make: Make, actions: &[&str], resource: Json<'t>) -> Json<'t> {
    let actions = actions.iter().map(|action| make.text(action)).collect();
    make.object(vec![("Effect", make.text("Allow")), ("Action", make.list(actions)), ("Resource", resource)])
}
