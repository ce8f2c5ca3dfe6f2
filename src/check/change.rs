//! Asks what a change gives to whom: all principals of the snapshots before and after it, and everybody outside.
//!
//! Users of an account, and sessions of its roles, are asked about together if the same parts of policies decide about them on both
//! sides. So what is proved about a class is proved for each of its members, and each entry of the list has a request of its own.

use super::PropertyError;
use super::can::CanVerdict;
use super::change_facts::is_principal_same;
use super::change_sides::{ChangePart, OnSide, Pair, Piece, asked, asked_pieces, pieces};
use super::changed::Changed;
use super::in_snapshot::merge;
use super::listed::is_listed_over_layers;
use super::offer::Model;
use super::wants::Wants;
use super::who_asking::{Job, RunJobs, WhoKind, side_by_side};
use super::who_can::group_of;
use super::who_classes::{Name, any_of, but_for, key, names_in, tags_in};
use super::who_outside::{Names, add_names, of_accounts, outsiders};
use super::{Assumption, Options};
use crate::index::{broken, guaranteed};
use crate::policy::{Attached, Document};
use crate::query::Callers;
use crate::snapshot::{Asker, Collected, Gap, Principal, PrincipalKind, Snapshot};
use std::collections::{BTreeMap, BTreeSet};

/// A requester that gains access, or of whom it is not known.
#[derive(Clone, Debug)]
pub struct ChangeEntry<'p> {
    /// Its kind.
    pub kind: WhoKind,
    /// Its ARN; or the account, the service or the provider; or a name for all others.
    pub who: String,
    /// Its account, if it has one.
    pub account: Option<String>,
    /// CAN or UNKNOWN, with the resources that decide.
    pub part: ChangePart<'p>,
}

/// The requesters who gain access by a change.
#[derive(Clone, Debug)]
pub struct Gains<'p> {
    /// Those who gain access, each with a request.
    pub entries: Vec<ChangeEntry<'p>>,
    /// Those of whom it is not known.
    pub open: Vec<ChangeEntry<'p>>,
    /// The number of users, roles and root users asked about.
    pub principals: usize,
    /// The number of accounts that they are of.
    pub accounts: usize,
    /// The number of questions about a requester or a class of requesters.
    pub questions: usize,
    /// The named assumptions on which the answers depend, in alphabetical order.
    pub assumptions: Vec<Assumption>,
}

impl Gains<'_> {
    /// True if nobody else gains anything: proved.
    pub fn is_complete(&self) -> bool {
        self.open.is_empty()
    }

    /// Returns what was not collected and leaves the list open, each once.
    pub fn gaps(&self) -> Vec<&Gap> {
        let gaps: BTreeSet<&Gap> = self.open.iter().flat_map(|entry| &entry.part.gaps).collect();
        gaps.into_iter().collect()
    }
}

/// Asks who can make some request in question after a change that was refused before it. `kinds` limits who is asked about.
///
/// # Errors
/// A pattern or a condition is not valid.
///
/// ```
/// use iamsat::check::{Changed, Options, PreparedSnapshot, Wants, WhoKind, gains};
/// use iamsat::limits::SnapshotLimits;
/// use iamsat::snapshot::{Change, File, Snapshot};
/// let text = r#"{"UserDetailList": [{"Arn": "arn:aws:iam::111122223333:user/ana", "GroupList": [], "AttachedManagedPolicies": [],
///     "Tags": [], "UserPolicyList": [{"PolicyName": "p", "PolicyDocument":
///         {"Statement": {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}}}]}]}"#;
/// let files = vec![File { path: "gaad.json".to_owned(), bytes: text.into() }];
/// let mut snapshot = Snapshot::read(files, &SnapshotLimits::default());
/// snapshot.without_organization().unwrap();
/// let change = Change::Remove { what: "user/ana:p".into() };
/// let after = PreparedSnapshot::new(snapshot.changed(&[change]).unwrap());
/// let before = PreparedSnapshot::new(snapshot);
/// let changed = Changed { before: &before, after: &after, is_same_world: true };
/// let count = |changed| {
///     let gains = gains(changed, &Wants::default(), &[WhoKind::User], &Options::default()).unwrap();
///     (gains.entries.len(), gains.is_complete())
/// };
/// assert_eq!((count(changed), count(changed.reversed())), ((0, true), (1, true)));
/// ```
pub fn gains<'p>(
    changed: Changed<'p>,
    wants: &Wants,
    kinds: &[WhoKind],
    options: &Options,
) -> Result<Gains<'p>, PropertyError> {
    gains_by(&|count, job| (0..count).for_each(job), changed, wants, kinds, options)
}

