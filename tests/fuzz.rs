//! The properties of the fuzz targets, for a few random inputs and for every input that is known to find a
//! fault.
//!
//! `IAMSAT_CASES` sets the number of random inputs of each (default 400). The fuzzer itself: `fuzz/README.md`.
#![cfg(test)]

#[path = "support/sampling.rs"]
mod sampling;
mod support;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use std::path::Path;
use support::properties::ALL;

fn random_inputs(name: &str) {
    let (_, holds) = ALL.into_iter().find(|(n, _)| *n == name).unwrap();
    let outcome = sampling::runner(400).run(&vec(any::<u8>(), 0..400), |data| {
        holds(&data);
        Ok::<(), TestCaseError>(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn check_holds() {
    random_inputs("check");
}

#[test]
fn emptiness_holds() {
    random_inputs("emptiness");
}

#[test]
fn parse_holds() {
    random_inputs("parse");
}

#[test]
fn print_holds() {
    random_inputs("print");
}

#[test]
fn theories_holds() {
    random_inputs("theories");
}

#[test]
fn verify_holds() {
    random_inputs("verify");
}

#[test]
fn wildcard_holds() {
    random_inputs("wildcard");
}

#[test]
fn regressions_stay_fixed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/regressions");
    if !root.is_dir() {
        println!("skipped: no fuzz/regressions here (a packaged crate has none)");
        return;
    }
    let mut replayed = 0;
    for entry in std::fs::read_dir(&root).unwrap() {
        let directory = entry.unwrap().path();
        let name = directory.file_name().unwrap().to_string_lossy().into_owned();
        let Some((_, holds)) = ALL.into_iter().find(|(n, _)| *n == name) else {
            panic!("fuzz/regressions/{name} belongs to no fuzz target");
        };
        for file in std::fs::read_dir(&directory).unwrap() {
            let path = file.unwrap().path();
            println!("{}", path.display());
            holds(&std::fs::read(&path).unwrap());
            replayed += 1;
        }
    }
    assert!(replayed > 0, "fuzz/regressions is empty");
}

/// Seeds for the fuzzer, made of the corpus: `cargo test --test fuzz -- --ignored seeds`.
#[test]
#[ignore = "writes to fuzz/corpus"]
fn seeds() {
    let Some(corpus) = support::corpus() else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, seeds) in support::seeds::of_corpus(&corpus) {
        let directory = root.join(name);
        std::fs::create_dir_all(&directory).unwrap();
        for (i, seed) in seeds.iter().enumerate() {
            std::fs::write(directory.join(format!("seed-{i:03}")), seed).unwrap();
        }
        println!("{name}: {} seeds", seeds.len());
    }
}
