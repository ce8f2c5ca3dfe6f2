//! CloudFormation templates in JSON and YAML, including SAM's short forms and the output of the CDK.

mod conditions;
mod declared;
mod elsewhere;
mod exported;
mod exports;
mod extensions;
mod functions;
mod identifiers;
mod loops;
mod make;
mod nested;
mod parameters;
mod permission;
mod properties;
mod resource;
mod sam;
mod symbols;
mod unknown;
mod worlds;

use super::entry::Container;
use super::kind::ContainerKind;
use super::options::Options;
use super::yaml;
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::limits::InputLimits;
use crate::policy::{Json, JsonValue, Member, tree};
use crate::span::{Source, Span};
use functions::Names;
use parameters::Parameter;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// AWS's transforms that leave written policies unchanged; what those for secrets make is a policy elsewhere.
const HARMLESS: [&str; 4] = [
    "AWS::CodeDeployBlueGreen",
    "AWS::LanguageExtensions",
    "AWS::SecretsManager-2020-07-23",
    "AWS::SecretsManager-2024-09-16",
];
const SAM: &str = "AWS::Serverless-2016-10-31";
/// The transform that expands loops.
const EXTENSIONS: &str = "AWS::LanguageExtensions";

/// Reads a template in JSON.
///
/// # Errors
/// It is not JSON, or has a key twice.
pub(super) fn read_json(source: &Source, options: &Options) -> Result<Container, Vec<Diagnostic>> {
    let (json, faults) = parsed_json(source, options)?;
    read(source, &json, BTreeSet::new(), faults, options)
}

fn parsed_json<'t>(
    source: &'t Source,
    options: &Options,
) -> Result<(Json<'t>, Vec<Diagnostic>), Vec<Diagnostic>> {
    let limits = InputLimits {
        bytes: options.limits.bytes,
        depth: options.limits.depth,
        members: options.limits.resources,
        ..options.policy_limits
    };
    tree(source.text(), &limits)
}

/// Reads a template in YAML.
///
/// # Errors
/// It is not YAML, has a key twice, an unknown tag, or aliases that exceed the budget.
pub(super) fn read_yaml(source: &Source, options: &Options) -> Result<Container, Vec<Diagnostic>> {
    let yaml = yaml::read(source.text(), &options.limits)?;
    let mut container = read(source, &yaml.json, yaml.ambiguous, Vec::new(), options)?;
    container.notes.extend(yaml.notes);
    Ok(container)
}

/// Reads a template from its tree. `faults` are those of the text. Half of a surrogate pair is not a fault of the template,
/// because it may be in an attribute that does not matter.
///
/// # Errors
/// The text has faults, or the template has too many resources.
pub(super) fn read(
    source: &Source,
    json: &Json<'_>,
    ambiguous: BTreeSet<u32>,
    faults: Vec<Diagnostic>,
    options: &Options,
) -> Result<Container, Vec<Diagnostic>> {
    let (lone, faults): (Vec<_>, Vec<_>) =
        faults.into_iter().partition(|fault| fault.code == Code::InvalidString);
    if faults.iter().any(|fault| fault.severity == Severity::Error) {
        return Err(faults);
    }
    // All nested stacks of one template draw from one count.
    let counted;
    let options = match &options.opened {
        Some(_) => options,
        None => {
            counted = Options { opened: Some(Arc::default()), ..options.clone() };
            &counted
        }
    };
    let mut container = Container::new(source, ContainerKind::Template);
    let mut transforms = Transforms::default();
    for member in ["Transform", "Fn::Transform"].into_iter().filter_map(|name| json.member(name)) {
        transforms.read(&member.value, options);
    }
    let expanded = match transforms.expands_loops && has_loop(json) {
        true => {
            let names = names(json, &[], (&transforms, ambiguous.clone()), options);
            loops::expanded(json, &names, options.limits.copies).map(Some)
        }
        false => Ok(None),
    };
    let json = match &expanded {
        Ok(expanded) => expanded.as_ref().map_or(json, |expanded| expanded),
        Err(loops::TooLarge) => {
            let most = (options.limits.copies, loops::MOST_TEXT);
            let message =
                format!("its loops make more than {} values, or more than {} bytes", most.0, most.1);
            let place = json.span.first_character(source.text());
            container.incomplete.push(Diagnostic::warning(Code::Unexpanded, message, place));
            json
        }
    };
    let resources = json.member("Resources").map(|member| &member.value);
    let Some(Json { kind: JsonValue::Object(members), .. }) = resources else {
        let place = resources.map_or(json.span, |json| json.span);
        let place = place.first_character(source.text());
        return Err(vec![Diagnostic::error(Code::NoResources, "the template has no `Resources`", place)]);
    };
    container.conditions = conditions::definitions(json);
    let names = names(json, members, (&transforms, ambiguous), options);
    if let Some(message) = names.refused() {
        let place = json.span.first_character(source.text());
        return Err(vec![Diagnostic::error(Code::InvalidParameter, message, place)]);
    }
    let reader = resource::Reader { source, names: &names, options, lone: &lone };
    for member in members {
        container.resources += 1;
        super::within_limits(&container, options).map_err(|fault| vec![*fault])?;
        objects(member)?;
        if options.declares {
            container.declared.push(declared::of(&reader, member));
        }
        match sam::with_globals(member, json.member("Globals")) {
            Some(member) => reader.resource(&member, &mut container),
            None => reader.resource(member, &mut container),
        }
    }
    if transforms.is_sam {
        sam::implicit(&reader, members, json.member("Globals"), &mut container);
    }
    container.incomplete.extend(transforms.unknown);
    if transforms.has_unknown {
        for entry in &mut container.entries {
            let presumed = std::mem::replace(&mut entry.content, super::Content::Absent);
            entry.content = super::Content::Unknown {
                reason: "a macro may rewrite the whole template".to_owned(),
                references: transforms.names.clone(),
                presumed: Some(Box::new(presumed)),
            };
        }
    }
    Ok(container)
}

