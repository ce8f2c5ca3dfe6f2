//! The type of a policy, and the faults that a document has only as a policy of one type.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Principal" and the policy checks "Missing principal", "Unsupported
//! principal" and "Invalid ARN prefix"; Organizations User Guide, "SCP syntax" and "RCP syntax".

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::limits::InputLimits;
use crate::policy::{Document, Principal, PrincipalElement, PrincipalMeaning, ResourceShape};
use crate::span::{Span, Spanned};

/// The types of policy. AWS's checks know the first two; they differ in who the requester is, and the others also in that they
/// only limit what other policies grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyType {
    /// Attached to a user, group or role: no `Principal`.
    Identity,
    /// Attached to a resource: `Principal` says who.
    Resource,
    /// Attached to accounts of an organization (SCP), for everyone who belongs to them, root users included: no `Principal`.
    ServiceControl,
    /// Attached to accounts of an organization (RCP), for whoever uses their resources: `Principal` is `*`.
    ResourceControl,
}

impl PolicyType {
    /// All of them.
    pub const ALL: [PolicyType; 4] =
        [PolicyType::Identity, PolicyType::Resource, PolicyType::ServiceControl, PolicyType::ResourceControl];

    /// AWS's name of the type.
    pub fn name(self) -> &'static str {
        match self {
            PolicyType::Identity => "IDENTITY_POLICY",
            PolicyType::Resource => "RESOURCE_POLICY",
            PolicyType::ServiceControl => "SERVICE_CONTROL_POLICY",
            PolicyType::ResourceControl => "RESOURCE_CONTROL_POLICY",
        }
    }

    /// Names what documents of this type are read as. One without `Principal` whose type is inferred may be a service control
    /// policy.
    pub fn reading(self, is_inferred: bool) -> &'static str {
        match (self, is_inferred) {
            (PolicyType::Identity, true) => "identity policy or SCP",
            _ => self.name(),
        }
    }

    /// The type with this AWS name.
    pub fn from_name(name: &str) -> Option<PolicyType> {
        PolicyType::ALL.into_iter().find(|t| t.name() == name)
    }

    /// True if its statements say who they are for.
    pub fn has_principals(self) -> bool {
        match self {
            PolicyType::Resource | PolicyType::ResourceControl => true,
            PolicyType::Identity | PolicyType::ServiceControl => false,
        }
    }

    /// True if it grants nothing and only limits what other policies grant.
    pub fn limits_others(self) -> bool {
        match self {
            PolicyType::ServiceControl | PolicyType::ResourceControl => true,
            PolicyType::Identity | PolicyType::Resource => false,
        }
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
    /// let document = parse(&Source::new("p.json", text), &limits).unwrap();
    /// assert!(document.misfits(PolicyType::Identity, &limits).is_empty());
    /// assert_eq!(document.misfits(PolicyType::Resource, &limits)[0].code, "missing-principal");
    /// ```
    pub fn misfits(&self, policy_type: PolicyType, limits: &InputLimits) -> Vec<Diagnostic> {
        let found = self.statements.iter().flat_map(|statement| {
            let principal = statement.principal.as_ref();
            let mut found = Vec::new();
            if policy_type.has_principals() {
                found.extend(principal.is_none().then(|| missing_principal(policy_type, statement.span)));
                if policy_type == PolicyType::ResourceControl {
                    found.extend(principal.filter(|element| !is_everyone(element)).map(limited_principal));
                }
            } else {
                found.extend(principal.map(|element| foreign_principal(policy_type, element)));
                let resources = statement.resource.iter().flat_map(|element| &element.values);
                found.extend(resources.filter(|value| value.value.shape == ResourceShape::Abbreviation).map(
                    |value| {
                        let message = format!("`{}` is neither `*` nor an ARN", value.value.text);
                        Diagnostic::error(Code::InvalidResource, message, value.span)
                            .with_help("an ARN is written arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE")
                    },
                ));
            }
            found
        });
        found.take(limits.faults).collect()
    }
}

/// Everyone, as a resource control policy has to say it.
fn is_everyone(element: &PrincipalElement) -> bool {
    let is_any = |value: &Spanned<Principal>| value.value.meaning == PrincipalMeaning::AwsAny;
    !element.negated && (element.everyone || !element.values.is_empty() && element.values.iter().all(is_any))
}

fn name_of(element: &PrincipalElement) -> &'static str {
    if element.negated { "NotPrincipal" } else { "Principal" }
}

fn missing_principal(policy_type: PolicyType, statement: Span) -> Diagnostic {
    let article =
        if policy_type == PolicyType::Resource { "a RESOURCE_POLICY" } else { "a RESOURCE_CONTROL_POLICY" };
    let help = match policy_type {
        PolicyType::ResourceControl => "write `\"Principal\": \"*\"`",
        _ => "name who it is for, or `\"*\"` for everyone",
    };
    let message = format!("the statement has no `Principal`, which {article} needs");
    Diagnostic::error(Code::MissingPrincipal, message, statement).with_help(help)
}

fn foreign_principal(policy_type: PolicyType, element: &PrincipalElement) -> Diagnostic {
    let (article, whose) = match policy_type {
        PolicyType::ServiceControl => {
            ("a SERVICE_CONTROL_POLICY", "everyone in the accounts that it is attached to")
        }
        _ => ("an IDENTITY_POLICY", "whoever it is attached to"),
    };
    let message = format!("{article} cannot have `{}`", name_of(element));
    Diagnostic::error(Code::UnsupportedPrincipal, message, element.key_span)
        .with_help(format!("it is for {whose}; a RESOURCE_POLICY names principals"))
}

fn limited_principal(element: &PrincipalElement) -> Diagnostic {
    let message = match element.negated {
        true => "a RESOURCE_CONTROL_POLICY cannot have `NotPrincipal`".to_owned(),
        false => "the `Principal` of a RESOURCE_CONTROL_POLICY is `*`".to_owned(),
    };
    Diagnostic::error(Code::UnsupportedPrincipal, message, element.key_span)
        .with_help("write `\"Principal\": \"*\"` and say in `Condition` whom it is about")
}
