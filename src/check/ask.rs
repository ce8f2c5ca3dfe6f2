//! The parts that all checks share: options, answer, and the step from statements to findings.

use super::isolation::caught;
use super::judging::{Judging, Weakened};
use super::likelier::{BETTER_WITNESSES, likelier};
use super::listed::listed;
use super::unlisted::{Bounds, prove_unlisted};
use super::work::{compiling, values};
use crate::catalogue::{Catalogue, Edition};
use crate::code::Code;
use crate::confirm::{Claim, Referee};
use crate::encode::{Assumption, DocumentRef, Encoding, assumptions};
use crate::formula::Lit;
use crate::index::broken;
use crate::limits::{Exhausted, Meter, SearchLimits, SharedWork};
use crate::policy::{Document, PolicyType};
use crate::query::{Known, Query, Semantics, World};
use crate::request::{AddressSet, RequestPart, Requester};
use crate::solve::{self, Finding, Proof, Search, Stats, Unknown, UnknownReason, Verdict, decide, prove};
use crate::theory::Theory;
use crate::verify::{Certificate, Limits, Refusal, Refutation};
use std::sync::Arc;

/// The options of a check.
///
/// ```
/// use iamsat::check::{Options, no_new_access};
/// use iamsat::limits::SearchLimits;
/// use std::time::{Duration, Instant};
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
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
    /// Assumes the heuristics, which usually but not certainly hold for requests (`--assume-heuristics`). The answer names those
    /// it depends on.
    pub assume_heuristics: bool,
    /// Fixes if the requester has a permissions boundary.
    pub boundary: Option<bool>,
    /// The facts of AWS that answers name; those of [`Catalogue::embedded`] if absent (`--catalogue`).
    pub catalogue: Option<Arc<Catalogue>>,
    /// The requests that questions are about (`--world`). [`crate::check::difference`], [`crate::check::lint`] and
    /// [`crate::check::external_access`] are about all requests whatever this says.
    pub world: World,
    /// Reads keys of requests as unknown texts of the policies (`check/holes`).
    pub has_unknown_texts: bool,
    /// Shows the first request that is found. Otherwise, if AWS lists no such request, a few others are offered to the referee:
    /// answers for people gain from it, and many answers in a row take a fourth longer.
    pub first_witness: bool,
    /// Judges policies alone or beside any other grants.
    pub judging: Judging,
    /// Bounds on the search.
    pub limits: SearchLimits,
    /// The work that is left to all questions with these options together; by default each has its own.
    pub shared_work: SharedWork,
    /// Keeps the certificate in the answer ([`Answer::certificate`]).
    pub certificate: bool,
    /// Verifies every PASS before it is given (`--certify`); a PASS that is not verified becomes UNKNOWN.
    pub certify: bool,
    /// Bounds on the verifier.
    pub verify_limits: Limits,
}

/// The remark on a FAIL that shows only requests of root users, if no policy type was given.
pub const ONLY_FOR_SCP: &str = "only if this is an SCP; give --policy-type";

impl Options {
    /// Returns the facts of AWS that answers name.
    pub fn catalogue(&self) -> &Catalogue {
        match &self.catalogue {
            Some(catalogue) => catalogue,
            None => Catalogue::embedded(),
        }
    }

