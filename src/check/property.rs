//! What a request is like, in IAM's own words.

use crate::limits::InputLimits;
use crate::policy::{Document, ParseError, parse};
use crate::span::Source;
use serde_json::value::{RawValue, to_raw_value};

/// Properties of a request: who, what, on what, in which context. What is left out does not matter.
///
/// They become one Allow statement, so that everything that can be said in a policy can be asked about. Source of the
/// language: IAM User Guide, "IAM JSON policy element reference".
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
/// assert!(refused("{").starts_with("`Condition` of the property is no JSON: "));
/// // JSON that is no condition has faults with their places.
/// assert!(refused(r#"{"Equals":{"a":"b"}}"#).starts_with("property:4:17: error[unknown-operator]: "));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Property {
    /// Action patterns, of which one has to match; any action if empty.
    pub actions: Vec<String>,
    /// Resource patterns, of which one has to match; any resource if empty.
    pub resources: Vec<String>,
    /// JSON of a `Principal` element, which has to match; anyone if absent.
    pub principal: Option<String>,
    /// JSON of a `NotPrincipal` element, which must not match.
    pub not_principal: Option<String>,
    /// JSON of a `Condition` element, which has to be met.
    pub condition: Option<String>,
}

/// Why properties are not a document.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum PropertyError {
    /// A part is not JSON: a sentence that says which.
    NotJson(String),
    /// A part is JSON but not what its element can be.
    Invalid(ParseError),
}

impl std::fmt::Display for PropertyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PropertyError::NotJson(message) => f.write_str(message),
            PropertyError::Invalid(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for PropertyError {}

/// The name of the document that a property becomes.
const NAME: &str = "property";

impl Property {
    /// The properties as a document with one statement, called `property`.
    ///
    /// # Errors
    /// A part is not JSON, or not what its element can be.
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
        parse(&Source::new(NAME, text), &InputLimits::default()).map_err(PropertyError::Invalid)
    }
}

fn list<T: serde::Serialize>(name: &str, value: &T) -> Result<Box<RawValue>, PropertyError> {
    to_raw_value(value).map_err(|error| not_json(name, &error))
}

fn not_json(name: &str, error: &serde_json::Error) -> PropertyError {
    PropertyError::NotJson(format!("`{name}` of the property is no JSON: {error}"))
}
