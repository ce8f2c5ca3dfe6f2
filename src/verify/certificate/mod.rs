//! The text of certificates.

mod decision;
mod render;

pub(super) use decision::DecisionText;
pub(super) use decision::conditions;

use crate::catalogue::Catalogue;
use crate::code::Code;
use crate::confirm::Shown;
use crate::encode::{Assumption, Encoding};
use crate::index::broken;
use crate::policy::{Document, PolicyType, RequestSet, ResourceType};
use crate::query::{Known, Outside, Query, Role, Semantics, World};
use crate::request::{AddressInterval, KEY_TABLE_VERSION, Request, Requester};
use crate::verify::Refusal;
use crate::verify::clauses::QueryClauses;
use crate::verify::lemma::Lemma;
use crate::verify::lrat::Proof;
use crate::verify::refutation::Refutation;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

const FORMAT: &str = "iamsat-certificate";
const VERSION: u32 = 3;
/// The version of certificates about decisions over layers.
const VERSION_WITH_DECISIONS: u32 = 4;
/// The oldest supported version: it has neither sets nor further parts.
const OLDEST_VERSION: u32 = 2;

/// A certificate as written. Unknown members are errors, so that nothing can be claimed without being checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Certificate {
    /// `iamsat-certificate`.
    pub format: String,
    /// Version of the format.
    pub version: u32,
    /// Name and version of the program that wrote it.
    pub program: String,
    /// The query.
    pub check: String,
    /// AWS's name of the policy type.
    pub policy_type: String,
    /// How the policies are read.
    pub options: Options,
    /// The listed values, if the check has lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<Vec<Entry>>,
    /// The demand that the requester is an outsider, if the query has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside: Option<OutsideText>,
    /// The policies that must allow the request, read as one set.
    pub policies: Vec<Policy>,
    /// Sets of policies, each read as one, that must allow the request too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<Vec<Policy>>,
    /// The decision over layers, if the query is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionText>,
    /// Documents that must each allow the request too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<Policy>,
    /// Documents that must not allow it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<Policy>,
    /// The world that the query is about, if it is not about all requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub world: Option<String>,
    /// The catalogue that the answer depends on, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalogue: Option<CatalogueText>,
    /// The named assumptions on which the answer depends.
    pub assumptions: Vec<String>,
    /// The facts about requests that are assumed.
    pub axioms: Vec<String>,
    /// Version of the table of global condition keys.
    pub key_table_version: u32,
    /// The evidence for the answer.
    pub evidence: Evidence,
    /// If policies are judged beside others: the evidence for the other sets of requests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside_others: Vec<Part>,
}

/// The evidence about one more set of requests of the same policies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The name of the set.
    pub set: String,
    /// The evidence for the answer about this set.
    pub evidence: Evidence,
}

/// A [`Semantics`] as written, without the policy type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Options {
    /// True if the policy type was inferred, because no `--policy-type` was given.
    #[serde(default, skip_serializing_if = "is_false")]
    pub policy_type_inferred: bool,
    /// `--strict-arn`.
    pub strict_arn: bool,
    /// `--aws-compat`.
    pub aws_compat: bool,
    /// `--assume-heuristics`.
    pub assume_heuristics: bool,
    /// `--boundary`.
    pub boundary: Option<bool>,
}

/// A catalogue, by its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueText {
    /// The name, with its day.
    pub name: String,
    /// SHA-256 of its text form, in hexadecimal.
    pub sha256: String,
}

impl CatalogueText {
    /// Returns the catalogue of a query, if its answer depends on one.
    pub(super) fn of(
        query: &Query<'_>,
        assumptions: impl IntoIterator<Item = Code>,
    ) -> Option<CatalogueText> {
        let mut assumptions = assumptions.into_iter();
        let depends = query.known().world != World::Open
            || assumptions.any(|assumption| assumption == Code::KeyMultiplicityAsCatalogued);
        depends.then(|| {
            let catalogue = query.known().catalogue();
            CatalogueText { name: catalogue.name(), sha256: catalogue.digest().to_owned() }
        })
    }
}

/// An entry of the lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Actions.
    pub actions: Vec<String>,
    /// Resources.
    pub resources: Vec<String>,
}

/// An [`Outside`] as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OutsideText {
    /// AWS's name of the type of the resource.
    pub resource_type: String,
    /// Addresses from which access is excepted: networks, or the first and last address.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub but_for: Vec<String>,
}

impl Options {
    /// Returns the flags for these semantics.
    fn of(semantics: Semantics) -> Options {
        Options {
            policy_type_inferred: semantics.is_type_inferred,
            strict_arn: semantics.strict_arn,
            aws_compat: semantics.aws_compat,
            assume_heuristics: semantics.heuristics,
            boundary: semantics.boundary,
        }
    }

