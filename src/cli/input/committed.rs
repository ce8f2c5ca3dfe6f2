//! The files of a commit, and the paths by which a repository knows the files of the working tree.

use super::git_process::{argument, output};
use crate::surface::reason;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// A file as it is in a commit. It was found in the list of the files of the commit, so no other file can stand in its place.
#[derive(Clone, Debug)]
pub(crate) struct Committed {
    /// The argument that names it, for people.
    pub(crate) argument: String,
    pub(super) top: PathBuf,
    pub(super) hash: String,
}

/// All files of a commit, by their paths from the root of the repository.
#[derive(Debug)]
pub(crate) struct Tree {
    revision: String,
    top: PathBuf,
    entries: BTreeMap<String, (Kind, String)>,
}

/// The kind of an entry of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    File,
    Link,
    /// A commit of another repository (a submodule).
    Repository,
    /// A name that is not UTF-8 text.
    Nameless,
}

impl Kind {
    /// Says why the content of the entry is not known.
    fn refusal(self, path: &str) -> Option<String> {
        match self {
            Kind::File => None,
            Kind::Link => Some(format!("{path} is not a file in that commit, but a link")),
            Kind::Repository => {
                Some(format!("{path} is a submodule in that commit, so its files are not in it"))
            }
            Kind::Nameless => Some(format!("the name of {path} is not UTF-8 text")),
        }
    }
}

impl Tree {
    /// Reads the list that git prints.
    pub(super) fn read(listed: &[u8], revision: &str, top: PathBuf) -> Result<Tree, String> {
        let mut entries = BTreeMap::new();
        for line in listed.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
            let text = String::from_utf8_lossy(line);
            let parts = text.split_once('\t').and_then(|(kind, path)| {
                let mut words = kind.split(' ');
                Some((words.next()?, words.nth(1)?, path))
            });
            let Some((mode, hash, path)) = parts else {
                return Err("git lists its files in an unknown form".to_owned());
            };
            let kind = match mode {
                _ if std::str::from_utf8(line).is_err() => Kind::Nameless,
                "120000" => Kind::Link,
                "160000" => Kind::Repository,
                mode if mode.starts_with("100") => Kind::File,
                _ => return Err(format!("git lists {path} with the unknown mode {mode}")),
            };
            entries.insert(path.to_owned(), (kind, hash.to_owned()));
        }
        Ok(Tree { revision: revision.to_owned(), top, entries })
    }

    /// Returns the path of a file of the working tree from the root of the repository.
    ///
    /// # Errors
    /// The file is outside of the repository, in a submodule of it, or behind a link: the commit does not contain it at this path.
    pub(crate) fn place(&self, path: &str) -> Result<String, String> {
        place(Path::new(path), &self.top)
    }

    /// Returns the file at a place; `None` if the commit has none.
    ///
    /// # Errors
    /// The commit has something else there, or a link or a submodule above.
    pub(crate) fn file(&self, place: &str) -> Result<Option<Committed>, String> {
        let above = place.match_indices('/').filter_map(|(at, _)| place.get(..at));
        for path in above.chain([place]) {
            if let Some((kind, _)) = self.entries.get(path) {
                kind.refusal(path).map_or(Ok(()), Err)?;
            }
        }
        Ok(self.entries.get(place).map(|(_, hash)| Committed {
            argument: argument(&self.revision, &self.shown(place)),
            top: self.top.clone(),
            hash: hash.clone(),
        }))
    }

    /// True if the commit has a file or directory at a place.
    pub(crate) fn has(&self, place: &str) -> bool {
        place.is_empty() || self.entries.contains_key(place) || self.below(place).next().is_some()
    }

    /// Returns the places below a directory.
    pub(crate) fn below(&self, directory: &str) -> impl Iterator<Item = &str> {
        let start = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        let from = self.entries.range(start.clone()..).map(|(path, _)| path.as_str());
        from.take_while(move |path| path.starts_with(&start))
    }

    /// True if a place holds a link that leads to a file of the commit.
    pub(crate) fn is_link_to_file(&self, place: &str, target: &str) -> bool {
        let directory = place.rsplit_once('/').map_or("", |(directory, _)| directory);
        let mut parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).collect();
        for part in target.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.pop().is_none() => return false,
                ".." => {}
                part => parts.push(part),
            }
        }
        let found = self.entries.get(&parts.join("/"));
        !target.starts_with('/') && found.is_some_and(|(kind, _)| *kind == Kind::File)
    }

    /// Returns the link at a place.
    pub(crate) fn link(&self, place: &str) -> Option<Committed> {
        let (_, hash) = self.entries.get(place).filter(|(kind, _)| *kind == Kind::Link)?;
        Some(Committed { argument: place.to_owned(), top: self.top.clone(), hash: hash.clone() })
    }

    /// Returns the path that leads to a place from the current directory.
    pub(crate) fn shown(&self, place: &str) -> String {
        from_here(&self.top.join(place)).unwrap_or_else(|_| place.to_owned())
    }
}

