//! Policies of resources that are no documents: AWS makes a statement of their members.
//!
//! Source: AWS Lambda API reference, "AddPermission" and "AddLayerVersionPermission"; Amazon EventBridge API reference,
//! "PutPermission".

use super::entry::{BEFORE, Content, Entry, Hole, HoleClass, Origin};
use super::kind::PolicyKind;
use super::places::{Place, PlaceValue};
use super::raw::{Fault, Raw, first_byte};
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
    /// The name of what it depends on.
    Unknown(String),
}

impl Given {
    fn is_set(&self) -> bool {
        !matches!(self, Given::Nothing)
    }
}

/// Members of `aws_lambda_permission` and `AWS::Lambda::Permission` by the names that both are read into.
#[derive(Clone, Debug)]
pub(super) struct Permission {
    pub(super) sid: Given,
    pub(super) action: Given,
    pub(super) principal: Given,
    /// The function's or layer's name or ARN.
    pub(super) target: Given,
    pub(super) qualifier: Given,
    pub(super) is_layer: bool,
    /// Values of conditions: operator, key, value.
    pub(super) conditions: Vec<(&'static str, &'static str, Given)>,
}

/// A statement that is made, with the values in it that are not known.
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
                });
                String::new()
            }
        }
    }
}

/// The policy of a permission, or the holes that keep it from being written. `span` is the resource's place.
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
    statement.insert("Action".to_owned(), json!(making.text(&permission.action, "Action")));
    let target = making.text(&permission.target, "Resource");
    let qualifier = making.text(&permission.qualifier, "Resource");
    statement.insert("Resource".to_owned(), json!(resource(&target, &qualifier, permission.is_layer)));
    let mut conditions: Map<String, Value> = Map::new();
    for (operator, key, given) in &permission.conditions {
        if !given.is_set() {
            continue;
        }
        let value = making.text(given, &format!("Condition/{operator}/{key}"));
        let keys = conditions.entry((*operator).to_owned()).or_insert_with(|| json!({}));
        if let Value::Object(keys) = keys {
            keys.insert((*key).to_owned(), json!(value));
        }
    }
    if !conditions.is_empty() {
        statement.insert("Condition".to_owned(), Value::Object(conditions));
    }
    if making.holes.is_empty() { Ok(document(vec![statement])) } else { Err(making.holes) }
}

/// The policy that a function URL without authorization adds.
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
            "Resource": resource(&target, &qualifier, false), "Condition": conditions,
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

/// A principal as these APIs take it: everyone, an account or an ARN, else a service.
fn principal(text: &str) -> Value {
    let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    match text {
        "*" => json!("*"),
        _ if is_account || text.starts_with("arn:") => json!({"AWS": text}),
        _ => json!({"Service": text}),
    }
}

/// The ARN of a function or layer; what is not known of it stays open.
fn resource(target: &str, qualifier: &str, is_layer: bool) -> String {
    let arn = match target {
        _ if target.starts_with("arn:") => target.to_owned(),
        // AWS makes the name.
        "" => "arn:aws:lambda:*:*:function:*".to_owned(),
        _ if is_layer => format!("arn:aws:lambda:*:*:layer:{target}"),
        // `ACCOUNT:function:NAME` and `ACCOUNT:NAME` are names too.
        _ => {
            let name = target.rsplit_once(":function:").map_or(target, |(_, name)| name);
            format!("arn:aws:lambda:*:*:function:{name}")
        }
    };
    if qualifier.is_empty() { arn } else { format!("{arn}:{qualifier}") }
}

/// The entry of a Terraform resource whose policy is built, if it is one.
///
/// # Errors
/// A member occurs twice.
pub(super) fn terraform<'t>(
    reader: &Reader<'t, '_>,
    resource: &Resource<'t>,
    unknowns: &dyn Unknowns<'t>,
) -> Result<Option<Entry>, Fault> {
    let build = |is_after: bool| side(reader, resource, unknowns, is_after);
    if !matches!(
        resource.kind.as_str(),
        "aws_lambda_permission" | "aws_lambda_layer_version_permission" | "aws_lambda_function_url"
    ) {
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
    let whole = entry.span;
    entry.span = first_byte(whole);
    entry.kind = Some(PolicyKind::Resource);
    if resource.kind != "aws_lambda_layer_version_permission" {
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
            Some(unknown) => unknown.member(reader.text, name)?.is_some_and(Raw::is_true),
            None => false,
        };
        if is_unknown {
            let refers_to = unknowns.refers_to(resource, name)?;
            return Ok(Given::Unknown(refers_to.unwrap_or_else(|| format!("{}.{name}", resource.address))));
        }
        let text = value.member(reader.text, name)?.and_then(Raw::scalar).filter(|text| !text.is_empty());
        Ok(text.map_or(Given::Nothing, |text| Given::Text(text.into_owned())))
    };
    let span = resource.raw.span(reader.text);
    let span = first_byte(span);
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
            }]),
            _ => return Ok(Content::Absent),
        },
        "aws_lambda_permission" => {
            let via_url = match member("invoked_via_function_url")? {
                Given::Text(text) if text == "false" => Given::Nothing,
                other => other,
            };
            permission(
                &Permission {
                    sid: member("statement_id")?,
                    action: member("action")?,
                    principal: member("principal")?,
                    target: member("function_name")?,
                    qualifier: member("qualifier")?,
                    is_layer: false,
                    conditions: vec![
                        ("ArnLike", "aws:SourceArn", member("source_arn")?),
                        ("StringEquals", "aws:SourceAccount", member("source_account")?),
                        ("StringEquals", "aws:PrincipalOrgID", member("principal_org_id")?),
                        ("StringEquals", "lambda:FunctionUrlAuthType", member("function_url_auth_type")?),
                        ("StringEquals", "lambda:EventSourceToken", member("event_source_token")?),
                        ("Bool", "lambda:InvokedViaFunctionUrl", via_url),
                    ],
                },
                span,
            )
        }
        _ => permission(
            &Permission {
                sid: member("statement_id")?,
                action: member("action")?,
                principal: member("principal")?,
                target: member("layer_name")?,
                qualifier: member("version_number")?,
                is_layer: true,
                conditions: vec![("StringEquals", "aws:PrincipalOrgID", member("organization_id")?)],
            },
            span,
        ),
    };
    let name = if is_after { resource.address.clone() } else { format!("{}{BEFORE}", resource.address) };
    Ok(content(reader, &name, made, span))
}

fn content(reader: &Reader<'_, '_>, name: &str, made: Result<String, Vec<Hole>>, span: Span) -> Content {
    match made {
        Ok(policy) => {
            text::content(reader.source, name, &policy, span, Origin::Built, &reader.options.policy_limits)
        }
        Err(holes) => Content::Partly { holes },
    }
}
