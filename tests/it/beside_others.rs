//! Compares policies beside others, with every combination of other grants: random pairs of policies over every request of a
//! small world.
//!
//! `IAMSAT_PAIRS` sets the number of pairs (default 250), `IAMSAT_SEED` the first seed.

use crate::support::world::{KEYS, Key, Random, pairs_and_seed, policy, requesters, world};
use crate::support::{corpus, document};
use iamsat::check::{
    Answer, Defect, Fault, Group, Judging, Options, Relation, Side, compare, denied_difference, difference,
    leave_out, lint, no_more_through, no_new_access,
};
use iamsat::evaluate::{self, Case, Decision, Truth, decide};
use iamsat::limits::InputLimits;
use iamsat::policy::{Document, Effect, PolicyType, Principal, PrincipalMeaning, RequestSet};
use iamsat::request::{FactSets, Request, Requester};
use iamsat::solve::Verdict;
use iamsat::verify::{Limits, Outcome, verify};

/// How a resource treats the policies of its own account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    /// Identity policies of the account are enough.
    Account,
    /// The policy of the resource has to name the account too: keys and roles.
    Named,
    /// The requester is of another account: both sides have to allow.
    Other,
}

/// The other policies of a case: which of them grant or limit one request beside the document.
#[derive(Clone, Copy, Debug)]
struct Beside {
    trust: Trust,
    /// An identity policy allows the request, or another policy of the same level.
    grants: bool,
    /// Permissions boundary and session policy allow it.
    caps: bool,
}

/// Every combination.
fn others() -> impl Iterator<Item = Beside> {
    [Trust::Account, Trust::Named, Trust::Other].into_iter().flat_map(|trust| {
        let both = [false, true];
        both.into_iter().flat_map(move |grants| both.map(|caps| Beside { trust, grants, caps }))
    })
}

/// The effects of a document on a request: it allows the request directly, through a role, or in any form, or denies it. `None`
/// if that is undecided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Effects {
    direct: bool,
    with_roles: bool,
    all: bool,
    denies: bool,
}

/// Returns the document without the Allow entries that grant no more than an entry for the account, or for the role.
fn narrowed(document: &Document, requester: &Requester, drops_roles: bool) -> Document {
    let stays = |principal: &Principal| match (&principal.meaning, requester) {
        (PrincipalMeaning::Account(_) | PrincipalMeaning::CanonicalUser, _) => false,
        // The ARN of a root user is that of the account.
        (PrincipalMeaning::Arn(_), Requester::Root { .. }) => false,
        (PrincipalMeaning::Arn(_), Requester::RoleSession { .. }) => {
            !drops_roles || names_session(principal, "assumed-role")
        }
        (PrincipalMeaning::Arn(_), Requester::FederatedUser { .. }) => {
            !drops_roles || names_session(principal, "federated-user")
        }
        _ => true,
    };
    let mut statements = document.statements.to_vec();
    for statement in statements.iter_mut().filter(|s| s.effect.value == Effect::Allow) {
        if let Some(element) = statement.principal.as_mut().filter(|element| !element.negated) {
            element.values.retain(|value| stays(&value.value));
        }
    }
    document.with_statements(statements)
}

/// Returns true if the value names sessions by their own ARN.
fn names_session(principal: &Principal, kind: &str) -> bool {
    principal.text.contains(kind) || principal.text.starts_with("arn:aws:*:")
}

fn effects(document: &Document, request: &Request, referee: &evaluate::Options) -> Option<Effects> {
    let denies = match Case::new(request, referee).denied_by(document) {
        Truth::True => true,
        Truth::False => false,
        Truth::Unknown => return None,
    };
    let allows = |document: &Document| {
        let allows: Vec<_> =
            document.statements.iter().filter(|s| s.effect.value == Effect::Allow).cloned().collect();
        match decide(&[&document.with_statements(allows)], request, referee) {
            Decision::Allowed => Some(true),
            Decision::ImplicitlyDenied | Decision::ExplicitlyDenied => Some(false),
            Decision::Undetermined => None,
        }
    };
    let requester = request.requester.as_ref()?;
    Some(Effects {
        direct: allows(&narrowed(document, requester, true))?,
        with_roles: allows(&narrowed(document, requester, false))?,
        all: allows(document)?,
        denies,
    })
}

