//! From a goal to an answer: the three steps that keep opaque predicates honest.
//!
//! 1. With the opaque predicates free: no solution is a PASS, whatever they mean.
//! 2. With every opaque occurrence replaced by the constant that makes the goal harder: a solution is a FAIL, whatever they
//!    mean.
//! 3. Otherwise UNKNOWN, with the predicates and the request found in the first step.

use crate::code::Code;
use crate::confirm::Claim;
use crate::formula::{Atom, Lit, OpaqueId, Site, SiteElement, Test, weaken};
use crate::index::Id;
use crate::limits::Exhausted;
use crate::policy::Document;
use crate::request::Request;
use crate::solve::model::{Concretizer, Model};
use crate::solve::search::Search;
use crate::solve::verdict::{Proof, Unknown, UnknownReason};
use crate::solve::witness::{Unconfirmed, Witness};
use crate::theory::Lemma;

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

/// Decides whether any request satisfies all of `goal`, which is what `claim` says in terms of documents.
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
            Some(proposal) => open(variables(search, proposal, claim.query.documents()), None),
        });
    };
    let opaques: Vec<OpaqueId> = model.opaques(search.formula).collect();
    let request = concretize(search, &model, claim)?;
    let Unconfirmed { request, disagreement } = match Witness::confirm(request, claim) {
        Ok(witness) => return Ok(Answer::Witnessed(Box::new(witness.shrunk(claim)))),
        Err(unconfirmed) => *unconfirmed,
    };
    if disagreement.open.is_none() && opaques.is_empty() {
        return Ok(open(vec![UnknownReason::Internal(disagreement.message)], Some(request)));
    }
    let is_opaque: Vec<bool> =
        search.formula.atoms().map(|(_, atom)| matches!(atom, Atom::Opaque(_))).collect();
    let opaque = |atom: crate::formula::AtomId| is_opaque.get(atom.place()).copied().unwrap_or(false);
    let weaker: Vec<Lit> = goal.iter().map(|lit| weaken(&mut search.formula.graph, *lit, &opaque)).collect();
    if let Some(model) = search.solve(&weaker)? {
        let request = concretize(search, &model, claim)?;
        return Ok(confirm(search, request, claim));
    }
    let reasons = match disagreement.open {
        // What is open cancels out within the document: the referee, who looks at one statement after the other, does not
        // see that.
        Some(document) if opaques.is_empty() => open_in(search, document, claim.query.documents()),
        _ => opaques.into_iter().filter_map(|id| reason(search, id, claim.query.documents())).collect(),
    };
    Ok(open(reasons, Some(request)))
}

fn confirm(search: &Search<'_, '_>, request: Request, claim: &Claim<'_>) -> Answer {
    let Unconfirmed { request, disagreement } = match Witness::confirm(request, claim) {
        Ok(witness) => return Answer::Witnessed(Box::new(witness.shrunk(claim))),
        Err(unconfirmed) => *unconfirmed,
    };
    let reasons = match disagreement.open {
        Some(document) => open_in(search, document, claim.query.documents()),
        None => vec![UnknownReason::Internal(disagreement.message)],
    };
    open(reasons, Some(request))
}

/// All opaque predicates of one document.
fn open_in(search: &Search<'_, '_>, document: usize, documents: &[&Document]) -> Vec<UnknownReason> {
    let opaques = search.formula.atoms().filter_map(|(_, atom)| match atom {
        Atom::Opaque(id) => Some(search.formula.opaque_of(id)),
        _ => None,
    });
    opaques
        .filter_map(|(opaque, sites)| {
            at(documents, sites.iter().filter(|site| site.document == document).min()?, opaque.rule)
        })
        .collect()
}

fn concretize(search: &mut Search<'_, '_>, model: &Model, claim: &Claim<'_>) -> Result<Request, Exhausted> {
    let mut concretizer = Concretizer {
        formula: search.formula,
        theory: &mut search.theory,
        meter: &mut search.meter,
        policy_type: claim.semantics.policy_type,
        aws_compat: claim.semantics.aws_compat,
        documents: claim.query.documents(),
        statement: claim
            .query
            .policies()
            .get(claim.allowed_by)
            .and_then(|policy| policy.statements.get(claim.statement)),
        spellings: claim.spellings,
    };
    concretizer.request(model)
}

