//! The checks: each policy judged alone, by each rule alone, the answers combined.

mod case;
mod run;
mod tell;

use super::{baseline, certificate};
use crate::check::{self, Access, Options};
use crate::cli::Exit;
use crate::cli::args::{AccessNotGrantedArgs, Format, NoNewAccessArgs, NoPublicAccessArgs, SemanticsArgs};
use crate::cli::input::{Input, Inputs, Reader, Reference, access_of, gather, references};
use crate::cli::output::{Output, directory};
use crate::index::broken;
use crate::report::{AwsCheck, Failure, Lists, Outcome, Report, Status, Subject};
use crate::surface::{as_resource_policy, resource_type};
use case::{Ask, Case, Judge};
use run::Run;

pub(crate) fn no_new_access(args: &NoNewAccessArgs, output: &mut Output) -> Result<Exit, Failure> {
    let mut reader = Reader::default();
    let references = references(args, &mut reader)?;
    let run = Run {
        question: AwsCheck::NoNewAccess,
        asked: Vec::new(),
        references: &references,
        search: &args.search,
        args: &args.inputs,
    };
    let inputs = run.inputs(gather(&mut reader, &args.new, "new"))?;
    let options = run.options(&args.semantics, &inputs)?;
    let options = Options { judging: args.judging.judging(), ..options };
    run.all(&inputs, &options, output, &|policy, existing, options| match existing {
        Some(existing) => check::no_new_access(policy, existing, options),
        None => broken("check-no-new-access has references"),
    })
}

pub(crate) fn access_not_granted(args: &AccessNotGrantedArgs, output: &mut Output) -> Result<Exit, Failure> {
    let access = access_of(args)?;
    let run = Run {
        question: AwsCheck::AccessNotGranted(Lists::of(&access)),
        asked: asked(&access),
        references: &[],
        search: &args.search,
        args: &args.inputs,
    };
    let inputs = run.inputs(gather(&mut Reader::default(), &args.policy, "policy"))?;
    let options = run.options(&args.semantics, &inputs)?;
    run.all(&inputs, &options, output, &|policy, _, options| {
        check::access_not_granted(policy, &access, options)
    })
}

pub(crate) fn no_public_access(args: &NoPublicAccessArgs, output: &mut Output) -> Result<Exit, Failure> {
    let resource_type = resource_type(&args.resource_type)?;
    let run = Run {
        question: AwsCheck::NoPublicAccess(resource_type),
        asked: vec![resource_type.name().to_owned()],
        references: &[],
        search: &args.search,
        args: &args.inputs,
    };
    let inputs = run.inputs(gather(&mut Reader::default(), &args.policy, "policy"))?;
    let mut options = run.options(&args.semantics, &inputs)?;
    as_resource_policy(&mut options)?;
    if options.assume_heuristics {
        return Err(Failure::validation(
            "check-no-public-access takes no heuristics for facts: leave `--assume-heuristics` out",
        ));
    }
    run.all(&inputs, &options, output, &|policy, _, options| {
        check::no_public_access(policy, resource_type, options)
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

impl Run<'_> {
    /// The inputs, unless there is nothing to judge among them.
    fn inputs(&self, inputs: Inputs) -> Result<Inputs, Failure> {
        if self.args.skip_non_policies && inputs.list.iter().all(Input::is_no_policy) {
            return Err(Failure::validation("there is no policy in any of the inputs"));
        }
        Ok(inputs)
    }

    /// The options without the end of the time, which begins with each case.
    fn options(&self, semantics: &SemanticsArgs, inputs: &Inputs) -> Result<Options, Failure> {
        let certificate = self.search.certificate.is_some();
        if certificate && (inputs.list.len() > 1 || self.references.len() > 1) {
            return Err(Failure::validation(
                "`--certificate` is for one policy: judge each in a run of its own",
            ));
        }
        Ok(Options { certificate, certify: self.search.certify, ..semantics.options() })
    }

    /// Every input with every reference that it is compared to.
    fn cases<'c>(&'c self, inputs: &'c Inputs) -> Vec<Case<'c>> {
        let mut cases = Vec::new();
        for input in &inputs.list {
            let nothing_to_judge = self.args.skip_non_policies && input.is_no_policy();
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
        let judge = Judge { run: self, options, ask };
        let cases = self.cases(inputs);
        let answers: Vec<_> = cases.iter().map(|case| judge.answered(*case)).collect();
        let mut outcomes: Vec<Outcome<'_>> =
            cases.iter().zip(&answers).map(|(case, answer)| judge.outcome(*case, answer, output)).collect();
        for answered in answers.iter().flatten() {
            certificate::write(self.search.certificate.as_deref(), &answered.answer, output)?;
        }
        let named = inputs.are_many || self.references.iter().any(|r| r.rule.is_some());
        // JSON is made from the answers; it needs the issues only where some may be accepted.
        let tells = output.format != Format::Json || self.args.baseline.is_asked();
        let mut subjects = Vec::new();
        for ((case, outcome), answer) in cases.iter().zip(&mut outcomes).zip(&answers) {
            subjects.push(judge.subject(*case, outcome, answer, tells));
        }
        let mut report = Report {
            command: self.question.kind().name(),
            directory: directory(),
            subjects,
            issues: self.references.iter().flat_map(Reference::issues).collect(),
            has_baseline: false,
        };
        baseline::accept(&self.args.baseline, &mut report)?;
        for (subject, outcome) in report.subjects.iter_mut().zip(&outcomes) {
            settle(subject, outcome);
        }
        let told = tell::Told { cases: &cases, outcomes: &outcomes, report: &report, named };
        match output.format {
            Format::Json => told.json(output)?,
            Format::Text => told.text(self.references, output)?,
            Format::Pipeline(_) => output.report(&report)?,
        }
        let exits = report.subjects.iter().map(|subject| exit(subject).zeroed(self.search.exit_zero));
        Ok(exits.fold(Exit::Success, Exit::and))
    }
}

/// Leaves what is open beside accepted findings as the status: that cannot be accepted.
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
