//! `batch --certificates DIR`: the lines that write a certificate, the names of the files, and the answer if a file cannot be
//! written.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn directory(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("batch").join(name);
    drop(std::fs::remove_dir_all(&path));
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn iamsat(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_iamsat"));
    command.current_dir(directory).args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn question(id: &str, new: &str, existing: &str) -> String {
    let policy = |action: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"{action}","Resource":"*"}}}}"#
        )
    };
    format!(
        r#"{{"id":{id},"check":"check-no-new-access","newPolicyDocument":{},"existingPolicyDocument":{}}}"#,
        policy(new),
        policy(existing)
    )
}

/// A PASS with an id that looks like a path, a FAIL, a blank line, an error, an UNKNOWN, and a PASS with the first one's id.
fn lines() -> String {
    let lines = [
        question(r#""../../id""#, "s3:GetObject", "s3:Get*"),
        question("2", "s3:PutObject", "s3:Get*"),
        String::new(),
        r#"{"id":4}"#.to_owned(),
        question("5", "s?:GetObject", "s3:Get*"),
        question(r#""../../id""#, "ec2:RunInstances", "ec2:*"),
    ];
    lines.join("\n") + "\n"
}

/// The answers to the lines, in order.
fn results(output: &Output) -> Vec<String> {
    let answer = |line: &str| {
        let answer: serde_json::Value = serde_json::from_str(line).unwrap();
        let code = answer["error"]["code"].as_str().or(answer["result"].as_str());
        code.unwrap_or_else(|| panic!("{line}")).to_owned()
    };
    String::from_utf8(output.stdout.clone()).unwrap().lines().map(answer).collect()
}

fn names(directory: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Certificates are named after lines, never after ids; only a PASS has one, and each proves its claim.
#[test]
fn each_pass_leaves_a_certificate() {
    for options in [&[][..], &["--certify"], &["--timeout", "60s"]] {
        let directory = directory("kept");
        std::fs::write(directory.join("lines"), lines()).unwrap();
        let command = [&["batch", "lines", "--certificates", "new/deep"][..], options].concat();
        let output = iamsat(&directory, &command);
        assert_eq!(results(&output), ["PASS", "FAIL", "ValidationException", "UNKNOWN", "PASS"]);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        let kept = directory.join("new/deep");
        assert_eq!(names(&kept), BTreeSet::from(["line-1.json", "line-6.json"].map(str::to_owned)));
        let verified = iamsat(&kept, &["verify", "line-1.json", "line-6.json"]);
        let said = String::from_utf8(verified.stdout).unwrap();
        assert_eq!(verified.status.code(), Some(0), "{said}");
        assert_eq!(
            said.matches(": verified. PASS: no request is allowed by newPolicyDocument").count(),
            2,
            "{said}"
        );
        assert_eq!(names(&directory), BTreeSet::from(["lines", "new"].map(str::to_owned)));
    }
}

/// The answers are the same with and without certificates, and the certificates the same in every run.
#[test]
fn certificates_change_no_answer() {
    let directory = directory("same");
    std::fs::write(directory.join("lines"), lines()).unwrap();
    let plain = iamsat(&directory, &["batch", "lines"]);
    let text = |run: &str| {
        let kept = iamsat(&directory, &["batch", "lines", "--certificates", run]);
        assert_eq!(plain.stdout, kept.stdout);
        std::fs::read_to_string(directory.join(run).join("line-1.json")).unwrap()
    };
    assert_eq!(text("one"), text("two"));
}

/// If one certificate cannot be written, that line is an error, and the other lines are answered.
#[test]
fn a_certificate_that_cannot_be_written() {
    let directory = directory("unwritable");
    std::fs::write(directory.join("lines"), lines()).unwrap();
    std::fs::create_dir_all(directory.join("kept/line-1.json")).unwrap();
    let output = iamsat(&directory, &["batch", "lines", "--certificates", "kept"]);
    assert_eq!(results(&output), ["OutputError", "FAIL", "ValidationException", "UNKNOWN", "PASS"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(directory.join("kept/line-6.json").is_file());
}

/// A path that is not a directory is reported before any line is read.
#[test]
fn a_directory_that_cannot_be_made() {
    let directory = directory("no-directory");
    std::fs::write(directory.join("lines"), lines()).unwrap();
    let output = iamsat(&directory, &["batch", "lines", "--certificates", "lines"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.starts_with("error: cannot make lines: "), "{said}");
}
