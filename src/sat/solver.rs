//! varisat, with a count of what it is given and of what it derives, and a deadline.

use crate::limits::{Exhausted, SearchLimits};
use std::cell::Cell;
use std::io::{self, Write};
use std::rc::Rc;
use std::time::Instant;
use varisat::{ExtendFormula, Lit, ProofFormat, Var};

/// A propositional problem that grows by clauses. Literals are 1-based variable numbers, negative for negations, as
/// in DIMACS files.
pub struct Solver {
    inner: varisat::Solver<'static>,
    literals: usize,
    allowed: usize,
    clauses: u64,
    scratch: Vec<Lit>,
    ended: Rc<Cell<Option<Exhausted>>>,
}

/// Accepts a proof up to a number of bytes and until the deadline: the only hook through which a running solver can be stopped.
struct Bounded {
    left: u64,
    deadline: Option<Instant>,
    ended: Rc<Cell<Option<Exhausted>>>,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left = self.left.saturating_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        let end = if self.left == 0 {
            Some(Exhausted::ProofBytes)
        } else {
            self.deadline.filter(|at| Instant::now() >= *at).map(|_| Exhausted::Deadline)
        };
        match end {
            Some(limit) => {
                self.ended.set(Some(limit));
                Err(io::Error::other(limit.code().as_str()))
            }
            None => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Solver {
    /// No clauses yet.
    pub fn new(limits: &SearchLimits) -> Solver {
        let mut inner = varisat::Solver::new();
        let ended = Rc::new(Cell::new(None));
        let (left, deadline) = (limits.proof_bytes, limits.deadline);
        let hook = Bounded { left, deadline, ended: Rc::clone(&ended) };
        inner.write_proof(hook, ProofFormat::Varisat);
        Solver { inner, literals: 0, allowed: limits.literals, clauses: 0, scratch: Vec::new(), ended }
    }

    /// Adds a clause.
    ///
    /// # Errors
    /// More literals than the limit allows.
    pub fn add(&mut self, clause: &[i32]) -> Result<(), Exhausted> {
        self.literals = self.literals.saturating_add(clause.len());
        if self.literals > self.allowed {
            return Err(Exhausted::Literals);
        }
        self.clauses = self.clauses.saturating_add(1);
        self.scratch.clear();
        self.scratch.extend(clause.iter().map(|lit| {
            let index = lit.unsigned_abs().saturating_sub(1) as usize;
            Var::from_index(index).lit(*lit > 0)
        }));
        self.inner.add_clause(&self.scratch);
        Ok(())
    }

    /// How many clauses were added.
    pub fn clauses(&self) -> u64 {
        self.clauses
    }

    /// Looks for a model of all clauses: `Some(true variables are at their index)` or `None` if there is none.
    ///
    /// # Errors
    /// The deadline, or more proof than the limit allows.
    pub fn solve(&mut self) -> Result<Option<Vec<bool>>, Exhausted> {
        match self.inner.solve() {
            Ok(true) => {
                let mut values = Vec::new();
                for lit in self.inner.model().unwrap_or_default() {
                    let index = lit.var().index();
                    if values.len() <= index {
                        values.resize(index.saturating_add(1), false);
                    }
                    if let Some(slot) = values.get_mut(index) {
                        *slot = lit.is_positive();
                    }
                }
                Ok(Some(values))
            }
            Ok(false) => Ok(None),
            Err(_) => Err(self.ended.get().unwrap_or(Exhausted::Deadline)),
        }
    }
}
