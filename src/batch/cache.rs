//! Documents that were read before, by their text, prepared from their second use on.
//!
//! What a document reads as and is compiled to does not depend on earlier queries, so no answer depends on what is remembered.

use crate::encode::{DocumentRef, PreparedDocument};
use crate::hash::are_equal;
use crate::policy::{Document, Read, Statement};
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::Hasher;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// What the text of a document takes, kept here and in its source and in pieces, for each byte.
const TEXT: usize = 3;
/// What a value takes beside its text, read and compiled, and a statement beside its values; measured on real policies.
const VALUE: usize = 200;
/// A resource is held as a whole and in fields.
const RESOURCE: usize = 750;
const STATEMENT: usize = 700;
/// The bytes that any document takes.
const LEAST: usize = 1 << 10;

/// The documents read last, up to a number of bytes.
///
/// There are two generations: what is used goes into the young one, and when that has half of the bytes it becomes the old one,
/// whose documents are forgotten. Of two texts with one hash, the last is remembered.
#[derive(Debug)]
pub(super) struct Cache {
    generations: Mutex<Generations>,
    /// Bytes of one generation.
    half: usize,
}

#[derive(Debug, Default)]
struct Generations {
    young: FxHashMap<u64, Arc<Entry>>,
    old: FxHashMap<u64, Arc<Entry>>,
    /// Of the young ones.
    bytes: usize,
}

/// A text that is remembered.
#[derive(Debug)]
pub(super) struct Known(Arc<Entry>);

/// A text as it was read under one name.
#[derive(Debug)]
pub(super) struct Remembered {
    name: &'static str,
    read: Read,
    /// Its document from the second use of the text on: preparing what is asked about once does not pay.
    prepared: OnceLock<PreparedDocument>,
    is_whole: OnceLock<bool>,
}

impl Remembered {
    pub(super) fn new(name: &'static str, read: Read) -> Remembered {
        Remembered { name, read, prepared: OnceLock::new(), is_whole: OnceLock::new() }
    }

    /// True if the document is all of its text: found out once, because it takes a look at every byte.
    pub(super) fn is_whole(&self, found_out: impl FnOnce(&Document) -> bool) -> bool {
        self.read.document.as_ref().is_some_and(|document| *self.is_whole.get_or_init(|| found_out(document)))
    }

    /// The result of reading the text.
    pub(super) fn read(&self) -> &Read {
        &self.read
    }

    /// The document, if it has no errors.
    pub(super) fn document(&self) -> Option<DocumentRef<'_>> {
        let document = self.read.document.as_ref()?;
        Some(self.prepared.get().map_or(DocumentRef::Plain(document), DocumentRef::Prepared))
    }

    /// Prepares the document, because the text is used again.
    fn prepare(&self) -> Option<&PreparedDocument> {
        let document = self.read.document.as_ref()?;
        Some(self.prepared.get_or_init(|| PreparedDocument::new(document.clone())))
    }

    /// The same text under another name.
    fn renamed(&self, name: &'static str) -> Remembered {
        let renamed = Remembered::new(name, self.read.renamed(self.name, name));
        if let Some(prepared) = self.prepare() {
            renamed.prepared.get_or_init(|| prepared.renamed(self.name, name));
        }
        renamed
    }
}

/// One text, as read under each name that it had.
#[derive(Debug)]
struct Entry {
    text: Box<str>,
    reads: Vec<Arc<Remembered>>,
    /// About what it takes.
    bytes: usize,
}

impl Cache {
    /// Remembers about so many bytes.
    pub(super) fn new(bytes: usize) -> Cache {
        Cache { generations: Mutex::default(), half: bytes / 2 }
    }

    /// What the text of a member with this name reads as, from memory (`known`, if it was looked for before) or by `read`. The
    /// text has to be JSON.
    ///
    /// # Errors
    /// Those of `read`.
    pub(super) fn read<E>(
        &self,
        name: &'static str,
        text: &str,
        known: Option<&Known>,
        read: impl FnOnce() -> Result<Read, E>,
    ) -> Result<Arc<Remembered>, E> {
        let looked_for = if known.is_none() { self.find(text) } else { None };
        let known = known.or(looked_for.as_ref()).map_or(&[][..], |known| &known.0.reads);
        if let Some(found) = known.iter().find(|other| other.name == name) {
            found.prepare();
            return Ok(Arc::clone(found));
        }
        let mut reads = known.to_vec();
        let found = Arc::new(match reads.first() {
            Some(known) => known.renamed(name),
            None => Remembered::new(name, read()?),
        });
        reads.push(Arc::clone(&found));
        self.keep(hash(text), Entry { text: text.into(), bytes: weight(text, &found.read), reads });
        Ok(found)
    }

