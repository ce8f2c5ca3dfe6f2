//! Does the new policy allow any request that the existing one does not?

use super::question::{Answer, Options, ask};
use crate::formula::Asked;
use crate::policy::Document;

/// Does `new` allow any request that `existing` does not? PASS if it does not. Document 0 of the answer is `new`,
/// document 1 `existing`.
///
/// This is AWS's CheckNoNewAccess: FAIL if and only if some request is allowed by `new` and not allowed by `existing`.
/// Source: IAM Access Analyzer API reference, "CheckNoNewAccess".
pub fn no_new_access(new: &Document, existing: &Document, options: &Options) -> Answer {
    ask(Asked::NoNewAccess(new, existing), options)
}
