//! All limits on reading and searching. Reaching a limit is an error (input limits) or UNKNOWN with the limit's name (search
//! limits), never a guess. The default limits are counts, so the same input always gives the same answer.

use crate::code::Code;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The work that exploring a product state is.
const STATE: u64 = 4;

/// Limits on a document.
///
/// ```
/// use iamsat::{limits::InputLimits, policy::parse, span::Source};
/// let limits = InputLimits { bytes: 10, ..InputLimits::default() };
/// let error = parse(&Source::new("long.json", r#"{"Statement":[]}"#), &limits).unwrap_err();
/// assert_eq!(error.diagnostics[0].code, iamsat::code::Code::DocumentTooLong);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct InputLimits {
    /// Bytes of one document.
    pub bytes: usize,
    /// Nesting depth of JSON arrays and objects.
    pub depth: usize,
    /// Members of one array or object.
    pub members: usize,
    /// Bytes of one string of a document. AWS accepts no policy of this length.
    pub value: usize,
    /// Wildcards and variables in all strings of one document together.
    pub wildcards: usize,
    /// Faults reported for one document; if there are more, one note (`too-many-faults`) says so.
    pub faults: usize,
}

impl Default for InputLimits {
    fn default() -> Self {
        InputLimits {
            bytes: 16 << 20,
            depth: 32,
            members: 200_000,
            value: 64 << 10,
            wildcards: 1_000_000,
            faults: 100,
        }
    }
}

/// Limits on a file that contains many policies: a plan, a state, a template, a dump of an account.
///
/// ```
/// use iamsat::container::{Options, open};
/// use iamsat::{limits::ContainerLimits, span::Source};
/// let text = r#"{"format_version":"1.2","planned_values":{},"resource_changes":[{},{}]}"#;
/// let limits = ContainerLimits { resources: 1, ..ContainerLimits::default() };
/// let error = open(&Source::new("plan.json", text), &Options { limits, ..Options::default() }).unwrap_err();
/// assert_eq!(error.diagnostics[0].code, "too-many-resources");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ContainerLimits {
    /// Bytes of the file.
    pub bytes: usize,
    /// The number of resources read.
    pub resources: usize,
    /// Policies found.
    pub policies: usize,
    /// Nesting depth of arrays and objects that are searched.
    pub depth: usize,
    /// Nodes of a YAML tree, aliases expanded.
    pub nodes: usize,
    /// Nodes that the loops of a template make.
    pub copies: usize,
    /// References followed from one attribute to its document.
    pub references: usize,
    /// Combinations of conditions and parameters with few values, for one policy of a template.
    pub worlds: usize,
}

impl Default for ContainerLimits {
    fn default() -> Self {
        ContainerLimits {
            bytes: 512 << 20,
            resources: 1_000_000,
            policies: 200_000,
            depth: 64,
            nodes: 2_000_000,
            copies: 200_000,
            references: 32,
            worlds: 256,
        }
    }
}

/// Limits on a snapshot.
///
/// ```
/// use iamsat::limits::SnapshotLimits;
/// use iamsat::snapshot::{File, Snapshot};
/// let file = |path: &str| File { path: path.to_owned(), bytes: b"{}".to_vec() };
/// let limits = SnapshotLimits { files: 1, ..SnapshotLimits::default() };
/// assert_eq!(Snapshot::read(vec![file("a.json"), file("b.json")], &limits).faults.len(), 1);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SnapshotLimits {
    /// Files that are read.
    pub files: usize,
    /// Bytes of all files together.
    pub bytes: usize,
    /// Users, groups, roles, policies, nodes of the tree, resources and endpoints together.
    pub entities: usize,
    /// Faults reported.
    pub faults: usize,
}

impl Default for SnapshotLimits {
    fn default() -> Self {
        SnapshotLimits { files: 200_000, bytes: 2 << 30, entities: 2_000_000, faults: 100 }
    }
}

