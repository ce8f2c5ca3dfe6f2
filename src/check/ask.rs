//! What every question shares: options, answer, and the way from statements to findings.

use crate::confirm::Referee;
use crate::encode::{Assumption, Encoding, assumptions};
use crate::formula::Lit;
use crate::limits::{Exhausted, SearchLimits};
use crate::policy::PolicyType;
use crate::query::{Query, Semantics};
use crate::request::AddressSet;
use crate::solve::{self, Finding, Proof, Search, Stats, Unknown, UnknownReason, Verdict, decide, prove};
use crate::theory::Theory;
use crate::verify::{Certificate, Limits, Refusal, Refutation, examine};

/// How a question is asked.
///
/// ```
/// use iamsat::check::{Options, no_new_access};
/// use iamsat::limits::SearchLimits;
/// use std::time::{Duration, Instant};
/// # use iamsat::{limits::InputLimits, policy::{Document, parse}, span::Source};
/// # fn policy(statement: &str) -> Document {
/// #     let text = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
/// #     parse(&Source::new("policy", text), &InputLimits::default()).document.unwrap()
/// # }
/// let policy = policy(r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#);
/// let deadline = Some(Instant::now() + Duration::from_secs(10));
/// let options = Options {
///     limits: SearchLimits { deadline, ..SearchLimits::default() },
///     ..Options::default()
/// };
/// let answer = no_new_access(&policy, &policy, &options);
/// assert_eq!((answer.verdict.name(), answer.policy_type_inferred), ("PASS", true));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The policy type; inferred from the documents if absent.
    pub policy_type: Option<PolicyType>,
    /// Treats matches that depend on `resource-fields-do-not-cross-colons` as undecided.
    pub strict_arn: bool,
    /// Drops the facts that AWS's own checks do not know (`--aws-compat`).
    pub aws_compat: bool,
    /// Takes for facts what is usually but not certainly true of requests (`--assume-heuristics`); the answer names what
    /// takes part.
    pub assume_heuristics: bool,
    /// Fixes whether the requester has a permissions boundary.
    pub boundary: Option<bool>,
    /// Bounds on the search.
    pub limits: SearchLimits,
    /// Has the answer keep its certificate ([`Answer::certificate`]).
    pub certificate: bool,
    /// Has every PASS verified before it is given (`--certify`); one that is not is UNKNOWN.
    pub certify: bool,
    /// Bounds on the verifier.
    pub verify_limits: Limits,
}

/// The answer to one question.
#[derive(Clone, Debug)]
pub struct Answer {
    /// PASS, FAIL or UNKNOWN.
    pub verdict: Verdict,
    /// The policy type that was used.
    pub policy_type: PolicyType,
    /// Whether it was inferred.
    pub policy_type_inferred: bool,
    /// The named assumptions that take part, in alphabetical order.
    pub assumptions: Vec<Assumption>,
    /// Of a check of public access that depends on the address a request comes from: the addresses, private ones left out, from
    /// which outsiders have access. Of a PASS, none has from elsewhere; of a FAIL, they may have from more.
    pub addresses: Option<AddressSet>,
    /// Sizes of the search.
    pub stats: Stats,
    /// What is open beside the findings of a FAIL; `None` with any other verdict.
    pub open: Option<Box<Unknown>>,
    pub(super) certificate: Option<Certificate>,
}

impl Answer {
    /// What shows a PASS or a FAIL to [`crate::verify::verify`], if [`Options::certificate`] was set.
    ///
    /// ```
    /// use iamsat::{check, limits::InputLimits, policy::parse, span::Source, verify};
    /// let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
    /// let policy = parse(&Source::new("p.json", text), &InputLimits::default()).document.unwrap();
    /// let options = check::Options { certificate: true, ..check::Options::default() };
    /// let answer = check::no_new_access(&policy, &policy, &options);
    /// let certificate = answer.certificate().unwrap().to_text();
    /// let outcome = verify::verify(&certificate, &verify::Limits::default());
    /// assert!(matches!(outcome, verify::Outcome::Verified(_)), "{outcome:?}");
    /// ```
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    /// The limit that kept some statement from being decided, if one did: a FAIL may have more findings than it lists.
    pub fn cut_short(&self) -> Option<Exhausted> {
        self.open.as_deref()?.reasons.iter().rev().find_map(|reason| match reason {
            UnknownReason::Exhausted(limit) => Some(*limit),
            _ => None,
        })
    }
}

