//! Values of `Principal` and `NotPrincipal`.

use crate::index::broken;
use crate::policy::Template;

/// The four keys a principal map may have. Their case matters.
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
    /// The key as written.
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
    /// The key it stands under.
    pub kind: PrincipalKind,
    /// As spelled in the document.
    pub text: Box<str>,
    /// Its meaning.
    pub meaning: PrincipalMeaning,
}

/// The meaning of a principal value. Wildcards match as globs everywhere (`principal-wildcards-are-globs`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrincipalMeaning {
    /// `{"AWS":"*"}`: every AWS principal and anonymous callers; whether others too is undocumented.
    AwsAny,
    /// An account id, or `arn:P:iam::A:root`, which mean the same: every principal of the account. The pattern is
    /// on the account field. The partition of a root ARN is not looked at (`one-partition`).
    Account(Template),
    /// An ARN of six fields with service `iam` or `sts` (or wildcards): fields as written.
    Arn(Box<[Template; 6]>),
    /// A unique id (`AIDA...`, `AROA...`) or other text without colons that is no account id: the stored form of
    /// an entity whose ARN is unknown.
    UniqueId,
    /// Under `AWS`, but of no documented form (an ARN with fewer than six fields, an unknown service): matches nothing
    /// we know.
    Unrecognised,
    /// With a wildcard, and of no form in which wildcards are globs: part of an ARN, of a unique id or of a canonical user id.
    /// Which principals of accounts it covers, if any, is open.
    Pattern,
    /// A canonical user id.
    CanonicalUser,
    /// A provider of web identities or SAML assertions: a pattern on its name or ARN.
    Federated(Template),
    /// A service principal: a pattern on its name.
    Service(Template),
}

impl Principal {
    /// The value spelled `text` under the key `kind`.
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
