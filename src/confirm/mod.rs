//! Confirms on the documents that a request shows what is claimed of it: the three questions that every witness has to pass.

mod addresses;
mod referee;

pub use addresses::{Shown, is_for_everyone, names_address};
pub use referee::{Claim, Referee};

use crate::evaluate::{self, Case, Truth};
use crate::policy::{RequestSet, read_instant};
use crate::query::Role;
use crate::request::{FactSets, Request, Requesters};

/// Why a request is no witness: solver and referee, or solver and request room, do not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// Their statement in one sentence.
    pub message: String,
    /// The document whose decision is open to the referee, if that is all.
    pub open: Option<usize>,
}

impl std::fmt::Display for Disagreement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Disagreement {}

impl Disagreement {
    fn new(message: impl Into<String>) -> Disagreement {
        Disagreement { message: message.into(), open: None }
    }

    /// The referee decides otherwise of a document, or leaves open what the search found out.
    fn decided(document: usize, set: RequestSet, is_in: Truth, expected: bool) -> Disagreement {
        let what = match set {
            RequestSet::Allowed(_) => "allowed",
            RequestSet::Denied => "denied",
        };
        let says = match is_in {
            Truth::True => "yes",
            Truth::False => "no",
            Truth::Unknown => "that it is open",
        };
        let search = if expected { "yes" } else { "no" };
        Disagreement {
            message: format!("is the request {what}? The referee says {says}, the search says {search}"),
            open: (is_in == Truth::Unknown).then_some(document),
        }
    }
}

/// Asks three independent questions about the request: do the documents decide as claimed, is it a request that can
/// happen, does it meet the query's own predicate?
///
/// # Errors
/// The first question that was answered no.
pub fn confirm(request: &Request, claim: &Claim<'_>) -> Result<(), Disagreement> {
    let fixed;
    // A fixed boundary holds even where the request says nothing of it, because it plays no part.
    let request = match claim.semantics.boundary {
        Some(boundary) if boundary != request.hidden.boundary => {
            let mut other = request.clone();
            other.hidden.boundary = boundary;
            fixed = other;
            &fixed
        }
        _ => request,
    };
    is_possible_requester(request, claim)?;
    is_decided_as_claimed(request, claim)?;
    let sets = FactSets { safe: !claim.semantics.aws_compat, heuristics: claim.semantics.heuristics };
    if let Some(fault) = request.inconsistencies_among(claim.keys, &sets).first() {
        return Err(Disagreement::new(format!("the request cannot happen: {fault}")));
    }
    if sets.safe && rests_on_rounding(request, claim) {
        return Err(Disagreement {
            message: "how a fraction of a second is rounded is open".to_owned(),
            open: Some(claim.document),
        });
    }
    is_asked_about(request, claim)
}

/// True if the time of the request has a fraction of a second, and the policies also ask for the time in whole seconds.
fn rests_on_rounding(request: &Request, claim: &Claim<'_>) -> bool {
    let current = request.values("aws:currenttime").and_then(<[String]>::first);
    let has_fraction =
        current.and_then(|text| read_instant(text)).is_some_and(|instant| instant.has_fraction());
    has_fraction && ["aws:currenttime", "aws:epochtime"].iter().all(|key| claim.keys.contains(key))
}

/// Confirms that the requester is one of those whom a policy of the type may be about.
fn is_possible_requester(request: &Request, claim: &Claim<'_>) -> Result<(), Disagreement> {
    let requesters = claim.semantics.requesters();
    match &request.requester {
        Some(requester) if !requesters.include(requester.kind()) => {
            Err(Disagreement::new("no policy of this type is about such a requester"))
        }
        None if requesters == Requesters::Everyone => Err(Disagreement::new("nobody is named as requester")),
        _ => Ok(()),
    }
}

/// Confirms that the claimed statement puts the request into the set of the policies, and that the request is in or out of the
/// set of every other layer as its role says.
fn is_decided_as_claimed(request: &Request, claim: &Claim<'_>) -> Result<(), Disagreement> {
    let (policies, set) = (claim.query.policies(), claim.query.set());
    let Some(document) = policies.get(claim.document) else {
        return Err(Disagreement::new("the claim names no document"));
    };
    let case = Case::new(request, claim.options);
    let statement = document.statements.get(claim.statement).filter(|s| s.effect.value == set.effect());
    if statement.is_none_or(|s| case.applies_by(s, set.forms()) != Truth::True) {
        return Err(Disagreement::new(format!(
            "the referee says that statement {} does not apply",
            claim.statement
        )));
    }
    // As one statement puts the request into the set, the others with its effect do not matter; the Deny statements of all
    // policies keep it out of what they allow.
    let denies = if set == RequestSet::Denied { 0 } else { policies.len() };
    for index in 0..denies {
        match case.denied_by(claim.searched(index)) {
            Truth::False => {}
            denied => return Err(Disagreement::decided(index, RequestSet::Denied, denied, false)),
        }
    }
    for layer in claim.query.layers() {
        let last = layer.first + layer.documents.len();
        let documents = (layer.first..last).map(|index| claim.searched(index));
        let (is_in, expected) = match layer.role {
            Role::Grants => continue,
            Role::Caps => (case.is_in(layer.set, documents), true),
            Role::Excludes => (case.is_in(layer.set, documents), false),
            Role::Scope => {
                let about_all = evaluate::Options { resource_unconstrained: true, ..claim.options.clone() };
                (Case::new(request, &about_all).is_in(layer.set, documents), true)
            }
        };
        if is_in != Truth::from(expected) {
            return Err(Disagreement::decided(layer.first, layer.set, is_in, expected));
        }
    }
    Ok(())
}

/// Confirms that the request is one of an outsider, where the query is about outsiders, and is listed, where it lists access.
fn is_asked_about(request: &Request, claim: &Claim<'_>) -> Result<(), Disagreement> {
    if let Some(outside) = claim.query.outside() {
        let documents = claim.query.documents();
        request
            .is_outsider(documents, outside.resource_type, claim.semantics.aws_compat)
            .map_err(Disagreement::new)?;
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
