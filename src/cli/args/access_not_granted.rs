//! The flags of `check-access-not-granted`.

use super::baseline::InputArgs;
use super::output::OutputArgs;
use super::search::SearchArgs;
use super::semantics::SemanticsArgs;
use super::value::level;
use super::world::{PossibleArgs, WorldArgs};
use crate::catalogue::Level;
use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct AccessNotGrantedArgs {
    /// The policy; several are checked one by one
    #[arg(long, value_name = "POLICY", alias = "policy-document", num_args = 1.., required = true)]
    pub(crate) policy: Vec<String>,
    /// Actions that must not be allowed; wildcards are supported
    #[arg(long, value_name = "A,B", value_delimiter = ',', num_args = 1.., required_unless_present_any = ["resources", "access", "access_level"])]
    pub(crate) actions: Vec<String>,
    /// Resources on which they must not be allowed; wildcards are supported
    #[arg(long, value_name = "R,S", value_delimiter = ',', num_args = 1..)]
    pub(crate) resources: Vec<String>,
    /// Actions that AWS lists at these levels: list, read, write, tagging, permissions-management
    #[arg(long, value_name = "LEVEL", value_delimiter = ',', num_args = 1.., value_parser = level)]
    pub(crate) access_level: Vec<Level>,
    /// Both, as the AWS CLI takes them: [{"actions":[..],"resources":[..]}] or actions=A,B,resources=R
    #[arg(long, value_name = "ACCESS", num_args = 1.., conflicts_with_all = ["actions", "resources", "access_level"])]
    pub(crate) access: Vec<String>,
    #[command(flatten)]
    pub(crate) inputs: InputArgs,
    #[command(flatten)]
    pub(crate) search: SearchArgs,
    #[command(flatten)]
    pub(crate) semantics: SemanticsArgs,
    #[command(flatten)]
    pub(crate) world: WorldArgs,
    #[command(flatten)]
    pub(crate) possible: PossibleArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
