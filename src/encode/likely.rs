//! What is likely of a requester, as literals: what a witness shows where it can.
//!
//! `Request::has_usual_requester` says the same of one request.

use crate::automata::{Builder, Class, Pattern};
use crate::encode::context::Context;
use crate::encode::fresh_value::{digits, up_to_account};
use crate::encode::presence::{matches, presence};
use crate::encode::principal::{is_kind, requester_matches};
use crate::formula::requester::{self, ASSUMED_ROOT, OF_ACCOUNT, ROOT, SAML};
use crate::formula::{Formula, Lit, PatternKey};

/// "The requester is neither a root user nor a session of AssumeRoot."
pub fn no_root<'a>(formula: &mut Formula<'a>, context: &Context<'a>) -> Lit {
    !is_kind(formula, context, ROOT.union(ASSUMED_ROOT))
}

/// "The requester's account has twelve digits, and a session of AssumeRoot has no ARN, type or user id of another kind."
pub fn usual_requester<'a>(formula: &mut Formula<'a>, context: &Context<'a>) -> Lit {
    let twelve = digits(Pattern::builder()).finish();
    let of_account = is_kind(formula, context, OF_ACCOUNT);
    let has_twelve = requester_matches(formula, requester::with_account(OF_ACCOUNT, &twelve));
    let through = |builder: Builder| digits(up_to_account(builder)).text(":").many(Class::ANY).finish();
    let saml = is_kind(formula, context, SAML);
    let saml_has_twelve = requester_matches(formula, through(requester::of(SAML)));
    let assumed = is_kind(formula, context, ASSUMED_ROOT);
    let arn = Pattern::builder().text("arn:").many(Class::NOT_COLON).text(":iam::").many(Class::NOT_COLON);
    let is_root = requester_matches(formula, requester::with_arn(ASSUMED_ROOT, &arn.text(":root").finish()));
    let mut parts = vec![
        formula.graph.or([!of_account, has_twelve]),
        formula.graph.or([!saml, saml_has_twelve]),
        formula.graph.or([!assumed, is_root]),
    ];
    let own = || digits(Pattern::builder());
    let user_ids = vec![own().finish(), own().text(":").many(Class::ANY).finish()];
    for (name, values) in [("aws:principaltype", vec![Pattern::word("Account")]), ("aws:userid", user_ids)] {
        let Some(key) = formula.mentioned().iter().copied().find(|key| *key == name) else { continue };
        let present = presence(formula, context, key, 0);
        let values = values.into_iter().map(PatternKey::built);
        let fits: Vec<Lit> = values.map(|value| matches(formula, context, key, 0, value)).collect();
        parts.push(formula.graph.or(fits.into_iter().chain([!assumed, !present])));
    }
    formula.graph.and(parts)
}
