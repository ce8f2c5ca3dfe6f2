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
    /// The squares of the lengths of long clauses.
    squares: usize,
    /// Bytes of proof that may still be written.
    left: Rc<Cell<u64>>,
    ended: Rc<Cell<Option<Exhausted>>>,
}

/// Literals of a clause from which on it counts how often it is walked through.
const LONG: usize = 1_000;

/// Accepts a proof up to a number of bytes and until the deadline; the proof is the only hook through which a running solver can
/// be stopped.
struct Bounded {
    left: Rc<Cell<u64>>,
    deadline: Option<Instant>,
    ended: Rc<Cell<Option<Exhausted>>>,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (length, left) = (bytes.len() as u64, self.left.get());
        self.left.set(left - left.min(length));
        let end = if length >= left {
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
        let left = Rc::new(Cell::new(limits.proof_bytes));
        let hook = Bounded { left: Rc::clone(&left), deadline: limits.deadline, ended: Rc::clone(&ended) };
        inner.write_proof(hook, ProofFormat::Varisat);
        Solver {
            inner,
            literals: 0,
            allowed: limits.literals,
            variables: 0,
            clauses: 0,
            scratch: Vec::new(),
            squares: 0,
            left,
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
        if clause.len() >= LONG {
            self.squares += clause.len() * clause.len();
        }
        self.scratch.clear();
        for literal in clause {
            let index = index_of(*literal);
            self.variables = self.variables.max(index + 1);
            self.scratch.push(Var::from_index(index).lit(*literal > 0));
        }
        self.inner.add_clause(&self.scratch);
        Ok(())
    }

    /// The literals of all clauses.
    pub fn literals(&self) -> usize {
        self.literals
    }

    /// The squares of the lengths of long clauses: the solver walks through such a clause again for each of its literals that
    /// becomes false, and writes no proof of it.
    pub fn squares(&self) -> usize {
        self.squares
    }

    /// The greatest variable number.
    pub fn variables(&self) -> usize {
        self.variables
    }

    /// Bytes of proof that may still be written.
    pub fn proof_bytes_left(&self) -> u64 {
        self.left.get()
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
