//! Answers a line about a snapshot: `can` and `what-can` for one principal, and `who-can`.

use super::can::list;
use super::config::{Batch, Summary};
use super::given;
use crate::check::{
    CanVerdict, Options, PreparedSnapshot, Question, SnapshotAnswer, Wants, WhoKind, can_in_snapshot,
};
use crate::report::{Failure, Possible, WhatCan, WhoCan};
use crate::surface::{Cache, Stated, answered, asked_what, asked_who, asker, of_property, wants_of_services};
use std::sync::Arc;

/// The members of such a line, as they are written.
pub(super) struct Asked<'l> {
    pub(super) directory: String,
    pub(super) principal: Option<String>,
    pub(super) actions: Option<&'l str>,
    pub(super) resources: Option<&'l str>,
    pub(super) condition: Option<&'l str>,
    pub(super) kinds: Option<&'l str>,
    pub(super) services: Option<&'l str>,
    pub(super) no_organization: Option<&'l str>,
    pub(super) strict_collect: Option<&'l str>,
}

impl Asked<'_> {
    pub(super) fn wants(&self) -> Result<Wants, Failure> {
        Ok(Wants {
            actions: list("actions", self.actions)?,
            resources: list("resources", self.resources)?,
            conditions: self.condition.map(str::to_owned).into_iter().collect(),
        })
    }

    /// Returns the snapshot, read once for all lines that name it.
    pub(super) fn snapshot(
        &self,
        batch: &Batch,
        cache: &Cache,
        options: &Options,
    ) -> Result<Arc<PreparedSnapshot>, Failure> {
        if options.policy_type.is_some() {
            return Err(Failure::validation(
                "a snapshot says of which type each policy is: leave out `policyType`",
            ));
        }
        if options.strict_arn || options.certificate || options.certify {
            return Err(Failure::validation(
                "`--strict-arn`, `--certificates` and `--certify` do not go together with a snapshot: ask about layers",
            ));
        }
        cache.snapshots().read(&given::directory(batch, "snapshot", &self.directory)?, self.stated()?)
    }

    /// Returns the statements of the line about its snapshots.
    pub(super) fn stated(&self) -> Result<Stated, Failure> {
        let truth = |name: &str, value: Option<&str>| match value {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Failure::validation(format!("`{name}` has to be true or false"))),
        };
        let without_organization = truth("noOrganization", self.no_organization)?;
        Ok(Stated::new(without_organization, truth("strictCollect", self.strict_collect)?))
    }

    /// Returns the kinds of requesters in question.
    pub(super) fn kinds(&self) -> Result<Vec<WhoKind>, Failure> {
        let names = list("kinds", self.kinds)?;
        if names.is_empty() {
            return Ok(WhoKind::ALL.to_vec());
        }
        let all = || WhoKind::ALL.map(WhoKind::name).join(", ");
        let kind = |name: &String| {
            let fault = || Failure::validation(format!("`{name}` in `kinds` is not one of {}", all()));
            WhoKind::parse(name).ok_or_else(fault)
        };
        names.iter().map(kind).collect()
    }

    /// Answers if the principal can, and calls `write` with the answer.
    pub(super) fn can(
        &self,
        batch: &Batch,
        cache: &Cache,
        options: &Options,
        write: impl FnOnce(&Possible<'_>),
    ) -> Result<Summary, Failure> {
        let wants = self.wants()?;
        let scope = wants.documents().map_err(of_property)?;
        let Some(principal) = &self.principal else {
            return Err(Failure::validation("`principal` is missing: name a user or role of the snapshot"));
        };
        let prepared = self.snapshot(batch, cache, options)?;
        let named = asker(prepared.snapshot(), &self.directory, principal)?;
        let targets = prepared.snapshot().targets(named.asker.account(), &wants.actions, &wants.resources);
        let question = Question { asker: named.asker, callers: &named.callers, scope: &scope };
        let answer: SnapshotAnswer<'_> =
            answered(|| can_in_snapshot(&prepared, question, &targets, options))?;
        let part = &answer.part;
        let layers = part.layers.map(|document| document.document());
        let mut possible =
            Possible::new("can", &layers, &part.wanted, &part.answer, None, options.strict_arn);
        possible.gaps = &part.gaps;
        write(&possible);
        Ok(match part.answer.verdict {
            CanVerdict::Cannot(_) => Summary { pass: 1, ..Summary::default() },
            CanVerdict::Can(_) => Summary { fail: 1, ..Summary::default() },
            CanVerdict::Unknown(_) => Summary { unknown: 1, ..Summary::default() },
        })
    }

    /// Answers what a principal can do, and calls `write` with the answer.
    pub(super) fn what_can(
        &self,
        batch: &Batch,
        cache: &Cache,
        options: &Options,
        write: impl FnOnce(&WhatCan<'_>),
    ) -> Result<Summary, Failure> {
        let (services, resources) = (list("services", self.services)?, list("resources", self.resources)?);
        let wants = wants_of_services(&services, &resources)?;
        let Some(principal) = &self.principal else {
            return Err(Failure::validation("`principal` is missing: name a user or role of the snapshot"));
        };
        let prepared = self.snapshot(batch, cache, options)?;
        let (own, answer) = asked_what(&prepared, &self.directory, principal, &wants, options)?;
        let snapshot = prepared.snapshot();
        write(&WhatCan {
            name: &self.directory,
            snapshot,
            principal: own,
            answer: &answer,
            expects_none: false,
        });
        Ok(match (answer.is_complete(), answer.grants.is_empty()) {
            (false, _) => Summary { unknown: 1, ..Summary::default() },
            (true, true) => Summary { pass: 1, ..Summary::default() },
            (true, false) => Summary { fail: 1, ..Summary::default() },
        })
    }

    /// Answers who can, and calls `write` with the answer.
    pub(super) fn who_can(
        &self,
        batch: &Batch,
        cache: &Cache,
        options: &Options,
        write: impl FnOnce(&WhoCan<'_>),
    ) -> Result<Summary, Failure> {
        if self.principal.is_some() {
            return Err(Failure::validation("`who-can` is about everybody: leave out `principal`"));
        }
        let wants = self.wants()?;
        if wants.actions.is_empty() {
            return Err(Failure::validation("`actions` is missing"));
        }
        let kinds = self.kinds()?;
        let prepared = self.snapshot(batch, cache, options)?;
        let answer = asked_who(&prepared, &wants, &kinds, options)?;
        let who = WhoCan {
            name: &self.directory,
            snapshot: prepared.snapshot(),
            answer: &answer,
            wants: &wants,
            allowed: None,
            most: usize::MAX,
        };
        write(&who);
        Ok(match (answer.is_complete(), answer.entries.is_empty()) {
            (false, _) => Summary { unknown: 1, ..Summary::default() },
            (true, true) => Summary { pass: 1, ..Summary::default() },
            (true, false) => Summary { fail: 1, ..Summary::default() },
        })
    }
}
