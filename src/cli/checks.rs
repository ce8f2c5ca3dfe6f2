//! The checks: each policy judged alone, the answers combined.

use super::args::{AccessNotGranted, Format, NoNewAccess, NoPublicAccess, Reading, Search, YesNo};
use super::input::{Reader, input_name};
use super::output::{Output, write_file};
use super::{Exit, access};
use crate::batch::{as_resource_policy, isolated, resource_type};
use crate::check::{self, Answer, Options};
use crate::limits::SearchLimits;
use crate::policy::{Document, Read};
use crate::report::text::{self, Input, Verbosity};
use crate::report::{Failure, Judgement, Measures, Outcome, Question, json};
use crate::solve::Verdict;
use serde_json::{Map, Value};
use std::time::Instant;

pub(super) fn no_new_access(args: &NoNewAccess, output: &mut Output) -> Result<Exit, Failure> {
    let mut reader = Reader::default();
    let existing = reader.read(&args.existing, "existing")?;
    let run = Run {
        question: Question::NoNewAccess,
        existing: Some((&args.existing, &existing)),
        search: &args.search,
    };
    let options = run.options(&args.reading, &args.new)?;
    run.all(&args.new, "new", &mut reader, &options, output, &|policy, existing, options| {
        existing.map(|existing| check::no_new_access(policy, existing, options))
    })
}

pub(super) fn access_not_granted(args: &AccessNotGranted, output: &mut Output) -> Result<Exit, Failure> {
    let access = access::entries(args)?;
    let run = Run { question: Question::not_granted(&access), existing: None, search: &args.search };
    let options = run.options(&args.reading, &args.policy)?;
    run.all(&args.policy, "policy", &mut Reader::default(), &options, output, &|policy, _, options| {
        Some(check::access_not_granted(policy, &access, options))
    })
}

pub(super) fn no_public_access(args: &NoPublicAccess, output: &mut Output) -> Result<Exit, Failure> {
    let resource_type = resource_type(&args.resource_type)?;
    let run = Run { question: Question::NoPublicAccess(resource_type), existing: None, search: &args.search };
    let mut options = run.options(&args.reading, &args.policy)?;
    as_resource_policy(&mut options)?;
    if options.assume_heuristics {
        return Err(Failure::validation(
            "check-no-public-access takes no heuristics for facts: leave `--assume-heuristics` out",
        ));
    }
    run.all(&args.policy, "policy", &mut Reader::default(), &options, output, &|policy, _, options| {
        Some(check::no_public_access(policy, resource_type, options))
    })
}

pub(super) fn options(reading: &Reading) -> Options {
    Options {
        policy_type: reading.policy_type,
        strict_arn: reading.strict_arn,
        aws_compat: reading.aws_compat,
        assume_heuristics: reading.assume_heuristics,
        boundary: reading.boundary.map(|b| b == YesNo::Yes),
        limits: SearchLimits::default(),
        ..Options::default()
    }
}

type Ask<'q> = dyn Fn(&Document, Option<&Document>, &Options) -> Option<Answer> + 'q;

struct Run<'r> {
    question: Question,
    existing: Option<(&'r str, &'r Read)>,
    search: &'r Search,
}

