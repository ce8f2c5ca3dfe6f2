//! A Terraform resource, and the data that its readers need.

use super::entry::{Change, Content, Entry};
use super::options::Options;
use super::places::{Place, PlaceValue, Values};
use super::raw::{Fault, Raw};
use crate::span::{Source, Span};

/// A managed resource as listed in a plan or a state.
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
    /// The values before the change; `None` in files without a previous state.
    pub(super) before: Option<Values<'t>>,
    pub(super) after: Values<'t>,
}

impl Resource<'_> {
    /// Returns the address in the configuration, without the module.
    pub(super) fn configured(&self) -> String {
        format!("{}.{}", self.kind, self.name)
    }
}

/// Provides the attributes that are not in the values of a resource.
pub(super) trait Unknowns<'t> {
    /// Returns the content of a place that is not known; `None` if AWS fills it in by itself.
    ///
    /// # Errors
    /// A member occurs twice.
    fn unknown(
        &self,
        resource: &Resource<'t>,
        place: &Place<'t>,
        name: &str,
    ) -> Result<Option<Content>, Fault>;

    /// True if the attribute is not configured and another resource of the file sets the policy of the same resource: then its
    /// value is a copy of that policy from the time when the file was made.
    ///
    /// # Errors
    /// A member occurs twice.
    fn is_copy(&self, resource: &Resource<'t>, attribute: &str) -> Result<bool, Fault>;

    /// Returns the content of an attribute that is in no table and whose value is not known, if policies flow into it.
    ///
    /// # Errors
    /// A member occurs twice.
    fn unrecognised(&self, resource: &Resource<'t>, attribute: &str) -> Result<Option<Content>, Fault>;

    /// Returns the name of an unknown value: the references of the attribute; `None` if the attribute is not configured.
    ///
    /// # Errors
    /// A member occurs twice.
    fn refers_to(&self, resource: &Resource<'t>, attribute: &str) -> Result<Option<String>, Fault>;

    /// True if the attribute, which had this value, is expected to name the same owner: it is not configured, or it refers to the
    /// resource that had the value.
    ///
    /// # Errors
    /// A member occurs twice.
    fn keeps_owner(&self, resource: &Resource<'t>, attribute: &str, value: &str) -> Result<bool, Fault>;

    /// Returns the address of the policy, group, user or role whose name or ARN an unknown value is, if the value refers to
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
    /// Returns a member's text after the change, or else before it.
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

/// Returns an entry at a place of a resource, without a policy yet.
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
