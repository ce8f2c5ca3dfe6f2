//! Facts that hold for every request, as formulas over the keys that the policies mention (facts S1, S8 to S13 and S17 of
//! docs/semantics.md; S2 to S6 are built into the requester's word). A fact is omitted if it needs an equation between the
//! values of two keys, such as "the first and the last service are members" in S12; for S10 and S11 see `linked`. Leaving out a
//! fact only adds requests, so it never makes a PASS wrong.
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

/// Keys that unsigned requests lack: anonymous ones (S1) and those of a federated sign-in (S17). Keys that the requester's word
/// fixes are not listed. Tag keys are listed by prefix.
const SIGNED_ONLY: [&str; 4] =
    ["aws:principalorgid", "aws:principalorgpaths", "aws:principaltag/", "aws:principalservicenameslist"];

/// True if the requests of a federated sign-in lack the key (lower-cased name) because they are unsigned (S17).
pub(crate) fn is_of_signer(key: &str) -> bool {
    let fixed = [RequesterKey::PrincipalArn, RequesterKey::IsAwsService, RequesterKey::ServiceName];
    fixed.iter().any(|fixed| fixed.name() == key) || SIGNED_ONLY.iter().any(|family| is_in(key, family))
}

/// True if the key has this name or, for a name that ends with `/`, this prefix.
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

/// Keys whose presence implies the presence of `aws:SourceVpce` (S9).
const NAMES_ENDPOINT: [&str; 4] =
    ["aws:vpceorgid", "aws:vpceaccount", "aws:vpceorgpaths", "aws:sourcevpcarn"];

/// Organization ids and the paths that start with them (S10).
const ORGANIZATIONS: [(&str, &str); 4] = [
    ("aws:principalorgid", "aws:principalorgpaths"),
    ("aws:resourceorgid", "aws:resourceorgpaths"),
    ("aws:sourceorgid", "aws:sourceorgpaths"),
    ("aws:vpceorgid", "aws:vpceorgpaths"),
];

/// Returns all facts about the keys that occur in the formula, as conjuncts.
pub fn facts<'a>(formula: &mut Formula<'a>, context: &Context<'a>, documents: &[&Document]) -> Vec<Lit> {
    let keys = formula.mentioned().to_vec();
    let mut facts = Facts { formula, context, keys, found: Vec::new() };
    facts.chosen();
    // Most policies mention no key that a fact is about.
    if !context.semantics.aws_compat && facts.keys.iter().any(|key| key.starts_with("aws:")) {
        facts.unsigned();
        facts.assumed_root();
        facts.services();
        facts.network();
        facts.groups();
        facts.found.extend(times(facts.formula, documents));
        facts.calls();
        facts.tags();
        facts.found.retain(|fact| *fact != Lit::TRUE);
    }
    facts.found
}

/// The facts found so far about the keys that a formula mentions.
struct Facts<'f, 'a> {
    formula: &'f mut Formula<'a>,
    context: &'f Context<'a>,
    keys: Vec<&'a str>,
    found: Vec<Lit>,
}

