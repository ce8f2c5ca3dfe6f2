//! Everything that is different between two policies, in every direction.

use crate::check::{Difference, Judging, Options, denied_difference, difference};
use crate::index::broken;
use crate::policy::Document;
use crate::report::{Change, Direction, Failure, Issue, Status};
use crate::surface::answered;
use serde_json::{Map, Value, json};

/// The requests that are gained and lost and, unless policies are judged alone, no longer denied and newly denied.
pub(super) struct Changes<'d> {
    all: Vec<Change<'d>>,
    judges_denials: bool,
}

impl<'d> Changes<'d> {
    /// Compares two policies.
    ///
    /// # Errors
    /// An invariant is broken.
    pub(super) fn between(
        old: &'d Document,
        new: &'d Document,
        options: &Options,
    ) -> Result<Changes<'d>, Failure> {
        let judges_denials = options.judging != Judging::Alone;
        // What lets more through is told of the new policy, what lets less through of the old one.
        let directions = [
            (Direction::Gained, new, old),
            (Direction::Lost, old, new),
            (Direction::NoLongerDenied, old, new),
            (Direction::NewlyDenied, new, old),
        ];
        let asked = if judges_denials { directions.len() } else { 2 };
        let directions = directions.into_iter().take(asked);
        let differences = answered(|| -> Vec<Difference> {
            let found = |(direction, more, less)| match direction {
                Direction::Gained | Direction::Lost => difference(more, less, options),
                Direction::NoLongerDenied | Direction::NewlyDenied => denied_difference(more, less, options),
            };
            directions.clone().map(found).collect()
        })?;
        let all = directions
            .zip(differences)
            .map(|((direction, more, less), found)| Change::new(direction, more, less, found, options))
            .collect();
        Ok(Changes { all, judges_denials })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Change<'d>> {
        self.all.iter()
    }

    /// The requests gained, lost, no longer denied and newly denied; the last two are absent where policies are judged alone.
    fn parts(&self) -> (&Change<'d>, &Change<'d>, Option<[&Change<'d>; 2]>) {
        match &*self.all {
            [gained, lost] => (gained, lost, None),
            [gained, lost, no_longer, newly] => (gained, lost, Some([no_longer, newly])),
            _ => broken("access is compared in both directions"),
        }
    }

    pub(super) fn gained(&self) -> &Change<'d> {
        self.parts().0
    }

    /// True if there may be more than what is told.
    pub(super) fn is_open(&self) -> bool {
        self.all.iter().any(|change| !change.is_complete())
    }

    /// The status, and its name in JSON.
    pub(super) fn status(&self) -> (Status, &'static str) {
        match (self.is_open(), self.all.iter().any(Change::is_shown)) {
            (true, _) => (Status::Unknown, "UNKNOWN"),
            (false, true) => (Status::Fail, "DIFFERENT"),
            (false, false) => (Status::Pass, "SAME"),
        }
    }

    /// Says what is different; of policies that are the same, `same` with the verb that says in what.
    pub(super) fn message(&self, same: impl FnOnce(&str) -> String) -> String {
        if self.all.iter().all(Change::is_empty) {
            return same(if self.judges_denials { "allow and deny" } else { "allow" });
        }
        let (gained, lost, denied) = self.parts();
        // What is denied is told where it changed, or may have.
        let denied = denied.into_iter().flatten().filter(|change| !change.is_empty());
        let told = [gained, lost].into_iter().chain(denied);
        told.map(Change::sentence).collect::<Vec<_>>().join("; ")
    }

    /// The issues: what lets more through by the first function, what lets less through by the second.
    pub(super) fn issues(
        &self,
        of_new: &dyn Fn(&Change<'_>) -> Vec<Issue>,
        of_old: &dyn Fn(&Change<'_>) -> Vec<Issue>,
    ) -> Vec<Issue> {
        let (gained, lost, denied) = self.parts();
        let mut issues = [of_new(gained), of_old(lost)].concat();
        if let Some([no_longer, newly]) = denied {
            issues.extend(of_new(no_longer));
            issues.extend(of_old(newly));
        }
        issues
    }

    /// Adds the members of JSON, one for each direction.
    pub(super) fn insert_into(&self, members: &mut Map<String, Value>) {
        let (gained, lost, denied) = self.parts();
        members.insert("gained".to_owned(), json!(gained));
        members.insert("lost".to_owned(), json!(lost));
        if let Some([no_longer, newly]) = denied {
            members.insert("noLongerDenied".to_owned(), json!(no_longer));
            members.insert("newlyDenied".to_owned(), json!(newly));
        }
    }
}
