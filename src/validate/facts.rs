//! Small tables of facts about AWS that the catalogue does not hold.

/// Partitions.
///
/// Source: AWS General Reference, "Amazon Resource Names (ARNs)"; the isolated and sovereign ones from the endpoints of the SDKs.
pub(super) const PARTITIONS: [&str; 8] =
    ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"];

/// Regions of all partitions, sorted.
///
/// Source: the endpoints of the SDKs (botocore 1.43.11).
const REGIONS: [&str; 46] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-isoe-west-1",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eusc-de-east-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "us-isob-west-1",
    "us-isof-east-1",
    "us-isof-south-1",
    "us-west-1",
    "us-west-2",
];

/// True if there is a Region with this name.
pub(super) fn is_region(text: &str) -> bool {
    REGIONS.binary_search(&text).is_ok()
}

/// True if the text is an account id.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Keys in whose values AWS accepts neither wildcards nor policy variables, in lower case.
///
/// Source: IAM User Guide, "AWS global condition context keys", "Sensitive single-valued condition keys".
pub(super) const SENSITIVE: [&str; 10] = [
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:resourceaccount",
    "aws:resourceorgid",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:vpceaccount",
    "aws:vpceorgid",
];

/// Keys that say on whose behalf a service acts, in lower case.
///
/// Source: IAM User Guide, "The confused deputy problem".
pub(super) const SOURCES: [&str; 4] =
    ["aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"];

/// APIs of S3 with the actions that authorize them, where the names differ.
///
/// Source: Amazon S3 User Guide, "Required permissions for Amazon S3 API operations".
pub(super) const S3_APIS: [(&str, &str); 13] = [
    ("CreateMultipartUpload", "PutObject"),
    ("DeleteObjects", "DeleteObject"),
    ("GetBucketEncryption", "GetEncryptionConfiguration"),
    ("GetBucketLifecycleConfiguration", "GetLifecycleConfiguration"),
    ("GetBucketReplication", "GetReplicationConfiguration"),
    ("HeadBucket", "ListBucket"),
    ("HeadObject", "GetObject"),
    ("ListBuckets", "ListAllMyBuckets"),
    ("ListMultipartUploads", "ListBucketMultipartUploads"),
    ("ListObjects", "ListBucket"),
    ("ListObjectsV2", "ListBucket"),
    ("ListParts", "ListMultipartUploadParts"),
    ("UploadPart", "PutObject"),
];

/// The prefix of the keys of GitHub's identity provider.
pub(super) const GITHUB: &str = "token.actions.githubusercontent.com";

/// True if the identity provider with this name is known to send one audience: Cognito, Google, Facebook, Amazon, GitHub, EKS.
///
/// Source: IAM User Guide, "IAM and AWS STS condition context keys", the keys of web identity federation.
pub(super) fn sends_one_audience(provider: &str) -> bool {
    ["cognito-identity.amazonaws.com", "accounts.google.com", "graph.facebook.com", "www.amazon.com", GITHUB]
        .contains(&provider)
        || provider.starts_with("oidc.eks.")
}

/// Returns the identity provider whose claim a key is: the part before its last colon, if that is the name of a host.
pub(super) fn provider_of(lower: &str) -> Option<(&str, &str)> {
    let (host, _) = lower.split_once(':')?;
    lower.rsplit_once(':').filter(|_| host.contains('.'))
}
