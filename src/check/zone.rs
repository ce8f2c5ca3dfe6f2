//! Whom an owner of resources trusts.

use crate::limits::InputLimits;
use crate::policy::{Document, parse};
use crate::span::Source;
use serde_json::{Value, json};

/// A zone of trust: accounts, organizations and principals that are not outside. Services never are.
///
/// ```
/// use iamsat::check::Zone;
/// let zone = Zone::new(&["o-exampleorgid"], &["111122223333", "arn:aws:iam::444455556666:role/Audit"]).unwrap();
/// assert_eq!(zone.to_string(), "o-exampleorgid, 111122223333, arn:aws:iam::444455556666:role/Audit");
/// assert_eq!(zone.organizations(), ["o-exampleorgid"]);
/// assert_eq!(zone.principals(), ["111122223333", "arn:aws:iam::444455556666:role/Audit"]);
/// assert!(Zone::new(&["everyone"], &[] as &[&str]).is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Account ids and ARNs.
    principals: Vec<String>,
    organizations: Vec<String>,
    names: Vec<String>,
}

impl Zone {
    /// The zone of accounts and organizations, with others that are trusted.
    ///
    /// # Errors
    /// A sentence about what is neither an account (twelve digits), nor an organization (`o-...`), nor, among those that are
    /// trusted, an ARN.
    pub fn new<T: AsRef<str>>(zone: &[impl AsRef<str>], trusted: &[T]) -> Result<Zone, String> {
        let mut made = Zone { principals: Vec::new(), organizations: Vec::new(), names: Vec::new() };
        for name in zone.iter().map(AsRef::as_ref) {
            made.add(name, false)?;
        }
        for name in trusted.iter().map(AsRef::as_ref) {
            made.add(name, true)?;
        }
        if made.names.is_empty() {
            return Err("a zone of trust has at least one account or organization".to_owned());
        }
        Ok(made)
    }

    fn add(&mut self, name: &str, arns: bool) -> Result<(), String> {
        let is_account = name.len() == 12 && name.bytes().all(|b| b.is_ascii_digit());
        let organization = name.strip_prefix("o-").unwrap_or_default();
        let is_organization =
            !organization.is_empty() && organization.bytes().all(|b| b.is_ascii_alphanumeric());
        if is_account || (arns && name.starts_with("arn:") && name.split(':').count() >= 6) {
            self.principals.push(name.to_owned());
        } else if is_organization {
            self.organizations.push(name.to_owned());
        } else if arns {
            return Err(format!("`{name}` is no account (12 digits), organization (o-...) or ARN"));
        } else {
            return Err(format!("`{name}` is no account (12 digits) or organization (o-...)"));
        }
        self.names.push(name.to_owned());
        Ok(())
    }

    /// The accounts and ARNs that are not outside.
    pub fn principals(&self) -> &[String] {
        &self.principals
    }

    /// The organizations that are not outside.
    pub fn organizations(&self) -> &[String] {
        &self.organizations
    }

    /// All requests from inside, as a policy; its statements name resources if those of the policy that is judged do.
    pub(super) fn document(&self, with_resource: bool) -> Option<Document> {
        let statement = |principal: Value, condition: Value| {
            let mut statement =
                json!({"Effect": "Allow", "Principal": principal, "Action": "*", "Condition": condition});
            if let (true, Value::Object(members)) = (with_resource, &mut statement) {
                members.insert("Resource".to_owned(), json!("*"));
            }
            statement
        };
        let mut statements = vec![statement(json!({"AWS": self.principals, "Service": "*"}), json!({}))];
        let accounts: Vec<&String> = self.principals.iter().filter(|p| !p.contains(':')).collect();
        if !accounts.is_empty() {
            // What callers without an ARN say of their account counts too.
            let condition = json!({"StringEquals": {"aws:PrincipalAccount": accounts}});
            statements.push(statement(json!("*"), condition));
        }
        if !self.organizations.is_empty() {
            let condition = json!({"StringEquals": {"aws:PrincipalOrgID": self.organizations}});
            statements.push(statement(json!("*"), condition));
        }
        let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        parse(&Source::new("zone of trust", text), &InputLimits::default()).document
    }
}

impl std::fmt::Display for Zone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.names.join(", "))
    }
}
