//! Many questions that serve one answer, under bounds that they share.

use super::{Answer, Options};
use crate::limits::{Exhausted, SearchLimits};
use crate::solve::Verdict;

/// How many times the product states of one check all questions together may explore.
const CHECKS: u64 = 8;

/// What is left of the bounds.
#[derive(Debug)]
pub(super) struct Inquiry {
    options: Options,
    questions: usize,
    states: u64,
}

impl Inquiry {
    /// With all that these options allow; no certificates are made on the way.
    pub(super) fn of(options: &Options) -> Inquiry {
        Inquiry {
            options: Options { certificate: false, ..options.clone() },
            questions: options.limits.questions,
            states: options.limits.states.saturating_mul(CHECKS),
        }
    }

    /// As [`Inquiry::of`], with what one check may explore for all questions together: for questions that are simple, or not
    /// worth the wait.
    pub(super) fn within_one_check(options: &Options) -> Inquiry {
        let limits = SearchLimits { states: options.limits.states / CHECKS, ..options.limits };
        Inquiry::of(&Options { limits, ..options.clone() })
    }

    /// How the questions are asked.
    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    /// Whether less than half of the questions or of the states is left: time to leave out what need not be known.
    pub(super) fn is_half_spent(&self) -> bool {
        self.questions < self.options.limits.questions / 2
            || self.states < self.options.limits.states.saturating_mul(CHECKS) / 2
    }

    /// Asks one question.
    ///
    /// # Errors
    /// The bound that does not allow it any more.
    pub(super) fn ask(&mut self, encoding: impl FnOnce(&Options) -> Answer) -> Result<Answer, Exhausted> {
        if self.options.limits.is_over() {
            return Err(Exhausted::Deadline);
        }
        self.questions = self.questions.checked_sub(1).ok_or(Exhausted::Questions)?;
        let answer = encoding(&self.options);
        self.states = self.states.checked_sub(answer.stats.states).ok_or(Exhausted::States)?;
        Ok(answer)
    }

    /// Asks one question, and whether it is proved that there is no such request.
    ///
    /// # Errors
    /// As [`Inquiry::ask`].
    pub(super) fn proves(&mut self, encoding: impl FnOnce(&Options) -> Answer) -> Result<bool, Exhausted> {
        Ok(matches!(self.ask(encoding)?.verdict, Verdict::Pass(_)))
    }
}
