//! The clauses of a goal, and the proposals that satisfy them.

use crate::formula::{AtomId, Lit};
use crate::limits::{Exhausted, Meter, SearchLimits};
use crate::sat::{Encoder, Solver};
use crate::solve::workspace::Workspace;
use rustc_hash::FxHashMap;

/// The truth of the atoms that occur in clauses.
pub(super) type Truth = FxHashMap<AtomId, bool>;

/// The work of a byte of proof: what the solver derives.
const BYTE: u64 = 8;

/// The work of a literal of a clause.
const LITERAL: usize = 4;

/// Literals of a long clause that are walked through for one unit of work; about half of it is each time.
const WALKED: usize = 100;

/// Variables whose values are read for one unit of work.
const VARIABLES: usize = 8;

/// The open disjunctions of a goal as clauses, and the learned clauses.
pub(super) struct Proposer {
    encoder: Encoder,
    solver: Solver,
    /// Literals that are paid for.
    paid: usize,
    /// True if the work that is left, and not the limit on proofs, ends the solver.
    is_short: bool,
}

impl Proposer {
    /// Translates the open disjunctions to clauses.
    ///
    /// # Errors
    /// More clause literals than the limit allows.
    pub(super) fn new(workspace: &Workspace<'_, '_>, limits: &SearchLimits) -> Result<Proposer, Exhausted> {
        let most = workspace.meter.work_left() / BYTE;
        let is_short = most < limits.proof_bytes;
        let limits = SearchLimits { proof_bytes: limits.proof_bytes.min(most), ..*limits };
        let (mut encoder, mut solver) = (Encoder::default(), Solver::new(&limits));
        for disjunction in workspace.conjunction.disjunctions() {
            encoder.assert(&workspace.formula.graph, *disjunction, &mut solver)?;
        }
        Ok(Proposer { encoder, solver, paid: 0, is_short })
    }

    /// Adds a clause without the literals that the conjunction decides.
    ///
    /// # Errors
    /// As [`Proposer::new`].
    pub(super) fn add_clause(
        &mut self,
        workspace: &Workspace<'_, '_>,
        clause: &[Lit],
    ) -> Result<(), Exhausted> {
        let mut open = Vec::with_capacity(clause.len());
        for lit in clause {
            match workspace.conjunction.value(*lit) {
                Some(true) => return Ok(()),
                Some(false) => {}
                None => open.push(*lit),
            }
        }
        self.encoder.clause(&workspace.formula.graph, &open, &mut self.solver)
    }

    /// Proposes truth values that satisfy all clauses; `None` if there are none.
    ///
    /// # Errors
    /// The deadline, more proof than the limit allows, or more work than the meter has.
    pub(super) fn propose(&mut self, meter: &mut Meter) -> Result<Option<Truth>, Exhausted> {
        let literals = self.solver.literals();
        meter.work((literals - self.paid) * LITERAL + self.solver.variables() / VARIABLES)?;
        meter.work(self.solver.squares() / WALKED)?;
        self.paid = literals;
        let before = self.solver.proof_bytes_left();
        let model = self.solver.solve().map_err(|limit| match limit {
            Exhausted::ProofBytes if self.is_short => Exhausted::Work,
            other => other,
        })?;
        let bytes = before - self.solver.proof_bytes_left();
        meter.work(usize::try_from(bytes * BYTE).map_err(|_| Exhausted::Work)?)?;
        Ok(model.map(|model| self.encoder.values(&model).collect()))
    }

    /// Returns the number of clauses.
    pub(super) fn clauses(&self) -> u64 {
        self.solver.clauses()
    }
}
