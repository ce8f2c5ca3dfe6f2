//! Criterion benches of the stages and of whole checks, on generated policies, and on real ones where the corpus is
//! found. The counters of each check are printed once, so that growth is seen apart from noise.
#![expect(clippy::expect_used, reason = "a bench that cannot read ends")]

#[expect(dead_code, reason = "pairs of policies are for the other bench")]
mod support;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use iamsat::automata::{Class, Pattern, find};
use iamsat::check::{Options, no_new_access};
use iamsat::evaluate;
use iamsat::formula::{Formula, Reading, Role, compile};
use iamsat::limits::{InputLimits, Meter, SearchLimits};
use iamsat::policy::{Document, PolicyType, parse};
use iamsat::request::Request;
use iamsat::span::Source;
use std::hint::black_box;

/// Documents of three sizes: of the corpus if it is here, else of a generated family.
fn documents() -> Vec<(String, Document)> {
    let managed = support::managed();
    let real = ["AmazonS3ReadOnlyAccess", "AmazonEKSClusterPolicy", "ReadOnlyAccess"];
    let found: Vec<_> = managed.iter().filter(|(name, _)| real.contains(&name.as_str())).collect();
    if found.is_empty() {
        let (_, family) = support::families().into_iter().next().expect("there are families");
        let sizes = [5, 50, 500].map(|n| (format!("generated-{n}"), family(n).0.to_string()));
        return sizes.map(|(name, text)| (name.clone(), support::document(&name, &text))).into();
    }
    found.iter().map(|(name, policy)| (name.clone(), support::document(name, &policy.to_string()))).collect()
}

fn stages(c: &mut Criterion) {
    let mut group = c.benchmark_group("stages");
    for (name, document) in documents() {
        let text = document.source.text().to_owned();
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(BenchmarkId::new("parse", &name), |b| {
            let source = Source::new("p", text.clone());
            b.iter(|| parse(black_box(&source), &InputLimits::default()));
        });
        group.bench_function(BenchmarkId::new("compile", &name), |b| {
            let reading = Reading::of(&[(&document, Role::Allows)], PolicyType::Identity);
            b.iter(|| {
                let mut formula = Formula::default();
                black_box(compile(&mut formula, &reading, 0, &document));
            });
        });
        group.bench_function(BenchmarkId::new("evaluate", &name), |b| {
            let request = Request::new("s3:GetObject", "arn:aws:s3:::reports/a");
            let options = evaluate::Options::for_documents(&[&document]);
            b.iter(|| evaluate::decide(&[&document], black_box(&request), &options));
        });
    }
    group.finish();
}

fn emptiness(c: &mut Criterion) {
    let mut group = c.benchmark_group("emptiness");
    let infix = |text: &str| Pattern::builder().many(Class::ANY).text(text).many(Class::ANY).finish();
    for n in [2usize, 8, 32] {
        let infixes: Vec<Pattern> = (0..n).map(|i| infix(&format!("k{i}-"))).collect();
        let positives: Vec<&Pattern> = infixes.iter().collect();
        group.bench_function(BenchmarkId::new("infixes required", n), |b| {
            b.iter(|| find(&positives, &[], &mut Meter::new(&SearchLimits::default())));
        });
        let marks: Vec<Pattern> = (1..=n)
            .map(|k| {
                let start = Pattern::builder().many(Class::ANY).text("a");
                (0..k).fold(start, |b, _| b.one(iamsat::automata::Set::Class(Class::ANY))).finish()
            })
            .collect();
        let negatives: Vec<&Pattern> = marks.iter().collect();
        let any = infix("a");
        group.bench_function(BenchmarkId::new("a and marks excluded", n), |b| {
            b.iter(|| find(&[&any], &negatives, &mut Meter::new(&SearchLimits::default())));
        });
    }
    group.finish();
}

fn checks(c: &mut Criterion) {
    let mut group = c.benchmark_group("check-no-new-access");
    let mut bench = |name: &str, n: usize, new: &Document, existing: &Document| {
        let answer = no_new_access(new, existing, &Options::default());
        println!("{name} {n}: {} {:?}", answer.verdict.name(), answer.stats);
        group.bench_function(BenchmarkId::new(name, n), |b| {
            b.iter(|| no_new_access(black_box(new), black_box(existing), &Options::default()));
        });
    };
    for (name, family) in support::families() {
        for n in [20, 80, 320] {
            let (new, existing) = family(n);
            bench(
                name,
                n,
                &support::document("new", &new.to_string()),
                &support::document("existing", &existing.to_string()),
            );
        }
    }
    for (name, document) in documents() {
        let value: serde_json::Value = serde_json::from_str(document.source.text()).expect("it was read");
        let narrowed = support::document("narrowed", &support::narrowed(&value).to_string());
        bench(&format!("{name} narrowed"), document.statements.len(), &narrowed, &document);
        bench(&format!("{name} widened"), document.statements.len(), &document, &narrowed);
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(30).warm_up_time(std::time::Duration::from_millis(300)).measurement_time(std::time::Duration::from_secs(1));
    targets = stages, emptiness, checks
}
criterion_main!(benches);
