//! The files that a configuration names, with the kinds of policies in them.

use super::Settings;
use crate::cli::args::ContainerArgs;
use crate::cli::config::{Config, InputKind};
use crate::cli::input::{Input, Opened, Reader, as_file, files, from_here, is_input, is_pattern};
use crate::policy::{Document, PolicyType};
use crate::report::Failure;
use crate::surface::{reason, unreadable};
use glob::MatchOptions;
use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

/// The files to check.
pub(super) struct Files {
    pub(super) list: Vec<File>,
    /// Arguments that stand for nothing, and files that cannot be read.
    pub(super) unread: Vec<(String, Failure)>,
    /// Files that patterns happen to match, and that hold neither JSON nor a template.
    pub(super) passed_over: Vec<String>,
    /// Patterns of `exclude` that match nothing.
    pub(super) idle: Vec<String>,
}

/// A file to check.
pub(super) struct File {
    pub(super) path: String,
    /// Its path from the directory of the configuration.
    pub(super) own: String,
    /// The kind that the configuration states, if the file does not say it itself.
    pub(super) kind: Option<InputKind>,
    /// True if the file holds several policies and says what each of them is.
    pub(super) is_container: bool,
    /// True if it is the policy of a resource.
    pub(super) has_principals: bool,
    /// The reason why the policy in it cannot be read, if it cannot.
    pub(super) fault: Option<Failure>,
}

/// Finds the files, each once, in the order of the inputs. Whatever their spelling, their paths start at the current directory.
pub(super) fn found(settings: &Settings) -> Result<Files, Failure> {
    let config = &settings.config;
    let mut reader = Reader::new(&ContainerArgs::default()).lenient();
    let mut found = Files { list: Vec::new(), unread: Vec::new(), passed_over: Vec::new(), idle: Vec::new() };
    let (mut seen, mut excluding) = (BTreeSet::new(), BTreeSet::new());
    for input in &config.inputs {
        for file in files(input) {
            let path = file.and_then(|path| {
                from_here(Path::new(&path)).map_err(|error| unreadable(&path, reason(&error)))
            });
            let path = match path {
                Ok(path) => path,
                Err(failure) => {
                    found.unread.push((input.clone(), failure));
                    continue;
                }
            };
            let own = settings.own(&path)?;
            let excluded: Vec<usize> = excluding_patterns(&own, config).collect();
            excluding.extend(excluded.iter().copied());
            if !excluded.is_empty() || !seen.insert(path.clone()) {
                continue;
            }
            if is_pattern(input) && !is_input(Path::new(&path), || start_of(&path)) {
                found.passed_over.push(path);
                continue;
            }
            match opened(&mut reader, (path.clone(), own), config) {
                Ok(file) => found.list.push(file),
                Err(failure) => found.unread.push((path, failure)),
            }
        }
    }
    let patterns = config.exclude.iter().enumerate();
    let idle = patterns.filter(|(index, _)| !excluding.contains(index));
    found.idle = idle.map(|(_, pattern)| pattern.as_str().to_owned()).collect();
    if found.list.is_empty() && found.unread.is_empty() {
        let why = match found.passed_over.is_empty() {
            true => "`exclude` leaves no file of the inputs",
            false => "no file of the inputs holds JSON or a template",
        };
        return Err(Failure::validation(format!("nothing was checked: {why}")));
    }
    Ok(found)
}

/// Opens a file to see what it is.
fn opened(reader: &mut Reader, (path, own): (String, String), config: &Config) -> Result<File, Failure> {
    let (is_container, has_principals, fault) = match reader.open(&as_file(&path), "policy")? {
        Opened::Several(_) => (true, false, None),
        Opened::One(read) => {
            let of_resource = |document: &Document| PolicyType::infer([document]).has_principals();
            let has_principals = read.document.as_ref().is_some_and(of_resource);
            let fault = Failure::of_documents([&read]);
            let is_none = Input::plain(path.clone(), path.clone(), Ok(read)).is_no_policy();
            (false, has_principals, fault.filter(|_| !is_none))
        }
    };
    let kind = kind_of(&own, config).filter(|_| !is_container);
    Ok(File { path, own, kind, is_container, has_principals, fault })
}

/// The number of bytes of a file of which a pattern says that it is an input.
const MOST_LOOKED_AT: u64 = 64 << 20;

/// Returns the start of a file; `None` if it cannot be read.
fn start_of(path: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path).ok()?.take(MOST_LOOKED_AT).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

pub(super) const MATCHING: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

pub(super) fn is_excluded(path: &str, config: &Config) -> bool {
    excluding_patterns(path, config).next().is_some()
}

fn excluding_patterns(path: &str, config: &Config) -> impl Iterator<Item = usize> {
    let matching =
        config.exclude.iter().enumerate().filter(|(_, pattern)| pattern.matches_with(path, MATCHING));
    matching.map(|(index, _)| index)
}

/// Returns the kind that the last matching pattern states.
pub(super) fn kind_of(path: &str, config: &Config) -> Option<InputKind> {
    let matching = config.kinds.iter().rev().find(|(pattern, _)| pattern.matches_with(path, MATCHING));
    matching.map(|(_, kind)| kind.clone())
}
