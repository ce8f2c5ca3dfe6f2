//! The verifier.

use crate::catalogue::Catalogue;
use crate::confirm::{Referee, Shown, is_for_everyone};
use crate::encode::{Assumption, DocumentRef, Encoding, assumptions, world_work};
use crate::policy::{Access, Document, PolicyType, RequestSet, read};
use crate::query::{CheckKind, Known, Outside, Query, Semantics};
use crate::request::{AddressSet, KEY_TABLE_VERSION};
use crate::span::Source;
use crate::verify::certificate::{
    CatalogueText, Certificate, DecisionText, Entry, Evidence, Finding, OutsideText, Policy, axioms,
    conditions, interval, request_set,
};
use crate::verify::claim::{Claim, ShownAnswer, claimed_policies, question};
use crate::verify::clauses::QueryClauses;
use crate::verify::{Budget, LayeredClaim, Limits, Refusal};
use std::collections::BTreeSet;

/// The outcome of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It shows this.
    Verified(Box<Claim>),
    /// The certificate is wrong, for this reason.
    Refused(String),
    /// A limit was reached, or something could not be proved again, so nothing is known.
    Inconclusive(String),
}

/// Verifies the text of a certificate.
///
/// ```
/// use iamsat::verify::{Limits, Outcome, verify};
/// assert!(matches!(verify("{}", &Limits::default()), Outcome::Refused(_)));
/// ```
pub fn verify(text: &str, limits: &Limits) -> Outcome {
    verify_with(text, Catalogue::embedded(), limits)
}

/// Verifies the text of a certificate; an answer that depends on another catalogue is refused.
///
/// ```
/// use iamsat::catalogue::Catalogue;
/// use iamsat::verify::{Limits, Outcome, verify_with};
/// let outcome = verify_with("{}", Catalogue::embedded(), &Limits::default());
/// assert!(matches!(outcome, Outcome::Refused(_)));
/// ```
pub fn verify_with(text: &str, catalogue: &Catalogue, limits: &Limits) -> Outcome {
    let verified = if text.len() > limits.bytes {
        Err(Refusal::inconclusive("the certificate is too long"))
    } else {
        Certificate::parse(text).and_then(|certificate| whole(&certificate, catalogue, limits))
    };
    match verified {
        Ok(claim) => Outcome::Verified(Box::new(claim)),
        Err(Refusal { inconclusive: false, reason }) => Outcome::Refused(reason),
        Err(Refusal { inconclusive: true, reason }) => Outcome::Inconclusive(reason),
    }
}

/// A document of a certificate with the set of requests that it defines.
type OfSet = (RequestSet, Document);

/// The query of a certificate, by its documents.
struct Question {
    check: Option<CheckKind>,
    policies: Vec<OfSet>,
    caps: Vec<Vec<OfSet>>,
    within: Vec<OfSet>,
    without: Vec<OfSet>,
    access: Option<Vec<Access>>,
    outside: Option<Outside>,
}

impl Question {
    fn read(certificate: &Certificate, limits: &Limits) -> Result<Question, Refusal> {
        let documents = |policies: &[Policy]| -> Result<Vec<OfSet>, Refusal> {
            let document = |policy: &Policy| {
                let document = read(&Source::new(&*policy.name, &*policy.text), &limits.input)
                    .map_err(|_| Refusal::new(format!("the policy {} has errors", policy.name)))?;
                Ok((policy.set()?, document))
            };
            policies.iter().map(document).collect()
        };
        let entry = |entry: &Entry| Access::new(&entry.actions, &entry.resources);
        let entries = |entries: &Vec<Entry>| entries.iter().map(entry).collect::<Result<_, _>>();
        let question = Question {
            check: CheckKind::parse(&certificate.check),
            policies: documents(&certificate.policies)?,
            caps: certificate.caps.iter().map(|layer| documents(layer)).collect::<Result<_, _>>()?,
            within: documents(&certificate.within)?,
            without: documents(&certificate.without)?,
            access: certificate
                .access
                .as_ref()
                .map(entries)
                .transpose()
                .map_err(|error| Refusal::new(error.to_string()))?,
            outside: certificate.outside.as_ref().map(OutsideText::outside).transpose()?,
        };
        if question.outside.is_some() && certificate.options.assume_heuristics {
            return Err(Refusal::new("no heuristics can be assumed in queries about outsiders"));
        }
        Ok(question)
    }

