//! The flags for files that hold many policies.

use super::value::{container_kind, skipped};
use crate::container::{Options, PolicyKind};
use clap::Args;

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Plans, templates, dumps")]
pub(crate) struct ContainerArgs {
    /// Only policies whose name matches; `*` and `?` are wildcards
    #[arg(long, value_name = "GLOB")]
    pub(crate) select: Vec<String>,
    /// Only policies of these kinds: identity, session, trust, resource, endpoint, scp, rcp
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = container_kind)]
    pub(crate) kind: Vec<PolicyKind>,
    /// Only policies of resources that the plan changes
    #[arg(long)]
    pub(crate) changed: bool,
    /// Skip policies and attached policies whose name matches, each with its reason; all formats list them
    #[arg(long, value_name = "GLOB=REASON", value_parser = skipped)]
    pub(crate) skip: Vec<(String, String)>,
    /// Directory with the managed policies that files attach: NAME.json for AWS's, ACCOUNT/NAME.json for others
    #[arg(long = "policies", value_name = "DIR")]
    pub(crate) managed_policies: Option<String>,
    /// The kind of policy at a place that no table knows: aws_ssm_parameter.value=identity
    #[arg(long, value_name = "TYPE.ATTRIBUTE=KIND", value_parser = kind_of)]
    pub(crate) kind_of: Vec<(String, PolicyKind)>,
    /// Assume that an attribute that refers to one policy document is that document, unchanged
    #[arg(long)]
    pub(crate) assume_plain_references: bool,
    /// A macro that leaves the policies of the template unchanged
    #[arg(long, value_name = "NAME")]
    pub(crate) ignore_transform: Vec<String>,
    /// Show findings in policies that the file marks as sensitive
    #[arg(long)]
    pub(crate) show_sensitive: bool,
}

impl ContainerArgs {
    /// How such files are read.
    pub(crate) fn options(&self) -> Options {
        Options {
            assume_plain_references: self.assume_plain_references,
            kinds: self.kind_of.iter().cloned().collect(),
            harmless_transforms: self.ignore_transform.clone(),
            ..Options::default()
        }
    }
}

fn kind_of(text: &str) -> Result<(String, PolicyKind), String> {
    let (place, kind) = text.rsplit_once('=').ok_or("write TYPE.ATTRIBUTE=KIND")?;
    Ok((place.to_owned(), container_kind(kind)?))
}
