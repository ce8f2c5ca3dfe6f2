//! Small random organizations: what is said of a snapshot is compared with what the referee decides about requests, and answers are
//! compared with each other.
//!
//! `IAMSAT_ORGANIZATIONS` sets the number of organizations (default 10), `IAMSAT_SEED` the first seed.

use crate::support::organization::{Hidden, Member, ORGANIZATION, Organization};
use crate::support::world::Random;
use iamsat::check::{
    self, CanVerdict, Grant, PreparedSnapshot, Question, Wants, WhoKind, can_in_snapshot, what_can, who_can,
};
use iamsat::evaluate::{Decision, Options, decide_layers};
use iamsat::limits::SnapshotLimits;
use iamsat::policy::Document;
use iamsat::query::Callers;
use iamsat::request::{FactSets, Request, RequestSpec};
use iamsat::snapshot::{Asker, File, Snapshot};
use std::collections::BTreeSet;

/// Calls of the small world.
const CALLS: [(&str, &str); 8] = [
    ("s3:GetObject", "arn:aws:s3:::b/k"),
    ("s3:GetObject", "arn:aws:s3:::c/k"),
    ("s3:PutObject", "arn:aws:s3:::b/x"),
    ("s3:ListBucket", "arn:aws:s3:::c"),
    ("sts:AssumeRole", "arn:aws:iam::111122223333:role/app"),
    ("sts:AssumeRole", "arn:aws:iam::444455556666:role/etl"),
    ("iam:PassRole", "arn:aws:iam::111122223333:role/lab"),
    ("s3:ListAllMyBuckets", "*"),
];

/// Patterns of resources for questions, beside those of the calls.
const PATTERNS: [&str; 4] = ["arn:aws:s3:::b/*", "arn:aws:s3:::*", "arn:aws:iam::*:role/*", "*"];

pub(crate) fn organizations() -> impl Iterator<Item = (u64, Organization)> {
    let number = |name: &str, default: u64| match std::env::var(name) {
        Ok(text) => text.parse().unwrap(),
        Err(_) => default,
    };
    let first = number("IAMSAT_SEED", 1);
    let seeds = first..first + number("IAMSAT_ORGANIZATIONS", 10);
    seeds.map(|seed| (seed, Organization::new(&mut Random::new(seed, 0x0a6))))
}

pub(crate) fn snapshot(files: Vec<File>) -> PreparedSnapshot {
    let snapshot = Snapshot::read(files, &SnapshotLimits::default());
    let faults: Vec<&str> = snapshot.faults.iter().map(|fault| fault.diagnostic.message.as_str()).collect();
    assert!(faults.is_empty() && snapshot.unread.is_empty(), "{faults:?}");
    PreparedSnapshot::new(snapshot)
}

pub(crate) fn question(random: &mut Random) -> Wants {
    let (action, resource) = random.pick(&CALLS);
    let resource = if random.chance(3) { random.pick(&PATTERNS) } else { resource };
    Wants { actions: vec![action.to_string()], resources: vec![resource.to_string()], ..Wants::default() }
}

/// Asks about a principal; `None` if the snapshot does not have it.
fn verdict(prepared: &PreparedSnapshot, arn: &str, wants: &Wants) -> Option<CanVerdict> {
    let snapshot = prepared.snapshot();
    let principal = snapshot.principals.get(arn)?;
    let callers = Callers::parse(arn).unwrap();
    let scope = wants.documents().unwrap();
    let targets = snapshot.targets(Some(&principal.account), &wants.actions, &wants.resources);
    let question = Question { asker: Asker::Principal(principal), callers: &callers, scope: &scope };
    let answer = can_in_snapshot(prepared, question, &targets, &check::Options::default());
    Some(answer.part.answer.verdict)
}

/// Decides a request of a member by the layers that the model gives.
pub(crate) fn decision(organization: &Organization, member: &Member, request: &Request) -> Decision {
    let layers = organization.layers(member, &request.resource);
    let layers = layers.map(|document| document);
    let documents: Vec<&Document> = layers.documents().copied().collect();
    decide_layers(&layers, request, &Options::for_documents(&documents)).decision
}

