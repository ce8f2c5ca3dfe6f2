//! From arguments to policies: files, directories and patterns.

use super::input::{Reader, input_name, is_inline, reason, unreadable};
use crate::policy::Read;
use crate::report::Failure;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What `--skip-non-policies` passes over.
const NO_POLICY: &str = "no-policy";

/// One policy to judge.
pub(super) struct Input {
    /// How it can be named on a command line.
    pub(super) argument: String,
    /// What it is called.
    pub(super) name: String,
    /// What came of reading it.
    pub(super) read: Result<Read, Failure>,
}

impl Input {
    /// Whether it was read and holds no policy at all, rather than a faulty one.
    pub(super) fn is_no_policy(&self) -> bool {
        self.read.as_ref().is_ok_and(|read| {
            read.document.is_none() && read.diagnostics.iter().all(|fault| fault.code == NO_POLICY)
        })
    }
}

/// The policies that arguments name.
pub(super) struct Inputs {
    pub(super) list: Vec<Input>,
    /// Whether one argument can stand for several policies.
    pub(super) are_many: bool,
}

/// Reads what the arguments name: a file each, every `*.json` file below a directory, every match of a pattern. A path
/// that is named twice is read once. `role` is what inline documents are called.
pub(super) fn gather(reader: &mut Reader, arguments: &[String], role: &str) -> Inputs {
    let mut list = Vec::new();
    let mut seen = BTreeSet::new();
    let mut are_many = arguments.len() > 1;
    for argument in arguments {
        let path = argument.strip_prefix("file://").unwrap_or(argument);
        let (paths, is_file) = match expanded(path) {
            _ if is_inline(argument) || argument == "-" => (vec![Ok(argument.clone())], true),
            Expanded::File => (vec![Ok(path.to_owned())], true),
            Expanded::Several(paths) => (paths, false),
        };
        are_many |= !is_file;
        for path in paths {
            let (argument, read) = match path {
                Ok(path) if !seen.insert(path.clone()) => continue,
                Ok(_) if is_file => (argument.clone(), reader.read(argument, role)),
                Ok(path) => (path.clone(), reader.read(&path, role)),
                Err(failure) => (argument.clone(), Err(failure)),
            };
            list.push(Input { name: input_name(&argument, role), argument, read });
        }
    }
    Inputs { list, are_many }
}

/// The files below a directory, or why there are none.
pub(super) fn below(directory: &str) -> Vec<Result<String, Failure>> {
    let mut visited = BTreeSet::new();
    // A directory that links lead to twice, or back to, is looked at once.
    let is_new = |entry: &walkdir::DirEntry, visited: &mut BTreeSet<PathBuf>| {
        !entry.file_type().is_dir() || entry.path().canonicalize().map_or(true, |path| visited.insert(path))
    };
    let walk = walkdir::WalkDir::new(directory).follow_links(true).sort_by_file_name();
    let entries = walk.into_iter().filter_entry(|entry| is_new(entry, &mut visited));
    let mut files: Vec<Result<String, Failure>> = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_json(entry.path()) => {
                files.push(utf8(entry.path()))
            }
            Ok(_) => {}
            Err(error) if error.loop_ancestor().is_some() => {}
            Err(error) => {
                let name = error.path().unwrap_or(Path::new(directory)).display().to_string();
                let why = error.io_error().map_or_else(|| error.to_string(), reason);
                files.push(Err(unreadable(&name, why)));
            }
        }
    }
    if files.is_empty() {
        files.push(Err(unreadable(directory, "there is no file *.json below this directory")));
    }
    files
}

enum Expanded {
    /// The argument names one file, which may not exist.
    File,
    Several(Vec<Result<String, Failure>>),
}

fn expanded(argument: &str) -> Expanded {
    let path = Path::new(argument);
    if path.is_dir() {
        return Expanded::Several(below(argument));
    }
    if path.exists() || !argument.contains(['*', '?', '[']) {
        return Expanded::File;
    }
    let options = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::new() };
    let matches = match glob::glob_with(argument, options) {
        Ok(matches) => matches,
        Err(error) => {
            return Expanded::Several(vec![Err(unreadable(
                argument,
                format!("as a pattern it is wrong: {}", error.msg),
            ))]);
        }
    };
    let mut paths = Vec::new();
    for entry in matches {
        match entry {
            Ok(path) if path.is_dir() => match utf8(&path) {
                Ok(directory) => paths.extend(below(&directory)),
                Err(failure) => paths.push(Err(failure)),
            },
            Ok(path) => paths.push(utf8(&path)),
            Err(error) => {
                paths.push(Err(unreadable(&error.path().display().to_string(), reason(error.error()))))
            }
        }
    }
    if paths.is_empty() {
        paths.push(Err(unreadable(argument, "no file matches this pattern")));
    }
    Expanded::Several(paths)
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

fn utf8(path: &Path) -> Result<String, Failure> {
    let name = || path.display().to_string();
    let text = path.to_str().map(|text| text.strip_prefix("./").unwrap_or(text).to_owned());
    text.ok_or_else(|| unreadable(&name(), "its name is not UTF-8 text"))
}
