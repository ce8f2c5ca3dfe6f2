//! One policy, checked alone: a fault in it, or an internal error, does not affect the other cases.

use super::run::{Run, Without};
use super::settle;
use crate::check::{Answer, GrantedAction, Judging, Options};
use crate::cli::command::baseline::own_name;
use crate::cli::command::recheck;
use crate::cli::input::{Input, Reference, Standing};
use crate::cli::output::Output;
use crate::code::Code;
use crate::container::{AccessBlock, Content, Entry, Origin};
use crate::encode::Assumption;
use crate::explain::shell_quoted;
use crate::index::broken;
use crate::policy::{Document, PolicyType, Read};
use crate::report::text::Verbosity;
use crate::report::{
    AwsCheck, Dependent, Failure, Invocation, Issue, Judgement, Kind, Measures, Outcome, Recheck, Settled,
    Status, Subject,
};
use crate::solve::Verdict;
use crate::surface::{answered, deadline, document, fit, isolated, passes_over};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Runs the check of a policy, which is compared with an existing one or with none.
pub(super) type Ask<'q> = dyn Fn(AwsCheck, &Document, Option<&Document>, &Options) -> Answer + 'q;

/// One policy, compared with one reference or none.
#[derive(Clone, Copy)]
pub(super) struct Case<'r> {
    pub(super) input: &'r Input,
    pub(super) reference: Option<&'r Reference>,
}

impl<'r> Case<'r> {
    fn policy(self) -> Option<&'r Document> {
        self.input.read.as_ref().ok().and_then(|read| read.document.as_ref())
    }

    /// Returns the entry, if the file contains several policies.
    fn entry(self) -> Option<&'r Entry> {
        self.input.entry.as_deref()
    }

    fn existing(self) -> Option<&'r Document> {
        self.reference.and_then(Reference::document)
    }

    /// Returns the read results of all texts that could be read.
    fn reads(self) -> impl Iterator<Item = &'r Read> {
        let existing = self.reference.and_then(|reference| reference.read.as_ref().ok());
        self.input.read.as_ref().ok().into_iter().chain(existing)
    }
}

/// An answer with its options, including the deadline.
pub(super) struct Answered {
    pub(super) answer: Answer,
    check: AwsCheck,
    measures: Measures,
    options: Options,
    /// The policy with values for what is unknown, if the answer is about it.
    with_values: Option<Box<WithValues>>,
}

/// A policy with values for what is unknown.
pub(super) struct WithValues {
    pub(super) policy: Document,
    pub(super) existing: Option<Document>,
    pub(super) values: BTreeMap<String, String>,
    pub(super) dependence: Dependent,
}

impl Answered {
    /// Makes an answer about a policy with values.
    pub(super) fn of_values(
        answer: Answer,
        check: AwsCheck,
        options: Options,
        (with_values, elapsed): (WithValues, Duration),
    ) -> Answered {
        let with_values = Some(Box::new(with_values));
        Answered { answer, check, measures: Measures { elapsed }, options, with_values }
    }

    /// Returns what the answer says of unknown values.
    pub(super) fn dependence(&self) -> Option<&Dependent> {
        self.with_values.as_ref().map(|with_values| &with_values.dependence)
    }
}

/// The checker of the cases of a run.
pub(super) struct Judge<'r> {
    pub(super) run: &'r Run<'r>,
    pub(super) options: &'r Options,
    pub(super) ask: &'r Ask<'r>,
}

