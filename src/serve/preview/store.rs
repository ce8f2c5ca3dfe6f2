//! The previews that clients made last.

use crate::serve::refusal::Refusal;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// The most previews that are kept, and the most bytes of them.
const MOST: usize = 1_000;
const BYTES: usize = 16 << 20;

/// A preview with its result.
#[derive(Debug)]
pub(super) struct Preview {
    pub(super) id: String,
    pub(super) analyzer: String,
    /// As the client sent them.
    pub(super) configurations: String,
    pub(super) created: String,
    pub(super) findings: Vec<Value>,
    /// The reason why it was not computed.
    pub(super) failed: Option<String>,
}

impl Preview {
    /// About the bytes that it takes: the configurations are the greatest part, and findings repeat parts of them.
    fn bytes(&self) -> usize {
        self.configurations.len() + self.findings.len() * 2_000
    }
}

/// The previews made last; the oldest are dropped.
#[derive(Debug, Default)]
pub(in crate::serve) struct Previews(Mutex<VecDeque<Arc<Preview>>>);

impl Previews {
    /// Keeps a preview in place of the one with the same id.
    pub(super) fn keep(&self, preview: Preview) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|other| other.id != preview.id);
        kept.push_back(Arc::new(preview));
        let mut bytes: usize = kept.iter().map(|preview| preview.bytes()).sum();
        while kept.len() > MOST || (bytes > BYTES && kept.len() > 1) {
            bytes -= kept.pop_front().map_or(0, |oldest| oldest.bytes());
        }
    }

    /// Returns a preview of an analyzer.
    ///
    /// # Errors
    /// It does not exist, or no longer.
    pub(super) fn find(&self, id: &str, analyzer: &str) -> Result<Arc<Preview>, Refusal> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|preview| preview.id == id && preview.analyzer == analyzer);
        found.map(Arc::clone).ok_or_else(|| {
            let message = format!("The access preview {id} does not exist, or was made too long ago.");
            Refusal::not_found("ResourceNotFoundException", message)
                .with("resourceId", id.into())
                .with("resourceType", "AccessPreview".into())
        })
    }
}
