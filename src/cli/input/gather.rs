//! From arguments to policies: files, directories and patterns.

use super::argument::{input_name, is_inline, path_of};
use super::directory::{below, utf8};
use super::reader::Reader;
use crate::code::Code;
use crate::policy::Read;
use crate::report::Failure;
use crate::surface::{reason, unreadable};
use std::collections::BTreeSet;
use std::path::Path;

/// One policy to judge.
pub(crate) struct Input {
    /// How it can be named on a command line.
    pub(crate) argument: String,
    /// Its name.
    pub(crate) name: String,
    /// Its document with what was noticed, or why it could not be read.
    pub(crate) read: Result<Read, Failure>,
}

impl Input {
    /// True if it was read and holds no policy at all, rather than a faulty one.
    pub(crate) fn is_no_policy(&self) -> bool {
        self.read.as_ref().is_ok_and(|read| {
            read.document.is_none() && read.diagnostics.iter().all(|fault| fault.code == Code::NoPolicy)
        })
    }
}

/// The policies that arguments name.
pub(crate) struct Inputs {
    pub(crate) list: Vec<Input>,
    /// True if one argument can stand for several policies.
    pub(crate) are_many: bool,
}

/// Reads what the arguments name: a file each, every `*.json` file below a directory, every match of a pattern. A path
/// that is named twice is read once. `role` is what inline documents are called.
pub(crate) fn gather(reader: &mut Reader, arguments: &[String], role: &str) -> Inputs {
    let mut list = Vec::new();
    let mut seen = BTreeSet::new();
    let mut are_many = arguments.len() > 1;
    for argument in arguments {
        let path = path_of(argument);
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
