//! Context keys: their presence, and tests of their values against patterns.
//!
//! Keys that describe the requester are read off the requester's word, so that they cannot contradict `Principal` or one another
//! (facts S1 to S6 and S17 of docs/semantics.md). For requesters about whose keys nothing is documented, and under
//! `--aws-compat`, they are variables of their own.

use crate::encode::context::Context;
use crate::encode::principal::is_kind;
use crate::formula::requester::{ANONYMOUS, OF_ACCOUNT, WITHOUT_ACCOUNT};
use crate::formula::{Formula, Lit, PatternKey, RequesterKey, build};
use crate::request::{Presence, ValueType, key_info};

/// True if the values of the key are texts, not numbers, instants or addresses.
pub(crate) fn is_text(key: &str) -> bool {
    matches!(
        key_info(key).map(|info| info.value),
        None | Some(ValueType::String | ValueType::Arn | ValueType::Bool)
    )
}

/// Returns "the key has at least `element + 1` values".
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
    if context.semantics.aws_compat || element > 0 {
        return own(formula);
    }
    if let Some(requester_key) = RequesterKey::of(key) {
        let has = is_kind(formula, context, requester_key.present());
        let free = free_kinds(formula, context, requester_key);
        if free == Lit::FALSE {
            return has;
        }
        let own = own(formula);
        let free = formula.graph.and([free, own]);
        return formula.graph.or([has, free]);
    }
    own(formula)
}

fn free_kinds(formula: &mut Formula<'_>, context: &Context<'_>, requester_key: RequesterKey) -> Lit {
    let kinds = OF_ACCOUNT.union(ANONYMOUS).union(WITHOUT_ACCOUNT).minus(requester_key.fixed());
    if kinds.is_empty() { Lit::FALSE } else { is_kind(formula, context, kinds) }
}

/// Returns "this value of the key matches the pattern", assuming that the value is present.
pub(crate) fn matches<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    key: &'a str,
    element: u32,
    pattern: PatternKey<'a>,
) -> Lit {
    let requester_key = RequesterKey::of(key).filter(|_| !context.semantics.aws_compat);
    let Some(requester_key) = requester_key else {
        let variable = formula.key(key, element);
        return formula.matches(variable, pattern);
    };
    let words = requester_key.words(&build(&pattern));
    let mut literals: Vec<Lit> =
        words.into_iter().map(|word| formula.matches_for_key(word, key, &pattern)).collect();
    let free = free_kinds(formula, context, requester_key);
    if free != Lit::FALSE {
        let variable = formula.key(key, element);
        let own = formula.matches(variable, pattern);
        literals.push(formula.graph.and([free, own]));
    }
    formula.graph.or(literals)
}
