//! The queries about the cases and examples of this project.

use super::ask::Questions;
use super::policies::{Policy, alone, alone_in_other_words, compare, diff, no_new_access};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(crate) fn ask(questions: &mut Questions) {
    files(questions);
    lines(questions);
    for name in ["traps/traps", "traps/corners"] {
        traps(name, questions);
    }
    public(questions);
    outsiders(questions);
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files with this ending, by directory. Those that tests write are left out.
fn found(ending: &str) -> BTreeMap<PathBuf, Vec<PathBuf>> {
    let mut directories = vec![root().join("tests/cases"), root().join("examples")];
    let mut all: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let is_written = path.file_name().unwrap().to_string_lossy().starts_with("written-");
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|e| e == ending) && !is_written {
                all.entry(directory.clone()).or_default().push(path);
            }
        }
    }
    all.values_mut().for_each(|files| files.sort());
    assert!(!all.is_empty());
    all
}

/// The path inside of this project, spelled the same on every system.
fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/")
}

fn name_of(path: &str) -> String {
    path.strip_prefix("tests/").unwrap_or(path).to_owned()
}

/// Every file alone, and neighbours of a directory in both directions.
fn files(questions: &mut Questions) {
    for (_, paths) in found("json") {
        let policies: Vec<Policy> = paths.iter().map(|path| file(path)).collect();
        for policy in &policies {
            alone(policy, questions);
            alone_in_other_words(policy, questions);
        }
        for pair in policies.windows(2) {
            let (one, other) = (&pair[0], &pair[1]);
            no_new_access([one, other], &[], questions);
            for (left, right) in [(one, other), (other, one)] {
                compare(left, right, &[], questions);
                diff(left, right, &[], questions);
            }
        }
    }
}

fn file(path: &Path) -> Policy {
    let text = String::from_utf8(std::fs::read(path).unwrap()).ok();
    let is_policy = |text: &String| match serde_json::from_str::<Value>(text) {
        Ok(value) => value.get("Statement").is_some(),
        Err(_) => true,
    };
    let path = relative(path);
    let name = name_of(&path);
    Policy { name, text: text.filter(is_policy), path, resource_type: None, zone: Vec::new() }
}

/// The lines of batch, as they are.
fn lines(questions: &mut Questions) {
    for path in found("ndjson").into_values().flatten() {
        let name = name_of(&relative(&path));
        let text = std::fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            questions.line(format!("line {name}:{}", number + 1), &[], line.to_owned());
        }
    }
}

/// Groups of cases, numbered from 1.
fn groups(name: &str) -> Vec<(usize, Value)> {
    let text = std::fs::read_to_string(root().join(format!("tests/{name}.json"))).unwrap();
    let groups: Vec<Value> = serde_json::from_str(&text).unwrap();
    (1..).zip(groups).collect()
}

fn list<'a>(value: &'a Value, member: &str) -> &'a [Value] {
    value[member].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn strings(value: &Value, member: &str) -> Vec<String> {
    list(value, member).iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

/// Adds each trap as `tests/it/traps.rs` checks it, and its policies alone.
fn traps(file: &str, questions: &mut Questions) {
    for (group, trap) in groups(file) {
        for (number, case) in (1..).zip(list(&trap, "cases")) {
            let read = |member: &str, questions: &Questions| {
                let name = format!("{file}#{group}.{number}.{member}");
                case.get(member).map(|statements| Policy::of_statements(name, statements, questions))
            };
            let names_principals = case.to_string().contains("Principal\":");
            let policy_type = if names_principals { "RESOURCE_POLICY" } else { "IDENTITY_POLICY" };
            let mut options = vec!["--policy-type".to_owned(), policy_type.to_owned()];
            if let Some(boundary) = case["boundary"].as_bool() {
                options.extend(["--boundary".to_owned(), if boundary { "yes" } else { "no" }.to_owned()]);
            }
            if case["awsCompat"] == true {
                options.push("--aws-compat".to_owned());
            }
            let [policy, new, existing] = ["policy", "new", "existing"].map(|member| read(member, questions));
            for policy in [&policy, &new, &existing].into_iter().flatten() {
                alone(policy, questions);
            }
            if let (Some(new), Some(existing)) = (&new, &existing) {
                no_new_access([new, existing], &options, questions);
                diff(existing, new, &options, questions);
            }
            if let (Some(policy), Some(access)) = (&policy, case.get("access")) {
                let line = json!({"check": "check-access-not-granted", "policyDocument": policy.text, "access": [access]});
                questions.line(format!("trap {}", policy.name), &options, line.to_string());
            }
        }
    }
}

/// The policies of `tests/it/public.rs`, and neighbours of a group.
fn public(questions: &mut Questions) {
    let file = "public/cases";
    for (group, cases) in groups(file) {
        let name = |number: usize| format!("{file}#{group}.{number}");
        let mut policies: Vec<Policy> = Vec::new();
        for case in list(&cases, "cases") {
            let statements = if case["policy"].is_null() { &case["document"] } else { &case["policy"] };
            let mut policy = Policy::of_statements(name(policies.len() + 1), statements, questions);
            let named = case["resourceType"].as_str().or(cases["resourceType"].as_str());
            policy.resource_type = Some(named.unwrap_or("AWS::S3::Bucket").to_owned());
            policies.push(policy);
        }
        for condition in list(&cases, "conditions") {
            let mut statement = cases["each"].clone();
            statement["Condition"] = condition.clone();
            let statements = json!([statement]);
            policies.push(Policy::of_statements(name(policies.len() + 1), &statements, questions));
        }
        ask_all(&policies, questions);
    }
}

/// The policies and zones of `tests/it/external.rs`, and neighbours of a group.
fn outsiders(questions: &mut Questions) {
    let file = "external/outsiders";
    let everyone =
        |effect: &str, condition: &Value| json!({"Effect": effect, "Principal": "*", "Condition": condition});
    for (group, cases) in groups(file) {
        let by_condition = list(&cases, "conditions").iter().map(|case| match case.get("deny") {
            Some(condition) => json!([everyone("Allow", &json!({})), everyone("Deny", condition)]),
            None => json!([everyone("Allow", &case["allow"])]),
        });
        let by_principal = list(&cases, "principals").iter();
        let by_principal = by_principal.map(|principal| json!([{"Effect": "Allow", "Principal": principal}]));
        let by_statements = list(&cases, "statements").iter().cloned();
        let mut zone = strings(&cases, "zone");
        let trusted = strings(&cases, "trusted");
        if !trusted.is_empty() {
            zone.push("--trusted".to_owned());
            zone.extend(trusted);
        }
        let policies: Vec<Policy> = (1..)
            .zip(by_condition.chain(by_principal).chain(by_statements))
            .map(|(number, statements)| {
                let name = format!("{file}#{group}.{number}");
                Policy { zone: zone.clone(), ..Policy::of_statements(name, &statements, questions) }
            })
            .collect();
        ask_all(&policies, questions);
    }
}

fn ask_all(policies: &[Policy], questions: &mut Questions) {
    for policy in policies {
        alone(policy, questions);
    }
    for pair in policies.windows(2) {
        no_new_access([&pair[0], &pair[1]], &[], questions);
    }
}
