//! Inputs that the files of a repository cannot hold: cyclic links, names that are not text, lists that are written and read
//! again.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

const OLD: &str = r#"{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
const WIDER: &str =
    r#"{"Statement":{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*"}}"#;

/// An empty directory.
fn directory(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("inputs").join(name);
    if path.exists() {
        std::fs::remove_dir_all(&path).unwrap();
    }
    std::fs::create_dir_all(&path).unwrap();
    std::fs::write(path.join("old.json"), OLD).unwrap();
    path
}

struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

/// Runs the check of new access against `old.json` in a directory.
fn check(directory: &Path, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_iamsat"))
        .args(["check-no-new-access", "--existing", "old.json", "--new"])
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[test]
fn links_that_lead_in_circles_end() {
    let root = directory("circles");
    std::fs::create_dir_all(root.join("p/inner")).unwrap();
    std::fs::write(root.join("p/inner/a.json"), OLD).unwrap();
    symlink("..", root.join("p/inner/up")).unwrap();
    symlink("inner", root.join("p/again")).unwrap();
    symlink("inner/a.json", root.join("p/link.json")).unwrap();
    symlink("self.json", root.join("p/self.json")).unwrap();
    let run = check(&root, &["p"]);
    // Two paths lead to the directory, but it is read once; a link to a file is a file; a link to itself is not.
    assert_eq!(run.stdout.matches(" allows no request").count(), 2, "{}", run.stdout);
    assert!(run.stdout.ends_with("3 policies: 1 error, 2 PASS\n"), "{}", run.stdout);
    assert!(run.stderr.contains("cannot read p/self.json"), "{}", run.stderr);
    assert_eq!(run.code, 2);
}

/// A link could be a file that overrides others.
#[test]
fn links_in_a_configuration_are_refused_unless_terraform_ignores_them() {
    let root = directory("configuration");
    let tf = root.join("tf");
    std::fs::create_dir_all(&tf).unwrap();
    std::fs::write(tf.join("main.tf"), "locals {}").unwrap();
    symlink("main.tf", tf.join(".#main.tf")).unwrap();
    symlink("main.tf", tf.join("notes.txt")).unwrap();
    assert_eq!(check(&root, &["old.json", "--source", "tf"]).code, 0);
    symlink("main.tf", tf.join("override.tf")).unwrap();
    let run = check(&root, &["old.json", "--source", "tf"]);
    assert!(run.stderr.contains("`tf/override.tf` is a link"), "{}", run.stderr);
    assert_eq!(run.code, 2);
}

#[test]
fn names_that_are_no_text_are_errors() {
    let root = directory("names");
    std::fs::create_dir_all(root.join("p")).unwrap();
    if std::fs::write(root.join("p").join(OsStr::from_bytes(b"\xff.json")), OLD).is_err() {
        println!("skipped: this file system has text for names");
        return;
    }
    std::fs::write(root.join("p/good.json"), OLD).unwrap();
    let run = check(&root, &["p"]);
    assert!(run.stdout.ends_with("2 policies: 1 error, 1 PASS\n"), "{}", run.stdout);
    assert!(run.stderr.contains("its name is not UTF-8 text"), "{}", run.stderr);
    assert_eq!(run.code, 2);
}

#[test]
fn a_list_of_accepted_findings_is_written_used_and_written_anew() {
    let root = directory("known");
    std::fs::write(root.join("a.json"), WIDER).unwrap();
    assert_eq!(check(&root, &["a.json"]).code, 1);

    // A written finding is accepted, and stays accepted.
    let written = check(&root, &["a.json", "--write-baseline", "known.json", "--reason", "ticket 7"]);
    assert_eq!(written.code, 0, "{}", written.stderr);
    assert_eq!(check(&root, &["a.json", "--baseline", "known.json"]).code, 0);

    // In another layout, and from an absolute path, it is the same finding; in another file it is another one.
    let spread =
        serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(WIDER).unwrap()).unwrap();
    std::fs::write(root.join("a.json"), spread).unwrap();
    let absolute = root.join("a.json");
    assert_eq!(check(&root, &[absolute.to_str().unwrap(), "--baseline", "known.json"]).code, 0);
    std::fs::write(root.join("b.json"), WIDER).unwrap();
    assert_eq!(check(&root, &["b.json", "--baseline", "known.json"]).code, 1);

    // Writing the list again keeps reasons; those of inputs that were not checked are kept too.
    let both = check(&root, &["b.json", "--write-baseline", "known.json"]);
    assert_eq!(both.code, 0, "{}", both.stderr);
    let list = std::fs::read_to_string(root.join("known.json")).unwrap();
    assert!(list.contains("ticket 7") && list.contains("known when this list was written"), "{list}");
    let again = check(&root, &["a.json", "b.json", "--write-baseline", "known.json", "--reason", "other"]);
    assert_eq!(again.code, 0);
    assert_eq!(std::fs::read_to_string(root.join("known.json")).unwrap(), list);

    // If the statement is widened, it has to be accepted again.
    std::fs::write(root.join("a.json"), WIDER.replace("s3:PutObject", "s3:Put*")).unwrap();
    let wider = check(&root, &["a.json", "--baseline", "known.json"]);
    assert_eq!(wider.code, 1);
    assert!(wider.stderr.contains("stale-acceptance"), "{}", wider.stderr);

    // A fixed finding leaves the list when it is written again.
    std::fs::write(root.join("a.json"), OLD).unwrap();
    check(&root, &["a.json", "b.json", "--write-baseline", "known.json"]);
    let list = std::fs::read_to_string(root.join("known.json")).unwrap();
    assert!(!list.contains("ticket 7") && list.contains("b.json"), "{list}");
}

