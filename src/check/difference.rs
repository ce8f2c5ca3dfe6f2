//! Everything that one policy allows and another does not, or that one denies and another does not, as few regions that are as
//! general as can be.
//!
//! A region is a statement with some of its values. Regions of the statements are halved until each part lies wholly inside the
//! difference, or outside, or cannot be halved any more; parts that differ in one list only are put together again. Three
//! kinds of regions are looked at, one after the other, each for what is left: statements that allow what is new (as far as they
//! allow nothing else), statements that denied it, and statements that allow it among other things. At the end regions
//! that the others cover are dropped, and one more question proves that the rest covers everything.
//!
//! Beside whatever else grants, an entry for a user or a role allows more than one for its account. So the same is asked for the
//! requests that policies allow by entries of these forms alone; groups that were found before count as covered as far as they
//! are allowed by those forms.

use super::beside_others::{combined, inside};
use super::find::{OfSet, find_among};
use super::isolation::caught;
use super::judging::Judging;
use super::query_budget::{QueryBudget, Stopped};
use super::region::{Axis, Region};
use super::statement_index::StatementIndex;
use super::{Answer, Options};
use crate::encode::{DocumentRef, PreparedDocument};
use crate::evaluate::{self, Case, Truth};
use crate::policy::{Document, Effect, PolicyType, RequestSet, Starts};
use crate::request::Request;
use crate::solve::{Finding, Verdict};
use crate::verify::Certificate;
use std::collections::{BTreeMap, BTreeSet};

mod near;

use near::{Known, Near, Newness};

/// A region of which some is new.
#[derive(Clone, Debug)]
pub struct Group {
    /// The set of requests in which it is new.
    pub set: RequestSet,
    /// Which of the two policies the statement is of that describes it.
    pub side: Side,
    /// The statement, and which of its values.
    pub region: Region,
    /// The region as a policy.
    pub document: Document,
    /// True if all of it is new, which is proved, or maybe a part only.
    pub is_all_new: bool,
    /// A request in it that is new, with the statement that allows it, or that denied it.
    pub finding: Finding,
}

/// One of two policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The one with more in the set: the statement puts requests into it.
    More,
    /// The other: the statement is a Deny, which keeps requests out of the set.
    Less,
}

/// The requests that one policy allows, or denies, and another does not.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The groups, by set; those that are new as a whole first, then by statement.
    pub groups: Vec<Group>,
    /// PASS if the groups cover everything; otherwise what is not covered, or why it is not known.
    pub rest: Answer,
    /// The certificates of the queries whether the groups cover everything, one for each set, if [`Options::certificate`] was set.
    pub certificates: Vec<Certificate>,
}

impl Difference {
    /// Returns true if it is proved that there is none.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && matches!(self.rest.verdict, Verdict::Pass(_))
    }

    /// Returns true if it is proved that the groups cover everything.
    pub fn is_complete(&self) -> bool {
        matches!(self.rest.verdict, Verdict::Pass(_))
    }
}

/// Everything that `new` allows and `old` does not, beside whatever else grants unless policies are judged alone.
///
/// The groups cover it all (proved: [`Difference::rest`] is PASS), none is covered by the others, and none of those that are
/// wholly new could have another value of its statement without leaving the difference. The number of questions asked
/// on the way is bounded by [`crate::limits::SearchLimits::questions`]; where it is reached, the rest is UNKNOWN.
///
/// ```
/// use iamsat::check::{Options, difference};
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let old = policy(r#"{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"*"}"#);
/// let new = policy(r#"{"Effect":"Allow","Action":["s3:GetObject","s3:DeleteObject","ec2:*"],"Resource":"*"}"#);
/// let gained = difference(&new, &old, &Options::default());
/// assert!(gained.is_complete());
/// // One group: two actions, both new.
/// assert_eq!(gained.groups.len(), 1);
/// assert_eq!(gained.groups[0].document.statements[0].action.values.len(), 2);
/// assert!(gained.groups[0].is_all_new);
/// ```
pub fn difference<'a>(
    new: impl Into<DocumentRef<'a>>,
    old: impl Into<DocumentRef<'a>>,
    options: &Options,
) -> Difference {
    let (new, old) = (new.into(), old.into());
    let sets = match options.judging {
        Judging::Alone => vec![RequestSet::ALLOWED],
        Judging::Usual | Judging::BesideOthers => RequestSet::beside_others([new.document(), old.document()]),
    };
    let allowed: Vec<RequestSet> = sets.into_iter().filter(|set| *set != RequestSet::Denied).collect();
    of_sets(new, old, &allowed, options)
}

