//! Guesses at a goal before the search finds out which atoms matter.
//!
//! A guess takes the cheapest part of every OR. It is as good as a proposal of the SAT solver: values that the theories find for
//! it satisfy the goal.

use crate::solve::workspace::Workspace;

/// From this many goals on, preparing the graph for more of them pays, and any witness will do. With fewer goals, a witness found
/// after relevance is more informative.
const MANY_GOALS_THRESHOLD: usize = 8;

/// Decides when a guess is worthwhile.
#[derive(Debug, Default)]
pub(in crate::solve) struct Guesses {
    goals: usize,
    /// True if a guess satisfied the last goal.
    satisfied_last: bool,
}

impl Guesses {
    /// Counts a goal; returns true if guessing at it unpropagated is worthwhile, because a guess satisfied the previous goal.
    pub(in crate::solve) fn start_goal(&mut self) -> bool {
        self.goals += 1;
        std::mem::take(&mut self.satisfied_last)
    }

    /// Prepares the graph once there have been many goals.
    pub(in crate::solve) fn prepare(&self, workspace: &mut Workspace<'_, '_>) {
        if self.goals == MANY_GOALS_THRESHOLD {
            workspace.conjunction.prepare_bulk(&workspace.formula.graph);
        }
    }

    /// True if a guess at the propagated goal is worthwhile before relevance decides anything.
    pub(in crate::solve) fn is_early_guess_worthwhile(&self, workspace: &Workspace<'_, '_>) -> bool {
        self.goals >= MANY_GOALS_THRESHOLD && !workspace.is_settled()
    }

    /// Notes that a guess satisfied the goal.
    pub(in crate::solve) fn note_success(&mut self) {
        self.satisfied_last = true;
    }
}
