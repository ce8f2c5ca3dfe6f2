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

    /// Writes a configuration that compares service control policies.
    fn compares(&self, inputs: &str) {
        let checks = "checks = [\"check-no-new-access\"]\n[kinds]\n\"**\" = \"scp\"\n";
        self.write("iamsat.toml", &format!("inputs = {inputs}\n{checks}"));
    }

    /// Returns what a command prints, and its exit code.
    fn printed(&self, below: &str, arguments: &[&str]) -> (String, Option<i32>) {
        let output = self.run(below, arguments);
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        (text, output.status.code())
    }
}

/// A service control policy that denies some actions.
fn denies(actions: &str) -> String {
    format!(
        "{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Deny\",\"Action\":{actions},\"Resource\":\"*\"}}]}}\n"
    )
}

fn strong() -> String {
    denies("[\"s3:DeleteBucket\",\"s3:PutBucketPolicy\"]")
}

fn weak() -> String {
    denies("\"s3:PutBucketPolicy\"")
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
    for (below, above) in [("", "policies/"), ("policies", "")] {
        let (text, code) = repository.printed(below, &["check", "--base", "main", "--format", "concise"]);
        assert_eq!(code, Some(1), "{text}");
        let found: Vec<&str> = text.lines().filter(|line| line.contains("error[")).collect();
        assert_eq!(found.len(), 2, "{text}");
        assert!(
            found.iter().any(|line| line.starts_with(&format!("{above}wider.json:1:"))
                && line.contains("error[new-access]: newly allows s3:PutObject")),
            "{text}"
        );
        assert!(
            found.iter().any(|line| line.starts_with(&format!("{above}made/new.json:1:"))
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
        assert!(text.contains("is a link"), "{text}");
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

/// Whatever the input is called, its old version is found by its path.
#[test]
fn a_weaker_deny_is_found_under_every_name() {
    let Some(repository) = Repository::new("names") else { return };
    for (number, (inputs, file)) in [
        ("[\"policies\"]", "policies/a.json"),
        ("[\"policies//\"]", "policies/a.json"),
        ("[\"policies/.\"]", "policies/a.json"),
        ("[\"policies/../policies\"]", "policies/a.json"),
        ("[\"p[1]\"]", "p[1]/a.json"),
        ("[\"[a].json\"]", "[a].json"),
        ("[\"policies/*\"]", "policies/a.policy"),
        ("[\"policies/*\"]", "policies/.json"),
        ("[\"policies/*\"]", "policies/a "),
        ("[\"**/*\"]", "policies/deep/a.policy"),
    ]
    .into_iter()
    .enumerate()
    {
        let repository = Repository(repository.0.join(number.to_string()));
        std::fs::create_dir_all(&repository.0).unwrap();
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.compares(inputs);
        repository.write(file, &strong());
        repository.write("policies/other.json", &strong());
        repository.commit();
        let (text, code) = repository.printed("", &["check", "--base", "main"]);
        assert_eq!(code, Some(0), "{inputs} {file}: {text}");
        repository.write(file, &weak());
        let (text, code) = repository.printed("", &["check", "--base", "main"]);
        assert_eq!(code, Some(1), "{inputs} {file}: {text}");
        assert!(text.contains("error[deny-weakened]"), "{inputs} {file}: {text}");
        std::fs::remove_file(repository.0.join(file)).unwrap();
        let (text, code) = repository.printed("", &["check", "--base", "main"]);
        assert!(code == Some(2) || text.contains("error[deny-weakened]"), "{inputs} {file}: {text}");
    }
}

/// A commit to compare with is asked for by name, so no list of checks leaves it out.
#[test]
fn a_comparison_runs_whatever_the_checks_are() {
    let Some(repository) = Repository::new("asked") else { return };
    repository
        .write("iamsat.toml", "inputs = [\"policies\"]\nchecks = [\"lint\"]\n[kinds]\n\"**\" = \"scp\"\n");
    repository.write("policies/a.json", &strong());
    repository.commit();
    repository.write("policies/a.json", &weak());
    let (text, code) = repository.printed("", &["check", "--base", "main"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("error[deny-weakened]"), "{text}");
    assert_eq!(repository.printed("", &["check", "--base", "nowhere"]).1, Some(2));
}

/// A file that is called like an argument does not take the place of the commit.
#[test]
#[cfg(unix)]
fn a_planted_file_is_not_the_commit() {
    let Some(repository) = Repository::new("planted") else { return };
    repository.write("policies/a.json", &strong());
    for inputs in ["[\"policies\"]", "[\".\"]"] {
        repository.compares(inputs);
        repository.commit();
        repository.write("policies/a.json", &weak());
        repository.write("git:main:policies/a.json", &weak());
        let (text, code) = repository.printed("", &["check", "--base", "main"]);
        assert_eq!(code, Some(1), "{inputs}: {text}");
        assert!(text.contains("error[deny-weakened]"), "{inputs}: {text}");
        repository.write("policies/a.json", &strong());
        std::fs::remove_dir_all(repository.0.join("git:main:policies")).unwrap();
    }
    // The prefix means git; `./` before it means the file.
    repository.write("git:main:policies/a.json", "not JSON");
    assert_eq!(repository.printed("", &["lint", "git:main:policies/a.json"]).1, Some(0));
    assert_eq!(repository.printed("", &["lint", "./git:main:policies/a.json"]).1, Some(2));
}

/// A hook runs with the variables of its repository, which is not the one that is checked.
#[test]
fn the_repository_is_that_of_the_files() {
    let (Some(repository), Some(other)) = (Repository::new("hooked"), Repository::new("hooking")) else {
        return;
    };
    repository.compares("[\"policies\"]");
    repository.write("policies/a.json", &strong());
    repository.commit();
    other.write("policies/a.json", &weak());
    other.commit();
    repository.write("policies/a.json", &weak());
    let output = Command::new(env!("CARGO_BIN_EXE_iamsat"))
        .args(["check", "--base", "main"])
        .current_dir(&repository.0)
        .env("GIT_DIR", other.0.join(".git"))
        .env("GIT_WORK_TREE", &other.0)
        .env("GIT_INDEX_FILE", other.0.join(".git/index"))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("error[deny-weakened]"), "{text}");
}

/// A commit holds links and submodules, not the files to which they lead.
#[test]
#[cfg(unix)]
fn what_a_commit_does_not_hold_is_not_new() {
    let Some(repository) = Repository::new("elsewhere") else { return };
    repository.compares("[\"policies\"]");
    repository.write("policies/a.json", &strong());
    repository.write("real/b.json", &strong());
    std::os::unix::fs::symlink("../real", repository.0.join("policies/linked")).unwrap();
    repository.commit();
    repository.write("real/b.json", &weak());
    let (text, code) = repository.printed("", &["check", "--base", "main"]);
    assert_eq!(code, Some(2), "{text}");
    std::fs::remove_file(repository.0.join("policies/linked")).unwrap();
    let (text, code) = repository.printed("", &["check", "--base", "main"]);
    assert_eq!(code, Some(2), "{text}");
    repository.commit();
    let inner = Repository(repository.0.join("policies/inner"));
    inner.write("c.json", &strong());
    inner.git(&["init", "--quiet"]);
    inner.commit();
    repository.commit();
    for is_repository in [true, false] {
        if !is_repository {
            std::fs::remove_dir_all(inner.0.join(".git")).unwrap();
        }
        let (text, code) = repository.printed("", &["check", "--base", "main"]);
        assert_eq!(code, Some(2), "{text}");
        assert!(text.contains("a submodule"), "{text}");
    }
}

/// A kind of policies in which nothing changed does not stop the others.
#[test]
fn unchanged_policies_pass() {
    let Some(repository) = Repository::new("unchanged") else { return };
    let kinds = "[kinds]\n\"policies/a.json\" = \"scp\"\n";
    repository.write(
        "iamsat.toml",
        &format!("inputs = [\"policies\"]\nchecks = [\"check-no-new-access\"]\n{kinds}"),
    );
    repository.write("policies/a.json", &strong());
    repository.write("policies/b.json", &policy("\"s3:GetObject\""));
    repository.commit();
    let (text, code) = repository.printed("", &["check", "--base", "main"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("PASS") && !text.contains("could not run"), "{text}");
    repository.write("policies/b.json", &policy("\"s3:*\""));
    let (text, code) = repository.printed("", &["check", "--base", "main"]);
    assert_eq!(code, Some(1), "{text}");
}

/// A file that cannot be parsed may be of any kind, so a check of one kind does not leave it out.
#[test]
fn a_file_that_cannot_be_parsed_is_an_error_of_every_check() {
    let Some(repository) = Repository::new("unparsed") else { return };
    let bucket = policy("\"s3:GetObject\"")
        .replace("\"Effect\"", "\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:role/r\"},\"Effect\"");
    repository.write("policies/b.json", &bucket);
    repository.write("policies/a.json", "{\"Statement\":");
    let kinds = "[kinds]\n\"policies/b.json\" = \"AWS::S3::Bucket\"\n";
    for (check, more) in
        [("check-no-public-access", ""), ("find-external-access", "zone-of-trust = [\"111122223333\"]\n")]
    {
        repository
            .write("iamsat.toml", &format!("inputs = [\"policies\"]\nchecks = [\"{check}\"]\n{more}{kinds}"));
        let (text, code) = repository.printed("", &["check"]);
        assert_eq!(code, Some(2), "{check}: {text}");
        assert!(text.contains("policies/a.json"), "{check}: {text}");
    }
}

/// A pattern may match files that hold no policy; these are named, not checked.
#[test]
fn a_wide_pattern_passes_over_other_files() {
    let Some(repository) = Repository::new("wide") else { return };
    repository.write("iamsat.toml", "inputs = [\"**/*\"]\n");
    repository.write("policies/a.json", &policy("\"s3:GetObject\""));
    repository.write("README.md", "# Policies\n");
    std::fs::create_dir(repository.0.join("empty")).unwrap();
    repository.commit();
    let (text, code) = repository.printed("", &["check"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("README.md") && !text.contains(".git/"), "{text}");
}

/// A setting that no check reads would look like a check that runs.
#[test]
fn settings_without_effect_are_errors() {
    let Some(repository) = Repository::new("settings") else { return };
    repository.write("policies/a.json", &policy("\"s3:GetObject\""));
    for (settings, told) in [
        ("trusted = [\"444455556666\"]", "`trusted` has no effect without `zone-of-trust`"),
        ("zone-of-trust = []", "`zone-of-trust` is empty"),
        ("not-granted = []", "`not-granted` is empty"),
        ("rules = \"policies\"\nchecks = [\"lint\"]", "`rules` has no effect"),
        ("checks = [\"lint\"]\n[[not-granted]]\nactions = [\"iam:*\"]", "`not-granted` has no effect"),
        ("managed-policies = \"none\"", "`none` is not a directory"),
        ("baseline = \"none.json\"", "`none.json` is not a file"),
        ("[severity]\nnested-stack = \"allow\"", "its severity cannot be set"),
    ] {
        repository.write("iamsat.toml", &format!("inputs = [\"policies\"]\n{settings}\n"));
        let (text, code) = repository.printed("", &["check"]);
        assert_eq!(code, Some(2), "{settings}: {text}");
        assert_eq!(text.matches(told).count(), 1, "{settings}: {text}");
        assert!(text.contains("iamsat.toml:"), "{settings}: {text}");
    }
    repository.write("iamsat.toml", "inputs = [\"policies\"]\nexclude = [\"old/*\"]\n");
    let (text, code) = repository.printed("", &["check"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("`exclude` matches no file of the inputs: old/*"), "{text}");
}
