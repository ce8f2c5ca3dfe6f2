//! The query about documents: a [`Query`], and the [`Semantics`] under which it is read.

mod callers;
mod decision;
mod kind;
mod layers;
mod outside;
mod rules;
mod semantics;
mod tree;
mod world;

pub use callers::Callers;
pub(crate) use decision::BEFORE;
pub use decision::LayeredQuestion;
pub use kind::CheckKind;
pub use layers::{Before, Layer, Layered, Query, Role};
pub use outside::Outside;
pub(crate) use rules::{ALL_RULES, Rule};
pub use semantics::Semantics;
pub use tree::Tree;
pub use world::{Known, World};