/// The time at which to give up; by default never, and then no clock is read.
///
/// ```
/// use iamsat::limits::Deadline;
/// assert!(!Deadline::default().has_passed());
/// assert!(Deadline::at(Some(std::time::Instant::now())).has_passed());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Deadline(Option<std::time::Instant>);

impl Deadline {
    /// After this instant.
    pub fn at(instant: Option<std::time::Instant>) -> Deadline {
        Deadline(instant)
    }

    /// Returns true if it is over.
    pub fn has_passed(self) -> bool {
        self.0.is_some_and(|at| std::time::Instant::now() >= at)
    }

    /// Returns this deadline, or `other` if there is none.
    #[must_use]
    pub fn or(self, other: Option<std::time::Instant>) -> Deadline {
        Deadline(self.0.or(other))
    }
}

/// Limits on one search. Without a deadline, no clock is read.
///
/// ```
/// use iamsat::check::{Options, no_new_access};
/// use iamsat::limits::{Exhausted, SearchLimits};
/// use iamsat::{UnknownReason, Verdict};
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let old = policy(r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}"#);
/// let new = policy(r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#);
/// let limits = SearchLimits { nodes: 1, ..SearchLimits::default() };
/// let options = Options { limits, ..Options::default() };
/// let Verdict::Unknown(unknown) = no_new_access(&new, &old, &options).verdict else { panic!() };
/// assert_eq!(unknown.reasons, [UnknownReason::Exhausted(Exhausted::Nodes)]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SearchLimits {
    /// Nodes of the formula graph.
    pub nodes: usize,
    /// Product states explored by all emptiness queries of a check, in units of 16 bytes. An answer that needs many queries may
    /// explore eight times as many in total.
    pub states: u64,
    /// Learned lemmas.
    pub lemmas: usize,
    /// Rounds of the propose-refute loop.
    pub iterations: usize,
    /// Literals over all clauses handed to the SAT solver.
    pub literals: usize,
    /// Bytes of proof that the SAT solver writes for one problem; this limits its own search.
    pub proof_bytes: u64,
    /// Everything that a check does, in units of some 50 nanoseconds: values read, parts of the formula visited, patterns
    /// compared, states explored, clauses derived. All queries for one answer share this limit; see [`SharedWork`].
    pub work: u64,
    /// Findings of one check; with more, the answer is a FAIL that is marked as cut short.
    pub findings: usize,
    /// Bytes of the requests of all findings together; has the same effect as [`SearchLimits::findings`].
    pub witness_bytes: usize,
    /// Queries for finding all differences.
    pub questions: usize,
    /// Assignments to the keys of policy variables that are tried for one proposal.
    pub assignments: usize,
    /// Values of one key of policy variables that are tried for one proposal.
    pub key_values: usize,
    /// Texts of one form (such as numbers) that are tried if operators of several types read one text.
    pub form_texts: usize,
    /// The instant at which the search gives up.
    pub deadline: Option<std::time::Instant>,
}

impl Default for SearchLimits {
    fn default() -> Self {
        SearchLimits {
            nodes: 4_000_000,
            states: 4_000_000,
            lemmas: 200_000,
            iterations: 100_000,
            literals: 50_000_000,
            proof_bytes: 10_000_000,
            work: 160_000_000,
            findings: 1_000,
            witness_bytes: 8 << 20,
            questions: 20_000,
            assignments: 64,
            key_values: 5,
            form_texts: 12,
            deadline: None,
        }
    }
}

impl SearchLimits {
    /// True if there is a deadline and it has passed.
    pub fn is_over(&self) -> bool {
        self.deadline.is_some_and(|at| std::time::Instant::now() >= at)
    }
}

/// The work that is left for several queries together.
///
/// All copies draw from one count. By default nothing is shared: then every query may do [`SearchLimits::work`].
///
/// ```
/// use iamsat::limits::{Exhausted, SearchLimits, SharedWork};
/// let shared = SharedWork::of(&SearchLimits { work: 10, ..SearchLimits::default() });
/// let copy = shared.clone();
/// assert_eq!((copy.spend(7), shared.left()), (Ok(()), Some(3)));
/// assert_eq!((shared.spend(4), copy.left()), (Err(Exhausted::Work), Some(0)));
/// assert_eq!(SharedWork::default().left(), None);
/// ```
#[derive(Clone, Debug, Default)]
pub struct SharedWork(Option<Arc<Counts>>);

