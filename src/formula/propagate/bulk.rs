//! The nodes that are decided at once when all assumable atoms are assumed to be false.
//!
//! The assumable atoms are the tests of actions. When a goal names its actions, all other tests of actions are false, and with
//! them most statements. Finding those statements once saves looking at each of them for every goal.

use crate::formula::graph::{Graph, Lit, Node, NodeId};
use crate::formula::propagate::value::Value;
use crate::index::{Id, IndexVec, broken, id};

/// For an AND with at least this many parts that assuming makes true, the parts that stay open are looked up instead of searched.
const LONG_THRESHOLD: usize = 32;

id! {
    /// Index of a [`Membership`].
    struct MembershipId
}

/// An assumable atom's occurrence in a NOR node.
#[derive(Clone, Debug)]
struct Membership {
    nor: NodeId,
    /// The membership of the same atom that was found before this one.
    before: Option<MembershipId>,
}

/// The nodes that assuming decides, found once for all goals. See [`crate::formula::Conjunction::assume_all`].
#[derive(Clone, Debug, Default)]
pub(super) struct Bulk {
    memberships: IndexVec<MembershipId, Membership>,
    /// The last membership of each atom.
    last_memberships: IndexVec<NodeId, Option<MembershipId>>,
    /// The part that decides each dependent node. The table ends with the last of these nodes.
    deciding: IndexVec<NodeId, Option<NodeId>>,
    /// The long conjunctions, in order of the nodes.
    long: Vec<Long>,
}

/// A conjunction with many parts that assuming makes true.
#[derive(Clone, Debug)]
struct Long {
    node: NodeId,
    /// The parts that assuming does not make true.
    others: Vec<Lit>,
    /// The parts that assuming makes true, each with the assumable atom or the NOR node that decides it; sorted by that node.
    assumed: Vec<(NodeId, Lit)>,
}

impl Bulk {
    /// Looks at all nodes and marks, in `values`, those that assuming decides.
    pub(super) fn of(graph: &Graph, values: &mut IndexVec<NodeId, Value>) -> Bulk {
        let mut bulk = Bulk::default();
        bulk.last_memberships.resize(graph.len(), None);
        bulk.find_nor_nodes(graph, values);
        bulk.find_dependent(graph, values);
        bulk.find_long(graph, values);
        bulk
    }

    fn find_nor_nodes(&mut self, graph: &Graph, values: &mut IndexVec<NodeId, Value>) {
        for node in graph.ids() {
            let Node::And(children) = graph.node(node) else { continue };
            let is_assumed = |child: &Lit| child.is_negated() && values[child.node()] == Value::Assumable;
            if !children.iter().all(is_assumed) {
                continue;
            }
            for child in children {
                let last = &mut self.last_memberships[child.node()];
                *last = Some(self.memberships.push(Membership { nor: node, before: *last }));
            }
            values[node] = Value::NorNode;
        }
    }

    fn find_dependent(&mut self, graph: &Graph, values: &mut IndexVec<NodeId, Value>) {
        for node in graph.ids() {
            let Node::And(children) = graph.node(node) else { continue };
            let is_false = |child: &&Lit| {
                values[child.node()] == if child.is_negated() { Value::NorNode } else { Value::Assumable }
            };
            if let Some(part) = children.iter().find(is_false) {
                self.deciding.resize(node.place(), None);
                self.deciding.push(Some(part.node()));
                values[node] = Value::Dependent;
            }
        }
    }

    fn find_long(&mut self, graph: &Graph, values: &IndexVec<NodeId, Value>) {
        for node in graph.ids() {
            let Node::And(children) = graph.node(node) else { continue };
            if children.len() < LONG_THRESHOLD {
                continue;
            }
            let (mut others, mut assumed) = (Vec::new(), Vec::new());
            for child in children {
                match self.rests_on(*child, values[child.node()]) {
                    Some(on) => assumed.push((on, *child)),
                    None => others.push(*child),
                }
            }
            if assumed.len() >= LONG_THRESHOLD {
                assumed.sort_unstable();
                self.long.push(Long { node, others, assumed });
            }
        }
    }

    /// Returns the assumable atom or NOR node that makes the part true when all assumable atoms are assumed false.
    fn rests_on(&self, part: Lit, value: Value) -> Option<NodeId> {
        match (value, part.is_negated()) {
            (Value::Assumable, true) | (Value::NorNode, false) => Some(part.node()),
            (Value::Dependent, true) => Some(self.deciding(part.node())),
            _ => None,
        }
    }

    /// Returns the part that decides a dependent node.
    pub(super) fn deciding(&self, dependent: NodeId) -> NodeId {
        match self.deciding[dependent] {
            Some(part) => part,
            None => broken("a dependent node has a part that decides it"),
        }
    }

    /// Returns the NOR nodes that an atom is a part of.
    pub(super) fn nor_nodes_of(&self, atom: NodeId) -> impl Iterator<Item = NodeId> {
        // An atom that is newer than this preparation is a part of no NOR node in it.
        let mut next = self.last_memberships.find(atom).copied().flatten();
        std::iter::from_fn(move || {
            let membership = &self.memberships[next?];
            next = membership.before;
            Some(membership.nor)
        })
    }

