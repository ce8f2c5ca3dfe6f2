//! Questions about a part of one statement, asked of the statements that may apply to its requests: a request to which a statement does
//! not apply is the same to the policy with and without a part of it.

use super::Linter;
use crate::check::query_budget::Stopped;
use crate::check::reduction::{Kind, Part, Within};
use crate::encode::{DocumentRef, PreparedDocument};
use crate::policy::{Document, RequestSet, Statement};

/// The work of copying a statement.
const STATEMENT: usize = 40;

/// Places of statements that are looked up for one unit of work.
const PLACES: usize = 4;

/// The statements that may apply to requests of one statement, as a policy.
pub(super) struct Near {
    kind: Kind,
    /// The statement that was asked for last.
    of: usize,
    places: Vec<usize>,
    /// The size of the statements.
    size: usize,
    document: PreparedDocument,
}

impl Linter<'_> {
    /// The places of the statements that may apply to a request to which this one applies, itself among them; a request to which
    /// it does not apply is the same to the policy without a part of it. How a statement without `Resource` is read depends on
    /// the others.
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

    /// The policy without the statements that apply to no request of this one; `None` if that is the policy.
    pub(super) fn around(&self, statement: usize) -> Option<Document> {
        let places = self.beside(statement);
        self.budget.pay(places.len() * STATEMENT);
        let statements = places.iter().filter_map(|place| self.policy.statements.get(*place)).cloned();
        (places.len() < self.policy.statements.len())
            .then(|| self.policy.with_statements(statements.collect::<Vec<Statement>>()))
    }

    pub(super) fn take(&mut self, kind: Kind, index: usize, within: Option<Within>) {
        self.reduction.take(kind, index, within);
        self.near = None;
    }

    /// The statements near one as they are left.
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
        let size = left.clone().map(Statement::size).sum();
        self.budget.read(size)?;
        let document = self.policy.with_statements(left.cloned().collect::<Vec<Statement>>());
        let document = PreparedDocument::new(document);
        self.near = Some(Near { kind, of: index, places, size, document: document.clone() });
        Ok(document)
    }

    /// Decides whether it is proved that the policy means the same without the part of a statement, whatever else that was found is
    /// taken out.
    pub(super) fn is_idle(&mut self, index: usize, kind: Kind, part: &Part) -> Result<bool, Stopped> {
        let Some(effect) = self.policy.statements.get(index).map(|s| s.effect.value) else {
            return Ok(false);
        };
        let before = self.near(index, kind)?;
        let Some(near) = &self.near else { return Ok(false) };
        self.budget.read(near.size)?;
        let Some(after) = self.reduction.without(kind, &near.places, part) else { return Ok(false) };
        let after = before.document().with_statements(after);
        let (before, after) = (DocumentRef::from(&before), DocumentRef::from(&after));
        for set in self.sets_of(effect) {
            // To allow less is to deny more.
            let is_more = matches!(kind, Kind::Less) == (set != RequestSet::Denied);
            let (one, other) = if is_more { (before, after) } else { (after, before) };
            // The other way round it is so, unless something is open.
            if !(self.inside(set, one, other)? && self.inside(set, other, one)?) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
