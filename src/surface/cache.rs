//! A cache of documents by their text; a document is prepared from its second use on.
//!
//! The result of reading and compiling a document does not depend on earlier queries, so no answer depends on the cache.

use super::snapshot::Snapshots;
use crate::encode::{DocumentRef, PreparedDocument};
use crate::hash::are_equal;
use crate::index::broken;
use crate::policy::{Document, Read, Statement};
use crate::report::Failure;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::Hasher;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// The number of bytes for each byte of a document's text, which is kept here, in its source and in pieces.
const TEXT: usize = 3;
/// The number of bytes for a value beside its text, read and compiled, and for a statement beside its values; measured on real
/// policies.
const VALUE: usize = 200;
/// The same for a resource, which is kept as a whole and in fields.
const RESOURCE: usize = 750;
const STATEMENT: usize = 700;
/// A document is kept if as many of its size fit into a generation: a few huge ones would drop all others.
const LARGE: usize = 4;
/// The minimum number of bytes for a document.
const LEAST: usize = 1 << 10;

/// The documents read last, up to a number of bytes.
///
/// There are two generations. A used document goes into the young one; when that has half of the bytes, it becomes the old one,
/// and the documents of the previous old one are dropped, a few with each document that is added: to drop all of them takes a tenth
/// of a second, for which every worker would wait. Of two texts with the same hash, only the last is kept.
#[derive(Debug)]
pub struct Cache {
    generations: Mutex<Generations>,
    /// Bytes of one generation.
    half: usize,
    snapshots: Snapshots,
}

#[derive(Debug, Default)]
struct Generations {
    young: FxHashMap<u64, Arc<Entry>>,
    old: FxHashMap<u64, Arc<Entry>>,
    /// Bytes of the young generation.
    bytes: usize,
    /// The entries of previous old generations, which have to be dropped.
    outdated: Vec<Arc<Entry>>,
}

/// A text that is remembered.
#[derive(Debug)]
pub struct Known(Arc<Entry>);

/// A text, as read under one name.
#[derive(Debug)]
pub struct Remembered {
    name: &'static str,
    read: Read,
    /// Its document, prepared from the second use of the text on: preparing does not pay for a single use.
    prepared: OnceLock<PreparedDocument>,
    is_whole: OnceLock<bool>,
}

impl Remembered {
    pub fn new(name: &'static str, read: Read) -> Remembered {
        Remembered { name, read, prepared: OnceLock::new(), is_whole: OnceLock::new() }
    }

    /// True if the document is all of its text. This is computed once, because it reads every byte.
    pub fn is_whole(&self, found_out: impl FnOnce(&Document) -> bool) -> bool {
        self.read.document.as_ref().is_some_and(|document| *self.is_whole.get_or_init(|| found_out(document)))
    }

    /// Returns the result of reading the text.
    pub fn read(&self) -> &Read {
        &self.read
    }

    /// Returns the document, if it has no errors.
    pub fn document(&self) -> Option<DocumentRef<'_>> {
        let document = self.read.document.as_ref()?;
        Some(self.prepared.get().map_or(DocumentRef::Plain(document), DocumentRef::Prepared))
    }

    /// Prepares the document, because the text is used again.
    fn prepare(&self) -> Option<&PreparedDocument> {
        let document = self.read.document.as_ref()?;
        Some(self.prepared.get_or_init(|| PreparedDocument::new(document.clone())))
    }

    /// Returns the same text under another name.
    fn renamed(&self, name: &'static str) -> Remembered {
        let renamed = Remembered::new(name, self.read.renamed(self.name, name));
        if let Some(prepared) = self.prepare() {
            renamed.prepared.get_or_init(|| prepared.renamed(self.name, name));
        }
        renamed
    }
}

/// A text, as read under each of its names.
#[derive(Debug)]
struct Entry {
    text: Box<str>,
    reads: Vec<Arc<Remembered>>,
    /// About what it takes.
    bytes: usize,
}

impl Cache {
    /// Makes a cache of about this many bytes.
    pub fn new(bytes: usize) -> Cache {
        Cache { generations: Mutex::default(), half: bytes / 2, snapshots: Snapshots::default() }
    }

    /// Returns the snapshots that were read.
    pub fn snapshots(&self) -> &Snapshots {
        &self.snapshots
    }

