//! The answers to `compare` and `diff`.

use crate::catalogue::Edition;
use crate::report::answer::{Change, Changes, Compared, Judgement};
use serde::{Serialize, Serializer};

#[derive(Serialize)]
struct ComparedView<'a> {
    result: &'static str,
    message: String,
    left: &'a Judgement<'a>,
    right: &'a Judgement<'a>,
}

/// Serializes the same JSON as `--format json`.
impl Serialize for Compared<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ComparedView { result: self.result(), message: self.sentence(), left: &self.left, right: &self.right }
            .serialize(serializer)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChangesView<'a> {
    result: &'static str,
    message: &'a str,
    gained: &'a Change<'a>,
    lost: &'a Change<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    no_longer_denied: Option<&'a Change<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    newly_denied: Option<&'a Change<'a>>,
    policy_type: &'static str,
    policy_type_inferred: bool,
    assumptions: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    catalogue: Option<&'a Edition>,
}

/// Serializes the same JSON as `--format json`.
impl Serialize for Changes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (gained, lost, denied) = self.parts();
        let rest = gained.rest();
        ChangesView {
            result: self.status().1,
            message: &self.message,
            gained,
            lost,
            no_longer_denied: denied.map(|[no_longer, _]| no_longer),
            newly_denied: denied.map(|[_, newly]| newly),
            policy_type: rest.policy_type.name(),
            policy_type_inferred: rest.policy_type_inferred,
            assumptions: rest.assumptions.iter().map(|assumption| assumption.0.as_str()).collect(),
            catalogue: rest.edition.as_ref(),
        }
        .serialize(serializer)
    }
}
