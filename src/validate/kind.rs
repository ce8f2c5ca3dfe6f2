//! The kind of policy that is validated: its type and the resource that it is attached to.

use super::syntax::Policy;
use crate::policy::PolicyType;

/// A resource type whose resource policies have rules of their own.
///
/// Source: IAM Access Analyzer API reference, "ValidatePolicy", member `validatePolicyResourceType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValidatedResource {
    /// A bucket.
    Bucket,
    /// An access point.
    AccessPoint,
    /// A multi-Region access point.
    MultiRegionAccessPoint,
    /// An access point of S3 Object Lambda.
    ObjectLambdaAccessPoint,
    /// A role: its trust policy.
    TrustPolicy,
    /// A table of DynamoDB.
    Table,
}

impl ValidatedResource {
    /// Every type, in AWS's order.
    pub const ALL: [ValidatedResource; 6] = [
        ValidatedResource::Bucket,
        ValidatedResource::AccessPoint,
        ValidatedResource::MultiRegionAccessPoint,
        ValidatedResource::ObjectLambdaAccessPoint,
        ValidatedResource::TrustPolicy,
        ValidatedResource::Table,
    ];

    /// Returns AWS's name.
    pub fn name(self) -> &'static str {
        match self {
            ValidatedResource::Bucket => "AWS::S3::Bucket",
            ValidatedResource::AccessPoint => "AWS::S3::AccessPoint",
            ValidatedResource::MultiRegionAccessPoint => "AWS::S3::MultiRegionAccessPoint",
            ValidatedResource::ObjectLambdaAccessPoint => "AWS::S3ObjectLambda::AccessPoint",
            ValidatedResource::TrustPolicy => "AWS::IAM::AssumeRolePolicyDocument",
            ValidatedResource::Table => "AWS::DynamoDB::Table",
        }
    }

    /// Returns the type with this AWS name.
    ///
    /// ```
    /// use iamsat::validate::ValidatedResource;
    /// assert_eq!(ValidatedResource::from_name("AWS::S3::Bucket"), Some(ValidatedResource::Bucket));
    /// assert_eq!(ValidatedResource::from_name("AWS::SQS::Queue"), None);
    /// ```
    pub fn from_name(name: &str) -> Option<ValidatedResource> {
        ValidatedResource::ALL.into_iter().find(|known| known.name() == name)
    }

    /// Returns the name in AWS's messages. That of a bucket is taken from an answer of AWS, the others are formed like it.
    pub(super) fn title(self) -> &'static str {
        match self {
            ValidatedResource::Bucket => "S3 Bucket",
            ValidatedResource::AccessPoint => "S3 Access Point",
            ValidatedResource::MultiRegionAccessPoint => "S3 Multi-Region Access Point",
            ValidatedResource::ObjectLambdaAccessPoint => "S3 Object Lambda Access Point",
            ValidatedResource::TrustPolicy => "IAM Assume Role Policy Document",
            ValidatedResource::Table => "DynamoDB Table",
        }
    }

    /// Returns the prefixes of the services whose actions the policy can name.
    pub(super) fn services(self) -> &'static [&'static str] {
        match self {
            ValidatedResource::Bucket
            | ValidatedResource::AccessPoint
            | ValidatedResource::MultiRegionAccessPoint => &["s3"],
            ValidatedResource::ObjectLambdaAccessPoint => &["s3", "s3-object-lambda"],
            ValidatedResource::TrustPolicy => &["sts"],
            ValidatedResource::Table => &["dynamodb"],
        }
    }

    /// Returns patterns of the ARNs that the policy can name.
    pub(super) fn arns(self) -> &'static [&'static str] {
        match self {
            ValidatedResource::Bucket => &["arn:*:s3:::*"],
            ValidatedResource::AccessPoint => &["arn:*:s3:*:*:accesspoint/*"],
            ValidatedResource::MultiRegionAccessPoint => &["arn:*:s3::*:accesspoint/*"],
            ValidatedResource::ObjectLambdaAccessPoint => &["arn:*:s3-object-lambda:*:*:accesspoint/*"],
            ValidatedResource::TrustPolicy => &[],
            ValidatedResource::Table => &["arn:*:dynamodb:*:*:table/*"],
        }
    }
}

/// The kind of a policy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub(super) policy_type: PolicyType,
    pub(super) resource: Option<ValidatedResource>,
    /// True if it is the trust policy of a role.
    pub(super) is_trust: bool,
}

impl Kind {
    /// Decides if a policy is a trust policy. A resource policy without a resource type counts as one if no statement names a
    /// resource and all actions are those of AWS STS: AWS reports faults of trust policies there.
    pub(super) fn of(
        policy_type: PolicyType,
        resource: Option<ValidatedResource>,
        policy: &Policy<'_>,
    ) -> Kind {
        let is_trust = match resource {
            Some(resource) => resource == ValidatedResource::TrustPolicy,
            None => policy_type == PolicyType::Resource && is_like_trust(policy),
        };
        Kind { policy_type, resource, is_trust }
    }

    pub(super) fn is_identity(self) -> bool {
        self.policy_type == PolicyType::Identity
    }

    pub(super) fn is_resource(self) -> bool {
        self.policy_type == PolicyType::Resource
    }

    pub(super) fn is_scp(self) -> bool {
        self.policy_type == PolicyType::ServiceControl
    }

    pub(super) fn is_rcp(self) -> bool {
        self.policy_type == PolicyType::ResourceControl
    }
}

fn is_like_trust(policy: &Policy<'_>) -> bool {
    let mut actions = policy.statements.iter().flat_map(|statement| statement.actions()).peekable();
    let names_resource = |name: &str| policy.statements.iter().any(|statement| statement.has(name));
    actions.peek().is_some()
        && actions.all(|action| action.text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sts:")))
        && !names_resource("Resource")
        && !names_resource("NotResource")
}
