//! Requests of parts of statements, confirmed by the referee on the whole policy.

use super::{Analyzer, holds};
use crate::check::principal_index::accounts;
use crate::check::region::Axis;
use crate::policy::Document;
use crate::request::Request;
use crate::solve::{Finding, Witness};

impl Analyzer<'_> {
    /// Returns a variant of a known request in a part of a statement for one account, if the referee confirms it. This saves a
    /// query.
    pub(super) fn shown_alike(&self, statement: usize, part: &Document, known: &Request) -> Option<Finding> {
        let [account] = accounts(part.statements.first()?)?[..] else { return None };
        let requester = known.requester.as_ref()?.in_account(account)?;
        let mut request = known.clone();
        for (key, value) in requester.derived_context() {
            if request.values(key).is_some() {
                request.set(key, value.into_iter().map(Into::into).collect());
            }
        }
        request.requester = Some(requester.clone());
        self.confirmed(statement, part, &request)
    }

    /// True if the referee confirms a variant of a known request with the action or resource of a slice of a statement.
    pub(super) fn is_shown_alike(
        &self,
        statement: usize,
        axis: Axis,
        slice: &Document,
        known: &Request,
    ) -> bool {
        let Some(source) = slice.statements.first() else { return false };
        let filled = |text: &str| text.replace(['*', '?'], "a");
        let mut request = known.clone();
        match (axis, &source.resource) {
            (Axis::Action, _) => {
                let Some(action) = source.action.values.first() else { return false };
                request.action = filled(&action.value.text);
            }
            (Axis::Resource, Some(resource)) => {
                let Some(resource) = resource.values.first() else { return false };
                request.resource = filled(&resource.value.text);
            }
            _ => return false,
        }
        self.confirmed(statement, slice, &request).is_some()
    }

    /// Returns the finding of the whole policy for a request of a part of a statement, if the referee confirms it.
    pub(super) fn confirmed(&self, statement: usize, part: &Document, request: &Request) -> Option<Finding> {
        let claim = self.referee.claim(0, statement);
        let mut request = request.clone();
        if let Some(requester) = request.requester.clone() {
            // Adds keys that follow from the requester, if another statement tests them.
            for (key, value) in requester.derived_context() {
                if request.values(key).is_none() && claim.keys.contains(&key.to_ascii_lowercase()) {
                    request.set(key, value.into_iter().map(Into::into).collect());
                }
            }
        }
        if !holds(part, &request, &self.reading) {
            return None;
        }
        // Half of it: where the value stands early, few others are looked at.
        self.budget.pay(claim.work / 2);
        let witness = Witness::confirm(request, &claim).ok()?;
        Some(Finding::new(&claim, witness))
    }
}
