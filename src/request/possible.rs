//! Requests that AWS lists: a plain reading of a catalogue, for one concrete request.

use crate::catalogue::{Action, Carried, Catalogue};
use crate::request::{Request, is_of_every_service, multiplicity};

/// The part of a request that AWS does not list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestPart {
    /// The action.
    Action,
    /// The resource.
    Resource,
    /// A condition key.
    Key,
    /// The number of values of a condition key.
    Values,
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
        self.unlisted_part(catalogue).map_or(Ok(()), |part| Err(self.misfit(part, catalogue)))
    }

    /// Confirms that the request is one of the world of the catalogue: the action is listed, the resource is of a type that the
    /// action can be about (or `*`, for an action that can be about nothing in particular), the action's service lists the keys
    /// that are present, and a key that is listed with one value has one.
    ///
    /// Which action of a service carries which of its keys is not asked: AWS's reference leaves keys out for single actions, such
    /// as `aws-marketplace:ProductId` for Subscribe. The rest is stricter than [`Request::is_listed`], which chooses examples.
    ///
    /// # Errors
    /// The first part of the request that is not listed.
    ///
    /// ```
    /// use iamsat::catalogue::Catalogue;
    /// use iamsat::request::{Request, RequestPart};
    /// let aws = Catalogue::embedded();
    /// let misfit = |request: Request| request.is_in_catalogue(aws).err().map(|misfit| misfit.part);
    /// assert_eq!(misfit(Request::new("iam:PassRole", "*")), Some(RequestPart::Resource));
    /// let list = Request::new("s3:ListBucket", "arn:aws:s3:::b");
    /// assert_eq!(misfit(list.clone().with("s3:prefix", ["a"])), None);
    /// assert_eq!(misfit(list.with("s3:prefix", ["a", "b"])), Some(RequestPart::Values));
    /// ```
    pub fn is_in_catalogue(&self, catalogue: &Catalogue) -> Result<(), Misfit> {
        self.is_in_catalogue_but_for(catalogue, &|_| false)
    }

    /// Does the same as [`Request::is_in_catalogue`]; the keys that `is_set` names may have several values all the same.
    ///
    /// # Errors
    /// The first part of the request that is not listed.
    pub(crate) fn is_in_catalogue_but_for(
        &self,
        catalogue: &Catalogue,
        is_set: &dyn Fn(&str) -> bool,
    ) -> Result<(), Misfit> {
        let Some(action) = catalogue.action(&self.action) else {
            return Err(self.misfit(RequestPart::Action, catalogue));
        };
        if !action.is_about(&self.resource) {
            return Err(self.misfit(RequestPart::Resource, catalogue));
        }
        let is_foreign = |key: &str| lacks(action, key) && !action.service().knows_key(key);
        if self.context().any(|(key, _)| is_foreign(key)) {
            return Err(self.misfit(RequestPart::Key, catalogue));
        }
        let is_single = |key: &str| multiplicity(key).is_none() && catalogue.is_single_key(key);
        match self.context().any(|(key, values)| values.len() > 1 && is_single(key) && !is_set(key)) {
            true => Err(self.misfit(RequestPart::Values, catalogue)),
            false => Ok(()),
        }
    }

    /// Describes the part that is not listed.
    fn misfit(&self, part: RequestPart, catalogue: &Catalogue) -> Misfit {
        let (action, resource) = (&self.action, &self.resource);
        let message = match part {
            RequestPart::Action => format!("AWS lists no action `{action}`"),
            RequestPart::Resource => format!("AWS lists no resource type of {action} like `{resource}`"),
            RequestPart::Key => {
                let never = |key: &&str| catalogue.action(action).is_some_and(|listed| lacks(listed, key));
                let keys: Vec<&str> = self.context().map(|(key, _)| key).filter(never).collect();
                format!("AWS lists {} for other actions than {action}", keys.join(" and "))
            }
            RequestPart::Values => {
                let several =
                    self.context().filter(|(key, values)| values.len() > 1 && catalogue.is_single_key(key));
                let keys: Vec<&str> = several.map(|(key, _)| key).collect();
                format!("AWS lists {} with one value", keys.join(" and "))
            }
        };
        Misfit { part, message }
    }

    /// Returns the first part that is not listed; `None` if AWS lists such requests.
    pub(crate) fn unlisted_part(&self, catalogue: &Catalogue) -> Option<RequestPart> {
        let Some(action) = catalogue.action(&self.action) else { return Some(RequestPart::Action) };
        if self.resource != "*" && !action.is_about(&self.resource) {
            return Some(RequestPart::Resource);
        }
        self.context().any(|(key, _)| lacks(action, key)).then_some(RequestPart::Key)
    }
}

/// True if requests for the action never carry the key.
fn lacks(action: Action<'_>, key: &str) -> bool {
    !is_of_every_service(key) && action.carries(key) == Carried::Never
}
