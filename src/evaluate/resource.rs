//! `Resource` and `NotResource`.

use super::glob::{Piece, all_match, definite_or_disputed, fields_match, matches as glob};
use super::variable::resolve;
use super::{Options, PartTrace, Truth, action::part};
use crate::policy::{Effect, ResourcePattern, ResourceShape, Statement};
use crate::request::Request;

pub(super) fn matches(statement: &Statement, request: &Request, options: &Options) -> PartTrace {
    let whole = options.allows_whole_resource && statement.effect.value == Effect::Allow;
    match &statement.resource {
        Some(element) => part(element, |pattern| match pattern.shape {
            ResourceShape::Abbreviation if whole && !element.negated => Truth::True,
            _ => one(pattern, request, options),
        }),
        None => {
            let all = options.resource_unconstrained || whole;
            PartTrace { truth: if all { Truth::True } else { Truth::Unknown }, value: None }
        }
    }
}

fn one(pattern: &ResourcePattern, request: &Request, options: &Options) -> Truth {
    match &pattern.shape {
        ResourceShape::Any => Truth::True,
        ResourceShape::Abbreviation => Truth::Unknown,
        ResourceShape::Arn { fields, completed } => {
            // Only `*` matches the literal `*` of a request.
            if request.resource == "*" {
                return Truth::False;
            }
            if options.is_disputed(&pattern.template) {
                return Truth::Unknown;
            }
            let definite = if pattern.template.has_variables() {
                let resolved: Option<Vec<Vec<Piece<'_>>>> =
                    fields.iter().map(|field| resolve(field, request, options)).collect();
                // A variable without a value makes the pattern match nothing.
                let Some(fields) = resolved else { return Truth::False };
                all_match(&fields, &request.resource)
            } else {
                fields_match(fields, &request.resource)
            };
            let whole = || {
                let text = resolve(&pattern.template, request, options);
                text.is_some_and(|pieces| glob(&pieces, &request.resource))
            };
            definite_or_disputed(definite, !definite && (*completed || options.strict_arn) && whole())
        }
    }
}
