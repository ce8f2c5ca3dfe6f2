//! What is decided at once when all closable atoms are taken for false.

use crate::formula::graph::{Graph, Lit, Node, NodeId};
use crate::formula::propagate::Value;
use crate::index::Id;

/// From so many parts on that closing makes true, those that stay open are looked up instead of looked for.
const MANY: usize = 32;

/// What closing decides, found out once for all goals; see [`crate::formula::Conjunction::close`].
#[derive(Clone, Debug, Default)]
pub(super) struct Closing {
    /// The nodes that say that several closable atoms are false, once for each of those, with the place after that of the
    /// one before of the same atom; 0 for none.
    holders: Vec<(NodeId, usize)>,
    /// By index of an atom, the place after that of its last holder; 0 for none.
    last_holders: Vec<usize>,
    /// Of needy nodes, by index, what they need.
    needs: Vec<NodeId>,
    /// In order of the nodes.
    long: Vec<Long>,
}

/// An AND with many parts that closing makes true.
#[derive(Clone, Debug)]
struct Long {
    node: NodeId,
    /// Its other parts.
    others: Vec<Lit>,
    /// The parts, each with the closable atom or the holder that has to stay what it is for that, in order of those.
    closed: Vec<(NodeId, Lit)>,
}

impl Closing {
    /// Looks at all nodes; notes in the values which ones closing decides.
    pub(crate) fn of(graph: &Graph, values: &mut [Value]) -> Closing {
        let mut closing = Closing { last_holders: vec![0; graph.len()], ..Closing::default() };
        closing.find_holders(graph, values);
        closing.find_needy(graph, values);
        closing.find_long(graph, values);
        closing
    }

    fn find_holders(&mut self, graph: &Graph, values: &mut [Value]) {
        for node in graph.ids() {
            let Node::And(children) = graph.node(node) else { continue };
            let is_closable = |child: &Lit| child.is_negated() && value(values, *child) == Value::Assumable;
            if !children.iter().all(is_closable) {
                continue;
            }
            for child in children {
                let Some(last) = self.last_holders.get_mut(child.node().place()) else { continue };
                self.holders.push((node, *last));
                *last = self.holders.len();
            }
            set(values, node, Value::NorNode);
        }
    }

    fn find_needy(&mut self, graph: &Graph, values: &mut [Value]) {
        for node in graph.ids() {
            let Node::And(children) = graph.node(node) else { continue };
            let is_false = |child: &&Lit| {
                value(values, **child) == if child.is_negated() { Value::NorNode } else { Value::Assumable }
            };
            let needed = children.iter().find(is_false).map(|child| child.node());
            if let Some(needed) = needed {
                self.needs.resize(node.place(), node);
                self.needs.push(needed);
                set(values, node, Value::Dependent);
            }
        }
    }

    fn find_long(&mut self, graph: &Graph, values: &[Value]) {
        for node in graph.ids() {
            let Node::And(children) = graph.node(node) else { continue };
            if children.len() < MANY {
                continue;
            }
            let (mut others, mut closed) = (Vec::new(), Vec::new());
            for child in children {
                match self.rests_on(*child, value(values, *child)) {
                    Some(needed) => closed.push((needed, *child)),
                    None => others.push(*child),
                }
            }
            if closed.len() >= MANY {
                closed.sort_unstable();
                self.long.push(Long { node, others, closed });
            }
        }
    }

    /// The closable atom or the holder that closing makes the part true by.
    fn rests_on(&self, part: Lit, value: Value) -> Option<NodeId> {
        match (value, part.is_negated()) {
            (Value::Assumable, true) | (Value::NorNode, false) => Some(part.node()),
            (Value::Dependent, true) => self.needed_by(part.node()),
            _ => None,
        }
    }

    /// What a needy node needs.
    pub(crate) fn needed_by(&self, node: NodeId) -> Option<NodeId> {
        self.needs.get(node.place()).copied()
    }

