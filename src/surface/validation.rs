//! Validates documents and names.

use crate::index::broken;
use crate::policy::{Document, PolicyType, Read, ResourceType};
use crate::report::Failure;

/// Returns the documents of texts that were read.
///
/// # Errors
/// All faults of the texts without a document.
pub fn documents<const N: usize>(reads: [&Read; N]) -> Result<[&Document; N], Failure> {
    match Failure::of_documents(reads) {
        Some(failure) => Err(failure),
        None => Ok(reads.map(document)),
    }
}

/// Returns the document of a text for which [`Failure::of_documents`] returned `None`.
pub fn document(read: &Read) -> &Document {
    match &read.document {
        Some(document) => document,
        None => broken("a text without faults has a document"),
    }
}

/// Checks that documents are of the type they are read as.
///
/// # Errors
/// The parts that do not fit the type.
pub fn fit(documents: &[&Document], policy_type: Option<PolicyType>) -> Result<(), Failure> {
    match Failure::of_misfits(documents, policy_type) {
        Some(failure) => Err(failure),
        None => Ok(()),
    }
}

/// Returns the resource type of check-no-public-access with this name.
///
/// # Errors
/// There is no such type; the message lists all types.
pub fn resource_type(name: &str) -> Result<ResourceType, Failure> {
    ResourceType::from_name(name).ok_or_else(|| {
        let all: Vec<&str> = ResourceType::all().map(ResourceType::name).collect();
        Failure::validation(format!("`{name}` is not a resource type of this check: {}", all.join(", ")))
    })
}

/// Returns the resource type with this name, from the types of AWS's findings of external access.
///
/// # Errors
/// There is no such type; the message lists all types.
pub fn external_resource_type(name: &str) -> Result<ResourceType, Failure> {
    ResourceType::of_findings(name).ok_or_else(|| {
        let all: Vec<&str> = ResourceType::all_of_findings().map(ResourceType::name).collect();
        Failure::validation(format!(
            "Value '{name}' at 'resourceType' failed to satisfy constraint: Member must satisfy enum value set: [{}]",
            all.join(", ")
        ))
    })
}
