//! The destinations of answers and notes: answers go to standard output or a file, everything else to standard error.

mod answers;
mod captured;
mod notes;
mod render;
mod replace;
mod usage;
mod version;

use super::Exit;
use super::args::{AwsGlobals, Format, OutputArgs};
use super::terminal::{Stream, style};
use crate::diagnostic::Diagnostic;
use crate::index::broken;
use crate::report::text::{self, Style, Verbosity};
use crate::report::{Failure, Issue, PipelineFormat, Remark, Report, Settled, Status, Subject, json};
use crate::span::Source;
use serde_json::Value;

pub(super) use answers::{Answers, make_directory, write_file};
use captured::Captured;
pub(super) use notes::note;
use notes::unless_written;
pub(super) use render::directory;
use render::pretty;
pub(super) use replace::replace;
pub(super) use usage::{failed, usage};

/// The two streams of a run.
pub(crate) struct Output {
    pub(crate) format: Format,
    pub(crate) verbosity: Verbosity,
    /// The style of text answers.
    pub(crate) style: Style,
    notes: Style,
    answers: Answers,
    failed: bool,
    /// True if a policy was judged; `None` in commands that do not say it.
    has_judged: Option<bool>,
    kept: Kept,
}

/// The output that is kept instead of being written, while a command runs as a part of another one.
enum Kept {
    Nothing,
    /// Answers and notes, as text.
    Text(Captured),
    /// Reports.
    Reports(Vec<Report>),
}

