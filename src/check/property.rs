//! Properties of a request, in the language of IAM policies.

use super::lint::has_wrong_account;
use crate::limits::InputLimits;
use crate::policy::{Document, ParseError, Principal, PrincipalKind, PrincipalMeaning, Statement, parse};
use crate::span::Source;
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

/// Properties of a request: requester, action, resource and context. A part that is absent does not matter.
///
/// They become one Allow statement, so a query can use everything that a policy can express. Source of the language: IAM User
/// Guide, "IAM JSON policy element reference".
///
/// ```
/// use iamsat::check::Property;
/// let property = Property {
///     actions: vec!["s3:Delete*".into()],
///     condition: Some(r#"{"Bool":{"aws:SecureTransport":"false"}}"#.into()),
///     ..Property::default()
/// };
/// let document = property.document().unwrap();
/// assert_eq!(document.statements[0].conditions.len(), 1);
/// let refused = |condition: &str| {
///     Property { condition: Some(condition.into()), ..Property::default() }.document().unwrap_err().to_string()
/// };
/// assert!(refused("{").starts_with("`Condition` of the property is not JSON: "));
/// // JSON that is not a condition has faults with their places.
/// assert!(refused(r#"{"Equals":{"a":"b"}}"#).starts_with("property:4:17: error[unknown-operator]: "));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Property {
    /// Action patterns, one of which must match; empty for any action.
    pub actions: Vec<String>,
    /// Resource patterns, one of which must match; empty for any resource.
    pub resources: Vec<String>,
    /// JSON of a `Principal` element that must match; absent for anyone.
    pub principal: Option<String>,
    /// JSON of a `NotPrincipal` element, which must not match.
    pub not_principal: Option<String>,
    /// JSON of a `Condition` element that must hold.
    pub condition: Option<String>,
}

/// The reason why properties are not a valid document.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum PropertyError {
    /// A part is not JSON; the sentence names it.
    NotJson(String),
    /// No request can have a value, which the sentence names: the answer would be about nothing.
    Impossible(String),
    /// A part is JSON, but not valid for its element.
    Invalid(ParseError),
}

impl std::fmt::Display for PropertyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PropertyError::NotJson(message) | PropertyError::Impossible(message) => f.write_str(message),
            PropertyError::Invalid(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for PropertyError {}

/// The name of the document that a property becomes.
const NAME: &str = "property";

impl Property {
    /// Returns the property of requests by a principal, as the command line spells it: an account, an ARN, `anonymous`,
    /// `service:NAME`, `federated:PROVIDER`, `canonical:ID`, or `*` for everyone.
    ///
    /// ```
    /// use iamsat::check::Property;
    /// assert_eq!(Property::by("service:sns.amazonaws.com").principal.unwrap(), r#"{"Service":"sns.amazonaws.com"}"#);
    /// assert!(Property::by("anonymous").not_principal.is_some());
    /// ```
    pub fn by(principal: &str) -> Property {
        if principal == "anonymous" {
            // Callers that belong to no account and are neither a service nor federated.
            let others = json!({"AWS": "arn:aws:iam::*:root", "Federated": "*", "Service": "*"});
            return Property { not_principal: Some(others.to_string()), ..Property::default() };
        }
        let kinds = [("service:", "Service"), ("federated:", "Federated"), ("canonical:", "CanonicalUser")];
        let known = kinds.iter().find_map(|(prefix, kind)| Some((kind, principal.strip_prefix(prefix)?)));
        let element = match known {
            Some((kind, name)) => json!({*kind: name}),
            None if principal == "*" => json!("*"),
            None => json!({"AWS": principal}),
        };
        Property { principal: Some(element.to_string()), ..Property::default() }
    }

    /// Returns the properties as a document with one statement, named `property`.
    ///
    /// # Errors
    /// A part is not JSON, or not valid for its element, or no request can have it.
    ///
    /// ```
    /// use iamsat::check::Property;
    /// let action = |text: &str| Property { actions: vec![text.into()], ..Property::default() }.document();
    /// assert!(action("s3:GetObject").is_ok() && action("s3:GetObject, s3:PutObject").is_err());
    /// ```
    pub fn document(&self) -> Result<Document, PropertyError> {
        let any = ["*".to_owned()];
        let actions = if self.actions.is_empty() { &any[..] } else { &self.actions };
        let resources = (!self.resources.is_empty()).then_some(&self.resources);
        let mut members = vec![("Effect", list("Effect", &"Allow")?), ("Action", list("Action", &actions)?)];
        if let Some(resources) = resources {
            members.push(("Resource", list("Resource", resources)?));
        }
        let parts = [
            ("Principal", &self.principal),
            ("NotPrincipal", &self.not_principal),
            ("Condition", &self.condition),
        ];
        for (name, text) in parts {
            if let Some(text) = text {
                let json =
                    serde_json::from_str::<Box<RawValue>>(text).map_err(|error| not_json(name, &error))?;
                members.push((name, json));
            }
        }
        let members: Vec<String> =
            members.iter().map(|(name, value)| format!("  \"{name}\": {}", value.get())).collect();
        let text = format!("{{\"Version\": \"2012-10-17\", \"Statement\": {{\n{}\n}}}}", members.join(",\n"));
        let document =
            parse(&Source::new(NAME, text), &InputLimits::default()).map_err(PropertyError::Invalid)?;
        match document.statements.iter().find_map(impossible) {
            Some(message) => Err(PropertyError::Impossible(message)),
            None => Ok(document),
        }
    }
}

/// Returns what is wrong with a value of the statement that no request can have.
fn impossible(statement: &Statement) -> Option<String> {
    let mut actions = statement.action.values.iter().map(|action| &action.value);
    if let Some(action) = actions.find(|action| !action.is_name()) {
        let text = &action.text;
        return Some(format!("`{text}` cannot be an action, which is written service:name, such as s3:Get*"));
    }
    let mut principals =
        statement.principal.iter().flat_map(|element| &element.values).map(|value| &value.value);
    let is_nobody = |principal: &&Principal| {
        principal.meaning == PrincipalMeaning::Unrecognised
            || has_wrong_account(&principal.text, principal.kind == PrincipalKind::Aws)
    };
    let principal = principals.find(is_nobody)?;
    let text = &principal.text;
    Some(format!(
        "`{text}` cannot be a principal: name an account of twelve digits, an ARN, or the id of a user or role"
    ))
}

fn list<T: serde::Serialize>(name: &str, value: &T) -> Result<Box<RawValue>, PropertyError> {
    to_raw_value(value).map_err(|error| not_json(name, &error))
}

fn not_json(name: &str, error: &serde_json::Error) -> PropertyError {
    PropertyError::NotJson(format!("`{name}` of the property is not JSON: {error}"))
}
