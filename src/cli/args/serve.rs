//! The arguments of `serve`.

use super::semantics::SemanticsArgs;
use super::value::{account, duration, jobs, partition};
use clap::{Args, ValueEnum};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Args, Debug)]
pub(crate) struct ServeArgs {
    /// The address to listen on; port 0 stands for any free port, which is printed
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8370")]
    pub(crate) listen: SocketAddr,
    /// The account of the caller, which GetCallerIdentity names and access previews trust
    #[arg(long, value_name = "ACCOUNT", default_value = "000000000000", value_parser = account)]
    pub(crate) account_id: String,
    /// The partition in ARNs: aws, aws-cn, aws-us-gov, ...
    #[arg(long, value_name = "PARTITION", default_value = "aws", value_parser = partition)]
    pub(crate) partition: String,
    /// Answer GetPolicy and GetPolicyVersion with the policies in this directory: NAME.json for those of AWS, ACCOUNT/NAME.json
    #[arg(long, value_name = "DIR")]
    pub(crate) managed_policies: Option<PathBuf>,
    /// Answer GetParameter and GetParameters with the members of this JSON object
    #[arg(long, value_name = "FILE")]
    pub(crate) ssm_parameters: Option<PathBuf>,
    /// Answer ListExports with the members of this JSON object
    #[arg(long, value_name = "FILE")]
    pub(crate) exports: Option<PathBuf>,
    /// Accept more than 100 actions and resources in `access`
    #[arg(long)]
    pub(crate) lenient_limits: bool,
    /// Append a request to the description of each reason, where clients show it
    #[arg(long)]
    pub(crate) explain_in_text: bool,
    /// Answer a request that takes longer with an error
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub(crate) timeout: Duration,
    /// The number of requests that are answered at a time; without it, one for each processor
    #[arg(long, value_name = "N", value_parser = jobs)]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// The form of the log lines on standard error
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub(crate) log: LogArg,
    #[command(flatten)]
    pub(crate) semantics: SemanticsArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum, PartialEq, Eq)]
pub(crate) enum LogArg {
    Text,
    Json,
    None,
}
