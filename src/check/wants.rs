//! The requests that a question over a snapshot is about.

use super::{Property, PropertyError};
use crate::policy::Document;

/// The requests that a question over a snapshot is about. A part that is empty does not matter.
#[derive(Clone, Debug, Default)]
pub struct Wants {
    /// Action patterns, one of which must match.
    pub actions: Vec<String>,
    /// Resource patterns, one of which must match.
    pub resources: Vec<String>,
    /// The JSON of `Condition` elements, all of which must hold.
    pub conditions: Vec<String>,
}

impl Wants {
    /// Returns the documents that each have to allow a request in question.
    ///
    /// # Errors
    /// A pattern or a condition is not valid.
    pub fn documents(&self) -> Result<Vec<Document>, PropertyError> {
        let mut documents = Vec::new();
        if !self.actions.is_empty() || !self.resources.is_empty() {
            let (actions, resources) = (self.actions.clone(), self.resources.clone());
            documents.push(Property { actions, resources, ..Property::default() }.document()?);
        }
        for condition in &self.conditions {
            documents.push(Wants::of_condition(condition)?);
        }
        Ok(documents)
    }

    pub(super) fn of_condition(condition: &str) -> Result<Document, PropertyError> {
        Property { condition: Some(condition.to_owned()), ..Property::default() }.document()
    }
}
