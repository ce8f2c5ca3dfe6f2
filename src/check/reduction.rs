//! Removes parts without effect from a policy, so that every selection of these parts can be removed.
//!
//! Parts that are proved one by one to have no effect may have one together: of two Deny statements that say the same, each can
//! be removed, but not both; and a Deny that guards an Allow can be removed only with the Allow. So parts are classified by the
//! possible effect of removing them: allow less, or allow more. Parts of one kind are removed one after the other, and each is
//! proved in the policy without the earlier ones. Then removing any selection S of all parts has no effect: the policy without S
//! allows no less than without all parts of the first kind, and no more than without all parts of the second, and both of these
//! allow the same as the policy.

use super::region::Axis;
use crate::policy::{Document, Effect, Statement};
use crate::span::Span;
use std::sync::Arc;

/// The possible effects of removing a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The policy may allow less: parts by which Allow statements match, or by which Deny statements do not match.
    Less,
    /// The policy may allow more: parts by which Deny statements match, or by which Allow statements do not match.
    More,
}

impl Kind {
    /// Classifies a part by which a statement matches more (or less, if `negated`).
    pub(super) fn of(effect: Effect, negated: bool) -> Kind {
        if (effect == Effect::Allow) == negated { Kind::More } else { Kind::Less }
    }
}

/// A part of a policy, identified by its place in the source, which never changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// The statement.
    pub(super) statement: Span,
    /// The part of the statement; `None` for the whole statement.
    pub(super) within: Option<Within>,
}

/// A part of a statement.
#[derive(Clone, Copy, Debug)]
pub(super) enum Within {
    /// A value of a list; for a value of a condition, also the place of the condition.
    Value(Axis, Option<Span>, Span),
    /// A condition.
    Condition(Span),
}

/// A policy without the parts that were found to have no effect.
pub(super) struct Reduction {
    less: Kept,
    more: Kept,
}

/// The remaining statements, by their indexes in the policy.
struct Kept {
    statements: Vec<Option<Arc<Statement>>>,
    count: usize,
}

impl Reduction {
    /// With nothing taken out.
    pub(super) fn of(policy: &Document) -> Reduction {
        let kept = || Kept {
            statements: policy.statements.shared().iter().cloned().map(Some).collect(),
            count: policy.statements.len(),
        };
        Reduction { less: kept(), more: kept() }
    }

    fn kept(&self, kind: Kind) -> &Kept {
        match kind {
            Kind::Less => &self.less,
            Kind::More => &self.more,
        }
    }

    /// Returns a statement as it remains after removing the parts of this kind; `None` if it was removed.
    pub(super) fn statement(&self, kind: Kind, place: usize) -> Option<&Arc<Statement>> {
        self.kept(kind).statements.get(place)?.as_ref()
    }

    /// Returns the statements with these indexes as they remain, without a further part; `None` if the part is not there or is
    /// the last one of its list.
    pub(super) fn without(&self, kind: Kind, places: &[usize], part: &Part) -> Option<Vec<Arc<Statement>>> {
        let mut statements: Vec<Arc<Statement>> =
            places.iter().filter_map(|place| self.statement(kind, *place)).cloned().collect();
        let place = statements.iter().position(|s| s.span == part.statement)?;
        match part.within {
            None => {
                (self.kept(kind).count > 1).then(|| statements.remove(place))?;
            }
            Some(within) => narrow(Arc::make_mut(statements.get_mut(place)?), within)?,
        }
        Some(statements)
    }

    /// Removes a part of this statement that was proved to have no effect in the statements of its kind. The last value of a list
    /// stays.
    pub(super) fn take(&mut self, kind: Kind, place: usize, within: Option<Within>) {
        let kept = match kind {
            Kind::Less => &mut self.less,
            Kind::More => &mut self.more,
        };
        let Some(statement) = kept.statements.get_mut(place) else { return };
        match (within, statement.as_mut()) {
            (None, Some(_)) if kept.count > 1 => {
                *statement = None;
                kept.count -= 1;
            }
            (Some(within), Some(statement)) => drop(narrow(Arc::make_mut(statement), within)),
            (None | Some(_), _) => {}
        }
    }
}

/// Returns a policy without a part; `None` if the part is not there or is the last one of its list.
pub(super) fn without(document: &Document, part: &Part) -> Option<Document> {
    let place = document.statements.iter().position(|s| s.span == part.statement)?;
    let mut statements = document.statements.shared().to_vec();
    match part.within {
        None => {
            (statements.len() > 1).then(|| statements.remove(place))?;
        }
        Some(within) => narrow(Arc::make_mut(statements.get_mut(place)?), within)?,
    }
    Some(document.with_statements(statements))
}

fn narrow(statement: &mut Statement, within: Within) -> Option<()> {
    fn drop_at<T>(list: &mut Vec<T>, at: impl Fn(&T) -> Span, place: Span) -> Option<()> {
        let found = list.iter().position(|value| at(value) == place)?;
        (list.len() > 1).then(|| drop(list.remove(found)))
    }
    match within {
        Within::Condition(place) => {
            let found = statement.conditions.iter().position(|c| c.span == place)?;
            statement.conditions.remove(found);
            Some(())
        }
        Within::Value(Axis::Action, _, place) => drop_at(&mut statement.action.values, |v| v.span, place),
        Within::Value(Axis::Resource, _, place) => {
            drop_at(&mut statement.resource.as_mut()?.values, |v| v.span, place)
        }
        Within::Value(Axis::Principal, _, place) => {
            drop_at(&mut statement.principal.as_mut()?.values, |v| v.span, place)
        }
        Within::Value(Axis::Condition(_), condition, place) => {
            let condition = statement.conditions.iter_mut().find(|c| Some(c.span) == condition)?;
            drop_at(&mut condition.values, |v| v.span, place)
        }
    }
}
