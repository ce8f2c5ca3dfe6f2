//! ValidatePolicy: a policy has findings, whatever it holds; only a request can be refused.

use super::body::{Body, not_in_enumeration};
use super::call::Moment;
use super::form::Fields;
use super::refusal::Refusal;
use super::reply::Success;
use super::state::State;
use crate::hash::sha256;
use crate::index::broken;
use crate::policy::PolicyType;
use crate::validate::{Finding, Options, ValidatedResource, Validator};
use serde::Serialize;

/// The policy types of the operation.
const POLICY_TYPES: [PolicyType; 4] =
    [PolicyType::Identity, PolicyType::Resource, PolicyType::ServiceControl, PolicyType::ResourceControl];

/// The languages that clients may ask for. Findings are in English whatever they say.
const LOCALES: [&str; 10] = ["DE", "EN", "ES", "FR", "IT", "JA", "KO", "PT_BR", "ZH_CN", "ZH_TW"];

/// The number of digits of a hash in a token.
const DIGITS: usize = 16;

/// The answer, in AWS's members.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page<'v> {
    findings: &'v [Finding],
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// Answers ValidatePolicy.
pub(super) fn validate(
    state: &State,
    body: &Body<'_>,
    fields: &Fields<'_>,
    moment: &Moment,
) -> Result<Success, Refusal> {
    let policy_type = body.one_of("policyType", POLICY_TYPES.map(|of| (of.name(), of)))?;
    let resource = resource(body, policy_type)?;
    if body.raw("locale").is_some() {
        body.one_of("locale", LOCALES.map(|locale| (locale, ())))?;
    }
    let text = body.text("policyDocument")?;
    let settings = &state.settings;
    let mut options = Options { resource, input: settings.limits, ..Options::of(policy_type) };
    options.search.deadline = moment.deadline;
    let custom = settings.options.catalogue.as_deref().map(Validator::new);
    let validator = custom.as_ref().unwrap_or_else(|| Validator::embedded());
    let validation = validator.validate(text.as_bytes(), &options).map_err(|faults| {
        let why: Vec<&str> = faults.iter().map(|fault| &*fault.message).collect();
        Refusal::invalid("policyDocument", why.join("; "))
    })?;
    if let Some(limit) = validation.open.first() {
        let message = format!("a limit was reached ({}): there may be more findings", limit.as_str());
        return Err(Refusal::undecided(message).with("code", limit.as_str().into()));
    }
    Success::json(&page(&validation.findings, &text, fields)?)
}

fn resource(body: &Body<'_>, policy_type: PolicyType) -> Result<Option<ValidatedResource>, Refusal> {
    const NAME: &str = "validatePolicyResourceType";
    let Some(given) = body.optional::<String>(NAME, "a string")? else { return Ok(None) };
    let names: Vec<&str> = ValidatedResource::ALL.iter().map(|known| known.name()).collect();
    match ValidatedResource::from_name(&given) {
        None => Err(not_in_enumeration(NAME, &given, &names)),
        Some(_) if policy_type != PolicyType::Resource => Err(Refusal {
            message: "InvalidInput".to_owned(),
            ..Refusal::invalid(NAME, "it needs the policy type RESOURCE_POLICY")
        }),
        known => Ok(known),
    }
}

/// Returns the page that `maxResults` and `nextToken` name; without them, all findings. A token is the place of the next finding and
/// the hash of the policy, so that no state is kept between calls.
fn page<'v>(findings: &'v [Finding], text: &str, fields: &Fields<'_>) -> Result<Page<'v>, Refusal> {
    let most = match fields.get("maxResults") {
        None => findings.len(),
        Some(given) => match given.parse::<usize>() {
            Ok(most) if most > 0 => most,
            Ok(_) | Err(_) => return Err(Refusal::invalid("maxResults", "`maxResults` is a number above 0")),
        },
    };
    let hash: String = sha256(text).chars().take(DIGITS).collect();
    let start = match fields.get("nextToken") {
        None => 0,
        Some(token) => {
            let place = token.split_once('-').filter(|(_, of)| *of == hash);
            let place = place.and_then(|(place, _)| place.parse::<usize>().ok());
            place.filter(|place| *place < findings.len()).ok_or_else(|| {
                Refusal::invalid("nextToken", "`nextToken` is not one that was given for this policy")
            })?
        }
    };
    let Some(rest) = findings.get(start..) else { broken("a page starts within the findings") };
    let (findings, left) = rest.split_at(most.min(rest.len()));
    let next_token = (!left.is_empty()).then(|| format!("{}-{hash}", start + findings.len()));
    Ok(Page { findings, next_token })
}
