//! What policies are held against: one policy, or a directory of reference policies that are rules.

use super::args::NoNewAccess;
use super::input::{Reader, unreadable};
use super::inputs::below;
use crate::policy::{Document, PolicyType, Read};
use crate::report::{Failure, Issue};
use std::path::{MAIN_SEPARATOR, Path};

/// A policy that others are held against.
pub(super) struct Reference {
    /// How it can be named on a command line.
    pub(super) argument: String,
    /// Its path below the directory, if it is one of several rules.
    pub(super) rule: Option<String>,
    /// What came of reading it.
    pub(super) read: Result<Read, Failure>,
}

impl Reference {
    /// Why it cannot be used.
    pub(super) fn failure(&self) -> Option<Failure> {
        match &self.read {
            Ok(read) => Failure::of_documents([read]),
            Err(failure) => Some(failure.clone()),
        }
    }

    /// The document, if it can be used.
    pub(super) fn document(&self) -> Option<&Document> {
        self.read.as_ref().ok().and_then(|read| read.document.as_ref())
    }

    /// What there is to tell about it.
    pub(super) fn issues(&self) -> Vec<Issue> {
        match (self.failure(), self.document()) {
            (Some(failure), _) => Issue::of_failure(&failure),
            (None, document) => document.into_iter().flat_map(Issue::warnings).collect(),
        }
    }

    /// Why the rule says nothing about a policy: it is of the other type.
    pub(super) fn is_about_others(&self, policy: &Document, given: Option<PolicyType>) -> Option<String> {
        let (rule, None) = (self.rule.as_ref()?, given) else { return None };
        let own = PolicyType::infer([self.document()?]);
        let other = PolicyType::infer([policy]);
        (own != other)
            .then(|| format!("the rule {rule} is for {}, this was read as {}", own.name(), other.name()))
    }
}

/// The policies that the arguments name.
pub(super) fn references(args: &NoNewAccess, reader: &mut Reader) -> Result<Vec<Reference>, Failure> {
    if let Some(argument) = &args.existing {
        let read = reader.read(argument, "existing")?;
        return Ok(vec![Reference { argument: argument.clone(), rule: None, read: Ok(read) }]);
    }
    let directory = args.existing_dir.as_deref().unwrap_or_default();
    let directory = directory.strip_prefix("file://").unwrap_or(directory);
    if !Path::new(directory).is_dir() {
        return Err(unreadable(directory, "it is no directory"));
    }
    let mut references = Vec::new();
    for file in below(directory) {
        let file = file?;
        let rule =
            Path::new(&file).strip_prefix(directory).map_or(file.as_str(), |p| p.to_str().unwrap_or(&file));
        let rule = if MAIN_SEPARATOR == '/' { rule.to_owned() } else { rule.replace(MAIN_SEPARATOR, "/") };
        references.push(Reference { read: reader.read(&file, "existing"), argument: file, rule: Some(rule) });
    }
    Ok(references)
}
