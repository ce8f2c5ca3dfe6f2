//! Requests that AWS lists: a plain reading of a catalogue, for one concrete request.

use crate::catalogue::{Carried, Catalogue};
use crate::request::Request;

/// The part of a request that AWS does not list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestPart {
    /// The action.
    Action,
    /// The resource.
    Resource,
    /// A condition key.
    Key,
}

/// The reason why a request is not one that AWS lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The first part that is not listed.
    pub part: RequestPart,
    /// One sentence, lower case, no full stop.
    pub message: String,
}

impl Request {
    /// Confirms that AWS lists such requests: the action is listed, the resource is of a type that the action can be about (or
    /// `*`, which stands for a resource of any type), and the action carries the keys that are present. A key about which nothing
    /// is listed may be in every request, and no key has to be present.
    ///
    /// # Errors
    /// The first part of the request that is not listed.
    ///
    /// ```
    /// use iamsat::catalogue::Catalogue;
    /// use iamsat::request::{Request, RequestPart};
    /// let aws = Catalogue::embedded();
    /// let get = |resource| Request::new("s3:GetObject", resource);
    /// assert!(get("arn:aws:s3:::b/k").is_listed(aws).is_ok());
    /// let misfit = |request: Request| request.is_listed(aws).unwrap_err().part;
    /// assert_eq!(misfit(Request::new("s3:Geta", "*")), RequestPart::Action);
    /// assert_eq!(misfit(get("arn:aws:s3:::b")), RequestPart::Resource);
    /// assert_eq!(misfit(get("arn:aws:s3:::b/k").with("s3:prefix", ["a"])), RequestPart::Key);
    /// ```
    pub fn is_listed(&self, catalogue: &Catalogue) -> Result<(), Misfit> {
        let Some(part) = self.unlisted_part(catalogue) else { return Ok(()) };
        let (action, resource) = (&self.action, &self.resource);
        let message = match part {
            RequestPart::Action => format!("AWS lists no action `{action}`"),
            RequestPart::Resource => format!("AWS lists no resource type of {action} like `{resource}`"),
            RequestPart::Key => {
                let never = |key: &&str| {
                    catalogue.action(action).is_some_and(|listed| listed.carries(key) == Carried::Never)
                };
                let keys: Vec<&str> = self.context().map(|(key, _)| key).filter(never).collect();
                format!("AWS lists {} for other actions than {action}", keys.join(" and "))
            }
        };
        Err(Misfit { part, message })
    }

    /// Returns the first part that is not listed; `None` if AWS lists such requests.
    pub(crate) fn unlisted_part(&self, catalogue: &Catalogue) -> Option<RequestPart> {
        let Some(action) = catalogue.action(&self.action) else { return Some(RequestPart::Action) };
        if self.resource != "*" && !action.is_about(&self.resource) {
            return Some(RequestPart::Resource);
        }
        self.context().any(|(key, _)| action.carries(key) == Carried::Never).then_some(RequestPart::Key)
    }
}
