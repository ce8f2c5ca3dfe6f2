//! The existing policies of check-no-new-access: one policy, or a directory of reference policies (rules).

use super::argument::{is_directory, path_of};
use super::directory::{below, relative};
use super::reader::Reader;
use crate::cli::args::NoNewAccessArgs;
use crate::container::{Content, Selected};
use crate::index::broken;
use crate::policy::{Document, PolicyType, Read};
use crate::report::{Failure, Issue};
use crate::surface::unreadable;
use std::path::MAIN_SEPARATOR;

/// A policy with which others are compared.
#[derive(Clone)]
pub(crate) struct Reference {
    /// Its name on a command line.
    pub(crate) argument: String,
    /// Its path below the directory, if it is one of several rules.
    pub(crate) rule: Option<String>,
    /// The document with its diagnostics, or the reason why it could not be read.
    pub(crate) read: Result<Read, Failure>,
    /// The content with unknown values and the policy in its file, if it is one that can be read again with values.
    pub(crate) partial: Option<Box<(Content, Selected)>>,
}

impl Reference {
    /// Makes a reference of a policy without unknown values.
    pub(crate) fn known(argument: String, rule: Option<String>, read: Result<Read, Failure>) -> Reference {
        Reference { argument, rule, read, partial: None }
    }

    /// Why it cannot be used.
    pub(crate) fn failure(&self) -> Option<Failure> {
        match &self.read {
            Ok(read) => Failure::of_documents([read]),
            Err(failure) => Some(failure.clone()),
        }
    }

    /// Returns the document, if it can be used.
    pub(crate) fn document(&self) -> Option<&Document> {
        self.read.as_ref().ok().and_then(|read| read.document.as_ref())
    }

    /// Returns the issues of the policy itself.
    pub(crate) fn issues(&self) -> Vec<Issue> {
        match (self.failure(), self.document()) {
            (Some(failure), _) => Issue::of_failure(&failure),
            (None, document) => document.into_iter().flat_map(Issue::warnings).collect(),
        }
    }

    /// Returns the reason why the rule does not apply to a policy: it is of another type.
    pub(crate) fn is_about_others(&self, policy: &Document, given: Option<PolicyType>) -> Option<String> {
        let (rule, None) = (self.rule.as_ref()?, given) else { return None };
        let own = PolicyType::infer([self.document()?]);
        let other = PolicyType::infer([policy]);
        (own != other)
            .then(|| format!("the rule {rule} is for {}, this was read as {}", own.name(), other.name()))
    }
}

/// Returns the policies that the arguments name.
pub(crate) fn references(args: &NoNewAccessArgs, reader: &mut Reader) -> Result<Vec<Reference>, Failure> {
    let directory = match (&args.existing, &args.existing_dir) {
        (Some(argument), _) => {
            let read = reader.read(argument, "existing")?;
            let argument = reader.found(argument).to_owned();
            return Ok(vec![Reference::known(argument, None, Ok(read))]);
        }
        (None, Some(directory)) => path_of(directory),
        (None, None) => broken("one of --existing and --existing-dir is required"),
    };
    if args.existing_dir.as_ref().is_some_and(|named| !is_directory(named)) {
        return Err(unreadable(directory, "it is not a directory"));
    }
    let mut references = Vec::new();
    for file in below(directory) {
        let file = file?;
        let rule = relative(&file, directory).to_owned();
        let rule = if MAIN_SEPARATOR == '/' { rule } else { rule.replace(MAIN_SEPARATOR, "/") };
        let read = reader.read(&file, "existing");
        references.push(Reference::known(file, Some(rule), read));
    }
    Ok(references)
}
