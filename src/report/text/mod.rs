//! Text for people: verdict, place, request, why, what to do.

mod simulation;
mod snippet;
mod verdict;

use super::names::{one_line, plain};
use super::{Failure, Issue, Kind, Remark};
use crate::diagnostic::Diagnostic;
use crate::span::Source;
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Group, Level, Renderer};
use std::borrow::Cow;

pub use simulation::simulation;
pub use verdict::{Verbosity, judgement, summary};

/// The characters that text may consist of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Letters {
    /// Frames of ASCII, content as it is: for files and pipes.
    #[default]
    Plain,
    /// Frames of lines, content as it is: for terminals that can show them.
    Lines,
    /// ASCII alone, what is beyond it spelled out: for terminals that can show nothing else. Replay commands stay as they
    /// are.
    Ascii,
}

/// How text is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether to use colours.
    pub color: bool,
    /// Which characters to use.
    pub letters: Letters,
    /// Columns of the terminal; `None` if it is none.
    pub width: Option<usize>,
}

impl Style {
    fn draw(self, group: Group<'_>) -> String {
        let renderer = if self.color { Renderer::styled() } else { Renderer::plain() };
        let decor = if self.letters == Letters::Lines { DecorStyle::Unicode } else { DecorStyle::Ascii };
        // Long lines are cut before they are drawn, so that all marks stay visible.
        let drawn = renderer.term_width(10_000).decor_style(decor).render(&[group]);
        // A window of a long line has its place in the heading above it; the renderer then marks it as of another file.
        let lines =
            drawn.split('\n').filter(|line| !matches!(without_style(line).trim(), ":::" | "\u{2e2c}"));
        lines.flat_map(|line| [line, "\n"]).collect()
    }

    /// A text in characters that can be shown.
    fn shown(self, text: &str) -> Cow<'_, str> {
        if self.letters != Letters::Ascii || text.is_ascii() {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            if c.is_ascii() { out.push(c) } else { out.extend(c.escape_unicode()) }
        }
        Cow::Owned(out)
    }
}

/// One thing to tell, with its place. What is accepted is told in one line.
pub fn issue(issue: &Issue, style: Style) -> String {
    let shown = |text: &str| style.shown(text).into_owned();
    if let Some(reason) = &issue.accepted {
        let place = issue.source.as_ref().zip(issue.marks.first()).map(|(source, mark)| {
            let at = source.position(mark.span.start as usize);
            format!("{}:{}:{}: ", source.name(), at.line, at.column)
        });
        let line = format!("accepted[{}]: {}{reason}", issue.code, place.unwrap_or_default());
        return format!("{}\n", shown(&one_line(&line)));
    }
    let level = match issue.kind {
        Kind::Finding | Kind::Error => Level::ERROR,
        Kind::Unknown => Level::WARNING.with_name("unknown"),
        Kind::Lint | Kind::Warning => Level::WARNING,
    };
    let title = level.primary_title(shown(&one_line(&issue.title))).id(issue.code);
    let mut group = match &issue.source {
        Some(source) => title.elements(snippet::elements(source, &issue.marks, style)),
        None => Group::with_title(title),
    };
    if let (Some(source), Some(mark), Some(pointer)) = (&issue.source, issue.marks.first(), &issue.pointer)
        && snippet::is_long(source, mark.span, style)
        && !pointer.is_empty()
    {
        group = group.element(Level::NOTE.with_name("pointer").message(shown(&one_line(pointer))));
    }
    for (name, text) in &issue.notes {
        let level = match *name {
            "help" => Level::HELP,
            "note" => Level::NOTE,
            name => Level::NOTE.with_name(name),
        };
        let text = if *name == "replay" { text.clone() } else { shown(&plain(text)) };
        group = group.element(level.message(text));
    }
    style.draw(group)
}

/// An error without a verdict, for standard error.
pub fn failure(failure: &Failure, style: Style) -> String {
    let mut out = String::new();
    for fault in &failure.faults {
        out.push_str(&diagnostic(&fault.source, &fault.diagnostic, style));
        out.push('\n');
    }
    let title = Level::ERROR.primary_title(style.shown(&one_line(&failure.message)).into_owned());
    out.push_str(&style.draw(Group::with_title(title)));
    out
}

/// One fault with its place.
pub fn diagnostic(source: &Source, fault: &Diagnostic, style: Style) -> String {
    issue(&Issue::of_diagnostic(source, fault), style)
}

/// Something odd about a request, for standard error.
pub fn remark(remark: &Remark, style: Style) -> String {
    issue(&Issue::new(Kind::Warning, remark.code, one_line(&remark.message)), style)
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

/// A line about an input, whatever texts it repeats: what is not seen is spelled out, and it stays one line.
///
/// ```
/// use iamsat::report::text::line;
/// assert_eq!(line("c.json", "verified. by \u{1b}[31mx\nd.json: verified"), "c.json: verified. by \\u{1b}[31mx\\nd.json: verified\n");
/// ```
pub fn line(input: &str, message: &str) -> String {
    format!("{}: {}\n", one_line(input), one_line(message))
}
