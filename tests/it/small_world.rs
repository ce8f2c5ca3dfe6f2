//! Random policies over a small vocabulary, and every request of a small world: an answer of the search about all requests has to
//! hold for each of these.
//!
//! `IAMSAT_PAIRS` sets the number of pairs (default 250, of which the slow worlds take a part), `IAMSAT_SEED` the first seed.

use crate::support::world::{KEYS, Key, Random, pairs_and_seed, policy, world};
use crate::support::{document, rules};
use iamsat::check::{
    Access, Answer, Group, Judging, Options, access_not_granted, difference, find, leave_out, lint,
    no_new_access,
};
use iamsat::evaluate::{self, Decision, Truth, decide, evaluate, fields_match, glob_matches};
use iamsat::limits::Exhausted;
use iamsat::policy::{Document, Effect, PolicyType, ResourceShape};
use iamsat::request::{FactSets, Request};
use iamsat::solve::{UnknownReason, Verdict};
use std::ops::Range;

/// A statement: the document it is in, and its place there.
type Place = (usize, usize);

/// The requests that the policies allow as one set, each with the statements that allow it.
fn allowed(
    policies: &[&Document],
    requests: Vec<Request>,
    referee: &evaluate::Options,
) -> Vec<(Request, Vec<Place>)> {
    let guilty = |request: &Request| -> Vec<Place> {
        let trace = evaluate(policies, request, referee);
        // Also with the index of statements about the action, which this function does not use.
        assert_eq!(decide(policies, request, referee), trace.decision, "{request:?}");
        let applies = trace.statements.iter().filter(|s| s.applies == Truth::True);
        let allows = applies.filter(|s| s.effect == Effect::Allow).map(|s| (s.document, s.statement));
        if trace.decision == Decision::Allowed { allows.collect() } else { Vec::new() }
    };
    let requests = requests.into_iter().map(|request| (guilty(&request), request));
    requests.filter(|(guilty, _)| !guilty.is_empty()).map(|(guilty, request)| (request, guilty)).collect()
}

#[derive(Debug, Default)]
struct Count {
    passes: usize,
    fails: usize,
    unknowns: usize,
    mixed: usize,
    requests: usize,
    faults: Vec<String>,
}

/// Returns true if the document certainly does not allow the request.
fn refuses(document: &Document, request: &Request, referee: &evaluate::Options) -> bool {
    let decision = evaluate(&[document], request, referee).decision;
    matches!(decision, Decision::ImplicitlyDenied | Decision::ExplicitlyDenied)
}

/// Checks that each claim of the answer about all requests holds for each request of the small world that the policies allow.
/// `asked` returns true for a request that the query is about.
fn hold_to_it(
    answer: &Answer,
    documents: &[&Document],
    world: &[(Request, Vec<Place>)],
    asked: &dyn Fn(&Request) -> bool,
    count: &mut Count,
    show: &dyn Fn() -> String,
) {
    let mut incomplete = false;
    let found: Vec<Place> = match &answer.verdict {
        Verdict::Pass(_) => {
            count.passes += 1;
            Vec::new()
        }
        Verdict::Fail(findings) => {
            count.fails += 1;
            assert!(!findings.is_empty());
            findings.iter().map(|f| (f.document, f.statement)).collect()
        }
        Verdict::Unknown(unknown) => {
            count.unknowns += 1;
            for reason in &unknown.reasons {
                let documented = match reason {
                    UnknownReason::Opaque { rule, .. } => {
                        incomplete |= *rule == "policy-variable";
                        rules().contains(&rule.as_str())
                    }
                    UnknownReason::Exhausted(Exhausted::Mixed) => {
                        count.mixed += 1;
                        incomplete = true;
                        true
                    }
                    _ => false,
                };
                if !documented {
                    count.faults.push(format!("{reason:?} {}", show()));
                }
            }
            Vec::new()
        }
    };
    if incomplete {
        return;
    }
    count.requests += world.len();
    for (request, guilty) in world {
        if !asked(request) {
            continue;
        }
        // Each statement that allows the request by itself is found.
        let hidden = guilty.iter().find(|s| !found.contains(*s) && (found.is_empty() || !hides(documents)));
        if let Some(place) = hidden {
            let name = answer.verdict.name();
            count.faults.push(format!("{name} but statement {place:?} allows {request:?}\n{}", show()));
            return;
        }
    }
}

