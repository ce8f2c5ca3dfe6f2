//! The properties of the fuzz targets, on a few random inputs and on every input that is known to find a fault.
//!
//! `IAMSAT_CASES` sets the number of random inputs of each (default 100 to 400). The fuzzer itself: `fuzz/README.md`.

use crate::support::properties::sub::{self, SEEDS};
use crate::support::properties::{ALL, hcl};
use crate::support::{corpus, sampling, seeds};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use std::path::{Path, PathBuf};

fn random_inputs(name: &str, cases: u32) {
    let (_, holds) = ALL.into_iter().find(|(n, _)| *n == name).unwrap();
    let outcome = TestRunner::new(sampling::config(cases)).run(&vec(any::<u8>(), 0..400), |data| {
        holds(&data);
        Ok::<(), TestCaseError>(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn batch_holds() {
    random_inputs("batch", 200);
}

#[test]
fn catalogue_holds() {
    random_inputs("catalogue", 400);
}

#[test]
fn check_holds() {
    random_inputs("check", 400);
}

/// Runs in a process of its own, so that the output of the program does not mix with that of these tests.
#[test]
fn cli_holds() {
    let inputs = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", "--nocapture", "fuzz::cli_inputs"])
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let printed = [inputs.stdout, inputs.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let [results, notes] =
        printed.each_ref().map(|text| text.get(text.floor_char_boundary(text.len().saturating_sub(3_000))..));
    assert!(inputs.status.success(), "{}\n{}", notes.unwrap_or(""), results.unwrap_or(""));
    assert!(printed[0].contains("1 passed"), "{}", results.unwrap_or(""));
}

#[test]
#[ignore = "prints what the program prints; cli_holds runs it"]
fn cli_inputs() {
    random_inputs("cli", 400);
    replay("cli");
}

#[test]
fn cnf_holds() {
    random_inputs("cnf", 400);
}

#[test]
fn emptiness_holds() {
    random_inputs("emptiness", 400);
}

#[test]
fn hcl_holds() {
    random_inputs("hcl", 100);
    hcl::SEEDS.iter().for_each(|seed| hcl::holds(seed.as_bytes()));
}

#[test]
fn http_holds() {
    random_inputs("http", 200);
}

#[test]
fn laws_holds() {
    random_inputs("laws", 400);
}

#[test]
fn layers_holds() {
    random_inputs("layers", 100);
}

#[test]
fn parse_holds() {
    random_inputs("parse", 400);
}

#[test]
fn plan_holds() {
    random_inputs("plan", 200);
}

#[test]
fn print_holds() {
    random_inputs("print", 400);
}

#[test]
fn report_holds() {
    random_inputs("report", 100);
}

#[test]
fn serve_json_holds() {
    random_inputs("serve_json", 100);
}

#[test]
fn snapshot_holds() {
    random_inputs("snapshot", 200);
}

#[test]
fn sub_holds() {
    random_inputs("sub", 100);
    SEEDS.iter().for_each(|seed| sub::holds(seed.as_bytes()));
}

#[test]
fn template_holds() {
    random_inputs("template", 200);
}

#[test]
fn theories_holds() {
    random_inputs("theories", 400);
}

#[test]
fn validate_holds() {
    random_inputs("validate", 100);
}

#[test]
fn verify_holds() {
    random_inputs("verify", 400);
}

#[test]
fn wildcard_holds() {
    random_inputs("wildcard", 400);
}

#[test]
fn yaml_holds() {
    random_inputs("yaml", 200);
}

#[test]
fn regressions_stay_fixed() {
    let root = regressions();
    if !root.is_dir() {
        println!("skipped: no fuzz/regressions here (a packaged crate has none)");
        return;
    }
    for entry in std::fs::read_dir(&root).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(ALL.iter().any(|(n, _)| *n == name), "fuzz/regressions/{name} belongs to no fuzz target");
    }
    let names = ALL.iter().map(|(name, _)| *name).filter(|name| *name != "cli");
    assert!(names.map(replay).sum::<usize>() > 0, "fuzz/regressions is empty");
}

fn regressions() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/regressions")
}

/// Tries the inputs of a target that are known to find a fault. Returns how many there are.
fn replay(name: &str) -> usize {
    let (_, holds) = ALL.into_iter().find(|(n, _)| *n == name).unwrap();
    let Ok(directory) = std::fs::read_dir(regressions().join(name)) else { return 0 };
    let files = directory.map(|file| {
        let path = file.unwrap().path();
        println!("{}", path.display());
        holds(&std::fs::read(&path).unwrap());
    });
    files.count()
}

/// Seeds for the fuzzer, made of the corpus: `cargo test --test it -- --ignored fuzz::seeds`.
#[test]
#[ignore = "writes to fuzz/corpus"]
fn seeds() {
    let Some(corpus) = corpus() else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, seeds) in seeds::of_corpus(&corpus) {
        let directory = root.join(name);
        std::fs::create_dir_all(&directory).unwrap();
        for (i, seed) in seeds.iter().enumerate() {
            std::fs::write(directory.join(format!("seed-{i:03}")), seed).unwrap();
        }
        println!("{name}: {} seeds", seeds.len());
    }
}
