//! Context keys: their presence, and tests of their values against patterns.
//!
//! Keys that describe the requester are read off the requester's word, so that they cannot contradict `Principal` or one another
//! (facts S1 to S6 and S17 of docs/semantics.md). For requesters about whose keys nothing is documented, and under
//! `--aws-compat`, they are variables of their own.

use crate::encode::context::Context;
use crate::encode::principal::is_kind;
use crate::formula::requester::{ANONYMOUS, OF_ACCOUNT, WITHOUT_ACCOUNT};
use crate::formula::{Formula, Lit, PatternKey, RequesterKey, build};
use crate::request::{Presence, ValueType, info_of_lower};

/// True if the values of the key are texts, not numbers, instants or addresses.
pub(crate) fn is_text(key: &str) -> bool {
    matches!(
        info_of_lower(key).map(|info| info.value),
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
    if element == 0 && info_of_lower(key).is_some_and(|info| info.presence == Presence::Always) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::automata::{Class, Pattern};
    use crate::encode::truth::{Keys, Values, context, policy, role, user};
    use crate::request::Requester;

    fn service() -> Requester {
        Requester::Service { name: "ec2.amazonaws.com".into() }
    }

    #[test]
    fn presence_follows_from_the_requester_where_that_is_documented() {
        let policy = policy("");
        let cases: [(&str, Requester, Keys<'_>, bool); 12] = [
            ("ex:key", user("a"), &[], false),
            ("ex:key", user("a"), &[("ex:key", "")], true),
            // Every request has it.
            ("aws:currenttime", user("a"), &[], true),
            // Users have a name, others have none, whatever the context of the request holds.
            ("aws:username", user("a"), &[], true),
            ("aws:username", role("a"), &[("aws:username", "a")], false),
            ("aws:username", Requester::Anonymous, &[("aws:username", "a")], false),
            ("aws:principalarn", user("a"), &[], true),
            ("aws:principalarn", Requester::Anonymous, &[("aws:principalarn", "a")], false),
            ("aws:principalaccount", Requester::Anonymous, &[], true),
            // Nothing is documented about the ARN of services: the key is on its own.
            ("aws:principalarn", service(), &[], false),
            ("aws:principalarn", service(), &[("aws:principalarn", "a")], true),
            ("aws:principalservicename", service(), &[], true),
        ];
        for (key, requester, keys, expected) in cases {
            let mut formula = Formula::default();
            let present = presence(&mut formula, &context(&policy), key, 0);
            let values = Values { requester, keys };
            assert_eq!(
                values.truth(&formula, present),
                Some(expected),
                "{key} {:?} {keys:?}",
                values.requester
            );
        }
    }

    #[test]
    fn keys_are_on_their_own_without_the_facts() {
        let policy = policy("");
        let mut context = context(&policy);
        context.semantics.aws_compat = true;
        let mut formula = Formula::default();
        let present = presence(&mut formula, &context, "aws:username", 0);
        let pattern = PatternKey::built(Pattern::glob(Class::ANY, "a*"));
        let like = matches(&mut formula, &context, "aws:username", 0, pattern);
        for (keys, expected) in [
            (&[][..], (Some(false), None)),
            (&[("aws:username", "alice")], (Some(true), Some(true))),
            (&[("aws:username", "bob")], (Some(true), Some(false))),
        ] {
            let values = Values { requester: user("bob"), keys };
            assert_eq!((values.truth(&formula, present), values.truth(&formula, like)), expected, "{keys:?}");
        }
    }

    #[test]
    fn a_further_value_is_there_if_there_are_so_many() {
        let policy = policy("");
        let values = Values { requester: user("a"), keys: &[("aws:tagkeys", "x"), ("aws:tagkeys", "y")] };
        for (element, expected) in [(0, true), (1, true), (2, false)] {
            let mut formula = Formula::default();
            let present = presence(&mut formula, &context(&policy), "aws:tagkeys", element);
            assert_eq!(values.truth(&formula, present), Some(expected), "{element}");
        }
    }

    #[test]
    fn patterns_on_keys_of_the_requester_are_read_off_its_word() {
        let policy = policy("");
        let cases: [(&str, &str, Requester, Keys<'_>, Option<bool>); 13] = [
            ("aws:username", "al*", user("team/alice"), &[], Some(true)),
            ("aws:username", "team*", user("team/alice"), &[], Some(false)),
            ("aws:username", "*", role("alice"), &[], Some(false)),
            ("aws:principalarn", "arn:aws:iam::*:user/team/*", user("team/alice"), &[], Some(true)),
            ("aws:principalarn", "arn:aws:iam::*:role/a", role("a"), &[], Some(true)),
            ("aws:principalarn", "*assumed-role*", role("a"), &[], Some(false)),
            ("aws:principalaccount", "1111*", role("a"), &[], Some(true)),
            ("aws:principalaccount", "anonymous", Requester::Anonymous, &[], Some(true)),
            ("aws:principaltype", "AssumedRole", role("a"), &[], Some(true)),
            ("aws:principaltype", "User", role("a"), &[], Some(false)),
            ("aws:principalservicename", "ec2.*", service(), &[], Some(true)),
            // The ARN of a service is a value of its own.
            ("aws:principalarn", "a*", service(), &[("aws:principalarn", "abc")], Some(true)),
            ("aws:principalarn", "a*", service(), &[], None),
        ];
        for (key, pattern, requester, keys, expected) in cases {
            let mut formula = Formula::default();
            let pattern_key = PatternKey::built(Pattern::glob(Class::ANY, pattern));
            let like = matches(&mut formula, &context(&policy), key, 0, pattern_key);
            let values = Values { requester, keys };
            assert_eq!(values.truth(&formula, like), expected, "{key} {pattern} {:?}", values.requester);
        }
    }
}
