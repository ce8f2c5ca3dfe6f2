//! Matches listed actions and resources with a request.

use super::glob::{fields_match, glob_matches};
use crate::policy::{Access, ResourceShape};
use crate::request::Request;

/// True if the entry lists the request: an action and a resource of the entry match; an empty list matches any.
pub fn lists(entry: &Access, request: &Request) -> bool {
    let action = request.action.to_ascii_lowercase();
    let listed_action =
        entry.actions.is_empty() || entry.actions.iter().any(|p| glob_matches(&p.glob, &action));
    let listed_resource = entry.resources.is_empty()
        || entry.resources.iter().any(|pattern| match &pattern.shape {
            ResourceShape::Any => true,
            ResourceShape::Arn { fields, .. } => fields_match(fields, &request.resource),
            ResourceShape::Abbreviation => false,
        });
    listed_action && listed_resource
}
