//! Everything that one policy allows (or denies) and another does not, as few regions that are as general as possible.
//!
//! A region is a statement with some of its values. Regions are halved until each part lies entirely inside the difference, or
//! outside, or cannot be halved further; parts that differ in one list only are joined again. Three kinds of regions are searched
//! in turn, each for what the kinds before leave uncovered: statements that allow the new requests (as far as they allow nothing
//! else), statements that denied them, and statements that allow them among others. At the end, regions that others cover are
//! dropped, and one more query proves that the remaining regions cover everything.
//!
//! Beside any other grants, an entry for a user or a role allows more than one for its account. So the search is repeated for
//! the requests that policies allow by entries of these forms alone. Groups found before count as covered to the extent that
//! these forms allow them.

use super::beside_others::{combined, inside};
use super::find::{OfSet, find_among, find_first};
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

use near::{Near, Newness};

/// A region with new requests.
#[derive(Clone, Debug)]
pub struct Group {
    /// The set of requests in which they are new.
    pub set: RequestSet,
    /// The policy whose statement describes the group.
    pub side: Side,
    /// The statement and the selected values.
    pub region: Region,
    /// The region as a policy.
    pub document: Document,
    /// True if the whole region is proved new; false if possibly only a part of it is.
    pub is_all_new: bool,
    /// A new request in the region, with the statement that allows it or that denied it.
    pub finding: Finding,
}

/// One of two policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The policy with more in the set: the statement adds requests to it.
    More,
    /// The other policy: the statement is a Deny that removes requests from the set.
    Less,
}

/// The requests that one policy allows (or denies) and another does not.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The groups, by set; entirely new groups first, then by statement.
    pub groups: Vec<Group>,
    /// PASS if the groups cover everything; otherwise the uncovered requests, or the reason why this is not known.
    pub rest: Answer,
    /// The certificates that the groups cover everything, one for each set, if [`Options::certificate`] was set.
    pub certificates: Vec<Certificate>,
}

impl Difference {
    /// True if it is proved that there is no difference.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && matches!(self.rest.verdict, Verdict::Pass(_))
    }

    /// True if it is proved that the groups cover everything.
    pub fn is_complete(&self) -> bool {
        matches!(self.rest.verdict, Verdict::Pass(_))
    }
}

/// Returns everything that `new` allows and `old` does not, beside any other grants unless policies are judged alone.
///
/// The groups cover all of it (proved if [`Difference::rest`] is PASS), none is covered by the others, and no group that is
/// entirely new could include another value of its statement without leaving the difference.
/// [`crate::limits::SearchLimits::questions`] bounds the number of queries; if it is reached, the rest is UNKNOWN.
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

/// Returns everything that `one` denies and `other` does not, as in [`difference`].
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
    // All queries use the type of both documents together.
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

/// A group that further queries use.
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

    /// Returns the region of the group as a set of requests within `set`.
    fn in_set(&self, set: RequestSet) -> OfSet<'_> {
        (region_set(set, self.side), (&self.document).into())
    }
}

/// Returns the set that the document of a region on this side defines.
fn region_set(set: RequestSet, side: Side) -> RequestSet {
    match side {
        Side::More => set,
        // A Deny statement removes requests whatever entry would allow them.
        Side::Less => RequestSet::ALLOWED,
    }
}

struct Differ<'d> {
    /// The policy with more in the set.
    one: &'d PreparedDocument,
    other: &'d PreparedDocument,
    set: RequestSet,
    /// The groups found in other sets.
    earlier: &'d [Found],
    budget: &'d mut QueryBudget,
    index_of_one: &'d StatementIndex,
    index_of_other: &'d StatementIndex,
    /// The options under which the referee reads both policies.
    reading: &'d evaluate::Options,
    /// The options under which the referee reads a region: a statement without `Resource` covers every resource.
    of_regions: &'d evaluate::Options,
}

