//! The content of a formula without its lookup tables, kept for insertion into other formulas.
//!
//! Inserting a snapshot numbers the values of each table in the order in which compiling the document would have met them. So the
//! result is the same as if the document had been compiled again.

use crate::formula::atom::{
    Atom, Bound, BoundId, NetworkId, Opaque, PatternId, Site, Unobservable, UnobservableId, Variable,
    VariableId,
};
use crate::formula::formula::Formula;
use crate::formula::graph::{Lit, Node};
use crate::formula::interner::{Table, fast};
use crate::formula::network::Network;
use crate::formula::pattern_key::PatternKey;
use crate::formula::renumbering::{Renumbering, Renumberings};
use crate::formula::variable_pattern::VariablePattern;
use crate::index::{Id, IndexVec, id};
use std::hash::Hash;
use std::marker::PhantomData;

/// The values of a table, with their fast hashes.
#[derive(Debug)]
struct Hashed<I, T> {
    values: Box<[(u64, T)]>,
    index: PhantomData<fn() -> I>,
}

impl<I: Id, T: Clone + Eq + Hash> Hashed<I, T> {
    fn of(values: IndexVec<I, T>) -> Hashed<I, T> {
        let values = values.into_vec().into_iter().map(|value| (fast(&value), value)).collect();
        Hashed { values, index: PhantomData }
    }

    /// Puts the values into a table, and their indexes there into a renumbering.
    fn put_in(&self, table: &mut Table<I, T>, indexes: &mut Renumbering<I>) {
        indexes.clear();
        indexes.reserve(self.values.len());
        for (hash, value) in &self.values {
            indexes.push(table.intern_hashed(*hash, value.clone()));
        }
    }
}

id! {
    /// A place among the literals of all conjunctions of a snapshot.
    struct Place
}

/// A node of the graph.
#[derive(Clone, Copy, Debug)]
enum SnapshotNode {
    True,
    Atom(Atom),
    /// A conjunction, whose literals end here and start where those of the conjunction before it end.
    And(Place),
}

