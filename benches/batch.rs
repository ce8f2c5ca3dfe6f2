//! Throughput of the whole process: lines of JSON in, lines of JSON out, on pairs of managed policies; memory over a million
//! lines; and the cost of one check from the command line. `IAMSAT_BIN` names another program to measure, such as a static one.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a bench that cannot go on ends"
)]

#[expect(dead_code, reason = "families are for other benches")]
mod support;

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn program() -> Command {
    let built = env!("CARGO_BIN_EXE_iamsat").into();
    Command::new(std::env::var_os("IAMSAT_BIN").unwrap_or(built))
}

/// A file of this bench.
fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Returns a query for every pair, without its id and braces.
fn questions() -> Vec<String> {
    let question = |(_, new, existing): &(String, iamsat::policy::Document, iamsat::policy::Document)| {
        format!(
            r#""check":"check-no-new-access","newPolicyDocument":{},"existingPolicyDocument":{}"#,
            new.source.text(),
            existing.source.text()
        )
    };
    support::pairs().iter().map(question).collect()
}

fn write_line(out: &mut impl Write, id: usize, question: &str) {
    writeln!(out, "{{\"id\":{id},{question}}}").unwrap();
}

/// Processor time of this process's ended children: `/proc` counts hundredths of a second.
fn children_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis((ticks(13) + ticks(14)) * 10)
}

/// Returns the peak memory of a process in MiB, as far as it can be sampled.
fn watch(child: &mut Child) -> (bool, f64) {
    let path = format!("/proc/{}/status", child.id());
    let mut most = 0.0;
    loop {
        let status = std::fs::read_to_string(&path).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("");
        if let Some(kib) = line.split_whitespace().next().and_then(|n| n.parse::<f64>().ok()) {
            most = kib / 1024.0;
        }
        match child.try_wait().unwrap() {
            Some(status) => return (status.success(), most),
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    }
}

/// Answers all queries several times over from a file, to a file.
fn throughput(title: &str, questions: &[String], repeats: usize, flags: &[&str]) {
    let (input, output) = (scratch("questions.ndjson"), scratch("answers.ndjson"));
    let mut file = BufWriter::new(File::create(&input).unwrap());
    for id in 0..questions.len() * repeats {
        write_line(&mut file, id, &questions[id % questions.len()]);
    }
    file.flush().unwrap();
    drop(file);
    let before = children_time();
    let start = Instant::now();
    let mut child = program()
        .arg("batch")
        .args(flags)
        .arg(&input)
        .stdout(File::create(&output).unwrap())
        .spawn()
        .unwrap();
    let (success, memory) = watch(&mut child);
    let (wall, cpu) = (start.elapsed(), children_time() - before);
    assert!(success, "{title}");
    let mut verdicts = [("PASS", 0u64), ("FAIL", 0), ("UNKNOWN", 0)];
    let mut lines = 0usize;
    for (id, answer) in BufReader::new(File::open(&output).unwrap()).lines().enumerate() {
        let answer = answer.unwrap();
        let rest = answer
            .strip_prefix(&format!("{{\"id\":{id},\"result\":\""))
            .unwrap_or_else(|| panic!("{answer}"));
        let (_, count) = verdicts.iter_mut().find(|(verdict, _)| rest.starts_with(verdict)).unwrap();
        *count += 1;
        assert_eq!(rest.starts_with("FAIL"), answer.contains("\"witness\":"), "{answer}");
        lines += 1;
    }
    assert_eq!(lines, questions.len() * repeats);
    println!(
        "{title}: {lines} lines {verdicts:?}: {:.0} a second in {:.2} s; {:.1} us of processor time each; {memory:.0} MiB",
        lines as f64 / wall.as_secs_f64(),
        wall.as_secs_f64(),
        cpu.as_secs_f64() * 1e6 / lines as f64,
    );
}

/// Measures memory over a long run through pipes, with answers in order.
fn long_run(questions: Vec<String>, lines: usize) {
    let mut child = program().arg("batch").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let start = Instant::now();
    std::thread::spawn(move || {
        let mut stdin = BufWriter::with_capacity(1 << 16, stdin);
        (0..lines).for_each(|id| write_line(&mut stdin, id, &questions[id % questions.len()]));
    });
    let reader = std::thread::spawn(move || {
        let mut answers = BufReader::with_capacity(1 << 16, stdout);
        let (mut count, mut line) = (0usize, String::new());
        while answers.read_line(&mut line).unwrap() > 0 {
            assert!(line.starts_with(&format!("{{\"id\":{count},\"result\":")), "{line}");
            line.clear();
            count += 1;
        }
        count
    });
    let (success, memory) = watch(&mut child);
    assert!(success && reader.join().unwrap() == lines);
    println!("{lines} lines through pipes: {memory:.0} MiB at most, {:.0} s", start.elapsed().as_secs_f64());
}

/// Time of one check from the command line, start and end of the process included.
fn cold_start(runs: usize) {
    let (old, new) = (scratch("existing.json"), scratch("new.json"));
    let managed = support::managed();
    let policy =
        managed.iter().find(|(name, _)| name == "AmazonS3ReadOnlyAccess").map(|(_, policy)| policy.clone());
    let policy = policy.unwrap_or_else(|| managed[0].1.clone());
    std::fs::write(&old, policy.to_string()).unwrap();
    std::fs::write(&new, support::narrowed(&policy).to_string()).unwrap();
    let mut times = Vec::new();
    for _ in 0..runs {
        let start = Instant::now();
        let status = program()
            .args(["check-no-new-access", "--existing"])
            .arg(&old)
            .arg("--new")
            .arg(&new)
            .stdout(Stdio::null())
            .status()
            .unwrap();
        times.push(start.elapsed());
        assert!(status.success());
    }
    times.sort();
    println!(
        "one check from the command line: median {:.2?}, fastest {:.2?}",
        times[times.len() / 2],
        times[0]
    );
}

fn main() {
    // `cargo test` runs benches with `--test`: then one small round is enough.
    let quick = std::env::args().any(|a| a == "--test");
    let mut questions = questions();
    if questions.is_empty() {
        println!("no corpus: set IAMSAT_CORPUS to its directory");
        return;
    }
    questions.truncate(if quick { 50 } else { usize::MAX });
    let repeats = if quick { 1 } else { 20 };
    throughput("every pair once", &questions, 1, &[]);
    throughput("again and again", &questions, repeats, &[]);
    throughput("again and again, certified", &questions, repeats, &["--certify"]);
    cold_start(if quick { 2 } else { 200 });
    let lines = if quick { questions.len() } else { 1_000_000 };
    long_run(questions, lines);
}
