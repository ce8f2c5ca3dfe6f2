//! Answers lines about a change of a snapshot, and about the guardrails of one.

use super::can::list;
use super::config::{Batch, Summary};
use super::given;
use super::snapshot::Asked;
use crate::check::{Changed, Options, PreparedSnapshot, WhoKind};
use crate::limits::InputLimits;
use crate::policy::{Document, read};
use crate::report::{Failure, GuardrailReport, PlanRemarks, SnapshotChange, Status};
use crate::snapshot::{Change, Planned, StackToday};
use crate::span::Source;
use crate::surface::{Cache, Planning, asked_gains, asked_guardrails, changed_snapshot, planned_snapshot};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::Arc;

/// The change that a line gives, in one of its forms.
pub(super) struct GivenChange<'l> {
    /// The steps.
    pub(super) change: Option<&'l str>,
    /// The snapshot after it.
    pub(super) later: Option<String>,
    /// The file with a plan or template.
    pub(super) plan: Option<String>,
    /// The file with the template of the stack as it is, or `none`.
    pub(super) was: Option<String>,
    /// The account of resources whose ARN the plan does not show, or that of the stack.
    pub(super) account: Option<String>,
}

/// One step of a change, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step<'l> {
    attach: Option<String>,
    detach: Option<String>,
    replace: Option<String>,
    remove: Option<String>,
    #[serde(rename = "move")]
    moved: Option<String>,
    at: Option<String>,
    #[serde(borrow)]
    policy: Option<&'l RawValue>,
}

impl Step<'_> {
    fn change(self, place: usize) -> Result<Change, Failure> {
        let wrong = |why: &str| Failure::validation(format!("step {place} of `change` {why}"));
        let name = |text: String| -> Box<str> { text.into() };
        let document = match self.policy {
            Some(policy) => Some(document(policy.get(), place)?),
            None => None,
        };
        let steps = [&self.attach, &self.detach, &self.replace, &self.remove, &self.moved];
        if steps.iter().filter(|step| step.is_some()).count() != 1 {
            return Err(wrong("has to be one of attach, detach, replace, remove and move"));
        }
        match (self.attach, self.detach, self.replace, self.remove, self.moved, self.at, document) {
            (Some(policy), _, _, _, _, Some(at), document) => {
                Ok(Change::Attach { policy: name(policy), document, target: name(at) })
            }
            (_, Some(policy), _, _, _, Some(at), None) => {
                Ok(Change::Detach { policy: name(policy), target: name(at) })
            }
            (_, _, Some(what), _, _, None, Some(document)) => {
                Ok(Change::Replace { what: name(what), document })
            }
            (_, _, _, Some(what), _, None, None) => Ok(Change::Remove { what: name(what) }),
            (_, _, _, _, Some(account), Some(at), None) => {
                Ok(Change::Move { account: name(account), parent: name(at) })
            }
            _ => Err(wrong(
                "has other members than its own: attach, detach and move need `at`, replace needs `policy`, attach takes it if the policy is new",
            )),
        }
    }
}

fn document(text: &str, place: usize) -> Result<Document, Failure> {
    let source = Source::new(format!("change[{place}].policy"), text);
    read(&source, &InputLimits::default()).map_err(|error| {
        let read = crate::policy::Read::from(Err(error));
        match Failure::of_documents([&read]) {
            Some(failure) => failure,
            None => Failure::validation(format!("the policy of step {place} of `change` has errors")),
        }
    })
}

/// Reads the steps of a change.
fn steps(text: &str) -> Result<Vec<Change>, Failure> {
    let steps: Vec<Step<'_>> = serde_json::from_str(text)
        .map_err(|error| Failure::validation(format!("`change` is not a list of steps: {error}")))?;
    if steps.is_empty() {
        return Err(Failure::validation("`change` has no step"));
    }
    steps.into_iter().enumerate().map(|(place, step)| step.change(place)).collect()
}

