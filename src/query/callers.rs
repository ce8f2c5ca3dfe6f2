//! The requesters that a query over layers is about.

use crate::policy::{Document, is_account_id};
use crate::request::RequesterKind;
use std::sync::Arc;

/// The requesters that a query over layers is about: the layers are those of each of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callers {
    /// The text that names them, if they are named.
    principal: Option<String>,
    kinds: Vec<RequesterKind>,
    account: Option<String>,
    are_service_linked: bool,
    /// The names of the requesters, if they are named.
    names: Option<Names>,
}

/// A document that lets through just the requests of requesters with certain names.
#[derive(Clone, Debug)]
struct Names(Arc<Document>);

impl Names {
    /// Makes the document from the JSON of the `Principal` element.
    fn of(element: &str) -> Names {
        let members = format!("\"Principal\":{element},\"Action\":\"*\",\"Resource\":\"*\"");
        Names(Arc::new(super::decision::fact(&members)))
    }
}

impl PartialEq for Names {
    fn eq(&self, other: &Names) -> bool {
        self.0.source.text() == other.0.source.text()
    }
}

impl Eq for Names {}

impl Callers {
    /// Returns some users and sessions of roles, of any account.
    pub fn anyone() -> Callers {
        Callers {
            principal: None,
            kinds: vec![RequesterKind::User, RequesterKind::RoleSession],
            account: None,
            are_service_linked: false,
            names: None,
        }
    }

    /// Returns some requesters of these kinds, of one account or of any. Sessions are those of roles of services only if
    /// `are_service_linked`.
    ///
    /// ```
    /// use iamsat::query::Callers;
    /// use iamsat::request::RequesterKind;
    /// let services = Callers::of_kinds(&[RequesterKind::Service], None, false);
    /// assert_eq!((services.account(), services.principal()), (None, None));
    /// ```
    pub fn of_kinds(kinds: &[RequesterKind], account: Option<&str>, are_service_linked: bool) -> Callers {
        Callers {
            principal: account.map(str::to_owned),
            kinds: kinds.to_vec(),
            account: account.map(str::to_owned),
            are_service_linked,
            names: account.map(|account| Names::of(&format!("{{\"AWS\":{}}}", quoted(account)))),
        }
    }

    /// Returns the same requesters without users.
    #[must_use]
    pub fn without_users(mut self) -> Callers {
        self.kinds.retain(|kind| *kind != RequesterKind::User);
        self
    }

    /// Returns the text that names them, if they are named.
    pub fn principal(&self) -> Option<&str> {
        self.principal.as_deref()
    }

    /// Returns their kinds.
    pub fn kinds(&self) -> &[RequesterKind] {
        &self.kinds
    }

    /// Returns their account, if it is known.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// True if they are sessions of one role of a service.
    pub fn are_service_linked(&self) -> bool {
        self.are_service_linked
    }

    /// Reads the requesters that a principal stands for: `anonymous`, the ARN of a user, a role (for all of its sessions), a session
    /// or a root user, an account id (for its users and sessions of its roles), `assumed-root:ACCOUNT`, `service:NAME` or
    /// `federated:PROVIDER`.
    ///
    /// # Errors
    /// It is none of these; as one sentence.
    ///
    /// ```
    /// use iamsat::query::Callers;
    /// use iamsat::request::RequesterKind;
    /// let sessions = Callers::parse("arn:aws:iam::111122223333:role/app").unwrap();
    /// assert_eq!(sessions.kinds(), [RequesterKind::RoleSession]);
    /// assert!(Callers::parse("arn:aws:s3:::bucket").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Callers, String> {
        let callers = Callers::of(text)?;
        Ok(Callers { principal: Some(text.to_owned()), ..callers })
    }

    fn of(text: &str) -> Result<Callers, String> {
        use RequesterKind as Kind;
        let aws = |name: &str| format!("{{\"AWS\":{}}}", quoted(name));
        let one = |kind: Kind, account: Option<&str>, element: String| Callers {
            principal: None,
            kinds: vec![kind],
            account: account.map(str::to_owned),
            are_service_linked: false,
            names: Some(Names::of(&element)),
        };
        if text == "anonymous" {
            return Ok(Callers { kinds: vec![Kind::Anonymous], ..Callers::anyone() });
        }
        if is_account_id(text) {
            return Ok(Callers {
                account: Some(text.to_owned()),
                names: Some(Names::of(&aws(text))),
                ..Callers::anyone()
            });
        }
        if let Some(account) = text.strip_prefix("assumed-root:").filter(|account| is_account_id(account)) {
            return Ok(one(Kind::AssumedRoot, Some(account), aws(account)));
        }
        if let Some(name) = text.strip_prefix("service:").filter(|name| !name.is_empty()) {
            return Ok(one(Kind::Service, None, format!("{{\"Service\":{}}}", quoted(name))));
        }
        if let Some(provider) = text.strip_prefix("federated:").filter(|name| !name.is_empty()) {
            let is_saml = provider.starts_with("arn:") && provider.contains(":saml-provider/");
            let kind = if is_saml { Kind::Saml } else { Kind::WebIdentity };
            return Ok(one(kind, None, format!("{{\"Federated\":{}}}", quoted(provider))));
        }
        let fields: Vec<&str> = text.splitn(6, ':').collect();
        let named = match *fields.as_slice() {
            ["arn", _, service, "", account, rest]
                if !text.contains(['*', '?', '$']) && is_account_id(account) =>
            {
                let kind = match (service, rest.split_once('/')) {
                    ("iam", None) if rest == "root" => Some(Kind::Root),
                    ("iam", Some(("user", name))) if !name.is_empty() => Some(Kind::User),
                    ("iam", Some(("role", name))) if !name.is_empty() => Some(Kind::RoleSession),
                    ("sts", Some(("assumed-role", name))) if name.contains('/') => Some(Kind::RoleSession),
                    ("sts", Some(("federated-user", name))) if !name.is_empty() => Some(Kind::FederatedUser),
                    _ => None,
                };
                kind.map(|kind| (kind, account, rest))
            }
            _ => None,
        };
        let Some((kind, account, rest)) = named else {
            return Err(format!(
                "`{text}` is not a valid principal: write anonymous, an account id, the ARN of a user, role, session or root, \
                 service:NAME or federated:PROVIDER"
            ));
        };
        if rest.starts_with("assumed-role/AWSServiceRoleFor") {
            return Err(format!(
                "`{text}` may be a session of a role of a service: name the role, with its path /aws-service-role/ if it is one"
            ));
        }
        let are_service_linked = rest.starts_with("role/aws-service-role/");
        Ok(Callers { are_service_linked, ..one(kind, Some(account), aws(text)) })
    }

    /// Returns the document that lets through just the requests of the named requesters, and of requesters of other kinds with the
    /// same names; `None` if none are named.
    pub(super) fn document(&self) -> Option<&Document> {
        self.names.as_ref().map(|names| &*names.0)
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
