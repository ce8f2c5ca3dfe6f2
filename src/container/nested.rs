//! Resources that stand for a stack with a template of its own, or for any resource of CloudFormation.
//!
//! Source: documentation of Terraform's AWS provider, by resource.

use super::entry::{Container, Content, NESTED_STACKS};
use super::kind::PolicyKind;
use super::options::Options;
use super::places::{Place, PlaceValue, Values};
use super::raw::{Fault, Raw};
use super::resource::{Reader, Resource, entry};
use super::{Contents, open};
use crate::span::Source;
use serde_json::{Value, json};

/// Adds the policies of a stack that Terraform makes, as not known; nothing if its template is known and makes none.
///
/// # Errors
/// A member occurs twice.
pub(super) fn terraform<'t>(
    reader: &Reader<'t, '_>,
    resource: &Resource<'t>,
    container: &mut Container,
) -> Result<(), Fault> {
    // The instances are those of a stack set, which has the template.
    if !NESTED_STACKS.contains(&resource.kind.as_str())
        || resource.kind == "aws_cloudformation_stack_instances"
    {
        return Ok(());
    }
    let before = match resource.before {
        Some(values) => Some(content(reader, resource, values)?),
        None => None,
    };
    let content = content(reader, resource, resource.after)?;
    let is_absent = |content: &Content| matches!(content, Content::Absent);
    if is_absent(&content) && before.as_ref().is_none_or(is_absent) {
        return Ok(());
    }
    let place = Place { attribute: String::new(), value: PlaceValue::Known(resource.raw), sensitive: false };
    let mut entry = entry(reader.text, resource, &place);
    entry.span = entry.span.first_character(reader.text);
    entry.kind = Some(PolicyKind::Resource);
    entry.content = content;
    entry.before = before;
    container.entries.push(entry);
    Ok(())
}

fn content<'t>(
    reader: &Reader<'t, '_>,
    resource: &Resource<'t>,
    values: Values<'t>,
) -> Result<Content, Fault> {
    let Some(value) = values.value.filter(|value| value.is_object()) else { return Ok(Content::Absent) };
    let text = |name: &str| -> Result<Option<String>, Fault> {
        let unknown = match values.unknown {
            Some(unknown) => {
                unknown.member(reader.text, name)?.is_some_and(|raw| raw.text().contains("true"))
            }
            None => false,
        };
        let text = value.member(reader.text, name)?.and_then(Raw::string).filter(|_| !unknown);
        Ok(text.map(|text| text.into_owned()))
    };
    let (template, reason) = match resource.kind.as_str() {
        "aws_cloudcontrolapi_resource" => {
            let state = text("desired_state")?.and_then(|state| serde_json::from_str::<Value>(&state).ok());
            let template = text("type_name")?.zip(state).map(|(kind, state)| {
                json!({"Resources": {"Resource": {"Type": kind, "Properties": state}}}).to_string()
            });
            (template, "the policies of a resource of Cloud Control are in its `desired_state`")
        }
        _ => (text("template_body")?, "the policies of the stack are in its own template"),
    };
    if template.is_some_and(|template| makes_none(&template)) {
        return Ok(Content::Absent);
    }
    let (references, presumed) = (Vec::new(), None);
    Ok(Content::Unknown { reason: reason.to_owned(), references, presumed })
}

/// True if a template is read, and neither makes policies nor links them.
pub(super) fn makes_none(template: &str) -> bool {
    match open(&Source::new("template", template), &Options::default()) {
        Ok(Contents::Container(container)) => {
            container.entries.is_empty()
                && container.attachments.is_empty()
                && container.incomplete.is_empty()
        }
        Ok(Contents::Policy(_)) | Err(_) => false,
    }
}
