//! Lookups in a formula: values by their indexes, and facts about context keys.

use crate::formula::atom::{
    Atom, AtomId, Bound, BoundId, NetworkId, Opaque, OpaqueId, PatternId, Site, TemplateId, Test,
    Unobservable, UnobservableId, Variable, VariableId,
};
use crate::formula::formula::Formula;
use crate::formula::graph::Lit;
use crate::formula::network::Network;
use crate::formula::pattern_key::{LiteralPrefix, PatternKey};
use crate::formula::requester::RequesterKey;
use crate::formula::variable_pattern::VariablePattern;

impl<'a> Formula<'a> {
    /// Returns the pattern that the value of a key (lower-cased name) matches wherever the requester's word passes the test.
    pub fn implied_for_key(&self, test: Test, key: &str) -> Option<PatternId> {
        let Test::Pattern(word) = test else { return None };
        self.origins.get(&word)?.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    /// Returns the part of the requester's word that a key (lower-cased name) stands for.
    pub fn requester_key(&self, key: &str) -> Option<RequesterKey> {
        if self.separate_keys { None } else { RequesterKey::of(key) }
    }

    /// True if the policies speak about this context key (lower-cased name).
    pub fn mentions(&self, key: &str) -> bool {
        self.mentioned.find(&key).is_some()
    }

    /// Returns the mentioned context keys that every request has.
    pub fn always_present(&self) -> &[&'a str] {
        &self.always_present
    }

    /// True if any atom is about the requester.
    pub fn speaks_of_requester(&self) -> bool {
        self.speaks_of_requester
    }

    /// Returns the context keys that the policies speak about, in order of first use.
    pub fn mentioned(&self) -> &[&'a str] {
        self.mentioned.values.as_slice()
    }

    /// Returns the variable of an element of a key, if anything is said about its value or presence.
    pub fn key_variable(&self, name: &'a str, element: u32) -> Option<VariableId> {
        self.variables.find(&Variable::Key(name, element))
    }

    /// Returns the atom with this index.
    pub fn atom_of(&self, id: AtomId) -> Atom {
        self.atoms.values[id]
    }

    /// Returns the literal of an atom that was interned before.
    pub fn literal_of(&self, id: AtomId) -> Lit {
        self.literals[id]
    }

    /// Returns all atoms, in order of first use.
    pub fn atoms(&self) -> impl Iterator<Item = (AtomId, Atom)> {
        self.atoms.values.entries().map(|(id, atom)| (id, *atom))
    }

    /// Returns the number of atoms.
    pub fn atom_count(&self) -> usize {
        self.atoms.values.len()
    }

    /// Returns the pattern with this index.
    pub fn pattern_of(&self, id: PatternId) -> &PatternKey<'a> {
        &self.patterns.values[id]
    }

    /// Returns the bound with this index.
    pub fn bound_of(&self, id: BoundId) -> &Bound {
        &self.bounds.values[id]
    }

    /// Returns the network with this index.
    pub fn network_of(&self, id: NetworkId) -> Network {
        self.networks.values[id]
    }

    /// Returns the pattern with policy variables that has this index.
    pub fn template_of(&self, id: TemplateId) -> &VariablePattern<'a> {
        &self.templates.values[id]
    }

    /// Returns the first place at which a pattern with policy variables occurs.
    pub fn template_site(&self, id: TemplateId) -> Site {
        self.template_sites[id]
    }

    /// Returns the ordinary pattern that all values passing the test match; `None` if the test is not about the text of the
    /// value.
    pub fn widened(&self, test: Test) -> Option<PatternId> {
        match test {
            Test::Pattern(id) => Some(id),
            Test::Template(id) => Some(self.widened[id]),
            Test::Bound(_) | Test::Network(_) => None,
        }
    }

    /// Returns what the text of the pattern says about the words that match it.
    pub fn literal_prefix(&self, id: PatternId) -> LiteralPrefix<'a> {
        self.literal_prefixes[id]
    }

    /// Returns the number of patterns.
    pub fn pattern_count(&self) -> usize {
        self.patterns.values.len()
    }

    /// Returns the variable with this index.
    pub fn variable_of(&self, id: VariableId) -> Variable<'a> {
        self.variables.values[id]
    }

    /// Returns the number of variables.
    pub fn variable_count(&self) -> usize {
        self.variables.values.len()
    }

    /// Returns all variables, in order of first use.
    pub fn variables(&self) -> impl Iterator<Item = (VariableId, Variable<'a>)> {
        self.variables.values.entries().map(|(id, variable)| (id, *variable))
    }

    /// True if some node depends on the fact.
    pub fn has_unobservable(&self, fact: Unobservable<'a>) -> bool {
        self.unobservables.find(&fact).is_some()
    }

    /// Returns the facts that some node depends on, in order of first use.
    pub fn unobservables(&self) -> impl Iterator<Item = Unobservable<'a>> {
        self.unobservables.values.iter().copied()
    }

    /// Returns the fact with this index.
    pub fn unobservable_of(&self, id: UnobservableId) -> Unobservable<'a> {
        self.unobservables.values[id]
    }

    /// Returns the opaque predicate with this index, and where it stands.
    pub fn opaque_of(&self, id: OpaqueId) -> (&Opaque, &[Site]) {
        (&self.opaques.values[id], &self.sites[id])
    }
}
