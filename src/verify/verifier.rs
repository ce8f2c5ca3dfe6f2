//! The verifier.

use crate::confirm::{Referee, Shown, is_for_everyone};
use crate::encode::{DocumentRef, Encoding, assumptions};
use crate::policy::{Access, Document, PolicyType, read};
use crate::query::{CheckKind, Outside, Query, Semantics};
use crate::request::{AddressSet, KEY_TABLE_VERSION};
use crate::span::Source;
use crate::verify::certificate::{
    Certificate, Entry, Evidence, Finding, OutsideText, Policy, axioms, interval,
};
use crate::verify::claim::Claim;
use crate::verify::clauses::QueryClauses;
use crate::verify::{Budget, Limits, Refusal};

/// The outcome of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It shows this.
    Verified(Box<Claim>),
    /// Something in it is wrong: this.
    Refused(String),
    /// A limit was reached, or something could not be proved again: nothing is known.
    Inconclusive(String),
}

/// Verifies the text of a certificate.
///
/// ```
/// use iamsat::verify::{Limits, Outcome, verify};
/// assert!(matches!(verify("{}", &Limits::default()), Outcome::Refused(_)));
/// ```
pub fn verify(text: &str, limits: &Limits) -> Outcome {
    let verified = if text.len() > limits.bytes {
        Err(Refusal::inconclusive("the certificate is too long"))
    } else {
        Certificate::parse(text).and_then(|certificate| whole(&certificate, limits))
    };
    match verified {
        Ok(claim) => Outcome::Verified(Box::new(claim)),
        Err(Refusal { inconclusive: false, reason }) => Outcome::Refused(reason),
        Err(Refusal { inconclusive: true, reason }) => Outcome::Inconclusive(reason),
    }
}

/// The query of a certificate, by its documents.
struct Question {
    check: Option<CheckKind>,
    policies: Vec<Document>,
    within: Vec<Document>,
    without: Vec<Document>,
    access: Option<Vec<Access>>,
    outside: Option<Outside>,
}

impl Question {
    fn read(certificate: &Certificate, limits: &Limits) -> Result<Question, Refusal> {
        let documents = |policies: &[Policy]| -> Result<Vec<Document>, Refusal> {
            let document = |policy: &Policy| {
                let found = read(&Source::new(&*policy.name, &*policy.text), &limits.input);
                found.document.ok_or_else(|| Refusal::new(format!("the policy {} has errors", policy.name)))
            };
            policies.iter().map(document).collect()
        };
        let entry = |entry: &Entry| Access::new(&entry.actions, &entry.resources);
        let entries = |entries: &Vec<Entry>| entries.iter().map(entry).collect::<Result<_, _>>();
        let question = Question {
            check: CheckKind::parse(&certificate.check),
            policies: documents(&certificate.policies)?,
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
            return Err(Refusal::new("no heuristics are taken for facts about outsiders"));
        }
        Ok(question)
    }

    fn query(&self) -> Result<Query<'_>, Refusal> {
        let documents = (&*self.policies, &*self.within, &*self.without);
        match (self.check, documents, &self.access, &self.outside) {
            (Some(CheckKind::NoNewAccess), ([new], [], [existing]), None, None) => {
                Ok(Query::no_new_access(new, existing))
            }
            (Some(CheckKind::AccessNotGranted), ([policy], [], []), Some(access), None) => {
                Ok(Query::access_not_granted(policy, access))
            }
            (Some(CheckKind::Find), ([_, ..], _, _), None, None) => {
                Ok(Query::find(&self.policies, &self.within, &self.without))
            }
            (Some(CheckKind::NoPublicAccess), ([policy], [], []), None, Some(outside)) => {
                Ok(Query::no_public_access(policy, outside.clone()))
            }
            _ => Err(Refusal::new("check, policies and access do not fit together")),
        }
    }
}

