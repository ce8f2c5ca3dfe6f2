//! The claim of a certificate in full: the query with its lists, how the policies are read, and which texts they are.

use crate::hash::sha256;
use crate::policy::{Attached, Document, Layers, PolicyType, PrincipalForms, RequestSet};
use crate::query::{CheckKind, Layered, Query, Role, World};
use crate::request::AddressSet;
use crate::verify::certificate::{CatalogueText, Certificate, Entry, Options, OutsideText};
use serde::Serialize;

/// The claim of a verified certificate. Its fields are those of the query; [`Claim::sentence`] states all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    /// `PASS` or `FAIL`.
    pub answer: &'static str,
    /// The query.
    pub check: String,
    /// AWS's name of the policy type.
    pub policy_type: String,
    /// How the policies are read.
    pub options: Options,
    /// The listed values, if the check has lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<Vec<Entry>>,
    /// The demand that the requester is an outsider, if the query has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outside: Option<OutsideText>,
    /// The policies, each with its role.
    pub policies: Vec<ClaimedPolicy>,
    /// If policies are judged beside others: the names of the further sets of requests.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub beside_others: Vec<String>,
    /// The world that the query is about, if it is not about all requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub world: Option<String>,
    /// The catalogue that the answer depends on, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalogue: Option<CatalogueText>,
    /// The named assumptions on which the answer depends.
    pub assumptions: Vec<String>,
    /// The facts about requests that are assumed.
    pub axioms: Vec<String>,
    /// All of it in one sentence.
    #[serde(skip)]
    pub sentence: String,
}

/// A policy of a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClaimedPolicy {
    /// `policies`, `caps`, `within` or `without`, as in the certificate.
    pub role: &'static str,
    /// The name used in sentences.
    pub name: String,
    /// The name of the set of requests that it defines, unless this is what it allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set: Option<&'static str>,
    /// SHA-256 of its text, as `sha256sum` prints it.
    pub sha256: String,
    /// The text of a document that limits the requests in question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl ClaimedPolicy {
    /// Returns the hash of a text, in the form of [`ClaimedPolicy::sha256`].
    ///
    /// ```
    /// use iamsat::verify::ClaimedPolicy;
    /// assert!(ClaimedPolicy::hash_of("abc").starts_with("ba7816bf"));
    /// ```
    pub fn hash_of(text: &str) -> String {
        sha256(text)
    }
}

/// The number of digits of a hash in a sentence.
const SHOWN_DIGITS: usize = 16;

/// A query in words, and the evidence for its answer.
pub(super) struct ShownAnswer {
    pub(super) question: String,
    pub(super) evidence: String,
}

impl Claim {
    /// Returns the claim of a certificate about these policies, with all queries that were verified.
    pub(super) fn new(
        certificate: &Certificate,
        policies: Vec<ClaimedPolicy>,
        is_pass: bool,
        shown: &[ShownAnswer],
    ) -> Claim {
        let mut claim = Claim {
            answer: if is_pass { "PASS" } else { "FAIL" },
            check: certificate.check.clone(),
            policy_type: certificate.policy_type.clone(),
            options: certificate.options,
            access: certificate.access.clone(),
            outside: certificate.outside.clone(),
            policies,
            beside_others: certificate.beside_others.iter().map(|part| part.set.clone()).collect(),
            world: certificate.world.clone(),
            catalogue: certificate.catalogue.clone(),
            assumptions: certificate.assumptions.clone(),
            axioms: certificate.axioms.clone(),
            sentence: String::new(),
        };
        let mut how = claim.reading() + &claim.premises();
        let mut parts = Vec::with_capacity(shown.len());
        for ShownAnswer { question, evidence } in shown {
            // How policies are read is stated once.
            parts.push(format!("{}: {question}{}, {evidence}", claim.answer, std::mem::take(&mut how)));
        }
        let judged = if is_pass && shown.len() > 1 { "judged beside others. " } else { "" };
        claim.sentence = format!("{judged}{}", parts.join("; "));
        claim
    }

