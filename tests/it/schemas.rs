//! The JSON of every command against its schema in `docs/schema`: every answer of a session or a guide, and those of `tests/formats/runs.json`.

use crate::support::schema;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Commands that print no JSON, or lines of it.
const OTHERS: [&str; 8] = ["batch", "completions", "explain", "guide", "help", "init", "man", "serve"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the schemas by command.
fn schemas() -> BTreeMap<String, Value> {
    let files = std::fs::read_dir(root().join("docs/schema")).unwrap().map(|entry| entry.unwrap().path());
    let schema = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, serde_json::from_str(&text).unwrap())
    };
    files.filter(|path| path.extension().is_some_and(|end| end == "json")).map(schema).collect()
}

/// Returns the schema without room for members that it does not name. Readers have to pass over such members, but here each has to be
/// described.
fn closed(schema: &Value) -> Value {
    match schema {
        Value::Array(list) => list.iter().map(closed).collect(),
        Value::Object(members) => {
            let mut members: serde_json::Map<String, Value> =
                members.iter().map(|(name, value)| (name.clone(), closed(value))).collect();
            let describes_object =
                members.get("properties").is_some_and(Value::is_object) && members.contains_key("type");
            if describes_object && !members.contains_key("additionalProperties") {
                members.insert("additionalProperties".to_owned(), json!(false));
            }
            Value::Object(members)
        }
        other => other.clone(),
    }
}

/// Returns the answers in JSON that a session or a page records, with the names of their commands.
fn recorded(text: &str) -> Vec<(String, Value)> {
    let mut answers = Vec::new();
    for block in text.split("\n$ iamsat ").skip(1) {
        let (mut command, mut rest) = block.split_once('\n').unwrap_or((block, ""));
        let mut whole = command.to_owned();
        while command.ends_with('\\') {
            (command, rest) = rest.split_once('\n').unwrap();
            whole.push_str(command);
        }
        if !whole.contains("--format json") || whole.contains(" > ") || whole.contains(" -o ") {
            continue;
        }
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        if let Some(Ok(value)) = values.next()
            && (value.is_object() || value.is_array())
        {
            answers.push((whole.split(' ').next().unwrap().to_owned(), value));
        }
    }
    answers
}

fn files(directory: &str, name: fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut directories = vec![root().join(directory)];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => directories.push(path),
                false if name(&path) => found.push(path),
                false => {}
            }
        }
    }
    found.sort();
    found
}

