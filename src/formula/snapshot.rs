//! All that a formula says, without the tables that find it: kept to be put into other formulas.
//!
//! Every table of the formula that a record is put into then has its values in the order in which compiling the document there
//! would have met them first, so it makes no difference which of the two was done.

use crate::formula::atom::{
    Atom, Bound, BoundId, NetworkId, Opaque, OpaqueId, PatternId, Site, TemplateId, Test, Unobservable,
    UnobservableId, Variable, VariableId,
};
use crate::formula::formula::Formula;
use crate::formula::graph::{Lit, Node};
use crate::formula::interner::{Table, fast};
use crate::formula::network::Network;
use crate::formula::pattern_key::PatternKey;
use crate::formula::variable_pattern::VariablePattern;
use std::hash::Hash;

/// The values of a table, with their fast hashes.
#[derive(Debug)]
struct Hashed<T>(Box<[(u64, T)]>);

impl<T: Clone + Eq + Hash> Hashed<T> {
    fn of(values: Vec<T>) -> Hashed<T> {
        Hashed(values.into_iter().map(|value| (fast(&value), value)).collect())
    }

    /// Puts the values into a table; their indexes there.
    fn put_in(&self, table: &mut Table<T>) -> Vec<u32> {
        self.0.iter().map(|(hash, value)| table.intern_hashed(*hash, value.clone())).collect()
    }
}

/// A node of the graph.
#[derive(Clone, Copy, Debug)]
enum Kept {
    True,
    Atom(Atom),
    /// Of the children up to here.
    And(u32),
}

