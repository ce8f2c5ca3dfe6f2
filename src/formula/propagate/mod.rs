//! Propagation at the root: what must be true or false anyway is put in everywhere else.
//!
//! This is where what two policies have in common disappears: a statement of the new policy that the old one has too must
//! both apply and not apply, and goes out of the OR it stands in before anything else is looked at.

mod bulk;

use crate::formula::graph::{Graph, Lit, Node, NodeId};
use crate::formula::propagate::bulk::Closing;
use crate::index::Id;

/// A conjunction under propagation: literals that are decided, and disjunctions of at least two parts that are not.
#[derive(Clone, Debug, Default)]
pub struct Conjunction {
    values: Vec<Value>,
    /// What was assigned, with what it was before.
    touched: Vec<(NodeId, Value)>,
    memo: Vec<(u32, Lit)>,
    round: u32,
    /// Decided atoms, in the order in which they were decided.
    units: Vec<Lit>,
    /// Negated AND nodes, simplified.
    disjunctions: Vec<Lit>,
    contradiction: bool,
    /// Whether the closable atoms are false.
    closed: bool,
    closing: Closing,
    /// The bits of what was decided since the last propagation; see [`Graph::support`].
    fresh: u128,
    /// The parts of the nodes that are being simplified.
    stack: Vec<Lit>,
    /// What is to be taken, the last first.
    queue: Vec<Lit>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Value {
    #[default]
    Open,
    True,
    False,
    /// Open until [`Conjunction::close`], false from then on.
    Assumable,
    /// Says that closable atoms are false: open until then, true from then on unless one of them is spared.
    NorNode,
    /// Has a closable atom or the opposite of a holder as a part: open until then, false from then on as long as that is.
    Dependent,
}

impl Conjunction {
    /// Forgets everything but which atoms are closable, keeping the memory.
    pub fn clear(&mut self) {
        for (node, before) in self.touched.drain(..).rev() {
            if let Some(slot) = self.values.get_mut(node.place()) {
                *slot = before;
            }
        }
        self.units.clear();
        self.disjunctions.clear();
        self.contradiction = false;
        self.closed = false;
        self.fresh = 0;
    }

    /// Makes atoms closable, before anything is decided.
    pub fn closable(&mut self, atoms: impl IntoIterator<Item = Lit>) {
        for atom in atoms {
            self.set(atom.node(), Value::Assumable);
        }
    }

    /// Prepares to decide at once, in [`Conjunction::close`], the nodes that say nothing but that closable atoms are false, such
    /// as that no action of a statement is meant, and the ANDs that are false then, such as the statement. That takes a look at
    /// all nodes, which pays if there are several goals.
    pub fn close_holders(&mut self, graph: &Graph) {
        self.values.resize(self.values.len().max(graph.len()), Value::Open);
        self.closing = Closing::of(graph, &mut self.values);
    }

    /// Whether the closable atoms are false.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Excludes all closable atoms that are open, apart from `spared`, at once: see [`Conjunction::exclude`].
    pub fn close(&mut self, spared: impl IntoIterator<Item = Lit>) {
        for atom in spared {
            if self.value(atom).is_none() {
                self.assign(atom.node(), Value::Open);
            }
        }
        self.closed = true;
        self.fresh = u128::MAX;
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
        match self.values.get(lit.node().place()) {
            Some(Value::True) => Some(!lit.is_negated()),
            Some(Value::False) => Some(lit.is_negated()),
            Some(Value::Assumable) if self.closed => Some(lit.is_negated()),
            Some(Value::NorNode) if self.closed => Some(!lit.is_negated()),
            Some(Value::Dependent) if self.closed => {
                let needed = self.closing.needed_by(lit.node());
                let needed = needed.and_then(|node| self.values.get(node.place()));
                matches!(needed, Some(Value::Assumable | Value::NorNode)).then_some(lit.is_negated())
            }
            _ => None,
        }
    }

    fn set(&mut self, node: NodeId, value: Value) -> Value {
        let index = node.place();
        if self.values.len() <= index {
            self.values.resize(index.saturating_add(1).saturating_mul(2), Value::Open);
        }
        self.values.get_mut(index).map_or(Value::Open, |slot| std::mem::replace(slot, value))
    }

    fn assign(&mut self, node: NodeId, value: Value) {
        let before = self.set(node, value);
        self.touched.push((node, before));
        self.fresh |= Graph::bit(node);
        if before == Value::Assumable {
            self.open_holders(node);
        }
    }

    /// The nodes that say that this atom is false, among others, are not true because the others are.
    fn open_holders(&mut self, atom: NodeId) {
        for holder in self.closing.holders_of(atom) {
            let Some(value) = self.values.get_mut(holder.place()) else { continue };
            if *value == Value::NorNode {
                *value = Value::Open;
                self.touched.push((holder, Value::NorNode));
            }
        }
    }

    fn decide(&mut self, lit: Lit) {
        self.assign(lit.node(), if lit.is_negated() { Value::False } else { Value::True });
    }

    /// Takes an open atom for false from here on, without making that a conjunct: the conjuncts imply it. It takes effect
    /// with the next [`Conjunction::add`].
    pub fn exclude(&mut self, atom: Lit) {
        if self.value(atom).is_none() {
            self.decide(!atom);
        }
    }

    /// Adds conjuncts and propagates until nothing changes.
    pub fn add(&mut self, graph: &mut Graph, literals: impl IntoIterator<Item = Lit>) {
        let mut queue = std::mem::take(&mut self.queue);
        queue.clear();
        queue.extend(literals);
        queue.reverse();
        self.propagate(graph, &mut queue);
        self.queue = queue;
    }