    /// Returns the world, and the catalogue that describes it.
    pub(super) fn known(&self) -> Known<'_> {
        Known {
            world: self.world,
            catalogue: self.catalogue.as_deref(),
            has_unknown_texts: self.has_unknown_texts,
        }
    }

    /// Returns the identity of the catalogue, if an answer with these assumptions depends on one.
    pub(super) fn edition(&self, assumptions: &[Assumption]) -> Option<Edition> {
        let rests = [Code::CatalogueWorld, Code::KeyMultiplicityAsCatalogued];
        let does = assumptions.iter().any(|assumption| rests.contains(&assumption.0));
        does.then(|| self.catalogue().edition())
    }

    /// Returns the options for a question whose requests nobody sees: the first one will do.
    pub(super) fn unseen(&self) -> Options {
        Options { first_witness: true, ..self.clone() }
    }

    /// Returns the theory that proposes values.
    pub(super) fn theory(&self, semantics: Semantics) -> Theory {
        Theory::new(semantics.requesters()).with_names_of(self.catalogue.clone())
    }

    /// These options for several questions that serve one answer: together they may do the work of one check. Options that share
    /// their work already share it on.
    ///
    /// ```
    /// use iamsat::check::Options;
    /// let options = Options::default().sharing();
    /// assert_eq!(options.shared_work.left(), Some(options.limits.work));
    /// ```
    #[must_use]
    pub fn sharing(&self) -> Options {
        match self.shared_work.left() {
            Some(_) => self.clone(),
            None => Options { shared_work: SharedWork::of(&self.limits), ..self.clone() },
        }
    }

    /// The limits, with the work that is left.
    pub(super) fn limits_left(&self) -> SearchLimits {
        match self.shared_work.left() {
            Some(work) => SearchLimits { work, ..self.limits },
            None => self.limits,
        }
    }

    /// Returns the options for queries about parts of these documents. The documents have one type together, because a part of a
    /// resource policy may name no principal. If no type is given and no `Principal` shows it, it stays undetermined.
    pub(super) fn for_parts<'d>(&self, documents: impl IntoIterator<Item = &'d Document>) -> Options {
        let inferred = Some(PolicyType::infer(documents)).filter(|of| *of == PolicyType::Resource);
        Options { policy_type: self.policy_type.or(inferred), ..self.clone() }
    }
}

/// The answer to one query.
#[derive(Clone, Debug)]
pub struct Answer {
    /// PASS, FAIL or UNKNOWN.
    pub verdict: Verdict,
    /// The policy type that was used.
    pub policy_type: PolicyType,
    /// True if it was inferred.
    pub policy_type_inferred: bool,
    /// The named assumptions on which the answer depends, in alphabetical order.
    pub assumptions: Vec<Assumption>,
    /// For a check of public access that depends on the source address: the addresses, without private ones, from which outsiders
    /// have access. With PASS, no outsider has access from elsewhere; with FAIL, outsiders may have access from more addresses.
    pub addresses: Option<AddressSet>,
    /// Sizes of the search.
    pub stats: Stats,
    /// The undecided part beside the findings of a FAIL; `None` with any other verdict.
    pub open: Option<Box<Unknown>>,
    /// True if the answer is about what the policies let through beside any other grants.
    pub beside_others: bool,
    /// For a comparison of what policies allow alone: the new policy denies less, or may deny less.
    pub weakened: Option<Weakened>,
    /// The requests that the query is about.
    pub world: World,
    /// The catalogue that the answer depends on, if it does.
    pub edition: Option<Edition>,
    pub(super) certificate: Option<Certificate>,
    /// True if a broken invariant ended the check.
    pub(super) is_fault: bool,
}

impl Answer {
    /// Returns the evidence for a PASS or a FAIL to [`crate::verify::verify`], if [`Options::certificate`] was set.
    ///
    /// ```
    /// use iamsat::{check, limits::InputLimits, policy::parse, span::Source, verify};
    /// let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
    /// let policy = parse(&Source::new("p.json", text), &InputLimits::default()).unwrap();
    /// let options = check::Options { certificate: true, ..check::Options::default() };
    /// let answer = check::no_new_access(&policy, &policy, &options);
    /// let certificate = answer.certificate().unwrap().to_text();
    /// let outcome = verify::verify(&certificate, &verify::Limits::default());
    /// assert!(matches!(outcome, verify::Outcome::Verified(_)), "{outcome:?}");
    /// ```
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    /// Returns the answer of a check that was ended by a broken invariant.
    pub(super) fn internal(message: String, policy_type: PolicyType, policy_type_inferred: bool) -> Answer {
        let reasons = vec![UnknownReason::Internal(message)];
        Answer {
            verdict: Verdict::Unknown(Box::new(Unknown { reasons, candidate: None })),
            policy_type,
            policy_type_inferred,
            assumptions: Vec::new(),
            addresses: None,
            stats: Stats::default(),
            open: None,
            beside_others: false,
            weakened: None,
            world: World::Open,
            edition: None,
            certificate: None,
            is_fault: true,
        }
    }