    /// The nodes that say that this atom is false, among others.
    pub(crate) fn holders_of(&self, atom: NodeId) -> impl Iterator<Item = NodeId> {
        let place = |last: usize| last.checked_sub(1).and_then(|at| self.holders.get(at)).copied();
        let last = self.last_holders.get(atom.place()).and_then(|last| place(*last));
        std::iter::successors(last, move |(_, before)| place(*before)).map(|(holder, _)| holder)
    }

    /// The parts of a long AND that may be open after closing, in order, given what was assigned since and what it was before;
    /// `None` of another node, or if all parts have to be looked at. All other parts are true: nothing was assigned that they rest on.
    pub(crate) fn open_parts(&self, node: NodeId, assigned: &[(NodeId, Value)]) -> Option<Vec<Lit>> {
        let place = self.long.binary_search_by_key(&node, |long| long.node).ok()?;
        let long = self.long.get(place)?;
        // Where many have to be looked at, it takes less to look at all.
        let all = long.others.len().saturating_add(long.closed.len());
        let most = all >> 2;
        if assigned.len() > all || long.others.len() > most {
            return None;
        }
        let mut parts = long.others.clone();
        for (assigned, before) in assigned {
            match before {
                Value::Assumable | Value::NorNode => {
                    let (_, rest) =
                        long.closed.split_at(long.closed.partition_point(|(on, _)| on < assigned));
                    let (resting, _) = rest.split_at(rest.partition_point(|(on, _)| on == assigned));
                    if parts.len().saturating_add(resting.len()) > most {
                        return None;
                    }
                    parts.extend(resting.iter().map(|(_, part)| *part));
                }
                Value::Dependent => {
                    let own = self.needed_by(*assigned).map(|needed| (needed, !assigned.lit()));
                    let own = own.filter(|own| long.closed.binary_search(own).is_ok());
                    parts.extend(own.map(|(_, part)| part));
                }
                Value::Open | Value::True | Value::False => {}
            }
        }
        parts.sort_unstable();
        parts.dedup();
        Some(parts)
    }
}

fn value(values: &[Value], lit: Lit) -> Value {
    values.get(lit.node().place()).copied().unwrap_or_default()
}

fn set(values: &mut [Value], node: NodeId, value: Value) {
    values.get_mut(node.place()).into_iter().for_each(|slot| *slot = value);
}

#[cfg(test)]
mod tests {
    use crate::automata::Pattern;
    use crate::formula::{Conjunction, Formula, Lit, PatternKey, VariableId};

    /// Numbers below some bound, the same every time.
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

    /// Being prepared for closing changes nothing but how long it takes.
    #[test]
    fn prepared_or_not_the_same_is_decided() {
        let (mut closed_parts, mut contradictions) = (0, 0);
        for seed in 0..300 {
            let mut random = Random(seed);
            let mut formula = Formula::default();
            let mut atoms = |variable, count| -> Vec<Lit> {
                let word = |i: i32| PatternKey::built(Pattern::word(&format!("w{i}")));
                (0..count).map(|i| formula.matches(variable, word(i))).collect()
            };
            let (actions, others) = (atoms(VariableId::ACTION, 60), atoms(VariableId::RESOURCE, 8));
            let graph = &mut formula.graph;
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
                plain.closable(actions.iter().copied());
                plain
            };
            let mut prepared = plain();
            prepared.close_holders(graph);
            // One that is prepared serves many goals.
            for _ in 0..6 {
                let spared = random.some(&actions, 4);
                let first = [graph.or(spared.iter().copied()), random.some(&others, 1)[0]];
                let [one, other] = [&mut plain(), &mut prepared].map(|conjunction| {
                    conjunction.clear();
                    conjunction.add(graph, first);
                    conjunction.close(spared.iter().copied());
                    conjunction.add(graph, [none]);
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
                    closed_parts += one.2.len();
                }
            }
        }
        assert!(closed_parts > 1000 && contradictions > 100, "{closed_parts} {contradictions}");
    }
}