impl<'a> Facts<'_, 'a> {
    fn mentioned(&self, wanted: &str) -> Option<&'a str> {
        self.keys.iter().find(|name| **name == wanted).copied()
    }

    fn presence(&mut self, key: &'a str) -> Lit {
        presence(self.formula, self.context, key, 0)
    }

    fn is_kind(&mut self, kinds: Class) -> Lit {
        is_kind(self.formula, self.context, kinds)
    }

    fn implies(&mut self, a: Lit, b: Lit) {
        self.found.push(self.formula.graph.or([!a, b]));
    }

    /// Records the limits that the query puts on requests, and that the values of a key are numbered without gaps.
    fn chosen(&mut self) {
        let further: Vec<(&'a str, u32)> = self
            .formula
            .variables()
            .filter_map(|(_, variable)| match variable {
                Variable::Key(name, element) if element > 0 => Some((name, element)),
                _ => None,
            })
            .collect();
        if let Some(boundary) = self.context.semantics.boundary
            && self.formula.has_unobservable(Unobservable::Boundary)
        {
            self.found.push(self.formula.unobservable(Unobservable::Boundary).negate_if(!boundary));
        }
        for (name, element) in further {
            let this = presence(self.formula, self.context, name, element);
            let before = presence(self.formula, self.context, name, element - 1);
            self.implies(this, before);
        }
        if self.context.semantics.heuristics {
            self.found.extend(heuristics(self.formula, self.context));
        }
    }

    /// Records which keys unsigned requests lack (S1 and S17).
    fn unsigned(&mut self) {
        for name in self.keys.clone() {
            let without = match () {
                () if SIGNED_ONLY.iter().any(|family| is_in(name, family)) => {
                    self.is_kind(ANONYMOUS.union(SIGN_IN))
                }
                () if NOT_ANONYMOUS.contains(&name) => self.is_kind(ANONYMOUS),
                () => Lit::FALSE,
            };
            if without != Lit::FALSE {
                let present = self.presence(name);
                self.implies(without, !present);
            }
        }
    }

    /// Records that the type and the user id of a session of AssumeRoot are those of no other kind (S4 and S5).
    fn assumed_root(&mut self) {
        let starting = |start: &str| Pattern::builder().text(start).many(Class::ANY).finish();
        let types = || ["User", "FederatedUser", "AssumedRole", "Anonymous"].map(Pattern::word).to_vec();
        let ids = || ["AROA", "AIDA"].map(starting).to_vec();
        let of_others: [(&str, &dyn Fn() -> Vec<Pattern>); 2] =
            [("aws:principaltype", &types), ("aws:userid", &ids)];
        for (key, patterns) in of_others {
            let Some(key) = self.mentioned(key) else { continue };
            let assumed = self.is_kind(ASSUMED_ROOT);
            if assumed == Lit::FALSE {
                continue;
            }
            let own = self.formula.key(key, 0);
            let present = self.formula.present(own);
            let with_key = self.formula.graph.and([assumed, present]);
            for pattern in patterns() {
                let of_other = self.formula.matches(own, PatternKey::built(pattern));
                self.implies(with_key, !of_other);
            }
        }
    }

    /// Records that only services have the list of a service's names (S6).
    fn services(&mut self) {
        if let Some(list) = self.mentioned("aws:principalservicenameslist") {
            let account = self.is_kind(OF_ACCOUNT);
            let present = self.presence(list);
            self.implies(account, !present);
        }
    }

    /// Records which keys come with a VPC endpoint (S8 and S9).
    fn network(&mut self) {
        if let Some(ip) = self.mentioned("aws:sourceip") {
            let ip = self.presence(ip);
            for name in THROUGH_ENDPOINT {
                let Some(key) = self.mentioned(name) else { continue };
                let key = self.presence(key);
                self.implies(ip, !key);
            }
        }
        if let Some(endpoint) = self.mentioned("aws:sourcevpce") {
            let endpoint = self.presence(endpoint);
            for name in NAMES_ENDPOINT {
                let Some(key) = self.mentioned(name) else { continue };
                let key = self.presence(key);
                self.implies(key, endpoint);
            }
        }
    }

    /// Records that an organization's id and its paths are present together, and that the paths start with the id (S10).
    fn groups(&mut self) {
        let both = ORGANIZATIONS.map(|(id, paths)| self.mentioned(id).zip(self.mentioned(paths)));
        for (id, paths) in both.into_iter().flatten() {
            let (id, paths) = (self.presence(id), self.presence(paths));
            self.implies(id, paths);
            self.implies(paths, id);
        }
        for pair in both.into_iter().flatten() {
            self.found.extend(organization(self.formula, self.context, pair));
        }
    }

    /// Records that a service makes every request that has a chain of services (S12).
    fn calls(&mut self) {
        if let (Some(called), Some(via)) =
            (self.mentioned("aws:calledvia"), self.mentioned("aws:viaawsservice"))
        {
            let called = self.presence(called);
            let is_true = PatternKey::built(Pattern::builder().text_any_case("true").finish());
            let via = matches(self.formula, self.context, via, 0, is_true);
            self.implies(called, via);
        }
    }

    /// Records that tags of a request are present together with the list of their keys (S13).
    fn tags(&mut self) {
        let Some(tags) = self.mentioned("aws:tagkeys") else { return };
        let tags = self.presence(tags);
        for name in self.keys.clone() {
            if name.starts_with("aws:requesttag/") {
                let tag = self.presence(name);
                self.implies(tag, tags);
            }
        }
    }
}
