//! Reports tests: a line each, with what was found where an answer is not the expected one.

use super::file::{Test, TestFile};
use super::reader::Expect;
use super::{Outcome, Run, Tested};
use crate::cli::args::Format;
use crate::cli::output::{Output, directory};
use crate::code::Code;
use crate::report::text::{self, Style, Verbosity};
use crate::report::{Failure, Issue, Kind, Report, Status, Subject, json};
use serde_json::{Value, json};

/// Writes the results.
///
/// # Errors
/// They cannot be written.
pub(super) fn all(files: &[Tested], output: &mut Output) -> Result<(), Failure> {
    match output.format {
        Format::Text => in_text(files, output),
        Format::Json => {
            let files: Vec<Value> = files.iter().map(of_file).collect();
            output.json(json!({ "files": files, "summary": Counts::of_json(&files) }))
        }
        Format::Pipeline(_) => output.report(&report(files)),
    }
}

/// Returns a failure as it is shown in the place of an answer.
pub(super) fn failure(failure: &Failure) -> String {
    text::failure(failure, Style::default())
}

impl Outcome {
    fn name(self) -> &'static str {
        match self {
            Outcome::Ok => "ok",
            Outcome::Failed => "FAILED",
            Outcome::Unknown => "UNKNOWN",
            Outcome::Error => "ERROR",
        }
    }
}

/// The width of the longest name of an outcome.
const WIDTH: usize = 7;

fn in_text(files: &[Tested], output: &mut Output) -> Result<(), Failure> {
    let mut counts = Counts::default();
    for (path, tested) in files {
        let (file, runs) = match tested {
            Ok(tested) => tested,
            Err(failure) => {
                counts.broken += 1;
                output.failure(failure);
                continue;
            }
        };
        for (test, run) in file.tests.iter().zip(runs) {
            counts.add(run.outcome);
            if run.outcome == Outcome::Ok {
                if output.verbosity > Verbosity::Quiet {
                    let doubts = indented(&run.doubts);
                    output.text(&format!("{:WIDTH$}  {}\n{doubts}", run.outcome.name(), test.name))?;
                }
                continue;
            }
            let line = file.source.position(test.place.start as usize).line;
            output.text(&format!(
                "{:WIDTH$}  {}\n  {path}:{line}: {}\n{}",
                run.outcome.name(),
                test.name,
                instead(test.expect, run.outcome),
                indented(&run.detail)
            ))?;
        }
    }
    match output.verbosity > Verbosity::Quiet {
        true => output.text(&format!("test: {}\n", counts.sentence(files.len()))),
        false => Ok(()),
    }
}

fn indented(text: &str) -> String {
    let line = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") };
    text.trim_end().lines().map(line).collect()
}

/// Tests by their outcome.
#[derive(Default)]
struct Counts {
    ok: usize,
    failed: usize,
    unknown: usize,
    errors: usize,
    /// Files that could not be read.
    broken: usize,
}

impl Counts {
    fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Ok => self.ok += 1,
            Outcome::Failed => self.failed += 1,
            Outcome::Unknown => self.unknown += 1,
            Outcome::Error => self.errors += 1,
        }
    }

    fn of_json(files: &[Value]) -> Value {
        let tests = || files.iter().filter_map(|file| file["tests"].as_array()).flatten();
        let count = |name: &str| tests().filter(|test| test["result"] == name).count();
        json!({
            "ok": count("ok"),
            "failed": count("failed"),
            "unknown": count("unknown"),
            "errors": count("error"),
            "brokenFiles": files.iter().filter(|file| file.get("error").is_some()).count(),
        })
    }

    fn sentence(&self, files: usize) -> String {
        let parts = [
            (self.failed, "failed"),
            (self.unknown, "unknown"),
            (self.errors, if self.errors == 1 { "error" } else { "errors" }),
            (self.broken, if self.broken == 1 { "file not read" } else { "files not read" }),
        ];
        let mut text = format!("{} ok", self.ok);
        for (count, name) in parts.into_iter().filter(|(count, _)| *count > 0) {
            text.push_str(&format!(", {count} {name}"));
        }
        if files > 1 { format!("{text} ({files} files)") } else { text }
    }
}

