//! The iamsat side of `benches/peers/measure.py`: a query per line in, its verdict and CPU times per line out.
//!
//! Each line is answered several times in a row, each time from the texts of its documents, without cached results. Times are
//! nanoseconds of CPU time of this thread: reading both documents, and the check from the parsed documents to a verdict with its
//! confirmed witnesses.
#![expect(clippy::expect_used, clippy::panic, reason = "a bench that cannot read ends")]

use iamsat::check::{Options, Property, Wanted, can, no_new_access};
use iamsat::container::read_layers;
use iamsat::limits::InputLimits;
use iamsat::policy::{Document, PolicyType, parse};
use iamsat::query::Callers;
use iamsat::span::Source;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use std::hint::black_box;
use std::io::{BufRead, Write};

/// CPU time of this thread in nanoseconds.
fn cpu() -> i64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec.saturating_mul(1_000_000_000).saturating_add(now.tv_nsec)
}

fn document(name: &str, text: &str) -> Document {
    let parsed = parse(&Source::new(name, text), &InputLimits::default());
    parsed.unwrap_or_else(|error| panic!("{error}"))
}

/// The member with this name, as text.
fn text<'v>(question: &'v Value, name: &str) -> &'v str {
    question.get(name).and_then(Value::as_str).unwrap_or_else(|| panic!("`{name}` is not a text"))
}

/// Answers a question over layers: may the principal do this?
fn over_layers(question: &Value, file: &str, times: u64) -> Value {
    let mut verdict = "";
    let mut runs = Vec::new();
    for _ in 0..times {
        let start = cpu();
        let layers = read_layers(&Source::new("layers", file), &InputLimits::default());
        let layers = layers.unwrap_or_else(|error| panic!("{error}"));
        let read = cpu();
        let actions = vec![text(question, "action").to_owned()];
        let property = Property { actions, ..Property::default() };
        let wanted = Wanted {
            callers: Callers::parse(text(question, "principal")).unwrap_or_else(|error| panic!("{error}")),
            scope: vec![property.document().unwrap_or_else(|error| panic!("{error:?}"))],
        };
        let layers = layers.map(|document| document.into());
        verdict = black_box(can(&layers, &wanted, &Options::default())).verdict.name();
        let judged = cpu();
        runs.push([read.saturating_sub(start), judged.saturating_sub(read)]);
    }
    json!({"verdict": verdict, "runs": runs})
}

fn answer(question: &Value) -> Value {
    let times = question.get("times").and_then(Value::as_u64).unwrap_or(1);
    if let Some(layers) = question.get("layers") {
        return over_layers(question, &layers.to_string(), times);
    }
    let (new, existing) = (text(question, "new"), text(question, "existing"));
    let options = Options {
        policy_type: PolicyType::from_name(text(question, "type")),
        aws_compat: question.get("awsCompat") == Some(&Value::Bool(true)),
        ..Options::default()
    };
    let mut verdict = "";
    let mut runs = Vec::new();
    for _ in 0..times {
        let start = cpu();
        let (new, existing) = (document("new", new), document("existing", existing));
        let read = cpu();
        verdict = black_box(no_new_access(&new, &existing, &options)).verdict.name();
        let judged = cpu();
        runs.push([read.saturating_sub(start), judged.saturating_sub(read)]);
    }
    json!({"verdict": verdict, "runs": runs})
}

fn main() {
    // `cargo bench` and `cargo test` run every bench, with arguments of their own and without a peer.
    if std::env::args().nth(1).as_deref() != Some("--answer") {
        println!("python3 benches/peers/measure.py runs this");
        return;
    }
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let question = serde_json::from_str(&line.expect("a line")).expect("a question");
        writeln!(out, "{}", answer(&question))
            .and_then(|()| out.flush())
            .expect("somebody reads the answers");
    }
}
