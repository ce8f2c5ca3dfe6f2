//! What the integration tests share.
#![expect(dead_code, reason = "each test binary uses a part of it")]

pub(crate) mod corpus;
pub(crate) mod policies;
pub(crate) mod properties;
pub(crate) mod requests;
pub(crate) mod seeds;
pub(crate) mod xml;

use iamsat::limits::InputLimits;
use iamsat::policy::{Document, PolicyType, parse};
use iamsat::span::Source;
use std::path::Path;

/// A document that has to be without errors.
pub(crate) fn document(name: &str, text: &str) -> Document {
    let parsed = parse(&Source::new(name, text), &InputLimits::default());
    parsed.document.unwrap_or_else(|| panic!("{name}: {:?}", parsed.diagnostics))
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

/// The rules that docs/semantics.md says may leave a question open.
pub(crate) fn rules() -> Vec<&'static str> {
    include_str!("../../docs/semantics.md")
        .lines()
        .skip_while(|line| !line.starts_with("| rule |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .filter_map(|line| line.split('`').nth(1))
        .collect()
}
