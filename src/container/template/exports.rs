//! Values that other templates export, for `Fn::ImportValue`.

use super::super::detect::{Detected, detect};
use super::super::hole::{HoleClass, HoleOrigin, is_sign};
use super::super::options::Options;
use super::super::shape::Shape;
use super::super::yaml;
use super::exported::{Exported, Value};
use super::functions::{self, Evaluator, Names};
use super::symbols::Unknown;
use super::worlds::variants;
use super::{Transforms, names, parsed_json};
use crate::policy::{Json, JsonValue};
use crate::span::{Source, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Returns what the other templates export, by name. A name that is exported twice is not known.
pub(super) fn exports(options: &Options) -> BTreeMap<String, Exported> {
    let mut found: BTreeMap<String, Option<Exported>> = BTreeMap::new();
    for source in &options.with {
        for (name, value) in of_template(source, options) {
            found.entry(name).and_modify(|known| *known = None).or_insert(value);
        }
    }
    found.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// Returns what a template exports; nothing if it cannot be read or if a macro may rewrite it.
fn of_template(source: &Source, options: &Options) -> Vec<(String, Option<Exported>)> {
    match detect(source.text()) {
        Ok(Detected::JsonTemplate) => match parsed_json(source, options) {
            Ok((json, _)) => of_tree(&json, BTreeSet::new(), options),
            Err(_) => Vec::new(),
        },
        Ok(Detected::YamlTemplate) => match yaml::read(source.text(), &options.limits) {
            Ok(yaml) => of_tree(&yaml.json, yaml.ambiguous, options),
            Err(_) => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn of_tree(json: &Json<'_>, ambiguous: BTreeSet<u32>, options: &Options) -> Vec<(String, Option<Exported>)> {
    let options = Options {
        values: BTreeMap::new(),
        parameters: BTreeMap::new(),
        use_defaults: false,
        with: Vec::new(),
        ..options.clone()
    };
    let mut transforms = Transforms::default();
    for member in ["Transform", "Fn::Transform"].into_iter().filter_map(|name| json.member(name)) {
        transforms.read(&member.value, &options);
    }
    let members = |name: &str| match json.member(name).map(|member| &member.value.kind) {
        Some(JsonValue::Object(members)) => members.as_slice(),
        _ => &[],
    };
    if transforms.has_unknown {
        return Vec::new();
    }
    let names = names(json, members("Resources"), (&transforms, ambiguous), &options);
    let mut found = Vec::new();
    for output in members("Outputs") {
        let export = output.value.member("Export").and_then(|export| export.value.member("Name"));
        let (Some(name), Some(value)) = (export, output.value.member("Value")) else { continue };
        let most = options.limits.worlds;
        let name = variants(&names, &name.value, None, most).and_then(|all| {
            match all.only()?.value.as_ref()?.kind {
                JsonValue::String(ref name) => Some(name.to_string()),
                _ => None,
            }
        });
        // A name that is not known may be any name; a stack that imports a name needs exactly one stack that exports it.
        let Some(name) = name else { continue };
        found.push((name, exported(&names, &value.value, most)));
    }
    found
}

fn exported<'t>(names: &Names<'_, 't>, value: &Json<'t>, most: usize) -> Option<Exported> {
    let all = variants(names, value, None, most)?;
    let [one] = all.list.as_slice() else { return None };
    let text = match &one.value.as_ref()?.kind {
        JsonValue::String(text) => text.to_string(),
        JsonValue::Number(text) => (*text).to_owned(),
        JsonValue::Bool(value) => value.to_string(),
        JsonValue::Null | JsonValue::Array(_) | JsonValue::Object(_) => return None,
    };
    let assumptions = one.assumptions.clone();
    if !text.contains(is_sign) {
        return Some(Exported { value: Value::Text(text), assumptions });
    }
    let mut pattern = String::new();
    for character in text.chars() {
        if !is_sign(character) {
            if !character.is_ascii_alphanumeric() {
                pattern.push('\\');
            }
            pattern.push(character);
            continue;
        }
        let unknown = all
            .holes
            .iter()
            .filter_map(|hole| hole.text.as_ref())
            .find(|unknown| unknown.sign == character)?;
        let own = unknown.shape.regular_expression().filter(|_| !unknown.is_list)?;
        pattern.push_str(&format!("({own})"));
    }
    Some(Exported { value: Value::Shaped(Shape::pattern(&pattern)?), assumptions })
}

impl<'t> Evaluator<'_, '_, 't> {
    /// Returns the value that another template exports under a name, as far as it is known.
    pub(super) fn imported(&mut self, export: &str, span: Span) -> functions::Value<'t> {
        let name = format!("export:{export}");
        let mut unknown = Unknown::any(&name, HoleClass::Given, HoleOrigin::Elsewhere);
        if let Some(exported) = self.names.exports.get(export)
            && self.given(&name).is_none()
        {
            match &mut self.symbols {
                Some(symbols) => symbols.assumptions.extend(exported.assumptions.iter().copied()),
                None if exported.assumptions.is_empty() => {}
                None => return functions::Value::Hole(name, HoleClass::Given),
            }
            match &exported.value {
                Value::Text(text) => return functions::known(text.clone(), span),
                Value::Shaped(shape) => unknown.shape = shape.clone(),
            }
        }
        self.unknown(unknown, span)
    }
}
