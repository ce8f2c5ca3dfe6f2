//! Finds the access that a policy gives to callers outside a zone of trust.
//!
//! A finding is a part of an Allow statement: one principal, and the values of its other lists with which a caller from outside
//! is let in. If Deny statements leave only certain callers, the finding is narrowed to these. Findings that others cover are
//! dropped.
//!
//! A request to which an Allow statement applies is allowed by the policy exactly if no Deny statement applies. So a query about
//! a part of a statement needs only that part and the Deny statements. The same holds for the proof that the findings of a
//! statement cover all access it gives; together these proofs show that nothing is missing, and their sizes add up to the size of
//! the policy. In two points, the reading of a statement depends on other Allow statements: a key that is in no table has several
//! values if some statement reads it as a set, and it is open if object tags with several spellings are one key. Queries about a
//! policy with such keys, and about access that could not be proved for one statement, are about the whole policy, as
//! certificates are.

use super::ask::semantics;
use super::isolation::caught;
use super::principal_index::accounts;
use super::query_budget::{QueryBudget, Stopped, VALUE};
use super::region::{Axis, Region};
use super::statement_index::StatementIndex;
use super::{Answer, Options, Zone, find, no_public_access};
use crate::code::Code;
use crate::confirm::Referee;
use crate::encode::{Assumption, DocumentRef, PreparedDocument};
use crate::evaluate::{self, Case, Decision, Truth};
use crate::index::broken;
use crate::limits::{Exhausted, SearchLimits};
use crate::policy::{Document, Effect, PolicyType, ResourceType, Statement};
use crate::query::Query;
use crate::request::{Request, is_trust_key};
use crate::solve::{Finding, UnknownReason, Verdict};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

mod confirmed;
mod covered;
mod denials;
mod narrow;

/// Access from outside.
#[derive(Clone, Debug)]
pub struct ExternalFinding {
    /// The Allow statement that gives the access.
    pub statement: usize,
    /// All Allow statements that by themselves allow the request of the finding, including this one.
    pub statements: Vec<usize>,
    /// The scope of the finding, as a policy with one statement.
    pub document: Document,
    /// True if all covered requests are proved to be allowed and from outside; false if possibly only some are.
    pub is_wholly_outside: bool,
    /// The Deny statements that deny, or may deny, covered requests from outside.
    pub denied_by: Vec<usize>,
    /// True if callers unknown to the policy are among those let in, or if this is not known.
    pub is_public: bool,
    /// An allowed request from outside.
    pub finding: Finding,
}

/// All access from outside.
#[derive(Clone, Debug)]
pub struct ExternalAccess {
    /// The findings, by statement.
    pub findings: Vec<ExternalFinding>,
    /// PASS if the findings cover all access from outside; otherwise the uncovered access, or the reason why this is not known.
    pub rest: Answer,
}

impl ExternalAccess {
    /// True if it is proved that the findings cover everything.
    pub fn is_complete(&self) -> bool {
        matches!(self.rest.verdict, Verdict::Pass(_))
    }
}

/// Returns all access that `policy`, of a resource of this type, gives to anyone outside `zone`.
///
/// These are the external access findings of IAM Access Analyzer. Services are never outside. Source: IAM User Guide, "Findings
/// for external access" (page `access-analyzer-concepts`).
///
/// ```
/// use iamsat::check::{Options, Zone, external_access};
/// use iamsat::policy::ResourceType;
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let policy = policy(r#"{"Effect":"Allow","Principal":{"AWS":["111122223333","444455556666"],
///     "Service":"ec2.amazonaws.com"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}"#);
/// let zone = Zone::new(&["111122223333"], &[] as &[&str]).unwrap();
/// let bucket = ResourceType::from_name("AWS::S3::Bucket").unwrap();
/// let outside = external_access(&policy, bucket, &zone, &Options::default());
/// assert!(outside.is_complete());
/// assert_eq!(outside.findings.len(), 1);
/// assert!(outside.findings[0].is_wholly_outside && !outside.findings[0].is_public);
/// assert_eq!(&*outside.findings[0].document.statements[0].principal.as_ref().unwrap().values[0].value.text, "444455556666");
/// ```
pub fn external_access<'a>(
    policy: impl Into<DocumentRef<'a>>,
    resource_type: ResourceType,
    zone: &Zone,
    options: &Options,
) -> ExternalAccess {
    let policy = policy.into();
    let options = &Options { policy_type: Some(PolicyType::Resource), ..options.sharing() };
    let mut access = caught(|| found(policy, resource_type, zone, options)).unwrap_or_else(|message| {
        let rest = Answer::internal(message, PolicyType::Resource, false);
        ExternalAccess { findings: Vec::new(), rest }
    });
    if zone.takes_sources(policy.document().mentioned_keys()) {
        assume(&mut access.rest, Assumption(Code::HeuristicSourceKeysOnlyFromServices));
    }
    access
}