    /// Returns how the policies are read, in words.
    fn reading(&self) -> String {
        let Options { policy_type_inferred, strict_arn, aws_compat, assume_heuristics, boundary } =
            self.options;
        let boundary = boundary.map(|boundary| if boundary { "--boundary yes" } else { "--boundary no" });
        let flags = [
            strict_arn.then_some("--strict-arn"),
            aws_compat.then_some("--aws-compat"),
            assume_heuristics.then_some("--assume-heuristics"),
            boundary,
        ];
        let flags: Vec<&str> = flags.into_iter().flatten().collect();
        let with = if flags.is_empty() { String::new() } else { format!(" with {}", flags.join(" ")) };
        let policy_type = PolicyType::from_name(&self.policy_type);
        let reading = policy_type.map_or(&*self.policy_type, |of| of.reading(policy_type_inferred));
        format!(" (read as {reading}{with})")
    }

    /// Returns the assumptions.
    fn premises(&self) -> String {
        match self.assumptions.as_slice() {
            [] => String::new(),
            names => format!(", assuming {}", names.join(", ")),
        }
    }
}

/// Returns the policies of a query, in the order of a certificate.
pub(super) fn claimed_policies(query: &Query<'_>, check: &str) -> Vec<ClaimedPolicy> {
    let mut policies = Vec::new();
    if let Some(layered) = query.layered() {
        for set in layered.layers.attached() {
            policies.extend(set.policies.iter().filter_map(Attached::policy).map(|document| ClaimedPolicy {
                role: set.kind.name(),
                name: document.source.name().to_owned(),
                sha256: sha256(document.source.text()),
                set: None,
                text: None,
            }));
        }
        if let Some(before) = &layered.before {
            policies.extend(before.layers.documents().map(|document| ClaimedPolicy {
                role: "before",
                name: document.source.name().to_owned(),
                sha256: sha256(document.source.text()),
                set: None,
                text: None,
            }));
        }
    }
    for (role, name) in [
        (Role::Grants, "policies"),
        (Role::Caps, "caps"),
        (Role::Scope, "within"),
        (Role::Excludes, "without"),
    ] {
        for layer in query.layers().filter(|layer| layer.role == role) {
            policies.extend(layer.documents.iter().map(|document| ClaimedPolicy {
                role: name,
                name: document.source.name().to_owned(),
                sha256: sha256(document.source.text()),
                set: (layer.set != RequestSet::ALLOWED).then(|| layer.set.name()),
                text: is_in_words(check, role, document).then(|| document.source.text().to_owned()),
            }));
        }
    }
    policies
}

/// True if a sentence states a document in full. Those that limit the requests in question are part of the question, and so are,
/// in a search for access, those that iamsat wrote itself, each on one line, such as a zone of trust: nobody has a file with their
/// hash.
fn is_in_words(check: &str, role: Role, document: &Document) -> bool {
    let is_written = || check == CheckKind::Find.name() && !document.source.text().contains('\n');
    role == Role::Scope || (role == Role::Excludes && is_written())
}

/// Describes in words the request that exists (FAIL) or does not exist (PASS).
pub(super) fn question(query: &Query<'_>, check: &str, access: Option<&[Entry]>, is_pass: bool) -> String {
    let mut text = if is_pass { "no request" } else { "some request" }.to_owned();
    let known = query.known();
    if known.world != World::Open {
        let (name, hash) = (known.catalogue().name(), known.catalogue().digest());
        let hash: String = hash.chars().take(SHOWN_DIGITS).collect();
        text.push_str(&format!(" of the world `{}` of {name} (sha256 {hash})", known.world.name()));
    }
    if let Some(entries) = access {
        let entries: Vec<String> = entries.iter().map(listed).collect();
        text.push_str(&format!(" {}", entries.join(" or ")));
    }
    if let Some(outside) = query.outside() {
        let (v4, v6) = AddressSet::of(outside.but_for.iter().copied()).sizes();
        let beyond = match (v4, v6) {
            (0, 0) => String::new(),
            (v4, 0) => format!(" beyond {v4} IPv4 addresses"),
            (0, v6) => format!(" beyond {v6} IPv6 addresses"),
            (v4, v6) => format!(" beyond {v4} IPv4 and {v6} IPv6 addresses"),
        };
        text.push_str(&format!(" by an outsider{beyond} of {}", outside.resource_type));
    }
    text.push_str(" is");
    if let Some(layered) = query.layered() {
        text.push_str(&format!(" allowed by all layers together ({})", of_layers(layered)));
        if let Some(before) = &layered.before {
            let world = match before.is_same_world {
                true => "; what is not known is the same before",
                false => "",
            };
            let before = sets_of(&before.layers).join("; ");
            text.push_str(&format!(" and not by those before the change ({before}{world})"));
        }
    }
    for (role, before, between) in [
        (Role::Grants, of_policies(query.set()), " and "),
        (Role::Caps, " and by ", " and by "),
        (Role::Scope, " and within ", " and "),
        (Role::Excludes, " and not by ", " nor "),
    ] {
        for (place, layer) in query.layers().filter(|layer| layer.role == role).enumerate() {
            text.push_str(if place == 0 { before } else { between });
            let names: Vec<String> =
                layer.documents.iter().map(|d| named(d, is_in_words(check, role, d))).collect();
            text.push_str(&names.join(" and "));
            // The set is not repeated if it is that of the policies.
            text.push_str(if layer.set == query.set() { "" } else { of_set(layer.set) });
            text.push_str(if layer.documents.len() > 1 { " as one set" } else { "" });
        }
    }
    text
}