impl Effects {
    /// Returns true if the request is allowed in the end. Source: IAM User Guide, "Policy evaluation logic", within one account
    /// and across accounts.
    fn lets_through(self, beside: Beside) -> bool {
        let Beside { trust, grants, caps } = beside;
        let granted = match trust {
            Trust::Account => self.direct || self.with_roles && caps || grants && caps,
            Trust::Named => self.direct || self.with_roles && caps || self.all && grants && caps,
            Trust::Other => self.all && grants && caps,
        };
        granted && !self.denies
    }
}

/// Returns the other grants with which `new` allows the request and `old` does not, if there are any.
fn gap(new: Effects, old: Effects) -> Option<Beside> {
    others().find(|beside| new.lets_through(*beside) && !old.lets_through(*beside))
}

#[derive(Debug, Default)]
struct Count {
    passes: usize,
    fails: usize,
    unknowns: usize,
    gaps: usize,
    denials: usize,
    indirect: usize,
}

/// Compares an answer with every request of the world, and its witnesses with the other grants.
fn hold(
    answer: &Answer,
    documents: [&Document; 2],
    requests: &[Request],
    referee: &evaluate::Options,
    count: &mut Count,
    show: &dyn Fn() -> String,
) {
    let [new, old] = documents;
    let gap_at = |request: &Request| {
        effects(new, request, referee)
            .zip(effects(old, request, referee))
            .and_then(|(new, old)| gap(new, old))
    };
    match &answer.verdict {
        Verdict::Pass(_) => {
            count.passes += 1;
            for request in requests {
                let found = gap_at(request);
                assert!(found.is_none(), "{found:?} {request:?}\n{}", show());
            }
        }
        Verdict::Unknown(_) => count.unknowns += 1,
        Verdict::Fail(findings) => {
            count.fails += 1;
            for finding in findings {
                count.denials += usize::from(finding.set == RequestSet::Denied);
                count.indirect +=
                    usize::from(!matches!(finding.set, RequestSet::ALLOWED | RequestSet::Denied));
                let request = finding.witness.request();
                // A request without a requester stands for any requester.
                if request.requester.is_some() && effects(new, request, referee).is_some() {
                    let found = gap_at(request);
                    count.gaps += usize::from(found.is_some());
                    let is_open = effects(old, request, referee).is_none();
                    assert!(found.is_some() || is_open, "no gap at {request:?}\n{}", show());
                }
            }
        }
    }
    if let Some(certificate) = answer.certificate() {
        let outcome = verify(&certificate.to_text(), &Limits::default());
        assert!(matches!(outcome, Outcome::Verified(_)), "{outcome:?}\n{}", show());
    }
}

