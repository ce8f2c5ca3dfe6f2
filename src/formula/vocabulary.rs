//! The interned variables, patterns and atoms of one check, with the graph over them.

mod record;

pub(super) use record::{Record, literal};

use super::atom::{
    Atom, AtomId, Bound, BoundId, Fact, FactId, NetworkId, Opaque, OpaqueId, PatternId, PatternKey, Site,
    Spelled, TemplateId, Test, Variable, VariableId,
};
use super::graph::{Graph, Lit};
use super::network::Network;
use super::symbolic::Symbolic;
use super::tied::Tied;
use crate::automata::Pattern;
use crate::request::{Presence, key_info};
use crate::text::TextHash;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::hash::{BuildHasher, Hash};

/// So many values with the same hash were made to have it.
const MOST_ALIKE: usize = 16;

/// A table that gives equal values equal indexes.
#[derive(Debug)]
struct Table<T> {
    /// Hashes and indexes.
    index: HashTable<(u64, u32)>,
    values: Vec<T>,
    /// Instead of the fast hash, once that turned out to be the same for many values.
    careful: Option<TextHash>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table { index: HashTable::new(), values: Vec::new(), careful: None }
    }
}

/// The hash by which a value is found until a table becomes careful.
fn fast<T: Hash>(value: &T) -> u64 {
    FxBuildHasher.hash_one(value)
}

impl<T: Eq + Hash> Table<T> {
    /// Makes room for more values.
    fn reserve(&mut self, more: usize) {
        self.index.reserve(more, |(hash, _)| *hash);
        self.values.reserve(more);
    }

    fn hash(&self, value: &T) -> u64 {
        self.careful.as_ref().map_or_else(|| fast(value), |careful| careful.hash_one(value))
    }

    fn find(&self, value: &T) -> Option<u32> {
        let hash = self.hash(value);
        let is_value = |(h, id): &(u64, u32)| *h == hash && self.values.get(*id as usize) == Some(value);
        self.index.find(hash, is_value).map(|(_, id)| *id)
    }

    fn intern(&mut self, value: T) -> u32 {
        self.intern_hashed(fast(&value), value)
    }

    /// As [`Table::intern`], of a value whose fast hash is known.
    fn intern_hashed(&mut self, fast: u64, value: T) -> u32 {
        let hash = if self.careful.is_some() { self.hash(&value) } else { fast };
        let (values, mut alike) = (&self.values, 0usize);
        let is_value = |(h, id): &(u64, u32)| {
            let is_alike = *h == hash;
            alike = alike.saturating_add(usize::from(is_alike));
            is_alike && values.get(*id as usize) == Some(&value)
        };
        match self.index.entry(hash, is_value, |(hash, _)| *hash) {
            Entry::Occupied(known) => known.get().1,
            Entry::Vacant(free) => {
                let id = u32::try_from(values.len()).unwrap_or(u32::MAX);
                free.insert((hash, id));
                self.values.push(value);
                if alike > MOST_ALIKE && self.careful.is_none() {
                    self.become_careful();
                }
                id
            }
        }
    }

    /// Finds all values by another hash from here on; their indexes stay.
    fn become_careful(&mut self) {
        self.careful = Some(TextHash::default());
        self.index.clear();
        for (value, id) in self.values.iter().zip(0u32..) {
            let hash = self.hash(value);
            self.index.insert_unique(hash, (hash, id), |(hash, _)| *hash);
        }
    }
}

/// All that is said about requests in one check.
///
/// ```
/// use iamsat::automata::Pattern;
/// use iamsat::formula::{Formula, PatternKey, VariableId};
/// let mut formula = Formula::default();
/// let mut is = |action| formula.matches(VariableId::ACTION, PatternKey::built(Pattern::word(action)));
/// let (get, again, put) = (is("s3:getobject"), is("s3:getobject"), is("s3:putobject"));
/// assert!(get == again && get != put);
/// // An AND has one node, however it is written.
/// assert_eq!(formula.graph.and([get, put]), formula.graph.and([put, get]));
/// ```
#[derive(Debug)]
pub struct Formula<'a> {
    /// The AND/NOT graph.
    pub graph: Graph,
    atoms: Table<Atom>,
    literals: Vec<Lit>,
    patterns: Table<PatternKey<'a>>,
    spelled: Vec<Spelled<'a>>,
    bounds: Table<Bound>,
    networks: Table<Network>,
    templates: Table<Symbolic<'a>>,
    widened: Vec<PatternId>,
    template_sites: Vec<Site>,
    variables: Table<Variable<'a>>,
    facts: Table<Fact<'a>>,
    opaques: Table<Opaque>,
    sites: Vec<Vec<Site>>,
    mentioned: Table<&'a str>,
    always_present: Vec<&'a str>,
    speaks_of_requester: bool,
    untied: bool,
    /// Of patterns on the requester's word, the key whose value they were made of, with the pattern on that value.
    origins: FxHashMap<PatternId, Vec<(&'a str, PatternId)>>,
}