impl Judge<'_> {
    /// Returns the answer to the query about one policy.
    pub(super) fn answered(&self, case: Case<'_>) -> Result<Answered, Without> {
        match &case.input.standing {
            Standing::Skipped(why) => return Err(Without::Skipped(why.clone())),
            Standing::Open(issue, why) => {
                if let Some(answered) = self.partial(case, (issue.as_ref(), why.as_str())) {
                    return answered;
                }
                return Err(Without::Settled(Box::new(Settled::of((**issue).clone(), why.clone()))));
            }
            Standing::Judged | Standing::Created | Standing::Deleted => {}
        }
        let kind = case.entry().and_then(|entry| entry.kind);
        if let Some(why) = kind.and_then(|kind| passes_over(self.run.question.kind(), kind)) {
            return Err(Without::Skipped(why));
        }
        let policy_type = self.options.policy_type.or(kind.map(|kind| kind.policy_type()));
        let read = case.input.read.as_ref().map_err(Failure::clone)?;
        if self.run.args.skip_non_policies && case.input.is_no_policy() {
            return Err(Without::Skipped("this file holds no policy".to_owned()));
        }
        let existing = match case.reference.map(|reference| &reference.read) {
            Some(Err(failure)) => return Err(Without::Failed(failure.clone())),
            Some(Ok(read)) => Some(read),
            None => None,
        };
        if let Some(failure) = Failure::of_documents(existing.into_iter().chain([read])) {
            return Err(Without::Failed(failure));
        }
        let (policy, existing) = (document(read), existing.map(document));
        let name = &case.input.name;
        let mut options = self.options.sharing();
        options.policy_type = policy_type;
        // A rule is an upper bound, not a version of the policy; the policy need not deny what the rule denies.
        let is_ceiling = rule(case).is_some()
            && options.judging == Judging::Usual
            && !policy_type.is_some_and(PolicyType::limits_others);
        if is_ceiling {
            options.judging = Judging::Alone;
        }
        options.limits.deadline = deadline(self.run.search.timeout);
        let own = own_name(&self.run.args.baseline, name).map_err(Without::Failed)?;
        match case.input.standing {
            Standing::Created => {
                return Err(Without::Settled(Box::new(settle::created((name, &own), policy, &options)?)));
            }
            Standing::Deleted => {
                return Err(Without::Settled(Box::new(settle::deleted((name, &own), policy, &options)?)));
            }
            Standing::Judged | Standing::Open(..) | Standing::Skipped(_) => {}
        }
        if let (Some(kind), Some(existing), None) = (kind, existing, self.run.own) {
            let own = PolicyType::infer([existing]);
            let differs = own.has_principals() != kind.policy_type().has_principals();
            if differs && self.options.policy_type.is_none() {
                let why = format!("it is compared to an {}, but is of kind {}", own.name(), kind.name());
                return Err(Without::Skipped(why));
            }
        }
        let elsewhere = |reference: &Reference| reference.is_about_others(policy, self.options.policy_type);
        if let Some(why) = case.reference.and_then(elsewhere) {
            let any = self.run.references.iter().any(|r| r.failure().is_some() || elsewhere(r).is_none());
            let none = || Failure::validation(format!("no rule is about this policy: {why}"));
            return Err(if any { Without::Skipped(why) } else { Without::Failed(none()) });
        }
        let documents: Vec<&Document> = std::iter::once(policy).chain(existing).collect();
        fit(&documents, policy_type)?;
        let check = self.check(case)?;
        let start = Instant::now();
        let mut answer = answered(|| (self.ask)(check, policy, existing, &options))?;
        if is_ceiling {
            answer.weakened = None;
        }
        if let Some(code) = case.entry().and_then(|entry| presumed(&entry.content)) {
            answer.assumptions.push(Assumption(code));
            answer.assumptions.sort_unstable_by_key(|assumption| assumption.0.as_str());
        }
        let measures = Measures { elapsed: start.elapsed() };
        Ok(Answered { answer, check, measures, options, with_values: None })
    }

    /// Returns the check of a case.
    pub(super) fn check(&self, case: Case<'_>) -> Result<AwsCheck, Without> {
        match (self.run.question.of(case.input), case.entry()) {
            (Some(check), _) => Ok(check),
            (None, Some(entry)) => {
                let message = format!("AWS has no check of public access for {}", entry.resource);
                let title = format!("{}: {message}", entry.name);
                let issue = Issue::new(Kind::Unknown, Code::NoPublicCheck, title)
                    .with_note("help", "`--resource-type TYPE` checks it as the policy of such a resource");
                Err(Without::Settled(Box::new(Settled::of(issue, message))))
            }
            (None, None) => Err(Without::Failed(Failure::validation(
                "say what the policy is attached to: `--resource-type AWS::S3::Bucket`, for example",
            ))),
        }
    }

    /// Returns the outcome of a case.
    pub(super) fn outcome<'a>(
        &self,
        case: Case<'a>,
        answered: &'a Result<Answered, Without>,
        output: &Output,
    ) -> Outcome<'a> {
        let outcome = self.open_outcome(case, answered, output);
        match case.entry().filter(|entry| entry.sensitive && !self.run.args.container.show_sensitive) {
            Some(entry) => settle::concealed(entry, &outcome),
            None => outcome,
        }
    }

    fn open_outcome<'a>(
        &self,
        case: Case<'a>,
        answered: &'a Result<Answered, Without>,
        output: &Output,
    ) -> Outcome<'a> {
        let Answered { answer, check, measures, options, with_values } = match answered {
            Ok(answered) => answered,
            Err(Without::Failed(failure)) => return Outcome::Failed(failure.clone()),
            Err(Without::Skipped(why)) => return Outcome::Skipped(why.clone()),
            Err(Without::Settled(settled)) => return Outcome::Settled(settled.clone()),
        };
        let judged = isolated(|| {
            let (policy, existing) = match with_values {
                Some(with_values) => (Some(&with_values.policy), with_values.existing.as_ref()),
                None => (case.policy(), case.existing()),
            };
            let Some(policy) = policy else { broken("an answer is about a policy") };
            let mut judgement = Judgement::new(*check, policy, existing, answer, options);
            judgement.granted = self.granted(policy, answer, options);
            judgement
        });
        match judged {
            Ok(mut judgement) => {
                judgement.measures = (output.verbosity == Verbosity::Verbose).then_some(*measures);
                Outcome::Judged(Box::new(judgement))
            }
            Err(failure) => Outcome::Failed(failure),
        }
    }

    /// Returns the listed actions that the policy grants, if a FAIL shows one of them and the policy is small.
    fn granted(&self, policy: &Document, answer: &Answer, options: &Options) -> Vec<GrantedAction> {
        let is_fail = matches!(answer.verdict, Verdict::Fail(_));
        let is_cheap = policy.source.text().len() <= recheck::MOST_CHECKED;
        match self.run.granted.filter(|_| is_fail && is_cheap) {
            Some(granted) => {
                let options = Options { certificate: false, certify: false, ..options.clone() };
                granted(policy, &options)
            }
            None => Vec::new(),
        }
    }

    /// Converts the case to the common form of all formats. An outcome that cannot be converted becomes a failure.
    pub(super) fn subject(
        &self,
        case: Case<'_>,
        outcome: &mut Outcome<'_>,
        answered: &Result<Answered, Without>,
    ) -> Subject {
        match isolated(|| self.told(case, outcome, answered)) {
            Ok(subject) => subject,
            Err(failure) => {
                let issues = Issue::of_failure(&failure);
                let subject = subject(case, Status::Error, failure.message.clone(), issues);
                *outcome = Outcome::Failed(failure);
                subject
            }
        }
    }

    fn told(&self, case: Case<'_>, outcome: &Outcome<'_>, answered: &Result<Answered, Without>) -> Subject {
        let (status, message, issues) = match outcome {
            Outcome::Judged(judgement) => {
                let issues = self.issues(case, judgement, answered);
                let status = match judgement.answer.verdict {
                    Verdict::Pass(_) => Status::Pass,
                    Verdict::Fail(_) => Status::Fail,
                    Verdict::Unknown(_) => Status::Unknown,
                };
                (status, judgement.sentence(&issues, false), issues)
            }
            Outcome::Failed(failure) => {
                // The faults of the reference are reported once, and not here.
                let own = match (&case.input.read, case.reference.and_then(Reference::failure)) {
                    (Ok(read), Some(_)) => Failure::of_documents([read]),
                    _ => Some(failure.clone()),
                };
                let issues = own.as_ref().map_or_else(Vec::new, Issue::of_failure);
                (Status::Error, failure.message.clone(), issues)
            }
            Outcome::Skipped(why) => (Status::Skipped, why.clone(), Vec::new()),
            Outcome::Settled(settled) => {
                (settled.status, settled.message.clone(), settled.issue.iter().cloned().collect())
            }
        };
        subject(case, status, message, issues)
    }

    /// Returns the issues of a judgement, with checked advice.
    fn issues(
        &self,
        case: Case<'_>,
        judgement: &Judgement<'_>,
        answered: &Result<Answered, Without>,
    ) -> Vec<Issue> {
        let with_values = answered.as_ref().ok().and_then(|answered| answered.with_values.as_deref());
        let again = |changed: &Document| {
            let Answered { options, check, .. } = answered.as_ref().ok()?;
            recheck::once(options, |options| (self.ask)(*check, changed, case.existing(), options))
        };
        let is_cheap = with_values.is_none() && recheck::is_cheap(case.reads());
        let recheck: Option<&Recheck<'_>> = is_cheap.then_some(&again);
        let of_type = match self.run.question.of(case.input) {
            Some(AwsCheck::NoPublicAccess(of)) => vec![of.name().to_owned()],
            _ => Vec::new(),
        };
        let is_public = !of_type.is_empty();
        let asked = if is_public { of_type } else { self.run.asked.clone() };
        let mut issues = judgement.issues(&Invocation {
            policy: &case.input.argument,
            existing: case.reference.map(|reference| reference.argument.as_str()),
            rule: rule(case),
            asked: &asked,
            recheck,
            are_sides: false,
            then: None,
        });
        let container = &self.run.args.container;
        if case.input.entry.is_some() {
            let with = container.with.iter().map(|other| format!(" --with {}", shell_quoted(other.name())));
            let source =
                container.source.iter().map(|source| format!(" --source {}", shell_quoted(&source.path)));
            add_flags(&mut issues, &with.chain(source).collect::<String>());
        }
        if let Some(with_values) = with_values {
            told_values(&mut issues, with_values, container.assume_plain_references);
        }
        if is_public {
            for issue in issues.iter_mut().filter(|issue| issue.kind == Kind::Finding) {
                issue.notes.extend(case.input.blocks.iter().filter_map(blocked).map(|text| ("note", text)));
            }
        }
        issues
    }
}

