//! One line a finding: the place, the severity, the code, the headline and the first line of the advice, as compilers and linters
//! write them.

use crate::explain::display::one_line;
use crate::report::issue::{Issue, Kind, Report, Status, Subject};
use crate::report::paths::relative;

/// Renders the outcome of a command: a line for every issue, then the last line over all inputs. An input without an answer and
/// without an issue of its own has a line too.
///
/// ```
/// use iamsat::{code::Code, report::{Issue, Kind, Report, Status, Subject, concise}};
/// let issue = Issue::new(Kind::Finding, Code::NewAccess, "newly allows s3:PutObject");
/// let subject = Subject { name: "p.json".into(), file: None, rule: None, status: Status::Fail, message: "FAIL".into(), issues: vec![issue] };
/// let report =
///     Report { command: "check-no-new-access", directory: None, subjects: vec![subject], issues: Vec::new(), has_baseline: false, about: String::new() };
/// assert_eq!(concise::report(&report), "\
/// p.json: error[new-access]: newly allows s3:PutObject
/// check-no-new-access: 1 policy: 1 FAIL
/// ");
/// ```
pub fn report(report: &Report) -> String {
    let mut lines: Vec<String> =
        report.issues.iter().map(|issue| line(issue, report.command, report)).collect();
    for subject in &report.subjects {
        lines.extend(subject.issues.iter().map(|issue| line(issue, &subject.name, report)));
        if needs_line(subject) {
            lines.push(format!("{}: {}", place_of(&subject.name, report), subject.message));
        }
    }
    let mut out: String = lines.iter().map(|line| format!("{}\n", one_line(line))).collect();
    if !report.subjects.is_empty() {
        out.push_str(&report.summary());
    }
    out
}

/// True if an input has no answer, or a finding, of which no issue tells.
fn needs_line(subject: &Subject) -> bool {
    let is_open = matches!(subject.status, Status::Fail | Status::Unknown | Status::Error);
    is_open && subject.issues.iter().all(|issue| issue.kind == Kind::Warning)
}

fn line(issue: &Issue, name: &str, report: &Report) -> String {
    let place = match issue.place() {
        Some((source, at)) => {
            format!("{}:{}:{}", place_of(source.place_name(), report), at.line, at.column)
        }
        None => place_of(name, report),
    };
    let (severity, code) = (issue.severity_name(), issue.code);
    match issue.silenced() {
        Some(reason) => format!("{place}: {severity}[{code}]: {} ({reason})", issue.title),
        None => {
            let help = help(issue);
            let title =
                if help.is_empty() { issue.title.as_str() } else { issue.title.trim_end_matches('.') };
            format!("{place}: {severity}[{code}]: {title}{help}")
        }
    }
}

/// Returns the first line of the advice of an issue.
fn help(issue: &Issue) -> String {
    let advice = issue.notes.iter().find(|(name, _)| *name == "help");
    let line = advice.and_then(|(_, text)| text.lines().next());
    line.map_or_else(String::new, |line| format!("; help: {line}"))
}

fn place_of(name: &str, report: &Report) -> String {
    relative(name, report.directory.as_deref())
}
