//! A resource of a template, and the data that its readers need.

use super::super::entry::{Attachment, Change, Content, Entry, Link, Origin};
use super::super::hole::{Hole, HoleClass};
use super::super::options::Options;
use super::super::{built, text};
use super::functions::{Evaluator, Names, call};
use super::worlds::variants;
use crate::diagnostic::Diagnostic;
use crate::policy::{Json, JsonValue, Read, Rendered, document, escape};
use crate::span::{Source, Span};
use std::sync::Arc;

/// The context that every reader of a resource needs.
pub(super) struct Reader<'n, 'j, 't> {
    pub(super) source: &'n Source,
    pub(super) names: &'n Names<'j, 't>,
    pub(super) options: &'n Options,
    /// Strings of the file with half of a surrogate pair.
    pub(super) lone: &'n [Diagnostic],
}

/// A resource of a template.
pub(super) struct Resource<'j, 't> {
    pub(super) name: &'j str,
    pub(super) kind: &'j str,
    pub(super) span: Span,
    pub(super) properties: Option<&'j Json<'t>>,
    pub(super) condition: Option<String>,
}

/// A place within the properties: its name, its name for pairing, its pointer.
#[derive(Clone, Debug, Default)]
pub(super) struct Path {
    pub(super) attribute: String,
    pub(super) key: String,
    pub(super) pointer: String,
}

impl Path {
    pub(super) fn member(&self, name: &str) -> Path {
        let joined = |base: &str| if base.is_empty() { name.to_owned() } else { format!("{base}.{name}") };
        Path {
            attribute: joined(&self.attribute),
            key: joined(&self.key),
            pointer: format!("{}/{}", self.pointer, escape(name)),
        }
    }

    /// Returns an element; elements with names of their own are paired by name.
    pub(super) fn element(&self, index: usize, name: Option<&str>) -> Path {
        let key = name.map_or_else(|| index.to_string(), |name| format!("{name:?}"));
        Path {
            attribute: format!("{}[{index}]", self.attribute),
            key: format!("{}[{key}]", self.key),
            pointer: format!("{}/{index}", self.pointer),
        }
    }
}

impl<'t> Reader<'_, '_, 't> {
    /// Returns the policy in a value, with the functions in it evaluated.
    pub(super) fn content(&self, json: &Json<'t>, entry: &Entry) -> Content {
        let mut evaluator = Evaluator::new(self.names);
        let value = evaluator.value(json, "");
        // A condition or a value that was given may decide everything.
        let variants = match evaluator.holes.is_empty() {
            true => None,
            false => {
                let condition = entry.condition.as_deref();
                variants(self.names, json, condition, self.options.limits.worlds)
            }
        };
        if let Some(variants) = variants {
            if let Some(only) = variants.only() {
                return match &only.value {
                    Some(value) => self.known(value, json.span, entry),
                    None => Content::Absent,
                };
            }
            if let Some((holes, worlds)) = variants.worlds() {
                return Content::Partly { holes, worlds };
            }
        }
        let Some(value) = value else { return Content::Absent };
        let own =
            |fault: &&Diagnostic| json.span.start <= fault.span.start && fault.span.end <= json.span.end;
        let mut faults: Vec<Diagnostic> = self.lone.iter().filter(own).cloned().collect();
        faults.append(&mut evaluator.faults);
        if !faults.is_empty() {
            return text::faulty(self.source, faults);
        }
        if let Some(hole) = evaluator.holes.first().filter(|hole| hole.pointer.is_empty()) {
            let is_json_text = matches!(call(json), Some(("Fn::Sub" | "Fn::Join", _)));
            let reason = match is_json_text {
                true => format!("its JSON text holds {}, which could change what it says", hole.name),
                false => format!("it depends on {}", hole.name),
            };
            return Content::Unknown { reason, references: vec![hole.name.clone()], presumed: None };
        }
        if !evaluator.holes.is_empty() {
            return Content::Partly { holes: evaluator.holes, worlds: Vec::new() };
        }
        self.known(&value, json.span, entry)
    }