/// Returns true if an undecided statement may be missing beside a FAIL. Only queries that are known to be undecided may do that.
fn hides(documents: &[&Document]) -> bool {
    documents.iter().any(|d| d.source.text().contains("${") || d.source.text().contains("ex:any"))
}

/// Keys of constructs that are only partly decided: ignore-case, sets of one empty text, policy variables around one another.
const HALF_DECIDED: [&str; 9] = [
    "aws:SourceIdentity",
    "ex:own",
    "ex:other",
    "aws:PrincipalTag/team",
    "aws:userid",
    "aws:PrincipalArn",
    "aws:TagKeys",
    "ex:tags",
    "s3:prefix",
];

#[test]
fn no_request_contradicts_a_verdict() {
    let (pairs, first) = pairs_and_seed();
    hold_verdicts(&KEYS.iter().collect::<Vec<_>>(), first..first + pairs);
}

#[test]
fn no_request_contradicts_a_verdict_where_much_is_open() {
    let (pairs, first) = pairs_and_seed();
    let keys: Vec<&Key> = KEYS.iter().filter(|key| HALF_DECIDED.contains(&key.name)).collect();
    hold_verdicts(&keys, first..first + pairs / 5);
}

/// Checks new access and listed access of random policies about two of the keys.
fn hold_verdicts(all: &[&Key], seeds: Range<u64>) {
    let (mut new_access, mut granted) = (Count::default(), Count::default());
    for seed in seeds {
        let mut random = Random::new(seed, 0x9E37_79B9_7F4A_7C15);
        let resource_policy = random.chance(2);
        let keys: Vec<&Key> = (0..2).map(|_| *random.pick(all)).collect();
        let (new, existing) =
            (policy(&mut random, &keys, resource_policy), policy(&mut random, &keys, resource_policy));
        let (new, existing) = (document("new", &new), document("existing", &existing));
        let policy_type = if resource_policy { PolicyType::Resource } else { PolicyType::Identity };
        let options = Options {
            policy_type: Some(policy_type),
            strict_arn: random.chance(5),
            aws_compat: random.chance(5),
            assume_heuristics: random.chance(5),
            certify: true,
            ..Options::default()
        };
        let mut referee = evaluate::Options::for_documents(&[&new, &existing]);
        referee.policy_type = policy_type;
        referee.strict_arn = options.strict_arn;
        let show = || {
            format!("seed {seed} {options:?}\nnew {}\nexisting {}", new.source.text(), existing.source.text())
        };
        let documents = [&new, &existing];
        let axioms = FactSets { safe: !options.aws_compat, heuristics: options.assume_heuristics };
        let requests = allowed(&[&new], world(&mut random, &documents, policy_type, &axioms), &referee);
        let answer = no_new_access(&new, &existing, &options);
        let unless_existing = |request: &Request| refuses(&existing, request, &referee);
        hold_to_it(&answer, &documents, &requests, &unless_existing, &mut new_access, &show);

        let action = *random.pick(&["s3:GetObject", "s3:Get*", "ec2:*", "*"]);
        let resource = *random.pick(&["*", "arn:aws:s3:::b/*", "arn:aws:s3:::b", "arn:aws:s3:*:*:c*"]);
        let actions = if random.chance(4) { vec![] } else { vec![action] };
        let access = Access::new(actions, [resource]).unwrap();
        let answer = access_not_granted(&new, std::slice::from_ref(&access), &options);
        let lists = |request: &Request| {
            let action = request.action.to_ascii_lowercase();
            let acts =
                access.actions.is_empty() || access.actions.iter().any(|a| glob_matches(&a.glob, &action));
            let on = access.resources.iter().any(|r| match &r.shape {
                ResourceShape::Arn { fields, .. } => fields_match(fields, &request.resource),
                _ => true,
            });
            acts && on
        };
        let show = || format!("{} {action} {resource}", show());
        hold_to_it(&answer, &documents[..1], &requests, &lists, &mut granted, &show);
    }
    report([("new access", new_access), ("access granted", granted)]);
}

