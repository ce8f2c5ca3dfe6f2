//! The flags of `validate-policy`.

use super::baseline::InputArgs;
use super::output::OutputArgs;
use super::value::{catalogue, jobs, policy_type};
use crate::catalogue::Catalogue;
use crate::code::FindingType;
use crate::policy::PolicyType;
use crate::validate::ValidatedResource;
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use std::num::NonZeroUsize;
use std::sync::Arc;

#[derive(Args, Debug)]
pub(crate) struct ValidatePolicyArgs {
    /// The policy; several are validated one by one
    #[arg(long, value_name = "POLICY", visible_alias = "policy-document", num_args = 1.., required = true)]
    pub(crate) policy: Vec<String>,
    /// IDENTITY_POLICY, RESOURCE_POLICY, SERVICE_CONTROL_POLICY or RESOURCE_CONTROL_POLICY; without it, a policy with Principal
    /// is a RESOURCE_POLICY, any other an IDENTITY_POLICY; plans and templates state it themselves
    #[arg(long, value_name = "TYPE", value_parser = policy_type)]
    pub(crate) policy_type: Option<PolicyType>,
    /// The type of resource that a RESOURCE_POLICY is attached to, such as AWS::S3::Bucket or
    /// AWS::IAM::AssumeRolePolicyDocument; plans and templates state it themselves
    #[arg(long, value_name = "TYPE", visible_alias = "validate-policy-resource-type", value_parser = resource)]
    pub(crate) resource_type: Option<ValidatedResource>,
    /// The least severe type of finding that makes the exit code 1
    #[arg(long, value_name = "TYPE", default_value = "security-warning")]
    pub(crate) fail_on: FailOn,
    /// Leave out what is proved beside AWS's findings
    #[arg(long)]
    pub(crate) no_exact: bool,
    /// The number of policies that are judged at a time; without it, one for each processor
    #[arg(long, value_name = "N", value_parser = jobs)]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// Use this list of actions, resources and keys instead of the one in the program; see `iamsat catalogue`
    #[arg(long, value_name = "FILE", value_parser = catalogue)]
    pub(crate) catalogue: Option<Arc<Catalogue>>,
    #[command(flatten)]
    pub(crate) inputs: InputArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// The least severe type of finding that fails a policy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FailOn(pub(crate) FindingType);

impl FailOn {
    /// Returns the name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self.0 {
            FindingType::Error => "error",
            FindingType::SecurityWarning => "security-warning",
            FindingType::Warning => "warning",
            FindingType::Suggestion => "suggestion",
        }
    }
}

impl ValueEnum for FailOn {
    fn value_variants<'a>() -> &'a [FailOn] {
        &[
            FailOn(FindingType::Error),
            FailOn(FindingType::SecurityWarning),
            FailOn(FindingType::Warning),
            FailOn(FindingType::Suggestion),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

fn resource(text: &str) -> Result<ValidatedResource, String> {
    ValidatedResource::from_name(text).ok_or_else(|| {
        let known: Vec<&str> = ValidatedResource::ALL.iter().map(|known| known.name()).collect();
        format!("one of {}", known.join(", "))
    })
}
