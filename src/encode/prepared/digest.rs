//! Per-statement digests computed before compilation: a hash of a sample of the content, and a mask of services.

use crate::index::broken;
use crate::policy::{ActionPattern, Document, Effect, Element, Part, Statement, Statements, Version};
use rustc_hash::{FxBuildHasher, FxHasher};
use std::cmp::Ordering;
use std::hash::{BuildHasher, Hasher};

/// A set of services, as a mask with one of 64 bits for each service: two sets without a common bit have no common service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Services(u64);

impl Services {
    pub(crate) const NONE: Services = Services(0);
    pub(crate) const ALL: Services = Services(u64::MAX);

    /// Returns the services whose actions an element of a statement covers.
    fn of_element(actions: &Element<ActionPattern>) -> Services {
        if actions.negated {
            return Services::ALL;
        }
        Services::of_patterns(actions.values.iter().map(|action| &action.value))
    }

    /// Returns the services whose actions match one of the patterns.
    pub(crate) fn of_patterns<'p>(patterns: impl Iterator<Item = &'p ActionPattern>) -> Services {
        patterns.map(Services::of_pattern).fold(Services::NONE, Services::or)
    }

    fn of_pattern(pattern: &ActionPattern) -> Services {
        match pattern.glob.parts().first() {
            // Every match starts with these letters.
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

    /// True if some service may be in both sets.
    pub(crate) fn meet(self, other: Services) -> bool {
        self.and(other) != Services::NONE
    }
}

/// Returns the text before the first colon.
fn service(text: &str) -> Option<&[u8]> {
    let bytes = text.as_bytes();
    bytes.get(..memchr::memchr(b':', bytes)?)
}

/// The digests of the statements of a document, or of those with one effect; the others have no service and no content.
#[derive(Clone, Debug)]
pub(crate) struct Digests {
    entries: Box<[Entry]>,
    /// The hashes and indexes of the statements, sorted by hash and content.
    order: Box<[(u64, usize)]>,
}

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

/// Compares contents, given with hashes of samples of them; most contents differ in the hash. The contents are sorted and not in
/// a hash table, because anyone can construct texts with equal hashes.
fn compare(one: (u64, &Statement), other: (u64, &Statement)) -> Ordering {
    one.0.cmp(&other.0).then_with(|| match one.1.says_the_same(other.1) {
        true => Ordering::Equal,
        false => one.1.content().cmp(other.1.content()),
    })
}

impl Digests {
    pub(crate) fn of(statements: &Statements) -> Digests {
        Digests::of_those(statements, |_| true)
    }

    /// Digests the Deny statements only.
    pub(crate) fn of_denials(statements: &Statements) -> Digests {
        Digests::of_those(statements, |statement| statement.effect.value == Effect::Deny)
    }

    fn of_those(statements: &Statements, digested: impl Fn(&Statement) -> bool) -> Digests {
        let entry = |statement: &Statement| {
            if !digested(statement) {
                return Entry { services: Services::NONE, hash: 0 };
            }
            let mut hasher = FxHasher::default();
            statement.sample().for_each(|piece| piece.add_to(&mut hasher));
            Entry { services: Services::of_element(&statement.action), hash: hasher.finish() }
        };
        let entries: Box<[Entry]> = statements.iter().map(entry).collect();
        let digested = |place: &(u64, usize)| digested(at(statements, place.1));
        let mut order: Vec<(u64, usize)> =
            entries.iter().map(|entry| entry.hash).zip(0..).filter(digested).collect();
        order.sort_unstable_by(|one, other| {
            compare((one.0, at(statements, one.1)), (other.0, at(statements, other.1)))
        });
        Digests { entries, order: order.into() }
    }

    /// True if some statement of the document, which must be the one digested, has this content.
    pub(crate) fn contain(&self, document: &Document, content: &Content<'_>) -> bool {
        let sought = (content.hash, content.statement);
        let is_there = |of: &(u64, usize)| compare((of.0, at(&document.statements, of.1)), sought);
        document.version == content.version && self.order.binary_search_by(is_there).is_ok()
    }

    /// Returns all digests in order. The document must be the one digested.
    pub(crate) fn iter<'o>(&self, document: &'o Document) -> impl Iterator<Item = Digest<'o>> {
        self.entries.iter().zip(&document.statements).map(|(entry, statement)| {
            let content = Content { version: document.version, hash: entry.hash, statement };
            Digest { effect: statement.effect.value, services: entry.services, content }
        })
    }
}

fn at(statements: &Statements, place: usize) -> &Statement {
    match statements.get(place) {
        Some(statement) => statement,
        None => broken("digests are of their document"),
    }
}