/// Asks, for every Allow statement of the policies, whether some request is matched by it and meets the question.
pub(super) fn ask(query: &Query<'_>, options: &Options) -> Answer {
    let inferred = || PolicyType::infer(query.judged());
    let semantics = Semantics {
        policy_type: options.policy_type.unwrap_or_else(inferred),
        strict_arn: options.strict_arn,
        aws_compat: options.aws_compat,
        heuristics: options.assume_heuristics,
        boundary: options.boundary,
    };
    let mut encoding = Encoding::sliced(query, semantics);
    let assumptions = assumptions(query, &encoding.context, encoding.formula.mentioned());
    let referee = Referee::new(query, semantics);
    let theory = Theory::new(semantics.policy_type);
    let mut search = Search::new(&mut encoding.formula, theory, options.limits);
    let (mut findings, mut open, mut proofs) = (Vec::new(), Vec::new(), Vec::new());
    let mut allows = encoding.allows.clone();
    if allows.is_empty() {
        // Nothing is allowed: one goal that says so, so that this too is proved.
        allows.push((0, 0, Lit::FALSE));
    }
    let mut bytes = 0usize;
    let mut goals = allows.into_iter().peekable();
    let mut goal: Vec<Lit> = Vec::new();
    while let Some((document, statement, lit)) = goals.next() {
        let claim = referee.claim(document, statement);
        goal.clear();
        goal.push(lit);
        goal.extend(encoding.shared.iter().filter(|_| lit != Lit::FALSE));
        match decide(&mut search, &goal, &claim) {
            solve::Answer::Unsat(proof) => proofs.push(proof),
            solve::Answer::Witnessed(witness) => {
                bytes = bytes.saturating_add(witness.request().length());
                if findings.is_empty() {
                    // Where one statement allows more, most of those after it do.
                    findings.reserve(goals.len().saturating_add(1).min(options.limits.findings));
                }
                findings.push(Finding::new(&claim, *witness));
            }
            solve::Answer::Undecided(unknown) => {
                let limit = unknown.reasons.iter().find_map(|reason| match reason {
                    UnknownReason::Exhausted(limit) => Some(*limit),
                    _ => None,
                });
                open.push(*unknown);
                // Of those that follow none would be decided either.
                if matches!(limit, Some(Exhausted::Deadline | Exhausted::Work)) {
                    break;
                }
            }
        }
        let found = findings.len().saturating_add(open.len());
        if (found >= options.limits.findings || bytes >= options.limits.witness_bytes)
            && goals.peek().is_some()
        {
            let reasons = vec![UnknownReason::Exhausted(Exhausted::Findings)];
            open.push(Unknown { reasons, candidate: None });
            break;
        }
    }
    let stats = search.stats();
    let mut open_beside = None;
    let verdict = match (findings.is_empty(), Unknown::all(open), Proof::all(proofs)) {
        (false, unknown, _) => {
            open_beside = unknown.map(Box::new);
            Verdict::Fail(findings)
        }
        (true, None, Some(proof)) => Verdict::Pass(proof),
        (true, unknown, _) => Verdict::Unknown(Box::new(unknown.unwrap_or_default())),
    };
    let answer = Answer {
        verdict,
        policy_type: semantics.policy_type,
        policy_type_inferred: options.policy_type.is_none(),
        assumptions,
        addresses: None,
        stats,
        open: open_beside,
        certificate: None,
    };
    with_certificate(answer, query, semantics, options, || certified(query, semantics, options))
}

/// The answer to the question with its certificate, if that is asked for; a PASS that has none is none.
pub(super) fn with_certificate(
    mut answer: Answer,
    query: &Query<'_>,
    semantics: Semantics,
    options: &Options,
    certified: impl FnOnce() -> Result<Refutation, Refusal>,
) -> Answer {
    match &answer.verdict {
        Verdict::Fail(findings) if options.certificate => {
            let shown = findings.iter().flat_map(Finding::shown);
            answer.certificate = Some(Certificate::of_fail(query, semantics, &answer.assumptions, shown));
        }
        Verdict::Pass(_) if options.certificate || options.certify => match certified() {
            Ok(refutation) if options.certificate => {
                answer.certificate =
                    Some(Certificate::of_pass(query, semantics, &answer.assumptions, &refutation));
            }
            Ok(_) => {}
            Err(refusal) => {
                answer.verdict = Verdict::Unknown(Box::new(Unknown {
                    reasons: vec![UnknownReason::NotVerified(refusal.reason)],
                    candidate: None,
                }));
            }
        },
        _ => {}
    }
    answer
}

/// The refutation of the whole question, verified if that is asked for.
pub(super) fn certified(
    query: &Query<'_>,
    semantics: Semantics,
    options: &Options,
) -> Result<Refutation, Refusal> {
    let mut encoding = Encoding::recalled(query, semantics);
    let refutation = prove(&mut encoding, Theory::new(semantics.policy_type), &options.limits)?;
    if options.certify {
        let deadline = options.verify_limits.deadline.or(options.limits.deadline);
        examine(query, semantics, &refutation, &Limits { deadline, ..options.verify_limits })?;
    }
    Ok(refutation)
}
