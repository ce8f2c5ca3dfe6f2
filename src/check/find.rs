//! Is there an allowed request with these properties?

use super::ask::{Answer, Options, ask};
use crate::encode::DocumentRef;
use crate::policy::{Document, RequestSet};
use crate::query::Query;

/// Do the policies, read as one set, allow any request that every document of `within` allows and none of `without` does?
/// FAIL if they do, with such a request; PASS if they do not. The documents of the answer are the policies, then `within`,
/// then `without`.
///
/// A document of `within` is usually a [`super::Property`]: then this is the general question whether a request like that
/// is allowed. A statement in it without `Resource` is about every resource, one without `Principal` about everyone.
///
/// ```
/// use iamsat::check::{Options, Property, find};
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let policy = policy(r#"[{"Effect":"Allow","Action":"s3:*","Resource":"*"},
///     {"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]"#);
/// let insecure = |action: &str| {
///     let property = Property {
///         actions: vec![action.into()],
///         condition: Some(r#"{"Bool":{"aws:SecureTransport":"false"}}"#.into()),
///         ..Property::default()
///     };
///     let request = property.document().unwrap();
///     find([&policy], [&request], [], &Options::default()).verdict.name()
/// };
/// assert_eq!(insecure("s3:GetObject"), "PASS");
/// let open = Property { actions: vec!["s3:Get*".into()], ..Property::default() };
/// let open = open.document().unwrap();
/// assert_eq!(find([&policy], [&open], [], &Options::default()).verdict.name(), "FAIL");
/// ```
pub fn find<'a, D: Into<DocumentRef<'a>>>(
    policies: impl IntoIterator<Item = D>,
    within: impl IntoIterator<Item = D>,
    without: impl IntoIterator<Item = D>,
    options: &Options,
) -> Answer {
    let allowed = |document: D| (RequestSet::ALLOWED, document.into());
    let policies: Vec<DocumentRef<'a>> = policies.into_iter().map(D::into).collect();
    let within: Vec<OfSet<'a>> = within.into_iter().map(allowed).collect();
    let without: Vec<OfSet<'a>> = without.into_iter().map(allowed).collect();
    find_among(RequestSet::ALLOWED, &policies, &within, &without, options)
}

/// A document with the set of requests that it stands for.
pub(super) type OfSet<'a> = (RequestSet, DocumentRef<'a>);

/// As [`find`], of any sets of requests that the documents stand for.
pub(super) fn find_among<'a>(
    set: RequestSet,
    policies: &[DocumentRef<'a>],
    within: &[OfSet<'a>],
    without: &[OfSet<'a>],
    options: &Options,
) -> Answer {
    fn documents<'a>(list: &[OfSet<'a>]) -> impl Iterator<Item = (RequestSet, &'a Document)> {
        list.iter().map(|(set, document)| (*set, document.document()))
    }
    let policies_read = policies.iter().map(|document| document.document());
    let query = Query::find_among(set, policies_read, documents(within), documents(without));
    let others = within.iter().chain(without).map(|(_, document)| *document);
    let all: Vec<DocumentRef<'a>> = policies.iter().copied().chain(others).collect();
    ask(&query, &all, options)
}
