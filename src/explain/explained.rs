//! A finding with its explanation.

use super::blame::Blame;
use super::lost_denial::LostDenial;
use super::refusal::Refusal;
use crate::evaluate::Decision;
use crate::request::RequestSpec;
use crate::solve::Finding;

/// A finding with its explanation.
#[derive(Clone, Debug)]
pub struct Explained<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// The patterns that let the request through.
    pub blame: Blame,
    /// The reason why the other policy does not do the same; `None` if there is no other policy. The other policy is the existing
    /// one, or the checked one if the finding is about what the existing one denies.
    pub refusal: Option<Refusal>,
    /// The Deny of the existing policy that stops the request, if one does.
    pub lost: Option<LostDenial>,
    /// The decision of the other policy, if the finding is about what the existing one denies.
    pub decision: Option<Decision>,
    /// The request as flags of `iamsat simulate`, if they were requested and reproduce it.
    pub replay: Option<RequestSpec>,
    /// True if the time limit was reached, so refusal and replay were not determined.
    pub late: bool,
}