    /// Returns the parts of a long AND that may still be open after assuming, in order, given the assigned nodes with their
    /// values before. `None` for any other node, or if looking at all parts is cheaper. The other parts are true: no node that
    /// they rest on was assigned.
    pub(super) fn open_parts(&self, node: NodeId, assigned: &[(NodeId, Value)]) -> Option<Vec<Lit>> {
        let place = self.long.binary_search_by_key(&node, |long| long.node).ok()?;
        let long = self.long.get(place)?;
        let all = long.others.len() + long.assumed.len();
        let most = all >> 2;
        if assigned.len() > all || long.others.len() > most {
            return None;
        }
        let mut parts = long.others.clone();
        for (assigned, before) in assigned {
            match before {
                Value::Assumable | Value::NorNode => {
                    let first = long.assumed.partition_point(|(on, _)| on < assigned);
                    let (_, rest) = long.assumed.split_at(first);
                    let (resting, _) = rest.split_at(rest.partition_point(|(on, _)| on == assigned));
                    if parts.len() + resting.len() > most {
                        return None;
                    }
                    parts.extend(resting.iter().map(|(_, part)| *part));
                }
                Value::Dependent => {
                    let own = (self.deciding(*assigned), !assigned.lit());
                    if long.assumed.binary_search(&own).is_ok() {
                        parts.push(own.1);
                    }
                }
                Value::Open | Value::True | Value::False => {}
            }
        }
        parts.sort_unstable();
        parts.dedup();
        Some(parts)
    }
}

#[cfg(test)]
mod tests {
    use crate::automata::Pattern;
    use crate::formula::{Conjunction, Formula, Lit, PatternKey, VariableId};
    use crate::limits::{Meter, SearchLimits};

    /// A generator of numbers below a bound; its sequence is always the same.
    struct Random(u64);

    impl Random {
        fn below(&mut self, bound: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33).checked_rem(bound).unwrap()
        }

        fn some(&mut self, of: &[Lit], most: u64) -> Vec<Lit> {
            let count = self.below(most).saturating_add(1);
            (0..count).map(|_| of[self.below(of.len() as u64) as usize]).collect()
        }
    }

    /// Preparing changes only how long assuming takes, never a result.
    #[test]
    fn prepared_or_not_the_same_is_decided() {
        let (mut open_parts, mut contradictions) = (0, 0);
        for seed in 0..300 {
            let mut random = Random(seed);
            let mut formula = Formula::default();
            let mut atoms = |variable, count| -> Vec<Lit> {
                let word = |i: i32| PatternKey::built(Pattern::word(&format!("w{i}")));
                (0..count).map(|i| formula.matches(variable, word(i))).collect()
            };
            let (actions, others) = (atoms(VariableId::ACTION, 60), atoms(VariableId::RESOURCE, 8));
            let graph = &mut formula.graph;
            let mut meter = Meter::new(&SearchLimits::default());
            let mut statements = Vec::new();
            for _ in 0..50 {
                // Most are about a few actions, some about very many, some about all but a few.
                let most = if random.below(20) == 0 { 60 } else { 3 };
                let is_negated = random.below(40) == 0;
                let about = graph.or(random.some(&actions, most)).negate_if(is_negated);
                let rest = random.some(&others, 4);
                let signs: Vec<bool> = rest.iter().map(|_| random.below(2) == 0).collect();
                let rest = rest.iter().zip(signs).map(|(lit, sign)| lit.negate_if(sign));
                let rest = if most == 60 { Lit::TRUE } else { graph.and(rest) };
                statements.push(graph.and([about, rest]));
            }
            let none = graph.and(statements.iter().map(|lit| !*lit));
            let plain = || {
                let mut plain = Conjunction::default();
                plain.assumable(actions.iter().copied());
                plain
            };
            let mut prepared = plain();
            prepared.prepare_bulk(graph);
            // One preparation serves many goals.
            for _ in 0..6 {
                let kept = random.some(&actions, 4);
                let first = [graph.or(kept.iter().copied()), random.some(&others, 1)[0]];
                let [one, other] = [&mut plain(), &mut prepared].map(|conjunction| {
                    conjunction.clear();
                    conjunction.add(graph, first, &mut meter).unwrap();
                    conjunction.assume_all(kept.iter().copied());
                    conjunction.add(graph, [none], &mut meter).unwrap();
                    let (mut units, mut left) =
                        (conjunction.units().to_vec(), conjunction.disjunctions().to_vec());
                    units.sort_unstable();
                    left.sort_unstable();
                    (conjunction.is_contradiction(), units, left)
                });
                assert_eq!(one.0, other.0, "seed {seed}");
                if one.0 {
                    contradictions += 1;
                } else {
                    assert_eq!(one, other, "seed {seed}");
                    open_parts += one.2.len();
                }
            }
        }
        assert!(open_parts > 1000 && contradictions > 100, "{open_parts} {contradictions}");
    }
}