impl Default for Formula<'_> {
    fn default() -> Self {
        let mut variables = Table::default();
        for variable in [Variable::Action, Variable::Resource, Variable::Requester] {
            variables.intern(variable);
        }
        Formula {
            graph: Graph::default(),
            atoms: Table::default(),
            literals: Vec::new(),
            patterns: Table::default(),
            spelled: Vec::new(),
            bounds: Table::default(),
            networks: Table::default(),
            templates: Table::default(),
            widened: Vec::new(),
            template_sites: Vec::new(),
            variables,
            facts: Table::default(),
            opaques: Table::default(),
            sites: Vec::new(),
            mentioned: Table::default(),
            always_present: Vec::new(),
            speaks_of_requester: false,
            untied: false,
            origins: FxHashMap::default(),
        }
    }
}

impl<'a> Formula<'a> {
    /// Makes room for what so many values of policies become.
    pub(super) fn reserve(&mut self, values: usize) {
        self.atoms.reserve(values);
        self.literals.reserve(values);
        self.patterns.reserve(values);
        self.spelled.reserve(values);
        self.graph.reserve(values);
    }

    fn atom(&mut self, atom: Atom) -> Lit {
        let id = AtomId(self.atoms.intern(atom));
        match self.literals.get(id.index()) {
            Some(lit) => *lit,
            None => {
                let lit = self.graph.leaf(id);
                self.literals.push(lit);
                self.speaks_of_requester |= matches!(atom, Atom::Match(VariableId::REQUESTER, _));
                lit
            }
        }
    }

    /// The variable for an element of a context key; a single-valued key has element 0 only.
    pub fn key(&mut self, name: &'a str, element: u32) -> VariableId {
        VariableId(self.variables.intern(Variable::Key(name, element)))
    }

    /// Notes that the policies speak about a context key.
    pub fn mention(&mut self, key: &'a str) {
        let known = self.mentioned.values.len();
        self.mentioned.intern(key);
        let is_new = self.mentioned.values.len() > known;
        if is_new && key_info(key).is_some_and(|info| info.presence == Presence::Always) {
            self.always_present.push(key);
        }
    }

    /// "The requester's word matches the pattern", which implies that the value of the key matches `value`.
    pub(super) fn matches_for_key(&mut self, word: Pattern, key: &'a str, value: &PatternKey<'a>) -> Lit {
        let word = self.intern_pattern(PatternKey::built(word));
        let value = self.intern_pattern(value.clone());
        let origins = self.origins.entry(word).or_default();
        if !origins.contains(&(key, value)) {
            origins.push((key, value));
        }
        self.atom(Atom::Match(VariableId::REQUESTER, Test::Pattern(word)))
    }

