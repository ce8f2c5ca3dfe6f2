//! The type of a policy, and the faults that a document has only as a policy of one type.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Principal" and the policy checks "Missing principal", "Unsupported
//! principal" and "Invalid ARN prefix".

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::limits::InputLimits;
use crate::policy::{Document, ResourceShape};

/// The two kinds of policy AWS's checks know. They differ in who the requester is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyType {
    /// Attached to a user, group or role: no `Principal`.
    Identity,
    /// Attached to a resource: `Principal` says who.
    Resource,
}

impl PolicyType {
    /// AWS's name of the type.
    pub fn name(self) -> &'static str {
        match self {
            PolicyType::Identity => "IDENTITY_POLICY",
            PolicyType::Resource => "RESOURCE_POLICY",
        }
    }

    /// Names what documents of this type are read as. One without `Principal` whose type is inferred may be a service control
    /// policy.
    pub fn reading(self, is_inferred: bool) -> &'static str {
        match (self, is_inferred) {
            (PolicyType::Identity, true) => "identity policy or SCP",
            (PolicyType::Identity, false) | (PolicyType::Resource, _) => self.name(),
        }
    }

    /// The type with this AWS name.
    pub fn from_name(name: &str) -> Option<PolicyType> {
        [PolicyType::Identity, PolicyType::Resource].into_iter().find(|t| t.name() == name)
    }

    /// The type of documents whose type was not given: a resource policy if any statement of any of them names
    /// principals.
    pub fn infer<'a>(documents: impl IntoIterator<Item = &'a Document>) -> PolicyType {
        if documents.into_iter().any(|document| document.statements.name_principals()) {
            PolicyType::Resource
        } else {
            PolicyType::Identity
        }
    }
}

impl Document {
    /// The faults that the document has as a policy of this type, by place; at most as many as the limits allow.
    ///
    /// ```
    /// use iamsat::{limits::InputLimits, policy::{PolicyType, parse}, span::Source};
    /// let text = r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
    /// let limits = InputLimits::default();
    /// let document = parse(&Source::new("p.json", text), &limits).document.unwrap();
    /// assert!(document.misfits(PolicyType::Identity, &limits).is_empty());
    /// assert_eq!(document.misfits(PolicyType::Resource, &limits)[0].code, "missing-principal");
    /// ```
    pub fn misfits(&self, policy_type: PolicyType, limits: &InputLimits) -> Vec<Diagnostic> {
        let found = self.statements.iter().flat_map(|statement| match policy_type {
            PolicyType::Resource => {
                let missing = statement.principal.is_none().then(|| {
                    let message = "the statement has no `Principal`, which a RESOURCE_POLICY needs";
                    Diagnostic::error(Code::MissingPrincipal, message, statement.span)
                        .with_help("name who it is for, or `\"*\"` for everyone")
                });
                Vec::from_iter(missing)
            }
            PolicyType::Identity => {
                let principal = statement.principal.iter().map(|principal| {
                    let name = if principal.negated { "NotPrincipal" } else { "Principal" };
                    let message = format!("an IDENTITY_POLICY cannot have `{name}`");
                    Diagnostic::error(Code::UnsupportedPrincipal, message, principal.key_span)
                        .with_help("it is for whoever it is attached to; a RESOURCE_POLICY names principals")
                });
                let resources = statement.resource.iter().flat_map(|element| &element.values);
                let abbreviations =
                    resources.filter(|value| value.value.shape == ResourceShape::Abbreviation).map(|value| {
                        let message = format!("`{}` is neither `*` nor an ARN", value.value.text);
                        Diagnostic::error(Code::InvalidResource, message, value.span)
                            .with_help("an ARN is written arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE")
                    });
                principal.chain(abbreviations).collect()
            }
        });
        found.take(limits.faults).collect()
    }
}
