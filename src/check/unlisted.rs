//! Proves that AWS lists no request that shows a finding, or finds one that it lists.
//!
//! The question is asked once more about the requests for listed actions, and then about those that AWS lists as a whole. Neither
//! changes the verdict: a finding whose witness is not listed keeps it, with the proof beside it, or gets one that is.
//!
//! These searches have limits of their own, an eighth of those of a check, so that no other question has less work left for it.

use super::likelier::BETTER_WITNESSES;
use super::listed::listed;
use super::work::{compiling, values};
use crate::catalogue::Catalogue;
use crate::confirm::Referee;
use crate::encode::{DocumentRef, Encoding};
use crate::limits::{SearchLimits, SharedWork};
use crate::query::{Known, Query, Semantics, World};
use crate::request::RequestPart;
use crate::solve::{self, Finding, Search, Unlisted, decide};
use crate::theory::Theory;
use std::sync::Arc;

/// The part of the limits of a check that these searches may use.
const PART: u64 = 8;

/// Bounds on these searches, and the catalogue.
#[derive(Clone, Copy)]
pub(super) struct Bounds<'o> {
    /// The catalogue; the embedded one if absent.
    pub(super) catalogue: Option<&'o Arc<Catalogue>>,
    /// The limits of the check.
    pub(super) limits: &'o SearchLimits,
}

impl<'o> Bounds<'o> {
    fn in_world(self, world: World) -> Known<'o> {
        Known { world, catalogue: self.catalogue.map(|catalogue| &**catalogue), ..Known::default() }
    }
}

/// Looks at each finding of a FAIL whose witness AWS does not list. Returns true if one has a proof.
pub(super) fn prove_unlisted<'a>(
    findings: &mut [Finding],
    query: &Query<'a>,
    documents: &[DocumentRef<'a>],
    semantics: Semantics,
    bounds: Bounds<'_>,
) -> bool {
    let catalogue = bounds.in_world(World::Open).catalogue();
    let part = |finding: &Finding| finding.witness.request().unlisted_part(catalogue);
    let budget = SharedWork::of(&SearchLimits { work: bounds.limits.work / PART, ..*bounds.limits });
    let asks = [
        (World::ListedActions, [Some(RequestPart::Action)].as_slice()),
        (World::Catalogue, &[Some(RequestPart::Resource), Some(RequestPart::Key)]),
    ];
    let unlisted: Vec<Option<RequestPart>> = findings.iter().map(part).collect();
    for (world, parts) in asks {
        let of_world = findings.iter_mut().zip(&unlisted).filter(|(_, part)| parts.contains(part));
        let unlisted: Vec<&mut Finding> =
            of_world.take(BETTER_WITNESSES).map(|(finding, _)| finding).collect();
        let statements: Vec<(usize, usize)> =
            unlisted.iter().map(|finding| (finding.document, finding.statement)).collect();
        if !statements.is_empty() {
            let query = query.clone().knowing(bounds.in_world(world)).about(statements);
            // Without work left, the findings stay as they are.
            let _: Option<()> = ask_again(unlisted, &query, documents, semantics, (bounds, &budget));
        }
    }
    findings.iter().any(|finding| finding.unlisted.is_some())
}

/// Asks about these findings in the world of the query; `None` if the limits are reached.
fn ask_again<'a>(
    findings: Vec<&mut Finding>,
    query: &Query<'a>,
    documents: &[DocumentRef<'a>],
    semantics: Semantics,
    (bounds, budget): (Bounds<'_>, &SharedWork),
) -> Option<()> {
    budget.spend(values(query)).ok()?;
    let mut encoding = Encoding::sliced(query, documents, semantics);
    budget.spend(compiling(&encoding)).ok()?;
    let limits = SearchLimits { work: budget.left()?, states: bounds.limits.states / PART, ..*bounds.limits };
    let indexes = documents.iter().map(|document| document.actions());
    let referee = Referee::new(query, semantics).with_indexes(indexes);
    let catalogue = query.known().catalogue();
    let theory = Theory::new(semantics.requesters()).with_names_of(bounds.catalogue.cloned());
    let (goals, shared) = (std::mem::take(&mut encoding.goals), std::mem::take(&mut encoding.shared));
    let mut search = Search::new(&mut encoding.formula, theory, limits);
    for finding in findings {
        let own = goals.iter().find(|(document, statement, _)| {
            (*document, *statement) == (finding.document, finding.statement)
        });
        let (document, statement, lit) = own?;
        let claim = referee.claim(*document, *statement);
        let goal: Vec<_> = std::iter::once(*lit).chain(shared.iter().copied()).collect();
        let answer = decide(&mut search, &goal, &claim);
        let answer = listed(catalogue, &claim, budget, answer);
        match answer {
            solve::Answer::Unsat(_) => {
                let misfit = finding.witness.request().is_listed(catalogue).err()?;
                finding.unlisted = Some(Unlisted { part: misfit.part, why: misfit.message });
            }
            // The addresses of a finding are those of its witness. The world admits more keys than the reference lists for an
            // action, so its request need not be better.
            solve::Answer::Witnessed(witness)
                if finding.addresses.is_empty() && witness.request().unlisted_part(catalogue).is_none() =>
            {
                *finding = Finding::new(&claim, *witness);
            }
            solve::Answer::Witnessed(_) | solve::Answer::Undecided(_) => {}
        }
    }
    budget.take(search.stats().work);
    Some(())
}