/// A proof holds for all other grants, and a witness is a request that some other grants let through.
#[test]
fn no_other_grant_contradicts_a_verdict() {
    let (pairs, first) = pairs_and_seed();
    let mut count = Count::default();
    for seed in first..first + pairs / 4 {
        let mut random = Random::new(seed, 0x8EBC_6AF0_9C88_C6E3);
        let policy_type = *random.pick(&PolicyType::ALL);
        let with_principals = policy_type.has_principals();
        let keys: Vec<&Key> = (0..2).map(|_| random.pick(KEYS)).collect();
        let new = policy(&mut random, &keys, with_principals);
        let other = policy(&mut random, &keys, with_principals);
        // Half of the pairs share most of their statements.
        let old = if random.chance(2) { changed(&mut random, &new, &other) } else { other };
        let (new, old) = (document("new", &new), document("old", &old));
        let fits = |document: &Document| document.misfits(policy_type, &InputLimits::default()).is_empty();
        let options = Options {
            policy_type: Some(policy_type),
            judging: Judging::BesideOthers,
            certificate: random.chance(4) && [&new, &old].into_iter().all(fits),
            certify: true,
            ..Options::default()
        };
        let mut referee = evaluate::Options::for_documents(&[&new, &old]);
        referee.policy_type = policy_type;
        let axioms = FactSets { safe: true, heuristics: false };
        let requests = world(&mut random, &[&new, &old], policy_type, &axioms);
        let show =
            || format!("seed {seed} {policy_type:?}\nnew {}\nold {}", new.source.text(), old.source.text());
        let comparison = compare(&new, &old, &options);
        hold(&comparison.left, [&new, &old], &requests, &referee, &mut count, &show);
        hold(&comparison.right, [&old, &new], &requests, &referee, &mut count, &show);
        let alone = no_new_access(&new, &old, &Options { judging: Judging::Alone, ..options.clone() });
        let beside = no_new_access(&new, &old, &options);
        assert_eq!(beside.verdict.name(), comparison.left.verdict.name(), "{}", show());
        if matches!(beside.verdict, Verdict::Pass(_)) {
            assert_eq!(alone.verdict.name(), "PASS", "{}", show());
            assert!(alone.weakened.is_none(), "{}", show());
        }
    }
    println!("{count:?}");
    assert!(count.passes > 0 && count.gaps > 0 && count.denials > 0);
    assert!(count.unknowns * 2 < count.passes + count.fails);
}

/// "Lets through no more" is an order: adding a Deny never lets through more, and adding an Allow never less.
#[test]
fn letting_no_more_through_is_an_order() {
    let (pairs, first) = pairs_and_seed();
    let mut chains = 0;
    for seed in first..first + pairs / 8 {
        let mut random = Random::new(seed, 0xA24B_AED4_963E_E407);
        let with_principals = random.chance(2);
        let policy_type = if with_principals { PolicyType::Resource } else { PolicyType::ServiceControl };
        let keys: Vec<&Key> = (0..2).map(|_| random.pick(KEYS)).collect();
        let options = Options { policy_type: Some(policy_type), ..Options::default() };
        let narrower = |one: &Document, other: &Document| no_more_through(one, other, &options).verdict;
        let base = policy(&mut random, &keys, with_principals);
        let mut texts: Vec<String> = vec![base.clone()];
        for _ in 0..3 {
            let other = policy(&mut random, &keys, with_principals);
            texts.push(changed(&mut random, &base, &other));
        }
        let documents: Vec<Document> = texts.iter().map(|text| document("policy", text)).collect();
        for one in &documents {
            assert_eq!(narrower(one, one).name(), "PASS", "{}", one.source.text());
            let more = |effect: Effect| {
                let extra = documents.iter().filter(|d| d.version == one.version).flat_map(|d| &d.statements);
                let extra = extra.filter(|s| s.effect.value == effect).take(2);
                one.with_statements(one.statements.iter().chain(extra).cloned().collect::<Vec<_>>())
            };
            assert_eq!(narrower(&more(Effect::Deny), one).name(), "PASS", "{}", one.source.text());
            assert_eq!(narrower(one, &more(Effect::Allow)).name(), "PASS", "{}", one.source.text());
        }
        for (one, two, three) in [(0, 1, 2), (2, 0, 3), (1, 0, 3)] {
            let [one, two, three] = [one, two, three].map(|place| &documents[place]);
            let passes = |verdict: Verdict| matches!(verdict, Verdict::Pass(_));
            if passes(narrower(one, two)) && passes(narrower(two, three)) {
                chains += 1;
                let whole = narrower(one, three);
                assert_ne!(whole.name(), "FAIL", "{whole:?}\n{}\n{}", one.source.text(), three.source.text());
            }
        }
    }
    println!("{chains} chains");
    assert!(chains > 0);
}

