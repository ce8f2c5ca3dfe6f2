//! Reads a configuration: all its faults at once.

use super::effect;
use super::kind::InputKind;
use super::table::{Faults, span};
use super::{Check, Config, NotGranted};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::policy::closest;
use crate::report::Failure;
use crate::span::Source;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The members of the whole.
const MEMBERS: [&str; 13] = [
    "baseline",
    "checks",
    "exclude",
    "inputs",
    "kinds",
    "managed-policies",
    "not-granted",
    "parameters",
    "rules",
    "severity",
    "snapshot",
    "trusted",
    "zone-of-trust",
];

/// Reads a configuration.
///
/// # Errors
/// The text is not TOML, or a member of it is unknown or not valid.
pub(super) fn read(source: &Source) -> Result<Config, Failure> {
    let text = source.text();
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut faults = Faults::default();
    for error in errors {
        let place = error.span().unwrap_or(0..0);
        let message = format!("it is not valid TOML: {}", error.message().replace('\n', ", "));
        faults.0.push(Diagnostic::error(Code::InvalidConfiguration, message, span(place)));
    }
    // What a text means that is not TOML, nobody knows.
    let config = if faults.0.is_empty() { members(table.get_ref(), &mut faults) } else { Config::default() };
    // Questions about a snapshot need no policies beside it.
    if faults.0.is_empty() && config.inputs.is_empty() && config.snapshot.is_none() {
        faults.add(0..0, "the configuration has no `inputs`", "add inputs = [\"policies\"], for example");
    }
    faults.end(source).map_or(Ok(config), Err)
}

fn members(table: &DeTable<'_>, faults: &mut Faults) -> Config {
    faults.unknown(table, &MEMBERS, "member");
    let mut config = Config::default();
    for (key, value) in table {
        let plain = |list: Vec<(String, Range<usize>)>| list.into_iter().map(|(text, _)| text).collect();
        match &**key.get_ref() {
            "inputs" => config.inputs = plain(faults.texts(value)),
            "exclude" => {
                let texts = faults.texts(value);
                config.exclude =
                    texts.into_iter().filter_map(|(text, place)| faults.pattern(&text, place)).collect();
            }
            "parameters" => {
                let texts = faults.texts(value);
                let named = texts.iter().map(|(text, place)| ("parameters", text.clone(), place.clone()));
                config.named.extend(named);
                config.parameters = plain(texts);
            }
            "zone-of-trust" => config.zone_of_trust = plain(faults.texts(value)),
            "trusted" => config.trusted = plain(faults.texts(value)),
            "rules" => config.rules = path("rules", value, &mut config, faults),
            "baseline" => config.baseline = path("baseline", value, &mut config, faults),
            "managed-policies" => {
                config.managed_policies = path("managed-policies", value, &mut config, faults);
            }
            "snapshot" => config.snapshot = path("snapshot", value, &mut config, faults),
            "checks" => config.checks = Some(checks(value, faults)),
            "kinds" => kinds(value, &mut config, faults),
            "severity" => severities(value, &mut config, faults),
            "not-granted" => config.not_granted = not_granted(value, faults),
            _ => {}
        }
    }
    if faults.0.is_empty() {
        effect::settings(table, &config, faults);
    }
    config
}

/// Returns the text that names a file or directory.
fn path(
    member: &'static str,
    value: &Spanned<DeValue<'_>>,
    config: &mut Config,
    faults: &mut Faults,
) -> Option<String> {
    let text = faults.text(value)?;
    config.named.push((member, text.clone(), value.span()));
    Some(text)
}

fn checks(value: &Spanned<DeValue<'_>>, faults: &mut Faults) -> Vec<Check> {
    let names = Check::ALL.map(Check::name);
    let mut checks = Vec::new();
    for (text, place) in faults.texts(value) {
        match Check::ALL.into_iter().find(|check| check.name() == text) {
            Some(check) => checks.push(check),
            None => {
                let help = match closest(&text, &names) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => format!("the checks are {}", names.join(", ")),
                };
                faults.add(place, format!("`{text}` is not a check"), help);
            }
        }
    }
    checks
}

