//! Queries about parts of one statement, answered by the statements that may apply to its requests. Two things save queries:
//! statements whose actions or resources start differently are omitted, and variants of known requests are tried first.

use super::{APPLIES, Differ, Side};
use crate::check::find::{OfSet, find_among};
use crate::check::query_budget::{Stopped, VALUE};
use crate::check::region::{Axis, Region};
use crate::check::statement_index::StatementIndex;
use crate::check::{Answer, Options};
use crate::encode::PreparedDocument;
use crate::evaluate::{self, Case, Truth};
use crate::policy::{Document, Effect, RequestSet, Starts, Statement};
use crate::request::{FactSets, Keys, Request};
use crate::solve::Verdict;
use std::borrow::Cow;

/// Both policies without the statements that apply to no request of one statement. A query about requests of that statement has
/// the same answer.
pub(super) struct Near {
    /// The whole statement as a region.
    pub(super) whole: Region,
    pub(super) side: Side,
    pub(super) one: PreparedDocument,
    pub(super) other: PreparedDocument,
    /// The number of statements of both.
    pub(super) statements: usize,
}

/// How much of a non-empty region is in the set of the one policy and not in that of the other.
pub(super) enum Newness {
    /// All of it: proved.
    All,
    /// Possibly not all; for example, this request is not.
    NotAll(Option<Box<Request>>),
}

/// Requests that were found in a larger region. They may also lie in the region to be examined, and then no search is needed.
#[derive(Clone, Copy, Default)]
pub(super) struct Known<'k> {
    /// One that is new.
    pub(super) new: Option<&'k Request>,
    /// One that is not.
    pub(super) old: Option<&'k Request>,
    /// The list in which the region has fewer values.
    pub(super) axis: Option<Axis>,
}

