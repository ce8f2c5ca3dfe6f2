//! What a certificate shows, in full: the question with its lists, how policies are read, and which texts they are.

use crate::hash::sha256;
use crate::policy::{Document, PolicyType};
use crate::query::{Query, Role};
use crate::request::AddressSet;
use crate::verify::certificate::{Certificate, Entry, Options, OutsideText};
use serde::Serialize;
use std::fmt::Write as _;

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
    /// `policies`, `within` or `without`, as in the certificate.
    pub role: &'static str,
    /// The name under which it is spoken of.
    pub name: String,
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

impl Claim {
    /// The claim of a certificate whose evidence, in these words, shows it.
    pub(super) fn new(
        certificate: &Certificate,
        query: &Query<'_>,
        policy_type: PolicyType,
        answer: &'static str,
        evidence: &str,
    ) -> Claim {
        let mut policies = Vec::new();
        for (role, documents) in [
            ("policies", query.policies().to_vec()),
            ("within", query.with_role(Role::Scope).collect()),
            ("without", query.with_role(Role::Excludes).collect()),
        ] {
            policies.extend(documents.into_iter().map(|document| claimed(role, document)));
        }
        let mut claim = Claim {
            answer,
            check: certificate.check.clone(),
            policy_type: policy_type.name().to_owned(),
            options: certificate.options,
            access: certificate.access.clone(),
            outside: certificate.outside.clone(),
            policies,
            assumptions: certificate.assumptions.clone(),
            axioms: certificate.axioms.clone(),
            sentence: String::new(),
        };
        claim.sentence =
            format!("{answer}: {}{}{}, {evidence}", claim.question(query), claim.reading(), claim.premises());
        claim
    }

    /// The request that there is or is not.
    fn question(&self, query: &Query<'_>) -> String {
        let mut text = if self.answer == "PASS" { "no request" } else { "some request" }.to_owned();
        if let Some(entries) = &self.access {
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
        for (role, before, between, after) in [
            ("policies", " allowed by ", " and ", " as one set"),
            ("within", " and within ", " and ", ""),
            ("without", " and not by ", " nor ", ""),
        ] {
            let of_role: Vec<String> = self.policies.iter().filter(|p| p.role == role).map(named).collect();
            if !of_role.is_empty() {
                text.push_str(before);
                text.push_str(&of_role.join(between));
            }
            if of_role.len() > 1 {
                text.push_str(after);
            }
        }
        text
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
        if self.assumptions.is_empty() {
            String::new()
        } else {
            format!(", assuming {}", self.assumptions.join(", "))
        }
    }
}

fn claimed(role: &'static str, document: &Document) -> ClaimedPolicy {
    let text = document.source.text();
    ClaimedPolicy {
        role,
        name: document.source.name().to_owned(),
        sha256: sha256(text),
        text: (role == "within").then(|| text.to_owned()),
    }
}

/// A policy in a sentence: what says which requests are asked about by its words, the others by name and hash.
fn named(policy: &ClaimedPolicy) -> String {
    let hash: String = policy.sha256.chars().take(SHOWN_DIGITS).collect();
    let mut text = format!("{} (sha256 {hash})", policy.name);
    if let Some(words) = &policy.text {
        // A text that was read as a policy is JSON; its layout says nothing.
        let compact = serde_json::from_str::<serde_json::Value>(words)
            .map_or_else(|_| words.clone(), |json| json.to_string());
        let _ = write!(text, " {compact}");
    }
    text
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
