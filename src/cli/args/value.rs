//! The values of flags that are more than text.

use crate::catalogue::{Catalogue, Level};
use crate::check::WhoKind;
use crate::code::Code;
use crate::container::PolicyKind;
use crate::policy::{ActionPattern, AddressRange, PolicyType, is_account_id, is_organization_id};
use crate::report::{Day, Expected};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Reads a code whose severity can be set.
pub(super) fn settable_code(text: &str) -> Result<Code, String> {
    let code = Code::parse(text).ok_or("it is not a code; `iamsat explain` lists them all")?;
    if code.can_be_accepted() {
        return Ok(code);
    }
    Err("it says that something was not judged, so its severity cannot be set".to_owned())
}

/// Reads a day.
pub(super) fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "a day is written 2027-01-31".to_owned())
}

pub(super) fn policy_type(text: &str) -> Result<PolicyType, String> {
    PolicyType::from_name(text)
        .ok_or_else(|| format!("it is one of {}", PolicyType::ALL.map(PolicyType::name).join(", ")))
}

pub(super) fn action_pattern(text: &str) -> Result<ActionPattern, String> {
    ActionPattern::new(text)
        .filter(ActionPattern::is_name)
        .ok_or_else(|| "an action is written service:name, such as s3:Get*".to_owned())
}

/// Reads a catalogue from a file.
pub(super) fn catalogue(text: &str) -> Result<Arc<Catalogue>, String> {
    crate::cli::input::catalogue(Path::new(text)).map(Arc::new).map_err(|failure| failure.message)
}

pub(super) fn level(text: &str) -> Result<Level, String> {
    let all: Vec<&str> = Level::ALL.into_iter().map(Level::option).collect();
    Level::parse(text).ok_or_else(|| format!("a level is one of {}", all.join(", ")))
}

pub(super) fn expected(text: &str) -> Result<Expected, String> {
    let named = Expected::ALL.into_iter().find(|expected| expected.name() == text);
    named.ok_or_else(|| format!("it is one of {}", Expected::ALL.map(Expected::name).join(", ")))
}

/// Returns the kind of a policy in a plan or template.
pub(super) fn container_kind(text: &str) -> Result<PolicyKind, String> {
    PolicyKind::from_name(text).ok_or_else(|| {
        let all: Vec<&str> = PolicyKind::ALL.into_iter().map(PolicyKind::name).collect();
        format!("the kinds are {}", all.join(", "))
    })
}

/// Reads a pattern of names to be skipped, with the reason.
pub(super) fn skipped(text: &str) -> Result<(String, String), String> {
    match text.rsplit_once('=') {
        Some((glob, reason)) if !glob.is_empty() && !reason.trim().is_empty() => {
            Ok((glob.to_owned(), reason.trim().to_owned()))
        }
        _ => Err("write GLOB=REASON: a skipped policy needs a reason".to_owned()),
    }
}

/// Reads an organization id. A text that is not an id, such as a pattern, is rejected: every organization would be outside of it.
pub(super) fn organization(text: &str) -> Result<String, String> {
    match is_organization_id(text) {
        true => Ok(text.to_owned()),
        false => Err("an organization id is o- and letters and digits".to_owned()),
    }
}

fn is_id(text: &str, start: &str) -> bool {
    let is_word = |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric());
    text.strip_prefix(start).is_some_and(is_word)
}

pub(super) fn account(text: &str) -> Result<String, String> {
    if is_account_id(text) { Ok(text.to_owned()) } else { Err("an account id has twelve digits".to_owned()) }
}

pub(super) fn vpc(text: &str) -> Result<String, String> {
    match is_id(text, "vpc-") {
        true => Ok(text.to_owned()),
        false => Err("the id of a VPC is vpc- and letters and digits".to_owned()),
    }
}

pub(super) fn addresses(text: &str) -> Result<String, String> {
    let range = AddressRange::read(text).map(|_| text.to_owned());
    range.ok_or_else(|| "an address or a range of addresses, such as 192.0.2.0/24".to_owned())
}

/// Reads a number of threads; more than any machine has processors for would only fail to start.
pub(super) fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    let number = text.parse().ok().filter(|jobs: &NonZeroUsize| jobs.get() <= 1024);
    number.ok_or_else(|| "a number from 1 to 1024".to_owned())
}

/// Returns a partition.
#[cfg(feature = "serve")]
pub(super) fn partition(text: &str) -> Result<String, String> {
    let is_partition =
        text.starts_with("aws") && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    is_partition
        .then(|| text.to_owned())
        .ok_or_else(|| "a partition is written aws, aws-cn or aws-us-gov".to_owned())
}

/// Reads `10s`, `500ms`, `2m`, `1.5s`; a bare number is seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "a time is written 10s, 500ms or 2m".to_owned();
    let (number, unit) = match text.find(|c: char| c.is_ascii_alphabetic()) {
        Some(at) => text.split_at(at),
        None => (text, "s"),
    };
    let factor = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(wrong()),
    };
    let number: f64 = number.parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(number * factor).map_err(|_| wrong())
}

/// Reads a kind of requesters.
pub(super) fn who_kind(text: &str) -> Result<WhoKind, String> {
    let all: Vec<&str> = WhoKind::ALL.into_iter().map(WhoKind::name).collect();
    WhoKind::parse(text).ok_or_else(|| format!("it is one of {}", all.join(", ")))
}
