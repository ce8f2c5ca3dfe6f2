//! What a document of one kind cannot have: known only when it is known what kind it is judged as.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Principal" and the policy checks "Missing principal", "Unsupported
//! principal" and "Invalid ARN prefix".

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::limits::InputLimits;
use crate::policy::{Document, PolicyType, ResourceShape};

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
