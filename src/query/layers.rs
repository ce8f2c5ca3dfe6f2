//! The query: layers of documents, each with the part it plays.

use super::{CheckKind, Outside};
use crate::index::broken;
use crate::policy::{Access, Document, RequestSet};
use std::ops::Range;

/// The part that a layer plays in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The request has to be in its set. Findings are about the statements that put requests into the set.
    Grants,
    /// The request has to be in its set too: a permissions boundary, for example.
    Caps,
    /// It says which requests the query is about: the request has to be in its set. A statement without `Resource` is about
    /// every resource, as one without `Principal` is about everyone.
    Scope,
    /// The request must not be in its set.
    Excludes,
}

/// Documents that are read together and stand for a set of requests.
#[derive(Clone, Copy, Debug)]
pub struct Layer<'q, 'a> {
    /// The part that it plays.
    pub role: Role,
    /// The set of requests that its documents stand for.
    pub set: RequestSet,
    /// Index of its first document among [`Query::documents`].
    pub first: usize,
    /// Its documents.
    pub documents: &'q [&'a Document],
}

/// A question about documents: is there a request that every layer treats as its [`Role`] says, that an entry of `access`
/// lists, and whose requester is as `outside` says? PASS means that there is none.
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
    /// Of all layers, one layer after the other.
    documents: Vec<&'a Document>,
    /// The role and set of each layer and the index after that of its last document.
    layers: Vec<(Role, RequestSet, usize)>,
    access: Option<&'a [Access]>,
    outside: Option<Outside>,
}

impl<'a> Query<'a> {
    fn new(check: CheckKind) -> Query<'a> {
        Query { check, documents: Vec::new(), layers: Vec::new(), access: None, outside: None }
    }

    /// Adds a layer.
    fn layer(
        mut self,
        role: Role,
        set: RequestSet,
        documents: impl IntoIterator<Item = &'a Document>,
    ) -> Query<'a> {
        self.documents.extend(documents);
        self.layers.push((role, set, self.documents.len()));
        self
    }

    /// Does `new` allow any request that `existing` does not?
    pub fn no_new_access(new: &'a Document, existing: &'a Document) -> Query<'a> {
        Query::nothing_more_through(new, existing, RequestSet::ALLOWED)
    }

    /// Does `new` let more through than `existing`, as far as this set tells? Of an allowed set: is there a request in that of
    /// `new` and not in that of `existing`? Of the denied set: does `existing` deny a request that `new` does not? Then
    /// `existing` is the policy of the query.
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
            RequestSet::Allowed(_) => (new, existing),
            RequestSet::Denied => (existing, new),
        };
        Query::new(CheckKind::NoNewAccess).layer(Role::Grants, set, [one]).layer(Role::Excludes, set, [other])
    }

    /// Does `policy` allow any request that some entry of `access` lists?
    pub fn access_not_granted(policy: &'a Document, access: &'a [Access]) -> Query<'a> {
        let query =
            Query::new(CheckKind::AccessNotGranted).layer(Role::Grants, RequestSet::ALLOWED, [policy]);
        Query { access: Some(access), ..query }
    }

    /// Does `policy` allow any request of an outsider that comes from no address, or from one beyond those of `outside`?
    pub fn no_public_access(policy: &'a Document, outside: Outside) -> Query<'a> {
        let query = Query::new(CheckKind::NoPublicAccess).layer(Role::Grants, RequestSet::ALLOWED, [policy]);
        Query { outside: Some(outside), ..query }
    }

    /// Do the policies, read as one set, allow any request that each document of `scope` allows and none of `excludes`?
    pub fn find(
        policies: impl IntoIterator<Item = &'a Document>,
        scope: impl IntoIterator<Item = &'a Document>,
        excludes: impl IntoIterator<Item = &'a Document>,
    ) -> Query<'a> {
        let allowed = |document| (RequestSet::ALLOWED, document);
        let (scope, excludes) = (scope.into_iter().map(allowed), excludes.into_iter().map(allowed));
        Query::find_among(RequestSet::ALLOWED, policies, scope, excludes)
    }

    /// Is there a request in this set of the policies, read together, and in that of each document of `scope`, but in none of
    /// those of `excludes`?
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

    /// The same query, whose requests these documents, read as one set, have to allow too.
    #[must_use]
    pub fn capped_by(self, documents: impl IntoIterator<Item = &'a Document>) -> Query<'a> {
        self.layer(Role::Caps, RequestSet::ALLOWED, documents)
    }

    /// The kind of check that it belongs to.
    pub fn check(&self) -> CheckKind {
        self.check
    }

    /// The layers, in order. The first one grants, and no other does.
    pub fn layers(&self) -> impl Iterator<Item = Layer<'_, 'a>> {
        let mut first = 0;
        self.layers.iter().map(move |(role, set, end)| {
            let documents = self.documents_at(first..*end);
            let layer = Layer { role: *role, set: *set, first, documents };
            first = *end;
            layer
        })
    }

    /// The set of requests that the policies stand for.
    pub fn set(&self) -> RequestSet {
        match self.layers.first() {
            Some((_, set, _)) => *set,
            None => broken("a query has a layer that grants"),
        }
    }

    /// The documents of all layers, one layer after the other.
    pub fn documents(&self) -> &[&'a Document] {
        &self.documents
    }

    /// The documents that grant.
    pub fn policies(&self) -> &[&'a Document] {
        match self.layers.first() {
            Some((_, _, end)) => self.documents_at(0..*end),
            None => broken("a query has a layer that grants"),
        }
    }

    fn documents_at(&self, places: Range<usize>) -> &[&'a Document] {
        match self.documents.get(places) {
            Some(documents) => documents,
            None => broken("a layer has documents of its query"),
        }
    }

    /// The documents of all layers with this role.
    pub fn with_role(&self, role: Role) -> impl Iterator<Item = &'a Document> {
        self.layers()
            .filter(move |layer| layer.role == role)
            .flat_map(|layer| layer.documents.iter().copied())
    }

    /// The documents about which something is asked: all but those that say which requests the query is about.
    pub fn judged(&self) -> Vec<&'a Document> {
        self.layers()
            .filter(|layer| layer.role != Role::Scope)
            .flat_map(|layer| layer.documents.iter().copied())
            .collect()
    }

    /// The entries of which one has to list the request, if the query has any.
    pub fn access(&self) -> Option<&'a [Access]> {
        self.access
    }

    /// That the requester has to be an outsider, if it has to.
    pub fn outside(&self) -> Option<&Outside> {
        self.outside.as_ref()
    }
}
