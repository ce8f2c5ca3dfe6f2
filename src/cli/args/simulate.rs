//! The flags of `simulate`.

use super::container::ContainerArgs;
use super::layers::{LAYERS, LAYERS_OR_SNAPSHOT, LayersArgs};
use super::output::OutputArgs;
use super::semantics::SemanticsArgs;
use super::value::expected;
use crate::report::Expected;
use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct SimulateArgs {
    /// The policies, read as one set
    #[arg(long, value_name = "POLICY", alias = "policy-document", num_args = 1..,
        conflicts_with_all = LAYERS_OR_SNAPSHOT)]
    pub(crate) policy: Vec<String>,
    /// The action, such as s3:GetObject
    #[arg(long, value_name = "ACTION")]
    pub(crate) action: String,
    /// The resource: an ARN, or * for actions that have none
    #[arg(long, value_name = "ARN")]
    pub(crate) resource: String,
    /// The requester: anonymous, an account id, an ARN, service:NAME, federated:PROVIDER or canonical:ID
    #[arg(long, value_name = "PRINCIPAL")]
    pub(crate) principal: Option<String>,
    /// The user that the session of a federated user (arn:aws:sts::...:federated-user/NAME) belongs to
    #[arg(long, value_name = "ARN")]
    pub(crate) federated_by: Option<String>,
    /// A context key; repeat it for several values. `key=` is the empty text; keys that are not given are absent, except those
    /// that follow from the principal, and those that every request has, whose usual value is assumed
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) context: Vec<String>,
    /// Context keys as JSON, {"KEY":["VALUE"]}: for keys with `=` in them
    #[arg(long, value_name = "JSON")]
    pub(crate) context_json: Vec<String>,
    /// A unique id (AROA..., AIDA...) that stands for this principal
    #[arg(long, value_name = "ID")]
    pub(crate) unique_id: Vec<String>,
    /// A canonical user id that stands for the principal's account
    #[arg(long, value_name = "ID")]
    pub(crate) canonical_user: Vec<String>,
    /// Say which context keys the decision depends on, and a value of each that changes it
    #[arg(long, conflicts_with_all = LAYERS_OR_SNAPSHOT)]
    pub(crate) relevant: bool,
    /// Exit with 1 unless this is the decision
    #[arg(long, value_name = "DECISION", value_parser = expected)]
    pub(crate) expect: Option<Expected>,
    /// Exit with 0 instead of 1
    #[arg(long)]
    pub(crate) exit_zero: bool,
    /// A snapshot of accounts: a directory with answers of the AWS CLI. The layers are those of the principal and the resource
    /// [default, if no policy and no layer is named: that of iamsat.toml]
    #[arg(short = 'S', long, value_name = "DIR", requires = "principal", conflicts_with_all = LAYERS,
        conflicts_with_all = ["resource_account", "organization"])]
    pub(crate) snapshot: Option<String>,
    /// State that the accounts of the snapshot are in no organization
    #[arg(long, conflicts_with_all = LAYERS, conflicts_with = "policy")]
    pub(crate) no_organization: bool,
    /// Take nothing for none because a store of iam-collect has no file for it
    #[arg(long, requires = "snapshot")]
    pub(crate) strict_collect: bool,
    #[command(flatten)]
    pub(crate) layers: LayersArgs,
    #[command(flatten)]
    pub(crate) semantics: SemanticsArgs,
    #[command(flatten)]
    pub(crate) container: ContainerArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
