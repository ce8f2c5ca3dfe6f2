//! The empty policy, to which a created or deleted one is compared.

use crate::check::Options;
use crate::index::broken;
use crate::limits::InputLimits;
use crate::policy::{Document, PolicyType, parse};
use crate::span::Source;

/// A document of the same type that allows nothing and denies nothing.
pub(super) fn nothing(like: &Document, options: &Options) -> Document {
    let policy_type = match options.policy_type {
        Some(policy_type) => policy_type,
        None => PolicyType::infer([like]),
    };
    let principal = if policy_type.has_principals() { r#""Principal":"*","# } else { "" };
    // Policies that have no `Resource` at all are read without resources; one that has it would change that.
    let has_resource = like.statements.iter().any(|statement| statement.resource.is_some());
    let resource = if has_resource { r#","Resource":"*""# } else { "" };
    let text = format!(r#"{{"Statement":{{"Effect":"Allow",{principal}"Action":[]{resource}}}}}"#);
    match parse(&Source::new("<nothing>", text), &InputLimits::default()) {
        Ok(document) => document,
        Err(_) => broken("a statement without actions matches nothing"),
    }
}