    /// Returns the semantics for policies of this type.
    pub(super) fn semantics(&self, policy_type: PolicyType) -> Semantics {
        Semantics {
            policy_type,
            is_type_inferred: self.policy_type_inferred,
            strict_arn: self.strict_arn,
            aws_compat: self.aws_compat,
            heuristics: self.assume_heuristics,
            boundary: self.boundary,
        }
    }
}

impl OutsideText {
    fn of(outside: &Outside) -> OutsideText {
        OutsideText {
            resource_type: outside.resource_type.name().to_owned(),
            but_for: outside.but_for.iter().map(ToString::to_string).collect(),
        }
    }

    /// Returns the [`Outside`] that the text describes.
    pub(super) fn outside(&self) -> Result<Outside, Refusal> {
        let resource_type = ResourceType::from_name(&self.resource_type)
            .ok_or_else(|| Refusal::new("it names no resource type"))?;
        let but_for = self.but_for.iter().map(|text| interval(text)).collect::<Result<_, _>>()?;
        Ok(Outside { resource_type, but_for })
    }
}

/// Reads addresses as written.
pub(super) fn interval(text: &str) -> Result<AddressInterval, Refusal> {
    AddressInterval::parse(text).ok_or_else(|| Refusal::new(format!("`{text}` are not addresses")))
}

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The name used in sentences.
    pub name: String,
    /// The whole document.
    pub text: String,
    /// The name of the set of requests that it defines, unless this is what it allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
}

impl Policy {
    fn of(set: RequestSet, document: &Document) -> Policy {
        Policy {
            name: document.source.name().to_owned(),
            text: document.source.text().to_owned(),
            set: (set != RequestSet::ALLOWED).then(|| set.name().to_owned()),
        }
    }

    /// Returns the set of requests that the policy defines.
    pub(super) fn set(&self) -> Result<RequestSet, Refusal> {
        self.set.as_deref().map_or(Ok(RequestSet::ALLOWED), request_set)
    }
}

/// Returns the set of requests with this name.
pub(super) fn request_set(name: &str) -> Result<RequestSet, Refusal> {
    RequestSet::parse(name).ok_or_else(|| Refusal::new(format!("`{name}` is not a set of requests")))
}

/// The evidence for the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "UPPERCASE", deny_unknown_fields)]
pub enum Evidence {
    /// No request satisfies the query.
    Pass {
        /// The number of variables.
        variables: usize,
        /// The number of clauses, which are numbered from 1.
        clauses: usize,
        /// Lemmas about values, whose clauses are numbered after those.
        lemmas: Vec<LemmaText>,
        /// The proof, as LRAT.
        proof: Vec<String>,
    },
    /// These requests do.
    Fail {
        /// One finding for each statement found.
        findings: Vec<Finding>,
    },
}

/// A lemma as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LemmaText {
    /// For people.
    pub says: String,
    /// Numbers of the variables that are true in the excluded case.
    pub pass: Vec<u32>,
    /// Numbers of the variables that are false in the excluded case.
    pub fail: Vec<u32>,
}

/// A request shown as evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Index of the policy that allows the request (or denies it, in a query about denied requests), if it is not the first.
    #[serde(default, skip_serializing_if = "is_first")]
    pub policy: usize,
    /// Index of the statement of that policy that does so.
    pub statement: usize,
    /// The addresses that the request stands for, if there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addresses: Option<String>,
    /// The request.
    pub request: RequestText,
}

/// A [`Request`] as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestText {
    /// Who, if that plays a part.
    pub requester: Option<Requester>,
    /// Action.
    pub action: String,
    /// Resource.
    pub resource: String,
    /// Keys (lower-cased names) and their values.
    pub context: BTreeMap<String, Vec<String>>,
    /// Unique ids that stand for this principal.
    pub unique_ids: BTreeSet<String>,
    /// Canonical user ids of the principal's account.
    pub canonical_users: BTreeSet<String>,
    /// True if the principal has a permissions boundary.
    pub boundary: bool,
}

impl RequestText {
    fn of(request: &Request) -> RequestText {
        RequestText {
            requester: request.requester.clone(),
            action: request.action.clone(),
            resource: request.resource.clone(),
            context: request.context().map(|(key, values)| (key.to_owned(), values.to_vec())).collect(),
            unique_ids: request.hidden.unique_ids.clone(),
            canonical_users: request.hidden.canonical_users.clone(),
            boundary: request.hidden.boundary,
        }
    }

