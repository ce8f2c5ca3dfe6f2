//! The ledger of verdicts: `tests/ledger/*.txt` holds the verdict, the blamed places and the witnesses of each query about pinned
//! inputs, as the command answers today. A change of any of them is seen here first.
//!
//! The lines come from the command alone, through `batch` and `--format json`, so that they outlast the library's types.
//! `IAMSAT_LEDGER=rewrite` rewrites the files: `tests/ledger/README.md` says when.

mod ask;
mod own;
mod policies;
mod real;
mod render;

use crate::support::corpus;
use ask::Questions;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Differences that are shown.
const SHOWN: usize = 20;

/// The directory of the files, unless this is a packaged crate, which does not contain it.
fn directory() -> Option<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ledger");
    if directory.is_dir() {
        Some(directory)
    } else {
        println!("skipped: no tests/ledger here (a packaged crate has none)");
        None
    }
}

#[test]
fn own() {
    let Some(directory) = directory() else { return };
    let mut questions = Questions::new("own");
    own::ask(&mut questions);
    compare(&directory, "own", &questions.answers());
}

#[test]
fn corpus_of_real_policies() {
    let Some(directory) = directory() else { return };
    let Some(corpus) = corpus() else { return };
    let corpus = corpus.canonicalize().unwrap();
    let mut questions = Questions::new("corpus");
    real::ask(&corpus, &mut questions);
    compare(&directory, "corpus", &questions.answers());
}

/// Compares with the ledger, and rewrites it if asked to.
fn compare(directory: &Path, name: &str, now: &str) {
    let path = directory.join(format!("{name}.txt"));
    let recorded = std::fs::read_to_string(&path).unwrap_or_default();
    if recorded == now {
        return;
    }
    let rewrite = std::env::var_os("IAMSAT_LEDGER").is_some_and(|value| value == "rewrite");
    if rewrite {
        std::fs::write(&path, now).unwrap();
    }
    let then = if rewrite {
        "rewritten: read the difference before you keep it"
    } else {
        "to rewrite it: IAMSAT_LEDGER=rewrite cargo test --test it ledger"
    };
    panic!("tests/ledger/{name}.txt: {}\n{then}", difference(&recorded, now));
}

/// The lines that differ, by the query that they answer.
fn difference(recorded: &str, now: &str) -> String {
    let (before, after) = (by_question(recorded), by_question(now));
    let (mut changed, mut codes, mut gone, mut new) = (0, 0, 0, 0);
    let mut shown = Vec::new();
    for line in recorded.lines() {
        match after.get(question(line)) {
            Some(other) if *other == line => continue,
            Some(other) => {
                changed += 1;
                codes += usize::from(without_codes(other) == without_codes(line));
                shown.push(format!("- {line}\n+ {other}"));
            }
            None => {
                gone += 1;
                shown.push(format!("- {line}"));
            }
        }
    }
    for line in now.lines().filter(|line| !before.contains_key(question(line))) {
        new += 1;
        shown.push(format!("+ {line}"));
    }
    let all = shown.len();
    shown.truncate(SHOWN);
    format!(
        "{changed} answers changed ({codes} of them only in codes), {gone} questions gone, {new} new\n{}\n({} of {all} differences)",
        shown.join("\n"),
        shown.len()
    )
}

fn by_question(ledger: &str) -> HashMap<&str, &str> {
    let all: HashMap<&str, &str> = ledger.lines().map(|line| (question(line), line)).collect();
    assert_eq!(all.len(), ledger.lines().count(), "two questions have one name");
    all
}

fn question(line: &str) -> &str {
    line.split_once(": ").map_or(line, |(question, _)| question)
}

fn without_codes(line: &str) -> &str {
    line.split('\t').next().unwrap_or_default()
}

#[test]
fn a_difference_names_what_changed() {
    let recorded = "a: PASS\nb: FAIL [0]\told-code\nc: PASS\nd: PASS\n";
    let now = "a: PASS\nb: FAIL [0]\tnew-code\nc: FAIL [1]\ne: PASS\n";
    let expected = "2 answers changed (1 of them only in codes), 1 questions gone, 1 new\n\
        - b: FAIL [0]\told-code\n+ b: FAIL [0]\tnew-code\n- c: PASS\n+ c: FAIL [1]\n- d: PASS\n+ e: PASS\n(4 of 4 differences)";
    assert_eq!(difference(recorded, now), expected);
}
