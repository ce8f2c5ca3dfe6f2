//! What is kept with the statements of a document, so that it is found out once for all questions.

pub(super) mod digest;
pub(super) mod features;
mod key;
pub(super) mod statement;

use crate::encode::prepared::digest::Digests;
use crate::encode::prepared::features::Features;
use crate::encode::prepared::statement::Records;
use crate::policy::Document;
use std::sync::OnceLock;

/// What the clones of a document share.
#[derive(Default)]
pub(crate) struct Memory {
    digests: OnceLock<Digests>,
    touched: OnceLock<Features>,
    records: OnceLock<Box<[Records]>>,
}

impl Memory {
    /// What each statement says, in short.
    pub(crate) fn digests(&self, document: &Document) -> &Digests {
        self.digests.get_or_init(|| Digests::of(&document.statements))
    }

    /// The decided readings that the document may touch.
    pub(crate) fn touched(&self, document: &Document) -> &Features {
        self.touched.get_or_init(|| Features::of(&document.statements))
    }

    /// What is kept of a statement.
    pub(crate) fn records(&self, document: &Document, statement: usize) -> Option<&Records> {
        let all = || document.statements.iter().map(|_| Records::default()).collect();
        self.records.get_or_init(all).get(statement)
    }
}