    /// Returns the policy in a value without functions.
    fn known(&self, value: &Json<'_>, span: Span, entry: &Entry) -> Content {
        if let JsonValue::String(policy) = &value.kind {
            let limits = &self.options.policy_limits;
            return text::content(self.source, &entry.name, policy, span, Origin::Written, limits);
        }
        if let JsonValue::Object(members) = &value.kind
            && members.is_empty()
        {
            return Content::Absent;
        }
        let pointer = entry.pointer.clone();
        let source = self.source.named(format!("{}#{}", self.source.name(), entry.name));
        let read: Read = document(&source, value, pointer, Vec::new(), &self.options.policy_limits).into();
        // Functions are evaluated, and the file may be YAML, so the text of the policy is not in it.
        let rendered = Some(Arc::new(Rendered::of(value)));
        Content::Text { read: Read { rendered, ..read }, origin: Origin::Written }
    }

    pub(super) fn entry(&self, resource: &Resource<'_, 't>, path: &Path, span: Span) -> Entry {
        let joined = |place: &str| match place {
            "" => resource.name.to_owned(),
            place => format!("{}.{place}", resource.name),
        };
        Entry {
            name: joined(&path.attribute),
            address: resource.name.to_owned(),
            attribute: path.attribute.clone(),
            resource: resource.kind.to_owned(),
            key: joined(&path.key),
            kind: None,
            resource_type: None,
            subject: None,
            change: Change::None,
            previous_name: None,
            sensitive: false,
            condition: resource.condition.clone(),
            span,
            pointer: path.pointer.clone(),
            content: Content::Absent,
            before: None,
        }
    }

    pub(super) fn made(&self, name: &str, made: Result<String, Vec<Hole>>, span: Span) -> Content {
        match made {
            Ok(policy) => {
                text::content(self.source, name, &policy, span, Origin::Built, &self.options.policy_limits)
            }
            Err(holes) => Content::Partly { holes, worlds: Vec::new() },
        }
    }

    pub(super) fn given(&self, properties: &Json<'t>, name: &str) -> built::Given {
        let Some(member) = properties.member(name) else { return built::Given::Nothing };
        let mut evaluator = Evaluator::new(self.names);
        let value = evaluator.value(&member.value, "");
        if let Some(hole) = evaluator.holes.first() {
            return built::Given::Unknown(hole.name.clone());
        }
        if let Some(fault) = evaluator.faults.first() {
            return built::Given::Unknown(fault.message.clone());
        }
        match value.map(|json| json.kind) {
            Some(JsonValue::String(text)) => built::Given::Text(text.into_owned()),
            Some(JsonValue::Number(text)) => built::Given::Text(text.to_owned()),
            Some(JsonValue::Bool(value)) => built::Given::Text(value.to_string()),
            _ => built::Given::Nothing,
        }
    }

    /// Returns the names in a value: a list, or the names in a list of objects.
    pub(super) fn texts(&self, json: &Json<'t>) -> Vec<Named> {
        let mut evaluator = Evaluator { names_partition: true, ..Evaluator::new(self.names) };
        let elements: Vec<Json<'t>> = match (&json.kind, call(json)) {
            (JsonValue::Array(list), None) => list.clone(),
            _ => vec![json.clone()],
        };
        let mut texts = Vec::new();
        for element in elements {
            let value = evaluator.value(&element, "");
            let hole = evaluator.holes.drain(..).map(|hole| hole.name).next();
            let fault = evaluator.faults.drain(..).map(|fault| fault.message).next();
            match value {
                _ if let Some(reference) = hole => {
                    let resource = resource(&element).map(str::to_owned);
                    texts.push(Named::Unknown { reference, resource });
                }
                _ if let Some(fault) = fault => {
                    let reference = format!("a value that cannot be read ({fault})");
                    texts.push(Named::Unknown { reference, resource: None });
                }
                Some(Json { kind: JsonValue::String(text), .. }) => texts.push(Named::As(text.into_owned())),
                Some(json) => {
                    let names = ["Name", "ManagedPolicyArn", "CustomerManagedPolicyReference"];
                    let named = names.into_iter().find_map(|name| json.member(name));
                    let named = named.map(|member| match member.value.member("Name") {
                        Some(inner) => &inner.value.kind,
                        None => &member.value.kind,
                    });
                    if let Some(JsonValue::String(text)) = named {
                        texts.push(Named::As(text.to_string()));
                    }
                }
                None => {}
            }
        }
        texts
    }
}