#[test]
fn answers_are_as_their_schemas_say() {
    let schemas: BTreeMap<String, Value> =
        schemas().iter().map(|(name, schema)| (name.clone(), closed(schema))).collect();
    let sessions = files("tests/cases", |path| path.ends_with("session"));
    let pages = files("docs/guides", |path| path.extension().is_some_and(|end| end == "md"));
    let mut answers: Vec<(String, Value)> = Vec::new();
    for path in sessions.iter().chain(&pages) {
        answers.extend(recorded(&std::fs::read_to_string(path).unwrap()));
    }
    assert!(answers.len() > 50, "{} answers were found", answers.len());
    let runs: Vec<Value> =
        serde_json::from_str(&std::fs::read_to_string(root().join("tests/formats/runs.json")).unwrap())
            .unwrap();
    for run in runs {
        let arguments: Vec<&str> =
            run["arguments"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        let output = Command::new(env!("CARGO_BIN_EXE_iamsat"))
            .args(&arguments)
            .args(["--format", "json"])
            .current_dir(root().join("tests/cases").join(run["case"].as_str().unwrap()))
            .env_clear()
            .output()
            .unwrap();
        answers.push((arguments[0].to_owned(), serde_json::from_slice(&output.stdout).unwrap()));
    }
    let mut wrong = Vec::new();
    for (command, answer) in &answers {
        let schema = schemas.get(command).unwrap_or_else(|| panic!("{command} has no schema"));
        let faults = schema::faults(schema, answer);
        if !faults.is_empty() {
            wrong.push(format!("{command}: {faults:#?}\n{answer:#}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), answers.len(), wrong.join("\n"));
}

#[test]
fn every_command_with_json_has_a_schema() {
    let help = Command::new(env!("CARGO_BIN_EXE_iamsat")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let listed =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let mut commands: Vec<&str> = listed
        .filter_map(|line| line.strip_prefix("  ").filter(|entry| !entry.starts_with(' ')))
        .filter_map(|entry| entry.split(' ').next())
        .filter(|name| !OTHERS.contains(name))
        .collect();
    commands.sort_unstable();
    assert_eq!(schemas().into_keys().collect::<Vec<_>>(), commands);
}

#[test]
fn a_schema_refuses_what_is_wrong() {
    let schema = closed(&schemas()["check-no-new-access"]);
    let good = json!({"result": "PASS", "message": "m", "judged": "alone", "policyType": "IDENTITY_POLICY", "policyTypeInferred": true, "assumptions": [], "issues": [], "version": "1"});
    assert_eq!(schema::faults(&schema, &good), Vec::<String>::new());
    for (name, value) in [("result", json!(1)), ("assumptions", json!("none")), ("unheardOf", json!(true))] {
        let mut wrong = good.clone();
        wrong[name] = value;
        assert!(!schema::faults(&schema, &wrong).is_empty(), "{name}");
    }
}

/// Answers of all forms that a member may have, also those that no recorded answer has.
#[test]
fn a_schema_admits_every_form_of_an_answer() {
    let at = |command: &str, definition: &str| {
        let mut schema = closed(&schemas()[command]);
        schema.as_object_mut().unwrap().remove("anyOf");
        schema["$ref"] = json!(format!("#/definitions/{definition}"));
        schema
    };
    let request = |principal: Value| json!({"principal": principal, "action": "a:B", "resource": "*", "context": {"aws:SourceIp": ["10.0.0.1"]}});
    let good = [
        (
            "diff",
            "region",
            json!({"Effect": "Allow", "NotAction": "s3:*", "NotResource": ["a"], "Principal": "*"}),
        ),
        ("diff", "region", json!({"Effect": "Deny", "Action": ["s3:Get*"], "Resource": "*"})),
        (
            "diff",
            "region",
            json!({"Effect": "Allow", "Action": "*", "Resource": "*",
                "Principal": {"AWS": "*", "Federated": ["a"], "Service": "b", "CanonicalUser": ["c", "d"]},
                "Condition": {"ForAnyValue:StringLike": {"aws:PrincipalTag/team": "a", "x:y": ["b"]}, "Null": {"a:b": "true"}}}),
        ),
        ("check-no-new-access", "request", request(Value::Null)),
        ("check-no-public-access", "request", request(json!({"type": "AnonymousUser"}))),
        ("can", "request", request(json!({"type": "AWSService", "service": "s3.amazonaws.com"}))),
        (
            "policies",
            "hole",
            json!({"name": "n", "pointer": "/a", "class": "c", "origin": null, "shape": null, "isList": null, "default": "dev"}),
        ),
        ("who-can", "gap", json!({"what": "a", "of": "b", "why": "c"})),
    ];
    for (command, definition, value) in good {
        let faults = schema::faults(&at(command, definition), &value);
        assert!(faults.is_empty(), "{command} {definition} {value}: {faults:?}");
    }
    for (command, definition, value) in [
        ("diff", "region", json!({"Action": "*"})),
        ("diff", "region", json!({"Effect": "Allow", "Principal": {"Aws": "*"}})),
        ("can", "request", json!({"principal": null, "action": "a:B", "resource": "*"})),
        ("policies", "hole", json!({"name": "n", "pointer": "/a", "class": "c", "default": 1})),
        ("who-can", "gap", json!({"what": "a", "of": "b", "why": "c", "command": 1})),
    ] {
        assert!(
            !schema::faults(&at(command, definition), &value).is_empty(),
            "{command} {definition} {value}"
        );
    }
}

/// Names that come from policies and templates are no members that every answer has.
#[test]
fn schemas_require_no_names_of_their_samples() {
    fn walk(schema: &Value, wrong: &mut Vec<String>) {
        if let Some(required) = schema.get("required").and_then(Value::as_array) {
            let foreign =
                required.iter().filter_map(Value::as_str).filter(|name| name.contains([':', '/', '.', ' ']));
            wrong.extend(foreign.map(str::to_owned));
        }
        match schema {
            Value::Array(list) => list.iter().for_each(|one| walk(one, wrong)),
            Value::Object(members) => members.values().for_each(|one| walk(one, wrong)),
            _ => {}
        }
    }
    let mut wrong = Vec::new();
    schemas().values().for_each(|schema| walk(schema, &mut wrong));
    assert_eq!(wrong, Vec::<String>::new());
}
