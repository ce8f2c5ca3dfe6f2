//! Policies with values that nobody knows yet, checked for every value.

use super::case::{Answered, Case, Judge, WithValues};
use super::run::Without;
use crate::check::{Dependence, Depends, Judging, Options, Partial, Problem, judge_partial};
use crate::cli::args::IfItDepends;
use crate::code::Code;
use crate::container::{ContainerKind, Content, Entry, World};
use crate::policy::{Document, PolicyType};
use crate::query::CheckKind;
use crate::report::{AwsCheck, Dependent, Issue, Kind, Settled, every_request};
use crate::surface::{deadline, fit, isolated, passes_over};
use std::collections::BTreeMap;
use std::time::Instant;

impl Judge<'_> {
    /// Returns the answer about a policy with unknown values, or with an existing policy that has some; `None` if not all of these
    /// values are modelled. `open` is the issue of a policy that is undecided, with its message.
    pub(super) fn partial(&self, case: Case<'_>, open: (&Issue, &str)) -> Option<Result<Answered, Without>> {
        let entry = case.input.entry.as_deref()?;
        let selected = case.input.selected.as_deref()?;
        let kind = entry.kind?;
        let other = case.reference.and_then(|reference| reference.partial.as_deref());
        // The verifier does not know abstractions.
        if !entry.content.is_partial() && other.is_none() || self.options.certify || self.options.certificate
        {
            return None;
        }
        if let Some(why) = passes_over(self.run.question.kind(), kind) {
            return Some(Err(Without::Skipped(why)));
        }
        let check = match self.check(case) {
            Ok(check) => check,
            Err(without) => return Some(Err(without)),
        };
        if check.kind() == CheckKind::NoNewAccess && case.reference.is_none() {
            return None;
        }
        let mut options = self.options.sharing();
        options.policy_type = self.options.policy_type.or(Some(kind.policy_type()));
        let limits_others = options.policy_type.is_some_and(PolicyType::limits_others);
        let is_rule = case.reference.is_some_and(|reference| reference.rule.is_some());
        if is_rule && options.judging == Judging::Usual && !limits_others {
            options.judging = Judging::Alone;
        }
        options.limits.deadline = deadline(self.run.search.timeout);
        let new = Side::of(&entry.content)?;
        let existing = match (other, case.reference) {
            (Some((content, _)), _) => Some(Side::of(content)?),
            (None, Some(reference)) => Some(Side::of_document(reference.document()?)),
            (None, None) => None,
        };
        let policy_type = options.policy_type;
        let ask = |policy: &Document, existing: Option<&Document>, options: &Options| {
            let documents: Vec<&Document> = std::iter::once(policy).chain(existing).collect();
            fit(&documents, policy_type).ok()?;
            Some((self.ask)(check, policy, existing, options))
        };
        let substitute = |values: &BTreeMap<String, String>| {
            let policy = match &entry.content {
                Content::Text { read, .. } => read.document.clone()?,
                _ => selected.with(values)?,
            };
            let existing = match (other, case.reference) {
                (Some((_, selected)), _) => Some(selected.with(values)?),
                (None, Some(reference)) => Some(reference.document()?.clone()),
                (None, None) => None,
            };
            Some((policy, existing))
        };
        let listed = match check {
            AwsCheck::AccessNotGranted(_) => self.run.listed.clone(),
            AwsCheck::NoNewAccess | AwsCheck::NoPublicAccess(_) => Vec::new(),
        };
        let args = &self.run.args.container;
        let problem = Problem {
            kind: check.kind(),
            listed: &listed,
            lists_no_resource: matches!(check, AwsCheck::AccessNotGranted(lists) if !lists.resources),
            new: new.partial(),
            existing: existing.as_ref().map(Side::partial),
            ask: &ask,
            substitute: &substitute,
            assumes_plain: args.assume_plain_values,
            is_strict: args.strict,
            most: MOST_PAIRS,
        };
        let start = Instant::now();
        let verdict = match isolated(|| judge_partial(&problem, &options)) {
            Ok(verdict) => verdict,
            Err(failure) => return Some(Err(Without::Failed(failure))),
        };
        self.for_every_value((case, entry), verdict, (check, options, start), open)
    }

    /// Returns the outcome for a verdict about every value; `None` if the values are not modelled.
    fn for_every_value(
        &self,
        (case, entry): (Case<'_>, &Entry),
        verdict: Dependence,
        (check, options, start): (AwsCheck, Options, Instant),
        open: (&Issue, &str),
    ) -> Option<Result<Answered, Without>> {
        let has_patterns =
            case.input.selected.as_ref().is_some_and(|selected| selected.kind() == ContainerKind::Template);
        match verdict {
            Dependence::Always(always) => {
                let dependence =
                    Dependent { assumptions: always.assumptions, holds_always: true, ..Dependent::default() };
                let message = passing(check, &dependence);
                let settled = match always.may_deny_less {
                    true => {
                        let title =
                            format!("{}: it may deny less, for some value of what is unknown", entry.name);
                        Settled::of(Issue::new(Kind::Warning, Code::DenyWeakened, title), message)
                    }
                    false => Settled::pass(message),
                };
                Some(Err(Without::Settled(Box::new(settled.depending(dependence)))))
            }
            Dependence::Undecided(undecided) if undecided.is_unmodelled => None,
            Dependence::Undecided(undecided) => {
                let dependence = Dependent { on: undecided.on, has_patterns, ..Dependent::default() };
                let settled = Settled::of(open.0.clone(), open.1);
                Some(Err(Without::Settled(Box::new(settled.depending(dependence)))))
            }
            Dependence::Fails(depends) => {
                Some(self.failing(*depends, (check, options, start), open, has_patterns))
            }
        }
    }

    /// Returns the answer for a policy that fails with some values: FAIL or UNKNOWN.
    fn failing(
        &self,
        depends: Depends,
        (check, options, start): (AwsCheck, Options, Instant),
        (issue, why): (&Issue, &str),
        has_patterns: bool,
    ) -> Result<Answered, Without> {
        let dependence = Dependent::of(&depends, has_patterns);
        let is_fail = match self.run.args.container.if_it_depends {
            _ if dependence.holds_always => true,
            Some(IfItDepends::Fail) => true,
            Some(IfItDepends::Unknown) => false,
            None => depends.is_chosen,
        };
        if !is_fail {
            let why = match dependence.on.as_slice() {
                [] => why.to_owned(),
                on => format!("it depends on {}", on.join(", ")),
            };
            let notes = dependence.notes().into_iter();
            let issue = notes.fold(issue.clone(), |issue, (name, text)| issue.with_note(name, text));
            return Err(Without::Settled(Box::new(Settled::of(issue, why).depending(dependence))));
        }
        let crate::check::Shown { values, policy, existing, answer } = depends.shown;
        let with_values = WithValues { policy, existing, values, dependence };
        Ok(Answered::of_values(answer, check, options, (with_values, start.elapsed())))
    }
}

