//! What is asked about documents: a [`Query`] and the [`Semantics`] under which it is read.

mod kind;
mod layers;
mod outside;
mod request_set;
mod semantics;

pub use kind::CheckKind;
pub use layers::{Layer, Query, Role};
pub use outside::Outside;
pub use request_set::{PrincipalForms, RequestSet};
pub use semantics::Semantics;
