//! Witnesses with likelier requesters.
//!
//! A goal may be met by a request of a root user where a user or role meets it too, or by an account whose id has not twelve
//! digits. Such a request is a witness, but a poor one. One more look for a likelier request costs little, because it is made
//! only then.

use crate::confirm::Claim;
use crate::encode::{Context, no_root, usual_requester};
use crate::formula::{Formula, Lit};
use crate::policy::PolicyType;
use crate::request::{Request, Requester};
use crate::solve::{self, Search, decide};

/// Replaces a witness by one that is not of a root user, where the policy may be an identity policy, and whose requester is
/// usual, as far as there is one.
pub(super) fn likelier<'a>(
    search: &mut Search<'_, 'a>,
    context: &Context<'a>,
    goal: &mut Vec<Lit>,
    claim: &Claim<'_>,
    answer: solve::Answer,
) -> solve::Answer {
    let solve::Answer::Witnessed(mut best) = answer else { return answer };
    let may_be_identity = claim.semantics.policy_type == PolicyType::Identity;
    let is_root = |request: &Request| request.requester.as_ref().is_some_and(Requester::is_root);
    let mut prefer = |search: &mut Search<'_, 'a>, likely: fn(&mut Formula<'a>, &Context<'a>) -> Lit| {
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
