//! Resolves arguments to policies: files, directories and patterns.

use super::argument::{input_name, is_directory, is_inline, path_of};
use super::directory::{below, holding, is_of_git, utf8};
use super::git::GitPath;
use super::inputs::{Input, Inputs};
use super::links;
use super::placed::{of_container, of_entry};
use super::reader::{Opened, Reader, named};
use crate::cli::args::ContainerArgs;
use crate::container::{Entry, State};
use crate::report::Failure;
use crate::surface::{reason, unreadable};
use std::collections::BTreeSet;
use std::path::Path;

/// Adds what an argument names.
fn add(
    inputs: &mut Inputs,
    argument: &str,
    opened: Result<Opened, Failure>,
    role: &str,
    args: &ContainerArgs,
) {
    let name = input_name(argument, role);
    match opened {
        Ok(Opened::Several(container)) => {
            inputs.are_many = true;
            let found = of_container(&container, &name, args);
            inputs.list.extend(found.list);
            inputs.unread.extend(links::unread(&container, &name, args));
            inputs.files.push(found.holding);
        }
        Ok(Opened::One(read)) => inputs.list.push(Input::plain(argument.to_owned(), name, Ok(read))),
        Err(failure) => inputs.list.push(Input::plain(argument.to_owned(), name, Err(failure))),
    }
}

/// Reads the policies that the arguments name: a file, every `*.json` file and template below a directory, every match of a
/// pattern. A path that is named twice is read once. `role` is the name of inline documents.
pub(crate) fn gather(reader: &mut Reader, arguments: &[String], role: &str, args: &ContainerArgs) -> Inputs {
    let (list, unread, files) = (Vec::new(), Vec::new(), Vec::new());
    let mut inputs = Inputs { list, are_many: arguments.len() > 1, unread, files };
    let mut seen = BTreeSet::new();
    let whole = arguments.iter().filter(|argument| !is_inline(argument) && named(argument).1.is_none());
    reader.beside(whole.flat_map(|argument| self::files(path_of(argument))));
    for argument in arguments {
        if let (file, Some(name)) = named(argument) {
            let found = match reader.open(file, role) {
                Ok(Opened::Several(container)) => {
                    let file_name = input_name(file, role);
                    let of_file = (&*container, &*file_name);
                    match container.entry(name).filter(|entry| is_there(entry)) {
                        Some(entry) => {
                            let input = of_entry(&container, &file_name, entry, args);
                            Some(vec![Input { argument: argument.clone(), ..input }])
                        }
                        None if container.entry(name).is_none() => {
                            links::by_name(of_file, (argument, name), args)
                        }
                        None => None,
                    }
                }
                _ => None,
            };
            let plain = || {
                let read = reader.read(argument, role);
                vec![Input::plain(argument.clone(), input_name(argument, role), read)]
            };
            let found = found.unwrap_or_else(plain);
            inputs.are_many |= found.len() > 1;
            inputs.list.extend(found);
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
                Ok(_) if is_file => add(&mut inputs, argument, reader.open(argument, role), role, args),
                Ok(path) => add(&mut inputs, &path, reader.open(&path, role), role, args),
                Err(failure) => add(&mut inputs, argument, Err(failure), role, args),
            }
        }
    }
    inputs
}

/// Returns the files that an argument stands for: itself, all inputs below a directory, or every match of a pattern.
pub(crate) fn files(argument: &str) -> Vec<Result<String, Failure>> {
    match expanded(argument) {
        Expanded::File => vec![utf8(Path::new(argument))],
        Expanded::Several(files) => files,
    }
}

/// True if the policy exists now, not only before.
fn is_there(entry: &Entry) -> bool {
    !matches!(entry.state(), State::Absent | State::Deleted)
}

/// True if the argument is a pattern: no file or directory has this name.
pub(crate) fn is_pattern(argument: &str) -> bool {
    argument.contains(['*', '?', '[']) && !Path::new(argument).exists()
}

enum Expanded {
    /// The argument names one file, which may be missing.
    File,
    Several(Vec<Result<String, Failure>>),
}

fn expanded(argument: &str) -> Expanded {
    if is_directory(argument) {
        return Expanded::Several(below(argument));
    }
    if GitPath::of(argument).is_some() || !is_pattern(argument) {
        return Expanded::File;
    }
    let options = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::new() };
    let matches = match glob::glob_with(argument, options) {
        Ok(matches) => matches,
        Err(error) => {
            return Expanded::Several(vec![Err(unreadable(
                argument,
                format!("it is not a valid pattern: {}", error.msg),
            ))]);
        }
    };
    let (mut paths, mut empty) = (Vec::new(), Vec::new());
    for entry in matches {
        match entry {
            Ok(path) if path.ancestors().any(is_of_git) => {}
            Ok(path) if path.is_dir() => match utf8(&path) {
                Ok(directory) => match holding(&directory) {
                    Ok(found) => paths.extend(found),
                    Err(none) => empty.push(Err(none)),
                },
                Err(failure) => paths.push(Err(failure)),
            },
            Ok(path) => paths.push(utf8(&path)),
            Err(error) => {
                paths.push(Err(unreadable(&error.path().display().to_string(), reason(error.error()))))
            }
        }
    }
    // A directory without inputs that the pattern matches besides others is not one that was meant.
    if paths.is_empty() {
        paths = empty;
    }
    if paths.is_empty() {
        paths.push(Err(unreadable(argument, "no file matches this pattern")));
    }
    Expanded::Several(paths)
}
