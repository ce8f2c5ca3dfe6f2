//! An outcome that is known without a search: the policy is not known, its text is secret, or a plan creates or deletes it.

use super::Dependent;
use crate::report::issue::{Issue, Kind, Status};

/// An outcome that is known without a search.
#[derive(Clone, Debug)]
pub struct Settled {
    /// The status.
    pub status: Status,
    /// The same in a sentence.
    pub message: String,
    /// The issue to report; none for a PASS without remarks.
    pub issue: Option<Issue>,
    /// The unknown values and what the verdict says of them, if the policy has some.
    pub dependence: Option<Box<Dependent>>,
}

impl Settled {
    /// Makes a PASS.
    pub fn pass(message: impl Into<String>) -> Settled {
        Settled { status: Status::Pass, message: message.into(), issue: None, dependence: None }
    }

    /// Adds what the outcome says of unknown values.
    #[must_use]
    pub fn depending(self, dependence: Dependent) -> Settled {
        Settled { dependence: Some(Box::new(dependence)), ..self }
    }

    /// Makes the outcome of an issue, with a message about the policy.
    pub fn of(issue: Issue, message: impl Into<String>) -> Settled {
        let status = match issue.kind {
            Kind::Finding | Kind::Lint => Status::Fail,
            Kind::Unknown => Status::Unknown,
            Kind::Error => Status::Error,
            Kind::Warning => Status::Pass,
        };
        Settled { status, message: message.into(), issue: Some(issue), dependence: None }
    }
}
