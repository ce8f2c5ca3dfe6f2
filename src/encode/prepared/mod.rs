//! Documents prepared for many queries: each thing that depends on one document alone is computed once.

pub(super) mod digest;
pub(super) mod features;
mod key;
mod statement;

use crate::encode::context::Context;
use crate::encode::prepared::digest::Digests;
use crate::encode::prepared::features::Features;
use crate::encode::prepared::statement::CompiledStatement;
use crate::formula::{Formula, Lit};
use crate::index::broken;
use crate::policy::{ActionIndex, Document, Effect, Statement};
use crate::query::Query;
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// A document together with the results that queries compute from it alone: digests, features, compiled statements and the index
/// of its actions. Each is computed when a query first needs it. No answer depends on whether a document is prepared; preparing
/// pays from the second query on.
///
/// ```
/// use iamsat::check::{Options, PreparedDocument, no_new_access};
/// # use iamsat::{limits::InputLimits, policy::{Document, parse}, span::Source};
/// # fn policy(action: &str) -> Document {
/// #     let text = format!(r#"{{"Statement":{{"Effect":"Allow","Action":"{action}","Resource":"*"}}}}"#);
/// #     parse(&Source::new("policy", text), &InputLimits::default()).unwrap()
/// # }
/// let baseline = PreparedDocument::new(policy("s3:Get*"));
/// let ask = |action| no_new_access(&policy(action), &baseline, &Options::default()).verdict.name();
/// assert_eq!((ask("s3:GetObject"), ask("s3:PutObject")), ("PASS", "FAIL"));
/// ```
#[derive(Clone, Debug)]
pub struct PreparedDocument {
    document: Document,
    computed: Arc<Computed>,
}

/// The results computed from the statements. They do not depend on the name of the source.
#[derive(Debug)]
struct Computed {
    digests: OnceLock<Digests>,
    features: OnceLock<Features>,
    actions: ActionIndex,
    statements: OnceLock<Box<[Arc<CompiledStatement>]>>,
}

impl PreparedDocument {
    /// Prepares a document.
    pub fn new(document: Document) -> PreparedDocument {
        let computed = Computed {
            digests: OnceLock::new(),
            features: OnceLock::new(),
            actions: ActionIndex::of(&document.statements),
            statements: OnceLock::new(),
        };
        PreparedDocument { document, computed: Arc::new(computed) }
    }

    /// Returns the document.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Returns the document without the computed results.
    pub fn into_document(self) -> Document {
        self.document
    }

    /// Returns the same document under another name, as [`crate::policy::Read::renamed`] makes it. Computed results are shared.
    #[must_use]
    pub fn renamed(&self, from: &str, to: &str) -> PreparedDocument {
        let source = self.document.source.renamed(from, to);
        let document = Document { source, ..self.document.clone() };
        PreparedDocument { document, computed: Arc::clone(&self.computed) }
    }

    fn digests(&self) -> &Digests {
        self.computed.digests.get_or_init(|| Digests::of(&self.document.statements))
    }

    fn features(&self) -> &Features {
        self.computed.features.get_or_init(|| Features::of(&self.document.statements))
    }

    fn statements(&self) -> &[Arc<CompiledStatement>] {
        let statements = &self.document.statements;
        self.computed.statements.get_or_init(|| statements.iter().map(|_| Arc::default()).collect())
    }

    /// Returns the document with these of its statements, in this order. Compiled statements are shared: a statement has the same
    /// formula in every document.
    pub(crate) fn part(&self, places: &[usize]) -> PreparedDocument {
        let own = &self.document.statements;
        let statements: Vec<Statement> = places.iter().filter_map(|place| own.get(*place)).cloned().collect();
        let compiled = places.iter().filter_map(|place| self.statements().get(*place)).map(Arc::clone);
        let part = PreparedDocument::new(self.document.with_statements(statements));
        part.computed.statements.get_or_init(|| compiled.collect());
        part
    }

    /// Puts a statement into a formula as compiling it would, given the index of its document in the query and its own index in
    /// the document.
    pub(super) fn compile<'a>(
        &'a self,
        formula: &mut Formula<'a>,
        context: &Context<'a>,
        at: (usize, usize),
    ) -> Lit {
        match self.statements().get(at.1) {
            Some(compiled) => compiled.put_in(formula, context, at, &self.document.statements),
            None => broken("a statement is one of its document"),
        }
    }
}

impl From<Document> for PreparedDocument {
    fn from(document: Document) -> PreparedDocument {
        PreparedDocument::new(document)
    }
}

/// A document of a query, prepared or not.
#[derive(Clone, Copy, Debug)]
pub enum DocumentRef<'a> {
    /// Everything that the query needs is computed for this query alone.
    Plain(&'a Document),
    /// Results computed for earlier queries are reused.
    Prepared(&'a PreparedDocument),
}

impl<'a> DocumentRef<'a> {
    /// Returns the document.
    pub fn document(self) -> &'a Document {
        match self {
            DocumentRef::Plain(document) => document,
            DocumentRef::Prepared(prepared) => &prepared.document,
        }
    }

    /// Returns the index of its actions, if it is prepared.
    pub fn actions(self) -> Option<&'a ActionIndex> {
        match self {
            DocumentRef::Plain(_) => None,
            DocumentRef::Prepared(prepared) => Some(&prepared.computed.actions),
        }
    }

    /// Returns the digests of the statements that can matter to what its statements with this effect apply to. Allow statements
    /// do not matter to what is denied.
    pub(super) fn digests(self, effect: Effect) -> Cow<'a, Digests> {
        match (self, effect) {
            (DocumentRef::Plain(document), Effect::Allow) => Cow::Owned(Digests::of(&document.statements)),
            (DocumentRef::Plain(document), Effect::Deny) => {
                Cow::Owned(Digests::of_denials(&document.statements))
            }
            (DocumentRef::Prepared(prepared), _) => Cow::Borrowed(prepared.digests()),
        }
    }

    /// Returns the features of its statements.
    pub(super) fn features(self) -> Cow<'a, Features> {
        match self {
            DocumentRef::Plain(document) => Cow::Owned(Features::of(&document.statements)),
            DocumentRef::Prepared(prepared) => Cow::Borrowed(prepared.features()),
        }
    }

    /// Returns the document prepared for further queries; prepares it unless it is prepared already.
    pub fn prepared(self) -> Cow<'a, PreparedDocument> {
        match self {
            DocumentRef::Plain(document) => Cow::Owned(PreparedDocument::new(document.clone())),
            DocumentRef::Prepared(prepared) => Cow::Borrowed(prepared),
        }
    }

    /// Returns the documents of a query, unprepared.
    pub fn plain(query: &Query<'a>) -> Vec<DocumentRef<'a>> {
        query.documents().iter().map(|document| DocumentRef::Plain(document)).collect()
    }
}

impl<'a> From<&'a Document> for DocumentRef<'a> {
    fn from(document: &'a Document) -> DocumentRef<'a> {
        DocumentRef::Plain(document)
    }
}

impl<'a> From<&'a PreparedDocument> for DocumentRef<'a> {
    fn from(prepared: &'a PreparedDocument) -> DocumentRef<'a> {
        DocumentRef::Prepared(prepared)
    }
}
