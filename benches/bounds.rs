//! The time that policies take that are made to take long: each shape of 1 MB, by every question, with the work that was counted. No
//! question takes longer than its work, so that the limit on work is a limit on time.
//!
//! `cargo bench --bench bounds -- WORD` measures the lines that the word is in; `--size BYTES` policies of another size.
#![expect(clippy::expect_used, reason = "a bench that cannot read ends")]
#![expect(clippy::arithmetic_side_effects, reason = "small numbers")]
#![expect(clippy::indexing_slicing, reason = "the remainder is in range")]

#[path = "../tests/it/support/shapes.rs"]
mod shapes;

use iamsat::check::{
    BlockSettings, Blocked, Options, Property, Zone, access_not_granted, block_public_access, compare,
    denied_difference, difference, external_access, find, lint, no_new_access, no_public_access,
};
use iamsat::evaluate;
use iamsat::limits::{InputLimits, SearchLimits, SharedWork};
use iamsat::policy::{Access, Document, ResourceType, parse};
use iamsat::request::Request;
use iamsat::solve::Verdict;
use iamsat::span::Source;
use iamsat::verify::{self, verify};
use rustix::time::{ClockId, clock_gettime};
use shapes::SHAPES;

/// Bytes of a policy.
const SIZE: usize = 1_000_000;

const QUESTIONS: [&str; 8] = [
    "lint",
    "find",
    "check-no-new-access",
    "check-access-not-granted",
    "compare",
    "diff",
    "simulate",
    "verify",
];
const OF_SHARED: [&str; 3] = ["check-no-public-access", "find-external-access", "block-public-access"];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let size = arguments.iter().position(|argument| argument == "--size");
    let bytes = size.and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(SIZE);
    let words: Vec<&String> = arguments
        .iter()
        .enumerate()
        .filter(|(at, _)| size.is_none_or(|s| *at != s && *at != s + 1))
        .map(|(_, w)| w)
        .collect();
    let mut slowest = (0.0, String::new());
    println!("{:>8} {:>12} {:>9}  question, shape, answer", "seconds", "work", "searches");
    for shape in SHAPES {
        let [policy, other] = [0, 1].map(|seed| read((shape.policy)(bytes, seed)));
        for question in QUESTIONS.into_iter().chain(OF_SHARED.into_iter().filter(|_| shape.is_shared)) {
            let name = format!("{question} {}", shape.name);
            if !words.iter().all(|word| name.contains(word.as_str())) {
                continue;
            }
            let limits = SearchLimits::default();
            let shared_work = SharedWork::of(&limits);
            let options = Options { limits, shared_work: shared_work.clone(), ..Options::default() };
            let start = processor_time();
            let answer = ask(question, [&policy, &other], &options);
            let seconds = processor_time() - start;
            let work = limits.work - shared_work.left().expect("it is shared");
            let searches = shared_work.searches().expect("it is shared");
            println!("{seconds:8.2} {work:12} {searches:9}  {name}: {answer}");
            if seconds > slowest.0 {
                slowest = (seconds, name);
            }
        }
    }
    println!("slowest: {} ({:.2} s)", slowest.1, slowest.0);
}

fn processor_time() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn read(text: String) -> Document {
    parse(&Source::new("policy", text), &InputLimits::default()).expect("a shape is a policy")
}

fn ask(question: &str, [policy, other]: [&Document; 2], options: &Options) -> String {
    let bucket = ResourceType::from_name("AWS::S3::Bucket").expect("a type");
    let said = |verdict: &Verdict| match verdict {
        Verdict::Fail(findings) => format!("FAIL {}", findings.len()),
        Verdict::Unknown(unknown) => {
            unknown.exhausted().map_or("UNKNOWN".to_owned(), |limit| limit.code().to_string())
        }
        Verdict::Pass(_) => "PASS".to_owned(),
    };
    match question {
        "lint" => {
            let found = lint(policy, options);
            let limit = found.exhausted.map_or("complete".to_owned(), |limit| limit.code().to_string());
            format!("{} {limit}", found.defects.len())
        }
        "find" => {
            let property = Property {
                actions: vec!["s3:*".into()],
                resources: vec!["arn:aws:s3:::b7*".into()],
                ..Property::default()
            };
            let property = property.document().expect("a property");
            said(&find([policy], [&property], [], options).verdict)
        }
        "check-no-new-access" => said(&no_new_access(policy, other, options).verdict),
        "check-access-not-granted" => {
            let access =
                Access::new(["s3:GetObject", "s3:Get*", "iam:*"], Vec::<&str>::new()).expect("access");
            said(&access_not_granted(policy, &[access], options).verdict)
        }
        "compare" => {
            let comparison = compare(policy, other, options);
            format!("{}, {}", said(&comparison.left.verdict), said(&comparison.right.verdict))
        }
        "diff" => {
            let parts = [
                difference(policy, other, options),
                difference(other, policy, options),
                denied_difference(other, policy, options),
                denied_difference(policy, other, options),
            ];
            parts.map(|part| format!("{} {}", part.groups.len(), said(&part.rest.verdict))).join(", ")
        }
        "simulate" => {
            let request = Request::new("s3:GetObject", "arn:aws:s3:::b1/x");
            let reading = evaluate::Options::for_documents(&[policy]);
            format!("{:?}", evaluate::decide(&[policy], &request, &reading))
        }
        "verify" => {
            let options = Options { certificate: true, ..options.clone() };
            let answer = no_new_access(policy, policy, &options);
            match answer.certificate() {
                Some(certificate) => {
                    let outcome = verify(&certificate.to_text(), &verify::Limits::default());
                    format!("{} {}", answer.verdict.name(), matches!(outcome, verify::Outcome::Verified(_)))
                }
                None => said(&answer.verdict),
            }
        }
        "check-no-public-access" => said(&no_public_access(policy, bucket, options).verdict),
        "find-external-access" => {
            let zone = Zone::new(&["111122223333"], &[] as &[&str]).expect("a zone");
            let access = external_access(policy, bucket, &zone, options);
            format!("{} {}", access.findings.len(), said(&access.rest.verdict))
        }
        _ => {
            let settings = BlockSettings { restrict_public_buckets: true, ..BlockSettings::default() };
            let outcome = block_public_access(
                &Blocked {
                    policy: Some(policy),
                    resource_type: bucket,
                    vpc_only: false,
                    grants: &[],
                    settings,
                    owner: Some("111122223333"),
                },
                options,
            );
            outcome.public.map_or(String::new(), |answer| said(&answer.verdict))
        }
    }
}
