//! What can be said of a request, as one AND/NOT graph over interned atoms.
//!
//! [`Formula`] holds the graph and everything its atoms refer to. It knows requests, not statements; `encode` turns
//! queries into formulas.

mod atom;
mod date;
mod decimal;
#[expect(clippy::module_inception, reason = "the type that gives the room its name")]
mod formula;
mod graph;
mod interner;
mod lookup;
mod network;
mod pattern_key;
mod propagate;
mod renumbering;
pub(crate) mod requester;
mod snapshot;
mod variable_pattern;

pub use atom::{
    Atom, AtomId, Axis, Bound, BoundId, NetworkId, Opaque, OpaqueId, PatternId, Relation, Site, SiteElement,
    TemplateId, Test, Unobservable, UnobservableId, Variable, VariableId,
};
pub use decimal::Scalar;
pub use formula::Formula;
pub use graph::{Graph, Lit, Node, NodeId};
pub use network::{Network, NetworkUnion};
pub use pattern_key::{LiteralPrefix, PatternKey};
pub use propagate::{Conjunction, Weakening};
pub use requester::{Decoded, RequesterKey, build, decode, domain, encode};
pub(crate) use snapshot::Snapshot;
pub use variable_pattern::{Piece, VariablePattern};