/// True if there is a loop somewhere in a value.
fn has_loop(json: &Json<'_>) -> bool {
    match &json.kind {
        JsonValue::Object(members) => {
            members.iter().any(|member| member.key.starts_with(loops::LOOP) || has_loop(&member.value))
        }
        JsonValue::Array(list) => list.iter().any(has_loop),
        JsonValue::String(_) | JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) => false,
    }
}

/// Returns the names of a template with these resources, and the values that are given for them.
fn names<'j, 't>(
    json: &'j Json<'t>,
    resources: &'j [Member<'t>],
    (transforms, ambiguous): (&Transforms, BTreeSet<u32>),
    options: &Options,
) -> Names<'j, 't> {
    let parts = |name: &str| -> BTreeMap<String, &'j Json<'t>> {
        match json.member(name).map(|member| &member.value.kind) {
            Some(JsonValue::Object(members)) => {
                members.iter().map(|member| (member.key.to_string(), &member.value)).collect()
            }
            _ => BTreeMap::new(),
        }
    };
    let parameters: BTreeMap<String, Parameter> =
        parts("Parameters").into_iter().map(|(name, json)| (name, Parameter::of(json))).collect();
    let mut given = options.values.clone();
    let is_stored = |name: &String| parameters.get(name).is_some_and(|parameter| parameter.is_stored);
    for (name, value) in options.parameters.iter().filter(|(name, _)| !is_stored(name)) {
        given.entry(name.clone()).or_insert_with(|| value.clone());
    }
    for (name, parameter) in parameters.iter().filter(|_| options.use_defaults) {
        if let Some(default) = &parameter.default {
            given.entry(name.clone()).or_insert_with(|| default.clone());
        }
    }
    Names {
        parameters,
        resources: resources.iter().map(|member| (member.key.to_string(), &member.value)).collect(),
        generated: if transforms.is_sam { sam::generated(resources) } else { BTreeMap::new() },
        conditions: parts("Conditions"),
        mappings: parts("Mappings"),
        exports: if options.with.is_empty() { BTreeMap::new() } else { exports::exports(options) },
        given,
        is_strict: options.strict,
        ambiguous,
        is_open: transforms.is_sam
            || transforms.has_unknown
            || resources.iter().any(|m| m.key.starts_with("Fn::")),
    }
}

/// Checks that a resource and its properties are objects; anything else would be skipped with its contents.
fn objects(member: &Member<'_>) -> Result<(), Vec<Diagnostic>> {
    if member.key.starts_with("Fn::") {
        return Ok(());
    }
    let properties = member.value.member("Properties").map(|properties| &properties.value);
    for (name, json) in [(&*member.key, Some(&member.value)), ("Properties", properties)] {
        if let Some(json) = json.filter(|json| !matches!(json.kind, JsonValue::Object(_)))
            && !(name == "Properties" && matches!(json.kind, JsonValue::Null))
        {
            let message = format!("`{name}` has to be an object, not {}", json.describe());
            return Err(vec![Diagnostic::error(Code::WrongType, message, json.span)]);
        }
    }
    Ok(())
}

/// The transforms of a template.
#[derive(Debug, Default)]
struct Transforms {
    is_sam: bool,
    expands_loops: bool,
    has_unknown: bool,
    names: Vec<String>,
    unknown: Vec<Diagnostic>,
}

impl Transforms {
    fn read(&mut self, json: &Json<'_>, options: &Options) {
        match &json.kind {
            JsonValue::Array(list) => list.iter().for_each(|json| self.read(json, options)),
            JsonValue::String(name) => self.add(name, json.span, options),
            _ => match json.member("Name").map(|member| &member.value.kind) {
                Some(JsonValue::String(name)) => self.add(name, json.span, options),
                _ => self.add("a transform without a name", json.span, options),
            },
        }
    }

    fn add(&mut self, name: &str, span: Span, options: &Options) {
        self.expands_loops |= name == EXTENSIONS;
        if name == SAM {
            self.is_sam = true;
        } else if !HARMLESS.contains(&name) && !options.harmless_transforms.iter().any(|known| known == name)
        {
            self.has_unknown = true;
            self.names.push(name.to_owned());
            let message = format!("the macro `{name}` may rewrite the whole template");
            self.unknown.push(Diagnostic::warning(Code::UnknownMacro, message, span).with_help(
                "give the processed template: `aws cloudformation get-template --template-stage Processed`",
            ));
        }
    }
}
