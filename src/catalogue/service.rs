//! One service, as its lines in the text form say it.

use super::in_lower_case;
use super::level::{KeyType, Levels};
use crate::index::guaranteed;
use crate::policy::Template;
use crate::span::Span;
use std::ops::Range;
use std::sync::OnceLock;

/// A service: its condition keys, resource types and actions, held as places in the text it was read from.
#[derive(Debug)]
pub struct Service {
    pub(super) text: Box<str>,
    /// The same text in lower case: patterns of actions and names of keys are compared without case.
    pub(super) lower: Box<str>,
    pub(super) prefix: Span,
    pub(super) title: Span,
    pub(super) has_rcp: bool,
    /// Sorted by name without case, as all other lists of names.
    pub(super) keys: Vec<KeyEntry>,
    /// Numbers of keys, one range a set.
    pub(super) sets: Lists<u16>,
    pub(super) resources: Vec<ResourceEntry>,
    /// ARN formats of all resource types.
    pub(super) formats: Vec<Span>,
    /// Rows of actions, one range for each list that some actions share.
    pub(super) rows: Lists<RowEntry>,
    pub(super) actions: Vec<ActionEntry>,
    pub(super) patterns: Patterns,
}

/// ARN formats as patterns, made when one is first needed.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    formats: OnceLock<Box<[FormatPattern]>>,
}

/// An ARN format, field by field.
#[derive(Debug)]
pub(super) struct FormatPattern {
    pub(super) fields: [Template; 6],
    /// ARNs that match the format and are not of it.
    pub(super) except: Option<Box<FormatPattern>>,
    /// Slashes in the texts of its last field.
    pub(super) slashes: usize,
}

/// A condition key of a service.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyEntry {
    /// Without its sign.
    pub(super) name: Span,
    pub(super) owner: Owner,
    pub(super) kind: KeyType,
    pub(super) is_list: bool,
}

/// The prefix of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// `:name`: the prefix of the service.
    Service,
    /// `@name`: `aws`.
    Aws,
    /// The name has its prefix.
    Other,
}

/// A resource type of a service.
#[derive(Clone, Debug)]
pub(super) struct ResourceEntry {
    pub(super) name: Span,
    pub(super) keys: Option<u16>,
    pub(super) formats: Range<u32>,
}

/// A resource type that an action can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RowEntry {
    pub(super) resource: u16,
    pub(super) is_required: bool,
    pub(super) keys: Option<u16>,
}

/// An action of a service.
#[derive(Clone, Copy, Debug)]
pub(super) struct ActionEntry {
    pub(super) name: Span,
    pub(super) levels: Levels,
    pub(super) rows: Option<u16>,
    pub(super) keys: Option<u16>,
}

/// Lists of items in one piece of memory.
#[derive(Debug)]
pub(super) struct Lists<T> {
    items: Vec<T>,
    ends: Vec<u32>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Lists { items: Vec::new(), ends: Vec::new() }
    }
}

impl<T> Lists<T> {
    /// Adds an item to the list that [`Lists::close`] ends.
    pub(super) fn push(&mut self, item: T) {
        self.items.push(item);
    }

    /// Ends a list.
    pub(super) fn close(&mut self) {
        let end = u32::try_from(self.items.len());
        self.ends.push(guaranteed(end.ok(), "a service has fewer than 2^32 rows"));
    }

    /// Returns the number of lists.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns the list with this number, or the empty one for no number.
    pub(super) fn get(&self, number: Option<u16>) -> &[T] {
        let Some(number) = number.map(usize::from) else { return &[] };
        let end = |number: usize| *at(&self.ends, number) as usize;
        let start = number.checked_sub(1).map_or(0, end);
        part(&self.items, start..end(number))
    }
}

/// Looks up a number that the reader has compared with the length of the table.
pub(super) fn at<T>(items: &[T], number: usize) -> &T {
    guaranteed(items.get(number), "numbers of a catalogue are compared with their table when they are read")
}

/// As [`at`], for several neighbours.
pub(super) fn part<T>(items: &[T], range: Range<usize>) -> &[T] {
    guaranteed(items.get(range), "ranges of a catalogue are made from lengths of their table")
}

/// Returns the text of a place.
pub(super) fn word(text: &str, place: Span) -> &str {
    guaranteed(text.get(place.range()), "places of a catalogue are those of words of its text")
}

impl Service {
    /// Returns the prefix of its actions, in lower case: `s3`.
    pub fn prefix(&self) -> &str {
        word(&self.text, self.prefix)
    }

    /// Returns the name people know: `Amazon S3`.
    pub fn title(&self) -> &str {
        word(&self.text, self.title)
    }

    /// True if AWS lists the service among those that resource control policies apply to.
    pub fn supports_rcp(&self) -> bool {
        self.has_rcp
    }

    /// Returns the number of its actions.
    pub fn action_count(&self) -> usize {
        self.actions.len()
    }

    /// Returns the ARN formats of its resource types.
    pub(super) fn format_patterns(&self) -> &[FormatPattern] {
        self.patterns.formats.get_or_init(|| {
            let format = |place: &Span| FormatPattern::new(word(&self.text, *place), self.prefix());
            self.formats.iter().map(format).collect()
        })
    }

    /// Returns the number of the action with this name, in any case.
    pub(super) fn find_action(&self, name: &str) -> Option<usize> {
        let wanted = in_lower_case(name);
        self.actions.binary_search_by(|entry| word(&self.lower, entry.name).cmp(&*wanted)).ok()
    }

    /// Returns the numbers of the actions whose names in lower case start with this text.
    pub(super) fn actions_starting_with(&self, start: &str) -> Range<usize> {
        let name = |entry: &ActionEntry| word(&self.lower, entry.name);
        let first = self.actions.partition_point(|entry| name(entry) < start);
        first..self.actions.partition_point(|entry| name(entry) < start || name(entry).starts_with(start))
    }

    /// Returns the full name of a key: `s3:prefix`.
    pub(super) fn key_name(&self, entry: &KeyEntry) -> String {
        full_name(entry.owner, self.prefix(), word(&self.text, entry.name))
    }

    /// Returns the bytes of [`Service::lower_key_name`].
    pub(super) fn lower_key_bytes(&self, entry: &KeyEntry) -> impl Iterator<Item = u8> {
        let (prefix, colon) = match entry.owner {
            Owner::Service => (self.prefix(), ":"),
            Owner::Aws => ("aws", ":"),
            Owner::Other => ("", ""),
        };
        [prefix, colon, word(&self.lower, entry.name)].into_iter().flat_map(str::bytes)
    }

    /// As [`Service::key_name`], in lower case.
    pub(super) fn lower_key_name(&self, entry: &KeyEntry) -> String {
        full_name(entry.owner, self.prefix(), word(&self.lower, entry.name))
    }
}

fn full_name(owner: Owner, prefix: &str, name: &str) -> String {
    match owner {
        Owner::Service => format!("{prefix}:{name}"),
        Owner::Aws => format!("aws:{name}"),
        Owner::Other => name.to_owned(),
    }
}
