//! A model of a goal (values for the variables that matter, and the truth of atoms without a value), and the request made from
//! it.

use crate::automata::Symbol;
use crate::formula::{
    Atom, Decoded, Formula, Lit, Node, OpaqueId, RequesterKey, Unobservable, VariableId, decode,
};
use crate::index::{IndexVec, broken};
use crate::limits::{Exhausted, Meter};
use crate::policy::{Document, Effect, Statement};
use crate::request::{Presence, Request, Requesters, info_of_lower};
use crate::solve::justify::Justification;
use crate::theory::{Theory, Word, sample, usual_spelling};
use rustc_hash::FxHashMap;

/// The work of giving a key of a request its values.
const NAME: usize = 10;

/// Variables that are looked at for one unit of work.
const VARIABLES: usize = 16;

/// A solution of a goal.
#[derive(Clone, Debug)]
pub struct Model {
    literals: Vec<Lit>,
    absent: Vec<VariableId>,
    words: FxHashMap<VariableId, Word>,
}

impl Model {
    pub(super) fn new(proposal: Justification, words: FxHashMap<VariableId, Word>) -> Model {
        Model { literals: proposal.literals, absent: proposal.absent, words }
    }

    /// Returns the opaque predicates on which it relies.
    pub fn opaques<'m>(&'m self, formula: &'m Formula<'_>) -> impl Iterator<Item = OpaqueId> + 'm {
        self.literals.iter().filter_map(|lit| match formula.graph.node(lit.node()) {
            Node::Atom(atom) => match formula.atom_of(atom) {
                Atom::Opaque(id) => Some(id),
                _ => None,
            },
            _ => None,
        })
    }
}

/// Turns models into requests.
pub struct Concretizer<'c, 'a> {
    /// The formula the model is of.
    pub formula: &'c Formula<'a>,
    /// Provides values for variables that the model leaves open.
    pub theory: &'c mut Theory,
    /// Pays for them.
    pub meter: &'c mut Meter,
    /// Who may be the requester.
    pub requesters: Requesters,
    /// True if the facts that tie keys to the requester are not assumed.
    pub aws_compat: bool,
    /// The documents, whose spelling of actions is used.
    pub documents: &'c [&'a Document],
    /// The statement about which the request shows something; its spelling of the action is preferred.
    pub statement: Option<&'c Statement>,
    /// Further spellings of actions.
    pub spellings: &'c [&'c str],
}

impl Concretizer<'_, '_> {
    /// Returns the request. A key that the policies mention is present if the model needs it or every request has it.
    ///
    /// # Errors
    /// The meter ran out.
    pub fn request(&mut self, model: &Model) -> Result<Request, Exhausted> {
        let action = self.text(model, VariableId::ACTION)?;
        let resource = self.text(model, VariableId::RESOURCE)?;
        let mut request = Request::new(self.spelling(action), resource);
        // By variable: most are open, and many must be absent.
        let mut presence: IndexVec<VariableId, Option<bool>> = IndexVec::default();
        presence.resize(self.formula.variable_count(), None);
        let mut present: Vec<VariableId> = Vec::new();
        for variable in &model.absent {
            presence[*variable] = Some(false);
        }
        for lit in &model.literals {
            let Node::Atom(atom) = self.formula.graph.node(lit.node()) else { continue };
            match self.formula.atom_of(atom) {
                Atom::Present(variable) => {
                    presence[variable] = Some(!lit.is_negated());
                    if !lit.is_negated() {
                        present.push(variable);
                    }
                }
                Atom::Unobservable(id) if !lit.is_negated() => match self.formula.unobservable_of(id) {
                    Unobservable::UniqueId(text) => {
                        request.hidden.unique_ids.insert(text.to_owned());
                    }
                    Unobservable::CanonicalUser(text) => {
                        request.hidden.canonical_users.insert(text.to_owned());
                    }
                    Unobservable::Boundary => request.hidden.boundary = true,
                },
                _ => {}
            }
        }
        let requester = self.requester(model)?;
        let speaks_of = model.words.keys().chain(&present);
        let mut names: Vec<&str> =
            speaks_of.filter_map(|v| self.formula.variable_of(*v).key_name()).collect();
        names.extend(self.formula.always_present());
        names.sort_unstable();
        names.dedup();
        self.meter.work(names.len() * NAME + self.formula.variable_count() / VARIABLES)?;
        for name in names {
            let always = info_of_lower(name).is_some_and(|info| info.presence == Presence::Always);
            let mut values = Vec::new();
            for element in 0..u32::MAX {
                let variable = self.formula.key_variable(name, element);
                let constrained = variable.is_some_and(|v| model.words.contains_key(&v));
                let wanted = variable.and_then(|v| presence[v]);
                if wanted == Some(true) || (wanted.is_none() && (constrained || (always && element == 0))) {
                    values.push(self.value(model, name, variable)?);
                } else {
                    break;
                }
            }
            request.set(name, values);
        }
        if let Some(decoded) = requester {
            if !self.aws_compat {
                self.set_requester_keys(&decoded, &mut request);
            }
            request.requester = Some(decoded.requester);
        }
        Ok(request)
    }

