//! The parts that all questions of `who-can` share: the kinds of requesters, the list, and one question about a requester.

use super::Options;
use super::can::CanVerdict;
use super::in_snapshot::{PreparedSnapshot, Question, SnapshotAnswer, can_like, merge};
use super::offer::Model;
use super::wants::Wants;
use crate::encode::Assumption;
use crate::index::guaranteed;
use crate::policy::Document;
use crate::query::Callers;
use crate::snapshot::{Asker, Gap, Principal, PrincipalKind, Snapshot, Target};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// The kinds of requesters of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WhoKind {
    /// Users of accounts of the snapshot.
    User,
    /// Sessions of their roles.
    Role,
    /// Their root users.
    Root,
    /// Users and roles of accounts of the organization that were not collected.
    Uncollected,
    /// Principals of other accounts, as far as their own policies allow everything.
    Account,
    /// Requests that nobody signs.
    Anonymous,
    /// AWS services.
    Service,
    /// Holders of tokens of identity providers.
    Federated,
}

impl WhoKind {
    /// All of them.
    pub const ALL: [WhoKind; 8] = [
        WhoKind::User,
        WhoKind::Role,
        WhoKind::Root,
        WhoKind::Uncollected,
        WhoKind::Account,
        WhoKind::Anonymous,
        WhoKind::Service,
        WhoKind::Federated,
    ];

    /// Returns the name used in JSON and on the command line.
    ///
    /// ```
    /// use iamsat::check::WhoKind;
    /// assert!(WhoKind::ALL.iter().all(|kind| WhoKind::parse(kind.name()) == Some(*kind)));
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            WhoKind::User => "user",
            WhoKind::Role => "role",
            WhoKind::Root => "root",
            WhoKind::Uncollected => "uncollected",
            WhoKind::Account => "account",
            WhoKind::Anonymous => "anonymous",
            WhoKind::Service => "service",
            WhoKind::Federated => "federated",
        }
    }

    /// Returns the kind with this name.
    pub fn parse(name: &str) -> Option<WhoKind> {
        WhoKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// True for requesters outside of the accounts of the snapshot.
    pub fn is_outside(self) -> bool {
        matches!(self, WhoKind::Account | WhoKind::Anonymous | WhoKind::Service | WhoKind::Federated)
    }
}

/// A requester that can, or of whom it is not known.
#[derive(Clone, Debug)]
pub struct WhoEntry<'p> {
    /// Its kind.
    pub kind: WhoKind,
    /// Its ARN; or the account, the service or the provider; or a name for all others.
    pub who: String,
    /// Its account, if it has one.
    pub account: Option<String>,
    /// CAN or UNKNOWN, with the part that decides.
    pub answer: SnapshotAnswer<'p>,
}

/// The answer to who can.
#[derive(Clone, Debug)]
pub struct WhoAnswer<'p> {
    /// Those who can, each with a request.
    pub entries: Vec<WhoEntry<'p>>,
    /// Those of whom it is not known.
    pub open: Vec<WhoEntry<'p>>,
    /// The number of users, roles and root users asked about.
    pub principals: usize,
    /// The number of accounts that they are of.
    pub accounts: usize,
    /// The number of questions that were asked of the engine.
    pub questions: usize,
    /// The kinds asked about.
    pub kinds: Vec<WhoKind>,
    /// The named assumptions on which the answers depend, in alphabetical order.
    pub assumptions: Vec<Assumption>,
}

impl WhoAnswer<'_> {
    /// Returns the answer before anybody was asked about.
    pub(crate) fn empty(kinds: &[WhoKind]) -> Self {
        WhoAnswer {
            entries: Vec::new(),
            open: Vec::new(),
            principals: 0,
            accounts: 0,
            questions: 0,
            kinds: kinds.to_vec(),
            assumptions: Vec::new(),
        }
    }

    /// True if nobody else can: proved.
    pub fn is_complete(&self) -> bool {
        self.open.is_empty()
    }

    /// Returns what was not collected and leaves the list open, each once.
    pub fn gaps(&self) -> Vec<&Gap> {
        let gaps: BTreeSet<&Gap> = self.open.iter().flat_map(|entry| &entry.answer.part.gaps).collect();
        gaps.into_iter().collect()
    }
}

/// Runs the jobs with the numbers below a count, in any order, and each once.
pub type RunJobs<'r> = &'r dyn Fn(usize, &(dyn Fn(usize) + Sync));

/// The targets of a question, for each account from which it may come.
pub(super) struct Targets {
    /// Those of requesters without an account, which are those of all where no part is about the requester's own resources.
    general: Vec<Target>,
    own: BTreeMap<String, Vec<Target>>,
}

impl Targets {
    pub(super) fn of(prepared: &PreparedSnapshot, wants: &Wants) -> Targets {
        let snapshot = prepared.snapshot();
        let made = |own: Option<&str>| snapshot.targets(own, &wants.actions, &wants.resources);
        let general = made(None);
        let depend = general.iter().any(|target| matches!(target, Target::Others { account: None, .. }));
        let own = match depend {
            false => BTreeMap::new(),
            true => {
                let accounts = snapshot.all_accounts().into_iter();
                accounts.map(|account| (account.to_owned(), made(Some(account)))).collect()
            }
        };
        Targets { general, own }
    }

    fn get(&self, account: Option<&str>) -> &[Target] {
        account.and_then(|account| self.own.get(account)).map_or(&self.general, Vec::as_slice)
    }
}

