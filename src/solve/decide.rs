//! Decides a goal in three steps, so that no answer depends on the meaning of an opaque predicate.
//!
//! 1. The opaque predicates are free: no solution means PASS, whatever they mean.
//! 2. Every opaque occurrence is replaced by the constant that makes the goal harder: a solution means FAIL, whatever they mean.
//! 3. Otherwise the answer is UNKNOWN, with the predicates and the request of the first step.

use crate::code::Code;
use crate::confirm::{Claim, Disagreement, OpenPoint};
use crate::formula::{Lit, OpaqueId};
use crate::limits::Exhausted;
use crate::request::Request;
use crate::solve::fitting_values::with_fitting_values;
use crate::solve::model::{Concretizer, Model};
use crate::solve::opaque_reasons::{
    of_document, of_layers, of_linked_keys, of_policy_variables, of_predicate,
};
use crate::solve::search::Search;
use crate::solve::verdict::{Proof, Unknown, UnknownReason};
use crate::solve::witness::{Unconfirmed, Witness};

/// The answer to one goal.
#[derive(Debug)]
pub enum Answer {
    /// No request satisfies it.
    Unsat(Proof),
    /// This one does.
    Witnessed(Box<Witness>),
    /// Neither is known.
    Undecided(Box<Unknown>),
}

/// Decides if any request satisfies all of `goal`; `claim` states the same in terms of documents.
pub fn decide(search: &mut Search<'_, '_>, goal: &[Lit], claim: &Claim<'_>) -> Answer {
    match steps(search, goal, claim) {
        Ok(answer) => answer,
        Err(limit) => open(vec![UnknownReason::Exhausted(limit)], None),
    }
}

fn open(reasons: Vec<UnknownReason>, candidate: Option<Request>) -> Answer {
    Answer::Undecided(Box::new(Unknown { reasons, candidate }))
}

fn steps(search: &mut Search<'_, '_>, goal: &[Lit], claim: &Claim<'_>) -> Result<Answer, Exhausted> {
    let Some(model) = search.solve(goal)? else {
        return Ok(match search.undecided() {
            None => Answer::Unsat(Proof { lemmas: search.lemmas().len() }),
            Some(proposal) => {
                let found = of_policy_variables(search.workspace.formula, proposal, claim.query.documents());
                let is_mixed = found.is_empty();
                open(if is_mixed { vec![UnknownReason::Exhausted(Exhausted::Mixed)] } else { found }, None)
            }
        });
    };
    let opaques: Vec<OpaqueId> = model.opaques(search.workspace.formula).collect();
    let request = concretize(search, &model, claim)?;
    search.workspace.meter.work(claim.work)?;
    let Unconfirmed { request, disagreement } = match Witness::confirm_in_agreement(request, claim) {
        Ok(witness) => return Ok(Answer::Witnessed(Box::new(witness.shrunk(claim).polished(claim)))),
        Err(unconfirmed) => *unconfirmed,
    };
    if disagreement.open.is_none() && opaques.is_empty() {
        return Ok(unexplained(search, request, disagreement, claim));
    }
    let most = search.workspace.meter.limits().assignments;
    let formula = &*search.workspace.formula;
    if opaques.iter().any(|id| formula.opaque_of(*id).0.rule == Code::PolicyVariable) {
        let others = with_fitting_values(&request, claim.query.documents(), most);
        for other in others {
            search.workspace.meter.work(claim.work)?;
            if let Ok(witness) = Witness::confirm_in_agreement(other, claim) {
                return Ok(Answer::Witnessed(Box::new(witness.shrunk(claim).polished(claim))));
            }
        }
    }
    let weaker = search.weaken(goal);
    if let Some(model) = search.solve(&weaker)? {
        let request = concretize(search, &model, claim)?;
        search.workspace.meter.work(claim.work)?;
        return Ok(confirm(search, request, claim));
    }
    let reasons = match disagreement.open {
        // Within the document, the open predicate cancels out between statements. The referee evaluates one statement after the
        // other and does not see this.
        Some(OpenPoint::Document(document)) if opaques.is_empty() => {
            of_document(search.workspace.formula, document, claim.query.documents())
        }
        Some(OpenPoint::Layers(codes)) if opaques.is_empty() => of_layers(codes),
        _ => {
            let formula = &*search.workspace.formula;
            opaques.into_iter().map(|id| of_predicate(formula, id, claim.query.documents())).collect()
        }
    };
    Ok(open(reasons, Some(request)))
}

fn confirm(search: &Search<'_, '_>, request: Request, claim: &Claim<'_>) -> Answer {
    let Unconfirmed { request, disagreement } = match Witness::confirm_in_agreement(request, claim) {
        Ok(witness) => return Answer::Witnessed(Box::new(witness.shrunk(claim).polished(claim))),
        Err(unconfirmed) => *unconfirmed,
    };
    match disagreement.open.clone() {
        Some(OpenPoint::Document(document)) => {
            let reasons = of_document(search.workspace.formula, document, claim.query.documents());
            open(reasons, Some(request))
        }
        Some(OpenPoint::Layers(codes)) => open(of_layers(codes), Some(request)),
        None => unexplained(search, request, disagreement, claim),
    }
}

/// Reports a request that nothing open keeps from being a witness. Where keys that must agree stand in patterns, no values that
/// agree were found; anything else is a fault of the search.
fn unexplained(
    search: &Search<'_, '_>,
    request: Request,
    disagreement: Disagreement,
    claim: &Claim<'_>,
) -> Answer {
    let in_patterns = match disagreement.is_of_linked_keys {
        true => of_linked_keys(search.workspace.formula, claim.query.documents()),
        false => Vec::new(),
    };
    match in_patterns.is_empty() {
        true => open(vec![UnknownReason::Internal(disagreement.message)], Some(request)),
        false => open(in_patterns, None),
    }
}

fn concretize(search: &mut Search<'_, '_>, model: &Model, claim: &Claim<'_>) -> Result<Request, Exhausted> {
    let mut concretizer = Concretizer {
        formula: search.workspace.formula,
        theory: &mut search.workspace.theory,
        meter: &mut search.workspace.meter,
        requesters: claim.semantics.requesters(),
        aws_compat: claim.semantics.aws_compat,
        documents: claim.query.documents(),
        statement: claim
            .query
            .policies()
            .get(claim.document)
            .and_then(|policy| policy.statements.get(claim.statement)),
        spellings: claim.spellings,
    };
    concretizer.request(model)
}
