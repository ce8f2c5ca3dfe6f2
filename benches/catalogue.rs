//! Costs of the catalogue: opening it, the first look into a service, names, wildcards, and a file of the user.
//!
//! Times are CPU times of the thread, so that other work on the machine hardly shows; the fastest of some rounds counts.
//! `--counters` prints the numbers that do not depend on the machine, and nothing else.

use iamsat::catalogue::{Catalogue, Service};
use iamsat::limits::CatalogueLimits;
use iamsat::policy::ActionPattern;
use rustix::time::{ClockId, clock_gettime};
use std::hint::black_box;

fn main() {
    counters();
    if std::env::args().any(|argument| argument == "--counters") {
        return;
    }
    first_looks();
    lookups();
    files();
}

fn counters() {
    let aws = Catalogue::embedded();
    let count = |of: fn(&Service) -> usize| aws.services().map(of).sum::<usize>();
    let largest = aws.services().max_by_key(|service| service.action_count());
    println!("text form: {} bytes; packed: {} bytes", aws.text().len(), aws.packed().len());
    println!(
        "{} services, {} actions, {} resource types with {} formats, {} keys of services, {} global keys",
        aws.services().count(),
        count(Service::action_count),
        count(|service| service.resources().count()),
        count(|service| service.resources().flat_map(|resource| resource.formats()).count()),
        count(|service| service.keys().count()),
        aws.global_keys().count(),
    );
    println!("largest service: {}", largest.map_or("none", Service::prefix));
}

/// CPU time of this thread in microseconds.
fn now() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
}

/// The fastest of some rounds, each with an input of its own that is not timed.
fn fastest_with<I, T>(input: impl Fn() -> I, job: impl Fn(&I) -> T) -> f64 {
    let rounds = (0..10).map(|_| {
        let input = input();
        let start = now();
        let result = black_box(job(&input));
        let time = now() - start;
        drop(result);
        time
    });
    rounds.fold(f64::INFINITY, f64::min)
}

fn fastest<T>(job: impl Fn() -> T) -> f64 {
    fastest_with(|| (), |()| job())
}

/// Everything once, as a process that checks one policy does it. A block that is inflated for one service serves its neighbours.
fn first_looks() {
    let open = fastest(Catalogue::lazily);
    println!("open: {open:.0} µs");
    let mut times: Vec<(f64, String)> = Vec::new();
    let prefixes: Vec<String> = Catalogue::embedded().prefixes().map(str::to_owned).collect();
    for prefix in prefixes {
        times.push((fastest_with(Catalogue::lazily, |fresh| fresh.service(&prefix).is_some()), prefix));
    }
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    let at = |share: usize| times.get((times.len().saturating_sub(1)).saturating_mul(share) / 100);
    for (share, name) in [(50, "median"), (99, "p99"), (100, "slowest")] {
        let Some((time, prefix)) = at(share) else { continue };
        println!("first look into a service, {name}: {time:.0} µs ({prefix})");
    }
    for prefix in ["sqs", "s3", "iam", "ec2"] {
        let time = times.iter().find(|(_, name)| name == prefix).map_or(0.0, |(time, _)| *time);
        println!("first look into {prefix}: {time:.0} µs");
    }
    let list = fastest_with(Catalogue::lazily, |fresh| fresh.is_list_key("dynamodb:leadingkeys"));
    println!("first multiplicity of a key: {list:.0} µs");
    let all = fastest_with(Catalogue::lazily, |fresh| fresh.services().count());
    println!("first look into all services: {all:.0} µs");
}

fn lookups() {
    let aws = Catalogue::embedded();
    black_box(aws.services().count());
    println!("an action by name: {:.2} µs", fastest(|| aws.action("ec2:RunInstances")));
    println!("a key by name: {:.2} µs", fastest(|| aws.key("kms:ViaService")));
    println!("multiplicity of a key: {:.2} µs", fastest(|| aws.is_list_key("kms:viaservice")));
    for text in ["s3:Get*", "ec2:*Instance*", "*:Get*", "*"] {
        let Some(pattern) = ActionPattern::new(text) else { continue };
        let stands_for = aws.stands_for(&pattern);
        let time = fastest(|| aws.stands_for(&pattern));
        println!("{text} stands for {stands_for}: {time:.0} µs");
    }
    let names = || aws.similar_actions("ec2:RunInstanses");
    println!("did you mean (same service): {:.0} µs", fastest(names));
    let names = || aws.similar_actions("s3:AssumeRole");
    println!("did you mean (all services): {:.0} µs", fastest(names));
}

fn files() {
    let aws = Catalogue::embedded();
    let (text, packed) = (aws.text(), aws.packed());
    let limits = CatalogueLimits::default();
    println!("read a text: {:.0} µs", fastest(|| Catalogue::read(text.as_bytes(), &limits)));
    println!("read a packed file: {:.0} µs", fastest(|| Catalogue::read(&packed, &limits)));
}