    /// The answer to a question for which no work was left.
    pub(super) fn out_of_work(policy_type: PolicyType, policy_type_inferred: bool) -> Answer {
        let unknown = Unknown { reasons: vec![UnknownReason::Exhausted(Exhausted::Work)], candidate: None };
        let answer = Answer::internal(String::new(), policy_type, policy_type_inferred);
        Answer { verdict: Verdict::Unknown(Box::new(unknown)), is_fault: false, ..answer }
    }

    /// True if the finding shows a request of a root user under a policy whose type is not given. Identity policies are not
    /// attached to root users, so the finding matters only if the policy is a service control policy.
    pub fn is_for_scp(&self, finding: &Finding) -> bool {
        let is_root = finding.witness.request().requester.as_ref().is_some_and(Requester::is_root);
        self.policy_type_inferred && self.policy_type == PolicyType::Identity && is_root
    }

    /// True if this holds for every finding: see [`Answer::is_for_scp`] and [`ONLY_FOR_SCP`].
    pub fn is_only_for_scp(&self) -> bool {
        match &self.verdict {
            Verdict::Fail(findings) => findings.iter().all(|finding| self.is_for_scp(finding)),
            Verdict::Pass(_) | Verdict::Unknown(_) => false,
        }
    }

    /// True if the answer is a FAIL, and it is proved that no request for an action that AWS lists shows it: neither one of the
    /// findings, nor another one beside them.
    ///
    /// ```
    /// use iamsat::check::{Options, no_new_access};
    /// # fn policy(action: &str) -> iamsat::Document {
    /// #     format!(r#"{{"Statement":{{"Effect":"Allow","Action":{action},"Resource":"*"}}}}"#).parse().unwrap()
    /// # }
    /// let is_latent = |new: &str, existing: &str| {
    ///     no_new_access(&policy(new), &policy(existing), &Options::default()).is_latent()
    /// };
    /// // Both match the same two actions that AWS lists.
    /// assert!(is_latent(r#""sqs:Purge*""#, r#""sqs:PurgeQueue""#));
    /// assert!(!is_latent(r#""sqs:*""#, r#""sqs:PurgeQueue""#));
    /// ```
    pub fn is_latent(&self) -> bool {
        let is_unlisted = |finding: &Finding| {
            finding.addresses.is_empty()
                && finding.unlisted.as_ref().is_some_and(|unlisted| unlisted.part == RequestPart::Action)
        };
        match &self.verdict {
            Verdict::Fail(findings) => self.open.is_none() && findings.iter().all(is_unlisted),
            Verdict::Pass(_) | Verdict::Unknown(_) => false,
        }
    }

    /// Returns the limit because of which some statement is undecided, if there is one. A FAIL may then have more findings than
    /// it lists.
    pub fn cut_short(&self) -> Option<Exhausted> {
        self.open.as_deref()?.reasons.iter().rev().find_map(|reason| match reason {
            UnknownReason::Exhausted(limit) => Some(*limit),
            _ => None,
        })
    }
}

/// Returns the semantics under which the documents of a query are read.
pub(super) fn semantics(query: &Query<'_>, options: &Options) -> Semantics {
    let policy_type = match options.policy_type {
        Some(policy_type) => policy_type,
        None => PolicyType::infer(query.judged()),
    };
    Semantics {
        policy_type,
        is_type_inferred: options.policy_type.is_none(),
        strict_arn: options.strict_arn,
        aws_compat: options.aws_compat,
        heuristics: options.assume_heuristics,
        boundary: options.boundary,
    }
}

