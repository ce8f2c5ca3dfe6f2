//! `iamsat batch` as a process: order, number of workers, streams that stay open.

use crate::support::corpus;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn iamsat() -> Command {
    Command::new(env!("CARGO_BIN_EXE_iamsat"))
}

/// A file of these tests.
fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Good and bad lines, small and large. Many of them share documents, under one member name and under two.
fn lines() -> String {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/batch");
    let mut lines = String::new();
    for name in ["questions.ndjson", "faulty.ndjson"] {
        lines.push_str(&std::fs::read_to_string(cases.join(name)).unwrap());
        lines.push('\n');
    }
    let policy = |n: usize| {
        let statement = |i: usize| {
            format!(
                r#"{{"Effect":"Allow","Action":["s3:Get{i}*","s3:Put{n}"],"Resource":"arn:aws:s3:::b{i}/*"}}"#
            )
        };
        format!(r#"{{"Statement":[{}]}}"#, (0..=n).map(statement).collect::<Vec<_>>().join(","))
    };
    for n in 0..60 {
        let (new, existing) = (policy(n % 7), policy(n % 11));
        lines.push_str(&format!(
            "{{\"id\":{n},\"check\":\"check-no-new-access\",\"newPolicyDocument\":{new},\"existingPolicyDocument\":{existing}}}\n"
        ));
        if n % 13 == 0 {
            lines.push_str("\n{\"id\":\"\u{e4}\",\"check\":7}\n");
        }
    }
    if let Some(corpus) = corpus() {
        lines.push_str(&std::fs::read_to_string(corpus.join("reference_cases.ndjson")).unwrap());
    }
    lines
}

#[test]
fn answers_are_the_same_whatever_the_number_of_workers() {
    let input = scratch("batch-lines.ndjson");
    let lines = lines();
    // Twice: the second time, every document is in the cache.
    std::fs::write(&input, format!("{lines}{lines}")).unwrap();
    let answers = |jobs: &str, more: &[&str]| {
        let output = iamsat().arg("batch").args(["--jobs", jobs]).args(more).arg(&input).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stdout).unwrap()
    };
    let one = answers("1", &[]);
    let asked = lines.lines().filter(|line| !line.trim().is_empty()).count();
    assert_eq!(one.lines().count(), 2 * asked);
    // Except for the numbers of bad lines, the second half equals the first.
    let numberless =
        |line: &str| line.rsplit_once(",\"line\":").map_or(line, |(answer, _)| answer).to_owned();
    let all: Vec<String> = one.lines().map(numberless).collect();
    assert_eq!(all[..asked], all[asked..]);
    for jobs in ["2", "5"] {
        assert_eq!(answers(jobs, &[]), one, "{jobs}");
    }
    let certified = answers("2", &["--certify"]);
    assert_eq!(certified, one);
}

#[test]
fn a_reader_of_answers_that_goes_away_ends_the_run_though_questions_may_come() {
    let mut child = iamsat()
        .arg("batch")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut questions = child.stdin.take().unwrap();
    // A child that another test starts at this moment holds a copy of the dropped pipe until it becomes another program.
    std::thread::sleep(Duration::from_secs(1));
    questions.write_all(b"not JSON\n").unwrap();
    questions.flush().unwrap();
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < Duration::from_secs(60), "it waits for more questions");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(said, "");
}

#[test]
fn the_end_says_what_became_of_the_lines_if_asked() {
    let input = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/batch/questions.ndjson");
    let output = iamsat().args(["batch", "-v"]).arg(input).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("4 lines in "), "{said}");
    assert!(said.ends_with(" a second): 2 PASS, 2 FAIL, 0 UNKNOWN, 0 errors\n"), "{said}");
}

#[test]
fn each_pass_leaves_a_certificate_named_by_its_line() {
    let directory = scratch("batch-certificates");
    drop(std::fs::remove_dir_all(&directory));
    let input = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/batch/questions.ndjson");
    let output = iamsat()
        .args(["batch", "--jobs", "2", "--certificates"])
        .arg(&directory)
        .arg(&input)
        .output()
        .unwrap();
    let answers = String::from_utf8(output.stdout).unwrap();
    let mut expected = Vec::new();
    // Blank lines count, but have no answer.
    let asked = std::fs::read_to_string(&input).unwrap();
    let numbers = (1..).zip(asked.lines()).filter(|(_, line)| !line.is_empty()).map(|(number, _)| number);
    for (number, answer) in numbers.zip(answers.lines()) {
        if answer.contains("\"result\":\"PASS\"") {
            expected.push(directory.join(format!("line-{number}.json")));
        }
    }
    let mut written: Vec<PathBuf> =
        std::fs::read_dir(&directory).unwrap().map(|f| f.unwrap().path()).collect();
    written.sort();
    assert_eq!(written, expected);
    let verified = iamsat().arg("verify").args(&written).output().unwrap();
    assert_eq!(verified.status.code(), Some(0));
}
