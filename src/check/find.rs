//! Is there an allowed request with these properties?

use super::ask::{Answer, Options, ask};
use crate::encode::DocumentRef;
use crate::query::Query;
use std::ops::Range;

/// Do the policies, read as one set, allow any request that every document of `within` allows and none of `without` does?
/// FAIL if they do, with such a request; PASS if they do not. The documents of the answer are the policies, then `within`,
/// then `without`.
///
/// A document of `within` is usually a [`super::Property`]: then this is the general question whether a request like that
/// is allowed. A statement in it without `Resource` is about every resource, one without `Principal` about everyone.
///
/// ```
/// use iamsat::check::{Options, Property, find};
/// # use iamsat::{limits::InputLimits, policy::{Document, parse}, span::Source};
/// # fn policy(statement: &str) -> Document {
/// #     let text = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
/// #     parse(&Source::new("policy", text), &InputLimits::default()).document.unwrap()
/// # }
/// let policy = policy(r#"[{"Effect":"Allow","Action":"s3:*","Resource":"*"},
///     {"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]"#);
/// let insecure = |action: &str| {
///     let property = Property {
///         actions: vec![action.into()],
///         condition: Some(r#"{"Bool":{"aws:SecureTransport":"false"}}"#.into()),
///         ..Property::default()
///     };
///     let request = property.read().unwrap().document.unwrap();
///     find([&policy], [&request], [], &Options::default()).verdict.name()
/// };
/// assert_eq!(insecure("s3:GetObject"), "PASS");
/// let open = Property { actions: vec!["s3:Get*".into()], ..Property::default() };
/// let open = open.read().unwrap().document.unwrap();
/// assert_eq!(find([&policy], [&open], [], &Options::default()).verdict.name(), "FAIL");
/// ```
pub fn find<'a, D: Into<DocumentRef<'a>>>(
    policies: impl IntoIterator<Item = D>,
    within: impl IntoIterator<Item = D>,
    without: impl IntoIterator<Item = D>,
    options: &Options,
) -> Answer {
    let mut documents: Vec<DocumentRef<'a>> = policies.into_iter().map(D::into).collect();
    let policies = documents.len();
    documents.extend(within.into_iter().map(D::into));
    let scopes = documents.len();
    documents.extend(without.into_iter().map(D::into));
    let of =
        |places: Range<usize>| documents.iter().take(places.end).skip(places.start).map(|d| d.document());
    let query = Query::find(of(0..policies), of(policies..scopes), of(scopes..documents.len()));
    ask(&query, &documents, options)
}
