//! Markdown for a comment on a pull request and for the summary of a job: a table, then the details, folded.
//!
//! Nothing that comes from a policy or a path is active. In the table it stands in code spans, without the two characters that could end
//! one (a backtick, or the bar between cells); in the details it is the escaped text of an HTML element in which neither Markdown nor
//! mentions, references and links of GitHub and GitLab are read.

use crate::explain::display::{is_hidden, one_line, plain};
use crate::report::issue::{Issue, Kind, Report, Status, Subject};
use crate::report::paths::relative;

/// The length in bytes that a rendering does not exceed: GitHub accepts comments of 65,536 characters.
const LONGEST: usize = 60_000;
/// The number of bytes for the rows of the table; the rest is for details.
const ROWS: usize = 30_000;
/// The number of bytes of one text in the table.
const LONGEST_CELL: usize = 500;

/// Renders the outcome of a command.
///
/// ```
/// use iamsat::{code::Code, report::{Issue, Kind, Report, markdown}};
/// let issue = Issue::new(Kind::Error, Code::UnreadableInput, "could not read <b>*p*</b>");
/// let report =
///     Report { command: "lint", directory: None, subjects: Vec::new(), issues: vec![issue], has_baseline: false, about: String::new() };
/// assert!(markdown::report(&report).contains("| error | | `could not read <b>*p*</b>` (`unreadable-input`) |"));
/// ```
pub fn report(report: &Report) -> String {
    let issues = sorted(report);
    let mut out = format!("### iamsat {}: {}\n", report.command, verdict(report));
    if !report.subjects.is_empty() {
        out.push_str(&format!("\n{}\n", code(report.summary().trim_end())));
    }
    table(&mut out, &issues, report);
    details(&mut out, &issues, report);
    let passed: Vec<&Subject> = report.subjects.iter().filter(|s| s.status == Status::Pass).collect();
    listed(&mut out, "PASS", &passed, report);
    let skipped: Vec<&Subject> = report.subjects.iter().filter(|s| s.status == Status::Skipped).collect();
    listed(&mut out, "skipped", &skipped, report);
    out
}

/// An issue with the name of its input.
type Told<'r> = (&'r Issue, Option<&'r Subject>);

/// Returns the issues, those that decide the outcome first.
fn sorted(report: &Report) -> Vec<Told<'_>> {
    let of_run = report.issues.iter().map(|issue| (issue, None));
    let of_subjects = report
        .subjects
        .iter()
        .flat_map(|subject| subject.issues.iter().map(move |issue| (issue, Some(subject))));
    let mut issues: Vec<Told<'_>> = of_run.chain(of_subjects).collect();
    issues.sort_by_key(|(issue, _)| match (issue.silenced(), issue.kind) {
        (Some(_), _) => 4,
        (None, Kind::Finding) if issue.is_note() => 3,
        (None, Kind::Error | Kind::Finding | Kind::Unknown) => 0,
        (None, Kind::Lint) => 1,
        (None, Kind::Warning) => 2,
    });
    issues
}

/// Returns the outcome of all inputs in one word: 2 beats 1 beats 3 beats 0, as for exit codes.
fn verdict(report: &Report) -> &'static str {
    let is_open = |status: Status| {
        report.subjects.iter().any(|subject| subject.status == status && subject.accepted().is_none())
    };
    let has_error = report.issues.iter().any(|issue| issue.kind == Kind::Error);
    let is_judged = |subject: &Subject| subject.status != Status::Skipped;
    if has_error || is_open(Status::Error) {
        "error"
    } else if is_open(Status::Fail) {
        "FAIL"
    } else if is_open(Status::Unknown) {
        "UNKNOWN"
    } else if report.subjects.iter().any(|subject| subject.accepted().is_some()) {
        "FAIL, accepted"
    } else if report.subjects.iter().any(is_judged) {
        "PASS"
    } else {
        "nothing was judged"
    }
}

