//! The interned variables, patterns and atoms of one check, and the graph over them.

use crate::automata::Pattern;
use crate::code::Code;
use crate::formula::atom::{
    Atom, AtomId, Bound, BoundId, NetworkId, Opaque, OpaqueId, PatternId, Site, TemplateId, Test,
    Unobservable, UnobservableId, Variable, VariableId,
};
use crate::formula::graph::{Graph, Lit};
use crate::formula::interner::{Table, fast};
use crate::formula::network::Network;
use crate::formula::pattern_key::{LiteralPrefix, PatternKey};
use crate::formula::renumbering::PutIn;
use crate::formula::variable_pattern::VariablePattern;
use crate::index::{IndexVec, id};
use crate::request::{Presence, info_of_lower};
use rustc_hash::FxHashMap;

id! {
    /// Index of a context key that the policies mention.
    pub(super) struct MentionId
}

/// The atoms and subformulas of one check.
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
    pub(super) atoms: Table<AtomId, Atom>,
    pub(super) literals: IndexVec<AtomId, Lit>,
    pub(super) patterns: Table<PatternId, PatternKey<'a>>,
    pub(super) literal_prefixes: IndexVec<PatternId, LiteralPrefix<'a>>,
    pub(super) bounds: Table<BoundId, Bound>,
    pub(super) networks: Table<NetworkId, Network>,
    pub(super) templates: Table<TemplateId, VariablePattern<'a>>,
    pub(super) widened: IndexVec<TemplateId, PatternId>,
    pub(super) template_sites: IndexVec<TemplateId, Site>,
    pub(super) variables: Table<VariableId, Variable<'a>>,
    pub(super) unobservables: Table<UnobservableId, Unobservable<'a>>,
    pub(super) opaques: Table<OpaqueId, Opaque>,
    pub(super) sites: IndexVec<OpaqueId, Vec<Site>>,
    pub(super) mentioned: Table<MentionId, &'a str>,
    pub(super) always_present: Vec<&'a str>,
    pub(super) speaks_of_requester: bool,
    /// True if no context key is read off the requester's word.
    pub(super) separate_keys: bool,
    /// For patterns on the requester's word: the keys for which they were built, each with the pattern on the value of the key.
    pub(super) origins: FxHashMap<PatternId, Vec<(&'a str, PatternId)>>,
    pub(super) put_in: PutIn,
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
            literals: IndexVec::default(),
            patterns: Table::default(),
            literal_prefixes: IndexVec::default(),
            bounds: Table::default(),
            networks: Table::default(),
            templates: Table::default(),
            widened: IndexVec::default(),
            template_sites: IndexVec::default(),
            variables,
            unobservables: Table::default(),
            opaques: Table::default(),
            sites: IndexVec::default(),
            mentioned: Table::default(),
            always_present: Vec::new(),
            speaks_of_requester: false,
            separate_keys: false,
            origins: FxHashMap::default(),
            put_in: PutIn::default(),
        }
    }
}

impl<'a> Formula<'a> {
    /// Makes room for the atoms and patterns of this many values of policies.
    pub(crate) fn reserve(&mut self, values: usize) {
        self.atoms.reserve(values);
        self.literals.reserve(values);
        self.patterns.reserve(values);
        self.literal_prefixes.reserve(values);
        self.graph.reserve(values);
    }

    pub(crate) fn atom(&mut self, atom: Atom) -> Lit {
        let id = self.atoms.intern(atom);
        if self.literals.contains(id) {
            return self.literals[id];
        }
        let lit = self.graph.leaf(id);
        self.literals.push(lit);
        self.speaks_of_requester |= matches!(atom, Atom::Match(VariableId::REQUESTER, _));
        lit
    }

    /// Returns the variable for an element of a context key; a single-valued key has element 0 only.
    pub fn key(&mut self, name: &'a str, element: u32) -> VariableId {
        self.variables.intern(Variable::Key(name, element))
    }

    /// Notes that the policies speak about a context key.
    pub fn mention(&mut self, key: &'a str) {
        let known = self.mentioned.values.len();
        self.mentioned.intern(key);
        let is_new = self.mentioned.values.len() > known;
        if is_new && info_of_lower(key).is_some_and(|info| info.presence == Presence::Always) {
            self.always_present.push(key);
        }
    }