/// Entries of every form, for requesters of every kind.
const ENTRIES: [&str; 12] = [
    "111122223333",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::111122223333:user/alice",
    "arn:aws:iam::111122223333:role/x/R",
    "arn:aws:iam::111122223333:role/*",
    "arn:aws:sts::111122223333:assumed-role/R/s",
    "arn:aws:sts::111122223333:assumed-role/R/*",
    "arn:aws:sts::111122223333:federated-user/f",
    "arn:aws:iam::111122223333:*",
    "arn:aws:*::*:*",
    "444455556666",
    "*",
];

/// The form of each entry decides which other policies have to grant: an entry for an account never makes one for a user or a
/// role redundant.
#[test]
fn entries_of_every_form_are_told_apart() {
    let (pairs, first) = pairs_and_seed();
    let mut count = Count::default();
    for seed in first..first + pairs / 2 {
        let mut random = Random::new(seed, 0x5896_5A7B_1F0D_43C5);
        let mut some = |name: &str| {
            let statements: Vec<String> = (0..1 + random.below(3))
                .map(|_| {
                    let effect = if random.chance(5) { "Deny" } else { "Allow" };
                    let element = if random.chance(8) { "NotPrincipal" } else { "Principal" };
                    let entries: Vec<&str> = (0..1 + random.below(3)).map(|_| *random.pick(&ENTRIES)).collect();
                    let condition = match random.below(6) {
                        0 => r#","Condition":{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}"#,
                        1 => r#","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}}"#,
                        _ => "",
                    };
                    format!(
                        r#"{{"Effect":"{effect}","{element}":{{"AWS":{entries:?}}},"Action":"s3:GetObject","Resource":"*"{condition}}}"#
                    )
                })
                .collect();
            document(name, &format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(",")))
        };
        let (new, old) = (some("new"), some("old"));
        let options = Options {
            judging: Judging::BesideOthers,
            certificate: random.chance(4),
            certify: true,
            ..Options::default()
        };
        let referee = evaluate::Options::for_documents(&[&new, &old]);
        let requests: Vec<Request> = requesters(PolicyType::Resource)
            .into_iter()
            .map(|requester| {
                let arn = requester.principal_arn();
                let account = requester.account().map(str::to_owned);
                let request = Request::new("s3:GetObject", "arn:aws:s3:::b/k").by(requester);
                request.with("aws:PrincipalArn", arn).with("aws:PrincipalAccount", account)
            })
            .collect();
        let show = || format!("seed {seed}\nnew {}\nold {}", new.source.text(), old.source.text());
        let comparison = compare(&new, &old, &options);
        hold(&comparison.left, [&new, &old], &requests, &referee, &mut count, &show);
        hold(&comparison.right, [&old, &new], &requests, &referee, &mut count, &show);
        // Every gap of the world is found: only the lists of a Deny with NotPrincipal are undecided here.
        let effects_of = |document, request| effects(document, request, &referee);
        let has_gap = requests.iter().any(|request| {
            effects_of(&new, request).zip(effects_of(&old, request)).and_then(|(n, o)| gap(n, o)).is_some()
        });
        assert!(!has_gap || comparison.left.verdict.name() != "PASS", "{}", show());
    }
    println!("{count:?}");
    assert!(count.passes > 0 && count.gaps > 0 && count.indirect > 0);
    assert_eq!(count.unknowns * 4 / (count.passes + count.fails), 0, "{count:?}");
}

