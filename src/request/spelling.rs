//! Requesters in command-line form, and the context keys that follow from a requester.

use super::requester::without_path;
use crate::index::broken;
use crate::request::{HiddenAttributes, Requester};
use std::borrow::Cow;

/// The reason why texts do not describe a requester.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequesterError {
    /// The text of the principal has no known form.
    InvalidPrincipal(String),
    /// A parent is given, and the principal is not a federated user.
    NoParent,
    /// A parent is given, and no principal.
    MissingPrincipal,
    /// The parent of a federated user is not a user of its account.
    InvalidParent {
        /// The text given for the parent.
        parent: String,
        /// The partition of the federated user.
        partition: String,
        /// The account of the federated user.
        account: String,
    },
}

impl std::fmt::Display for RequesterError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RequesterError::InvalidPrincipal(text) => write!(
                f,
                "`{text}` is not a valid principal: write anonymous, an account id, the ARN of a user, role, session or root, \
                 service:NAME, federated:PROVIDER or canonical:ID"
            ),
            RequesterError::NoParent => {
                f.write_str("only a federated user (arn:aws:sts::...:federated-user/NAME) has a parent")
            }
            RequesterError::MissingPrincipal => {
                f.write_str("only a federated user has a parent: name the federated user as the principal")
            }
            RequesterError::InvalidParent { parent, partition, account } => write!(
                f,
                "`{parent}` is not a user of the federated user's account: write arn:{partition}:iam::{account}:user/NAME"
            ),
        }
    }
}

impl std::error::Error for RequesterError {}

