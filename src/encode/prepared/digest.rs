//! What can be told of statements without compiling them: which say the same, and which are about actions of the same services.

use crate::hash::are_equal;
use crate::policy::{ActionPattern, Effect, Element, Part, Statement, Version};
use rustc_hash::{FxBuildHasher, FxHasher};
use std::cmp::Ordering;
use std::hash::{BuildHasher, Hasher};

/// Bytes of a value and of what comes before it, about.
const USUAL: usize = 32;

/// Services, by one of 64 bits each: two sets without a bit in common have no service in common.
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
                let bit = FxBuildHasher.hash_one(service).rotate_left(6) % 64;
                Services(1u64.rotate_left(u32::try_from(bit).unwrap_or(0)))
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

    /// Whether some action may be of both.
    pub(crate) fn meet(self, other: Services) -> bool {
        self.and(other) != Services::NONE
    }
}

/// What stands before the first colon.
fn service(text: &str) -> Option<&[u8]> {
    let bytes = text.as_bytes();
    bytes.get(..memchr::memchr(b':', bytes)?)
}

/// The statements of a document in short.
#[derive(Clone, Debug)]
pub(crate) struct Digests {
    contents: Vec<u8>,
    statements: Box<[Entry]>,
}

#[derive(Clone, Debug)]
struct Entry {
    effect: Effect,
    services: Services,
    hash: u64,
    /// Where its content ends.
    end: usize,
}

/// One statement in short.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digest<'o> {
    pub(crate) effect: Effect,
    pub(crate) services: Services,
    pub(crate) content: Content<'o>,
}

/// What a statement says ([`Statement::write_content`]) in a document of this version.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Content<'o> {
    version: Version,
    hash: u64,
    bytes: &'o [u8],
}

impl Ord for Content<'_> {
    /// Most differ in their hashes. An order, and no table of hashes: texts whose hashes are equal can be made at will.
    fn cmp(&self, other: &Self) -> Ordering {
        let first = (self.hash, self.version).cmp(&(other.hash, other.version));
        first.then_with(|| match are_equal(self.bytes, other.bytes) {
            true => Ordering::Equal,
            false => self.bytes.cmp(other.bytes),
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
        let values = statements.iter().map(Statement::value_count).fold(0, usize::saturating_add);
        let mut contents = Vec::with_capacity(values.saturating_mul(USUAL));
        let mut start = 0usize;
        let entry = |statement: &Statement| {
            statement.write_content(&mut contents);
            let mut hasher = FxHasher::default();
            hasher.write(contents.get(start..).unwrap_or_default());
            start = contents.len();
            Entry {
                effect: statement.effect.value,
                services: Services::of_element(&statement.action),
                hash: hasher.finish(),
                end: start,
            }
        };
        let statements = statements.iter().map(entry).collect();
        contents.shrink_to_fit();
        Digests { contents, statements }
    }

    /// All of them, in order, in a document of this version.
    pub(crate) fn iter(&self, version: Version) -> impl Iterator<Item = Digest<'_>> {
        let mut start = 0usize;
        self.statements.iter().map(move |entry| {
            let bytes = self.contents.get(start..entry.end).unwrap_or_default();
            start = entry.end;
            let content = Content { version, hash: entry.hash, bytes };
            Digest { effect: entry.effect, services: entry.services, content }
        })
    }
}
