//! A conjunction under propagation.

use crate::formula::graph::{Graph, Lit, Node, NodeId};
use crate::formula::propagate::assignment::Assignment;
use crate::formula::propagate::simplify::Simplifier;
use crate::limits::{Exhausted, Meter};

/// Parts of the formula that are looked at for one unit of work.
const LOOKS: usize = 8;

/// Looks after which they are paid for.
const UNPAID: usize = 1 << 14;

/// The number of literals for which memory is reserved at the start.
const USUAL_LITERALS: usize = 64;

/// A conjunction under propagation: the decided literals, and the disjunctions that still have at least two open parts.
#[derive(Clone, Debug, Default)]
pub struct Conjunction {
    assignment: Assignment,
    simplifier: Simplifier,
    /// Decided atoms, in the order in which they were decided.
    units: Vec<Lit>,
    /// Negated AND nodes, simplified.
    disjunctions: Vec<Lit>,
    contradiction: bool,
    /// The conjuncts that are not yet processed, the next one last.
    queue: Vec<Lit>,
    /// Looks at parts of the formula that are not paid for yet.
    unpaid: usize,
}

impl Conjunction {
    /// Forgets everything except which atoms are assumable, and keeps the memory.
    pub fn clear(&mut self) {
        self.assignment.clear();
        self.units.clear();
        self.disjunctions.clear();
        self.contradiction = false;
    }

    /// Reserves the memory that a graph of this many nodes usually needs.
    pub fn reserve(&mut self, nodes: usize) {
        self.assignment.reserve(nodes);
        for list in [&mut self.units, &mut self.disjunctions, &mut self.queue] {
            list.reserve(nodes.min(USUAL_LITERALS));
        }
    }

    /// Makes atoms assumable, before anything is decided: [`Conjunction::assume_all`] assumes them false.
    pub fn assumable(&mut self, atoms: impl IntoIterator<Item = Lit>) {
        for atom in atoms {
            self.assignment.make_assumable(atom.node());
        }
    }

    /// Prepares [`Conjunction::assume_all`] to decide in one step the nodes that follow from the assumptions: nodes that say only
    /// that assumable atoms are false (the negated action of a statement), and the ANDs that this makes false (the statement).
    /// Preparing visits all nodes, which pays if there are several goals.
    pub fn prepare_bulk(&mut self, graph: &Graph) {
        self.assignment.prepare_bulk(graph);
    }

    /// True if the assumable atoms are assumed to be false.
    pub fn has_assumed(&self) -> bool {
        self.assignment.has_assumed()
    }

    /// Assumes all open assumable atoms false in one step, except `kept`: see [`Conjunction::exclude`].
    pub fn assume_all(&mut self, kept: impl IntoIterator<Item = Lit>) {
        self.assignment.assume_all(kept);
    }

    /// True if no assignment satisfies the conjunction.
    pub fn is_contradiction(&self) -> bool {
        self.contradiction
    }

    /// Returns the decided atoms.
    pub fn units(&self) -> &[Lit] {
        &self.units
    }

    /// Returns the disjunctions that remain.
    pub fn disjunctions(&self) -> &[Lit] {
        &self.disjunctions
    }

    /// Returns the value of a literal, if it is known.
    pub fn value(&self, lit: Lit) -> Option<bool> {
        self.assignment.value(lit)
    }

    /// Makes an open atom false without adding a conjunct, because the conjuncts imply that it is false. It takes effect with the
    /// next [`Conjunction::add`].
    pub fn exclude(&mut self, atom: Lit) {
        if self.value(atom).is_none() {
            self.assignment.decide(!atom);
        }
    }

    /// Adds conjuncts and propagates until nothing changes.
    ///
    /// # Errors
    /// The meter, which pays, ran out.
    pub fn add(
        &mut self,
        graph: &mut Graph,
        literals: impl IntoIterator<Item = Lit>,
        meter: &mut Meter,
    ) -> Result<(), Exhausted> {
        let mut queue = std::mem::take(&mut self.queue);
        queue.clear();
        queue.extend(literals);
        queue.reverse();
        self.propagate(graph, &mut queue, meter)?;
        self.queue = queue;
        self.pay(meter)
    }

    fn propagate(
        &mut self,
        graph: &mut Graph,
        queue: &mut Vec<Lit>,
        meter: &mut Meter,
    ) -> Result<(), Exhausted> {
        loop {
            self.simplifier.next_round();
            while let Some(lit) = queue.pop() {
                self.take(graph, lit, queue);
                if self.contradiction {
                    return Ok(());
                }
                if self.unpaid >= UNPAID {
                    self.pay(meter)?;
                }
            }
            let fresh = self.assignment.take_fresh();
            if fresh == 0 {
                return Ok(());
            }
            self.simplifier.next_round();
            self.look_again(graph, fresh, queue);
            if queue.is_empty() {
                return Ok(());
            }
            queue.reverse();
        }
    }

    /// Pays for what was looked at.
    fn pay(&mut self, meter: &mut Meter) -> Result<(), Exhausted> {
        let looks = self.unpaid + self.simplifier.take_looks();
        self.unpaid = looks % LOOKS;
        meter.work(looks / LOOKS)
    }

    /// Simplifies the disjunctions that may hold a freshly assigned node, and queues those that change.
    fn look_again(&mut self, graph: &mut Graph, fresh: u128, queue: &mut Vec<Lit>) {
        self.unpaid += self.disjunctions.len();
        let Conjunction { assignment, simplifier, disjunctions, .. } = self;
        disjunctions.retain(|lit| {
            if graph.support(lit.node()) & fresh == 0 {
                return true;
            }
            let now = simplifier.inside(graph, assignment, *lit);
            if now != *lit {
                queue.push(now);
            }
            now == *lit
        });
    }

    /// Processes one conjunct.
    fn take(&mut self, graph: &mut Graph, lit: Lit, queue: &mut Vec<Lit>) {
        let is_and = |graph: &Graph, lit: Lit| !lit.is_negated() && graph.is_and(lit.node());
        // An AND is replaced by its parts, and each part is simplified when its turn comes.
        let lit =
            if is_and(graph, lit) { lit } else { self.simplifier.simplify(graph, &self.assignment, lit) };
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
                let open = self.assignment.open_parts(lit.node());
                let parts = open.as_deref().unwrap_or(children);
                self.unpaid += 1 + parts.len();
                // Most parts of a long AND are decided already, and a part that is true needs no more work.
                for child in parts.iter().rev() {
                    match self.value(*child) {
                        Some(true) => {}
                        Some(false) => {
                            self.contradiction = true;
                            return;
                        }
                        // An OR whose parts are all false refutes the conjunction, so it is visited first.
                        None if child.is_negated() && self.is_met(graph, child.node()) => {
                            self.contradiction = true;
                            return;
                        }
                        None => queue.push(*child),
                    }
                }
                self.assignment.decide(lit);
            }
            (Node::And(_), true) => {
                // Disjunctions that contain this one see the decision when something else has them simplified.
                self.assignment.decide_quietly(lit);
                self.disjunctions.push(lit);
                return;
            }
            (Node::True | Node::Atom(_), _) => {
                self.units.push(lit);
                self.assignment.decide(lit);
            }
        }
        self.simplifier.next_round();
    }

    /// True if the node is an AND whose parts are all true.
    fn is_met(&self, graph: &Graph, node: NodeId) -> bool {
        match graph.node(node) {
            Node::And(children) => children.iter().all(|child| self.value(*child) == Some(true)),
            Node::True | Node::Atom(_) => false,
        }
    }
}
