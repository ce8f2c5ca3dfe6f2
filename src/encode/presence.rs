//! Context keys: when they are present, and what their value matches.
//!
//! Keys that describe the requester are read off the requester's word, so that they cannot contradict `Principal` or one
//! another (facts S1 to S6 of docs/semantics.md); for requesters about which nothing is documented, and under
//! `--aws-compat`, they are variables of their own.

use crate::encode::context::Context;
use crate::encode::principal::is_kind;
use crate::formula::Formula;
use crate::formula::Lit;
use crate::formula::PatternKey;
use crate::formula::RequesterKey;
use crate::formula::build;
use crate::formula::requester::{ANONYMOUS, OF_ACCOUNT, WITHOUT_ACCOUNT};
use crate::request::{Presence, key_info};

/// "The key has at least `element + 1` values."
pub(crate) fn presence<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    key: &'a str,
    element: u32,
) -> Lit {
    if element == 0 && key_info(key).is_some_and(|info| info.presence == Presence::Always) {
        return Lit::TRUE;
    }
    let own = |formula: &mut Formula<'a>| {
        let variable = formula.key(key, element);
        formula.present(variable)
    };
    if context.aws_compat || element > 0 {
        return own(formula);
    }
    if let Some(tied) = RequesterKey::of(key) {
        let has = is_kind(formula, context, tied.present());
        let free = free_kinds(formula, context, tied);
        if free == Lit::FALSE {
            return has;
        }
        let own = own(formula);
        let free = formula.graph.and([free, own]);
        return formula.graph.or([has, free]);
    }
    own(formula)
}

fn free_kinds(formula: &mut Formula<'_>, context: &Context<'_>, tied: RequesterKey) -> Lit {
    let kinds = OF_ACCOUNT.union(ANONYMOUS).union(WITHOUT_ACCOUNT).minus(tied.fixed());
    if kinds.is_empty() { Lit::FALSE } else { is_kind(formula, context, kinds) }
}

/// "This value of the key matches the pattern", under the assumption that it is present.
pub(crate) fn matches<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    key: &'a str,
    element: u32,
    pattern: PatternKey<'a>,
) -> Lit {
    let tied = RequesterKey::of(key).filter(|_| !context.aws_compat);
    let Some(tied) = tied else {
        let variable = formula.key(key, element);
        return formula.matches(variable, pattern);
    };
    let words = tied.words(&build(&pattern));
    let mut literals: Vec<Lit> =
        words.into_iter().map(|word| formula.matches_for_key(word, key, &pattern)).collect();
    let free = free_kinds(formula, context, tied);
    if free != Lit::FALSE {
        let variable = formula.key(key, element);
        let own = formula.matches(variable, pattern);
        literals.push(formula.graph.and([free, own]));
    }
    formula.graph.or(literals)
}
