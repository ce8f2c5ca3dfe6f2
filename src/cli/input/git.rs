//! Files as they are in a commit, read by the installed `git`: `git:REVISION:PATH`.
//!
//! Only objects are read (`rev-parse`, `ls-tree`, `cat-file`): no hook, no filter and no driver of a repository runs, and nothing is written.
//! No part of an argument can become an option, because a revision does not start with `-`, and a path follows the hash of a commit.
//! The repository is that of the file, whatever the environment says, and paths start at its root.

use super::committed::{Committed, Tree, place, top_of};
use super::git_process::{START, argument, output};
use crate::report::Failure;
use crate::surface::unreadable;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The number of bytes of a list of files that are read.
const MOST_LISTED: usize = 64 << 20;

/// A file or directory in a commit, as an argument names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GitPath<'a> {
    revision: &'a str,
    /// Relative to the current directory.
    path: &'a str,
}

impl<'a> GitPath<'a> {
    /// Reads an argument; `None` if it is another one. It never names a file of the working tree, which is `./git:...`.
    pub(crate) fn of(argument: &'a str) -> Option<GitPath<'a>> {
        let (revision, path) = argument.strip_prefix(START)?.split_once(':')?;
        Some(GitPath { revision, path })
    }

    /// Returns the argument.
    fn argument(self) -> String {
        argument(self.revision, self.path)
    }
}

/// The installed `git`, with the commits that revisions were resolved to, by repository.
#[derive(Debug, Default)]
pub(crate) struct Git {
    commits: BTreeMap<(PathBuf, String), String>,
}

impl Git {
    /// Returns the content of the file that an argument names.
    ///
    /// # Errors
    /// There is no `git`, no such commit or no such file in it, or the file is longer than `most` bytes.
    pub(crate) fn file(&mut self, at: GitPath<'_>, most: usize) -> Result<Vec<u8>, Failure> {
        let refused = |why| unreadable(&at.argument(), why);
        // A directory that only the commit has is in the repository of the directory above.
        let path = Path::new(at.path);
        let directory = path.ancestors().skip(1).find(|above| above.is_dir()).unwrap_or(Path::new("."));
        let top = top_of(directory).map_err(refused)?;
        let commit = self.commit(at.revision, &top)?;
        let object = format!("{commit}:{}", place(path, &top).map_err(refused)?);
        output(&top, &["cat-file", "blob", &object], most).map_err(|why| {
            let why = if why.is_empty() { "the commit has no such file".to_owned() } else { why };
            unreadable(&at.argument(), why)
        })
    }

    /// Returns the content of a file that was found in a commit.
    ///
    /// # Errors
    /// There is no `git`, or the file is longer than `most` bytes.
    pub(crate) fn content(&self, file: &Committed, most: usize) -> Result<Vec<u8>, Failure> {
        output(&file.top, &["cat-file", "blob", &file.hash], most)
            .map_err(|why| unreadable(&file.argument, why))
    }

    /// Returns all files of a commit of the repository that contains a directory.
    ///
    /// # Errors
    /// There is no `git`, no repository or no such commit.
    pub(crate) fn tree(&mut self, revision: &str, directory: &Path) -> Result<Tree, Failure> {
        let refused = |why| unreadable(&format!("{START}{revision}"), why);
        let top = top_of(directory).map_err(refused)?;
        let commit = self.commit(revision, &top)?;
        let listed = output(&top, &["ls-tree", "-r", "-z", "--full-tree", &commit], MOST_LISTED);
        Tree::read(&listed.map_err(refused)?, revision, top).map_err(refused)
    }

    /// Returns the hash of a commit.
    ///
    /// # Errors
    /// There is no `git`, or the repository has no such commit.
    fn commit(&mut self, revision: &str, top: &Path) -> Result<String, Failure> {
        let key = (top.to_owned(), revision.to_owned());
        if let Some(commit) = self.commits.get(&key) {
            return Ok(commit.clone());
        }
        let name = format!("{START}{revision}");
        if revision.is_empty() || revision.starts_with('-') || revision.contains(char::is_control) {
            return Err(unreadable(&name, format!("`{revision}` is not the name of a commit")));
        }
        let peeled = format!("{revision}^{{commit}}");
        let found = output(top, &["rev-parse", "--verify", "--quiet", &peeled], 1 << 10).map_err(|why| {
            let none = || format!("`{revision}` is not a commit of this repository; fetch it first");
            unreadable(&name, if why.is_empty() { none() } else { why })
        })?;
        let commit = String::from_utf8_lossy(&found).trim().to_owned();
        if commit.is_empty() || !commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(unreadable(&name, "git did not answer with the hash of a commit"));
        }
        self.commits.insert(key, commit.clone());
        Ok(commit)
    }
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
            let failure = git.commit(revision, Path::new(".")).unwrap_err();
            assert!(failure.message.contains("is not the name of a commit"), "{failure}");
        }
    }
}
