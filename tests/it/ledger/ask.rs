//! Runs many queries through the command, and records each answer as a line.

use super::render;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Commands that run at a time.
const WORKERS: usize = 2;

/// Queries in the order of the ledger, each with its name.
pub(crate) struct Questions {
    /// A directory for these queries alone, for policies that are not files.
    scratch: PathBuf,
    all: Vec<(String, How)>,
}

enum How {
    /// A line of `iamsat batch`, which runs with these options.
    Line { options: Vec<String>, line: String },
    /// A command that answers in JSON.
    Command(Vec<String>),
}

impl Questions {
    pub(crate) fn new(name: &str) -> Questions {
        let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("ledger-{name}"));
        std::fs::create_dir_all(&scratch).unwrap();
        Questions { scratch, all: Vec::new() }
    }

    pub(crate) fn line(&mut self, name: String, options: &[String], line: String) {
        let options = options.to_vec();
        self.all.push((name, How::Line { options, line }));
    }

    pub(crate) fn command(&mut self, name: String, words: &[&str], more: &[String]) {
        let words = words.iter().map(|word| (*word).to_owned()).chain(more.iter().cloned());
        self.all.push((name, How::Command(words.collect())));
    }

    /// Writes a policy to a file for commands that read files.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.scratch.join(format!("{}.json", name.replace(['/', '#', ' '], "-")));
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The ledger: a line for each query.
    pub(crate) fn answers(&self) -> String {
        let mut answers: Vec<Option<Value>> = self.all.iter().map(|_| None).collect();
        self.run_batches(&mut answers);
        self.run_commands(&mut answers);
        let mut out = String::new();
        for ((name, _), answer) in self.all.iter().zip(&answers) {
            let name = render::escape(name);
            out.push_str(&format!("{name}: {}\n", render::line(answer.as_ref().unwrap())));
        }
        out
    }

    fn run_batches(&self, answers: &mut [Option<Value>]) {
        let mut batches: BTreeMap<&[String], Vec<(usize, &str)>> = BTreeMap::new();
        for (at, (_, how)) in self.all.iter().enumerate() {
            if let How::Line { options, line } = how {
                batches.entry(options).or_default().push((at, line));
            }
        }
        for (number, (options, lines)) in batches.into_iter().enumerate() {
            let input = self.scratch.join(format!("batch-{number}.ndjson"));
            std::fs::write(&input, lines.iter().map(|(_, line)| format!("{line}\n")).collect::<String>())
                .unwrap();
            let output = run(["batch".to_owned(), "--quiet".to_owned()]
                .iter()
                .chain(options)
                .map(String::as_str)
                .chain([input.to_str().unwrap()]));
            let text = String::from_utf8(output.stdout).unwrap();
            let read: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert_eq!(read.len(), lines.len(), "a line has no answer");
            for ((at, _), answer) in lines.into_iter().zip(read) {
                answers[at] = Some(answer);
            }
        }
    }

    fn run_commands(&self, answers: &mut [Option<Value>]) {
        let next = AtomicUsize::new(0);
        let answers = Mutex::new(answers);
        let work = || {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some((name, how)) = self.all.get(at) else { break };
                let How::Command(words) = how else { continue };
                let output = run(words.iter().map(String::as_str).chain(["--format", "json"]));
                let answer = serde_json::from_slice(&output.stdout);
                let answer = answer
                    .unwrap_or_else(|e| panic!("{name}: {e}: {}", String::from_utf8_lossy(&output.stderr)));
                answers.lock().unwrap()[at] = Some(answer);
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..WORKERS {
                scope.spawn(work);
            }
        });
    }
}

fn run<'a>(words: impl IntoIterator<Item = &'a str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_iamsat"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env_clear();
    command.args(words).output().unwrap()
}
