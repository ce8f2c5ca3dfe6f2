//! Does the new policy allow any request that the existing one does not?

use super::ask::{Answer, Options, ask};
use crate::encode::DocumentRef;
use crate::query::Query;

/// Does `new` allow any request that `existing` does not? PASS if it does not. Document 0 of the answer is `new`,
/// document 1 `existing`.
///
/// This is AWS's CheckNoNewAccess: FAIL if and only if some request is allowed by `new` and not allowed by `existing`.
/// Source: IAM Access Analyzer API reference, "CheckNoNewAccess".
///
/// ```
/// use iamsat::check::{Options, no_new_access};
/// # use iamsat::{limits::InputLimits, policy::{Document, parse}, span::Source};
/// # fn policy(statement: &str) -> Document {
/// #     let text = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
/// #     parse(&Source::new("policy", text), &InputLimits::default()).document.unwrap()
/// # }
/// let old = policy(r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"}"#);
/// let new = policy(r#"{"Effect":"Allow","Action":["s3:GetObject","s3:GetObjectAcl"],"Resource":"arn:aws:s3:::b/*"}"#);
/// assert_eq!(no_new_access(&new, &old, &Options::default()).verdict.name(), "PASS");
/// assert_eq!(no_new_access(&old, &new, &Options::default()).verdict.name(), "FAIL");
/// ```
pub fn no_new_access<'a>(
    new: impl Into<DocumentRef<'a>>,
    existing: impl Into<DocumentRef<'a>>,
    options: &Options,
) -> Answer {
    let (new, existing) = (new.into(), existing.into());
    ask(&Query::no_new_access(new.document(), existing.document()), &[new, existing], options)
}
