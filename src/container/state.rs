//! States of Terraform and OpenTofu: `terraform show -json`, and `terraform state pull`.

use super::address::{instance_key, within};
use super::entry::{Change, Container, Content};
use super::kind::ContainerKind;
use super::options::Options;
use super::places::{Place, Values};
use super::plan::is_of_interest;
use super::raw::{Fault, Optional, Raw, list, object};
use super::resource::{Reader, Resource, Unknowns};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::span::Source;
use std::borrow::Cow;

/// Reads a state in the form that is meant for programs.
///
/// # Errors
/// It is of a version that is not known, too large, or has a member twice.
pub(super) fn read(source: &Source, root: Raw<'_>, options: &Options) -> Result<Container, Fault> {
    let text = source.text();
    let [version, values] = root.fields(text, ["format_version", "values"])?;
    super::supported_version(version, root.span(text), text)?;
    let mut container = Container::new(source, ContainerKind::State);
    let reader = Reader { source, text, options };
    let mut modules: Vec<(Raw<'_>, String)> = Vec::new();
    if let Some(values) = object(values, "values", text)? {
        let root = object(values.member(text, "root_module")?, "root_module", text)?;
        modules.extend(root.map(|root| (root, String::new())));
    }
    while let Some((module, address)) = modules.pop() {
        let [resources, children] = module.fields(text, ["resources", "child_modules"])?;
        for raw in list(resources, "resources", text)? {
            let names =
                ["address", "mode", "type", "name", "index", "values", "sensitive_values", "deposed_key"];
            let [own, mode, kind, name, index, values, sensitive, deposed] = raw.fields(text, names)?;
            if !counted(&mut container, mode, options)? {
                continue;
            }
            let string = |raw: Option<Raw<'_>>| raw.owned();
            let resource = Resource {
                raw,
                address: string(own) + &deposed_key(deposed),
                previous: None,
                module: address.clone(),
                key: index.map_or_else(String::new, instance_key),
                kind: string(kind),
                name: string(name),
                change: Change::None,
                before: None,
                after: Values { value: object(values, "values", text)?, unknown: None, sensitive },
            };
            add(&reader, &resource, &mut container)?;
        }
        let mut inner = Vec::new();
        for child in list(children, "child_modules", text)? {
            let address = child.member(text, "address")?.text_or_empty();
            inner.push((child, address.into_owned()));
        }
        modules.extend(inner.into_iter().rev());
    }
    Ok(container)
}

/// Reads a state in the form that Terraform keeps.
///
/// # Errors
/// It is too large or has a member twice.
pub(super) fn read_raw(source: &Source, root: Raw<'_>, options: &Options) -> Result<Container, Fault> {
    let text = source.text();
    let mut container = Container::new(source, ContainerKind::RawState);
    let reader = Reader { source, text, options };
    let resources = root.member(text, "resources")?;
    for whole in resources.elements() {
        let [module, mode, kind, name, instances] =
            whole.fields(text, ["module", "mode", "type", "name", "instances"])?;
        let string = |raw: Option<Raw<'_>>| raw.owned();
        let (module, kind, name) = (string(module), string(kind), string(name));
        for raw in list(instances, "instances", text)? {
            let names = ["index_key", "attributes", "attributes_flat", "sensitive_attributes", "deposed"];
            let [index, attributes, flat, sensitive, deposed] = raw.fields(text, names)?;
            if !counted(&mut container, mode, options)? {
                continue;
            }
            if let Some(flat) = flat.filter(|flat| flat.is_object()) {
                let message = "the attributes are in the flat form of Terraform 0.11, which is not read";
                let fault = Diagnostic::error(
                    Code::UnsupportedFormatVersion,
                    message,
                    flat.span(text).first_character(text),
                );
                return Err(Box::new(
                    fault.with_help("`terraform show -json` prints the state in a form that is read"),
                ));
            }
            let key = index.map_or_else(String::new, instance_key);
            let before = container.entries.len();
            let resource = Resource {
                raw,
                address: within(&module, &format!("{kind}.{name}{key}{}", deposed_key(deposed))),
                previous: None,
                module: module.clone(),
                key,
                kind: kind.clone(),
                name: name.clone(),
                change: Change::None,
                before: None,
                after: Values {
                    value: object(attributes, "attributes", text)?,
                    unknown: None,
                    sensitive: None,
                },
            };
            add(&reader, &resource, &mut container)?;
            let secret = secrets(text, sensitive)?;
            for entry in container.entries.iter_mut().skip(before) {
                entry.sensitive |= secret.iter().any(|name| entry.attribute.starts_with(&**name));
            }
        }
    }
    Ok(container)
}

/// The mark of an object that was replaced and not deleted yet: it still exists in AWS.
fn deposed_key(key: Option<Raw<'_>>) -> String {
    match key.and_then(Raw::string) {
        Some(key) if !key.is_empty() => format!(" (deposed {key})"),
        _ => String::new(),
    }
}

/// Counts a resource; `false` for data sources.
fn counted(container: &mut Container, mode: Option<Raw<'_>>, options: &Options) -> Result<bool, Fault> {
    if mode.and_then(Raw::string).is_some_and(|mode| mode == "data") {
        return Ok(false);
    }
    container.resources += 1;
    super::within_limits(container, options)?;
    Ok(true)
}

fn add<'t>(reader: &Reader<'t, '_>, resource: &Resource<'t>, container: &mut Container) -> Result<(), Fault> {
    if is_of_interest(&resource.kind, resource.raw) {
        reader.resource(resource, &Settled, container)?;
    }
    Ok(())
}

/// The members whose paths are listed as secret: `[[{"type":"get_attr","value":"policy"}]]`.
fn secrets<'t>(text: &str, paths: Option<Raw<'t>>) -> Result<Vec<Cow<'t, str>>, Fault> {
    let mut names = Vec::new();
    for path in paths.elements() {
        if let Some(first) = path.elements().first() {
            names.extend(first.member(text, "value")?.and_then(Raw::string));
        }
    }
    Ok(names)
}

/// A state knows every value.
struct Settled;

impl<'t> Unknowns<'t> for Settled {
    fn unknown(&self, _: &Resource<'t>, _: &Place<'t>, _: &str) -> Result<Option<Content>, Fault> {
        Ok(None)
    }

    fn is_copy(&self, _: &Resource<'t>, _: &str) -> Result<bool, Fault> {
        Ok(false)
    }

    fn unrecognised(&self, _: &Resource<'t>, _: &str) -> Result<Option<Content>, Fault> {
        Ok(None)
    }

    fn refers_to(&self, _: &Resource<'t>, _: &str) -> Result<Option<String>, Fault> {
        Ok(None)
    }

    fn keeps_owner(&self, _: &Resource<'t>, _: &str, _: &str) -> Result<bool, Fault> {
        Ok(true)
    }

    fn named(&self, _: &Resource<'t>, _: &str) -> Result<Option<String>, Fault> {
        Ok(None)
    }
}