    fn query(&self) -> Result<Query<'_>, Refusal> {
        let mut query = self.query_without_caps()?;
        for layer in &self.caps {
            if layer.is_empty() || layer.iter().any(|(set, _)| *set != RequestSet::ALLOWED) {
                return Err(Refusal::new("a policy can cap others only by what it allows"));
            }
            query = query.capped_by(layer.iter().map(|(_, document)| document));
        }
        Ok(query)
    }

    fn query_without_caps(&self) -> Result<Query<'_>, Refusal> {
        const ALLOWED: RequestSet = RequestSet::ALLOWED;
        let documents = (&*self.policies, &*self.within, &*self.without);
        match (self.check, documents, &self.access, &self.outside) {
            (Some(CheckKind::NoNewAccess), ([(set, one)], [], [(other_set, other)]), None, None)
                if set == other_set =>
            {
                let (new, existing) = match set {
                    RequestSet::Allowed(_) | RequestSet::Granted(_) => (one, other),
                    RequestSet::Denied => (other, one),
                };
                Ok(Query::nothing_more_through(new, existing, *set))
            }
            (Some(CheckKind::AccessNotGranted), ([(ALLOWED, policy)], [], []), Some(access), None) => {
                Ok(Query::access_not_granted(policy, access))
            }
            (Some(CheckKind::Find), ([(set, _), ..], within, without), None, None)
                if self.policies.iter().all(|(other, _)| other == set) =>
            {
                fn borrowed((set, document): &OfSet) -> (RequestSet, &Document) {
                    (*set, document)
                }
                let policies = self.policies.iter().map(|(_, document)| document);
                let (within, without) = (within.iter().map(borrowed), without.iter().map(borrowed));
                Ok(Query::find_among(*set, policies, within, without))
            }
            (Some(CheckKind::NoPublicAccess), ([(ALLOWED, policy)], [], []), None, Some(outside)) => {
                Ok(Query::no_public_access(policy, outside.clone()))
            }
            _ => Err(Refusal::new("check, policies and access do not fit together")),
        }
    }

    /// Returns the query about another set of requests of the same two policies.
    fn query_about(&self, set: RequestSet) -> Result<Query<'_>, Refusal> {
        match (self.check, &*self.policies, &*self.within, &*self.without) {
            (Some(CheckKind::NoNewAccess), [(own, one)], [], [(_, other)]) if self.caps.is_empty() => {
                let (new, existing) = match own {
                    RequestSet::Allowed(_) | RequestSet::Granted(_) => (one, other),
                    RequestSet::Denied => (other, one),
                };
                Ok(Query::nothing_more_through(new, existing, set))
            }
            _ => Err(Refusal::new("only two policies are judged beside others")),
        }
    }
}

/// One query of a certificate, and the material for its verification.
struct Asked<'c, 'q> {
    certificate: &'c Certificate,
    query: Query<'q>,
    semantics: Semantics,
    limits: &'c Limits,
}

