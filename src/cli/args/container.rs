//! The flags for files that hold many policies.

use super::parameters::{Parameters, parameters};
use super::sources::{PlanSources, sources};
use super::value::{container_kind, skipped};
use crate::container::{Options, PolicyKind, decode, is_template};
use crate::span::Source;
use clap::error::ErrorKind;
use clap::{ArgMatches, Args, Command, Error, FromArgMatches};
use std::collections::BTreeMap;

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
    /// The configuration from which the plan was made: its directory, or the binary plan
    #[arg(long, value_name = "DIR|PLAN", value_parser = sources)]
    pub(crate) source: Option<PlanSources>,
    /// A macro that leaves the policies of the template unchanged
    #[arg(long, value_name = "NAME")]
    pub(crate) ignore_transform: Vec<String>,
    #[command(flatten)]
    pub(crate) values: Values,
    /// A file with the values of parameters, as the AWS CLI, the CDK and SAM read it
    #[arg(long, value_name = "FILE", value_parser = parameters)]
    pub(crate) parameters: Vec<Parameters>,
    /// Another template, for the values that it exports, and for nested stacks whose template has this path
    #[arg(long, value_name = "FILE", value_parser = template)]
    pub(crate) with: Vec<Source>,
    /// Give parameters without a value their defaults
    #[arg(long)]
    pub(crate) use_defaults: bool,
    /// Assume that values nobody knows yet hold no `*`, `?` or `${`
    #[arg(long)]
    pub(crate) assume_plain_values: bool,
    /// Assume nothing of names and values that the file leaves open
    #[arg(long, conflicts_with = "assume_plain_values")]
    pub(crate) strict: bool,
    /// The verdict for a policy that fails for some values only; by default FAIL if a person chooses one of them, else UNKNOWN
    #[arg(long, value_name = "VERDICT")]
    pub(crate) if_it_depends: Option<IfItDepends>,
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
            values: self.values.0.clone(),
            parameters: self.parameters.iter().flat_map(|file| file.0.clone()).collect(),
            use_defaults: self.use_defaults,
            strict: self.strict,
            with: self.with.clone(),
            sources: self.source.as_ref().map(|source| std::sync::Arc::clone(&source.sources)),
            ..Options::default()
        }
    }
}

#[derive(Args, Clone, Debug, Default)]
struct Set {
    /// The value of a parameter, or of another value that the file leaves open, by the name that `iamsat policies` lists
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = set)]
    list: Vec<(String, String)>,
}

/// The values that are given by name, each once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values(BTreeMap<String, String>);

impl Args for Values {
    fn augment_args(command: Command) -> Command {
        Set::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Set::augment_args_for_update(command)
    }
}

impl FromArgMatches for Values {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Values, Error> {
        let mut values = BTreeMap::new();
        for (name, value) in Set::from_arg_matches(matches)?.list {
            if values.contains_key(&name) {
                let message = format!("`--set` gives `{name}` a value twice");
                return Err(Error::raw(ErrorKind::ArgumentConflict, message));
            }
            values.insert(name, value);
        }
        Ok(Values(values))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Values::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The verdict for a policy that fails for some values only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum IfItDepends {
    Fail,
    Unknown,
}

fn set(text: &str) -> Result<(String, String), String> {
    // The name of a value in a store may contain the sign, the value of a parameter too.
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

/// Reads a template.
fn template(path: &str) -> Result<Source, String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let text = decode(bytes).map_err(|_| "it is not a text".to_owned())?;
    match is_template(&text) {
        true => Ok(Source::new(path, text)),
        false => Err("it is not a template".to_owned()),
    }
}

fn kind_of(text: &str) -> Result<(String, PolicyKind), String> {
    let (place, kind) = text.rsplit_once('=').ok_or("write TYPE.ATTRIBUTE=KIND")?;
    Ok((place.to_owned(), container_kind(kind)?))
}