    /// What follows for the value of a key (lower-cased name) where the requester's word passes the test.
    pub fn implied_for_key(&self, test: Test, key: &str) -> Option<PatternId> {
        let Test::Pattern(word) = test else { return None };
        self.origins.get(&word)?.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    /// Treats all keys as variables of their own, none as a part of the requester's word.
    pub(super) fn untie(&mut self) {
        self.untied = true;
    }

    /// The part of the requester's word that a key (lower-cased name) is.
    pub fn tied(&self, key: &str) -> Option<Tied> {
        if self.untied { None } else { Tied::of(key) }
    }

    /// Whether the policies speak about this context key (lower-cased name).
    pub fn mentions(&self, key: &str) -> bool {
        self.mentioned.find(&key).is_some()
    }

    /// Those of the mentioned context keys that every request has.
    pub fn always_present(&self) -> &[&'a str] {
        &self.always_present
    }

    /// Whether any atom is about the requester.
    pub fn speaks_of_requester(&self) -> bool {
        self.speaks_of_requester
    }

    /// The context keys that the policies speak about, in order of first use.
    pub fn mentioned(&self) -> &[&'a str] {
        &self.mentioned.values
    }

    /// The variable of an element of a key, if anything is said about its value or presence.
    pub fn key_variable(&self, name: &'a str, element: u32) -> Option<VariableId> {
        self.variables.find(&Variable::Key(name, element)).map(VariableId)
    }

    /// "The variable's value matches the pattern."
    pub fn matches(&mut self, variable: VariableId, pattern: PatternKey<'a>) -> Lit {
        let pattern = self.intern_pattern(pattern);
        self.atom(Atom::Match(variable, Test::Pattern(pattern)))
    }

    /// "The variable's value matches the pattern with the values of its keys put in."
    pub fn matches_template(&mut self, variable: VariableId, pattern: Symbolic<'a>, site: Site) -> Lit {
        for key in &pattern.keys {
            // The value of the key is a variable of the search even where nothing else is said about it.
            self.key(key, 0);
        }
        let id = TemplateId(self.templates.intern(pattern));
        if self.widened.len() <= id.index() {
            let widened = self.template_of(id).map_or_else(Pattern::any, Symbolic::widen);
            let widened = self.intern_pattern(PatternKey::built(widened));
            self.widened.push(widened);
            self.template_sites.push(site);
        }
        self.atom(Atom::Match(variable, Test::Template(id)))
    }

    /// "The variable's value compares as the bound says."
    pub fn compares(&mut self, variable: VariableId, bound: Bound) -> Lit {
        let bound = BoundId(self.bounds.intern(bound));
        self.atom(Atom::Match(variable, Test::Bound(bound)))
    }

    /// "The variable's value is an address of the network."
    pub fn within(&mut self, variable: VariableId, network: Network) -> Lit {
        let network = NetworkId(self.networks.intern(network));
        self.atom(Atom::Match(variable, Test::Network(network)))
    }

    /// "The variable's value passes the test."
    pub fn match_literal(&mut self, variable: VariableId, test: Test) -> Lit {
        self.atom(Atom::Match(variable, test))
    }

    /// "The context key is present."
    pub fn present(&mut self, key: VariableId) -> Lit {
        self.atom(Atom::Present(key))
    }

    /// A fact only AWS knows.
    pub fn fact(&mut self, fact: Fact<'a>) -> Lit {
        let id = FactId(self.facts.intern(fact));
        self.atom(Atom::Fact(id))
    }

    /// An opaque predicate, met at a site.
    pub fn opaque(&mut self, rule: &'static str, key: impl Into<Box<str>>, site: Site) -> Lit {
        let id = self.opaque_id(Opaque { rule, key: key.into() });
        if let Some(sites) = self.sites.get_mut(id.index()) {
            sites.push(site);
        }
        self.atom(Atom::Opaque(id))
    }

    fn opaque_id(&mut self, opaque: Opaque) -> OpaqueId {
        let id = OpaqueId(self.opaques.intern(opaque));
        if self.sites.len() <= id.index() {
            self.sites.resize_with(id.index().saturating_add(1), Vec::new);
        }
        id
    }

    /// The atom with this index.
    pub fn atom_of(&self, id: AtomId) -> Option<Atom> {
        self.atoms.values.get(id.index()).copied()
    }

    /// The literal of an atom that was interned before.
    pub fn literal_of(&self, id: AtomId) -> Lit {
        self.literals.get(id.index()).copied().unwrap_or(Lit::TRUE)
    }

    /// All atoms, in order of first use.
    pub fn atoms(&self) -> impl Iterator<Item = (AtomId, Atom)> {
        self.atoms
            .values
            .iter()
            .enumerate()
            .map(|(i, atom)| (AtomId(u32::try_from(i).unwrap_or(u32::MAX)), *atom))
    }

    /// How many atoms there are.
    pub fn atom_count(&self) -> usize {
        self.atoms.values.len()
    }

    /// The pattern with this index.
    pub fn pattern_of(&self, id: PatternId) -> Option<&PatternKey<'a>> {
        self.patterns.values.get(id.index())
    }

    /// The bound with this index.
    pub fn bound_of(&self, id: BoundId) -> Option<&Bound> {
        self.bounds.values.get(id.index())
    }