/// Returns the table that a member has to be.
fn table<'v, 'i>(value: &'v Spanned<DeValue<'i>>, faults: &mut Faults) -> Option<&'v DeTable<'i>> {
    match value.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => {
            faults.add(value.span(), "a table is needed here", "");
            None
        }
    }
}

fn kinds(value: &Spanned<DeValue<'_>>, config: &mut Config, faults: &mut Faults) {
    let Some(members) = table(value, faults) else { return };
    // The parser sorts members by name; the last one in the file counts.
    let mut members: Vec<_> = members.iter().collect();
    members.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in members {
        let pattern = faults.pattern(key.get_ref(), key.span());
        let Some(text) = faults.text(value) else { continue };
        match (pattern, InputKind::parse(&text)) {
            (Some(pattern), Some(kind)) => config.kinds.push((pattern, kind)),
            (_, None) => faults.add(
                value.span(),
                format!("`{text}` is not a kind of policy"),
                format!(
                    "the kinds are {}, or the type of a resource such as AWS::S3::Bucket",
                    InputKind::NAMES.join(", ")
                ),
            ),
            (None, Some(_)) => {}
        }
    }
}

fn severities(value: &Spanned<DeValue<'_>>, config: &mut Config, faults: &mut Faults) {
    let Some(members) = table(value, faults) else { return };
    for (key, value) in members {
        let Some(level) = faults.text(value) else { continue };
        let code = match Code::parse(key.get_ref()) {
            Some(code) => code,
            None => {
                let names: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
                let help = match closest(key.get_ref(), &names) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => "`iamsat explain` lists all codes".to_owned(),
                };
                faults.add(key.span(), format!("`{}` is not a code", key.get_ref()), help);
                continue;
            }
        };
        if !code.can_be_accepted() {
            faults.add(
                key.span(),
                format!("`{code}` says that something was not judged, so its severity cannot be set"),
                "remove it; `iamsat explain` says what to do about it",
            );
            continue;
        }
        match &*level {
            "allow" => config.allow.push(code),
            "warn" => config.warn.push(code),
            "deny" => config.deny.push(code),
            _ => {
                faults.add(value.span(), format!("`{level}` is not a severity"), "it is allow, warn or deny")
            }
        }
    }
}