fn table(out: &mut String, issues: &[Told<'_>], report: &Report) {
    if issues.is_empty() {
        return;
    }
    out.push_str("\n| severity | place | what |\n|---|---|---|\n");
    let end = out.len() + ROWS;
    for (index, (issue, subject)) in issues.iter().enumerate() {
        let place = match place(issue, *subject, report) {
            Some(place) => format!("{} ", code(&place)),
            None => String::new(),
        };
        let accepted = match issue.silenced() {
            Some(reason) => format!(", accepted: {}", code(reason)),
            None => String::new(),
        };
        let name = issue.severity_name();
        let row = format!("| {name} | {place}| {} (`{}`){accepted} |\n", code(&issue.title), issue.code);
        if out.len() + row.len() > end {
            out.push_str(&format!("\n{} more are not shown here.\n", issues.len() - index));
            return;
        }
        out.push_str(&row);
    }
}

fn details(out: &mut String, issues: &[Told<'_>], report: &Report) {
    let with_notes = issues.iter().filter(|(issue, _)| issue.silenced().is_none() && !issue.notes.is_empty());
    for (issue, subject) in with_notes {
        let mut text = format!("{}\n", plain(&issue.title));
        for (name, note) in issue.shown_notes() {
            text.push_str(&format!("\n{name}:\n  {}\n", plain(note).replace('\n', "\n  ")));
        }
        let place = match place(issue, *subject, report) {
            Some(place) => format!(" <code>{}</code>", element(&one_line(&place))),
            None => String::new(),
        };
        fold(out, &format!("{}{place}", issue.code), &text);
    }
}

/// Lists inputs of which there is nothing to tell but their outcome.
fn listed(out: &mut String, name: &str, subjects: &[&Subject], report: &Report) {
    if subjects.is_empty() {
        return;
    }
    let line = |subject: &&Subject| {
        let name = relative(&subject.name, report.directory.as_deref());
        format!("{}\n", one_line(&Subject { name, ..(*subject).clone() }.line()))
    };
    fold(out, &format!("{name} ({})", subjects.len()), &subjects.iter().map(line).collect::<String>());
}

/// Appends a folded text, unless the rendering would become too long. The table or the count above has told of it.
fn fold(out: &mut String, title: &str, text: &str) {
    let block =
        format!("\n<details><summary>{title}</summary>\n\n<pre>\n{}</pre>\n\n</details>\n", element(text));
    if out.len() + block.len() <= LONGEST {
        out.push_str(&block);
    }
}

fn place(issue: &Issue, subject: Option<&Subject>, report: &Report) -> Option<String> {
    let directory = report.directory.as_deref();
    match (issue.place(), subject) {
        (Some((source, at)), _) => {
            Some(format!("{}:{}:{}", relative(source.place_name(), directory), at.line, at.column))
        }
        (None, Some(subject)) => Some(relative(&subject.name, directory)),
        (None, None) => None,
    }
}

/// Returns a text as a code span that can stand in a cell.
fn code(text: &str) -> String {
    let mut inner = String::new();
    for c in text.trim().chars() {
        if inner.len() > LONGEST_CELL {
            inner.push_str("...");
            break;
        }
        match c {
            '`' | '|' => inner.extend(c.escape_unicode()),
            '\n' | '\r' | '\t' => inner.extend(c.escape_default()),
            c if is_hidden(c) => inner.extend(c.escape_unicode()),
            c => inner.push(c),
        }
    }
    if inner.is_empty() { "` `".to_owned() } else { format!("`{inner}`") }
}

/// Escapes text for an HTML element.
fn element(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::{code, element};

    #[test]
    fn nothing_ends_a_code_span_or_a_cell() {
        assert_eq!(code("a`b|c\nd\u{202e}"), "`a\\u{60}b\\u{7c}c\\nd\\u{202e}`");
        assert_eq!(code(" "), "` `");
        assert!(code(&"x".repeat(9_999)).len() < 600);
    }

    #[test]
    fn elements_hold_text_alone() {
        assert_eq!(element("</pre><img src=\"x\">&"), "&lt;/pre&gt;&lt;img src=&quot;x&quot;&gt;&amp;");
    }
}
