//! Text for people: verdict, place, request, reason, and what to do.

mod block_public_access;
mod catalogue;
mod change;
mod changes;
mod external;
mod guardrails;
mod possible;
mod relevance;
mod simulation;
mod snapshot;
mod snippet;
mod style;
mod table;
mod verdict;
mod what;
mod who;

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::explain::display::{one_line, plain};
use crate::report::answer::Remark;
use crate::report::failure::Failure;
use crate::report::issue::{Issue, Kind};
use crate::span::Source;
use annotate_snippets::{Group, Level};

pub use catalogue::{catalogue, counted};
pub use change::snapshot_change;
pub use changes::changes;
pub use guardrails::check_guardrails;
pub use possible::possible;
pub use simulation::simulation;
pub(super) use snapshot::gaps;
pub use snapshot::snapshot;
pub use style::{Letters, Style};
pub use verdict::{Verbosity, assumptions, judgement, settled};
pub use what::what_can;
pub use who::who_can;

/// Writes an issue with its place. An accepted issue takes one line.
pub fn issue(issue: &Issue, style: Style) -> String {
    let shown = |text: &str| style.shown(text).into_owned();
    if let Some(reason) = issue.silenced() {
        let place = match issue.place() {
            Some((source, at)) => format!("{}:{}:{}: ", source.place_name(), at.line, at.column),
            None => String::new(),
        };
        let line = format!("accepted[{}]: {place}{reason}", issue.code);
        return format!("{}\n", shown(&one_line(&line)));
    }
    let level = match issue.kind {
        Kind::Finding if issue.is_note() => Level::NOTE,
        Kind::Finding | Kind::Error => Level::ERROR,
        Kind::Unknown => Level::WARNING.with_name("unknown"),
        Kind::Lint | Kind::Warning => Level::WARNING,
    };
    let title = level.primary_title(shown(&one_line(&issue.title))).id(issue.code.as_str());
    let mut group = match &issue.source {
        Some(source) => title.elements(snippet::elements(source, &issue.marks, style)),
        None => Group::with_title(title),
    };
    if let Some(other) = &issue.elsewhere {
        group = group.elements(snippet::elements(&other.source, &other.marks, style));
    }
    if let (Some(source), Some(mark), Some(pointer)) = (&issue.source, issue.marks.first(), &issue.pointer)
        && snippet::is_long(source, mark.span, style)
        && !pointer.is_empty()
    {
        group = group.element(Level::NOTE.with_name("pointer").message(shown(&one_line(pointer))));
    }
    for (name, text) in issue.shown_notes() {
        let level = match name {
            "help" => Level::HELP,
            "note" => Level::NOTE,
            name => Level::NOTE.with_name(name),
        };
        let text = if name == "replay" { text.to_owned() } else { shown(&plain(text)) };
        group = group.element(level.message(text));
    }
    style.draw(group)
}

/// Writes an error without a verdict, for standard error.
pub fn failure(failure: &Failure, style: Style) -> String {
    let mut out = String::new();
    for fault in &failure.faults {
        out.push_str(&diagnostic(&fault.source, &fault.diagnostic, style));
        out.push('\n');
    }
    let title = Level::ERROR.primary_title(style.shown(&one_line(&failure.message)).into_owned());
    let title = if failure.is_internal() { title.id(Code::InternalError.as_str()) } else { title };
    out.push_str(&style.draw(Group::with_title(title)));
    out
}

/// Writes one diagnostic with its place.
pub fn diagnostic(source: &Source, fault: &Diagnostic, style: Style) -> String {
    issue(&Issue::of_diagnostic(source, fault), style)
}

/// Writes a remark on a request, for standard error.
pub fn remark(remark: &Remark, style: Style) -> String {
    issue(&Issue::new(Kind::Warning, remark.code, one_line(&remark.message)), style)
}

/// Writes a line about an input. Invisible characters in the texts it contains are escaped, so it stays one line.
///
/// ```
/// use iamsat::report::text::line;
/// assert_eq!(line("c.json", "verified. by \u{1b}[31mx\nd.json: verified"), "c.json: verified. by \\u{1b}[31mx\\nd.json: verified\n");
/// ```
pub fn line(input: &str, message: &str) -> String {
    format!("{}: {}\n", one_line(input), one_line(message))
}
