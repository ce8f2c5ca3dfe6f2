//! The listed actions that each statement grants: AWS's check names none, and one request shows one of them.

use super::access_not_granted::access_not_granted;
use super::ask::Options;
use crate::encode::DocumentRef;
use crate::policy::Access;
use crate::solve::Verdict;

/// The largest number of listed actions of which each is a query of its own.
const MOST: usize = 64;

/// A listed action with the statements that grant it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantedAction {
    /// The action as it is listed; it may be a pattern.
    pub action: String,
    /// The statements, from 0. Each of them grants the action, as a request showed.
    pub statements: Vec<usize>,
    /// True if it could not be decided whether the action is granted.
    pub is_undecided: bool,
}

/// Asks for each listed action whether the policy grants it on a listed resource. Actions that are not granted (proved) are left out.
/// Empty if fewer than two actions are listed, or so many that a query for each would take long.
///
/// ```
/// use iamsat::check::{Access, Options, granted_actions};
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let policy = policy(r#"{"Effect":"Allow","Action":["s3:Get*","s3:PutObject"],"Resource":"*"}"#);
/// let access = Access::new(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [] as [&str; 0]).unwrap();
/// let granted = granted_actions(&policy, &[access], &Options::default());
/// let names: Vec<&str> = granted.iter().map(|granted| granted.action.as_str()).collect();
/// assert_eq!(names, ["s3:GetObject", "s3:PutObject"]);
/// ```
pub fn granted_actions<'a>(
    policy: impl Into<DocumentRef<'a>>,
    access: &[Access],
    options: &Options,
) -> Vec<GrantedAction> {
    let policy = policy.into();
    let mut queries: Vec<(&str, Vec<Access>)> = Vec::new();
    for entry in access {
        for action in &entry.actions {
            let one = Access { actions: vec![action.clone()], resources: entry.resources.clone() };
            match queries.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case(&action.text)) {
                Some((_, entries)) => entries.push(one),
                None => queries.push((&action.text, vec![one])),
            }
        }
    }
    if queries.len() < 2 || queries.len() > MOST {
        return Vec::new();
    }
    let mut granted = Vec::new();
    for (name, access) in queries {
        let answer = access_not_granted(policy, &access, options);
        let statements = match answer.verdict {
            Verdict::Pass(_) => continue,
            Verdict::Fail(findings) => findings.iter().map(|finding| finding.statement).collect(),
            Verdict::Unknown(_) => Vec::new(),
        };
        let is_undecided = statements.is_empty();
        granted.push(GrantedAction { action: name.to_owned(), statements, is_undecided });
    }
    granted
}
