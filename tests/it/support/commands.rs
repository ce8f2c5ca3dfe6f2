//! Commands as they are typed, and their output.

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
    let mut words = words(command).into_iter().peekable();
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

/// The words of a command line, with single and double quotes.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut chars = command.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, ' ') => words.extend(word.take()),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (Some(q), c) if q == c => quote = None,
            (None | Some('"'), '\\') => word.get_or_insert_default().push(chars.next().unwrap()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
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

pub(crate) fn difference(expected: &str, actual: &str) -> String {
    let (e, a): (Vec<_>, Vec<_>) = (expected.lines().collect(), actual.lines().collect());
    let same = e.iter().zip(&a).take_while(|(x, y)| x == y).count();
    let part = |lines: &[&str], sign: &str| {
        lines.iter().skip(same).take(12).map(|l| format!("{sign}{l}\n")).collect::<String>()
    };
    format!("from line {}\n{}{}", same + 1, part(&e, "-"), part(&a, "+"))
}
