//! The query about documents: a [`Query`], and the [`Semantics`] under which it is read.

mod kind;
mod layers;
mod outside;
mod semantics;

pub use kind::CheckKind;
pub use layers::{Layer, Query, Role};
pub use outside::Outside;
pub use semantics::Semantics;