/// Describes the layers and the requesters of a decision.
fn of_layers(layered: &Layered<'_>) -> String {
    let mut parts = sets_of(&layered.layers);
    let owner = layered.layers.resource_account.as_deref().map(|owner| format!("resource of {owner}"));
    let organization = layered.layers.organization.as_deref().map(|id| format!("organization {id}"));
    parts.extend(owner.into_iter().chain(organization));
    let kinds = layered.callers.kinds();
    parts.push(match layered.callers.principal() {
        Some(principal) => format!("for {principal} {kinds:?}"),
        None => format!("for some requester of the kinds {kinds:?}"),
    });
    parts.join("; ")
}

/// Describes each layer.
fn sets_of(layers: &Layers<&Document>) -> Vec<String> {
    let sets = layers.attached();
    let described = sets.map(|set| {
        let policies = set.policies.iter().map(|policy| match policy {
            Attached::Policy(document) => named(document, false),
            Attached::Missing(name) => format!("{name} (not known)"),
        });
        let policies: Vec<String> = policies.collect();
        format!("{} {}: {}", set.kind.name(), set.level, policies.join(", "))
    });
    described.collect()
}

/// Describes how the request relates to the policies of a query about this set.
fn of_policies(set: RequestSet) -> &'static str {
    match set {
        RequestSet::Allowed(PrincipalForms::All) => " allowed by ",
        RequestSet::Allowed(PrincipalForms::WithRoles) => " allowed, by an entry other than an account, by ",
        RequestSet::Allowed(PrincipalForms::Direct) => {
            " allowed, by an entry other than an account or a role, by "
        }
        RequestSet::Granted(_) => " granted by ",
        RequestSet::Denied => " denied by ",
    }
}

/// Describes the set that another document defines.
fn of_set(set: RequestSet) -> &'static str {
    match set {
        RequestSet::Allowed(PrincipalForms::All) => " (allowed)",
        RequestSet::Allowed(PrincipalForms::WithRoles) => " (allowed, accounts left out)",
        RequestSet::Allowed(PrincipalForms::Direct) => " (allowed, accounts and roles left out)",
        RequestSet::Granted(_) => " (granted)",
        RequestSet::Denied => " (denied)",
    }
}

/// Describes a policy by name and hash; a document that limits the requests in question also by its text.
fn named(document: &Document, with_words: bool) -> String {
    let words = document.source.text();
    let hash: String = sha256(words).chars().take(SHOWN_DIGITS).collect();
    let name = document.source.name();
    if !with_words {
        return format!("{name} (sha256 {hash})");
    }
    // A text that was read as a policy is JSON, whose layout does not matter.
    let json: Option<serde_json::Value> = serde_json::from_str(words).ok();
    format!("{name} (sha256 {hash}) {}", json.map_or_else(|| words.to_owned(), |json| json.to_string()))
}

/// Describes an entry of the access lists.
fn listed(entry: &Entry) -> String {
    let list = |all: &str, before: &str, texts: &[String]| match texts {
        [] => all.to_owned(),
        texts => format!("{before}{}", texts.join(", ")),
    };
    let actions = list("for any action", "for an action of ", &entry.actions);
    let resources = list("on any resource", "on a resource of ", &entry.resources);
    format!("{actions} {resources}")
}