/// Everything that `one` denies and `other` does not, as [`difference`].
///
/// ```
/// use iamsat::check::{Options, denied_difference};
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let old = policy(r#"{"Effect":"Deny","Action":["s3:PutObject","s3:DeleteObject"],"Resource":"*"}"#);
/// let new = policy(r#"{"Effect":"Deny","Action":"s3:PutObject","Resource":"*"}"#);
/// let no_longer_denied = denied_difference(&old, &new, &Options::default());
/// assert_eq!(&*no_longer_denied.groups[0].document.statements[0].action.values[0].value.text, "s3:DeleteObject");
/// ```
pub fn denied_difference<'a>(
    one: impl Into<DocumentRef<'a>>,
    other: impl Into<DocumentRef<'a>>,
    options: &Options,
) -> Difference {
    of_sets(one.into(), other.into(), &[RequestSet::Denied], options)
}

fn of_sets(
    one: DocumentRef<'_>,
    other: DocumentRef<'_>,
    sets: &[RequestSet],
    options: &Options,
) -> Difference {
    caught(|| found(one, other, sets, options)).unwrap_or_else(|message| {
        let policy_type = match options.policy_type {
            Some(policy_type) => policy_type,
            None => PolicyType::infer([one.document(), other.document()]),
        };
        let rest = Answer::internal(message, policy_type, options.policy_type.is_none());
        Difference { groups: Vec::new(), rest, certificates: Vec::new() }
    })
}

fn found(one: DocumentRef<'_>, other: DocumentRef<'_>, sets: &[RequestSet], options: &Options) -> Difference {
    // All questions are about the type that both documents have together.
    let is_inferred = options.policy_type.is_none();
    let options = &options.for_parts([one.document(), other.document()]).sharing();
    let (one, other) = (one.prepared(), other.prepared());
    let (one, other) = (&*one, &*other);
    let mut budget = QueryBudget::of(options);
    let [index_of_one, index_of_other] =
        [one, other].map(|document| StatementIndex::of(document.document().statements.iter().map(Some)));
    let inferred = evaluate::Options::for_documents(&[one.document(), other.document()]);
    let policy_type = match options.policy_type {
        Some(policy_type) => policy_type,
        None => inferred.policy_type,
    };
    let reading = evaluate::Options { policy_type, strict_arn: options.strict_arn, ..inferred };
    let of_regions = evaluate::Options { resource_unconstrained: true, ..reading.clone() };
    let mut groups: Vec<Found> = Vec::new();
    let mut rests: Vec<Answer> = Vec::new();
    for set in sets.iter().copied() {
        let first = inside(set, one.into(), other.into(), options);
        let Verdict::Fail(findings) = &first.verdict else {
            rests.push(first);
            continue;
        };
        let mut search = Differ {
            one,
            other,
            set,
            earlier: &groups,
            budget: &mut budget,
            index_of_one: &index_of_one,
            index_of_other: &index_of_other,
            reading: &reading,
            of_regions: &of_regions,
        };
        match search.groups(findings) {
            Ok(found) => {
                let covered = groups.iter().chain(&found).map(|group| group.in_set(set));
                let without: Vec<OfSet<'_>> = std::iter::once((set, other.into())).chain(covered).collect();
                rests.push(find_among(set, &[one.into()], &[], &without, options));
                groups.extend(found);
            }
            Err(stopped) => rests.push(Answer { verdict: stopped.unknown(), open: None, ..first.clone() }),
        }
    }
    let certificates = rests.iter().filter_map(|rest| rest.certificate().cloned()).collect();
    let mut rest = combined(rests.into_iter());
    rest.policy_type_inferred = is_inferred;
    Difference { groups: groups.into_iter().map(Found::group).collect(), rest, certificates }
}

/// A group, about which more queries are asked.
struct Found {
    set: RequestSet,
    side: Side,
    region: Region,
    document: PreparedDocument,
    is_all_new: bool,
    finding: Finding,
}

impl Found {
    fn group(self) -> Group {
        let Found { set, side, region, document, is_all_new, finding } = self;
        Group { set, side, region, document: document.into_document(), is_all_new, finding }
    }

