//! Asks who can make some request: all principals of a snapshot, and everybody outside of it.
//!
//! The users of an account, and the sessions of its roles, are asked about together, as far as no policy names them
//! (`who_classes.rs`); everybody outside is one question for each kind and name (`who_outside.rs`).
//!
//! Whatever can be asked side by side is a job with a number: the caller may run jobs on several threads, and the answer is the
//! same.

use super::in_snapshot::{PreparedSnapshot, merge};
use super::offer::Model;
use super::wants::Wants;
use super::who_asking::{Asking, Job, Outcome, RunJobs, Targets, WhoAnswer, WhoKind};
use super::who_classes::{Group, any_of};
use super::{Options, PropertyError};
use crate::index::guaranteed;
use crate::query::Callers;
use crate::snapshot::{Asker, Principal, PrincipalKind};
use std::collections::BTreeMap;

/// Asks who can make some of these requests. `kinds` limits who is asked about.
///
/// # Errors
/// A pattern or a condition is not valid.
pub fn who_can<'p>(
    prepared: &'p PreparedSnapshot,
    wants: &Wants,
    kinds: &[WhoKind],
    options: &Options,
) -> Result<WhoAnswer<'p>, PropertyError> {
    who_can_by(&|count, job| (0..count).for_each(job), prepared, wants, kinds, options)
}

/// Does the same as [`who_can`] with questions side by side.
///
/// # Errors
/// A pattern or a condition is not valid.
pub fn who_can_by<'p>(
    run: RunJobs<'_>,
    prepared: &'p PreparedSnapshot,
    wants: &Wants,
    kinds: &[WhoKind],
    options: &Options,
) -> Result<WhoAnswer<'p>, PropertyError> {
    let scope = wants.documents()?;
    let asking = Asking { prepared, wants, scope, kinds, options, targets: Targets::of(prepared, wants) };
    let mut found = WhoAnswer::empty(kinds);
    let jobs = asking.outside(&mut found);
    found.principals += asking.principals().count();
    for job in asking.all(run, &jobs, |asking, job| asking.list(job, None)) {
        found.add(job);
    }
    asking.members(run, &mut found);
    for list in [&mut found.entries, &mut found.open] {
        list.sort_by(|a, b| (a.kind, &a.account, &a.who).cmp(&(b.kind, &b.account, &b.who)));
    }
    Ok(found)
}

impl<'p> Asking<'_, 'p> {
    /// Asks about the users and roles of the snapshot.
    fn members(&self, run: RunJobs<'_>, found: &mut WhoAnswer<'p>) {
        let mut sorted: BTreeMap<_, Vec<&'p Principal>> = BTreeMap::new();
        for principal in self.principals() {
            sorted.entry(group_of(principal)).or_default().push(principal);
        }
        let members: Vec<Vec<&'p Principal>> = sorted.into_values().collect();
        let groups: Vec<Group<'p>> = self.all(run, &members, |asking, members| asking.group(members));
        // Classes of several, each with its group.
        let mut classes: Vec<(&Group<'p>, &[&'p Principal])> = Vec::new();
        // Those to be asked about alone, each with a model.
        let mut alone: Vec<(Option<Model>, &'p Principal)> = Vec::new();
        for group in &groups {
            if let Some(together) = &group.asked {
                found.questions += 1;
                merge(&mut found.assumptions, &together.assumptions);
            }
            alone.extend(group.named.iter().map(|member| (None, *member)));
            for class in &group.classes {
                match class.as_slice() {
                    [member] => alone.push((None, *member)),
                    several => classes.push((group, several)),
                }
            }
        }
        let answers = self.all(run, &classes, |asking, (group, class)| asking.class(group, class));
        for ((_, class), together) in classes.into_iter().zip(answers) {
            found.questions += 1;
            merge(&mut found.assumptions, &together.assumptions);
            if !together.cannot {
                alone.extend(class.iter().map(|member| (together.model.clone(), *member)));
            }
        }
        self.each(run, alone, found);
    }

    /// Asks about members alone. The first ones of a group are models for its others.
    fn each(&self, run: RunJobs<'_>, alone: Vec<(Option<Model>, &'p Principal)>, found: &mut WhoAnswer<'p>) {
        let mut models: BTreeMap<(&str, PrincipalKind, bool), (usize, Option<Model>)> = BTreeMap::new();
        for (model, member) in &alone {
            let of_group = models.entry(group_of(member)).or_default();
            if of_group.1.is_none() {
                of_group.1.clone_from(model);
            }
        }
        let mut first: Vec<&'p Principal> = Vec::new();
        let mut later: Vec<(&'p Principal, Option<Model>)> = Vec::new();
        for (model, member) in alone {
            let of_group = guaranteed(models.get_mut(&group_of(member)), "each member has a group");
            match (model.or_else(|| of_group.1.clone()), of_group.0 < MODELS) {
                (None, true) => {
                    of_group.0 += 1;
                    first.push(member);
                }
                (model, _) => later.push((member, model)),
            }
        }
        let outcomes = self.all(run, &first, |asking, member| asking.member(member, None));
        for (member, outcome) in first.into_iter().zip(outcomes) {
            let of_group = guaranteed(models.get_mut(&group_of(member)), "each member has a group");
            if of_group.1.is_none() {
                of_group.1 = outcome.model();
            }
            found.add(outcome);
        }
        for (member, model) in &mut later {
            if model.is_none() {
                *model = models.get(&group_of(member)).and_then(|of_group| of_group.1.clone());
            }
        }
        for outcome in self.all(run, &later, |asking, (member, model)| asking.member(member, model.as_ref()))
        {
            found.add(outcome);
        }
    }

    fn member(&self, member: &'p Principal, model: Option<&Model>) -> Outcome<'p> {
        let kind = if member.kind == PrincipalKind::User { WhoKind::User } else { WhoKind::Role };
        // Of a name that no request can have, the members of its account stand for it.
        let callers = Callers::parse(&member.arn).unwrap_or_else(|_| any_of(member));
        let (asker, who) = (Asker::Principal(member), member.arn.to_string());
        self.list(&Job { kind, who, asker, callers, further: Vec::new() }, model)
    }
}

/// The users of an account, or its roles, or its roles of services.
pub(super) fn group_of(member: &Principal) -> (&str, PrincipalKind, bool) {
    (&member.account, member.kind, member.is_service_linked())
}

/// The number of members of a group that are asked about before one of them is the model for the others.
const MODELS: usize = 3;
