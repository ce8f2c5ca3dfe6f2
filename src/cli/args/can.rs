//! The flags of `can`.

use super::container::ContainerArgs;
use super::layers::{LAYERS, LayersArgs};
use super::output::OutputArgs;
use super::value::duration;
use super::world::WorldArgs;
use crate::check::Options;
use crate::surface::deadline;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Args, Debug)]
pub(crate) struct CanArgs {
    /// The requester: anonymous, an account id, the ARN of a user, role, session or root user, service:NAME or
    /// federated:PROVIDER; without it, some user or session of a role
    #[arg(long, value_name = "PRINCIPAL")]
    pub(crate) principal: Option<String>,
    /// The action is one of these; wildcards are supported
    #[arg(long, value_name = "A,B", value_delimiter = ',', num_args = 1..)]
    pub(crate) action: Vec<String>,
    /// The resource is one of these; wildcards are supported
    #[arg(long, value_name = "R,S", value_delimiter = ',', num_args = 1..)]
    pub(crate) resource: Vec<String>,
    /// The request satisfies this Condition element; several must all be satisfied
    #[arg(long, value_name = "JSON")]
    pub(crate) condition: Vec<String>,
    /// A snapshot of accounts: a directory with answers of the AWS CLI. The layers are those of the principal [default, if no layer is
    /// named: that of iamsat.toml]
    #[arg(short = 'S', long, value_name = "DIR", requires = "principal", conflicts_with_all = LAYERS,
        conflicts_with_all = ["resource_account", "organization", "certificate", "strict_arn"])]
    pub(crate) snapshot: Option<String>,
    /// State that the accounts of the snapshot are in no organization
    #[arg(long, conflicts_with_all = LAYERS)]
    pub(crate) no_organization: bool,
    /// Take nothing for none because a store of iam-collect has no file for it
    #[arg(long, requires = "snapshot")]
    pub(crate) strict_collect: bool,
    #[command(flatten)]
    pub(crate) layers: LayersArgs,
    /// Give up after this time, such as 10s or 500ms: UNKNOWN
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "Search")]
    pub(crate) timeout: Option<Duration>,
    /// Exit with 0 on CAN; errors and UNKNOWN keep their codes
    #[arg(long, help_heading = "Search")]
    pub(crate) exit_zero: bool,
    /// Write the evidence for the answer to a file that `iamsat verify` checks
    #[arg(long, value_name = "FILE", help_heading = "Search")]
    pub(crate) certificate: Option<PathBuf>,
    /// Verify a CANNOT before it is given; one that is not verified is UNKNOWN
    #[arg(long, help_heading = "Search")]
    pub(crate) certify: bool,
    /// Assume facts that usually hold for requests; the answer names those it depends on
    #[arg(long, help_heading = "Reading")]
    pub(crate) assume_heuristics: bool,
    /// Leave open whether a wildcard matches `:` in the first five fields of an ARN
    #[arg(long, help_heading = "Reading")]
    pub(crate) strict_arn: bool,
    #[command(flatten)]
    pub(crate) container: ContainerArgs,
    #[command(flatten)]
    pub(crate) world: WorldArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

impl CanArgs {
    /// Returns the options of the query, whose timeout starts now.
    pub(crate) fn options(&self) -> Options {
        let mut options = Options {
            certificate: self.certificate.is_some(),
            certify: self.certify,
            strict_arn: self.strict_arn,
            assume_heuristics: self.assume_heuristics,
            ..Options::default()
        };
        options.limits.deadline = deadline(self.timeout);
        options
    }
}