impl Run<'_> {
    fn options(&self, reading: &Reading, policies: &[String]) -> Result<Options, Failure> {
        let certificate = self.search.certificate.is_some();
        if certificate && policies.len() > 1 {
            return Err(Failure::validation(
                "`--certificate` is for one policy: judge each in a run of its own",
            ));
        }
        Ok(Options { certificate, certify: self.search.certify, ..options(reading) })
    }

    /// Judges every argument.
    fn all(
        &self,
        arguments: &[String],
        role: &str,
        reader: &mut Reader,
        options: &Options,
        output: &mut Output,
        ask: &Ask<'_>,
    ) -> Result<Exit, Failure> {
        let reads: Vec<Result<Read, Failure>> = arguments.iter().map(|a| reader.read(a, role)).collect();
        let existing = self.existing.and_then(|(_, read)| read.document.as_ref());
        // All that was noticed first: a fault in one document hides none in another.
        if let Some(document) = existing {
            output.warnings(document.warnings.iter().map(|w| (&document.source, w)));
        }
        if output.format == Format::Text
            && let Some(failure) = Failure::of_documents(self.existing.map(|(_, read)| read))
        {
            output.failure(&failure);
        }
        let answers: Vec<Result<(Answer, Measures, Options), Failure>> =
            reads.iter().map(|read| self.ask(read, options, ask)).collect();
        let mut outcomes = Vec::new();
        for (read, answer) in reads.iter().zip(&answers) {
            outcomes.push(match (read, answer) {
                (Ok(Read { document: Some(policy), .. }), Ok((answer, measures, options))) => {
                    let mut judgement = Judgement::new(self.question, policy, existing, answer, options);
                    judgement.measures = (output.verbosity == Verbosity::Verbose).then_some(*measures);
                    Outcome::Judged(Box::new(judgement))
                }
                (_, Err(failure)) => Outcome::Failed(failure.clone()),
                (_, Ok(_)) => Outcome::Failed(Failure::internal("an answer without a document")),
            });
        }
        if let Some(path) = &self.search.certificate {
            for (answer, ..) in answers.iter().flatten() {
                match answer.certificate() {
                    Some(certificate) => write_file(path, &certificate.to_text())?,
                    None => output.note("there is no certificate: the answer is UNKNOWN"),
                }
            }
        }
        match output.format {
            Format::Json => self.json(arguments, role, &outcomes, output)?,
            Format::Text => self.text(arguments, &reads, &outcomes, output)?,
        }
        let exit = |outcome: &Outcome<'_>| match outcome {
            Outcome::Failed(_) => Exit::Error,
            Outcome::Judged(judgement) => match judgement.answer.verdict {
                Verdict::Pass(_) => Exit::Success,
                Verdict::Fail(_) => Exit::Finding,
                Verdict::Unknown(_) => Exit::Unknown,
            },
        };
        let exits = outcomes.iter().map(|o| exit(o).zeroed(self.search.exit_zero));
        Ok(exits.fold(Exit::Success, Exit::and))
    }

    /// The answer, and the options under which it was given, with the end of its time.
    fn ask(
        &self,
        read: &Result<Read, Failure>,
        options: &Options,
        ask: &Ask<'_>,
    ) -> Result<(Answer, Measures, Options), Failure> {
        let existing = self.existing.map(|(_, read)| read);
        let read = read.as_ref().map_err(Clone::clone)?;
        if let Some(failure) = Failure::of_documents(existing.into_iter().chain([read])) {
            return Err(failure);
        }
        let documents: Vec<&Document> =
            [Some(read), existing].into_iter().flatten().filter_map(|r| r.document.as_ref()).collect();
        if let Some(failure) = Failure::of_misfits(&documents, options.policy_type) {
            return Err(failure);
        }
        let mut options = options.clone();
        let start = Instant::now();
        options.limits.deadline = self.search.timeout.and_then(|t| start.checked_add(t));
        let answer = isolated(|| {
            let policy = read.document.as_ref()?;
            ask(policy, existing.and_then(|e| e.document.as_ref()), &options)
        })?;
        let measures = Measures { elapsed: start.elapsed() };
        answer
            .map(|a| (a, measures, options))
            .ok_or_else(|| Failure::internal("a document without faults is missing"))
    }

    fn json(
        &self,
        arguments: &[String],
        role: &str,
        outcomes: &[Outcome<'_>],
        output: &mut Output,
    ) -> Result<(), Failure> {
        let one = |outcome: &Outcome<'_>| match outcome {
            Outcome::Judged(judgement) => json::judgement(judgement),
            Outcome::Failed(failure) => json::failure(failure),
        };
        if let [outcome] = outcomes {
            return output.json(&one(outcome));
        }
        let with_file = arguments.iter().zip(outcomes).map(|(argument, outcome)| {
            let mut members = Map::new();
            members.insert("file".to_owned(), Value::from(input_name(argument, role)));
            if let Value::Object(rest) = one(outcome) {
                members.extend(rest);
            }
            Value::Object(members)
        });
        output.json(&with_file.collect())
    }

    fn text(
        &self,
        arguments: &[String],
        reads: &[Result<Read, Failure>],
        outcomes: &[Outcome<'_>],
        output: &mut Output,
    ) -> Result<(), Failure> {
        for ((argument, read), outcome) in arguments.iter().zip(reads).zip(outcomes) {
            match (outcome, read) {
                (Outcome::Judged(judgement), _) => {
                    let policy = judgement.policy;
                    output.warnings(policy.warnings.iter().map(|w| (&policy.source, w)));
                    let input = Input { document: policy, argument };
                    let existing = self.existing.and_then(|(argument, read)| {
                        Some(Input { document: read.document.as_ref()?, argument })
                    });
                    let text = text::judgement(judgement, input, existing, output.verbosity, output.style);
                    output.text(&text)?;
                }
                // The faults of the existing policy have been told already.
                (Outcome::Failed(_), Ok(read))
                    if self.existing.is_some_and(|(_, e)| e.document.is_none()) =>
                {
                    if let Some(own) = Failure::of_documents([read]) {
                        output.failure(&own);
                    }
                }
                (Outcome::Failed(failure), _) => output.failure(failure),
            }
        }
        if outcomes.len() > 1 && output.verbosity > Verbosity::Quiet {
            output.text(&text::summary(self.question, outcomes))?;
        }
        Ok(())
    }
}
