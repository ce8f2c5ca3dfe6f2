//! Evaluates requests on the documents of a query, and defines what a witness must show.

use crate::evaluate::{INDEX_THRESHOLD, Options, Searched};
use crate::index::broken;
use crate::policy::{ActionIndex, Condition, Document, OperatorBase, Statement};
use crate::query::{Query, Semantics};
use crate::request::Keys;
use std::cell::{Cell, OnceCell};

/// Evaluates requests on the documents of one query.
#[derive(Debug)]
pub struct Referee<'a> {
    query: &'a Query<'a>,
    semantics: Semantics,
    keys: Keys<'a>,
    spellings: Vec<&'a str>,
    options: Options,
    /// In the order of the query's documents.
    documents: Vec<Judged<'a>>,
    /// The work of judging a request.
    work: usize,
}

/// A document that is searched at least once for each witness.
#[derive(Debug)]
struct Judged<'a> {
    document: &'a Document,
    prepared: Option<&'a ActionIndex>,
    /// Searches without an index.
    searches: Cell<usize>,
    own: OnceCell<ActionIndex>,
}

impl<'a> Judged<'a> {
    fn new(document: &'a Document) -> Judged<'a> {
        Judged { document, prepared: None, searches: Cell::new(0), own: OnceCell::new() }
    }

    fn searched(&self) -> Searched<'_> {
        let statements = &self.document.statements;
        if let Some(index) = self.prepared {
            return Searched::Indexed(index);
        }
        let searches = self.searches.get();
        if searches < INDEX_THRESHOLD {
            self.searches.set(searches + 1);
            return Searched::Scanned(statements);
        }
        Searched::Indexed(self.own.get_or_init(|| ActionIndex::of(statements)))
    }
}

impl<'a> Referee<'a> {
    /// Returns the referee of a query.
    pub fn new(query: &'a Query<'a>, semantics: Semantics) -> Referee<'a> {
        let documents = query.documents();
        let mut options = Options::for_documents(documents);
        let judged = query.judged();
        options.resource_unconstrained =
            judged.iter().flat_map(|d| &d.statements).all(|s| s.resource.is_none());
        options.allows_whole_resource = query.outside().is_some();
        options.policy_type = semantics.policy_type;
        options.strict_arn = semantics.strict_arn;
        let keys = Keys::new(documents.iter().flat_map(|document| document.mentioned_keys()));
        let listed_actions = query.access().into_iter().flatten().flat_map(|entry| &entry.actions);
        let spellings = listed_actions.map(|action| &*action.text).collect();
        // Resources take longest.
        let resources = |s: &Statement| s.resource.as_ref().map_or(0, |resource| resource.values.len());
        let judged = |s: &Statement| 1 + s.value_count() + resources(s) + s.long_resources();
        let judged: usize = documents.iter().flat_map(|d| &d.statements).map(judged).sum();
        let work = judged * 2 / 3;
        let documents = documents.iter().map(|document| Judged::new(document)).collect();
        Referee { query, semantics, keys, spellings, options, documents, work }
    }

    /// Returns the same referee with existing indexes of the documents, in their order.
    #[must_use]
    pub fn with_indexes(mut self, indexes: impl IntoIterator<Item = Option<&'a ActionIndex>>) -> Referee<'a> {
        for (judged, index) in self.documents.iter_mut().zip(indexes) {
            if index.is_some_and(|index| !index.statements().is_same(&judged.document.statements)) {
                broken("an index stands at the place of its document");
            }
            judged.prepared = index;
        }
        self
    }

    /// Returns the options under which the documents of the query are read together.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Returns the conditions that a witness for this statement of this policy must meet.
    pub fn claim(&self, document: usize, statement: usize) -> Claim<'_> {
        Claim {
            query: self.query,
            semantics: self.semantics,
            document,
            statement,
            spellings: &self.spellings,
            keys: &self.keys,
            options: &self.options,
            documents: &self.documents,
            work: self.work,
        }
    }
}

/// The claim that a witness must show, in terms of the original documents.
#[derive(Clone, Copy)]
pub struct Claim<'c> {
    /// The query.
    pub query: &'c Query<'c>,
    /// The options under which its documents are read.
    pub semantics: Semantics,
    /// Index of the policy with the statement.
    pub document: usize,
    /// Index of the statement of that policy that by itself adds the request to the set of the policies.
    pub statement: usize,
    /// Further spellings of actions that the request may use.
    pub spellings: &'c [&'c str],
    /// The condition keys that the documents test.
    pub keys: &'c Keys<'c>,
    /// The options under which the referee reads the documents.
    pub options: &'c Options,
    /// The work of judging a request: see [`crate::limits::SearchLimits::work`].
    pub work: usize,
    documents: &'c [Judged<'c>],
}

impl<'c> Claim<'c> {
    /// Returns the value of a key (lower-cased name) as its statement spells it for an operator that ignores case.
    pub(crate) fn spelling(&self, key: &str, value: &str) -> Option<&'c str> {
        let statement = self.query.policies().get(self.document)?.statements.get(self.statement)?;
        let ignores_case = |c: &&Condition| c.operator.value.base == OperatorBase::StringEqualsIgnoreCase;
        let conditions =
            statement.conditions.iter().filter(|c| *c.key.value.name == *key).filter(ignores_case);
        let mut texts = conditions.flat_map(|c| &c.values).filter_map(|v| v.value.template.as_literal());
        texts.find(|text| text.eq_ignore_ascii_case(value))
    }

    /// Returns the document with this index in the query, in a form that can be searched by action.
    pub(super) fn searched(&self, document: usize) -> Searched<'c> {
        match self.documents.get(document) {
            Some(judged) => judged.searched(),
            None => broken("a layer has documents of its query"),
        }
    }
}
