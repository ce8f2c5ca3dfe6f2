//! The claim of a certificate in full: the question with its lists, how policies are read, and which texts they are.

use crate::hash::sha256;
use crate::policy::{Document, PolicyType, PrincipalForms, RequestSet};
use crate::query::{Query, Role};
use crate::request::AddressSet;
use crate::verify::certificate::{Certificate, Entry, Options, OutsideText};
use serde::Serialize;

/// The claim of a certificate that was verified. Its fields are those of the question; [`Claim::sentence`] says all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    /// `PASS` or `FAIL`.
    pub answer: &'static str,
    /// The question.
    pub check: String,
    /// AWS's name of the policy type.
    pub policy_type: String,
    /// The way in which the policies are read.
    pub options: Options,
    /// The listed values, if the check has lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<Vec<Entry>>,
    /// That the requester has to be an outsider, if it has to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outside: Option<OutsideText>,
    /// The policies, each with the part that it plays.
    pub policies: Vec<ClaimedPolicy>,
    /// Where policies are judged beside others: the names of the further sets of requests.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub beside_others: Vec<String>,
    /// The named assumptions that take part.
    pub assumptions: Vec<String>,
    /// The facts about requests that are taken for certain.
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
    /// The name under which it is spoken of.
    pub name: String,
    /// The name of the set of requests that it stands for, if that is not what it allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set: Option<&'static str>,
    /// SHA-256 of its text, as `sha256sum` prints it.
    pub sha256: String,
    /// The text, of a document that says which requests are asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl ClaimedPolicy {
    /// The hash of a text as [`ClaimedPolicy::sha256`] has it.
    ///
    /// ```
    /// use iamsat::verify::ClaimedPolicy;
    /// assert!(ClaimedPolicy::hash_of("abc").starts_with("ba7816bf"));
    /// ```
    pub fn hash_of(text: &str) -> String {
        sha256(text)
    }
}

/// Digits of a hash in a sentence.
const SHOWN_DIGITS: usize = 16;

/// A question in words, and what shows its answer.
pub(super) struct ShownAnswer {
    pub(super) question: String,
    pub(super) evidence: String,
}

impl Claim {
    /// The claim of a certificate about these policies, of which all this was shown.
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
            assumptions: certificate.assumptions.clone(),
            axioms: certificate.axioms.clone(),
            sentence: String::new(),
        };
        let mut how = claim.reading() + &claim.premises();
        let mut parts = Vec::with_capacity(shown.len());
        for ShownAnswer { question, evidence } in shown {
            // How policies are read is said once.
            parts.push(format!("{}: {question}{}, {evidence}", claim.answer, std::mem::take(&mut how)));
        }
        let judged = if is_pass && shown.len() > 1 { "judged beside others. " } else { "" };
        claim.sentence = format!("{judged}{}", parts.join("; "));
        claim
    }

    /// The way in which the policies are read.
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

    /// The assumptions.
    fn premises(&self) -> String {
        match self.assumptions.as_slice() {
            [] => String::new(),
            names => format!(", assuming {}", names.join(", ")),
        }
    }
}

/// The policies of a query, in the order in which a certificate has them.
pub(super) fn claimed_policies(query: &Query<'_>) -> Vec<ClaimedPolicy> {
    let mut policies = Vec::new();
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
                text: (role == Role::Scope).then(|| document.source.text().to_owned()),
            }));
        }
    }
    policies
}

/// The request that there is not, or is, in words.
pub(super) fn question(query: &Query<'_>, access: Option<&[Entry]>, is_pass: bool) -> String {
    let mut text = if is_pass { "no request" } else { "some request" }.to_owned();
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
    for (role, before, between) in [
        (Role::Grants, of_policies(query.set()), " and "),
        (Role::Caps, " and by ", " and by "),
        (Role::Scope, " and within ", " and "),
        (Role::Excludes, " and not by ", " nor "),
    ] {
        for (place, layer) in query.layers().filter(|layer| layer.role == role).enumerate() {
            text.push_str(if place == 0 { before } else { between });
            let names: Vec<String> = layer.documents.iter().map(|d| named(d, role == Role::Scope)).collect();
            text.push_str(&names.join(" and "));
            // What the query says of its policies is not said again.
            text.push_str(if layer.set == query.set() { "" } else { of_set(layer.set) });
            text.push_str(if layer.documents.len() > 1 { " as one set" } else { "" });
        }
    }
    text
}

/// Says how the request relates to the policies of a query about this set.
fn of_policies(set: RequestSet) -> &'static str {
    match set {
        RequestSet::Allowed(PrincipalForms::All) => " allowed by ",
        RequestSet::Allowed(PrincipalForms::WithRoles) => " allowed, by an entry other than an account, by ",
        RequestSet::Allowed(PrincipalForms::Direct) => {
            " allowed, by an entry other than an account or a role, by "
        }
        RequestSet::Denied => " denied by ",
    }
}

/// The set that another document stands for.
fn of_set(set: RequestSet) -> &'static str {
    match set {
        RequestSet::Allowed(PrincipalForms::All) => " (allowed)",
        RequestSet::Allowed(PrincipalForms::WithRoles) => " (allowed, accounts left out)",
        RequestSet::Allowed(PrincipalForms::Direct) => " (allowed, accounts and roles left out)",
        RequestSet::Denied => " (denied)",
    }
}

/// A policy in a sentence, by name and hash; what says which requests are asked about with its words.
fn named(document: &Document, with_words: bool) -> String {
    let words = document.source.text();
    let hash: String = sha256(words).chars().take(SHOWN_DIGITS).collect();
    let name = document.source.name();
    if !with_words {
        return format!("{name} (sha256 {hash})");
    }
    // A text that was read as a policy is JSON; its layout says nothing.
    let json: Option<serde_json::Value> = serde_json::from_str(words).ok();
    format!("{name} (sha256 {hash}) {}", json.map_or_else(|| words.to_owned(), |json| json.to_string()))
}

/// An entry of the lists in a sentence.
fn listed(entry: &Entry) -> String {
    let list = |all: &str, before: &str, texts: &[String]| match texts {
        [] => all.to_owned(),
        texts => format!("{before}{}", texts.join(", ")),
    };
    let actions = list("for any action", "for an action of ", &entry.actions);
    let resources = list("on any resource", "on a resource of ", &entry.resources);
    format!("{actions} {resources}")
}
