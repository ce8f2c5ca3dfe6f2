//! Who sends a request.

use serde::{Deserialize, Serialize};

/// The requester, one variant per kind that AWS distinguishes.
///
/// Source: IAM User Guide, "AWS JSON policy elements: Principal" and "Global condition keys" (`aws:PrincipalType`,
/// `aws:PrincipalArn`).
///
/// ```
/// use iamsat::request::{Requester, RequesterKind};
/// let (session, _) = Requester::parse("arn:aws:sts::111122223333:assumed-role/Deploy/build-7").unwrap();
/// assert_eq!(session.kind(), RequesterKind::RoleSession);
/// // `aws:PrincipalArn` of a session is the ARN of its role.
/// assert_eq!(session.principal_arn().as_deref(), Some("arn:aws:iam::111122223333:role/Deploy"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", deny_unknown_fields)]
pub enum Requester {
    /// An unsigned request.
    Anonymous,
    /// The root user of an account.
    Root {
        /// Partition, such as `aws`.
        partition: String,
        /// Account id.
        account: String,
    },
    /// An IAM user.
    User {
        /// Partition, such as `aws`.
        partition: String,
        /// Account id.
        account: String,
        /// Path and name without the leading slash: `name` or `path/name`.
        name: String,
    },
    /// A session of a role.
    RoleSession {
        /// Partition, such as `aws`.
        partition: String,
        /// Account id.
        account: String,
        /// Path and name of the role without the leading slash: `name` or `path/name`.
        role: String,
        /// Session name.
        session: String,
    },
    /// A session from GetFederationToken.
    FederatedUser {
        /// Partition, such as `aws`.
        partition: String,
        /// Account id.
        account: String,
        /// Name of the federated user.
        name: String,
        /// Path and name of the IAM user that requested the token.
        parent: String,
    },
    /// A session from AssumeRoot; only its account is documented.
    AssumedRoot {
        /// Account id.
        account: String,
    },
    /// An AWS service.
    Service {
        /// Service principal name, such as `ec2.amazonaws.com`.
        name: String,
    },
    /// The holder of a web identity token, as caller of `sts:AssumeRoleWithWebIdentity`.
    WebIdentity {
        /// Provider name or OIDC provider ARN.
        provider: String,
    },
    /// The holder of a SAML assertion, as caller of `sts:AssumeRoleWithSAML`.
    Saml {
        /// SAML provider ARN.
        provider: String,
    },
}

/// The kind of a [`Requester`].
#[expect(missing_docs, reason = "as the variants of Requester")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequesterKind {
    Anonymous,
    Root,
    User,
    RoleSession,
    FederatedUser,
    AssumedRoot,
    Service,
    WebIdentity,
    Saml,
}

impl Requester {
    /// Its kind.
    pub fn kind(&self) -> RequesterKind {
        match self {
            Requester::Anonymous => RequesterKind::Anonymous,
            Requester::Root { .. } => RequesterKind::Root,
            Requester::User { .. } => RequesterKind::User,
            Requester::RoleSession { .. } => RequesterKind::RoleSession,
            Requester::FederatedUser { .. } => RequesterKind::FederatedUser,
            Requester::AssumedRoot { .. } => RequesterKind::AssumedRoot,
            Requester::Service { .. } => RequesterKind::Service,
            Requester::WebIdentity { .. } => RequesterKind::WebIdentity,
            Requester::Saml { .. } => RequesterKind::Saml,
        }
    }

    /// Returns the account of the requester, if it has one.
    pub fn account(&self) -> Option<&str> {
        match self {
            Requester::Root { account, .. }
            | Requester::User { account, .. }
            | Requester::RoleSession { account, .. }
            | Requester::FederatedUser { account, .. }
            | Requester::AssumedRoot { account } => Some(account),
            Requester::Anonymous
            | Requester::Service { .. }
            | Requester::WebIdentity { .. }
            | Requester::Saml { .. } => None,
        }
    }