fn of_file((path, tested): &Tested) -> Value {
    match tested {
        Err(failure) => {
            let mut value = json::failure(failure);
            if let Some(members) = value.as_object_mut() {
                members.insert("file".to_owned(), Value::from(path.as_str()));
            }
            value
        }
        Ok((file, runs)) => {
            let tests = file.tests.iter().zip(runs);
            let tests: Vec<Value> = tests.map(|(test, run)| of_test(file, test, run)).collect();
            json!({ "file": path, "tests": tests })
        }
    }
}

fn of_test(file: &TestFile, test: &Test, run: &Run) -> Value {
    let mut value = json!({
        "name": test.name,
        "check": test.check,
        "result": run.outcome.name().to_lowercase(),
        "expected": test.expect.name(),
        "line": file.source.position(test.place.start as usize).line,
    });
    let said = match run.outcome {
        Outcome::Ok => run.doubts.trim_end(),
        Outcome::Failed | Outcome::Unknown | Outcome::Error => run.detail.trim_end(),
    };
    if let (Some(members), false) = (value.as_object_mut(), said.is_empty()) {
        members.insert("detail".to_owned(), Value::from(said));
    }
    value
}

fn report(files: &[Tested]) -> Report {
    let mut subjects = Vec::new();
    for (path, tested) in files {
        match tested {
            Ok((file, runs)) => {
                subjects
                    .extend(file.tests.iter().zip(runs).map(|(test, run)| subject(path, file, test, run)));
            }
            Err(failure) => subjects.push(Subject {
                name: path.clone(),
                file: None,
                rule: None,
                status: Status::Error,
                message: failure.message.clone(),
                issues: Issue::of_failure(failure),
            }),
        }
    }
    Report {
        command: "test",
        directory: directory(),
        subjects,
        issues: Vec::new(),
        has_baseline: false,
        about: String::new(),
    }
}

/// Says what a test expects, and what became of it.
fn instead(expect: Expect, outcome: Outcome) -> String {
    let found = match (outcome, expect) {
        (Outcome::Ok, _) => "and so it is",
        (Outcome::Failed, Expect::Pass) => "but the answer is FAIL",
        (Outcome::Failed, Expect::Fail) => "but the answer is PASS",
        (Outcome::Failed, Expect::Decision(_)) => "but the decision is another one",
        (Outcome::Unknown, _) => "but that could not be decided",
        (Outcome::Error, _) => "but that could not be checked",
    };
    format!("expected {}, {found}", expect.name())
}

fn subject(path: &str, file: &TestFile, test: &Test, run: &Run) -> Subject {
    let (status, kind, code) = match run.outcome {
        Outcome::Ok => (Status::Pass, None, Code::TestFailed),
        Outcome::Failed => (Status::Fail, Some(Kind::Finding), Code::TestFailed),
        Outcome::Unknown => (Status::Unknown, Some(Kind::Unknown), Code::TestUndecided),
        Outcome::Error => (Status::Error, Some(Kind::Error), Code::InvalidTest),
    };
    let message = format!("{}: expected {}", run.outcome.name(), test.expect.name());
    let issue = |kind| {
        let title = format!("{}: {}", test.name, instead(test.expect, run.outcome));
        Issue::new(kind, code, title)
            .at(&file.source, test.place, "this test")
            .with_fingerprint(&[code.as_str(), &test.name])
            .with_note("answer", run.detail.trim_end().to_owned())
    };
    Subject {
        name: test.name.clone(),
        file: Some(path.to_owned()),
        rule: None,
        status,
        message: if run.outcome == Outcome::Ok { "ok".to_owned() } else { message },
        issues: kind.map(issue).into_iter().collect(),
    }
}
