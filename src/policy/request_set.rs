//! The sets of requests that documents define.

use crate::policy::{Document, Effect, PrincipalMeaning};

/// The forms of `Principal` values that count in Allow statements; each variant includes the forms of the variants before it.
///
/// In the account of a resource, the form of an entry decides what it grants. An account admits nobody without an identity policy
/// that also allows the request; what an entry with a role's ARN allows is capped by the role's permissions boundary and session
/// policy.
/// `NotPrincipal` lists are read in full and count as direct. Source: IAM User Guide, "Policy evaluation for requests within a
/// single account".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalForms {
    /// `"*"`, the requester's own ARN, services, identity providers, unique ids of users.
    Direct,
    /// Also ARNs and unique ids of roles for their sessions, and ARNs of users for their federated users.
    WithRoles,
    /// Also accounts: all forms.
    All,
}

/// The set of requests that documents, read together, define.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestSet {
    /// The allowed requests: some Allow statement applies, by a principal of one of these forms, and no Deny statement applies.
    Allowed(PrincipalForms),
    /// The requests to which some Allow statement applies, by a principal of one of these forms, whatever Deny statements say.
    Granted(PrincipalForms),
    /// The denied requests: some Deny statement applies.
    Denied,
}

impl RequestSet {
    /// All that documents allow.
    pub const ALLOWED: RequestSet = RequestSet::Allowed(PrincipalForms::All);

    /// The sets by which documents are compared.
    pub const ALL: [RequestSet; 4] = [
        RequestSet::ALLOWED,
        RequestSet::Allowed(PrincipalForms::WithRoles),
        RequestSet::Allowed(PrincipalForms::Direct),
        RequestSet::Denied,
    ];

    /// Returns the name used in certificates and JSON.
    pub fn name(self) -> &'static str {
        match self {
            RequestSet::Allowed(PrincipalForms::All) => "allowed",
            RequestSet::Allowed(PrincipalForms::WithRoles) => "allowed-without-accounts",
            RequestSet::Allowed(PrincipalForms::Direct) => "allowed-directly",
            RequestSet::Granted(PrincipalForms::All) => "granted",
            RequestSet::Granted(PrincipalForms::WithRoles) => "granted-without-accounts",
            RequestSet::Granted(PrincipalForms::Direct) => "granted-directly",
            RequestSet::Denied => "denied",
        }
    }

    /// Returns the set with this name.
    pub fn parse(name: &str) -> Option<RequestSet> {
        RequestSet::ALL.into_iter().find(|set| set.name() == name)
    }

    /// Returns the effect of the statements that add requests to the set.
    pub fn effect(self) -> Effect {
        match self {
            RequestSet::Allowed(_) | RequestSet::Granted(_) => Effect::Allow,
            RequestSet::Denied => Effect::Deny,
        }
    }

    /// Returns the forms of principals that count in the set's Allow statements.
    pub fn forms(self) -> PrincipalForms {
        match self {
            RequestSet::Allowed(forms) | RequestSet::Granted(forms) => forms,
            RequestSet::Denied => PrincipalForms::All,
        }
    }

    /// Returns the sets to be compared in order to show that one document lets through no more than another, whatever other
    /// policies grant. Sets that are equal for these documents are omitted. [`RequestSet::ALLOWED`] comes first,
    /// [`RequestSet::Denied`] last.
    ///
    /// ```
    /// use iamsat::policy::RequestSet;
    /// # fn policy(statement: &str) -> iamsat::Document {
    /// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
    /// # }
    /// let policy = policy(r#"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"}"#);
    /// let names: Vec<_> = RequestSet::beside_others([&policy]).into_iter().map(RequestSet::name).collect();
    /// assert_eq!(names, ["allowed", "allowed-without-accounts", "denied"]);
    /// ```
    pub fn beside_others<'d>(documents: impl IntoIterator<Item = &'d Document>) -> Vec<RequestSet> {
        let (mut has_accounts, mut has_roles) = (false, false);
        let statements = documents.into_iter().flat_map(|document| &document.statements);
        let allows = statements.filter(|statement| statement.effect.value == Effect::Allow);
        let elements = allows.filter_map(|statement| statement.principal.as_ref());
        for value in elements.filter(|element| !element.negated).flat_map(|element| &element.values) {
            match &value.value.meaning {
                PrincipalMeaning::Account(_) | PrincipalMeaning::CanonicalUser => has_accounts = true,
                PrincipalMeaning::Arn(fields) => {
                    let [_, _, service, _, _, resource] = &**fields;
                    // With wildcards, the pattern may also match the ARN of an account's root user.
                    has_accounts |= resource.as_literal().is_none() || service.as_literal().is_none();
                    has_roles |= service.as_literal() != Some("sts");
                }
                // It may be the id of a role.
                PrincipalMeaning::UniqueId => has_roles = true,
                PrincipalMeaning::AwsAny
                | PrincipalMeaning::Unrecognised
                | PrincipalMeaning::Pattern
                | PrincipalMeaning::Federated(_)
                | PrincipalMeaning::Service(_) => {}
            }
        }
        let is_distinct = |set: &RequestSet| match set {
            RequestSet::Allowed(PrincipalForms::WithRoles) => has_accounts,
            RequestSet::Allowed(PrincipalForms::Direct) => has_roles,
            RequestSet::Allowed(PrincipalForms::All) | RequestSet::Granted(_) | RequestSet::Denied => true,
        };
        RequestSet::ALL.into_iter().filter(is_distinct).collect()
    }
}
