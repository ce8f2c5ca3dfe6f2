//! Action patterns: compared without regard to case, so they are held in lower case.

use super::Template;

/// A pattern of `Action` or `NotAction`, such as `s3:Get*`.
///
/// Source: IAM User Guide, "IAM JSON policy elements: Action" (prefix and name are case-insensitive).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionPattern {
    /// As spelled in the document.
    pub text: Box<str>,
    /// The pattern in ASCII lower case, wildcards active.
    pub glob: Template,
    service_wildcard: bool,
}

impl ActionPattern {
    /// The pattern spelled `text`, or `None` if it is neither all stars nor of the form `service:name`.
    pub fn new(text: &str) -> Option<ActionPattern> {
        let well_formed = match text.split_once(':') {
            Some((service, name)) => !service.is_empty() && !name.is_empty(),
            None => !text.is_empty() && text.chars().all(|c| c == '*'),
        };
        let glob = Template::parse(&text.to_ascii_lowercase(), false).ok()?;
        let service = text.split(':').next().unwrap_or("");
        let service_wildcard =
            service.contains(['*', '?']) && !glob.is_many() && text.chars().any(|c| c != '*' && c != ':');
        well_formed.then(|| ActionPattern { text: text.into(), glob, service_wildcard })
    }

    /// Whether any action can match: the action of a request has one colon and is visible ASCII.
    pub fn can_match(&self) -> bool {
        self.text.bytes().all(|b| b.is_ascii_graphic()) && self.text.matches(':').count() <= 1
    }

    /// Whether every action matches (`*`).
    pub fn is_any(&self) -> bool {
        self.glob.is_many()
    }

    /// Whether a wildcard stands in the service part although the pattern is neither `*` nor `*:*`. AWS documents
    /// no meaning for these, so every match of them is opaque.
    pub fn has_service_wildcard(&self) -> bool {
        self.service_wildcard
    }
}