    /// The requests of the group that count in a set.
    fn in_set(&self, set: RequestSet) -> OfSet<'_> {
        (region_set(set, self.side), (&self.document).into())
    }
}

/// The set that the document of a region on this side stands for.
fn region_set(set: RequestSet, side: Side) -> RequestSet {
    match side {
        Side::More => set,
        // A Deny statement keeps requests out by whichever entry they would be allowed.
        Side::Less => RequestSet::ALLOWED,
    }
}

struct Differ<'d> {
    /// The policy with more in the set.
    one: &'d PreparedDocument,
    other: &'d PreparedDocument,
    set: RequestSet,
    /// The groups that were found in other sets.
    earlier: &'d [Found],
    budget: &'d mut QueryBudget,
    index_of_one: &'d StatementIndex,
    index_of_other: &'d StatementIndex,
    /// The options by which the referee reads both policies.
    reading: &'d evaluate::Options,
    /// The options by which it reads a region: a statement without `Resource` is about every resource.
    of_regions: &'d evaluate::Options,
}

/// The part of a region that is new.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Share {
    All,
    Part,
}

type Parts = Vec<(Region, Share)>;

/// The work of finding out whether a statement applies to a request.
const APPLIES: usize = 2;

/// Places of values that are copied for one unit of work.
const COPIES: usize = 16;

impl<'d> Differ<'d> {
    fn groups(&mut self, shown: &[Finding]) -> Result<Vec<Found>, Stopped> {
        let mut groups: Vec<Found> = Vec::new();
        let mut mixed: Vec<Region> = Vec::new();
        for finding in shown {
            let Some(near) = self.near(Side::More, finding.statement) else { continue };
            let parts = self.parts(&near, Some(finding.witness.request()))?;
            for (region, share) in parts {
                match share {
                    Share::All => self.add(&mut groups, Side::More, region, true)?,
                    Share::Part => mixed.push(region),
                }
            }
        }
        // In the set of what is denied, no statement keeps requests out.
        let (other, set) = (self.other.document(), self.set);
        let of_other = other.statements.iter().filter(|_| set != RequestSet::Denied);
        for (statement, source) in of_other.enumerate() {
            if source.effect.value != Effect::Deny {
                continue;
            }
            let Some(near) = self.near(Side::Less, statement) else { continue };
            let Some(document) = self.document(Side::Less, &near.whole) else { continue };
            let Some(finding) = self.left_in(Side::Less, &document, &groups)? else { continue };
            for (region, share) in self.parts(&near, Some(finding.witness.request()))? {
                self.add(&mut groups, Side::Less, region, share == Share::All)?;
            }
        }
        for region in mixed {
            self.add(&mut groups, Side::More, region, false)?;
        }
        self.without_covered(groups)
    }

    /// Adds a region as a group, if something in it is new that no group has yet.
    fn add(
        &mut self,
        groups: &mut Vec<Found>,
        side: Side,
        region: Region,
        is_all_new: bool,
    ) -> Result<(), Stopped> {
        let Some(document) = self.document(side, &region) else { return Ok(()) };
        if let Some(finding) = self.left_in(side, &document, groups)? {
            groups.push(Found { set: self.set, side, region, document, is_all_new, finding });
        }
        Ok(())
    }

    /// The groups without those that the others cover; those that say least go first.
    fn without_covered(&mut self, mut groups: Vec<Found>) -> Result<Vec<Found>, Stopped> {
        let mut order: Vec<usize> = (0..groups.len()).collect();
        let weight = |group: &Found| (group.is_all_new, group.region.cells());
        order.sort_by_key(|place| (groups.get(*place).map(weight), std::cmp::Reverse(*place)));
        let mut dropped: Vec<bool> = vec![false; groups.len()];
        if groups.len() > 1 {
            for place in order {
                let Some(group) = groups.get(place) else { continue };
                let stays = |other: usize| other != place && dropped.get(other) == Some(&false);
                let others = groups.iter().enumerate().filter(|(other, _)| stays(*other));
                let others = self.earlier.iter().chain(others.map(|(_, other)| other));
                let others = self.meeting((&group.document).into(), others);
                // Most have a request that no other has.
                let request = group.finding.witness.request();
                let has = |other: &OfSet<'_>| self.may_hold(*other, request);
                self.budget.pay(others.len() * APPLIES);
                if others.iter().any(has)
                    && self.ask_new((self.one, self.other), group.in_set(self.set), &others)?.is_none()
                    && let Some(dropped) = dropped.get_mut(place)
                {
                    *dropped = true;
                }
            }
        }
        let mut dropped = dropped.into_iter();
        groups.retain(|_| dropped.next() == Some(false));
        groups.sort_by_key(|group| (!group.is_all_new, group.side, group.region.statement()));
        Ok(groups)
    }

