//! varisat with a deadline, and with counts of the clauses it gets and of the proof it derives.

use crate::index::broken;
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
    /// The greatest variable number.
    variables: usize,
    clauses: u64,
    scratch: Vec<Lit>,
    ended: Rc<Cell<Option<Exhausted>>>,
}

/// Accepts a proof up to a number of bytes and until the deadline; the proof is the only hook through which a running solver can
/// be stopped.
struct Bounded {
    left: u64,
    deadline: Option<Instant>,
    ended: Rc<Cell<Option<Exhausted>>>,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let end = if bytes.len() as u64 >= self.left {
            self.left = 0;
            Some(Exhausted::ProofBytes)
        } else {
            self.left -= bytes.len() as u64;
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
        Solver {
            inner,
            literals: 0,
            allowed: limits.literals,
            variables: 0,
            clauses: 0,
            scratch: Vec::new(),
            ended,
        }
    }

    /// Adds a clause.
    ///
    /// # Errors
    /// More literals than the limit allows.
    pub fn add(&mut self, clause: &[i32]) -> Result<(), Exhausted> {
        self.literals += clause.len();
        if self.literals > self.allowed {
            return Err(Exhausted::Literals);
        }
        self.clauses += 1;
        self.scratch.clear();
        for literal in clause {
            let index = index_of(*literal);
            self.variables = self.variables.max(index + 1);
            self.scratch.push(Var::from_index(index).lit(*literal > 0));
        }
        self.inner.add_clause(&self.scratch);
        Ok(())
    }

    /// Returns the number of clauses added.
    pub fn clauses(&self) -> u64 {
        self.clauses
    }

    /// Looks for a model of all clauses; `None` if there is none. The value of a variable is at [`index_of`] its number. A
    /// variable that the solver leaves open gets the value false, as either value would do.
    ///
    /// # Errors
    /// The deadline, or more proof than the limit allows.
    pub fn solve(&mut self) -> Result<Option<Vec<bool>>, Exhausted> {
        match (self.inner.solve(), self.ended.get()) {
            (Ok(true), _) => {
                let mut values = vec![false; self.variables];
                let Some(model) = self.inner.model() else { broken("a satisfiable problem has a model") };
                for literal in model {
                    match values.get_mut(literal.var().index()) {
                        Some(value) => *value = literal.is_positive(),
                        None => broken("a model is about variables of the clauses"),
                    }
                }
                Ok(Some(values))
            }
            (Ok(false), _) => Ok(None),
            (Err(_), Some(limit)) => Err(limit),
            (Err(_), None) => broken("nothing but the sink of its proof ends the solver"),
        }
    }
}

/// Returns the index of the variable of a literal.
pub(crate) fn index_of(literal: i32) -> usize {
    match literal.unsigned_abs().checked_sub(1) {
        Some(index) => index as usize,
        None => broken("variables are numbered from 1"),
    }
}
