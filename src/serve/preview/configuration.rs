//! The proposed configuration of a resource: its policies and other grants.
//!
//! Source: IAM Access Analyzer API reference, "Configuration".

use crate::policy::ResourceType;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;

/// A policy of a resource, with the way in which it gives access.
#[derive(Debug)]
pub(super) struct ProposedPolicy {
    pub(super) text: String,
    pub(super) resource_type: ResourceType,
    /// The source of AWS's findings.
    pub(super) source: &'static str,
    /// The access point to which it belongs.
    pub(super) access_point: Option<String>,
    /// True if the settings of Block Public Access leave only services and the owner if it is public.
    pub(super) is_restricted: bool,
}

/// Access that a grant gives to one grantee.
#[derive(Debug)]
pub(super) struct Grant {
    /// The kind of the grantee, as findings name it, and the grantee.
    pub(super) grantee: (&'static str, String),
    pub(super) is_public: bool,
    pub(super) actions: Vec<String>,
    pub(super) source: &'static str,
}

/// Everything of a configuration that can give access.
#[derive(Debug)]
pub(super) struct Proposed {
    pub(super) resource_type: ResourceType,
    pub(super) policies: Vec<ProposedPolicy>,
    pub(super) grants: Vec<Grant>,
}

/// A kind whose configuration is one policy: its member, the member with the policy, members that give no access, and the type.
const SIMPLE: [(&str, &str, &[&str], &str); 9] = [
    ("iamRole", "trustPolicy", &[], "AWS::IAM::Role"),
    ("sqsQueue", "queuePolicy", &[], "AWS::SQS::Queue"),
    ("snsTopic", "topicPolicy", &[], "AWS::SNS::Topic"),
    ("secretsManagerSecret", "secretPolicy", &["kmsKeyId"], "AWS::SecretsManager::Secret"),
    ("efsFileSystem", "fileSystemPolicy", &[], "AWS::EFS::FileSystem"),
    ("ecrRepository", "repositoryPolicy", &[], "AWS::ECR::Repository"),
    ("dynamodbStream", "streamPolicy", &[], "AWS::DynamoDB::Stream"),
    ("dynamodbTable", "tablePolicy", &[], "AWS::DynamoDB::Table"),
    ("s3ExpressDirectoryBucket", "bucketPolicy", &[], "AWS::S3Express::DirectoryBucket"),
];

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Bucket {
    bucket_policy: Option<String>,
    #[serde(default)]
    bucket_acl_grants: Vec<AclGrant>,
    bucket_public_access_block: Option<PublicAccessBlock>,
    #[serde(default)]
    access_points: BTreeMap<String, AccessPoint>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PublicAccessBlock {
    ignore_public_acls: bool,
    restrict_public_buckets: bool,
}

/// The origin of the network does not matter: a caller from outside can be in the VPC too.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AccessPoint {
    access_point_policy: Option<String>,
    public_access_block: Option<PublicAccessBlock>,
    #[serde(rename = "networkOrigin")]
    _network_origin: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AclGrant {
    permission: String,
    grantee: Grantee,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum Grantee {
    Id(String),
    Uri(String),
}

/// Who may retire a grant, and its constraints, give no further access; the issuer has access of its own.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Key {
    #[serde(default)]
    key_policies: BTreeMap<String, String>,
    #[serde(default)]
    grants: Vec<KeyGrant>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct KeyGrant {
    operations: Vec<String>,
    grantee_principal: String,
    #[serde(rename = "retiringPrincipal")]
    _retiring_principal: Option<String>,
    #[serde(rename = "constraints")]
    _constraints: Option<Value>,
    #[serde(rename = "issuingAccount")]
    _issuing_account: Option<String>,
}

/// Reads the configuration of one resource.
///
/// # Errors
/// It has another form, or a member that is not modelled: the reason.
pub(super) fn read(text: &str, owner: &str) -> Result<Proposed, String> {
    let kinds: BTreeMap<String, Value> =
        serde_json::from_str(text).map_err(|_| "the configuration is not an object".to_owned())?;
    let mut kinds = kinds.into_iter();
    let (Some((kind, value)), None) = (kinds.next(), kinds.next()) else {
        return Err("the configuration has to have exactly one kind of resource".to_owned());
    };
    if value.as_object().is_none_or(serde_json::Map::is_empty) {
        return Err(format!("`{kind}` is empty: iamsat does not know the existing configuration"));
    }
    match kind.as_str() {
        "s3Bucket" => bucket(&typed(&kind, value)?, owner),
        "kmsKey" => key(typed(&kind, value)?),
        other => simple(other, &value),
    }
}

fn typed<T: DeserializeOwned>(kind: &str, value: Value) -> Result<T, String> {
    serde_json::from_value(value).map_err(|error| format!("`{kind}` has another form: {error}"))
}

fn findings_type(name: &str) -> Result<ResourceType, String> {
    ResourceType::of_findings(name).ok_or_else(|| format!("{name} has no findings"))
}

fn simple(kind: &str, value: &Value) -> Result<Proposed, String> {
    let row = SIMPLE.iter().find(|(name, ..)| *name == kind);
    let Some((_, policy, idle, resource_type)) = row else {
        return Err(format!("iamsat computes no previews of `{kind}`"));
    };
    let resource_type = findings_type(resource_type)?;
    let members = value.as_object().into_iter().flatten();
    let mut policies = Vec::new();
    for (name, value) in members {
        match value.as_str() {
            Some(text) if name == policy => {
                policies.extend(proposed(text, resource_type, None, "POLICY", false));
            }
            Some(_) if idle.contains(&name.as_str()) => {}
            _ => return Err(format!("iamsat does not know `{name}` of `{kind}`, or it is not a string")),
        }
    }
    if value.get(policy).is_none() {
        return Err(format!("`{policy}` is missing: iamsat does not know the existing policy"));
    }
    Ok(Proposed { resource_type, policies, grants: Vec::new() })
}

/// Returns a policy; an empty text stands for none.
fn proposed(
    text: &str,
    resource_type: ResourceType,
    access_point: Option<&str>,
    source: &'static str,
    is_restricted: bool,
) -> Option<ProposedPolicy> {
    let access_point = access_point.map(str::to_owned);
    (!text.is_empty()).then(|| ProposedPolicy {
        text: text.to_owned(),
        resource_type,
        source,
        access_point,
        is_restricted,
    })
}

fn bucket(bucket: &Bucket, owner: &str) -> Result<Proposed, String> {
    let resource_type = findings_type("AWS::S3::Bucket")?;
    let point_type = ResourceType::from_name("AWS::S3::AccessPoint").ok_or("access points have no type")?;
    let block = bucket.bucket_public_access_block.unwrap_or_default();
    let of_bucket = bucket.bucket_policy.as_deref();
    let mut policies: Vec<ProposedPolicy> = of_bucket
        .and_then(|text| proposed(text, resource_type, None, "POLICY", block.restrict_public_buckets))
        .into_iter()
        .collect();
    for (arn, point) in &bucket.access_points {
        // Each level is sufficient.
        let own = point.public_access_block.unwrap_or_default();
        let is_restricted = own.restrict_public_buckets || block.restrict_public_buckets;
        let text = point.access_point_policy.as_deref();
        policies.extend(
            text.and_then(|text| proposed(text, point_type, Some(arn), "S3_ACCESS_POINT", is_restricted)),
        );
    }
    let mut grants = Vec::new();
    for AclGrant { permission, grantee } in &bucket.bucket_acl_grants {
        let (grantee, is_public) = match grantee {
            Grantee::Id(id) if id == owner => continue,
            Grantee::Id(id) => (("CanonicalUser", id.clone()), false),
            Grantee::Uri(uri) if uri.ends_with("/groups/s3/LogDelivery") => continue,
            Grantee::Uri(uri)
                if uri.ends_with("/groups/global/AllUsers")
                    || uri.ends_with("/groups/global/AuthenticatedUsers") =>
            {
                if block.ignore_public_acls {
                    continue;
                }
                (("AWS", "*".to_owned()), true)
            }
            Grantee::Uri(uri) => return Err(format!("`{uri}` is not a group of S3's ACLs")),
        };
        let actions = vec![format!("s3:{permission}")];
        grants.push(Grant { grantee, is_public, actions, source: "BUCKET_ACL" });
    }
    Ok(Proposed { resource_type, policies, grants })
}

fn key(key: Key) -> Result<Proposed, String> {
    let resource_type = findings_type("AWS::KMS::Key")?;
    if key.key_policies.is_empty() {
        return Err("`keyPolicies` is missing: iamsat does not know the existing policy".to_owned());
    }
    let policies = key.key_policies.values();
    let policies = policies.filter_map(|text| proposed(text, resource_type, None, "POLICY", false)).collect();
    let grants = key.grants.into_iter().map(|grant| Grant {
        is_public: grant.grantee_principal == "*",
        grantee: ("AWS", grant.grantee_principal),
        actions: grant.operations.iter().map(|operation| format!("kms:{operation}")).collect(),
        source: "GRANT",
    });
    Ok(Proposed { resource_type, policies, grants: grants.collect() })
}
