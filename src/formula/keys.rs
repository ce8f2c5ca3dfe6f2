//! Context keys: when they are present, and what their value matches.
//!
//! Keys that describe the requester are read off the requester's word, so that they cannot contradict `Principal` or one
//! another (facts S1 to S6 of docs/semantics.md); for requesters about which nothing is documented, and under
//! `--aws-compat`, they are variables of their own.

use super::atom::PatternKey;
use super::derive::build;
use super::graph::Lit;
use super::principal::is_kind;
use super::reading::Reading;
use super::requester::{ANONYMOUS, OF_ACCOUNT, WITHOUT_ACCOUNT};
use super::tied::Tied;
use super::vocabulary::Formula;
use crate::request::{Presence, key_info};

/// "The key has at least `element + 1` values."
pub(super) fn presence<'a>(
    formula: &mut Formula<'a>,
    reading: &Reading<'a>,
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
    if reading.aws_compat || element > 0 {
        return own(formula);
    }
    if let Some(tied) = Tied::of(key) {
        let has = is_kind(formula, reading, tied.present());
        let free = free_kinds(formula, reading, tied);
        if free == Lit::FALSE {
            return has;
        }
        let own = own(formula);
        let free = formula.graph.and([free, own]);
        return formula.graph.or([has, free]);
    }
    own(formula)
}

fn free_kinds(formula: &mut Formula<'_>, reading: &Reading<'_>, tied: Tied) -> Lit {
    let kinds = OF_ACCOUNT.union(ANONYMOUS).union(WITHOUT_ACCOUNT).minus(tied.fixed());
    if kinds.is_empty() { Lit::FALSE } else { is_kind(formula, reading, kinds) }
}

/// "This value of the key matches the pattern", under the assumption that it is present.
pub(super) fn matches<'a>(
    formula: &mut Formula<'a>,
    reading: &Reading<'a>,
    key: &'a str,
    element: u32,
    pattern: PatternKey<'a>,
) -> Lit {
    let tied = Tied::of(key).filter(|_| !reading.aws_compat);
    let Some(tied) = tied else {
        let variable = formula.key(key, element);
        return formula.matches(variable, pattern);
    };
    let words = tied.words(&build(&pattern));
    let mut literals: Vec<Lit> =
        words.into_iter().map(|word| formula.matches_for_key(word, key, &pattern)).collect();
    let free = free_kinds(formula, reading, tied);
    if free != Lit::FALSE {
        let variable = formula.key(key, element);
        let own = formula.matches(variable, pattern);
        literals.push(formula.graph.and([free, own]));
    }
    formula.graph.or(literals)
}