/// The groups of a difference cover every set of requests that has one, and entirely new groups contain no other requests.
#[test]
fn no_request_contradicts_a_difference() {
    let (pairs, first) = pairs_and_seed();
    let (mut complete, mut denied, mut in_all) = (0, 0, 0);
    for seed in first..first + pairs / 8 {
        let mut random = Random::new(seed, 0x589C_A3F5_71D2_08E7);
        let with_principals = random.chance(2);
        let policy_type = if with_principals { PolicyType::Resource } else { PolicyType::ServiceControl };
        let keys: Vec<&Key> = (0..2).map(|_| random.pick(KEYS)).collect();
        let new = policy(&mut random, &keys, with_principals);
        let other = policy(&mut random, &keys, with_principals);
        let old = if random.chance(2) { changed(&mut random, &new, &other) } else { other };
        let (new, old) = (document("new", &new), document("old", &old));
        let options = Options { policy_type: Some(policy_type), certify: true, ..Options::default() };
        let mut referee = evaluate::Options::for_documents(&[&new, &old]);
        referee.policy_type = policy_type;
        let axioms = FactSets { safe: true, heuristics: false };
        let requests = world(&mut random, &[&new, &old], policy_type, &axioms);
        let all = RequestSet::beside_others([&new, &old]);
        for (found, of_denied, one, other) in [
            (difference(&new, &old, &options), false, &new, &old),
            (denied_difference(&old, &new, &options), true, &old, &new),
        ] {
            let show =
                || format!("seed {seed}\nnew {}\nold {}\n{found:#?}", new.source.text(), old.source.text());
            assert!(!matches!(found.rest.verdict, Verdict::Fail(_)), "not everything is covered: {}", show());
            complete += usize::from(found.is_complete());
            denied += found.groups.iter().filter(|group| group.set == RequestSet::Denied).count();
            let sets = all.iter().filter(|set| (**set == RequestSet::Denied) == of_denied);
            for (request, set) in requests.iter().flat_map(|r| sets.clone().map(move |set| (r, *set))) {
                let case = Case::new(request, &referee);
                let is_new =
                    case.is_in(set, [one]) == Truth::True && case.is_in(set, [other]) == Truth::False;
                let holds = |group: &Group| match group.side {
                    Side::More => case.is_in(set, [&group.document]),
                    Side::Less => case.is_in(RequestSet::ALLOWED, [&group.document]),
                };
                let is_covered = || found.groups.iter().any(|group| holds(group) != Truth::False);
                assert!(!is_new || !found.is_complete() || is_covered(), "{set:?} {request:?} {}", show());
                for group in found.groups.iter().filter(|group| group.is_all_new && group.set == set) {
                    if holds(group) == Truth::True {
                        in_all += 1;
                        assert_ne!(case.is_in(set, [other]), Truth::True, "{set:?} {request:?} {}", show());
                        assert_ne!(case.is_in(set, [one]), Truth::False, "{set:?} {request:?} {}", show());
                    }
                }
            }
        }
    }
    println!("{complete} complete, {denied} groups of what is denied, {in_all} requests in those all new");
    assert!(complete > 0 && denied > 0 && in_all > 0);
}

fn is_fix(defect: &Defect) -> bool {
    defect.finding.is_none() && !matches!(defect.fault, Fault::DeniesNothing { .. })
}

/// Checks every fix that lint offers, alone and in selections, against all sets of requests: it is proved that the policy without
/// the parts allows and denies the same, by entries of every form.
fn fixes_keep_both_sets(policy: &Document, options: &Options, selections: &[Vec<bool>]) -> usize {
    let found = lint(policy, options);
    let offered: Vec<&Defect> = found.defects.iter().filter(|defect| is_fix(defect)).collect();
    let mut choices: Vec<Vec<&Defect>> = offered.iter().map(|defect| vec![*defect]).collect();
    choices.push(offered.clone());
    for selection in selections {
        let chosen = offered.iter().zip(selection.iter().cycle()).filter(|(_, picked)| **picked);
        choices.push(chosen.map(|(defect, _)| *defect).collect());
    }
    for choice in choices {
        let reduced = leave_out(policy, choice.iter().copied());
        let comparison = compare(policy, &reduced, options);
        let relation = comparison.relation().map(Relation::name);
        assert!(
            relation == Some("EQUIVALENT"),
            "{relation:?} without {choice:#?}\n{}\n{:?}\n{:?}",
            policy.source.text(),
            comparison.left.verdict,
            comparison.right.verdict
        );
    }
    offered.len()
}

/// A policy without undocumented constructs, so that each comparison has an answer.
fn is_plain(policy: &Document) -> bool {
    matches!(compare(policy, policy, &Options::default()).relation(), Some(Relation::Equivalent))
}

