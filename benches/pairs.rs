//! Latency of whole checks, pair by pair: percentiles over pairs of managed policies, the largest policies against one another,
//! and the scaling families. Criterion has no percentiles over different inputs, so this bench has its own harness. Each pair is
//! checked several times from two parsed documents without cached results; the fastest counts. `known` checks pairs of prepared
//! documents.
//!
//! `--once` checks each pair once, and further words choose parts (`managed`, `conditions`, `identical`, `largest`, `layers`,
//! `witnesses`, and families by a word of their name): for counting instructions, see README.md. `--each` prints the time of every
//! pair in nanoseconds, for `benches/turns.py`, which compares two builds. With `--first`, answers show the first witness that is
//! found, as those do that nobody reads.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a bench that cannot go on ends"
)]

mod support;

use iamsat::check::{Answer, DocumentRef, Options, PreparedDocument, no_new_access};
use iamsat::policy::Document;
use iamsat::solve::{Stats, Verdict};
use std::time::{Duration, Instant};

struct Sample {
    name: String,
    time: Duration,
    verdict: &'static str,
    stats: Stats,
}

/// The measured call. It stays a function of its own, so that its instructions can be counted alone.
#[inline(never)]
fn judge(new: DocumentRef<'_>, existing: DocumentRef<'_>, options: &Options) -> Answer {
    no_new_access(new, existing, options)
}

fn measure(name: &str, new: &Document, existing: &Document, repeats: u32) -> Sample {
    fastest(name, repeats, new.into(), existing.into())
}

/// As [`measure`], of documents that were prepared by the same query.
fn measure_known(name: &str, new: &Document, existing: &Document, repeats: u32) -> Sample {
    let [new, existing] = [new, existing].map(|document| PreparedDocument::new(document.clone()));
    drop(judge((&new).into(), (&existing).into(), &Options::default()));
    fastest(name, repeats, (&new).into(), (&existing).into())
}

fn fastest(name: &str, repeats: u32, new: DocumentRef<'_>, existing: DocumentRef<'_>) -> Sample {
    let first_witness = std::env::args().any(|a| a == "--first");
    let options = Options { first_witness, ..Options::default() };
    let mut best: Option<Sample> = None;
    for _ in 0..repeats {
        let start = Instant::now();
        let answer = judge(new, existing, &options);
        let time = start.elapsed();
        let verdict = answer.verdict.name();
        if let Verdict::Unknown(unknown) = &answer.verdict {
            std::hint::black_box(&unknown.reasons);
        }
        if best.as_ref().is_none_or(|b| time < b.time) {
            best = Some(Sample { name: name.to_owned(), time, verdict, stats: answer.stats });
        }
    }
    best.unwrap()
}

fn report(title: &str, samples: &mut [Sample]) {
    if std::env::args().any(|a| a == "--each") {
        for sample in samples.iter() {
            println!("{title}\t{}\t{}", sample.name, sample.time.as_nanos());
        }
        return;
    }
    samples.sort_by_key(|s| s.time);
    let at = |q: f64| samples[((samples.len() - 1) as f64 * q) as usize].time;
    let count = |v: &str| samples.iter().filter(|s| s.verdict == v).count();
    let mean = samples.iter().map(|s| s.time).sum::<Duration>() / u32::try_from(samples.len()).unwrap();
    println!(
        "{title}: {} pairs ({} PASS, {} FAIL, {} UNKNOWN): median {:.1?}, p90 {:.1?}, p99 {:.1?}, max {:.1?}, mean {:.1?}",
        samples.len(),
        count("PASS"),
        count("FAIL"),
        count("UNKNOWN"),
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0),
        mean,
    );
    for sample in samples.iter().rev().take(5) {
        println!("    {:>9.1?} {} {} {:?}", sample.time, sample.verdict, sample.name, sample.stats);
    }
}

fn main() {
    // `cargo test` runs benches with `--test`: then one small round is enough.
    let quick = std::env::args().any(|a| a == "--test");
    let once = quick || std::env::args().any(|a| a == "--once");
    let parts: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|p| part.contains(p.as_str()));
    if support::corpus().is_none() {
        println!("no corpus: set IAMSAT_CORPUS to its directory");
    } else {
        real(quick, if once { 1 } else { 5 }, &wanted);
        if wanted("layers") {
            layers(quick, if once { 1 } else { 5 });
        }
        if wanted("witnesses") {
            witnesses(quick, if once { 1 } else { 5 });
        }
    }
    for (name, family) in support::families() {
        if !wanted(name) && !parts.iter().any(|p| p == "families") {
            continue;
        }
        for n in [5, 20, 80, 320] {
            if (quick && n > 20) || (once && !quick && n < 320) {
                continue;
            }
            let (new, existing) = family(n);
            let (new, existing) =
                (support::document(name, &new.to_string()), support::document(name, &existing.to_string()));
            let sample = measure(name, &new, &existing, if once { 1 } else { 3 });
            println!("{name} n={n}: {:.1?} {} {:?}", sample.time, sample.verdict, sample.stats);
        }
    }
}

