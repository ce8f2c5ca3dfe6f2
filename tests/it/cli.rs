//! The command as people use it: each directory of `tests/cases` holds files and a `session`, in which every command
//! is followed by what it prints and how it ends.
//!
//!     $ iamsat check-no-new-access --existing old.json --new new.json
//!     check-no-new-access: PASS. ...
//!     --- stderr
//!     warning[...]: ...
//!     --- exit 0
//!
//! A line that starts with `#` before a command says what it is about. Commands run in the directory of the case;
//! `NAME=VALUE` before and `< FILE` and `> FILE` after them work as in a shell. With `IAMSAT_BLESS=1` sessions are rewritten: read
//! the difference before you keep it. Every `replay` line that a command prints is run too, and has to succeed.

use crate::support::commands::{difference, normal, replay, run};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[test]
fn sessions() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(&root).unwrap().map(|e| e.unwrap().path()).collect();
    cases.sort();
    assert!(!cases.is_empty());
    let mut wrong = Vec::new();
    for case in cases {
        compare(&case.join("session"), &case, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The whole outputs of `tests/outcomes`, one in each file, which are read by people who do not know the program: each says what
/// happened, where, why, and what to do.
#[test]
fn outcomes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outcomes");
    let mut sessions: Vec<PathBuf> = std::fs::read_dir(&root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "session"))
        .collect();
    sessions.sort();
    assert!(sessions.len() >= 25, "{sessions:?}");
    let index = std::fs::read_to_string(root.join("README.md")).unwrap();
    let mut wrong = Vec::new();
    for session in sessions {
        let name = session.file_name().unwrap().to_str().unwrap();
        assert!(
            index.contains(&format!("| [{name}]({name}) |")),
            "{name} has no row in tests/outcomes/README.md"
        );
        compare(&session, &root.join("files"), &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Plays a session in a directory, and notes or keeps what differs.
fn compare(path: &Path, case: &Path, wrong: &mut Vec<String>) {
    let expected = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    // Only some systems have a disk that is always full.
    if expected.contains("/dev/full") && !Path::new("/dev/full").exists() {
        return;
    }
    let actual = play(case, &expected, wrong);
    if actual != expected {
        if std::env::var_os("IAMSAT_BLESS").is_some() {
            std::fs::write(path, &actual).unwrap();
        }
        wrong.push(format!("{} differs:\n{}", path.display(), difference(&expected, &actual)));
    }
}

/// Returns the session as the program prints it now.
fn play(case: &Path, session: &str, wrong: &mut Vec<String>) -> String {
    let mut out = String::new();
    let (mut commands, mut inside) = (0, false);
    for line in session.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            commands += 1;
            inside = true;
            let output = run(case, command);
            let stdout = normal(&output.stdout);
            // The other formats have other ways of writing a line.
            if !command.contains("--format") {
                replay(case, &stdout, wrong);
            }
            writeln!(out, "$ {command}").unwrap();
            out.push_str(&stdout);
            let stderr = normal(&output.stderr);
            if !stderr.is_empty() {
                write!(out, "--- stderr\n{stderr}").unwrap();
            }
            writeln!(out, "--- exit {}\n", output.status.code().expect("no signal")).unwrap();
        } else if line.starts_with("--- exit") {
            inside = false;
        } else if !inside && line.starts_with('#') {
            writeln!(out, "{line}").unwrap();
        }
    }
    assert!(commands > 0, "{} has no command", case.display());
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/worked");
    let mut child = Command::new(env!("CARGO_BIN_EXE_iamsat"))
        .args(["check-no-new-access", "--existing", "px.json", "--new", "p3.json"])
        .current_dir(case)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn batch_answers_while_the_caller_waits() {
    use std::io::{BufRead, BufReader, Write};
    let mut child = Command::new(env!("CARGO_BIN_EXE_iamsat"))
        .arg("batch")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut questions = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    let policy = r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
    for id in 0..3 {
        writeln!(
            questions,
            r#"{{"id":{id},"check":"check-no-new-access","newPolicyDocument":{policy},"existingPolicyDocument":{policy}}}"#
        )
        .unwrap();
        questions.flush().unwrap();
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        assert!(answer.starts_with(&format!(r#"{{"id":{id},"result":"PASS""#)), "{answer}");
    }
    drop(questions);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_line_that_is_too_long_is_refused_and_the_next_is_answered() {
    use iamsat::batch::Batch;
    let batch = Batch {
        certificates: None,
        options: iamsat::check::Options::default(),
        files: None,
        timeout: None,
        limits: iamsat::limits::InputLimits::default(),
        line_bytes: 200,
        jobs: None,
    };
    let policy = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let question = format!(
        r#"{{"id":2,"check":"check-access-not-granted","access":[{{"actions":["a:b"]}}],"policyDocument":{policy}}}"#
    );
    let mut answers = Vec::new();
    let lines = std::io::Cursor::new(format!("{}\n{question}", "x".repeat(1 << 20)));
    let summary = batch.run(lines, &mut answers, &mut |_| {}).unwrap();
    let answers = String::from_utf8(answers).unwrap();
    let answers: Vec<&str> = answers.lines().collect();
    assert_eq!((summary.fail, summary.errors), (1, 1));
    assert_eq!(answers.len(), 2);
    assert!(answers[0].contains("longer than 200 bytes"), "{}", answers[0]);
    assert!(answers[1].starts_with(r#"{"id":2,"result":"FAIL""#), "{}", answers[1]);
}

/// The sentence about a command is the same in the list of all, in its own help, and so in its man page and in completions.
#[test]
fn a_command_is_described_by_one_sentence() {
    let help = |arguments: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_iamsat")).args(arguments).arg("--help").output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let all = help(&[]);
    let mut listed: Vec<(&str, String)> = Vec::new();
    for line in
        all.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty())
    {
        match line.strip_prefix("  ") {
            Some(entry) if !entry.starts_with(' ') => {
                let (name, sentence) = entry.split_once(' ').unwrap();
                listed.push((name, sentence.trim().to_owned()));
            }
            _ => {
                let (_, sentence) = listed.last_mut().unwrap();
                sentence.push(' ');
                sentence.push_str(line.trim());
            }
        }
    }
    assert!(listed.len() > 15, "{all}");
    // `help` is described by the library of the command line.
    for (name, sentence) in listed.into_iter().filter(|(name, _)| *name != "help") {
        let own = help(&[name]);
        let first: Vec<&str> = own.lines().take_while(|line| !line.is_empty()).collect();
        assert_eq!(first.join(" "), sentence, "iamsat {name} --help");
    }
}
