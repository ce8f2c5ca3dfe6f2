//! Every code that an answer can carry has a page in `docs/codes`, and every page is about such a code.

use iamsat::report::{PAGES, page};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Names in kebab case that stand in the sources and are no codes: commands, flags, fields and words of AWS's.
const NO_CODES: &[&str] = &[
    "assumed-role",
    "authenticated-read",
    "aws-exec-read",
    "block-public-access",
    "bucket-owner-full-control",
    "bucket-owner-read",
    "check-access-not-granted",
    "check-no-new-access",
    "check-no-public-access",
    "existing-policy-document",
    "federated-user",
    "find-external-access",
    "log-delivery-write",
    "new-policy-document",
    "oidc-provider",
    "policy-document",
    "public-read",
    "public-read-write",
    "saml-provider",
    "single-valued",
];

/// Codes of one word; no rule tells them from other words.
const ONE_WORD: &[&str] =
    &["comparisons", "deadline", "findings", "iterations", "lemmas", "questions", "undetermined"];

/// The rooms whose sources name codes.
const ROOMS: &[&str] = &["policy", "request", "formula", "solve", "report", "batch", "cli", "limits.rs"];

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

/// The kebab-case literals of some Rust source, without its tests and comments.
fn kebab(text: &str) -> BTreeSet<String> {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut found = BTreeSet::new();
    for line in lines {
        for literal in line.split('"').skip(1).step_by(2) {
            let is_word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase());
            if literal.contains('-') && literal.split('-').all(is_word) {
                found.insert(literal.to_owned());
            }
        }
    }
    found
}

fn in_sources() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    ROOMS.iter().for_each(|room| files(&root.join(room), &mut paths));
    // The list of pages names them all.
    let sources = paths.iter().filter(|path| !path.ends_with("report/codes.rs"));
    sources.flat_map(|path| kebab(&std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let named = in_sources();
    let codes: BTreeSet<&str> = named
        .iter()
        .map(String::as_str)
        .filter(|name| !NO_CODES.contains(name))
        .chain(ONE_WORD.iter().copied())
        .collect();
    let pages: BTreeSet<&str> = PAGES.iter().map(|page| page.code).collect();
    assert_eq!(codes.difference(&pages).collect::<Vec<_>>(), Vec::<&&str>::new(), "codes without a page");
    assert_eq!(pages.difference(&codes).collect::<Vec<_>>(), Vec::<&&str>::new(), "pages without a code");
    let gone: Vec<&&str> = NO_CODES.iter().filter(|name| !named.contains(**name)).collect();
    assert!(gone.is_empty(), "these stand nowhere any more: {gone:?}");
}

#[test]
fn literals_are_found_in_sources() {
    let text = "// \"in-a-comment\"\nDiagnostic::error(\"some-code\", \"a text with-hyphen\", \"--flag\")\n#[cfg(test)] \"in-tests\"";
    assert_eq!(kebab(text).into_iter().collect::<Vec<_>>(), ["some-code"]);
}

#[test]
fn pages_are_in_order_and_have_one_form() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/codes");
    let mut paths = Vec::new();
    files(&directory, &mut paths);
    let mut names: Vec<String> =
        paths.iter().map(|p| p.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    names.sort();
    assert_eq!(names, PAGES.iter().map(|page| page.code).collect::<Vec<_>>());
    for one in PAGES {
        assert_eq!(one.markdown.lines().next(), Some(format!("# {}", one.code).as_str()));
        assert!(one.summary().ends_with('.'), "{}: {}", one.code, one.summary());
        assert!(one.markdown.contains("**What to do.** "), "{} does not say what to do", one.code);
        assert_eq!(page(one.code), Some(one));
    }
}

/// The policy that the example of a page is part of.
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

/// The codes that a policy gives: those of its faults, or of what is open about it.
fn codes_of(text: &str) -> Vec<String> {
    use iamsat::check::{Access, Options, access_not_granted, no_new_access};
    use iamsat::limits::InputLimits;
    use iamsat::policy::{PolicyType, parse, read};
    use iamsat::solve::{UnknownReason, Verdict};
    use iamsat::span::Source;
    let limits = InputLimits::default();
    let read = read(&Source::new("p", text), &limits);
    let mut codes: Vec<String> = read.diagnostics.iter().map(|d| d.code.to_owned()).collect();
    let Some(policy) = read.document else { return codes };
    codes.extend(policy.misfits(PolicyType::Identity, &limits).iter().map(|d| d.code.to_owned()));
    let nothing = r#"{"Statement": {"Effect": "Allow", "Action": "other:Thing", "Resource": "arn:aws:a:b:c:d", "Principal": {"AWS": "111122223333"}}}"#;
    let everything = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    let document = |text: &str| parse(&Source::new("q", text), &limits).document.unwrap();
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
                    codes.push(rule.to_owned());
                }
            }
        }
    }
    codes
}

/// What these pages are about matters in some questions only, or is a limit; their examples are policies without faults.
const BY_QUESTION: &[&str] = &[
    "aws-star-covers-non-aws",
    "for-any-value-if-exists",
    "mixed-operators",
    "notprincipal-deny",
    "plain-operator-on-several-values",
    "set-of-one-empty-value",
];

#[test]
fn the_examples_of_the_pages_are_what_the_pages_say() {
    let mut wrong = Vec::new();
    let mut examples = 0;
    for page in PAGES {
        let Some((_, rest)) = page.markdown.split_once("```json\n") else { continue };
        let example = rest.split("\n```").next().unwrap();
        let codes = codes_of(&whole(example));
        examples += 1;
        if BY_QUESTION.contains(&page.code) {
            assert!(codes.iter().all(|code| code == "unsupported-principal"), "{}: {codes:?}", page.code);
        } else if !codes.iter().any(|code| code == page.code) {
            wrong.push(format!("{}: {example} gives {codes:?}", page.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(examples > 40, "{examples} examples");
}
