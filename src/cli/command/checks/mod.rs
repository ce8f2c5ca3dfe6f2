//! The checks: each policy is checked alone, by each rule alone, and the answers are combined.

mod case;
mod partial;
mod run;
mod settle;
mod tell;

use super::{baseline, certificate, names, snapshot_change, tell as told};
use crate::check::{self, Access, Options};
use crate::cli::Exit;
use crate::cli::args::{AccessNotGrantedArgs, Format, NoNewAccessArgs, NoPublicAccessArgs, SemanticsArgs};
use crate::cli::input::{Input, Inputs, Reader, Reference, access_of, gather, paired, references};
use crate::cli::output::{Output, directory};
use crate::index::broken;
use crate::policy::Document;
use crate::query::World;
use crate::report::{AwsCheck, Failure, Lists, Outcome, Report, Status, Subject, among};
use crate::surface::{as_resource_policy, resource_type};
use case::{Ask, Case, Judge};
use run::{Question, Run};

pub(crate) fn no_new_access(args: &NoNewAccessArgs, output: &mut Output) -> Result<Exit, Failure> {
    let mut reader = Reader::new(&args.inputs.container);
    if args.change.is_given() {
        return over_snapshots(args, &mut reader, output);
    }
    let paired = paired(args, &mut reader)?;
    let references = if paired.is_some() { Vec::new() } else { references(args, &mut reader)? };
    let run = Run {
        question: Question::Same(AwsCheck::NoNewAccess),
        asked: Vec::new(),
        listed: Vec::new(),
        references: &references,
        own: paired.as_ref().map(|paired| paired.references.as_slice()),
        granted: None,
        search: &args.search,
        only_possible: args.possible.only_possible,
        args: &args.inputs,
    };
    let unchanged = paired.as_ref().map_or(0, |paired| paired.unchanged);
    let inputs = match &paired {
        Some(paired) => &paired.inputs,
        None => &gather(&mut reader, &args.new, "new", &args.inputs.container),
    };
    // Policies that did not change are policies.
    if unchanged == 0 {
        run.admits(inputs)?;
    }
    if unchanged > 0 {
        output.note(&told::unchanged(unchanged));
    }
    let options = args.world.of(run.options(&args.semantics, inputs)?)?;
    let options = Options { judging: args.judging.judging(), ..options };
    run.all(inputs, &options, output, &|_, policy, existing, options| match existing {
        Some(existing) => check::no_new_access(policy, existing, options),
        None => broken("check-no-new-access has references"),
    })
}

/// Checks a change of a snapshot, or two snapshots.
fn over_snapshots(args: &NoNewAccessArgs, reader: &mut Reader, output: &mut Output) -> Result<Exit, Failure> {
    let inputs = &args.inputs;
    for (flag, is_given) in [
        ("--baseline", inputs.baseline.is_asked()),
        ("--skip-non-policies", inputs.skip_non_policies),
        ("--require-policies", inputs.require_policies),
        ("--only-possible", args.possible.only_possible),
        ("--alone", args.judging.alone),
        ("--beside-others", args.judging.beside_others),
    ] {
        if is_given {
            return Err(Failure::validation(format!(
                "`{flag}` is about single policies: leave it out beside snapshots"
            )));
        }
    }
    let options = args.world.of(args.search.options(&args.semantics))?.sharing();
    let change = (&*args.change, args.plan.as_deref().map(|plan| (plan, &inputs.container)));
    let exit = snapshot_change::run("check-no-new-access", change, (&options, reader), output)?;
    Ok(exit.zeroed(args.search.exit_zero))
}

pub(crate) fn access_not_granted(args: &AccessNotGrantedArgs, output: &mut Output) -> Result<Exit, Failure> {
    let reading = args.semantics.options();
    let (catalogue, levels) = (reading.catalogue(), args.access_level.as_slice());
    let access = access_of(args, catalogue)?;
    names::of_actions(&args.actions, catalogue, output);
    let edition = (!levels.is_empty()).then(|| catalogue.edition());
    if edition.is_some() {
        output.note(&names::of_levels(levels, catalogue));
    }
    let granted = |policy: &Document, options: &Options| check::granted_actions(policy, &access, options);
    let run = Run {
        question: Question::Same(AwsCheck::AccessNotGranted(Lists::of(&access))),
        asked: asked(&access),
        listed: listed(&access),
        references: &[],
        own: None,
        granted: Some(&granted),
        search: &args.search,
        only_possible: args.possible.only_possible,
        args: &args.inputs,
    };
    let mut reader = Reader::new(&args.inputs.container);
    let mut inputs = gather(&mut reader, &args.policy, "policy", &args.inputs.container);
    // What an attached policy allows counts too.
    inputs.list.append(&mut inputs.unread);
    run.admits(&inputs)?;
    let options = args.world.of(run.options(&args.semantics, &inputs)?)?;
    run.all(&inputs, &options, output, &|_, policy, _, options| {
        let mut answer = check::access_not_granted(policy, &access, options);
        answer.edition = answer.edition.or_else(|| edition.clone());
        answer
    })
}

