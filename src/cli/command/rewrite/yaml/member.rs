//! Removes members of mappings that are written as YAML: conditions, their operators, and all principals of a kind.

use super::list::Value;
use super::{Change, Editor, NOT_SO};
use crate::policy::{Condition, PrincipalKind, Statement};
use crate::span::Span;

impl Editor<'_> {
    /// Removes conditions of a statement; their operator with them, if it has no other key, and the element, if it has no other operator.
    pub(super) fn conditions(&self, statement: &Statement, removed: &[usize]) -> Result<Vec<Change>, String> {
        let all: Vec<(bool, &Condition)> = statement
            .conditions
            .iter()
            .enumerate()
            .map(|(place, one)| (removed.contains(&place), one))
            .collect();
        if removed.is_empty() {
            return Ok(Vec::new());
        }
        self.of_conditions(&all).ok_or_else(|| NOT_SO.to_owned())
    }

    fn of_conditions(&self, all: &[(bool, &Condition)]) -> Option<Vec<Change>> {
        let groups: Vec<&[(bool, &Condition)]> =
            all.chunk_by(|(_, one), (_, other)| one.operator.span == other.operator.span).collect();
        let mut operators = Vec::new();
        for group in &groups {
            let (first, last) = (group.first()?.1, group.last()?.1);
            let key = (self.place)(first.operator.span);
            let inside = Span { start: (self.place)(first.span).start, end: (self.place)(last.span).end };
            let span = Span { start: key.start, end: self.closed(key.end, inside)? };
            operators.push((span, group.iter().all(|(is_gone, _)| *is_gone)));
        }
        if operators.iter().all(|(_, is_gone)| *is_gone) {
            let inside = Span { start: operators.first()?.0.start, end: operators.last()?.0.end };
            let start = self.key_before(inside.start, "Condition")?;
            let end = self.closed(start, inside)?;
            return self.member(Span { start, end }).map(|change| vec![change]);
        }
        let mut changes = self.members(&operators)?;
        for (group, (_, is_gone)) in groups.iter().zip(&operators) {
            let keys: Vec<(Span, bool)> =
                group.iter().map(|(is_gone, one)| ((self.place)(one.span), *is_gone)).collect();
            changes.extend(if *is_gone { Vec::new() } else { self.members(&keys)? });
        }
        Some(changes)
    }

    /// Removes the Sid of a statement.
    pub(super) fn without_sid(&self, value: Span) -> Option<Change> {
        let start = self.key_before(value.start, "Sid")? as usize;
        let before = self.text.get(self.line_start(start)?..start)?;
        let rest = self.text.get(value.end as usize..)?;
        // The first member stands behind the dash of its statement: the next one takes its place.
        let (own, next) = rest.split_once('\n')?;
        let is_alone = own.trim().is_empty() || own.trim().starts_with('#');
        let indent = next.len() - next.trim_start_matches(' ').len();
        if before.trim() == "-" && is_alone && indent == before.len() {
            let end = value.end as usize + own.len() + 1 + indent;
            return Some((Span::new(start, end), String::new()));
        }
        self.member(Span::new(start, value.end as usize))
    }

    /// Removes all principals of a kind, with the name of the kind.
    pub(super) fn without_kind(&self, kind: PrincipalKind, values: &[(Value<'_>, Span)]) -> Option<Change> {
        let (first, last) = ((self.place)(values.first()?.1), (self.place)(values.last()?.1));
        let before = self.text.get(..first.start as usize)?.trim_end();
        let before = before.strip_suffix(['[', '-']).unwrap_or(before);
        let start = self.key_before(u32::try_from(before.len()).ok()?, kind.name())?;
        let end = self.closed(start, Span { start: first.start, end: last.end })?;
        self.member(Span { start, end })
    }

    /// Returns the end of a collection that begins behind a key: that of its content, or of the bracket behind it.
    fn closed(&self, key: u32, inside: Span) -> Option<u32> {
        let before = self.text.get(key as usize..inside.start as usize)?.trim_end();
        let closing = match before.chars().next_back()? {
            '{' => '}',
            '[' => ']',
            _ => return Some(inside.end),
        };
        let rest = self.text.get(inside.end as usize..)?;
        let behind = rest.trim_start().strip_prefix(closing)?;
        inside.end.checked_add(u32::try_from(rest.len() - behind.len()).ok()?)
    }

    /// Returns the start of the name of a member whose value begins at a place; remarks may stand between the two.
    fn key_before(&self, value: u32, name: &str) -> Option<u32> {
        let before = self.text.get(..value as usize)?.trim_end();
        let before = before.strip_suffix('{').unwrap_or(before).trim_end();
        let key = before.strip_suffix(':').map(str::trim_end).and_then(|key| {
            let quote = key.chars().next_back().filter(|last| ['"', '\''].contains(last));
            let bare = key.trim_end_matches(['"', '\'']).strip_suffix(name)?;
            Some(quote.map_or(bare.len(), |quote| bare.strip_suffix(quote).map_or(bare.len(), str::len)))
        });
        let above = || {
            let line = self.line_start(value as usize)?;
            let key = |quote: &str| self.line_above(line, &format!("{quote}{name}{quote}:"));
            ["", "\"", "'"].into_iter().find_map(key)
        };
        u32::try_from(key.or_else(above)?).ok()
    }

    /// Removes members of a mapping, in either style.
    fn members(&self, members: &[(Span, bool)]) -> Option<Vec<Change>> {
        let gone = members.iter().filter(|(_, is_gone)| *is_gone);
        let lines: Option<Vec<Change>> = gone.map(|(span, _)| self.lines(*span)).collect();
        lines.or_else(|| self.of_flow(members, '{'))
    }

    /// Removes a member of which the others of its mapping are not known.
    fn member(&self, span: Span) -> Option<Change> {
        self.lines(span).or_else(|| {
            let (before, rest) = (self.text.get(..span.start as usize)?, self.text.get(span.end as usize..)?);
            let (own, behind) = (before.trim_end(), rest.trim_start());
            if own.ends_with(['{', ',']) && behind.starts_with(',') {
                let next = behind.strip_prefix(',')?.trim_start_matches(' ');
                let end = span.end as usize + rest.len() - next.len();
                return Some((Span::new(span.start as usize, end), String::new()));
            }
            let start = own.strip_suffix(',').filter(|_| behind.starts_with('}'))?.trim_end().len();
            Some((Span::new(start, span.end as usize), String::new()))
        })
    }

    /// Removes a member of an object that stands on lines of its own.
    fn lines(&self, span: Span) -> Option<Change> {
        let start = self.line_start(span.start as usize)?;
        let before = self.text.get(start..span.start as usize)?;
        before.trim().is_empty().then(|| self.whole_lines(span)).flatten()
    }
}
