//! Compares what two policies let through beside any other grants.
//!
//! Beside policies that grant G, a document lets (A or G) and not X through, where A is what its Allow statements allow and X is
//! what its Deny statements deny. NEW lets no more through than OLD for every G if and only if (A and not X) of NEW is a subset
//! of (A and not X) of OLD, and X of OLD is a subset of X of NEW: a G that grants a request denied only by OLD shows the need for
//! the second condition. In a resource policy, the form of the principal decides what else must grant, so the first condition is
//! checked for every set of forms ([`RequestSet::beside_others`]). Each check is one query with its own witness and proof.

use super::ask::{Answer, Options, ask, semantics};
use super::find;
use super::judging::Weakened;
use crate::confirm::{Referee, confirm};
use crate::encode::{Assumption, DocumentRef, keeps_denials};
use crate::index::broken;
use crate::limits::SearchLimits;
use crate::policy::{Document, Effect, RequestSet, ResourceShape, Starts, Statement};
use crate::query::{Query, World};
use crate::request::Request;
use crate::solve::{Finding, Proof, Unknown, UnknownReason, Verdict};
use crate::verify::Certificate;

/// Asks if all requests in this set of `one` are in that of `other`. Document 0 of the answer is `one`.
pub(super) fn inside(
    set: RequestSet,
    one: DocumentRef<'_>,
    other: DocumentRef<'_>,
    options: &Options,
) -> Answer {
    ask(&inclusion(set, one, other), &[one, other], options)
}

fn inclusion<'q>(set: RequestSet, one: DocumentRef<'q>, other: DocumentRef<'q>) -> Query<'q> {
    match set {
        RequestSet::Allowed(_) | RequestSet::Granted(_) => {
            Query::nothing_more_through(one.document(), other.document(), set)
        }
        RequestSet::Denied => Query::nothing_more_through(other.document(), one.document(), set),
    }
}

