//! JUnit XML, which build servers show as tests: a suite for the command, a case for every checked input.
//!
//! There is no standard; this is the part on which Jenkins, GitLab and GitHub's test reporters agree.

use crate::explain::display::one_line;
use crate::report::issue::{Issue, Kind, Report, Status, Subject};
use crate::report::paths::relative;

/// Renders the outcome of a command.
///
/// ```
/// use iamsat::report::{Report, junit};
/// let report =
///     Report { command: "check-no-new-access", directory: None, subjects: Vec::new(), issues: Vec::new(), has_baseline: false, about: String::new() };
/// assert!(junit::report(&report).starts_with("<?xml"));
/// ```
pub fn report(report: &Report) -> String {
    let cases: Vec<Case> = report.subjects.iter().map(|subject| Case::of(subject, report)).collect();
    let faults: Vec<&Issue> = report.issues.iter().filter(|i| i.kind != Kind::Warning).collect();
    // An issue without an input must not be lost, because readers count only cases.
    let lost = cases.is_empty().then(|| Case::of_run(&faults)).flatten();
    let cases: Vec<Case> = cases.into_iter().chain(lost).collect();
    let count = |kind: &str| cases.iter().filter(|c| c.kind == Some(kind)).count();
    let counts = format!(
        r#"tests="{}" failures="{}" errors="{}" skipped="{}""#,
        cases.len(),
        count("failure"),
        count("error"),
        count("skipped")
    );
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    push(&mut out, format_args!("<testsuites name=\"iamsat\" {counts}>\n"));
    push(&mut out, format_args!("  <testsuite name=\"{}\" {counts}>\n", attribute(report.command)));
    for case in &cases {
        case.write(&mut out, report.command);
    }
    let about_run = described(report.issues.iter());
    if !about_run.is_empty() {
        push(&mut out, format_args!("    <system-err>{}</system-err>\n", content(&about_run)));
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

/// A test case.
struct Case {
    name: String,
    file: Option<String>,
    /// `failure`, `error` or `skipped`; `None` if the case is fine.
    kind: Option<&'static str>,
    /// The fault: its code, one sentence, all of it.
    code: &'static str,
    message: String,
    detail: String,
    /// Warnings and accepted findings.
    aside: String,
}

impl Case {
    fn of(subject: &Subject, report: &Report) -> Case {
        let accepted = subject.accepted();
        let kind = match subject.status {
            Status::Fail if accepted.is_some() => Some("skipped"),
            Status::Fail => Some("failure"),
            Status::Unknown | Status::Error => Some("error"),
            Status::Skipped => Some("skipped"),
            Status::Pass => None,
        };
        let grave = |issue: &&Issue| issue.kind != Kind::Warning && issue.accepted.is_none();
        let name = relative(&subject.name, report.directory.as_deref());
        Case {
            name: match &subject.rule {
                Some(rule) => format!("{name}: {rule}"),
                None => name,
            },
            file: Some(relative(subject.file(), report.directory.as_deref())),
            kind,
            code: subject
                .issues
                .iter()
                .find(grave)
                .map_or(subject.status.name(), |issue| issue.code.as_str()),
            message: match &accepted {
                Some(reason) => format!("accepted: {reason}"),
                None => subject.message.clone(),
            },
            detail: described(subject.issues.iter().filter(grave)),
            aside: described(subject.issues.iter().filter(|issue| !grave(issue))),
        }
    }

    /// Makes a case of the faults of a run without any input.
    fn of_run(faults: &[&Issue]) -> Option<Case> {
        let first = faults.first()?;
        Some(Case {
            name: "inputs".to_owned(),
            file: None,
            kind: Some("error"),
            code: first.code.as_str(),
            message: first.title.clone(),
            detail: described(faults.iter().copied()),
            aside: String::new(),
        })
    }

    fn write(&self, out: &mut String, class: &str) {
        let file = match &self.file {
            Some(file) => format!(" file=\"{}\"", attribute(file)),
            None => String::new(),
        };
        let head = format!(
            "    <testcase name=\"{}\" classname=\"{}\"{file}",
            attribute(&self.name),
            attribute(class)
        );
        if self.kind.is_none() && self.aside.is_empty() {
            push(out, format_args!("{head}/>\n"));
            return;
        }
        push(out, format_args!("{head}>\n"));
        match self.kind {
            None => {}
            Some("skipped") => {
                push(out, format_args!("      <skipped message=\"{}\"/>\n", attribute(&self.message)));
            }
            Some(kind) => push(
                out,
                format_args!(
                    "      <{kind} message=\"{}\" type=\"{}\">{}</{kind}>\n",
                    attribute(&self.message),
                    attribute(self.code),
                    content(&self.detail)
                ),
            ),
        }
        if !self.aside.is_empty() {
            push(out, format_args!("      <system-out>{}</system-out>\n", content(&self.aside)));
        }
        out.push_str("    </testcase>\n");
    }
}

/// Writes issues as text, one paragraph each.
fn described<'i>(issues: impl Iterator<Item = &'i Issue>) -> String {
    let mut out = String::new();
    for issue in issues {
        let place = match issue.place() {
            Some((source, at)) => format!("{}:{}:{}: ", one_line(source.place_name()), at.line, at.column),
            None => String::new(),
        };
        let kind = issue.severity_name();
        push(&mut out, format_args!("{place}{kind}[{}]: {}\n", issue.code, issue.title));
        if let Some(reason) = issue.silenced() {
            push(&mut out, format_args!("  accepted: {reason}\n"));
            continue;
        }
        for (name, text) in issue.shown_notes() {
            let lines: Vec<&str> = text.lines().collect();
            push(&mut out, format_args!("  {name}: {}\n", lines.join("\n    ")));
        }
    }
    out.trim_end().to_owned()
}

/// Escapes text for an element.
fn content(text: &str) -> String {
    escaped(text, false)
}

/// Escapes text for an attribute.
fn attribute(text: &str) -> String {
    escaped(text, true)
}

/// Escapes text for XML. Characters that XML 1.0 cannot contain are written as escapes.
fn escaped(text: &str, attribute: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // In an attribute these would be read as spaces.
            '\n' if attribute => out.push_str("&#10;"),
            '\t' if attribute => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            c if (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                out.extend(c.escape_unicode())
            }
            c => out.push(c),
        }
    }
    out
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.push_str(&text.to_string());
}

#[cfg(test)]
mod tests {
    use super::{attribute, content};

    #[test]
    fn everything_can_stand_in_xml() {
        assert_eq!(content("a<b>&\"c\"]]>"), "a&lt;b&gt;&amp;&quot;c&quot;]]&gt;");
        assert_eq!(content("\u{0}\u{1b}[1m\u{7f}\u{85}\u{fffe}"), "\\u{0}\\u{1b}[1m\\u{7f}\\u{85}\\u{fffe}");
        assert_eq!(attribute("a\tb\r\n\u{e4}\u{1f600}"), "a&#9;b&#13;&#10;\u{e4}\u{1f600}");
        assert_eq!(content("a\tb\r\n"), "a\tb&#13;\n");
    }
}