/// Verifies the whole certificate.
fn whole(certificate: &Certificate, catalogue: &Catalogue, limits: &Limits) -> Result<Claim, Refusal> {
    let known = certificate.known(catalogue)?;
    if certificate.key_table_version != KEY_TABLE_VERSION {
        return Err(Refusal::inconclusive(format!(
            "it was written for version {} of the key table, and this is version {KEY_TABLE_VERSION}: run the check again with --certificate",
            certificate.key_table_version
        )));
    }
    if let Some(decision) = &certificate.decision {
        return over_layers(certificate, decision, known, limits);
    }
    let question = Question::read(certificate, limits)?;
    let query = question.query()?.knowing(known);
    let policy_type = PolicyType::from_name(&certificate.policy_type)
        .ok_or_else(|| Refusal::new("it names no policy type"))?;
    if query.judged().iter().any(|document| !document.misfits(policy_type, &limits.input).is_empty()) {
        return Err(Refusal::new(format!("one of its policies is not a {}", policy_type.name())));
    }
    let semantics = certificate.options.semantics(policy_type);
    if certificate.axioms != axioms(semantics) {
        return Err(Refusal::new("the facts about requests that it names are not those of its options"));
    }
    let (is_pass, set) = (matches!(certificate.evidence, Evidence::Pass { .. }), query.set());
    let documents = query.documents().to_vec();
    let claimed = claimed_policies(&query, &certificate.check);
    let asked = |query| Asked { certificate, query, semantics, limits };
    let mut assumed = BTreeSet::new();
    let mut shown = vec![asked(query).verified(&certificate.evidence, &mut assumed)?];
    let mut sets = vec![set];
    for part in &certificate.beside_others {
        let set = request_set(&part.set)?;
        sets.push(set);
        if matches!(part.evidence, Evidence::Pass { .. }) != is_pass {
            return Err(Refusal::new("its parts do not show the same answer"));
        }
        let one = asked(question.query_about(set)?.knowing(known)).verified(&part.evidence, &mut assumed);
        shown.push(one.map_err(|refusal| refusal.at(format!("the part `{}`", part.set)))?);
    }
    let is_beside_others = !certificate.beside_others.is_empty();
    if is_beside_others && is_pass && sets != RequestSet::beside_others(documents) {
        return Err(Refusal::new("it lacks a part that a comparison beside others requires"));
    }
    let named = certificate.assumptions.iter().map(|name| &**name);
    if !assumed.iter().map(|assumption| assumption.0).eq(named) {
        return Err(Refusal::new("the assumptions that it names are not those of the answer"));
    }
    Ok(Claim::new(certificate, claimed, is_pass, &shown))
}

/// Verifies a certificate about a decision over layers.
fn over_layers(
    certificate: &Certificate,
    decision: &DecisionText,
    known: Known<'_>,
    limits: &Limits,
) -> Result<Claim, Refusal> {
    let has_others = !(certificate.policies.is_empty()
        && certificate.caps.is_empty()
        && certificate.without.is_empty()
        && certificate.beside_others.is_empty()
        && certificate.access.is_none()
        && certificate.outside.is_none());
    if CheckKind::parse(&certificate.check) != Some(CheckKind::Can) || has_others {
        return Err(Refusal::new("check, policies and layers do not fit together"));
    }
    let layers = decision.layers(&limits.input)?;
    let mut scope = Vec::with_capacity(certificate.within.len());
    for policy in &certificate.within {
        let document = read(&Source::new(&*policy.name, &*policy.text), &limits.input)
            .map_err(|_| Refusal::new(format!("the policy {} has errors", policy.name)))?;
        if policy.set()? != RequestSet::ALLOWED {
            return Err(Refusal::new("the requests in question are those that documents allow"));
        }
        scope.push(document);
    }
    let policy_type = PolicyType::from_name(&certificate.policy_type)
        .filter(|policy_type| *policy_type == PolicyType::Resource)
        .ok_or_else(|| Refusal::new("it names no policy type of layers"))?;
    let semantics = certificate.options.semantics(policy_type);
    let is_read_so = semantics.boundary == Some(layers.boundary.is_some())
        && !semantics.aws_compat
        && !semantics.is_type_inferred;
    if !is_read_so || certificate.axioms != axioms(semantics) {
        return Err(Refusal::new("layers are not read under these options"));
    }
    let before = decision.before(&limits.input)?;
    let earlier = before.as_ref().map(|before| before.map(|document| document));
    let callers = decision.callers()?;
    let layered = LayeredClaim::new(layers.map(|document| document), earlier, &callers, &scope)?;
    let query = layered.query().knowing(known);
    if conditions(&query) != decision.conditions {
        return Err(Refusal::new("its conditions are not those of its layers"));
    }
    let is_pass = matches!(certificate.evidence, Evidence::Pass { .. });
    let claimed = claimed_policies(&query, &certificate.check);
    let mut assumed = BTreeSet::new();
    let asked = Asked { certificate, query, semantics, limits };
    let shown = [asked.verified(&certificate.evidence, &mut assumed)?];
    let named = certificate.assumptions.iter().map(|name| &**name);
    if !assumed.iter().map(|assumption| assumption.0).eq(named) {
        return Err(Refusal::new("the assumptions that it names are not those of the answer"));
    }
    Ok(Claim::new(certificate, claimed, is_pass, &shown))
}

