//! The reason why a certificate is not verified.

use crate::limits::Exhausted;

/// The reason why a certificate is not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// True if a limit was reached, so nothing is known; false if something in the certificate is wrong.
    pub inconclusive: bool,
    /// One sentence.
    pub reason: String,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Refusal {}

impl Refusal {
    pub(crate) fn new(reason: impl Into<String>) -> Refusal {
        Refusal { inconclusive: false, reason: reason.into() }
    }

    pub(crate) fn inconclusive(reason: impl Into<String>) -> Refusal {
        Refusal { inconclusive: true, reason: reason.into() }
    }

    pub(crate) fn at_limit(limit: Exhausted) -> Refusal {
        Refusal::inconclusive(format!("the limit on {} was reached", limit.code()))
    }

    pub(crate) fn at(self, place: impl std::fmt::Display) -> Refusal {
        Refusal { reason: format!("{place}: {}", self.reason), ..self }
    }
}