#[derive(Debug)]
struct Counts {
    left: AtomicU64,
    searches: AtomicU64,
}

impl SharedWork {
    /// Starts with all of [`SearchLimits::work`].
    pub fn of(limits: &SearchLimits) -> SharedWork {
        let left = AtomicU64::new(limits.work);
        SharedWork(Some(Arc::new(Counts { left, searches: AtomicU64::new(0) })))
    }

    /// Returns the work that is left; `None` if nothing is shared.
    pub fn left(&self) -> Option<u64> {
        self.0.as_ref().map(|counts| counts.left.load(Ordering::Relaxed))
    }

    /// Counts a search for the answer to a query.
    pub(crate) fn count_search(&self) {
        if let Some(counts) = &self.0 {
            counts.searches.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Returns the number of searches; `None` if nothing is shared.
    pub fn searches(&self) -> Option<u64> {
        self.0.as_ref().map(|counts| counts.searches.load(Ordering::Relaxed))
    }

    /// Takes work away, or all that is left if it is less. What is left never grows, whoever else takes at the same time.
    pub fn take(&self, amount: u64) {
        self.taken(amount);
    }

    /// As [`SharedWork::take`].
    ///
    /// # Errors
    /// [`Exhausted::Work`] if less was left.
    pub fn spend(&self, amount: u64) -> Result<(), Exhausted> {
        match self.taken(amount) {
            Some(left) if left < amount => Err(Exhausted::Work),
            Some(_) | None => Ok(()),
        }
    }

    /// Takes work away; returns what was left before, or `None` if nothing is shared.
    fn taken(&self, amount: u64) -> Option<u64> {
        let counts = self.0.as_ref()?;
        let mut left = counts.left.load(Ordering::Relaxed);
        loop {
            let less = left - left.min(amount);
            match counts.left.compare_exchange_weak(left, less, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(before) => return Some(before),
                Err(other) => left = other,
            }
        }
    }
}

/// Counts product states over all emptiness queries of one check, and all its work, and ends the search when
/// [`SearchLimits::states`], [`SearchLimits::work`] or the deadline is reached.
///
/// The clock is read once every 1,024 charges, and only if there is a deadline: without one the same input always
/// ends at the same count.
///
/// ```
/// use iamsat::limits::{Exhausted, Meter, SearchLimits};
/// let mut meter = Meter::new(&SearchLimits { states: 2, ..SearchLimits::default() });
/// assert_eq!(meter.charge(2), Ok(()));
/// assert_eq!(meter.charge(1), Err(Exhausted::States));
/// assert_eq!(Exhausted::States.code(), "limit-product-states");
/// ```
#[derive(Clone, Debug)]
pub struct Meter {
    limits: SearchLimits,
    spent: u64,
    moves: u64,
    work: u64,
    charges: u32,
    deadline: Option<std::time::Instant>,
}

impl Meter {
    /// Returns a meter at zero.
    pub fn new(limits: &SearchLimits) -> Meter {
        Meter {
            limits: *limits,
            spent: 0,
            moves: 0,
            work: limits.work,
            charges: 0,
            deadline: limits.deadline,
        }
    }

    /// Returns the limits of the search.
    pub fn limits(&self) -> &SearchLimits {
        &self.limits
    }

    /// Returns the count so far.
    pub fn spent(&self) -> u64 {
        self.spent
    }

    /// Returns the work so far.
    pub fn worked(&self) -> u64 {
        self.limits.work - self.work
    }

    /// The work that is left.
    pub fn work_left(&self) -> u64 {
        self.work
    }

    /// Checks the deadline, if there is one.
    ///
    /// # Errors
    /// [`Exhausted::Deadline`].
    pub fn check(&self) -> Result<(), Exhausted> {
        match self.deadline {
            Some(at) if std::time::Instant::now() >= at => Err(Exhausted::Deadline),
            _ => Ok(()),
        }
    }

    /// Counts `amount` states.
    ///
    /// # Errors
    /// [`Exhausted::States`] or [`Exhausted::Deadline`].
    pub fn charge(&mut self, amount: u64) -> Result<(), Exhausted> {
        self.spent = self.spent.checked_add(amount).ok_or(Exhausted::States)?;
        if self.spent > self.limits.states {
            return Err(Exhausted::States);
        }
        let work = amount.checked_mul(STATE).and_then(|work| self.work.checked_sub(work));
        self.work = work.ok_or(Exhausted::Work)?;
        self.charges = self.charges.wrapping_add(1);
        match self.deadline {
            Some(at) if self.charges.is_multiple_of(1024) && std::time::Instant::now() >= at => {
                Err(Exhausted::Deadline)
            }
            _ => Ok(()),
        }
    }

    /// Counts `amount` units of [`SearchLimits::work`].
    ///
    /// # Errors
    /// [`Exhausted::Work`] or [`Exhausted::Deadline`].
    pub fn work(&mut self, amount: usize) -> Result<(), Exhausted> {
        let left = u64::try_from(amount).ok().and_then(|amount| self.work.checked_sub(amount));
        self.work = left.ok_or(Exhausted::Work)?;
        self.charge(0)
    }

    /// Counts one transition between states; eight transitions cost as much as one state.
    ///
    /// # Errors
    /// As [`Meter::charge`].
    pub fn step(&mut self) -> Result<(), Exhausted> {
        self.moves = self.moves.wrapping_add(1);
        if self.moves.is_multiple_of(8) { self.charge(1) } else { Ok(()) }
    }
}

/// The limit that ended a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Exhausted {
    /// [`SearchLimits::nodes`].
    Nodes,
    /// [`SearchLimits::states`].
    States,
    /// [`SearchLimits::lemmas`].
    Lemmas,
    /// [`SearchLimits::iterations`].
    Iterations,
    /// [`SearchLimits::literals`].
    Literals,
    /// [`SearchLimits::proof_bytes`].
    ProofBytes,
    /// [`SearchLimits::work`].
    Work,
    /// [`SearchLimits::findings`] or [`SearchLimits::witness_bytes`].
    Findings,
    /// [`SearchLimits::questions`].
    Questions,
    /// [`SearchLimits::deadline`].
    Deadline,
    /// Operators of several types test one text in a combination that is not decided.
    Mixed,
}

impl std::fmt::Display for Exhausted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the limit `{}` was reached", self.code())
    }
}