/// How much of a region is new.
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
        let mut mixed: Vec<(Region, &Finding)> = Vec::new();
        for finding in shown {
            let Some(mut near) = self.near(Side::More, finding.statement) else { continue };
            let parts = self.parts(&mut near, Some(finding.witness.request()))?;
            for (region, share) in parts {
                match share {
                    Share::All => self.add(&mut groups, Side::More, (region, true), Some(finding))?,
                    Share::Part => mixed.push((region, finding)),
                }
            }
        }
        // No statement removes requests from the set of denied requests.
        let (other, set) = (self.other.document(), self.set);
        let of_other = other.statements.iter().filter(|_| set != RequestSet::Denied);
        for (statement, source) in of_other.enumerate() {
            if source.effect.value != Effect::Deny {
                continue;
            }
            let Some(mut near) = self.near(Side::Less, statement) else { continue };
            let Some(document) = self.document(Side::Less, &near.whole) else { continue };
            let Some(finding) = self.left_in(Side::Less, &document, &groups)? else { continue };
            for (region, share) in self.parts(&mut near, Some(finding.witness.request()))? {
                self.add(&mut groups, Side::Less, (region, share == Share::All), None)?;
            }
        }
        for (region, finding) in mixed {
            self.add(&mut groups, Side::More, (region, false), Some(finding))?;
        }
        self.without_covered(groups)
    }

    /// Adds a region as a group if it contains a new request that no group contains yet: `known`, which a query about its statement
    /// showed, or another one.
    fn add(
        &mut self,
        groups: &mut Vec<Found>,
        side: Side,
        (region, is_all_new): (Region, bool),
        known: Option<&Finding>,
    ) -> Result<(), Stopped> {
        let Some(document) = self.document(side, &region) else { return Ok(()) };
        let of_set = (region_set(self.set, side), DocumentRef::from(&document));
        let others = self.meeting(of_set.1, self.earlier.iter().chain(&*groups));
        let is_left = |finding: &&Finding| {
            let request = finding.witness.request();
            self.budget.pay((1 + others.len()) * APPLIES);
            self.holds(of_set, request) && !others.iter().any(|other| self.may_hold(*other, request))
        };
        let finding = match known.filter(is_left) {
            Some(finding) => Some(finding.clone()),
            None => self.ask_new((self.one, self.other), of_set, &others)?,
        };
        if let Some(finding) = finding {
            groups.push(Found { set: self.set, side, region, document, is_all_new, finding });
        }
        Ok(())
    }

    /// Returns the groups without those that others cover; the most specific groups are dropped first.
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
                // Most groups have a request that no other group contains.
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

    /// Returns the groups that may share a request with a region, with the sets in which they count.
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

    /// Returns a region of this side's policy as a document.
    fn document(&self, side: Side, region: &Region) -> Option<PreparedDocument> {
        self.budget.pay(region.document_work());
        let effect = region_set(self.set, side).effect();
        region.document_of(self.of_side(side), effect).map(PreparedDocument::new)
    }

    /// Returns the parts of a statement that contain something new, joined as far as possible, given a request that may be new in
    /// it.
    fn parts(&mut self, near: &mut Near, new: Option<&Request>) -> Result<Parts, Stopped> {
        let mut parts = Vec::new();
        near.shown.extend(new.map(|request| (request.clone(), true)));
        self.halve(near, near.whole.clone(), &mut parts)?;
        let mut parts = together(parts);
        for place in 0..parts.len() {
            self.grow(near, place, &mut parts)?;
        }
        Ok(parts)
    }

    /// Halves the region until every part is entirely new, contains nothing new, or has one value in each list.
    fn halve(&mut self, near: &mut Near, region: Region, parts: &mut Parts) -> Result<(), Stopped> {
        let Some(document) = self.document(near.side, &region) else { return Ok(()) };
        let of_set = (region_set(self.set, near.side), DocumentRef::from(&document));
        let new = match self.known_in(near, of_set, true) {
            Some(request) => request,
            None => match self.ask_new((&near.one, &near.other), of_set, &[])? {
                Some(finding) => finding.witness.request().clone(),
                None => return Ok(()),
            },
        };
        near.show(new, true);
        if let Some(request) = self.known_in(near, of_set, false) {
            near.show(request, false);
        } else {
            match self.newness(near, of_set)? {
                Newness::All => {
                    parts.push((region, Share::All));
                    return Ok(());
                }
                Newness::NotAll(request) => {
                    if let Some(request) = request {
                        near.show(*request, false);
                    }
                }
            }
        }
        // The shortest list is halved first: its values differ more often.
        let longest = |(axis, values): (Axis, &[usize])| {
            (values.len() > 1).then(|| (values.len(), axis, values.to_vec()))
        };
        match region.lists().filter_map(longest).min() {
            None => parts.push((region, Share::Part)),
            Some((count, axis, values)) => {
                let (first, second) = values.split_at(count / 2);
                for half in [first, second] {
                    self.halve(near, region.with(axis, half.to_vec()), parts)?;
                }
            }
        }
        Ok(())
    }

    /// Extends an entirely new part by every further value of its statement with which it stays entirely new, unless it would
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

    /// True if the request is in the region.
    fn holds(&self, (set, region): OfSet<'_>, request: &Request) -> bool {
        Case::new(request, self.of_regions).is_in(set, [region.document()]) == Truth::True
    }

    /// True unless the request is certainly not in the region.
    fn may_hold(&self, (set, region): OfSet<'_>, request: &Request) -> bool {
        Case::new(request, self.of_regions).is_in(set, [region.document()]) != Truth::False
    }

    /// Returns a new request of the region that is in none of the groups.
    fn left_in(
        &mut self,
        side: Side,
        region: &PreparedDocument,
        groups: &[Found],
    ) -> Result<Option<Finding>, Stopped> {
        let others = self.meeting(region.into(), self.earlier.iter().chain(groups));
        self.ask_new((self.one, self.other), (region_set(self.set, side), region.into()), &others)
    }

    /// Returns a new request of the region that is in none of the others. An undecided query counts as none, because a final
    /// query asks if everything is covered.
    fn ask_new(
        &mut self,
        (one, other): (&PreparedDocument, &PreparedDocument),
        region: OfSet<'_>,
        others: &[OfSet<'_>],
    ) -> Result<Option<Finding>, Stopped> {
        let set = self.set;
        let without: Vec<OfSet<'_>> =
            std::iter::once((set, other.into())).chain(others.iter().copied()).collect();
        let asked = |options: &Options| find_first(set, &[one.into()], &[region], &without, options);
        match self.budget.ask(asked)?.verdict {
            Verdict::Fail(findings) => Ok(findings.into_iter().next()),
            Verdict::Pass(_) | Verdict::Unknown(_) => Ok(None),
        }
    }
}

/// Returns the values of a list of a region; empty if its statement has no such list.
fn list(region: &Region, axis: Axis) -> Vec<usize> {
    region.values(axis).into_iter().flatten().copied().collect()
}

/// Joins parts that differ in one list only, until no two do.
fn together(mut parts: Parts) -> Parts {
    loop {
        let before = parts.len();
        let axes: BTreeSet<Axis> =
            parts.iter().flat_map(|(region, _)| region.lists().map(|(axis, _)| axis)).collect();
        for axis in axes {
            // Parts by their common lists, in order of first occurrence.
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

/// True if the entirely new parts may cover a slice: each value of each of its lists is in one of them. This cheap test precedes
/// the query.
fn is_covered(slice: &Region, parts: &Parts) -> bool {
    let among = |axis: Axis, value: &usize| {
        let mut all = parts.iter().filter(|(_, share)| *share == Share::All);
        all.any(|(part, _)| part.values(axis).is_some_and(|values| values.binary_search(value).is_ok()))
    };
    slice.lists().all(|(axis, values)| values.iter().all(|value| among(axis, value)))
}
