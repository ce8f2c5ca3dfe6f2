//! A request that shows something, judged on the documents: the three questions that every witness has to pass.

mod addresses;

pub use addresses::{Shown, is_for_everyone, names_address};

use crate::evaluate::{self, Case, Decision, Truth};
use crate::policy::{Document, Effect, PolicyType};
use crate::query::{Query, Role, Semantics};
use crate::request::{Keys, Request};

/// What a witness must show, in terms of the original documents.
#[derive(Clone, Copy)]
pub struct Claim<'c> {
    /// The question.
    pub query: &'c Query<'c>,
    /// All documents of the check.
    pub documents: &'c [&'c Document],
    /// Index of the policy that allows the request.
    pub allowed_by: usize,
    /// Index of the statement of that document that by itself allows it.
    pub statement: usize,
    /// Further spellings of actions, for the request to use.
    pub spellings: &'c [&'c str],
    /// The policy type of the check.
    pub policy_type: PolicyType,
    /// The condition keys that the documents test.
    pub keys: &'c Keys<'c>,
    /// Whether only what AWS's own checks know is taken as a fact.
    pub aws_compat: bool,
    /// Whether heuristics are taken for facts.
    pub heuristics: bool,
    /// Whether the requester has a permissions boundary, where the question fixes that.
    pub boundary: Option<bool>,
    /// How the referee reads the documents.
    pub options: &'c evaluate::Options,
}

/// How the documents of a question are judged.
#[derive(Debug)]
pub struct Referee<'a> {
    query: &'a Query<'a>,
    semantics: Semantics,
    keys: Keys<'a>,
    spellings: Vec<&'a str>,
    options: evaluate::Options,
}

impl<'a> Referee<'a> {
    /// The referee for a question.
    pub fn new(query: &'a Query<'a>, semantics: Semantics) -> Referee<'a> {
        let documents = query.documents();
        let mut options = evaluate::Options::for_documents(documents);
        let judged = query.judged();
        options.resource_unconstrained =
            judged.iter().flat_map(|d| &d.statements).all(|s| s.resource.is_none());
        options.allows_whole_resource = query.outside().is_some();
        options.policy_type = semantics.policy_type;
        options.strict_arn = semantics.strict_arn;
        let keys = Keys::new(documents.iter().flat_map(|document| document.mentioned_keys()));
        let listed_actions = query.access().into_iter().flatten().flat_map(|entry| &entry.actions);
        let spellings = listed_actions.map(|action| &*action.text).collect();
        Referee { query, semantics, keys, spellings, options }
    }

    /// What a witness for this Allow statement of this policy must show.
    pub fn claim(&self, document: usize, statement: usize) -> Claim<'_> {
        Claim {
            query: self.query,
            documents: self.query.documents(),
            allowed_by: document,
            statement,
            policy_type: self.semantics.policy_type,
            spellings: &self.spellings,
            keys: &self.keys,
            aws_compat: self.semantics.aws_compat,
            heuristics: self.semantics.heuristics,
            boundary: self.semantics.boundary,
            options: &self.options,
        }
    }
}

/// Why a request is no witness: solver and referee, or solver and request room, do not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// What they say, in one sentence.
    pub message: String,
    /// The document whose decision is open to the referee, if that is all.
    pub open: Option<usize>,
}

impl Disagreement {
    pub(super) fn new(message: impl Into<String>) -> Disagreement {
        Disagreement { message: message.into(), open: None }
    }

    /// The referee decides otherwise, or leaves open what the search found out.
    fn decided(document: usize, decision: Decision, expected: &str) -> Disagreement {
        Disagreement {
            message: format!("the referee says {decision:?} where the search says {expected}"),
            open: (decision == Decision::Undetermined).then_some(document),
        }
    }
}

/// Asks three independent questions about the request: do the documents decide as claimed, is it a request that can
/// happen, does it meet the question's own predicate?
///
/// # Errors
/// The first question that was answered no.
pub fn confirm(request: &Request, claim: &Claim<'_>) -> Result<(), Disagreement> {
    let fixed;
    // What the question fixes holds whatever the request says, which says nothing where it plays no part.
    let request = match claim.boundary {
        Some(boundary) if boundary != request.hidden.boundary => {
            let mut other = request.clone();
            other.hidden.boundary = boundary;
            fixed = other;
            &fixed
        }
        _ => request,
    };
    let policies = claim.query.policies();
    let Some(document) = policies.get(claim.allowed_by).copied() else {
        return Err(Disagreement::new("the claim names no document"));
    };
    let case = Case::new(request, claim.options);
    let statement = document.statements.get(claim.statement).filter(|s| s.effect.value == Effect::Allow);
    if statement.is_none_or(|s| case.applies(s) != Truth::True) {
        return Err(Disagreement::new(format!(
            "the referee says that statement {} does not apply",
            claim.statement
        )));
    }
    // As it allows the request, the other Allow statements do not matter; the Deny statements of all policies do.
    for (index, policy) in policies.iter().enumerate() {
        let decision = match case.denied_by(policy) {
            Truth::False => continue,
            Truth::Unknown => Decision::Undetermined,
            Truth::True => Decision::ExplicitlyDenied,
        };
        return Err(Disagreement::decided(index, decision, "allowed"));
    }
    for layer in claim.query.layers() {
        let decision = match layer.role {
            Role::Grants => continue,
            Role::Caps | Role::Excludes => case.decide(layer.documents),
            Role::Scope => {
                let about_all = evaluate::Options { resource_unconstrained: true, ..claim.options.clone() };
                evaluate::decide(layer.documents, request, &about_all)
            }
        };
        let is_allowed = decision == Decision::Allowed;
        let is_denied = matches!(decision, Decision::ImplicitlyDenied | Decision::ExplicitlyDenied);
        match layer.role {
            Role::Excludes if !is_denied => {
                return Err(Disagreement::decided(layer.first, decision, "denied"));
            }
            Role::Caps | Role::Scope if !is_allowed => {
                return Err(Disagreement::decided(layer.first, decision, "allowed"));
            }
            Role::Grants | Role::Caps | Role::Scope | Role::Excludes => {}
        }
    }
    let axioms = crate::request::FactSets { safe: !claim.aws_compat, heuristics: claim.heuristics };
    if let Some(fault) = request.inconsistencies_among(claim.keys, &axioms).first() {
        return Err(Disagreement::new(format!("the request cannot happen: {fault}")));
    }
    if let Some(outside) = claim.query.outside() {
        request.is_outsider(claim.documents, outside.resource_type).map_err(Disagreement::new)?;
        if !request.is_beyond(&outside.but_for) {
            return Err(Disagreement::new("the request comes from an address that is not asked about"));
        }
    }
    if claim.query.access().is_some_and(|access| !access.iter().any(|entry| evaluate::lists(entry, request)))
    {
        return Err(Disagreement::new("the request is not one that the question asks about"));
    }
    Ok(())
}