/// Does the same as [`gains`] with questions side by side.
///
/// # Errors
/// A pattern or a condition is not valid.
pub fn gains_by<'p>(
    run: RunJobs<'_>,
    changed: Changed<'p>,
    wants: &Wants,
    kinds: &[WhoKind],
    options: &Options,
) -> Result<Gains<'p>, PropertyError> {
    let asking = Changing::new(changed, wants, kinds, options)?;
    let mut found = Gains::empty();
    let jobs = asking.outside(&mut found);
    let outcomes = side_by_side(run, &jobs, |job| asking.job(job));
    for (job, outcome) in jobs.iter().zip(outcomes) {
        let account = job.asker.account().map(str::to_owned);
        found.add((job.kind, job.who.clone(), account), outcome);
    }
    asking.members(run, &mut found);
    for list in [&mut found.entries, &mut found.open] {
        list.sort_by(|a, b| (a.kind, &a.account, &a.who).cmp(&(b.kind, &b.account, &b.who)));
    }
    Ok(found)
}

/// The first gain that is found.
pub(super) enum FirstGain {
    /// Somebody gains access.
    Shown,
    /// Nobody does: proved.
    Nobody,
    /// It is not known, for this reason.
    Open(String, Vec<Gap>),
    /// An invariant is broken.
    Fault(String),
}

/// Asks if anybody gains anything by a change. The first who does ends the search.
pub(super) fn first_gain(
    changed: Changed<'_>,
    wants: &Wants,
    (options, left): (&Options, &mut usize),
) -> (FirstGain, Vec<Assumption>) {
    let asking = match Changing::new(changed, wants, &WhoKind::ALL, options) {
        Ok(asking) => asking,
        Err(error) => broken(&format!("the actions of a policy make a valid question: {error}")),
    };
    let mut found = Gains::empty();
    let is_shown = asking.stops(&mut found, left);
    let fault = found.open.iter().find_map(|entry| internal(&entry.part).map(str::to_owned));
    if let Some(fault) = fault {
        return (FirstGain::Fault(fault), found.assumptions);
    }
    let first = match (is_shown, found.open.first()) {
        (true, _) => FirstGain::Shown,
        (false, None) => FirstGain::Nobody,
        (false, Some(first)) => {
            let gaps: Vec<Gap> = found.gaps().into_iter().cloned().collect();
            let why = match gaps.first() {
                Some(gap) => gap.why.to_string(),
                None => format!("it is not known what {} could do without it", first.who),
            };
            FirstGain::Open(why, gaps)
        }
    };
    (first, found.assumptions)
}

struct Changing<'a, 'p> {
    changed: Changed<'p>,
    wants: &'a Wants,
    scope: Vec<Document>,
    kinds: &'a [WhoKind],
    options: &'a Options,
    /// The pieces of the question by the account of the requester.
    pieces: BTreeMap<Option<&'p str>, Vec<Piece>>,
}

/// The answer about a requester, or about several together: the part that decides, unless nothing is gained.
struct Outcome<'p> {
    part: Option<ChangePart<'p>>,
    assumptions: Vec<Assumption>,
    /// The number of pieces about which a question was asked.
    asked: usize,
}

