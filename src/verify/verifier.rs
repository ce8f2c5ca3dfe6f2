//! The verifier.

use super::certificate::Proof;
use crate::confirm::Referee;
use crate::confirm::{Shown, is_for_everyone};
use crate::encode::{DocumentRef, Encoding, assumptions};
use crate::limits::{Deadline, InputLimits};
use crate::policy::{Access, Document, PolicyType, read};
use crate::query::{CheckKind, Query, Role, Semantics};
use crate::request::{AddressSet, KEY_TABLE_VERSION};
use crate::span::Source;
use crate::verify::certificate::{Certificate, Evidence, OutsideText, Policy, interval};
use crate::verify::clauses::Plain;
use crate::verify::lemma::{Lemma, Prover};
use crate::verify::{Budget, Refusal};

/// Bounds on the verifier.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a certificate.
    pub bytes: usize,
    /// What may be looked at in all: literals of clauses in proof steps, and states of automata.
    pub work: u64,
    /// Nodes of the formula.
    pub nodes: usize,
    /// Bounds on the policies.
    pub input: InputLimits,
    /// Instant after which the verifier gives up.
    pub deadline: Deadline,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            bytes: 48 << 20,
            work: 500_000_000,
            nodes: 4_000_000,
            input: InputLimits::default(),
            deadline: Deadline::default(),
        }
    }
}

/// What became of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// What was proved, in one sentence.
    Verified(String),
    /// Something in it is wrong: this.
    Refused(String),
    /// A limit was reached, or something could not be proved again: nothing is known.
    Inconclusive(String),
}

/// A proof that no request meets a question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refutation {
    /// HiddenAttributes about values.
    pub lemmas: Vec<Lemma>,
    /// How a contradiction follows from the plain clauses and the lemmas.
    pub proof: Proof,
}

/// Bytes of the texts of one request in a certificate.
const MOST_REQUEST: usize = 4 << 20;

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
        Ok(sentence) => Outcome::Verified(sentence),
        Err(Refusal { inconclusive: false, reason }) => Outcome::Refused(reason),
        Err(Refusal { inconclusive: true, reason }) => Outcome::Inconclusive(reason),
    }
}

/// Whether no request meets the question, by this refutation.
///
/// # Errors
/// What is wrong with it, or the limit that was reached.
pub fn examine(
    query: &Query<'_>,
    semantics: Semantics,
    refutation: &Refutation,
    limits: &Limits,
) -> Result<(), Refusal> {
    let encoding = Encoding::new(query, semantics);
    let plain = Plain::new(&encoding.formula.graph, &encoding.conjuncts);
    refuted(&encoding, plain, refutation, limits)
}

/// Whether the plain clauses of the question have no model, by this refutation.
fn refuted(
    encoding: &Encoding<'_>,
    mut plain: Plain,
    refutation: &Refutation,
    limits: &Limits,
) -> Result<(), Refusal> {
    let mut work = Budget::new(limits.work, limits.deadline);
    work.check()?;
    let mut prover = Prover::new(&encoding.formula, &encoding.context, &mut work);
    for (place, lemma) in refutation.lemmas.iter().enumerate() {
        prover
            .prove(lemma, &plain)
            .map_err(|refusal| refusal.at(format!("lemma {}", place.saturating_add(1))))?;
    }
    for lemma in &refutation.lemmas {
        plain.clauses.push(lemma.clause());
    }
    let variables = plain.variables();
    refutation.proof.check(&mut plain.clauses, variables, &mut work)
}

