//! The flags that say how and where to answer.

use crate::report::PipelineFormat;
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Args, Debug)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// The format of the answer: for people, for programs, SARIF 2.1.0, JUnit XML, annotations of GitHub Actions, GitLab's code
    /// quality, a comment on a pull request, or a line for every finding
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
    /// Write the answer to a file
    #[arg(short, value_name = "FILE")]
    pub(crate) output_file: Option<PathBuf>,
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
    /// Show only problems: no PASS, no summary, no warnings
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Also show assumptions, sizes and times
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Json,
    Pipeline(PipelineFormat),
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Format] {
        &[
            Format::Text,
            Format::Json,
            Format::Pipeline(PipelineFormat::Sarif),
            Format::Pipeline(PipelineFormat::Junit),
            Format::Pipeline(PipelineFormat::Github),
            Format::Pipeline(PipelineFormat::Gitlab),
            Format::Pipeline(PipelineFormat::Markdown),
            Format::Pipeline(PipelineFormat::Concise),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Pipeline(format) => format.name(),
        }))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    #[value(alias = "on")]
    Always,
    #[value(alias = "off")]
    Never,
}
