//! AWS's three checks.

use super::body::Body;
use super::call::Moment;
use super::refusal::Refusal;
use super::reply::Success;
use super::state::State;
use crate::check::{Answer, Judging, Options, access_not_granted, no_new_access, no_public_access};
use crate::code::Code;
use crate::policy::{Document, PolicyType, ResourceType, parse};
use crate::report::{AwsCheck, Invocation, Issue, Judgement, Kind, Lists};
use crate::request::Request;
use crate::solve::Verdict;
use crate::span::Source;
use crate::surface::{Remembered, access_entries, answered, as_resource_policy, fit, prepared};
use serde::Serialize;
use serde_json::{Map, Value};
use std::sync::Arc;

/// The most entries of `access`, and the most actions and resources of one.
const ENTRIES: usize = 1;
const LISTED: usize = 100;
/// The most characters of a resource.
const RESOURCE: usize = 2_048;

/// AWS's message for a resource that is not an ARN.
const INVALID_ARN: &str = "Invalid ARN";

/// The policy types of AWS's checks.
const POLICY_TYPES: [PolicyType; 2] = [PolicyType::Identity, PolicyType::Resource];

/// Answers CheckNoNewAccess.
pub(super) fn new_access(state: &State, body: &Body<'_>, moment: &Moment) -> Result<Success, Refusal> {
    let policy_type = policy_type(body)?;
    let new = policy(state, body, "newPolicyDocument")?;
    let existing = policy(state, body, "existingPolicyDocument")?;
    let options = options(state, policy_type, moment);
    let [new, existing] = prepared([&new, &existing])?;
    fit(&[new.document(), existing.document()], options.policy_type)?;
    let answer = answered(|| no_new_access(new, existing, &options))?;
    let documents = (new.document(), Some(existing.document()));
    written(state, AwsCheck::NoNewAccess, documents, &answer, &options)
}

/// Answers CheckAccessNotGranted.
pub(super) fn listed_access(state: &State, body: &Body<'_>, moment: &Moment) -> Result<Success, Refusal> {
    let policy_type = policy_type(body)?;
    let policy = policy(state, body, "policyDocument")?;
    let json = body.needed("access")?;
    let access = access_entries(json).map_err(|failure| {
        // AWS's message names no value.
        let message = failure.message.split(": ").next().filter(|message| *message == INVALID_ARN);
        Refusal {
            message: message.unwrap_or(&failure.message).to_owned(),
            ..Refusal::invalid("access", failure.message.as_str())
        }
    })?;
    let too_long = |what: &str, most: usize| {
        let constraint = format!("Member must have length less than or equal to {most}");
        let message = format!(
            "1 validation error detected: Value at '{what}' failed to satisfy constraint: {constraint}"
        );
        Refusal { message, ..Refusal::invalid(what, constraint) }
    };
    if access.len() > ENTRIES {
        return Err(too_long("access", ENTRIES));
    }
    for entry in access.iter().filter(|_| !state.settings.lenient_limits) {
        for (name, list) in [
            ("access.1.member.actions", entry.actions.len()),
            ("access.1.member.resources", entry.resources.len()),
        ] {
            if list > LISTED {
                return Err(too_long(name, LISTED));
            }
        }
    }
    if access
        .iter()
        .flat_map(|entry| &entry.resources)
        .any(|resource| resource.text.chars().count() > RESOURCE)
    {
        return Err(too_long("access.1.member.resources", RESOURCE));
    }
    let options = options(state, policy_type, moment);
    let check = AwsCheck::AccessNotGranted(Lists::of(&access));
    let [policy] = prepared([&policy])?;
    fit(&[policy.document()], options.policy_type)?;
    let answer = answered(|| access_not_granted(policy, &access, &options))?;
    written(state, check, (policy.document(), None), &answer, &options)
}

/// Answers CheckNoPublicAccess.
pub(super) fn public_access(state: &State, body: &Body<'_>, moment: &Moment) -> Result<Success, Refusal> {
    let of = body.one_of("resourceType", ResourceType::all().map(|of| (of.name(), of)))?;
    let policy = policy(state, body, "policyDocument")?;
    let mut options = options(state, PolicyType::Resource, moment);
    as_resource_policy(&mut options)?;
    let [policy] = prepared([&policy])?;
    fit(&[policy.document()], options.policy_type)?;
    let answer = answered(|| no_public_access(policy, of, &options))?;
    written(state, AwsCheck::NoPublicAccess(of), (policy.document(), None), &answer, &options)
}

