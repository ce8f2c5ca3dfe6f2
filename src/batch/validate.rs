//! Answers a line that validates a policy.

use super::config::{Batch, Summary};
use super::given::named;
use crate::check::Options;
use crate::code::FindingType;
use crate::policy::{PolicyType, Read, read};
use crate::report::{Failure, Status, Validated};
use crate::span::Source;
use crate::surface::{ToValidate, Validating};
use crate::validate::{ValidatedResource, Validator};

/// The members of such a line.
pub(super) struct Asked<'l> {
    /// `policyDocument` as it is written.
    pub(super) document: Option<&'l str>,
    pub(super) file: Option<String>,
    pub(super) resource: Option<String>,
}

impl Asked<'_> {
    /// Validates the policy. A broken policy has findings; only a broken line is an error.
    pub(super) fn answered(&self, batch: &Batch, options: &Options) -> Result<Validated, Failure> {
        let resource = self.resource.as_deref().map(resource).transpose()?;
        let policy_type = options.policy_type;
        if let (Some(_), Some(policy_type)) = (resource, policy_type)
            && policy_type != PolicyType::Resource
        {
            let message = "`validatePolicyResourceType` needs the policy type RESOURCE_POLICY";
            return Err(Failure::validation(message));
        }
        let read = self.read(batch)?;
        let custom = options.catalogue.as_deref().map(Validator::new);
        let validating = Validating {
            validator: custom.as_ref().unwrap_or_else(|| Validator::embedded()),
            exact: Some(options.clone()),
            fail_on: FindingType::SecurityWarning,
            input: batch.limits,
        };
        let name = read.source.name();
        validating.validated(&ToValidate {
            name: (name, name),
            read: &read,
            entry: None,
            policy_type,
            resource,
        })
    }

    fn read(&self, batch: &Batch) -> Result<Read, Failure> {
        const NAME: &str = "policyDocument";
        match (self.document, &self.file) {
            (Some(_), Some(_)) => Err(Failure::validation("give `policyDocument` or `policyFile`, not both")),
            (None, None) => Err(Failure::validation("`policyDocument` is missing")),
            (None, Some(file)) => Ok(named(batch, NAME, file)?.one("the policy")?.read().clone()),
            (Some(raw), None) => {
                let text = match serde_json::from_str::<String>(raw) {
                    Ok(text) => text,
                    Err(_) if raw.starts_with('"') => {
                        let what = "holds half of a surrogate pair, which is not a character";
                        return Err(Failure::validation(format!("the string `{NAME}` {what}")));
                    }
                    Err(_) => raw.to_owned(),
                };
                Ok(Read::from(read(&Source::new(NAME, text), &batch.limits)))
            }
        }
    }
}

fn resource(name: &str) -> Result<ValidatedResource, Failure> {
    ValidatedResource::from_name(name).ok_or_else(|| {
        let all: Vec<&str> = ValidatedResource::ALL.iter().map(|known| known.name()).collect();
        Failure::validation(format!("`{name}` is not a resource type of this check: {}", all.join(", ")))
    })
}

/// Returns the outcome of an answer: PASS if no finding is an error or a security warning.
pub(super) fn summary(validated: &Validated) -> Summary {
    match validated.subject.status {
        Status::Fail => Summary { fail: 1, ..Summary::default() },
        Status::Unknown | Status::Error => Summary { unknown: 1, ..Summary::default() },
        Status::Pass | Status::Skipped => Summary { pass: 1, ..Summary::default() },
    }
}