pub(crate) fn no_public_access(args: &NoPublicAccessArgs, output: &mut Output) -> Result<Exit, Failure> {
    let given = args.resource_type.as_deref().map(resource_type).transpose()?;
    let run = Run {
        question: Question::PublicAccess(given),
        asked: Vec::new(),
        listed: Vec::new(),
        references: &[],
        own: None,
        granted: None,
        search: &args.search,
        only_possible: args.possible.only_possible,
        args: &args.inputs,
    };
    let mut reader = Reader::new(&args.inputs.container);
    let inputs = gather(&mut reader, &args.policy, "policy", &args.inputs.container);
    run.admits(&inputs)?;
    let mut options = args.world.of(run.options(&args.semantics, &inputs)?)?;
    as_resource_policy(&mut options)?;
    if options.assume_heuristics {
        return Err(Failure::validation(
            "check-no-public-access assumes no heuristics: remove `--assume-heuristics`",
        ));
    }
    run.all(&inputs, &options, output, &|check, policy, _, options| match check {
        AwsCheck::NoPublicAccess(of) => check::no_public_access(policy, of, options),
        AwsCheck::NoNewAccess | AwsCheck::AccessNotGranted(_) => broken("the check is about public access"),
    })
}

/// Returns the listed access in canonical order.
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

/// Returns the listed resources, if every entry lists some.
fn listed(access: &[Access]) -> Vec<String> {
    let lists_all = access.iter().all(|access| !access.resources.is_empty());
    let resources = access.iter().filter(|_| lists_all).flat_map(|access| &access.resources);
    resources.map(|resource| resource.text.to_string()).collect()
}

impl Run<'_> {
    /// Checks that there is something to check: a file that can contain policies may contain none.
    fn admits(&self, inputs: &Inputs) -> Result<(), Failure> {
        let none = Failure::validation("none of the inputs holds a policy");
        let skips = self.args.skip_non_policies && inputs.list.iter().all(Input::is_no_policy);
        let lists_none = inputs.files.iter().all(|file| file.chosen == 0);
        if skips && lists_none && inputs.files.is_empty()
            || self.args.require_policies && inputs.list.is_empty() && lists_none
        {
            return Err(none);
        }
        Ok(())
    }

    /// Returns the options without the deadline, which starts with each case.
    fn options(&self, semantics: &SemanticsArgs, inputs: &Inputs) -> Result<Options, Failure> {
        let certificate = self.search.certificate.is_some();
        if certificate && (inputs.list.len() > 1 || self.references.len() > 1) {
            return Err(Failure::validation(
                "`--certificate` is for one policy: check each in a run of its own",
            ));
        }
        let has_holes = |input: &Input| input.entry.as_ref().is_some_and(|entry| entry.content.is_partial());
        if certificate && inputs.list.iter().any(has_holes) {
            return Err(Failure::validation(
                "`--certificate` is for a policy without unknown values: give them with `--set`",
            ));
        }
        let secret =
            inputs.list.iter().filter_map(|input| input.entry.as_ref()).find(|entry| entry.sensitive);
        if let Some(entry) = secret.filter(|_| certificate && !self.args.container.show_sensitive) {
            return Err(Failure::validation(format!(
                "the file marks {} as sensitive, and a certificate holds the policy: `--show-sensitive` writes it",
                entry.name
            )));
        }
        Ok(Options { certificate, certify: self.search.certify, ..semantics.options() })
    }

    /// Returns every input with every reference that it is compared with.
    fn cases<'c>(&'c self, inputs: &'c Inputs) -> Vec<Case<'c>> {
        if let Some(own) = self.own {
            let pairs = inputs.list.iter().zip(own);
            return pairs.map(|(input, own)| Case { input, reference: own.as_ref() }).collect();
        }
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
            certificate::write(self.search.certificate.as_deref(), answered.answer.certificate(), output)?;
        }
        let named = inputs.are_many || self.references.iter().any(|r| r.rule.is_some());
        let mut subjects = Vec::new();
        for ((case, outcome), answer) in cases.iter().zip(&mut outcomes).zip(&answers) {
            subjects.push(judge.subject(*case, outcome, answer));
        }
        let mut report = Report {
            command: self.question.command(),
            directory: directory(),
            subjects,
            issues: self
                .references
                .iter()
                .flat_map(Reference::issues)
                .chain(inputs.files.iter().flat_map(|file| file.notes.iter().cloned()))
                .collect(),
            has_baseline: false,
            about: match options.world {
                World::Open => String::new(),
                world => among(world, Some(&options.catalogue().edition())),
            },
        };
        baseline::accept(&self.args.baseline, &mut report)?;
        output.judged(&report);
        for (subject, outcome) in report.subjects.iter_mut().zip(&outcomes) {
            settle(subject, outcome);
        }
        let dependences: Vec<_> = answers
            .iter()
            .map(|answered| answered.as_ref().ok().and_then(case::Answered::dependence))
            .collect();
        let told = tell::Told {
            cases: &cases,
            outcomes: &outcomes,
            dependences: &dependences,
            report: &report,
            named,
            files: &inputs.files,
        };
        match output.format {
            Format::Json => told.json(output)?,
            Format::Text => told.text(self.references, output)?,
            Format::Pipeline(_) => output.report(&report)?,
        }
        let exits = report.subjects.iter().zip(&answers).map(|(subject, answered)| {
            let is_latent = answered.as_ref().is_ok_and(|answered| answered.answer.is_latent());
            exit(subject).zeroed(self.search.exit_zero || self.only_possible && is_latent)
        });
        Ok(exits.fold(Exit::Success, Exit::and))
    }
}

/// Sets the status to UNKNOWN if all findings are accepted and some statements beside them are undecided: only findings can be
/// accepted.
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
