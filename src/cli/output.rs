//! Where answers and notes go: answers to standard output or a file, everything else to standard error.

use super::Exit;
use super::args::{Color, Format, OutputArgs};
use super::aws::AwsGlobals;
use super::input::reason;
use super::terminal::{Stream, style};
use crate::diagnostic::Diagnostic;
use crate::report::text::{self, Style, Verbosity};
use crate::report::{Failure, Issue, Remark, Report, json};
use crate::span::Source;
use clap::ValueEnum;
use serde_json::Value;
use std::ffi::OsString;
use std::io::{ErrorKind, Write};

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

    /// Writes text.
    pub(super) fn write(&mut self, text: &str) -> Result<(), Failure> {
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

/// Makes a directory, if there is none yet.
pub(super) fn make_directory(path: &std::path::Path) -> Result<(), Failure> {
    std::fs::create_dir_all(path).map_err(|error| {
        let message = format!("cannot make {}: {}", path.display(), reason(&error));
        Failure { code: "OutputError", message, faults: Vec::new() }
    })
}

fn unwritable(name: &str, error: &std::io::Error) -> Failure {
    let message = format!("cannot write {name}: {}", reason(error));
    Failure { code: "OutputError", message, faults: Vec::new() }
}

impl Output {
    pub(super) fn open(args: &OutputArgs) -> Result<Output, Failure> {
        Ok(Output {
            format: args.format,
            verbosity: match (args.quiet, args.verbose) {
                (true, _) => Verbosity::Quiet,
                (_, true) => Verbosity::Verbose,
                _ => Verbosity::Normal,
            },
            style: style(args.color, if args.output_file.is_some() { Stream::File } else { Stream::Answers }),
            notes: style(args.color, Stream::Notes),
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

    /// Writes what a command came to, in a format for pipelines.
    pub(super) fn report(&mut self, report: &Report) -> Result<(), Failure> {
        match rendered(self.format, report) {
            Some(text) => self.answers.write(&text),
            None => Err(Failure::internal("a report is for pipelines")),
        }
    }

    /// Ends a run that could not be done.
    pub(super) fn failed(&mut self, failure: &Failure, command: &'static str) -> Exit {
        let text = match self.format {
            Format::Text => {
                note(&text::failure(failure, self.notes));
                return Exit::Error;
            }
            Format::Json => Some(pretty(&json::failure(failure))),
            format => rendered(format, &report_of(failure, command)),
        };
        let written = self.answers.write(&text.unwrap_or_default());
        told(written, failure, self.notes);
        Exit::Error
    }

    /// What is to be told beside the answer, unless only what is wrong is to be shown.
    pub(super) fn issues<'i>(&self, issues: impl Iterator<Item = &'i Issue>) {
        if self.verbosity > Verbosity::Quiet {
            issues.for_each(|issue| note(&format!("{}\n", text::issue(issue, self.notes))));
        }
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

/// A report in a format for pipelines; `None` for the formats that have more to say.
fn rendered(format: Format, report: &Report) -> Option<String> {
    match format {
        Format::Pipeline(format) => Some(format.render(report)),
        Format::Text | Format::Json => None,
    }
}

/// A failure of a whole run.
fn report_of(failure: &Failure, command: &'static str) -> Report {
    let issues = Issue::of_failure(failure);
    Report { command, directory: directory(), subjects: Vec::new(), issues, has_baseline: false }
}

/// The directory that relative paths start from, if it has a name that can be shown.
pub(super) fn directory() -> Option<String> {
    std::env::current_dir().ok()?.to_str().map(str::to_owned)
}

/// The format that was asked for on a command line that may be wrong otherwise.
fn wanted(arguments: &[OsString]) -> Format {
    let mut names = arguments.iter().filter_map(|argument| argument.to_str()?.strip_prefix("--format="));
    let apart = || {
        arguments.windows(2).find_map(|pair| match pair {
            [flag, name] if flag == "--format" => name.to_str(),
            _ => None,
        })
    };
    let name = names.next().or_else(apart);
    name.and_then(|name| Format::from_str(name, false).ok()).unwrap_or(Format::Text)
}

/// Ends a run that could not begin.
pub(super) fn failed(failure: &Failure, arguments: &[OsString]) -> Exit {
    let text = match wanted(arguments) {
        Format::Text => {
            note(&text::failure(failure, style(Color::Auto, Stream::Notes)));
            return Exit::Error;
        }
        Format::Json => Some(pretty(&json::failure(failure))),
        format => rendered(format, &report_of(failure, "iamsat")),
    };
    let written = Answers::open(None).and_then(|mut answers| answers.write(&text.unwrap_or_default()));
    told(written, failure, style(Color::Auto, Stream::Notes));
    Exit::Error
}

/// A failure that could not be written where answers go is told in text.
fn told(written: Result<(), Failure>, failure: &Failure, style: Style) {
    let Err(unwritten) = written else { return };
    note(&text::failure(failure, style));
    if unwritten.message != failure.message {
        note(&format!("\n{}", text::failure(&unwritten, style)));
    }
}

/// Ends a run whose command line says help, version, or nothing that can be understood.
pub(super) fn usage(error: &clap::Error, arguments: &[OsString]) -> Exit {
    if error.use_stderr() && wanted(arguments) != Format::Text {
        let text = error.to_string();
        let lines: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
        return failed(&Failure::validation(lines.join(" ").trim_start_matches("error: ")), arguments);
    }
    match error.print() {
        _ if error.use_stderr() => Exit::Error,
        Err(unwritten) if unwritten.kind() != ErrorKind::BrokenPipe => {
            failed(&unwritable("standard output", &unwritten), arguments)
        }
        _ => Exit::Success,
    }
}