fn policy_type(body: &Body<'_>) -> Result<PolicyType, Refusal> {
    body.one_of("policyType", POLICY_TYPES.map(|of| (of.name(), of)))
}

/// Returns the options of a query: AWS's checks judge policies alone.
fn options(state: &State, policy_type: PolicyType, moment: &Moment) -> Options {
    let mut options = state.settings.options.clone();
    options.policy_type = Some(policy_type);
    options.judging = Judging::Alone;
    // Clients show no witness unless it is a part of the texts, so that it need not be one that AWS lists.
    options.first_witness = !state.settings.explain_in_text;
    options.limits.deadline = moment.deadline;
    options
}

/// Reads the policy in a member, which is a string of JSON. The cache knows policies by that string as written: to undo its escapes
/// takes longer than to find it.
fn policy(state: &State, body: &Body<'_>, name: &'static str) -> Result<Arc<Remembered>, Refusal> {
    let limits = &state.settings.limits;
    let mut is_new = false;
    let read = state.cache.read(name, body.needed(name)?, None, || {
        is_new = true;
        let text = body.text(name)?;
        Ok::<_, Refusal>(parse(&Source::new(name, text.as_str()), limits).into())
    })?;
    state.metrics.cached(!is_new);
    Ok(read)
}

/// An answer with AWS's members, then those of every answer in JSON, then the code of the finding.
#[derive(Serialize)]
struct Answered<'a> {
    #[serde(flatten)]
    judgement: &'a Judgement<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
}

fn written(
    state: &State,
    check: AwsCheck,
    (policy, existing): (&Document, Option<&Document>),
    answer: &Answer,
    options: &Options,
) -> Result<Success, Refusal> {
    let mut judgement = Judgement::without_replays(check, policy, existing, answer, options);
    if let Verdict::Unknown(_) = answer.verdict {
        return Err(undecided(&judgement));
    }
    if state.settings.explain_in_text {
        let findings = judgement.findings.iter();
        for (reason, found) in judgement.reasons.iter_mut().zip(findings) {
            reason.description.push(' ');
            reason.description.push_str(&example(found.finding.witness.request()));
        }
    }
    let view = Answered { judgement: &judgement, code: judgement.code().map(Code::as_str) };
    Success::judged(&view, answer.verdict.name())
}

/// Returns the refusal of a query that could not be decided, with the reasons in its message and as members.
fn undecided(judgement: &Judgement<'_>) -> Refusal {
    let issues = judgement.issues(&Invocation::default());
    let open: Vec<&Issue> = issues.iter().filter(|issue| issue.kind == Kind::Unknown).collect();
    let why: Vec<&str> = open.iter().map(|issue| issue.title.as_str()).collect();
    let mut refusal = Refusal::undecided(format!("{} {}", judgement.message(), why.join("; ")));
    if let Some(issue) = open.first() {
        refusal = refusal.with("code", issue.code.as_str().into());
    }
    let members: Map<String, Value> = match serde_json::to_value(judgement) {
        Ok(Value::Object(members)) => members,
        Ok(_) | Err(_) => Map::new(),
    };
    members.into_iter().filter(|(name, _)| name != "message").fold(refusal, |refusal, (name, value)| {
        let name = if name == "result" { "verdict" } else { &name };
        refusal.with(name, value)
    })
}

/// Describes a request in one sentence.
fn example(request: &Request) -> String {
    let mut text = format!("For example: {} on {}", request.action, request.resource);
    if let Some(arn) = request.requester.as_ref().and_then(|requester| requester.arn()) {
        text.push_str(&format!(" by {arn}"));
    }
    let context: Vec<String> = request
        .context()
        .map(|(key, values)| {
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            format!("{key}={}", values.join(","))
        })
        .collect();
    if !context.is_empty() {
        text.push_str(&format!(" with {}", context.join(" ")));
    }
    text.push('.');
    text
}
