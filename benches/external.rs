//! External access of generated bucket policies: five condition keys, and 5, 9 or 11 statements with a wildcard, a prefix, a
//! network or a list of values on every key. Values of neighbouring statements overlap, and none contains the other.
//!
//! Twice: with values that only neighbours have in common, and with one more on every key that all statements have.
//!
//! For each size the slowest and the median of the seeds, each the fastest of five runs; and how many combinations of statements
//! have a request in common.
//!
//! Then policies of many statements, each for accounts of its own, and one Deny: how the time grows with the number of statements.
//! `cargo bench --bench external -- growth` measures these alone.
#![expect(clippy::expect_used, reason = "a bench that cannot read ends")]
#![expect(clippy::arithmetic_side_effects, reason = "small numbers")]

use iamsat::check::{Options, Zone, external_access, find};
use iamsat::limits::InputLimits;
use iamsat::policy::{Document, ResourceType, parse};
use iamsat::span::Source;
use std::time::{Duration, Instant};

const SEEDS: std::ops::Range<u64> = 1..11;
const SIZES: [usize; 3] = [5, 9, 11];
/// Numbers of statements of the policies that grow.
const GROWTH: [u64; 6] = [40, 80, 160, 320, 640, 1_000];

struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % n
    }
}

/// Statement `i`: what it shares with the one before and the one after it differs; `common`: it shares something with all.
fn statement(i: u64, random: &mut Random, common: bool) -> String {
    let letter = |n: u64| char::from(b'a' + u8::try_from(n % 26).unwrap_or(0));
    let (own, next) = (letter(i), letter(i + 1));
    let (a, b) = (8 + i * 2, 10 + i * 2);
    let extra = 100 + random.below(100);
    let account = 444_455_556_666 + i;
    let [org, network, arn, prefix, agent] = match common {
        true => [
            r#","o-common0""#,
            r#","203.0.113.0/24""#,
            r#","arn:aws:iam::*:role/common""#,
            r#","common/*""#,
            r#","*common*""#,
        ],
        false => [""; 5],
    };
    format!(
        r#"{{"Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"],
"Condition":{{
 "StringEquals":{{"aws:PrincipalOrgID":["o-{own}0","o-{next}0","o-shared{n}"{org}]}},
 "IpAddress":{{"aws:SourceIp":["{a}.0.0.0/8","{b}.0.0.0/8","{extra}.0.0.0/16"{network}]}},
 "ArnLike":{{"aws:PrincipalArn":["arn:aws:iam::*:role/{own}*","arn:aws:iam::*:role/*{next}","arn:aws:iam::{account}:*"{arn}]}},
 "StringLike":{{"s3:prefix":["{own}*","*{next}*","home/{own}?"{prefix}],"aws:UserAgent":["*{own}/{next}*","{next}*"{agent}]}}}}}}"#,
        n = random.below(3)
    )
}

fn document(name: &str, statements: &[String]) -> Document {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","));
    parse(&Source::new(name, text), &InputLimits::default()).expect("a generated policy is right")
}

/// The policy of `size` statements, each for three accounts outside, and one Deny.
fn growing(size: u64) -> Document {
    let allow = |i: u64| {
        let accounts: Vec<String> = (0..3).map(|k| (200_000_000_000 + 3 * i + k).to_string()).collect();
        format!(
            r#"{{"Sid":"S{i}","Effect":"Allow","Principal":{{"AWS":{accounts:?}}},"Action":["s3:GetObject","s3:PutObject"],
"Resource":"arn:aws:s3:::b/team-{i}/*"}}"#
        )
    };
    let deny = r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"],
"Condition":{"Bool":{"aws:SecureTransport":"false"}}}"#;
    let statements: Vec<String> = (0..size).map(allow).chain([deny.to_owned()]).collect();
    document("policy", &statements)
}

/// Measures the policies that grow, each the fastest of three runs; every statement gives three findings, and nothing is missing.
fn growth() {
    let zone = Zone::new(&["111122223333"], &[] as &[&str]).expect("an account");
    let bucket = ResourceType::from_name("AWS::S3::Bucket").expect("a type");
    let mut before: Option<(u64, Duration)> = None;
    for size in GROWTH {
        let policy = growing(size);
        let once = || {
            let start = Instant::now();
            let access = external_access(&policy, bucket, &zone, &Options::default());
            let time = start.elapsed();
            assert!(access.is_complete(), "{:?}", access.rest.verdict);
            assert_eq!(access.findings.len() as u64, 3 * size);
            time
        };
        let time = (0..3).map(|_| once()).min().unwrap_or_default();
        // The exponent e of a time that grows as n^e.
        let exponent = before.map(|(n, then)| {
            let ratio = |a: f64, b: f64| (a / b).ln();
            ratio(time.as_secs_f64(), then.as_secs_f64()) / ratio(size as f64, n as f64)
        });
        let exponent = exponent.map_or_else(String::new, |e| format!(", growth n^{e:.2}"));
        println!("{size} statements of three accounts, one Deny: {time:?}{exponent}");
        before = Some((size, time));
    }
}

fn main() {
    growth();
    if std::env::args().any(|argument| argument == "growth") {
        return;
    }
    let zone = Zone::new(&["111122223333"], &[] as &[&str]).expect("an account");
    let bucket = ResourceType::from_name("AWS::S3::Bucket").expect("a type");
    let options = Options::default();
    for (common, size) in [false, true].into_iter().flat_map(|common| SIZES.map(|size| (common, size))) {
        let (mut times, mut found): (Vec<Duration>, Vec<usize>) = (Vec::new(), Vec::new());
        let mut combinations = Vec::new();
        for seed in SEEDS {
            let mut random = Random(seed);
            let statements: Vec<String> =
                (0..size as u64).map(|i| statement(i, &mut random, common)).collect();
            let policy = document("policy", &statements);
            let once = || {
                let start = Instant::now();
                let access = external_access(&policy, bucket, &zone, &options);
                (start.elapsed(), access)
            };
            let runs: Vec<_> = (0..5).map(|_| once()).collect();
            times.extend(runs.iter().map(|(time, _)| *time).min());
            let access = runs.into_iter().next().map(|(_, access)| access).expect("a run");
            assert!(access.is_complete(), "{:?}", access.rest.verdict);
            found.push(access.findings.len());
            if seed == SEEDS.start {
                let alone: Vec<Document> =
                    statements.iter().map(|s| document("one", std::slice::from_ref(s))).collect();
                let common = (1u32..1 << size).filter(|set| {
                    let mut members = (0..size).filter(|i| set >> i & 1 == 1).filter_map(|i| alone.get(i));
                    let first = members.next().expect("a set has a member");
                    find([first], members, [], &options).verdict.name() == "FAIL"
                });
                combinations.push(common.count());
            }
        }
        times.sort_unstable();
        let median = times.get(times.len() / 2).copied().unwrap_or_default();
        let slowest = times.last().copied().unwrap_or_default();
        println!(
            "{size} statements{}: median {median:?}, slowest {slowest:?}; findings {found:?}; combinations with a request in common {combinations:?} of {}",
            if common { ", all with values in common" } else { "" },
            (1u32 << size) - 1
        );
    }
}