/// What a formula says.
#[derive(Debug)]
pub(crate) struct Record<'a> {
    nodes: Box<[Kept]>,
    children: Vec<Lit>,
    variables: Hashed<Variable<'a>>,
    patterns: Hashed<PatternKey<'a>>,
    bounds: Hashed<Bound>,
    networks: Hashed<Network>,
    templates: Box<[(VariablePattern<'a>, PatternId, Site)]>,
    unobservables: Hashed<Unobservable<'a>>,
    opaques: Box<[(Opaque, Vec<Site>)]>,
    /// Patterns on the requester's word, with what they were made of.
    origins: Vec<(PatternId, Vec<(&'a str, PatternId)>)>,
}

/// The indexes that the parts of atoms have in a formula, by those that they have in the record.
struct Indexes {
    variables: Vec<u32>,
    patterns: Vec<u32>,
    bounds: Vec<u32>,
    networks: Vec<u32>,
    templates: Vec<u32>,
    unobservables: Vec<u32>,
    opaques: Vec<u32>,
}

fn at(indexes: &[u32], index: usize) -> u32 {
    // Every index of a record is one of its own tables'.
    indexes.get(index).copied().unwrap_or(u32::MAX)
}

impl Indexes {
    fn atom(&self, atom: Atom) -> Atom {
        let variable = |id: VariableId| VariableId(at(&self.variables, id.index()));
        match atom {
            Atom::Match(id, test) => Atom::Match(variable(id), self.test(test)),
            Atom::Present(id) => Atom::Present(variable(id)),
            Atom::Unobservable(id) => Atom::Unobservable(UnobservableId(at(&self.unobservables, id.index()))),
            Atom::Opaque(id) => Atom::Opaque(OpaqueId(at(&self.opaques, id.index()))),
        }
    }

    fn test(&self, test: Test) -> Test {
        match test {
            Test::Pattern(id) => Test::Pattern(self.pattern(id)),
            Test::Bound(id) => Test::Bound(BoundId(at(&self.bounds, id.index()))),
            Test::Network(id) => Test::Network(NetworkId(at(&self.networks, id.index()))),
            Test::Template(id) => Test::Template(TemplateId(at(&self.templates, id.index()))),
        }
    }

    fn pattern(&self, id: PatternId) -> PatternId {
        PatternId(at(&self.patterns, id.index()))
    }
}

impl<'a> Record<'a> {
    /// What this formula says.
    pub(crate) fn of(formula: Formula<'a>) -> Record<'a> {
        let mut children: Vec<Lit> = Vec::new();
        let kept = |id| match formula.graph.node(id) {
            Node::True => Kept::True,
            Node::Atom(atom) => formula.atom_of(atom).map_or(Kept::True, Kept::Atom),
            Node::And(parts) => {
                children.extend_from_slice(parts);
                Kept::And(u32::try_from(children.len()).unwrap_or(u32::MAX))
            }
        };
        let nodes = formula.graph.ids().map(kept).collect();
        children.shrink_to_fit();
        let templates = formula.templates.values.into_iter().zip(formula.widened).zip(formula.template_sites);
        Record {
            nodes,
            children,
            variables: Hashed::of(formula.variables.values),
            patterns: Hashed::of(formula.patterns.values),
            bounds: Hashed::of(formula.bounds.values),
            networks: Hashed::of(formula.networks.values),
            templates: templates.map(|((symbolic, widened), site)| (symbolic, widened, site)).collect(),
            unobservables: Hashed::of(formula.unobservables.values),
            opaques: formula.opaques.values.into_iter().zip(formula.sites).collect(),
            origins: formula.origins.into_iter().collect(),
        }
    }
}

impl<'a> Formula<'a> {
    /// Puts in what a record says, its document being this one among those of the check; the literals of the record's
    /// nodes. `None` if the record is not whole.
    pub(crate) fn put_in(&mut self, record: &Record<'a>, document: usize) -> Option<Vec<Lit>> {
        let here = |site: &Site| Site { document, ..*site };
        let variables = record.variables.put_in(&mut self.variables);
        let patterns = record.patterns.0.iter();
        let patterns =
            patterns.map(|(hash, pattern)| self.intern_hashed_pattern(*hash, pattern.clone()).0).collect();
        let mut indexes = Indexes {
            variables,
            patterns,
            bounds: record.bounds.put_in(&mut self.bounds),
            networks: record.networks.put_in(&mut self.networks),
            templates: Vec::with_capacity(record.templates.len()),
            unobservables: record.unobservables.put_in(&mut self.unobservables),
            opaques: Vec::with_capacity(record.opaques.len()),
        };
        for (symbolic, widened, site) in &record.templates {
            let id = self.templates.intern(symbolic.clone());
            if self.widened.len() <= TemplateId(id).index() {
                self.widened.push(indexes.pattern(*widened));
                self.template_sites.push(here(site));
            }
            indexes.templates.push(id);
        }
        for (opaque, sites) in &record.opaques {
            let id = self.opaque_id(opaque.clone());
            if let Some(all) = self.sites.get_mut(id.index()) {
                all.extend(sites.iter().map(here));
            }
            indexes.opaques.push(id.0);
        }
        for (word, values) in &record.origins {
            let origins = self.origins.entry(indexes.pattern(*word)).or_default();
            for (key, value) in values.iter().map(|(key, value)| (*key, indexes.pattern(*value))) {
                if !origins.contains(&(key, value)) {
                    origins.push((key, value));
                }
            }
        }
        let mut literals: Vec<Lit> = Vec::with_capacity(record.nodes.len());
        let (mut parts, mut from) = (Vec::new(), 0usize);
        for node in &record.nodes {
            let literal = match node {
                Kept::True => Lit::TRUE,
                Kept::Atom(atom) => self.atom(indexes.atom(*atom)),
                Kept::And(to) => {
                    let to = *to as usize;
                    parts.clear();
                    for part in record.children.get(from..to)? {
                        parts.push(literal(&literals, *part)?);
                    }
                    from = to;
                    parts.sort_unstable();
                    // Different nodes of the record are different nodes here: nothing disappears.
                    self.graph.and_of_sorted(&parts)
                }
            };
            literals.push(literal);
        }
        Some(literals)
    }
}

/// The literal that stands for one of a record, among those of the record's nodes so far.
pub(crate) fn literal(literals: &[Lit], recorded: Lit) -> Option<Lit> {
    Some(literals.get(recorded.node().index())?.negate_if(recorded.is_negated()))
}

#[cfg(test)]
impl Formula<'_> {
    /// All that it says, in order.
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
            self.atoms.values,
            self.patterns.values,
            self.bounds.values,
            self.networks.values,
            self.templates.values,
            self.variables.values,
            self.unobservables.values,
            self.opaques.values,
            self.mentioned.values,
        );
        let others = format!(
            "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
            self.literals,
            self.spelled,
            self.widened,
            self.template_sites,
            self.sites,
            self.always_present,
            self.speaks_of_requester,
            self.untied,
        );
        format!("{nodes:?}\n{tables}\n{others}\n{origins:?}")
    }
}
