//! The flags of `catalogue`.

use super::output::OutputArgs;
use super::value::{action_pattern, level};
use crate::catalogue::Level;
use crate::policy::ActionPattern;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct CatalogueArgs {
    #[command(subcommand)]
    pub(crate) about: Option<CatalogueCommand>,
    #[command(flatten)]
    pub(crate) shared: SharedArgs,
}

impl CatalogueArgs {
    /// Returns the flags that all of its commands have.
    pub(crate) fn shared(&self) -> &SharedArgs {
        match &self.about {
            None => &self.shared,
            Some(CatalogueCommand::Show(args)) => &args.shared,
            Some(CatalogueCommand::Expand(args)) => &args.shared,
            Some(CatalogueCommand::Keys(args)) => &args.shared,
            Some(CatalogueCommand::Resources(args)) => &args.shared,
            Some(CatalogueCommand::Diff(args)) => &args.shared,
            Some(CatalogueCommand::Pack(args)) => &args.shared,
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct SharedArgs {
    /// Look at this catalogue instead of the one in the program
    #[arg(long, value_name = "FILE")]
    pub(crate) catalogue: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CatalogueCommand {
    /// Show an action, a service or a condition key
    Show(ShowArgs),
    /// List the actions that a pattern stands for
    Expand(ExpandArgs),
    /// List the condition keys of an action, or the actions that carry a key
    Keys(KeysArgs),
    /// List the resource types of a service and the actions about them
    Resources(ResourcesArgs),
    /// List what a catalogue adds, removes and changes
    Diff(DiffArgs),
    /// Write the packed form of a catalogue
    Pack(PackArgs),
}

#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// An action (s3:GetObject), a service (s3) or a condition key (s3:prefix)
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) shared: SharedArgs,
}

#[derive(Args, Debug)]
pub(crate) struct ExpandArgs {
    /// The pattern, such as s3:Get*
    #[arg(value_name = "PATTERN", value_parser = action_pattern)]
    pub(crate) pattern: ActionPattern,
    /// Only actions at one of these levels: list, read, write, tagging, permissions-management
    #[arg(long, value_name = "LEVEL", value_delimiter = ',', num_args = 1.., value_parser = level)]
    pub(crate) access_level: Vec<Level>,
    /// Say how many there are instead of listing them
    #[arg(long)]
    pub(crate) count: bool,
    #[command(flatten)]
    pub(crate) shared: SharedArgs,
}

#[derive(Args, Debug)]
pub(crate) struct KeysArgs {
    /// The action whose keys are listed
    #[arg(value_name = "ACTION", required_unless_present = "key", conflicts_with = "key")]
    pub(crate) action: Option<String>,
    /// The key whose actions are listed
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,
    #[command(flatten)]
    pub(crate) shared: SharedArgs,
}

#[derive(Args, Debug)]
pub(crate) struct ResourcesArgs {
    /// The service, such as s3
    #[arg(value_name = "SERVICE")]
    pub(crate) service: String,
    /// Only types of which an ARN matches this pattern
    #[arg(value_name = "ARN")]
    pub(crate) pattern: Option<String>,
    #[command(flatten)]
    pub(crate) shared: SharedArgs,
}

#[derive(Args, Debug)]
pub(crate) struct DiffArgs {
    /// The newer catalogue; compared with the one in the program, or with an older one
    #[arg(value_name = "NEWER")]
    pub(crate) newer: PathBuf,
    /// The older catalogue
    #[arg(long, value_name = "FILE")]
    pub(crate) older: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) shared: SharedArgs,
}

#[derive(Args, Debug)]
pub(crate) struct PackArgs {
    /// The catalogue in text form
    #[arg(value_name = "IN")]
    pub(crate) text: PathBuf,
    /// The file to write
    #[arg(value_name = "OUT")]
    pub(crate) packed: PathBuf,
    #[command(flatten)]
    pub(crate) shared: SharedArgs,
}
