//! Whom does a policy let in from outside a zone of trust?
//!
//! A finding is a part of an Allow statement: one principal, and the values of its other lists with which someone outside is let
//! in. Where Deny statements leave nothing but what they name, a finding is narrowed to that. Findings that the others
//! cover are dropped, and one more question proves that the rest covers everything.

use super::complement::{Complement, Test, read, without_condition};
use super::isolation::caught;
use super::query_budget::{QueryBudget, Stopped};
use super::region::{Axis, Region};
use super::{Answer, Options, Zone, find, no_public_access};
use crate::encode::{DocumentRef, PreparedDocument};
use crate::evaluate::{self, Case, Decision, Truth};
use crate::limits::{Exhausted, SearchLimits};
use crate::policy::{Document, Effect, PolicyType, ResourceType, Statement};
use crate::request::{Request, is_trust_key};
use crate::solve::{Finding, UnknownReason, Verdict};
use std::collections::BTreeSet;

/// Access from outside.
#[derive(Clone, Debug)]
pub struct ExternalFinding {
    /// The Allow statement that gives it.
    pub statement: usize,
    /// All Allow statements that by themselves allow the request of the finding, this one among them.
    pub statements: Vec<usize>,
    /// Its scope, as a policy of one statement.
    pub document: Document,
    /// True if all requests that it covers are allowed and from outside, which is proved, or maybe some only.
    pub is_wholly_outside: bool,
    /// The Deny statements that refuse, or may refuse, requests from outside that it covers.
    pub denied_by: Vec<usize>,
    /// True if outsiders of whom the policy knows nothing are among those let in, or this is not known.
    pub is_public: bool,
    /// An allowed request from outside.
    pub finding: Finding,
}

/// All access from outside.
#[derive(Clone, Debug)]
pub struct ExternalAccess {
    /// The findings, by statement.
    pub findings: Vec<ExternalFinding>,
    /// PASS if the findings cover all access from outside; otherwise what they do not cover, or why it is not known.
    pub rest: Answer,
}

impl ExternalAccess {
    /// Returns true if it is proved that the findings cover everything.
    pub fn is_complete(&self) -> bool {
        matches!(self.rest.verdict, Verdict::Pass(_))
    }
}

/// All access that `policy`, of a resource of this type, gives to anyone outside `zone`.
///
/// These are the external access findings of IAM Access Analyzer. Services are never outside. Source: IAM User Guide, "Findings
/// for external access" (page `access-analyzer-concepts`).
///
/// ```
/// use iamsat::check::{Options, Zone, external_access};
/// use iamsat::policy::ResourceType;
/// # use iamsat::{limits::InputLimits, policy::{Document, parse}, span::Source};
/// # fn policy(statement: &str) -> Document {
/// #     let text = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
/// #     parse(&Source::new("policy", text), &InputLimits::default()).document.unwrap()
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
    let options = &Options { policy_type: Some(PolicyType::Resource), ..options.clone() };
    caught(|| found(policy, resource_type, zone, options)).unwrap_or_else(|message| {
        let rest = Answer::internal(message, PolicyType::Resource, false);
        ExternalAccess { findings: Vec::new(), rest }
    })
}

/// Finds access from outside, with options that name the policy type.
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
    // That paths are of the organization of the id is no fact to the search, so who has other paths is not proved to be outside.
    let certain = zone.document(with_resource, &|key| key != "aws:principalorgpaths" && keys.contains(key));
    let Some((trusted, certain)) = trusted.zip(certain) else {
        return ExternalAccess { findings: Vec::new(), rest: find([given], [], [], options) };
    };
    let first = find([given], [], [(&trusted).into()], options);
    let Verdict::Fail(shown) = &first.verdict else {
        return ExternalAccess { findings: Vec::new(), rest: first };
    };
    let budget = QueryBudget::of(&Options { certify: false, ..options.clone() });
    let whole = given.prepared();
    let (trusted, certain) = (PreparedDocument::new(trusted), PreparedDocument::new(certain));
    let mut search = Analyzer {
        policy: whole.document(),
        whole: (&*whole).into(),
        trusted: (&trusted).into(),
        certain: (&certain).into(),
        resource_type,
        budget,
        with_resource,
    };
    let mut findings = Vec::new();
    match search.findings(shown, &mut findings) {
        Ok(()) => loop {
            let covered = findings.iter().map(|finding| DocumentRef::from(&finding.document));
            let without = std::iter::once(search.trusted).chain(covered);
            let rest = find([search.whole], [], without, options);
            // What could not be decided of a part may be shown here.
            let known = findings.len();
            if let Verdict::Fail(more) = &rest.verdict {
                search.shown(more, &mut findings);
            }
            if findings.len() == known {
                break ExternalAccess { findings, rest };
            }
        },
        Err(stopped) => {
            search.denials_of(&mut findings);
            search.shown(shown, &mut findings);
            let rest = Answer { verdict: stopped.unknown(), ..first.clone() };
            ExternalAccess { findings, rest }
        }
    }
}

