//! A request that shows something, judged on the documents: the three questions that every witness has to pass.

use crate::evaluate::{self, Case, Decision, Truth};
use crate::formula::{Asked, Setting};
use crate::policy::{Document, Effect, PolicyType};
use crate::request::{Keys, Request};

/// What a witness must show, in terms of the original documents.
#[derive(Clone, Copy)]
pub struct Claim<'c> {
    /// The question.
    pub asked: &'c Asked<'c>,
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
    asked: &'a Asked<'a>,
    setting: Setting,
    keys: Keys<'a>,
    spellings: Vec<&'a str>,
    options: evaluate::Options,
}

impl<'a> Referee<'a> {
    /// The referee for a question.
    pub fn new(asked: &'a Asked<'a>, setting: Setting) -> Referee<'a> {
        let documents = asked.documents();
        let mut options = evaluate::Options::for_documents(documents);
        let judged = asked.judged();
        options.resource_unconstrained =
            judged.iter().flat_map(|d| &d.statements).all(|s| s.resource.is_none());
        options.allows_whole_resource = asked.outside().is_some();
        options.policy_type = setting.policy_type;
        options.strict_arn = setting.strict_arn;
        let keys = Keys::new(documents.iter().flat_map(|document| document.mentioned_keys()));
        let listed_actions = asked.access().into_iter().flatten().flat_map(|entry| &entry.actions);
        let spellings = listed_actions.map(|action| &*action.text).collect();
        Referee { asked, setting, keys, spellings, options }
    }

    /// What a witness for this Allow statement of this policy must show.
    pub fn claim(&self, document: usize, statement: usize) -> Claim<'_> {
        Claim {
            asked: self.asked,
            documents: self.asked.documents(),
            allowed_by: document,
            statement,
            policy_type: self.setting.policy_type,
            spellings: &self.spellings,
            keys: &self.keys,
            aws_compat: self.setting.aws_compat,
            heuristics: self.setting.heuristics,
            boundary: self.setting.boundary,
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
        Some(boundary) if boundary != request.facts.boundary => {
            let mut other = request.clone();
            other.facts.boundary = boundary;
            fixed = other;
            &fixed
        }
        _ => request,
    };
    let policies = claim.asked.policies();
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
    for (index, demand) in (policies.len()..).zip(claim.asked.within()) {
        let about_all = evaluate::Options { resource_unconstrained: true, ..claim.options.clone() };
        let decision = evaluate::decide(&[demand], request, &about_all);
        if decision != Decision::Allowed {
            return Err(Disagreement::decided(index, decision, "allowed"));
        }
    }
    let others = policies.len().saturating_add(claim.asked.within().len());
    for (index, other) in (others..).zip(claim.asked.without()) {
        let decision = case.decide(&[other]);
        if !matches!(decision, Decision::ImplicitlyDenied | Decision::ExplicitlyDenied) {
            return Err(Disagreement::decided(index, decision, "denied"));
        }
    }
    let axioms = crate::request::Axioms { safe: !claim.aws_compat, heuristics: claim.heuristics };
    if let Some(fault) = request.inconsistencies_among(claim.keys, &axioms).first() {
        return Err(Disagreement::new(format!("the request cannot happen: {fault}")));
    }
    if let Some(outside) = claim.asked.outside() {
        request.is_outsider(claim.documents, outside.resource_type).map_err(Disagreement::new)?;
        if !request.is_beyond(&outside.but_for) {
            return Err(Disagreement::new("the request comes from an address that is not asked about"));
        }
    }
    if claim.asked.access().is_some_and(|access| !access.iter().any(|entry| evaluate::lists(entry, request)))
    {
        return Err(Disagreement::new("the request is not one that the question asks about"));
    }
    Ok(())
}
