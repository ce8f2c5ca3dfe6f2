//! Facts that hold for every request, as formulas over the keys that the policies mention (facts S1, S8 to S13 and
//! S17 of docs/semantics.md; S2 to S6 are built into the requester's word). A fact that would need an equation between the
//! values of two keys is left out (that the first and last service are members in S12; of S10 and S11 see `linked`): leaving a fact out only adds requests, so it never makes a PASS wrong.
//!
//! Source of each fact: IAM User Guide, page `reference_policies_condition-keys`; of S1 also `reference_policies_variables`.

use crate::automata::{Class, Pattern};
use crate::encode::context::Context;
use crate::encode::heuristics::heuristics;
use crate::encode::linked::{organization, times};
use crate::encode::presence::{matches, presence};
use crate::encode::principal::is_kind;
use crate::formula::requester::{ANONYMOUS, ASSUMED_ROOT, OF_ACCOUNT, SIGN_IN};
use crate::formula::{Formula, Lit, PatternKey, RequesterKey, Unobservable, Variable};
use crate::policy::Document;

/// Keys that unsigned requests lack, anonymous ones (S1) and those of a federated sign-in (S17), apart from those that the
/// requester's word fixes; tags by prefix.
const SIGNED_ONLY: [&str; 4] =
    ["aws:principalorgid", "aws:principalorgpaths", "aws:principaltag/", "aws:principalservicenameslist"];

/// True if the requests of a federated sign-in lack the key (lower-cased name) because they are unsigned (S17).
pub(crate) fn is_of_signer(key: &str) -> bool {
    let fixed = [RequesterKey::PrincipalArn, RequesterKey::IsAwsService, RequesterKey::ServiceName];
    fixed.iter().any(|fixed| fixed.name() == key) || SIGNED_ONLY.iter().any(|family| is_in(key, family))
}

/// True if the key is the one of this name, or for a name that ends with `/`, one of its tags.
fn is_in(key: &str, name: &str) -> bool {
    if name.ends_with('/') { key.starts_with(name) } else { key == name }
}

/// Further keys that anonymous requests lack (S1).
const NOT_ANONYMOUS: [&str; 5] = [
    "aws:tokenissuetime",
    "aws:multifactorauthpresent",
    "aws:multifactorauthage",
    "aws:sourceidentity",
    "aws:federatedprovider",
];

/// Keys that exist only through a VPC endpoint, where `aws:SourceIp` is absent (S8).
const THROUGH_ENDPOINT: [&str; 7] = [
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:vpcsourceip",
    "aws:sourcevpcarn",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
];

/// Keys whose presence implies that of `aws:SourceVpce` (S9).
const NAMES_ENDPOINT: [&str; 4] =
    ["aws:vpceorgid", "aws:vpceaccount", "aws:vpceorgpaths", "aws:sourcevpcarn"];

/// Organization ids and the paths that start with them (S10).
const ORGANIZATIONS: [(&str, &str); 4] = [
    ("aws:principalorgid", "aws:principalorgpaths"),
    ("aws:resourceorgid", "aws:resourceorgpaths"),
    ("aws:sourceorgid", "aws:sourceorgpaths"),
    ("aws:vpceorgid", "aws:vpceorgpaths"),
];

