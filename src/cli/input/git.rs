//! Files as they are in a commit, read by the installed `git`: `git:REVISION:PATH`.
//!
//! Only objects are read (`rev-parse`, `ls-tree`, `cat-file`): no hook, no filter and no driver of a repository runs, and nothing is written.
//! No part of an argument can become an option, because a revision does not start with `-`, and a path follows the hash of a commit.

use super::directory::{is_json, is_named_as_template};
use crate::report::Failure;
use crate::surface::{reason, unreadable};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// The start of an argument that names a file in a commit.
const START: &str = "git:";
/// The number of bytes of a list of files, or of a message, that are read.
const MOST_LISTED: usize = 64 << 20;
const MOST_TOLD: u64 = 4 << 10;

/// A file or directory in a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GitPath<'a> {
    pub(crate) revision: &'a str,
    /// Relative to the current directory.
    pub(crate) path: &'a str,
}

impl<'a> GitPath<'a> {
    /// Reads an argument; `None` if it is another one, or a file has this name.
    pub(crate) fn of(argument: &'a str) -> Option<GitPath<'a>> {
        let (revision, path) = argument.strip_prefix(START)?.split_once(':')?;
        (!Path::new(argument).exists()).then_some(GitPath { revision, path })
    }

    /// Returns the argument.
    fn argument(self) -> String {
        format!("{START}{}:{}", self.revision, self.path)
    }
}

/// The installed `git`, with the commits that revisions were resolved to.
#[derive(Debug, Default)]
pub(crate) struct Git {
    commits: BTreeMap<String, String>,
}

impl Git {
    /// Returns the content of a file.
    ///
    /// # Errors
    /// There is no `git`, no such commit or no such file in it, or the file is longer than `most` bytes.
    pub(crate) fn file(&mut self, at: GitPath<'_>, most: usize) -> Result<Vec<u8>, Failure> {
        let object = self.object(at)?;
        output(&["cat-file", "blob", &object], most).map_err(|why| {
            let why = if why.is_empty() { "the commit has no such file".to_owned() } else { why };
            unreadable(&at.argument(), why)
        })
    }

    /// Returns the arguments that name the inputs below a path, each with its path; empty if the commit does not have the path. A
    /// path of a file stands for itself.
    ///
    /// # Errors
    /// There is no `git`, no such commit, or an input is neither a file nor a directory.
    pub(crate) fn below(&mut self, at: GitPath<'_>) -> Result<Vec<(String, String)>, Failure> {
        let commit = self.commit(at.revision)?;
        let listed = output(&["ls-tree", "-r", "-z", &commit, &dotted(at.path)], MOST_LISTED)
            .map_err(|why| unreadable(&at.argument(), why))?;
        let listed = String::from_utf8(listed)
            .map_err(|_| unreadable(&at.argument(), "the name of a file in it is not UTF-8 text"))?;
        let mut files = Vec::new();
        for line in listed.split('\0').filter(|line| !line.is_empty()) {
            let Some((kind, path)) = line.split_once('\t') else {
                return Err(unreadable(&at.argument(), "git lists its files in an unknown form"));
            };
            let file = GitPath { path, ..at };
            let is_named = path == at.path.trim_start_matches("./");
            let is_template = is_named_as_template(Path::new(path));
            if !(is_named || is_template || is_json(Path::new(path))) {
                continue;
            }
            if !kind.starts_with("100") {
                return Err(unreadable(&file.argument(), "it is not a file in that commit, but a link"));
            }
            // Only its text tells a template from other YAML; text that is not UTF-8 is none.
            if is_template && !is_named {
                let text = self.file(file, MOST_LISTED)?;
                if !String::from_utf8(text).is_ok_and(|text| crate::container::is_template(&text)) {
                    continue;
                }
            }
            files.push((path.to_owned(), file.argument()));
        }
        Ok(files)
    }

    /// Returns the name of an object: the hash of the commit, then the path.
    fn object(&mut self, at: GitPath<'_>) -> Result<String, Failure> {
        Ok(format!("{}:{}", self.commit(at.revision)?, dotted(at.path)))
    }

