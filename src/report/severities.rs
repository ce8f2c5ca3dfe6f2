//! Severities that a person chose for codes.

use super::issue::{Kind, Subject};
use crate::code::Code;

/// The severities of codes that a person chose.
///
/// ```
/// use iamsat::{code::Code, report::{Issue, Kind, Severities, Status, Subject}};
/// let issues = vec![Issue::new(Kind::Finding, Code::NewAccess, "newly allows s3:PutObject")];
/// let mut subject = Subject { name: "p".into(), file: None, rule: None, status: Status::Fail, message: "FAIL".into(), issues };
/// Severities { allow: &[Code::NewAccess], warn: &[] }.apply(&mut subject);
/// // The verdict stays; the finding is accepted.
/// assert_eq!((subject.status, subject.accepted().as_deref()), (Status::Fail, Some("`new-access` is allowed")));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Severities<'c> {
    /// Findings with these codes are accepted, and warnings with them are left out.
    pub allow: &'c [Code],
    /// Findings with these codes are accepted and shown as warnings.
    pub warn: &'c [Code],
}

impl Severities<'_> {
    /// Applies the severities to the findings of an input. What was not judged stays what it is.
    pub fn apply(&self, subject: &mut Subject) {
        subject.issues.retain(|issue| issue.kind != Kind::Warning || !self.allow.contains(&issue.code));
        for issue in &mut subject.issues {
            if !issue.is_acceptable() || issue.accepted.is_some() {
                continue;
            }
            if self.allow.contains(&issue.code) {
                issue.accepted = Some(format!("`{}` is allowed", issue.code));
            } else if self.warn.contains(&issue.code) {
                issue.accepted = Some(format!("`{}` is a warning", issue.code));
                issue.kind = Kind::Warning;
            }
        }
    }
}
