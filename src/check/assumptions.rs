//! The named assumptions that take part in an answer.

use super::question::Assumption;
use crate::formula::Reading;
use crate::policy::{Document, Effect, Part, PolicyType, PrincipalMeaning, ResourceShape};
use crate::request::key_info;

/// The decided readings that the documents touch, in alphabetical order.
pub(super) fn of(documents: &[&Document], reading: &Reading<'_>) -> Vec<Assumption> {
    let mut found = Vec::new();
    for statement in documents.iter().flat_map(|d| &d.statements) {
        for pattern in statement.resource.iter().flat_map(|r| &r.values) {
            if let ResourceShape::Arn { fields, completed } = &pattern.value.shape {
                if *completed {
                    found.push("short-arns-are-completed");
                }
                if fields
                    .iter()
                    .take(5)
                    .any(|f| f.parts().iter().any(|p| matches!(p, Part::One | Part::Many)))
                {
                    found.push("resource-fields-do-not-cross-colons");
                }
            }
        }
        for condition in &statement.conditions {
            let name = &*condition.key.value.name;
            if key_info(name).is_none() && !reading.is_multivalued(name) {
                found.push("unlisted-keys-are-single-valued");
            }
            if condition.values.iter().any(|v| v.value.template.has_variables()) {
                found.push("variable-values-are-literal");
            }
        }
        if statement.resource.iter().flat_map(|r| &r.values).any(|r| r.value.template.has_variables()) {
            found.push("variable-values-are-literal");
        }
        if let Some(principal) = &statement.principal {
            let account = |m: &PrincipalMeaning| matches!(m, PrincipalMeaning::Account(_));
            if principal.values.iter().any(|p| account(&p.value.meaning)) {
                found.push("one-partition");
                if principal.negated && statement.effect.value == Effect::Deny {
                    found.push("account-alone-in-notprincipal-exempts-all");
                }
            }
            if principal.values.iter().any(|p| p.value.text.len() > 1 && p.value.text.contains(['*', '?'])) {
                found.push("principal-wildcards-are-globs");
            }
        }
    }
    if reading.policy_type == PolicyType::Identity {
        found.retain(|name| *name != "one-partition");
    }
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(Assumption).collect()
}
