//! Does the policy allow any of the listed actions on any of the listed resources?

use super::ask::{Answer, Options, ask};
use crate::encode::DocumentRef;
use crate::policy::Access;
use crate::query::Query;

/// Does `policy` allow any request that some entry of `access` lists? PASS if it does not. Document 0 of the answer
/// is `policy`.
///
/// This is AWS's CheckAccessNotGranted: within an entry one request must have a listed action and a listed resource (an
/// empty list means any); conditions do not excuse. Source: IAM Access Analyzer API reference,
/// "CheckAccessNotGranted".
///
/// ```
/// use iamsat::check::{Access, Options, access_not_granted};
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let policy = policy(r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::logs/*"}"#);
/// let ask = |action, resource| {
///     let access = Access::new([action], [resource]).unwrap();
///     access_not_granted(&policy, &[access], &Options::default()).verdict.name()
/// };
/// assert_eq!(ask("s3:DeleteObject", "arn:aws:s3:::data/*"), "PASS");
/// assert_eq!(ask("s3:DeleteObject", "arn:aws:s3:::logs/2020/*"), "FAIL");
/// ```
pub fn access_not_granted<'a>(
    policy: impl Into<DocumentRef<'a>>,
    access: &[Access],
    options: &Options,
) -> Answer {
    let policy = policy.into();
    ask(&Query::access_not_granted(policy.document(), access), &[policy], options)
}
