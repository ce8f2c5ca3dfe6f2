//! The queries about the corpus of real policies.

use super::ask::Questions;
use super::policies::{Policy, access_not_granted, diff, no_new_access, no_public_access};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// All checks except check-no-new-access use every tenth policy, and diff uses every second one of these.
const STEP: usize = 10;

pub(crate) fn ask(corpus: &Path, questions: &mut Questions) {
    for file in ["reference_cases", "mutants"] {
        labelled(&corpus.join(format!("{file}.ndjson")), questions);
    }
    let policies = managed(corpus);
    for pair in policies.windows(2) {
        no_new_access([&pair[0], &pair[1]], &[], questions);
    }
    for policy in policies.iter().step_by(STEP) {
        let Policy { name, path, .. } = policy;
        questions.command(format!("lint {name}"), &["lint", path], &[]);
        access_not_granted(policy, questions);
        no_public_access(&for_everyone(policy), "AWS::S3::Bucket", questions);
    }
    for pair in policies.windows(2).step_by(2 * STEP) {
        diff(&pair[0], &pair[1], &[], questions);
    }
}

/// Lines in batch form, named by their ids and, as some share one, by their numbers.
fn labelled(file: &Path, questions: &mut Questions) {
    for (number, line) in (1..).zip(std::fs::read_to_string(file).unwrap().lines()) {
        let mut question: Value = serde_json::from_str(line).unwrap();
        let members = question.as_object_mut().unwrap();
        // The label is not part of the query.
        members.remove("expect");
        let (id, check) = (members["id"].as_str().unwrap(), members["check"].as_str().unwrap());
        let name = format!("{} {number} {id}", check.trim_start_matches("check-"));
        questions.line(name, &[], question.to_string());
    }
}

fn managed(corpus: &Path) -> Vec<Policy> {
    let directory = std::fs::read_dir(corpus.join("managed")).unwrap();
    let mut files: Vec<PathBuf> = directory.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > STEP);
    let policy = |path: &PathBuf| Policy {
        name: format!("managed {}", path.file_stem().unwrap().to_str().unwrap()),
        text: Some(std::fs::read_to_string(path).unwrap()),
        path: path.to_str().unwrap().to_owned(),
        resource_type: None,
        zone: Vec::new(),
    };
    files.iter().map(policy).collect()
}

/// The policy as a resource policy for everyone.
fn for_everyone(policy: &Policy) -> Policy {
    let mut document: Value = serde_json::from_str(policy.text.as_ref().unwrap()).unwrap();
    match &mut document["Statement"] {
        Value::Array(list) => list.iter_mut().for_each(|statement| statement["Principal"] = "*".into()),
        one => one["Principal"] = "*".into(),
    }
    Policy {
        name: policy.name.clone(),
        text: Some(document.to_string()),
        path: policy.path.clone(),
        resource_type: None,
        zone: Vec::new(),
    }
}
