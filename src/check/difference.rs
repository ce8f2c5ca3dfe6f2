//! Everything that one policy allows and another does not, as few regions that are as general as can be.
//!
//! A region is a statement with some of its values. Regions of the statements are halved until each part lies wholly inside the
//! difference, or outside, or cannot be halved any more; parts that differ in one list only are put together again. Three
//! kinds of regions are looked at, one after the other, each for what is left: statements that allow what is new (as far as they
//! allow nothing else), statements that denied it, and statements that allow it among other things. At the end regions
//! that the others cover are dropped, and one more question proves that the rest covers everything.

use super::isolation::caught;
use super::query_budget::{QueryBudget, Stopped};
use super::region::{Axis, Region};
use super::{Answer, Options, find, no_new_access};
use crate::encode::{DocumentRef, PreparedDocument};
use crate::evaluate::{self, Decision};
use crate::policy::{Document, Effect, PolicyType};
use crate::request::Request;
use crate::solve::{Finding, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// A region of which some is new.
#[derive(Clone, Debug)]
pub struct Group {
    /// Which of the two policies the statement is of that describes it.
    pub side: Side,
    /// The statement, and which of its values.
    pub region: Region,
    /// The region as a policy.
    pub document: Document,
    /// True if all of it is new, which is proved, or maybe a part only.
    pub is_all_new: bool,
    /// A request in it that is new, with the statement that allows it.
    pub finding: Finding,
}

/// One of two policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The one that allows more here: the statement is an Allow.
    Allows,
    /// The other: the statement is a Deny.
    Denied,
}

/// The requests that one policy allows and another does not.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The groups, those that are new as a whole first, then by statement.
    pub groups: Vec<Group>,
    /// PASS if the groups cover everything; otherwise what is not covered, or why it is not known.
    pub rest: Answer,
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

/// Everything that `new` allows and `old` does not.
///
/// The groups cover it all (proved: [`Difference::rest`] is PASS), none is covered by the others, and none of those that are
/// wholly new could have another value of its statement without leaving the difference. The number of questions asked
/// on the way is bounded by [`crate::limits::SearchLimits::questions`]; where it is reached, the rest is UNKNOWN.
///
/// ```
/// use iamsat::check::{Options, difference};
/// # use iamsat::{limits::InputLimits, policy::{Document, parse}, span::Source};
/// # fn policy(statement: &str) -> Document {
/// #     let text = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
/// #     parse(&Source::new("policy", text), &InputLimits::default()).document.unwrap()
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
    caught(|| found(new, old, options)).unwrap_or_else(|message| {
        let policy_type = match options.policy_type {
            Some(policy_type) => policy_type,
            None => PolicyType::infer([new.document(), old.document()]),
        };
        let rest = Answer::internal(message, policy_type, options.policy_type.is_none());
        Difference { groups: Vec::new(), rest }
    })
}

fn found(new: DocumentRef<'_>, old: DocumentRef<'_>, options: &Options) -> Difference {
    let first = no_new_access(new, old, options);
    let Verdict::Fail(findings) = &first.verdict else {
        return Difference { groups: Vec::new(), rest: first };
    };
    // All questions are about the type that both documents have together.
    let options = &options.for_parts([new.document(), old.document()]);
    let (new, old) = (new.prepared(), old.prepared());
    let (new, old) = (&*new, &*old);
    let mut search = Differ { new, old, budget: QueryBudget::of(options) };
    let statements: Vec<usize> = findings.iter().map(|finding| finding.statement).collect();
    match search.groups(&statements) {
        Ok(found) => {
            let covered = found.iter().map(|found| &found.document);
            let mut rest = find([new], [], std::iter::once(old).chain(covered), options);
            rest.policy_type_inferred = first.policy_type_inferred;
            Difference { groups: found.into_iter().map(Found::group).collect(), rest }
        }
        Err(stopped) => {
            let rest = Answer { verdict: stopped.unknown(), open: None, ..first.clone() };
            Difference { groups: Vec::new(), rest }
        }
    }
}

/// A group, about which more queries are asked.
struct Found {
    side: Side,
    region: Region,
    document: PreparedDocument,
    is_all_new: bool,
    finding: Finding,
}

impl Found {
    fn group(self) -> Group {
        let Found { side, region, document, is_all_new, finding } = self;
        Group { side, region, document: document.into_document(), is_all_new, finding }
    }
}

struct Differ<'d> {
    new: &'d PreparedDocument,
    old: &'d PreparedDocument,
    budget: QueryBudget,
}

/// The part of a region that is new.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Share {
    All,
    Part,
}

type Parts = Vec<(Region, Share)>;