/// The whole certificate; what it proves, in one sentence.
fn whole(certificate: &Certificate, limits: &Limits) -> Result<String, Refusal> {
    if certificate.key_table_version != KEY_TABLE_VERSION {
        return Err(Refusal::inconclusive(format!(
            "it was written for version {} of the key table, and this is version {KEY_TABLE_VERSION}",
            certificate.key_table_version
        )));
    }
    let documents = |policies: &[Policy]| -> Result<Vec<Document>, Refusal> {
        let document = |policy: &Policy| {
            let found = read(&Source::new(&*policy.name, &*policy.text), &limits.input);
            found.document.ok_or_else(|| Refusal::new(format!("the policy {} has errors", policy.name)))
        };
        policies.iter().map(document).collect()
    };
    let policies = documents(&certificate.policies)?;
    let within = documents(&certificate.within)?;
    let without = documents(&certificate.without)?;
    let access: Vec<Access> = certificate
        .access
        .iter()
        .flatten()
        .map(|entry| Access::new(&entry.actions, &entry.resources))
        .collect::<Result<_, _>>()
        .map_err(|error| Refusal::new(error.to_string()))?;
    let check = CheckKind::ALL.into_iter().find(|check| check.name() == certificate.check);
    let listed = certificate.access.is_some();
    let outside = certificate.outside.as_ref().map(OutsideText::outside).transpose()?;
    if outside.is_some() && certificate.options.assume_heuristics {
        return Err(Refusal::new("no heuristics are taken for facts about outsiders"));
    }
    let query = match (check, &*policies, &*within, &*without, outside) {
        (Some(CheckKind::NoNewAccess), [new], [], [existing], None) if !listed => {
            Query::no_new_access(new, existing)
        }
        (Some(CheckKind::AccessNotGranted), [policy], [], [], None) if listed => {
            Query::access_not_granted(policy, &access)
        }
        (Some(CheckKind::Find), [_, ..], _, _, None) if !listed => Query::find(&policies, &within, &without),
        (Some(CheckKind::NoPublicAccess), [policy], [], [], Some(outside)) if !listed => {
            Query::no_public_access(policy, outside)
        }
        _ => return Err(Refusal::new("check, policies and access do not fit together")),
    };
    let policy_type = PolicyType::from_name(&certificate.policy_type)
        .ok_or_else(|| Refusal::new("it names no policy type"))?;
    if query.judged().iter().any(|document| !document.misfits(policy_type, &limits.input).is_empty()) {
        return Err(Refusal::new(format!("a policy of it is no {}", policy_type.name())));
    }
    let semantics = Semantics {
        policy_type,
        strict_arn: certificate.options.strict_arn,
        aws_compat: certificate.options.aws_compat,
        heuristics: certificate.options.assume_heuristics,
        boundary: certificate.options.boundary,
    };
    let encoding = Encoding::new(&query, semantics);
    if encoding.formula.graph.len() > limits.nodes {
        return Err(Refusal::inconclusive("the question has too many parts"));
    }
    let named =
        assumptions(&query, &DocumentRef::plain(&query), &encoding.context, encoding.formula.mentioned());
    if !named.iter().map(|assumption| assumption.0).eq(certificate.assumptions.iter().map(|a| &**a)) {
        return Err(Refusal::new("the assumptions that it names are not those that take part"));
    }
    if certificate.axioms != crate::verify::certificate::axioms(semantics) {
        return Err(Refusal::new("the facts about requests that it names are not those of its options"));
    }
    match &certificate.evidence {
        Evidence::Pass { .. } => {
            let few = query
                .outside()
                .is_none_or(|outside| !AddressSet::of(outside.but_for.iter().copied()).is_everyone());
            if !few {
                return Err(Refusal::new("what it leaves out is access from too many addresses"));
            }
            let plain = Plain::new(&encoding.formula.graph, &encoding.conjuncts);
            let refutation = certificate.refutation(&encoding, &plain)?;
            refuted(&encoding, plain, &refutation, limits)?;
            let (lemmas, steps) = (refutation.lemmas.len(), refutation.proof.steps.len());
            let plural = |n: usize| if n == 1 { "" } else { "s" };
            Ok(format!(
                "PASS: {}, by {lemmas} lemma{} and {steps} step{}",
                claim(&query, semantics, true),
                plural(lemmas),
                plural(steps)
            ))
        }
        Evidence::Fail { findings } => {
            let referee = Referee::new(&query, semantics);
            let texts = [&certificate.policies, &certificate.within, &certificate.without];
            let length =
                texts.into_iter().flatten().map(|p| p.text.len() / 16).fold(1, usize::saturating_add);
            let mut work = Budget::new(limits.work, limits.deadline);
            if findings.is_empty() {
                return Err(Refusal::new("it has no request"));
            }
            let mut addresses = Vec::new();
            for (place, finding) in findings.iter().enumerate() {
                let at =
                    |reason: String| Refusal::new(reason).at(format!("finding {}", place.saturating_add(1)));
                let request = finding.request.request();
                // Every statement is looked at, and every text of the request may be compared in each.
                work.spend(length.saturating_add(request.length().saturating_mul(4)))?;
                if request.length() > MOST_REQUEST {
                    return Err(Refusal::inconclusive("a request of it is too long"));
                }
                if query.outside().is_some() {
                    // Every value of the request is looked for in every text.
                    let values =
                        request.context().map(|(_, values)| values.len()).fold(1, usize::saturating_add);
                    work.spend(length.saturating_mul(values))?;
                }
                let shown = Shown {
                    policy: finding.policy,
                    statement: finding.statement,
                    addresses: finding.addresses.as_deref().map(interval).transpose()?,
                    request: &request,
                };
                shown.confirm(&query, &referee).map_err(|d| at(d.message))?;
                addresses.push(shown.addresses);
            }
            if !is_for_everyone(addresses) {
                return Err(Refusal::new("what it shows is access from few addresses"));
            }
            Ok(format!(
                "FAIL: {}, shown by {} replayed",
                claim(&query, semantics, false),
                requests(findings.len())
            ))
        }
    }
}

fn requests(count: usize) -> String {
    if count == 1 { "1 request".to_owned() } else { format!("{count} requests") }
}

/// What a certificate of the question says.
fn claim(query: &Query<'_>, semantics: Semantics, pass: bool) -> String {
    let quantifier = if pass { "no" } else { "some" };
    let names = |documents: &[&Document], before: &str, between: &str| {
        let names: Vec<&str> = documents.iter().map(|d| d.source.name()).collect();
        if names.is_empty() { String::new() } else { format!("{before}{}", names.join(between)) }
    };
    let policies = names(query.policies(), " allowed by ", " and ");
    let set = if query.policies().len() > 1 { " as one set" } else { "" };
    let within = names(&query.with_role(Role::Scope).collect::<Vec<_>>(), " and within ", " and ");
    let without = names(&query.with_role(Role::Excludes).collect::<Vec<_>>(), " and not by ", " nor ");
    let listed = match query.access() {
        None => String::new(),
        Some([_]) => " and listed by the access entry".to_owned(),
        Some(entries) => format!(" and listed by one of {} access entries", entries.len()),
    };
    let outsider = match query.outside() {
        None => String::new(),
        Some(outside) => {
            let (v4, v6) = AddressSet::of(outside.but_for.iter().copied()).sizes();
            let beyond = match (v4, v6) {
                (0, 0) => String::new(),
                (v4, 0) => format!(" beyond {v4} IPv4 addresses"),
                (0, v6) => format!(" beyond {v6} IPv6 addresses"),
                (v4, v6) => format!(" beyond {v4} IPv4 and {v6} IPv6 addresses"),
            };
            format!(" by an outsider{beyond} of {}", outside.resource_type)
        }
    };
    let policy_type = semantics.policy_type.name();
    format!("{quantifier} request{outsider} is{policies}{set}{within}{without}{listed} ({policy_type})")
}