/// Adds the values with which findings were shown, and with which the check passes.
fn told_values(issues: &mut [Issue], with_values: &WithValues, assumes_references: bool) {
    let mut flags = with_values.dependence.flags(&with_values.values);
    if assumes_references {
        flags.push_str(" --assume-plain-references");
    }
    add_flags(issues, &flags);
    for issue in issues.iter_mut().filter(|issue| issue.kind == Kind::Finding) {
        if let Some(named) = with_values.dependence.named().filter(|_| !with_values.dependence.holds_always) {
            issue.title.push_str(&format!(", with {named}"));
        }
        let of_values: Vec<(&'static str, String)> =
            with_values.dependence.notes().into_iter().chain(with_values.dependence.advice()).collect();
        if of_values.iter().any(|(name, _)| *name == "help") {
            issue.notes.retain(|(name, _)| *name != "help");
        }
        issue.notes.extend(of_values);
        // What is to be done comes last.
        issue.notes.sort_by_key(|(name, _)| match *name {
            "help" => 1,
            "replay" => 2,
            _ => 0,
        });
    }
}

/// Adds flags to the commands that repeat findings.
fn add_flags(issues: &mut [Issue], flags: &str) {
    for issue in issues.iter_mut().filter(|issue| issue.kind == Kind::Finding) {
        for (_, text) in issue.notes.iter_mut().filter(|(name, _)| *name == "replay") {
            let lines: Vec<String> = text.lines().map(|line| format!("{line}{flags}")).collect();
            *text = lines.join("\n");
        }
    }
}

/// Describes the effect of a setting on a public policy; `None` if it has none. It does not make the answer a PASS, because the
/// setting is not part of the policy.
fn blocked(block: &AccessBlock) -> Option<String> {
    let [_, _, refuses, restricts] = block.flags.map(|flag| flag == Some(true));
    let (setting, effect) = match (refuses, restricts) {
        (true, true) => ("BlockPublicPolicy and RestrictPublicBuckets", "AWS refuses such a policy"),
        (true, false) => ("BlockPublicPolicy", "AWS refuses to store such a policy"),
        (false, true) => {
            ("RestrictPublicBuckets", "only AWS services and the bucket's own account get what it allows")
        }
        (false, false) => return None,
    };
    Some(format!("{} sets {setting}: {effect} (see `iamsat block-public-access`)", block.address))
}

/// Returns the assumption on which it rests that the text is that of the policy, if it rests on one.
fn presumed(content: &Content) -> Option<Code> {
    match content {
        Content::Text { origin: Origin::Presumed, .. } => Some(Code::PlainReferences),
        Content::Text { origin: Origin::Evaluated, .. } => Some(Code::SourceIsAsPlanned),
        _ => None,
    }
}

fn rule<'r>(case: Case<'r>) -> Option<&'r str> {
    case.reference.and_then(|reference| reference.rule.as_deref())
}

fn subject(case: Case<'_>, status: Status, message: String, issues: Vec<Issue>) -> Subject {
    Subject {
        name: case.input.name.clone(),
        file: case.input.file(),
        rule: rule(case).map(str::to_owned),
        status,
        message,
        issues,
    }
}
