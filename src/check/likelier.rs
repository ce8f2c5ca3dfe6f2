//! Replaces witnesses by ones with likelier requesters.
//!
//! A witness may be a request of a root user although a user or role satisfies the goal too, or of an account whose id does not
//! have twelve digits. Only then one more search is made for a likelier request, so this costs little.

use crate::confirm::Claim;
use crate::encode::{Context, no_root, usual_requester};
use crate::formula::{Formula, Lit};
use crate::policy::PolicyType;
use crate::request::{Request, Requester};
use crate::solve::{self, Search, decide};

/// The largest number of searches for better witnesses in one answer.
pub(super) const BETTER_WITNESSES: usize = 64;

/// Replaces a witness by one whose requester is usual, and not a root user if the policy may be an identity policy, if there is
/// such a witness.
pub(super) fn likelier<'a>(
    search: &mut Search<'_, 'a>,
    context: &Context<'a>,
    goal: &mut Vec<Lit>,
    claim: &Claim<'_>,
    answer: solve::Answer,
    searches: &mut usize,
) -> solve::Answer {
    let solve::Answer::Witnessed(mut best) = answer else { return answer };
    let may_be_identity = claim.semantics.policy_type == PolicyType::Identity;
    let is_root = |request: &Request| request.requester.as_ref().is_some_and(Requester::is_root);
    let mut prefer = |search: &mut Search<'_, 'a>, likely: fn(&mut Formula<'a>, &Context<'a>) -> Lit| {
        *searches = searches.checked_sub(1)?;
        goal.push(likely(search.formula(), context));
        match decide(search, goal, claim) {
            solve::Answer::Witnessed(other) => Some(other),
            solve::Answer::Unsat(_) | solve::Answer::Undecided(_) => {
                goal.pop();
                None
            }
        }
    };
    if may_be_identity
        && is_root(best.request())
        && let Some(other) = prefer(search, no_root)
    {
        best = other;
    }
    if !best.request().has_usual_requester()
        && let Some(other) = prefer(search, usual_requester)
    {
        best = other;
    }
    solve::Answer::Witnessed(best)
}
