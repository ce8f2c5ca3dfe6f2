//! The files below a directory.

use crate::report::Failure;
use crate::surface::{reason, unreadable};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The files below a directory, or why there are none.
pub(crate) fn below(directory: &str) -> Vec<Result<String, Failure>> {
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
                let name =
                    error.path().map_or_else(|| directory.to_owned(), |path| path.display().to_string());
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

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

/// The path as text, without `./` before it.
pub(crate) fn utf8(path: &Path) -> Result<String, Failure> {
    let Some(text) = path.to_str() else {
        return Err(unreadable(&path.display().to_string(), "its name is not UTF-8 text"));
    };
    Ok(text.strip_prefix("./").unwrap_or(text).to_owned())
}
