//! The main loop of the search: propose, refute, learn.
//!
//! A goal is a conjunction of formulas. The SAT solver *proposes* truth values for its atoms. The theory of each variable either
//! finds a value that gives the atoms these truth values, or *refutes* the proposal by a minimal conflict, which is *learned* as
//! a clause. There are finitely many conflicts, so the loop ends: with a value for every variable, which the referee must then
//! *confirm* ([`crate::solve::Witness`]), or with clauses that have no model, which is a proof for all requests. Lemmas on
//! demand, as in DPLL(T): Nieuwenhuis, Oliveras, Tinelli, "Solving SAT and SAT Modulo Theories", JACM 53(6), 2006.
//!
//! Few goals reach the loop: see [`crate::solve::shortcuts`].

use crate::formula::{Conjunction, Formula, Lit, VariableId, Weakening};
use crate::limits::{Exhausted, Meter, SearchLimits};
use crate::solve::atom_index::AtomIndex;
use crate::solve::justify::{Justification, Justifier};
use crate::solve::model::Model;
use crate::solve::proposer::Proposer;
use crate::solve::relevance::Relevance;
use crate::solve::shortcuts::{Guesses, contains_negation, decided_lemma, inclusions, unit_conflict};
use crate::solve::verdict::Stats;
use crate::solve::workspace::Workspace;
use crate::theory::{Lemma, Theory, Valuation};

/// A search over one formula; what it learns about patterns is reused for all goals of the check.
pub struct Search<'f, 'a> {
    pub(super) workspace: Workspace<'f, 'a>,
    relevance: Relevance<'a>,
    justifier: Justifier,
    guesses: Guesses,
    weakening: Weakening,
    limits: SearchLimits,
    lemmas: Vec<Lemma>,
    undecided: Option<Lemma>,
    stats: Stats,
}

/// The model of a proposal, or the conflicts that exclude it.
type Checked = Result<Model, Vec<Lemma>>;

impl<'f, 'a> Search<'f, 'a> {
    /// Starts a search within these limits.
    pub fn new(formula: &'f mut Formula<'a>, theory: Theory, limits: SearchLimits) -> Search<'f, 'a> {
        let atoms = AtomIndex::of(formula);
        let mut conjunction = Conjunction::default();
        conjunction.reserve(formula.graph.len());
        // The action of a statement decides most other tests of the action.
        if let Some(actions) = atoms.about(VariableId::ACTION) {
            conjunction.assumable(actions.texts.iter().map(|atom| atom.lit));
        }
        Search {
            workspace: Workspace { formula, conjunction, theory, meter: Meter::new(&limits) },
            relevance: Relevance::new(atoms),
            justifier: Justifier::default(),
            guesses: Guesses::default(),
            weakening: Weakening::default(),
            limits,
            lemmas: Vec::new(),
            undecided: None,
            stats: Stats::default(),
        }
    }

    /// Finds values that satisfy all of `goal`, or `None` if there are none, for any request.
    ///
    /// # Errors
    /// The limit that ended the search.
    pub fn solve(&mut self, goal: &[Lit]) -> Result<Option<Model>, Exhausted> {
        match self.try_shortcuts(goal)? {
            Shortcut::Model(model) => Ok(Some(model)),
            Shortcut::Unsatisfiable => Ok(None),
            Shortcut::Open(conflicts) => self.propose_refute_learn(conflicts),
        }
    }

    /// Runs the loop: learns the conflicts of the last proposal and makes the next one, until a proposal has values or none is
    /// left.
    fn propose_refute_learn(&mut self, mut conflicts: Vec<Lemma>) -> Result<Option<Model>, Exhausted> {
        let mut proposer = Proposer::new(&self.workspace, &self.limits)?;
        for lemma in inclusions(&mut self.workspace, self.relevance.atoms())? {
            self.state(lemma, &mut proposer)?;
        }
        let end = loop {
            for lemma in conflicts {
                self.learn(lemma, &mut proposer)?;
            }
            self.stats.iterations += 1;
            self.stats.solves += 1;
            if self.stats.iterations > self.limits.iterations as u64 {
                return Err(Exhausted::Iterations);
            }
            let Some(truth) = proposer.propose(&mut self.workspace.meter)? else { break None };
            let Workspace { formula, conjunction, .. } = &self.workspace;
            let proposal = self.justifier.justify(formula, conjunction, Some(&truth));
            self.workspace.meter.work(self.justifier.take_work())?;
            match self.check_theories(proposal)? {
                Ok(model) => break Some(model),
                Err(found) => conflicts = found,
            }
        };
        self.stats.clauses += proposer.clauses();
        Ok(end)
    }

    /// Returns the goal without opaque predicates: a model of it satisfies `goal`, whatever they mean.
    pub(super) fn weaken(&mut self, goal: &[Lit]) -> Vec<Lit> {
        goal.iter().map(|lit| self.weakening.weaken(self.workspace.formula, *lit)).collect()
    }

    /// Refutes the proposal by at least one conflict, or finds a value for every variable in it.
    fn check_theories(&mut self, proposal: Option<Justification>) -> Result<Checked, Exhausted> {
        // A guess may need an atom in both signs, which is not a conflict of a theory.
        let Some(proposal) = proposal else { return Ok(Err(Vec::new())) };
        let Workspace { formula, theory, meter, .. } = &mut self.workspace;
        Ok(match theory.values(formula, &proposal.tests, meter)? {
            Valuation::Values(words) => Ok(Model::new(proposal, words)),
            Valuation::Conflicts(lemmas) => Err(lemmas),
            Valuation::Undecided(proposal) => {
                // The proposal is excluded without a reason, so "no more proposals" no longer proves anything.
                self.undecided.get_or_insert_with(|| proposal.clone());
                Err(vec![proposal])
            }
        })
    }

