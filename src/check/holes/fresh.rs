//! Names that AWS makes up for new resources, and names that a query spells: they differ (`new-names-are-new`).

use super::texts::Texts;
use crate::container::{HoleOrigin, Shape, is_sign};
use std::cell::Cell;

/// The resources that a query lists.
pub(super) struct FreshNames<'a> {
    pub(super) texts: &'a Texts,
    pub(super) shapes: &'a [Shape],
    /// The listed resources.
    pub(super) listed: &'a [String],
    /// True if a wildcard may stand for colons.
    pub(super) crosses_colons: bool,
    /// True once a resource was left out because of the assumption.
    pub(super) is_used: Cell<bool>,
}

/// The relation of the values of a field to the same field of a listed resource.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meeting {
    /// They have no text in common.
    Never,
    /// A text in common needs a new name that the query spells.
    SpellsNewName,
    /// They may have one.
    Perhaps,
}

impl FreshNames<'_> {
    /// True if no listed resource is among the resources of a text, because its new name is spelled by the query.
    pub(super) fn excludes(&self, text: &str) -> bool {
        let meetings: Vec<Meeting> = self.listed.iter().map(|listed| self.meeting(text, listed)).collect();
        let is_excluded = !meetings.is_empty() && !meetings.contains(&Meeting::Perhaps);
        if is_excluded && meetings.contains(&Meeting::SpellsNewName) {
            self.is_used.set(true);
        }
        is_excluded
    }

    fn meeting(&self, text: &str, listed: &str) -> Meeting {
        let fields = |text: &str| -> Option<(String, String)> {
            let parts: Vec<&str> = text.splitn(6, ':').collect();
            let [arn @ "arn", a, b, c, d, rest] = parts.as_slice() else { return None };
            Some(([*arn, *a, *b, *c, *d].join(":"), (*rest).to_owned()))
        };
        let (Some((before, own)), Some((_, other))) = (fields(text), fields(listed)) else {
            return Meeting::Perhaps;
        };
        let may_shift = |sign: char| self.shape(sign).is_none_or(|(shape, _)| shape.may_hold(':'));
        let is_wild =
            self.crosses_colons && listed.splitn(6, ':').take(5).any(|field| field.contains(['*', '?']));
        if is_wild
            || listed.contains("${")
            || own.contains("${")
            || before.chars().any(|c| is_sign(c) && may_shift(c))
        {
            return Meeting::Perhaps;
        }
        self.of_resource(&own, &other)
    }

    /// Compares the last fields, up to the first unknown text.
    fn of_resource(&self, own: &str, other: &str) -> Meeting {
        let Some((at, sign)) = own.char_indices().find(|(_, c)| is_sign(*c)) else { return Meeting::Perhaps };
        let (start, rest) = own.split_at(at);
        let spelled = other.find(['*', '?']).map_or(other, |end| other.split_at(end).0);
        let is_whole = spelled.len() == other.len();
        if start.contains(['*', '?']) {
            return Meeting::Perhaps;
        }
        let Some(after) = spelled.strip_prefix(start) else {
            let is_known = !start.starts_with(spelled) || is_whole;
            return if is_known { Meeting::Never } else { Meeting::Perhaps };
        };
        let Some((shape, origin)) = self.shape(sign) else { return Meeting::Perhaps };
        // What follows the name cannot be a part of it, so the name is known where it ends.
        let ends = |c: char| !is_sign(c) && c != '*' && c != '?' && !shape.may_hold(c);
        let next = rest.strip_prefix(sign).and_then(|rest| rest.chars().next());
        if !shape.is_plain() || !next.is_none_or(ends) {
            return Meeting::Perhaps;
        }
        let name = after.find(|c| !shape.may_hold(c)).map_or(after, |end| after.split_at(end).0);
        match (name.len() == after.len(), is_whole) {
            (true, false) => Meeting::Perhaps,
            _ if name.is_empty() => Meeting::Perhaps,
            _ if origin == HoleOrigin::Resource => Meeting::SpellsNewName,
            _ => Meeting::Perhaps,
        }
    }

    fn shape(&self, sign: char) -> Option<(&Shape, HoleOrigin)> {
        let number = self.texts.number(sign)?;
        let text = self.texts.list.get(number).filter(|text| !text.is_list)?;
        Some((self.shapes.get(number)?, text.origin))
    }
}