    /// Returns the hash of a commit.
    ///
    /// # Errors
    /// There is no `git`, or the repository has no such commit.
    pub(crate) fn commit(&mut self, revision: &str) -> Result<String, Failure> {
        if let Some(commit) = self.commits.get(revision) {
            return Ok(commit.clone());
        }
        let name = format!("{START}{revision}");
        if revision.is_empty() || revision.starts_with('-') || revision.contains(char::is_control) {
            return Err(unreadable(&name, format!("`{revision}` is not the name of a commit")));
        }
        let peeled = format!("{revision}^{{commit}}");
        let found = output(&["rev-parse", "--verify", "--quiet", &peeled], 1 << 10).map_err(|why| {
            let none = || format!("`{revision}` is not a commit of this repository; fetch it first");
            unreadable(&name, if why.is_empty() { none() } else { why })
        })?;
        let commit = String::from_utf8_lossy(&found).trim().to_owned();
        if commit.is_empty() || !commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(unreadable(&name, "git did not answer with the hash of a commit"));
        }
        self.commits.insert(revision.to_owned(), commit.clone());
        Ok(commit)
    }
}

/// Returns a path that git takes as relative to the current directory, and never as an option.
fn dotted(path: &str) -> String {
    if path.is_empty() || path == "." {
        "./".to_owned()
    } else if path.starts_with('/') || path.starts_with("./") || path.starts_with("../") {
        path.to_owned()
    } else {
        format!("./{path}")
    }
}

/// Runs git and returns what it prints, or the reason why there is nothing; an empty one if git says none.
fn output(arguments: &[&str], most: usize) -> Result<Vec<u8>, String> {
    let mut child = Command::new("git")
        .args(["--no-pager", "--no-replace-objects", "--literal-pathspecs"])
        .args(arguments)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        // A missing object of a partial clone is not fetched: iamsat opens no connection.
        .env("GIT_NO_LAZY_FETCH", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("git cannot be run: {}", reason(&error)))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    // Both are read at the same time: a full pipe would stop git.
    let told = std::thread::spawn(move || {
        let mut text = Vec::new();
        let read = stderr.map_or(Ok(0), |stream| stream.take(MOST_TOLD).read_to_end(&mut text));
        read.map(|_| text)
    });
    let mut printed = Vec::new();
    let bound = most as u64 + 1;
    let read = stdout.map_or(Ok(0), |stream| stream.take(bound).read_to_end(&mut printed));
    let is_too_long = printed.len() > most;
    if is_too_long || read.is_err() {
        // What git has still to say does not matter.
        drop(child.kill());
    }
    let status = child.wait().map_err(|error| reason(&error))?;
    let told = match told.join() {
        Ok(Ok(text)) => String::from_utf8_lossy(&text).into_owned(),
        _ => String::new(),
    };
    read.map_err(|error| reason(&error))?;
    if is_too_long {
        return Err(format!("it is longer than {most} bytes"));
    }
    if status.success() {
        return Ok(printed);
    }
    let first = told.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    Err(first.trim_start_matches("fatal: ").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_name_a_commit_and_a_path() {
        let at = |argument| GitPath::of(argument).map(|at| (at.revision, at.path));
        assert_eq!(at("git:origin/main:policies/a.json"), Some(("origin/main", "policies/a.json")));
        assert_eq!(at("git:HEAD~2:a:b.json"), Some(("HEAD~2", "a:b.json")));
        assert_eq!(at("git:main"), None);
        assert_eq!(at("policies/a.json"), None);
    }

    #[test]
    fn nothing_becomes_an_option() {
        let mut git = Git::default();
        for revision in ["--upload-pack=x", "-h", "", "a\nb"] {
            let failure = git.commit(revision).unwrap_err();
            assert!(failure.message.contains("is not the name of a commit"), "{failure}");
        }
        assert_eq!((dotted("-x.json"), dotted("../a")), ("./-x.json".to_owned(), "../a".to_owned()));
    }
}
