//! The files below a directory.

use crate::container::{AssemblyFile, assembly, holds_words, may_be_template};
use crate::index::broken;
use crate::report::Failure;
use crate::surface::{reason, unreadable};
use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

/// Returns the files below a directory, or the reason why there are none: `*.json` and templates in YAML. If `cdk synth` wrote
/// the directory, returns the templates that its manifest names.
pub(crate) fn below(directory: &str) -> Vec<Result<String, Failure>> {
    holding(directory).unwrap_or_else(|none| vec![Err(none)])
}

/// Returns the files below a directory, as [`below`] does.
///
/// # Errors
/// There are none.
pub(super) fn holding(directory: &str) -> Result<Vec<Result<String, Failure>>, Failure> {
    if let Some(templates) = synthesised(Path::new(directory), MOST_NESTED) {
        return Ok(templates);
    }
    let mut visited = BTreeSet::new();
    // A directory to which links lead twice, or back, is visited once.
    let is_new = |entry: &walkdir::DirEntry, visited: &mut BTreeSet<PathBuf>| {
        let mut is_seen = |path: &Path| path.canonicalize().is_ok_and(|path| !visited.insert(path));
        !(entry.depth() > 0 && is_of_git(entry.path()) || entry.file_type().is_dir() && is_seen(entry.path()))
    };
    let walk = walkdir::WalkDir::new(directory).follow_links(true).sort_by_file_name();
    let entries = walk.into_iter().filter_entry(|entry| is_new(entry, &mut visited));
    let mut files: Vec<Result<String, Failure>> = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_json(entry.path()) => {
                files.push(utf8(entry.path()));
            }
            Ok(entry) if entry.file_type().is_file() => match is_template(entry.path()) {
                Ok(true) => files.push(utf8(entry.path())),
                Ok(false) => {}
                Err(failure) => files.push(Err(failure)),
            },
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
        return Err(unreadable(directory, "it holds no *.json file at any depth"));
    }
    Ok(files)
}

/// True for what git keeps in a working tree for itself.
pub(super) fn is_of_git(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == ".git")
}

/// True if a file that a pattern happens to match is an input by its name, or by its text: an object in JSON, or a template.
pub(crate) fn is_input(path: &Path, text: impl FnOnce() -> Option<Vec<u8>>) -> bool {
    if is_json(path) {
        return true;
    }
    // What cannot be read is not passed over.
    let Some(bytes) = text() else { return true };
    // Zeros are those of UTF-16.
    let text = String::from_utf8_lossy(&bytes);
    let first =
        text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{fffd}' | '\0'));
    first.starts_with('{') || is_named_as_template(path) && crate::container::is_template(&text)
}

/// True if the name of a file is one that JSON has.
pub(crate) fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

/// The depth to which assemblies in assemblies are followed.
const MOST_NESTED: usize = 16;
/// The number of bytes of a manifest that are read.
const MOST_MANIFEST: u64 = 64 << 20;

/// Returns the templates of a cloud assembly; `None` if the directory is not one, or has none.
fn synthesised(directory: &Path, most: usize) -> Option<Vec<Result<String, Failure>>> {
    let mut manifest = String::new();
    let file = std::fs::File::open(directory.join("manifest.json")).ok()?;
    file.take(MOST_MANIFEST).read_to_string(&mut manifest).ok()?;
    let mut templates = Vec::new();
    for file in assembly(&manifest)? {
        match file {
            AssemblyFile::Template(path) => templates.push(utf8(&directory.join(path))),
            AssemblyFile::Directory(path) => {
                let path = directory.join(path);
                match most.checked_sub(1).and_then(|most| synthesised(&path, most)) {
                    Some(inner) => templates.extend(inner),
                    None => {
                        templates
                            .push(Err(unreadable(&path.display().to_string(), "it is not a cloud assembly")));
                    }
                }
            }
        }
    }
    // Only their parents name the templates of nested stacks.
    if let Ok(entries) = std::fs::read_dir(directory) {
        let mut nested: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
        nested.retain(|path| path.to_str().is_some_and(|path| path.ends_with(".nested.template.json")));
        nested.sort();
        templates.extend(nested.iter().map(|path| utf8(path)));
    }
    // The manifest of something else names no templates.
    (!templates.is_empty()).then_some(templates)
}

/// True for a YAML template, by its name and its text, and for a file that may be one and is broken: whoever reads it says why. Other YAML is
/// not an input.
///
/// # Errors
/// The file cannot be opened or read.
fn is_template(path: &Path) -> Result<bool, Failure> {
    if !is_named_as_template(path) {
        return Ok(false);
    }
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(MOST_MANIFEST).read_to_end(&mut bytes));
    read.map_err(|error| unreadable(&path.display().to_string(), reason(&error)))?;
    Ok(match String::from_utf8(bytes) {
        Ok(text) => may_be_template(&text),
        // Zeros are those of UTF-16.
        Err(error) => {
            let text = String::from_utf8_lossy(error.as_bytes()).replace('\0', "");
            may_be_template(&text) || holds_words(&text)
        }
    })
}

/// True if the name of a file is one that templates have.
pub(crate) fn is_named_as_template(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        ["yaml", "yml", "template"].into_iter().any(|known| extension.eq_ignore_ascii_case(known))
    })
}

/// Returns the argument for a path, which no command takes as a flag, a document, a URL or a file in a commit.
pub(crate) fn as_file(path: &str) -> String {
    let is_other = path.starts_with(['-', '{']) || path.starts_with("file:") || path.starts_with("git:");
    if is_other { format!("./{path}") } else { path.to_owned() }
}

/// Returns the path of a file below the directory, which pairs it with the same file of another directory.
pub(crate) fn relative<'f>(file: &'f str, directory: &str) -> &'f str {
    let (file, from) = (without_dot(file), without_dot(directory));
    // The names of files below the directory `.` do not start with it.
    let rest = if from == "." { Some(file) } else { file.strip_prefix(from) };
    match rest {
        Some(rest) => rest.trim_start_matches(['/', MAIN_SEPARATOR]),
        None => broken("a file below a directory starts with its name"),
    }
}

/// Returns the path without a leading `./`. The rest stays relative: `.//etc` is not `/etc`.
fn without_dot(path: &str) -> &str {
    let mut rest = path;
    while let Some(inner) = rest.strip_prefix("./") {
        rest = inner.trim_start_matches('/');
    }
    if rest.is_empty() { "." } else { rest }
}

/// Returns the path as text, without a leading `./` unless it would be another argument then.
pub(crate) fn utf8(path: &Path) -> Result<String, Failure> {
    let Some(text) = path.to_str() else {
        return Err(unreadable(&path.display().to_string(), "its name is not UTF-8 text"));
    };
    Ok(as_file(without_dot(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_the_same_however_it_is_spelled() {
        for (file, directory, expected) in [
            ("main/a/b.json", "main", "a/b.json"),
            ("main/a/b.json", "./main", "a/b.json"),
            ("main/a/b.json", ".//main/", "a/b.json"),
            ("main/./a.json", "main/.", "a.json"),
            ("a.json", ".", "a.json"),
            ("a.json", "./", "a.json"),
            ("../main/a.json", "../main", "a.json"),
            ("./-main/a.json", "-main", "a.json"),
            ("./git:main:a/b.json", ".", "git:main:a/b.json"),
            ("/etc/main//a.json", "/etc/main/", "a.json"),
        ] {
            assert_eq!(relative(file, directory), expected, "{file} {directory}");
        }
        assert_eq!(without_dot(".//etc/a.json"), "etc/a.json");
    }
}
