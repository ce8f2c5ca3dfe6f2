//! Lookups in a formula: values by their ids, and what is known of context keys.

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
    /// The pattern that the value of a key (lower-cased name) matches wherever the requester's word passes the test.
    pub fn implied_for_key(&self, test: Test, key: &str) -> Option<PatternId> {
        let Test::Pattern(word) = test else { return None };
        self.origins.get(&word)?.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    /// The part of the requester's word that a key (lower-cased name) is.
    pub fn requester_key(&self, key: &str) -> Option<RequesterKey> {
        if self.separate_keys { None } else { RequesterKey::of(key) }
    }

    /// True if the policies speak about this context key (lower-cased name).
    pub fn mentions(&self, key: &str) -> bool {
        self.mentioned.find(&key).is_some()
    }

    /// Those of the mentioned context keys that every request has.
    pub fn always_present(&self) -> &[&'a str] {
        &self.always_present
    }

    /// True if any atom is about the requester.
    pub fn speaks_of_requester(&self) -> bool {
        self.speaks_of_requester
    }

    /// The context keys that the policies speak about, in order of first use.
    pub fn mentioned(&self) -> &[&'a str] {
        self.mentioned.values.as_slice()
    }

    /// The variable of an element of a key, if anything is said about its value or presence.
    pub fn key_variable(&self, name: &'a str, element: u32) -> Option<VariableId> {
        self.variables.find(&Variable::Key(name, element))
    }

    /// The atom with this index.
    pub fn atom_of(&self, id: AtomId) -> Atom {
        self.atoms.values[id]
    }

    /// The literal of an atom that was interned before.
    pub fn literal_of(&self, id: AtomId) -> Lit {
        self.literals[id]
    }

    /// All atoms, in order of first use.
    pub fn atoms(&self) -> impl Iterator<Item = (AtomId, Atom)> {
        self.atoms.values.entries().map(|(id, atom)| (id, *atom))
    }

    /// The number of atoms.
    pub fn atom_count(&self) -> usize {
        self.atoms.values.len()
    }

    /// The pattern with this index.
    pub fn pattern_of(&self, id: PatternId) -> &PatternKey<'a> {
        &self.patterns.values[id]
    }

    /// The bound with this index.
    pub fn bound_of(&self, id: BoundId) -> &Bound {
        &self.bounds.values[id]
    }

    /// The network with this index.
    pub fn network_of(&self, id: NetworkId) -> Network {
        self.networks.values[id]
    }

    /// The pattern with variables with this index.
    pub fn template_of(&self, id: TemplateId) -> &VariablePattern<'a> {
        &self.templates.values[id]
    }

    /// The first place of a pattern with variables.
    pub fn template_site(&self, id: TemplateId) -> Site {
        self.template_sites[id]
    }

    /// The ordinary pattern that every value matches which passes the test; `None` if the test is not about its text.
    pub fn widened(&self, test: Test) -> Option<PatternId> {
        match test {
            Test::Pattern(id) => Some(id),
            Test::Template(id) => Some(self.widened[id]),
            Test::Bound(_) | Test::Network(_) => None,
        }
    }

    /// The part of the words of a pattern that its text spells.
    pub fn literal_prefix(&self, id: PatternId) -> LiteralPrefix<'a> {
        self.literal_prefixes[id]
    }

    /// The number of patterns.
    pub fn pattern_count(&self) -> usize {
        self.patterns.values.len()
    }

    /// The variable with this index.
    pub fn variable_of(&self, id: VariableId) -> Variable<'a> {
        self.variables.values[id]
    }

    /// The number of variables.
    pub fn variable_count(&self) -> usize {
        self.variables.values.len()
    }

    /// All variables, in order of first use.
    pub fn variables(&self) -> impl Iterator<Item = (VariableId, Variable<'a>)> {
        self.variables.values.entries().map(|(id, variable)| (id, *variable))
    }

    /// True if something depends on the fact.
    pub fn has_unobservable(&self, fact: Unobservable<'a>) -> bool {
        self.unobservables.find(&fact).is_some()
    }

    /// The facts that something depends on, in order of first use.
    pub fn unobservables(&self) -> impl Iterator<Item = Unobservable<'a>> {
        self.unobservables.values.iter().copied()
    }

    /// The fact with this index.
    pub fn unobservable_of(&self, id: UnobservableId) -> Unobservable<'a> {
        self.unobservables.values[id]
    }

    /// The opaque predicate with this index, and where it stands.
    pub fn opaque_of(&self, id: OpaqueId) -> (&Opaque, &[Site]) {
        (&self.opaques.values[id], &self.sites[id])
    }
}