impl Asked<'_> {
    /// Answers who gains access by a change, and calls `write` with the answer.
    pub(super) fn change(
        &self,
        (batch, cache, options): (&Batch, &Cache, &Options),
        given: GivenChange<'_>,
        write: impl FnOnce(&SnapshotChange<'_>),
    ) -> Result<Summary, Failure> {
        let (wants, kinds) = (self.wants()?, self.kinds()?);
        let kinds = if kinds.is_empty() { WhoKind::ALL.to_vec() } else { kinds };
        let mut before = self.snapshot(batch, cache, options)?;
        let (mut names, mut planned) = (vec![&*self.directory], None);
        if given.account.is_some() && given.plan.is_none() {
            return Err(Failure::validation("`account` is about a plan: leave it out"));
        }
        if given.was.is_some() && given.plan.is_none() {
            return Err(Failure::validation("`was` is about the template in `plan`: leave it out"));
        }
        let (after, steps) = match (given.change, &given.later, &given.plan) {
            (Some(change), None, None) => {
                let steps = steps(change)?;
                let after = PreparedSnapshot::new(changed_snapshot(before.snapshot(), &steps)?);
                (Arc::new(after), steps.iter().map(Change::in_words).collect())
            }
            (None, Some(later), None) => {
                let directory = given::directory(batch, "newSnapshot", later)?;
                names.push(later);
                (cache.snapshots().read(&directory, self.stated()?)?, Vec::new())
            }
            (None, None, Some(plan)) => {
                let source = given::plan(batch, ("plan", plan))?;
                let template = match given.was.as_deref() {
                    None | Some("none") => None,
                    Some(old) => Some(given::plan(batch, ("was", old))?),
                };
                let today = StackToday { template, ..StackToday::default() };
                let was = given.was.as_ref().map(|_| &today);
                let planning = Planning { plan: &source, was, account: given.account.as_deref() };
                let sides = planned_snapshot(before.snapshot(), planning, &Default::default())?;
                let Planned { before: old, after, steps, open, assumes_references } = sides;
                before = Arc::new(PreparedSnapshot::new(old));
                planned = Some(PlanRemarks { open, assumes_references });
                (Arc::new(PreparedSnapshot::new(after)), steps)
            }
            _ => {
                return Err(Failure::validation(
                    "give `change`, the steps of a change, `plan`, a file with a plan or template, or `newSnapshot`, and one of them only",
                ));
            }
        };
        let changed = Changed { before: &before, after: &after, is_same_world: names.len() == 1 };
        let gained = asked_gains(changed, &wants, &kinds, options)?;
        let shown = SnapshotChange {
            command: "check-no-new-access",
            snapshots: [&before, &after].iter().take(names.len()).map(|side| side.snapshot()).collect(),
            names,
            steps,
            gained: &gained,
            lost: None,
            not_compared: changed.not_compared(),
            planned,
            names_resources: !wants.resources.is_empty(),
            most: usize::MAX,
        };
        write(&shown);
        Ok(summary(shown.status().0))
    }

    /// Judges the guardrails of a snapshot, and calls `write` with the answer.
    pub(super) fn guardrails(
        &self,
        (batch, cache, options): (&Batch, &Cache, &Options),
        policies: Option<&str>,
        write: impl FnOnce(&GuardrailReport<'_>),
    ) -> Result<Summary, Failure> {
        let policies = list("policies", policies)?;
        let prepared = self.snapshot(batch, cache, options)?;
        let answer = asked_guardrails(&prepared, &policies, options)?;
        let report =
            GuardrailReport { name: &self.directory, snapshot: prepared.snapshot(), answer: &answer };
        write(&report);
        Ok(summary(report.status()))
    }
}

fn summary(status: Status) -> Summary {
    match status {
        Status::Pass => Summary { pass: 1, ..Summary::default() },
        Status::Fail => Summary { fail: 1, ..Summary::default() },
        Status::Unknown | Status::Skipped | Status::Error => Summary { unknown: 1, ..Summary::default() },
    }
}