impl Outcome<'_> {
    fn model(&self) -> Option<Model> {
        let part = self.part.as_ref()?;
        match &part.answer.verdict {
            CanVerdict::Can(witness) => {
                Some(Model { target: part.target.clone(), request: witness.request().clone() })
            }
            CanVerdict::Cannot(_) | CanVerdict::Unknown(_) => None,
        }
    }
}

impl<'p> Gains<'p> {
    fn empty() -> Gains<'p> {
        Gains {
            entries: Vec::new(),
            open: Vec::new(),
            principals: 0,
            accounts: 0,
            questions: 0,
            assumptions: Vec::new(),
        }
    }

    fn add(&mut self, (kind, who, account): (WhoKind, String, Option<String>), outcome: Outcome<'p>) {
        self.questions += 1;
        merge(&mut self.assumptions, &outcome.assumptions);
        if let Some(part) = outcome.part {
            let is_known = matches!(part.answer.verdict, CanVerdict::Can(_));
            let entry = ChangeEntry { kind, who, account, part };
            if is_known { self.entries.push(entry) } else { self.open.push(entry) }
        }
    }
}

/// A class of members that the same parts of policies decide about, and the names that its question excludes.
struct Class<'p> {
    members: Vec<&'p Principal>,
    further: Vec<Document>,
}

impl<'a, 'p> Changing<'a, 'p> {
    fn new(
        changed: Changed<'p>,
        wants: &'a Wants,
        kinds: &'a [WhoKind],
        options: &'a Options,
    ) -> Result<Changing<'a, 'p>, PropertyError> {
        let scope = wants.documents()?;
        let accounts: BTreeSet<&'p str> = [changed.after, changed.before]
            .into_iter()
            .flat_map(|side| side.snapshot().all_accounts())
            .collect();
        let own = accounts.into_iter().map(|account| (Some(account), pieces(changed, Some(account), wants)));
        let pieces = own.chain([(None, pieces(changed, None, wants))]).collect();
        Ok(Changing { changed, wants, scope, kinds, options, pieces })
    }