impl Differ<'_> {
    /// Returns the policies near a statement; `None` if there is no such statement.
    pub(super) fn near(&self, side: Side, statement: usize) -> Option<Near> {
        let of = self.of_side(side);
        let whole = Region::whole(of, statement)?;
        let own = of.statements.get(statement)?;
        let near = |document: &PreparedDocument, index: &StatementIndex| {
            let statements = &document.document().statements;
            let starts = Starts::of(own);
            let beside = index.beside(own);
            self.budget.pay(own.size() + beside.len());
            let beside = beside.into_iter().filter_map(|place| statements.get(place));
            let meeting: Vec<&Statement> = beside.filter(|statement| starts.may_meet(statement)).collect();
            if meeting.len() == statements.len() {
                return document.clone();
            }
            self.budget.pay(meeting.iter().map(|statement| statement.size() * VALUE).sum());
            let meeting: Vec<Statement> = meeting.into_iter().cloned().collect();
            document.document().with_statements(meeting).into()
        };
        let (one, other) = (near(self.one, self.index_of_one), near(self.other, self.index_of_other));
        // The reading of a statement without `Resource` depends on the others.
        let reads_alike = own.resource.is_some()
            && self.reading.reads_alike(
                &evaluate::Options::for_documents(&[one.document(), other.document()]),
                &[one.document(), other.document()],
            );
        let (one, other) = match reads_alike {
            true => (one, other),
            false => (self.one.clone(), self.other.clone()),
        };
        let statements = one.document().statements.len() + other.document().statements.len();
        Some(Near { whole, side, one, other, statements })
    }

    /// Returns a request of the region that is known to be new, or known not to be: the known request of a region with more
    /// values in a list, or a variant of it with a value of this region. This saves a query.
    pub(super) fn known_in<'k>(
        &self,
        near: &Near,
        region: OfSet<'_>,
        known: Option<&'k Request>,
        axis: Option<Axis>,
        is_new: bool,
    ) -> Option<Cow<'k, Request>> {
        let known = known?;
        if self.holds(region, known) {
            return Some(Cow::Borrowed(known));
        }
        // Each statement is looked at, and the keys of its conditions.
        self.budget.pay(near.statements * APPLIES);
        let like = like(region.1.document(), axis?, known)?;
        let is_shown = self.holds(region, &like)
            && self.is_new(near, &like) == Truth::from(is_new)
            && self.can_happen(near, &like);
        is_shown.then_some(Cow::Owned(like))
    }

    /// Returns true if the request is in the set of the one policy and not in that of the other.
    fn is_new(&self, near: &Near, request: &Request) -> Truth {
        let case = Case::new(request, self.reading);
        let is_in = |policy: &PreparedDocument| case.is_in(self.set, [policy.document()]);
        match (is_in(&near.one), is_in(&near.other)) {
            (Truth::True, Truth::False) => Truth::True,
            (Truth::False, _) | (_, Truth::True) => Truth::False,
            _ => Truth::Unknown,
        }
    }

    /// True if the facts about requests do not exclude this variant of a confirmed request.
    fn can_happen(&self, near: &Near, request: &Request) -> bool {
        let options = self.budget.options();
        let facts = FactSets { safe: !options.aws_compat, heuristics: options.assume_heuristics };
        let mentioned = [&near.one, &near.other].into_iter().flat_map(|d| d.document().mentioned_keys());
        // A boundary in the options replaces the request's own.
        options.boundary.is_none() && request.inconsistencies_among(&Keys::new(mentioned), &facts).is_empty()
    }

    /// Determines if the whole region is in the set of the one policy and nothing of it in that of the other.
    pub(super) fn newness(&mut self, near: &Near, region: OfSet<'_>) -> Result<Newness, Stopped> {
        self.budget.pay(near.statements);
        let (of, document) = region;
        let starts: Vec<Starts<'_>> = document.document().statements.iter().map(Starts::of).collect();
        let meets = |policy: &PreparedDocument, effect: Effect| {
            let mut statements = policy.document().statements.iter().filter(|s| s.effect.value == effect);
            statements.any(|statement| starts.iter().any(|starts| starts.may_meet(statement)))
        };
        if meets(&near.other, self.set.effect()) {
            let other = (self.set, (&near.other).into());
            if let Some(request) =
                self.shown(|options| find_among(of, &[document], &[other], &[], options))?
            {
                return Ok(Newness::NotAll(request));
            }
        }
        // A part of one of its statements is in its set unless its Deny statements remove it.
        let keeps_out = self.set != RequestSet::Denied && meets(&near.one, Effect::Deny);
        if near.side == Side::More && !keeps_out {
            return Ok(Newness::All);
        }
        let one = (self.set, (&near.one).into());
        let request = self.shown(|options| find_among(of, &[document], &[], &[one], options))?;
        Ok(request.map_or(Newness::All, Newness::NotAll))
    }

    /// Returns a request that satisfies the query, if one is found; `None` if it is proved that there is none.
    fn shown(
        &mut self,
        query: impl FnOnce(&Options) -> Answer,
    ) -> Result<Option<Option<Box<Request>>>, Stopped> {
        Ok(match self.budget.ask(query)?.verdict {
            Verdict::Pass(_) => None,
            Verdict::Fail(findings) => {
                Some(findings.first().map(|finding| Box::new(finding.witness.request().clone())))
            }
            Verdict::Unknown(_) => Some(None),
        })
    }
}

/// Returns the request with the first action or resource of a region.
fn like(region: &Document, axis: Axis, request: &Request) -> Option<Request> {
    let statement = region.statements.first()?;
    let filled = |text: &str| text.replace(['*', '?'], "a");
    let mut like = request.clone();
    match axis {
        Axis::Action => like.action = filled(&statement.action.values.first()?.value.text),
        Axis::Resource => like.resource = filled(&statement.resource.as_ref()?.values.first()?.value.text),
        Axis::Principal | Axis::Condition(_) => return None,
    }
    Some(like)
}
