//! Formats: one renderer each.
//!
//! A format for pipelines is added in three files: `report/format/NAME.rs` renders a [`Report`], this file names it in
//! [`PipelineFormat`], and `cli/args/output.rs` offers it as a value of `--format`. Text and JSON differ from them: they draw each answer
//! in a way of its own (`text/`, `json/`).

pub mod github;
pub mod json;
pub mod junit;
pub mod sarif;
pub mod text;

use super::issue::Report;

/// A format for pipelines: it tells the issues of a [`Report`], whichever command they come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PipelineFormat {
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit XML, for build servers.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
}

impl PipelineFormat {
    /// Returns the name, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            PipelineFormat::Sarif => "sarif",
            PipelineFormat::Junit => "junit",
            PipelineFormat::Github => "github",
        }
    }

    /// Renders what a command came to.
    pub fn render(self, report: &Report) -> String {
        match self {
            PipelineFormat::Sarif => format!("{:#}\n", sarif::report(report)),
            PipelineFormat::Junit => junit::report(report),
            PipelineFormat::Github => github::report(report),
        }
    }
}
