//! Lemmas: "no request passes all of these tests and fails all of those". The verifier proves each of them again from the meaning
//! of the tests; otherwise the certificate is not verified.

mod byte_automata;
mod domain;
mod untyped;
mod values;
mod variables;

use crate::automata::{Class, Set, Step};
use crate::encode::Context;
use crate::evaluate::{fields_match, glob_matches};
use crate::formula::{
    Atom, Bound, Formula, Network, Node, PatternId, PatternKey, Test, Variable, VariableId,
};
use crate::index::broken;
use crate::policy::{Part, Template};
use crate::request::Requesters;
use crate::request::{ValueType, key_info};
use crate::verify::clauses::QueryClauses;
use crate::verify::lemma::byte_automata::{AUTOMATA_BYTES, ByteAutomaton, find};
use crate::verify::lemma::domain::{forms, text};
use crate::verify::lemma::values::{some_address, some_number};
use crate::verify::{Budget, Refusal};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A lemma, by the numbers of its atoms in the clauses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lemma {
    /// Tests that the excluded requests pass.
    pub pass: Vec<u32>,
    /// Tests that the excluded requests fail.
    pub fail: Vec<u32>,
}

impl Lemma {
    /// Returns the lemma as a clause.
    pub fn clause(&self) -> impl Iterator<Item = i32> {
        let signed = |n: &u32| match i32::try_from(*n) {
            Ok(number) => number,
            Err(_) => broken("the numbers of a proved lemma are those of atoms"),
        };
        let pass = self.pass.iter().map(move |n| -signed(n));
        pass.chain(self.fail.iter().map(signed))
    }
}

/// The tests of one variable.
#[derive(Clone, Debug, Default)]
pub(super) struct Tests {
    /// The tests to pass.
    pub(super) pass: Vec<Test>,
    /// The tests to fail.
    pub(super) fail: Vec<Test>,
}

/// If no more texts than this match, they are enumerated.
pub(super) const ENUMERATION_LIMIT: usize = 64;

type Automata = Vec<Rc<ByteAutomaton>>;

/// Proves the lemmas of one query.
pub(super) struct Prover<'f, 'a> {
    pub(super) formula: &'f Formula<'a>,
    pub(super) requesters: Requesters,
    pub(super) aws_compat: bool,
    pub(super) budget: &'f mut Budget,
    /// The number of bytes that further automata may take.
    bytes: usize,
    automata: FxHashMap<PatternId, Rc<ByteAutomaton>>,
    domains: FxHashMap<VariableId, Rc<[ByteAutomaton]>>,
}

impl<'f, 'a> Prover<'f, 'a> {
    pub(super) fn new(
        formula: &'f Formula<'a>,
        context: &Context<'_>,
        budget: &'f mut Budget,
    ) -> Prover<'f, 'a> {
        let (requesters, aws_compat) = (context.semantics.requesters(), context.semantics.aws_compat);
        let (automata, domains) = (FxHashMap::default(), FxHashMap::default());
        Prover { formula, requesters, aws_compat, budget, bytes: AUTOMATA_BYTES, automata, domains }
    }

    /// # Errors
    /// The lemma is wrong, or could not be proved.
    pub(super) fn prove(&mut self, lemma: &Lemma, clauses: &QueryClauses) -> Result<(), Refusal> {
        let mut variables: BTreeMap<VariableId, Tests> = BTreeMap::new();
        let numbers = lemma.pass.iter().map(|n| (n, true)).chain(lemma.fail.iter().map(|n| (n, false)));
        for (number, pass) in numbers {
            let node = clauses.node(*number).map(|node| self.formula.graph.node(node));
            let Some(Node::Atom(atom)) = node else {
                return Err(Refusal::new(format!("{number} is not the number of an atom")));
            };
            let Atom::Match(variable, test) = self.formula.atom_of(atom) else {
                return Err(Refusal::new(format!("the atom {number} is not about a value")));
            };
            let tests = variables.entry(variable).or_default();
            if pass { &mut tests.pass } else { &mut tests.fail }.push(test);
        }
        for (variable, tests) in &variables {
            if self.excluded(*variable, tests)? {
                return Ok(());
            }
        }
        let mut exact = true;
        for (variable, tests) in &variables {
            if self.refined(*variable, tests, &variables)?
                || self.excluded_with_keys(*variable, tests, &variables)?
            {
                return Ok(());
            }
            let plain_text = |test: &Test| matches!(test, Test::Pattern(_));
            exact &= self.is_typed(*variable) || tests.pass.iter().chain(&tests.fail).all(plain_text);
        }
        Err(if exact {
            Refusal::new("a value passes and fails its tests, although the lemma says that none does")
        } else {
            Refusal::inconclusive("it could not be proved again")
        })
    }

