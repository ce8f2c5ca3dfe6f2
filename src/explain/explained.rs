//! A finding with what it rests on.

use super::blame::Blame;
use super::refusal::Refusal;
use crate::evaluate::Decision;
use crate::request::RequestSpec;
use crate::solve::Finding;

/// A finding with what it rests on.
#[derive(Clone, Debug)]
pub struct Explained<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// The patterns that let the request through.
    pub blame: Blame,
    /// Why the other policy does not do the same; `None` if there is none. The other one is the existing policy, or the judged one
    /// where the finding is about what the existing one denies.
    pub refusal: Option<Refusal>,
    /// The decision of the other policy, where the finding is about what the existing one denies.
    pub decision: Option<Decision>,
    /// The request as flags of `iamsat simulate`, if they reproduce it, and if that was looked for.
    pub replay: Option<RequestSpec>,
    /// True if the time limit was over, so that refusal and replay were not looked for.
    pub late: bool,
}
