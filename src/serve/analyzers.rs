//! Analyzers: the one of the server, and those that clients make.

use super::body::{Body, not_in_enumeration};
use super::call::Moment;
use super::form::Fields;
use super::made::{MOST, NotMade};
use super::refusal::Refusal;
use super::reply::Success;
use super::state::State;
use serde_json::{Value, json};

/// The name of the analyzer that always exists.
const OWN: &str = "iamsat";
/// The types of analyzers.
const ACCOUNT: &str = "ACCOUNT";
const TYPES: [&str; 6] = [
    ACCOUNT,
    "ORGANIZATION",
    "ACCOUNT_UNUSED_ACCESS",
    "ORGANIZATION_UNUSED_ACCESS",
    "ACCOUNT_INTERNAL_ACCESS",
    "ORGANIZATION_INTERNAL_ACCESS",
];

/// Answers ListAnalyzers, in one page.
pub(super) fn list(state: &State, fields: &Fields<'_>) -> Result<Success, Refusal> {
    let wanted = fields.get("type");
    if let Some(wanted) = &wanted
        && !TYPES.contains(&wanted.as_str())
    {
        return Err(not_in_enumeration("type", wanted, &TYPES));
    }
    let mut analyzers = Vec::new();
    if wanted.is_none_or(|wanted| wanted == ACCOUNT) {
        analyzers.push(summary(state, OWN, &state.started));
        analyzers.extend(state.analyzers.all().iter().map(|(name, at)| summary(state, name, at)));
    }
    Success::json(&json!({"analyzers": analyzers}))
}

/// Answers GetAnalyzer.
pub(super) fn get(state: &State, name: &str) -> Result<Success, Refusal> {
    let made = match name {
        OWN => Some(state.started.clone()),
        other => state.analyzers.time(other),
    };
    match made {
        Some(made) => Success::json(&json!({"analyzer": summary(state, name, &made)})),
        None => Err(absent(name).with("resourceId", name.into()).with("resourceType", "Analyzer".into())),
    }
}

/// Answers CreateAnalyzer.
pub(super) fn create(state: &State, body: &Body<'_>, moment: &Moment) -> Result<Success, Refusal> {
    let name = body.text("analyzerName")?;
    let of = body.one_of("type", TYPES.map(|of| (of, of)))?;
    if of != ACCOUNT {
        return Err(Refusal::not_supported(format!(
            "iamsat makes analyzers of the type {ACCOUNT} only, not {of}"
        )));
    }
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.len() <= 255
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    if !is_name {
        let message = "an analyzer has a name of letters, digits, `_`, `.` and `-` that starts with a letter";
        return Err(Refusal::invalid("analyzerName", message));
    }
    let made = match name == OWN {
        true => Err(NotMade::Exists),
        false => state.analyzers.make(&name, &moment.timestamp()),
    };
    match made {
        Ok(()) => Success::json(&json!({"arn": arn(state, &name)})),
        Err(NotMade::Exists) => Err(Refusal::conflict(format!("An analyzer named {name} already exists."))
            .with("resourceId", name.into())
            .with("resourceType", "Analyzer".into())),
        Err(NotMade::TooMany) => {
            Err(Refusal::not_supported(format!("iamsat keeps at most {MOST} analyzers")))
        }
    }
}

/// Checks that an ARN names an analyzer.
///
/// # Errors
/// It names none.
pub(super) fn exists(state: &State, given: &str) -> Result<(), Refusal> {
    let name = given.rsplit('/').next().filter(|name| arn(state, name) == given);
    match name {
        Some(name) if name == OWN || state.analyzers.time(name).is_some() => Ok(()),
        _ => Err(absent(given).with("resourceId", given.into()).with("resourceType", "Analyzer".into())),
    }
}

fn absent(name: &str) -> Refusal {
    Refusal::not_found("ResourceNotFoundException", format!("The analyzer {name} does not exist."))
}

fn arn(state: &State, name: &str) -> String {
    let settings = &state.settings;
    format!(
        "arn:{}:access-analyzer:{}:{}:analyzer/{name}",
        settings.partition, settings.region, settings.account
    )
}

fn summary(state: &State, name: &str, made: &str) -> Value {
    json!({
        "arn": arn(state, name),
        "name": name,
        "type": ACCOUNT,
        "createdAt": made,
        "status": "ACTIVE",
        "tags": {},
    })
}
