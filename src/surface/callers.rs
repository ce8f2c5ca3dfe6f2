//! The requesters of a question over layers.

use crate::policy::Layers;
use crate::query::Callers;
use crate::report::Failure;
use crate::request::RequesterKind;

/// Returns the requesters whose layers these are: those that the principal stands for, or some user or session of a role.
///
/// # Errors
/// The principal has no known form, or it is a user and the layers have a session policy.
pub fn callers<D>(principal: Option<&str>, layers: &Layers<D>) -> Result<Callers, Failure> {
    let callers = match principal {
        Some(principal) => Callers::parse(principal).map_err(Failure::validation)?,
        None => Callers::anyone(),
    };
    if !layers.session.is_empty() {
        if callers.kinds() == [RequesterKind::User] {
            return Err(Failure::validation(
                "a session policy limits a session, and the requester is a user: name a session of a role or a federated user",
            ));
        }
        return Ok(callers.without_users());
    }
    Ok(callers)
}
