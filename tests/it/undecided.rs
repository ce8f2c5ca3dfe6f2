//! Rates of random pairs of policies that stay UNKNOWN, by the construct that they use.
//!
//! `IAMSAT_PAIRS` sets the number of pairs (default 250), `IAMSAT_SEED` the first seed.

use crate::support::document;
use crate::support::world::{KEYS, Key, Random, pairs_and_seed, policy};
use iamsat::check::{Options, no_new_access};
use iamsat::policy::PolicyType;
use iamsat::solve::{UnknownReason, Verdict};
use std::collections::BTreeMap;

/// A construct, and a text that a pair of policies contains if it uses the construct.
const CONSTRUCTS: [(&str, &str); 4] =
    [("variables", "${a"), ("sets", "For"), ("ignore case", "IgnoreCase"), ("untyped key", "ex:any")];

#[derive(Default)]
struct Rates {
    pairs: u32,
    unknown: u32,
    by_rule: BTreeMap<&'static str, u32>,
}

#[test]
fn few_pairs_stay_unknown() {
    let (pairs, first) = pairs_and_seed();
    let mut all: BTreeMap<&str, Rates> = BTreeMap::new();
    for seed in first..first + pairs {
        let mut random = Random::new(seed, 0x9E37_79B9_7F4A_7C15);
        let resource_policy = random.chance(2);
        let keys: Vec<&Key> = (0..2).map(|_| random.pick(KEYS)).collect();
        let mut some = |name: &str| document(name, &policy(&mut random, &keys, resource_policy));
        let (new, existing) = (some("new"), some("existing"));
        let policy_type = if resource_policy { PolicyType::Resource } else { PolicyType::Identity };
        let options = Options { policy_type: Some(policy_type), ..Options::default() };
        let answer = no_new_access(&new, &existing, &options);
        let mut rules: Vec<&str> = match &answer.verdict {
            Verdict::Unknown(unknown) => unknown.reasons.iter().map(rule).collect(),
            Verdict::Pass(_) | Verdict::Fail(_) => Vec::new(),
        };
        rules.sort_unstable();
        rules.dedup();
        if std::env::var("IAMSAT_SHOW").is_ok_and(|wanted| rules.contains(&wanted.as_str())) {
            println!("{rules:?} {seed}\nnew {}\nexisting {}", new.source.text(), existing.source.text());
        }
        let holds = |part: &str| [&new, &existing].iter().any(|d| d.source.text().contains(part));
        let used = CONSTRUCTS.iter().filter(|(_, part)| holds(part)).map(|(name, _)| *name);
        for construct in used.chain(["all"]) {
            let rates = all.entry(construct).or_default();
            rates.pairs += 1;
            rates.unknown += u32::from(!rules.is_empty());
            for rule in &rules {
                *rates.by_rule.entry(rule).or_default() += 1;
            }
        }
    }
    for (construct, rates) in &all {
        println!("{construct}: {} of {} UNKNOWN: {:?}", rates.unknown, rates.pairs, rates.by_rule);
        let by = |rule: &str| rates.by_rule.get(rule).copied().unwrap_or_default();
        assert_eq!((by("internal"), by("not-verified")), (0, 0), "{construct}");
        // One in a hundred, and a few if there are few pairs.
        let ours = by("policy-variable") + by("ignore-case-beyond-ascii") + by("set-of-one-empty-value");
        assert!(ours <= rates.pairs / 100 + 4, "{construct}: {ours} of {}", rates.pairs);
    }
}

fn rule(reason: &UnknownReason) -> &'static str {
    match reason {
        UnknownReason::Opaque { rule, .. } => rule.as_str(),
        UnknownReason::Exhausted(limit) => limit.code().as_str(),
        UnknownReason::NotVerified(_) => "not-verified",
        UnknownReason::Internal(_) => "internal",
        reason => panic!("{reason:?} has no rule here"),
    }
}
