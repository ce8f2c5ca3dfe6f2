//! Why a policy does not allow a request.

use crate::evaluate::{self, Decision, StatementTrace, Truth, evaluate};
use crate::policy::{Document, Effect};
use crate::request::Request;

/// Why a policy does not allow a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A Deny statement applies.
    Denied {
        /// Its index.
        statement: usize,
    },
    /// No Allow statement has the action.
    NoAction,
    /// Some Allow statement has the action but lacks something else; this one lacks the least.
    Short {
        /// Its index.
        statement: usize,
        /// What it lacks; empty if only the action is in doubt.
        missing: Vec<Missing>,
        /// Whether no other Allow statement has the action.
        only: bool,
    },
}

/// A part of a statement that does not match a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// `Principal` or `NotPrincipal`.
    Principal,
    /// `Resource` or `NotResource`.
    Resource,
    /// A condition.
    Condition {
        /// Its place among the conditions of the statement.
        condition: usize,
        /// Why it is not met, in one sentence.
        why: String,
    },
}

/// Why `document` does not allow the request; `None` if it does, or if that is open.
pub fn refusal(document: &Document, request: &Request, options: &evaluate::Options) -> Option<Refusal> {
    let trace = evaluate(&[document], request, options);
    match trace.decision {
        Decision::ExplicitlyDenied => trace
            .statements
            .iter()
            .find(|s| s.effect == Effect::Deny && s.applies == Truth::True)
            .map(|s| Refusal::Denied { statement: s.statement }),
        Decision::ImplicitlyDenied => Some(nearest(&trace.statements)),
        Decision::Allowed | Decision::Undetermined => None,
    }
}

/// The Allow statement that comes closest: conditions weigh less than the resource, the resource less than the principal.
fn nearest(statements: &[StatementTrace]) -> Refusal {
    let with_action: Vec<&StatementTrace> =
        statements.iter().filter(|s| s.effect == Effect::Allow && s.action.truth != Truth::False).collect();
    let weight = |missing: &Missing| match missing {
        Missing::Condition { .. } => 1usize,
        Missing::Resource => 100,
        Missing::Principal => 10_000,
    };
    let closest = with_action
        .iter()
        .map(|s| (missing(s), s.statement))
        .min_by_key(|(missing, _)| missing.iter().map(weight).fold(0usize, usize::saturating_add));
    match closest {
        Some((missing, statement)) => Refusal::Short { statement, missing, only: with_action.len() == 1 },
        None => Refusal::NoAction,
    }
}

fn missing(statement: &StatementTrace) -> Vec<Missing> {
    let lacks = |truth: Truth, part: Missing| (truth != Truth::True).then_some(part);
    let conditions = statement.conditions.iter().enumerate();
    lacks(statement.principal.truth, Missing::Principal)
        .into_iter()
        .chain(lacks(statement.resource.truth, Missing::Resource))
        .chain(
            conditions
                .filter(|(_, c)| c.truth != Truth::True)
                .map(|(condition, c)| Missing::Condition { condition, why: c.why.clone() }),
        )
        .collect()
}
