//! Does the policy allow any of the listed actions on any of the listed resources?

use super::question::{Answer, Options, ask};
use crate::formula::Asked;
use crate::policy::{Access, Document};

/// Does `policy` allow any request that some entry of `access` lists? PASS if it does not. Document 0 of the answer
/// is `policy`.
///
/// This is AWS's CheckAccessNotGranted: within an entry one request must have a listed action and a listed resource (an
/// empty list means any); conditions do not excuse. Source: IAM Access Analyzer API reference,
/// "CheckAccessNotGranted".
pub fn access_not_granted(policy: &Document, access: &[Access], options: &Options) -> Answer {
    ask(Asked::AccessNotGranted(policy, access), options)
}
