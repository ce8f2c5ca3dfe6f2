//! Values of `Principal` and `NotPrincipal`.

use crate::index::broken;
use crate::policy::Template;

/// The four keys that a principal map may have. They are case-sensitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalKind {
    /// `AWS`: accounts, users, roles, sessions.
    Aws,
    /// `CanonicalUser`: an S3 alias of an account.
    CanonicalUser,
    /// `Federated`: web identity and SAML providers.
    Federated,
    /// `Service`: AWS services.
    Service,
}

impl PrincipalKind {
    /// Returns the key as written.
    pub fn name(self) -> &'static str {
        match self {
            PrincipalKind::Aws => "AWS",
            PrincipalKind::CanonicalUser => "CanonicalUser",
            PrincipalKind::Federated => "Federated",
            PrincipalKind::Service => "Service",
        }
    }
}

/// One principal value.
///
/// Source: IAM User Guide, "AWS JSON policy elements: Principal".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The member of `Principal` that lists it, such as `AWS`.
    pub kind: PrincipalKind,
    /// As spelled in the document.
    pub text: Box<str>,
    /// Its meaning.
    pub meaning: PrincipalMeaning,
}

/// The meaning of a principal value. Wildcards match as globs everywhere (`principal-wildcards-are-globs`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrincipalMeaning {
    /// `{"AWS":"*"}`: every AWS principal and anonymous callers. Whether it covers others is undocumented.
    AwsAny,
    /// An account id, or `arn:P:iam::A:root`, which means the same: every principal of the account. The pattern applies to the
    /// account field. The partition of a root ARN is ignored (`one-partition`).
    Account(Template),
    /// An ARN of six fields with service `iam` or `sts` (or wildcards), as its fields.
    Arn(Box<[Template; 6]>),
    /// A unique id (`AIDA...`, `AROA...`) or another text without colons that is not an account id: the stored form of an entity
    /// whose ARN is unknown.
    UniqueId,
    /// A value under `AWS` of no documented form (an ARN with fewer than six fields, an unknown service): matches nothing known.
    Unrecognised,
    /// A value with a wildcard in a place where wildcards are not globs: part of an ARN, of a unique id or of a canonical user
    /// id. It is open which principals of accounts it covers.
    Pattern,
    /// A canonical user id.
    CanonicalUser,
    /// A provider of web identities or SAML assertions: a pattern on its name or ARN.
    Federated(Template),
    /// A service principal: a pattern on its name.
    Service(Template),
}

impl Principal {
    /// Reads the value `text` under the key `kind`.
    ///
    /// ```
    /// use iamsat::policy::{Principal, PrincipalKind, PrincipalMeaning};
    /// let root = Principal::new(PrincipalKind::Aws, "arn:aws:iam::111122223333:root");
    /// let account = Principal::new(PrincipalKind::Aws, "111122223333");
    /// assert_eq!(root.meaning, account.meaning);
    /// ```
    pub fn new(kind: PrincipalKind, text: &str) -> Principal {
        let template = || match Template::parse(text, false) {
            Ok(template) => template,
            Err(_) => broken("a text without variables is a pattern"),
        };
        let meaning = match kind {
            PrincipalKind::CanonicalUser => PrincipalMeaning::CanonicalUser,
            PrincipalKind::Federated => PrincipalMeaning::Federated(template()),
            PrincipalKind::Service => PrincipalMeaning::Service(template()),
            PrincipalKind::Aws => aws(text, &template()),
        };
        let meaning = match meaning {
            PrincipalMeaning::UniqueId | PrincipalMeaning::Unrecognised | PrincipalMeaning::CanonicalUser
                if text.contains(['*', '?']) =>
            {
                PrincipalMeaning::Pattern
            }
            meaning => meaning,
        };
        Principal { kind, text: text.into(), meaning }
    }
}

fn aws(text: &str, template: &Template) -> PrincipalMeaning {
    if template.is_many() {
        return PrincipalMeaning::AwsAny;
    }
    if !text.contains(':') {
        let account = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '*' | '?'));
        return if account && !text.is_empty() {
            PrincipalMeaning::Account(template.clone())
        } else {
            PrincipalMeaning::UniqueId
        };
    }
    match <[Template; 6]>::try_from(template.split_fields(5)) {
        Ok(fields) => {
            let [arn, _, service, _, account, resource] = &fields;
            let literal = |t: &Template, text: &str| t.as_literal() == Some(text);
            if !literal(arn, "arn") {
                PrincipalMeaning::Unrecognised
            } else if literal(service, "iam") && literal(resource, "root") {
                PrincipalMeaning::Account(account.clone())
            } else {
                PrincipalMeaning::Arn(Box::new(fields))
            }
        }
        Err(_) => PrincipalMeaning::Unrecognised,
    }
}
