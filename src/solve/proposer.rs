//! The clauses of a goal, and the proposals that satisfy them.

use crate::formula::{AtomId, Lit};
use crate::limits::{Exhausted, SearchLimits};
use crate::sat::{Encoder, Solver};
use crate::solve::workspace::Workspace;
use rustc_hash::FxHashMap;

/// The truth of the atoms that occur in clauses.
pub(super) type Truth = FxHashMap<AtomId, bool>;

/// The open disjunctions of a goal as clauses, and the learned clauses.
pub(super) struct Proposer {
    encoder: Encoder,
    solver: Solver,
}

impl Proposer {
    /// Translates the open disjunctions to clauses.
    ///
    /// # Errors
    /// More clause literals than the limit allows.
    pub(super) fn new(workspace: &Workspace<'_, '_>, limits: &SearchLimits) -> Result<Proposer, Exhausted> {
        let (mut encoder, mut solver) = (Encoder::default(), Solver::new(limits));
        for disjunction in workspace.conjunction.disjunctions() {
            encoder.assert(&workspace.formula.graph, *disjunction, &mut solver)?;
        }
        Ok(Proposer { encoder, solver })
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
    /// The deadline, or more proof than the limit allows.
    pub(super) fn propose(&mut self) -> Result<Option<Truth>, Exhausted> {
        let model = self.solver.solve()?;
        Ok(model.map(|model| self.encoder.values(&model).collect()))
    }

    /// Returns the number of clauses.
    pub(super) fn clauses(&self) -> u64 {
        self.solver.clauses()
    }
}
