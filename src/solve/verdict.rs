//! PASS with its proof, FAIL with its witnesses, UNKNOWN with its reasons.

use crate::code::Code;
use crate::confirm::{Claim, Shown};
use crate::evaluate::matched;
use crate::index::broken;
use crate::limits::Exhausted;
use crate::policy::RequestSet;
use crate::request::{AddressInterval, Request, RequestPart};
use crate::solve::Witness;
use crate::span::Span;

/// The answer to one query about one policy.
///
/// ```
/// use iamsat::{check::{Options, no_new_access}, Verdict};
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let old = policy(r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#);
/// let new = policy(r#"{"Effect":"Allow","Action":"s3:GetObjectAcl","Resource":"*"}"#);
/// match no_new_access(&new, &old, &Options::default()).verdict {
///     Verdict::Pass(_) => unreachable!(),
///     Verdict::Fail(findings) => assert_eq!(findings[0].witness.request().action, "s3:GetObjectAcl"),
///     Verdict::Unknown(unknown) => panic!("{:?}", unknown.reasons),
/// }
/// ```
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Holds for every request.
    Pass(Proof),
    /// At least one finding; each is confirmed. Lowest statement index first.
    Fail(Vec<Finding>),
    /// Neither proved nor refuted.
    Unknown(Box<Unknown>),
}

impl Verdict {
    /// True if the answer is proved for every request. An UNKNOWN is not a PASS.
    ///
    /// ```
    /// use iamsat::{Document, Options, no_new_access};
    /// let policy: Document = r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#.parse()?;
    /// assert!(no_new_access(&policy, &policy, &Options::default()).verdict.is_pass());
    /// # Ok::<(), iamsat::ParseError>(())
    /// ```
    pub fn is_pass(&self) -> bool {
        matches!(self, Verdict::Pass(_))
    }

    /// `PASS`, `FAIL` or `UNKNOWN`.
    pub fn name(&self) -> &'static str {
        match self {
            Verdict::Pass(_) => "PASS",
            Verdict::Fail(_) => "FAIL",
            Verdict::Unknown(_) => "UNKNOWN",
        }
    }
}

/// A statement that by itself does what the check asks about, with a request that shows it.
///
/// ```
/// use iamsat::{check::{Options, no_new_access}, Verdict};
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let old = policy(r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#);
/// let new = policy(r#"{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"*"}"#);
/// let Verdict::Fail(findings) = no_new_access(&new, &old, &Options::default()).verdict else { panic!() };
/// // The second action of the first statement is reported.
/// assert_eq!((findings[0].statement, findings[0].action), (0, Some(1)));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// The set of requests to which the statement adds the witness.
    pub set: RequestSet,
    /// Index of the document among those judged (0 where one document is judged).
    pub document: usize,
    /// Index of the statement in it: an Allow, or a Deny if the set is what is denied.
    pub statement: usize,
    /// The confirmed request.
    pub witness: Witness,
    /// Index of the first value of `Action` that matches the witness; `None` for `NotAction`.
    pub action: Option<usize>,
    /// Index of the first value of `Resource` that matches the witness; `None` for `NotResource` or no element.
    pub resource: Option<usize>,
    /// Index of the first value of `Principal` that matches the witness; `None` for `"*"`, `NotPrincipal` or none.
    pub principal: Option<usize>,
    /// The addresses from which such a request is allowed, if the finding is about their number.
    pub addresses: Vec<ShownAddresses>,
    /// The proof that AWS lists no request that shows the finding, if there is one.
    pub unlisted: Option<Unlisted>,
}

/// It is proved that AWS lists no request that shows a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlisted {
    /// [`RequestPart::Action`]: no request for a listed action shows it, whatever its resource and keys. Otherwise: no request
    /// that AWS lists shows it, and this part of the witness is not listed.
    pub part: RequestPart,
    /// The reason why the witness is not listed: one sentence, lower case, no full stop.
    pub why: String,
}

/// Addresses that no policy distinguishes: a request like the witness is allowed from each of them.
#[derive(Clone, Debug)]
pub struct ShownAddresses {
    /// The addresses.
    pub addresses: AddressInterval,
    /// The confirmed request from one of them.
    pub witness: Witness,
}

impl Finding {
    /// Returns the requests that show the finding, each with the addresses it stands for, if there are several.
    pub fn shown(&self) -> impl Iterator<Item = Shown<'_>> {
        let alone = self.addresses.is_empty().then_some((None, &self.witness));
        let all = self.addresses.iter().map(|shown| (Some(shown.addresses), &shown.witness));
        alone.into_iter().chain(all).map(|(addresses, witness)| Shown {
            policy: self.document,
            statement: self.statement,
            addresses,
            request: witness.request(),
        })
    }

    /// Returns the finding made of a claim and its witness.
    pub fn new(claim: &Claim<'_>, witness: Witness) -> Finding {
        let statement =
            claim.query.documents().get(claim.document).and_then(|d| d.statements.get(claim.statement));
        let Some(statement) = statement else { broken("a claim is about a statement of its documents") };
        let matched = matched(statement, witness.request(), claim.options, claim.query.set().forms());
        let positive = |negated: Option<bool>, value: Option<usize>| value.filter(|_| negated == Some(false));
        Finding {
            set: claim.query.set(),
            document: claim.document,
            statement: claim.statement,
            action: positive(Some(statement.action.negated), matched.action),
            resource: positive(statement.resource.as_ref().map(|r| r.negated), matched.resource),
            principal: positive(statement.principal.as_ref().map(|p| p.negated), matched.principal),
            addresses: Vec::new(),
            unlisted: None,
            witness,
        }
    }
}