    fn propagate(&mut self, graph: &mut Graph, queue: &mut Vec<Lit>) {
        loop {
            self.round = self.round.wrapping_add(1);
            while let Some(lit) = queue.pop() {
                self.take(graph, lit, queue);
                if self.contradiction {
                    return;
                }
            }
            let fresh = std::mem::take(&mut self.fresh);
            if fresh == 0 {
                return;
            }
            // Something was decided: look again at the disjunctions that may hold it.
            self.round = self.round.wrapping_add(1);
            let mut old = std::mem::take(&mut self.disjunctions);
            old.retain(|lit| {
                if graph.support(lit.node()) & fresh == 0 {
                    return true;
                }
                let now = self.inside(graph, *lit);
                if now != *lit {
                    queue.push(now);
                }
                now == *lit
            });
            self.disjunctions = old;
            if queue.is_empty() {
                return;
            }
            queue.reverse();
        }
    }

    /// Takes one conjunct.
    fn take(&mut self, graph: &mut Graph, lit: Lit, queue: &mut Vec<Lit>) {
        let is_and = |graph: &Graph, lit: Lit| !lit.is_negated() && graph.is_and(lit.node());
        // An AND is its parts, and each is simplified when its turn comes.
        let lit = if is_and(graph, lit) { lit } else { self.simplify(graph, lit) };
        match self.value(lit) {
            Some(true) => return,
            Some(false) => self.contradiction = true,
            None if lit == Lit::TRUE => return,
            None if lit == Lit::FALSE => self.contradiction = true,
            None => {}
        }
        if self.contradiction {
            return;
        }
        match (graph.node(lit.node()), lit.is_negated()) {
            (Node::And(children), false) => {
                let open =
                    if self.closed { self.closing.open_parts(lit.node(), &self.touched) } else { None };
                // Of a long AND most parts are decided: a part that is true is done with.
                for child in open.as_deref().unwrap_or(children).iter().rev() {
                    match self.value(*child) {
                        Some(true) => {}
                        Some(false) => {
                            self.contradiction = true;
                            return;
                        }
                        // That all of its parts are true is seen at once, and ends all.
                        None if child.is_negated() && self.is_met(graph, child.node()) => {
                            self.contradiction = true;
                            return;
                        }
                        None => queue.push(*child),
                    }
                }
                self.decide(lit);
            }
            (Node::And(_), true) => {
                // Others may hold it as a part; those that come later see that it is decided, and that is enough.
                let fresh = self.fresh;
                self.decide(lit);
                self.fresh = fresh;
                self.disjunctions.push(lit);
                return;
            }
            _ => {
                self.units.push(lit);
                self.decide(lit);
            }
        }
        // Decided atoms change what was memoised in this round.
        self.round = self.round.wrapping_add(1);
    }

    /// Whether the node is an AND whose parts are all decided to be true.
    fn is_met(&self, graph: &Graph, node: NodeId) -> bool {
        match graph.node(node) {
            Node::And(children) => children.iter().all(|child| self.value(*child) == Some(true)),
            _ => false,
        }
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
        if let Some((round, known)) = self.memo.get(node.place())
            && *round == self.round
        {
            return known.negate_if(lit.is_negated());
        }
        // Most have a part that is false, or atoms alone.
        let start = self.stack.len();
        let (mut refuted, mut nested) = (false, false);
        for child in children {
            match self.value(*child) {
                Some(false) => {
                    refuted = true;
                    break;
                }
                Some(true) => {}
                None => {
                    nested |= graph.is_and(child.node());
                    self.stack.push(*child);
                }
            }
        }
        let (open, all) = (self.stack.len().saturating_sub(start), children.len());
        let result = if refuted {
            Lit::FALSE
        } else if nested {
            self.inside_parts(graph, node)
        } else if open == all {
            node.lit()
        } else {
            graph.and_of_sorted(self.stack.get(start..).unwrap_or_default())
        };
        self.stack.truncate(start);
        let index = node.place();
        if self.memo.len() <= index {
            self.memo.resize(index.saturating_add(1).saturating_mul(2), (0, Lit::TRUE));
        }
        if let Some(slot) = self.memo.get_mut(index) {
            *slot = (self.round, result);
        }
        result.negate_if(lit.is_negated())
    }

    /// The AND of the simplified parts of a node.
    fn inside_parts(&mut self, graph: &mut Graph, node: NodeId) -> Lit {
        let start = self.stack.len();
        let (mut changed, mut refuted) = (false, false);
        let mut place = 0usize;
        while let Some(child) = graph.child(node, place) {
            place = place.saturating_add(1);
            let now = self.simplify(graph, child);
            changed |= now != child;
            if now == Lit::FALSE {
                refuted = true;
                break;
            }
            if now != Lit::TRUE {
                self.stack.push(now);
            }
        }
        let result = match (refuted, changed) {
            (true, _) => Lit::FALSE,
            (false, false) => node.lit(),
            (false, true) => graph.and(self.stack.get(start..).into_iter().flatten().copied()),
        };
        self.stack.truncate(start);
        result
    }
}

/// The literal with every opaque occurrence replaced by the constant that makes it harder to satisfy: whatever satisfies
/// the result satisfies the original under every reading of the opaque predicates.
pub fn weaken(graph: &mut Graph, lit: Lit, is_opaque: &dyn Fn(crate::formula::AtomId) -> bool) -> Lit {
    let mut memo = rustc_hash::FxHashMap::default();
    weaken_in(graph, lit, is_opaque, &mut memo)
}

fn weaken_in(
    graph: &mut Graph,
    lit: Lit,
    is_opaque: &dyn Fn(crate::formula::AtomId) -> bool,
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
