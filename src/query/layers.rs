//! The query: layers of documents, each with its role.

use super::{Callers, CheckKind, Known, Outside, Tree};
use crate::index::broken;
use crate::policy::{Access, Document, Layers, RequestSet};
use std::ops::Range;

/// The role of a layer in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The request must be in the layer's set. Findings are about the statements that add requests to this set.
    Grants,
    /// The request must be in the layer's set too, as with a permissions boundary.
    Caps,
    /// The layer limits the requests that the query is about: the request must be in its set. A statement without `Resource`
    /// covers every resource, and one without `Principal` covers everyone.
    Scope,
    /// The request must not be in the layer's set.
    Excludes,
    /// The set is a part of the decision over all layers; the conditions of the query say where it counts.
    Part,
    /// As [`Role::Part`], for a set that a rule of AWS is about. Its document is ours, and read as one that limits the query.
    Rule,
}

/// Documents that are read together and define a set of requests.
#[derive(Clone, Copy, Debug)]
pub struct Layer<'q, 'a> {
    /// The part that it plays.
    pub role: Role,
    /// The set of requests that its documents define.
    pub set: RequestSet,
    /// Index of its first document in [`Query::documents`].
    pub first: usize,
    /// Its documents.
    pub documents: &'q [&'a Document],
}

/// A query about documents: is there a request that satisfies all conditions of the query, which are trees over the sets of its
/// layers, that an entry of `access` lists, and whose requester satisfies `outside`? PASS means that there is none.
///
/// ```
/// use iamsat::query::{CheckKind, Query, Role};
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let policy = policy(r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#);
/// let query = Query::no_new_access(&policy, &policy);
/// let roles: Vec<Role> = query.layers().map(|layer| layer.role).collect();
/// assert_eq!((query.check(), roles), (CheckKind::NoNewAccess, vec![Role::Grants, Role::Excludes]));
/// ```
#[derive(Clone, Debug)]
pub struct Query<'a> {
    check: CheckKind,
    /// The documents of all layers, one layer after the other.
    documents: Vec<&'a Document>,
    /// For each layer: the role, the set, and the index after its last document.
    layers: Vec<(Role, RequestSet, usize)>,
    /// The conditions, beside that of the layer that grants.
    conditions: Vec<Tree>,
    access: Option<&'a [Access]>,
    outside: Option<Outside>,
    layered: Option<Layered<'a>>,
    known: Known<'a>,
    /// The statements of the policies that the query is about: the indexes of document and statement. All of them if absent.
    asked: Option<Vec<(usize, usize)>>,
}

/// The layers of a decision, and the callers that it is about, for those who decide about one request.
#[derive(Clone, Debug)]
pub struct Layered<'a> {
    /// The layers.
    pub layers: Layers<&'a Document>,
    /// The callers.
    pub callers: &'a Callers,
    /// The document that names them, if they are named.
    pub names: Option<&'a Document>,
    /// The layers before a change, if the query is about what they refuse and the layers after it allow.
    pub before: Option<Before<&'a Document>>,
}

/// The layers before a change.
#[derive(Clone, Debug)]
pub struct Before<D> {
    /// The layers. Organization and account of the resource are those of the layers after the change.
    pub layers: Layers<D>,
    /// True if whatever is not known of both sides under the same name is the same on both: the change was applied to one snapshot.
    pub is_same_world: bool,
}

impl<D> Before<D> {
    /// Returns the same layers with each document replaced.
    pub fn map<'l, E>(&'l self, replace: impl FnMut(&'l D) -> E) -> Before<E> {
        Before { layers: self.layers.map(replace), is_same_world: self.is_same_world }
    }
}