/// Returns the requests of a member in the small world, as the organization has them.
pub(crate) fn requests(organization: &Organization, member: &Member) -> Vec<Request> {
    let mut requests = Vec::new();
    let name = member.arn.rsplit('/').next().unwrap();
    let principals = match member.is_user {
        true => vec![member.arn.clone()],
        false => ["job", "other"]
            .map(|session| format!("arn:aws:sts::{}:assumed-role/{name}/{session}", member.account))
            .to_vec(),
    };
    for (action, resource) in CALLS {
        for principal in &principals {
            for vpc in [None, Some("vpc-1")] {
                let mut context = vec![
                    ("aws:PrincipalOrgID".to_owned(), ORGANIZATION.to_owned()),
                    ("aws:PrincipalOrgPaths".to_owned(), Organization::path(member.account).to_owned()),
                ];
                context.extend(member.tag.map(|tag| ("aws:PrincipalTag/team".to_owned(), tag.to_owned())));
                context.extend(vpc.map(|vpc| ("aws:SourceVpc".to_owned(), vpc.to_owned())));
                let layers = organization.layers(member, resource);
                context.extend(
                    layers
                        .resource_account
                        .map(|owner| ("aws:ResourceAccount".to_owned(), owner.to_string())),
                );
                let spec = RequestSpec {
                    principal: Some(principal.clone()),
                    action: action.to_owned(),
                    resource: resource.to_owned(),
                    context,
                    boundary: layers.boundary.is_some(),
                    ..RequestSpec::default()
                };
                let request = spec.request().unwrap();
                let keys: Vec<String> = request.context().map(|(key, _)| key.to_owned()).collect();
                let sets = FactSets { safe: true, heuristics: false };
                if request.inconsistencies(keys.iter().map(String::as_str), &sets).is_empty() {
                    requests.push(request);
                }
            }
        }
    }
    requests
}

/// True if a request is one that a question is about.
pub(crate) fn is_wanted(request: &Request, wants: &Wants) -> bool {
    let is_like = |pattern: &String, text: &str| match pattern.split_once('*') {
        Some((start, end)) => text.starts_with(start) && text.ends_with(end),
        None => pattern == text,
    };
    wants.actions.iter().any(|action| is_like(action, &request.action))
        && wants.resources.iter().any(|resource| match resource.matches('*').count() {
            2 => request.resource.contains(":role/"),
            _ => is_like(resource, &request.resource),
        })
}

#[test]
fn no_request_contradicts_an_answer_about_a_snapshot() {
    let (mut counts, mut allowed) = ([0; 3], 0);
    for (seed, organization) in organizations() {
        let random = &mut Random::new(seed, 0x51a9);
        let snapshot = snapshot(organization.files(&[]));
        for member in &organization.members {
            for _ in 0..4 {
                let wants = question(random);
                let verdict = verdict(&snapshot, &member.arn, &wants).unwrap();
                match &verdict {
                    CanVerdict::Can(witness) => {
                        counts[0] += 1;
                        let request = witness.request();
                        // The model does not know the account of a resource that is not in it.
                        let is_known = organization.has(&request.resource);
                        let expected = if is_known { Decision::Allowed } else { Decision::Undetermined };
                        let decided = decision(&organization, member, request);
                        assert!(
                            [Decision::Allowed, expected].contains(&decided),
                            "{seed} {}: {request:?} {decided:?}",
                            member.arn
                        );
                    }
                    CanVerdict::Cannot(_) => counts[1] += 1,
                    CanVerdict::Unknown(_) => counts[2] += 1,
                }
                for request in requests(&organization, member) {
                    if is_wanted(&request, &wants)
                        && decision(&organization, member, &request) == Decision::Allowed
                    {
                        allowed += 1;
                        let is_proved = matches!(verdict, CanVerdict::Cannot(_));
                        assert!(!is_proved, "{seed} {} {wants:?}: CANNOT, but {request:?}", member.arn);
                    }
                }
            }
        }
    }
    assert!(counts.iter().all(|count| *count > 4) && allowed > 50, "{counts:?} {allowed}");
}