impl Output {
    pub(crate) fn open(args: &OutputArgs) -> Result<Output, Failure> {
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
            has_judged: None,
            kept: Kept::Nothing,
        })
    }

    /// Makes the output of a command that runs as a part of another one. Nothing is written of what it keeps.
    fn inner(kept: Kept) -> Output {
        let (format, sink): (Format, Box<dyn std::io::Write>) = match &kept {
            Kept::Text(text) => (Format::Text, Box::new(text.clone())),
            Kept::Reports(_) => (Format::Pipeline(PipelineFormat::Concise), Box::new(std::io::sink())),
            Kept::Nothing => broken("an inner output keeps something"),
        };
        Output {
            format,
            verbosity: Verbosity::Normal,
            style: Style::default(),
            notes: Style::default(),
            answers: Answers::to(sink),
            failed: false,
            has_judged: None,
            kept,
        }
    }

    /// Makes an output that keeps the reports of a command that runs as a part of another one.
    pub(crate) fn collecting(&self) -> Output {
        let inner = Output::inner(Kept::Reports(Vec::new()));
        Output { verbosity: self.verbosity, style: self.style, notes: self.notes, ..inner }
    }

    /// Returns the reports that were kept.
    pub(crate) fn collected(self) -> Vec<Report> {
        match self.kept {
            Kept::Reports(reports) => reports,
            Kept::Nothing | Kept::Text(_) => broken("only an output that collects has reports"),
        }
    }

    /// Returns an output that keeps the text of answers and notes.
    pub(crate) fn captured() -> (Output, Captured) {
        let text = Captured::default();
        (Output::inner(Kept::Text(text.clone())), text)
    }

    /// Writes a text beside the answer.
    fn tell(&self, text: &str) {
        match &self.kept {
            Kept::Text(captured) => captured.push(text),
            Kept::Nothing | Kept::Reports(_) => note(text),
        }
    }

    /// Writes text of an answer.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.answers.write(text)
    }

    /// Writes an answer in JSON, with the version of the program.
    pub(crate) fn json(&mut self, mut value: Value) -> Result<(), Failure> {
        json::add_version(&mut value);
        self.answers.write(&pretty(&value))
    }

    /// Writes a policy in JSON, and nothing beside it.
    pub(crate) fn policy(&mut self, policy: &Value) -> Result<(), Failure> {
        self.answers.write(&pretty(policy))
    }

    /// Writes the report of a command in a format for pipelines.
    pub(crate) fn report(&mut self, report: &Report) -> Result<(), Failure> {
        if let Kept::Reports(reports) = &mut self.kept {
            reports.push(report.clone());
            return Ok(());
        }
        self.answers.write(&render::report(self.format, report))
    }

    /// Ends a run that failed.
    pub(crate) fn failed(&mut self, failure: &Failure, command: &'static str) -> Exit {
        if let Some(issue) = &failure.open {
            let text = self.undecided(issue, &failure.message, command);
            return match self.answers.write(&text) {
                Ok(()) => Exit::Unknown,
                Err(unwritten) => self.failed(&unwritten, command),
            };
        }
        match render::failure(self.format, failure, command) {
            None => self.tell(&text::failure(failure, self.notes)),
            Some(text) => unless_written(self.answers.write(&text), failure, self.notes),
        }
        Exit::Error
    }

    /// Returns the answer of a run that depends on something unknown.
    fn undecided(&self, issue: &Issue, message: &str, command: &'static str) -> String {
        match self.format {
            Format::Json => {
                let mut value = json::settled(&Settled::of(issue.clone(), message));
                json::add_issues(&mut value, std::slice::from_ref(issue));
                json::add_version(&mut value);
                pretty(&value)
            }
            Format::Text if self.verbosity == Verbosity::Quiet => {
                format!("{}\n", text::issue(issue, self.style))
            }
            Format::Text => {
                format!("{}\n{command}: UNKNOWN. {message}\n", text::issue(issue, self.style))
            }
            Format::Pipeline(format) => format.render(&Report {
                command,
                directory: directory(),
                subjects: vec![Subject {
                    name: issue.source.as_ref().map_or(command, Source::place_name).to_owned(),
                    file: None,
                    rule: None,
                    status: Status::Unknown,
                    message: message.to_owned(),
                    issues: vec![issue.clone()],
                }],
                issues: Vec::new(),
                has_baseline: false,
                about: String::new(),
            }),
        }
    }

    /// Writes issues beside the answer, unless only problems are to be shown.
    pub(crate) fn issues<'i>(&self, issues: impl Iterator<Item = &'i Issue>) {
        if self.verbosity > Verbosity::Quiet && !matches!(self.kept, Kept::Reports(_)) {
            issues.for_each(|issue| self.tell(&format!("{}\n", text::issue(issue, self.notes))));
        }
    }

    /// Writes an error that does not affect other inputs, in text.
    pub(crate) fn failure(&mut self, failure: &Failure) {
        if std::mem::replace(&mut self.failed, true) {
            self.tell("\n");
        }
        self.tell(&text::failure(failure, self.notes));
    }

    /// Writes warnings about documents, in text, unless only problems are to be shown.
    pub(crate) fn warnings<'w>(&self, warnings: impl IntoIterator<Item = (&'w Source, &'w Diagnostic)>) {
        if self.format == Format::Text && self.verbosity > Verbosity::Quiet {
            for (source, warning) in warnings {
                self.tell(&format!("{}\n", text::diagnostic(source, warning, self.notes)));
            }
        }
    }

    /// Writes a remark beside the answer.
    pub(crate) fn note(&self, text: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.tell(&format!("note: {text}\n"));
        }
    }

    /// Writes a remark that makes an answer doubtful as a whole: a test that is ok shows it too.
    pub(crate) fn doubt(&self, text: &str) {
        self.note(text);
        if let Kept::Text(captured) = &self.kept {
            captured.push_doubt(&format!("note: {text}\n"));
        }
    }

    /// Remembers whether the command judged a policy.
    pub(crate) fn judged(&mut self, report: &Report) {
        let has_judged = report.subjects.iter().any(|subject| subject.status != Status::Skipped);
        self.has_judged = Some(has_judged || self.has_judged == Some(true));
    }

    /// Remembers that the inputs held no policy.
    pub(crate) fn judged_nothing(&mut self) {
        self.has_judged = Some(false);
    }

    /// True if the command is one that judges each policy of its inputs, and there was none to judge.
    pub(crate) fn has_judged_nothing(&self) -> bool {
        self.has_judged == Some(false)
    }

    /// Writes remarks on a request, in text, under the same conditions as [`Output::warnings`].
    pub(crate) fn remarks(&self, remarks: &[Remark]) {
        if self.format == Format::Text && self.verbosity > Verbosity::Quiet {
            remarks.iter().for_each(|remark| self.tell(&format!("{}\n", text::remark(remark, self.notes))));
        }
    }

    /// Lists the AWS CLI options that were ignored, and rejects the one that cannot be ignored.
    pub(crate) fn ignored(&self, aws: &AwsGlobals) -> Result<(), Failure> {
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