    /// The groups that may have a request in common with a region, by the sets in which they count.
    fn meeting<'g>(
        &self,
        region: DocumentRef<'_>,
        groups: impl Iterator<Item = &'g Found>,
    ) -> Vec<OfSet<'g>> {
        let mut looked = 0;
        let starts: Vec<Starts<'_>> = region.document().statements.iter().map(Starts::of).collect();
        let may_meet = |group: &&Found| {
            looked += 1;
            let mut statements = group.document.document().statements.iter();
            statements.any(|statement| starts.iter().any(|starts| starts.may_meet(statement)))
        };
        let meeting = groups.filter(may_meet).map(|group| group.in_set(self.set)).collect();
        self.budget.pay(looked);
        meeting
    }

    fn of_side(&self, side: Side) -> &'d Document {
        match side {
            Side::More => self.one.document(),
            Side::Less => self.other.document(),
        }
    }

    /// A region of the policy of this side as a document.
    fn document(&self, side: Side, region: &Region) -> Option<PreparedDocument> {
        self.budget.pay(region.document_work());
        let effect = region_set(self.set, side).effect();
        region.document_of(self.of_side(side), effect).map(PreparedDocument::new)
    }

    /// The parts of a statement in which something is new, put together as far as they go together, given a request that may be new
    /// in it.
    fn parts(&mut self, near: &Near, new: Option<&Request>) -> Result<Parts, Stopped> {
        let mut parts = Vec::new();
        self.halve(near, near.whole.clone(), Known { new, ..Known::default() }, &mut parts)?;
        let mut parts = together(parts);
        for place in 0..parts.len() {
            self.grow(near, place, &mut parts)?;
        }
        Ok(parts)
    }

    /// Halves the region until every part is wholly new, not new at all, or one value of each list.
    fn halve(
        &mut self,
        near: &Near,
        region: Region,
        known: Known<'_>,
        parts: &mut Parts,
    ) -> Result<(), Stopped> {
        let Some(document) = self.document(near.side, &region) else { return Ok(()) };
        let of_set = (region_set(self.set, near.side), DocumentRef::from(&document));
        let found;
        let shown_new = self.known_in(near, of_set, known.new, known.axis, true);
        let new = match &shown_new {
            Some(request) => &**request,
            None => match self.ask_new((&near.one, &near.other), of_set, &[])? {
                Some(finding) => {
                    found = finding;
                    found.witness.request()
                }
                None => return Ok(()),
            },
        };
        let shown;
        let shown_old = self.known_in(near, of_set, known.old, known.axis, false);
        let old = match &shown_old {
            Some(request) => Some(&**request),
            None => match self.newness(near, of_set)? {
                Newness::All => {
                    parts.push((region, Share::All));
                    return Ok(());
                }
                Newness::NotAll(request) => {
                    shown = request;
                    shown.as_deref()
                }
            },
        };
        // The shortest list first: its values differ more often.
        let longest = |(axis, values): (Axis, &[usize])| {
            (values.len() > 1).then(|| (values.len(), axis, values.to_vec()))
        };
        match region.lists().filter_map(longest).min() {
            None => parts.push((region, Share::Part)),
            Some((count, axis, values)) => {
                let (first, second) = values.split_at(count / 2);
                for half in [first, second] {
                    let known = Known { new: Some(new), old, axis: Some(axis) };
                    self.halve(near, region.with(axis, half.to_vec()), known, parts)?;
                }
            }
        }
        Ok(())
    }

    /// Gives a part that is wholly new every further value of its statement with which it still is, unless it would
    /// swallow another part.
    fn grow(&mut self, near: &Near, place: usize, parts: &mut Parts) -> Result<(), Stopped> {
        let Some((region, Share::All)) = parts.get(place).cloned() else { return Ok(()) };
        if parts.iter().filter(|(_, share)| *share == Share::All).count() < 2 {
            return Ok(());
        }
        let mut region = region;
        for (axis, all) in near.whole.lists() {
            for value in all {
                self.budget.compare(parts.len() + region.size() / COPIES)?;
                let Some(own) = region.values(axis) else { continue };
                let mut values = own.to_vec();
                let Err(at) = values.binary_search(value) else { continue };
                values.insert(at, *value);
                let more = region.with(axis, values);
                let slice = region.with(axis, vec![*value]);
                let swallows =
                    |(other, (part, _)): (usize, &(Region, Share))| other != place && more.contains(part);
                if parts.iter().enumerate().any(swallows) || !is_covered(&slice, parts) {
                    continue;
                }
                let Some(document) = self.document(near.side, &slice) else { continue };
                let of_set = (region_set(self.set, near.side), (&document).into());
                if matches!(self.newness(near, of_set)?, Newness::All) {
                    region = more;
                }
            }
        }
        if let Some(part) = parts.get_mut(place) {
            part.0 = region;
        }
        Ok(())
    }

    /// Returns true if the request is in the region.
    fn holds(&self, (set, region): OfSet<'_>, request: &Request) -> bool {
        Case::new(request, self.of_regions).is_in(set, [region.document()]) == Truth::True
    }

    /// Returns false if the request is not in the region.
    fn may_hold(&self, (set, region): OfSet<'_>, request: &Request) -> bool {
        Case::new(request, self.of_regions).is_in(set, [region.document()]) != Truth::False
    }

    /// A new request of the region that is in none of the groups.
    fn left_in(
        &mut self,
        side: Side,
        region: &PreparedDocument,
        groups: &[Found],
    ) -> Result<Option<Finding>, Stopped> {
        let others = self.meeting(region.into(), self.earlier.iter().chain(groups));
        self.ask_new((self.one, self.other), (region_set(self.set, side), region.into()), &others)
    }

    /// A new request of the region that is in none of the others. What is not known counts as none: in the end it is
    /// asked whether everything is covered.
    fn ask_new(
        &mut self,
        (one, other): (&PreparedDocument, &PreparedDocument),
        region: OfSet<'_>,
        others: &[OfSet<'_>],
    ) -> Result<Option<Finding>, Stopped> {
        let set = self.set;
        let without: Vec<OfSet<'_>> =
            std::iter::once((set, other.into())).chain(others.iter().copied()).collect();
        let asked = |options: &Options| find_among(set, &[one.into()], &[region], &without, options);
        match self.budget.ask(asked)?.verdict {
            Verdict::Fail(findings) => Ok(findings.into_iter().next()),
            Verdict::Pass(_) | Verdict::Unknown(_) => Ok(None),
        }
    }
}