#[test]
fn an_expired_acceptance_is_renewed_only_by_writing_the_list_again() {
    let root = directory("renewed");
    std::fs::write(root.join("a.json"), WIDER).unwrap();
    check(&root, &["a.json", "--write-baseline", "known.json", "--reason", "ticket 7"]);
    let list = || std::fs::read_to_string(root.join("known.json")).unwrap();
    let dated = list().replacen(
        "\"reason\": \"ticket 7\"",
        "\"reason\": \"ticket 7\", \"expires\": \"2027-01-31\"",
        1,
    );
    std::fs::write(root.join("known.json"), &dated).unwrap();

    // Without a day, and on an earlier one, it is accepted; from its last day on, it is not, and a warning says so.
    assert_eq!(check(&root, &["a.json", "--baseline", "known.json"]).code, 0);
    assert_eq!(check(&root, &["a.json", "--baseline", "known.json", "--today", "2027-01-30"]).code, 0);
    let expired = check(&root, &["a.json", "--baseline", "known.json", "--today", "2027-01-31"]);
    assert_eq!(expired.code, 1, "{}", expired.stdout);
    assert!(expired.stderr.contains("expired-acceptance"), "{}", expired.stderr);

    // Written on a day on which it is still accepted, the entry keeps its reason and its last day.
    let kept = check(&root, &["a.json", "--write-baseline", "known.json", "--today", "2027-01-30"]);
    assert_eq!(kept.code, 0);
    assert!(list().contains("ticket 7") && list().contains("2027-01-31"), "{}", list());

    // Written after it, the finding is accepted anew: with the new reason, and without a last day.
    let renew = ["a.json", "--write-baseline", "known.json", "--today", "2027-02-01", "--reason", "ticket 8"];
    let renewed = check(&root, &renew);
    assert_eq!(
        (renewed.code, renewed.stderr.contains("expired-acceptance")),
        (0, false),
        "{}",
        renewed.stderr
    );
    assert!(list().contains("ticket 8"), "{}", list());
    assert!(!list().contains("ticket 7") && !list().contains("expires"), "{}", list());
    assert_eq!(check(&root, &["a.json", "--baseline", "known.json", "--today", "2030-01-01"]).code, 0);
}

