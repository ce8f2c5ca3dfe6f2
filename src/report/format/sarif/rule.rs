//! Rules: the description of each code in a log.

use super::Text;
use crate::code::{Code, FindingType, Severity};
use crate::report::gravity::{Gravity, gravity};
use serde::Serialize;

/// The address of the sources, if the package states one.
const SOURCES: &str = env!("CARGO_PKG_REPOSITORY");

/// Returns the address of the sources; `None` if the package states none.
pub(super) fn home() -> Option<&'static str> {
    (!SOURCES.is_empty()).then_some(SOURCES)
}

/// A code with its page.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule {
    id: &'static str,
    name: String,
    short_description: Text<String>,
    full_description: Text<String>,
    help: Text<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

/// The properties that GitHub's code scanning reads.
///
/// Source: GitHub Docs, "SARIF support for code scanning", `reportingDescriptor` object.
#[derive(Serialize)]
struct Properties {
    tags: Vec<&'static str>,
    precision: &'static str,
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    security_severity: Option<&'static str>,
}

impl Rule {
    pub(super) fn of(code: Code) -> Rule {
        let summary = || Text::plain(code.summary());
        Rule {
            id: code.as_str(),
            name: in_pascal_case(code.as_str()),
            short_description: summary(),
            full_description: summary(),
            help: Text { text: code.page().trim_start_matches("# "), markdown: Some(code.page()) },
            help_uri: match code {
                Code::Aws(code) => Some(code.link()),
                own => home().map(|home| page_at(home, own)),
            },
            default_configuration: Configuration { level: level(code) },
            properties: Properties::of(code),
        }
    }
}

impl Properties {
    fn of(code: Code) -> Properties {
        let gravity = gravity(code);
        let kind = match code.severity() {
            _ if gravity.is_some() => "security",
            Severity::Error | Severity::Warning | Severity::Lint | Severity::Finding => "correctness",
            Severity::Unknown | Severity::Limit | Severity::Assumption => "undecided",
        };
        Properties {
            tags: vec!["aws", "iam", kind],
            // A finding comes with a request that shows it, or with a proof; the rest compares names and texts.
            precision: match code.severity() {
                Severity::Finding | Severity::Lint => "very-high",
                _ => "high",
            },
            // GitHub calls a number above 9.0 critical, from 7.0 high, from 4.0 medium, and below low.
            security_severity: gravity.map(|gravity| match gravity {
                Gravity::Critical => "9.5",
                Gravity::High => "8.0",
                Gravity::Medium => "5.0",
            }),
        }
    }
}

/// Returns the level of results with the code, unless a result says otherwise.
fn level(code: Code) -> &'static str {
    match (code, code.severity()) {
        (Code::Aws(code), _) if code.finding_type() == FindingType::Suggestion => "note",
        (Code::AccessLost | Code::NewlyDenied, _) | (_, Severity::Assumption) => "note",
        (_, Severity::Lint | Severity::Warning) => "warning",
        (_, Severity::Error | Severity::Finding | Severity::Unknown | Severity::Limit) => "error",
    }
}

/// Returns the address of the page about a code in the sources of this version.
fn page_at(home: &str, code: Code) -> String {
    let home = home.trim_end_matches('/');
    format!("{home}/blob/v{}/docs/codes/{code}.md", env!("CARGO_PKG_VERSION"))
}

/// Returns a name in kebab or snake case as the identifiers of SARIF are usually written.
fn in_pascal_case(name: &str) -> String {
    let words = name.split(['-', '_']).map(str::to_ascii_lowercase);
    words.map(|word| first_upper(&word)).collect()
}

fn first_upper(word: &str) -> String {
    let mut letters = word.chars();
    match letters.next() {
        Some(first) => format!("{}{}", first.to_ascii_uppercase(), letters.as_str()),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::AwsCode;

    #[test]
    fn names_are_identifiers() {
        assert_eq!(in_pascal_case("new-access"), "NewAccess");
        assert_eq!(in_pascal_case("INVALID_ACTION"), "InvalidAction");
    }

    #[test]
    fn pages_are_those_of_the_version() {
        let page = page_at("https://example.com/iamsat/", Code::NewAccess);
        assert!(
            page.starts_with("https://example.com/iamsat/blob/v")
                && page.ends_with("/docs/codes/new-access.md")
        );
    }

    #[test]
    fn only_access_that_is_wider_has_a_security_severity() {
        let severity = |code| Properties::of(code).security_severity;
        assert_eq!(severity(Code::PublicAccess), Some("9.5"));
        assert_eq!(severity(Code::NewAccess), Some("8.0"));
        assert_eq!(severity(Code::AllowWithNotAction), Some("5.0"));
        for code in [Code::AccessLost, Code::RedundantAction, Code::LimitDeadline] {
            assert_eq!(severity(code), None, "{code}");
        }
        let code = AwsCode::parse("INVALID_ACTION").unwrap();
        assert!(Rule::of(Code::Aws(code)).help_uri.unwrap().starts_with("https://docs.aws.amazon.com/"));
    }
}
