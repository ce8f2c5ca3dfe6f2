//! Renders reports and failures in a format.

use crate::cli::args::Format;
use crate::index::broken;
use crate::report::{Failure, Issue, Report, json};
use serde_json::Value;

pub(crate) fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// Renders a report in a format for pipelines.
pub(crate) fn report(format: Format, report: &Report) -> String {
    match format {
        Format::Pipeline(format) => format.render(report),
        Format::Text | Format::Json => broken("a report is written in a format for pipelines"),
    }
}

/// Renders the failure of a whole run; `None` for text, where failures go to standard error.
pub(crate) fn failure(format: Format, failure: &Failure, command: &'static str) -> Option<String> {
    match format {
        Format::Text => None,
        Format::Json => {
            let mut value = json::failure(failure);
            json::add_issues(&mut value, &Issue::of_failure(failure));
            json::add_version(&mut value);
            Some(pretty(&value))
        }
        Format::Pipeline(format) => {
            let issues = Issue::of_failure(failure);
            let of_run = Report {
                command,
                directory: directory(),
                subjects: Vec::new(),
                issues,
                has_baseline: false,
                about: String::new(),
            };
            Some(format.render(&of_run))
        }
    }
}

/// Returns the directory from which relative paths start, if its name can be shown.
pub(crate) fn directory() -> Option<String> {
    std::env::current_dir().ok()?.to_str().map(str::to_owned)
}