#[test]
fn a_directory_passes_over_no_template_that_cannot_be_read() {
    let root = directory("unreadable");
    let write = |name: &str, bytes: &[u8]| {
        std::fs::create_dir_all(root.join("p")).unwrap();
        std::fs::write(root.join("p").join(name), bytes).unwrap();
    };
    write("good.json", OLD.as_bytes());
    // Other files in YAML are not inputs, whether they are valid or not.
    write("workflow.yaml", b"on: push\njobs: {}\n");
    write("chart.yaml", b"name: {{ .Values.name }}\n  - [\n");
    let run = check(&root, &["p"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    // A template that is broken, in another encoding or not there is an error, with its name.
    write("broken.yaml", b"  Resources: [\n");
    write("flow.template", b"{\"Resources\": {");
    write("latin.yml", b"Resources: {} # \xe4\n");
    symlink("nowhere.yaml", root.join("p/link.yaml")).unwrap();
    let run = check(&root, &["p"]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    assert!(run.stdout.ends_with("5 policies: 4 errors, 1 PASS\n"), "{}", run.stdout);
    assert!(run.stderr.contains("not YAML") && !run.stderr.contains("convert the policy"), "{}", run.stderr);
    for name in ["p/broken.yaml", "p/flow.template", "p/latin.yml", "p/link.yaml"] {
        assert!(run.stderr.contains(name), "{name}: {}", run.stderr);
    }
}

#[test]
fn a_list_about_one_access_is_not_about_another() {
    let root = directory("access");
    std::fs::write(root.join("a.json"), r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#)
        .unwrap();
    let check = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_iamsat"))
            .args(["check-access-not-granted", "--policy", "a.json", "--actions"])
            .args(arguments)
            .current_dir(&root)
            .output()
            .unwrap();
        output.status.code().unwrap()
    };
    assert_eq!(check(&["s3:PutObject,s3:GetObject", "--write-baseline", "known.json"]), 0);
    // In another order and case it is the same query.
    assert_eq!(check(&["S3:getobject,s3:PutObject", "--baseline", "known.json"]), 0);
    assert_eq!(check(&["s3:GetObject,s3:DeleteBucket", "--baseline", "known.json"]), 1);
}

#[test]
fn a_snapshot_passes_over_no_link_and_no_pipe() {
    let details = |name: &str| {
        format!(
            r#"{{"UserDetailList":[{{"Arn":"arn:aws:iam::111122223333:user/{name}","GroupList":[],"AttachedManagedPolicies":[]}}]}}"#
        )
    };
    let root = directory("snapshot");
    std::fs::remove_file(root.join("old.json")).unwrap();
    let snapshot = |path: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_iamsat"))
            .args(["snapshot", path])
            .current_dir(&root)
            .env_clear()
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Run { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
    };
    for name in ["links/own", "elsewhere"] {
        std::fs::create_dir_all(root.join(name)).unwrap();
    }
    std::fs::write(root.join("links/own/ana.json"), details("ana")).unwrap();
    std::fs::write(root.join("elsewhere/bob.json"), details("bob")).unwrap();
    // A link to a file is a file, and the directory itself may be one.
    symlink("../../elsewhere/bob.json", root.join("links/own/bob.json")).unwrap();
    symlink("links", root.join("link")).unwrap();
    for path in ["links", "link"] {
        let run = snapshot(path);
        assert!(run.stdout.contains("2 users") && run.code == 0, "{}{}", run.stdout, run.stderr);
    }
    // What is not read may be a part of the accounts.
    let refused = |what: &str| {
        let run = snapshot("links");
        assert!(run.code == 2 && run.stderr.contains(what), "{}{}", run.stdout, run.stderr);
    };
    symlink("../elsewhere", root.join("links/account")).unwrap();
    refused("cannot read links/account: it is a symbolic link to a directory");
    std::fs::remove_file(root.join("links/account")).unwrap();
    symlink("nowhere.json", root.join("links/gone.json")).unwrap();
    refused("cannot read links/gone.json: no such file");
    std::fs::remove_file(root.join("links/gone.json")).unwrap();
    let made = Command::new("mkfifo").arg(root.join("links/pipe.json")).status();
    if made.is_ok_and(|status| status.success()) {
        refused("cannot read links/pipe.json: it is neither a file nor a directory");
    }
}