/// The parts of a question that all its jobs share.
pub(super) struct Asking<'a, 'p> {
    pub(super) prepared: &'p PreparedSnapshot,
    pub(super) wants: &'a Wants,
    /// The documents that each have to allow a request in question.
    pub(super) scope: Vec<Document>,
    pub(super) kinds: &'a [WhoKind],
    pub(super) options: &'a Options,
    pub(super) targets: Targets,
}

/// A question about one requester, or some that are one entry of the list.
pub(super) struct Job<'p> {
    pub(super) kind: WhoKind,
    /// The name of the entry.
    pub(super) who: String,
    pub(super) asker: Asker<'p>,
    pub(super) callers: Callers,
    /// Documents that limit the requests further.
    pub(super) further: Vec<Document>,
}

/// The answer to one question.
pub(super) struct Outcome<'p> {
    /// The entry, unless the requester cannot.
    entry: Option<WhoEntry<'p>>,
    assumptions: Vec<Assumption>,
}

impl Outcome<'_> {
    /// Returns the witness, as a model for other principals.
    pub(super) fn model(&self) -> Option<Model> {
        model_of(&self.entry.as_ref()?.answer)
    }
}

/// Returns the witness of an answer, as a model for other principals.
fn model_of(answer: &SnapshotAnswer<'_>) -> Option<Model> {
    match &answer.part.answer.verdict {
        CanVerdict::Can(witness) => {
            Some(Model { target: answer.part.target.clone(), request: witness.request().clone() })
        }
        CanVerdict::Cannot(_) | CanVerdict::Unknown(_) => None,
    }
}

impl<'p> WhoAnswer<'p> {
    pub(super) fn add(&mut self, outcome: Outcome<'p>) {
        self.questions += 1;
        merge(&mut self.assumptions, &outcome.assumptions);
        if let Some(entry) = outcome.entry {
            match entry.answer.part.answer.verdict {
                CanVerdict::Can(_) => self.entries.push(entry),
                CanVerdict::Unknown(_) | CanVerdict::Cannot(_) => self.open.push(entry),
            }
        }
    }
}

/// The answer about all members of a class, or of a group, together.
pub(super) struct Together {
    /// True if none of them can: proved.
    pub(super) cannot: bool,
    /// The request of one of them, if there is one.
    pub(super) model: Option<Model>,
    pub(super) assumptions: Vec<Assumption>,
}

/// Runs jobs about these inputs, and returns what they return, in order.
pub(super) fn side_by_side<I: Sync, T: Send + Sync>(
    run: RunJobs<'_>,
    inputs: &[I],
    job: impl Fn(&I) -> T + Sync,
) -> Vec<T> {
    let done: Vec<OnceLock<T>> = inputs.iter().map(|_| OnceLock::new()).collect();
    run(inputs.len(), &|number| {
        if let (Some(input), Some(slot)) = (inputs.get(number), done.get(number)) {
            slot.get_or_init(|| job(input));
        }
    });
    let done = done.into_iter().map(|slot| guaranteed(slot.into_inner(), "each job is run once"));
    done.collect()
}

impl<'a, 'p> Asking<'a, 'p> {
    pub(super) fn snapshot(&self) -> &'p Snapshot {
        self.prepared.snapshot()
    }

    pub(super) fn has(&self, kind: WhoKind) -> bool {
        self.kinds.contains(&kind)
    }

    pub(super) fn targets(&self, own: Option<&str>) -> &[Target] {
        self.targets.get(own)
    }

    /// Runs jobs about these inputs, and returns what they return, in order.
    pub(super) fn all<I: Sync, T: Send + Sync>(
        &self,
        run: RunJobs<'_>,
        inputs: &[I],
        job: impl Fn(&Self, &I) -> T + Sync,
    ) -> Vec<T> {
        side_by_side(run, inputs, |input| job(self, input))
    }

    fn ask(
        &self,
        (asker, callers): (Asker<'_>, &Callers),
        further: &[Document],
        model: Option<&Model>,
    ) -> SnapshotAnswer<'p> {
        let mut scope = self.scope.clone();
        scope.extend_from_slice(further);
        let question = Question { asker, callers, scope: &scope };
        let like = model.map(|model| (model, self.wants));
        can_like(self.prepared, question, self.targets(asker.account()), self.options, like)
    }

    /// Asks about several requesters together.
    pub(super) fn together(&self, who: (Asker<'_>, &Callers), further: &[Document]) -> Together {
        let answer = self.ask(who, further, None);
        Together {
            cannot: matches!(answer.part.answer.verdict, CanVerdict::Cannot(_)),
            model: model_of(&answer),
            assumptions: answer.part.answer.assumptions,
        }
    }

    /// Asks about one requester.
    pub(super) fn list(&self, job: &Job<'_>, model: Option<&Model>) -> Outcome<'p> {
        let mut answer = self.ask((job.asker, &job.callers), &job.further, model);
        let assumptions = std::mem::take(&mut answer.part.answer.assumptions);
        answer.part.answer.assumptions.clone_from(&assumptions);
        let account = job.asker.account().map(str::to_owned);
        let cannot = matches!(answer.part.answer.verdict, CanVerdict::Cannot(_));
        let entry = (!cannot).then(|| WhoEntry { kind: job.kind, who: job.who.clone(), account, answer });
        Outcome { entry, assumptions }
    }

    /// Returns the users and roles in question.
    pub(super) fn principals(&self) -> impl Iterator<Item = &'p Principal> {
        let (users, roles) = (self.has(WhoKind::User), self.has(WhoKind::Role));
        self.snapshot().principals.values().filter(move |principal| match principal.kind {
            PrincipalKind::User => users,
            PrincipalKind::Role => roles,
        })
    }
}
