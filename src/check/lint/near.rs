//! Queries about a part of one statement, answered by the statements that may apply to its requests. For any other request, the
//! policy means the same with and without the part.

use super::Linter;
use super::probe::Shown;
use crate::check::beside_others::{inside, is_outside};
use crate::check::query_budget::Stopped;
use crate::check::reduction::{Kind, Part, Within};
use crate::encode::{DocumentRef, PreparedDocument};
use crate::policy::{Document, RequestSet};
use crate::solve::Verdict;

/// The work of copying a statement.
const STATEMENT: usize = 40;

/// Places of statements that are looked up for one unit of work.
const PLACES: usize = 4;

/// The statements that may apply to requests of one statement, as a policy.
pub(super) struct Near {
    kind: Kind,
    /// The statement of the last query.
    of: usize,
    places: Vec<usize>,
    /// The size of the statements.
    size: usize,
    document: PreparedDocument,
}

impl Linter<'_> {
    /// Returns the indexes of the statements that may share a request with this one, including itself. For a request to which
    /// this statement does not apply, the policy without a part of it means the same. The reading of a statement without
    /// `Resource` depends on the others.
    pub(super) fn beside(&self, statement: usize) -> Vec<usize> {
        match self.policy.statements.get(statement) {
            Some(own) if self.is_separable && own.resource.is_some() => {
                let beside = self.index.beside(own);
                self.budget.pay(own.size() + beside.len() / PLACES);
                beside
            }
            _ => (0..self.policy.statements.len()).collect(),
        }
    }

    /// Returns the policy without the statements that share no request with this one; `None` if this is the whole policy.
    pub(super) fn around(&self, statement: usize) -> Option<Document> {
        let places = self.beside(statement);
        self.budget.pay(places.len() * STATEMENT);
        let all = self.policy.statements.shared();
        let statements = places.iter().filter_map(|place| all.get(*place)).cloned();
        (places.len() < self.policy.statements.len())
            .then(|| self.policy.with_statements(statements.collect::<Vec<_>>()))
    }

    pub(super) fn take(&mut self, kind: Kind, index: usize, within: Option<Within>) {
        self.reduction.take(kind, index, within);
        self.near = None;
    }

    /// Returns the statements near one statement, as reduced so far.
    pub(super) fn near(&mut self, index: usize, kind: Kind) -> Result<PreparedDocument, Stopped> {
        if let Some(near) = self.near.as_ref().filter(|near| near.kind == kind && near.of == index) {
            return Ok(near.document.clone());
        }
        let places = self.beside(index);
        if let Some(near) = self.near.as_mut().filter(|near| near.kind == kind && near.places == places) {
            near.of = index;
            return Ok(near.document.clone());
        }
        let left = places.iter().filter_map(|place| self.reduction.statement(kind, *place));
        let size = left.clone().map(|statement| statement.size()).sum();
        self.budget.read(size)?;
        let document = self.policy.with_statements(left.cloned().collect::<Vec<_>>());
        let document = PreparedDocument::new(document);
        self.near = Some(Near { kind, of: index, places, size, document: document.clone() });
        Ok(document)
    }

    /// Returns true if it is proved that the policy means the same without this part of a statement, whatever other parts found
    /// so far are removed.
    pub(super) fn is_idle(&mut self, index: usize, kind: Kind, part: &Part) -> Result<bool, Stopped> {
        let Some(effect) = self.policy.statements.get(index).map(|s| s.effect.value) else {
            return Ok(false);
        };
        let before = self.near(index, kind)?;
        let Some(near) = &self.near else { return Ok(false) };
        let size = near.size;
        self.budget.read(size)?;
        let Some(after) = self.reduction.without(kind, &near.places, part) else { return Ok(false) };
        let after = before.document().with_statements(after);
        let probe = self.probe(index, part);
        let (before, after) = (DocumentRef::from(&before), DocumentRef::from(&after));
        for set in self.sets_of(effect) {
            // To allow less is to deny more.
            let is_more = matches!(kind, Kind::Less) == (set != RequestSet::Denied);
            let (one, other) = if is_more { (before, after) } else { (after, before) };
            if let Some(request) = probe.as_ref().filter(|_| set.effect() == effect) {
                self.budget.read(size)?;
                let place = one.document().statements.iter().position(|s| s.span == part.statement);
                let options = self.budget.options();
                if place.is_some_and(|place| is_outside(request, set, (one, place), other, options)) {
                    return Ok(false);
                }
            }
            // The opposite inclusion holds too, unless something is open.
            for (one, other) in [(one, other), (other, one)] {
                let verdict = self.ask(|options| inside(set, one, other, &options.unseen()))?;
                if let Verdict::Fail(findings) = &verdict
                    && let Some(finding) = findings.first()
                {
                    self.shown = Some(Shown { of: index, request: finding.witness.request().clone() });
                }
                if !matches!(verdict, Verdict::Pass(_)) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}
