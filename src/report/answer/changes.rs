//! All differences between two policies, in every direction.

use super::difference::{Change, Direction};
use crate::check::{Difference, Judging, Options, denied_difference, difference};
use crate::index::broken;
use crate::policy::Document;
use crate::report::issue::{Issue, Status};

/// The gained and lost requests and, unless policies are judged alone, those no longer denied and newly denied.
///
/// ```
/// use iamsat::check::Options;
/// use iamsat::report::Changes;
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let old = policy(r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}"#);
/// let new = policy(r#"{"Effect":"Allow","Action":["s3:Get*","s3:PutObject"],"Resource":"*"}"#);
/// let options = Options::default();
/// let found = Changes::differences([&old, &new], &options);
/// let changes = Changes::new([&old, &new], found, &options, |verb| format!("both {verb} the same"));
/// assert_eq!(changes.status().1, "DIFFERENT");
/// ```
#[derive(Clone, Debug)]
pub struct Changes<'d> {
    all: Vec<Change<'d>>,
    /// The outcome in a sentence.
    pub message: String,
}

impl<'d> Changes<'d> {
    /// Compares an old policy with a new one: asks in each direction.
    pub fn differences([old, new]: [&Document; 2], options: &Options) -> Vec<Difference> {
        let found = |(direction, more, less): (Direction, &Document, &Document)| match direction {
            Direction::Gained | Direction::Lost => difference(more, less, options),
            Direction::NoLongerDenied | Direction::NewlyDenied => denied_difference(more, less, options),
        };
        directions([old, new], options).into_iter().map(found).collect()
    }

    /// Explains the differences between an old policy and a new one. `same` makes the sentence about equal policies, of the verbs in
    /// which they agree.
    pub fn new(
        documents: [&'d Document; 2],
        differences: Vec<Difference>,
        options: &Options,
        same: impl FnOnce(&str) -> String,
    ) -> Changes<'d> {
        let directions = directions(documents, options).into_iter().zip(differences);
        let all: Vec<Change<'d>> = directions
            .map(|((direction, more, less), found)| Change::new(direction, more, less, found, options))
            .collect();
        let mut changes = Changes { all, message: String::new() };
        changes.message = changes.sentence(same);
        changes
    }

    /// Lists the changes in each direction.
    pub fn iter(&self) -> impl Iterator<Item = &Change<'d>> {
        self.all.iter()
    }

    /// Returns the requests gained, lost, no longer denied and newly denied; the last two are absent where policies are judged
    /// alone.
    pub(in crate::report) fn parts(&self) -> (&Change<'d>, &Change<'d>, Option<[&Change<'d>; 2]>) {
        match &*self.all {
            [gained, lost] => (gained, lost, None),
            [gained, lost, no_longer, newly] => (gained, lost, Some([no_longer, newly])),
            _ => broken("access is compared in both directions"),
        }
    }

    /// True if there may be more differences than reported.
    pub fn is_open(&self) -> bool {
        self.all.iter().any(|change| !change.is_complete())
    }

    /// Returns the status, and its name in JSON.
    pub fn status(&self) -> (Status, &'static str) {
        match (self.is_open(), self.all.iter().any(Change::is_shown)) {
            (true, _) => (Status::Unknown, "UNKNOWN"),
            (false, true) => (Status::Fail, "DIFFERENT"),
            (false, false) => (Status::Pass, "SAME"),
        }
    }

    fn sentence(&self, same: impl FnOnce(&str) -> String) -> String {
        let (gained, lost, denied) = self.parts();
        if self.all.iter().all(Change::is_empty) {
            return same(if denied.is_some() { "allow and deny" } else { "allow" });
        }
        // Denied requests are mentioned only if they changed, or may have.
        let denied = denied.into_iter().flatten().filter(|change| !change.is_empty());
        let told = [gained, lost].into_iter().chain(denied);
        told.map(Change::sentence).collect::<Vec<_>>().join("; ")
    }

    /// Returns the issues, made by the first function if more is let through and by the second if less is.
    pub fn issues(
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
}

/// Returns the directions with the policy that lets more through, or denies more, first. A change that lets more through is reported
/// for the new policy, one that lets less through for the old one.
fn directions<'d>(
    [old, new]: [&'d Document; 2],
    options: &Options,
) -> Vec<(Direction, &'d Document, &'d Document)> {
    let all = [
        (Direction::Gained, new, old),
        (Direction::Lost, old, new),
        (Direction::NoLongerDenied, old, new),
        (Direction::NewlyDenied, new, old),
    ];
    let asked = if options.judging == Judging::Alone { 2 } else { all.len() };
    all.into_iter().take(asked).collect()
}
