//! What is kept with the statements of a document, so that it is found out once for all questions.

use super::assumptions::Touched;
use super::outline::Outlines;
use super::recall::Records;
use crate::policy::Document;
use std::sync::OnceLock;

/// What the clones of a document share.
#[derive(Default)]
pub(super) struct Memory {
    outlines: OnceLock<Outlines>,
    touched: OnceLock<Touched>,
    records: OnceLock<Box<[Records]>>,
}

impl Memory {
    /// What each statement says, in short.
    pub(super) fn outlines(&self, document: &Document) -> &Outlines {
        self.outlines.get_or_init(|| Outlines::of(&document.statements))
    }

    /// The decided readings that the document may touch.
    pub(super) fn touched(&self, document: &Document) -> &Touched {
        self.touched.get_or_init(|| Touched::of(&document.statements))
    }

    /// What is kept of a statement.
    pub(super) fn records(&self, document: &Document, statement: usize) -> Option<&Records> {
        let all = || document.statements.iter().map(|_| Records::default()).collect();
        self.records.get_or_init(all).get(statement)
    }
}