/// The policy variables of a proposal that was neither filled with values nor excluded.
fn variables(search: &Search<'_, '_>, proposal: &Lemma, documents: &[&Document]) -> Vec<UnknownReason> {
    let tests = proposal.positives.iter().chain(&proposal.negatives).map(|(_, test)| *test);
    let mut sites: Vec<Site> = tests
        .filter_map(|test| match test {
            Test::Template(id) => Some(search.formula.template_site(id)),
            _ => None,
        })
        .collect();
    sites.sort_unstable();
    sites.dedup();
    sites.iter().filter_map(|site| at(documents, site, Code::PolicyVariable)).collect()
}

/// An opaque predicate for people: the rule, and the first place where it stands.
fn reason(search: &Search<'_, '_>, id: OpaqueId, documents: &[&Document]) -> Option<UnknownReason> {
    let (opaque, sites) = search.formula.opaque_of(id);
    at(documents, sites.iter().min()?, opaque.rule)
}

fn at(documents: &[&Document], site: &Site, rule: Code) -> Option<UnknownReason> {
    let (span, pointer) = place(documents.get(site.document)?, site)?;
    Some(UnknownReason::Opaque {
        rule,
        detail: detail(rule).to_owned(),
        document: site.document,
        pointer,
        span,
    })
}

fn place(document: &Document, site: &Site) -> Option<(crate::span::Span, String)> {
    let statement = document.statements.get(site.statement)?;
    let whole = (statement.span, document.statement_pointer(site.statement));
    Some(match site.element {
        SiteElement::Principal => match &statement.principal {
            Some(element) => (element.span, document.principal_element_pointer(site.statement)),
            None => whole,
        },
        SiteElement::MissingResource => whole,
        SiteElement::Action(i) => match statement.action.values.get(i) {
            Some(value) => (value.span, document.action_pointer(site.statement, i)),
            None => (statement.action.span, whole.1),
        },
        SiteElement::Resource(i) => match statement.resource.as_ref().and_then(|r| r.values.get(i)) {
            Some(value) => (value.span, document.resource_pointer(site.statement, i)),
            None => whole,
        },
        SiteElement::Condition(i) => match statement.conditions.get(i) {
            Some(condition) => (condition.span, document.condition_pointer(site.statement, i)),
            None => whole,
        },
    })
}

/// What is open about a rule.
fn detail(rule: Code) -> &'static str {
    match rule {
        Code::EmptyNotAction => "AWS does not document what an empty `NotAction` means",
        Code::EmptyNotResource => "AWS does not document what an empty `NotResource` means",
        Code::EmptyValueList => "AWS's pages disagree on what an empty list of values means",
        Code::ServiceWildcard => "AWS does not document a wildcard in the service part of an action",
        Code::MissingResource => "AWS's pages disagree on what a statement without `Resource` covers",
        Code::ResourceAbbreviation => "the service expands this resource in its own way",
        Code::WholeStringResource => "only a reading in which wildcards cross `:` makes this pattern match",
        Code::AwsStarCoversNonAws => {
            "AWS does not document whether `{\"AWS\":\"*\"}` covers services and federated callers"
        }
        Code::NotprincipalDeny => "AWS does not document whom this list exempts from the Deny",
        Code::PrincipalPattern => "AWS rejects a wildcard here and does not document whom the value covers",
        Code::PlainOperatorOnSeveralValues => {
            "the meaning of an operator without ForAllValues or ForAnyValue is undocumented when the key has several values"
        }
        Code::ForAnyValueIfExists => "AWS does not document ForAnyValue with IfExists when the key is absent",
        Code::SetOfOneEmptyValue => "AWS does not document whether a set of one empty text counts as empty",
        Code::OperatorTypeMismatch => "AWS does not document this operator on a key of this type",
        Code::PolicyVariable => "this use of a policy variable is not modelled",
        Code::ArnPatternWithFewFields => "AWS does not document an ARN pattern of fewer than six fields",
        Code::IgnoreCaseBeyondAscii => {
            "AWS does not document how letters beyond ASCII compare without regard to case"
        }
        Code::InvalidBool
        | Code::InvalidNumber
        | Code::InvalidDate
        | Code::InvalidIp
        | Code::InvalidBinary => "AWS does not document what a value of the wrong form does",
        Code::TagKeyInTwoSpellings => "AWS does not document whether case distinguishes the tags of objects",
        _ => "this is not documented by AWS",
    }
}
