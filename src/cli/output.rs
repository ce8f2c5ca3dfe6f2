//! Where answers and notes go: answers to standard output or a file, everything else to standard error.

use super::Exit;
use super::args::{Color, Format, OutputArgs};
use super::aws::AwsGlobals;
use super::input::reason;
use crate::diagnostic::Diagnostic;
use crate::report::text::{self, Style, Verbosity};
use crate::report::{Failure, Remark, json};
use crate::span::Source;
use serde_json::Value;
use std::ffi::OsString;
use std::io::{ErrorKind, IsTerminal, Write};

/// The two streams of a run.
pub(super) struct Output {
    pub(super) format: Format,
    pub(super) verbosity: Verbosity,
    /// How answers are drawn.
    pub(super) style: Style,
    notes: Style,
    answers: Answers,
    failed: bool,
}

/// A stream of answers that nobody may be reading any more.
pub(super) struct Answers {
    stream: Box<dyn Write>,
    name: String,
    closed: bool,
}

impl Answers {
    /// Standard output, or a file.
    pub(super) fn open(file: Option<&std::path::Path>) -> Result<Answers, Failure> {
        let (stream, name): (Box<dyn Write>, String) = match file {
            None => (Box::new(std::io::stdout().lock()), "standard output".to_owned()),
            Some(path) => {
                let name = path.display().to_string();
                let file = std::fs::File::create(path).map_err(|error| unwritable(&name, &error))?;
                (Box::new(file), name)
            }
        };
        Ok(Answers {
            stream: Box::new(std::io::BufWriter::with_capacity(1 << 16, stream)),
            name,
            closed: false,
        })
    }

    /// The stream itself.
    pub(super) fn stream(&mut self) -> &mut dyn Write {
        &mut self.stream
    }

    /// What a write came to: a reader that has gone away is no error.
    pub(super) fn settle<T>(&mut self, result: std::io::Result<T>) -> Result<Option<T>, Failure> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(None)
            }
            Err(error) => Err(unwritable(&self.name, &error)),
        }
    }

    fn write(&mut self, text: &str) -> Result<(), Failure> {
        if self.closed {
            return Ok(());
        }
        let result = self.stream.write_all(text.as_bytes()).and_then(|()| self.stream.flush());
        self.settle(result).map(|_| ())
    }
}

/// Writes a whole file.
pub(super) fn write_file(path: &std::path::Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| unwritable(&path.display().to_string(), &error))
}

fn unwritable(name: &str, error: &std::io::Error) -> Failure {
    let message = format!("cannot write {name}: {}", reason(error));
    Failure { code: "OutputError", message, faults: Vec::new() }
}

impl Output {
    pub(super) fn open(args: &OutputArgs) -> Result<Output, Failure> {
        let terminal = args.output_file.is_none() && std::io::stdout().is_terminal();
        Ok(Output {
            format: args.format,
            verbosity: match (args.quiet, args.verbose) {
                (true, _) => Verbosity::Quiet,
                (_, true) => Verbosity::Verbose,
                _ => Verbosity::Normal,
            },
            style: Style { color: colored(args.color, terminal) },
            notes: Style { color: colored(args.color, std::io::stderr().is_terminal()) },
            answers: Answers::open(args.output_file.as_deref())?,
            failed: false,
        })
    }

    /// Writes text of an answer.
    pub(super) fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.answers.write(text)
    }

    /// Writes an answer in JSON.
    pub(super) fn json(&mut self, value: &Value) -> Result<(), Failure> {
        self.answers.write(&pretty(value))
    }

    /// An error that leaves other inputs alone, in text.
    pub(super) fn failure(&mut self, failure: &Failure) {
        if std::mem::replace(&mut self.failed, true) {
            note("\n");
        }
        note(&text::failure(failure, self.notes));
    }

    /// What was noticed in documents, in text, unless only what is wrong is to be shown.
    pub(super) fn warnings<'w>(&self, warnings: impl IntoIterator<Item = (&'w Source, &'w Diagnostic)>) {
        if self.format == Format::Text && self.verbosity > Verbosity::Quiet {
            for (source, warning) in warnings {
                note(&format!("{}\n", text::diagnostic(source, warning, self.notes)));
            }
        }
    }

    /// Something to know beside the answer.
    pub(super) fn note(&self, text: &str) {
        if self.verbosity > Verbosity::Quiet {
            note(&format!("note: {text}\n"));
        }
    }

    /// What is odd about a request, in text, as [`Output::warnings`].
    pub(super) fn remarks(&self, remarks: &[Remark]) {
        if self.format == Format::Text && self.verbosity > Verbosity::Quiet {
            remarks.iter().for_each(|remark| note(&format!("{}\n", text::remark(remark, self.notes))));
        }
    }

    /// Says which of the AWS CLI's options were ignored, and refuses the one that cannot be.
    pub(super) fn ignored(&self, aws: &AwsGlobals) -> Result<(), Failure> {
        if aws.selects() {
            return Err(Failure::validation(
                "`--query` is not supported: use `--format json` and select with a tool such as jq",
            ));
        }
        let names = aws.ignored();
        if !names.is_empty() && self.verbosity > Verbosity::Quiet {
            note(&format!("note: nothing is sent to AWS; ignored: {}\n", names.join(", ")));
        }
        Ok(())
    }
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// Writes to standard error; if nobody listens, that is their choice.
pub(super) fn note(text: &str) {
    let mut stream = std::io::stderr().lock();
    let written = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
    drop(written);
}

/// Whether to use colours on a stream.
fn colored(color: Color, terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR").is_some() => false,
        Color::Auto if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
        Color::Auto => terminal && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
    }
}

/// Whether JSON was asked for on a command line that may be wrong otherwise.
fn wants_json(arguments: &[OsString]) -> bool {
    arguments.iter().any(|a| a == "--format=json")
        || arguments.windows(2).any(|pair| matches!(pair, [a, b] if a == "--format" && b == "json"))
}

/// Ends a run that could not be done.
pub(super) fn failed(failure: &Failure, arguments: &[OsString]) -> Exit {
    if wants_json(arguments) {
        // If this cannot be written either, the exit code has to do.
        drop(Answers::open(None).and_then(|mut answers| answers.write(&pretty(&json::failure(failure)))));
    } else {
        let color = colored(Color::Auto, std::io::stderr().is_terminal());
        note(&text::failure(failure, Style { color }));
    }
    Exit::Error
}

/// Ends a run whose command line says help, version, or nothing that can be understood.
pub(super) fn usage(error: &clap::Error, arguments: &[OsString]) -> Exit {
    if error.use_stderr() && wants_json(arguments) {
        let text = error.to_string();
        let lines: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
        return failed(&Failure::validation(lines.join(" ").trim_start_matches("error: ")), arguments);
    }
    drop(error.print());
    if error.use_stderr() { Exit::Error } else { Exit::Success }
}
