//! Edits lists that are written as YAML: values go, come, or get another text.

use super::{Change, Editor, NOT_SO};
use crate::index::broken;
use crate::span::Span;
use similar::{Algorithm, capture_diff_slices};

/// Columns up to which a value becomes a list on its own line.
const WIDTH: usize = 100;

/// A value of a list: its text, and true if it is a number or a truth value.
pub(super) type Value<'v> = (&'v str, bool);

/// The edits of a list.
#[derive(Default)]
struct Edits<'v> {
    /// Each old value, and true if it goes.
    old: Vec<(Span, bool)>,
    /// Values with another text.
    changed: Vec<(Span, Value<'v>)>,
    /// New values, each before the old one with this index.
    new: Vec<(usize, Value<'v>)>,
}

impl<'v> Edits<'v> {
    fn of(old: &[(Value<'v>, Span)], wanted: &[Value<'v>]) -> Edits<'v> {
        let mut edits =
            Edits { old: old.iter().map(|(_, span)| (*span, false)).collect(), ..Edits::default() };
        let [texts, new_texts] = [
            old.iter().map(|((text, is_literal), _)| (bare(text), *is_literal)).collect::<Vec<_>>(),
            wanted.iter().map(|(text, is_literal)| (bare(text), *is_literal)).collect(),
        ];
        for step in capture_diff_slices(Algorithm::Myers, &texts, &new_texts) {
            let from = step.old_range();
            let Some(new) = wanted.get(step.new_range()) else {
                broken("a step of a difference is about parts of both lists")
            };
            for ((own, span), value) in old.iter().skip(from.start).take(from.len()).zip(new) {
                edits.changed.extend((own != value).then_some((*span, *value)));
            }
            for (_, is_gone) in edits.old.iter_mut().take(from.end).skip(from.start + new.len()) {
                *is_gone = true;
            }
            edits.new.extend(new.iter().skip(from.len()).map(|value| (from.end, *value)));
        }
        edits
    }

    /// Returns the last value before a place that stays, or else the first one that does, which is behind the place.
    fn anchor(&self, place: usize) -> Option<(Span, bool)> {
        let stays = |(_, is_gone): &&(Span, bool)| !is_gone;
        let before = self.old.iter().take(place).rev().find(stays).map(|(span, _)| (*span, true));
        before.or_else(|| self.old.iter().find(stays).map(|(span, _)| (*span, false)))
    }
}

impl Editor<'_> {
    /// Makes a list of values from another one.
    pub(super) fn list(
        &self,
        old: &[(Value<'_>, Span)],
        wanted: &[Value<'_>],
        is_list: bool,
    ) -> Result<Vec<Change>, String> {
        if wanted.is_empty() && !old.is_empty() {
            return Err("a list in YAML keeps a value".to_owned());
        }
        let old: Vec<(Value<'_>, Span)> =
            old.iter().map(|(value, span)| (*value, (self.place)(*span))).collect();
        if let ([(value, span)], [first, more @ ..], false) = (&*old, wanted, is_list) {
            return match more {
                [] if value == first => Ok(Vec::new()),
                [] => Ok(vec![self.other(*span, *first)?]),
                more => {
                    self.as_list(*span, (*value, *first), more).map(|change| vec![change]).ok_or_else(not_so)
                }
            };
        }
        let edits = Edits::of(&old, wanted);
        let mut changes = self.without(&edits.old)?;
        for (span, value) in &edits.changed {
            changes.push(self.other(*span, *value)?);
        }
        let mut places: Vec<usize> = edits.new.iter().map(|(place, _)| *place).collect();
        places.dedup();
        for place in places {
            let new: Vec<Value<'_>> =
                edits.new.iter().filter(|(other, _)| *other == place).map(|(_, value)| *value).collect();
            let anchor = edits.anchor(place).ok_or_else(not_so)?;
            changes.push(self.with_new(anchor, &new, &edits.old).ok_or_else(not_so)?);
        }
        Ok(changes)
    }

    /// Removes elements of a list, in either style; the places are those of the file.
    pub(super) fn without(&self, elements: &[(Span, bool)]) -> Result<Vec<Change>, String> {
        if elements.iter().all(|(_, is_gone)| !is_gone) {
            return Ok(Vec::new());
        }
        if elements.iter().all(|(_, is_gone)| *is_gone) {
            return Err("a list in YAML keeps a value".to_owned());
        }
        let gone = elements.iter().filter(|(_, is_gone)| *is_gone);
        let blocks: Option<Vec<Change>> = gone.map(|(span, _)| self.item(*span)).collect();
        match blocks {
            Some(changes) => Ok(changes),
            None => self.of_flow(elements, '[').ok_or_else(not_so),
        }
    }

    /// True if elements stand in brackets, between commas and white space only.
    fn is_flow(&self, spans: &[(Span, bool)], open: char) -> bool {
        let opens = |first: &(Span, bool)| {
            self.text.get(..first.0.start as usize).is_some_and(|before| before.trim_end().ends_with(open))
        };
        spans.first().is_some_and(opens)
            && spans.windows(2).all(|pair| match pair {
                [(one, _), (other, _)] => {
                    let between = self.text.get(one.end as usize..other.start as usize);
                    between.is_some_and(|between| between.trim() == ",")
                }
                _ => false,
            })
    }

    /// Removes elements of a list or members of a mapping in brackets, with their commas.
    pub(super) fn of_flow(&self, spans: &[(Span, bool)], open: char) -> Option<Vec<Change>> {
        if !self.is_flow(spans, open) {
            return None;
        }
        let mut changes = Vec::new();
        let mut kept: Option<Span> = None;
        let mut from: Option<Span> = None;
        for (span, is_gone) in spans {
            match (*is_gone, from) {
                (true, None) => from = Some(*span),
                (true, Some(_)) => {}
                (false, start) => {
                    let cut = start.map(|start| Span { start: start.start, end: span.start });
                    changes.extend(cut.map(|cut| (cut, String::new())));
                    (from, kept) = (None, Some(*span));
                }
            }
        }
        if from.is_some() {
            let end = spans.last()?.0.end;
            changes.push((Span { start: kept?.end, end }, String::new()));
        }
        Some(changes)
    }

    /// Adds values behind an element of a list, or before it.
    fn with_new(
        &self,
        (anchor, is_behind): (Span, bool),
        new: &[Value<'_>],
        all: &[(Span, bool)],
    ) -> Option<Change> {
        let like = self.text.get(anchor.range())?;
        let line = self.line_start(anchor.start as usize)?;
        let before = self.text.get(line..anchor.start as usize)?;
        if before.trim() == "-" {
            let space = before.get(..before.find('-')?)?;
            let item = |value: &Value<'_>| format!("{space}- {}", spelled(*value, like));
            let items: Vec<String> = new.iter().map(item).collect();
            let items = items.join(self.line_end());
            if !is_behind {
                return Some((at(line), format!("{items}{}", self.line_end())));
            }
            let rest = self.text.get(anchor.end as usize..)?;
            let is_alone =
                rest.lines().next().is_none_or(|rest| rest.trim().is_empty() || rest.trim().starts_with('#'));
            let new = match rest.find('\n') {
                Some(end) => (at(anchor.end as usize + end + 1), format!("{items}{}", self.line_end())),
                None => (at(self.text.len()), format!("{}{items}", self.line_end())),
            };
            return is_alone.then_some(new);
        }
        let values: Vec<String> = new.iter().map(|value| spelled(*value, like)).collect();
        let values = values.join(", ");
        self.is_flow(all, '[').then(|| match is_behind {
            true => (at(anchor.end as usize), format!(", {values}")),
            false => (at(anchor.start as usize), format!("{values}, ")),
        })
    }

    /// Gives a value another text.
    fn other(&self, span: Span, value: Value<'_>) -> Result<Change, String> {
        let written = self.text.get(span.range()).ok_or_else(not_so)?;
        // A text that `!Sub` leaves as it is does not need it.
        let like = written.strip_prefix("!Sub ").unwrap_or(written).trim_start();
        is_plain_scalar(like).then(|| (span, spelled(value, like))).ok_or_else(not_so)
    }

    /// Makes a list of a single value: in brackets, or with a line for each value if that would be a long line.
    fn as_list(
        &self,
        span: Span,
        (old, first): (Value<'_>, Value<'_>),
        more: &[Value<'_>],
    ) -> Option<Change> {
        let like = self.text.get(span.range()).filter(|like| is_plain_scalar(like))?;
        let own = if old == first { like.to_owned() } else { spelled(first, like) };
        let values: Vec<String> =
            std::iter::once(own).chain(more.iter().map(|value| spelled(*value, like))).collect();
        let line = self.line_start(span.start as usize)?;
        let before = self.text.get(line..span.start as usize)?;
        let rest = self.text.get(span.end as usize..)?.lines().next().unwrap_or_default();
        let flow = format!("[{}]", values.join(", "));
        let key = before.trim_start_matches([' ', '-']);
        let is_member = key.trim_end().ends_with(':') && !key.contains(['{', '[', ',']);
        if before.len() + flow.len() + rest.len() > WIDTH && is_member && rest.trim().is_empty() {
            let space = " ".repeat(before.len() - key.len() + 2);
            let end = self.line_end();
            let items: String = values.iter().map(|value| format!("{end}{space}- {value}")).collect();
            let start = line + before.trim_end().len();
            return Some((Span::new(start, span.end as usize), items));
        }
        // Between brackets, a text without quotes ends at a comma.
        let is_closed = like.starts_with(['"', '\'']) || is_safe(like) || old.1;
        is_closed.then_some((span, flow))
    }

    /// Removes an element of a list whose elements start with `-` on lines of their own, or below such a line.
    fn item(&self, span: Span) -> Option<Change> {
        let start = self.line_start(span.start as usize)?;
        let before = self.text.get(start..span.start as usize)?;
        match before.trim() {
            "-" => self.whole_lines(span),
            "" => self.whole_lines(Span::new(self.line_above(start, "-")?, span.end as usize)),
            _ => None,
        }
    }

    /// Returns the end of the lines of the file.
    fn line_end(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }
}

/// Returns a text without its wildcards: of two values that differ in them alone, one is a new spelling of the other.
pub(super) fn bare(text: &str) -> String {
    text.replace(['*', '?'], "")
}

fn not_so() -> String {
    NOT_SO.to_owned()
}

fn at(place: usize) -> Span {
    Span::new(place, place)
}

/// True if a text of a file is a value on one line, without an anchor, an alias or a tag.
fn is_plain_scalar(written: &str) -> bool {
    !written.contains(['\n', '\r']) && !written.starts_with(['&', '*', '!', '|', '>', '[', '{'])
}

/// True if a text means itself without quotes, for readers of YAML 1.1 and 1.2, also between brackets.
fn is_safe(text: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || ":/*?._-@+=".contains(letter);
    // With a colon inside, it is none of the words that are truth values or numbers.
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.contains(':')
        && !text.ends_with(':')
        && text.chars().all(is_plain)
}

/// Spells a value as another one of its list is spelled: without quotes, or with quotes of its kind.
fn spelled((text, is_literal): Value<'_>, like: &str) -> String {
    let is_quoted = like.starts_with(['"', '\'']);
    if is_literal || (!is_quoted && is_safe(text)) {
        return text.to_owned();
    }
    let is_printable = text.chars().all(|letter| letter == ' ' || letter.is_ascii_graphic());
    match is_printable && !like.starts_with('"') {
        true => format!("'{}'", text.replace('\'', "''")),
        false => serde_json::Value::from(text).to_string(),
    }
}
