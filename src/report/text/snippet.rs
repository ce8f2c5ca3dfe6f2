//! Source lines with marks. A line too long to be shown is cut to windows around its marks.

use super::plain;
use crate::limits::InputLimits;
use crate::policy::pointer_at;
use crate::span::{Source, Span};
use annotate_snippets::{Annotation, AnnotationKind, Element, Origin, Snippet};

/// Characters of a line that are still shown whole.
const WHOLE: usize = 140;
/// Bytes shown on each side of a mark in a longer line.
const MARGIN: usize = 36;
/// Bytes of a mark that are shown in a longer line.
const LONGEST: usize = 90;

/// A marked place.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub(super) span: Span,
    pub(super) kind: AnnotationKind,
    pub(super) label: String,
}

/// The snippets that show the marks, the first one's place in the heading.
pub(super) fn elements(source: &Source, marks: &[Mark]) -> Vec<Element<'static>> {
    if marks.iter().all(|m| !is_long(source, m.span)) {
        let annotations: Vec<Annotation<'static>> =
            marks.iter().map(|m| annotation(m, first_line(source, m.span))).collect();
        let name = plain(source.name());
        return vec![Snippet::source(visible(source.text())).path(name).annotations(annotations).into()];
    }
    let mut windows: Vec<(Span, Vec<&Mark>)> = Vec::new();
    for mark in marks {
        let window = window(source, mark.span);
        let near = windows.iter_mut().find(|(other, _)| {
            let both = Span { start: other.start.min(window.start), end: other.end.max(window.end) };
            overlap(*other, window) && both.range().len() <= WHOLE.saturating_mul(2)
        });
        match near {
            Some((other, marks)) => {
                *other = Span { start: other.start.min(window.start), end: other.end.max(window.end) };
                marks.push(mark);
            }
            None => windows.push((window, vec![mark])),
        }
    }
    windows.iter().flat_map(|(window, marks)| excerpt(source, *window, marks)).collect()
}

/// The JSON pointer of a place, where lines alone do not lead to it.
pub(super) fn pointer_where_needed(source: &Source, span: Span) -> Option<String> {
    if !is_long(source, span) {
        return None;
    }
    pointer_at(source.text(), span.start as usize, &InputLimits::default()).filter(|p| !p.is_empty())
}

fn overlap(a: Span, b: Span) -> bool {
    a.start <= b.end && b.start <= a.end
}

/// A window of one line with its marks.
fn excerpt(source: &Source, window: Span, marks: &[&Mark]) -> Vec<Element<'static>> {
    let Some(first) = marks.first() else { return Vec::new() };
    let line = line_of(source, window.start as usize);
    let before = if window.start > line.start { "... " } else { "" };
    let after = if window.end < line.end { " ..." } else { "" };
    let text = format!("{before}{}{after}", visible(source.slice(window)));
    let shift = |offset: u32| {
        let inside = offset.clamp(window.start, window.end).saturating_sub(window.start);
        before.len().saturating_add(inside as usize)
    };
    let annotations = marks.iter().map(|mark| {
        let shown = Span {
            start: u32::try_from(shift(mark.span.start)).unwrap_or(0),
            end: u32::try_from(shift(mark.span.end)).unwrap_or(0),
        };
        annotation(mark, shown)
    });
    let place = source.position(first.span.start as usize);
    vec![
        Origin::path(plain(source.name())).line(place.line).char_column(place.column).into(),
        Snippet::source(text).line_start(place.line).annotations(annotations.collect::<Vec<_>>()).into(),
    ]
}

fn annotation(mark: &Mark, span: Span) -> Annotation<'static> {
    let annotation = mark.kind.span(span.range());
    if mark.label.is_empty() { annotation } else { annotation.label(mark.label.clone()) }
}

/// The part of a place on its first line: marks over many lines hide more than they show.
fn first_line(source: &Source, span: Span) -> Span {
    let first = source.slice(span).lines().next().map_or(0, |line| line.trim_end().len());
    Span::new(span.start as usize, (span.start as usize).saturating_add(first))
}

fn line_of(source: &Source, offset: usize) -> Span {
    let text = source.text();
    let offset = offset.min(text.len());
    let start = text.get(..offset).and_then(|t| t.rfind('\n')).map_or(0, |i| i.saturating_add(1));
    let end = text.get(offset..).and_then(|t| t.find('\n')).map_or(text.len(), |i| offset.saturating_add(i));
    Span::new(start, end)
}

fn is_long(source: &Source, span: Span) -> bool {
    source.slice(line_of(source, span.start as usize)).chars().count() > WHOLE
}

/// The bytes to show around a place, within its line.
fn window(source: &Source, span: Span) -> Span {
    let line = line_of(source, span.start as usize).range();
    let text = source.text();
    let mut start = (span.start as usize).saturating_sub(MARGIN).max(line.start);
    let end = (span.end as usize).min((span.start as usize).saturating_add(LONGEST));
    let mut end = end.saturating_add(MARGIN).min(line.end);
    while !text.is_char_boundary(start) {
        start = start.saturating_sub(1);
    }
    while !text.is_char_boundary(end) {
        end = end.saturating_add(1);
    }
    Span::new(start, end)
}

/// The text with characters of the same length in bytes for those that would disturb a terminal.
fn visible(text: &str) -> String {
    let disturbs = |c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\r');
    if !text.contains(disturbs) {
        return text.to_owned();
    }
    // ASCII control characters become `.`; the two-byte ones of Latin-1 become a middle dot.
    text.chars()
        .map(|c| {
            if !disturbs(c) {
                c
            } else if c.is_ascii() {
                '.'
            } else {
                '\u{b7}'
            }
        })
        .collect()
}
