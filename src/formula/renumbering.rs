//! The indexes that the values of a snapshot have in a formula, and the memory for putting one in.

use crate::formula::atom::{
    Atom, BoundId, NetworkId, OpaqueId, PatternId, TemplateId, Test, UnobservableId, VariableId,
};
use crate::formula::graph::{Lit, NodeId};
use crate::index::IndexVec;

/// The indexes that values have in a formula, by those that they have in the snapshot.
pub(super) type Renumbering<I> = IndexVec<I, I>;

/// The indexes that the parts of atoms have in a formula.
#[derive(Debug, Default)]
pub(super) struct Renumberings {
    pub(super) variables: Renumbering<VariableId>,
    pub(super) patterns: Renumbering<PatternId>,
    pub(super) bounds: Renumbering<BoundId>,
    pub(super) networks: Renumbering<NetworkId>,
    pub(super) templates: Renumbering<TemplateId>,
    pub(super) unobservables: Renumbering<UnobservableId>,
    pub(super) opaques: Renumbering<OpaqueId>,
}

impl Renumberings {
    pub(super) fn atom(&self, atom: Atom) -> Atom {
        match atom {
            Atom::Match(id, test) => Atom::Match(self.variables[id], self.test(test)),
            Atom::Present(id) => Atom::Present(self.variables[id]),
            Atom::Unobservable(id) => Atom::Unobservable(self.unobservables[id]),
            Atom::Opaque(id) => Atom::Opaque(self.opaques[id]),
        }
    }

    fn test(&self, test: Test) -> Test {
        match test {
            Test::Pattern(id) => Test::Pattern(self.patterns[id]),
            Test::Bound(id) => Test::Bound(self.bounds[id]),
            Test::Network(id) => Test::Network(self.networks[id]),
            Test::Template(id) => Test::Template(self.templates[id]),
        }
    }
}

/// The memory for putting in a snapshot, kept for the next one.
#[derive(Debug, Default)]
pub(super) struct PutIn {
    pub(super) renumberings: Renumberings,
    /// The literals that the nodes of the snapshot have in the formula.
    pub(super) literals: IndexVec<NodeId, Lit>,
    pub(super) parts: Vec<Lit>,
}

impl PutIn {
    /// The literal in the formula for one of the snapshot.
    pub(super) fn literal(&self, lit: Lit) -> Lit {
        self.literals[lit.node()].negate_if(lit.is_negated())
    }
}
