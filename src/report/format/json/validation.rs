//! The answer of `validate-policy`: AWS's members, then our own.

use super::issue::{FailureView, IssueView};
use crate::report::answer::Validated;
use crate::report::failure::Failure;
use crate::validate::Finding;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ValidatedView<'a> {
    findings: &'a [Finding],
    policy_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    validate_policy_resource_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exact: Option<Vec<IssueView<'a>>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    open: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    accepted: Vec<Value>,
}

impl<'a> ValidatedView<'a> {
    fn of(validated: &'a Validated) -> ValidatedView<'a> {
        ValidatedView {
            findings: &validated.findings,
            policy_type: validated.policy_type.name(),
            validate_policy_resource_type: validated.resource.map(|resource| resource.name()),
            exact: validated.exact.as_ref().map(|issues| issues.iter().map(IssueView::of).collect()),
            open: validated.open.iter().map(|code| code.as_str()).collect(),
            accepted: match super::accepted(&validated.subject) {
                Value::Array(accepted) => accepted,
                _ => Vec::new(),
            },
        }
    }
}

impl Serialize for Validated {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ValidatedView::of(self).serialize(serializer)
    }
}

#[derive(Serialize)]
struct Named<'a> {
    file: &'a str,
    #[serde(flatten)]
    outcome: Outcome<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Outcome<'a> {
    Validated(Box<ValidatedView<'a>>),
    Failed(FailureView<'a>),
    Told { message: &'a str },
}

/// The outcome of one input.
pub enum ValidatedInput<'a> {
    /// The policy was validated.
    Validated(&'a Validated),
    /// It could not be read.
    Failed(&'a Failure),
    /// It was passed over, or is not known: why.
    Told(&'a str),
}

/// Writes the answers about several policies, each with the name of its input.
pub fn validations(inputs: &[(&str, ValidatedInput<'_>)]) -> Value {
    let one = |(file, input): &(&str, ValidatedInput<'_>)| {
        let outcome = match input {
            ValidatedInput::Validated(validated) => {
                Outcome::Validated(Box::new(ValidatedView::of(validated)))
            }
            ValidatedInput::Failed(failure) => Outcome::Failed(FailureView::of(failure)),
            ValidatedInput::Told(message) => Outcome::Told { message },
        };
        json!(Named { file, outcome })
    };
    inputs.iter().map(one).collect()
}
