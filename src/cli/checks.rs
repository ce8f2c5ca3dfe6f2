//! The checks: each policy judged alone, by each rule alone, the answers combined.

use super::args::{AccessNotGranted, Format, Known, NoNewAccess, NoPublicAccess, Reading, Search, YesNo};
use super::input::Reader;
use super::inputs::{Input, Inputs, gather};
use super::output::{Output, directory, write_file};
use super::references::{Reference, references};
use super::{Exit, access, known};
use crate::batch::{as_resource_policy, isolated, resource_type};
use crate::check::{self, Access, Answer, Options};
use crate::code::Code;
use crate::limits::SearchLimits;
use crate::policy::{Document, Read};
use crate::report::text::{self, Verbosity};
use crate::report::{
    AwsCheck, Failure, Invocation, Issue, Judgement, Kind, Lists, Measures, Outcome, Recheck, Report, Status,
    Subject, json,
};
use crate::solve::Verdict;
use serde_json::{Map, Value};
use std::time::Instant;

pub(super) fn no_new_access(args: &NoNewAccess, output: &mut Output) -> Result<Exit, Failure> {
    let mut reader = Reader::default();
    let references = references(args, &mut reader)?;
    let run = Run {
        question: AwsCheck::NoNewAccess,
        asked: Vec::new(),
        references: &references,
        search: &args.search,
        known: &args.known,
    };
    let inputs = run.inputs(gather(&mut reader, &args.new, "new"))?;
    let options = run.options(&args.reading, &inputs)?;
    run.all(&inputs, &options, output, &|policy, existing, options| {
        existing.map(|existing| check::no_new_access(policy, existing, options))
    })
}

pub(super) fn access_not_granted(args: &AccessNotGranted, output: &mut Output) -> Result<Exit, Failure> {
    let access = access::entries(args)?;
    let run = Run {
        question: AwsCheck::AccessNotGranted(Lists::of(&access)),
        asked: asked(&access),
        references: &[],
        search: &args.search,
        known: &args.known,
    };
    let inputs = run.inputs(gather(&mut Reader::default(), &args.policy, "policy"))?;
    let options = run.options(&args.reading, &inputs)?;
    run.all(&inputs, &options, output, &|policy, _, options| {
        Some(check::access_not_granted(policy, &access, options))
    })
}

pub(super) fn no_public_access(args: &NoPublicAccess, output: &mut Output) -> Result<Exit, Failure> {
    let resource_type = resource_type(&args.resource_type)?;
    let run = Run {
        question: AwsCheck::NoPublicAccess(resource_type),
        asked: vec![resource_type.name().to_owned()],
        references: &[],
        search: &args.search,
        known: &args.known,
    };
    let inputs = run.inputs(gather(&mut Reader::default(), &args.policy, "policy"))?;
    let mut options = run.options(&args.reading, &inputs)?;
    as_resource_policy(&mut options)?;
    if options.assume_heuristics {
        return Err(Failure::validation(
            "check-no-public-access takes no heuristics for facts: leave `--assume-heuristics` out",
        ));
    }
    run.all(&inputs, &options, output, &|policy, _, options| {
        Some(check::no_public_access(policy, resource_type, options))
    })
}

/// The listed access, the same however it is ordered.
fn asked(access: &[Access]) -> Vec<String> {
    let sorted = |texts: Vec<String>| {
        let mut texts = texts;
        texts.sort_unstable();
        texts.dedup();
        texts
    };
    let entry = |access: &Access| {
        let actions = access.actions.iter().map(|action| action.text.to_ascii_lowercase()).collect();
        let resources = access.resources.iter().map(|resource| resource.text.to_string()).collect();
        format!("{} on {}", sorted(actions).join(","), sorted(resources).join(","))
    };
    sorted(access.iter().map(entry).collect())
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

/// Bytes of policies for which advice is checked by asking again; AWS's limits on policies are below it.
pub(super) const MOST_CHECKED: usize = 1 << 16;

type Ask<'q> = dyn Fn(&Document, Option<&Document>, &Options) -> Option<Answer> + 'q;

struct Run<'r> {
    question: AwsCheck,
    asked: Vec<String>,
    /// None if the question needs none.
    references: &'r [Reference],
    search: &'r Search,
    known: &'r Known,
}

/// One policy, held against one reference or none.
#[derive(Clone, Copy)]
struct Case<'r> {
    input: &'r Input,
    reference: Option<&'r Reference>,
}

