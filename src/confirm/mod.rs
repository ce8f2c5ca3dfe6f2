//! Confirms a witness on the original documents, by three independent checks.

mod addresses;
mod layers;
mod referee;

pub use addresses::{Shown, is_for_everyone, names_address};
pub use referee::{Claim, Referee};

use crate::code::Code;
use crate::evaluate::{self, Case, Truth};
use crate::policy::{RequestSet, read_instant};
use crate::query::{Role, World};
use crate::request::{FactSets, Request, Requesters};

/// The facts that link the values of two keys.
const LINKING: [&str; 2] = ["S10", "S11"];

/// The reason why a request is not a witness: the search disagrees with the referee or with the facts about requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The disagreement in one sentence.
    pub message: String,
    /// The point about which the referee's decision is open, if this is the only disagreement.
    pub open: Option<OpenPoint>,
    /// True if the request cannot happen only because keys that hold one fact in two spellings disagree.
    pub is_of_linked_keys: bool,
}

/// A point about which the referee's decision is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenPoint {
    /// The decision of the document with this index.
    Document(usize),
    /// The decision over layers, because of these points.
    Layers(Vec<Code>),
}

impl std::fmt::Display for Disagreement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Disagreement {}

impl Disagreement {
    fn new(message: impl Into<String>) -> Disagreement {
        Disagreement { message: message.into(), open: None, is_of_linked_keys: false }
    }

    /// Reports that the referee decides a document differently from the search, or leaves it open.
    fn decided(document: usize, set: RequestSet, is_in: Truth, expected: bool) -> Disagreement {
        let what = match set {
            RequestSet::Allowed(_) | RequestSet::Granted(_) => "allowed",
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
            open: (is_in == Truth::Unknown).then_some(OpenPoint::Document(document)),
            is_of_linked_keys: false,
        }
    }
}

/// Makes three independent checks of the request: the documents decide as claimed, the request can happen, and it satisfies the
/// predicate of the query.
///
/// # Errors The first check that fails.
pub fn confirm(request: &Request, claim: &Claim<'_>) -> Result<(), Disagreement> {
    let fixed;
    // A fixed boundary replaces that of the request, which leaves it out if it does not matter.
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
    let faults = request.inconsistencies_among(claim.keys, &sets);
    if let Some(fault) = faults.first() {
        let is_of_linked_keys = faults.iter().all(|fault| LINKING.contains(&fault.axiom));
        let message = format!("the request cannot happen: {fault}");
        return Err(Disagreement { message, open: None, is_of_linked_keys });
    }
    if sets.safe && rests_on_rounding(request, claim) {
        return Err(Disagreement {
            message: "AWS does not document how it rounds a fraction of a second".to_owned(),
            open: Some(OpenPoint::Document(claim.document)),
            is_of_linked_keys: false,
        });
    }
    is_asked_about(request, claim)
}

/// True if the time of the request has a fraction of a second and the policies also test the time in whole seconds.
fn rests_on_rounding(request: &Request, claim: &Claim<'_>) -> bool {
    let current = request.values("aws:currenttime").and_then(<[String]>::first);
    let has_fraction =
        current.and_then(|text| read_instant(text)).is_some_and(|instant| instant.has_fraction());
    has_fraction && ["aws:currenttime", "aws:epochtime"].iter().all(|key| claim.keys.contains(key))
}

/// Confirms that a policy of the type can apply to the requester.
fn is_possible_requester(request: &Request, claim: &Claim<'_>) -> Result<(), Disagreement> {
    let requesters = claim.semantics.requesters();
    match &request.requester {
        Some(requester) if !requesters.include(requester.kind()) => {
            Err(Disagreement::new("no policy of this type applies to such a requester"))
        }
        None if requesters == Requesters::Everyone => {
            Err(Disagreement::new("the request names no requester"))
        }
        _ => Ok(()),
    }
}

/// Confirms that the claimed statement adds the request to the set of the policies, and that the request is inside or outside the
/// set of every other layer as the layer's role demands.
fn is_decided_as_claimed(request: &Request, claim: &Claim<'_>) -> Result<(), Disagreement> {
    if let Some(layered) = claim.query.layered() {
        layers::is_allowed(request, claim, layered)?;
        return satisfies_roles(request, claim);
    }
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
    // One statement adds the request to the set, so others with its effect do not matter. The Deny statements of all policies
    // remove it from what they allow.
    let denies = if set == RequestSet::Denied { 0 } else { policies.len() };
    for index in 0..denies {
        match case.denied_by(claim.searched(index)) {
            Truth::False => {}
            denied => return Err(Disagreement::decided(index, RequestSet::Denied, denied, false)),
        }
    }
    satisfies_roles(request, claim)
}

/// Confirms that the request is inside or outside the set of each layer as the layer's role demands.
fn satisfies_roles(request: &Request, claim: &Claim<'_>) -> Result<(), Disagreement> {
    let case = Case::new(request, claim.options);
    for layer in claim.query.layers() {
        let last = layer.first + layer.documents.len();
        let documents = (layer.first..last).map(|index| claim.searched(index));
        let (is_in, expected) = match layer.role {
            // The decision over layers is confirmed as a whole.
            Role::Grants | Role::Part | Role::Rule => continue,
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

/// Confirms that the request comes from an outsider if the query is about outsiders, and that it is listed if the query lists
/// access.
fn is_asked_about(request: &Request, claim: &Claim<'_>) -> Result<(), Disagreement> {
    if let Some(outside) = claim.query.outside() {
        let documents = claim.query.documents();
        request
            .is_outsider(documents, outside.resource_type, claim.semantics.aws_compat)
            .map_err(Disagreement::new)?;
        if !request.is_beyond(&outside.but_for) {
            return Err(Disagreement::new("the query is not about the address of the request"));
        }
    }
    if claim.query.access().is_some_and(|access| !access.iter().any(|entry| evaluate::lists(entry, request)))
    {
        return Err(Disagreement::new("the query is not about this request"));
    }
    let known = claim.query.known();
    match known.world {
        World::Open => Ok(()),
        World::ListedActions if known.catalogue().action(&request.action).is_some() => Ok(()),
        World::ListedActions => Err(Disagreement::new("the query is about actions that AWS lists")),
        World::Catalogue => {
            let statements = || claim.query.documents().iter().map(|document| &document.statements);
            // A variable has no value where its key may have several: one value would give other requests, not fewer.
            let is_inserted = |key: &str| statements().any(|all| all.variable_keys().any(|own| own == key));
            let listed = request.is_in_catalogue_but_for(known.catalogue(), &is_inserted);
            listed.map_err(|misfit| Disagreement::new(misfit.message))
        }
    }
}