/// True if the referee confirms that this request is in the set of `one`, by this statement, and not in that of `other`: the
/// answer of [`inside`] would be no.
pub(super) fn is_outside(
    request: &Request,
    set: RequestSet,
    (one, statement): (DocumentRef<'_>, usize),
    other: DocumentRef<'_>,
    options: &Options,
) -> bool {
    let query = inclusion(set, one, other).knowing(options.known());
    let referee = Referee::new(&query, semantics(&query, options));
    confirm(request, &referee.claim(0, statement)).is_ok()
}

/// Asks if `new` lets more through than `existing`, with regard to one set. Document 0 of the answer is `new`.
pub(super) fn nothing_more_through(
    new: DocumentRef<'_>,
    existing: DocumentRef<'_>,
    set: RequestSet,
    options: &Options,
) -> Answer {
    match set {
        RequestSet::Allowed(_) | RequestSet::Granted(_) => inside(set, new, existing, options),
        RequestSet::Denied => swapped(inside(set, existing, new, options)),
    }
}

/// Compares the documents beside others, given the answer about what they allow.
pub(super) fn beside_others(
    allowed: Answer,
    new: DocumentRef<'_>,
    existing: DocumentRef<'_>,
    options: &Options,
) -> Answer {
    let sets = RequestSet::beside_others([new.document(), existing.document()]);
    let mut parts = vec![(RequestSet::ALLOWED, allowed)];
    for set in sets.into_iter().skip(1) {
        parts.push((set, nothing_more_through(new, existing, set, options)));
    }
    all(parts)
}

/// Returns a request that `existing` denies and `new` does not, if there is one.
pub(super) fn weakened(
    new: DocumentRef<'_>,
    existing: DocumentRef<'_>,
    options: &Options,
) -> Option<Weakened> {
    if keeps_denials(new, existing) {
        return None;
    }
    let limits = SearchLimits { findings: 1, ..options.limits };
    let options = Options { limits, certificate: false, certify: false, ..options.clone() };
    match nothing_more_through(new, existing, RequestSet::Denied, &options).verdict {
        Verdict::Pass(_) => None,
        Verdict::Unknown(_) => Some(Weakened::Undecided),
        Verdict::Fail(findings) => match findings.into_iter().next() {
            Some(finding) => Some(Weakened::Shown(Box::new(finding))),
            None => broken("a FAIL has a finding"),
        },
    }
}

/// True if no request was found that one of the documents allows by itself.
pub(super) fn allow_nothing(documents: [DocumentRef<'_>; 2], options: &Options) -> bool {
    !documents.iter().any(|document| plainly_allows(document.document()))
        && documents.into_iter().all(|document| allows_nothing(document, options))
}

/// True if no request was found that the document allows by itself.
pub(super) fn allows_nothing(document: DocumentRef<'_>, options: &Options) -> bool {
    if plainly_allows(document.document()) {
        return false;
    }
    let limits = SearchLimits { findings: 1, ..options.limits };
    // The rule by which policies are judged is the same in each world.
    let options = Options {
        limits,
        certificate: false,
        certify: false,
        world: World::Open,
        first_witness: true,
        ..options.clone()
    };
    !matches!(find([document], [], [], &options).verdict, Verdict::Fail(_))
}

/// Allow statements that the sieve holds against all Deny statements.
const PLAIN: usize = 16;

/// True if some Allow statement without conditions applies to anyone, and no Deny statement shares its actions and resources.
/// This cheap test suffices for most documents.
fn plainly_allows(document: &Document) -> bool {
    let is_plain = |statement: &Statement| {
        let action = statement.action.values.first().filter(|_| !statement.action.negated);
        let resource = statement.resource.as_ref().is_none_or(|resource| {
            let value = resource.values.first().filter(|_| !resource.negated);
            value.is_some_and(|v| {
                v.value.shape != ResourceShape::Abbreviation && !v.value.template.has_variables()
            })
        });
        statement.effect.value == Effect::Allow
            && statement.conditions.is_empty()
            && statement.principal.as_ref().is_none_or(|principal| principal.everyone && !principal.negated)
            && action.is_some_and(|action| !action.value.has_service_wildcard())
            && resource
    };
    let denies = || document.statements.iter().filter(|statement| statement.effect.value == Effect::Deny);
    let is_open = |statement: &Statement| {
        !document.statements.deny() || {
            let starts = Starts::of(statement);
            !denies().any(|deny| starts.may_meet(deny))
        }
    };
    document.statements.iter().filter(|statement| is_plain(statement)).take(PLAIN).any(is_open)
}

/// Swaps back the documents in the answer to a query about denied requests, where they are in reverse order.
fn swapped(mut answer: Answer) -> Answer {
    let swap = |document: &mut usize| *document = 1 - (*document).min(1);
    let unknown = |unknown: &mut Unknown| {
        for reason in &mut unknown.reasons {
            if let UnknownReason::Opaque { document, .. } = reason {
                swap(document);
            }
        }
    };
    match &mut answer.verdict {
        Verdict::Pass(_) => {}
        Verdict::Fail(findings) => findings.iter_mut().for_each(|finding| swap(&mut finding.document)),
        Verdict::Unknown(open) => unknown(open),
    }
    if let Some(open) = &mut answer.open {
        unknown(open);
    }
    answer
}

/// Combines the answers about all sets to one.
fn all(parts: Vec<(RequestSet, Answer)>) -> Answer {
    let certificates: Vec<(RequestSet, Certificate)> =
        parts.iter().filter_map(|(set, answer)| Some((*set, answer.certificate.clone()?))).collect();
    let mut whole = combined(parts.into_iter().map(|(_, answer)| answer));
    whole.certificate = match &whole.verdict {
        Verdict::Pass(_) | Verdict::Fail(_) => Certificate::beside_others(certificates),
        Verdict::Unknown(_) => None,
    };
    whole.beside_others = true;
    whole
}

/// Combines the answers to several queries, without a certificate: FAIL if one of them is FAIL, PASS if all are PASS.
pub(super) fn combined(mut parts: impl Iterator<Item = Answer>) -> Answer {
    let Some(mut whole) = parts.next() else { broken("something is asked of the documents") };
    let mut proofs = Vec::new();
    let mut findings: Vec<Finding> = Vec::new();
    let mut unknown = Vec::new();
    let mut take = |verdict: Verdict, open: Option<Box<Unknown>>| {
        match verdict {
            Verdict::Pass(proof) => proofs.push(proof),
            Verdict::Unknown(reasons) => unknown.push(*reasons),
            Verdict::Fail(found) => {
                for finding in found {
                    let place = (finding.document, finding.statement);
                    // A statement that is new in one set is usually new in the next set too.
                    match findings.iter_mut().find(|other| (other.document, other.statement) == place) {
                        None => findings.push(finding),
                        // A request that AWS lists is the better witness, and the proof about one set is none about another.
                        Some(other) if finding.unlisted.is_none() && other.unlisted.is_some() => {
                            *other = finding;
                        }
                        Some(_) => {}
                    }
                }
            }
        }
        unknown.extend(open.map(|open| *open));
    };
    take(std::mem::replace(&mut whole.verdict, Verdict::Fail(Vec::new())), whole.open.take());
    for answer in parts {
        whole.stats = whole.stats.and(&answer.stats);
        whole.is_fault |= answer.is_fault;
        whole.edition = whole.edition.or(answer.edition);
        let new: Vec<Assumption> =
            answer.assumptions.into_iter().filter(|a| !whole.assumptions.contains(a)).collect();
        whole.assumptions.extend(new);
        take(answer.verdict, answer.open);
    }
    whole.assumptions.sort_unstable();
    let open = Unknown::all(unknown);
    (whole.verdict, whole.open) = match (findings.is_empty(), open, Proof::all(proofs)) {
        (false, open, _) => (Verdict::Fail(findings), open.map(Box::new)),
        (true, Some(open), _) => (Verdict::Unknown(Box::new(open)), None),
        (true, None, Some(proof)) => (Verdict::Pass(proof), None),
        (true, None, None) => broken("every set is proved, shown or open"),
    };
    whole.certificate = None;
    whole
}