/// An answer with the options under which it was given, with the end of its time.
struct Answered {
    answer: Answer,
    measures: Measures,
    options: Options,
}

/// Why there is no answer for a case.
enum Without {
    Failed(Failure),
    Skipped(String),
}

impl Run<'_> {
    /// The inputs, unless there is nothing to judge among them.
    fn inputs(&self, inputs: Inputs) -> Result<Inputs, Failure> {
        if self.known.skip_non_policies && inputs.list.iter().all(Input::is_no_policy) {
            return Err(Failure::validation("there is no policy in any of the inputs"));
        }
        Ok(inputs)
    }

    fn options(&self, reading: &Reading, inputs: &Inputs) -> Result<Options, Failure> {
        let certificate = self.search.certificate.is_some();
        if certificate && (inputs.list.len() > 1 || self.references.len() > 1) {
            return Err(Failure::validation(
                "`--certificate` is for one policy: judge each in a run of its own",
            ));
        }
        Ok(Options { certificate, certify: self.search.certify, ..options(reading) })
    }

    /// Every input, held against everything that it has to be.
    fn cases<'c>(&'c self, inputs: &'c Inputs) -> Vec<Case<'c>> {
        let mut cases = Vec::new();
        for input in &inputs.list {
            let nothing_to_judge = self.known.skip_non_policies && input.is_no_policy();
            if self.references.is_empty() || nothing_to_judge {
                cases.push(Case { input, reference: None });
            } else {
                cases.extend(self.references.iter().map(|r| Case { input, reference: Some(r) }));
            }
        }
        cases
    }

    /// Judges every case.
    fn all(
        &self,
        inputs: &Inputs,
        options: &Options,
        output: &mut Output,
        ask: &Ask<'_>,
    ) -> Result<Exit, Failure> {
        let cases = self.cases(inputs);
        let answers: Vec<Result<Answered, Without>> =
            cases.iter().map(|c| self.ask(*c, options, ask)).collect();
        let mut outcomes = Vec::new();
        for (case, answer) in cases.iter().zip(&answers) {
            outcomes.push(match (&case.input.read, answer) {
                (Ok(Read { document: Some(policy), .. }), Ok(answered)) => {
                    let existing = case.reference.and_then(Reference::document);
                    let Answered { answer, measures, options } = answered;
                    let mut judgement = Judgement::new(self.question, policy, existing, answer, options);
                    judgement.measures = (output.verbosity == Verbosity::Verbose).then_some(*measures);
                    Outcome::Judged(Box::new(judgement))
                }
                (_, Err(Without::Failed(failure))) => Outcome::Failed(failure.clone()),
                (_, Err(Without::Skipped(why))) => Outcome::Skipped(why.clone()),
                (_, Ok(_)) => Outcome::Failed(Failure::internal("an answer without a document")),
            });
        }
        self.certificates(&answers, output)?;
        let named = inputs.are_many || self.references.iter().any(|r| r.rule.is_some());
        // JSON is made from the answers; it needs the issues only where some may be accepted.
        let tells = output.format != Format::Json || self.known.accepted.is_asked();
        let mut report = Report {
            command: self.question.kind().name(),
            directory: directory(),
            subjects: cases
                .iter()
                .zip(&outcomes)
                .zip(&answers)
                .map(|((case, outcome), answered)| {
                    let again = |changed: &Document| {
                        let answered = answered.as_ref().ok()?;
                        let options =
                            Options { certificate: false, certify: false, ..answered.options.clone() };
                        isolated(|| ask(changed, case.reference.and_then(Reference::document), &options))
                            .ok()?
                    };
                    let sizes =
                        [case.input.read.as_ref().ok(), case.reference.and_then(|r| r.read.as_ref().ok())];
                    let bytes =
                        sizes.into_iter().flatten().map(|read| read.source.text().len()).sum::<usize>();
                    let again: Option<&Recheck<'_>> = if bytes > MOST_CHECKED { None } else { Some(&again) };
                    self.subject(*case, outcome, again, tells)
                })
                .collect(),
            issues: self.references.iter().flat_map(Reference::issues).collect(),
            has_baseline: false,
        };
        known::accept(&self.known.accepted, &mut report)?;
        for (subject, outcome) in report.subjects.iter_mut().zip(&outcomes) {
            settle(subject, outcome);
        }
        match output.format {
            Format::Json => self.json(&cases, &outcomes, &report, named, output)?,
            Format::Text => self.text(&cases, &outcomes, &report, named, output)?,
            Format::Pipeline(_) => output.report(&report)?,
        }
        let exits = report.subjects.iter().map(|subject| exit(subject).zeroed(self.search.exit_zero));
        Ok(exits.fold(Exit::Success, Exit::and))
    }

    fn certificates(&self, answers: &[Result<Answered, Without>], output: &Output) -> Result<(), Failure> {
        let Some(path) = &self.search.certificate else { return Ok(()) };
        for answered in answers.iter().flatten() {
            match answered.answer.certificate() {
                Some(certificate) => write_file(path, &certificate.to_text())?,
                None => output.note("there is no certificate: the answer is UNKNOWN"),
            }
        }
        Ok(())
    }

    fn ask(&self, case: Case<'_>, options: &Options, ask: &Ask<'_>) -> Result<Answered, Without> {
        let read = case.input.read.as_ref().map_err(|failure| Without::Failed(failure.clone()))?;
        if self.known.skip_non_policies && case.input.is_no_policy() {
            return Err(Without::Skipped("there is no policy in this file".to_owned()));
        }
        let existing = match case.reference.map(|reference| &reference.read) {
            Some(Err(failure)) => return Err(Without::Failed(failure.clone())),
            Some(Ok(read)) => Some(read),
            None => None,
        };
        if let Some(failure) = Failure::of_documents(existing.into_iter().chain([read])) {
            return Err(Without::Failed(failure));
        }
        let documents: Vec<&Document> =
            [Some(read), existing].into_iter().flatten().filter_map(|r| r.document.as_ref()).collect();
        let elsewhere =
            |reference: &Reference| reference.is_about_others(read.document.as_ref()?, options.policy_type);
        if let Some(why) = case.reference.and_then(elsewhere) {
            let any = self.references.iter().any(|r| r.failure().is_some() || elsewhere(r).is_none());
            let none = || Failure::validation(format!("no rule is about this policy: {why}"));
            return Err(if any { Without::Skipped(why) } else { Without::Failed(none()) });
        }
        if let Some(failure) = Failure::of_misfits(&documents, options.policy_type) {
            return Err(Without::Failed(failure));
        }
        let mut options = options.clone();
        let start = Instant::now();
        options.limits.deadline = self.search.timeout.and_then(|t| start.checked_add(t));
        let answer = isolated(|| {
            let policy = read.document.as_ref()?;
            ask(policy, existing.and_then(|e| e.document.as_ref()), &options)
        });
        let measures = Measures { elapsed: start.elapsed() };
        match answer {
            Ok(Some(answer)) => Ok(Answered { answer, measures, options }),
            Ok(None) => Err(Without::Failed(Failure::internal("a document without faults is missing"))),
            Err(failure) => Err(Without::Failed(failure)),
        }
    }

    /// The case as every format tells it.
    fn subject(
        &self,
        case: Case<'_>,
        outcome: &Outcome<'_>,
        again: Option<&Recheck<'_>>,
        tells: bool,
    ) -> Subject {
        let rule = case.reference.and_then(|reference| reference.rule.as_deref());
        let (status, message, issues) = match outcome {
            Outcome::Judged(judgement) => {
                let typed = Invocation {
                    policy: &case.input.argument,
                    existing: case.reference.map(|reference| reference.argument.as_str()),
                    rule,
                    asked: &self.asked,
                    recheck: again,
                    then: None,
                };
                let issues = if tells { judgement.issues(&typed) } else { Vec::new() };
                let status = match judgement.answer.verdict {
                    Verdict::Pass(_) => Status::Pass,
                    Verdict::Fail(_) => Status::Fail,
                    Verdict::Unknown(_) => Status::Unknown,
                };
                (status, judgement.sentence(&issues, false), issues)
            }
            Outcome::Failed(failure) => {
                // The faults of what it is held against are told once, and not here.
                let own = match (&case.input.read, case.reference.and_then(Reference::failure)) {
                    (Ok(read), Some(_)) => Failure::of_documents([read]),
                    _ => Some(failure.clone()),
                };
                let issues = own.as_ref().map_or_else(Vec::new, Issue::of_failure);
                (Status::Error, failure.message.clone(), issues)
            }
            Outcome::Skipped(why) => (Status::Skipped, why.clone(), Vec::new()),
        };
        Subject { name: case.input.name.clone(), rule: rule.map(str::to_owned), status, message, issues }
    }

    fn json(
        &self,
        cases: &[Case<'_>],
        outcomes: &[Outcome<'_>],
        report: &Report,
        named: bool,
        output: &mut Output,
    ) -> Result<(), Failure> {
        output.issues(report.issues.iter().filter(|issue| issue.code == Code::StaleAcceptance));
        let one = |outcome: &Outcome<'_>, subject: &Subject| {
            let mut value = match outcome {
                Outcome::Judged(judgement) => json::judgement(judgement),
                Outcome::Failed(failure) => json::failure(failure),
                Outcome::Skipped(why) => serde_json::json!({"skipped": why}),
            };
            if let (true, Value::Object(members)) = (report.has_baseline, &mut value) {
                members.insert("accepted".to_owned(), json::accepted(subject));
                // With its findings accepted, what is open beside them is what counts.
                if let (Status::Unknown, Outcome::Judged(judgement)) = (subject.status, outcome)
                    && let Some(open) = json::open(judgement)
                {
                    members.insert("unknown".to_owned(), open);
                }
            }
            value
        };
        if let ([outcome], [subject], false) = (outcomes, report.subjects.as_slice(), named) {
            return output.json(&one(outcome, subject));
        }
        let with_file = cases.iter().zip(outcomes).zip(&report.subjects).map(|((case, outcome), subject)| {
            let mut members = Map::new();
            members.insert("file".to_owned(), Value::from(case.input.name.as_str()));
            if let Some(rule) = &subject.rule {
                members.insert("rule".to_owned(), Value::from(rule.as_str()));
            }
            if let Value::Object(rest) = one(outcome, subject) {
                members.extend(rest);
            }
            Value::Object(members)
        });
        output.json(&with_file.collect())
    }

    fn text(
        &self,
        cases: &[Case<'_>],
        outcomes: &[Outcome<'_>],
        report: &Report,
        named: bool,
        output: &mut Output,
    ) -> Result<(), Failure> {
        // All that was noticed first: a fault in one document hides none in another.
        output.issues(report.issues.iter().filter(|issue| issue.kind == Kind::Warning));
        self.references.iter().filter_map(Reference::failure).for_each(|failure| output.failure(&failure));
        let mut told: Option<&str> = None;
        for ((case, outcome), subject) in cases.iter().zip(outcomes).zip(&report.subjects) {
            // With several rules, what concerns the policy alone is told once.
            let is_new = told.replace(&case.input.argument) != Some(&case.input.argument);
            match outcome {
                Outcome::Judged(judgement) => {
                    if is_new {
                        output.issues(subject.issues.iter().filter(|issue| issue.kind == Kind::Warning));
                    }
                    let text =
                        text::judgement(judgement, &subject.issues, named, output.verbosity, output.style);
                    output.text(&text)?;
                }
                Outcome::Failed(failure) => {
                    match (&case.input.read, case.reference.and_then(Reference::failure)) {
                        (Ok(read), Some(_)) => {
                            if let Some(own) = Failure::of_documents([read]).filter(|_| is_new) {
                                output.failure(&own);
                            }
                        }
                        (Ok(read), None) if read.document.is_none() && !is_new => {}
                        (Err(_), _) if !is_new => {}
                        _ => output.failure(failure),
                    }
                }
                Outcome::Skipped(why) => output.note(&format!("skipped {}: {why}", case.input.name)),
            }
        }
        if outcomes.len() > 1 && output.verbosity > Verbosity::Quiet {
            output.text(&text::summary(report.command, &report.subjects))?;
        }
        Ok(())
    }
}

/// Accepted findings leave what is open beside them: that cannot be accepted.
fn settle(subject: &mut Subject, outcome: &Outcome<'_>) {
    let Outcome::Judged(judgement) = outcome else { return };
    if subject.accepted().is_some() {
        let open = judgement.open_issues();
        if !open.is_empty() {
            subject.status = Status::Unknown;
        }
        subject.issues.extend(open);
    }
    subject.message = judgement.sentence(&subject.issues, false);
}

fn exit(subject: &Subject) -> Exit {
    match subject.status {
        Status::Pass | Status::Skipped => Exit::Success,
        Status::Fail if subject.accepted().is_some() => Exit::Success,
        Status::Fail => Exit::Finding,
        Status::Unknown => Exit::Unknown,
        Status::Error => Exit::Error,
    }
}
