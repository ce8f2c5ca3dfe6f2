//! What policies say, as one AND/NOT graph over interned atoms.
//!
//! [`compile`](compile()) turns a document into one formula for each statement; [`Formula`] holds the graph and everything
//! its atoms refer to.

mod atom;
mod axioms;
mod compile;
mod condition;
mod derive;
mod graph;
mod keys;
mod principal;
mod reading;
mod requester;
mod simplify;
mod value;
mod vocabulary;

pub use atom::{
    Atom, AtomId, Fact, FactId, Opaque, OpaqueId, PatternId, PatternKey, Site, SiteElement, Variable,
    VariableId,
};
pub use axioms::axioms;
pub use compile::{CompiledPolicy, action_pattern, compile, resource_pattern};
pub use derive::build;
pub use graph::{Graph, Lit, Node, NodeId};
pub use keys::Tied;
pub use reading::{Reading, Role};
pub use requester::{Decoded, decode, domain, encode};
pub use simplify::{Conjunction, weaken};
pub use vocabulary::Formula;
