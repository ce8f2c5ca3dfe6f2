//! The number of actions that a wildcard stands for.

use super::level::{Level, Levels};
use super::{Action, Catalogue};
use crate::policy::ActionPattern;
use std::fmt;

/// How many listed actions a pattern matches, in all and by level.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StandsFor {
    /// Number of actions.
    pub actions: usize,
    by_level: [usize; Level::ALL.len()],
    /// All levels that occur.
    pub levels: Levels,
}

impl StandsFor {
    /// Returns the number of actions with this level. An action at two levels counts for both.
    pub fn at(&self, level: Level) -> usize {
        Level::ALL
            .iter()
            .zip(self.by_level)
            .filter(|(other, _)| **other == level)
            .map(|(_, count)| count)
            .sum()
    }
}

impl Catalogue {
    /// Counts the actions that a pattern matches.
    ///
    /// ```
    /// use iamsat::{catalogue::Catalogue, policy::ActionPattern};
    /// let stands_for = |text| Catalogue::embedded().stands_for(&ActionPattern::new(text).unwrap()).to_string();
    /// assert_eq!(stands_for("sqs:*Permission"), "2 listed actions, 2 of them Permissions management");
    /// assert_eq!(stands_for("sqs:Get*"), "2 listed actions, none of them Permissions management");
    /// assert_eq!(stands_for("sqs:GetX*"), "no listed action");
    /// ```
    pub fn stands_for(&self, pattern: &ActionPattern) -> StandsFor {
        self.matching(pattern).collect()
    }
}

impl<'c> FromIterator<Action<'c>> for StandsFor {
    fn from_iter<I: IntoIterator<Item = Action<'c>>>(actions: I) -> StandsFor {
        let mut found = StandsFor::default();
        for action in actions {
            found.actions += 1;
            for (level, count) in Level::ALL.into_iter().zip(&mut found.by_level) {
                if action.levels().contains(level) {
                    *count += 1;
                    found.levels = found.levels.with(level);
                }
            }
        }
        found
    }
}

impl fmt::Display for StandsFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = Level::PermissionsManagement;
        let name = level.name();
        match (self.actions, self.at(level)) {
            (0, _) => f.write_str("no listed action"),
            (1, 0) => write!(f, "1 listed action, not {name}"),
            (1, _) => write!(f, "1 listed action, {name}"),
            (all, 0) => write!(f, "{all} listed actions, none of them {name}"),
            (all, some) => write!(f, "{all} listed actions, {some} of them {name}"),
        }
    }
}
