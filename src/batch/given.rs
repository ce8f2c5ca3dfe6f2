//! The policies that a line gives: a document, or a file that contains several.

use super::config::Batch;
use crate::container::{Container, Content, Contents, Options, decode, holds_several, open};
use crate::hash::are_equal;
use crate::policy::{ParseError, Read, read};
use crate::report::Failure;
use crate::span::Source;
use crate::surface::{Cache, Known, Remembered, reason, undecided, unreadable};
use std::borrow::Cow;
use std::fs::File;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// A policy, or a file with several policies.
pub(super) enum Given {
    One(Arc<Remembered>),
    Several(Box<Container>),
}

impl Given {
    /// Returns the only policy.
    ///
    /// # Errors
    /// There are several.
    pub(super) fn one(self, name: &str) -> Result<Arc<Remembered>, Failure> {
        match self {
            Given::One(read) => Ok(read),
            Given::Several(_) => Err(Failure::validation(format!(
                "{name} holds several policies, but one is needed here: name it as FILE#NAME"
            ))),
        }
    }
}

/// Returns the policy, or the file with several policies, in the member with this name: an object or a string.
///
/// # Errors
/// The string is not a valid text, or the file in it cannot be read.
pub(super) fn written(
    batch: &Batch,
    cache: &Cache,
    (name, raw): (&'static str, &str),
    known: Option<&Known>,
) -> Result<Given, Failure> {
    let text = || -> Result<Cow<'_, str>, Failure> {
        if !raw.starts_with('"') {
            return Ok(Cow::Borrowed(raw));
        }
        serde_json::from_str(raw).map(Cow::Owned).map_err(|_| {
            let what = "holds half of a surrogate pair, which is not a character";
            Failure::validation(format!("the string `{name}` {what}"))
        })
    };
    let source = |text: Cow<'_, str>| Source::new(name, text.into_owned());
    let found =
        cache.read(name, raw, known, || Ok::<_, Failure>(read(&source(text()?), &batch.limits).into()))?;
    // A part of a plan or template is not all of it.
    let is_whole = found.is_whole(|document| {
        let is_all = |text: &str| are_equal(document.source.text().as_bytes(), text.as_bytes());
        document.base_pointer.is_empty() && text().is_ok_and(|text| is_all(&text))
    });
    if is_whole {
        return Ok(Given::One(found));
    }
    let text = text()?;
    if found.read().document.is_some() && !holds_several(&text) {
        return Ok(Given::One(found));
    }
    Ok(match contents(&source(text))? {
        Contents::Container(container) => Given::Several(container),
        Contents::Policy(_) => Given::One(found),
    })
}

/// Returns the policy, or the file with several policies, that a member names: `FILE` or `FILE#NAME`, below the directory that
/// lines may read.
///
/// # Errors
/// The file is not below the directory, cannot be read, has no such policy, or does not contain all of it.
pub(super) fn named(batch: &Batch, name: &'static str, argument: &str) -> Result<Given, Failure> {
    let Some(directory) = &batch.files else {
        return Err(Failure::validation(format!(
            "`{name}` names a file, but lines may not read files: give `--files DIR` if you trust their author"
        )));
    };
    let (path, file, policy) = found(directory, argument)?;
    let source = read_file(&path, file)?;
    // What is not JSON is a policy with an error, as on the command line: a check refuses it, and `validate-policy` has findings.
    let contents = match open(&source, &Options::default()) {
        Err(error) if policy.is_none() => Contents::Policy(Box::new(Read::from(Err(error)))),
        opened => opened.map_err(|error| broken_file(&source, error))?,
    };
    match (contents, policy) {
        (Contents::Policy(read), None) => Ok(Given::One(Arc::new(Remembered::new(name, *read)))),
        (Contents::Policy(_), Some(_)) => {
            Err(Failure::validation(format!("{file} is a single policy, so no policy in it has a name")))
        }
        (Contents::Container(container), None) => Ok(Given::Several(container)),
        (Contents::Container(container), Some(policy)) => {
            let Some(entry) = container.entry(policy) else {
                return Err(Failure::validation(format!("{file} has no policy named `{policy}`")));
            };
            match &entry.content {
                _ if entry.sensitive => Err(Failure::validation(format!(
                    "the file marks {policy} as sensitive: findings in it are not shown"
                ))),
                Content::Text { read, .. } if entry.kind.is_some() => {
                    Ok(Given::One(Arc::new(Remembered::new(name, read.clone()))))
                }
                content => Err(undecided(&container.source, entry, content)),
            }
        }
    }
}

/// Returns the plan that a member names, below the directory that lines may read.
///
/// # Errors
/// The file is not below the directory, or cannot be read.
pub(super) fn plan(batch: &Batch, (member, argument): (&str, &str)) -> Result<Source, Failure> {
    let Some(directory) = &batch.files else {
        return Err(Failure::validation(format!(
            "`{member}` names a file, but lines may not read files: give `--files DIR` if you trust their author"
        )));
    };
    match found(directory, argument)? {
        (path, file, None) => read_file(&path, file),
        (_, file, Some(_)) => {
            Err(Failure::validation(format!("`{member}` is a whole file: name it as {file}")))
        }
    }
}

fn read_file(path: &Path, name: &str) -> Result<Source, Failure> {
    let most = Options::default().limits.bytes;
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(most as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(name, reason(&error)))?;
    let text = decode(bytes).map_err(|_| unreadable(name, "it is neither UTF-8 nor UTF-16 text"))?;
    Ok(Source::new(name, text))
}

/// Returns the path of a directory below the one that lines may read.
///
/// # Errors
/// Lines may not read files, or there is no such directory.
pub(super) fn directory(batch: &Batch, name: &str, argument: &str) -> Result<PathBuf, Failure> {
    let Some(directory) = &batch.files else {
        return Err(Failure::validation(format!(
            "`{name}` names a directory, but lines may not read files: give `--files DIR` if you trust their author"
        )));
    };
    if argument.is_empty() {
        return Err(Failure::validation(format!(
            "`{name}` is empty: name a directory, or `.` for that of --files"
        )));
    }
    let is_inside =
        Path::new(argument).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let path = Some(directory.join(argument)).filter(|path| is_inside && path.is_dir());
    path.ok_or_else(|| unreadable(argument, "the directory that lines may read holds no such directory"))
}

fn contents(source: &Source) -> Result<Contents, Failure> {
    open(source, &Options::default()).map_err(|error| broken_file(source, error))
}

fn broken_file(source: &Source, error: ParseError) -> Failure {
    match Failure::of_documents([&Read::from(Err(error))]) {
        Some(failure) => failure,
        None => Failure::validation(format!("{} cannot be read", source.name())),
    }
}

/// Returns the path of a file below a directory, its name, and the name of a policy in it. A symbolic link may lead out of the
/// directory, but not a path.
fn found<'a>(directory: &Path, argument: &'a str) -> Result<(PathBuf, &'a str, Option<&'a str>), Failure> {
    let below = |path: &str| {
        let is_inside =
            Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        is_inside.then(|| directory.join(path)).filter(|path| path.is_file())
    };
    if let Some(path) = below(argument) {
        return Ok((path, argument, None));
    }
    for (at, _) in argument.match_indices('#') {
        let (file, name) = argument.split_at(at);
        if let (Some(path), Some(name)) = (below(file), name.strip_prefix('#')) {
            return Ok((path, file, Some(name)));
        }
    }
    Err(unreadable(argument, "the directory that lines may read holds no such file"))
}