    /// Returns the request.
    pub(super) fn request(&self) -> Request {
        let mut request = Request::new(&*self.action, &*self.resource);
        self.context.iter().for_each(|(key, values)| request.set(key, values.clone()));
        request.requester.clone_from(&self.requester);
        request.hidden.unique_ids.clone_from(&self.unique_ids);
        request.hidden.canonical_users.clone_from(&self.canonical_users);
        request.hidden.boundary = self.boundary;
        request
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is that of skip_serializing_if")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is that of skip_serializing_if")]
fn is_first(policy: &usize) -> bool {
    *policy == 0
}

/// Returns the names of the facts about requests that are assumed under these options.
pub(super) fn axioms(semantics: Semantics) -> Vec<String> {
    let safe = (!semantics.aws_compat).then_some("safe");
    let heuristics = semantics.heuristics.then_some("heuristics");
    ["shapes"].into_iter().chain(safe).chain(heuristics).map(str::to_owned).collect()
}

impl Certificate {
    fn new(
        query: &Query<'_>,
        semantics: Semantics,
        assumptions: &[Assumption],
        evidence: Evidence,
    ) -> Certificate {
        let texts = |list: &[Box<str>]| list.iter().map(|t| t.to_string()).collect();
        let (mut policies, mut caps, mut within, mut without) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for layer in query.layers() {
            let of_layer = layer.documents.iter().map(|document| Policy::of(layer.set, document));
            // Every role has a member. A role that is not written would drop a part of the query.
            match layer.role {
                Role::Grants => policies.extend(of_layer),
                Role::Caps => caps.push(of_layer.collect()),
                Role::Scope => within.extend(of_layer),
                Role::Excludes => without.extend(of_layer),
                // They follow from the decision.
                Role::Part | Role::Rule => {}
            }
        }
        Certificate {
            format: FORMAT.to_owned(),
            version: if query.layered().is_some() { VERSION_WITH_DECISIONS } else { VERSION },
            program: concat!("iamsat ", env!("CARGO_PKG_VERSION")).to_owned(),
            check: query.check().name().to_owned(),
            policy_type: semantics.policy_type.name().to_owned(),
            options: Options::of(semantics),
            access: query.access().map(|access| {
                let entry = |entry: &crate::policy::Access| Entry {
                    actions: texts(&entry.actions.iter().map(|a| a.text.clone()).collect::<Vec<_>>()),
                    resources: texts(&entry.resources.iter().map(|r| r.text.clone()).collect::<Vec<_>>()),
                };
                access.iter().map(entry).collect()
            }),
            outside: query.outside().map(OutsideText::of),
            policies,
            caps,
            decision: query.layered().map(|layered| DecisionText::of(layered, query)),
            within,
            without,
            world: (query.known().world != World::Open).then(|| query.known().world.name().to_owned()),
            catalogue: CatalogueText::of(query, assumptions.iter().map(|assumption| assumption.0)),
            assumptions: assumptions.iter().map(|assumption| assumption.0.to_string()).collect(),
            axioms: axioms(semantics),
            key_table_version: KEY_TABLE_VERSION,
            evidence,
            beside_others: Vec::new(),
        }
    }

