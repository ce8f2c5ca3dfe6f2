//! `iamsat test`: files of tests that are not valid, answers against expectations, and separation of duties.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const POLICIES: &str = r#"policies:
  read: {Statement: {Effect: Allow, Action: "s3:Get*", Resource: "*"}}
  open: {Statement: {Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*"}}
  odd: {Statement: {Effect: Allow, Action: "s3:Get*", Resource: "*", Condition: {StringEquals: {"aws:PrincipalTag/a": []}}}}
tests:
"#;

fn directory(name: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("policy-tests").join(name);
    drop(std::fs::remove_dir_all(&directory));
    std::fs::create_dir_all(&directory).unwrap();
    directory
}

fn run(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_iamsat"))
        .arg("test")
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .output()
        .unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Every test of a file, with its result.
fn results(directory: &Path, file: &str) -> (Vec<(String, String)>, Option<i32>) {
    let output = run(directory, &[file, "--format", "json"]);
    let answer: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", stderr(&output)));
    let tests = answer["files"][0]["tests"].as_array().unwrap_or_else(|| panic!("{answer:#}"));
    let one = |test: &Value| [&test["name"], &test["result"]].map(|text| text.as_str().unwrap().to_owned());
    (tests.iter().map(|test| one(test).into()).collect(), output.status.code())
}

#[test]
fn a_file_that_is_not_valid_names_the_place() {
    let directory = directory("faults");
    let cases = [
        ("{", "invalid-json", 1),
        ("tests: [", "invalid-yaml", 1),
        ("[]", "a file of tests is an object, not an array", 1),
        ("policies: {}\n", "the file has no `tests`", 1),
        ("test: []\ntests: []\n", "did you mean `tests`?", 1),
        ("tests:\n  - check: simulate\n", "the test has no `name`", 2),
        ("tests:\n  - name: a\n", "the test has no `check`", 2),
        ("tests:\n  - {name: a, check: lint}\n", "`lint` is not a check of tests", 2),
        (
            "tests:\n  - {name: a, check: simulate, policy: p, action: 'a:b', resource: '*'}\n",
            "the test has no `expect`",
            2,
        ),
        (
            "tests:\n  - {name: a, check: find, policy: p, expect: allowed}\n",
            "`allowed` is not an answer of find",
            2,
        ),
        ("tests:\n  - {name: a, check: find, policies: p, polcy: q}\n", "did you mean `policy`?", 2),
        (
            "tests:\n  - {name: a, check: find, policy: p, format: json}\n",
            "`format` is not a member of find",
            2,
        ),
        (
            "tests:\n  - {name: a, check: compare, left: p, right: q, certificate: c}\n",
            "`certificate` is not a member",
            2,
        ),
        ("tests:\n  - {name: a, check: find, policy: p, strictArn: 7}\n", "`strictArn` is true or false", 2),
        ("tests:\n  - {name: a, check: find, policy: p, policyType: ROLE}\n", "invalid value 'ROLE'", 2),
        ("tests:\n  - {name: a, check: find, policy: '-'}\n", "`-` is not a file", 2),
        (
            "tests:\n  - {name: a, check: check-access-not-granted, policy: p, actions: 's3:A,s3:B'}\n",
            "has no comma; write a list",
            2,
        ),
        ("tests:\n  - {name: a, check: find}\n", "required arguments were not provided", 2),
        (
            "tests:\n  - {name: a, check: find, policy: p}\n  - {name: a, check: find, policy: p}\n",
            "two tests are called `a`",
            3,
        ),
        (
            "tests:\n  - {name: a, check: find, policy: p, principal: 012345678901}\n",
            "readers of YAML disagree",
            2,
        ),
        ("tests:\n  - {name: a, check: separation-of-duties, of: []}\n", "the test has no `snapshot`", 2),
        (
            "snapshot: s\ntests:\n  - {name: a, check: separation-of-duties, of: [{action: 'a:b'}]}\n",
            "the test has no `of`",
            3,
        ),
        (
            "snapshot: s\ntests:\n  - {name: a, check: separation-of-duties, of: [{action: 'a:b'}, {resource: x}]}\n",
            "the duty has no `action`",
            3,
        ),
        (
            "snapshot: s\ntests:\n  - {name: a, check: separation-of-duties, noOrganization: 'yes', of: [{action: 'a:b'}, {action: 'a:c'}]}\n",
            "`noOrganization` is true or false",
            3,
        ),
        ("tests: []\n", "the file holds no test", 1),
        (
            "tests:\n  - {name: a, check: check-access-not-granted, policy: p, actions: 's3:A', onlyPossible: true}\n",
            "`onlyPossible` is not a member",
            2,
        ),
        (
            "tests:\n  - {name: a, check: check-no-public-access, policy: p, allow: public-access}\n",
            "`allow` is not a member",
            2,
        ),
    ];
    std::fs::write(
        directory.join("good.yaml"),
        format!("{POLICIES}  - {{name: a, check: find, policy: read, action: 's3:Put*'}}\n"),
    )
    .unwrap();
    for (text, message, line) in cases {
        std::fs::write(directory.join("bad.yaml"), text).unwrap();
        let output = run(&directory, &["bad.yaml", "good.yaml"]);
        let errors = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{text}: {errors}");
        assert!(errors.contains(message), "{text}: {errors}");
        assert!(errors.contains(&format!("bad.yaml:{line}:")), "{text}: {errors}");
        // The other file runs all the same.
        assert!(
            String::from_utf8_lossy(&output.stdout).starts_with("ok       a\ntest: 1 ok, 1 file not read"),
            "{text}"
        );
    }
    let missing = run(&directory, &["gone.yaml", "good.yaml"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(stderr(&missing).contains("cannot read gone.yaml"));
}

#[test]
fn no_test_is_an_error() {
    let directory = directory("none");
    std::fs::write(directory.join("none.json"), "{\"tests\": []}").unwrap();
    std::fs::write(
        directory.join("one.yaml"),
        format!("{POLICIES}  - {{name: a, check: find, policy: read, action: 's3:Put*'}}\n"),
    )
    .unwrap();
    let cases = [
        (&["none.json"][..], "the file holds no test"),
        (&["none.json", "one.yaml"], "the file holds no test"),
        (&["one.yaml", "--select", "b*"], "`--select b*` matches no test"),
    ];
    for (arguments, message) in cases {
        let output = run(&directory, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(message), "{arguments:?}: {}", stderr(&output));
    }
}

/// Tests with the results that they have.
#[test]
fn answers_are_compared_with_expectations() {
    let directory = directory("answers");
    std::fs::write(
        directory.join("put.json"),
        r#"{"Statement":{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}}"#,
    )
    .unwrap();
    let request = "check: simulate, policy: read, action: 's3:GetObject', resource: '*'";
    let cases = [
        ("ok", format!("{request}, expect: allowed")),
        ("failed", format!("{request}, expect: denied")),
        ("failed", format!("{request}, expect: explicitly-denied")),
        ("unknown", "check: simulate, policy: odd, action: 's3:GetObject', resource: '*', context: {aws:PrincipalTag/a: x}, expect: allowed".to_owned()),
        ("ok", "check: check-access-not-granted, policy: [read, put.json], actions: ['s3:Delete*']".to_owned()),
        ("failed", "check: check-access-not-granted, policy: [read, put.json], actions: ['s3:Put*']".to_owned()),
        ("ok", "check: check-access-not-granted, policy: [read, put.json], actions: ['s3:Put*'], expect: FAIL".to_owned()),
        ("failed", "check: check-access-not-granted, policy: read, actions: ['s3:Put*'], expect: FAIL".to_owned()),
        ("unknown", "check: check-access-not-granted, policy: odd, actions: ['s3:Get*'], expect: FAIL".to_owned()),
        ("unknown", "check: check-access-not-granted, policy: odd, actions: ['s3:Get*']".to_owned()),
        ("error", "check: check-access-not-granted, policy: gone.json, actions: ['s3:Get*']".to_owned()),
        ("error", "check: check-access-not-granted, policy: [read, gone.json], actions: ['s3:Get*'], expect: FAIL".to_owned()),
        ("failed", "check: check-no-public-access, policy: open, resourceType: 'AWS::S3::Bucket'".to_owned()),
        ("ok", "check: check-no-new-access, new: read, existing: {Statement: {Effect: Allow, Action: 's3:*', Resource: '*'}}".to_owned()),
        ("failed", "check: check-no-new-access, new: put.json, existing: read".to_owned()),
        ("ok", "check: compare, left: read, right: read".to_owned()),
        ("failed", "check: compare, left: put.json, right: read".to_owned()),
        ("ok", "check: can, identity: [read, put.json], actions: ['s3:Delete*'], expect: CANNOT".to_owned()),
        ("ok", "check: can, identity: [read, put.json], scp: [[read], [put.json, put.json]], action: 's3:PutObject'".to_owned()),
        ("failed", "check: can, identity: [read, put.json], action: 's3:PutObject'".to_owned()),
        ("ok", "check: find, policyDocument: '{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"a:b\",\"Resource\":\"*\"}}', action: 'a:c'".to_owned()),
        ("failed", "check: find-external-access, policy: open, zoneOfTrust: ['111122223333']".to_owned()),
        ("failed", "check: validate-policy, policy: read, policyType: IDENTITY_POLICY, failOn: suggestion".to_owned()),
    ];
    let tests: String =
        cases.iter().enumerate().map(|(n, (_, test))| format!("  - {{name: t{n}, {test}}}\n")).collect();
    std::fs::write(directory.join("t.yaml"), format!("{POLICIES}{tests}")).unwrap();
    let (found, code) = results(&directory, "t.yaml");
    let found: Vec<(&str, &str)> =
        found.iter().map(|(name, result)| (name.as_str(), result.as_str())).collect();
    let names: Vec<String> = (0..cases.len()).map(|n| format!("t{n}")).collect();
    let expected: Vec<(&str, &str)> =
        names.iter().map(String::as_str).zip(cases.iter().map(|(result, _)| *result)).collect();
    assert_eq!(found, expected);
    assert_eq!(code, Some(2));
}

/// The same tests give the same results in JSON and YAML, and whatever the number of threads.
#[test]
fn notation_and_threads_do_not_matter() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/policy-tests");
    let directory = directory("notation");
    std::fs::copy(examples.join("app.json"), directory.join("app.json")).unwrap();
    let test = r#"{"name": "a", "check": "simulate", "policy": "app", "action": "s3:GetObject", "resource": "arn:aws:s3:::reports/1", "expect": "allowed"}"#;
    let json = format!(r#"{{"policies": {{"app": "app.json"}}, "tests": [{test}]}}"#);
    std::fs::write(directory.join("t.json"), &json).unwrap();
    std::fs::write(directory.join("t.yaml"), &json).unwrap();
    assert_eq!(results(&directory, "t.json"), results(&directory, "t.yaml"));
    let one = run(&examples, &["app.yaml", "payroll.yaml", "--jobs", "1"]);
    let several = run(&examples, &["app.yaml", "payroll.yaml", "--jobs", "3"]);
    assert_eq!((&one.stdout, &one.stderr), (&several.stdout, &several.stderr));
}

/// A principal on every list fails the test, one that is allowed does not, and a missing fact leaves it open.
#[test]
fn no_one_can_do_all() {
    let directory = directory("duties");
    let snapshot = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/organization");
    let text = |of: &str, allowed: &str| {
        format!(
            "snapshot: {}\ntests:\n  - {{name: a, check: separation-of-duties, of: [{of}], allowed: {allowed}}}\n",
            snapshot.display()
        )
    };
    let reads = "{action: 's3:GetObject', resource: 'arn:aws:s3:::payroll/*'}";
    let deletes = "{action: 's3:DeleteObject', resource: 'arn:aws:s3:::payroll/*'}";
    let everyone = "['arn:aws:iam::*', 'account *', '*']";
    for (of, allowed, expected) in [
        (format!("{reads}, {reads}"), "[]", "failed"),
        (format!("{reads}, {deletes}"), "[]", "failed"),
        (format!("{reads}, {reads}"), everyone, "ok"),
        (format!("{reads}, {deletes}"), "['arn:aws:iam::111122223333:role/nobody']", "failed"),
    ] {
        std::fs::write(directory.join("t.yaml"), text(&of, allowed)).unwrap();
        let (found, _) = results(&directory, "t.yaml");
        assert_eq!(found[0].1, expected, "{of} {allowed}");
    }
}

#[test]
fn a_check_that_judges_nothing_is_no_success() {
    let directory = directory("nothing");
    let template = r#"{"Resources":{"P":{"Type":"AWS::IAM::ManagedPolicy","Properties":{"PolicyDocument":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}}}}}"#;
    std::fs::write(directory.join("t.json"), template).unwrap();
    let without = r#"{"AWSTemplateFormatVersion":"2010-09-09","Resources":{"B":{"Type":"AWS::S3::Bucket"}}}"#;
    std::fs::write(directory.join("none.json"), without).unwrap();
    let tests = [
        "check: find, policy: t.json, action: 's3:*', select: 'nothing*'",
        "check: find, policy: t.json, action: 's3:*', skip: '*=x'",
        "check: simulate, policy: t.json, action: 's3:GetObject', resource: '*', select: 'nothing*', expect: denied",
        "check: find, policy: none.json, action: 's3:*'",
        "check: simulate, policy: none.json, action: 's3:GetObject', resource: '*', expect: denied",
        "check: validate-policy, policy: t.json, select: 'nothing*'",
        "check: validate-policy, policy: t.json, skip: '*=x'",
        "check: find-external-access, policy: t.json, zoneOfTrust: '111122223333', select: 'nothing*'",
        "check: check-access-not-granted, policy: t.json, actions: 's3:GetObject', skip: '*=x'",
        "check: check-no-new-access, new: t.json, existing: t.json, skip: '*=x'",
        "check: check-no-public-access, policy: t.json",
        "check: compare, left: ['--exit-zero', t.json], right: t.json",
    ];
    let lines: Vec<String> =
        tests.iter().enumerate().map(|(i, test)| format!("  - {{name: t{i}, {test}}}\n")).collect();
    for (line, test) in lines.iter().zip(tests) {
        std::fs::write(directory.join("tests.yaml"), format!("tests:\n{line}")).unwrap();
        let output = run(&directory, &["tests.yaml"]);
        assert_eq!(output.status.code(), Some(2), "{test}: {}", String::from_utf8_lossy(&output.stdout));
    }
    std::fs::write(
        directory.join("tests.yaml"),
        format!("{POLICIES}  - {{name: a, check: find, policy: read, action: 's3:Put*'}}\n"),
    )
    .unwrap();
    assert_eq!(run(&directory, &["tests.yaml", "--select", "a"]).status.code(), Some(0));
    let output = run(&directory, &["tests.yaml", "--select", "a", "--select", "nosuch*"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("`--select nosuch*` matches no test"), "{}", stderr(&output));
}

#[test]
fn a_test_about_a_name_that_aws_does_not_list_says_so() {
    let directory = directory("misspelt");
    let test = "  - {name: a, check: check-access-not-granted, policy: read, actions: ['s3:DeleteObjekt']}\n";
    std::fs::write(directory.join("tests.yaml"), format!("{POLICIES}{test}")).unwrap();
    let output = run(&directory, &["tests.yaml"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("did you mean s3:DeleteObject?"), "{text}");
    let json = run(&directory, &["tests.yaml", "--format", "json"]);
    assert!(String::from_utf8_lossy(&json.stdout).contains("did you mean s3:DeleteObject?"));
}
