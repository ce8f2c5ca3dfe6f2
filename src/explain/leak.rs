//! Leaks: the reasons why the conditions of a statement do not keep outsiders out.

use super::blame::{Blame, Loose, Part, blame};
use crate::evaluate;
use crate::policy::{Condition, Document, OperatorBase, Part as Piece, ResourceType, SetPrefix};
use crate::request::is_trust_key;
use crate::solve::Finding;

/// The reason why an outsider satisfies a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leak {
    /// Requests without the key satisfy it.
    Absent,
    /// It names the callers that it excludes.
    Negated,
    /// A wildcard or a variable stands for values that outsiders can have.
    Wildcard,
    /// It tests something that the caller chooses, or that says nothing about the caller.
    NotTrust,
    /// It names too many addresses.
    Addresses,
    /// It tests only the presence of the key.
    Presence,
    /// It tests fixed values of a key that identifies callers; everyone with such a value is let in.
    Fixed,
}

/// Finds, for each condition of the statement (by its index), the reason why it lets the finding's request through.
pub fn leaks(document: &Document, finding: &Finding, resource_type: ResourceType) -> Vec<(usize, Leak)> {
    let Some(statement) = document.statements.get(finding.statement) else { return Vec::new() };
    let of = |condition: &Condition| {
        let operator = condition.operator.value;
        let key = &*condition.key.value.name;
        let is_absent = finding.witness.request().values(key).is_none();
        if key == "aws:sourceip" {
            return if is_absent { Leak::Absent } else { Leak::Addresses };
        }
        if !is_trust_key(key, resource_type) {
            return Leak::NotTrust;
        }
        let open = condition.values.iter().any(|v| {
            let parts = v.value.template.parts();
            parts.iter().any(|part| !matches!(part, Piece::Text(_)))
        });
        match operator.base {
            OperatorBase::Null => Leak::Presence,
            _ if is_absent => Leak::Absent,
            base if base.is_negated() => Leak::Negated,
            _ if open => Leak::Wildcard,
            _ => Leak::Fixed,
        }
    };
    statement.conditions.iter().enumerate().map(|(place, condition)| (place, of(condition))).collect()
}

/// Finds the places of a statement that let an outsider in: first the principal, then its conditions with the reason why they do
/// not restrict callers.
pub fn blame_for_outsider(
    document: &Document,
    finding: &Finding,
    resource_type: ResourceType,
    options: &evaluate::Options,
) -> Option<Blame> {
    let mut blame = blame(document, finding, None, options)?;
    if let Some(principal) = blame.others.iter().position(|place| place.part == Part::Principal) {
        let principal = blame.others.remove(principal);
        let action = std::mem::replace(&mut blame.primary, principal);
        blame.others.insert(0, action);
    }
    let statement = document.statements.get(finding.statement)?;
    let loose = |(place, leak): (usize, Leak)| {
        let condition = statement.conditions.get(place)?;
        Some(Loose {
            condition: place,
            operator: condition.operator.span,
            span: condition.span,
            why: why(condition, leak, finding),
        })
    };
    blame.conditions = leaks(document, finding, resource_type).into_iter().filter_map(loose).collect();
    Some(blame)
}

fn why(condition: &Condition, leak: Leak, finding: &Finding) -> String {
    let key = &condition.key.value.text;
    let value = finding.witness.request().values(&condition.key.value.name).and_then(<[String]>::first);
    let has =
        value.map_or_else(|| "an outsider satisfies it".to_owned(), |v| format!("an outsider has `{v}`"));
    match leak {
        Leak::Absent => match condition.operator.value.set {
            Some(SetPrefix::ForAllValues) => {
                format!("does not restrict callers: ForAllValues holds without {key}")
            }
            _ => format!("does not restrict callers: it holds without {key}"),
        },
        Leak::Negated => format!("does not restrict callers: {has}, which is none of these"),
        Leak::Wildcard => format!("does not restrict callers: {has}, which matches"),
        Leak::NotTrust => format!("does not restrict callers: {key} says nothing about who calls"),
        Leak::Addresses => "does not restrict callers: these are too many addresses".to_owned(),
        Leak::Fixed => format!("does not restrict callers: {has}"),
        Leak::Presence => format!("does not restrict callers: outsiders have {key} too, or lack it too"),
    }
}