    fn old(&self) -> &'p Snapshot {
        self.changed.before.snapshot()
    }

    fn now(&self) -> &'p Snapshot {
        self.changed.after.snapshot()
    }

    fn has(&self, kind: WhoKind) -> bool {
        self.kinds.contains(&kind)
    }

    /// Returns the pieces about which a requester has to be asked.
    fn asked_pieces<'b>(&'b self, before: OnSide<'_>, after: Asker<'b>) -> Vec<&'b Piece> {
        let account = after.account().filter(|account| self.pieces.contains_key(&Some(*account)));
        let pieces = guaranteed(self.pieces.get(&account), "each account has its pieces");
        asked_pieces(self.changed, (before, after), (pieces, self.wants))
    }

    /// Asks about all pieces, of which at most some are questions. The first request that is newly allowed ends the search.
    fn ask(
        &self,
        (before, after): (OnSide<'_>, Asker<'_>),
        callers: &Callers,
        further: &[Document],
        (model, most): (Option<&Model>, usize),
    ) -> Outcome<'p> {
        let scope: Vec<Document> = self.scope.iter().chain(further).cloned().collect();
        let like = model.map(|model| (model, self.wants));
        let pieces = self.asked_pieces(before, after);
        let is_first = |piece: &&Piece| model.is_some_and(|model| model.target == piece.target);
        let (first, others): (Vec<&Piece>, Vec<&Piece>) = pieces.into_iter().partition(is_first);
        let (mut assumptions, mut open): (Vec<Assumption>, Option<ChangePart<'p>>) = (Vec::new(), None);
        merge(&mut assumptions, &self.changed.assumptions());
        let mut count = 0;
        // A request that AWS does not list decides too, and is hard to believe.
        let (mut shown, mut further): (Option<ChangePart<'p>>, usize) = (None, FURTHER_PIECES);
        for piece in first.into_iter().chain(others) {
            if shown.is_some() {
                let Some(left) = further.checked_sub(1) else { break };
                further = left;
            }
            let pair = Pair { before, after, callers, scope: &scope, like, is_asked: count < most };
            let Some(part) = asked(self.changed, pair, piece, self.options) else { continue };
            count += usize::from(pair.is_asked);
            merge(&mut assumptions, &part.answer.assumptions);
            match (&part.answer.verdict, &mut open) {
                (CanVerdict::Can(witness), _) => {
                    if is_listed_over_layers(self.options.catalogue(), witness.request()) {
                        return Outcome { part: Some(part), assumptions, asked: count };
                    }
                    shown.get_or_insert(part);
                }
                (CanVerdict::Cannot(_), _) => {}
                // A broken invariant is not left out because something else is open too.
                (CanVerdict::Unknown(_), Some(open)) if internal(&part).is_some() => *open = part,
                (CanVerdict::Unknown(_), Some(open)) => open.gaps.extend(part.gaps),
                (CanVerdict::Unknown(_), open) => *open = Some(part),
            }
            if !pair.is_asked && (open.is_some() || shown.is_some()) {
                break;
            }
        }
        if let Some(part) = &mut open {
            part.gaps.sort_unstable();
            part.gaps.dedup();
        }
        Outcome { part: shown.or(open), assumptions, asked: count }
    }

    fn job(&self, job: &Job<'p>) -> Outcome<'p> {
        let own = self.old().all_accounts();
        let before = match job.asker {
            Asker::Root(account) | Asker::Uncollected(account) if !own.contains(account) => {
                OnSide::Unknown("an account that was not in the snapshot before the change")
            }
            Asker::Foreign(Some(account)) if own.contains(account) => {
                OnSide::Unknown("an account that is not in the snapshot after the change")
            }
            asker => OnSide::Known(asker),
        };
        self.ask((before, job.asker), &job.callers, &job.further, (None, usize::MAX))
    }

    /// Returns a principal as it was before the change.
    fn before(&self, principal: &Principal) -> OnSide<'p> {
        if let Some(own) = self.old().principals.get(&principal.arn) {
            return OnSide::Known(Asker::Principal(own));
        }
        let account = self.old().accounts.get(&principal.account);
        let is_collected = account.is_some_and(|account| match principal.kind {
            PrincipalKind::User => account.has_users,
            PrincipalKind::Role => account.has_roles,
        });
        match is_collected {
            true => OnSide::Absent,
            false => OnSide::Unknown(
                "the users and roles of the account, which were not collected before the change",
            ),
        }
    }

    /// Asks about everybody, until somebody is found who gains access; returns true if somebody is.
    fn stops(&self, found: &mut Gains<'p>, left: &mut usize) -> bool {
        let mut groups: BTreeMap<_, Vec<&'p Principal>> = BTreeMap::new();
        for principal in self.now().principals.values() {
            groups.entry(group_of(principal)).or_default().push(principal);
        }
        for members in groups.into_values() {
            let (classes, named) = self.classes(&members);
            if classes.iter().any(|class| self.class_is_shown(class, found, left)) {
                return true;
            }
            if named.iter().any(|member| self.is_shown(member, found, left)) {
                return true;
            }
        }
        for job in self.outside(found) {
            let (kind, who, account) = (job.kind, job.who.clone(), job.asker.account().map(str::to_owned));
            found.add((kind, who, account), self.job(&job));
            if !found.entries.is_empty() {
                return true;
            }
        }
        false
    }

    /// Asks about a class, and returns true if one of it gains access.
    fn class_is_shown(&self, class: &Class<'p>, found: &mut Gains<'p>, left: &mut usize) -> bool {
        let [first, _, ..] = *class.members.as_slice() else {
            return class.members.iter().any(|member| self.is_shown(member, found, left));
        };
        let together = self.class(class, *left);
        *left -= together.asked;
        merge(&mut found.assumptions, &together.assumptions);
        if together.part.is_none() {
            return false;
        }
        // If it is not known of all together, a few are asked about, and the others stay open.
        let most = if together.model().is_some() { usize::MAX } else { FEW_MEMBERS };
        if class.members.iter().take(most).any(|member| self.is_shown(member, found, left)) {
            return true;
        }
        if class.members.len() > most {
            found.add(named(first), together);
        }
        false
    }

    /// Asks about one member, and returns true if it gains access.
    fn is_shown(&self, member: &'p Principal, found: &mut Gains<'p>, left: &mut usize) -> bool {
        let outcome = self.member(member, (None, *left));
        *left -= outcome.asked;
        found.add(named(member), outcome);
        !found.entries.is_empty()
    }

    /// Asks about all members of a class together.
    fn class(&self, class: &Class<'p>, most: usize) -> Outcome<'p> {
        let first = guaranteed(class.members.first(), "a class has members");
        self.ask(self.sides(first), &any_of(first), &class.further, (None, most))
    }

    fn sides(&self, member: &'p Principal) -> (OnSide<'p>, Asker<'p>) {
        (self.before(member), Asker::Principal(member))
    }

    fn member(&self, member: &'p Principal, model: (Option<&Model>, usize)) -> Outcome<'p> {
        // Of a name that no request can have, the members of its account stand for it.
        let callers = Callers::parse(&member.arn).unwrap_or_else(|_| any_of(member));
        self.ask(self.sides(member), &callers, &[], model)
    }

    /// Asks about the users and roles after the change.
    fn members(&self, run: RunJobs<'_>, found: &mut Gains<'p>) {
        let (users, roles) = (self.has(WhoKind::User), self.has(WhoKind::Role));
        let principals = self.now().principals.values().filter(|principal| match principal.kind {
            PrincipalKind::User => users,
            PrincipalKind::Role => roles,
        });
        let mut groups: BTreeMap<_, Vec<&'p Principal>> = BTreeMap::new();
        for principal in principals {
            found.principals += 1;
            groups.entry(group_of(principal)).or_default().push(principal);
        }
        let groups: Vec<Vec<&'p Principal>> = groups.into_values().collect();
        let mut alone: Vec<(Option<Model>, &'p Principal)> = Vec::new();
        let mut classes: Vec<Class<'p>> = Vec::new();
        for (of_group, named) in side_by_side(run, &groups, |members| self.classes(members)) {
            classes.extend(of_group);
            alone.extend(named.into_iter().map(|member| (None, member)));
        }
        let (single, several): (Vec<_>, Vec<_>) =
            classes.into_iter().partition(|class| class.members.len() == 1);
        alone.extend(single.into_iter().flat_map(|class| class.members).map(|member| (None, member)));
        let mut turns = Turns { run, left: MOST_QUESTIONS, models: BTreeMap::new() };
        let first = |class: &Class<'p>| *guaranteed(class.members.first(), "a class has members");
        let together = turns.asked(&several, first, |class, most, _| self.class(class, most));
        for (class, outcome) in several.into_iter().zip(together) {
            found.questions += 1;
            merge(&mut found.assumptions, &outcome.assumptions);
            if outcome.part.is_some() {
                let model = outcome.model();
                alone.extend(class.members.into_iter().map(|member| (model.clone(), member)));
            }
        }
        let ask = |(own, member): &(Option<Model>, &'p Principal), most: usize, of_group: Option<&Model>| {
            self.member(member, (own.as_ref().or(of_group), most))
        };
        let outcomes = turns.asked(&alone, |(_, member)| *member, ask);
        for ((_, member), outcome) in alone.into_iter().zip(outcomes) {
            found.add(named(member), outcome);
        }
    }

    /// Sorts members of one group into classes, and those whom a policy names that all share.
    fn classes(&self, members: &[&'p Principal]) -> (Vec<Class<'p>>, Vec<&'p Principal>) {
        let Some(first) = members.first() else { return (Vec::new(), Vec::new()) };
        let account = &*first.account;
        let (mut names, mut tags): (BTreeSet<Name>, BTreeSet<&str>) = (BTreeSet::new(), BTreeSet::new());
        let mut shared: Vec<&Document> = self.scope.iter().collect();
        for piece in guaranteed(self.pieces.get(&Some(account)), "each account has its pieces") {
            for snapshot in [self.now(), self.old()] {
                let layers = snapshot.assemble(Asker::Anyone(account), &piece.target).layers;
                shared.extend(layers.documents().map(|id| snapshot.document(*id)));
            }
        }
        for document in shared {
            names.extend(document.statements.iter().flat_map(names_in));
            tags.extend(tags_in(document));
        }
        let names: Vec<Name> = names.into_iter().collect();
        let (named, others): (Vec<&Principal>, Vec<&Principal>) =
            members.iter().copied().partition(|member| names.iter().any(|name| name.may_be(member)));
        let further: Vec<Document> = but_for(&names, &named).into_iter().collect();
        let mut classes: BTreeMap<Vec<String>, Vec<&'p Principal>> = BTreeMap::new();
        for member in &others {
            classes.entry(self.key(member, &tags)).or_default().push(member);
        }
        if classes.len() > FEW_CLASSES && self.is_above() {
            let sides = (OnSide::Known(Asker::Anyone(account)), Asker::Anyone(account));
            if self.ask(sides, &any_of(first), &further, (None, usize::MAX)).part.is_none() {
                return (Vec::new(), named);
            }
        }
        let classes = classes.into_values().map(|members| Class { members, further: further.clone() });
        (classes.collect(), named)
    }

    /// True if the sides differ in SCPs and RCPs alone: then one question about somebody whose own policies allow everything covers
    /// all members of an account.
    ///
    /// Each fact about a request that a document can test is then the same on both sides: tags and trust policies of principals, the
    /// places of accounts in the organization, and the policies and owners of resources are members of the snapshot that no such
    /// step alters. So is what was not collected of them. If a member gains a request, its own policies and the policy of the
    /// resource let the request through on both sides, so an SCP or RCP refused it before and none does after. This is true of the
    /// same request by somebody whose own policies allow everything; and that question is limited by fewer facts than the member's.
    fn is_above(&self) -> bool {
        self.changed.is_same_world && self.now().differs_in_controls_only(self.old())
    }

    /// Returns what decides about a principal besides its name, on both sides.
    fn key(&self, member: &Principal, shared: &BTreeSet<&str>) -> Vec<String> {
        let mut tags: BTreeSet<&str> = shared.clone();
        tags.extend(own_tags(self.now(), member));
        let (mut parts, before) = match self.before(member) {
            OnSide::Known(Asker::Principal(before)) => {
                tags.extend(own_tags(self.old(), before));
                (key(self.old(), self.wants, before, &tags), "known")
            }
            OnSide::Absent => (Vec::new(), "absent"),
            OnSide::Known(_) | OnSide::Unknown(_) => (Vec::new(), "unknown"),
        };
        parts.push(format!("before: {before}"));
        // Facts that differ decide even if no document that is known tests them.
        let alike = match self.before(member) {
            OnSide::Known(before) => is_principal_same(self.changed, before, Asker::Principal(member)),
            OnSide::Absent | OnSide::Unknown(_) => true,
        };
        parts.push(format!("alike: {alike}"));
        parts.extend(key(self.now(), self.wants, member, &tags));
        parts
    }

    /// Lists the questions about all who are no users or roles of the snapshot after the change. Notes how many accounts and root
    /// users there are.
    fn outside(&self, found: &mut Gains<'p>) -> Vec<Job<'p>> {
        let own = self.now().all_accounts();
        let (mut jobs, roots) = of_accounts(self.now(), self.kinds);
        found.accounts += own.len();
        found.principals += roots;
        let mut named: Names<'p> = Names::new();
        for piece in guaranteed(self.pieces.get(&None), "requesters without an account have pieces") {
            for snapshot in [self.now(), self.old()] {
                let layers = snapshot.assemble(Asker::Nobody, &piece.target).layers;
                for id in layers.resource.iter().filter_map(Attached::policy) {
                    add_names(&mut named, snapshot.document(*id));
                }
            }
        }
        // Accounts that are in the snapshot before the change alone are accounts like any other after it.
        named.entry(WhoKind::Account).or_default().extend(self.old().all_accounts());
        jobs.extend(outsiders(self.kinds, &own, named));
        jobs
    }
}

/// Questions about many, a few side by side at a time.
struct Turns<'r, 'p> {
    run: RunJobs<'r>,
    /// The number of questions that are left.
    left: usize,
    /// The first request of each group: one of a member is often one of the next.
    models: BTreeMap<(&'p str, PrincipalKind, bool), Model>,
}

impl<'p> Turns<'_, 'p> {
    /// Asks about each of these; `of` is a member of its group.
    fn asked<I: Sync>(
        &mut self,
        inputs: &[I],
        of: impl Fn(&I) -> &'p Principal + Sync,
        ask: impl Fn(&I, usize, Option<&Model>) -> Outcome<'p> + Sync,
    ) -> Vec<Outcome<'p>> {
        let mut outcomes = Vec::with_capacity(inputs.len());
        for turn in inputs.chunks(A_TURN) {
            // The share of each does not depend on who is asked about first.
            let most = self.left / turn.len();
            let models = &self.models;
            let ask = |input: &I| ask(input, most, models.get(&group_of(of(input))));
            for (input, outcome) in turn.iter().zip(side_by_side(self.run, turn, ask)) {
                self.left -= outcome.asked;
                if let Some(model) = outcome.model() {
                    self.models.entry(group_of(of(input))).or_insert(model);
                }
                outcomes.push(outcome);
            }
        }
        outcomes
    }
}

/// Returns the broken invariant that an answer reports, if it does.
fn internal<'a>(part: &'a ChangePart<'_>) -> Option<&'a str> {
    match &part.answer.verdict {
        CanVerdict::Unknown(unknown) => unknown.internal(),
        CanVerdict::Can(_) | CanVerdict::Cannot(_) => None,
    }
}

/// Returns what names a user or role in a list.
fn named(member: &Principal) -> (WhoKind, String, Option<String>) {
    let kind = if member.kind == PrincipalKind::User { WhoKind::User } else { WhoKind::Role };
    (kind, member.arn.to_string(), Some(member.account.to_string()))
}

/// Lists the tags of principals that the own policies of a principal test.
fn own_tags<'p>(snapshot: &'p Snapshot, principal: &Principal) -> Vec<&'p str> {
    let policies = snapshot.identity_of(principal).into_iter().chain(snapshot.boundary_of(principal));
    let known = policies.filter_map(|policy| match policy {
        Collected::Known(id) => Some(snapshot.document(id)),
        Collected::Missing(_) => None,
    });
    known.flat_map(tags_in).collect()
}

/// Up to this many classes are asked about without asking about all of them together first.
const FEW_CLASSES: usize = 2;

/// The number of members of a class that are asked about alone if it is not known of all of them together.
const FEW_MEMBERS: usize = 4;

/// The number of pieces that are looked at for a request that AWS lists, after one that it does not list.
const FURTHER_PIECES: usize = 4;

/// The number of requesters that are asked about side by side.
const A_TURN: usize = 8;

/// The number of questions about users and roles that are asked of one change, or of all guardrails.
pub(super) const MOST_QUESTIONS: usize = 10_000;
