//! The requesters of a question over layers, and its scope.

use crate::check::Wanted;
use crate::policy::{Document, Effect, Layers, is_account_id};
use crate::query::Callers;
use crate::report::Failure;
use crate::request::RequesterKind;

/// Returns the question if some of these requesters can make a request that each document of the scope allows.
///
/// # Errors
/// The principal has no known form, or the scope asks about a resource of another account than the layers do: no request about it
/// would be looked at.
pub fn wanted<D>(
    principal: Option<&str>,
    scope: Vec<Document>,
    layers: &Layers<D>,
) -> Result<Wanted, Failure> {
    if let Some(owner) = layers.resource_account.as_deref() {
        let statements = scope.iter().flat_map(|document| &document.statements);
        let allows = statements.filter(|statement| statement.effect.value == Effect::Allow);
        let resources =
            allows.filter_map(|statement| statement.resource.as_ref()).filter(|element| !element.negated);
        for text in resources.flat_map(|element| &element.values).map(|value| &*value.value.text) {
            let account = text.split(':').nth(4).filter(|account| is_account_id(account));
            if let Some(account) = account.filter(|account| *account != owner) {
                return Err(Failure::validation(format!(
                    "`{text}` is a resource of {account}, and the layers are about resources of {owner}: ask about each account with its own layers"
                )));
            }
        }
    }
    Ok(Wanted { callers: callers(principal, layers)?, scope })
}

/// Returns the requesters whose layers these are: those that the principal stands for, or some user or session of a role.
///
/// # Errors
/// The principal has no known form, or it is a user and the layers have a session policy.
fn callers<D>(principal: Option<&str>, layers: &Layers<D>) -> Result<Callers, Failure> {
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