/// Pairs of policies that are checked for one verdict.
const MOST_PAIRS: usize = 256;

/// A policy with its worlds.
struct Side<'c> {
    holes: &'c [crate::container::Hole],
    worlds: std::borrow::Cow<'c, [World]>,
}

impl<'c> Side<'c> {
    fn of(content: &'c Content) -> Option<Side<'c>> {
        match content {
            Content::Partly { holes, worlds } => Some(Side { holes, worlds: worlds.into() }),
            Content::Text { read, .. } => read.document.as_ref().map(Side::of_document),
            Content::Absent | Content::Unknown { .. } => None,
        }
    }

    fn of_document(document: &Document) -> Side<'c> {
        let (choices, assumptions) = (Vec::new(), Vec::new());
        let world = World { choices, policy: Some(document.to_string()), assumptions };
        Side { holes: &[], worlds: vec![world].into() }
    }

    fn partial(&self) -> Partial<'_> {
        Partial { holes: self.holes, worlds: &self.worlds }
    }
}

/// Returns the message of a PASS.
fn passing(check: AwsCheck, dependence: &Dependent) -> String {
    let what = match check.kind() {
        CheckKind::AccessNotGranted => "allows none of the listed access",
        CheckKind::NoPublicAccess => "lets no outsider in",
        _ => "allows nothing new",
    };
    let every = every_request(crate::query::World::Open, None);
    let mut message = format!("{what}: proved for {every} and every value of what is unknown");
    if !dependence.assumptions.is_empty() {
        let names: Vec<&str> = dependence.assumptions.iter().map(|code| code.as_str()).collect();
        message.push_str(&format!(" (assumes {})", names.join(", ")));
    }
    message
}