impl<'d> Differ<'d> {
    fn groups(&mut self, statements: &[usize]) -> Result<Vec<Found>, Stopped> {
        let mut groups: Vec<Found> = Vec::new();
        let mut mixed: Vec<Region> = Vec::new();
        for statement in statements {
            let Some(whole) = Region::whole(self.new.document(), *statement) else { continue };
            let parts = self.parts(Side::Allows, &whole)?;
            for (region, share) in parts {
                match share {
                    Share::All => self.add(&mut groups, Side::Allows, region, true)?,
                    Share::Part => mixed.push(region),
                }
            }
        }
        for (statement, source) in self.old.document().statements.iter().enumerate() {
            if source.effect.value != Effect::Deny {
                continue;
            }
            let Some(whole) = Region::whole(self.old.document(), statement) else { continue };
            let Some(document) = whole.document(self.old.document()) else { continue };
            if self.left_in((&document).into(), &groups)?.is_none() {
                continue;
            }
            for (region, share) in self.parts(Side::Denied, &whole)? {
                self.add(&mut groups, Side::Denied, region, share == Share::All)?;
            }
        }
        for region in mixed {
            self.add(&mut groups, Side::Allows, region, false)?;
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
        let Some(document) = region.document(self.side(side)) else { return Ok(()) };
        let document = PreparedDocument::new(document);
        if let Some(finding) = self.left_in((&document).into(), groups)? {
            groups.push(Found { side, region, document, is_all_new, finding });
        }
        Ok(())
    }

    /// The groups without those that the others cover; those that say least go first.
    fn without_covered(&mut self, mut groups: Vec<Found>) -> Result<Vec<Found>, Stopped> {
        let mut order: Vec<usize> = (0..groups.len()).collect();
        let weight = |group: &Found| (group.is_all_new, group.region.cells());
        order.sort_by_key(|place| (groups.get(*place).map(weight), std::cmp::Reverse(*place)));
        let mut dropped: Vec<usize> = Vec::new();
        if groups.len() > 1 {
            for place in order {
                let Some(group) = groups.get(place) else { continue };
                let others = groups
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != place && !dropped.contains(other))
                    .map(|(_, other)| &other.document);
                if self.ask_new((&group.document).into(), others)?.is_none() {
                    dropped.push(place);
                }
            }
        }
        let mut places = 0..;
        groups.retain(|_| places.next().is_some_and(|place| !dropped.contains(&place)));
        groups.sort_by_key(|group| (!group.is_all_new, group.side, group.region.statement()));
        Ok(groups)
    }

    fn side(&self, side: Side) -> &'d Document {
        match side {
            Side::Allows => self.new.document(),
            Side::Denied => self.old.document(),
        }
    }

    /// The parts of a statement in which something is new, put together as far as they go together.
    fn parts(&mut self, side: Side, whole: &Region) -> Result<Parts, Stopped> {
        let mut parts = Vec::new();
        self.halve(side, whole.clone(), None, &mut parts)?;
        let mut parts = together(parts);
        for place in 0..parts.len() {
            self.grow(side, whole, place, &mut parts)?;
        }
        Ok(parts)
    }

    /// Halves the region until every part is wholly new, not new at all, or one value of each list. `known` is a new request
    /// of the region that holds it, if one is known.
    fn halve(
        &mut self,
        side: Side,
        region: Region,
        known: Option<&Request>,
        parts: &mut Parts,
    ) -> Result<(), Stopped> {
        let Some(document) = region.document(self.side(side)) else { return Ok(()) };
        let found;
        let witness = match known.filter(|request| self.holds(&document, request)) {
            Some(request) => request,
            None => match self.ask_new((&document).into(), [])? {
                Some(finding) => {
                    found = finding;
                    found.witness.request()
                }
                None => return Ok(()),
            },
        };
        if self.is_all_new((&document).into())? {
            parts.push((region, Share::All));
            return Ok(());
        }
        // The shortest list first: its values differ more often.
        let longest = |(axis, values): (Axis, &[usize])| {
            (values.len() > 1).then(|| (values.len(), axis, values.to_vec()))
        };
        match region.lists().filter_map(longest).min() {
            None => parts.push((region, Share::Part)),
            Some((count, axis, values)) => {
                let (first, second) = values.split_at(count / 2);
                for half in [first, second] {
                    self.halve(side, region.with(axis, half.to_vec()), Some(witness), parts)?;
                }
            }
        }
        Ok(())
    }

    /// Gives a part that is wholly new every further value of its statement with which it still is, unless it would
    /// swallow another part.
    fn grow(&mut self, side: Side, whole: &Region, place: usize, parts: &mut Parts) -> Result<(), Stopped> {
        let Some((region, Share::All)) = parts.get(place).cloned() else { return Ok(()) };
        if parts.iter().filter(|(_, share)| *share == Share::All).count() < 2 {
            return Ok(());
        }
        let mut region = region;
        for (axis, all) in whole.lists() {
            for value in all {
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
                let Some(document) = slice.document(self.side(side)) else { continue };
                if self.is_all_new((&document).into())? {
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
    fn holds(&self, region: &Document, request: &Request) -> bool {
        let mut options = evaluate::Options::for_documents(&[self.new.document(), self.old.document()]);
        options.resource_unconstrained = true;
        evaluate::decide(&[region], request, &options) == Decision::Allowed
    }

    /// A new request of the region that is in none of the groups.
    fn left_in<'g>(
        &mut self,
        region: DocumentRef<'g>,
        groups: &'g [Found],
    ) -> Result<Option<Finding>, Stopped>
    where
        'd: 'g,
    {
        self.ask_new(region, groups.iter().map(|group| &group.document))
    }

    /// A new request of the region that is in none of the others. What is not known counts as none: in the end it is
    /// asked whether everything is covered.
    fn ask_new<'g>(
        &mut self,
        region: DocumentRef<'g>,
        others: impl IntoIterator<Item = &'g PreparedDocument>,
    ) -> Result<Option<Finding>, Stopped>
    where
        'd: 'g,
    {
        let (new, old) = (DocumentRef::from(self.new), DocumentRef::from(self.old));
        let without = std::iter::once(old).chain(others.into_iter().map(DocumentRef::from));
        match self.budget.ask(|options| find([new], [region], without, options))?.verdict {
            Verdict::Fail(findings) => Ok(findings.into_iter().next()),
            Verdict::Pass(_) | Verdict::Unknown(_) => Ok(None),
        }
    }

    /// Decides whether it is proved that the new policy allows all of the region, and the old one nothing of it.
    fn is_all_new(&mut self, region: DocumentRef<'_>) -> Result<bool, Stopped> {
        Ok(self.budget.proves(|options| find([region], [self.old.into()], [], options))?
            && self.budget.proves(|options| find([region], [], [self.new.into()], options))?)
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