/// Adds an assumption to an answer.
fn assume(answer: &mut Answer, assumption: Assumption) {
    if let Err(place) = answer.assumptions.binary_search(&assumption) {
        answer.assumptions.insert(place, assumption);
    }
}

/// Finds access from outside, with options that state the policy type.
fn found(
    given: DocumentRef<'_>,
    resource_type: ResourceType,
    zone: &Zone,
    options: &Options,
) -> ExternalAccess {
    let policy = given.document();
    let with_resource = policy.statements.iter().any(|s| s.resource.is_some());
    let keys: BTreeSet<&str> = policy.mentioned_keys().collect();
    let trusted = zone.document(with_resource, &|key| keys.contains(key));
    let Some(trusted) = trusted else {
        return ExternalAccess { findings: Vec::new(), rest: find([given], [], [], options) };
    };
    let whole = given.prepared();
    let trusted = PreparedDocument::new(trusted);
    let query = Query::find([whole.document()], [], [trusted.document()]);
    let referee = Referee::new(&query, semantics(&query, options));
    let referee = referee.with_indexes([DocumentRef::from(&*whole).actions(), None]);
    let reading = evaluate::Options::for_documents(&[policy]);
    let denials: Vec<usize> = (0..policy.statements.len())
        .filter(|place| policy.statements.get(*place).is_some_and(|s| s.effect.value == Effect::Deny))
        .collect();
    let of_denials = denials.iter().map(|place| policy.statements.get(*place));
    let search = Analyzer {
        policy: whole.document(),
        whole: (&*whole).into(),
        trusted: (&trusted).into(),
        resource_type,
        budget: QueryBudget::of_parts(&Options { certify: false, ..options.clone() }),
        with_resource,
        is_separable: reading.multivalued.is_empty() && reading.spelled_differently.is_empty(),
        denial_index: StatementIndex::of(of_denials),
        index: StatementIndex::of(policy.statements.iter().map(Some)),
        denials,
        referee: &referee,
        reading: evaluate::Options {
            policy_type: PolicyType::Resource,
            strict_arn: options.strict_arn,
            resource_unconstrained: true,
            ..evaluate::Options::for_documents(&[policy, trusted.document()])
        },
        dropped: Vec::new(),
    };
    search.analyze(options)
}

/// The work of finding out whether a statement applies to a request.
const APPLIES: usize = 12;

struct Analyzer<'d> {
    policy: &'d Document,
    /// The policy, prepared.
    whole: DocumentRef<'d>,
    trusted: DocumentRef<'d>,
    resource_type: ResourceType,
    budget: QueryBudget,
    with_resource: bool,
    /// True if a query about one Allow statement can run without the other Allow statements.
    is_separable: bool,
    /// The places of the Deny statements.
    denials: Vec<usize>,
    /// An index of these.
    denial_index: StatementIndex,
    /// An index of the statements of the policy.
    index: StatementIndex,
    /// Confirms on the whole policy the requests found in its parts.
    referee: &'d Referee<'d>,
    /// The options under which the referee reads a part.
    reading: evaluate::Options,
    /// Parts of statements that the findings cover, with the index of the statement.
    dropped: Vec<(usize, Document)>,
}

/// The result of the first query about every Allow statement.
#[derive(Default)]
struct FirstLook {
    /// An allowed request from outside for each statement that has one.
    shown: Vec<Finding>,
    /// The statements that are proved to let in nobody from outside.
    idle: BTreeSet<usize>,
    /// These proofs, combined to one answer.
    proved: Option<Answer>,
    /// All answers, as one.
    all: Option<Answer>,
    /// True if some statement is undecided.
    is_open: bool,
}

/// How much of a part of a statement is allowed access from outside.
#[derive(Clone, Copy)]
enum Extent {
    /// All of it.
    Wholly,
    /// All of it is from outside, but this Deny statement denies, or may deny, some of it.
    DeniedBy(usize),
    /// Not all of it, or this is not known.
    Partly,
}

/// The answer to the query whether a part of a statement contains a request from outside.
enum Existence {
    Some(Box<Finding>),
    None,
    Unknown,
}

