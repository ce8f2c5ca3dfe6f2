//! Formats: one renderer each.
//!
//! A format for pipelines is added in three files: `report/format/NAME.rs` renders a [`Report`], this file names it in
//! [`PipelineFormat`], and `cli/args/output.rs` offers it as a value of `--format`. Text and JSON are different: they render each
//! answer in its own way (`text/`, `json/`).

pub mod concise;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod sarif;
#[cfg(feature = "text")]
pub mod text;

use super::issue::Report;

/// A format for pipelines: it renders the issues of a [`Report`], whichever command made them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PipelineFormat {
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit XML, for build servers.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// Markdown, for a comment on a pull request and the summary of a job.
    Markdown,
    /// A line for every finding.
    Concise,
}

impl PipelineFormat {
    /// Returns the name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            PipelineFormat::Sarif => "sarif",
            PipelineFormat::Junit => "junit",
            PipelineFormat::Github => "github",
            PipelineFormat::Gitlab => "gitlab",
            PipelineFormat::Markdown => "markdown",
            PipelineFormat::Concise => "concise",
        }
    }

    /// Renders the outcome of a command.
    pub fn render(self, report: &Report) -> String {
        match self {
            PipelineFormat::Sarif => format!("{:#}\n", sarif::report(report)),
            PipelineFormat::Junit => junit::report(report),
            PipelineFormat::Github => github::report(report),
            PipelineFormat::Gitlab => format!("{:#}\n", gitlab::report(report)),
            PipelineFormat::Markdown => markdown::report(report),
            PipelineFormat::Concise => concise::report(report),
        }
    }
}
