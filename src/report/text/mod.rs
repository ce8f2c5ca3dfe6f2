//! Text for people: verdict, place, request, why, what to do.

mod finding;
mod public;
mod request;
mod simulation;
mod snippet;
mod verdict;

use super::names::one_line;
use super::{Failure, Fault, Remark};
use crate::diagnostic::{Diagnostic, Severity};
use crate::policy::Document;
use crate::span::Source;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer};
use snippet::Mark;

pub use simulation::simulation;
pub use verdict::{Verbosity, judgement, summary};

/// How text is drawn.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// Whether to use colours.
    pub color: bool,
}

impl Style {
    fn draw(self, group: Group<'_>) -> String {
        let renderer = if self.color { Renderer::styled() } else { Renderer::plain() };
        // Long lines are cut before they are drawn, so that all marks stay visible.
        let drawn = renderer.term_width(10_000).render(&[group]);
        // A window of a long line has its place in the heading above it; the renderer then marks it as of another file.
        let lines = drawn.split('\n').filter(|line| without_style(line).trim() != ":::");
        lines.flat_map(|line| [line, "\n"]).collect()
    }
}

/// An input as it was named by the caller: what a command that repeats the question has to say.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The document.
    pub document: &'a Document,
    /// The argument it came from.
    pub argument: &'a str,
}

/// An error without a verdict, for standard error.
pub fn failure(failure: &Failure, style: Style) -> String {
    let mut out = String::new();
    for Fault { source, diagnostic: fault } in &failure.faults {
        out.push_str(&diagnostic(source, fault, style));
        out.push('\n');
    }
    let title = Level::ERROR.primary_title(one_line(&failure.message));
    out.push_str(&style.draw(Group::with_title(title)));
    out
}

/// One fault with its place.
pub fn diagnostic(source: &Source, fault: &Diagnostic, style: Style) -> String {
    let level = match fault.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut marks =
        vec![Mark { span: fault.span, kind: AnnotationKind::Primary, label: one_line(&fault.label) }];
    marks.extend(fault.related.iter().map(|(span, text)| Mark {
        span: *span,
        kind: AnnotationKind::Context,
        label: one_line(text),
    }));
    let title = level.primary_title(one_line(&fault.message)).id(fault.code);
    let mut group = title.elements(snippet::elements(source, &marks));
    if let Some(pointer) = snippet::pointer_where_needed(source, fault.span) {
        group = group.element(Level::NOTE.with_name("pointer").message(one_line(&pointer)));
    }
    if !fault.help.is_empty() {
        group = group.element(Level::HELP.message(plain(&fault.help)));
    }
    style.draw(group)
}

/// Something odd about a request, for standard error.
pub fn remark(remark: &Remark, style: Style) -> String {
    style.draw(Group::with_title(Level::WARNING.primary_title(one_line(&remark.message)).id(remark.code)))
}

/// A line as it is seen.
fn without_style(line: &str) -> String {
    let mut letters = line.chars();
    let mut seen = String::new();
    while let Some(c) = letters.next() {
        if c == '\u{1b}' {
            letters.find(|c| *c == 'm');
        } else {
            seen.push(c);
        }
    }
    seen
}

/// Lines that cannot move the cursor, change colours or hide anything: what is not seen is spelled out.
fn plain(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(one_line).collect();
    lines.join("\n")
}
