//! `iamsat check` in a repository of git: the old side of every comparison comes from a commit, and git is only read.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A repository that a test makes.
struct Repository(PathBuf);

impl Repository {
    /// Makes a repository; `None` if git is not installed.
    fn new(name: &str) -> Option<Repository> {
        if Command::new("git").arg("--version").output().is_err() {
            println!("skipped: git is not installed");
            return None;
        }
        let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("repositories").join(name);
        if directory.exists() {
            std::fs::remove_dir_all(&directory).unwrap();
        }
        std::fs::create_dir_all(&directory).unwrap();
        let repository = Repository(directory);
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        Some(repository)
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .current_dir(&self.0)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "a"]);
    }

    fn run(&self, below: &str, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_iamsat"))
            .args(arguments)
            .current_dir(self.0.join(below))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap()
    }

    /// Returns what a command prints, and its exit code.
    fn printed(&self, below: &str, arguments: &[&str]) -> (String, Option<i32>) {
        let output = self.run(below, arguments);
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        (text, output.status.code())
    }
}

fn policy(actions: &str) -> String {
    format!(
        "{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Action\":{actions},\"Resource\":\"arn:aws:s3:::acme-reports/*\"}}]}}\n"
    )
}

const CONFIGURATION: &str = "inputs = [\"policies\", \"one.json\"]\nchecks = [\"check-no-new-access\"]\n";

/// Returns a repository with a commit, and with changes after it.
fn changed(name: &str) -> Option<Repository> {
    let repository = Repository::new(name)?;
    repository.write("iamsat.toml", CONFIGURATION);
    for path in ["policies/same.json", "policies/wider.json", "policies/gone.json", "one.json"] {
        repository.write(path, &policy("\"s3:GetObject\""));
    }
    repository.write("policies/narrower.json", &policy("\"s3:Get*\""));
    repository.commit();
    repository.write("policies/wider.json", &policy("[\"s3:GetObject\",\"s3:PutObject\"]"));
    repository.write("policies/narrower.json", &policy("\"s3:GetObject\""));
    repository.write("policies/made/new.json", &policy("\"s3:DeleteObject\""));
    std::fs::remove_file(repository.0.join("policies/gone.json")).unwrap();
    Some(repository)
}

#[test]
fn every_policy_is_compared_with_itself_in_the_commit() {
    let Some(repository) = changed("compared") else { return };
    let before = repository.git(&["status", "--porcelain"]);
    for below in ["", "policies"] {
        let (text, code) = repository.printed(below, &["check", "--base", "main", "--format", "concise"]);
        assert_eq!(code, Some(1), "{text}");
        let found: Vec<&str> = text.lines().filter(|line| line.contains("error[")).collect();
        assert_eq!(found.len(), 2, "{text}");
        assert!(
            found.iter().any(|line| line.starts_with("policies/wider.json:1:")
                && line.contains("error[new-access]: newly allows s3:PutObject")),
            "{text}"
        );
        assert!(
            found
                .iter()
                .any(|line| line.starts_with("policies/made/new.json:1:")
                    && line.contains("error[new-policy]")),
            "{text}"
        );
        assert!(text.contains("2 policies are unchanged") || text.contains("2 FAIL"), "{text}");
    }
    assert_eq!(repository.git(&["status", "--porcelain"]), before);
}

#[test]
fn replayed_requests_read_the_commit_too() {
    let Some(repository) = changed("replayed") else { return };
    let (text, _) = repository.printed("", &["check", "--base", "main"]);
    let replays: Vec<&str> =
        text.lines().filter_map(|line| Some(line.split_once("iamsat simulate ")?.1)).collect();
    assert!(replays.iter().any(|line| line.contains("git:main:policies/wider.json")), "{text}");
    for line in replays {
        let words = shlex::split(line).unwrap();
        let words: Vec<&str> = std::iter::once("simulate").chain(words.iter().map(String::as_str)).collect();
        let (told, code) = repository.printed("", &words);
        assert_eq!(code, Some(0), "{line}: {told}");
    }
    let (text, code) =
        repository.printed("", &["compare", "git:main:policies/same.json", "policies/same.json"]);
    assert_eq!(code, Some(0), "{text}");
}