/// The values of a list of a region; none of one that its statement does not have.
fn list(region: &Region, axis: Axis) -> Vec<usize> {
    region.values(axis).into_iter().flatten().copied().collect()
}

/// Puts together what differs in one list only, until nothing does.
fn together(mut parts: Parts) -> Parts {
    loop {
        let before = parts.len();
        let axes: BTreeSet<Axis> =
            parts.iter().flat_map(|(region, _)| region.lists().map(|(axis, _)| axis)).collect();
        for axis in axes {
            // By what they have in common, in the order in which they came.
            let mut joined: Parts = Vec::new();
            let mut places: BTreeMap<(Region, Share), usize> = BTreeMap::new();
            for (region, share) in parts {
                let values = list(&region, axis);
                let place = *places.entry((region.with(axis, Vec::new()), share)).or_insert(joined.len());
                match joined.get_mut(place) {
                    Some((other, _)) => {
                        let mut all = list(other, axis);
                        all.extend(values);
                        all.sort_unstable();
                        all.dedup();
                        *other = other.with(axis, all);
                    }
                    None => joined.push((region, share)),
                }
            }
            parts = joined;
        }
        if parts.len() == before {
            return parts;
        }
    }
}

/// Returns true if the parts that are wholly new may cover a slice: each value of each of its lists is in one of them. A cheap
/// sieve; the question itself comes after.
fn is_covered(slice: &Region, parts: &Parts) -> bool {
    let among = |axis: Axis, value: &usize| {
        let mut all = parts.iter().filter(|(_, share)| *share == Share::All);
        all.any(|(part, _)| part.values(axis).is_some_and(|values| values.binary_search(value).is_ok()))
    };
    slice.lists().all(|(axis, values)| values.iter().all(|value| among(axis, value)))
}
