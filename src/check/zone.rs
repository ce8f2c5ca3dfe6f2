//! Zones of trust: the callers that an owner of resources trusts.

use crate::limits::InputLimits;
use crate::policy::{Document, parse};
use crate::span::Source;
use serde_json::{Value, json};

/// A zone of trust: the accounts, organizations, parts of organizations and principals that are not outside. Services are never
/// outside.
///
/// ```
/// use iamsat::check::Zone;
/// let zone = Zone::new(&["o-exampleorgid"], &["111122223333", "arn:aws:iam::444455556666:role/Audit"]).unwrap();
/// assert_eq!(zone.to_string(), "o-exampleorgid, 111122223333, arn:aws:iam::444455556666:role/Audit");
/// assert_eq!(zone.organizations(), ["o-exampleorgid"]);
/// assert_eq!(zone.principals(), ["111122223333", "arn:aws:iam::444455556666:role/Audit"]);
/// assert!(Zone::new(&["everyone"], &[] as &[&str]).is_err());
/// let unit = Zone::new(&["o-exampleorgid/r-ab12/ou-ab12-11111111/*"], &["AROAEXAMPLEROLEID1234"]).unwrap();
/// assert_eq!(unit.paths(), ["o-exampleorgid/r-ab12/ou-ab12-11111111/*"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Account ids, ARNs and unique ids.
    principals: Vec<String>,
    organizations: Vec<String>,
    /// Patterns on the paths of organizations.
    paths: Vec<String>,
    names: Vec<String>,
}

/// The reason why names do not make a zone of trust.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ZoneError {
    /// There is no name.
    Empty,
    /// A name of the zone is not an account, an organization or a path of one.
    InvalidName(String),
    /// A trusted principal is none of these, nor an ARN or a unique id.
    InvalidPrincipal(String),
}

impl std::fmt::Display for ZoneError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ZoneError::Empty => {
                f.write_str("a zone of trust has at least one account, organization or path of one")
            }
            ZoneError::InvalidName(name) => write!(
                f,
                "`{name}` is not an account (12 digits), organization (o-...) or path of one (o-.../r-.../*)"
            ),
            ZoneError::InvalidPrincipal(name) => write!(
                f,
                "`{name}` is not an account (12 digits), organization (o-...), path of one (o-.../r-.../*), ARN or unique id \
                 (AIDA..., AROA...)"
            ),
        }
    }
}

impl std::error::Error for ZoneError {}

impl Zone {
    /// Makes a zone of accounts and organizations, with other trusted principals.
    ///
    /// # Errors
    /// A name is not an account (twelve digits), an organization (`o-...`), a path of one (`o-.../r-.../ou-.../*`) or, among the
    /// trusted principals, an ARN or a unique id (`AIDA...`, `AROA...`); or there is no name at all.
    pub fn new<T: AsRef<str>>(zone: &[impl AsRef<str>], trusted: &[T]) -> Result<Zone, ZoneError> {
        let mut made =
            Zone { principals: Vec::new(), organizations: Vec::new(), paths: Vec::new(), names: Vec::new() };
        for name in zone.iter().map(AsRef::as_ref) {
            made.add(name, false)?;
        }
        for name in trusted.iter().map(AsRef::as_ref) {
            made.add(name, true)?;
        }
        if made.names.is_empty() {
            return Err(ZoneError::Empty);
        }
        Ok(made)
    }

    fn add(&mut self, name: &str, arns: bool) -> Result<(), ZoneError> {
        let is_arn = name.starts_with("arn:") && name.split(':').count() >= 6;
        let list = match () {
            () if is_account(name) || (arns && (is_arn || unique_id(name).is_some())) => &mut self.principals,
            () if is_organization(name) => &mut self.organizations,
            () if is_path(name) => &mut self.paths,
            () if arns => return Err(ZoneError::InvalidPrincipal(name.to_owned())),
            () => return Err(ZoneError::InvalidName(name.to_owned())),
        };
        list.push(name.to_owned());
        self.names.push(name.to_owned());
        Ok(())
    }

    /// Returns the accounts, ARNs and unique ids that are not outside.
    pub fn principals(&self) -> &[String] {
        &self.principals
    }

    /// Returns the organizations that are not outside.
    pub fn organizations(&self) -> &[String] {
        &self.organizations
    }

    /// Returns the patterns on organization paths that are not outside.
    pub fn paths(&self) -> &[String] {
        &self.paths
    }

    /// True if requests with a source in an account of the zone count as inside, because only services have these keys. This is
    /// usual but not certain.
    pub(super) fn takes_sources(&self, mut keys: impl Iterator<Item = impl AsRef<str>>) -> bool {
        self.principals.iter().any(|name| whole_account(name).is_some())
            && keys.any(|key| OF_SOURCES.contains(&key.as_ref()))
    }