/// Says how many witnesses between neighbours AWS lists, and what that costs: with the first witness of each search, and with the one
/// that is shown to people. Both take turns with each pair.
fn witnesses(quick: bool, repeats: u32) {
    use iamsat::catalogue::Catalogue;
    use iamsat::request::RequestPart;
    let neighbours = support::pairs().into_iter().filter(|(name, ..)| {
        !["less", "more", "narrow"].iter().any(|kind| name.ends_with(kind) || name.starts_with(kind))
    });
    let pairs: Vec<_> = neighbours.take(if quick { 50 } else { usize::MAX }).collect();
    let mut times: [Vec<Duration>; 2] = Default::default();
    let mut counts = [[0usize; 5]; 2];
    let mut proved = 0usize;
    let settings = [true, false].map(|first_witness| Options { first_witness, ..Options::default() });
    for (_, new, existing) in &pairs {
        let mut best = [Duration::MAX; 2];
        for round in 0..=repeats {
            for (at, options) in settings.iter().enumerate() {
                let start = Instant::now();
                let answer = judge(new.into(), existing.into(), options);
                best[at] = best[at].min(start.elapsed());
                if round > 0 {
                    continue;
                }
                let Verdict::Fail(findings) = &answer.verdict else { continue };
                for finding in findings {
                    let request = finding.witness.request();
                    let place = match request.is_listed(Catalogue::embedded()).err().map(|misfit| misfit.part)
                    {
                        None => 0,
                        Some(RequestPart::Action) => 1,
                        Some(RequestPart::Resource) => 2,
                        Some(RequestPart::Key) => 3,
                        Some(RequestPart::Values) => 4,
                    };
                    counts[at][place] += 1;
                    proved += usize::from(finding.unlisted.is_some());
                }
            }
        }
        best.into_iter().zip(&mut times).for_each(|(time, times)| times.push(time));
    }
    for (at, title) in ["the first witness", "the witness for people"].iter().enumerate() {
        let [listed, action, resource, key, values] = counts[at];
        times[at].sort_unstable();
        let time = |share: usize| times[at][(times[at].len() - 1) * share / 100];
        println!(
            "{title}, {} pairs of neighbours: {listed} witnesses that AWS lists; {action} with an unlisted action, {resource} with \
             another resource, {key} with another key, {values} with more values; median {:.1?}, p90 {:.1?}, p99 {:.1?}, mean {:.1?}",
            pairs.len(),
            time(50),
            time(90),
            time(99),
            times[at].iter().sum::<Duration>() / u32::try_from(pairs.len()).unwrap(),
        );
    }
    println!("with a proof that AWS lists no such request: {proved}");
}

/// The SCPs of two levels: everything, and everything but accounts and identities.
const GUARDS: [(&str, &str); 2] = [
    ("everything", r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#),
    (
        "all but accounts and identities",
        r#"{"Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"},
            {"Effect":"Allow","Action":["account:GetAccountInformation","account:ListRegions","iam:CreateServiceLinkedRole",
            "iam:DeleteServiceLinkedRole","iam:ListRoles","organizations:DescribeEffectivePolicy",
            "organizations:DescribeOrganization"],"Resource":"*"}]}"#,
    ),
];

