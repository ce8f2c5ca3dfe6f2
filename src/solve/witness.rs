//! A witness: a request that the referee, the request room and the question itself agree on.

use crate::evaluate::{self, Decision, Truth};
use crate::formula::Tied;
use crate::policy::{Document, PolicyType};
use crate::request::{Keys, Request};

/// What a witness must show, in terms of the original documents.
#[derive(Clone, Copy)]
pub struct Claim<'c> {
    /// All documents of the check.
    pub documents: &'c [&'c Document],
    /// Index of the document that allows the request.
    pub allowed_by: usize,
    /// Index of the statement of that document that by itself allows it.
    pub statement: usize,
    /// Index of the document that does not, if the question has one.
    pub not_allowed_by: Option<usize>,
    /// What else the question asks of the request.
    pub predicate: &'c dyn Fn(&Request) -> bool,
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
    /// How the referee reads the documents.
    pub options: &'c evaluate::Options,
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
    fn new(message: impl Into<String>) -> Disagreement {
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

/// A confirmed request. There is no other way to make one than to have it confirmed on the original documents.
#[derive(Clone, Debug)]
pub struct Witness {
    request: Request,
}

impl Witness {
    /// Asks three independent questions about the request: do the documents decide as claimed, is it a request that can
    /// happen, does it meet the question's own predicate?
    ///
    /// # Errors
    /// The first question that was answered no.
    pub fn confirm(request: Request, claim: &Claim<'_>) -> Result<Witness, Disagreement> {
        let Some(document) = claim.documents.get(claim.allowed_by).copied() else {
            return Err(Disagreement::new("the claim names no document"));
        };
        let decision = evaluate::decide(&[document], &request, claim.options);
        if decision != Decision::Allowed {
            return Err(Disagreement::decided(claim.allowed_by, decision, "allowed"));
        }
        let place = (claim.allowed_by, claim.statement);
        let statement = document.statements.get(claim.statement);
        let trace = statement.map(|s| evaluate::trace_statement(place, s, &request, claim.options));
        if trace.map(|t| t.applies) != Some(Truth::True) {
            return Err(Disagreement::new(format!(
                "the referee says that statement {} does not apply",
                claim.statement
            )));
        }
        if let Some(index) = claim.not_allowed_by
            && let Some(other) = claim.documents.get(index).copied()
        {
            let decision = evaluate::decide(&[other], &request, claim.options);
            if !matches!(decision, Decision::ImplicitlyDenied | Decision::ExplicitlyDenied) {
                return Err(Disagreement::decided(index, decision, "denied"));
            }
        }
        let axioms = crate::request::Axioms { safe: !claim.aws_compat, heuristics: claim.heuristics };
        if let Some(fault) = request.inconsistencies_among(claim.keys, &axioms).first() {
            return Err(Disagreement::new(format!("the request cannot happen: {fault}")));
        }
        if !(claim.predicate)(&request) {
            return Err(Disagreement::new("the request is not one that the question asks about"));
        }
        Ok(Witness { request })
    }

    /// The witness without a requester, where it does without: context keys are there only if they are needed.
    #[must_use]
    pub fn shrunk(self, claim: &Claim<'_>) -> Witness {
        // A key that every requester has could not be left out with it.
        let anyone = claim.policy_type == PolicyType::Identity && !claim.keys.describe_everyone();
        if !anyone || self.request.requester.is_none() {
            return self;
        }
        let mut request = self.request.clone();
        request.requester = None;
        Tied::ALL.iter().for_each(|tied| request.set(tied.name(), Vec::new()));
        Witness::confirm(request, claim).unwrap_or(self)
    }

    /// The request.
    pub fn request(&self) -> &Request {
        &self.request
    }
}