/// A name in a template.
#[derive(Clone, Debug)]
pub(super) enum Named {
    /// A text.
    As(String),
    /// A name that is not known.
    Unknown {
        /// The values that make up the name.
        reference: String,
        /// The resource of the template whose name it is, if it is nothing else.
        resource: Option<String>,
    },
}

impl Named {
    /// Returns the name of a resource of the template.
    pub(super) fn of_resource(name: &str) -> Named {
        Named::Unknown { reference: name.to_owned(), resource: Some(name.to_owned()) }
    }

    /// Returns the name.
    ///
    /// # Errors
    /// The values that make it up.
    pub(super) fn known(self) -> Result<String, String> {
        match self {
            Named::As(text) => Ok(text),
            Named::Unknown { reference, .. } => Err(reference),
        }
    }

    /// Returns the name, or the values that make it up.
    pub(super) fn told(self) -> String {
        match self {
            Named::As(text) | Named::Unknown { reference: text, .. } => text,
        }
    }
}

/// Returns the resource that a function names: `Ref` and `Fn::GetAtt`, and `Fn::Sub` of nothing else.
fn resource<'j>(json: &'j Json<'_>) -> Option<&'j str> {
    match call(json)? {
        ("Ref", Json { kind: JsonValue::String(name), .. }) => Some(name),
        ("Fn::GetAtt", Json { kind: JsonValue::Array(list), .. }) => {
            match list.first().map(|json| &json.kind) {
                Some(JsonValue::String(name)) => Some(name),
                _ => None,
            }
        }
        ("Fn::GetAtt", Json { kind: JsonValue::String(text), .. }) => text.split('.').next(),
        ("Fn::Sub", Json { kind: JsonValue::String(text), .. }) => {
            let name = text.strip_prefix("${")?.strip_suffix('}')?;
            name.split('.').next().filter(|_| !name.contains(['$', '}']))
        }
        _ => None,
    }
}

/// Returns the name of the resource to which a policy applies: a text, or the resource of the template as `${Logs}`.
pub(super) fn subject(properties: &Json<'_>, name: &str) -> Option<String> {
    let value = &properties.member(name)?.value;
    let value = match &value.kind {
        JsonValue::Array(list) => list.first()?,
        _ => value,
    };
    match (&value.kind, call(value)) {
        (JsonValue::String(text), _) => Some(text.to_string()),
        (_, Some(("Ref", Json { kind: JsonValue::String(name), .. }))) => Some(format!("${{{name}}}")),
        _ => None,
    }
}

/// Returns a link of a resource to a policy whose name is known or made up of values.
pub(super) fn attachment(
    resource: &Resource<'_, '_>,
    attribute: &str,
    policy: Named,
    to: Vec<String>,
    link: Link,
) -> Attachment {
    let (policy, reference, named) = match policy {
        Named::As(policy) => (Some(policy), None, None),
        Named::Unknown { reference, resource } => (None, Some(reference), resource),
    };
    Attachment {
        address: resource.name.to_owned(),
        attribute: attribute.to_owned(),
        policy,
        reference,
        resource: named,
        to,
        link,
        change: Change::None,
        condition: resource.condition.clone(),
    }
}

/// Returns a hole that stands for the whole policy.
pub(super) fn not_known(reason: String, name: &str) -> Content {
    let references = if name.is_empty() { Vec::new() } else { vec![name.to_owned()] };
    Content::Unknown { reason, references, presumed: None }
}

/// Returns a hole whose value a deployment decides.
pub(super) fn chosen(name: &str, span: Span) -> Hole {
    Hole { name: name.to_owned(), pointer: String::new(), span, class: HoleClass::Chosen, text: None }
}
