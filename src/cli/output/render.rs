//! Reports and failures as text of a format.

use crate::cli::args::Format;
use crate::index::broken;
use crate::report::{Failure, Issue, Report, json};
use serde_json::Value;

pub(crate) fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// A report in a format for pipelines.
pub(crate) fn report(format: Format, report: &Report) -> String {
    match format {
        Format::Pipeline(format) => format.render(report),
        Format::Text | Format::Json => broken("a report is written in a format for pipelines"),
    }
}

/// The failure of a whole run, where answers go; `None` in text, which tells failures beside the answers.
pub(crate) fn failure(format: Format, failure: &Failure, command: &'static str) -> Option<String> {
    match format {
        Format::Text => None,
        Format::Json => Some(pretty(&json::failure(failure))),
        Format::Pipeline(format) => {
            let issues = Issue::of_failure(failure);
            let of_run =
                Report { command, directory: directory(), subjects: Vec::new(), issues, has_baseline: false };
            Some(format.render(&of_run))
        }
    }
}

/// The directory that relative paths start from, if it has a name that can be shown.
pub(crate) fn directory() -> Option<String> {
    std::env::current_dir().ok()?.to_str().map(str::to_owned)
}
