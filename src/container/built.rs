//! Policies of resources that are not documents: AWS makes a statement of their members.
//!
//! Source: AWS Lambda API reference, "AddPermission" and "AddLayerVersionPermission"; Amazon EventBridge API reference,
//! "PutPermission"; AWS Signer API reference, "AddProfilePermission"; AWS Private CA API reference, "CreatePermission"; the
//! resource types of these services in the Service Authorization Reference.

use super::entry::{BEFORE, Content, Entry, Origin};
use super::hole::{Hole, HoleClass, is_sign};
use super::kind::PolicyKind;
use super::places::{Place, PlaceValue};
use super::raw::{Fault, Optional, Raw};
use super::resource::{Reader, Resource, Unknowns, entry};
use super::text;
use crate::policy::ResourceType;
use crate::span::Span;
use serde_json::{Map, Value, json};

/// A member's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Given {
    Nothing,
    Text(String),
    /// The name of the value on which it depends.
    Unknown(String),
}

impl Given {
    fn is_set(&self) -> bool {
        !matches!(self, Given::Nothing)
    }
}

/// The name or ARN of the resource that a permission is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Function,
    Layer,
    EventBus,
    SigningProfile,
    CertificateAuthority,
}

/// Members of a permission, of Terraform or CloudFormation, under common names.
#[derive(Clone, Debug)]
pub(super) struct Permission {
    pub(super) sid: Given,
    pub(super) actions: Vec<Given>,
    pub(super) principal: Given,
    pub(super) of: Target,
    /// The name or ARN of the resource.
    pub(super) target: Given,
    pub(super) qualifier: Given,
    /// Values of conditions: operator, key, value.
    pub(super) conditions: Vec<(String, String, Given)>,
}

/// Returns an action of AWS Private CA, whose service the members omit.
pub(super) fn certificate_action(name: &str) -> Given {
    Given::Text(format!("acm-pca:{name}"))
}

/// Returns a condition of a permission.
pub(super) fn condition(operator: &str, key: &str, value: Given) -> (String, String, Given) {
    (operator.to_owned(), key.to_owned(), value)
}

/// A statement under construction, with the unknown values in it.
#[derive(Debug, Default)]
struct Making {
    holes: Vec<Hole>,
    span: Span,
}

impl Making {
    fn text(&mut self, given: &Given, pointer: &str) -> String {
        match given {
            Given::Nothing => String::new(),
            Given::Text(text) => text.clone(),
            Given::Unknown(name) => {
                let pointer = format!("/Statement/0/{pointer}");
                self.holes.push(Hole {
                    name: name.clone(),
                    pointer,
                    span: self.span,
                    class: HoleClass::Given,
                    text: None,
                });
                String::new()
            }
        }
    }
}

/// Returns the policy of a permission, or the holes that prevent it from being built. `span` is the resource's place.
pub(super) fn permission(permission: &Permission, span: Span) -> Result<String, Vec<Hole>> {
    let mut making = Making { holes: Vec::new(), span };
    let mut statement = Map::new();
    let sid = making.text(&permission.sid, "Sid");
    // An unknown Sid changes no access.
    making.holes.clear();
    if !sid.is_empty() {
        statement.insert("Sid".to_owned(), Value::String(sid));
    }
    statement.insert("Effect".to_owned(), json!("Allow"));
    statement.insert("Principal".to_owned(), principal(&making.text(&permission.principal, "Principal")));
    let actions: Vec<String> =
        permission.actions.iter().map(|action| making.text(action, "Action")).collect();
    statement.insert(
        "Action".to_owned(),
        match actions.as_slice() {
            [one] => json!(one),
            several => json!(several),
        },
    );
    let target = making.text(&permission.target, "Resource");
    let qualifier = making.text(&permission.qualifier, "Resource");
    statement.insert("Resource".to_owned(), json!(resource(&target, &qualifier, permission.of)));
    let mut conditions: Map<String, Value> = Map::new();
    for (operator, key, given) in &permission.conditions {
        if !given.is_set() {
            continue;
        }
        let value = making.text(given, &format!("Condition/{operator}/{key}"));
        let keys = conditions.entry(operator.clone()).or_insert_with(|| json!({}));
        if let Value::Object(keys) = keys {
            keys.insert(key.clone(), json!(value));
        }
    }
    if !conditions.is_empty() {
        statement.insert("Condition".to_owned(), Value::Object(conditions));
    }
    if making.holes.is_empty() { Ok(document(vec![statement])) } else { Err(making.holes) }
}

