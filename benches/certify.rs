//! Compares the cost of the plain check and of the certified one on the same pairs of managed policies, and splits the time of
//! the certified check into its stages. Each pair is checked several times from two parsed documents; the fastest run counts.

#[expect(dead_code, reason = "families are for other benches")]
mod support;

use iamsat::check::{Options, no_new_access};
use iamsat::encode::Encoding;
use iamsat::policy::Document;
use iamsat::query::{Query, Semantics};
use iamsat::solve::Verdict;
use iamsat::verify::{Limits, QueryClauses, verify};
use std::time::{Duration, Instant};

fn fastest<T>(repeats: u32, mut job: impl FnMut() -> T) -> (Duration, T) {
    let mut once = || {
        let start = Instant::now();
        let result = job();
        (start.elapsed(), result)
    };
    let mut best = once();
    for _ in 1..repeats {
        let next = once();
        if next.0 < best.0 {
            best = next;
        }
    }
    best
}

/// The value at some quantiles.
fn quantiles(mut times: Vec<f64>) -> String {
    times.sort_by(f64::total_cmp);
    let at =
        |q: f64| times.get(((times.len().saturating_sub(1)) as f64 * q) as usize).copied().unwrap_or(0.0);
    format!("median {:.1}, p90 {:.1}, p99 {:.1}, max {:.1}", at(0.5), at(0.9), at(0.99), at(1.0))
}

fn report(title: &str, pairs: &[(String, &Document, &Document)], repeats: u32) {
    let plain = Options::default();
    let proved = Options { certificate: true, ..Options::default() };
    let certified = Options { certify: true, ..Options::default() };
    let (mut plain_times, mut certified_times, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let (mut written, mut verified, mut bytes) = (Vec::new(), Vec::new(), Vec::new());
    let (mut compiled, mut clauses) = (Vec::new(), Vec::new());
    let mut not_verified = Vec::new();
    let mut slowest: Vec<(f64, f64, &str)> = Vec::new();
    for (name, new, existing) in pairs {
        let (time, answer) = fastest(repeats, || no_new_access(*new, *existing, &plain));
        if !matches!(answer.verdict, Verdict::Pass(_)) {
            continue;
        }
        let micros = |time: Duration| time.as_secs_f64() * 1e6;
        plain_times.push(micros(time));
        let (with, answer) = fastest(repeats, || no_new_access(*new, *existing, &certified));
        if !matches!(answer.verdict, Verdict::Pass(_)) {
            not_verified.push(name);
        }
        certified_times.push(micros(with));
        ratios.push(micros(with) / micros(time));
        slowest.push((micros(with), micros(time), name));
        let setting = Semantics::of(answer.policy_type);
        let asked = Query::no_new_access(new, existing);
        let question = || Encoding::new(&asked, setting);
        let (time, question) = fastest(repeats, question);
        compiled.push(micros(time));
        let plain = || QueryClauses::new(&question.formula.graph, &question.conjuncts);
        clauses.push(micros(fastest(repeats, plain).0));
        let (time, text) = fastest(1, || {
            no_new_access(*new, *existing, &proved).certificate().map(|c| c.to_text()).unwrap_or_default()
        });
        written.push(micros(time));
        bytes.push(text.len() as f64);
        verified.push(micros(fastest(repeats, || verify(&text, &Limits::default())).0));
    }
    println!("{title}: {} PASS, {} not verified {not_verified:?}", plain_times.len(), not_verified.len());
    println!("    check, us:            {}", quantiles(plain_times));
    println!("    certified check, us:  {}", quantiles(certified_times));
    println!("    ratio:                {}", quantiles(ratios));
    println!("    compile to verify, us: {}", quantiles(compiled));
    println!("    plain clauses, us (to prove and to verify): {}", quantiles(clauses));
    println!("    with certificate, us: {}", quantiles(written));
    println!("    verify the text, us:  {}", quantiles(verified));
    slowest.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (with, without, name) in slowest.iter().take(5) {
        println!("    {with:>9.1} us, {without:.1} us without: {name}");
    }
    println!("    bytes:                {}", quantiles(bytes));
}

fn main() {
    // `cargo test` runs benches with `--test`: then one small round is enough.
    let quick = std::env::args().any(|a| a == "--test");
    let mut pairs = support::pairs();
    if pairs.is_empty() {
        println!("no corpus: set IAMSAT_CORPUS to its directory");
        return;
    }
    pairs.truncate(if quick { 50 } else { usize::MAX });
    let repeats = if quick { 1 } else { 5 };
    let all: Vec<_> = pairs.iter().map(|(name, new, existing)| (name.clone(), new, existing)).collect();
    report("managed pairs", &all, repeats);
    let same: Vec<_> = pairs.iter().step_by(7).map(|(name, new, _)| (name.clone(), new, new)).collect();
    report("identical", &same, repeats);
}
