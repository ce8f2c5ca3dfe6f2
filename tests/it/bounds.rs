//! All work for one answer counts together, whatever takes it: policies that are made to take long end at the limit, with all that
//! was found before, and no question is asked after it.
//!
//! How long a unit of work takes is what `cargo bench --bench bounds` measures, at the size that the limit is for.

use crate::support::shapes::{SHAPES, Shape};
use crate::support::{corpus, document};
use iamsat::check::{
    BlockSettings, Blocked, Options, Zone, access_not_granted, block_public_access, compare,
    denied_difference, difference, external_access, find, lint, no_new_access, no_public_access,
};
use iamsat::limits::{SearchLimits, SharedWork};
use iamsat::policy::{Access, Document, ResourceType};
use iamsat::solve::Verdict;

/// Bytes of a policy.
const SIZE: usize = 250;

/// Searches for one answer that begin with nothing left: each ends the question that it is for, and few are asked to tell what is open.
const AFTERWARDS: u64 = 4;

/// The parts of an answer: `None` for what is open.
type Parts = Vec<Option<bool>>;

fn decided(verdict: &Verdict) -> Option<bool> {
    match verdict {
        Verdict::Pass(_) => Some(true),
        Verdict::Fail(_) => Some(false),
        Verdict::Unknown(_) => None,
    }
}

/// Every question about a policy and one like it.
fn ask(question: &str, [policy, other]: [&Document; 2], options: &Options) -> Parts {
    let bucket = ResourceType::from_name("AWS::S3::Bucket").unwrap();
    match question {
        "lint" => vec![lint(policy, options).exhausted.is_none().then_some(true)],
        "find" => vec![decided(&find([policy], [other], [], options).verdict)],
        "check-no-new-access" => vec![decided(&no_new_access(policy, other, options).verdict)],
        "check-access-not-granted" => {
            let access = Access::new(["s3:GetObject", "iam:*"], Vec::<&str>::new()).unwrap();
            vec![decided(&access_not_granted(policy, &[access], options).verdict)]
        }
        "compare" => {
            let comparison = compare(policy, other, options);
            vec![decided(&comparison.left.verdict), decided(&comparison.right.verdict)]
        }
        "diff" => {
            let gained = difference(policy, other, options);
            let denied = denied_difference(policy, other, options);
            [gained, denied].iter().map(|part| decided(&part.rest.verdict)).collect()
        }
        "check-no-public-access" => vec![decided(&no_public_access(policy, bucket, options).verdict)],
        "find-external-access" => {
            let zone = Zone::new(&["111122223333"], &[] as &[&str]).unwrap();
            vec![decided(&external_access(policy, bucket, &zone, options).rest.verdict)]
        }
        "block-public-access" => {
            let settings = BlockSettings { restrict_public_buckets: true, ..BlockSettings::default() };
            let blocked = Blocked {
                policy: Some(policy),
                resource_type: bucket,
                vpc_only: false,
                grants: &[],
                settings,
                owner: Some("111122223333"),
            };
            let outcome = block_public_access(&blocked, options);
            let answers = [outcome.public, outcome.remaining];
            answers.iter().flatten().map(|answer| decided(&answer.verdict)).collect()
        }
        other => panic!("{other}"),
    }
}

const QUESTIONS: [&str; 6] =
    ["lint", "find", "check-no-new-access", "check-access-not-granted", "compare", "diff"];
const OF_SHARED: [&str; 3] = ["check-no-public-access", "find-external-access", "block-public-access"];

/// With less work an answer is open or the same.
fn is_less(less: &Parts, all: &Parts) -> bool {
    // What public access remains is a question only if there may be some.
    less.len() != all.len() || less.iter().zip(all).all(|(less, all)| less.is_none() || less == all)
}

fn at_every_limit(shape: &Shape) {
    let [policy, other] = [0, 1].map(|seed| document(shape.name, &(shape.policy)(SIZE, seed)));
    let of_shared = OF_SHARED.into_iter().filter(|_| shape.is_shared);
    for question in QUESTIONS.into_iter().chain(of_shared) {
        let asked = |work: u64| {
            let limits = SearchLimits { work, ..SearchLimits::default() };
            let shared_work = SharedWork::of(&limits);
            let options = Options { limits, shared_work: shared_work.clone(), ..Options::default() };
            let parts = ask(question, [&policy, &other], &options);
            (parts, work - shared_work.left().unwrap(), shared_work.searches().unwrap())
        };
        let name = format!("{question} of {}", shape.name);
        let (all, work, searches) = asked(SearchLimits::default().work);
        assert!(work > 0 && searches > 0, "{name}: {work} {searches}");
        for part in [100, 3] {
            let (less, spent, fewer) = asked(work / part);
            assert!(is_less(&less, &all), "{name}: {less:?} with less than {all:?}");
            assert!(spent <= work / part, "{name}: {spent}");
            assert!(fewer <= searches + AFTERWARDS, "{name}: {fewer} of {searches}");
        }
        let (nothing, _, none) = asked(0);
        assert!(nothing.iter().all(Option::is_none), "{name}: {nothing:?}");
        assert!(none <= AFTERWARDS, "{name}: {none}");
    }
}

#[test]
fn every_answer_about_policies_of_one_account_ends() {
    SHAPES.iter().filter(|shape| !shape.is_shared).for_each(at_every_limit);
}

#[test]
fn every_answer_about_shared_policies_ends() {
    SHAPES.iter().filter(|shape| shape.is_shared).for_each(at_every_limit);
}

/// The two neighbours of the corpus for whose difference most is asked.
#[test]
fn the_widest_difference_of_neighbours_takes_few_searches() {
    let Some(corpus) = corpus() else { return };
    let policy = |name: &str| {
        let path = corpus.join("managed").join(format!("{name}.json"));
        document(name, &std::fs::read_to_string(path).unwrap())
    };
    let old = policy("SageMakerStudioProjectUserRolePermissionsBoundary");
    let new = policy("SageMakerStudioProjectUserRolePolicy");
    let options = Options::default().sharing();
    for (one, other) in [(&new, &old), (&old, &new)] {
        difference(one, other, &options);
        denied_difference(one, other, &options);
    }
    let searches = options.shared_work.searches().unwrap();
    let work = options.limits.work - options.shared_work.left().unwrap();
    assert!(searches <= MOST_SEARCHES && work <= MOST_WORK, "{searches} searches, {work} of work");
}

/// Searches of that difference: what it takes today and a twentieth.
const MOST_SEARCHES: u64 = 1_030;

/// Its work.
const MOST_WORK: u64 = 37_000_000;
