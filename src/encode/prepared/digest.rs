//! Per-statement digests computed before compilation: a content hash and a mask of services.

use crate::policy::{ActionPattern, Document, Effect, Element, Part, Statement, Version};
use rustc_hash::{FxBuildHasher, FxHasher};
use std::cmp::Ordering;
use std::hash::{BuildHasher, Hasher};

/// A set of services, as a mask of one of 64 bits for each: two sets without a common bit have no common service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Services(u64);

impl Services {
    pub(crate) const NONE: Services = Services(0);
    pub(crate) const ALL: Services = Services(u64::MAX);

    /// The services of actions that an element of a statement covers.
    fn of_element(actions: &Element<ActionPattern>) -> Services {
        if actions.negated {
            return Services::ALL;
        }
        Services::of_patterns(actions.values.iter().map(|action| &action.value))
    }

    /// The services of actions that match one of the patterns.
    pub(crate) fn of_patterns<'p>(patterns: impl Iterator<Item = &'p ActionPattern>) -> Services {
        patterns.map(Services::of_pattern).fold(Services::NONE, Services::or)
    }

    fn of_pattern(pattern: &ActionPattern) -> Services {
        match pattern.glob.parts().first() {
            // What matches starts with these letters.
            Some(Part::Text(text)) => service(text).map_or(Services::ALL, |service| {
                Services(1 << (FxBuildHasher.hash_one(service).rotate_left(6) % 64))
            }),
            _ => Services::ALL,
        }
    }

    pub(crate) fn or(self, other: Services) -> Services {
        Services(self.0 | other.0)
    }

    pub(crate) fn and(self, other: Services) -> Services {
        Services(self.0 & other.0)
    }

    /// Returns true if some action may be of both.
    pub(crate) fn meet(self, other: Services) -> bool {
        self.and(other) != Services::NONE
    }
}

/// The text before the first colon.
fn service(text: &str) -> Option<&[u8]> {
    let bytes = text.as_bytes();
    bytes.get(..memchr::memchr(b':', bytes)?)
}

/// The digests of the statements of a document.
#[derive(Clone, Debug)]
pub(crate) struct Digests(Box<[Entry]>);

#[derive(Clone, Debug)]
struct Entry {
    services: Services,
    hash: u64,
}

/// The digest of one statement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digest<'o> {
    pub(crate) effect: Effect,
    pub(crate) services: Services,
    pub(crate) content: Content<'o>,
}

/// The content of a statement ([`Statement::content`]) in a document of this version.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Content<'o> {
    version: Version,
    hash: u64,
    statement: &'o Statement,
}

impl Ord for Content<'_> {
    /// Most contents differ in their hashes. Contents are sorted and not kept in a hash table, because texts with equal hashes can
    /// be made at will.
    fn cmp(&self, other: &Self) -> Ordering {
        let first = (self.hash, self.version).cmp(&(other.hash, other.version));
        first.then_with(|| match self.statement.says_the_same(other.statement) {
            true => Ordering::Equal,
            false => self.statement.content().cmp(other.statement.content()),
        })
    }
}

impl PartialOrd for Content<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Content<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Content<'_> {}

impl Digests {
    pub(crate) fn of(statements: &[Statement]) -> Digests {
        let entry = |statement: &Statement| {
            let mut hasher = FxHasher::default();
            statement.content().for_each(|piece| piece.add_to(&mut hasher));
            Entry { services: Services::of_element(&statement.action), hash: hasher.finish() }
        };
        Digests(statements.iter().map(entry).collect())
    }

    /// All digests, in order, given the document that they are of.
    pub(crate) fn iter<'o>(&self, document: &'o Document) -> impl Iterator<Item = Digest<'o>> {
        self.0.iter().zip(&document.statements).map(|(entry, statement)| {
            let content = Content { version: document.version, hash: entry.hash, statement };
            Digest { effect: statement.effect.value, services: entry.services, content }
        })
    }
}
