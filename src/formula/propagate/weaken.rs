//! Formulas without opaque predicates that imply the original.

use crate::formula::atom::Atom;
use crate::formula::formula::Formula;
use crate::formula::graph::{Lit, Node};
use rustc_hash::FxHashMap;

/// Replaces every opaque occurrence by the constant that makes the literal harder to satisfy. An assignment that satisfies the
/// result satisfies the original under every meaning of the opaque predicates.
///
/// Goals of one formula share most of their parts, so results are kept.
#[derive(Debug, Default)]
pub struct Weakening {
    memo: FxHashMap<Lit, Lit>,
}

impl Weakening {
    /// The literal without opaque predicates. All calls have to be about the same formula.
    pub fn weaken(&mut self, formula: &mut Formula<'_>, lit: Lit) -> Lit {
        let mut parts: Vec<Lit> = match formula.graph.node(lit.node()) {
            Node::True => return lit,
            Node::Atom(atom) => {
                let is_opaque = matches!(formula.atom_of(atom), Atom::Opaque(_));
                return if is_opaque { Lit::FALSE } else { lit };
            }
            Node::And(children) => match self.memo.get(&lit) {
                Some(known) => return *known,
                None => children.iter().map(|child| child.negate_if(lit.is_negated())).collect(),
            },
        };
        let mut is_changed = false;
        for part in &mut parts {
            let weaker = self.weaken(formula, *part);
            is_changed |= weaker != *part;
            *part = weaker;
        }
        let result = match (is_changed, lit.is_negated()) {
            (false, _) => lit,
            (true, true) => formula.graph.or(parts),
            (true, false) => formula.graph.and(parts),
        };
        self.memo.insert(lit, result);
        result
    }
}
