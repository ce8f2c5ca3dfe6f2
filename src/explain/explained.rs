//! A finding with what it rests on.

use super::blame::Blame;
use super::refusal::Refusal;
use crate::request::RequestSpec;
use crate::solve::Finding;

/// A finding with what it rests on.
#[derive(Clone, Debug)]
pub struct Explained<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// The patterns that let the request through.
    pub blame: Blame,
    /// Why the existing policy does not allow it; `None` if there is none.
    pub refusal: Option<Refusal>,
    /// The request as flags of `iamsat simulate`, if they reproduce it, and if that was looked for.
    pub replay: Option<RequestSpec>,
    /// True if the time limit was over, so that refusal and replay were not looked for.
    pub late: bool,
}