    /// Returns the world and the catalogue of the query, if this catalogue is the one that the answer depends on.
    ///
    /// # Errors
    /// The certificate depends on another catalogue, or names no world.
    pub(super) fn known<'c>(&self, catalogue: &'c Catalogue) -> Result<Known<'c>, Refusal> {
        let world = self.world.as_deref().map_or(Some(World::Open), World::parse);
        let world = world.ok_or_else(|| Refusal::new("it names no world"))?;
        match &self.catalogue {
            Some(own) if own.sha256 != catalogue.digest() || own.name != catalogue.name() => {
                Err(Refusal::new(format!(
                    "it depends on {} (sha256 {}), and this is {} (sha256 {}): give its catalogue with --catalogue",
                    own.name,
                    own.sha256,
                    catalogue.name(),
                    catalogue.digest()
                )))
            }
            _ => Ok(Known { world, catalogue: Some(catalogue), has_unknown_texts: false }),
        }
    }

    /// Combines the certificates about all sets of the same policies: those of PASS if all are PASS, else those of FAIL. `None`
    /// for none.
    pub fn beside_others(parts: Vec<(RequestSet, Certificate)>) -> Option<Certificate> {
        let is_fail = |part: &(RequestSet, Certificate)| matches!(part.1.evidence, Evidence::Fail { .. });
        let fails = parts.iter().any(is_fail);
        let mut parts = parts.into_iter().filter(|part| is_fail(part) == fails);
        let (_, mut whole) = parts.next()?;
        for (set, part) in parts {
            whole.assumptions.extend(part.assumptions);
            whole.catalogue = whole.catalogue.or(part.catalogue);
            whole.beside_others.push(Part { set: set.name().to_owned(), evidence: part.evidence });
        }
        whole.assumptions.sort_unstable();
        whole.assumptions.dedup();
        Some(whole)
    }

    /// Returns the certificate of a PASS.
    pub fn of_pass(
        query: &Query<'_>,
        semantics: Semantics,
        assumptions: &[Assumption],
        refutation: &Refutation,
    ) -> Certificate {
        let encoding = Encoding::new(query, semantics);
        let clauses = QueryClauses::new(&encoding.formula.graph, &encoding.conjuncts);
        let given = clauses.all.len() + refutation.lemmas.len();
        let evidence = Evidence::Pass {
            variables: clauses.variables(),
            clauses: clauses.all.len(),
            lemmas: refutation
                .lemmas
                .iter()
                .map(|lemma| LemmaText {
                    says: render::lemma(&encoding.formula, &clauses, lemma),
                    pass: lemma.pass.clone(),
                    fail: lemma.fail.clone(),
                })
                .collect(),
            proof: refutation.proof.to_text(given).lines().map(str::to_owned).collect(),
        };
        Certificate::new(query, semantics, assumptions, evidence)
    }

    /// Returns the certificate of a FAIL.
    pub fn of_fail<'r>(
        query: &Query<'_>,
        semantics: Semantics,
        assumptions: &[Assumption],
        shown: impl IntoIterator<Item = Shown<'r>>,
    ) -> Certificate {
        let finding = |shown: Shown<'_>| Finding {
            policy: shown.policy,
            statement: shown.statement,
            addresses: shown.addresses.map(|addresses| addresses.to_string()),
            request: RequestText::of(shown.request),
        };
        let findings = shown.into_iter().map(finding).collect();
        Certificate::new(query, semantics, assumptions, Evidence::Fail { findings })
    }

    /// Returns the text.
    pub fn to_text(&self) -> String {
        let Ok(mut text) = serde_json::to_string_pretty(self) else {
            broken("a certificate has a JSON text");
        };
        text.push('\n');
        text
    }

    /// Reads a certificate.
    ///
    /// # Errors
    /// The fault of the text.
    pub fn parse(text: &str) -> Result<Certificate, Refusal> {
        let certificate: Certificate = serde_json::from_str(text)
            .map_err(|error| Refusal::new(format!("this is not a certificate: {error}")))?;
        if certificate.format != FORMAT {
            return Err(Refusal::new(format!("this is not a certificate: its format is not {FORMAT}")));
        }
        if !(OLDEST_VERSION..=VERSION_WITH_DECISIONS).contains(&certificate.version) {
            return Err(Refusal::inconclusive(format!(
                "version {} of the format is not known",
                certificate.version
            )));
        }
        let policies = [&certificate.policies, &certificate.within, &certificate.without];
        let has_sets = policies.into_iter().flatten().any(|policy| policy.set.is_some());
        if certificate.decision.is_some() != (certificate.version == VERSION_WITH_DECISIONS) {
            return Err(Refusal::new("it has members that its version of the format does not have"));
        }
        if certificate.version == OLDEST_VERSION && (has_sets || !certificate.beside_others.is_empty()) {
            return Err(Refusal::new("it has members that its version of the format does not have"));
        }
        Ok(certificate)
    }
}

impl Evidence {
    /// Returns the refutation of a PASS, for the query of the evidence.
    pub(super) fn refutation(
        &self,
        encoding: &Encoding<'_>,
        clauses: &QueryClauses,
    ) -> Result<Refutation, Refusal> {
        let Evidence::Pass { variables, clauses: count, lemmas, proof } = self else {
            return Err(Refusal::new("it is not the certificate of a PASS"));
        };
        if (*variables, *count) != (clauses.variables(), clauses.all.len()) {
            return Err(Refusal::new(format!(
                "the query has {} clauses over {} variables, not {count} over {variables}",
                clauses.all.len(),
                clauses.variables()
            )));
        }
        let mut read = Vec::with_capacity(lemmas.len());
        for (place, lemma) in lemmas.iter().enumerate() {
            let own = Lemma { pass: lemma.pass.clone(), fail: lemma.fail.clone() };
            if !render::says(&encoding.formula, clauses, &own, &lemma.says) {
                let refusal = Refusal::new("its text differs from its variables");
                return Err(refusal.at(format!("lemma {}", place + 1)));
            }
            read.push(own);
        }
        let given = clauses.all.len() + lemmas.len();
        Ok(Refutation { lemmas: read, proof: Proof::parse(proof.iter().map(String::as_str), given)? })
    }
}
