//! Source lines with marks. A long line is cut to windows around its marks.

use super::style::{Letters, Style};
use crate::explain::display::{is_hidden, one_line};
use crate::report::issue::Mark;
use crate::span::{Source, Span};
use annotate_snippets::{Annotation, AnnotationKind, Element, Origin, Snippet};
use std::borrow::Cow;

/// A line with at most this many characters is shown whole, if the width of the terminal is not known.
const WHOLE: usize = 140;
/// The smallest number of characters shown of a line.
const FEWEST: usize = 40;
/// The largest supported terminal width; wider terminals are treated like this one.
const MOST: usize = 1 << 20;
/// Columns that the frame takes.
const FRAME: usize = 8;

/// How much of a line is shown.
#[derive(Clone, Copy)]
struct Room {
    /// The number of characters up to which a line is shown whole.
    whole: usize,
    /// The number of bytes of a window with several marks.
    joined: usize,
    /// The number of bytes shown on each side of a mark in a longer line.
    margin: usize,
    /// The number of bytes of a mark that are shown in a longer line.
    longest: usize,
}

impl Room {
    fn of(style: Style) -> Room {
        let (whole, joined) = match style.width {
            None => (WHOLE, WHOLE * 2),
            Some(width) => {
                let whole = width.clamp(FRAME + FEWEST, MOST) - FRAME;
                (whole, whole)
            }
        };
        Room { whole, joined, margin: whole / 4, longest: whole * 2 / 3 }
    }
}

/// Returns the snippets that show the marks; the place of the first one is in the heading.
pub(super) fn elements(source: &Source, marks: &[Mark], style: Style) -> Vec<Element<'static>> {
    let room = Room::of(style);
    let marks: Vec<Shown<'_>> =
        marks.iter().enumerate().map(|(index, mark)| Shown::new(index, mark, style)).collect();
    if marks.iter().all(|m| !is_long(source, m.span, style)) {
        // Only the marked lines of a large document, and those between them, are passed on.
        let lines = marks.iter().map(|m| source.line(m.span.start as usize));
        let all = lines.reduce(|a, b| Span { start: a.start.min(b.start), end: a.end.max(b.end) });
        let Some(all) = all else { return Vec::new() };
        // A byte order mark stands before the first line.
        let shift = |offset: u32| offset.max(all.start) - all.start;
        let shifted = |span: Span| Span { start: shift(span.start), end: shift(span.end) };
        let annotations: Vec<Annotation<'static>> =
            marks.iter().map(|m| annotation(m, shifted(first_line(source, m.span)))).collect();
        let text = visible(source.slice(all).trim_end_matches('\r'), style.letters);
        let first = source.position(all.start as usize).line;
        let name = style.shown(&one_line(source.place_name())).into_owned();
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

/// Returns a window of one line with its marks.
fn excerpt(source: &Source, window: Span, marks: &[&Shown<'_>], style: Style) -> Vec<Element<'static>> {
    let Some(first) = marks.first() else { return Vec::new() };
    let line = source.line(window.start as usize);
    let before = if window.start > line.start { "... " } else { "" };
    let after = if window.end < line.end { " ..." } else { "" };
    let text = format!("{before}{}{after}", visible(source.slice(window), style.letters));
    let shift = |offset: u32| before.len() + (offset.clamp(window.start, window.end) - window.start) as usize;
    let annotations =
        marks.iter().map(|mark| annotation(mark, Span::new(shift(mark.span.start), shift(mark.span.end))));
    let place = source.position(first.span.start as usize);
    vec![
        Origin::path(style.shown(&one_line(source.place_name())).into_owned())
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

/// Returns the part of a place on its first line: marks over many lines hide more than they show.
fn first_line(source: &Source, span: Span) -> Span {
    let first = source.slice(span).lines().next().map_or(0, |line| line.trim_end().len());
    Span::new(span.start as usize, span.start as usize + first)
}

/// True if the line in which a place starts is too long to be shown whole; its line number alone then does not lead to the place.
pub(super) fn is_long(source: &Source, span: Span, style: Style) -> bool {
    source.slice(source.line(span.start as usize)).chars().nth(Room::of(style).whole).is_some()
}

/// Returns the bytes to show around a place, within its line: all of a line that is not long.
fn window(source: &Source, span: Span, room: Room) -> Span {
    let whole = source.line(span.start as usize);
    if source.slice(whole).chars().nth(room.whole).is_none() {
        return whole;
    }
    let line = whole.range();
    let text = source.text();
    let mark = span.start as usize;
    let mut start = if mark > line.start + room.margin { mark - room.margin } else { line.start };
    let mut end = line.end.min((span.end as usize).min(mark + room.longest) + room.margin);
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    Span::new(start, end)
}

/// Returns the text with replacements for characters that would disturb the terminal or that it cannot show. Lengths in bytes are
/// kept.
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
