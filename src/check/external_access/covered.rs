//! Drops the findings that the others cover.

use super::{Analyzer, ExternalFinding, holds};
use crate::check::query_budget::Stopped;
use crate::check::statement_index::StatementIndex;
use crate::policy::Document;

impl Analyzer<'_> {
    /// Drops the findings that others cover, starting from the last one.
    pub(super) fn without_covered(&mut self, found: &mut Vec<ExternalFinding>) -> Result<(), Stopped> {
        let mut stays = vec![true; found.len()];
        let judged = self.covered(found, &mut stays);
        let (kept, dropped): (Vec<_>, Vec<_>) =
            std::mem::take(found).into_iter().zip(stays).partition(|(_, stays)| *stays);
        found.extend(kept.into_iter().map(|(finding, _)| finding));
        self.dropped.extend(dropped.into_iter().map(|(finding, _)| (finding.statement, finding.document)));
        judged
    }

    /// Determines which findings others cover; `stays` becomes false for these.
    fn covered(&mut self, found: &[ExternalFinding], stays: &mut [bool]) -> Result<(), Stopped> {
        let index = StatementIndex::of(found.iter().map(|finding| finding.document.statements.first()));
        let mut left = found.len();
        for (at, own) in found.iter().enumerate().rev() {
            if left == 1 {
                break;
            }
            let others = |places: Vec<usize>, stays: &[bool]| -> Vec<&Document> {
                let others =
                    places.into_iter().filter(|other| *other != at && stays.get(*other) == Some(&true));
                others.filter_map(|other| Some(&found.get(other)?.document)).collect()
            };
            // Most findings are the only one to let in the caller of their request, which saves the query.
            let request = own.finding.witness.request();
            let about = others(index.about(request), stays);
            self.budget.read(about.len())?;
            if !about.iter().any(|other| holds(other, request, &self.reading)) {
                continue;
            }
            let beside = own.document.statements.first().map_or_else(Vec::new, |own| index.beside(own));
            if !self.may_be_outside(&own.document, &others(beside, stays))?
                && let Some(stays) = stays.get_mut(at)
            {
                *stays = false;
                left -= 1;
            }
        }
        Ok(())
    }
}
