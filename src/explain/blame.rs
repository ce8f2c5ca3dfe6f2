//! Blame: the patterns of a statement that let a request through.

use super::refusal::{Missing, Refusal};
use crate::evaluate::{self, Case};
use crate::policy::Document;
use crate::solve::Finding;
use crate::span::Span;

/// A part of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// `Principal` or `NotPrincipal`.
    Principal,
    /// `Action` or `NotAction`.
    Action,
    /// `Resource` or `NotResource`.
    Resource,
}

/// A pattern, or a whole element if no single pattern is responsible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The part of the statement it belongs to.
    pub part: Part,
    /// True for the `Not...` form.
    pub negated: bool,
    /// Its place in the source.
    pub span: Span,
    /// Its JSON pointer.
    pub pointer: String,
}

impl Place {
    /// Returns the name of the element: `Action` or `NotAction`, and so on.
    pub(super) fn element(&self) -> &'static str {
        match (self.part, self.negated) {
            (Part::Action, false) => "Action",
            (Part::Action, true) => "NotAction",
            (Part::Resource, false) => "Resource",
            (Part::Resource, true) => "NotResource",
            (Part::Principal, false) => "Principal",
            (Part::Principal, true) => "NotPrincipal",
        }
    }
}

/// The places of a statement that let a request through; `primary` is the one to look at first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blame {
    /// The document, by its index in the check.
    pub document: usize,
    /// The statement in it.
    pub statement: usize,
    /// The pattern to look at.
    pub primary: Place,
    /// The patterns of the other parts.
    pub others: Vec<Place>,
    /// The conditions on keys that the other policy tests too, but differently.
    pub conditions: Vec<Loose>,
}

/// A condition that holds although a condition of the other policy on the same key does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loose {
    /// Its place among the conditions of the statement.
    pub condition: usize,
    /// Where its operator stands.
    pub operator: Span,
    /// The place of its key and values.
    pub span: Span,
    /// The reason why it holds, in one sentence.
    pub why: String,
}

/// Finds the places that make a finding. If the other policy fails to match in one part only, that part comes first, otherwise
/// the action. `None` if the finding is not about `document`.
pub fn blame(
    document: &Document,
    finding: &Finding,
    other: Option<(&Document, &Refusal)>,
    options: &evaluate::Options,
) -> Option<Blame> {
    let index = finding.statement;
    let refusal = other.and_then(|(_, refusal)| refusal.lack());
    let statement = document.statements.get(index).filter(|s| s.effect.value == finding.set.effect())?;
    let whole = |span: Span, name: &str| (span, format!("{}/{name}", document.statement_pointer(index)));
    let action = {
        let negated = statement.action.negated;
        let (span, pointer) = match finding.action.and_then(|i| Some((i, statement.action.values.get(i)?))) {
            Some((i, value)) => (value.span, document.action_pointer(index, i)),
            None => whole(statement.action.span, if negated { "NotAction" } else { "Action" }),
        };
        Place { part: Part::Action, negated, span, pointer }
    };
    let resource = statement.resource.as_ref().map(|element| {
        let (span, pointer) = match finding.resource.and_then(|i| Some((i, element.values.get(i)?))) {
            Some((i, value)) => (value.span, document.resource_pointer(index, i)),
            None => whole(element.span, if element.negated { "NotResource" } else { "Resource" }),
        };
        Place { part: Part::Resource, negated: element.negated, span, pointer }
    });
    let principal = statement.principal.as_ref().map(|element| {
        let (span, pointer) = match finding.principal.and_then(|i| Some((i, element.values.get(i)?))) {
            Some((i, value)) => (value.span, document.principal_pointer(index, i)),
            None => (element.span, document.principal_element_pointer(index)),
        };
        Place { part: Part::Principal, negated: element.negated, span, pointer }
    });
    let falls_short = match refusal {
        Some(Refusal::Short { missing, .. }) => match missing.as_slice() {
            [Missing::Resource] => Part::Resource,
            [Missing::Principal] => Part::Principal,
            _ => Part::Action,
        },
        _ => Part::Action,
    };
    let mut others: Vec<Place> = resource.into_iter().chain(principal).collect();
    let primary = match others.iter().position(|p| p.part == falls_short) {
        Some(first) => {
            let primary = others.remove(first);
            others.insert(0, action);
            primary
        }
        None => action,
    };
    Some(Blame {
        document: finding.document,
        statement: index,
        primary,
        others,
        conditions: other
            .map_or_else(Vec::new, |(other, refusal)| loose(document, finding, other, refusal, options)),
    })
}

/// Finds the conditions of the statement on keys for which the closest statement of the other policy has a failing condition.
fn loose(
    document: &Document,
    finding: &Finding,
    other: &Document,
    refusal: &Refusal,
    options: &evaluate::Options,
) -> Vec<Loose> {
    let Some(Refusal::Short { statement, missing, .. }) = refusal.lack() else { return Vec::new() };
    let of_other = other.statements.get(*statement).map_or(&[][..], |s| &s.conditions);
    let keys: Vec<&str> = missing
        .iter()
        .filter_map(|m| match m {
            Missing::Condition { condition, .. } => of_other.get(*condition).map(|c| &*c.key.value.name),
            Missing::Principal | Missing::Resource => None,
        })
        .collect();
    let Some(of_document) = document.statements.get(finding.statement) else { return Vec::new() };
    let place = (finding.document, finding.statement);
    let traced = Case::new(finding.witness.request(), options).trace(place, of_document);
    of_document
        .conditions
        .iter()
        .zip(&traced.conditions)
        .enumerate()
        .filter(|(_, (c, _))| keys.contains(&&*c.key.value.name))
        .map(|(condition, (c, traced))| Loose {
            condition,
            operator: c.operator.span,
            span: c.span,
            why: traced.why.clone(),
        })
        .collect()
}
