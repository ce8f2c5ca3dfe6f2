//! The heart: propose, prove, learn.
//!
//! A goal is a conjunction of formulas. The SAT solver *proposes* truth values for its atoms; each variable's theory
//! either finds a value that gives the atoms those truth values or *refutes* the proposal with a minimal conflict, which
//! is *learned* as a clause and excludes that conflict for good. There are finitely many conflicts, so the loop ends:
//! with a value for every variable, which the referee then has to *confirm* ([`crate::solve::Witness`]), or with clauses that
//! have no model, which is a proof for all requests. Lazy lemmas on demand, as in the DPLL(T) family: Nieuwenhuis,
//! Oliveras, Tinelli, "Solving SAT and SAT Modulo Theories", JACM 53(6), 2006.

use crate::formula::{Atom, Conjunction, Formula, Lit, Node, Test, VariableId};
use crate::limits::{Exhausted, Meter, SearchLimits};
use crate::sat::{Encoder, Solver};
use crate::solve::atom_index::AtomIndex;
use crate::solve::justify::{Justification, Kinds, cheap_guess, justify};
use crate::solve::model::Model;
use crate::solve::polarity::Polarity;
use crate::solve::stamp_set::{StampSet, Tallies};
use crate::solve::verdict::Stats;
use crate::theory::{Lemma, Theory, Valuation};
use rustc_hash::FxHashSet;

/// From so many goals on it pays to prepare the graph for more, and any request is as good as another.
const MANY: usize = 8;

/// A search over one formula; what it learns about patterns serves all goals of the check.
pub struct Search<'f, 'a> {
    pub(super) formula: &'f mut Formula<'a>,
    pub(super) theory: Theory,
    pub(super) conjunction: Conjunction,
    pub(super) meter: Meter,
    pub(super) atoms: AtomIndex<'a>,
    pub(super) occurring: StampSet,
    pub(super) elsewhere: StampSet,
    /// Whether what occurs is what occurs elsewhere.
    pub(super) all_elsewhere: bool,
    /// Used in [`crate::solve::relevance`] alone.
    pub(super) met: Tallies,
    pub(super) known: StampSet,
    kinds: Kinds,
    limits: SearchLimits,
    lemmas: Vec<Lemma>,
    undecided: Option<Lemma>,
    /// Goals so far.
    goals: usize,
    /// Whether the first guess met the last goal: then one at the next goal as it stands is worth a look.
    guesses_meet: bool,
    stats: Stats,
}

impl<'f, 'a> Search<'f, 'a> {
    /// A search within these limits.
    pub fn new(formula: &'f mut Formula<'a>, theory: Theory, limits: SearchLimits) -> Search<'f, 'a> {
        let atoms = AtomIndex::of(formula);
        let mut conjunction = Conjunction::default();
        // What a statement says about the action decides most of what is said about actions.
        let actions = atoms.about(VariableId::ACTION).map_or(&[][..], |about| &about.atoms);
        conjunction.assumable(actions.iter().map(|(_, _, lit)| *lit));
        Search {
            formula,
            theory,
            atoms,
            occurring: StampSet::default(),
            elsewhere: StampSet::default(),
            all_elsewhere: false,
            met: Tallies::default(),
            known: StampSet::default(),
            conjunction,
            meter: Meter::new(&limits),
            kinds: Kinds::default(),
            limits,
            lemmas: Vec::new(),
            undecided: None,
            goals: 0,
            guesses_meet: false,
            stats: Stats::default(),
        }
    }

    /// The facts about patterns learned so far.
    pub fn lemmas(&self) -> &[Lemma] {
        &self.lemmas
    }

    /// The proposal that the last search could neither fill with values nor exclude, if there was one: then its
    /// `None` is no proof.
    pub fn undecided(&self) -> Option<&Lemma> {
        self.undecided.as_ref()
    }

