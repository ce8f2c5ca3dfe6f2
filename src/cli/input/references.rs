//! The existing policies of check-no-new-access: one policy, or a directory of reference policies that are rules.

use super::argument::path_of;
use super::directory::{below, relative};
use super::reader::Reader;
use crate::cli::args::NoNewAccessArgs;
use crate::index::broken;
use crate::policy::{Document, PolicyType, Read};
use crate::report::{Failure, Issue};
use crate::surface::unreadable;
use std::path::{MAIN_SEPARATOR, Path};

/// A policy that others are held against.
#[derive(Clone)]
pub(crate) struct Reference {
    /// Its name on a command line.
    pub(crate) argument: String,
    /// Its path below the directory, if it is one of several rules.
    pub(crate) rule: Option<String>,
    /// Its document with what was noticed, or why it could not be read.
    pub(crate) read: Result<Read, Failure>,
}

impl Reference {
    /// Why it cannot be used.
    pub(crate) fn failure(&self) -> Option<Failure> {
        match &self.read {
            Ok(read) => Failure::of_documents([read]),
            Err(failure) => Some(failure.clone()),
        }
    }

    /// The document, if it can be used.
    pub(crate) fn document(&self) -> Option<&Document> {
        self.read.as_ref().ok().and_then(|read| read.document.as_ref())
    }

    /// The issues of the policy itself.
    pub(crate) fn issues(&self) -> Vec<Issue> {
        match (self.failure(), self.document()) {
            (Some(failure), _) => Issue::of_failure(&failure),
            (None, document) => document.into_iter().flat_map(Issue::warnings).collect(),
        }
    }

    /// Why the rule says nothing about a policy: it is of the other type.
    pub(crate) fn is_about_others(&self, policy: &Document, given: Option<PolicyType>) -> Option<String> {
        let (rule, None) = (self.rule.as_ref()?, given) else { return None };
        let own = PolicyType::infer([self.document()?]);
        let other = PolicyType::infer([policy]);
        (own != other)
            .then(|| format!("the rule {rule} is for {}, this was read as {}", own.name(), other.name()))
    }
}

/// The policies that the arguments name.
pub(crate) fn references(args: &NoNewAccessArgs, reader: &mut Reader) -> Result<Vec<Reference>, Failure> {
    let directory = match (&args.existing, &args.existing_dir) {
        (Some(argument), _) => {
            let read = reader.read(argument, "existing")?;
            let argument = reader.found(argument).to_owned();
            return Ok(vec![Reference { argument, rule: None, read: Ok(read) }]);
        }
        (None, Some(directory)) => path_of(directory),
        (None, None) => broken("one of --existing and --existing-dir is required"),
    };
    if !Path::new(directory).is_dir() {
        return Err(unreadable(directory, "it is no directory"));
    }
    let mut references = Vec::new();
    for file in below(directory) {
        let file = file?;
        let rule = relative(&file, directory).to_owned();
        let rule = if MAIN_SEPARATOR == '/' { rule } else { rule.replace(MAIN_SEPARATOR, "/") };
        references.push(Reference { read: reader.read(&file, "existing"), argument: file, rule: Some(rule) });
    }
    Ok(references)
}