/// A file whose policy goes away is not skipped: what it denied is not denied any more.
#[test]
fn a_policy_that_becomes_none_is_deleted() {
    let Some(repository) = Repository::new("emptied") else { return };
    repository.write("iamsat.toml", CONFIGURATION);
    repository.write("one.json", &policy("\"s3:GetObject\""));
    let denies = policy("\"s3:*\"").replace("Allow", "Deny");
    repository.write("policies/denies.json", &denies);
    repository.write("policies/becomes.json", "{\"name\": \"x\"}\n");
    repository.commit();
    repository.write("policies/denies.json", "{\"name\": \"x\"}\n");
    repository.write("policies/becomes.json", &policy("\"s3:GetObject\""));
    let (text, code) = repository.printed("", &["check", "--base", "main", "--format", "concise"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("error[deny-weakened]: git:main:policies/denies.json no longer denies"), "{text}");
    assert!(text.contains("error[new-policy]: policies/becomes.json is new"), "{text}");
}

#[test]
fn what_git_cannot_give_is_an_error() {
    let Some(repository) = changed("missing") else { return };
    for (base, reason) in [
        ("nowhere", "`nowhere` is not a commit of this repository"),
        ("--help", "`--help` is not the name of a commit"),
        ("main:policies", "is not a commit of this repository"),
    ] {
        let (text, code) = repository.printed("", &["check", &format!("--base={base}")]);
        assert_eq!(code, Some(2), "{base}: {text}");
        assert!(text.contains(reason), "{base}: {text}");
        assert!(!text.contains("PASS"), "{base}: {text}");
    }
    let (text, code) = repository.printed("", &["lint", "git:main:policies/none.json"]);
    assert_eq!(code, Some(2), "{text}");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("wider.json", repository.0.join("policies/link.json")).unwrap();
        repository.commit();
        let (text, code) = repository.printed("", &["check", "--base", "main"]);
        assert_eq!(code, Some(2), "{text}");
        assert!(text.contains("but a link"), "{text}");
    }
}

/// No program that a repository configures runs.
#[test]
#[cfg(unix)]
fn git_runs_no_program_of_the_repository() {
    use std::os::unix::fs::PermissionsExt;
    let Some(repository) = changed("drivers") else { return };
    let program = repository.0.join(".git/trap");
    std::fs::write(&program, "#!/bin/sh\ntouch trapped\nexit 1\n").unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let trap = program.to_str().unwrap();
    for key in [
        "core.pager",
        "core.fsmonitor",
        "diff.x.textconv",
        "filter.x.smudge",
        "diff.external",
        "pager.ls-tree",
    ] {
        repository.git(&["config", key, trap]);
    }
    repository.git(&["config", "core.hooksPath", ".git"]);
    repository.write(".git/info/attributes", "*.json diff=x filter=x\n");
    let (text, code) = repository.printed("", &["check", "--base", "main"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(!trapped(&repository.0), "{text}");
}

#[cfg(unix)]
fn trapped(directory: &Path) -> bool {
    directory.join("trapped").exists() || directory.join(".git/trapped").exists()
}

#[test]
fn the_search_for_a_configuration_ends_at_the_root_of_the_repository() {
    let Some(repository) = Repository::new("outer") else { return };
    repository.write("iamsat.toml", "inputs = [\"policies\"]\n");
    repository.write("inner/policies/a.json", &policy("\"s3:GetObject\""));
    let found = |code| repository.printed("inner", &["check"]).1 == Some(code);
    // The configuration of the outer directory has no such input.
    assert!(found(2));
    repository.write("policies/a.json", &policy("\"s3:GetObject\""));
    assert!(found(0));
    std::fs::create_dir(repository.0.join("inner/.git")).unwrap();
    let (text, code) = repository.printed("inner", &["check"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("no iamsat.toml in"), "{text}");
}
