//! Criterion benches of the stages and of whole checks, on generated policies, and on real ones if the corpus is present. Before
//! anything is timed, the counters of every check are printed as a table, which shows growth without noise; `--counters` prints
//! that table alone.
#![expect(clippy::expect_used, reason = "a bench that cannot read ends")]

#[expect(dead_code, reason = "pairs of policies are for the other benches")]
mod support;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use iamsat::automata::{Class, Pattern, find};
use iamsat::check::{Options, no_new_access};
use iamsat::confirm::Referee;
use iamsat::encode::{Context, DocumentRef, Encoding, PreparedDocument, compile};
use iamsat::evaluate;
use iamsat::formula::{Atom, Formula, PatternId};
use iamsat::limits::{InputLimits, Meter, SearchLimits};
use iamsat::policy::{Document, PolicyType, parse};
use iamsat::query::{Query, Semantics};
use iamsat::request::Request;
use iamsat::solve::{Search, Verdict, Witness};
use iamsat::span::Source;
use iamsat::theory::Theory;
use iamsat::verify::{self};
use std::hint::black_box;
use std::time::Duration;

const SETTING: Semantics = Semantics {
    policy_type: PolicyType::Identity,
    is_type_inferred: false,
    strict_arn: false,
    aws_compat: false,
    heuristics: false,
    boundary: None,
};

/// A pair (new, existing) of documents.
struct Pair {
    name: String,
    new: Document,
    existing: Document,
}

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

/// The documents against themselves narrowed: `narrower` passes, `wider` fails.
fn pairs(documents: &[(String, Document)]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (name, document) in documents {
        let value: serde_json::Value = serde_json::from_str(document.source.text()).expect("it was read");
        let narrowed = support::document("narrowed", &support::narrowed(&value).to_string());
        for (kind, new, existing) in [("narrower", &narrowed, document), ("wider", document, &narrowed)] {
            let name = format!("{name} {kind}");
            pairs.push(Pair { name, new: new.clone(), existing: existing.clone() });
        }
    }
    pairs
}

/// The scaling families at three sizes.
fn families() -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (name, family) in support::families() {
        for n in [20, 80, 320] {
            let (new, existing) = family(n);
            let (new, existing) =
                (support::document("new", &new.to_string()), support::document("old", &existing.to_string()));
            pairs.push(Pair { name: format!("{name}/{n}"), new, existing });
        }
    }
    pairs
}

/// Prints counters of each check that do not depend on the machine.
fn counters(pairs: &[&Pair]) {
    println!(
        "{:<48} {:>7} {:>7} {:>7} {:>8} {:>7} {:>7} {:>7} {:>10}",
        "check", "verdict", "atoms", "nodes", "clauses", "lemmas", "solves", "states", "iterations"
    );
    for pair in pairs {
        let answer = no_new_access(&pair.new, &pair.existing, &Options::default());
        let s = answer.stats;
        println!(
            "{:<48} {:>7} {:>7} {:>7} {:>8} {:>7} {:>7} {:>7} {:>10}",
            pair.name,
            answer.verdict.name(),
            s.atoms,
            s.nodes,
            s.clauses,
            s.lemmas,
            s.solves,
            s.states,
            s.iterations
        );
    }
    println!();
}