/// Asks, for every statement that adds requests to the set of the policies, if one of these satisfies the query. `documents` are
/// those of the query, in its order.
pub(super) fn ask<'a>(query: &Query<'a>, documents: &[DocumentRef<'a>], options: &Options) -> Answer {
    ask_for(Shown::Each, query, documents, options)
}

/// The requests that an answer shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// One for each statement, up to a limit.
    Each,
    /// The first one.
    First,
}

/// Does the same as [`ask`], and shows only the requests that are wanted.
pub(super) fn ask_for<'a>(
    shown: Shown,
    query: &Query<'a>,
    documents: &[DocumentRef<'a>],
    options: &Options,
) -> Answer {
    let semantics = semantics(query, options);
    let is_inferred = options.policy_type.is_none();
    let options = &options.sharing();
    let query = &query.clone().knowing(options.known());
    isolated(semantics.policy_type, is_inferred, || {
        let mut answer = searched(shown, query, documents, semantics, options);
        if shown == Shown::Each {
            told_unlisted(&mut answer, query, documents, semantics, options);
        }
        with_certificate(answer, query, semantics, options, || {
            certified(query, documents, semantics, options)
        })
    })
}

/// Runs a check; a broken invariant becomes UNKNOWN with [`UnknownReason::Internal`].
pub(super) fn isolated(
    policy_type: PolicyType,
    policy_type_inferred: bool,
    check: impl FnOnce() -> Answer,
) -> Answer {
    match caught(check) {
        Ok(answer) => answer,
        Err(message) => Answer::internal(message, policy_type, policy_type_inferred),
    }
}

/// Adds to the findings of a FAIL the proof that AWS lists no request that shows them, or gives them a request that is listed.
pub(super) fn told_unlisted<'a>(
    answer: &mut Answer,
    query: &Query<'a>,
    documents: &[DocumentRef<'a>],
    semantics: Semantics,
    options: &Options,
) {
    let Verdict::Fail(findings) = &mut answer.verdict else { return };
    if options.first_witness || options.world != World::Open {
        return;
    }
    let bounds = Bounds { catalogue: options.catalogue.as_ref(), limits: &options.limits };
    if prove_unlisted(findings, query, documents, semantics, bounds) {
        answer.edition = Some(options.catalogue().edition());
    }
}