impl std::error::Error for Exhausted {}

impl Exhausted {
    /// Returns the code shown to people and in JSON.
    pub fn code(self) -> Code {
        match self {
            Exhausted::Nodes => Code::LimitFormulaNodes,
            Exhausted::States => Code::LimitProductStates,
            Exhausted::Lemmas => Code::LimitLemmas,
            Exhausted::Iterations => Code::LimitIterations,
            Exhausted::Literals => Code::LimitClauseLiterals,
            Exhausted::ProofBytes => Code::LimitProofBytes,
            Exhausted::Work => Code::LimitComparisons,
            Exhausted::Findings => Code::LimitFindings,
            Exhausted::Questions => Code::LimitQuestions,
            Exhausted::Deadline => Code::LimitDeadline,
            Exhausted::Mixed => Code::MixedOperators,
        }
    }
}

/// Limits of reading a catalogue from a file.
#[derive(Clone, Copy, Debug)]
pub struct CatalogueLimits {
    /// Bytes of the text form, packed or not.
    pub bytes: usize,
    /// Services.
    pub services: usize,
    /// Actions of all services together.
    pub actions: usize,
}

impl Default for CatalogueLimits {
    fn default() -> Self {
        CatalogueLimits { bytes: 8 << 20, services: 2_000, actions: 100_000 }
    }
}
