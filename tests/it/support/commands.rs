//! Commands as they are typed, and their output.

use similar::TextDiff;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs the commands of the replay lines, which state their expected result.
pub(crate) fn replay(case: &Path, stdout: &str, wrong: &mut Vec<String>) {
    let lines = stdout.lines().map(|l| l.trim_start().trim_start_matches("= ").trim_start_matches("replay"));
    let lines = lines.map(|l| l.trim_start_matches(':').trim_start());
    for command in lines.filter(|l| l.starts_with("iamsat simulate ")) {
        let output = run(case, command);
        if output.status.code() != Some(0) {
            wrong.push(format!("{}: the replay does not come out: {command}", case.display()));
        }
    }
}

pub(crate) fn run(case: &Path, command: &str) -> Output {
    let words = shlex::split(command).unwrap_or_else(|| panic!("an open quote: {command}"));
    let mut words = words.into_iter().peekable();
    let mut process = Command::new(env!("CARGO_BIN_EXE_iamsat"));
    process.current_dir(case).env_clear().stdin(Stdio::null());
    while let Some((name, value)) = words.peek().and_then(|w| w.split_once('=')) {
        process.env(name, value);
        words.next();
    }
    assert_eq!(words.next().as_deref(), Some("iamsat"), "{command}");
    while let Some(word) = words.next() {
        if word == "<" {
            let path = case.join(words.next().expect("a file after <"));
            process.stdin(std::fs::File::open(path).unwrap());
        } else if word == ">" {
            let path = case.join(words.next().expect("a file after >"));
            process.stdout(std::fs::File::create(path).unwrap());
        } else {
            process.arg(word);
        }
    }
    process.output().unwrap()
}

/// Output without times and without escapes that a reader of a session could not see.
pub(crate) fn normal(bytes: &[u8]) -> String {
    let text = String::from_utf8(bytes.to_vec()).unwrap().replace('\u{1b}', "\\e");
    let mut out = String::new();
    for line in text.lines() {
        if line.starts_with("  time ") {
            out.push_str("  time     ... ms");
        } else if let Some((before, _)) = line.split_once("\"microseconds\": ") {
            write!(out, "{before}\"microseconds\": ...").unwrap();
        } else {
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}

/// The lines that differ, with the two lines around each.
pub(crate) fn difference(expected: &str, actual: &str) -> String {
    TextDiff::from_lines(expected, actual).unified_diff().context_radius(2).to_string()
}