impl<'d> Analyzer<'d> {
    /// Finds all access from outside, and proves that nothing is missing.
    fn analyze(mut self, options: &Options) -> ExternalAccess {
        let mut look = self.look();
        if look.shown.is_empty() {
            if !(look.is_open || options.certify || options.certificate)
                && let Some(rest) = look.proved
            {
                return ExternalAccess { findings: Vec::new(), rest };
            }
            let first = find([self.whole], [], [self.trusted], options);
            let Verdict::Fail(shown) = &first.verdict else {
                return ExternalAccess { findings: Vec::new(), rest: first };
            };
            look = FirstLook { shown: shown.clone(), is_open: true, all: Some(first), ..look };
        }
        let mut findings = Vec::new();
        let judged = self.findings(&look.shown, &mut findings);
        let closed = match judged {
            Ok(()) if look.is_open || options.certificate => Ok(None),
            Ok(()) => self.closed(&findings, &look, options),
            Err(stopped) => {
                self.denials_of(&mut findings);
                self.shown(&look.shown, &mut findings);
                Err(stopped)
            }
        };
        match closed {
            Ok(Some(rest)) => ExternalAccess { findings, rest },
            Ok(None) => self.closed_as_a_whole(findings, options),
            Err(stopped) => {
                let Some(answer) = look.all else { broken("what is shown is part of an answer") };
                ExternalAccess { findings, rest: Answer { verdict: stopped.unknown(), ..answer } }
            }
        }
    }

