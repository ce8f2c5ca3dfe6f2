//! Propagation at the root: what must be true or false anyway is put in everywhere else.
//!
//! This is where what two policies have in common disappears: a statement of the new policy that the old one has too must
//! both apply and not apply, and goes out of the OR it stands in before anything else is looked at.

use super::graph::{Graph, Lit, Node, NodeId};

/// A conjunction under propagation: literals that are decided, and disjunctions of at least two parts that are not.
#[derive(Clone, Debug, Default)]
pub struct Conjunction {
    values: Vec<Value>,
    touched: Vec<NodeId>,
    memo: Vec<(u32, Lit)>,
    round: u32,
    /// Decided atoms, in the order in which they were decided.
    units: Vec<Lit>,
    /// Negated AND nodes, simplified.
    disjunctions: Vec<Lit>,
    contradiction: bool,
    /// Whether atoms were excluded since the last propagation.
    excluded: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Value {
    #[default]
    Open,
    True,
    False,
}

impl Conjunction {
    /// Forgets everything, keeping the memory.
    pub fn clear(&mut self) {
        for node in self.touched.drain(..) {
            if let Some(slot) = self.values.get_mut(node.index()) {
                *slot = Value::Open;
            }
        }
        self.units.clear();
        self.disjunctions.clear();
        self.contradiction = false;
        self.excluded = false;
    }

    /// Whether no assignment satisfies it.
    pub fn is_contradiction(&self) -> bool {
        self.contradiction
    }

    /// The decided atoms.
    pub fn units(&self) -> &[Lit] {
        &self.units
    }

    /// The disjunctions that are left.
    pub fn disjunctions(&self) -> &[Lit] {
        &self.disjunctions
    }

    /// What is known of a literal.
    pub fn value(&self, lit: Lit) -> Option<bool> {
        match self.values.get(lit.node().index()) {
            Some(Value::True) => Some(!lit.is_negated()),
            Some(Value::False) => Some(lit.is_negated()),
            _ => None,
        }
    }

    fn assign(&mut self, lit: Lit) {
        let index = lit.node().index();
        if self.values.len() <= index {
            self.values.resize(index.saturating_add(1).saturating_mul(2), Value::Open);
        }
        if let Some(slot) = self.values.get_mut(index) {
            *slot = if lit.is_negated() { Value::False } else { Value::True };
            self.touched.push(lit.node());
        }
    }

    /// Takes an open atom for false from here on, without making that a conjunct: the conjuncts imply it. It takes effect
    /// with the next [`Conjunction::add`].
    pub fn exclude(&mut self, atom: Lit) {
        if self.value(atom).is_none() {
            self.assign(!atom);
            self.excluded = true;
        }
    }

    /// Adds conjuncts and propagates until nothing changes.
    pub fn add(&mut self, graph: &mut Graph, literals: impl IntoIterator<Item = Lit>) {
        let mut queue: Vec<Lit> = literals.into_iter().collect();
        queue.reverse();
        let mut excluded = std::mem::take(&mut self.excluded);
        loop {
            self.round = self.round.wrapping_add(1);
            let mut changed = std::mem::take(&mut excluded);
            while let Some(lit) = queue.pop() {
                changed |= self.take(graph, lit, &mut queue);
                if self.contradiction {
                    return;
                }
            }
            if !changed {
                return;
            }
            // Something was decided: look at the disjunctions again.
            self.round = self.round.wrapping_add(1);
            let old = std::mem::take(&mut self.disjunctions);
            for lit in old {
                let now = self.inside(graph, lit);
                if now == lit {
                    self.disjunctions.push(lit);
                } else {
                    queue.push(now);
                }
            }
            if queue.is_empty() {
                return;
            }
            queue.reverse();
        }
    }

    /// Takes one conjunct; whether it decides more than a disjunction.
    fn take(&mut self, graph: &mut Graph, lit: Lit, queue: &mut Vec<Lit>) -> bool {
        let lit = self.simplify(graph, lit);
        if lit == Lit::TRUE {
            return false;
        }
        if lit == Lit::FALSE {
            self.contradiction = true;
            return false;
        }
        self.assign(lit);
        match (graph.node(lit.node()), lit.is_negated()) {
            (Node::And(children), false) => queue.extend(children.iter().rev()),
            (Node::And(_), true) => {
                // Others may hold it as a part; those that come later see that it is decided, and that is enough.
                self.disjunctions.push(lit);
                return false;
            }
            _ => self.units.push(lit),
        }
        // Decided atoms change what was memoised in this round.
        self.round = self.round.wrapping_add(1);
        true
    }

    /// The literal with everything decided put in.
    pub fn simplify(&mut self, graph: &mut Graph, lit: Lit) -> Lit {
        match self.value(lit) {
            Some(true) => Lit::TRUE,
            Some(false) => Lit::FALSE,
            None => self.inside(graph, lit),
        }
    }

    /// As [`Conjunction::simplify`], without asking for the literal itself.
    fn inside(&mut self, graph: &mut Graph, lit: Lit) -> Lit {
        let node = lit.node();
        let Node::And(children) = graph.node(node) else { return lit };
        if let Some((round, known)) = self.memo.get(node.index())
            && *round == self.round
        {
            return known.negate_if(lit.is_negated());
        }
        let count = children.len();
        let mut kept: Vec<Lit> = Vec::new();
        let mut changed = false;
        let mut result = None;
        for i in 0..count {
            let Some(child) = graph.child(node, i) else { break };
            let now = self.simplify(graph, child);
            if now == Lit::FALSE {
                result = Some(Lit::FALSE);
                break;
            }
            if now != child && !changed {
                changed = true;
                kept = (0..i).filter_map(|j| graph.child(node, j)).collect();
            }
            if changed && now != Lit::TRUE {
                kept.push(now);
            }
        }
        let result = result.unwrap_or_else(|| if changed { graph.and(kept) } else { node.lit() });
        let index = node.index();
        if self.memo.len() <= index {
            self.memo.resize(index.saturating_add(1).saturating_mul(2), (0, Lit::TRUE));
        }
        if let Some(slot) = self.memo.get_mut(index) {
            *slot = (self.round, result);
        }
        result.negate_if(lit.is_negated())
    }
}

/// The literal with every opaque occurrence replaced by the constant that makes it harder to satisfy: whatever satisfies
/// the result satisfies the original under every reading of the opaque predicates.
pub fn weaken(graph: &mut Graph, lit: Lit, is_opaque: &dyn Fn(super::AtomId) -> bool) -> Lit {
    let mut memo = rustc_hash::FxHashMap::default();
    weaken_in(graph, lit, is_opaque, &mut memo)
}

fn weaken_in(
    graph: &mut Graph,
    lit: Lit,
    is_opaque: &dyn Fn(super::AtomId) -> bool,
    memo: &mut rustc_hash::FxHashMap<Lit, Lit>,
) -> Lit {
    if let Some(known) = memo.get(&lit) {
        return *known;
    }
    let children: Vec<Lit> = match graph.node(lit.node()) {
        Node::True => return lit,
        Node::Atom(atom) => return if is_opaque(atom) { Lit::FALSE } else { lit },
        Node::And(children) => children.to_vec(),
    };
    let parts: Vec<Lit> = children
        .iter()
        .map(|child| weaken_in(graph, child.negate_if(lit.is_negated()), is_opaque, memo))
        .collect();
    let result = if lit.is_negated() { graph.or(parts) } else { graph.and(parts) };
    memo.insert(lit, result);
    result
}