#[test]
fn who_can_lists_those_that_can() {
    let (mut listed, mut saved) = (0, 0);
    for (seed, organization) in organizations() {
        let random = &mut Random::new(seed, 0x3b0);
        let hidden: Vec<Hidden> = Hidden::ALL.into_iter().filter(|_| random.chance(8)).collect();
        let snapshot = snapshot(organization.files(&hidden));
        for _ in 0..3 {
            let wants = question(random);
            let kinds = [WhoKind::User, WhoKind::Role];
            let answer = who_can(&snapshot, &wants, &kinds, &check::Options::default()).unwrap();
            let of = |name: &str| -> BTreeSet<&str> {
                let names = snapshot.snapshot().principals.keys().map(|arn| &**arn);
                names.filter(|arn| verdict(&snapshot, arn, &wants).unwrap().name() == name).collect()
            };
            let can: BTreeSet<&str> = answer.entries.iter().map(|entry| entry.who.as_str()).collect();
            let open: BTreeSet<&str> = answer.open.iter().map(|entry| entry.who.as_str()).collect();
            assert_eq!(can, of("CAN"), "{seed} {hidden:?} {wants:?}");
            assert_eq!(open, of("UNKNOWN"), "{seed} {hidden:?} {wants:?}");
            listed += can.len();
            saved += usize::from(answer.questions < answer.principals);
        }
    }
    assert!(listed > 10 && saved > 3, "{listed} {saved}");
}

#[test]
fn filling_a_gap_keeps_what_is_proved() {
    let mut counts = [0; 3];
    for (seed, organization) in organizations() {
        let random = &mut Random::new(seed, 0x9a5);
        let whole = snapshot(organization.files(&[]));
        for _ in 0..4 {
            let hidden: Vec<Hidden> = Hidden::ALL.into_iter().filter(|_| random.chance(3)).collect();
            let part = snapshot(organization.files(&hidden));
            assert!(hidden.is_empty() || !part.snapshot().gaps.is_empty(), "{hidden:?}");
            let wants = question(random);
            for arn in part.snapshot().principals.keys() {
                let before = verdict(&part, arn, &wants).unwrap();
                let after = verdict(&whole, arn, &wants).unwrap();
                match before {
                    CanVerdict::Can(_) => counts[0] += 1,
                    CanVerdict::Cannot(_) => counts[1] += 1,
                    CanVerdict::Unknown(_) => {
                        counts[2] += 1;
                        continue;
                    }
                }
                let names = (before.name(), after.name());
                assert_eq!(names.0, names.1, "{seed} {hidden:?} {arn} {wants:?}: {before:?} {after:?}");
            }
        }
    }
    assert!(counts.iter().all(|count| *count > 2), "{counts:?}");
}

#[test]
fn what_is_listed_covers_what_is_allowed() {
    let (mut complete, mut covered, mut listed) = (0, 0, 0);
    for (seed, organization) in organizations() {
        let random = &mut Random::new(seed, 0x77a);
        let hidden: Vec<Hidden> = Hidden::ALL.into_iter().filter(|_| random.chance(8)).collect();
        let prepared = snapshot(organization.files(&hidden));
        for member in &organization.members {
            let Some(principal) = prepared.snapshot().principals.get(&*member.arn) else { continue };
            let callers = Callers::parse(&member.arn).unwrap();
            let wants = if random.chance(2) { question(random) } else { Wants::default() };
            let options = check::Options::default();
            let answer = what_can(&prepared, principal, &callers, &wants, &options).unwrap();
            listed += answer.grants.len();
            complete += usize::from(answer.is_complete());
            // What is listed, or open, is a policy that allows all that the layers allow.
            let grants = answer.grants.iter().chain(&answer.open).map(Grant::policy_statement);
            let statements: Vec<serde_json::Value> = grants.collect();
            let policy = (!statements.is_empty()).then(|| {
                let text = serde_json::json!({"Version": "2012-10-17", "Statement": statements}).to_string();
                text.parse::<Document>().unwrap()
            });
            for request in requests(&organization, member) {
                let is_wanted = wants.actions.is_empty() || is_wanted(&request, &wants);
                if !is_wanted || decision(&organization, member, &request) != Decision::Allowed {
                    continue;
                }
                let is_listed = policy.as_ref().is_some_and(|policy| {
                    iamsat::evaluate::decide(&[policy], &request, &Options::for_documents(&[policy]))
                        == Decision::Allowed
                });
                covered += usize::from(is_listed);
                let is_open = answer.rest.is_some() || !answer.gaps.is_empty();
                assert!(is_listed || is_open, "{seed} {hidden:?} {} {wants:?}: {request:?}", member.arn);
            }
        }
    }
    assert!(complete > 5 && covered > 20 && listed > 20, "{complete} {covered} {listed}");
}
