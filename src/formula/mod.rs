//! What policies say, as one AND/NOT graph over interned atoms.
//!
//! [`compile`](compile()) turns a document into one formula for each statement; [`Formula`] holds the graph and everything
//! its atoms refer to.

mod assumptions;
mod atom;
mod axioms;
mod closing;
mod compile;
mod condition;
mod derive;
mod graph;
mod heuristics;
mod keys;
mod memory;
mod network;
mod outline;
mod outsider;
mod own_arn;
mod principal;
mod question;
mod reading;
mod recall;
mod requester;
mod scalar;
mod simplify;
mod slice;
mod symbolic;
mod template;
mod terms;
mod tied;
mod value;
mod vocabulary;

pub use assumptions::{Assumption, assumptions};
pub use atom::{
    Atom, AtomId, Axis, Bound, BoundId, Fact, FactId, NetworkId, Opaque, OpaqueId, PatternId, PatternKey,
    Relation, Site, SiteElement, Spelled, TemplateId, Test, Variable, VariableId,
};
pub use axioms::axioms;
pub use compile::{CompiledPolicy, action_pattern, compile, resource_pattern};
pub use derive::build;
pub use graph::{Graph, Lit, Node, NodeId};
pub use network::{Network, NetworkUnion};
pub use outsider::{address_beyond, no_address};
pub use question::{Asked, Check, Outside, Question, Setting};
pub use reading::{Reading, Role};
pub use requester::{Decoded, decode, domain, encode};
pub use scalar::Scalar;
pub use simplify::{Conjunction, weaken};
pub use symbolic::{Piece, Symbolic};
pub use tied::Tied;
pub use vocabulary::Formula;
