//! Asks for an allowed request with given properties.

use super::ask::{Answer, Options, Shown, ask_for};
use crate::encode::DocumentRef;
use crate::policy::{Document, RequestSet};
use crate::query::Query;

/// Asks if the policies, read as one set, allow a request that every document of `within` allows and none of `without` allows.
/// FAIL with such a request if they do, PASS if they do not. The documents of the answer are the policies, then `within`, then
/// `without`.
///
/// A document of `within` is usually a [`super::Property`]; the query then asks if a request with this property is allowed. A
/// statement in it without `Resource` covers every resource, and one without `Principal` covers everyone.
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

/// A document with the set of requests that it defines.
pub(super) type OfSet<'a> = (RequestSet, DocumentRef<'a>);

/// Does the same as [`find`] for any sets of requests that the documents define.
pub(super) fn find_among<'a>(
    set: RequestSet,
    policies: &[DocumentRef<'a>],
    within: &[OfSet<'a>],
    without: &[OfSet<'a>],
    options: &Options,
) -> Answer {
    find_for(Shown::Each, set, policies, within, without, options)
}

/// Does the same as [`find_among`], with the first request alone.
pub(super) fn find_first<'a>(
    set: RequestSet,
    policies: &[DocumentRef<'a>],
    within: &[OfSet<'a>],
    without: &[OfSet<'a>],
    options: &Options,
) -> Answer {
    find_for(Shown::First, set, policies, within, without, options)
}

fn find_for<'a>(
    shown: Shown,
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
    ask_for(shown, &query, &all, options)
}