    /// Returns the result of reading the text of the member with this name, from the cache (`known`, if it was searched for
    /// before) or by `read`. The text must be JSON, or the string of JSON that holds it.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn read<E>(
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

    /// Returns the entry for the text, if it is in the cache and therefore JSON.
    pub fn find(&self, text: &str) -> Option<Known> {
        let entry = self.hashed(hash(text))?;
        are_equal(entry.text.as_bytes(), text.as_bytes()).then_some(Known(entry))
    }

    fn generations(&self) -> MutexGuard<'_, Generations> {
        // A panic cannot leave the generations in an invalid state.
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hashed(&self, hash: u64) -> Option<Arc<Entry>> {
        let mut generations = self.generations();
        if let Some(entry) = generations.young.get(&hash) {
            return Some(Arc::clone(entry));
        }
        let entry = generations.old.remove(&hash)?;
        let outdated = generations.add(hash, Arc::clone(&entry), self.half);
        // Others need not wait while documents are dropped.
        drop(generations);
        drop(outdated);
        Some(entry)
    }

    fn keep(&self, hash: u64, entry: Entry) {
        // The lock ends with this statement, so that others need not wait while documents are dropped.
        let outdated = self.generations().add(hash, Arc::new(entry), self.half);
        drop(outdated);
    }

    /// Texts that are remembered.
    #[cfg(test)]
    fn len(&self) -> usize {
        let generations = self.generations.lock().unwrap();
        generations.young.len() + generations.old.len() + generations.outdated.len()
    }
}

impl Generations {
    /// Adds an entry, and returns the entries that the caller has to drop: as many bytes as were added, so that the entries of one
    /// generation are gone before the next becomes outdated.
    fn add(&mut self, hash: u64, entry: Arc<Entry>, half: usize) -> Vec<Arc<Entry>> {
        let own = entry.bytes;
        if own > half / LARGE {
            return vec![entry];
        }
        if self.bytes + own > half {
            let old = std::mem::replace(&mut self.old, std::mem::take(&mut self.young));
            self.outdated.extend(old.into_values());
            self.bytes = 0;
        }
        let mut dropped = Vec::new();
        if let Some(before) = self.young.insert(hash, entry) {
            self.bytes -= before.bytes;
            dropped.push(before);
        }
        self.bytes += own;
        let mut bytes = 0;
        while bytes < own
            && let Some(entry) = self.outdated.pop()
        {
            bytes += entry.bytes;
            dropped.push(entry);
        }
        dropped
    }
}

/// Estimates the bytes of a text together with the result of reading it.
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

/// Returns the documents.
///
/// # Errors
/// All faults of the texts without a document.
pub fn prepared<const N: usize>(texts: [&Remembered; N]) -> Result<[DocumentRef<'_>; N], Failure> {
    match Failure::of_documents(texts.map(Remembered::read)) {
        Some(failure) => Err(failure),
        None => Ok(texts.map(|text| match text.document() {
            Some(document) => document,
            None => broken("a text without faults has a document"),
        })),
    }
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
        let cache = Cache::new(40 << 10);
        let text = |i: usize| policy(&format!("s3:Action{i}"));
        let mut most = 0;
        for i in 0..100 {
            ask(&cache, "p", &text(i));
            assert!(!ask(&cache, "p", &text(0)).1, "{i}");
            most = most.max(cache.len());
        }
        assert!((2..=20).contains(&most), "{most}");
        assert!(ask(&cache, "p", &text(1)).1);
        // A text that would take most of the cache is not kept.
        let large = policy(&"a".repeat(4 << 10));
        assert!(ask(&cache, "p", &large).1);
        assert!(ask(&cache, "p", &large).1);
    }

    #[test]
    fn each_document_that_is_added_has_about_its_size_dropped() {
        let mut generations = Generations::default();
        let entry = |bytes| Arc::new(Entry { text: "".into(), reads: Vec::new(), bytes });
        let (half, mut held) = (1_000, 0);
        for i in 0..1_000 {
            let own = 1 + i as usize % 90;
            held += own;
            let dropped: usize = generations.add(i, entry(own), half).iter().map(|entry| entry.bytes).sum();
            held -= dropped;
            assert!(dropped < own + 90, "{i}: {dropped} for {own}");
            assert!(held < 2 * half + 90, "{i}: {held}");
        }
        assert!(held > half, "{held}");
    }
}
