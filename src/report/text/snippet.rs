//! Source lines with marks. A line too long to be shown is cut to windows around its marks.

use super::{Letters, Style};
use crate::report::Mark;
use crate::report::names::{is_hidden, one_line};
use crate::span::{Source, Span};
use annotate_snippets::{Annotation, AnnotationKind, Element, Origin, Snippet};
use std::borrow::Cow;

/// Characters of a line that are still shown whole, where the width of the terminal is not known.
const WHOLE: usize = 140;
/// The fewest characters of a line that are worth showing.
const FEWEST: usize = 40;
/// Columns that the frame takes.
const FRAME: usize = 8;

/// How much of a line is shown.
#[derive(Clone, Copy)]
struct Room {
    /// Characters of a line that are still shown whole.
    whole: usize,
    /// Bytes of a window with several marks.
    joined: usize,
    /// Bytes shown on each side of a mark in a longer line.
    margin: usize,
    /// Bytes of a mark that are shown in a longer line.
    longest: usize,
}

impl Room {
    fn of(style: Style) -> Room {
        let whole = style.width.map_or(WHOLE, |width| width.saturating_sub(FRAME).max(FEWEST));
        let joined = if style.width.is_some() { whole } else { whole.saturating_mul(2) };
        Room { whole, joined, margin: whole / 4, longest: whole.saturating_mul(2) / 3 }
    }
}

/// The snippets that show the marks, the first one's place in the heading.
pub(super) fn elements(source: &Source, marks: &[Mark], style: Style) -> Vec<Element<'static>> {
    let room = Room::of(style);
    let marks: Vec<Shown<'_>> =
        marks.iter().enumerate().map(|(index, mark)| Shown::new(index, mark, style)).collect();
    if marks.iter().all(|m| !is_long(source, m.span, style)) {
        // Of a large document only the lines that are marked, and those between them, are handed on.
        let lines = marks.iter().map(|m| source.line(m.span.start as usize));
        let all = lines.reduce(|a, b| Span { start: a.start.min(b.start), end: a.end.max(b.end) });
        let all = all.unwrap_or_default();
        let shifted = |span: Span| Span {
            start: span.start.saturating_sub(all.start),
            end: span.end.saturating_sub(all.start),
        };
        let annotations: Vec<Annotation<'static>> =
            marks.iter().map(|m| annotation(m, shifted(first_line(source, m.span)))).collect();
        let text = visible(source.slice(all).trim_end_matches('\r'), style.letters);
        let first = source.position(all.start as usize).line;
        let name = style.shown(&one_line(source.name())).into_owned();
        return vec![Snippet::source(text).line_start(first).path(name).annotations(annotations).into()];
    }
    let mut windows: Vec<(Span, Vec<&Shown<'_>>)> = Vec::new();
    for mark in &marks {
        let window = window(source, mark.span, room);
        let near = windows.iter_mut().find(|(other, _)| {
            let both = Span { start: other.start.min(window.start), end: other.end.max(window.end) };
            overlap(*other, window) && both.range().len() <= room.joined
        });
        match near {
            Some((other, marks)) => {
                *other = Span { start: other.start.min(window.start), end: other.end.max(window.end) };
                marks.push(mark);
            }
            None => windows.push((window, vec![mark])),
        }
    }
    windows.iter().flat_map(|(window, marks)| excerpt(source, *window, marks, style)).collect()
}

/// A mark as it is drawn.
struct Shown<'m> {
    span: Span,
    kind: AnnotationKind,
    label: Cow<'m, str>,
}

impl<'m> Shown<'m> {
    fn new(index: usize, mark: &'m Mark, style: Style) -> Shown<'m> {
        let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        Shown { span: mark.span, kind, label: style.shown(&mark.label) }
    }
}

fn overlap(a: Span, b: Span) -> bool {
    a.start <= b.end && b.start <= a.end
}

/// A window of one line with its marks.
fn excerpt(source: &Source, window: Span, marks: &[&Shown<'_>], style: Style) -> Vec<Element<'static>> {
    let Some(first) = marks.first() else { return Vec::new() };
    let line = source.line(window.start as usize);
    let before = if window.start > line.start { "... " } else { "" };
    let after = if window.end < line.end { " ..." } else { "" };
    let text = format!("{before}{}{after}", visible(source.slice(window), style.letters));
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
        Origin::path(style.shown(&one_line(source.name())).into_owned())
            .line(place.line)
            .char_column(place.column)
            .into(),
        Snippet::source(text).line_start(place.line).annotations(annotations.collect::<Vec<_>>()).into(),
    ]
}

fn annotation(mark: &Shown<'_>, span: Span) -> Annotation<'static> {
    let annotation = mark.kind.span(span.range());
    if mark.label.is_empty() { annotation } else { annotation.label(mark.label.clone().into_owned()) }
}

/// The part of a place on its first line: marks over many lines hide more than they show.
fn first_line(source: &Source, span: Span) -> Span {
    let first = source.slice(span).lines().next().map_or(0, |line| line.trim_end().len());
    Span::new(span.start as usize, (span.start as usize).saturating_add(first))
}

/// Whether the line in which a place starts is too long to be shown whole: then lines alone do not lead to it.
pub(super) fn is_long(source: &Source, span: Span, style: Style) -> bool {
    source.slice(source.line(span.start as usize)).chars().nth(Room::of(style).whole).is_some()
}

/// The bytes to show around a place, within its line.
fn window(source: &Source, span: Span, room: Room) -> Span {
    let line = source.line(span.start as usize).range();
    let text = source.text();
    let mut start = (span.start as usize).saturating_sub(room.margin).max(line.start);
    let end = (span.end as usize).min((span.start as usize).saturating_add(room.longest));
    let mut end = end.saturating_add(room.margin).min(line.end);
    while !text.is_char_boundary(start) {
        start = start.saturating_sub(1);
    }
    while !text.is_char_boundary(end) {
        end = end.saturating_add(1);
    }
    Span::new(start, end)
}

/// The text with characters of the same length in bytes for those that would disturb a terminal, or that it cannot show.
fn visible(text: &str, letters: Letters) -> String {
    let hidden = |c: char| is_hidden(c) && !matches!(c, '\n' | '\t' | '\r');
    let foreign = |c: char| letters == Letters::Ascii && !c.is_ascii();
    if !text.contains(|c| hidden(c) || foreign(c)) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c.len_utf8() {
            length if foreign(c) => out.extend(std::iter::repeat_n('?', length)),
            _ if !hidden(c) => out.push(c),
            1 => out.push('.'),
            2 => out.push('\u{b7}'),
            3 => out.push('\u{fffd}'),
            _ => out.push_str("\u{b7}\u{b7}"),
        }
    }
    out
}
