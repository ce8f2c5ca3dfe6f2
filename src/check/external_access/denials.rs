//! The Deny statements that apply to requests in a part of an Allow statement.

use super::Analyzer;
use crate::check::find;
use crate::check::region::Region;
use crate::policy::Document;

/// Places of statements that are looked up for one unit of work.
const PLACES: usize = 4;

impl Analyzer<'_> {
    /// Returns the Deny statements that deny, or may deny, a caller outside in the part. If no queries remain, any of them may.
    pub(super) fn denied_by(&mut self, part: &Document) -> Vec<usize> {
        let policy = self.policy;
        let denials = self.denials_beside(part);
        if self.budget.is_spent() {
            return denials;
        }
        let refuses = |index: usize| {
            if self.budget.is_spent() {
                return Some(index);
            }
            // As an Allow statement.
            let denied = Region::whole(policy, index).and_then(|region| region.document(policy))?;
            let is_idle = self
                .budget
                .proves(|options| find([part.into()], [(&denied).into()], [self.trusted], options));
            (!matches!(is_idle, Ok(true))).then_some(index)
        };
        denials.into_iter().filter_map(refuses).collect()
    }

    /// Returns the Deny statements that may deny a request in the part, and perhaps a few others.
    pub(super) fn denials_beside(&self, part: &Document) -> Vec<usize> {
        // The reading of a statement without `Resource` depends on the others.
        match part.statements.first().filter(|own| self.is_separable && own.resource.is_some()) {
            Some(own) => {
                let beside = self.denial_index.beside(own);
                self.budget.pay(own.size() + beside.len() / PLACES);
                beside.into_iter().filter_map(|place| self.denials.get(place).copied()).collect()
            }
            None => self.denials.clone(),
        }
    }
}