/// Verifies the whole certificate.
fn whole(certificate: &Certificate, limits: &Limits) -> Result<Claim, Refusal> {
    if certificate.key_table_version != KEY_TABLE_VERSION {
        return Err(Refusal::inconclusive(format!(
            "it was written for version {} of the key table, and this is version {KEY_TABLE_VERSION}: run the check again with --certificate",
            certificate.key_table_version
        )));
    }
    let question = Question::read(certificate, limits)?;
    let query = question.query()?;
    let policy_type = PolicyType::from_name(&certificate.policy_type)
        .ok_or_else(|| Refusal::new("it names no policy type"))?;
    if query.judged().iter().any(|document| !document.misfits(policy_type, &limits.input).is_empty()) {
        return Err(Refusal::new(format!("a policy of it is no {}", policy_type.name())));
    }
    let semantics = certificate.options.semantics(policy_type);
    let encoding = Encoding::new(&query, semantics);
    if encoding.formula.graph.len() > limits.nodes {
        return Err(Refusal::inconclusive("the question has too many parts"));
    }
    let documents = DocumentRef::plain(&query);
    let named = assumptions(&query, &documents, &encoding.context, encoding.formula.mentioned());
    if !named.iter().map(|assumption| assumption.0).eq(certificate.assumptions.iter().map(|a| &**a)) {
        return Err(Refusal::new("the assumptions that it names are not those that take part"));
    }
    if certificate.axioms != axioms(semantics) {
        return Err(Refusal::new("the facts about requests that it names are not those of its options"));
    }
    let (answer, evidence) = match &certificate.evidence {
        Evidence::Pass { .. } => ("PASS", pass(certificate, &query, &encoding, limits)?),
        Evidence::Fail { findings } => ("FAIL", fail(certificate, findings, &query, semantics, limits)?),
    };
    Ok(Claim::new(certificate, &query, policy_type, answer, &evidence))
}

/// Verifies the refutation of a PASS, and says how large it is.
fn pass(
    certificate: &Certificate,
    query: &Query<'_>,
    encoding: &Encoding<'_>,
    limits: &Limits,
) -> Result<String, Refusal> {
    let few =
        query.outside().is_none_or(|outside| !AddressSet::of(outside.but_for.iter().copied()).is_everyone());
    if !few {
        return Err(Refusal::new("what it leaves out is access from too many addresses"));
    }
    let clauses = QueryClauses::new(&encoding.formula.graph, &encoding.conjuncts);
    let refutation = certificate.refutation(encoding, &clauses)?;
    refutation.verify_clauses(encoding, clauses, limits)?;
    let (lemmas, steps) = (refutation.lemmas.len(), refutation.proof.steps.len());
    let plural = |n: usize| if n == 1 { "" } else { "s" };
    Ok(format!("by {lemmas} lemma{} and {steps} step{}", plural(lemmas), plural(steps)))
}

/// Replays the requests of a FAIL, and says how many there are.
fn fail(
    certificate: &Certificate,
    findings: &[Finding],
    query: &Query<'_>,
    semantics: Semantics,
    limits: &Limits,
) -> Result<String, Refusal> {
    let referee = Referee::new(query, semantics);
    let texts = [&certificate.policies, &certificate.within, &certificate.without];
    let length = 1 + texts.into_iter().flatten().map(|policy| policy.text.len() / 16).sum::<usize>();
    let mut budget = Budget::new(limits.work, limits.deadline);
    if findings.is_empty() {
        return Err(Refusal::new("it has no request"));
    }
    let mut addresses = Vec::new();
    for (place, finding) in findings.iter().enumerate() {
        let at = |reason: String| Refusal::new(reason).at(format!("finding {}", place + 1));
        let request = finding.request.request();
        // Every statement is looked at, and every text of the request may be compared in each.
        budget.spend(length + request.length() * 4)?;
        if request.length() > limits.request_bytes {
            return Err(Refusal::inconclusive("a request of it is too long"));
        }
        if query.outside().is_some() {
            // Every value of the request is looked for in every text.
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
        return Err(Refusal::new("what it shows is access from few addresses"));
    }
    let plural = if findings.len() == 1 { "" } else { "s" };
    Ok(format!("shown by {} request{plural} replayed", findings.len()))
}