/// The content of a formula.
#[derive(Debug)]
pub(crate) struct Snapshot<'a> {
    nodes: Box<[SnapshotNode]>,
    children: IndexVec<Place, Lit>,
    variables: Hashed<VariableId, Variable<'a>>,
    patterns: Hashed<PatternId, PatternKey<'a>>,
    bounds: Hashed<BoundId, Bound>,
    networks: Hashed<NetworkId, Network>,
    templates: Box<[(VariablePattern<'a>, PatternId, Site)]>,
    unobservables: Hashed<UnobservableId, Unobservable<'a>>,
    opaques: Box<[(Opaque, Vec<Site>)]>,
    /// Patterns on the requester's word, each with the patterns on keys from which it was built.
    origins: Vec<(PatternId, Vec<(&'a str, PatternId)>)>,
}

impl<'a> Snapshot<'a> {
    /// Takes the content out of a formula.
    pub(crate) fn of(formula: Formula<'a>) -> Snapshot<'a> {
        let mut children: Vec<Lit> = Vec::new();
        let node = |id| match formula.graph.node(id) {
            Node::True => SnapshotNode::True,
            Node::Atom(atom) => SnapshotNode::Atom(formula.atom_of(atom)),
            Node::And(parts) => {
                children.extend_from_slice(parts);
                SnapshotNode::And(Place::at(children.len()))
            }
        };
        let nodes = formula.graph.ids().map(node).collect();
        children.shrink_to_fit();
        let templates = formula.templates.values.into_vec().into_iter();
        let templates = templates.zip(formula.widened.into_vec()).zip(formula.template_sites.into_vec());
        Snapshot {
            nodes,
            children: children.into(),
            variables: Hashed::of(formula.variables.values),
            patterns: Hashed::of(formula.patterns.values),
            bounds: Hashed::of(formula.bounds.values),
            networks: Hashed::of(formula.networks.values),
            templates: templates.map(|((template, widened), site)| (template, widened, site)).collect(),
            unobservables: Hashed::of(formula.unobservables.values),
            opaques: formula.opaques.values.into_vec().into_iter().zip(formula.sites.into_vec()).collect(),
            origins: formula.origins.into_iter().collect(),
        }
    }
}

impl<'a> Formula<'a> {
    /// Puts in a snapshot of the statement at this place of the check (its document, and its index in it). Returns the formula's literal for `literal`.
    pub(crate) fn put_in(&mut self, snapshot: &Snapshot<'a>, at: (usize, usize), literal: Lit) -> Lit {
        let mut memory = std::mem::take(&mut self.put_in);
        self.put_in_tables(snapshot, at, &mut memory.renumberings);
        memory.literals.clear();
        memory.literals.reserve(snapshot.nodes.len());
        let mut start = Place::at(0);
        for node in &snapshot.nodes {
            let literal = match *node {
                SnapshotNode::True => Lit::TRUE,
                SnapshotNode::Atom(atom) => self.atom(memory.renumberings.atom(atom)),
                SnapshotNode::And(end) => {
                    let mut parts = std::mem::take(&mut memory.parts);
                    parts.clear();
                    parts.extend(snapshot.children.range(start..end).iter().map(|lit| memory.literal(*lit)));
                    start = end;
                    parts.sort_unstable();
                    // Different nodes of the snapshot become different nodes here: no two of them merge.
                    let literal = self.graph.and_of_sorted(&parts);
                    memory.parts = parts;
                    literal
                }
            };
            memory.literals.push(literal);
        }
        let literal = memory.literal(literal);
        self.put_in = memory;
        literal
    }

    /// Puts in the parts of the snapshot's atoms.
    fn put_in_tables(
        &mut self,
        snapshot: &Snapshot<'a>,
        (document, statement): (usize, usize),
        renumberings: &mut Renumberings,
    ) {
        let here = |site: &Site| Site { document, statement, ..*site };
        snapshot.variables.put_in(&mut self.variables, &mut renumberings.variables);
        renumberings.patterns.clear();
        renumberings.patterns.reserve(snapshot.patterns.values.len());
        for (hash, pattern) in &snapshot.patterns.values {
            renumberings.patterns.push(self.intern_hashed_pattern(*hash, pattern.clone()));
        }
        snapshot.bounds.put_in(&mut self.bounds, &mut renumberings.bounds);
        snapshot.networks.put_in(&mut self.networks, &mut renumberings.networks);
        snapshot.unobservables.put_in(&mut self.unobservables, &mut renumberings.unobservables);
        renumberings.templates.clear();
        for (template, widened, site) in &snapshot.templates {
            let id = self.templates.intern(template.clone());
            if !self.widened.contains(id) {
                self.widened.push(renumberings.patterns[*widened]);
                self.template_sites.push(here(site));
            }
            renumberings.templates.push(id);
        }
        renumberings.opaques.clear();
        for (opaque, sites) in &snapshot.opaques {
            let id = self.opaque_id(opaque.clone());
            self.sites[id].extend(sites.iter().map(here));
            renumberings.opaques.push(id);
        }
        for (word, values) in &snapshot.origins {
            let origins = self.origins.entry(renumberings.patterns[*word]).or_default();
            for (key, value) in values.iter().map(|(key, value)| (*key, renumberings.patterns[*value])) {
                if !origins.contains(&(key, value)) {
                    origins.push((key, value));
                }
            }
        }
    }
}

#[cfg(test)]
impl Formula<'_> {
    /// Lists the content as text, in order.
    pub(crate) fn listed(&self) -> String {
        let nodes: Vec<String> = self
            .graph
            .ids()
            .map(|id| format!("{:?} {:x}", self.graph.node(id), self.graph.support(id)))
            .collect();
        let mut origins: Vec<_> = self.origins.iter().collect();
        origins.sort();
        let tables = format!(
            "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
            self.atoms.values.as_slice(),
            self.patterns.values.as_slice(),
            self.bounds.values.as_slice(),
            self.networks.values.as_slice(),
            self.templates.values.as_slice(),
            self.variables.values.as_slice(),
            self.unobservables.values.as_slice(),
            self.opaques.values.as_slice(),
            self.mentioned.values.as_slice(),
        );
        let others = format!(
            "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
            self.literals,
            self.literal_prefixes,
            self.widened,
            self.template_sites,
            self.sites,
            self.always_present,
            self.speaks_of_requester,
            self.separate_keys,
        );
        format!("{nodes:?}\n{tables}\n{others}\n{origins:?}")
    }
}
