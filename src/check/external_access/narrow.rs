//! Narrows a part of a statement to the values that let in callers from outside, and to the callers that Deny statements leave.

use super::{Analyzer, Existence, holds, is_trust, passes};
use crate::check::complement::{Complement, Test, read, without_condition};
use crate::check::find;
use crate::check::query_budget::Stopped;
use crate::check::region::{Axis, Region};
use crate::policy::{Document, Statement};
use crate::request::Request;

impl Analyzer<'_> {
    /// Returns the region without the values that let in no caller from outside.
    pub(super) fn narrowed(
        &mut self,
        statement: usize,
        of: &Document,
        mut region: Region,
        known: &Request,
    ) -> Result<Region, Stopped> {
        let lists: Vec<(Axis, Vec<usize>)> =
            region.lists().map(|(axis, values)| (axis, values.to_vec())).collect();
        for (axis, values) in lists.into_iter().filter(|(_, values)| values.len() > 1) {
            let mut kept = Vec::new();
            for value in values {
                // Each slice is copied to a document of its own.
                let slice = region.with(axis, vec![value]);
                self.budget.compare(slice.document_work())?;
                let Some(document) = slice.document(of) else { continue };
                // A known request from outside saves a query.
                if holds(&document, known, &self.reading)
                    || self.is_shown_alike(statement, axis, &document, known)
                    || self.may_be_outside(&document, &[])?
                {
                    kept.push(value);
                }
            }
            region = region.with(axis, kept);
        }
        Ok(region)
    }

    /// If Deny statements leave only some callers outside, returns the parts for these callers.
    pub(super) fn refined(
        &mut self,
        statement: usize,
        document: &Document,
    ) -> Result<Option<Vec<Document>>, Stopped> {
        let policy = self.policy;
        let mut parts: Option<Vec<Document>> = None;
        for denial in self.denials_beside(document).into_iter().filter_map(|at| policy.statements.get(at)) {
            let before = parts.take();
            let mut is_split = before.is_some();
            let mut next = Vec::new();
            let given = match &before {
                Some(parts) => parts,
                None => std::slice::from_ref(document),
            };
            for part in given {
                match self.split_by(statement, denial, part)? {
                    Some(split) => {
                        is_split = true;
                        next.extend(split);
                    }
                    None => next.push(part.clone()),
                }
            }
            parts = is_split.then_some(next);
        }
        Ok(parts)
    }

    /// Returns the parts for the complement of a Deny statement, if they contain every caller outside; else the part itself. Half
    /// of the queries are reserved for necessary answers.
    fn split_by(
        &mut self,
        statement: usize,
        denial: &Statement,
        part: &Document,
    ) -> Result<Option<Vec<Document>>, Stopped> {
        let resource_type = self.resource_type;
        let complements = Complement::of(denial, part, |key| is_trust(key, resource_type));
        let alone: Vec<Document> =
            complements.iter().filter_map(|one| one.document(self.with_resource)).collect();
        if self.budget.is_half_spent()
            || alone.is_empty()
            || self.may_be_outside(part, &alone.iter().collect::<Vec<_>>())?
        {
            return Ok(None);
        }
        // The part says it already.
        if self.budget.proves(|options| find([part], [], &alone, options))? {
            return Ok(None);
        }
        let mut parts = Vec::new();
        for one in &complements {
            let options = self.budget.options().clone();
            let mut is_within = |test: &Test, inner: &str, outer: &str| {
                let (inner, outer) = (test.document(inner), test.document(outer));
                inner.zip(outer).is_some_and(|(inner, outer)| passes(&find([&inner], [], [&outer], &options)))
            };
            let Some(within) = one.within(part, &mut is_within) else { continue };
            match self.outside(statement, &within)? {
                Existence::None => {}
                Existence::Unknown => parts.push(within),
                Existence::Some(known) => {
                    let Some(whole) = Region::whole(&within, 0) else { continue };
                    let narrowed = self.narrowed(statement, &within, whole, known.witness.request())?;
                    let narrowed = narrowed.document(&within);
                    let Some(narrowed) = narrowed.and_then(|d| read(part.source.name(), d.source.text()))
                    else {
                        continue;
                    };
                    parts.push(self.without_implied(narrowed, one)?);
                }
            }
        }
        let is_whole = !self.may_be_outside(part, &parts.iter().collect::<Vec<_>>())?;
        Ok(is_whole.then_some(parts))
    }

    /// Removes conditions on the keys of the complement that its own conditions imply.
    fn without_implied(&mut self, mut part: Document, about: &Complement) -> Result<Document, Stopped> {
        for (operator, key) in about.others(&part) {
            let Some(without) = without_condition(&part, &operator, &key) else { continue };
            if self.budget.proves(|options| find([&without], [], [&part], options))? {
                part = without;
            }
        }
        Ok(part)
    }
}