    /// Returns the same user, role session, federated user or root of another account; `None` if it belongs to no account.
    pub(crate) fn in_account(&self, other: &str) -> Option<Requester> {
        let mut requester = self.clone();
        match &mut requester {
            Requester::Root { account, .. }
            | Requester::User { account, .. }
            | Requester::RoleSession { account, .. }
            | Requester::FederatedUser { account, .. }
            | Requester::AssumedRoot { account } => other.clone_into(account),
            Requester::Anonymous
            | Requester::Service { .. }
            | Requester::WebIdentity { .. }
            | Requester::Saml { .. } => return None,
        }
        Some(requester)
    }

    /// Returns the part whose form is impossible for its kind, if there is one: parts are not empty, partition and account
    /// contain no `:`, and a path before the name of a user or role ends with `/`.
    pub(super) fn bad_part(&self) -> Option<&'static str> {
        let field = |text: &str| !text.is_empty() && !text.contains(':');
        let name = |text: &str| match text.rsplit_once('/') {
            Some((path, name)) => !path.is_empty() && !name.is_empty(),
            None => !text.is_empty(),
        };
        let (partition, rest) = match self {
            Requester::Anonymous => return None,
            Requester::Root { partition, .. } => (partition, true),
            Requester::User { partition, name: n, .. } => (partition, name(n)),
            Requester::RoleSession { partition, role, session, .. } => {
                (partition, name(role) && !session.is_empty())
            }
            Requester::FederatedUser { partition, name, parent, .. } => {
                (partition, !name.is_empty() && !parent.is_empty())
            }
            Requester::AssumedRoot { account } => (account, true),
            Requester::Service { name: text } | Requester::WebIdentity { provider: text } => {
                return text.is_empty().then_some("name");
            }
            Requester::Saml { provider } => {
                let fields: Vec<&str> = provider.splitn(6, ':').collect();
                let ["arn", partition, "iam", "", account, name] = fields.as_slice() else {
                    return Some("provider");
                };
                let named = name.strip_prefix("saml-provider/").is_some_and(|n| !n.is_empty());
                return (!named || partition.is_empty() || account.is_empty()).then_some("provider");
            }
        };
        if !field(partition) {
            Some("partition")
        } else if !self.account().is_some_and(field) {
            Some("account")
        } else if !rest {
            Some("name")
        } else {
            None
        }
    }

    /// Returns the value of `aws:PrincipalArn` if it is documented: for a role session, the ARN of the role.
    ///
    /// ```
    /// use iamsat::request::Requester;
    /// let session = Requester::RoleSession {
    ///     partition: "aws".into(), account: "111122223333".into(), role: "x/R".into(), session: "s".into(),
    /// };
    /// assert_eq!(session.principal_arn().unwrap(), "arn:aws:iam::111122223333:role/x/R");
    /// ```
    pub fn principal_arn(&self) -> Option<String> {
        match self {
            Requester::Root { partition, account } => Some(format!("arn:{partition}:iam::{account}:root")),
            Requester::User { partition, account, name } => {
                Some(format!("arn:{partition}:iam::{account}:user/{name}"))
            }
            Requester::RoleSession { partition, account, role, .. } => {
                Some(format!("arn:{partition}:iam::{account}:role/{role}"))
            }
            Requester::FederatedUser { partition, account, name, .. } => {
                Some(format!("arn:{partition}:sts::{account}:federated-user/{name}"))
            }
            Requester::Anonymous
            | Requester::AssumedRoot { .. }
            | Requester::Service { .. }
            | Requester::WebIdentity { .. }
            | Requester::Saml { .. } => None,
        }
    }

    /// Returns the ARN that names the requester itself: for a role session, `arn:P:sts::A:assumed-role/N/S`.
    pub fn arn(&self) -> Option<String> {
        match self {
            Requester::RoleSession { partition, account, role, session } => {
                let name = without_path(role);
                Some(format!("arn:{partition}:sts::{account}:assumed-role/{name}/{session}"))
            }
            other => other.principal_arn(),
        }
    }
}

/// Returns the name of a user or role without its path.
pub(super) fn without_path(name: &str) -> &str {
    match name.rsplit_once('/') {
        Some((_, name)) => name,
        None => name,
    }
}
