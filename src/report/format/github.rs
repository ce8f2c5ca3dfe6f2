//! Annotations of GitHub Actions: log lines that become remarks at files.
//!
//! Source: GitHub's documentation, "Workflow commands for GitHub Actions", "Semantics an error message".

use crate::explain::display::one_line;
use crate::report::issue::{Issue, Kind, Report};
use crate::report::paths::relative;

/// Renders the outcome of a command: an annotation for every issue, then a line for every input, and one for all.
///
/// ```
/// use iamsat::{code::Code, report::{Issue, Kind, Report, github}};
/// let issue = Issue::new(Kind::Error, Code::UnreadableInput, "100% wrong");
/// let report =
///     Report { command: "check-no-new-access", directory: None, subjects: Vec::new(), issues: vec![issue], has_baseline: false, about: String::new() };
/// assert_eq!(github::report(&report), "::error title=iamsat unreadable-input::100%25 wrong\n");
/// ```
pub fn report(report: &Report) -> String {
    let mut out = String::new();
    for issue in report.all_issues() {
        out.push_str(&annotation(issue, report));
    }
    for subject in &report.subjects {
        // The name of the command comes first, so that no file name can begin a workflow command.
        let line = format!("{}: {}", report.command, subject.line());
        out.push_str(&one_line(&line));
        out.push('\n');
    }
    if report.subjects.len() > 1 {
        out.push_str(&report.summary());
    }
    out
}

fn annotation(issue: &Issue, report: &Report) -> String {
    let command = match (issue.kind, issue.silenced()) {
        (_, Some(_)) => "notice",
        (_, None) if issue.is_note() => "notice",
        (Kind::Finding | Kind::Unknown | Kind::Error, None) => "error",
        (Kind::Lint | Kind::Warning, None) => "warning",
    };
    let mut properties = Vec::new();
    if let (Some(source), Some(mark)) = (&issue.source, issue.marks.first()) {
        let (file, span) = source.in_file(mark.span);
        let (start, end) = (file.position(span.start as usize), file.position(span.end as usize));
        // A name that would disturb the log is escaped, although the annotation then finds no file.
        let name = one_line(&relative(file.name(), report.directory.as_deref()));
        properties.push(format!("file={}", property(&name)));
        properties.push(format!("line={}", start.line));
        properties.push(format!("endLine={}", end.line));
        // Columns have a meaning only on a single line.
        if start.line == end.line {
            properties.push(format!("col={}", start.column));
            properties.push(format!("endColumn={}", end.column));
        }
    }
    properties.push(format!("title={}", property(&format!("iamsat {}", issue.code))));
    let mut message = match (issue.silenced(), issue.kind) {
        (Some(reason), _) => format!("accepted ({reason}): {}", issue.title),
        (None, Kind::Unknown) => format!("UNKNOWN: {}", issue.title),
        (None, _) => issue.title.clone(),
    };
    if issue.silenced().is_none() {
        for (name, note) in issue.shown_notes() {
            message.push_str(&format!("\n{name}: {}", note.replace('\n', "\n  ")));
        }
    }
    format!("::{command} {}::{}\n", properties.join(","), data(&message))
}

/// Escapes a message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
