//! AWS's quotas on the length of policies.

use crate::check::size_in_iam;
use crate::container::PolicyKind;
use crate::policy::PolicyType;

/// A quota on the length of a policy, in characters.
pub(super) struct Quota {
    /// The policies that it is for.
    pub(super) name: &'static str,
    pub(super) most: usize,
    /// True if white space counts.
    counts_space: bool,
}

impl Quota {
    /// Returns the length of a policy as this quota counts it.
    pub(super) fn size(&self, text: &str) -> usize {
        if self.counts_space { text.chars().count() } else { size_in_iam(text) }
    }

    /// True if the policy is not too long.
    pub(super) fn fits(&self, text: &str) -> bool {
        self.size(text) <= self.most
    }
}

/// Returns the quotas for policies of a type, and of a kind if it is known.
///
/// Source: IAM User Guide, "IAM and AWS STS quotas"; Organizations User Guide, "Quotas"; Amazon S3 User Guide, "Bucket policies";
/// KMS Developer Guide, "Key policies".
pub(super) fn quotas(policy_type: PolicyType, kind: Option<PolicyKind>) -> Vec<Quota> {
    let quota = |name, most, counts_space| Quota { name, most, counts_space };
    let trust = || quota("trust policy of a role", 2_048, false);
    match (policy_type, kind) {
        (PolicyType::Identity, _) => vec![
            quota("inline policies of a user", 2_048, false),
            quota("inline policies of a group", 5_120, false),
            quota("managed policy", 6_144, false),
            quota("inline policies of a role", 10_240, false),
        ],
        (PolicyType::Resource, Some(PolicyKind::Trust)) => vec![trust()],
        (PolicyType::Resource, _) => {
            vec![trust(), quota("bucket policy", 20_480, true), quota("key policy", 32_768, true)]
        }
        (PolicyType::ServiceControl, _) => vec![quota("service control policy", 5_120, true)],
        (PolicyType::ResourceControl, _) => vec![quota("resource control policy", 5_120, true)],
    }
}
