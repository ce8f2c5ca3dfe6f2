//! `validate-policy`: a file for each code with policies that have it and policies that do not, and what holds for all of them.
//!
//! `IAMSAT_BLESS=1` writes the findings into the files. `IAMSAT_VALIDATE=all` runs over all managed policies instead of some.

use crate::support::properties::validate::places;
use iamsat::code::AwsCode;
use iamsat::policy::PolicyType;
use iamsat::validate::{Finding, Options, PathElement, ValidatedResource, Validation, validate};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::path::{Path, PathBuf};

/// A policy with its findings.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Case {
    policy_type: String,
    resource_type: Option<String>,
    /// The length to which an `Id` fills up the policy.
    pad_to: Option<usize>,
    /// The policy, or a string with a text that is not a valid one.
    policy: Box<RawValue>,
    findings: Vec<Value>,
}

impl Case {
    fn text(&self) -> String {
        let raw = self.policy.get();
        let text = serde_json::from_str(raw).unwrap_or_else(|_| raw.to_owned());
        match self.pad_to {
            None => text,
            Some(length) => {
                let fill = "x".repeat(length - text.len() - r#""Id":"","#.len());
                text.replacen('{', &format!(r#"{{"Id":"{fill}","#), 1)
            }
        }
    }

    fn options(&self) -> Options {
        Options {
            resource: self.resource_type.as_deref().map(|name| ValidatedResource::from_name(name).unwrap()),
            ..Options::of(PolicyType::from_name(&self.policy_type).unwrap())
        }
    }

    fn validation(&self) -> Validation {
        let validation = validate(self.text().as_bytes(), &self.options()).unwrap();
        assert!(validation.open.is_empty());
        validation
    }
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/validate")
}

fn cases() -> Vec<(AwsCode, Vec<Case>)> {
    let read = |code: &AwsCode| {
        let path = directory().join(format!("{code}.json"));
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (*code, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{code}: {error}")))
    };
    AwsCode::ALL.iter().map(read).collect()
}

/// Returns the findings as AWS gives them, without the links, which the code decides.
fn without_links(findings: &[Finding]) -> Vec<Value> {
    let one = |finding: &Finding| {
        let mut value = serde_json::to_value(finding).unwrap();
        assert_eq!(value["learnMoreLink"], finding.code.link());
        value.as_object_mut().unwrap().remove("learnMoreLink");
        value
    };
    findings.iter().map(one).collect()
}

#[test]
fn every_code_is_given_where_it_should_be_and_nowhere_else() {
    let blesses = std::env::var_os("IAMSAT_BLESS").is_some();
    let mut wrong = Vec::new();
    for (code, cases) in cases() {
        let mut lines = Vec::new();
        let mut given = Vec::new();
        for (number, case) in cases.iter().enumerate() {
            let validation = case.validation();
            given.push(validation.findings.iter().any(|finding| finding.code == code));
            let found = without_links(&validation.findings);
            if found != case.findings {
                wrong.push(format!("{code} {number}: {}", serde_json::to_string(&found).unwrap()));
            }
            let mut head = format!(r#"{{"policyType":"{}""#, case.policy_type);
            if let Some(name) = &case.resource_type {
                head.push_str(&format!(r#","resourceType":"{name}""#));
            }
            if let Some(length) = case.pad_to {
                head.push_str(&format!(r#","padTo":{length}"#));
            }
            let findings: Vec<String> = found.iter().map(|one| format!("\n  {one}")).collect();
            lines.push(format!(
                "{head},\n \"policy\":{},\n \"findings\":[{}]}}",
                case.policy,
                findings.join(",")
            ));
        }
        if blesses {
            let text = format!("[{}]\n", lines.join(",\n"));
            std::fs::write(directory().join(format!("{code}.json")), text).unwrap();
        }
        // Only one code is never given: AWS documents two for one key.
        let expected = code != AwsCode::DeprecatedGlobalConditionKey;
        if given.first() != Some(&expected) || (expected && !given.contains(&false)) {
            wrong.push(format!("{code}: the first policy has it, and not every policy: {given:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Returns each finding with its paths, in which `place` gives the new index of each statement, without any order.
fn by_statement(findings: &[Finding], place: &dyn Fn(usize) -> usize) -> Vec<(String, String, Vec<String>)> {
    let path = |path: &[PathElement]| {
        let mut path = path.to_vec();
        if let [PathElement::Value(name), PathElement::Index(index), ..] = path.as_mut_slice()
            && name == "Statement"
        {
            *index = place(*index);
        }
        format!("{path:?}")
    };
    let one = |finding: &Finding| {
        let mut paths: Vec<String> = finding.locations.iter().map(|location| path(&location.path)).collect();
        paths.sort();
        (finding.code.to_string(), finding.details.clone(), paths)
    };
    let mut found: Vec<_> = findings.iter().map(one).collect();
    found.sort();
    found
}

/// The order of statements changes places and nothing else.
fn check_order(text: &str, options: &Options) {
    let Ok(mut value) = serde_json::from_str::<Value>(text) else { return };
    let found = |value: &Value| validate(value.to_string().as_bytes(), options).unwrap().findings;
    // Written anew, because the order of members may change then.
    let before = found(&value);
    let Some(statements) = value.get_mut("Statement").and_then(Value::as_array_mut) else { return };
    let last = statements.len().wrapping_sub(1);
    statements.reverse();
    let expected = by_statement(&before, &|index| last - index);
    assert_eq!(by_statement(&found(&value), &|index| index), expected, "{text}");
}

#[test]
fn places_lie_in_the_text_and_the_order_of_statements_does_not_matter() {
    for (_, cases) in cases() {
        for case in cases {
            let (text, findings) = (case.text(), case.validation().findings);
            places(&text, &findings);
            check_order(&text, &case.options());
            let starts: Vec<_> =
                findings.iter().map(|f| (f.locations[0].start.offset, f.code.as_str())).collect();
            assert!(starts.is_sorted(), "{text}");
            // White space moves places and nothing else.
            if let Ok(value) = serde_json::from_str::<Value>(&text) {
                let pretty = format!("\n {value:#}\n");
                let found = validate(pretty.as_bytes(), &case.options()).unwrap().findings;
                places(&pretty, &found);
            }
        }
    }
}

#[test]
fn managed_policies_have_the_same_findings_in_two_runs() {
    let Some(corpus) = crate::support::corpus() else { return };
    let every = if std::env::var("IAMSAT_VALIDATE").is_ok_and(|value| value == "all") { 1 } else { 40 };
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(corpus.join("managed")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let options = Options::of(PolicyType::Identity);
    for path in paths.iter().step_by(every) {
        let text = std::fs::read_to_string(path).unwrap();
        let findings = validate(text.as_bytes(), &options).unwrap().findings;
        assert_eq!(findings, validate(text.as_bytes(), &options).unwrap().findings, "{}", path.display());
        places(&text, &findings);
        check_order(&text, &options);
    }
}
