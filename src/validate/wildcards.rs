//! Wildcards and policy variables in the values of keys that decide who is trusted.

use super::facts::{SENSITIVE, provider_of};
use super::scope::Scope;
use super::syntax::Test;
use super::variables::{spelled, without};
use crate::code::AwsCode;
use crate::policy::{OperatorBase, OperatorFamily};

/// The number of characters that have to stand before a wildcard in the subject of a token.
const RUN: usize = 6;

/// Checks the values of a key.
pub(super) fn check<'j>(scope: &mut Scope<'_, 'j>, test: &Test<'j>) {
    let Some(operator) = test.operator else { return };
    let is_sensitive = SENSITIVE.contains(&&*test.lower);
    let is_like = matches!(
        operator.base,
        OperatorBase::StringLike
            | OperatorBase::StringNotLike
            | OperatorBase::ArnLike
            | OperatorBase::ArnNotLike
    );
    for value in &test.values {
        let text = &*value.text;
        if is_sensitive && matches!(operator.base.family(), OperatorFamily::String | OperatorFamily::Arn) {
            let is_loose = |name: &str| !SENSITIVE.contains(&&*name.to_ascii_lowercase());
            let mut names = spelled(text).into_iter().filter(|variable| !variable.is_escape());
            if names.any(|variable| variable.name().is_some_and(is_loose)) {
                let texts = [("key", test.key)];
                scope.found.add_with(AwsCode::VariableUsageTooPermissive, 1, &texts, [value.place.clone()]);
            }
        }
        let message = match &*test.lower {
            _ if !is_like => continue,
            _ if is_sensitive => without(text).contains(['*', '?']).then_some(1),
            "aws:userid" => is_loose_user_id(text).then_some(2),
            key => {
                let is_subject = provider_of(key).is_some_and(|(_, claim)| claim == "sub");
                (is_subject && has_short_run(text)).then_some(0)
            }
        };
        if let Some(message) = message {
            let texts = [("key", test.key)];
            scope.found.add_with(AwsCode::WildcardUsageTooPermissive, message, &texts, [value.place.clone()]);
        }
    }
}

/// True if a wildcard stands left of the colon together with other text, or if there is no colon.
fn is_loose_user_id(text: &str) -> bool {
    let plain = without(text);
    let (id, has_colon) = match plain.split_once(':') {
        Some((id, _)) => (id, true),
        None => (&*plain, false),
    };
    id.contains(['*', '?']) && (!has_colon || id.chars().count() > 1)
}

/// True if fewer than [`RUN`] characters stand directly before some wildcard.
fn has_short_run(text: &str) -> bool {
    let mut run = 0usize;
    for c in without(text).chars() {
        match c {
            '*' | '?' if run < RUN => return true,
            '*' | '?' => run = 0,
            _ => run += 1,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_ids() {
        for (text, expected) in [
            ("repo:*", true),
            ("repo:O@*/abc@*", true),
            ("repo:octo/abcd@*", false),
            ("repo:o/r:ref:refs/heads/main", false),
            ("*", true),
        ] {
            assert_eq!(has_short_run(text), expected, "{text}");
        }
        for (text, expected) in
            [("AROAX:*", false), ("*:bob", false), ("AROA*", true), ("AROA*:bob", true), ("AIDAX", false)]
        {
            assert_eq!(is_loose_user_id(text), expected, "{text}");
        }
    }
}
