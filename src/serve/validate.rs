//! The place of ValidatePolicy.

use super::body::Body;
use super::call::Moment;
use super::form::Fields;
use super::refusal::Refusal;
use super::reply::Success;
use super::state::State;

/// Answers ValidatePolicy.
pub(super) fn validate(_: &State, _: &Body<'_>, _: &Fields<'_>, _: &Moment) -> Result<Success, Refusal> {
    Err(Refusal::unknown_operation())
}