    /// The formula.
    pub fn formula(&mut self) -> &mut Formula<'a> {
        self.formula
    }

    /// What was counted so far.
    pub fn stats(&self) -> Stats {
        Stats {
            atoms: self.formula.atom_count() as u64,
            nodes: self.formula.graph.len() as u64,
            states: self.meter.spent(),
            lemmas: self.lemmas.len() as u64,
            ..self.stats
        }
    }

    /// Values that satisfy all of `goal`, or `None` if there are none, for any request.
    ///
    /// # Errors
    /// The limit that ended the search.
    pub fn solve(&mut self, goal: &[Lit]) -> Result<Option<Model>, Exhausted> {
        if self.formula.graph.len() > self.limits.nodes {
            return Err(Exhausted::Nodes);
        }
        self.meter.check()?;
        self.goals = self.goals.saturating_add(1);
        if std::mem::take(&mut self.guesses_meet) {
            let guess = cheap_guess((self.formula, &mut self.kinds), goal);
            if let Ok(model) = self.check_theories(guess)? {
                self.guesses_meet = true;
                return Ok(Some(model));
            }
        }
        self.undecided = None;
        self.conjunction.clear();
        if self.goals == MANY {
            self.conjunction.prepare_bulk(&self.formula.graph);
        }
        // The first conjunct says most: what it decides is put into the others as they come.
        let (first, rest) = goal.split_at_checked(1).unwrap_or((goal, &[]));
        if rest.iter().any(|lit| first.iter().any(|first| self.excludes(*lit, *first))) {
            return Ok(None);
        }
        self.conjunction.add(&mut self.formula.graph, first.iter().copied());
        self.decide_by_action()?;
        self.conjunction.add(&mut self.formula.graph, rest.iter().copied());
        self.meter.work(self.conjunction.disjunctions().len().saturating_add(goal.len()))?;
        if self.units_conflict()? {
            return Ok(None);
        }
        // Of many goals any request will do; of a few, one that what matters was looked at for says more.
        if self.goals >= MANY
            && !self.conjunction.is_contradiction()
            && !self.conjunction.disjunctions().is_empty()
        {
            let guess = justify((self.formula, &mut self.kinds), &self.conjunction, None);
            if let Ok(model) = self.check_theories(guess)? {
                self.guesses_meet = true;
                return Ok(Some(model));
            }
        }
        self.decide_by_relevance()?;
        if self.conjunction.is_contradiction() {
            return Ok(None);
        }
        let first_guess = justify((self.formula, &mut self.kinds), &self.conjunction, None);
        let mut conflicts = match self.check_theories(first_guess)? {
            Ok(model) => {
                self.guesses_meet = true;
                return Ok(Some(model));
            }
            Err(conflicts) => conflicts,
        };
        if let Some(lemma) = conflicts.iter().find(|lemma| self.is_decided(lemma)) {
            // It speaks about decided atoms only: no solver is needed.
            self.lemmas.push(lemma.clone());
            return Ok(None);
        }
        let mut solver = Solver::new(&self.limits);
        let mut encoder = Encoder::default();
        for disjunction in self.conjunction.disjunctions() {
            encoder.assert(&self.formula.graph, *disjunction, &mut solver)?;
        }
        self.state_inclusions(&mut encoder, &mut solver)?;
        loop {
            for lemma in conflicts {
                self.learn(lemma, &mut encoder, &mut solver)?;
            }
            self.stats.iterations = self.stats.iterations.saturating_add(1);
            self.stats.solves = self.stats.solves.saturating_add(1);
            if self.stats.iterations > self.limits.iterations as u64 {
                return Err(Exhausted::Iterations);
            }
            let proposal = solver.solve()?;
            let Some(values) = proposal else {
                self.stats.clauses = self.stats.clauses.saturating_add(solver.clauses());
                return Ok(None);
            };
            let truth = encoder.values(&values).collect();
            let proposal = justify((self.formula, &mut self.kinds), &self.conjunction, Some(&truth));
            match self.check_theories(proposal)? {
                Ok(model) => {
                    self.stats.clauses = self.stats.clauses.saturating_add(solver.clauses());
                    return Ok(Some(model));
                }
                Err(found) => conflicts = found,
            }
        }
    }

    /// Whether a test that has to be passed implies one that has to be failed: the usual end, found without looking at
    /// the disjunctions.
    fn units_conflict(&mut self) -> Result<bool, Exhausted> {
        let most = self.conjunction.units().len();
        let mut passed: Vec<(VariableId, Test)> = Vec::with_capacity(most);
        let mut failed: Vec<(VariableId, Test)> = Vec::with_capacity(most);
        for lit in self.conjunction.units() {
            let Node::Atom(atom) = self.formula.graph.node(lit.node()) else { continue };
            if let Atom::Match(variable, test) = self.formula.atom_of(atom) {
                if lit.is_negated() { failed.push((variable, test)) } else { passed.push((variable, test)) }
            }
        }
        for (variable, outer) in failed {
            let Test::Pattern(wide) = outer else { continue };
            for (_, inner) in passed.iter().filter(|(v, _)| *v == variable) {
                let Some(narrow) = self.formula.widened(*inner) else { continue };
                if self.theory.strings.includes(self.formula, wide, narrow, &mut self.meter)? {
                    self.lemmas.push(Lemma {
                        positives: vec![(variable, *inner)],
                        negatives: vec![(variable, outer)],
                    });
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Whether the conjuncts decide all tests of the lemma as it says that they cannot be.
    fn is_decided(&mut self, lemma: &Lemma) -> bool {
        let mut all = |tests: &[(VariableId, Test)], passed: bool| {
            tests.iter().all(|(variable, test)| {
                let lit = self.formula.match_literal(*variable, *test);
                self.conjunction.value(lit) == Some(passed)
            })
        };
        self.undecided.is_none() && all(&lemma.positives, true) && all(&lemma.negatives, false)
    }

    /// Whether one conjunct is, or has as a part, the negation of the other.
    fn excludes(&self, conjunct: Lit, other: Lit) -> bool {
        let children = match self.formula.graph.node(conjunct.node()) {
            Node::And(children) if !conjunct.is_negated() => children,
            _ => &[],
        };
        conjunct == !other || children.binary_search(&!other).is_ok()
    }

    /// A value for every variable that the literals speak about, or the conflicts that exclude them.
    fn check_theories(
        &mut self,
        proposal: Option<Justification>,
    ) -> Result<Result<Model, Vec<Lemma>>, Exhausted> {
        // A guess may want an atom both ways without any theory being wrong about it.
        let Some(proposal) = proposal else { return Ok(Err(Vec::new())) };
        Ok(match self.theory.values(self.formula, &proposal.tests, &mut self.meter)? {
            Valuation::Values(words) => Ok(Model::new(proposal, words)),
            Valuation::Conflicts(lemmas) => Err(lemmas),
            Valuation::Undecided(proposal) => {
                // Excluded without a reason: what comes after is no proof any more.
                self.undecided.get_or_insert_with(|| proposal.clone());
                Err(vec![proposal])
            }
        })
    }

    /// Adds the lemma as a clause: not all of its patterns as it says.
    fn learn(&mut self, lemma: Lemma, encoder: &mut Encoder, solver: &mut Solver) -> Result<(), Exhausted> {
        if self.lemmas.len() >= self.limits.lemmas {
            return Err(Exhausted::Lemmas);
        }
        let mut clause = Vec::with_capacity(lemma.positives.len().saturating_add(lemma.negatives.len()));
        for (variable, test) in &lemma.positives {
            clause.push(!self.formula.match_literal(*variable, *test));
        }
        for (variable, test) in &lemma.negatives {
            clause.push(self.formula.match_literal(*variable, *test));
        }
        self.lemmas.push(lemma);
        self.add_clause(&clause, encoder, solver)
    }

    /// Adds a clause, leaving out what is decided.
    fn add_clause(
        &mut self,
        clause: &[Lit],
        encoder: &mut Encoder,
        solver: &mut Solver,
    ) -> Result<(), Exhausted> {
        let mut open = Vec::with_capacity(clause.len());
        for lit in clause {
            match self.conjunction.value(*lit) {
                Some(true) => return Ok(()),
                Some(false) => {}
                None => open.push(*lit),
            }
        }
        encoder.clause(&self.formula.graph, &open, solver)
    }

    /// States `p -> n` wherever every value that matches `p` matches `n`, for `p` that occur positively and `n` that
    /// occur negatively: no other pairs can be part of a conflict of two.
    fn state_inclusions(&mut self, encoder: &mut Encoder, solver: &mut Solver) -> Result<(), Exhausted> {
        let occurrences = Polarity::of(self.formula, &self.conjunction);
        let mut variables: Vec<VariableId> = occurrences.positive.keys().copied().collect();
        variables.sort_unstable();
        for variable in variables {
            let positive = occurrences.positive.get(&variable).map_or(&[][..], Vec::as_slice);
            let negative = occurrences.negative.get(&variable).map_or(&[][..], Vec::as_slice);
            let occurs: FxHashSet<Lit> = positive.iter().map(|(_, p)| *p).collect();
            for (outer, n) in negative {
                for (inner, p) in self.inside(variable, *outer, &|_, lit| occurs.contains(&lit))? {
                    self.lemmas.push(Lemma {
                        positives: vec![(variable, inner)],
                        negatives: vec![(variable, *outer)],
                    });
                    self.add_clause(&[!p, *n], encoder, solver)?;
                }
            }
        }
        Ok(())
    }
}
