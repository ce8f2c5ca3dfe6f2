//! Applies a change to a snapshot, and asks what it gives to whom.

use super::isolation::answered;
use super::jobs::run_jobs;
use super::snapshot::of_property;
use crate::check::{
    Changed, Gains, Guardrails, Options, PreparedSnapshot, Wants, WhoKind, gains_by, guardrails,
};
use crate::container;
use crate::index::broken;
use crate::policy::is_account_id;
use crate::report::{Failure, Fault};
use crate::snapshot::{Change, ChangeError, Planned, Snapshot, StackToday};
use crate::span::Source;

/// Returns the snapshot after a change.
///
/// # Errors
/// The change cannot be applied: see [`Snapshot::changed`].
pub fn changed_snapshot(snapshot: &Snapshot, steps: &[Change]) -> Result<Snapshot, Failure> {
    snapshot.changed(steps).map_err(of_change)
}

/// A plan or a template that is the change of a snapshot.
#[derive(Clone, Copy, Debug)]
pub struct Planning<'p> {
    /// The plan or template.
    pub plan: &'p Source,
    /// The stack of a template as it is today; `None` for a plan, which says that itself.
    pub was: Option<&'p StackToday>,
    /// The account of resources whose ARN the plan does not show, or that of the stack.
    pub account: Option<&'p str>,
}

/// Returns a snapshot before and after a plan or template.
///
/// # Errors
/// The source is not what it should be, or the account has not twelve digits: see [`Snapshot::planned`] and
/// [`Snapshot::deployed`].
pub fn planned_snapshot(
    snapshot: &Snapshot,
    Planning { plan, was, account }: Planning<'_>,
    options: &container::Options,
) -> Result<Planned, Failure> {
    if account.is_some_and(|account| !is_account_id(account)) {
        return Err(Failure::validation("an account id has twelve digits"));
    }
    match was {
        None => snapshot.planned(plan, account, options),
        Some(today) => snapshot.deployed(plan, today, account, options),
    }
    .map_err(of_change)
}

fn of_change(error: ChangeError) -> Failure {
    let faults = error.faults.into_iter();
    let faults = faults.map(|fault| Fault { source: fault.source, diagnostic: fault.diagnostic });
    Failure { faults: faults.collect(), ..Failure::validation(error.message) }
}

/// Asks who gains access by a change.
///
/// # Errors
/// A part of the question is not valid, or an internal error.
pub fn asked_gains<'p>(
    changed: Changed<'p>,
    wants: &Wants,
    kinds: &[WhoKind],
    options: &Options,
) -> Result<Gains<'p>, Failure> {
    wants.documents().map_err(of_property)?;
    answered(|| match gains_by(&run_jobs, changed, wants, kinds, options) {
        Ok(gains) => gains,
        Err(error) => broken(&format!("the question was checked: {error}")),
    })
}

/// Judges the guardrails of an organization.
///
/// # Errors
/// The snapshot has no organization or does not hold one of the policies, or an internal error.
pub fn asked_guardrails<'p>(
    prepared: &'p PreparedSnapshot,
    policies: &[String],
    options: &Options,
) -> Result<Guardrails<'p>, Failure> {
    answered(|| guardrails(prepared, policies, options))?.map_err(Failure::validation)
}
