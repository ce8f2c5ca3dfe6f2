//! The flags that say how policies are read.

use super::value::{catalogue, policy_type};
use crate::catalogue::Catalogue;
use crate::check::Options;
use crate::policy::PolicyType;
use clap::{Args, ValueEnum};
use std::sync::Arc;

#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Reading")]
pub(crate) struct SemanticsArgs {
    /// IDENTITY_POLICY, RESOURCE_POLICY, SERVICE_CONTROL_POLICY or RESOURCE_CONTROL_POLICY; without it, a policy with Principal
    /// is a RESOURCE_POLICY, any other an IDENTITY_POLICY
    #[arg(long, value_name = "TYPE", value_parser = policy_type)]
    pub(crate) policy_type: Option<PolicyType>,
    /// Fix whether the principal has a permissions boundary; without it, both cases are considered
    #[arg(long, value_name = "YES|NO")]
    pub(crate) boundary: Option<YesNo>,
    /// Assume only the facts that AWS's own checks know
    #[arg(long, conflicts_with = "assume_heuristics")]
    pub(crate) aws_compat: bool,
    /// Assume facts that usually hold for requests; the answer names those it depends on
    #[arg(long)]
    pub(crate) assume_heuristics: bool,
    /// Leave open whether a wildcard matches `:` in the first five fields of an ARN
    #[arg(long)]
    pub(crate) strict_arn: bool,
    /// Use this list of actions, resources and keys instead of the one in the program; see `iamsat catalogue`
    #[arg(long, value_name = "FILE", value_parser = catalogue)]
    pub(crate) catalogue: Option<Arc<Catalogue>>,
}

impl SemanticsArgs {
    /// Returns the options of a query whose policies are read under these flags.
    pub(crate) fn options(&self) -> Options {
        Options {
            policy_type: self.policy_type,
            strict_arn: self.strict_arn,
            aws_compat: self.aws_compat,
            assume_heuristics: self.assume_heuristics,
            boundary: self.boundary.map(|boundary| boundary == YesNo::Yes),
            catalogue: self.catalogue.clone(),
            ..Options::default()
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum, PartialEq, Eq)]
pub(crate) enum YesNo {
    Yes,
    No,
}