impl<'a> Query<'a> {
    fn new(check: CheckKind) -> Query<'a> {
        Query {
            check,
            documents: Vec::new(),
            layers: Vec::new(),
            conditions: Vec::new(),
            access: None,
            outside: None,
            layered: None,
            known: Known::default(),
            asked: None,
        }
    }

    /// Returns a query over layers without conditions. Its writer adds sets, then conditions.
    pub fn over_layers(layered: Layered<'a>) -> Query<'a> {
        Query { layered: Some(layered), ..Query::new(CheckKind::Can) }
    }

    /// Does the same as [`Query::add`].
    fn layer(
        mut self,
        role: Role,
        set: RequestSet,
        documents: impl IntoIterator<Item = &'a Document>,
    ) -> Query<'a> {
        self.add(role, set, documents);
        self
    }

    /// Adds a layer, with the condition that follows from its role; returns its index.
    pub fn add(
        &mut self,
        role: Role,
        set: RequestSet,
        documents: impl IntoIterator<Item = &'a Document>,
    ) -> usize {
        let index = self.layers.len();
        self.documents.extend(documents);
        self.layers.push((role, set, self.documents.len()));
        match role {
            Role::Caps | Role::Scope => self.conditions.push(Tree::Set(index)),
            Role::Excludes => self.conditions.push(Tree::Set(index).negated()),
            Role::Grants | Role::Part | Role::Rule => {}
        }
        index
    }

    /// Adds conditions. Of a query over layers, the last one is that the layers allow the request.
    pub fn demand(&mut self, conditions: impl IntoIterator<Item = Tree>) {
        self.conditions.extend(conditions);
    }

    /// Asks if `new` allows a request that `existing` does not.
    pub fn no_new_access(new: &'a Document, existing: &'a Document) -> Query<'a> {
        Query::nothing_more_through(new, existing, RequestSet::ALLOWED)
    }

    /// Asks if `new` lets more through than `existing`, with regard to this set. For an allowed set: is there a request in the
    /// set of `new` and not in that of `existing`? For the denied set: is there a request that `existing` denies and `new` does
    /// not? In that case `existing` is the policy of the query.
    ///
    /// ```
    /// use iamsat::policy::RequestSet;
    /// use iamsat::query::Query;
    /// # fn policy(statement: &str) -> iamsat::Document {
    /// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
    /// # }
    /// let old = policy(r#"{"Effect":"Deny","Action":"s3:*","Resource":"*"}"#);
    /// let new = policy(r#"{"Effect":"Deny","Action":"s3:Put*","Resource":"*"}"#);
    /// assert!(std::ptr::eq(Query::nothing_more_through(&new, &old, RequestSet::Denied).policies()[0], &old));
    /// ```
    pub fn nothing_more_through(new: &'a Document, existing: &'a Document, set: RequestSet) -> Query<'a> {
        let (one, other) = match set {
            RequestSet::Allowed(_) | RequestSet::Granted(_) => (new, existing),
            RequestSet::Denied => (existing, new),
        };
        Query::new(CheckKind::NoNewAccess).layer(Role::Grants, set, [one]).layer(Role::Excludes, set, [other])
    }

    /// Asks if `policy` allows a request that some entry of `access` lists.
    pub fn access_not_granted(policy: &'a Document, access: &'a [Access]) -> Query<'a> {
        let query =
            Query::new(CheckKind::AccessNotGranted).layer(Role::Grants, RequestSet::ALLOWED, [policy]);
        Query { access: Some(access), ..query }
    }

    /// Asks if `policy` allows a request of an outsider that comes from no address, or from one that is not listed in `outside`.
    pub fn no_public_access(policy: &'a Document, outside: Outside) -> Query<'a> {
        let query = Query::new(CheckKind::NoPublicAccess).layer(Role::Grants, RequestSet::ALLOWED, [policy]);
        Query { outside: Some(outside), ..query }
    }

    /// Asks if the policies, read as one set, allow a request that each document of `scope` allows and none of `excludes` allows.
    pub fn find(
        policies: impl IntoIterator<Item = &'a Document>,
        scope: impl IntoIterator<Item = &'a Document>,
        excludes: impl IntoIterator<Item = &'a Document>,
    ) -> Query<'a> {
        let allowed = |document| (RequestSet::ALLOWED, document);
        let (scope, excludes) = (scope.into_iter().map(allowed), excludes.into_iter().map(allowed));
        Query::find_among(RequestSet::ALLOWED, policies, scope, excludes)
    }

    /// Asks if there is a request in this set of the policies, read together, and in that of each document of `scope`, but in
    /// none of those of `excludes`.
    pub fn find_among(
        set: RequestSet,
        policies: impl IntoIterator<Item = &'a Document>,
        scope: impl IntoIterator<Item = (RequestSet, &'a Document)>,
        excludes: impl IntoIterator<Item = (RequestSet, &'a Document)>,
    ) -> Query<'a> {
        let mut query = Query::new(CheckKind::Find).layer(Role::Grants, set, policies);
        for (set, document) in scope {
            query = query.layer(Role::Scope, set, [document]);
        }
        for (set, document) in excludes {
            query = query.layer(Role::Excludes, set, [document]);
        }
        query
    }

    /// Returns the same query with the further demand that these documents, read as one set, allow the request.
    #[must_use]
    pub fn capped_by(self, documents: impl IntoIterator<Item = &'a Document>) -> Query<'a> {
        self.layer(Role::Caps, RequestSet::ALLOWED, documents)
    }

    /// Returns the same query with the further demand that these documents, read as one set, do not allow the request.
    ///
    /// ```
    /// use iamsat::query::{Query, Role};
    /// # fn policy(statement: &str) -> iamsat::Document {
    /// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
    /// # }
    /// let policy = policy(r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#);
    /// let query = Query::find([&policy], [], []).excluded_by([&policy, &policy]);
    /// let excluding = query.layers().find(|layer| layer.role == Role::Excludes).unwrap();
    /// assert_eq!(excluding.documents.len(), 2);
    /// ```
    #[must_use]
    pub fn excluded_by(self, documents: impl IntoIterator<Item = &'a Document>) -> Query<'a> {
        self.layer(Role::Excludes, RequestSet::ALLOWED, documents)
    }

    /// Returns the same query about the requests of this world only.
    ///
    /// ```
    /// use iamsat::query::{Known, Query, World};
    /// # fn policy(statement: &str) -> iamsat::Document {
    /// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
    /// # }
    /// let policy = policy(r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#);
    /// let query = Query::no_new_access(&policy, &policy);
    /// let known = Known { world: World::Catalogue, ..query.known() };
    /// assert_eq!(query.knowing(known).known().world, World::Catalogue);
    /// ```
    #[must_use]
    pub fn knowing<'s>(self, known: Known<'s>) -> Query<'s>
    where
        'a: 's,
    {
        Query { known, ..self }
    }

    /// Returns the same query about the requests that some of these statements of the policies put into their set; each is the
    /// index of the document and that of the statement in it. The other statements still take requests out of the set.
    #[must_use]
    pub(crate) fn about(self, statements: Vec<(usize, usize)>) -> Query<'a> {
        Query { asked: Some(statements), ..self }
    }

    /// True if the query is about this statement of the policies: see [`Query::about`].
    pub(crate) fn asks_about(&self, document: usize, statement: usize) -> bool {
        self.asked.as_ref().is_none_or(|asked| asked.contains(&(document, statement)))
    }

    /// Returns the requests that the query is about, and the catalogue.
    pub fn known(&self) -> Known<'a> {
        self.known
    }

    /// Returns the kind of check to which the query belongs.
    pub fn check(&self) -> CheckKind {
        self.check
    }

    /// Returns the conditions beside that of the layer that grants: each holds for every request in question.
    pub fn conditions(&self) -> &[Tree] {
        &self.conditions
    }

    /// Returns the layers of the decision that the query is about, if it is about one.
    pub fn layered(&self) -> Option<&Layered<'a>> {
        self.layered.as_ref()
    }

    /// Returns the layers in order. The first one grants, and no other does; in a decision over layers, none does.
    pub fn layers(&self) -> impl Iterator<Item = Layer<'_, 'a>> {
        let mut first = 0;
        self.layers.iter().map(move |(role, set, end)| {
            let documents = self.documents_at(first..*end);
            let layer = Layer { role: *role, set: *set, first, documents };
            first = *end;
            layer
        })
    }

    /// Returns the set of requests that the policies define.
    pub fn set(&self) -> RequestSet {
        match self.layers.first() {
            Some((Role::Grants, set, _)) => *set,
            _ if self.layered.is_some() => RequestSet::ALLOWED,
            _ => broken("a query has a layer that grants"),
        }
    }

    /// Returns the documents of all layers, one layer after the other.
    pub fn documents(&self) -> &[&'a Document] {
        &self.documents
    }

    /// Returns the documents that grant access; none in a decision over layers.
    pub fn policies(&self) -> &[&'a Document] {
        match self.layers.first() {
            Some((Role::Grants, _, end)) => self.documents_at(0..*end),
            _ if self.layered.is_some() => &[],
            _ => broken("a query has a layer that grants"),
        }
    }

    fn documents_at(&self, places: Range<usize>) -> &[&'a Document] {
        match self.documents.get(places) {
            Some(documents) => documents,
            None => broken("a layer has documents of its query"),
        }
    }

    /// Returns the documents of all layers with this role.
    pub fn with_role(&self, role: Role) -> impl Iterator<Item = &'a Document> {
        self.layers()
            .filter(move |layer| layer.role == role)
            .flat_map(|layer| layer.documents.iter().copied())
    }

    /// Returns the documents that are checked: all but those that limit the requests in question.
    pub fn judged(&self) -> Vec<&'a Document> {
        self.layers()
            .filter(|layer| !matches!(layer.role, Role::Scope | Role::Rule))
            .flat_map(|layer| layer.documents.iter().copied())
            .collect()
    }

    /// Returns the access entries, one of which must list the request, if the query has any.
    pub fn access(&self) -> Option<&'a [Access]> {
        self.access
    }

    /// Returns the demand that the requester is an outsider, if the query has it.
    pub fn outside(&self) -> Option<&Outside> {
        self.outside.as_ref()
    }
}
