//! Validates one policy as AWS does, with what lint proves beside it.

use super::isolation::{answered, isolated};
use super::validation::fit;
use crate::check;
use crate::code::FindingType;
use crate::container::{Entry, PolicyKind};
use crate::diagnostic::Diagnostic;
use crate::index::broken;
use crate::limits::InputLimits;
use crate::policy::{PolicyType, Read};
use crate::report::{self, Failure, Issue, Validated, ValidatedText};
use crate::span::Source;
use crate::validate::{Options, ValidatedResource, Validator};

/// How policies are validated.
pub(crate) struct Validating<'v> {
    pub(crate) validator: &'v Validator<'v>,
    /// How lint reads them; `None` leaves it out.
    pub(crate) exact: Option<check::Options>,
    pub(crate) fail_on: FindingType,
    pub(crate) input: InputLimits,
}

/// A policy to validate.
pub(crate) struct ToValidate<'p> {
    /// Its name, and the argument that names it.
    pub(crate) name: (&'p str, &'p str),
    pub(crate) read: &'p Read,
    /// The place in a file with several.
    pub(crate) entry: Option<&'p Entry>,
    pub(crate) policy_type: Option<PolicyType>,
    pub(crate) resource: Option<ValidatedResource>,
}

impl Validating<'_> {
    /// Validates a policy.
    ///
    /// # Errors
    /// The text is beyond the limits, or an internal error.
    pub(crate) fn validated(&self, policy: &ToValidate<'_>) -> Result<Validated, Failure> {
        let kind = policy.entry.and_then(|entry| entry.kind);
        let resource = policy.resource.or_else(|| policy.entry.and_then(attached_to));
        let policy_type = policy.policy_type.or(kind.map(PolicyKind::policy_type));
        let policy_type = policy_type.or(resource.map(|_| PolicyType::Resource));
        let options = Options { policy_type, resource, input: self.input, ..Options::default() };
        let text = ValidatedText::of(policy.read, policy.entry.map(|entry| entry.span), &self.input);
        let validation = isolated(|| self.validator.validate(text.text().as_bytes(), &options))?
            .map_err(|faults| refused(&text.source, faults))?;
        let exact = match &self.exact {
            Some(options) => self.exact(policy, &check::Options { policy_type, ..options.sharing() })?,
            None => None,
        };
        let name = policy.name.0.to_owned();
        Ok(Validated::new(name, &text, validation, resource, exact, self.fail_on))
    }

    /// Returns what lint found; `None` for a policy with errors.
    fn exact(
        &self,
        policy: &ToValidate<'_>,
        options: &check::Options,
    ) -> Result<Option<Vec<Issue>>, Failure> {
        let Some(document) = &policy.read.document else { return Ok(None) };
        if fit(&[document], options.policy_type).is_err() {
            return Ok(None);
        }
        let found = answered(|| check::lint(document, options))?;
        isolated(|| Some(report::lint(document, policy.name.1, &found, options).issues))
    }
}

/// Makes a failure of a text beyond the limits.
fn refused(source: &Source, faults: Vec<Diagnostic>) -> Failure {
    match Failure::of_documents([&Read::failed(source.clone(), faults)]) {
        Some(failure) => failure,
        None => broken("a text that is refused has faults"),
    }
}

/// Returns the resource that a policy of a plan or template is attached to, if its kind of policy has rules of its own.
fn attached_to(entry: &Entry) -> Option<ValidatedResource> {
    if entry.kind == Some(PolicyKind::Trust) {
        return Some(ValidatedResource::TrustPolicy);
    }
    match &*entry.resource {
        "aws_s3control_multi_region_access_point_policy" | "AWS::S3::MultiRegionAccessPointPolicy" => {
            Some(ValidatedResource::MultiRegionAccessPoint)
        }
        "aws_s3control_object_lambda_access_point_policy" | "AWS::S3ObjectLambda::AccessPointPolicy" => {
            Some(ValidatedResource::ObjectLambdaAccessPoint)
        }
        _ => ValidatedResource::from_name(entry.resource_type?.name()),
    }
}
