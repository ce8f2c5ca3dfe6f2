//! The arguments of `verify`.

use super::output::OutputArgs;
use super::value::{catalogue, duration};
use crate::catalogue::Catalogue;
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

#[derive(Args, Debug)]
pub(crate) struct VerifyArgs {
    /// The certificates
    #[arg(value_name = "CERTIFICATE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Policies that the certificates must be about: each must be one of their policies, byte for byte
    #[arg(long, value_name = "POLICY", num_args = 1..)]
    pub(crate) policy: Vec<String>,
    /// Give up on a certificate after this time, such as 10s or 500ms: it is then not verified
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
    /// Use this list of actions, resources and keys instead of the one in the program, for answers that depend on it
    #[arg(long, value_name = "FILE", value_parser = catalogue)]
    pub(crate) catalogue: Option<Arc<Catalogue>>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
