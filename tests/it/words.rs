//! Enforces the closed list of words: comments, messages and pages use the words of the field.
//!
//! The list holds only phrases that a search can find without false alarms.

use std::path::{Path, PathBuf};

/// Directories whose sources and pages are read, below the root of the crate. Pages at the root are read too.
const DIRECTORIES: [&str; 6] = ["src", "tests", "docs", "benches", "fuzz", "examples"];
/// Words at which no doc comment starts: a function's starts with a verb, a type's with a noun.
const STARTS: [&str; 3] = ["What ", "Whether ", "Of "];
/// Words with a plainer one: fix.
const WORDS: [&str; 3] = ["mend", "mends", "mended"];
/// Phrases with a plainer one, in lower case.
const PHRASES: [&str; 12] = [
    "that alone does not do",
    "what would do is told",
    "to be left behind",
    "asked again",
    "someone from outside is among",
    "cannot be judged",
    "take for facts",
    "taken for facts",
    "has to ask for the same",
    "what is open above",
    "proved: there is no more",
    "that which",
];
/// Words after which `is no X` does not stand for "is not a valid X".
const AFTER_IS_NO: [&str; 5] = ["longer", "more", "less", "other", "better"];

/// The fault of a line, given the line before it.
fn fault(before: &str, line: &str) -> Option<String> {
    let doc = |line: &str| {
        let text = line.trim_start();
        text.strip_prefix("///").or_else(|| text.strip_prefix("//!")).map(|text| text.trim_start().to_owned())
    };
    if let (None, Some(text)) = (doc(before), doc(line))
        && STARTS.iter().any(|start| text.starts_with(start))
    {
        return Some(format!("a doc comment starts with a verb or a noun: {text}"));
    }
    let lower = line.to_lowercase();
    if let Some(phrase) = PHRASES.iter().find(|phrase| lower.contains(**phrase)) {
        return Some(format!("{phrase:?}"));
    }
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
    if let Some(word) = words.iter().find(|word| WORDS.contains(*word)) {
        return Some(format!("{word:?}"));
    }
    let is_no = lower.match_indices(" is no ").find(|(at, found)| {
        let next = lower[at + found.len()..].split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        !lower[..*at].ends_with("there") && !AFTER_IS_NO.contains(&next)
    });
    is_no.map(|_| "\"is no X\": write \"is not a valid X\" or \"is not X\"".to_owned())
}

/// The sources and pages, without this file, which holds the list.
fn files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut directories: Vec<PathBuf> = DIRECTORIES.iter().map(|directory| root.join(directory)).collect();
    let is_read = |path: &Path| path.extension().is_some_and(|end| end == "rs" || end == "md");
    let pages = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = pages.filter(|path| path.is_file() && is_read(path)).collect();
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("target") && !path.ends_with("corpus") {
                    directories.push(path);
                }
            } else if is_read(&path) && !path.ends_with("tests/it/words.rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

#[test]
fn texts_avoid_the_closed_list() {
    let files = files();
    assert!(files.len() > 300, "the sources were not found");
    let mut faults = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut before = "";
        for (index, line) in text.lines().enumerate() {
            faults.extend(fault(before, line).map(|f| format!("{}:{}: {f}", path.display(), index + 1)));
            before = line;
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn a_phrase_of_the_list_is_noticed() {
    let bad = |line: &str| fault("", line).is_some();
    assert!(bad("    /// What a statement says."));
    assert!(bad("//! Whether a request is allowed."));
    assert!(bad("format!(\"`{text}` is no effect\")"));
    assert!(bad("Mend the spelling."));
    assert!(bad("The file cannot be judged."));
    assert!(!bad("// What follows has no marker."));
    assert!(!bad("There is no key, and it is no longer asked for. We recommend it."));
    assert!(fault("/// Returns true if there is one.", "/// Of several, the first.").is_none());
}
