//! Queries about parts of one statement, answered by the statements that may apply to its requests. Two things save queries:
//! statements whose actions or resources start differently are omitted, and variants of known requests are tried first.

use super::{APPLIES, Differ, Side};
use crate::check::find::{OfSet, find_first};
use crate::check::query_budget::{Stopped, VALUE};
use crate::check::region::Region;
use crate::check::statement_index::StatementIndex;
use crate::check::{Answer, Options};
use crate::encode::PreparedDocument;
use crate::evaluate::{self, Case, Truth};
use crate::policy::{Document, Effect, Part, RequestSet, Starts, Statement, Template};
use crate::request::{FactSets, Keys, Request};
use crate::solve::Verdict;

/// Both policies without the statements that apply to no request of one statement. A query about requests of that statement has
/// the same answer.
pub(super) struct Near {
    /// The last requests that queries about the statement showed, and if they are new.
    pub(super) shown: Vec<(Request, bool)>,
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

/// Known requests that are tried before a query.
const KNOWN: usize = 6;

/// Values of a statement that the referee compares with a request for one unit of work.
const VALUES: usize = 2;

impl Near {
    /// Keeps a request for further regions, as the last one that was shown.
    pub(super) fn show(&mut self, request: Request, is_new: bool) {
        self.shown.retain(|(known, _)| *known != request);
        if self.shown.len() >= KNOWN {
            self.shown.remove(0);
        }
        self.shown.push((request, is_new));
    }
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
            let of = |place: &usize| statements.get(*place);
            let meets = |place: &usize| of(place).is_some_and(|statement| starts.may_meet(statement));
            let meeting: Vec<usize> = beside.into_iter().filter(meets).collect();
            if meeting.len() == statements.len() {
                return document.clone();
            }
            self.budget.pay(meeting.iter().filter_map(of).map(|statement| statement.size() * VALUE).sum());
            document.part(&meeting)
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
        Some(Near { shown: Vec::new(), whole, side, one, other, statements })
    }

    /// Returns a request of the region that is known to be new, or known not to be: a request that was shown before, or a variant
    /// of one with values of this region. This saves a query.
    pub(super) fn known_in(&self, near: &Near, region: OfSet<'_>, is_new: bool) -> Option<Request> {
        let last = || near.shown.iter().rev();
        let values = region.1.document().statements.iter().map(Statement::value_count).sum::<usize>();
        let looks_at_region = APPLIES + values / VALUES;
        self.budget.pay(near.shown.len() * looks_at_region);
        if let Some((known, _)) = last().find(|(known, new)| *new == is_new && self.holds(region, known)) {
            return Some(known.clone());
        }
        let mut tried: Vec<Request> = Vec::new();
        for (known, _) in last() {
            let Some(like) =
                like(region.1.document(), known, self.of_regions).filter(|like| !tried.contains(like))
            else {
                continue;
            };
            // Each statement is looked at, and the keys of its conditions.
            self.budget.pay(near.statements * APPLIES + looks_at_region);
            let is_shown = self.holds(region, &like)
                && self.is_new(near, &like) == Truth::from(is_new)
                && self.can_happen(near, &like);
            if is_shown {
                return Some(like);
            }
            tried.push(like);
        }
        None
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
                self.shown(|options| find_first(of, &[document], &[other], &[], options))?
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
        let request = self.shown(|options| find_first(of, &[document], &[], &[one], options))?;
        Ok(request.map_or(Newness::All, Newness::NotAll))
    }

    /// Returns a request that satisfies the query, if one is found; `None` if it is proved that there is none.
    fn shown(
        &mut self,
        query: impl FnOnce(&Options) -> Answer,
    ) -> Result<Option<Option<Box<Request>>>, Stopped> {
        Ok(match self.budget.ask(|options| query(&options.unseen()))?.verdict {
            Verdict::Pass(_) => None,
            Verdict::Fail(findings) => {
                Some(findings.first().map(|finding| Box::new(finding.witness.request().clone())))
            }
            Verdict::Unknown(_) => Some(None),
        })
    }
}

/// Returns the request with the first value of each list of a region that has other values; `None` if it has them in a list whose
/// values are not texts of the request.
fn like(region: &Document, request: &Request, options: &evaluate::Options) -> Option<Request> {
    let statement = region.statements.first()?;
    let of_request = Case::new(request, options).trace((0, 0), statement);
    if of_request.principal.truth != Truth::True {
        return None;
    }
    let mut like = request.clone();
    for (condition, of_request) in statement.conditions.iter().zip(&of_request.conditions) {
        if of_request.truth != Truth::True {
            let value = filled(&condition.values.first()?.value.template, request)?;
            like.set(&condition.key.value.name, vec![value]);
        }
    }
    if of_request.action.truth != Truth::True {
        like.action = statement.action.values.first()?.value.text.replace(['*', '?'], "a");
    }
    let resources = statement.resource.as_ref().map(|resource| &resource.values);
    // A resource may hold the value of a key that is another one now.
    if let Some(resources) = resources
        && (of_request.resource.truth != Truth::True || like.context().ne(request.context()))
    {
        like.resource = filled(&resources.first()?.value.template, &like)?;
    }
    Some(like)
}

/// Returns a text that a pattern matches, with the request's own values of policy variables.
fn filled(template: &Template, request: &Request) -> Option<String> {
    let mut text = String::new();
    for part in template.parts() {
        match part {
            Part::Text(own) => text.push_str(own),
            Part::One | Part::Many => text.push('a'),
            Part::Variable(variable) => match (request.values(&variable.key), &variable.default) {
                (Some([value, ..]), _) => text.push_str(value),
                (_, Some(default)) => text.push_str(default),
                (_, None) => return None,
            },
        }
    }
    Some(text)
}