/// Why there is no answer.
///
/// ```
/// use iamsat::{check::{Options, no_new_access}, code::Code, UnknownReason, Verdict};
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let old = policy(r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#);
/// // AWS does not document wildcards in the name of a service.
/// let new = policy(r#"{"Effect":"Allow","Action":"s?:GetObject","Resource":"*"}"#);
/// let Verdict::Unknown(unknown) = no_new_access(&new, &old, &Options::default()).verdict else { panic!() };
/// let UnknownReason::Opaque { rule, pointer, .. } = &unknown.reasons[0] else { panic!() };
/// assert_eq!((*rule, pointer.as_str()), (Code::ServiceWildcard, "/Statement/Action"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Unknown {
    /// At least one reason.
    pub reasons: Vec<UnknownReason>,
    /// The request that could not be decided, if one was found.
    pub candidate: Option<Request>,
}

impl Unknown {
    /// Returns the reasons of several goals together, each once; `None` if there is no goal.
    pub fn all(parts: Vec<Unknown>) -> Option<Unknown> {
        let mut parts = parts.into_iter();
        let mut whole = parts.next()?;
        for part in parts {
            for reason in part.reasons {
                if !whole.reasons.contains(&reason) {
                    whole.reasons.push(reason);
                }
            }
            whole.candidate = whole.candidate.or(part.candidate);
        }
        Some(whole)
    }

    /// Returns the message of the first internal error among the reasons.
    pub fn internal(&self) -> Option<&str> {
        self.reasons.iter().find_map(|reason| match reason {
            UnknownReason::Internal(message) => Some(&**message),
            _ => None,
        })
    }

    /// Returns the first limit among the reasons.
    pub fn exhausted(&self) -> Option<Exhausted> {
        self.reasons.iter().find_map(|reason| match reason {
            UnknownReason::Exhausted(limit) => Some(*limit),
            _ => None,
        })
    }
}

/// One reason why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownReason {
    /// A limit or the deadline ended the search.
    Exhausted(Exhausted),
    /// The answer depends on a point that AWS leaves open or that is not modelled.
    Opaque {
        /// The rule's name, kebab case.
        rule: Code,
        /// One sentence for people.
        detail: String,
        /// The index of the document, in the order in which the documents were given to the check.
        document: usize,
        /// JSON pointer of the place.
        pointer: String,
        /// The place.
        span: Span,
    },
    /// The answer over layers depends on a point that AWS leaves open, or on a policy that is not known.
    Layer {
        /// The name of the point.
        rule: Code,
        /// The part of the decision that depends on it; empty if all of it does.
        of: String,
    },
    /// No request was found, but the verifier did not confirm the proof, for this reason.
    NotVerified(String),
    /// Solver and referee disagree: a bug of this program, reported as such.
    Internal(String),
}

/// The proof of a PASS. Only the search makes one, when the clauses have no model.
#[derive(Clone, Debug)]
pub struct Proof {
    pub(super) lemmas: usize,
}

impl Proof {
    /// Returns the proof that none of several goals is satisfiable; `None` for no goals, which would prove nothing.
    pub fn all(parts: Vec<Proof>) -> Option<Proof> {
        parts.into_iter().reduce(|all, part| all.and(&part))
    }

    /// Returns the proof that neither of two goals is satisfiable.
    #[must_use]
    pub fn and(&self, other: &Proof) -> Proof {
        Proof { lemmas: self.lemmas.max(other.lemmas) }
    }

    /// Returns the number of lemmas about patterns that the proof uses.
    pub fn lemma_count(&self) -> usize {
        self.lemmas
    }
}

/// Sizes of a search, shown by `-v` and the benchmarks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Stats {
    /// Distinct atoms.
    pub atoms: u64,
    /// Formula nodes.
    pub nodes: u64,
    /// Clauses given to the SAT solver.
    pub clauses: u64,
    /// Calls of the SAT solver.
    pub solves: u64,
    /// Lemmas given or learned.
    pub lemmas: u64,
    /// Product states explored.
    pub states: u64,
    /// Rounds of the propose-refute loop.
    pub iterations: u64,
    /// The work of the whole search: see [`crate::limits::SearchLimits::work`].
    #[serde(skip)]
    pub work: u64,
}

impl Stats {
    /// Returns the sum of the sizes of two searches.
    #[must_use]
    pub fn and(&self, other: &Stats) -> Stats {
        Stats {
            atoms: self.atoms + other.atoms,
            nodes: self.nodes + other.nodes,
            clauses: self.clauses + other.clauses,
            solves: self.solves + other.solves,
            lemmas: self.lemmas + other.lemmas,
            states: self.states + other.states,
            iterations: self.iterations + other.iterations,
            work: self.work + other.work,
        }
    }
}