    /// True if the values of the key are numbers, instants or addresses instead of texts.
    pub(super) fn is_typed(&self, variable: VariableId) -> bool {
        use ValueType::{Date, Epoch, Ip, Number};
        matches!(self.value_type(variable), Some(Ip | Number | Date | Epoch))
    }

    fn value_type(&self, variable: VariableId) -> Option<ValueType> {
        match self.formula.variable_of(variable) {
            Variable::Key(name, _) => key_info(name).map(|info| info.value),
            Variable::Action | Variable::Resource | Variable::Requester => Some(ValueType::String),
        }
    }

    /// Returns true if no value of the variable passes and fails the tests as required, whatever the values of other variables
    /// are.
    fn excluded(&mut self, variable: VariableId, tests: &Tests) -> Result<bool, Refusal> {
        let (bounds, networks) = (self.bounds(tests), self.networks(tests));
        match self.value_type(variable) {
            Some(ValueType::Ip) => return Ok(!some_address(&networks.0, &networks.1, self.budget)?),
            Some(ValueType::Number | ValueType::Date | ValueType::Epoch) => {
                return Ok(!some_number(&bounds.0, &bounds.1, self.budget)?);
            }
            _ => {}
        }
        if self.no_text(variable, tests)? || self.marked(variable, tests)? {
            return Ok(true);
        }
        self.excluded_by_kinds(variable, tests, (&bounds.0, &bounds.1), (&networks.0, &networks.1))
    }

    fn bounds(&self, tests: &Tests) -> (Vec<&'f Bound>, Vec<&'f Bound>) {
        let formula = self.formula;
        let pick = |list: &[Test]| {
            let bound = |t: &Test| if let Test::Bound(id) = t { Some(formula.bound_of(*id)) } else { None };
            list.iter().filter_map(bound).collect()
        };
        (pick(&tests.pass), pick(&tests.fail))
    }

    fn networks(&self, tests: &Tests) -> (Vec<Network>, Vec<Network>) {
        let formula = self.formula;
        let pick = |list: &[Test]| {
            let network =
                |t: &Test| if let Test::Network(id) = t { Some(formula.network_of(*id)) } else { None };
            list.iter().filter_map(network).collect()
        };
        (pick(&tests.pass), pick(&tests.fail))
    }

    /// Returns true if no text passes and fails the tests of texts as required. A pattern with policy variables is widened if it
    /// must be passed, and ignored if it must be failed.
    fn no_text(&mut self, variable: VariableId, tests: &Tests) -> Result<bool, Refusal> {
        if let Some(decided) = self.by_word(tests)? {
            return Ok(decided);
        }
        let (inside, outside) = self.texts(tests)?;
        self.empty(variable, &inside, &outside)
    }

    /// Returns true if no value of the variable is in all automata of the first list and in none of the second.
    fn empty(
        &mut self,
        variable: VariableId,
        inside: &[Rc<ByteAutomaton>],
        outside: &[Rc<ByteAutomaton>],
    ) -> Result<bool, Refusal> {
        Ok(self.value(variable, inside, outside)?.is_none())
    }

