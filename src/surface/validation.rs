//! The validation of documents and of names.

use crate::index::broken;
use crate::policy::{Document, PolicyType, Read, ResourceType};
use crate::report::Failure;

/// The documents of texts that were read.
///
/// # Errors
/// All faults of those that hold none.
pub fn documents<const N: usize>(reads: [&Read; N]) -> Result<[&Document; N], Failure> {
    match Failure::of_documents(reads) {
        Some(failure) => Err(failure),
        None => Ok(reads.map(document)),
    }
}

/// The document of a text for which there is no [`Failure::of_documents`].
pub fn document(read: &Read) -> &Document {
    match &read.document {
        Some(document) => document,
        None => broken("a text without faults has a document"),
    }
}

/// Checks that documents are of the type they are read as.
///
/// # Errors
/// What in them does not fit the type.
pub fn fit(documents: &[&Document], policy_type: Option<PolicyType>) -> Result<(), Failure> {
    match Failure::of_misfits(documents, policy_type) {
        Some(failure) => Err(failure),
        None => Ok(()),
    }
}

/// The resource type of check-no-public-access with this name.
///
/// # Errors
/// There is none: all that there are.
pub fn resource_type(name: &str) -> Result<ResourceType, Failure> {
    ResourceType::from_name(name).ok_or_else(|| {
        let all: Vec<&str> = ResourceType::all().map(ResourceType::name).collect();
        Failure::validation(format!("`{name}` is no resource type of this check: {}", all.join(", ")))
    })
}

/// The resource type with this name, as AWS's findings of external access have them.
///
/// # Errors
/// There is none: all that there are.
pub fn external_resource_type(name: &str) -> Result<ResourceType, Failure> {
    ResourceType::of_findings(name).ok_or_else(|| {
        let all: Vec<&str> = ResourceType::all_of_findings().map(ResourceType::name).collect();
        Failure::validation(format!(
            "Value '{name}' at 'resourceType' failed to satisfy constraint: Member must satisfy enum value set: [{}]",
            all.join(", ")
        ))
    })
}