/// Returns the policy that a function URL without authorization adds.
pub(super) fn public_url(function: &Given, qualifier: &Given, span: Span) -> Result<String, Vec<Hole>> {
    let mut making = Making { holes: Vec::new(), span };
    let target = making.text(function, "Resource");
    let qualifier = making.text(qualifier, "Resource");
    if !making.holes.is_empty() {
        return Err(making.holes);
    }
    let statement = |sid: &str, action: &str, conditions: Value| {
        let value = json!({
            "Sid": sid, "Effect": "Allow", "Principal": "*", "Action": action,
            "Resource": resource(&target, &qualifier, Target::Function), "Condition": conditions,
        });
        match value {
            Value::Object(statement) => statement,
            _ => Map::new(),
        }
    };
    Ok(document(vec![
        statement(
            "FunctionURLAllowPublicAccess",
            "lambda:InvokeFunctionUrl",
            json!({"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}),
        ),
        statement(
            "FunctionURLAllowInvokeAction",
            "lambda:InvokeFunction",
            json!({"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}),
        ),
    ]))
}

fn document(statements: Vec<Map<String, Value>>) -> String {
    let statements: Vec<Value> = statements.into_iter().map(Value::Object).collect();
    let value = json!({"Version": "2012-10-17", "Statement": statements});
    format!("{value:#}")
}

/// Returns a principal as these APIs interpret it: everyone, an account or an ARN, otherwise a service. An unknown text that is all
/// of the principal is an account: only such a one comes here.
fn principal(text: &str) -> Value {
    let is_unknown = !text.is_empty() && text.chars().all(is_sign);
    let is_account = is_unknown || text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    match text {
        "*" => json!("*"),
        _ if is_account || text.starts_with("arn:") => json!({"AWS": text}),
        _ => json!({"Service": text}),
    }
}

/// Returns the ARN of the resource that a permission is for; unknown parts stay open.
fn resource(target: &str, qualifier: &str, of: Target) -> String {
    // `ACCOUNT:function:NAME` and `ACCOUNT:NAME` are also names of functions.
    let name = target.rsplit_once(":function:").map_or(target, |(_, name)| name);
    let arn = match of {
        _ if target.starts_with("arn:") => target.to_owned(),
        // AWS makes the name.
        Target::Function if target.is_empty() => "arn:aws:lambda:*:*:function:*".to_owned(),
        Target::Function => format!("arn:aws:lambda:*:*:function:{name}"),
        Target::Layer => format!("arn:aws:lambda:*:*:layer:{target}"),
        Target::EventBus if target.is_empty() => "arn:aws:events:*:*:event-bus/default".to_owned(),
        Target::EventBus => format!("arn:aws:events:*:*:event-bus/{target}"),
        Target::SigningProfile => format!("arn:aws:signer:*:*:/signing-profiles/{target}"),
        Target::CertificateAuthority => "*".to_owned(),
    };
    match (of, qualifier) {
        (_, "") => arn,
        (Target::SigningProfile, version) => format!("{arn}/{version}"),
        (_, qualifier) => format!("{arn}:{qualifier}"),
    }
}

/// Types of Terraform's provider whose members AWS makes into a statement. Sorted.
pub(super) const TYPES: [&str; 6] = [
    "aws_acmpca_permission",
    "aws_cloudwatch_event_permission",
    "aws_lambda_function_url",
    "aws_lambda_layer_version_permission",
    "aws_lambda_permission",
    "aws_signer_signing_profile_permission",
];

/// Returns the entry of a Terraform resource whose policy AWS builds, if the resource is of such a type.
///
/// # Errors
/// A member occurs twice.
pub(super) fn terraform<'t>(
    reader: &Reader<'t, '_>,
    resource: &Resource<'t>,
    unknowns: &dyn Unknowns<'t>,
) -> Result<Option<Entry>, Fault> {
    let build = |is_after: bool| side(reader, resource, unknowns, is_after);
    if !TYPES.contains(&resource.kind.as_str()) {
        return Ok(None);
    }
    let before = match resource.before {
        Some(_) => Some(build(false)?),
        None => None,
    };
    let content = build(true)?;
    let is_absent = |content: &Content| matches!(content, Content::Absent);
    if is_absent(&content) && before.as_ref().is_none_or(is_absent) {
        return Ok(None);
    }
    let place = Place { attribute: String::new(), value: PlaceValue::Known(resource.raw), sensitive: false };
    let mut entry = entry(reader.text, resource, &place);
    entry.span = entry.span.first_character(reader.text);
    entry.kind = Some(PolicyKind::Resource);
    if matches!(resource.kind.as_str(), "aws_lambda_permission" | "aws_lambda_function_url") {
        entry.resource_type = ResourceType::from_name("AWS::Lambda::Function");
        entry.subject = reader.known(resource, "function_name")?;
    }
    entry.content = content;
    entry.before = before;
    Ok(Some(entry))
}

fn side<'t>(
    reader: &Reader<'t, '_>,
    resource: &Resource<'t>,
    unknowns: &dyn Unknowns<'t>,
    is_after: bool,
) -> Result<Content, Fault> {
    let values = if is_after { Some(resource.after) } else { resource.before };
    let Some(value) = values.and_then(|values| values.value).filter(|value| value.is_object()) else {
        return Ok(Content::Absent);
    };
    let unknown = values.and_then(|values| values.unknown);
    let member = |name: &str| -> Result<Given, Fault> {
        let is_unknown = match unknown {
            Some(unknown) => {
                unknown.member(reader.text, name)?.is_some_and(|raw| raw.text().contains("true"))
            }
            None => false,
        };
        if is_unknown {
            let refers_to = unknowns.refers_to(resource, name)?;
            return Ok(Given::Unknown(refers_to.unwrap_or_else(|| format!("{}.{name}", resource.address))));
        }
        let text = value.member(reader.text, name)?.and_then(Raw::scalar).filter(|text| !text.is_empty());
        Ok(text.map_or(Given::Nothing, |text| Given::Text(text.into_owned())))
    };
    let span = resource.raw.span(reader.text).first_character(reader.text);
    let made = match resource.kind.as_str() {
        "aws_lambda_function_url" => match member("authorization_type")? {
            Given::Text(kind) if kind == "NONE" => {
                public_url(&member("function_name")?, &member("qualifier")?, span)
            }
            Given::Unknown(name) => Err(vec![Hole {
                name,
                pointer: "/Statement/0/Condition".to_owned(),
                span,
                class: HoleClass::Chosen,
                text: None,
            }]),
            _ => return Ok(Content::Absent),
        },
        kind => permission(&members(kind, &member, (reader.text, value))?, span),
    };
    let name = if is_after { resource.address.clone() } else { format!("{}{BEFORE}", resource.address) };
    Ok(content(reader, &name, made, span))
}

fn content(reader: &Reader<'_, '_>, name: &str, made: Result<String, Vec<Hole>>, span: Span) -> Content {
    match made {
        Ok(policy) => {
            text::content(reader.source, name, &policy, span, Origin::Built, &reader.options.policy_limits)
        }
        Err(holes) => Content::Partly { holes, worlds: Vec::new() },
    }
}

/// Returns the members of a permission, by the type of the resource.
fn members(
    kind: &str,
    member: &dyn Fn(&str) -> Result<Given, Fault>,
    (text, value): (&str, Raw<'_>),
) -> Result<Permission, Fault> {
    let of = |of: Target, target: &str| -> Result<Permission, Fault> {
        Ok(Permission {
            sid: member("statement_id")?,
            actions: vec![member("action")?],
            principal: member("principal")?,
            of,
            target: member(target)?,
            qualifier: Given::Nothing,
            conditions: Vec::new(),
        })
    };
    match kind {
        "aws_lambda_permission" => {
            let via_url = match member("invoked_via_function_url")? {
                Given::Text(text) if text == "false" => Given::Nothing,
                other => other,
            };
            Ok(Permission {
                qualifier: member("qualifier")?,
                conditions: vec![
                    condition("ArnLike", "aws:SourceArn", member("source_arn")?),
                    condition("StringEquals", "aws:SourceAccount", member("source_account")?),
                    condition("StringEquals", "aws:PrincipalOrgID", member("principal_org_id")?),
                    condition(
                        "StringEquals",
                        "lambda:FunctionUrlAuthType",
                        member("function_url_auth_type")?,
                    ),
                    condition("StringEquals", "lambda:EventSourceToken", member("event_source_token")?),
                    condition("Bool", "lambda:InvokedViaFunctionUrl", via_url),
                ],
                ..of(Target::Function, "function_name")?
            })
        }
        "aws_lambda_layer_version_permission" => Ok(Permission {
            qualifier: member("version_number")?,
            conditions: vec![condition("StringEquals", "aws:PrincipalOrgID", member("organization_id")?)],
            ..of(Target::Layer, "layer_name")?
        }),
        "aws_cloudwatch_event_permission" => {
            let action = match member("action")? {
                Given::Nothing => Given::Text("events:PutEvents".to_owned()),
                given => given,
            };
            let mut conditions = Vec::new();
            if matches!(member("condition")?, Given::Unknown(_)) {
                conditions.push(condition("StringEquals", "aws:PrincipalOrgID", member("condition")?));
            }
            for block in value.member(text, "condition")?.elements() {
                let [operator, key, value] = block.fields(text, ["type", "key", "value"])?;
                let value = match value.and_then(Raw::string) {
                    Some(value) => Given::Text(value.into_owned()),
                    None => Given::Unknown("the value of its condition".to_owned()),
                };
                conditions.push(condition(&operator.text_or_empty(), &key.text_or_empty(), value));
            }
            Ok(Permission { actions: vec![action], conditions, ..of(Target::EventBus, "event_bus_name")? })
        }
        "aws_acmpca_permission" => {
            let known = value.member(text, "actions")?.elements().into_iter().filter_map(Raw::string);
            let mut actions: Vec<Given> = known.map(|action| certificate_action(&action)).collect();
            if let unknown @ Given::Unknown(_) = member("actions")? {
                actions.push(unknown);
            }
            Ok(Permission {
                actions,
                conditions: vec![condition("StringEquals", "aws:SourceAccount", member("source_account")?)],
                ..of(Target::CertificateAuthority, "certificate_authority_arn")?
            })
        }
        _ => Ok(Permission {
            qualifier: member("profile_version")?,
            ..of(Target::SigningProfile, "profile_name")?
        }),
    }
}