/// Returns the answer without its certificate.
fn searched<'a>(
    shown: Shown,
    query: &Query<'a>,
    documents: &[DocumentRef<'a>],
    semantics: Semantics,
    options: &Options,
) -> Answer {
    let before = options.limits_left().work;
    let is_inferred = options.policy_type.is_none();
    if options.shared_work.spend(values(query)).is_err() {
        return Answer::out_of_work(semantics.policy_type, is_inferred);
    }
    let mut encoding = Encoding::sliced(query, documents, semantics);
    if options.shared_work.spend(compiling(&encoding)).is_err() {
        return Answer::out_of_work(semantics.policy_type, is_inferred);
    }
    let assumptions = assumptions(query, documents, &encoding.context, encoding.formula.mentioned());
    let indexes = documents.iter().map(|document| document.actions());
    let referee = Referee::new(query, semantics).with_indexes(indexes);
    let theory = options.theory(semantics);
    let mut search = Search::new(&mut encoding.formula, theory, options.limits_left());
    // A statement outside of the slice has a false goal, which no request satisfies.
    let mut goals = encoding.goals.clone();
    goals.retain(|(_, _, lit)| *lit != Lit::FALSE);
    if goals.is_empty() {
        // No request is in the set. A single false goal has this proved too.
        goals.push((0, 0, Lit::FALSE));
    }
    let mut outcome = Outcome::default();
    let mut goals = goals.into_iter().peekable();
    let mut goal: Vec<Lit> = Vec::new();
    let mut searches = BETTER_WITNESSES;
    while let Some((document, statement, lit)) = goals.next() {
        let claim = referee.claim(document, statement);
        goal.clear();
        goal.push(lit);
        goal.extend(encoding.shared.iter().filter(|_| lit != Lit::FALSE));
        let answer = decide(&mut search, &goal, &claim);
        let answer = likelier(&mut search, &encoding.context, &mut goal, &claim, answer, &mut searches);
        let answer = match options.first_witness {
            true => answer,
            false => listed(options.catalogue(), &claim, &options.shared_work, answer),
        };
        // If one statement allows more, most of the statements after it do too.
        let expected = match shown {
            Shown::Each => (goals.len() + 1).min(options.limits.findings),
            Shown::First => 1,
        };
        let goes_on = outcome.add(answer, &claim, expected);
        if shown == Shown::First && !outcome.findings.is_empty() {
            break;
        }
        let is_full = outcome.is_full(&options.limits) && goals.peek().is_some();
        if is_full && goes_on {
            let reasons = vec![UnknownReason::Exhausted(Exhausted::Findings)];
            outcome.open.push(Unknown { reasons, candidate: None });
        }
        if is_full || !goes_on {
            break;
        }
    }
    let stats = spent(search.stats(), before, options);
    let (verdict, open) = outcome.verdict();
    let edition = options.edition(&assumptions);
    Answer {
        verdict,
        policy_type: semantics.policy_type,
        policy_type_inferred: is_inferred,
        assumptions,
        addresses: None,
        stats,
        open,
        beside_others: false,
        weakened: None,
        world: options.world,
        edition,
        certificate: None,
        is_fault: false,
    }
}

/// The sizes of a search whose work is taken from what is left, with all work of its question, `before` which so much was left.
pub(super) fn spent(search: Stats, before: u64, options: &Options) -> Stats {
    options.shared_work.take(search.work);
    options.shared_work.count_search();
    Stats { work: before - options.limits_left().work, ..search }
}

/// The results for the goals so far.
#[derive(Default)]
struct Outcome {
    findings: Vec<Finding>,
    open: Vec<Unknown>,
    proofs: Vec<Proof>,
    /// The number of bytes of the requests of the findings.
    bytes: usize,
}

impl Outcome {
    /// Adds the result for one goal. Returns false if a limit was reached that also ends the remaining goals.
    fn add(&mut self, answer: solve::Answer, claim: &Claim<'_>, expected: usize) -> bool {
        match answer {
            solve::Answer::Unsat(proof) => self.proofs.push(proof),
            solve::Answer::Witnessed(witness) => {
                self.bytes += witness.request().length();
                if self.findings.is_empty() {
                    self.findings.reserve(expected);
                }
                self.findings.push(Finding::new(claim, *witness));
            }
            solve::Answer::Undecided(unknown) => {
                let limit = unknown.exhausted();
                self.open.push(*unknown);
                return !matches!(limit, Some(Exhausted::Deadline | Exhausted::Work));
            }
        }
        true
    }

    fn is_full(&self, limits: &SearchLimits) -> bool {
        self.findings.len() + self.open.len() >= limits.findings || self.bytes >= limits.witness_bytes
    }

    /// Returns the verdict, and the undecided part beside the findings of a FAIL.
    fn verdict(self) -> (Verdict, Option<Box<Unknown>>) {
        let open = Unknown::all(self.open);
        match (self.findings.is_empty(), open, Proof::all(self.proofs)) {
            (false, open, _) => (Verdict::Fail(self.findings), open.map(Box::new)),
            (true, None, Some(proof)) => (Verdict::Pass(proof), None),
            (true, Some(open), _) => (Verdict::Unknown(Box::new(open)), None),
            (true, None, None) => broken("every goal is proved, shown or open"),
        }
    }
}

/// Returns the answer with its certificate, if one is requested. A PASS without a certificate becomes UNKNOWN.
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

