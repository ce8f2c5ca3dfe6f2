//! The arguments of `explain`, `guide`, `completions` and `man`.

use clap::Args;
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// The code, such as new-access; without it, all codes are listed
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct GuideArgs {
    /// The guide, such as terraform; without it, all guides are listed
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Args, Debug)]
pub(crate) struct ManArgs {
    /// The command; without it, the page is about iamsat
    #[arg(value_name = "COMMAND", conflicts_with = "directory")]
    pub(crate) command: Option<String>,
    /// Write all pages to this directory
    #[arg(long, value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,
}
