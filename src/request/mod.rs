//! A concrete request: requester, action, resource and context. Also the table of global condition keys.

mod addresses;
mod agreement;
mod claims;
mod consistency;
mod heuristics;
mod keys;
mod likely;
mod outsider;
mod possible;
mod requester;
mod requesters;
mod shared_providers;
mod spec;
mod spelling;
mod usual;

pub use addresses::{AddressInterval, AddressSet};
pub(crate) use agreement::is_linked;
pub use claims::multiplicity;
pub use consistency::{FactSets, Inconsistency, Keys};
pub use heuristics::{HEURISTICS, Heuristic};
pub use keys::{KEY_TABLE_VERSION, KeyInfo, Multiplicity, Presence, ValueType, key_info};
pub(crate) use keys::{closest_global_key, info_of_lower, is_of_every_service};
pub use outsider::is_trust_key;
pub use possible::{Misfit, RequestPart};
pub use requester::{Requester, RequesterKind};
pub use requesters::Requesters;
pub use shared_providers::{SHARED_PROVIDERS, SharedProvider, TenantKey, TenantPlace};
pub use spec::RequestSpec;
pub use spelling::RequesterError;
pub use usual::Missing;

use std::collections::{BTreeMap, BTreeSet};

/// One request. It is complete for the policies it is evaluated against: a key without a value in the context is absent.
///
/// ```
/// use iamsat::request::Request;
/// let request = Request::new("s3:GetObject", "arn:aws:s3:::b/k").with("aws:SourceVpc", ["vpc-1"]);
/// assert_eq!(request.values("AWS:sourcevpc").unwrap(), ["vpc-1"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The requester; `None` if it does not matter: an identity policy applies to every principal that it is attached to.
    pub requester: Option<Requester>,
    /// `service:name`; case is ignored.
    pub action: String,
    /// An ARN of six or more fields, or `*`.
    pub resource: String,
    /// Values by lower-cased key. A list is never empty: absent and empty are the same.
    context: BTreeMap<String, Vec<String>>,
    /// Facts about the requester that only AWS knows.
    pub hidden: HiddenAttributes,
}

/// Facts about a requester that no policy text decides: which stored unique id or canonical user it is, and if it has a
/// permissions boundary.
///
/// ```
/// use iamsat::evaluate::{Decision, Options, decide};
/// use iamsat::request::{Request, Requester};
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let policy = policy(r#"{"Effect":"Allow","Principal":{"AWS":"AROAEXAMPLE"},"Action":"*","Resource":"*"}"#);
/// let (session, _) = Requester::parse("arn:aws:iam::111122223333:role/Deploy").unwrap();
/// let mut request = Request::new("s3:GetObject", "arn:aws:s3:::b/k").by(session);
/// let options = Options::for_documents(&[&policy]);
/// assert_eq!(decide(&[&policy], &request, &options), Decision::ImplicitlyDenied);
/// // The stored id is that of this role:
/// request.hidden.unique_ids.insert("AROAEXAMPLE".into());
/// assert_eq!(decide(&[&policy], &request, &options), Decision::Allowed);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HiddenAttributes {
    /// The unique-id principals (`AROA...`) in policies that stand for this requester.
    pub unique_ids: BTreeSet<String>,
    /// The canonical user ids that stand for the requester's account.
    pub canonical_users: BTreeSet<String>,
    /// True if the requester has a permissions boundary.
    pub boundary: bool,
}

impl Request {
    /// Returns a request with an empty context and no requester.
    pub fn new(action: impl Into<String>, resource: impl Into<String>) -> Request {
        Request {
            requester: None,
            action: action.into(),
            resource: resource.into(),
            context: BTreeMap::new(),
            hidden: HiddenAttributes::default(),
        }
    }

    /// Sets the values of a key; an empty list removes the key.
    #[must_use]
    pub fn with<T: Into<String>>(mut self, key: &str, values: impl IntoIterator<Item = T>) -> Request {
        self.set(key, values.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the requester.
    #[must_use]
    pub fn by(mut self, requester: Requester) -> Request {
        self.requester = Some(requester);
        self
    }

    /// Sets the values of a key; an empty list removes the key.
    pub fn set(&mut self, key: &str, values: Vec<String>) {
        let key = key.to_ascii_lowercase();
        if values.is_empty() {
            self.context.remove(&key);
        } else {
            self.context.insert(key, values);
        }
    }

    /// Returns the values of a key; `None` if it is absent. The case of the name is ignored.
    pub fn values(&self, key: &str) -> Option<&[String]> {
        // Almost all names are in lower case. Without an early exit, many bytes are compared together.
        let is_lower = !key.bytes().fold(false, |upper, b| upper | b.is_ascii_uppercase());
        match is_lower {
            true => self.values_of_lower(key),
            false => self.values_of_lower(&key.to_ascii_lowercase()),
        }
    }

    /// Does the same as [`Request::values`] for a name in lower case.
    pub(crate) fn values_of_lower(&self, key: &str) -> Option<&[String]> {
        debug_assert!(!key.bytes().any(|b| b.is_ascii_uppercase()), "{key}");
        self.context.get(key).map(Vec::as_slice)
    }

    /// Returns all keys (lower case) with their values, in order.
    pub fn context(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.context.iter().map(|(k, v)| (k.as_str(), v.as_slice()))
    }

    /// Returns the number of bytes of its action, resource and context together.
    ///
    /// ```
    /// use iamsat::request::Request;
    /// assert_eq!(Request::new("s3:GetObject", "*").length(), 13);
    /// ```
    pub fn length(&self) -> usize {
        let of_key =
            |(key, values): (&str, &[String])| key.len() + values.iter().map(String::len).sum::<usize>();
        self.action.len() + self.resource.len() + self.context().map(of_key).sum::<usize>()
    }
}
