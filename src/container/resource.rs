//! A Terraform resource, and what its readers need.

use super::entry::{Change, Content, Entry};
use super::options::Options;
use super::places::{Place, PlaceValue, Values};
use super::raw::{Fault, Raw};
use crate::span::{Source, Span};

/// A managed resource, as a plan or a state lists it.
#[derive(Clone, Debug)]
pub(super) struct Resource<'t> {
    pub(super) raw: Raw<'t>,
    pub(super) address: String,
    pub(super) previous: Option<String>,
    /// Its module's address; empty for the root.
    pub(super) module: String,
    /// `aws_iam_role`
    pub(super) kind: String,
    pub(super) name: String,
    /// `["k"]`, `[0]` or nothing.
    pub(super) key: String,
    pub(super) change: Change,
    /// The values before; `None` in files that have no before.
    pub(super) before: Option<Values<'t>>,
    pub(super) after: Values<'t>,
}

impl Resource<'_> {
    /// The address in the configuration, without the module.
    pub(super) fn configured(&self) -> String {
        format!("{}.{}", self.kind, self.name)
    }
}

/// The attributes that are not in the values of a resource.
pub(super) trait Unknowns<'t> {
    /// The content of a place that is not known; `None` if AWS fills it in by itself.
    ///
    /// # Errors
    /// A member occurs twice.
    fn unknown(
        &self,
        resource: &Resource<'t>,
        place: &Place<'t>,
        name: &str,
    ) -> Result<Option<Content>, Fault>;

    /// True if nobody wrote the attribute, and another resource of the file has the policy of the same resource: then the
    /// value is a copy of that policy, as it was when the file was made.
    ///
    /// # Errors
    /// A member occurs twice.
    fn is_copy(&self, resource: &Resource<'t>, attribute: &str) -> Result<bool, Fault>;

    /// The content of an attribute that no table knows and whose value is not known, if policies flow into it.
    ///
    /// # Errors
    /// A member occurs twice.
    fn unrecognised(&self, resource: &Resource<'t>, attribute: &str) -> Result<Option<Content>, Fault>;

    /// The name of a value that is not known: what the attribute refers to; `None` if nobody wrote it.
    ///
    /// # Errors
    /// A member occurs twice.
    fn refers_to(&self, resource: &Resource<'t>, attribute: &str) -> Result<Option<String>, Fault>;

    /// True if the attribute, which had this value, will name the same owner for all that is known: nobody wrote it, or it refers
    /// to the resource that had the value.
    ///
    /// # Errors
    /// A member occurs twice.
    fn keeps_owner(&self, resource: &Resource<'t>, attribute: &str, value: &str) -> Result<bool, Fault>;

    /// The address of the policy, group, user or role whose name or ARN a value is that is not known, if it refers to
    /// nothing else.
    ///
    /// # Errors
    /// A member occurs twice.
    fn named(&self, resource: &Resource<'t>, attribute: &str) -> Result<Option<String>, Fault>;
}

/// The context that every reader of a resource needs.
pub(super) struct Reader<'t, 'o> {
    pub(super) source: &'o Source,
    pub(super) text: &'t str,
    pub(super) options: &'o Options,
}

impl<'t> Reader<'t, '_> {
    /// A member's text, after the change or else before it.
    pub(super) fn known(&self, resource: &Resource<'t>, name: &str) -> Result<Option<String>, Fault> {
        if name.is_empty() {
            return Ok(None);
        }
        for values in [Some(resource.after), resource.before].into_iter().flatten() {
            let Some(value) = values.value else { continue };
            if let Some(text) = value.member(self.text, name)?.and_then(Raw::string) {
                return Ok(Some(text.into_owned()));
            }
        }
        Ok(None)
    }
}

/// An entry at a place of a resource, with nothing said of the policy.
pub(super) fn entry(text: &str, resource: &Resource<'_>, place: &Place<'_>) -> Entry {
    let joined = |address: &str| match place.attribute.as_str() {
        "" => address.to_owned(),
        attribute => format!("{address}.{attribute}"),
    };
    let name = joined(&resource.address);
    let span: Span = match place.value {
        PlaceValue::Known(raw) => raw.span(text),
        PlaceValue::Unknown => resource.raw.span(text).first_character(text),
    };
    Entry {
        key: name.clone(),
        previous_name: resource.previous.as_deref().map(joined),
        name,
        address: resource.address.clone(),
        attribute: place.attribute.clone(),
        resource: resource.kind.clone(),
        kind: None,
        resource_type: None,
        subject: None,
        change: resource.change,
        sensitive: place.sensitive,
        condition: None,
        span,
        pointer: String::new(),
        content: Content::Absent,
        before: None,
    }
}