impl Asked<'_, '_> {
    /// Verifies the evidence, and adds the assumptions on which it depends.
    fn verified(
        &self,
        evidence: &Evidence,
        assumed: &mut BTreeSet<Assumption>,
    ) -> Result<ShownAnswer, Refusal> {
        let read = usize::try_from(world_work(&self.query))
            .map_err(|_| Refusal::inconclusive("the work limit was reached"))?;
        Budget::new(self.limits.work, self.limits.deadline).spend(read)?;
        let encoding = Encoding::new(&self.query, self.semantics);
        if encoding.formula.graph.len() > self.limits.nodes {
            return Err(Refusal::inconclusive("the query has too many parts"));
        }
        let documents = DocumentRef::plain(&self.query);
        let mentioned = encoding.formula.mentioned();
        let own = assumptions(&self.query, &documents, &encoding.context, mentioned);
        let catalogue = CatalogueText::of(&self.query, own.iter().map(|assumption| assumption.0));
        if catalogue.is_some() && catalogue != self.certificate.catalogue {
            return Err(Refusal::new("it does not name the catalogue that its answer depends on"));
        }
        assumed.extend(own);
        let (is_pass, evidence) = match evidence {
            Evidence::Pass { .. } => (true, self.pass(evidence, &encoding)?),
            Evidence::Fail { findings } => (false, self.fail(findings)?),
        };
        let question =
            question(&self.query, &self.certificate.check, self.certificate.access.as_deref(), is_pass);
        Ok(ShownAnswer { question, evidence })
    }

    /// Verifies the refutation of a PASS. Returns a description of its size.
    fn pass(&self, evidence: &Evidence, encoding: &Encoding<'_>) -> Result<String, Refusal> {
        let outside = self.query.outside();
        let few = outside.is_none_or(|o| !AddressSet::of(o.but_for.iter().copied()).is_everyone());
        if !few {
            return Err(Refusal::new("it excepts too many addresses"));
        }
        let clauses = QueryClauses::new(&encoding.formula.graph, &encoding.conjuncts);
        let refutation = evidence.refutation(encoding, &clauses)?;
        refutation.verify_clauses(encoding, clauses, self.limits)?;
        let (lemmas, steps) = (refutation.lemmas.len(), refutation.proof.steps.len());
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        Ok(format!("by {lemmas} lemma{} and {steps} step{}", plural(lemmas), plural(steps)))
    }

    /// Replays the requests of a FAIL. Returns a description of their number.
    fn fail(&self, findings: &[Finding]) -> Result<String, Refusal> {
        let Asked { certificate, query, semantics, limits } = self;
        let referee = Referee::new(query, *semantics);
        let texts = [&certificate.policies, &certificate.within, &certificate.without];
        let texts = texts.into_iter().chain(&certificate.caps).flatten();
        let of_layers = certificate.decision.iter().flat_map(DecisionText::policies);
        let length = 1 + texts.chain(of_layers).map(|policy| policy.text.len() / 16).sum::<usize>();
        let mut budget = Budget::new(limits.work, limits.deadline);
        if findings.is_empty() {
            return Err(Refusal::new("it has no request"));
        }
        let mut addresses = Vec::new();
        for (place, finding) in findings.iter().enumerate() {
            let at = |reason: String| Refusal::new(reason).at(format!("finding {}", place + 1));
            let request = finding.request.request();
            // Every statement is visited, and every text of the request may be compared in each.
            budget.spend(length + request.length() * 4)?;
            if request.length() > limits.request_bytes {
                return Err(Refusal::inconclusive("a request of it is too long"));
            }
            if query.outside().is_some() {
                // Every value of the request is searched for in every text.
                let values = 1 + request.context().map(|(_, values)| values.len()).sum::<usize>();
                budget.spend(length * values)?;
            }
            let shown = Shown {
                policy: finding.policy,
                statement: finding.statement,
                addresses: finding.addresses.as_deref().map(interval).transpose()?,
                request: &request,
            };
            shown.confirm(query, &referee).map_err(|d| at(d.message))?;
            addresses.push(shown.addresses);
        }
        if !is_for_everyone(addresses) {
            return Err(Refusal::new("it shows access from few addresses only"));
        }
        let plural = if findings.len() == 1 { "" } else { "s" };
        Ok(format!("shown by {} request{plural} replayed", findings.len()))
    }
}
