//! Isolates broken invariants: they end one job in an internal error, never in a verdict.

use crate::check::{
    Answer, BlockOutcome, CanAnswer, CanVerdict, Comparison, Difference, ExternalAccess, Gains, Guardrails,
    Lint, NearMiss, SnapshotAnswer, WhatAnswer, WhoAnswer, caught,
};
use crate::report::Failure;
use crate::solve::{UnknownReason, Verdict};

/// Runs `job`; a panic in it becomes an error of this job alone.
///
/// # Errors
/// An internal error with the message of the panic.
pub fn isolated<T>(job: impl FnOnce() -> T) -> Result<T, Failure> {
    let run = || {
        #[cfg(test)]
        injection::point();
        job()
    };
    caught(run).map_err(|message| fault(&message))
}

/// Runs a job that asks queries. A panic in it becomes an error of this job alone. So does an answer that reports an internal
/// error: nothing in it is trusted then, not even a PASS beside the error.
///
/// # Errors An internal error with its message.
pub fn answered<T: Answered>(job: impl FnOnce() -> T) -> Result<T, Failure> {
    let outcome = isolated(job)?;
    match outcome.fault() {
        Some(detail) => Err(fault(detail)),
        None => Ok(outcome),
    }
}

/// An outcome of queries.
pub trait Answered {
    /// Returns the internal error that an answer reports, if there is one.
    fn fault(&self) -> Option<&str>;
}

impl Answered for Answer {
    fn fault(&self) -> Option<&str> {
        let unknown = match &self.verdict {
            Verdict::Unknown(unknown) => Some(&**unknown),
            Verdict::Pass(_) | Verdict::Fail(_) => self.open.as_deref(),
        };
        unknown?.reasons.iter().find_map(|reason| match reason {
            UnknownReason::Internal(detail) => Some(detail.as_str()),
            UnknownReason::Exhausted(_)
            | UnknownReason::Opaque { .. }
            | UnknownReason::Layer { .. }
            | UnknownReason::NotVerified(_) => None,
        })
    }
}

impl Answered for CanAnswer {
    fn fault(&self) -> Option<&str> {
        match &self.verdict {
            CanVerdict::Unknown(unknown) => unknown.internal(),
            CanVerdict::Can(_) | CanVerdict::Cannot(_) => None,
        }
    }
}

impl Answered for SnapshotAnswer<'_> {
    fn fault(&self) -> Option<&str> {
        self.part.answer.fault()
    }
}

impl Answered for WhoAnswer<'_> {
    fn fault(&self) -> Option<&str> {
        self.open.iter().find_map(|entry| entry.answer.fault())
    }
}

impl Answered for Gains<'_> {
    fn fault(&self) -> Option<&str> {
        self.open.iter().find_map(|entry| entry.part.answer.fault())
    }
}

impl Answered for Result<Guardrails<'_>, String> {
    fn fault(&self) -> Option<&str> {
        self.as_ref().ok()?.internal.as_deref()
    }
}

impl Answered for WhatAnswer<'_> {
    fn fault(&self) -> Option<&str> {
        let mut answers = self.open.iter().map(|grant| &grant.answer).chain(&self.rest);
        answers.find_map(Answered::fault)
    }
}

impl Answered for Option<NearMiss> {
    fn fault(&self) -> Option<&str> {
        None
    }
}

impl Answered for Comparison {
    fn fault(&self) -> Option<&str> {
        self.left.fault().or_else(|| self.right.fault())
    }
}

impl Answered for Vec<Difference> {
    fn fault(&self) -> Option<&str> {
        self.iter().find_map(|difference| difference.rest.fault())
    }
}

impl Answered for ExternalAccess {
    fn fault(&self) -> Option<&str> {
        self.rest.fault()
    }
}

impl Answered for BlockOutcome {
    fn fault(&self) -> Option<&str> {
        self.public.iter().chain(&self.remaining).find_map(Answer::fault)
    }
}

impl Answered for Lint {
    fn fault(&self) -> Option<&str> {
        self.internal.as_deref()
    }
}

fn fault(detail: &str) -> Failure {
    Failure::internal(format!("this is a fault of iamsat, please report it: {detail}"))
}

/// Injects a broken invariant into an isolated job of this thread, for the tests of the surfaces.
#[cfg(test)]
pub(crate) mod injection {
    use std::cell::Cell;

    thread_local! {
        static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
    }

    /// Lets `others` isolated jobs run and breaks the next one.
    pub(crate) fn break_after(others: usize) {
        LEFT.set(Some(others));
    }

    /// Ends a job that is to break.
    pub(super) fn point() {
        match LEFT.take() {
            Some(0) => crate::index::broken("the test injects a fault"),
            left => LEFT.set(left.map(|others| others - 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Options, compare, lint, no_new_access};
    use crate::limits::InputLimits;
    use crate::policy::{Document, parse};
    use crate::solve::Unknown;
    use crate::span::Source;

    fn policy(action: &str) -> Document {
        let text = format!(r#"{{"Statement":{{"Effect":"Allow","Action":"{action}","Resource":"*"}}}}"#);
        parse(&Source::new("p", text), &InputLimits::default()).unwrap()
    }

    fn at_fault() -> Box<Unknown> {
        let reasons = vec![UnknownReason::Internal("the referee disagrees".to_owned())];
        Box::new(Unknown { reasons, candidate: None })
    }

    #[test]
    fn a_broken_invariant_is_an_internal_error_of_one_job() {
        let failure = isolated(|| -> u8 { crate::index::broken("one is two") }).unwrap_err();
        assert_eq!(failure.code, "InternalServerException");
        assert!(failure.message.ends_with(": broken invariant: one is two"), "{}", failure.message);
        assert!(failure.is_internal() && failure.message.starts_with("this is a fault of iamsat"));
        assert_eq!(isolated(|| 7).unwrap(), 7);
    }

    #[test]
    fn an_answer_that_names_a_fault_of_this_program_is_none() {
        let (read, write) = (policy("s3:GetObject"), policy("s3:PutObject"));
        let options = Options::default();
        assert_eq!(answered(|| no_new_access(&read, &read, &options)).unwrap().verdict.name(), "PASS");
        let unknown = answered(|| {
            let mut answer = no_new_access(&read, &read, &options);
            answer.verdict = Verdict::Unknown(at_fault());
            answer
        });
        assert!(unknown.unwrap_err().message.ends_with("the referee disagrees"));
        let beside_findings = answered(|| {
            let mut answer = no_new_access(&read, &write, &options);
            assert_eq!(answer.verdict.name(), "FAIL");
            answer.open = Some(at_fault());
            answer
        });
        assert!(beside_findings.is_err());
        let in_one_of_two = answered(|| {
            let mut comparison = compare(&read, &write, &options);
            comparison.right.verdict = Verdict::Unknown(at_fault());
            comparison
        });
        assert!(in_one_of_two.is_err());
        assert!(answered(|| lint(&read, &options)).is_ok());
        let lint = answered(|| Lint { internal: Some("one is two".to_owned()), ..lint(&read, &options) });
        assert!(lint.unwrap_err().is_internal());
    }
}