/// Returns the refutation of the whole query, verified if requested.
pub(super) fn certified<'a>(
    query: &Query<'a>,
    documents: &[DocumentRef<'a>],
    semantics: Semantics,
    options: &Options,
) -> Result<Refutation, Refusal> {
    let mut encoding = Encoding::recalled(query, documents, semantics);
    let read = values(query) + compiling(&encoding);
    options.shared_work.spend(read).map_err(Refusal::at_limit)?;
    let mut meter = Meter::new(&options.limits_left());
    let refutation = prove(&mut encoding, options.theory(semantics), &mut meter);
    options.shared_work.spend(meter.worked()).map_err(Refusal::at_limit)?;
    let refutation = refutation?;
    if options.certify {
        let deadline = options.verify_limits.deadline.or(options.limits.deadline);
        refutation.verify(query, semantics, &Limits { deadline, ..options.verify_limits })?;
    }
    Ok(refutation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::InputLimits;
    use crate::policy::parse;
    use crate::span::Source;
    use crate::verify::{Outcome, verify};

    fn policy(action: &str) -> Document {
        named("p", action)
    }

    fn named(name: &str, action: &str) -> Document {
        let text = format!(r#"{{"Statement":{{"Effect":"Allow","Action":"{action}","Resource":"*"}}}}"#);
        parse(&Source::new(name, text), &InputLimits::default()).unwrap()
    }

    /// A document that does not belong to the query breaks an invariant of the encoding.
    #[test]
    fn a_broken_invariant_is_an_internal_error_and_no_pass() {
        let (one, other) = (policy("s3:*"), policy("s3:Get*"));
        let query = Query::no_new_access(&one, &one);
        let answer =
            |documents: [&Document; 2]| ask(&query, &documents.map(DocumentRef::from), &Options::default());
        assert_eq!(answer([&one, &one]).verdict.name(), "PASS");
        let Verdict::Unknown(unknown) = answer([&one, &other]).verdict else { panic!("no UNKNOWN") };
        let [UnknownReason::Internal(message)] = &*unknown.reasons else { panic!("{unknown:?}") };
        assert!(message.contains("broken invariant"), "{message}");
    }

    /// Returns the name of the verdict, and the text of its certificate.
    fn capped(scope: &str) -> (&'static str, String) {
        let (policy, caps) = (named("policy", "s3:*"), [named("cap", "s3:Get*"), named("more", "s3:List*")]);
        let scope = named("scope", scope);
        let query = Query::find([&policy], [&scope], []).capped_by(&caps);
        let options = Options { certificate: true, certify: true, ..Options::default() };
        let answer = ask(&query, &DocumentRef::plain(&query), &options);
        (answer.verdict.name(), answer.certificate().unwrap().to_text())
    }

    #[test]
    fn what_caps_a_policy_is_asked_certified_and_named() {
        let sentence = |text: &str| match verify(text, &Limits::default()) {
            Outcome::Verified(claim) => claim.sentence,
            other => panic!("{other:?}"),
        };
        let (fail, shown) = capped("s3:GetObject");
        assert_eq!(fail, "FAIL");
        assert!(sentence(&shown).contains(" and by cap (sha256 "), "{}", sentence(&shown));
        let (pass, proved) = capped("s3:PutObject");
        assert_eq!(pass, "PASS");
        assert!(sentence(&proved).contains(" as one set and within scope "), "{}", sentence(&proved));
        // Without its caps, the query has another answer.
        let mut changed: serde_json::Value = serde_json::from_str(&proved).unwrap();
        changed.as_object_mut().unwrap().remove("caps").unwrap();
        assert!(matches!(verify(&changed.to_string(), &Limits::default()), Outcome::Refused(_)));
        // A request that the caps do not allow proves nothing.
        let changed = shown.replace(r#""action": "s3:GetObject""#, r#""action": "s3:PutObject""#);
        assert!(matches!(verify(&changed, &Limits::default()), Outcome::Refused(_)));
    }
}
