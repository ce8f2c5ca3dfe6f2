//! The files from which the server answers what clients look up.

use super::argument::text_of;
use crate::limits::InputLimits;
use crate::policy::{Read, read};
use crate::report::Failure;
use crate::span::Source;
use crate::surface::{document, reason, unreadable};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Reads the documents of managed policies: `NAME.json` for those of AWS, `ACCOUNT/NAME.json` for others.
///
/// # Errors
/// A file cannot be read, or is not a policy.
pub(crate) fn managed_policies(directory: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let mut policies = BTreeMap::new();
    let shown = |path: &Path| path.display().to_string();
    for entry in walkdir::WalkDir::new(directory).max_depth(2).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|error| {
            let name = error.path().unwrap_or(directory);
            unreadable(&shown(name), error.io_error().map_or_else(|| error.to_string(), reason))
        })?;
        let path = entry.path();
        let name = path.strip_prefix(directory).ok().and_then(Path::to_str);
        let name = name.and_then(|name| name.strip_suffix(".json"));
        let Some(name) = name.filter(|_| entry.file_type().is_file()) else { continue };
        let file = shown(path);
        let source = Source::new(file.as_str(), text_of(&format!("file://{file}"))?);
        let found: Read = read(&source, &InputLimits::default()).into();
        if let Some(failure) = Failure::of_documents([&found]) {
            return Err(failure);
        }
        let document = document(&found);
        policies.insert(name.replace('\\', "/"), document.source.slice(document.span).to_owned());
    }
    match policies.is_empty() {
        true => Err(unreadable(&shown(directory), "the directory holds no file NAME.json")),
        false => Ok(policies),
    }
}

/// Reads an object whose members are strings.
///
/// # Errors
/// The file cannot be read, or holds something else.
pub(crate) fn strings(file: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let name = file.display().to_string();
    let text = text_of(&format!("file://{name}"))?;
    let wrong = |why: String| Failure::validation(format!("{name} has to be an object of strings: {why}"));
    let members: BTreeMap<String, Value> =
        serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let string = |(name, value): (String, Value)| match value {
        Value::String(value) => Ok((name, value)),
        _ => Err(wrong(format!("`{name}` is not a string"))),
    };
    members.into_iter().map(string).collect()
}
