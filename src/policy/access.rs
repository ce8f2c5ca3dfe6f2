//! The lists of check-access-not-granted.

use crate::policy::{ActionPattern, ResourcePattern, Template};

/// One entry of `access`: actions and resources that must meet in one request. An empty list means any.
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

/// Why the lists are no access entry.
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
            AccessError::InvalidAction(text) => write!(f, "`{text}` is not an action"),
            AccessError::InvalidArn(text) => write!(f, "Invalid ARN: `{text}`"),
        }
    }
}

impl std::error::Error for AccessError {}

impl Access {
    /// Reads the two lists.
    ///
    /// # Errors
    /// Both lists empty, an entry that is no action, or a resource that is neither `*` nor an ARN of six fields.
    ///
    /// ```
    /// use iamsat::check::{Access, AccessError};
    /// assert!(Access::new(["s3:PutObject"], ["*"]).is_ok());
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