/// Two policies as one set, one that must allow and, half of the time, one that must refuse.
#[test]
fn no_request_contradicts_what_is_found() {
    let (pairs, first) = pairs_and_seed();
    let mut found = Count::default();
    for seed in first..first + pairs / 16 {
        let mut random = Random::new(seed, 0xD1B5_4A32_D192_ED03);
        let resource_policy = random.chance(2);
        let keys: Vec<&Key> = (0..2).map(|_| random.pick(KEYS)).collect();
        let mut some = |name: &str| document(name, &policy(&mut random, &keys, resource_policy));
        let (one, other, demand, refusal) = (some("one"), some("other"), some("demand"), some("refusal"));
        let policy_type = if resource_policy { PolicyType::Resource } else { PolicyType::Identity };
        let options = Options {
            policy_type: Some(policy_type),
            aws_compat: random.chance(5),
            assume_heuristics: random.chance(5),
            certify: true,
            ..Options::default()
        };
        let without: &[&Document] = if random.chance(2) { &[&refusal] } else { &[] };
        let documents: Vec<&Document> = [&[&one, &other, &demand], without].concat();
        let mut referee = evaluate::Options::for_documents(&documents);
        referee.policy_type = policy_type;
        let show = || {
            let texts: Vec<&str> = documents.iter().map(|d| d.source.text()).collect();
            format!("seed {seed} {options:?}\n{}", texts.join("\n"))
        };
        let axioms = FactSets { safe: !options.aws_compat, heuristics: options.assume_heuristics };
        let requests = world(&mut random, &documents, policy_type, &axioms);
        let requests = allowed(&[&one, &other], requests, &referee);
        let answer = find([&one, &other], [&demand], without.iter().copied(), &options);
        let asked = |request: &Request| {
            evaluate(&[&demand], request, &referee).decision == Decision::Allowed
                && without.iter().all(|refusal| refuses(refusal, request, &referee))
        };
        hold_to_it(&answer, &documents, &requests, &asked, &mut found, &show);
    }
    report([("found", found)]);
}

/// The groups of a difference cover it, entirely new groups contain no other requests, and no group is covered by the others.
#[test]
fn no_request_contradicts_a_difference() {
    let (pairs, first) = pairs_and_seed();
    let (mut complete, mut all_new, mut partly_new, mut requests_in_all) = (0, 0, 0, 0);
    for seed in first..first + pairs / 8 {
        let mut random = Random::new(seed, 0xA076_1D64_78BD_642F);
        let resource_policy = random.chance(2);
        let keys: Vec<&Key> = (0..2).map(|_| random.pick(KEYS)).collect();
        let mut some = |name: &str| document(name, &policy(&mut random, &keys, resource_policy));
        let (new, old) = (some("new"), some("old"));
        let policy_type = if resource_policy { PolicyType::Resource } else { PolicyType::Identity };
        let judging = Judging::Alone;
        let options =
            Options { policy_type: Some(policy_type), judging, certify: true, ..Options::default() };
        let found = difference(&new, &old, &options);
        let show =
            || format!("seed {seed}\nnew {}\nold {}\n{found:#?}", new.source.text(), old.source.text());
        assert!(!matches!(found.rest.verdict, Verdict::Fail(_)), "not everything is covered: {}", show());
        complete += usize::from(found.is_complete());
        let mut referee = evaluate::Options::for_documents(&[&new, &old]);
        referee.policy_type = policy_type;
        let is_new = |request: &Request| {
            evaluate(&[&new], request, &referee).decision == Decision::Allowed
                && refuses(&old, request, &referee)
        };
        let axioms = FactSets { safe: true, heuristics: false };
        for request in world(&mut random, &[&new, &old], policy_type, &axioms) {
            let holds = |group: &Group| evaluate(&[&group.document], &request, &referee).decision;
            let new_access = is_new(&request);
            if found.is_complete() && new_access {
                assert!(
                    found.groups.iter().any(|g| holds(g) != Decision::ImplicitlyDenied),
                    "{request:?} {}",
                    show()
                );
            }
            for group in found.groups.iter().filter(|group| group.is_all_new) {
                if holds(group) == Decision::Allowed {
                    requests_in_all += 1;
                    let before = evaluate(&[&old], &request, &referee).decision;
                    assert_ne!(before, Decision::Allowed, "{request:?} {}", show());
                    let after = evaluate(&[&new], &request, &referee).decision;
                    assert!(
                        matches!(after, Decision::Allowed | Decision::Undetermined),
                        "{request:?} {}",
                        show()
                    );
                }
            }
        }
        for (place, group) in found.groups.iter().enumerate() {
            if group.is_all_new {
                all_new += 1
            } else {
                partly_new += 1
            };
            assert!(is_new(group.finding.witness.request()), "{}", show());
            let others = found.groups.iter().enumerate().filter(|(other, _)| *other != place);
            let others = others.map(|(_, group)| &group.document);
            let alone = find([&new], [&group.document], std::iter::once(&old).chain(others), &options);
            assert_ne!(alone.verdict.name(), "PASS", "{place} is covered: {}", show());
        }
    }
    println!(
        "{complete} complete, {all_new} groups all new, {partly_new} partly, {requests_in_all} requests in the former"
    );
    assert!(complete > 0 && all_new > 0 && partly_new > 0 && requests_in_all > 0);
}