    /// The text, if it is remembered, and so is JSON.
    pub(super) fn find(&self, text: &str) -> Option<Known> {
        let entry = self.hashed(hash(text))?;
        are_equal(entry.text.as_bytes(), text.as_bytes()).then_some(Known(entry))
    }

    fn generations(&self) -> MutexGuard<'_, Generations> {
        // No panic leaves them half changed.
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hashed(&self, hash: u64) -> Option<Arc<Entry>> {
        let mut generations = self.generations();
        if let Some(entry) = generations.young.get(&hash) {
            return Some(Arc::clone(entry));
        }
        let entry = generations.old.remove(&hash)?;
        generations.add(hash, Arc::clone(&entry), self.half);
        Some(entry)
    }

    fn keep(&self, hash: u64, entry: Entry) {
        self.generations().add(hash, Arc::new(entry), self.half);
    }

    /// Texts that are remembered.
    #[cfg(test)]
    fn len(&self) -> usize {
        let generations = self.generations.lock().unwrap();
        generations.young.len() + generations.old.len()
    }
}

impl Generations {
    fn add(&mut self, hash: u64, entry: Arc<Entry>, half: usize) {
        let own = entry.bytes;
        if own > half {
            return;
        }
        if self.bytes + own > half {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
        if let Some(before) = self.young.insert(hash, entry) {
            self.bytes -= before.bytes;
        }
        self.bytes += own;
    }
}

/// About how many bytes a text takes together with what it reads as.
fn weight(text: &str, read: &Read) -> usize {
    let statement = |s: &Statement| {
        let resources = s.resource.as_ref().map_or(0, |r| r.values.len());
        let values = s.value_count() - resources + s.conditions.len();
        values * VALUE + resources * RESOURCE + STATEMENT
    };
    let statements: usize = read.document.iter().flat_map(|d| &d.statements).map(statement).sum();
    statements + read.diagnostics.len() * STATEMENT + text.len() * TEXT + LEAST
}

fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::InputLimits;
    use crate::policy::read;
    use crate::span::Source;

    fn policy(action: &str) -> String {
        format!(r#"{{"Statement":{{"Effect":"Allow","Action":"{action}","Resource":"*"}}}}"#)
    }

    fn ask(cache: &Cache, name: &'static str, text: &str) -> (Arc<Remembered>, bool) {
        let mut parsed = false;
        let read = cache.read(name, text, None, || {
            parsed = true;
            Ok::<_, ()>(read(&Source::new(name, text), &InputLimits::default()).into())
        });
        (read.unwrap(), parsed)
    }

    #[test]
    fn a_text_is_read_once_whatever_it_is_called() {
        let cache = Cache::new(1 << 20);
        let text = policy("s3:*");
        let (new, parsed) = ask(&cache, "new", &text);
        assert!(parsed && matches!(new.document(), Some(DocumentRef::Plain(_))));
        let (old, parsed) = ask(&cache, "old", &text);
        assert!(!parsed);
        assert_eq!((new.read().source.name(), old.read().source.name()), ("new", "old"));
        let name = |known: &Remembered| known.document().unwrap().document().source.name().to_owned();
        assert_eq!((name(&new), name(&old)), ("new".to_owned(), "old".to_owned()));
        // The text is used again: under both names its document is prepared.
        for known in [&new, &old] {
            assert!(matches!(known.document(), Some(DocumentRef::Prepared(_))));
        }
        for (name, read) in [("new", &new), ("old", &old)] {
            let (again, parsed) = ask(&cache, name, &text);
            assert!(!parsed && Arc::ptr_eq(&again, read));
        }
        assert!(ask(&cache, "new", &policy("s3:Get*")).1);
    }

    #[test]
    fn what_is_remembered_is_bounded_and_what_is_used_stays() {
        let cache = Cache::new(20 << 10);
        let text = |i: usize| policy(&format!("s3:Action{i}"));
        let mut most = 0;
        for i in 0..100 {
            ask(&cache, "p", &text(i));
            assert!(!ask(&cache, "p", &text(0)).1, "{i}");
            most = most.max(cache.len());
        }
        assert!((2..=20).contains(&most), "{most}");
        assert!(ask(&cache, "p", &text(1)).1);
        // A text that is larger than all that may be remembered is not.
        let large = policy(&"a".repeat(20 << 10));
        assert!(ask(&cache, "p", &large).1);
        assert!(ask(&cache, "p", &large).1);
    }
}