    /// Returns a value of the variable that is in all automata of the first list and in none of the second.
    fn value(
        &mut self,
        variable: VariableId,
        inside: &[Rc<ByteAutomaton>],
        outside: &[Rc<ByteAutomaton>],
    ) -> Result<Option<Vec<u8>>, Refusal> {
        let outside: Vec<&ByteAutomaton> = outside.iter().map(AsRef::as_ref).collect();
        for form in self.domain(variable)?.iter() {
            let inside: Vec<&ByteAutomaton> = inside.iter().map(AsRef::as_ref).chain([form]).collect();
            let found = find(&inside, &outside, self.budget)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Decides the case that a text must be a single word: `Some(true)` if another test excludes that word.
    fn by_word(&mut self, tests: &Tests) -> Result<Option<bool>, Refusal> {
        let formula = self.formula;
        let key = |test: &Test| match test {
            Test::Pattern(id) => Some((*id, formula.pattern_of(*id))),
            _ => None,
        };
        let Some(word) = tests.pass.iter().filter_map(key).find_map(|(_, key)| key.word()) else {
            return Ok(None);
        };
        for (list, excluding) in [(&tests.pass, false), (&tests.fail, true)] {
            for (id, pattern) in list.iter().filter_map(key) {
                // Matching may backtrack to each star once for each character.
                self.budget.spend((word.len() + 1) * 4)?;
                let matched = match pattern {
                    PatternKey::Glob(template) => glob_matches(template, word),
                    PatternKey::Fields { fields, .. } => fields_match(fields, word),
                    PatternKey::Built(_) => self.automaton(id)?.contains(word.as_bytes()),
                };
                if matched == excluding {
                    return Ok(Some(true));
                }
            }
        }
        Ok(None)
    }

    /// Returns the automata for the tests of texts.
    fn texts(&mut self, tests: &Tests) -> Result<(Automata, Automata), Refusal> {
        let (mut inside, mut outside) = (Vec::new(), Vec::new());
        for test in &tests.pass {
            match test {
                Test::Pattern(id) => inside.push(self.automaton(*id)?),
                Test::Template(id) => {
                    let widened = crate::verify::lemma::variables::widened(self.formula.template_of(*id));
                    inside.push(Rc::new(self.built(widened)?));
                }
                Test::Bound(_) | Test::Network(_) => {}
            }
        }
        for test in &tests.fail {
            if let Test::Pattern(id) = test {
                outside.push(self.automaton(*id)?);
            }
        }
        Ok((inside, outside))
    }

    /// Builds an automaton and charges for it.
    fn built(&mut self, steps: Vec<Step>) -> Result<ByteAutomaton, Refusal> {
        self.budget.spend(steps.len() * 16)?;
        let automaton = ByteAutomaton::within(steps, self.bytes)?;
        let left = self.bytes.checked_sub(automaton.bytes());
        self.bytes = left.ok_or_else(|| Refusal::inconclusive("the patterns are too large"))?;
        Ok(automaton)
    }

    /// Returns the automaton of a pattern.
    fn automaton(&mut self, id: PatternId) -> Result<Rc<ByteAutomaton>, Refusal> {
        if let Some(known) = self.automata.get(&id) {
            return Ok(Rc::clone(known));
        }
        let automaton = Rc::new(self.built(steps(self.formula.pattern_of(id)))?);
        self.automata.insert(id, Rc::clone(&automaton));
        Ok(automaton)
    }

    fn domain(&mut self, variable: VariableId) -> Result<Rc<[ByteAutomaton]>, Refusal> {
        if let Some(known) = self.domains.get(&variable) {
            return Ok(Rc::clone(known));
        }
        let forms = forms(self.formula.variable_of(variable), self.requesters);
        let domain: Rc<[ByteAutomaton]> =
            forms.into_iter().map(ByteAutomaton::new).collect::<Result<_, _>>()?;
        self.domains.insert(variable, Rc::clone(&domain));
        Ok(domain)
    }
}

/// Returns the steps of a pattern as written.
pub(super) fn steps(key: &PatternKey<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut glob = |template: &Template, class: Class| {
        for part in template.parts() {
            match part {
                Part::Text(spelled) => steps.extend(text(spelled)),
                Part::One => steps.push(Step::One(Set::Class(class))),
                Part::Many | Part::Variable(_) => steps.push(Step::Many(class)),
            }
        }
    };
    match key {
        PatternKey::Glob(template) => glob(template, Class::ANY),
        PatternKey::Fields { fields, .. } => {
            let colon = Template::from_parts([Part::Text(":".into())]);
            for (place, field) in fields.iter().enumerate() {
                if place > 0 {
                    glob(&colon, Class::ANY);
                }
                glob(field, if place < 5 { Class::NOT_COLON } else { Class::ANY });
            }
        }
        PatternKey::Built(pattern) => return pattern.steps().to_vec(),
    }
    steps
}