/// All facts about the keys that occur in the formula, as conjuncts.
pub fn facts<'a>(formula: &mut Formula<'a>, context: &Context<'a>, documents: &[&Document]) -> Vec<Lit> {
    let further: Vec<(&'a str, u32)> = formula
        .variables()
        .filter_map(|(_, variable)| match variable {
            Variable::Key(name, element) if element > 0 => Some((name, element)),
            _ => None,
        })
        .collect();
    let keys: Vec<&'a str> = formula.mentioned().to_vec();
    let mut facts = Vec::new();
    if let Some(boundary) = context.semantics.boundary
        && formula.has_unobservable(Unobservable::Boundary)
    {
        facts.push(formula.unobservable(Unobservable::Boundary).negate_if(!boundary));
    }
    for (name, element) in &further {
        // Values are numbered without gaps.
        let this = presence(formula, context, name, *element);
        let before = presence(formula, context, name, element - 1);
        facts.push(formula.graph.or([!this, before]));
    }
    if context.semantics.heuristics {
        facts.extend(heuristics(formula, context));
    }
    if context.semantics.aws_compat {
        return facts;
    }
    let mentioned = |wanted: &str| keys.iter().find(|name| **name == wanted).copied();
    // S1 and S17.
    let anonymous = is_kind(formula, context, ANONYMOUS);
    let mut implies = |formula: &mut Formula<'a>, a: Lit, b: Lit| facts.push(formula.graph.or([!a, b]));
    for name in &keys {
        let without = match () {
            () if SIGNED_ONLY.iter().any(|family| is_in(name, family)) => {
                is_kind(formula, context, ANONYMOUS.union(SIGN_IN))
            }
            () if NOT_ANONYMOUS.contains(name) => anonymous,
            () => Lit::FALSE,
        };
        if without != Lit::FALSE {
            let present = presence(formula, context, name, 0);
            implies(formula, without, !present);
        }
    }
    // S4 and S5: the type and the user id of a session of AssumeRoot are of no other kind.
    let of_others = [
        (
            "aws:principaltype",
            ["User", "FederatedUser", "AssumedRole", "Anonymous"].map(Pattern::word).to_vec(),
        ),
        (
            "aws:userid",
            ["AROA", "AIDA"].map(|start| Pattern::builder().text(start).many(Class::ANY).finish()).to_vec(),
        ),
    ];
    for (key, patterns) in of_others {
        let Some(key) = mentioned(key) else { continue };
        let assumed = is_kind(formula, context, ASSUMED_ROOT);
        if assumed == Lit::FALSE {
            continue;
        }
        let own = formula.key(key, 0);
        let present = formula.present(own);
        let with_key = formula.graph.and([assumed, present]);
        for pattern in patterns {
            let of_other = formula.matches(own, PatternKey::built(pattern));
            implies(formula, with_key, !of_other);
        }
    }
    // S6: the list belongs to services.
    if let Some(list) = mentioned("aws:principalservicenameslist") {
        let account = is_kind(formula, context, OF_ACCOUNT);
        let present = presence(formula, context, list, 0);
        implies(formula, account, !present);
    }
    // S8.
    if let Some(ip) = mentioned("aws:sourceip") {
        let ip = presence(formula, context, ip, 0);
        for key in THROUGH_ENDPOINT.iter().filter_map(|k| mentioned(k)) {
            let key = presence(formula, context, key, 0);
            implies(formula, ip, !key);
        }
    }
    // S9.
    if let Some(endpoint) = mentioned("aws:sourcevpce") {
        let endpoint = presence(formula, context, endpoint, 0);
        for key in NAMES_ENDPOINT.iter().filter_map(|k| mentioned(k)) {
            let key = presence(formula, context, key, 0);
            implies(formula, key, endpoint);
        }
    }
    // S10.
    for (id, paths) in ORGANIZATIONS {
        if let (Some(id), Some(paths)) = (mentioned(id), mentioned(paths)) {
            let (id, paths) = (presence(formula, context, id, 0), presence(formula, context, paths, 0));
            implies(formula, id, paths);
            implies(formula, paths, id);
        }
    }
    // S10 again, and S11.
    for (id, paths) in ORGANIZATIONS {
        if let (Some(id), Some(paths)) = (mentioned(id), mentioned(paths)) {
            facts.extend(organization(formula, context, (id, paths)));
        }
    }
    facts.extend(times(formula, documents));
    let mut implies = |formula: &mut Formula<'a>, a: Lit, b: Lit| facts.push(formula.graph.or([!a, b]));
    // S12.
    if let (Some(called), Some(via)) = (mentioned("aws:calledvia"), mentioned("aws:viaawsservice")) {
        let called = presence(formula, context, called, 0);
        let is_true = PatternKey::built(Pattern::builder().text_any_case("true").finish());
        let via = matches(formula, context, via, 0, is_true);
        implies(formula, called, via);
    }
    // S13.
    if let Some(tags) = mentioned("aws:tagkeys") {
        let tags = presence(formula, context, tags, 0);
        for name in keys.iter().filter(|name| name.starts_with("aws:requesttag/")) {
            let tag = presence(formula, context, name, 0);
            implies(formula, tag, tags);
        }
    }
    facts.retain(|fact| *fact != Lit::TRUE);
    facts
}