/// A part that lint reports to have no effect can be removed: each part alone, all together, or some of them. Each of its
/// witnesses is a request that shows the finding.
#[test]
fn no_request_contradicts_lint() {
    let (pairs, first) = pairs_and_seed();
    let (mut removable, mut shown) = (0, 0);
    for seed in first..first + pairs / 4 {
        let mut random = Random::new(seed, 0xE703_7ED1_A0B4_28DB);
        let resource_policy = random.chance(2);
        let keys: Vec<&Key> = (0..2).map(|_| random.pick(KEYS)).collect();
        let policy = document("policy", &policy(&mut random, &keys, resource_policy));
        let policy_type = if resource_policy { PolicyType::Resource } else { PolicyType::Identity };
        let options = Options { policy_type: Some(policy_type), certify: true, ..Options::default() };
        let found = lint(&policy, &options);
        assert!(found.exhausted.is_none());
        let show = || format!("seed {seed} {}\n{:#?}", policy.source.text(), found.defects);
        removable += found.defects.iter().filter(|defect| defect.finding.is_none()).count();
        let mut referee = evaluate::Options::for_documents(&[&policy]);
        referee.policy_type = policy_type;
        for finding in found.defects.iter().filter_map(|defect| defect.finding.as_ref()) {
            shown += 1;
            let decision = evaluate(&[&policy], finding.witness.request(), &referee).decision;
            assert_eq!(decision, Decision::Allowed, "{}", show());
        }
        let count = found.defects.len();
        let mut choices: Vec<Vec<usize>> = (0..count).map(|one| vec![one]).collect();
        choices.push((0..count).collect());
        choices.extend((0..4).map(|_| (0..count).filter(|_| random.chance(2)).collect()));
        let selections: Vec<_> = choices
            .into_iter()
            .map(|choice| {
                let reduced = leave_out(&policy, choice.iter().map(|place| &found.defects[*place]));
                (choice, reduced)
            })
            .collect();
        let axioms = FactSets { safe: true, heuristics: false };
        for request in world(&mut random, &[&policy], policy_type, &axioms) {
            let decide = |document| evaluate(&[document], &request, &referee).decision;
            let before = decide(&policy);
            for (selection, reduced) in &selections {
                let after = decide(reduced);
                let differ = (before == Decision::Allowed) != (after == Decision::Allowed);
                let is_open = before == Decision::Undetermined || after == Decision::Undetermined;
                assert!(
                    !differ || is_open,
                    "{before:?} {after:?} {request:?} without {selection:?} {}",
                    show()
                );
            }
        }
    }
    println!("{removable} parts that change nothing, {shown} shown");
    assert!(removable > 0 && shown > 0);
}

fn report<const N: usize>(counts: [(&str, Count); N]) {
    for (what, c) in &counts {
        println!(
            "{what}: {} PASS, {} FAIL, {} UNKNOWN ({} of mixed operators), {} requests",
            c.passes, c.fails, c.unknowns, c.mixed, c.requests
        );
    }
    for (_, count) in counts {
        assert!(count.faults.is_empty(), "{} faults\n{}", count.faults.len(), count.faults.join("\n"));
        assert!(count.passes > 0 && count.fails > 0);
    }
}
