//! A policy without parts that change nothing, so that every selection of those parts can be taken out.
//!
//! Parts that are proved one by one to change nothing may still change something together: of two Deny statements that say
//! the same, each can go, but not both; and a Deny that guards an Allow can only go if the Allow does. So parts are told apart
//! by what taking them out could do: allow less, or allow more. Those of one kind are taken out one after the other and each
//! is proved in the policy without the ones before. Then any selection S of all parts changes nothing: the policy without S
//! allows no less than without all parts of the first kind, and no more than without all of the second, and both of these
//! allow what the policy does.

use super::region::Axis;
use crate::policy::{Document, Effect, Statement};
use crate::span::Span;

/// The possible effects of taking out a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Allow less: parts by which Allow statements match, or by which Deny statements do not.
    Less,
    /// Allow more: parts by which Deny statements match, or by which Allow statements do not.
    More,
}

impl Kind {
    /// Of a part by which a statement matches more (or less, if `negated`).
    pub(super) fn of(effect: Effect, negated: bool) -> Kind {
        if (effect == Effect::Allow) == negated { Kind::More } else { Kind::Less }
    }
}

/// A part of a policy. Parts are known by their places in the source, which stay what they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// The statement.
    pub(super) statement: Span,
    /// What of it; all of it if `None`.
    pub(super) within: Option<Within>,
}

/// A part of a statement.
#[derive(Clone, Copy, Debug)]
pub(super) enum Within {
    /// A value of a list; for one of a condition, also the place of the condition.
    Value(Axis, Option<Span>, Span),
    /// A condition.
    Condition(Span),
}

/// A policy without what was found to change nothing.
pub(super) struct Reduction {
    less: Kept,
    more: Kept,
}

/// The statements that are left of a policy, by their places in it.
struct Kept {
    statements: Vec<Option<Statement>>,
    count: usize,
}

impl Reduction {
    /// With nothing taken out.
    pub(super) fn of(policy: &Document) -> Reduction {
        let kept = || Kept {
            statements: policy.statements.iter().cloned().map(Some).collect(),
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

    /// A statement as it is left in the policy without what could allow less, or more; `None` if it is not.
    pub(super) fn statement(&self, kind: Kind, place: usize) -> Option<&Statement> {
        self.kept(kind).statements.get(place)?.as_ref()
    }

    /// The statements at these places as they are left there, without a part; `None` if it is not there, or the last one of
    /// its list.
    pub(super) fn without(&self, kind: Kind, places: &[usize], part: &Part) -> Option<Vec<Statement>> {
        let mut statements: Vec<Statement> =
            places.iter().filter_map(|place| self.statement(kind, *place)).cloned().collect();
        let place = statements.iter().position(|s| s.span == part.statement)?;
        match part.within {
            None => {
                (self.kept(kind).count > 1).then(|| statements.remove(place))?;
            }
            Some(within) => narrow(statements.get_mut(place)?, within)?,
        }
        Some(statements)
    }

    /// Takes out a part of the statement at this place that was proved to change nothing in the statements of its kind. The last
    /// one of a list stays.
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
            (Some(within), Some(statement)) => drop(narrow(statement, within)),
            (None | Some(_), _) => {}
        }
    }
}

/// A policy without a part; `None` if it is not there, or the last one of its list.
pub(super) fn without(document: &Document, part: &Part) -> Option<Document> {
    let place = document.statements.iter().position(|s| s.span == part.statement)?;
    let mut statements = document.statements.to_vec();
    match part.within {
        None => {
            (statements.len() > 1).then(|| statements.remove(place))?;
        }
        Some(within) => narrow(statements.get_mut(place)?, within)?,
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
