//! The names of all keys that are lists: what decides the multiplicity of a key without opening its service.

use super::pattern::matches;
use super::service::{Service, word};
use crate::policy::{Part, Template};
use crate::span::Span;
use std::collections::BTreeSet;

/// Names of keys in lower case, a line each, sorted; `*` stands for one or more characters.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct KeyNames {
    text: String,
    exact: Vec<Span>,
    patterns: Vec<Template>,
}

impl KeyNames {
    /// Collects the list keys of services, without those that start with `aws:`.
    pub(super) fn of_lists<'s>(services: impl Iterator<Item = &'s Service>) -> KeyNames {
        let mut names = BTreeSet::new();
        for service in services {
            let lists = service.keys.iter().filter(|key| key.is_list);
            names.extend(
                lists.map(|key| service.lower_key_name(key)).filter(|name| !name.starts_with("aws:")),
            );
        }
        KeyNames::read(names.into_iter().flat_map(|name| [name, "\n".to_owned()]).collect())
    }

    /// Reads what [`KeyNames::text`] returns.
    pub(super) fn read(text: String) -> KeyNames {
        let (mut exact, mut patterns) = (Vec::new(), Vec::new());
        let mut start = 0usize;
        for line in text.split_inclusive('\n') {
            let name = line.trim_end_matches('\n');
            if name.contains('*') {
                patterns.push(key_pattern(name));
            } else {
                exact.push(Span::new(start, start + name.len()));
            }
            start += line.len();
        }
        KeyNames { text, exact, patterns }
    }

    /// Returns the names, a line each.
    pub(super) fn text(self) -> String {
        self.text
    }

    /// Returns true if the name, in lower case, is one of them.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.exact.binary_search_by(|place| word(&self.text, *place).cmp(name)).is_ok()
            || self.patterns.iter().any(|pattern| matches(pattern, name))
    }
}

/// Returns the part of a key's name before the colon.
pub(super) fn prefix_of(name: &str) -> &str {
    name.split_once(':').map_or(name, |(prefix, _)| prefix)
}

/// Returns the pattern of a text in which `*` stands for one or more characters.
pub(super) fn key_pattern(text: &str) -> Template {
    let mut parts = Vec::new();
    for (place, literal) in text.split('*').enumerate() {
        if place > 0 {
            parts.extend([Part::One, Part::Many]);
        }
        if !literal.is_empty() {
            parts.push(Part::Text(literal.into()));
        }
    }
    Template::from_parts(parts)
}
