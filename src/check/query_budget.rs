//! Runs many queries for one answer under shared limits.

use super::{Answer, Options};
use crate::limits::{Exhausted, SearchLimits};
use crate::query::World;
use crate::solve::{Unknown, UnknownReason, Verdict};

/// All queries together may explore this many times the product states of one check.
const CHECKS: u64 = 8;

/// This many times more queries may run if each is about a part of one statement.
const PARTS: usize = 4;

/// A node of a formula counts as this many states, if nodes are counted: building one takes about as long.
const NODE: u128 = 4;

/// The work for copying or reading a value of a document.
pub(super) const VALUE: usize = 5;

/// The reason why no more queries run.
#[derive(Clone, Debug)]
pub(super) enum Stopped {
    /// A shared limit was reached.
    Exhausted(Exhausted),
    /// A query broke an invariant.
    Internal(String),
}

impl Stopped {
    /// Returns UNKNOWN with this reason.
    pub(super) fn unknown(self) -> Verdict {
        let reason = match self {
            Stopped::Exhausted(limit) => UnknownReason::Exhausted(limit),
            Stopped::Internal(message) => UnknownReason::Internal(message),
        };
        Verdict::Unknown(Box::new(Unknown { reasons: vec![reason], candidate: None }))
    }
}

/// The bounds that are left.
#[derive(Debug)]
pub(super) struct QueryBudget {
    options: Options,
    queries: usize,
    states: u128,
    /// Half of the initial number of states.
    half_states: u128,
    /// True if nodes of formulas count as states: with many Deny statements, building them takes most of the time.
    counts_nodes: bool,
}

impl QueryBudget {
    /// Returns the full budget of these options. Queries make no certificates.
    pub(super) fn of(options: &Options) -> QueryBudget {
        QueryBudget::new(options, u128::from(options.limits.states) * u128::from(CHECKS))
    }

    /// Does the same as [`QueryBudget::of`] for queries about parts of one statement, which are many and small.
    pub(super) fn of_parts(options: &Options) -> QueryBudget {
        // This number of queries is not reached in practice.
        let questions = options.limits.questions.checked_mul(PARTS);
        let limits =
            questions.map_or(options.limits, |questions| SearchLimits { questions, ..options.limits });
        let budget = QueryBudget::of(&Options { limits, ..options.clone() });
        QueryBudget { counts_nodes: true, ..budget }
    }

    /// Does the same as [`QueryBudget::of`], but with the states of one check for all queries together: for queries that are
    /// simple, or not worth a long wait.
    pub(super) fn within_one_check(options: &Options) -> QueryBudget {
        let states = options.limits.states / CHECKS;
        let limits = SearchLimits { states, ..options.limits };
        QueryBudget::new(&Options { limits, ..options.clone() }, u128::from(states) * u128::from(CHECKS))
    }

    fn new(options: &Options, states: u128) -> QueryBudget {
        QueryBudget {
            options: Options { certificate: false, world: World::Open, ..options.sharing() },
            queries: options.limits.questions,
            states,
            half_states: states / 2,
            counts_nodes: false,
        }
    }

    /// Returns the options for the next query.
    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    /// True if less than half of the queries or states remain: optional queries are then skipped.
    pub(super) fn is_half_spent(&self) -> bool {
        self.queries < self.options.limits.questions / 2 || self.states < self.half_states
    }

    /// Asks one query.
    ///
    /// # Errors
    /// The query does not run or has no answer, for this reason.
    pub(super) fn ask(&mut self, query: impl FnOnce(&Options) -> Answer) -> Result<Answer, Stopped> {
        if self.options.limits.is_over() {
            return Err(Stopped::Exhausted(Exhausted::Deadline));
        }
        self.queries = self.queries.checked_sub(1).ok_or(Stopped::Exhausted(Exhausted::Questions))?;
        self.look(query)
    }

    /// Does the same as [`QueryBudget::ask`] for a query that is not counted; only its states are.
    ///
    /// # Errors
    /// As [`QueryBudget::ask`].
    pub(super) fn look(&mut self, query: impl FnOnce(&Options) -> Answer) -> Result<Answer, Stopped> {
        if self.states == 0 {
            return Err(Stopped::Exhausted(Exhausted::States));
        }
        if self.is_spent() {
            return Err(Stopped::Exhausted(Exhausted::Work));
        }
        let answer = query(&self.options);
        if let (true, Verdict::Unknown(unknown)) = (answer.is_fault, &answer.verdict)
            && let Some(message) = unknown.internal()
        {
            return Err(Stopped::Internal(message.to_owned()));
        }
        // An overdraft by this query ends the next one.
        let nodes = if self.counts_nodes { u128::from(answer.stats.nodes) * NODE } else { 0 };
        let spent = u128::from(answer.stats.states) + nodes;
        let Some(left) = self.states.checked_sub(spent) else {
            self.states = 0;
            return Err(Stopped::Exhausted(Exhausted::States));
        };
        self.states = left;
        Ok(answer)
    }

    /// Counts comparisons, or other work, outside of queries.
    ///
    /// # Errors
    /// [`Exhausted::Work`], and [`Exhausted::Deadline`] if there is a deadline.
    pub(super) fn compare(&self, count: usize) -> Result<(), Stopped> {
        if self.options.limits.is_over() {
            return Err(Stopped::Exhausted(Exhausted::Deadline));
        }
        self.options.shared_work.spend(count as u64).map_err(Stopped::Exhausted)
    }

    /// Counts work that has been done: what was too much ends the next query.
    pub(super) fn pay(&self, work: usize) {
        self.options.shared_work.take(work as u64);
    }

    /// True if no work is left.
    pub(super) fn is_spent(&self) -> bool {
        self.options.shared_work.left() == Some(0)
    }

    /// Counts the values of a list that is copied or read.
    ///
    /// # Errors
    /// As [`QueryBudget::compare`].
    pub(super) fn read(&self, values: usize) -> Result<(), Stopped> {
        self.compare(values.checked_mul(VALUE).ok_or(Stopped::Exhausted(Exhausted::Work))?)
    }

    /// Asks one query; returns true if it is proved that no such request exists.
    ///
    /// # Errors
    /// As [`QueryBudget::ask`].
    pub(super) fn proves(&mut self, query: impl FnOnce(&Options) -> Answer) -> Result<bool, Stopped> {
        Ok(matches!(self.ask(query)?.verdict, Verdict::Pass(_)))
    }
}