    /// Returns the Allow statements with their indexes.
    fn allows(&self) -> impl Iterator<Item = (usize, &'d Statement)> + use<'d> {
        let policy: &'d Document = self.policy;
        policy.statements.iter().enumerate().filter(|(_, s)| s.effect.value == Effect::Allow)
    }

    /// Asks about every Allow statement by itself. What is found is reported whatever limit ends the search later, so these
    /// queries are not counted.
    fn look(&mut self) -> FirstLook {
        let mut look = FirstLook { is_open: !self.is_separable, ..FirstLook::default() };
        if !self.is_separable {
            return look;
        }
        for (index, statement) in self.allows() {
            let part = self.policy.with_statements(vec![statement.clone()]);
            let looked = self.ask_outside(&part, true).and_then(|answer| {
                let existence = self.existence(index, &part, &answer)?;
                Ok((existence, answer))
            });
            let Ok((existence, answer)) = looked else {
                look.is_open = true;
                break;
            };
            match existence {
                Existence::Some(finding) => look.shown.push(*finding),
                Existence::Unknown => look.is_open = true,
                Existence::None => {
                    look.idle.insert(index);
                    join(&mut look.proved, answer.clone());
                }
            }
            join(&mut look.all, answer);
        }
        look
    }

    /// Proves for each Allow statement that the findings cover all access it gives to callers outside; `None` if some proof
    /// fails.
    fn closed(
        &mut self,
        findings: &[ExternalFinding],
        look: &FirstLook,
        options: &Options,
    ) -> Result<Option<Answer>, Stopped> {
        let mut parts: BTreeMap<usize, Vec<&Document>> = BTreeMap::new();
        let found = findings.iter().map(|finding| (finding.statement, &finding.document));
        // These were proved, but not verified, to be covered by findings.
        let dropped = std::mem::take(&mut self.dropped);
        let covered = dropped.iter().filter(|_| !options.certify).map(|(statement, part)| (*statement, part));
        for (statement, part) in found.chain(covered) {
            parts.entry(statement).or_default().push(part);
        }
        let mut proved = if options.certify { None } else { look.proved.clone() };
        for (index, statement) in self.allows() {
            if !options.certify && look.idle.contains(&index) {
                continue;
            }
            let own = self.with_denials(&self.policy.with_statements(vec![statement.clone()]));
            let parts = parts.get(&index).into_iter().flatten().map(|part| DocumentRef::from(*part));
            let without: Vec<DocumentRef<'_>> = std::iter::once(self.trusted).chain(parts).collect();
            let answer = self.budget.ask(|of_budget| {
                let options = Options { certify: options.certify, ..of_budget.clone() };
                find([(&own).into()], [], without, &options)
            })?;
            if !passes(&answer) {
                return Ok(None);
            }
            join(&mut proved, answer);
        }
        Ok(proved)
    }

    /// Asks the whole policy for access that the findings do not cover, and adds it, until nothing is added.
    fn closed_as_a_whole(mut self, mut findings: Vec<ExternalFinding>, options: &Options) -> ExternalAccess {
        loop {
            let covered = findings.iter().map(|finding| DocumentRef::from(&finding.document));
            let without = std::iter::once(self.trusted).chain(covered);
            let rest = find([self.whole], [], without, options);
            // Access that could not be decided for a part may be found here.
            let known = findings.len();
            if let Verdict::Fail(more) = &rest.verdict {
                self.shown(more, &mut findings);
            }
            if findings.len() == known {
                break ExternalAccess { findings, rest };
            }
        }
    }

    /// Collects all findings as far as the limits allow. An unknown property of a finding gets its worse value.
    fn findings(&mut self, shown: &[Finding], found: &mut Vec<ExternalFinding>) -> Result<(), Stopped> {
        for first in shown {
            let (count, cells) = self.cells(first.statement);
            let is_only = count == 1;
            let values = self.policy.statements.get(first.statement).map_or(0, Statement::value_count);
            for cell in cells {
                // A cell's request is compared with the whole statement.
                self.budget.read(values)?;
                self.cell(&cell, first, is_only, found)?;
            }
        }
        self.without_covered(found)?;
        let mut is_public = None;
        for finding in found.iter_mut() {
            finding.is_public =
                self.is_public(&finding.document)? && self.is_policy_public(&mut is_public)?;
        }
        self.denials_of(found);
        Ok(())
    }

    /// Adds the parts that contain these requests, unless a finding already contains them.
    fn shown(&mut self, shown: &[Finding], found: &mut Vec<ExternalFinding>) {
        let referee = self.reading.clone();
        for first in shown {
            let request = first.witness.request();
            let mut of_statement = found.iter().filter(|finding| finding.statement == first.statement);
            if of_statement.any(|finding| holds(&finding.document, request, &referee)) {
                continue;
            }
            let mut documents = self.cells(first.statement).1.filter_map(|c| c.document(self.policy));
            if let Some(document) = documents.find(|part| holds(part, request, &referee)) {
                let mut added = self.unjudged(first.statement, document, first.clone());
                added.denied_by = self.denied_by(&added.document);
                found.push(added);
            }
        }
        found.sort_by_key(|finding| finding.statement);
    }

    /// Returns the parts of a statement, one for each of its principals, and their number.
    fn cells(&self, statement: usize) -> (usize, impl Iterator<Item = Region> + use<>) {
        let whole = Region::whole(self.policy, statement);
        // Each has the other lists too, so there is one at a time.
        let principals = whole.as_ref().map(|whole| whole.values(Axis::Principal).map(<[usize]>::to_vec));
        let cells = match principals {
            None => Vec::new(),
            Some(None) => vec![None],
            Some(Some(values)) => values.into_iter().map(Some).collect(),
        };
        let count = cells.len();
        let cells = cells.into_iter().filter_map(move |value| {
            let whole = whole.as_ref()?;
            Some(value.map_or_else(|| whole.clone(), |value| whole.with(Axis::Principal, vec![value])))
        });
        (count, cells)
    }

    /// Returns a finding about which only its request is known.
    fn unjudged(&self, statement: usize, document: Document, finding: Finding) -> ExternalFinding {
        ExternalFinding {
            statement,
            statements: self.allowing(statement, finding.witness.request()),
            document,
            is_wholly_outside: false,
            denied_by: Vec::new(),
            is_public: true,
            finding,
        }
    }

    fn denials_of(&mut self, found: &mut [ExternalFinding]) {
        let is_open =
            |finding: &&mut ExternalFinding| !finding.is_wholly_outside && finding.denied_by.is_empty();
        for finding in found.iter_mut().filter(is_open) {
            finding.denied_by = self.denied_by(&finding.document);
        }
    }

    /// Returns the findings about one principal of a statement (or about its only one), given a request from outside in the
    /// statement.
    fn cell(
        &mut self,
        cell: &Region,
        of_statement: &Finding,
        is_only: bool,
        found: &mut Vec<ExternalFinding>,
    ) -> Result<(), Stopped> {
        let statement = cell.statement();
        // As a document, and narrowed as another.
        self.budget.pay(2 * cell.document_work());
        let Some(document) = cell.document(self.policy) else { return Ok(()) };
        let first = match is_only.then_some(of_statement) {
            Some(first) => first.clone(),
            None => match self.shown_alike(statement, &document, of_statement.witness.request()) {
                Some(first) => first,
                None => match self.outside(statement, &document)? {
                    Existence::Some(first) => *first,
                    Existence::None | Existence::Unknown => return Ok(()),
                },
            },
        };
        let region = self.narrowed(statement, self.policy, cell.clone(), first.witness.request())?;
        let is_narrowed = region != *cell;
        let Some(document) = region.document(self.policy) else { return Ok(()) };
        let extent = self.extent(&document)?;
        let refined = match extent {
            Extent::Wholly => None,
            Extent::DeniedBy(_) | Extent::Partly => self.refined(statement, &document)?,
        };
        let Some(refined) = refined else {
            let finding = match is_narrowed && !holds(&document, first.witness.request(), &self.reading) {
                true => self.outside(statement, &document)?,
                false => Existence::Some(Box::new(first)),
            };
            if let Existence::Some(finding) = finding {
                found.push(self.judged(statement, document, *finding, extent));
            }
            return Ok(());
        };
        for document in refined {
            let Existence::Some(finding) = self.outside(statement, &document)? else { continue };
            let extent = self.extent(&document)?;
            found.push(self.judged(statement, document, *finding, extent));
        }
        Ok(())
    }

    /// Returns a finding with its known extent.
    fn judged(
        &self,
        statement: usize,
        document: Document,
        finding: Finding,
        extent: Extent,
    ) -> ExternalFinding {
        let denied_by = match extent {
            Extent::DeniedBy(denial) => vec![denial],
            Extent::Wholly | Extent::Partly => Vec::new(),
        };
        let is_wholly_outside = matches!(extent, Extent::Wholly);
        ExternalFinding { is_wholly_outside, denied_by, ..self.unjudged(statement, document, finding) }
    }

    /// Returns a request from outside in a part of a statement.
    fn outside(&mut self, statement: usize, part: &Document) -> Result<Existence, Stopped> {
        let answer = self.ask_outside(part, false)?;
        self.existence(statement, part, &answer)
    }

    /// Asks for a request from outside in the part. The first query about a statement is not counted.
    fn ask_outside(&mut self, part: &Document, is_first: bool) -> Result<Answer, Stopped> {
        if !self.is_separable {
            return self.ask_whole(part);
        }
        let own = self.with_denials(part);
        let query = |options: &Options| find([(&own).into()], [], [self.trusted], options);
        if is_first { self.budget.look(query) } else { self.budget.ask(query) }
    }

    /// Does the same as [`Analyzer::ask_outside`] for the whole policy.
    fn ask_whole(&mut self, part: &Document) -> Result<Answer, Stopped> {
        // One request is enough. If one statement is undecided, which counts like a request, this says nothing about the others.
        let one = |options: &Options| {
            let limits = SearchLimits { findings: 1, ..options.limits };
            find([self.whole], [part.into()], [self.trusted], &Options { limits, ..options.clone() })
        };
        let answer = self.budget.ask(one)?;
        match &answer.verdict {
            Verdict::Unknown(unknown)
                if unknown.reasons.contains(&UnknownReason::Exhausted(Exhausted::Findings)) =>
            {
                self.budget.ask(|options| find([self.whole], [part.into()], [self.trusted], options))
            }
            _ => Ok(answer),
        }
    }

    /// Converts an answer to an [`Existence`].
    fn existence(
        &mut self,
        statement: usize,
        part: &Document,
        answer: &Answer,
    ) -> Result<Existence, Stopped> {
        let shown = |answer: &Answer| match &answer.verdict {
            Verdict::Fail(findings) => match findings.first() {
                Some(finding) => Existence::Some(Box::new(finding.clone())),
                None => Existence::None,
            },
            Verdict::Pass(_) => Existence::None,
            Verdict::Unknown(_) => Existence::Unknown,
        };
        let found = shown(answer);
        Ok(match found {
            Existence::Some(found) if self.is_separable => {
                match self.confirmed(statement, part, found.witness.request()) {
                    Some(finding) => Existence::Some(Box::new(finding)),
                    // A key that other statements test restricts the requester further.
                    None => shown(&self.ask_whole(part)?),
                }
            }
            found => found,
        })
    }

    /// Returns the part of an Allow statement with the Deny statements that can deny its requests. The policy allows everything
    /// that this document allows, so queries about one statement need no other Allow statements.
    fn with_denials(&self, part: &Document) -> Document {
        let denials = self.denials_beside(part);
        let all = self.policy.statements.shared();
        let denials = denials.into_iter().filter_map(|place| all.get(place));
        let statements: Vec<&Arc<Statement>> = part.statements.shared().iter().chain(denials).collect();
        self.budget.pay(statements.iter().map(|statement| statement.size() * VALUE).sum());
        part.with_statements(statements.into_iter().cloned().collect::<Vec<_>>())
    }

    /// True unless it is proved that every request from outside in the part is in one of the others.
    fn may_be_outside(&mut self, part: &Document, others: &[&Document]) -> Result<bool, Stopped> {
        let part = self.with_denials(part);
        let others = others.iter().map(|other| DocumentRef::from(*other));
        let without = std::iter::once(self.trusted).chain(others);
        Ok(!self.budget.proves(|options| find([(&part).into()], [], without, options))?)
    }

    /// Proves, as far as possible, that every request of the part is allowed and from outside.
    fn extent(&mut self, part: &Document) -> Result<Extent, Stopped> {
        if !self.budget.proves(|options| find([part.into()], [self.trusted], [], options))? {
            return Ok(Extent::Partly);
        }
        if self.is_separable && self.denials.is_empty() {
            return Ok(Extent::Wholly);
        }
        let own = self.with_denials(part);
        let allowed = if self.is_separable { (&own).into() } else { self.whole };
        if self.budget.proves(|options| find([part.into()], [], [allowed], options))? {
            return Ok(Extent::Wholly);
        }
        let mut denials =
            self.policy.statements.iter().enumerate().filter(|(_, s)| s.effect.value == Effect::Deny);
        Ok(match (denials.next(), denials.next()) {
            // All of the part is from outside, and only this statement denies requests.
            (Some((only, _)), None) => Extent::DeniedBy(only),
            _ => Extent::Partly,
        })
    }

    /// True if the part of a public policy, together with its Deny statements, is public, or if this is not known. If the policy
    /// is public only by the number of addresses of all its parts together, each part with addresses counts as public.
    fn is_public(&mut self, part: &Document) -> Result<bool, Stopped> {
        // A caller in an account that the policy names is not an outsider to the policy.
        if part.statements.iter().all(|statement| accounts(statement).is_some()) {
            return Ok(false);
        }
        let with_denials = self.with_denials(part);
        let answer =
            self.budget.ask(|options| no_public_access(&with_denials, self.resource_type, options))?;
        let some_addresses = answer.addresses.is_some_and(|addresses| !addresses.intervals().is_empty());
        Ok(!matches!(answer.verdict, Verdict::Pass(_)) || some_addresses)
    }

    /// True if the policy is public or this is not known. The answer is computed once.
    fn is_policy_public(&mut self, known: &mut Option<bool>) -> Result<bool, Stopped> {
        if let Some(known) = *known {
            return Ok(known);
        }
        let answer = self.budget.ask(|options| no_public_access(self.whole, self.resource_type, options))?;
        Ok(*known.insert(!passes(&answer)))
    }

    /// Returns the Allow statements that by themselves allow the request, as this one does. Without work left the others are not
    /// searched.
    fn allowing(&self, statement: usize, request: &Request) -> Vec<usize> {
        if self.budget.is_spent() {
            return vec![statement];
        }
        let case = Case::new(request, self.referee.options());
        let mut places = self.index.about(request);
        let values = places.iter().filter_map(|place| self.policy.statements.get(*place));
        let values: usize = values.map(Statement::value_count).sum();
        // Half of the values: one that matches ends the search.
        self.budget.pay(places.len() * APPLIES + values / 2);
        places.retain(|place| {
            let statement = self.policy.statements.get(*place);
            statement.is_some_and(|s| s.effect.value == Effect::Allow && case.applies(s) == Truth::True)
        });
        places
    }
}

/// Combines the answers to two queries: proved if both are, with the assumptions of both.
fn join(all: &mut Option<Answer>, other: Answer) {
    let Some(all) = all else {
        *all = Some(other);
        return;
    };
    for assumption in other.assumptions {
        assume(all, assumption);
    }
    all.stats = all.stats.and(&other.stats);
    if let (Verdict::Pass(all), Verdict::Pass(other)) = (&mut all.verdict, other.verdict) {
        *all = all.and(&other);
    }
}

/// True if the request is in the part.
fn holds(part: &Document, request: &Request, referee: &evaluate::Options) -> bool {
    evaluate::decide(&[part], request, referee) == Decision::Allowed
}

fn passes(answer: &Answer) -> bool {
    matches!(answer.verdict, Verdict::Pass(_))
}

/// True if this key is one by which policies restrict their callers.
fn is_trust(key: &str, resource_type: ResourceType) -> bool {
    is_trust_key(key, resource_type) || key == "aws:sourceip"
}
