//! Checks that the new policy allows no request that the existing one does not.

use super::ask::{Answer, Options};
use super::beside_others::{allow_nothing, beside_others, nothing_more_through, weakened};
use super::judging::Judging;
use crate::encode::DocumentRef;
use crate::policy::RequestSet;
use crate::solve::Verdict;

/// Asks if `new` allows a request that `existing` does not. PASS if it does not. Document 0 of the answer is `new`, document 1 is
/// `existing`.
///
/// This is AWS's CheckNoNewAccess: FAIL if and only if some request is allowed by `new` and not allowed by `existing`. Source:
/// IAM Access Analyzer API reference, "CheckNoNewAccess".
///
/// ```
/// use iamsat::check::{Options, no_new_access};
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let old = policy(r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"}"#);
/// let new = policy(r#"{"Effect":"Allow","Action":["s3:GetObject","s3:GetObjectAcl"],"Resource":"arn:aws:s3:::b/*"}"#);
/// assert_eq!(no_new_access(&new, &old, &Options::default()).verdict.name(), "PASS");
/// assert_eq!(no_new_access(&old, &new, &Options::default()).verdict.name(), "FAIL");
/// ```
///
/// Policies whose purpose is to limit what others grant are judged beside others, because alone they all allow the same
/// (nothing): `new` must then also deny everything that `existing` denies.
///
/// ```
/// use iamsat::check::{Options, no_new_access};
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let old = policy(r#"{"Effect":"Deny","Action":["ec2:*","iam:*"],"Resource":"*"}"#);
/// let new = policy(r#"{"Effect":"Deny","Action":"iam:*","Resource":"*"}"#);
/// let answer = no_new_access(&new, &old, &Options::default());
/// assert_eq!((answer.verdict.name(), answer.beside_others), ("FAIL", true));
/// ```
pub fn no_new_access<'a>(
    new: impl Into<DocumentRef<'a>>,
    existing: impl Into<DocumentRef<'a>>,
    options: &Options,
) -> Answer {
    let (new, existing) = (new.into(), existing.into());
    let options = &options.sharing();
    let mut answer = nothing_more_through(new, existing, RequestSet::ALLOWED, options);
    if answer.is_fault {
        return answer;
    }
    // All queries use the type of both documents together.
    let options = &options.for_parts([new.document(), existing.document()]);
    // AWS's checks judge policies alone, whatever the documents are.
    let judges_beside = !options.aws_compat
        && match options.judging {
            Judging::BesideOthers => true,
            Judging::Alone => false,
            Judging::Usual => {
                answer.policy_type.limits_others()
                    || matches!(answer.verdict, Verdict::Pass(_)) && allow_nothing([new, existing], options)
            }
        };
    if judges_beside {
        beside_others(answer, new, existing, options)
    } else {
        answer.weakened = weakened(new, existing, options);
        answer
    }
}
