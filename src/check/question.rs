//! What every question shares: options and answer.

use super::Access;
use crate::limits::SearchLimits;
use crate::policy::{Document, PolicyType};
use crate::solve::{Stats, Verdict};

/// How a question is asked.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The policy type; inferred from the documents if absent.
    pub policy_type: Option<PolicyType>,
    /// Treats matches that depend on `resource-fields-do-not-cross-colons` as undecided.
    pub strict_arn: bool,
    /// Drops the facts that AWS's own checks do not know (semantics of `--aws-compat`).
    pub aws_compat: bool,
    /// Fixes whether the requester has a permissions boundary.
    pub boundary: Option<bool>,
    /// Bounds on the search.
    pub limits: SearchLimits,
}

/// A decided reading of something on which sources disagree; see `docs/trust.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Assumption(pub &'static str);

/// The answer to one question.
#[derive(Clone, Debug)]
pub struct Answer {
    /// PASS, FAIL or UNKNOWN.
    pub verdict: Verdict,
    /// The policy type that was used.
    pub policy_type: PolicyType,
    /// Whether it was inferred.
    pub policy_type_inferred: bool,
    /// The named assumptions that take part, in alphabetical order.
    pub assumptions: Vec<Assumption>,
    /// Sizes of the search.
    pub stats: Stats,
}

/// Does `new` allow any request that `existing` does not? Document 0 of the answer is `new`, document 1 `existing`.
pub fn no_new_access(_new: &Document, _existing: &Document, _options: &Options) -> Answer {
    placeholder()
}

/// Does `policy` allow any request that some entry of `access` lists? Document 0 of the answer is `policy`.
pub fn access_not_granted(_policy: &Document, _access: &[Access], _options: &Options) -> Answer {
    placeholder()
}

fn placeholder() -> Answer {
    Answer {
        verdict: Verdict::Fail(Vec::new()),
        policy_type: PolicyType::Identity,
        policy_type_inferred: true,
        assumptions: Vec::new(),
        stats: Stats::default(),
    }
}
