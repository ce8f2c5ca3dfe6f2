//! The flags of `block-public-access`.

use super::container::ContainerArgs;
use super::output::OutputArgs;
use super::search::SearchArgs;
use super::semantics::SemanticsArgs;
use clap::Args;

#[derive(Args, Debug)]
#[group(id = "of_bucket", required = true, multiple = true, args = ["policy", "acl"])]
pub(crate) struct BlockPublicAccessArgs {
    /// The policy of the bucket or access point
    #[arg(long, value_name = "POLICY", alias = "policy-document")]
    pub(crate) policy: Option<String>,
    /// The answer of get-bucket-acl or get-object-acl, or a canned ACL such as public-read
    #[arg(long, value_name = "ACL", num_args = 1..)]
    pub(crate) acl: Vec<String>,
    /// The settings of the bucket: the answer of get-public-access-block, NAME=true,..., all or none
    #[arg(long, value_name = "SETTINGS")]
    pub(crate) settings: Option<String>,
    /// The settings of the account
    #[arg(long, value_name = "SETTINGS")]
    pub(crate) account_settings: Option<String>,
    /// The settings of the access point
    #[arg(long, value_name = "SETTINGS")]
    pub(crate) access_point_settings: Option<String>,
    /// The account that owns the bucket
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) owner: Option<String>,
    /// AWS::S3::Bucket or AWS::S3::AccessPoint
    #[arg(long, value_name = "TYPE", default_value = "AWS::S3::Bucket")]
    pub(crate) resource_type: String,
    /// The access point can only be used from a VPC: its policy is never public
    #[arg(long)]
    pub(crate) vpc_origin: bool,
    #[command(flatten)]
    pub(crate) search: SearchArgs,
    #[command(flatten)]
    pub(crate) semantics: SemanticsArgs,
    #[command(flatten)]
    pub(crate) container: ContainerArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
