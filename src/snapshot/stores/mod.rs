//! Stores of other collectors, put into the form of the answers of the AWS CLI.
//!
//! A store is recognised by its own marks. Its files are taken out of the snapshot's, and the answers that say the same take their
//! place, under names that tell the store; so all that is read goes the same way, and what a store does not hold is a gap like any
//! other.

mod iam_collect;
mod pmapper;

use super::File;
use crate::container::{Raw, decode};
use crate::limits::SnapshotLimits;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The files of a snapshot, without those of stores.
pub(super) struct Translated {
    /// The files, and then the answers that stand for stores.
    pub(super) files: Vec<File>,
    /// The number of files that are no such answers.
    pub(super) own: usize,
    /// The files of stores that were read, with the names of the stores.
    pub(super) taken: Vec<(Box<str>, Vec<u8>, &'static str)>,
    /// The files of stores that cannot be used, each with the reason.
    pub(super) faults: Vec<(String, String)>,
    /// True if something is taken to be none because a collector that leaves out what it was refused has no file for it.
    pub(super) assumes_absent: bool,
}

/// The JSON files of stores, by their paths.
#[derive(Default)]
struct Store {
    files: BTreeMap<String, Value>,
    taken: BTreeSet<String>,
    /// The files that are there and cannot be read.
    unsound: BTreeSet<String>,
    /// The files that cannot be used, each with the reason.
    faults: Vec<(String, String)>,
    /// True if a fact without a file was not collected, rather than none.
    is_strict: bool,
}

impl Store {
    /// Returns what a list without a file is: empty, or not collected.
    fn absent_list(&self) -> Value {
        if self.is_strict { Value::Null } else { Value::Array(Vec::new()) }
    }

    fn new(files: &[File], limits: &SnapshotLimits) -> Store {
        let mut store = Store::default();
        let mut left = Some(limits.bytes);
        for (place, file) in files.iter().filter(|file| is_of_store(&file.path)).enumerate() {
            left = left.and_then(|left| left.checked_sub(file.bytes.len()));
            let path = file.path.replace('\\', "/");
            let text = match left {
                Some(_) if place < limits.files => decode(file.bytes.clone()).ok(),
                _ => None,
            };
            // A file that is not JSON, or not the same for all readers, is not read.
            match text.and_then(|text| sound(&text, path.ends_with("/metadata.json"))) {
                Some(value) => drop(store.files.insert(path, value)),
                None => drop(store.unsound.insert(path)),
            }
        }
        store
    }

    /// Returns the content of a file, which counts as read.
    fn take(&mut self, path: &str) -> Option<Value> {
        let found = self.files.get(path).cloned()?;
        self.taken.insert(path.to_owned());
        Some(found)
    }

    /// Returns the content of a file that has to have a form. Another form is a fault.
    fn take_as(&mut self, path: &str, form: Form) -> Option<Value> {
        let found = self.take(path)?;
        let is_it = match form {
            Form::Object => found.is_object(),
            Form::List => found.is_array(),
            Form::Texts => found.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
        };
        if !is_it {
            self.faults.push((path.to_owned(), format!("the file has to be {}", form.name())));
        }
        is_it.then_some(found)
    }

    /// Returns the directories below one that directly hold a file with this name, each with its path below it.
    fn holding(&self, directory: &str, name: &str) -> Vec<(String, Vec<String>)> {
        let within = self.files.range(directory.to_owned()..).map(|(path, _)| path);
        let within = within.take_while(|path| path.starts_with(directory));
        let holding = within.filter_map(|path| path.strip_suffix(name)?.strip_suffix('/'));
        holding
            .map(|path| {
                let below = path.strip_prefix(directory).unwrap_or_default();
                (path.to_owned(), below.split('/').map(str::to_owned).collect())
            })
            .collect()
    }
}

/// The form that a file has to have.
#[derive(Clone, Copy)]
enum Form {
    Object,
    List,
    Texts,
}

impl Form {
    fn name(self) -> &'static str {
        match self {
            Form::Object => "an object",
            Form::List => "a list",
            Form::Texts => "a list of texts",
        }
    }
}

/// True for a path that a store may have.
fn is_of_store(path: &str) -> bool {
    iam_collect::directory(path).is_some() || pmapper::is_named(path)
}

/// Translates the stores among the files of a snapshot.
pub(super) fn translated(files: Vec<File>, limits: &SnapshotLimits, is_strict: bool) -> Translated {
    let mut store = Store::new(&files, limits);
    store.is_strict = is_strict;
    let mut answers = iam_collect::answers(&mut store);
    let assumes_absent = !answers.is_empty() && !is_strict;
    let of_pmapper = pmapper::answers(&mut store);
    answers.extend(of_pmapper);
    let mut translated =
        Translated { files: Vec::new(), own: 0, taken: Vec::new(), faults: Vec::new(), assumes_absent };
    translated.faults = std::mem::take(&mut store.faults);
    for file in files {
        let path = file.path.replace('\\', "/");
        if !store.taken.contains(&path) {
            translated.files.push(file);
            continue;
        }
        let kind = if iam_collect::directory(&path).is_some() { iam_collect::KIND } else { pmapper::KIND };
        translated.taken.push((file.path.into(), file.bytes, kind));
    }
    translated.own = translated.files.len();
    let answers =
        answers.into_iter().map(|(path, value)| File { path, bytes: value.to_string().into_bytes() });
    translated.files.extend(answers);
    translated
}

/// Returns the value of a text, unless an object in it has a member twice or a number in it is not written as it is read. Metadata may
/// have such numbers, in members that are not read.
fn sound(text: &str, is_metadata: bool) -> Option<Value> {
    let text = text.trim_start_matches('\u{feff}');
    let root = Raw::whole(text)?;
    let value = serde_json::from_str(text).ok()?;
    (has_no_twin(root) && (is_metadata || has_no_fraction(&value))).then_some(value)
}

// Neither goes deeper than the reader of JSON, which ends at 128 levels.
fn has_no_twin(value: Raw<'_>) -> bool {
    let members = value.members();
    let mut names: Vec<&str> = members.iter().map(|(name, _)| &**name).collect();
    names.sort_unstable();
    names.windows(2).all(|pair| pair.first() != pair.last())
        && members.iter().all(|(_, member)| has_no_twin(*member))
        && value.elements().into_iter().all(has_no_twin)
}

fn has_no_fraction(value: &Value) -> bool {
    match value {
        Value::Number(number) => !number.is_f64(),
        Value::Array(list) => list.iter().all(has_no_fraction),
        Value::Object(members) => members.values().all(has_no_fraction),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

/// Returns the last part of an ARN: the name of a user, group or role, or the id of a policy.
fn last(arn: &str) -> &str {
    arn.rsplit(['/', ':']).next().unwrap_or(arn)
}

/// Returns the text of a member; empty if there is none.
fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
