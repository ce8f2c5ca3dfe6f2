//! An index of statements by action: most statements cover other actions than the one in a request.

use crate::policy::{ActionStart, Statement, Statements};
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;
use std::sync::OnceLock;

/// The statements of a document, found by the action of a request. The index is built on first use.
///
/// An entry is a key followed by the index of a statement. The key of an action pattern is the action it spells, or the start of
/// every match. Entries are sorted and distinct.
#[derive(Debug)]
pub struct ActionIndex {
    statements: Statements,
    entries: OnceLock<Box<[u128]>>,
}

/// The first part of a key for a single action; the second part is the hash of that action. Smaller first parts are the number of
/// bytes, up to eight, with which every match starts; the second part is then these bytes.
const WORD: u8 = 9;

/// Bits of an index.
const INDEX: u32 = 32;

fn key(kind: u8, rest: u64) -> u128 {
    u128::from(kind) << 64 | u128::from(rest)
}

fn word(action: &str) -> u128 {
    key(WORD, FxBuildHasher.hash_one(action))
}

fn entries(statements: &Statements) -> Box<[u128]> {
    let mut entries = Vec::with_capacity(statements.iter().map(|s| s.action.values.len()).sum());
    for (statement, index) in statements.iter().zip(0u32..) {
        let mut add = |key: u128| entries.push(key << INDEX | u128::from(index));
        if statement.action.negated {
            // A negated element may match any action.
            add(key(0, 0));
            continue;
        }
        for pattern in &statement.action.values {
            add(match pattern.value.glob.as_literal() {
                Some(action) => word(action),
                None => {
                    let (length, bytes) = pattern.value.fixed_start();
                    key(length, bytes)
                }
            });
        }
    }
    entries.sort_unstable();
    entries.dedup();
    entries.into()
}

impl ActionIndex {
    /// Returns the index of these statements.
    pub fn of(statements: &Statements) -> ActionIndex {
        ActionIndex { statements: statements.clone(), entries: OnceLock::new() }
    }

    /// Returns the statements that are indexed.
    pub fn statements(&self) -> &Statements {
        &self.statements
    }

    /// Returns the statements whose `Action` or `NotAction` matches an action in lower case, and perhaps a few others, with their
    /// indexes, in order and each once.
    pub(crate) fn about<'s>(
        &'s self,
        action: &str,
    ) -> impl Iterator<Item = (usize, &'s Statement)> + use<'s> {
        self.places(action).into_iter().filter_map(|place| Some((place, self.statements.get(place)?)))
    }

    fn places(&self, action: &str) -> Vec<usize> {
        let start = ActionStart::of(action);
        let mut found: Vec<usize> = Vec::new();
        let mut rest = &**self.entries.get_or_init(|| entries(&self.statements));
        // The keys ascend, so each one is searched for after the previous one.
        for key in (0..WORD).map(|length| key(length, start.first(length))).chain([word(action)]) {
            rest = rest.split_at(rest.partition_point(|entry| *entry >> INDEX < key)).1;
            let (own, others) =
                rest.split_at(rest.iter().take_while(|entry| **entry >> INDEX == key).count());
            // The lowest bits of an entry are its index.
            found.extend(own.iter().map(|entry| *entry as u32 as usize));
            rest = others;
        }
        // The entries of one key are in order, each once.
        if !found.is_sorted_by(|a, b| a < b) {
            found.sort_unstable();
            found.dedup();
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::parse;
    use crate::{limits::InputLimits, span::Source};

    const PATTERNS: [&str; 12] = [
        "*",
        "s3:*",
        "s3:Get*",
        "S3:GetObject",
        "s3:GetObjectA*",
        "s3:?etObject",
        "ec2:*",
        "e*:Run*",
        "iam:PassRole",
        "iam:PassRoles",
        "a:b",
        "a:*",
    ];

    /// A statement that is omitted has no matching pattern, and a kept one has one, whatever statements are next to it.
    #[test]
    fn what_cannot_match_is_left_out() {
        let pairs = PATTERNS.iter().flat_map(|one| PATTERNS.iter().map(move |other| [*one, *other]));
        let elements =
            pairs.flat_map(|pair| ["Action", "NotAction"].map(|name| format!(r#""{name}":{pair:?}"#)));
        let statements: Vec<String> =
            elements.map(|element| format!(r#"{{"Effect":"Allow",{element},"Resource":"*"}}"#)).collect();
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","));
        let document = parse(&Source::new("p", text), &InputLimits::default()).unwrap();
        let index_of_all = ActionIndex::of(&document.statements);
        for action in
            ["s3:getobject", "s3:getobjectacl", "ec2:runinstances", "iam:passrole", "a:b", "a:bc", "x:y", ""]
        {
            let kept = index_of_all.places(action);
            let start = ActionStart::of(action);
            for (index, statement) in document.statements.iter().enumerate() {
                let patterns = &statement.action.values;
                let may_match = patterns.iter().any(|p| match p.value.glob.as_literal() {
                    Some(word) => word == action,
                    None => p.value.matches_start(start) != Some(false),
                });
                let expected = statement.action.negated || may_match;
                assert_eq!(kept.contains(&index), expected, "{patterns:?} {action}");
            }
            assert!(kept.is_sorted_by(|a, b| a < b));
        }
    }
}
