//! Every code that an answer can carry has a page in `docs/codes`, and every page is about such a code.

use iamsat::code::Code;
use std::path::{Path, PathBuf};

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    if directory.is_file() {
        found.push(directory.to_owned());
        return;
    }
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(directory).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    entries.iter().for_each(|path| files(path, found));
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/codes");
    let mut paths = Vec::new();
    files(&directory, &mut paths);
    let mut names: Vec<String> =
        paths.iter().map(|p| p.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    names.sort();
    // AWS's own codes share one page.
    names.retain(|name| name != "aws");
    assert_eq!(names, Code::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>());
}

/// Completes the example of a page to a whole policy.
fn whole(example: &str) -> String {
    let in_statement = |members: &str| {
        let mut statement = members.to_owned();
        for (name, other, text) in [
            ("Effect", "Effect", r#""Effect": "Allow""#),
            ("Action", "NotAction", r#""Action": "s3:GetObject""#),
            ("Resource", "NotResource", r#""Resource": "*""#),
        ] {
            if !members.contains(&format!("\"{name}\":")) && !members.contains(&format!("\"{other}\":")) {
                statement = format!("{statement}, {text}");
            }
        }
        format!(r#"{{"Version": "2012-10-17", "Statement": [{{{statement}}}]}}"#)
    };
    match example {
        whole if whole.starts_with("{\"Version\"") || whole.starts_with("{\"name\"") => whole.to_owned(),
        statement if statement.starts_with('{') => format!(r#"{{"Statement": {statement}}}"#),
        member if member.starts_with("\"Version\"") => {
            format!(r#"{{{member}, "Statement": {{"Effect": "Allow", "Action": "a:b", "Resource": "*"}}}}"#)
        }
        member if member.starts_with("\"Statement\"") => format!("{{{member}}}"),
        operator if operator.starts_with("\"String") => {
            in_statement(&format!("\"Condition\": {{{operator}}}"))
        }
        members => in_statement(members),
    }
}

/// Returns the codes that a policy gives: those of its faults, or of its open predicates.
fn codes_of(text: &str) -> Vec<String> {
    use iamsat::check::{Access, Options, access_not_granted, no_new_access};
    use iamsat::limits::InputLimits;
    use iamsat::policy::{PolicyType, Read, parse, read};
    use iamsat::solve::{UnknownReason, Verdict};
    use iamsat::span::Source;
    let limits = InputLimits::default();
    let read = Read::from(read(&Source::new("p", text), &limits));
    let mut codes: Vec<String> = read.diagnostics.iter().map(|d| d.code.to_string()).collect();
    let Some(policy) = read.document else { return codes };
    codes.extend(policy.misfits(PolicyType::Identity, &limits).iter().map(|d| d.code.to_string()));
    let nothing = r#"{"Statement": {"Effect": "Allow", "Action": "other:Thing", "Resource": "arn:aws:a:b:c:d", "Principal": {"AWS": "111122223333"}}}"#;
    let everything = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    let document = |text: &str| parse(&Source::new("q", text), &limits).unwrap();
    let access = [Access::new(["*"], ["*"]).unwrap()];
    let strict = Options { policy_type: Some(PolicyType::infer([&policy])), ..Options::default() };
    let answers = [
        access_not_granted(&policy, &access, &strict),
        no_new_access(&policy, &document(nothing), &strict),
        no_new_access(&document(everything), &policy, &strict),
    ];
    for answer in answers {
        if let Verdict::Unknown(unknown) = answer.verdict {
            for reason in unknown.reasons {
                if let UnknownReason::Opaque { rule, .. } = reason {
                    codes.push(rule.to_string());
                }
            }
        }
    }
    codes
}

/// True if lint finds this in a policy.
fn is_linted(text: &str, code: Code) -> bool {
    use iamsat::check::{Options, lint};
    let read = iamsat::policy::read(&iamsat::span::Source::new("p", text), &Default::default());
    let Ok(policy) = read else { return false };
    let options = Options::default();
    let issues = iamsat::report::lint(&policy, "p", &lint(&policy, &options), &options).issues;
    issues.iter().any(|issue| issue.code == code)
}

/// Codes that matter to some checks only, or are limits. The examples on their pages are policies without faults.
const BY_QUESTION: &[&str] = &[
    "aws-star-covers-non-aws",
    "for-any-value-if-exists",
    "fraction-of-a-second",
    "ignore-case-beyond-ascii",
    "mixed-operators",
    "notprincipal-deny",
    "plain-operator-on-several-values",
    "set-of-one-empty-value",
];

#[test]
fn the_examples_of_the_pages_are_what_the_pages_say() {
    let mut wrong = Vec::new();
    let mut examples = 0;
    for code in Code::ALL {
        let Some((_, rest)) = code.page().split_once("```json\n") else { continue };
        let example = rest.split("\n```").next().unwrap();
        let codes = codes_of(&whole(example));
        examples += 1;
        if BY_QUESTION.contains(&code.as_str()) {
            assert!(codes.iter().all(|given| given == "unsupported-principal"), "{code}: {codes:?}");
        } else if !codes.iter().any(|given| *code == given.as_str()) && !is_linted(&whole(example), *code) {
            wrong.push(format!("{code}: {example} gives {codes:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(examples > 40, "{examples} examples");
}
