//! Does the new policy allow any request that the existing one does not?

use super::question::{Answer, Options, Question};
use crate::formula::Role;
use crate::policy::Document;

/// Does `new` allow any request that `existing` does not? PASS if it does not. Document 0 of the answer is `new`,
/// document 1 `existing`.
///
/// This is AWS's CheckNoNewAccess: FAIL if and only if some request is allowed by `new` and not allowed by `existing`.
/// Source: IAM Access Analyzer API reference, "CheckNoNewAccess".
pub fn no_new_access(new: &Document, existing: &Document, options: &Options) -> Answer {
    let documents = [new, existing];
    let mut question = Question::new(&documents, &[Role::Allows, Role::Refuses], options);
    let existing = question.compiled.get(1).cloned();
    let allowed_before = existing.map(|policy| policy.allows(&mut question.formula));
    let goal: Vec<_> = allowed_before.into_iter().map(|lit| !lit).collect();
    question.ask(&goal, &|_| true)
}
