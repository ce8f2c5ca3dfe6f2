//! The findings of one resource.

use super::configuration::{Grant, ProposedPolicy, read};
use crate::check::{Options, Zone, external_access, no_public_access};
use crate::limits::Exhausted;
use crate::policy::{Document, PolicyType, parse};
use crate::report::{External, Failure, Issue};
use crate::serve::call::Moment;
use crate::serve::refusal::Refusal;
use crate::serve::state::State;
use crate::solve::{UnknownReason, Verdict};
use crate::span::Source;
use crate::surface::{answered, fit};
use serde_json::{Value, json};

/// Finds the access from outside the account that a configuration gives.
///
/// # Errors
/// It cannot be computed, for this reason.
pub(super) fn findings(
    state: &State,
    arn: &str,
    configuration: &str,
    moment: &Moment,
) -> Result<Vec<Value>, String> {
    let settings = &state.settings;
    let proposed = read(configuration, &settings.canonical_user)?;
    let mut options = settings.options.sharing();
    options.policy_type = Some(PolicyType::Resource);
    options.limits.deadline = moment.deadline;
    let zone = Zone::new(&[&settings.account], &[] as &[&str]).map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    for policy in &proposed.policies {
        found.extend(of_policy(state, policy, &zone, &options)?);
    }
    found.extend(proposed.grants.iter().filter(|grant| is_outside(grant, &settings.account)).map(of_grant));
    for finding in &mut found {
        if let Some(members) = finding.as_object_mut() {
            members.insert("resource".to_owned(), arn.into());
            members.insert("resourceType".to_owned(), proposed.resource_type.name().into());
            members.insert("resourceOwnerAccount".to_owned(), settings.account.as_str().into());
            members.insert("changeType".to_owned(), "NEW".into());
        }
    }
    Ok(found)
}

fn of_policy(
    state: &State,
    policy: &ProposedPolicy,
    zone: &Zone,
    options: &Options,
) -> Result<Vec<Value>, String> {
    let text = Source::new("the policy", policy.text.as_str());
    let document = parse(&text, &state.settings.limits).map_err(|error| {
        let failure = Failure::of_documents([&Err::<Document, _>(error).into()]);
        failure
            .map_or_else(|| "the policy cannot be read".to_owned(), |failure| Refusal::from(failure).message)
    })?;
    fit(&[&document], options.policy_type).map_err(|failure| Refusal::from(failure).message)?;
    if policy.is_restricted {
        let public = answered(|| no_public_access(&document, policy.resource_type, options));
        // Only services and the owner keep access by a policy that is public.
        if matches!(public.map_err(|failure| failure.message)?.verdict, Verdict::Fail(_)) {
            return Ok(Vec::new());
        }
    }
    let access = answered(|| external_access(&document, policy.resource_type, zone, options));
    let access = access.map_err(|failure| failure.message)?;
    let external = External {
        policy: &document,
        argument: "",
        resource_type: policy.resource_type,
        zone,
        access: &access,
        options,
    };
    if !access.is_complete() {
        let is_late = match &access.rest.verdict {
            Verdict::Unknown(unknown) => unknown
                .reasons
                .iter()
                .any(|reason| matches!(reason, UnknownReason::Exhausted(Exhausted::Deadline))),
            Verdict::Pass(_) | Verdict::Fail(_) => false,
        };
        let why = if is_late { " (the time limit was reached)" } else { "" };
        return Err(format!("{}{why}", external.sentence()));
    }
    let mut view = external.json(&[] as &[Issue]);
    let Some(Value::Array(mut found)) = view.get_mut("findings").map(Value::take) else {
        return Err("the findings are not a list".to_owned());
    };
    for finding in &mut found {
        let mut source = json!({"type": policy.source});
        if let (Some(point), Some(members)) = (&policy.access_point, source.as_object_mut()) {
            members.insert("detail".to_owned(), json!({"accessPointArn": point}));
        }
        if let Some(members) = finding.as_object_mut() {
            members.insert("sources".to_owned(), json!([source]));
        }
    }
    Ok(found)
}

/// True if a grantee is neither in the account nor a service.
fn is_outside(grant: &Grant, account: &str) -> bool {
    let (_, grantee) = &grant.grantee;
    let is_inside = match grantee.split(':').collect::<Vec<_>>().as_slice() {
        ["arn", _, _, _, owner, ..] => *owner == account,
        [one] => *one == account || one.ends_with(".amazonaws.com"),
        _ => false,
    };
    !is_inside
}

fn of_grant(grant: &Grant) -> Value {
    let (kind, grantee) = &grant.grantee;
    json!({
        "findingType": "ExternalAccess",
        "status": "ACTIVE",
        "isPublic": grant.is_public,
        "principal": {*kind: grantee},
        "action": grant.actions,
        "condition": {},
        "sources": [{"type": grant.source}],
    })
}
