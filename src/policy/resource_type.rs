//! The types of resource whose policies can be checked for access from outside.

/// A resource type of AWS's CheckNoPublicAccess, or of the findings of IAM Access Analyzer, which has another list.
///
/// Sources: IAM Access Analyzer API reference, "CheckNoPublicAccess" and "FindingSummaryV2", member `resourceType`.
///
/// ```
/// use iamsat::policy::ResourceType;
/// let bucket = ResourceType::from_name("AWS::S3::Bucket").unwrap();
/// assert_eq!(bucket.name(), "AWS::S3::Bucket");
/// // For public access, a role is named by its trust policy; findings are about the role itself.
/// assert!(ResourceType::from_name("AWS::IAM::Role").is_none());
/// assert!(ResourceType::from_name("AWS::IAM::AssumeRolePolicyDocument").unwrap().is_trust_policy());
/// assert!(ResourceType::of_findings("AWS::IAM::Role").unwrap().is_trust_policy());
/// assert_eq!((ResourceType::all().count(), ResourceType::all_of_findings().count()), (26, 17));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceType(&'static str);

const NAMES: [&str; 26] = [
    "AWS::DynamoDB::Table",
    "AWS::DynamoDB::Stream",
    "AWS::EFS::FileSystem",
    "AWS::OpenSearchService::Domain",
    "AWS::Kinesis::Stream",
    "AWS::Kinesis::StreamConsumer",
    "AWS::KMS::Key",
    "AWS::Lambda::Function",
    "AWS::S3::Bucket",
    "AWS::S3::AccessPoint",
    "AWS::S3Express::DirectoryBucket",
    "AWS::S3::Glacier",
    "AWS::S3Outposts::Bucket",
    "AWS::S3Outposts::AccessPoint",
    "AWS::SecretsManager::Secret",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    TRUST_POLICY,
    "AWS::S3Tables::TableBucket",
    "AWS::ApiGateway::RestApi",
    "AWS::CodeArtifact::Domain",
    "AWS::Backup::BackupVault",
    "AWS::CloudTrail::Dashboard",
    "AWS::CloudTrail::EventDataStore",
    "AWS::S3Tables::Table",
    "AWS::S3Express::AccessPoint",
];

const OF_FINDINGS: [&str; 17] = [
    "AWS::S3::Bucket",
    ROLE,
    "AWS::SQS::Queue",
    "AWS::Lambda::Function",
    "AWS::Lambda::LayerVersion",
    "AWS::KMS::Key",
    "AWS::SecretsManager::Secret",
    "AWS::EFS::FileSystem",
    "AWS::EC2::Snapshot",
    "AWS::ECR::Repository",
    "AWS::RDS::DBSnapshot",
    "AWS::RDS::DBClusterSnapshot",
    "AWS::SNS::Topic",
    "AWS::S3Express::DirectoryBucket",
    "AWS::DynamoDB::Table",
    "AWS::DynamoDB::Stream",
    "AWS::IAM::User",
];

const ROLE: &str = "AWS::IAM::Role";
const TRUST_POLICY: &str = "AWS::IAM::AssumeRolePolicyDocument";

impl ResourceType {
    /// Returns the types that can be checked for public access, in AWS's order.
    pub fn all() -> impl Iterator<Item = ResourceType> {
        NAMES.into_iter().map(ResourceType)
    }

    /// Returns the types that findings are about, in AWS's order.
    pub fn all_of_findings() -> impl Iterator<Item = ResourceType> {
        OF_FINDINGS.into_iter().map(ResourceType)
    }

    /// Returns the type of findings with this AWS name, which is case-sensitive.
    pub fn of_findings(name: &str) -> Option<ResourceType> {
        ResourceType::all_of_findings().find(|known| known.0 == name)
    }

    /// Returns the type with this AWS name, which is case-sensitive, if it can be checked for public access.
    pub fn from_name(name: &str) -> Option<ResourceType> {
        ResourceType::all().find(|known| known.0 == name)
    }

    /// AWS's name.
    pub fn name(self) -> &'static str {
        self.0
    }

    /// True if it is the trust policy of a role.
    pub fn is_trust_policy(self) -> bool {
        self.0 == TRUST_POLICY || self.0 == ROLE
    }

    /// True if it is an access point. Its policy usually names the access point itself, which says nothing about callers, so
    /// `s3:DataAccessPointArn` and `s3:DataAccessPointAccount` do not restrict them there.
    ///
    /// Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage" (access points).
    pub fn is_access_point(self) -> bool {
        self.0.ends_with("::AccessPoint")
    }
}

impl std::fmt::Display for ResourceType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}