#[test]
fn fixes_of_random_policies_keep_both_sets() {
    let (pairs, first) = pairs_and_seed();
    let mut offered = 0;
    for seed in first..first + pairs / 8 {
        let mut random = Random::new(seed, 0x1D8E_4E27_C47D_124F);
        let with_principals = random.chance(2);
        let policy_type = if with_principals { PolicyType::Resource } else { PolicyType::ServiceControl };
        let keys: Vec<&Key> = (0..2).map(|_| random.pick(KEYS)).collect();
        let policy = document("policy", &policy(&mut random, &keys, with_principals));
        let options = Options { policy_type: Some(policy_type), certify: true, ..Options::default() };
        let selections: Vec<Vec<bool>> = (0..2).map(|_| (0..5).map(|_| random.chance(2)).collect()).collect();
        if is_plain(&policy) {
            offered += fixes_keep_both_sets(&policy, &options, &selections);
        }
    }
    println!("{offered} fixes");
    assert!(offered > 0);
}

/// Deny statements as guardrails have them; some are equal to others or to parts of them.
const DENIALS: &str = r#"[
    {"Sid":"Regions","Effect":"Deny","NotAction":["iam:*","sts:*","iam:Get*"],"Resource":"*",
     "Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-west-1","eu-central-1"]}}},
    {"Sid":"Transport","Effect":"Deny","Action":["s3:*","s3:Put*"],"Resource":["arn:aws:s3:::data","arn:aws:s3:::data/*"],
     "Condition":{"Bool":{"aws:SecureTransport":"false"}}},
    {"Sid":"Put","Effect":"Deny","Action":"s3:PutObject","Resource":"arn:aws:s3:::data/*",
     "Condition":{"Bool":{"aws:SecureTransport":"false"}}},
    {"Sid":"Roles","Effect":"Deny","Action":["ec2:*","iam:PassRole"],"NotResource":["arn:aws:iam::*:role/a*","arn:aws:iam::*:role/ab"]},
    {"Sid":"Unused","Effect":"Deny","Action":"braket:*","Resource":"*"}
]"#;

/// The managed policies of AWS with guardrails among their statements: no fix that lint offers reduces the denied requests. All
/// of them with `IAMSAT_ALL_FIXES`, else every thirtieth.
#[test]
fn fixes_of_managed_policies_keep_both_sets() {
    let Some(corpus) = corpus() else { return };
    let mut files: Vec<_> =
        std::fs::read_dir(corpus.join("managed")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let step = if std::env::var_os("IAMSAT_ALL_FIXES").is_some() { 1 } else { 30 };
    let denials: serde_json::Value = serde_json::from_str(DENIALS).unwrap();
    let (mut policies, mut offered) = (0, 0);
    for file in files.iter().step_by(step) {
        let mut text: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let own = text["Statement"].take();
        let own = own.as_array().cloned().unwrap_or_else(|| vec![own]);
        text["Statement"] = own.into_iter().chain(denials.as_array().unwrap().clone()).collect();
        let policy = document(&file.file_name().unwrap().to_string_lossy(), &text.to_string());
        policies += 1;
        offered +=
            fixes_keep_both_sets(&policy, &Options::default(), &[vec![true, false], vec![false, true, true]]);
    }
    println!("{offered} fixes in {policies} policies");
    assert!(policies > 20 && offered >= policies * 3);
}

/// Returns a policy with a statement added, removed or replaced.
fn changed(random: &mut Random, policy: &str, other: &str) -> String {
    let (mut text, other): (serde_json::Value, serde_json::Value) =
        (serde_json::from_str(policy).unwrap(), serde_json::from_str(other).unwrap());
    let statements = text["Statement"].as_array_mut().unwrap();
    let more = other["Statement"][0].clone();
    match random.below(3) {
        0 => statements.push(more),
        1 if statements.len() > 1 => drop(statements.remove(random.below(statements.len()))),
        _ => {
            let place = random.below(statements.len());
            statements[place] = more;
        }
    }
    text.to_string()
}
