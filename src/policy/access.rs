//! The lists of check-access-not-granted.

use crate::policy::{ActionPattern, ResourcePattern, Template};

/// One entry of `access`: actions and resources that must occur together in one request. An empty list matches anything.
///
/// ```
/// use iamsat::check::Access;
/// let anything_on_it = Access::new([] as [&str; 0], ["arn:aws:s3:::b/*"]).unwrap();
/// assert!(anything_on_it.actions.is_empty());
/// assert!(Access::new(["GetObject"], ["*"]).is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Action patterns.
    pub actions: Vec<ActionPattern>,
    /// Resource patterns.
    pub resources: Vec<ResourcePattern>,
}

/// The reason why the lists are not a valid access entry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AccessError {
    /// Both lists are empty.
    Empty,
    /// Not an action.
    InvalidAction(String),
    /// Neither `*` nor an ARN; AWS's message is `Invalid ARN`.
    InvalidArn(String),
}

impl std::fmt::Display for AccessError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            AccessError::Empty => f.write_str("the access entry lists neither actions nor resources"),
            AccessError::InvalidAction(text) => {
                write!(f, "`{text}` cannot be an action, which is written service:name, such as s3:Get*")
            }
            AccessError::InvalidArn(text) => write!(f, "Invalid ARN: `{text}`"),
        }
    }
}

impl std::error::Error for AccessError {}

impl Access {
    /// Makes an entry of the two lists.
    ///
    /// # Errors
    /// Both lists are empty, an action is invalid, or a resource is neither `*` nor an ARN of six fields.
    ///
    /// ```
    /// use iamsat::check::{Access, AccessError};
    /// assert!(Access::new(["s3:PutObject"], ["*"]).is_ok());
    /// // One text with two names is the name of nothing.
    /// assert!(Access::new(["s3:GetObject, s3:PutObject"], ["*"]).is_err());
    /// assert_eq!(Access::new([] as [&str; 0], ["example"]), Err(AccessError::InvalidArn("example".into())));
    /// ```
    pub fn new<A: AsRef<str>, R: AsRef<str>>(
        actions: impl IntoIterator<Item = A>,
        resources: impl IntoIterator<Item = R>,
    ) -> Result<Access, AccessError> {
        let actions = actions
            .into_iter()
            .map(|a| {
                ActionPattern::new(a.as_ref())
                    .filter(ActionPattern::is_name)
                    .ok_or_else(|| AccessError::InvalidAction(a.as_ref().to_owned()))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let resources = resources.into_iter().map(|r| resource(r.as_ref())).collect::<Result<Vec<_>, _>>()?;
        if actions.is_empty() && resources.is_empty() {
            return Err(AccessError::Empty);
        }
        Ok(Access { actions, resources })
    }
}

fn resource(text: &str) -> Result<ResourcePattern, AccessError> {
    let invalid = || AccessError::InvalidArn(text.to_owned());
    let template = Template::parse(text, false).map_err(|_| invalid())?;
    let fields = text.split(':').count();
    if template.is_many() || (text.starts_with("arn:") && fields >= 6) {
        Ok(ResourcePattern::new(text, template))
    } else {
        Err(invalid())
    }
}
