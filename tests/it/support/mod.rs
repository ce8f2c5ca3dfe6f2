//! Code that the integration tests share with each other and with the fuzz targets (`fuzz/`).
//!
//! A fuzz target includes this file and is built without `test`: it has neither the command nor the crates that the modules
//! under `cfg(test)` need.
#![cfg_attr(not(test), expect(dead_code, reason = "each fuzz target uses one of the properties"))]

#[cfg(test)]
pub(crate) mod attacks;
#[cfg(test)]
pub(crate) mod commands;
#[cfg(test)]
pub(crate) mod organization;
pub(crate) mod policies;
pub(crate) mod properties;
pub(crate) mod requests;
#[cfg(test)]
pub(crate) mod sampling;
#[cfg(test)]
pub(crate) mod schema;
pub(crate) mod seeds;
pub(crate) mod shapes;
#[cfg(test)]
pub(crate) mod world;
pub(crate) mod xml;

use iamsat::limits::InputLimits;
use iamsat::policy::{Document, PolicyType, parse};
use iamsat::span::Source;
use std::path::{Path, PathBuf};

/// Returns the corpus of real policies if it is present; prints a line once if not.
pub(crate) fn corpus() -> Option<PathBuf> {
    let path = match std::env::var_os("IAMSAT_CORPUS") {
        Some(path) => PathBuf::from(path),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
    };
    if path.is_dir() {
        Some(path)
    } else {
        println!("skipped: no corpus of policies; set IAMSAT_CORPUS to its directory");
        None
    }
}

/// A document that has to be without errors.
pub(crate) fn document(name: &str, text: &str) -> Document {
    let parsed = parse(&Source::new(name, text), &InputLimits::default());
    parsed.unwrap_or_else(|error| panic!("{error}"))
}

/// One line of a file of check-no-new-access cases.
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) policy_type: Option<PolicyType>,
    pub(crate) new: Document,
    pub(crate) existing: Document,
    pub(crate) expect: Option<String>,
}

/// The cases of a file in batch form.
pub(crate) fn labelled(path: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| {
            let json: serde_json::Value = serde_json::from_str(line).unwrap();
            let id = json["id"].as_str().unwrap().to_owned();
            let read = |member: &str| {
                let value = &json[member];
                document(&id, &value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            };
            Case {
                policy_type: json["policyType"].as_str().and_then(PolicyType::from_name),
                new: read("newPolicyDocument"),
                existing: read("existingPolicyDocument"),
                expect: json["expect"].as_str().map(str::to_owned),
                id,
            }
        })
        .collect()
}

/// Returns the rules that docs/semantics.md lists as open.
pub(crate) fn rules() -> Vec<&'static str> {
    include_str!("../../../docs/semantics.md")
        .lines()
        .skip_while(|line| !line.starts_with("| rule |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .filter_map(|line| line.split('`').nth(1))
        .collect()
}