impl Requester {
    /// Reads `anonymous`, an account id, an ARN, `service:NAME`, `federated:PROVIDER` or `canonical:ID`.
    ///
    /// An account id stands for a session of some role in the account, a role ARN for a session of that role, a canonical user
    /// for a session of some role in the account it stands for.
    ///
    /// # Errors
    /// The text has none of these forms.
    ///
    /// ```
    /// use iamsat::request::Requester;
    /// let (user, _) = Requester::parse("arn:aws:iam::111122223333:user/bob").unwrap();
    /// assert_eq!(user.account(), Some("111122223333"));
    /// assert_eq!(user.spelling(), "arn:aws:iam::111122223333:user/bob");
    /// ```
    pub fn parse(text: &str) -> Result<(Requester, HiddenAttributes), RequesterError> {
        let mut facts = HiddenAttributes::default();
        let session = |account: &str| Requester::RoleSession {
            partition: "aws".into(),
            account: account.into(),
            role: "a".into(),
            session: "a".into(),
        };
        if text == "anonymous" {
            return Ok((Requester::Anonymous, facts));
        }
        if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
            return Ok((session(text), facts));
        }
        if let Some(name) = text.strip_prefix("service:").filter(|n| !n.is_empty()) {
            return Ok((Requester::Service { name: name.into() }, facts));
        }
        if let Some(provider) = text.strip_prefix("federated:").filter(|n| !n.is_empty()) {
            let provider = provider.to_owned();
            let saml = provider.starts_with("arn:") && provider.contains(":saml-provider/");
            let requester =
                if saml { Requester::Saml { provider } } else { Requester::WebIdentity { provider } };
            return Ok((requester, facts));
        }
        if let Some(id) = text.strip_prefix("canonical:").filter(|n| !n.is_empty()) {
            facts.canonical_users.insert(id.to_owned());
            return Ok((session("111122223333"), facts));
        }
        if let Some(account) = text.strip_prefix("assumed-root:").filter(|n| !n.is_empty()) {
            return Ok((Requester::AssumedRoot { account: account.into() }, facts));
        }
        match arn(text) {
            Some(requester) => Ok((requester, facts)),
            None => Err(RequesterError::InvalidPrincipal(text.to_owned())),
        }
    }

    /// Returns a text that [`Requester::parse`] reads as this requester. The path of a session's role is not part of it (see
    /// `aws:PrincipalArn`), nor the parent of a federated user (see [`Requester::parent_arn`]).
    pub fn spelling(&self) -> String {
        match self {
            Requester::Anonymous => "anonymous".to_owned(),
            Requester::Service { name } => format!("service:{name}"),
            Requester::WebIdentity { provider } | Requester::Saml { provider } => {
                format!("federated:{provider}")
            }
            Requester::AssumedRoot { account } => format!("assumed-root:{account}"),
            Requester::Root { .. }
            | Requester::User { .. }
            | Requester::RoleSession { .. }
            | Requester::FederatedUser { .. } => match self.arn() {
                Some(arn) => arn,
                None => broken("roots, users and sessions have an ARN"),
            },
        }
    }

    /// Returns the requester with the path of its role copied from `aws:PrincipalArn`, if that ARN names the same role.
    #[must_use]
    pub fn with_principal_arn(self, principal_arn: &str) -> Requester {
        match self {
            Requester::RoleSession { partition, account, role, session } => {
                let prefix = format!("arn:{partition}:iam::{account}:role/");
                let full =
                    principal_arn.strip_prefix(&prefix).filter(|full| full.rsplit('/').next() == Some(&role));
                let role = full.map_or_else(|| role.clone(), str::to_owned);
                Requester::RoleSession { partition, account, role, session }
            }
            other => other,
        }
    }

    /// Returns the ARN of the user that a federated user's session belongs to.
    pub fn parent_arn(&self) -> Option<String> {
        match self {
            Requester::FederatedUser { partition, account, parent, .. } => {
                Some(format!("arn:{partition}:iam::{account}:user/{parent}"))
            }
            _ => None,
        }
    }

    /// Returns the federated user with this user as its parent.
    ///
    /// # Errors
    /// The requester is not a federated user, or the ARN is not that of a user in its account.
    ///
    /// ```
    /// use iamsat::request::Requester;
    /// let (bob, _) = Requester::parse("arn:aws:sts::111122223333:federated-user/bob").unwrap();
    /// let parent = "arn:aws:iam::111122223333:user/x/desk";
    /// assert_eq!(bob.with_parent(parent).unwrap().parent_arn().unwrap(), parent);
    /// ```
    pub fn with_parent(self, user_arn: &str) -> Result<Requester, RequesterError> {
        let Requester::FederatedUser { partition, account, name, .. } = self else {
            return Err(RequesterError::NoParent);
        };
        match arn(user_arn) {
            Some(Requester::User { partition: p, account: a, name: parent })
                if (&p, &a) == (&partition, &account) =>
            {
                Ok(Requester::FederatedUser { partition, account, name, parent })
            }
            _ => Err(RequesterError::InvalidParent { parent: user_arn.to_owned(), partition, account }),
        }
    }

    /// Returns the context keys that follow from the requester, with the value, or `None` if the key is absent. Keys that are not
    /// listed are free.
    pub fn derived_context(&self) -> Vec<(&'static str, Option<Cow<'_, str>>)> {
        let kind = match self {
            Requester::Root { .. } => Some("Account"),
            Requester::User { .. } => Some("User"),
            Requester::RoleSession { .. } => Some("AssumedRole"),
            Requester::FederatedUser { .. } => Some("FederatedUser"),
            Requester::Anonymous => Some("Anonymous"),
            _ => None,
        };
        let mut keys: Vec<(&str, Option<Cow<'_, str>>)> = Vec::with_capacity(8);
        if let Some(kind) = kind {
            keys.push(("aws:PrincipalType", Some(kind.into())));
        }
        match self {
            Requester::Anonymous => {
                keys.push(("aws:PrincipalAccount", Some("anonymous".into())));
                keys.push(("aws:userid", Some("anonymous".into())));
                keys.extend(SIGNATURE_TELLS.map(|key| (key, None)));
            }
            Requester::Service { name } => {
                keys.push(("aws:PrincipalIsAWSService", Some("true".into())));
                keys.push(("aws:PrincipalServiceName", Some(name.into())));
            }
            Requester::WebIdentity { .. } | Requester::Saml { .. } => {
                keys.extend(SIGNATURE_TELLS.map(|key| (key, None)));
            }
            _ => {
                keys.push(("aws:PrincipalAccount", self.account().map(Cow::from)));
                if let Some(arn) = self.principal_arn() {
                    keys.push(("aws:PrincipalArn", Some(arn.into())));
                }
                keys.push(("aws:PrincipalIsAWSService", Some("false".into())));
                keys.push(("aws:PrincipalServiceName", None));
            }
        }
        match self {
            Requester::Root { account, .. } => keys.push(("aws:userid", Some(account.into()))),
            Requester::FederatedUser { account, name, .. } => {
                keys.push(("aws:userid", Some(format!("{account}:{name}").into())));
            }
            _ => {}
        }
        let username = match self {
            Requester::User { name, .. } => Some(without_path(name).into()),
            _ => None,
        };
        keys.push(("aws:username", username));
        keys
    }
}

/// Keys that follow from the credentials that sign a request.
const SIGNATURE_TELLS: [&str; 3] =
    ["aws:PrincipalArn", "aws:PrincipalIsAWSService", "aws:PrincipalServiceName"];

fn arn(text: &str) -> Option<Requester> {
    let fields: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, service, "", account, resource] = fields.as_slice() else { return None };
    let (partition, account) = ((*partition).to_owned(), (*account).to_owned());
    if partition.is_empty() || account.is_empty() {
        return None;
    }
    if *service == "iam" && *resource == "root" {
        return Some(Requester::Root { partition, account });
    }
    let (kind, name) = resource.split_once('/')?;
    if name.is_empty() {
        return None;
    }
    let name = name.to_owned();
    match (*service, kind) {
        ("iam", "user") => Some(Requester::User { partition, account, name }),
        ("iam", "role") => {
            Some(Requester::RoleSession { partition, account, role: name, session: "session".into() })
        }
        ("sts", "assumed-role") => {
            let (role, session) = name.split_once('/')?;
            Some(Requester::RoleSession { partition, account, role: role.into(), session: session.into() })
        }
        ("sts", "federated-user") => {
            Some(Requester::FederatedUser { partition, account, name, parent: "a".into() })
        }
        _ => None,
    }
}