    /// Returns a policy that matches all requests from inside. Its statements name resources if those of the checked policy do.
    ///
    /// A key that describes the caller is used if the checked policy `mentions` it: nobody outside has it with a value of the
    /// zone. Sources: docs/semantics.md, "Outside a zone of trust".
    pub(super) fn document(&self, with_resource: bool, mentions: &dyn Fn(&str) -> bool) -> Option<Document> {
        let statement = |principal: Value, condition: Value| {
            let mut statement =
                json!({"Effect": "Allow", "Principal": principal, "Action": "*", "Condition": condition});
            if let (true, Value::Object(members)) = (with_resource, &mut statement) {
                members.insert("Resource".to_owned(), json!("*"));
            }
            statement
        };
        let (providers, principals): (Vec<&str>, Vec<&str>) =
            self.principals.iter().map(String::as_str).partition(|name| is_provider(name));
        let ids: Vec<(&str, bool)> = principals.iter().copied().filter_map(unique_id).collect();
        let accounts: Vec<&str> = principals.iter().copied().filter_map(whole_account).collect();
        let entities: Vec<&str> = principals.iter().copied().filter(|name| is_entity(name)).collect();
        let mut inside = json!({"AWS": principals, "Service": "*"});
        if let (false, Value::Object(members)) = (providers.is_empty(), &mut inside) {
            members.insert("Federated".to_owned(), json!(providers));
        }
        let mut statements = vec![statement(inside, json!({}))];
        let mut add = |operator: &str, key: &str, values: Vec<String>| {
            if !values.is_empty() {
                statements.push(statement(json!("*"), json!({operator: {key: values}})));
            }
        };
        let all = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
        // For callers without an ARN, the account key counts too.
        add("StringEquals", "aws:PrincipalAccount", all(&accounts));
        add("StringEquals", "aws:PrincipalOrgID", self.organizations.clone());
        let organizations = self.organizations.iter();
        // Only this key tells which callers a path includes.
        if mentions("aws:principalorgpaths") || !self.paths.is_empty() {
            let paths = organizations.map(|id| format!("{id}/*")).chain(self.paths.iter().cloned()).collect();
            add("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", paths);
        }
        if mentions("aws:principalarn") {
            let of_accounts = accounts.iter().map(|account| format!("arn:*:*:*:{account}:*")).collect();
            add("ArnLike", "aws:PrincipalArn", of_accounts);
            add("StringEquals", "aws:PrincipalArn", all(&entities));
        }
        if mentions("aws:userid") {
            let of = |of_role: bool| ids.iter().filter(move |(_, role)| *role == of_role).map(|(id, _)| id);
            add("StringEquals", "aws:userid", of(false).map(|id| (*id).to_owned()).collect());
            add("StringLike", "aws:userid", of(true).map(|id| format!("{id}:*")).collect());
        }
        // Only services have this key, on behalf of a resource; for a resource in the zone the request is the zone's own.
        if mentions("aws:sourceaccount") {
            add("StringEquals", "aws:SourceAccount", all(&accounts));
        }
        if mentions("aws:sourcearn") {
            let of_accounts = accounts.iter().map(|account| format!("arn:*:*:*:{account}:*")).collect();
            add("ArnLike", "aws:SourceArn", of_accounts);
        }
        // The account of the caller, in the name used by SNS.
        if mentions("aws:sourceowner") {
            add("StringEquals", "aws:SourceOwner", all(&accounts));
        }
        if mentions("kms:calleraccount") {
            add("StringEquals", "kms:CallerAccount", all(&accounts));
        }
        if mentions("aws:principalisawsservice") {
            add("Bool", "aws:PrincipalIsAWSService", vec!["true".to_owned()]);
        }
        for (key, name) in SERVICE_NAMES {
            if mentions(key) {
                add("Null", name, vec!["false".to_owned()]);
            }
        }
        let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        parse(&Source::new("zone of trust", text), &InputLimits::default()).ok()
    }
}

/// Keys that only services have.
const SERVICE_NAMES: [(&str, &str); 2] = [
    ("aws:principalservicename", "aws:PrincipalServiceName"),
    ("aws:principalservicenameslist", "aws:PrincipalServiceNamesList"),
];

fn is_account(name: &str) -> bool {
    name.len() == 12 && name.bytes().all(|b| b.is_ascii_digit())
}

fn is_organization(name: &str) -> bool {
    let id = name.strip_prefix("o-");
    id.is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Keys that identify the resource on whose behalf a service calls.
const OF_SOURCES: [&str; 3] = ["aws:sourceaccount", "aws:sourcearn", "aws:sourceowner"];

/// True if the name is a pattern on paths of one organization.
fn is_path(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || ['-', '/', '*', '?'].contains(&c);
    name.split_once('/').is_some_and(|(id, rest)| is_organization(id) && rest.chars().all(is_part))
}

/// Returns the unique id of a user or role, and true for a role. Source: IAM User Guide, "IAM identifiers".
fn unique_id(name: &str) -> Option<(&str, bool)> {
    let rest = name.strip_prefix("AROA").or_else(|| name.strip_prefix("AIDA"))?;
    let is_id = rest.len() >= 12 && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    is_id.then(|| (name, name.starts_with("AROA")))
}

/// Returns the account and the resource of an ARN of IAM or STS.
fn parts(name: &str) -> Option<(&str, &str)> {
    let mut fields = name.splitn(6, ':');
    let (arn, _, service, _) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    (arn == "arn" && ["iam", "sts"].contains(&service)).then_some((fields.next()?, fields.next()?))
}

/// True if the name is the ARN of an identity provider.
fn is_provider(name: &str) -> bool {
    let is_one =
        |resource: &str| ["saml-provider/", "oidc-provider/"].iter().any(|p| resource.starts_with(p));
    parts(name).is_some_and(|(_, resource)| is_one(resource))
}

/// Returns the account if the name stands for a whole account.
fn whole_account(name: &str) -> Option<&str> {
    let account = match parts(name) {
        Some((account, "root")) => account,
        Some(_) => return None,
        None => name,
    };
    is_account(account).then_some(account)
}

/// True if the name has no wildcards and is the value of `aws:PrincipalArn` for its principal (S3). For a role session it is not.
fn is_entity(name: &str) -> bool {
    let is_one =
        |resource: &str| ["role/", "user/", "federated-user/"].iter().any(|p| resource.starts_with(p));
    !name.contains(['*', '?', '$']) && parts(name).is_some_and(|(_, resource)| is_one(resource))
}

impl std::fmt::Display for Zone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.names.join(", "))
    }
}
