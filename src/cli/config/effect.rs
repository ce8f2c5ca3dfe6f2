//! Finds settings without effect: each would look like a check that runs.

use super::table::Faults;
use super::{Check, Config};
use crate::cli::input::read_text;
use crate::report::Failure;
use crate::report::baseline::Baseline;
use crate::span::Source;
use toml::de::DeTable;

/// Adds a fault for every setting that no check reads, and for every check whose settings are missing.
pub(super) fn settings(table: &DeTable<'_>, config: &Config, faults: &mut Faults) {
    let place =
        |member: &str| table.iter().find(|(key, _)| &**key.get_ref() == member).map(|(key, _)| key.span());
    let is_named = |check: Check| config.checks.as_ref().is_none_or(|checks| checks.contains(&check));
    for (member, check) in [
        ("rules", Check::NoNewAccess),
        ("not-granted", Check::AccessNotGranted),
        ("zone-of-trust", Check::ExternalAccess),
    ] {
        if let Some(place) = place(member).filter(|_| !is_named(check)) {
            let message = format!("`{member}` has no effect: `checks` leaves out {}", check.name());
            faults.add(place, message, format!("add \"{}\" to `checks`, or remove `{member}`", check.name()));
        }
    }
    for (member, is_empty, help) in [
        ("zone-of-trust", config.zone_of_trust.is_empty(), "name the accounts or organizations"),
        ("not-granted", config.not_granted.is_empty(), "write [[not-granted]] with `actions`"),
        ("checks", config.checks.as_ref().is_some_and(Vec::is_empty), "remove it to run all checks"),
    ] {
        if let Some(place) = place(member).filter(|_| is_empty) {
            faults.add(place, format!("`{member}` is empty, so nothing would be checked"), help);
        }
    }
    if let Some(place) = place("trusted").filter(|_| place("zone-of-trust").is_none()) {
        let help = "add zone-of-trust = [\"111122223333\"], for example";
        faults.add(place, "`trusted` has no effect without `zone-of-trust`", help);
    }
    for (check, member) in
        [(Check::ExternalAccess, "zone-of-trust"), (Check::AccessNotGranted, "not-granted")]
    {
        let is_asked = config.checks.as_ref().is_some_and(|checks| checks.contains(&check));
        if let Some(place) = place("checks").filter(|_| is_asked && place(member).is_none()) {
            let message = format!("`{}` needs `{member}`", check.name());
            faults.add(place, message, format!("add `{member}`, or remove the check"));
        }
    }
}

/// Checks that the files and directories exist that the configuration names, so that each is told once, with its place.
///
/// # Errors
/// One does not exist, or the list of accepted findings is not valid.
pub(super) fn exists(config: &Config, source: &Source, uses_baseline: bool) -> Result<(), Failure> {
    let mut faults = Faults::default();
    for (member, text, place) in &config.named {
        let path = config.directory.join(text);
        let fault = match *member {
            "rules" | "managed-policies" | "snapshot" if !path.is_dir() => {
                Some(format!("`{text}` is not a directory"))
            }
            "parameters" if !path.is_file() => Some(format!("`{text}` is not a file")),
            "baseline" if uses_baseline && !path.is_file() => Some(format!("`{text}` is not a file")),
            "baseline" if uses_baseline => {
                let read = read_text(&path.display().to_string());
                let read = read.and_then(|list| Baseline::parse(&Source::new(text.as_str(), list)));
                read.err().map(|failure| failure.message)
            }
            _ => None,
        };
        if let Some(message) = fault {
            faults.add(place.clone(), message, "paths start at the directory of the configuration");
        }
    }
    faults.end(source).map_or(Ok(()), Err)
}
