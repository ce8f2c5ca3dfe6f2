//! Applies S3's Block Public Access settings to a policy and ACLs.

use super::{Answer, Options, find, no_public_access};
use crate::limits::InputLimits;
use crate::policy::{Document, PolicyType, ResourceType, parse};
use crate::solve::Verdict;
use crate::span::Source;
use serde_json::json;

/// The four settings of Block Public Access.
///
/// Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage".
///
/// ```
/// use iamsat::check::BlockSettings;
/// let account = BlockSettings { ignore_public_acls: true, ..BlockSettings::default() };
/// let bucket = BlockSettings { block_public_policy: true, ..BlockSettings::default() };
/// let both = account.with(bucket);
/// assert!(both.ignore_public_acls && both.block_public_policy && !both.restrict_public_buckets);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BlockSettings {
    /// Public ACLs are rejected when they are put.
    pub block_public_acls: bool,
    /// Public grants of ACLs have no effect.
    pub ignore_public_acls: bool,
    /// Public policies are rejected when they are put.
    pub block_public_policy: bool,
    /// Under a public policy, only services and the owner's account have access.
    pub restrict_public_buckets: bool,
}

impl BlockSettings {
    /// Combines two levels: a setting of the account, the bucket or the access point is sufficient.
    #[must_use]
    pub fn with(self, other: BlockSettings) -> BlockSettings {
        BlockSettings {
            block_public_acls: self.block_public_acls || other.block_public_acls,
            ignore_public_acls: self.ignore_public_acls || other.ignore_public_acls,
            block_public_policy: self.block_public_policy || other.block_public_policy,
            restrict_public_buckets: self.restrict_public_buckets || other.restrict_public_buckets,
        }
    }
}

/// A grant of an ACL.
///
/// ```
/// use iamsat::check::AclGrant;
/// let grant = |grantee: &str| AclGrant { grantee: grantee.into(), permission: "READ".into() };
/// assert!(grant("http://acs.amazonaws.com/groups/global/AllUsers").is_public());
/// assert!(!grant("http://acs.amazonaws.com/groups/s3/LogDelivery").is_public());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AclGrant {
    /// The URI of a group, a canonical user id, or an address.
    pub grantee: String,
    /// The permission, such as `READ`.
    pub permission: String,
}

impl AclGrant {
    /// True if everyone has the permission, or everyone with an AWS account.
    pub fn is_public(&self) -> bool {
        self.grantee.ends_with("/groups/global/AllUsers")
            || self.grantee.ends_with("/groups/global/AuthenticatedUsers")
    }
}

/// The bucket or access point to which the settings apply.
#[derive(Clone, Copy, Debug)]
pub struct Blocked<'a> {
    /// The policy of the bucket or access point, if it has one.
    pub policy: Option<&'a Document>,
    /// Bucket or access point.
    pub resource_type: ResourceType,
    /// True if it is an access point that only a VPC can use; its policy is never public.
    pub vpc_only: bool,
    /// All grants of its ACLs.
    pub grants: &'a [AclGrant],
    /// The settings of account, bucket and access point combined.
    pub settings: BlockSettings,
    /// The account that owns it, if known.
    pub owner: Option<&'a str>,
}

/// The effect of the settings.
#[derive(Clone, Debug)]
pub struct BlockOutcome {
    /// The answer about public access: PASS means that the policy is not public. `None` without a policy, and if the policy
    /// cannot be public.
    pub public: Option<Answer>,
    /// The access left by the policy if the settings restrict it to services and the owner: FAIL with a request, or PASS if
    /// nothing is left. `None` if they do not restrict it.
    pub remaining: Option<Answer>,
    /// True if putting the policy would be rejected.
    pub rejects_policy: bool,
    /// True if putting the ACL would be rejected.
    pub rejects_acl: bool,
    /// True if public access through the policy remains; `None` if it is not known whether the policy is public.
    pub policy_stays_public: Option<bool>,
    /// True if public access through ACLs remains.
    pub acl_stays_public: bool,
}

/// Applies the settings of Block Public Access to a policy and ACLs.
///
/// A policy is public if it lets outsiders in, as in [`no_public_access`]. `RestrictPublicBuckets` depends on the policy as a
/// whole: if one statement is public, other accounts lose the access given by the other statements.
///
/// ```
/// use iamsat::check::{BlockSettings, Blocked, Options, block_public_access};
/// use iamsat::policy::ResourceType;
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let policy = policy(r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}"#);
/// let settings = BlockSettings { restrict_public_buckets: true, ..BlockSettings::default() };
/// let outcome = block_public_access(&Blocked {
///     policy: Some(&policy), resource_type: ResourceType::from_name("AWS::S3::Bucket").unwrap(), vpc_only: false,
///     grants: &[], settings, owner: Some("111122223333"),
/// }, &Options::default());
/// assert_eq!(outcome.policy_stays_public, Some(false));
/// // The owner's users keep their access.
/// assert_eq!(outcome.remaining.unwrap().verdict.name(), "FAIL");
/// ```
pub fn block_public_access(of: &Blocked<'_>, options: &Options) -> BlockOutcome {
    let options = &options.sharing();
    let judged = of.policy.filter(|_| !of.vpc_only);
    let public = judged.map(|policy| no_public_access(policy, of.resource_type, options));
    let is_public = match public.as_ref().map(|answer| &answer.verdict) {
        None | Some(Verdict::Pass(_)) => Some(false),
        Some(Verdict::Fail(_)) => Some(true),
        Some(Verdict::Unknown(_)) => None,
    };
    let restricted = of.settings.restrict_public_buckets && is_public != Some(false);
    let remaining = judged.filter(|_| restricted).and_then(|policy| {
        let insiders = insiders(policy, of.owner)?;
        let options = Options { policy_type: Some(PolicyType::Resource), ..options.clone() };
        Some(find([policy], [&insiders], [], &options))
    });
    let public_acl = of.grants.iter().any(AclGrant::is_public);
    BlockOutcome {
        remaining,
        rejects_policy: of.settings.block_public_policy && is_public == Some(true),
        rejects_acl: of.settings.block_public_acls && public_acl,
        policy_stays_public: match is_public {
            Some(public) => Some(public && !of.settings.restrict_public_buckets),
            // Public or not, no public access remains.
            None if of.settings.restrict_public_buckets => Some(false),
            None => None,
        },
        acl_stays_public: public_acl && !of.settings.ignore_public_acls,
        public,
    }
}

/// Returns all requests of services and of the owner's account, as a policy.
fn insiders(policy: &Document, owner: Option<&str>) -> Option<Document> {
    let accounts: Vec<&str> = owner.into_iter().collect();
    let mut statement =
        json!({"Effect": "Allow", "Principal": {"AWS": accounts, "Service": "*"}, "Action": "*"});
    if policy.statements.iter().any(|s| s.resource.is_some())
        && let Some(members) = statement.as_object_mut()
    {
        members.insert("Resource".to_owned(), json!("*"));
    }
    let text = json!({"Version": "2012-10-17", "Statement": statement}).to_string();
    parse(&Source::new("owner and services", text), &InputLimits::default()).ok()
}
