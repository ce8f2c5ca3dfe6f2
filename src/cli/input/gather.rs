//! From arguments to policies: files, directories and patterns.

use super::argument::{input_name, is_inline, path_of};
use super::directory::{below, utf8};
use super::placed::{Holding, of_container, of_entry};
use super::reader::{Opened, Reader, named};
use crate::cli::args::ContainerArgs;
use crate::code::Code;
use crate::container::{Entry, State};
use crate::policy::Read;
use crate::report::{Failure, Issue};
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
    /// Whether there is something to judge.
    pub(crate) standing: Standing,
    /// The place in a file of several policies.
    pub(crate) entry: Option<Box<Entry>>,
}

/// Whether there is something to judge.
#[derive(Clone, Debug)]
pub(crate) enum Standing {
    /// There is.
    Judged,
    /// It is not known enough of the policy: what to tell, and why in a sentence.
    Open(Box<Issue>, String),
    /// It is passed over: why.
    Skipped(String),
    /// There was none before.
    Created,
    /// There is none any more; the document is the one before.
    Deleted,
}

impl Input {
    /// One policy that a file of its own holds.
    pub(crate) fn plain(argument: String, name: String, read: Result<Read, Failure>) -> Input {
        Input { argument, name, read, standing: Standing::Judged, entry: None }
    }

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
    /// Attached policies whose documents were not read: what they allow is not known.
    pub(crate) unread: Vec<Input>,
    /// Files of several policies, with what was found in them.
    pub(crate) files: Vec<Holding>,
}

impl Inputs {
    /// Adds what an argument names.
    fn add(&mut self, argument: &str, opened: Result<Opened, Failure>, role: &str, args: &ContainerArgs) {
        let name = input_name(argument, role);
        match opened {
            Ok(Opened::Several(container)) => {
                self.are_many = true;
                let found = of_container(&container, &name, args);
                self.list.extend(found.list);
                self.unread.extend(found.unread);
                self.files.push(found.holding);
            }
            Ok(Opened::One(read)) => self.list.push(Input::plain(argument.to_owned(), name, Ok(read))),
            Err(failure) => self.list.push(Input::plain(argument.to_owned(), name, Err(failure))),
        }
    }
}

/// Reads what the arguments name: a file each, every `*.json` file and template below a directory, every match of a
/// pattern. A path that is named twice is read once. `role` is what inline documents are called.
pub(crate) fn gather(reader: &mut Reader, arguments: &[String], role: &str, args: &ContainerArgs) -> Inputs {
    let (list, unread, files) = (Vec::new(), Vec::new(), Vec::new());
    let mut inputs = Inputs { list, are_many: arguments.len() > 1, unread, files };
    let mut seen = BTreeSet::new();
    for argument in arguments {
        if let (file, Some(name)) = named(argument) {
            let input = match reader.open(file, role) {
                Ok(Opened::Several(container)) if container.entry(name).is_some_and(is_there) => {
                    let entry = container
                        .entry(name)
                        .map(|entry| of_entry(&container.source, &input_name(file, role), entry, args));
                    entry.map(|input| Input { argument: argument.clone(), ..input })
                }
                _ => None,
            };
            let plain = || {
                let read = reader.read(argument, role);
                Input::plain(argument.clone(), input_name(argument, role), read)
            };
            inputs.list.push(input.unwrap_or_else(plain));
            continue;
        }
        let path = path_of(argument);
        let (paths, is_file) = match expanded(path) {
            _ if is_inline(argument) || argument == "-" => (vec![Ok(argument.clone())], true),
            Expanded::File => (vec![Ok(path.to_owned())], true),
            Expanded::Several(paths) => (paths, false),
        };
        inputs.are_many |= !is_file;
        for path in paths {
            match path {
                Ok(path) if !seen.insert(path.clone()) => {}
                Ok(_) if is_file => inputs.add(argument, reader.open(argument, role), role, args),
                Ok(path) => inputs.add(&path, reader.open(&path, role), role, args),
                Err(failure) => inputs.add(argument, Err(failure), role, args),
            }
        }
    }
    inputs
}

/// True if there is a policy now, not only before.
fn is_there(entry: &Entry) -> bool {
    !matches!(entry.state(), State::Absent | State::Deleted)
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
