//! The files that a configuration names, with the kinds of policies in them.

use super::Settings;
use crate::cli::args::ContainerArgs;
use crate::cli::config::{Config, InputKind};
use crate::cli::input::{Git, GitPath, Opened, Reader, Sides, files};
use crate::policy::{Document, PolicyType};
use crate::report::Failure;
use glob::{MatchOptions, Pattern};
use std::collections::{BTreeMap, BTreeSet};

/// The files to check.
pub(super) struct Files {
    pub(super) list: Vec<File>,
    /// Arguments that stand for nothing, and files that cannot be read.
    pub(super) unread: Vec<(String, Failure)>,
}

/// A file to check.
pub(super) struct File {
    pub(super) path: String,
    /// The kind that the configuration states, if the file does not say it itself.
    pub(super) kind: Option<InputKind>,
    /// True if the file holds several policies and says what each of them is.
    pub(super) is_container: bool,
    /// True if it is the policy of a resource.
    pub(super) has_principals: bool,
}

/// Finds the files, each once, in the order of the inputs.
pub(super) fn found(settings: &Settings) -> Result<Files, Failure> {
    let config = &settings.config;
    let mut reader = Reader::new(&ContainerArgs::default()).lenient();
    let (mut list, mut unread, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for input in &config.inputs {
        for file in files(input) {
            let path = match file {
                Ok(path) => path,
                Err(failure) => {
                    unread.push((input.clone(), failure));
                    continue;
                }
            };
            if is_excluded(&path, config) || !seen.insert(path.clone()) {
                continue;
            }
            let (is_container, has_principals) = match reader.open(&path, "policy") {
                Ok(Opened::Several(_)) => (true, false),
                Ok(Opened::One(read)) => {
                    let of_resource = |document: &Document| PolicyType::infer([document]).has_principals();
                    (false, read.document.as_ref().is_some_and(of_resource))
                }
                Err(failure) => {
                    unread.push((path, failure));
                    continue;
                }
            };
            let kind = kind_of(&path, config).filter(|_| !is_container);
            list.push(File { path, kind, is_container, has_principals });
        }
    }
    if list.is_empty() && unread.is_empty() {
        return Err(Failure::validation("nothing was checked: `exclude` leaves no file of the inputs"));
    }
    Ok(Files { list, unread })
}

const MATCHING: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

fn is_excluded(path: &str, config: &Config) -> bool {
    config.exclude.iter().any(|pattern| pattern.matches_with(path, MATCHING))
}

/// Returns the kind that the last matching pattern states.
fn kind_of(path: &str, config: &Config) -> Option<InputKind> {
    let matching = config.kinds.iter().rev().find(|(pattern, _)| pattern.matches_with(path, MATCHING));
    matching.map(|(_, kind)| kind.clone())
}

/// Files of one kind, before and after.
pub(super) type KindSides = Vec<(Option<InputKind>, Sides)>;

/// Pairs the files with those of a commit, by kind. A file that only the commit has is a deleted one.
///
/// # Errors
/// There is no git, or no such commit.
pub(super) fn sides(settings: &Settings, files: &Files, base: &str) -> Result<KindSides, Failure> {
    let mut git = Git::default();
    git.commit(base)?;
    let mut before: BTreeMap<String, String> = BTreeMap::new();
    for input in &settings.config.inputs {
        before.extend(of_commit(&mut git, base, input)?);
    }
    before.retain(|path, _| !is_excluded(path, &settings.config));
    let mut kinds: KindSides = Vec::new();
    let mut side = |kind: Option<InputKind>, place: usize, path: String, argument: String| {
        let known = kinds.iter().position(|(other, _)| *other == kind);
        let known = known.unwrap_or_else(|| {
            kinds.push((kind, Sides::default()));
            kinds.len() - 1
        });
        if let Some(side) = kinds.get_mut(known).and_then(|(_, sides)| sides.get_mut(place)) {
            side.insert(path, argument);
        }
    };
    let after: BTreeMap<&str, &File> = files.list.iter().map(|file| (file.path.as_str(), file)).collect();
    for file in &files.list {
        side(file.kind.clone(), 1, file.path.clone(), file.path.clone());
    }
    for (path, argument) in before {
        let kind = match after.get(path.as_str()) {
            Some(file) => file.kind.clone(),
            None => kind_of(&path, &settings.config),
        };
        side(kind, 0, path, argument);
    }
    Ok(kinds)
}

/// Returns the files that an input stands for in a commit.
fn of_commit(git: &mut Git, base: &str, input: &str) -> Result<Vec<(String, String)>, Failure> {
    let path = input.strip_prefix("./").unwrap_or(input).trim_end_matches('/');
    let pattern = Pattern::new(path).ok().filter(|_| path.contains(['*', '?', '[']));
    let Some(pattern) = pattern else { return git.below(GitPath { revision: base, path }) };
    // A pattern matches files, or directories that stand for all files below them.
    let start = path.split(['*', '?', '[']).next().unwrap_or_default();
    let directory = start.rsplit_once('/').map_or(".", |(directory, _)| directory);
    let listed = git.below(GitPath { revision: base, path: directory })?;
    let is_meant = |path: &str| {
        let above = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
        above.chain([path]).any(|path| pattern.matches_with(path, MATCHING))
    };
    Ok(listed.into_iter().filter(|(path, _)| is_meant(path)).collect())
}