    /// Returns the requester, if the documents depend on it.
    fn requester(&mut self, model: &Model) -> Result<Option<Decoded>, Exhausted> {
        let speaks_of_it = self.formula.speaks_of_requester();
        let mentions_keys = RequesterKey::ALL.iter().any(|key| self.formula.mentions(key.name()));
        if self.requesters != Requesters::Everyone && !speaks_of_it && !mentions_keys {
            return Ok(None);
        }
        let word = self.word(model, VariableId::REQUESTER)?;
        Ok(decode(&word))
    }

    /// Sets the keys that describe the requester to the values that its word fixes.
    fn set_requester_keys(&self, decoded: &Decoded, request: &mut Request) {
        for key in RequesterKey::ALL.iter().filter(|key| self.formula.mentions(key.name())) {
            if let Some(value) = key.value(decoded) {
                request.set(key.name(), value.into_iter().collect());
            }
        }
    }

    fn word(&mut self, model: &Model, variable: VariableId) -> Result<Word, Exhausted> {
        if let Some(word) = model.words.get(&variable) {
            return Ok(word.clone());
        }
        self.theory.any_value(self.formula, variable, self.meter)
    }

    /// Returns the value of a key; any value if nothing constrains it.
    fn value(
        &mut self,
        model: &Model,
        name: &str,
        variable: Option<VariableId>,
    ) -> Result<String, Exhausted> {
        match variable {
            Some(variable) => self.text(model, variable),
            None => Ok(sample(name)),
        }
    }

    fn text(&mut self, model: &Model, variable: VariableId) -> Result<String, Exhausted> {
        let text = match model.words.get(&variable) {
            Some(word) => Symbol::text(word),
            None => Symbol::text(&self.word(model, variable)?),
        };
        match text {
            Some(text) => Ok(text),
            None => broken("only the word of a requester has markers"),
        }
    }

    /// Returns the action in the spelling of its statement, or else of the documents, or else in the usual one.
    fn spelling(&self, action: String) -> String {
        let statements = || self.documents.iter().flat_map(|d| &d.statements);
        let rank = |effect: Effect| move |s: &&Statement| s.effect.value == effect;
        let spelled = self
            .statement
            .into_iter()
            .chain(statements().filter(rank(Effect::Allow)))
            .chain(statements().filter(rank(Effect::Deny)))
            .flat_map(|s| &s.action.values)
            .map(|pattern| &*pattern.value.text)
            .chain(self.spellings.iter().copied())
            .find(|text| text.eq_ignore_ascii_case(&action));
        match spelled.or_else(|| usual_spelling(&action)) {
            Some(text) => text.to_owned(),
            None => action,
        }
    }
}