    /// Returns the literal "the requester's word matches the pattern", which implies that the value of the key matches `value`.
    pub(crate) fn matches_for_key(&mut self, word: Pattern, key: &'a str, value: &PatternKey<'a>) -> Lit {
        let word = self.intern_pattern(PatternKey::built(word));
        let value = self.intern_pattern(value.clone());
        let origins = self.origins.entry(word).or_default();
        if !origins.contains(&(key, value)) {
            origins.push((key, value));
        }
        self.atom(Atom::Match(VariableId::REQUESTER, Test::Pattern(word)))
    }

    /// The number of patterns on the requester's word that were made for keys.
    pub(crate) fn derived_count(&self) -> usize {
        self.origins.len()
    }

    /// Treats every key as a variable of its own: none is read off the requester's word.
    pub(crate) fn separate_keys(&mut self) {
        self.separate_keys = true;
    }

    /// Returns the literal "the variable's value matches the pattern".
    pub fn matches(&mut self, variable: VariableId, pattern: PatternKey<'a>) -> Lit {
        let pattern = self.intern_pattern(pattern);
        self.atom(Atom::Match(variable, Test::Pattern(pattern)))
    }

    /// Returns the literal "the variable's value matches the pattern with the values of its keys put in".
    pub fn matches_template(
        &mut self,
        variable: VariableId,
        pattern: VariablePattern<'a>,
        site: Site,
    ) -> Lit {
        for key in &pattern.keys {
            // The value of the key is a variable of the search even where no other atom mentions it.
            self.key(key, 0);
        }
        let id = self.templates.intern(pattern);
        if !self.widened.contains(id) {
            let widened = self.templates.values[id].widen();
            let widened = self.intern_pattern(PatternKey::built(widened));
            self.widened.push(widened);
            self.template_sites.push(site);
        }
        self.atom(Atom::Match(variable, Test::Template(id)))
    }

    /// Returns the literal "the variable's value compares as the bound says".
    pub fn compares(&mut self, variable: VariableId, bound: Bound) -> Lit {
        let bound = self.bounds.intern(bound);
        self.atom(Atom::Match(variable, Test::Bound(bound)))
    }

    /// Returns the literal "the variable's value is an address of the network".
    pub fn within(&mut self, variable: VariableId, network: Network) -> Lit {
        let network = self.networks.intern(network);
        self.atom(Atom::Match(variable, Test::Network(network)))
    }

    /// Returns the literal "the variable's value passes the test".
    pub fn match_literal(&mut self, variable: VariableId, test: Test) -> Lit {
        self.atom(Atom::Match(variable, test))
    }

    /// Returns the literal "the context key is present".
    pub fn present(&mut self, key: VariableId) -> Lit {
        self.atom(Atom::Present(key))
    }

    /// Returns the literal of a fact that only AWS knows.
    pub fn unobservable(&mut self, fact: Unobservable<'a>) -> Lit {
        let id = self.unobservables.intern(fact);
        self.atom(Atom::Unobservable(id))
    }

    /// Returns the literal of an opaque predicate, and notes that it occurs at the site.
    pub fn opaque(&mut self, rule: Code, key: impl Into<Box<str>>, site: Site) -> Lit {
        let id = self.opaque_id(Opaque { rule, key: key.into() });
        self.sites[id].push(site);
        self.atom(Atom::Opaque(id))
    }

    /// Returns the literal of an opaque predicate that occurs in no document.
    pub(crate) fn open(&mut self, rule: Code, key: impl Into<Box<str>>) -> Lit {
        let id = self.opaque_id(Opaque { rule, key: key.into() });
        self.atom(Atom::Opaque(id))
    }

    pub(crate) fn opaque_id(&mut self, opaque: Opaque) -> OpaqueId {
        let id = self.opaques.intern(opaque);
        if !self.sites.contains(id) {
            self.sites.push(Vec::new());
        }
        id
    }

    /// Returns the index of a pattern.
    pub fn intern_pattern(&mut self, pattern: PatternKey<'a>) -> PatternId {
        let hash = fast(&pattern);
        self.intern_hashed_pattern(hash, pattern)
    }

    /// Does the same as [`Formula::intern_pattern`] for a pattern whose hash is known.
    pub(crate) fn intern_hashed_pattern(&mut self, hash: u64, pattern: PatternKey<'a>) -> PatternId {
        let id = self.patterns.intern_hashed(hash, pattern);
        if !self.literal_prefixes.contains(id) {
            self.literal_prefixes.push(self.patterns.values[id].literal_prefix());
        }
        id
    }
}
