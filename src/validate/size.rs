//! The length of a policy, against AWS's quotas.

use super::place::Place;
use super::scope::Scope;
use crate::code::AwsCode;

/// Checks the length of the text.
///
/// Source: IAM User Guide, "IAM and AWS STS quotas"; Organizations User Guide, "Quotas"; Amazon S3 User Guide, "Bucket policies".
/// White space does not count in policies of users, groups and roles.
pub(super) fn check<'j>(scope: &mut Scope<'_, 'j>, text: &str) {
    let all = text.chars().count();
    let without_space = text.chars().filter(|c| !c.is_whitespace()).count();
    let kind = scope.kind;
    let (code, size, quota) = match () {
        () if kind.is_identity() => (AwsCode::PolicySizeExceedsIdentityPolicyQuota, without_space, 10_240),
        () if kind.is_trust => (AwsCode::PolicySizeExceedsRoleTrustPolicyQuota, without_space, 2_048),
        () if kind.is_resource() => (AwsCode::PolicySizeExceedsResourcePolicyQuota, all, 20_480),
        () if kind.is_scp() => (AwsCode::PolicySizeExceedsScpQuota, all, 5_120),
        () => (AwsCode::PolicySizeExceedsRcpQuota, all, 5_120),
    };
    if size > quota {
        let (size, quota) = (size.to_string(), quota.to_string());
        let texts = [("policySize", &*size), ("policySizeQuota", &*quota)];
        scope.add(code, &texts, [Place::document(text.len())]);
    }
}
