//! The conditions because of which a statement matches no request: a smallest set of them, found by leaving out one after the other.

use super::Linter;
use crate::check::Options;
use crate::check::find::find_among;
use crate::check::query_budget::Stopped;
use crate::policy::Statement;
use crate::solve::Verdict;

/// The largest number of conditions of a statement for which the search is made: each costs a query.
const MOST: usize = 12;

impl Linter<'_> {
    /// Returns the places of conditions that no request of the rest of the statement meets together. Without any of them, some request may
    /// do. None if the statement matches no request whatever its conditions are, or if it has too many.
    pub(super) fn exclusive(&mut self, statement: &Statement) -> Result<Vec<usize>, Stopped> {
        let mut left: Vec<usize> = (0..statement.conditions.len()).collect();
        if left.is_empty() || left.len() > MOST || self.is_empty(statement, &[])? {
            return Ok(Vec::new());
        }
        let mut place = 0;
        while let Some(tried) = left.get(place).copied() {
            let fewer: Vec<usize> = left.iter().copied().filter(|own| *own != tried).collect();
            match self.is_empty(statement, &fewer)? {
                true => left = fewer,
                false => place += 1,
            }
        }
        Ok(left)
    }

    /// Returns true if it is proved that a statement with these of its conditions matches no request.
    fn is_empty(&mut self, statement: &Statement, conditions: &[usize]) -> Result<bool, Stopped> {
        self.budget.read(statement.size())?;
        let mut own = statement.clone();
        let kept = statement.conditions.iter().enumerate().filter(|(place, _)| conditions.contains(place));
        own.conditions = kept.map(|(_, condition)| condition.clone()).collect();
        let set = Linter::own_set(own.effect.value);
        let alone = self.alone(own);
        let nothing = |options: &Options| find_among(set, &[(&alone).into()], &[], &[], options);
        Ok(matches!(self.ask(nothing)?, Verdict::Pass(_)))
    }
}