    /// The network with this index.
    pub fn network_of(&self, id: NetworkId) -> Option<Network> {
        self.networks.values.get(id.index()).copied()
    }

    /// The pattern with variables with this index.
    pub fn template_of(&self, id: TemplateId) -> Option<&Symbolic<'a>> {
        self.templates.values.get(id.index())
    }

    /// Where a pattern with variables was met first.
    pub fn template_site(&self, id: TemplateId) -> Option<Site> {
        self.template_sites.get(id.index()).copied()
    }

    /// The ordinary pattern that matches whatever a value has to match to pass the test; `None` if the test is not about
    /// its text.
    pub fn widened(&self, test: Test) -> Option<PatternId> {
        match test {
            Test::Pattern(id) => Some(id),
            Test::Template(id) => self.widened.get(id.index()).copied(),
            Test::Bound(_) | Test::Network(_) => None,
        }
    }

    /// The index of a pattern.
    pub fn intern_pattern(&mut self, pattern: PatternKey<'a>) -> PatternId {
        let hash = fast(&pattern);
        self.intern_hashed_pattern(hash, pattern)
    }

    /// As [`Formula::intern_pattern`], of a pattern whose hash is known.
    fn intern_hashed_pattern(&mut self, hash: u64, pattern: PatternKey<'a>) -> PatternId {
        let id = PatternId(self.patterns.intern_hashed(hash, pattern));
        if let Some(pattern) = self.patterns.values.get(self.spelled.len()) {
            self.spelled.push(pattern.spelled());
        }
        id
    }

    /// What is plain to see of the words that match a pattern.
    pub fn spelled(&self, id: PatternId) -> Spelled<'a> {
        self.spelled.get(id.index()).copied().unwrap_or(Spelled::Hidden)
    }

    /// How many patterns there are.
    pub fn pattern_count(&self) -> usize {
        self.patterns.values.len()
    }

    /// The variable with this index.
    pub fn variable_of(&self, id: VariableId) -> Option<Variable<'a>> {
        self.variables.values.get(id.index()).copied()
    }

    /// How many variables there are.
    pub fn variable_count(&self) -> usize {
        self.variables.values.len()
    }

    /// All variables, in order of first use.
    pub fn variables(&self) -> impl Iterator<Item = (VariableId, Variable<'a>)> {
        self.variables
            .values
            .iter()
            .enumerate()
            .map(|(i, variable)| (VariableId(u32::try_from(i).unwrap_or(u32::MAX)), *variable))
    }

    /// Whether something depends on the fact.
    pub fn has_fact(&self, fact: Fact<'a>) -> bool {
        self.facts.find(&fact).is_some()
    }

    /// The facts that something depends on, in order of first use.
    pub fn facts(&self) -> impl Iterator<Item = Fact<'a>> {
        self.facts.values.iter().copied()
    }

    /// The fact with this index.
    pub fn fact_of(&self, id: FactId) -> Option<Fact<'a>> {
        self.facts.values.get(id.index()).copied()
    }

    /// The opaque predicate with this index, and where it stands.
    pub fn opaque_of(&self, id: OpaqueId) -> Option<(&Opaque, &[Site])> {
        Some((
            self.opaques.values.get(id.index())?,
            self.sites.get(id.index()).map_or(&[][..], Vec::as_slice),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Indexes are what they would be, whether values come with a hash or without, before and after.
    #[test]
    fn values_made_to_be_alike_are_found_all_the_same() {
        let mut table = Table::default();
        // The fast hash multiplies what it has by this constant and adds what comes next.
        let made = |n: u64| (n, n.wrapping_mul(0xf135_7aea_2e62_a9c5).wrapping_neg());
        let values: Vec<(u64, u64)> = (0..200).map(made).collect();
        assert!(values.iter().all(|value| fast(value) == fast(&made(0))));
        for (index, value) in (0u32..).zip(&values) {
            let id = match index.is_multiple_of(2) {
                true => table.intern(*value),
                false => table.intern_hashed(fast(value), *value),
            };
            assert_eq!(id, index);
        }
        assert!(table.careful.is_some());
        for (index, value) in (0u32..).zip(&values) {
            assert_eq!(table.find(value), Some(index));
            assert_eq!(table.intern_hashed(fast(value), *value), index);
        }
        assert_eq!(table.find(&made(200)), None);
    }
}
