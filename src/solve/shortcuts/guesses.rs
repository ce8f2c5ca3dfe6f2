//! Guesses at a goal before all that matters in it is found out.
//!
//! A guess takes the cheapest part of every OR. It is as good as a proposal of the SAT solver: if the theories find values for it,
//! those satisfy the goal.

use crate::solve::workspace::Workspace;

/// From so many goals on it pays to prepare the graph for more, and any request is as good as another: with few goals, a request
/// found after what can matter was found out says more.
const MANY_GOALS_THRESHOLD: usize = 8;

/// Knows when a guess is worthwhile.
#[derive(Debug, Default)]
pub(in crate::solve) struct Guesses {
    goals: usize,
    /// True if a guess satisfied the last goal.
    satisfied_last: bool,
}

impl Guesses {
    /// Counts a goal; true if a guess at it as it stands is worthwhile, because one satisfied the goal before.
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

    /// Returns true if a guess at the propagated goal is worthwhile before relevance decides anything.
    pub(in crate::solve) fn is_early_guess_worthwhile(&self, workspace: &Workspace<'_, '_>) -> bool {
        self.goals >= MANY_GOALS_THRESHOLD && !workspace.is_settled()
    }

    /// Notes that a guess satisfied the goal.
    pub(in crate::solve) fn note_success(&mut self) {
        self.satisfied_last = true;
    }
}