/// Returns the root of the repository that contains a directory.
pub(super) fn top_of(directory: &Path) -> Result<PathBuf, String> {
    let directory = if directory == Path::new("") { Path::new(".") } else { directory };
    let found = output(directory, &["rev-parse", "--show-toplevel"], 1 << 16)?;
    let text = String::from_utf8(found).map_err(|_| "the path of the repository is not UTF-8 text")?;
    let top = Path::new(text.strip_suffix('\n').unwrap_or(&text));
    top.canonicalize().map_err(|error| reason(&error))
}

/// Returns the path of a file from the root of its repository, with `/`.
pub(super) fn place(path: &Path, top: &Path) -> Result<String, String> {
    let whole = normal(path).map_err(|error| reason(&error))?;
    let is_top = |above: &&Path| above.canonicalize().is_ok_and(|real| real == top);
    let Some(above) = whole.ancestors().find(is_top) else {
        return Err(format!("it is not in the repository {}", top.display()));
    };
    let below = whole.strip_prefix(above).map_err(|error| error.to_string())?;
    let (mut parts, mut real) = (Vec::new(), above.to_owned());
    for part in below.components() {
        real.push(part);
        parts.push(part.as_os_str().to_str().ok_or("its name is not UTF-8 text")?);
        let name = parts.join("/");
        if real.symlink_metadata().is_ok_and(|found| found.is_symlink()) {
            return Err(format!("{name} is a link, and a commit contains the link, not what it leads to"));
        }
        if real.is_dir() && real.join(".git").symlink_metadata().is_ok() {
            return Err(format!("{name} is another repository (a submodule)"));
        }
    }
    Ok(parts.join("/"))
}

/// Returns the absolute path without `.` and `..`. A `..` leaves the directory to which a link leads, as the system understands it.
fn normal(path: &Path) -> std::io::Result<PathBuf> {
    let mut whole = std::env::current_dir()?;
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if let Ok(real) = whole.canonicalize() {
                    whole = real;
                }
                whole.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => whole.push(part),
        }
    }
    Ok(whole)
}

/// Returns the one spelling of a path: relative to the current directory, without `.`, `..` inside and doubled `/`.
///
/// # Errors
/// The current directory is not known.
pub(crate) fn from_here(path: &Path) -> std::io::Result<String> {
    from_directory(path, &std::env::current_dir()?)
}

/// Does the same as [`from_here`] for a path that starts at the current directory, as seen from another one, given by its absolute path.
///
/// # Errors
/// The current directory is not known.
pub(crate) fn from_directory(path: &Path, here: &Path) -> std::io::Result<String> {
    let whole = normal(path)?;
    if let Ok(inner) = whole.strip_prefix(here) {
        let text = inner.display().to_string();
        return Ok(if text.is_empty() { ".".to_owned() } else { text });
    }
    let shared = whole.components().zip(here.components()).take_while(|(one, other)| one == other).count();
    // Paths that share no directory are clearer from the root.
    if shared <= 1 {
        return Ok(whole.display().to_string());
    }
    let up = here.components().skip(shared).map(|_| "..".to_owned());
    let down = whole.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned());
    Ok(up.chain(down).collect::<Vec<String>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(listed: &str) -> Tree {
        Tree::read(listed.as_bytes(), "main", PathBuf::from("/r")).unwrap()
    }

    #[test]
    fn a_file_is_what_the_commit_has_at_its_path() {
        let tree = tree(
            "100644 blob aa\tp/a.json\x00120000 blob bb\tp/l\x00160000 commit cc\ts\x00100755 blob dd\tp[1]/x \x00",
        );
        assert_eq!(tree.file("p/a.json").unwrap().unwrap().hash, "aa");
        assert_eq!(tree.file("p[1]/x ").unwrap().unwrap().hash, "dd");
        assert!(tree.file("p/b.json").unwrap().is_none());
        for (path, why) in [("p/l", "a link"), ("p/l/a.json", "a link"), ("s/a.json", "a submodule")] {
            let refused = tree.file(path).unwrap_err();
            assert!(refused.contains(why), "{path}: {refused}");
        }
        assert!(tree.has("p") && tree.has("s") && tree.has("") && !tree.has("q"));
        assert_eq!(tree.below("p").collect::<Vec<_>>(), ["p/a.json", "p/l"]);
        assert!(tree.is_link_to_file("p/l", "a.json") && tree.is_link_to_file("p/l", "../p/./a.json"));
        assert!(!tree.is_link_to_file("p/l", "../../a.json") && !tree.is_link_to_file("p/l", "/p/a.json"));
    }

    #[test]
    fn a_path_has_one_spelling() {
        for path in ["src/lib.rs", "./src//lib.rs", "src/./lib.rs", "src/../src/lib.rs", "src/cli/../lib.rs"]
        {
            assert_eq!(from_here(Path::new(path)).unwrap(), "src/lib.rs", "{path}");
            let whole = std::env::current_dir().unwrap().join(path);
            assert_eq!(from_here(&whole).unwrap(), "src/lib.rs", "{path}");
        }
        assert_eq!(from_here(Path::new(".")).unwrap(), ".");
    }
}