fn not_granted(value: &Spanned<DeValue<'_>>, faults: &mut Faults) -> Vec<NotGranted> {
    let DeValue::Array(list) = value.get_ref() else {
        faults.add(value.span(), "`not-granted` is a list of tables", "write [[not-granted]]");
        return Vec::new();
    };
    let mut all = Vec::new();
    for one in list.iter() {
        let Some(members) = table(one, faults) else { continue };
        faults.unknown(members, &["actions", "resources"], "member");
        let mut entry = NotGranted::default();
        for (key, value) in members {
            let texts = faults.texts(value).into_iter().map(|(text, _)| text).collect();
            match &**key.get_ref() {
                "actions" => entry.actions = texts,
                "resources" => entry.resources = texts,
                _ => {}
            }
        }
        if entry.actions.is_empty() && entry.resources.is_empty() {
            faults.add(one.span(), "an entry has neither `actions` nor `resources`", "add the actions");
        }
        all.push(entry);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<(String, String, String)> {
        let source = Source::new("iamsat.toml", text);
        match read(&source) {
            Ok(_) => Vec::new(),
            Err(failure) => failure
                .faults
                .iter()
                .map(|fault| {
                    let Diagnostic { message, span, help, .. } = &fault.diagnostic;
                    (source.slice(*span).to_owned(), message.clone(), help.clone())
                })
                .collect(),
        }
    }

    #[test]
    fn a_whole_configuration_is_read() {
        let text = r#"
            inputs = ["policies", "cdk.out/*.json"]
            exclude = ["policies/old/*"]
            checks = ["lint", "check-no-new-access", "check-access-not-granted", "find-external-access"]
            rules = "rules"
            baseline = "known.json"
            zone-of-trust = ["111122223333"]
            [kinds]
            "policies/*" = "identity"
            "policies/scp-*" = "scp"
            "policies/bucket.json" = "AWS::S3::Bucket"
            [severity]
            redundant-action = "allow"
            INVALID_ACTION = "warn"
            duplicate-sid = "deny"
            [[not-granted]]
            actions = ["iam:PassRole"]
        "#;
        let config = read(&Source::new("iamsat.toml", text)).unwrap();
        assert_eq!(config.inputs, ["policies", "cdk.out/*.json"]);
        let checks = [Check::Lint, Check::NoNewAccess, Check::AccessNotGranted, Check::ExternalAccess];
        assert_eq!(config.checks.as_deref(), Some(&checks[..]));
        let kinds: Vec<&InputKind> = config.kinds.iter().map(|(_, kind)| kind).collect();
        let bucket = InputKind::Of("AWS::S3::Bucket".to_owned());
        assert_eq!(kinds, [&InputKind::Identity, &InputKind::ServiceControl, &bucket]);
        assert_eq!(config.allow, [Code::RedundantAction]);
        assert_eq!((config.warn.len(), config.deny.as_slice()), (1, &[Code::DuplicateSid][..]));
        assert_eq!(config.not_granted.len(), 1);
    }

    #[test]
    fn every_fault_has_its_place_and_what_to_do() {
        for (text, place, message, help) in [
            ("inputs = [1]", "1", "a text is needed here", "write it in quotes"),
            (
                "inputs = [\"a\"]\nbase_line = \"b\"",
                "base_line",
                "`base_line` is not a member of the configuration",
                "did you mean `baseline`?",
            ),
            (
                "inputs = [\"a\"]\n[severity]\nredundant-acton = \"allow\"",
                "redundant-acton",
                "`redundant-acton` is not a code",
                "did you mean `redundant-action`?",
            ),
            (
                "inputs = [\"a\"]\n[severity]\nlimit-deadline = \"allow\"",
                "limit-deadline",
                "`limit-deadline` says that something was not judged, so its severity cannot be set",
                "remove it; `iamsat explain` says what to do about it",
            ),
            (
                "inputs = [\"a\"]\n[severity]\nnew-access = \"off\"",
                "\"off\"",
                "`off` is not a severity",
                "it is allow, warn or deny",
            ),
            (
                "inputs = [\"a\"]\nchecks = [\"lnt\"]",
                "\"lnt\"",
                "`lnt` is not a check",
                "did you mean `lint`?",
            ),
            (
                "inputs = [\"a\"]\n[kinds]\n\"a/[\" = \"scp\"",
                "\"a/[\"",
                "`a/[` is not a valid pattern: invalid range pattern",
                "",
            ),
            (
                "inputs = [\"a\"]\n[kinds]\n\"a\" = \"bucket\"",
                "\"bucket\"",
                "`bucket` is not a kind of policy",
                "the kinds are identity, scp, rcp, trust, or the type of a resource such as AWS::S3::Bucket",
            ),
            (
                "inputs = [\"a\"]\n[[not-granted]]",
                "[[not-granted]]",
                "an entry has neither `actions` nor `resources`",
                "add the actions",
            ),
            ("", "", "the configuration has no `inputs`", "add inputs = [\"policies\"], for example"),
        ] {
            let expected = [(place.to_owned(), message.to_owned(), help.to_owned())];
            assert_eq!(faults(text), expected, "{text}");
        }
        assert!(
            faults("inputs = [").iter().all(|(_, message, _)| message.starts_with("it is not valid TOML"))
        );
        assert_eq!(faults("rules = 1\nbaseline = 2\nx = 3").len(), 3);
    }
}
