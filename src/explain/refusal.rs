//! The reason why a policy does not allow a request, or does not deny it.

use crate::evaluate::{Case, Options, Searched, StatementTrace, Truth};
use crate::policy::{Effect, PrincipalForms, RequestSet, Statement};
use crate::request::Request;

/// The reason why a policy does not allow a request, or does not deny it. In the second case the statements are Deny statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A Deny statement applies.
    Denied {
        /// Its index.
        statement: usize,
        /// The parts that an Allow statement lacks as well; `None` if some Allow statement may apply.
        lacks: Option<Box<Refusal>>,
    },
    /// Some Allow statement applies, but only by an entry for an account or a role, which grants less than a direct one.
    Indirect {
        /// Its index.
        statement: usize,
    },
    /// No statement has the action.
    NoAction,
    /// Some statement covers the action but lacks something else; this one lacks the least.
    Short {
        /// Its index.
        statement: usize,
        /// The missing parts; empty if only the action is in doubt.
        missing: Vec<Missing>,
        /// True if no other statement covers the action.
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
        /// Index of the condition in the statement.
        condition: usize,
        /// The reason why it does not hold, in one sentence.
        why: String,
    },
}

impl Missing {
    /// Says what is missing.
    pub fn says(&self) -> &str {
        match self {
            Missing::Principal => "it covers other principals",
            Missing::Resource => "it covers other resources",
            Missing::Condition { why, .. } => why,
        }
    }
}

impl Refusal {
    /// Returns what an Allow statement lacks.
    pub fn lack(&self) -> Option<&Refusal> {
        match self {
            Refusal::Denied { lacks, .. } => lacks.as_deref(),
            lack => Some(lack),
        }
    }
}

/// Finds the reason why a request is not in this set of a document; `None` if it is in the set, or if this is undecided.
pub fn refusal<'d>(
    document: impl Into<Searched<'d>>,
    request: &Request,
    set: RequestSet,
    options: &Options,
) -> Option<Refusal> {
    let case = Case::new(request, options);
    let statements = case.concerned(document);
    let of = |effect: Effect| statements.iter().filter(move |(_, s)| s.effect.value == effect);
    let is_in = Truth::any(of(set.effect()).map(|(_, s)| case.applies_by(s, set.forms())));
    let indirect = || {
        let applies = |s: &Statement| case.applies(s) == Truth::True;
        let (statement, _) = of(Effect::Allow).find(|(_, s)| applies(s))?;
        Some(Refusal::Indirect { statement: *statement })
    };
    let lack = (is_in == Truth::False).then(|| {
        let indirect = if set.forms() == PrincipalForms::All { None } else { indirect() };
        let traced = of(set.effect()).map(|(index, s)| case.trace((0, *index), s));
        match indirect {
            Some(indirect) => indirect,
            None => nearest(traced),
        }
    });
    if set == RequestSet::Denied {
        return lack;
    }
    let deny = of(Effect::Deny).find(|(_, s)| case.applies(s) == Truth::True);
    match deny {
        Some((statement, _)) => Some(Refusal::Denied { statement: *statement, lacks: lack.map(Box::new) }),
        None => lack,
    }
}

/// Finds the closest statement: a missing condition weighs less than the resource, the resource less than the principal.
fn nearest(statements: impl Iterator<Item = StatementTrace>) -> Refusal {
    let with_action: Vec<StatementTrace> = statements.filter(|s| s.action.truth != Truth::False).collect();
    let weight = |missing: &Missing| match missing {
        Missing::Condition { .. } => 1usize,
        Missing::Resource => 100,
        Missing::Principal => 10_000,
    };
    let closest = with_action
        .iter()
        .map(|s| (missing(s), s.statement))
        .min_by_key(|(missing, _)| missing.iter().map(weight).sum::<usize>());
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
