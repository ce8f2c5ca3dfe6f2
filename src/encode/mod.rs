//! Compiles a query to a formula.
//!
//! [`Encoding::new`] compiles the documents of a [`Query`](crate::query::Query), the further demands of the query, and the facts
//! that hold for every request.

mod assumptions;
mod condition;
mod context;
mod encoding;
mod facts;
mod fresh_value;
mod heuristics;
mod ignore_case;
mod likely;
mod linked;
mod mentioned_ids;
mod opaque;
mod operand;
mod outsider;
mod policy_variable;
mod prepared;
mod presence;
mod principal;
mod principal_arn;
mod slice;
mod sorted;
mod statement;
mod trees;
#[cfg(test)]
mod truth;
mod unknown_key;
mod world;

pub use assumptions::{Assumption, assumptions};
pub use context::Context;
pub use encoding::Encoding;
pub use facts::facts;
pub use likely::{needs_permission, no_root, on_arn, usual_requester};
pub use outsider::{address_beyond, no_address};
pub use prepared::{DocumentRef, PreparedDocument};
pub(crate) use presence::is_text;
pub(crate) use slice::keeps_denials;
pub use statement::{CompiledPolicy, action_pattern, compile, resource_pattern};
pub(crate) use unknown_key::UnknownKey;
pub(crate) use world::world_work;
