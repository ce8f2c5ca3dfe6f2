//! A request in command-line form, with conversions both ways.

use crate::request::{HiddenAttributes, Request, Requester, RequesterError};
use std::collections::BTreeMap;

/// The parts of a request as the flags of `iamsat simulate` spell them.
///
/// ```
/// use iamsat::request::{Request, RequestSpec};
/// let request = Request::new("s3:GetObject", "arn:aws:s3:::b/k").with("s3:prefix", ["a"]);
/// let spelled = RequestSpec::of(&request);
/// assert_eq!(spelled.request().unwrap(), request);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestSpec {
    /// The requester, in a form that [`Requester::parse`] reads; `None` if it does not matter.
    pub principal: Option<String>,
    /// The ARN of the user that a federated user's session belongs to; `None` for other principals, or if it may be any user.
    pub federated_by: Option<String>,
    /// `service:name`.
    pub action: String,
    /// An ARN or `*`.
    pub resource: String,
    /// Keys with one value each; a key with several values occurs several times.
    pub context: Vec<(String, String)>,
    /// Unique ids (`AROA...`) that stand for this principal.
    pub unique_ids: Vec<String>,
    /// Canonical user ids that stand for the principal's account.
    pub canonical_users: Vec<String>,
    /// True if the principal has a permissions boundary.
    pub boundary: bool,
    /// True if keys that follow from the principal stay absent unless they are given.
    pub bare_context: bool,
}

impl RequestSpec {
    /// Returns the spelling of a request.
    pub fn of(request: &Request) -> RequestSpec {
        RequestSpec {
            principal: request.requester.as_ref().map(Requester::spelling),
            federated_by: request.requester.as_ref().and_then(Requester::parent_arn),
            action: request.action.clone(),
            resource: request.resource.clone(),
            context: request
                .context()
                .flat_map(|(key, values)| values.iter().map(move |v| (key.to_owned(), v.clone())))
                .collect(),
            unique_ids: request.hidden.unique_ids.iter().cloned().collect(),
            canonical_users: request.hidden.canonical_users.iter().cloned().collect(),
            boundary: request.hidden.boundary,
            bare_context: false,
        }
    }

    /// Returns the request. Keys that follow from the principal and are not given are filled in.
    ///
    /// # Errors
    /// The principal has no known form, or the parent cannot be its parent.
    pub fn request(&self) -> Result<Request, RequesterError> {
        let mut request = Request::new(self.action.clone(), self.resource.clone());
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (key, value) in &self.context {
            values.entry(key.to_ascii_lowercase()).or_default().push(value.clone());
        }
        for (key, values) in values {
            request.set(&key, values);
        }
        request.hidden = HiddenAttributes { boundary: self.boundary, ..HiddenAttributes::default() };
        if let Some(text) = &self.principal {
            let (mut requester, facts) = Requester::parse(text)?;
            if let Some(parent) = &self.federated_by {
                requester = requester.with_parent(parent)?;
            }
            request.hidden.canonical_users = facts.canonical_users;
            if let Some([arn]) = request.values("aws:principalarn") {
                requester = requester.with_principal_arn(arn);
            }
            if !self.bare_context {
                for (key, value) in requester.derived_context() {
                    if let (Some(value), None) = (value, request.values(key)) {
                        request.set(key, vec![value.into_owned()]);
                    }
                }
            }
            request.requester = Some(requester);
        } else if self.federated_by.is_some() {
            return Err(RequesterError::MissingPrincipal);
        }
        request.hidden.unique_ids.extend(self.unique_ids.iter().cloned());
        request.hidden.canonical_users.extend(self.canonical_users.iter().cloned());
        Ok(request)
    }
}
