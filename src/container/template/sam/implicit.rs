//! The APIs that SAM makes for events without an API of their own, with what `Globals` says about APIs.
//!
//! Source: AWS SAM Developer Guide, "Globals section of the AWS SAM template", "Implicit APIs".

use super::super::super::entry::Container;
use super::super::functions::{call, is_function};
use super::super::resource::{Path, Reader, Resource};
use super::{FUNCTION, STATE_MACHINE, api, text};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::policy::{Json, JsonValue, Member};

/// The types of events, each with the member that names its API, the API that SAM makes without it, and its part of `Globals`.
const APIS: [(&str, &str, &str, &str); 2] =
    [("Api", "RestApiId", "ServerlessRestApi", "Api"), ("HttpApi", "ApiId", "ServerlessHttpApi", "HttpApi")];

/// Adds the policies of the APIs that SAM may make.
pub(in super::super) fn implicit<'t>(
    reader: &Reader<'_, '_, 't>,
    resources: &[Member<'t>],
    globals: Option<&Member<'t>>,
    container: &mut Container,
) {
    let Some(globals) = globals else { return };
    let is_made = |json: &Json<'_>| match &json.kind {
        JsonValue::Object(members) => members.iter().any(|member| is_function(&member.key)),
        _ => false,
    };
    if is_made(&globals.value) {
        let message = "a function makes members of `Globals` that are not in the template";
        container.incomplete.push(
            Diagnostic::warning(Code::Unexpanded, message, globals.key_span).with_help(
                "give the processed template: `aws cloudformation get-template --template-stage Processed`",
            ),
        );
    }
    for (kind, member, name, part) in APIS {
        let Some(common) = globals.value.member(part) else { continue };
        if !resources.iter().any(|resource| may_make(resource, kind, member, name)) {
            continue;
        }
        let resource = Resource {
            name,
            kind: if kind == "Api" { "AWS::Serverless::Api" } else { "AWS::Serverless::HttpApi" },
            span: common.key_span,
            properties: Some(&common.value),
            condition: None,
        };
        let root = Path { pointer: format!("/Globals/{part}"), ..Path::default() };
        api(reader, &resource, (&common.value, &root), container);
    }
}

/// True if SAM may make an API for an event of a resource.
fn may_make(resource: &Member<'_>, kind: &str, member: &str, name: &str) -> bool {
    if !matches!(text(&resource.value, "Type"), Some(FUNCTION | STATE_MACHINE)) {
        return false;
    }
    let Some(properties) = resource.value.member("Properties") else { return false };
    let is_hidden = |json: &Json<'_>| match &json.kind {
        JsonValue::Object(members) => members.iter().any(|member| is_function(&member.key)),
        _ => true,
    };
    let Some(events) = properties.value.member("Events") else { return is_hidden(&properties.value) };
    let JsonValue::Object(members) = &events.value.kind else { return true };
    is_hidden(&events.value)
        || members.iter().any(|event| match text(&event.value, "Type") {
            None => true,
            Some(own) if own != kind => false,
            Some(_) => {
                let api = event.value.member("Properties").and_then(|own| own.value.member(member));
                api.is_none_or(|api| match call(&api.value) {
                    // Another API of the template has what `Globals` says itself.
                    Some(("Ref", Json { kind: JsonValue::String(target), .. })) => target == name,
                    Some(_) => true,
                    None => false,
                })
            }
        })
}
