//! What is asked about documents: a [`Query`] and the [`Semantics`] under which it is read.

mod kind;
mod outside;
mod query;
mod semantics;

pub use kind::CheckKind;
pub use outside::Outside;
pub use query::{Layer, Query, Role};
pub use semantics::Semantics;
