//! Hostile inputs: each run of the real command ends in an answer, UNKNOWN or an error, in less than 1 GiB, without an internal
//! error. Large inputs here are as large as an unoptimized build can process in a few seconds; the limits themselves
//! (src/limits.rs) do not depend on the machine.
//!
//! Time is not measured; a run that has not ended after [`HANG`] has failed.

use crate::support::attacks::{self, Pair, allow, policy};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The time after which a run counts as one that never ends.
const HANG: Duration = Duration::from_secs(120);

/// The memory limit of a run, in KiB.
const MEMORY: u64 = 1 << 20;

/// Returns a directory of its own for each test.
fn directory(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("attacks").join(name);
    drop(std::fs::remove_dir_all(&path));
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// The end of a run: its exit code and the first bytes of its output.
struct Ended {
    code: i32,
    said: String,
}

/// Runs the command in a directory, with a limit on its address space if the shell supports one.
fn run(directory: &Path, arguments: &[&str]) -> Ended {
    let output = directory.join("output");
    let errors = directory.join("errors");
    let mut command = bounded();
    command.current_dir(directory).args(arguments).stdin(Stdio::null());
    command.stdout(File::create(&output).unwrap()).stderr(File::create(&errors).unwrap());
    let mut child = command.spawn().unwrap();
    let start = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if start.elapsed() > HANG => {
                child.kill().unwrap();
                panic!("it did not end: {arguments:?}");
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let text = |path: &Path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    let said = text(&output) + &text(&errors);
    let start: String = said.chars().take(2_000).collect();
    // An allocation that is refused ends a run by a signal.
    let code = status.code().unwrap_or_else(|| panic!("{status}: {arguments:?}: {start}"));
    assert!((0..=3).contains(&code), "exit {code}: {arguments:?}: {start}");
    assert!(!said.contains("this is a fault of iamsat"), "{arguments:?}: {start}");
    Ended { code, said }
}

#[cfg(unix)]
fn bounded() -> Command {
    let mut command = Command::new("sh");
    let script = format!("ulimit -v {MEMORY} || echo 'memory is not bounded here' >&2; exec \"$@\"");
    command.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_iamsat")]);
    command
}

#[cfg(not(unix))]
fn bounded() -> Command {
    println!("skipped: no bound on memory on this system");
    Command::new(env!("CARGO_BIN_EXE_iamsat"))
}

/// Runs every check on a pair, with and without a verifier, in text and in JSON; verifies the certificate if there is one;
/// simulates.
fn everything(name: &str, (new, existing): &Pair) {
    let directory = directory(name);
    std::fs::write(directory.join("new.json"), new).unwrap();
    std::fs::write(directory.join("old.json"), existing).unwrap();
    let run = |arguments: &str| run(&directory, &arguments.split(' ').collect::<Vec<_>>());
    run(
        "check-no-new-access --existing old.json --new new.json --timeout 500ms --format json --certificate proof.json",
    );
    run("check-no-new-access --existing new.json --new old.json --timeout 500ms --certify");
    run("validate-policy --policy new.json --no-exact --format json");
    run(
        "check-access-not-granted --policy new.json --actions s3:Get*,iam:* --timeout 500ms --format json --certify",
    );
    run("simulate --policy new.json old.json --action s3:GetObject --resource arn:aws:s3:::b/aaaaaaaaaa");
    if directory.join("proof.json").exists() {
        run("verify proof.json --timeout 500ms");
    }
}

fn all(name: &str, pairs: impl IntoIterator<Item = Pair>) {
    for (place, pair) in pairs.into_iter().enumerate() {
        everything(&format!("{name}-{place}"), &pair);
    }
}

#[test]
fn long_documents() {
    all("long", attacks::long());
}

#[test]
fn many_statements() {
    all("statements", attacks::statements());
}

#[test]
fn patterns_of_many_wildcards() {
    all("wildcards", attacks::wildcards());
}

#[test]
fn emptiness_that_takes_exponentially_many_states() {
    all("exponential", attacks::exponential());
}

#[test]
fn propositional_problems() {
    all("propositional", attacks::propositional());
}

#[test]
fn numbers_dates_and_addresses() {
    all("values", attacks::values());
}

#[test]
fn variables_and_condition_keys() {
    all("keys", attacks::variables().into_iter().chain(attacks::keys()));
}

#[test]
fn principals() {
    all("principals", attacks::principals());
}

/// Access from outside the zone of trust: accounts, addresses and statements by the thousand.
#[test]
fn outsiders() {
    let directory = directory("outsiders");
    for policy in attacks::outsiders() {
        std::fs::write(directory.join("policy.json"), policy).unwrap();
        let run = |arguments: &str| run(&directory, &arguments.split(' ').collect::<Vec<_>>());
        run(
            "check-no-public-access --policy policy.json --resource-type AWS::S3::Bucket --timeout 500ms --certify",
        );
        run("block-public-access --policy policy.json --settings all --owner 111122223333 --timeout 500ms");
        run(
            "find-external-access --policy policy.json --zone-of-trust 111122223333 --timeout 500ms --format json",
        );
    }
}

/// Long policies whose parts are all compared with each other: without a timeout the counts end the run.
#[test]
fn crowds() {
    let directory = directory("crowds");
    for policy in attacks::crowds() {
        std::fs::write(directory.join("policy.json"), &policy).unwrap();
        let run = |arguments: &str| run(&directory, &arguments.split(' ').collect::<Vec<_>>());
        run("lint policy.json");
        run("validate-policy --policy policy.json --no-exact");
        if policy.contains("Principal") {
            run("find-external-access --policy policy.json --zone-of-trust 111122223333");
        }
    }
}

/// Long policies that have little in common: everything is new on both sides.
#[test]
fn strangers() {
    let directory = directory("strangers");
    let policies = attacks::crowds();
    for pair in policies.windows(2) {
        std::fs::write(directory.join("one.json"), &pair[0]).unwrap();
        std::fs::write(directory.join("other.json"), &pair[1]).unwrap();
        let run = |arguments: &str| run(&directory, &arguments.split(' ').collect::<Vec<_>>());
        run("diff one.json other.json --timeout 1s");
        run("compare one.json other.json --timeout 1s");
    }
}

#[test]
fn hostile_texts() {
    all("texts", attacks::texts());
}

/// Input that is not JSON, or not text, is an error at every place.
#[test]
fn hostile_bytes() {
    let directory = directory("bytes");
    let good = policy(&[allow(r#""s3:Get*""#, r#""*""#)]);
    std::fs::write(directory.join("good.json"), &good).unwrap();
    for bytes in attacks::bytes() {
        std::fs::write(directory.join("bad.json"), &bytes).unwrap();
        let mut line =
            br#"{"id":1,"check":"check-no-new-access","existingPolicyDocument":{},"newPolicyDocument":"#
                .to_vec();
        line.extend(bytes.iter().filter(|byte| **byte != b'\n'));
        line.push(b'}');
        std::fs::write(directory.join("lines"), &line).unwrap();
        let commands = [
            &["check-no-new-access", "--existing", "good.json", "--new", "bad.json", "--format", "json"][..],
            &["check-no-new-access", "--existing", "bad.json", "--new", "good.json"],
            &["check-access-not-granted", "--policy", "bad.json", "--actions", "s3:*"],
            &["simulate", "--policy", "bad.json", "--action", "s3:GetObject", "--resource", "*"],
            &["batch", "lines"],
        ];
        for command in commands {
            assert_eq!(run(&directory, command).code, 2, "{command:?} {:?}", bytes.get(..80));
        }
        assert_eq!(run(&directory, &["verify", "bad.json"]).code, 1);
        // What is not a policy has findings, whatever it is.
        assert_eq!(run(&directory, &["validate-policy", "--policy", "bad.json"]).code, 1);
    }
}

/// Batch lines: documents as objects and as texts, ids, lists; the next line is answered in any case.
#[test]
fn hostile_lines() {
    let directory = directory("lines");
    let good = policy(&[allow(r#""s3:Get*""#, r#""*""#)]);
    for (place, line) in attacks::lines(&good).into_iter().enumerate() {
        let last = format!(
            r#"{{"id":"last","check":"check-access-not-granted","policyDocument":{good},"access":[{{"actions":["ec2:*"]}}]}}"#
        );
        std::fs::write(directory.join("lines"), format!("{line}\n{last}\n")).unwrap();
        for options in
            [&["--timeout", "500ms"][..], &["--certify", "--certificates", "proofs", "--timeout", "500ms"]]
        {
            let ended = run(&directory, &[&["batch", "lines"], options].concat());
            assert!(ended.said.contains(r#"{"id":"last","result":"PASS""#), "line {place}");
        }
    }
}

/// Certificates that declare huge sizes, nest deeply, or hold texts that take long to compare.
#[test]
fn hostile_certificates() {
    let directory = directory("certificates");
    for (place, text) in attacks::certificates().into_iter().enumerate() {
        std::fs::write(directory.join("proof.json"), &text).unwrap();
        let ended = run(&directory, &["verify", "proof.json", "--timeout", "2s"]);
        assert!(ended.code == 1 || ended.code == 3, "certificate {place}: {}", ended.said);
    }
}

/// A FAIL lists no more findings than the limit, and states the limit.
#[test]
fn findings_are_bounded() {
    let directory = directory("findings");
    let statements: Vec<String> = (0..1_100).map(|i| allow(&format!(r#""s3:A{i}""#), r#""*""#)).collect();
    std::fs::write(directory.join("new.json"), policy(&statements)).unwrap();
    std::fs::write(directory.join("old.json"), policy(&[attacks::deny(r#""*""#, r#""*""#)])).unwrap();
    let command = ["check-no-new-access", "--existing", "old.json", "--new", "new.json"];
    let text = run(&directory, &command);
    assert_eq!(text.code, 1);
    assert!(
        text.said.contains(
            "At least 1000 of 1100 statements allow more than old.json; the limit `limit-findings`"
        )
    );
    let json = run(&directory, &[&command[..], &["--format", "json"]].concat());
    assert!(
        json.said.contains(r#""cutShort": "limit-findings""#)
            && json.said.contains(r#""statementIndex": 999,"#)
    );
    assert!(!json.said.contains(r#""statementIndex": 1000"#));
}
