//! What a policy is compared to that there was not before, or is not any more.

use crate::check::Options;
use crate::index::broken;
use crate::limits::InputLimits;
use crate::policy::{Document, PolicyType, parse};
use crate::span::Source;

/// A document of the same type that allows nothing.
pub(super) fn nothing(like: &Document, options: &Options) -> Document {
    let policy_type = match options.policy_type {
        Some(policy_type) => policy_type,
        None => PolicyType::infer([like]),
    };
    let principal = if policy_type == PolicyType::Resource { r#""Principal":"*","# } else { "" };
    let text = format!(r#"{{"Statement":{{"Effect":"Deny",{principal}"Action":"*","Resource":"*"}}}}"#);
    match parse(&Source::new("<nothing>", text), &InputLimits::default()).document {
        Some(document) => document,
        None => broken("a policy that denies everything is one"),
    }
}
