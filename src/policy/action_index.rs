//! An index of statements by action: most statements are about other actions than the one of a request.

use crate::policy::{ActionStart, Statement, Statements};
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;
use std::sync::OnceLock;

/// The statements of a document, found by the action of a request. The index is built when it is used first.
///
/// An entry is a key with the index of a statement below it; the key of an action pattern is what it is or starts with. Entries
/// are sorted and distinct.
#[derive(Debug)]
pub struct ActionIndex {
    statements: Statements,
    entries: OnceLock<Box<[u128]>>,
}

/// The first part of a key whose second is the hash of the one action that is matched. Below it stand the numbers of bytes that all
/// that is matched starts with, up to eight, before those bytes.
const WORD: u8 = 9;

/// Bits of an index.
const INDEX: u32 = 32;

fn key(kind: u8, rest: u64) -> u128 {
    u128::from(kind) << 64 | u128::from(rest)
}

fn word(action: &str) -> u128 {
    key(WORD, FxBuildHasher.hash_one(action))
}

fn entries(statements: &[Statement]) -> Box<[u128]> {
    let mut entries = Vec::with_capacity(statements.iter().map(|s| s.action.values.len()).sum());
    for (statement, index) in statements.iter().zip(0u32..) {
        let mut add = |key: u128| entries.push(key << INDEX | u128::from(index));
        if statement.action.negated {
            // It may match whatever it does not start with.
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
    /// The index of these statements.
    pub fn of(statements: &Statements) -> ActionIndex {
        ActionIndex { statements: statements.clone(), entries: OnceLock::new() }
    }

    /// The statements that are indexed.
    pub fn statements(&self) -> &Statements {
        &self.statements
    }

    /// The statements whose `Action` or `NotAction` matches an action in lower case, among few others; with their indexes, in
    /// order, each once.
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
        // In order, so that each key is looked for behind the one before.
        for key in (0..WORD).map(|length| key(length, start.first(length))).chain([word(action)]) {
            rest = rest.split_at(rest.partition_point(|entry| *entry >> INDEX < key)).1;
            let (own, others) =
                rest.split_at(rest.iter().take_while(|entry| **entry >> INDEX == key).count());
            // The lowest bits of an entry are its index.
            found.extend(own.iter().map(|entry| *entry as u32 as usize));
            rest = others;
        }
        // Those of one key are in order, each once.
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

    /// What is left out has no pattern that could match, and what is kept has one, whatever its neighbours are.
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
