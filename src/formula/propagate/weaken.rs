//! Formulas without opaque predicates that imply the original.

use crate::formula::atom::AtomId;
use crate::formula::graph::{Graph, Lit, Node};
use rustc_hash::FxHashMap;

/// Replaces every opaque occurrence by the constant that makes the literal harder to satisfy. An assignment that satisfies the
/// result satisfies the original under every meaning of the opaque predicates.
pub fn weaken(graph: &mut Graph, lit: Lit, is_opaque: &dyn Fn(AtomId) -> bool) -> Lit {
    Weakening { graph, is_opaque, memo: FxHashMap::default() }.weaken(lit)
}

struct Weakening<'w> {
    graph: &'w mut Graph,
    is_opaque: &'w dyn Fn(AtomId) -> bool,
    memo: FxHashMap<Lit, Lit>,
}

impl Weakening<'_> {
    fn weaken(&mut self, lit: Lit) -> Lit {
        if let Some(known) = self.memo.get(&lit) {
            return *known;
        }
        let children: Vec<Lit> = match self.graph.node(lit.node()) {
            Node::True => return lit,
            Node::Atom(atom) => return if (self.is_opaque)(atom) { Lit::FALSE } else { lit },
            Node::And(children) => children.to_vec(),
        };
        let parts: Vec<Lit> =
            children.into_iter().map(|child| self.weaken(child.negate_if(lit.is_negated()))).collect();
        let result = if lit.is_negated() { self.graph.or(parts) } else { self.graph.and(parts) };
        self.memo.insert(lit, result);
        result
    }
}
