//! Answers a line about a snapshot: `can` for one principal, and `who-can`.

use super::can::list;
use super::config::{Batch, Summary};
use super::given;
use crate::check::{
    CanVerdict, Options, PreparedSnapshot, Question, SnapshotAnswer, Wants, WhoKind, can_in_snapshot,
};
use crate::report::{Failure, Possible, WhoCan};
use crate::surface::{Cache, answered, asked_who, asker, of_property};
use std::sync::Arc;

/// The members of such a line, as they are written.
pub(super) struct Asked<'l> {
    pub(super) directory: String,
    pub(super) principal: Option<String>,
    pub(super) actions: Option<&'l str>,
    pub(super) resources: Option<&'l str>,
    pub(super) condition: Option<&'l str>,
}

impl Asked<'_> {
    fn wants(&self) -> Result<Wants, Failure> {
        Ok(Wants {
            actions: list("actions", self.actions)?,
            resources: list("resources", self.resources)?,
            conditions: self.condition.map(str::to_owned).into_iter().collect(),
        })
    }

    /// Returns the snapshot, read once for all lines that name it.
    fn snapshot(
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
        cache.snapshots().read(&given::directory(batch, "snapshot", &self.directory)?)
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
        let prepared = self.snapshot(batch, cache, options)?;
        let answer = asked_who(&prepared, &wants, &WhoKind::ALL, options)?;
        let who = WhoCan {
            name: &self.directory,
            snapshot: prepared.snapshot(),
            answer: &answer,
            question: WhoCan::question_of(&wants),
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