struct Analyzer<'d> {
    policy: &'d Document,
    /// The policy, prepared.
    whole: DocumentRef<'d>,
    trusted: DocumentRef<'d>,
    /// As `trusted`, without what only follows from the rest.
    certain: DocumentRef<'d>,
    resource_type: ResourceType,
    budget: QueryBudget,
    with_resource: bool,
}

/// The facts known about requests from outside in some part of a statement.
enum Existence {
    Some(Box<Finding>),
    None,
    Unknown,
}

impl Analyzer<'_> {
    /// Everything that is found, as far as the bounds allow: what is not known of a finding is what would be worse.
    fn findings(&mut self, shown: &[Finding], found: &mut Vec<ExternalFinding>) -> Result<(), Stopped> {
        for first in shown {
            for cell in self.cells(first.statement) {
                self.cell(cell, found)?;
            }
        }
        self.without_covered(found)?;
        let policy = self.budget.ask(|options| no_public_access(self.whole, self.resource_type, options))?;
        let is_public = !matches!(policy.verdict, Verdict::Pass(_));
        for finding in found.iter_mut() {
            finding.is_public = is_public && self.is_public(&finding.document)?;
        }
        for finding in found.iter_mut() {
            finding.is_wholly_outside = self.is_wholly_outside(&finding.document)?;
        }
        self.denials_of(found);
        Ok(())
    }

    /// Adds to what was found the parts in which these requests are, where they are in none that was.
    fn shown(&mut self, shown: &[Finding], found: &mut Vec<ExternalFinding>) {
        let referee = self.referee();
        for first in shown {
            let request = first.witness.request();
            if found.iter().any(|finding| holds(&finding.document, request, &referee)) {
                continue;
            }
            let documents = self.cells(first.statement).into_iter().filter_map(|c| c.document(self.policy));
            if let Some(document) = documents.into_iter().find(|part| holds(part, request, &referee)) {
                let mut added = self.unjudged(first.statement, document, first.clone());
                added.denied_by = self.denied_by(&added.document);
                found.push(added);
            }
        }
        found.sort_by_key(|finding| finding.statement);
    }

    /// The parts of a statement for its principals.
    fn cells(&self, statement: usize) -> Vec<Region> {
        let Some(whole) = Region::whole(self.policy, statement) else { return Vec::new() };
        match whole.values(Axis::Principal) {
            Some(values) => values.iter().map(|v| whole.with(Axis::Principal, vec![*v])).collect(),
            None => vec![whole],
        }
    }

    /// A finding of which nothing is known but its request.
    fn unjudged(&self, statement: usize, document: Document, finding: Finding) -> ExternalFinding {
        ExternalFinding {
            statement,
            statements: self.allowing(finding.witness.request()),
            document,
            is_wholly_outside: false,
            denied_by: Vec::new(),
            is_public: true,
            finding,
        }
    }

    fn denials_of(&mut self, found: &mut [ExternalFinding]) {
        for finding in found.iter_mut().filter(|finding| !finding.is_wholly_outside) {
            finding.denied_by = self.denied_by(&finding.document);
        }
    }

    /// The findings about one principal of a statement.
    fn cell(&mut self, cell: Region, found: &mut Vec<ExternalFinding>) -> Result<(), Stopped> {
        let Some(document) = cell.document(self.policy) else { return Ok(()) };
        let Existence::Some(first) = self.outside(&document)? else { return Ok(()) };
        let region = self.narrowed(self.policy, cell, first.witness.request())?;
        let Some(document) = region.document(self.policy) else { return Ok(()) };
        let parts = match self.is_wholly_outside(&document)? {
            true => vec![document],
            false => self.refined(document)?,
        };
        for document in parts {
            let Existence::Some(finding) = self.outside(&document)? else { continue };
            found.push(self.unjudged(region.statement(), document, *finding));
        }
        Ok(())
    }

    /// The region without the values with which nobody outside is let in.
    fn narrowed(&mut self, of: &Document, mut region: Region, known: &Request) -> Result<Region, Stopped> {
        let lists: Vec<(Axis, Vec<usize>)> =
            region.lists().map(|(axis, values)| (axis, values.to_vec())).collect();
        let referee = self.referee();
        for (axis, values) in lists.into_iter().filter(|(_, values)| values.len() > 1) {
            let mut kept = Vec::new();
            for value in values {
                let slice = region.with(axis, vec![value]);
                let Some(document) = slice.document(of) else { continue };
                // A request from outside that is known saves a question.
                if holds(&document, known, &referee) || self.may_be_outside(&document, &[])? {
                    kept.push(value);
                }
            }
            region = region.with(axis, kept);
        }
        Ok(region)
    }

    /// The part of a statement, or where Deny statements leave no one outside but some, the parts for these.
    fn refined(&mut self, document: Document) -> Result<Vec<Document>, Stopped> {
        let policy = self.policy;
        let mut parts = vec![document];
        for denial in policy.statements.iter().filter(|s| s.effect.value == Effect::Deny) {
            let mut next = Vec::new();
            for part in parts {
                next.extend(self.split_by(denial, part)?);
            }
            parts = next;
        }
        Ok(parts)
    }

    /// The parts for those whom a Deny statement leaves, if they hold everyone outside; else the part as it is. Half of the
    /// questions are for what has to be known.
    fn split_by(&mut self, denial: &Statement, part: Document) -> Result<Vec<Document>, Stopped> {
        let resource_type = self.resource_type;
        let complements = Complement::of(denial, &part, |key| is_trust(key, resource_type));
        let alone: Vec<Document> =
            complements.iter().filter_map(|one| one.document(self.with_resource)).collect();
        if self.budget.is_half_spent()
            || alone.is_empty()
            || self.may_be_outside(&part, &alone.iter().collect::<Vec<_>>())?
        {
            return Ok(vec![part]);
        }
        // The part says it already.
        if self.budget.proves(|options| find([&part], [], &alone, options))? {
            return Ok(vec![part]);
        }
        let mut parts = Vec::new();
        for one in &complements {
            let options = self.budget.options().clone();
            let mut is_within = |test: &Test, inner: &str, outer: &str| {
                let (inner, outer) = (test.document(inner), test.document(outer));
                inner.zip(outer).is_some_and(|(inner, outer)| passes(&find([&inner], [], [&outer], &options)))
            };
            let Some(within) = one.within(&part, &mut is_within) else { continue };
            match self.outside(&within)? {
                Existence::None => {}
                Existence::Unknown => parts.push(within),
                Existence::Some(known) => {
                    let Some(whole) = Region::whole(&within, 0) else { continue };
                    let narrowed = self.narrowed(&within, whole, known.witness.request())?;
                    let narrowed = narrowed.document(&within);
                    let Some(narrowed) = narrowed.and_then(|d| read(part.source.name(), d.source.text()))
                    else {
                        continue;
                    };
                    parts.push(self.without_implied(narrowed, one)?);
                }
            }
        }
        let is_whole = !self.may_be_outside(&part, &parts.iter().collect::<Vec<_>>())?;
        Ok(if is_whole { parts } else { vec![part] })
    }

    /// A part without other conditions on the keys of those whom it is about now, where what these say already says them.
    fn without_implied(&mut self, mut part: Document, about: &Complement) -> Result<Document, Stopped> {
        for (operator, key) in about.others(&part) {
            let Some(without) = without_condition(&part, &operator, &key) else { continue };
            if self.budget.proves(|options| find([&without], [], [&part], options))? {
                part = without;
            }
        }
        Ok(part)
    }

    /// The Deny statements that refuse, or may refuse, someone outside in the part. Without questions left all may.
    fn denied_by(&mut self, part: &Document) -> Vec<usize> {
        let policy = self.policy;
        let denials = policy.statements.iter().enumerate().filter(|(_, s)| s.effect.value == Effect::Deny);
        let refuses = |(index, _): (usize, &Statement)| {
            // As an Allow statement.
            let denied = Region::whole(policy, index).and_then(|region| region.document(policy))?;
            let is_idle = self
                .budget
                .proves(|options| find([part.into()], [(&denied).into()], [self.trusted], options));
            (!matches!(is_idle, Ok(true))).then_some(index)
        };
        denials.filter_map(refuses).collect()
    }

    /// The way in which a request is held against a part.
    fn referee(&self) -> evaluate::Options {
        let mut options = evaluate::Options::for_documents(&[self.policy, self.trusted.document()]);
        options.policy_type = PolicyType::Resource;
        options.strict_arn = self.budget.options().strict_arn;
        options.resource_unconstrained = true;
        options
    }

    /// A request from outside in the part.
    fn outside(&mut self, part: &Document) -> Result<Existence, Stopped> {
        // One request is enough. What is open about one statement, which is counted as a request is, says nothing of the others.
        let one = |options: &Options| {
            let limits = SearchLimits { findings: 1, ..options.limits };
            find([self.whole], [part.into()], [self.trusted], &Options { limits, ..options.clone() })
        };
        let mut answer = self.budget.ask(one)?;
        if let Verdict::Unknown(unknown) = &answer.verdict
            && unknown.reasons.contains(&UnknownReason::Exhausted(Exhausted::Findings))
        {
            answer = self.budget.ask(|options| find([self.whole], [part.into()], [self.trusted], options))?;
        }
        Ok(match answer.verdict {
            Verdict::Fail(findings) => {
                findings.into_iter().next().map_or(Existence::None, |f| Existence::Some(Box::new(f)))
            }
            Verdict::Pass(_) => Existence::None,
            Verdict::Unknown(_) => Existence::Unknown,
        })
    }

    /// The part of an Allow statement with everything that is denied: what it allows, the policy allows. One statement to ask
    /// about instead of all.
    fn with_denials(&self, part: &Document) -> Document {
        let denials = self.policy.statements.iter().filter(|s| s.effect.value == Effect::Deny);
        let statements: Vec<Statement> = part.statements.iter().chain(denials).cloned().collect();
        part.with_statements(statements)
    }

    /// Decides whether it is not proved that the part holds no request from outside that is in none of the others.
    fn may_be_outside(&mut self, part: &Document, others: &[&Document]) -> Result<bool, Stopped> {
        let part = self.with_denials(part);
        let others = others.iter().map(|other| DocumentRef::from(*other));
        let without = std::iter::once(self.trusted).chain(others);
        Ok(!self.budget.proves(|options| find([(&part).into()], [], without, options))?)
    }

    /// Decides whether it is proved that every request of the part is allowed, and from outside.
    fn is_wholly_outside(&mut self, part: &Document) -> Result<bool, Stopped> {
        Ok(self.budget.proves(|options| find([part.into()], [self.certain], [], options))?
            && self.budget.proves(|options| find([part.into()], [], [self.whole], options))?)
    }

    /// Decides whether the part of a policy that is public, together with all that is denied, is public, or that is not known. Of one
    /// that is public by the number of addresses of all its parts together, each part with addresses is.
    fn is_public(&mut self, part: &Document) -> Result<bool, Stopped> {
        let with_denials = self.with_denials(part);
        let answer =
            self.budget.ask(|options| no_public_access(&with_denials, self.resource_type, options))?;
        let some_addresses = answer.addresses.is_some_and(|addresses| !addresses.intervals().is_empty());
        Ok(!matches!(answer.verdict, Verdict::Pass(_)) || some_addresses)
    }

    /// The Allow statements that by themselves allow the request.
    fn allowing(&self, request: &Request) -> Vec<usize> {
        let mut options = evaluate::Options::for_documents(&[self.policy]);
        options.policy_type = PolicyType::Resource;
        options.strict_arn = self.budget.options().strict_arn;
        let case = Case::new(request, &options);
        let mut allows = case.concerned(self.policy);
        allows.retain(|(_, s)| s.effect.value == Effect::Allow && case.applies(s) == Truth::True);
        allows.into_iter().map(|(index, _)| index).collect()
    }

    /// Drops the findings that the others cover, those that come last first.
    fn without_covered(&mut self, found: &mut Vec<ExternalFinding>) -> Result<(), Stopped> {
        let referee = self.referee();
        let mut place = found.len();
        while let Some(at) = place.checked_sub(1) {
            place = at;
            let Some(own) = found.get(at) else { break };
            if found.len() == 1 {
                break;
            }
            let others = found.iter().enumerate().filter(|(other, _)| *other != at);
            let others: Vec<&Document> = others.map(|(_, other)| &other.document).collect();
            // Most are alone in letting in whom they show, which saves the question.
            let request = own.finding.witness.request();
            if others.iter().any(|other| holds(other, request, &referee))
                && !self.may_be_outside(&own.document, &others)?
            {
                found.remove(at);
            }
        }
        Ok(())
    }
}

/// Returns true if the request is in the part.
fn holds(part: &Document, request: &Request, referee: &evaluate::Options) -> bool {
    evaluate::decide(&[part], request, referee) == Decision::Allowed
}

fn passes(answer: &Answer) -> bool {
    matches!(answer.verdict, Verdict::Pass(_))
}

/// Returns true if a policy says by this key whom it trusts.
fn is_trust(key: &str, resource_type: ResourceType) -> bool {
    is_trust_key(key, resource_type) || key == "aws:sourceip"
}
