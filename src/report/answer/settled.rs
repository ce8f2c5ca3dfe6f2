//! An outcome that no search gave: the policy is not known, its text is secret, a plan creates or deletes it.

use crate::report::issue::{Issue, Kind, Status};

/// An outcome that no search gave.
#[derive(Clone, Debug)]
pub struct Settled {
    /// The status.
    pub status: Status,
    /// The same in a sentence.
    pub message: String,
    /// The issues to tell; none for a PASS with nothing beside it.
    pub issue: Option<Issue>,
}

impl Settled {
    /// Makes a PASS.
    pub fn pass(message: impl Into<String>) -> Settled {
        Settled { status: Status::Pass, message: message.into(), issue: None }
    }

    /// Makes the outcome that an issue stands for, with what is said of the policy.
    pub fn of(issue: Issue, message: impl Into<String>) -> Settled {
        let status = match issue.kind {
            Kind::Finding | Kind::Lint => Status::Fail,
            Kind::Unknown => Status::Unknown,
            Kind::Error => Status::Error,
            Kind::Warning => Status::Pass,
        };
        Settled { status, message: message.into(), issue: Some(issue) }
    }
}