fn stages(c: &mut Criterion, documents: &[(String, Document)]) {
    for (name, document) in documents {
        let text = document.source.text().to_owned();
        let mut group = c.benchmark_group("parse");
        group.throughput(Throughput::Bytes(text.len() as u64));
        let source = Source::new("p", text);
        group.bench_function(name, |b| {
            b.iter(|| parse(black_box(&source), &InputLimits::default()));
        });
        group.finish();
        c.benchmark_group("compile").bench_function(name, |b| {
            let reading = Context::of(&Query::find([document], [], []), Semantics::of(PolicyType::Identity));
            b.iter(|| {
                let mut formula = Formula::default();
                black_box(compile(&mut formula, &reading, 0, document));
            });
        });
        let mut group = c.benchmark_group("question");
        let asked = Query::no_new_access(document, document);
        group.bench_function(BenchmarkId::new("compiled", name), |b| {
            b.iter(|| Encoding::new(&asked, SETTING))
        });
        let prepared = PreparedDocument::new(document.clone());
        let asked = Query::no_new_access(prepared.document(), prepared.document());
        let documents = [DocumentRef::from(&prepared); 2];
        group.bench_function(BenchmarkId::new("recalled", name), |b| {
            b.iter(|| Encoding::recalled(&asked, &documents, SETTING));
        });
        group.bench_function(BenchmarkId::new("sliced", name), |b| {
            b.iter(|| Encoding::sliced(&asked, &documents, SETTING));
        });
        group.finish();
        c.benchmark_group("evaluate").bench_function(name, |b| {
            let request = Request::new("s3:GetObject", "arn:aws:s3:::reports/a");
            let options = evaluate::Options::for_documents(&[document]);
            b.iter(|| evaluate::decide(&[document], black_box(&request), &options));
        });
        c.benchmark_group("theory").bench_function(BenchmarkId::new("inclusions", name), |b| {
            let question = Encoding::new(&Query::no_new_access(document, document), SETTING);
            let pattern = |atom| match atom {
                Atom::Match(_, test) => question.formula.widened(test),
                _ => None,
            };
            let patterns: Vec<PatternId> =
                question.formula.atoms().filter_map(|(_, atom)| pattern(atom)).take(100).collect();
            b.iter(|| {
                let mut theory = Theory::new(SETTING.requesters());
                let mut meter = Meter::new(&SearchLimits::default());
                for outer in &patterns {
                    for inner in &patterns {
                        let included = theory.strings.includes(&question.formula, *outer, *inner, &mut meter);
                        black_box(included.expect("it is within the limits"));
                    }
                }
            });
        });
    }
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

/// The search alone: the goals of all statements, without requests and their confirmation.
fn solve(c: &mut Criterion, pairs: &[Pair]) {
    for pair in pairs {
        let asked = Query::no_new_access(&pair.new, &pair.existing);
        c.benchmark_group("solve").bench_function(&pair.name, |b| {
            b.iter_batched(
                || Encoding::new(&asked, SETTING),
                |mut question| {
                    let theory = Theory::new(SETTING.requesters());
                    let mut search = Search::new(&mut question.formula, theory, SearchLimits::default());
                    for (_, _, lit) in &question.goals {
                        let goal: Vec<_> =
                            std::iter::once(*lit).chain(question.shared.iter().copied()).collect();
                        black_box(search.solve(&goal).expect("it is within the limits"));
                    }
                },
                BatchSize::SmallInput,
            );
        });
    }
}

/// The confirmation of all requests that were found, and the verification of certificates.
fn evidence(c: &mut Criterion, pairs: &[Pair]) {
    for pair in pairs {
        let options = Options { certificate: true, ..Options::default() };
        let answer = no_new_access(&pair.new, &pair.existing, &options);
        if let Verdict::Fail(findings) = &answer.verdict {
            let asked = Query::no_new_access(&pair.new, &pair.existing);
            let referee = Referee::new(&asked, SETTING);
            c.benchmark_group("witness").bench_function(BenchmarkId::new("confirm", &pair.name), |b| {
                b.iter(|| {
                    for finding in findings {
                        let request = finding.witness.request().clone();
                        let witness =
                            Witness::confirm(request, &referee.claim(finding.document, finding.statement));
                        black_box(witness.is_ok_and(|w| w.request() == finding.witness.request()));
                    }
                });
            });
        }
        let text = answer.certificate().expect("it was asked for").to_text();
        let limits = verify::Limits::default();
        let outcome = verify::verify(&text, &limits);
        assert!(matches!(outcome, verify::Outcome::Verified(_)), "{}: {outcome:?}", pair.name);
        c.benchmark_group("verify").bench_function(&pair.name, |b| {
            b.iter(|| verify::verify(black_box(&text), &limits));
        });
    }
}

fn checks(c: &mut Criterion, group: &str, pairs: &[Pair]) {
    for pair in pairs {
        c.benchmark_group(group).bench_function(&pair.name, |b| {
            b.iter(|| no_new_access(black_box(&pair.new), black_box(&pair.existing), &Options::default()));
        });
    }
}

fn main() {
    let documents = documents();
    let (pairs, families) = (pairs(&documents), families());
    counters(&pairs.iter().chain(&families).collect::<Vec<_>>());
    if std::env::args().any(|argument| argument == "--counters") {
        return;
    }
    let mut criterion = Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    stages(&mut criterion, &documents);
    emptiness(&mut criterion);
    solve(&mut criterion, &pairs);
    evidence(&mut criterion, &pairs);
    checks(&mut criterion, "check-no-new-access", &pairs);
    checks(&mut criterion, "families", &families);
    criterion.final_summary();
}