    /// Excludes a conflict for good.
    fn learn(&mut self, lemma: Lemma, proposer: &mut Proposer) -> Result<(), Exhausted> {
        if self.lemmas.len() >= self.limits.lemmas {
            return Err(Exhausted::Lemmas);
        }
        self.state(lemma, proposer)
    }

    /// Adds the lemma as a clause: not all of its tests have the stated truth values.
    fn state(&mut self, lemma: Lemma, proposer: &mut Proposer) -> Result<(), Exhausted> {
        let mut clause = Vec::with_capacity(lemma.positives.len() + lemma.negatives.len());
        for (variable, test) in &lemma.positives {
            clause.push(!self.workspace.formula.match_literal(*variable, *test));
        }
        for (variable, test) in &lemma.negatives {
            clause.push(self.workspace.formula.match_literal(*variable, *test));
        }
        self.lemmas.push(lemma);
        proposer.add_clause(&self.workspace, &clause)
    }

    /// Tries to end the goal without the loop, cheapest shortcut first. The remaining goal is propagated.
    fn try_shortcuts(&mut self, goal: &[Lit]) -> Result<Shortcut, Exhausted> {
        if self.workspace.formula.graph.len() > self.limits.nodes {
            return Err(Exhausted::Nodes);
        }
        self.workspace.meter.check()?;
        if self.guesses.start_goal() {
            let guess = self.justifier.cheap_guess(self.workspace.formula, goal);
            self.workspace.meter.work(self.justifier.take_work())?;
            if let Ok(model) = self.check_theories(guess)? {
                self.guesses.note_success();
                return Ok(Shortcut::Model(model));
            }
        }
        self.undecided = None;
        self.workspace.conjunction.clear();
        self.guesses.prepare(&mut self.workspace);
        if contains_negation(&self.workspace.formula.graph, goal) {
            return Ok(Shortcut::Unsatisfiable);
        }
        self.propagate(goal)?;
        if let Some(lemma) = unit_conflict(&mut self.workspace)? {
            self.lemmas.push(lemma);
            return Ok(Shortcut::Unsatisfiable);
        }
        if self.guesses.is_early_guess_worthwhile(&self.workspace)
            && let Ok(model) = self.check_guess()?
        {
            self.guesses.note_success();
            return Ok(Shortcut::Model(model));
        }
        self.relevance.decide(&mut self.workspace)?;
        if self.workspace.conjunction.is_contradiction() {
            return Ok(Shortcut::Unsatisfiable);
        }
        let conflicts = match self.check_guess()? {
            Ok(model) => {
                self.guesses.note_success();
                return Ok(Shortcut::Model(model));
            }
            Err(conflicts) => conflicts,
        };
        if self.undecided.is_none()
            && let Some(lemma) = decided_lemma(&mut self.workspace, &conflicts)
        {
            self.lemmas.push(lemma);
            return Ok(Shortcut::Unsatisfiable);
        }
        Ok(Shortcut::Open(conflicts))
    }

    /// Makes the goal the conjunction. The first conjunct decides most, above all about the action; its decisions are put into
    /// the other conjuncts as they are added.
    ///
    /// # Errors
    /// The meter ran out.
    fn propagate(&mut self, goal: &[Lit]) -> Result<(), Exhausted> {
        let mut conjuncts = goal.iter().copied();
        self.workspace.add(conjuncts.next())?;
        self.relevance.decide_by_action(&mut self.workspace)?;
        self.workspace.add(conjuncts)?;
        self.workspace.meter.work(self.workspace.conjunction.disjunctions().len() + goal.len())
    }

    /// Looks for values for the cheapest part of every OR in the conjunction.
    fn check_guess(&mut self) -> Result<Checked, Exhausted> {
        let Workspace { formula, conjunction, .. } = &self.workspace;
        let guess = self.justifier.justify(formula, conjunction, None);
        self.workspace.meter.work(self.justifier.take_work())?;
        self.check_theories(guess)
    }

    /// Returns the facts about patterns learned so far.
    pub fn lemmas(&self) -> &[Lemma] {
        &self.lemmas
    }

    /// Returns the proposal that the last search could neither fill with values nor exclude, if there was one. In that case
    /// `None` from the search proves nothing.
    pub fn undecided(&self) -> Option<&Lemma> {
        self.undecided.as_ref()
    }

    /// Returns the formula.
    pub fn formula(&mut self) -> &mut Formula<'a> {
        self.workspace.formula
    }

    /// Returns the counts so far.
    pub fn stats(&self) -> Stats {
        Stats {
            atoms: self.workspace.formula.atom_count() as u64,
            nodes: self.workspace.formula.graph.len() as u64,
            states: self.workspace.meter.spent(),
            work: self.workspace.meter.worked(),
            lemmas: self.lemmas.len() as u64,
            ..self.stats
        }
    }
}

/// The progress of the shortcuts on a goal.
enum Shortcut {
    /// Values that satisfy it.
    Model(Model),
    /// Nothing satisfies it.
    Unsatisfiable,
    /// The goal is open; these conflicts exclude the last guess.
    Open(Vec<Lemma>),
}
