//! The flags about a change of a snapshot.
//!
//! A structure that commands flatten has no doc comment: clap would print it as the description of the command.

use super::parameters::{Parameters, parameters};
use super::value::{account, who_kind};
use crate::check::WhoKind;
use clap::{ArgGroup, Args};

// Names two snapshots, or one and a change of it.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Snapshots")]
#[command(group = ArgGroup::new("of_snapshots").args(OF_SNAPSHOTS).multiple(true).conflicts_with_all(NOT_OF_SNAPSHOTS))]
#[command(group = ArgGroup::new("change").args(["attach", "detach", "replace", "remove", "moved", "plan"]).multiple(true))]
pub(crate) struct ChangeArgs {
    /// A snapshot of accounts to which a change is applied: a directory with answers of the AWS CLI [default: that of iamsat.toml]
    #[arg(short = 'S', long, value_name = "DIR", requires = "change", conflicts_with = "existing_snapshot")]
    pub(crate) snapshot: Option<String>,
    /// The snapshot as it is now
    #[arg(long, value_name = "DIR", requires = "new_snapshot", conflicts_with = "change")]
    pub(crate) existing_snapshot: Option<String>,
    /// The snapshot as it is to be
    #[arg(long, value_name = "DIR", requires = "existing_snapshot")]
    pub(crate) new_snapshot: Option<String>,
    /// Attach an SCP or RCP, with its document if it is new: p-id=FILE@ou-id
    #[arg(long, value_name = "POLICY[=FILE]@TARGET", conflicts_with = "plan")]
    pub(crate) attach: Vec<String>,
    /// Detach an SCP or RCP: p-id@ou-id
    #[arg(long, value_name = "POLICY@TARGET", conflicts_with = "plan")]
    pub(crate) detach: Vec<String>,
    /// Replace a policy: the id of an SCP or RCP, the ARN of a managed policy or resource, role/NAME:trust, role/NAME:boundary or
    /// role/NAME:POLICY
    #[arg(long, value_name = "WHAT=FILE", conflicts_with = "plan")]
    pub(crate) replace: Vec<String>,
    /// Remove a policy, named as for --replace, or a user or role
    #[arg(long, value_name = "WHAT", conflicts_with = "plan")]
    pub(crate) remove: Vec<String>,
    /// Move an account below a root or organizational unit: ACCOUNT@ou-id
    #[arg(long = "move", value_name = "ACCOUNT@TARGET", conflicts_with = "plan")]
    pub(crate) moved: Vec<String>,
    /// The template of the stack as it is today, if --plan is a template of CloudFormation; `none` if there is no stack yet
    #[arg(
        long, value_name = "FILE", requires_all = ["snapshot", "plan"],
        conflicts_with_all = ["attach", "detach", "replace", "remove", "moved"]
    )]
    pub(crate) was: Option<String>,
    /// A file with the values of the parameters of the stack as it is today, as for --parameters
    #[arg(long, value_name = "FILE", requires = "was", value_parser = parameters)]
    pub(crate) was_parameters: Vec<Parameters>,
    /// The account of resources of the plan whose ARN it does not show, or that of the stack
    #[arg(long, value_name = "ACCOUNT", requires_all = ["snapshot", "plan"], value_parser = account)]
    pub(crate) account: Option<String>,
    /// Ask about these actions only; wildcards are supported
    #[arg(long, value_name = "A,B", value_delimiter = ',', num_args = 1.., requires = "of_snapshots")]
    pub(crate) action: Vec<String>,
    /// Ask about these resources only; wildcards are supported
    #[arg(long, value_name = "R,S", value_delimiter = ',', num_args = 1.., requires = "of_snapshots")]
    pub(crate) resource: Vec<String>,
    /// Ask about requesters of these kinds only: user, role, root, uncollected, account, anonymous, service, federated
    #[arg(long, value_name = "K,L", value_delimiter = ',', value_parser = who_kind, requires = "of_snapshots")]
    pub(crate) kinds: Vec<WhoKind>,
    /// State that the accounts of the snapshots are in no organization
    #[arg(long, requires = "of_snapshots")]
    pub(crate) no_organization: bool,
    /// Take nothing for none because a store of iam-collect has no file for it
    #[arg(long, requires = "of_snapshots")]
    pub(crate) strict_collect: bool,
    /// The number of groups of requesters shown in text
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: usize,
}

/// The flags that make a question one about snapshots; a step is about the snapshot of the configuration, unless one is named.
const OF_SNAPSHOTS: [&str; 7] =
    ["snapshot", "existing_snapshot", "attach", "detach", "replace", "remove", "moved"];

/// The flags of both commands that are about single policies.
const NOT_OF_SNAPSHOTS: [&str; 7] =
    ["new", "certificate", "certify", "policy_type", "boundary", "aws_compat", "strict_arn"];

impl ChangeArgs {
    /// True if the question is about snapshots.
    pub(crate) fn is_given(&self) -> bool {
        self.snapshot.is_some() || self.existing_snapshot.is_some() || self.has_steps()
    }

    /// True if the question is about a change of the snapshot that the configuration names.
    pub(crate) fn is_of_configuration(&self) -> bool {
        self.has_steps() && self.snapshot.is_none()
    }

    fn has_steps(&self) -> bool {
        let steps = [&self.attach, &self.detach, &self.replace, &self.remove, &self.moved];
        steps.into_iter().any(|flags| !flags.is_empty())
    }
}