/// Measures `can` over five layers of managed policies: each policy under itself as boundary, its neighbour or itself as session
/// policy, and two levels of SCPs. The question is about the first action that the policy allows, so most answers are CANNOT under
/// the neighbour, and most are CAN under the policy itself.
fn layers(quick: bool, repeats: u32) {
    use iamsat::check::{Property, Wanted, can};
    use iamsat::policy::{Attached, Effect, Layers};
    use iamsat::query::Callers;
    let policies = support::managed();
    let prepared = |(name, policy): &(String, serde_json::Value)| {
        PreparedDocument::new(support::document(name, &policy.to_string()))
    };
    // The corpus has neither of AWS's policies for everything; these say the same.
    let guards = GUARDS.map(|(name, text)| PreparedDocument::new(support::document(name, text)));
    let callers = Callers::parse("arn:aws:iam::111122223333:role/app").unwrap();
    let titles = [
        ("can over five layers, session of the neighbour", true, false),
        ("can over five known layers, session of the neighbour", true, true),
        ("can over five layers, session of its own", false, false),
        ("can over five known layers, session of its own", false, true),
    ];
    for (title, is_neighbour, is_known) in titles {
        let mut samples = Vec::new();
        for pair in policies.windows(2).take(if quick { 20 } else { usize::MAX }) {
            let [own, next] = [prepared(&pair[0]), prepared(&pair[1])];
            let allows = own.document().statements.iter().find(|s| s.effect.value == Effect::Allow);
            let Some(action) = allows.and_then(|s| s.action.values.first()) else { continue };
            let property = Property { actions: vec![action.value.text.to_string()], ..Property::default() };
            let wanted = Wanted { callers: callers.clone(), scope: vec![property.document().unwrap()] };
            let of = |document| match is_known {
                true => Attached::Policy(DocumentRef::from(document)),
                false => Attached::Policy(DocumentRef::from(PreparedDocument::document(document))),
            };
            let layers = Layers {
                identity: vec![of(&own)],
                boundary: Some(of(&own)),
                session: vec![of(if is_neighbour { &next } else { &own })],
                scp: guards.iter().map(|guard| vec![of(guard)]).collect(),
                resource_account: Some("111122223333".into()),
                ..Layers::default()
            };
            let mut best: Option<Sample> = None;
            for _ in 0..repeats + 1 {
                let start = Instant::now();
                let answer = can(&layers, &wanted, &Options::default());
                let time = start.elapsed();
                let verdict = match answer.verdict.name() {
                    "CANNOT" => "PASS",
                    "CAN" => "FAIL",
                    other => other,
                };
                if best.as_ref().is_none_or(|b| time < b.time) {
                    best = Some(Sample { name: pair[0].0.clone(), time, verdict, stats: answer.stats });
                }
            }
            samples.extend(best);
        }
        report(title, &mut samples);
    }
}

/// The parts that need real policies.
fn real(quick: bool, repeats: u32, wanted: &dyn Fn(&str) -> bool) {
    let mut pairs = Vec::new();
    if ["managed", "known", "conditions", "identical"].iter().any(|part| wanted(part)) {
        pairs = support::pairs();
        pairs.truncate(if quick { 50 } else { usize::MAX });
    }
    if wanted("managed") {
        let mut samples: Vec<Sample> = pairs.iter().map(|(n, a, b)| measure(n, a, b, repeats)).collect();
        report("managed pairs", &mut samples);
    }
    if wanted("known") {
        let mut samples: Vec<Sample> =
            pairs.iter().map(|(n, a, b)| measure_known(n, a, b, repeats)).collect();
        report("known documents", &mut samples);
    }
    if wanted("conditions") {
        // The cost of conditions: the pairs that have some, with and without them.
        let has_conditions = |d: &Document| d.statements.iter().any(|s| !s.conditions.is_empty());
        let conditional: Vec<_> =
            pairs.iter().filter(|(_, a, b)| has_conditions(a) || has_conditions(b)).collect();
        let mut samples: Vec<Sample> =
            conditional.iter().map(|(n, a, b)| measure(n, a, b, repeats)).collect();
        report("pairs with conditions", &mut samples);
        let mut samples: Vec<Sample> = conditional
            .iter()
            .map(|(n, a, b)| (n, support::unconditional(a), support::unconditional(b)))
            .map(|(n, a, b)| measure(n, &a, &b, repeats))
            .collect();
        report("the same without them", &mut samples);
    }
    if wanted("identical") {
        let mut same: Vec<Sample> =
            pairs.iter().step_by(7).map(|(n, a, _)| measure(n, a, a, repeats)).collect();
        report("identical", &mut same);
    }
    if wanted("largest") {
        let mut managed = support::managed();
        managed.sort_by_key(|(_, policy)| std::cmp::Reverse(policy.to_string().len()));
        let largest: Vec<(String, Document)> = managed
            .iter()
            .take(if quick { 2 } else { 12 })
            .map(|(name, policy)| (name.clone(), support::document(name, &policy.to_string())))
            .collect();
        let mut samples = Vec::new();
        for (a, new) in &largest {
            for (b, existing) in largest.iter().filter(|(b, _)| b != a) {
                samples.push(measure(&format!("{a} {b}"), new, existing, repeats));
            }
        }
        report("largest", &mut samples);
    }
}
