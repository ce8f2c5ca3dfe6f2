//! `Resource` and `NotResource`.

use super::glob::{
    Piece, all_match, definite_or_disputed, each_matches, fields_of, matches as glob, may_start,
};
use super::variable::resolve;
use super::{Options, PartTrace, Truth, action::part};
use crate::policy::{Effect, ResourcePattern, ResourceShape, Statement};
use crate::request::Request;

pub(super) fn matches(statement: &Statement, request: &Request, options: &Options) -> PartTrace {
    let whole = options.allows_whole_resource && statement.effect.value == Effect::Allow;
    match &statement.resource {
        Some(element) => {
            let asked = fields_of(&request.resource);
            part(element, |pattern| match pattern.shape {
                ResourceShape::Abbreviation if whole && !element.negated => Truth::True,
                _ => one(pattern, request, asked.as_ref(), options),
            })
        }
        None => {
            let all = options.resource_unconstrained || whole;
            PartTrace { truth: if all { Truth::True } else { Truth::Unknown }, value: None }
        }
    }
}

/// Decides whether the pattern matches the resource of a request, whose fields are these, if it has as many.
fn one(pattern: &ResourcePattern, request: &Request, asked: Option<&[&str; 6]>, options: &Options) -> Truth {
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
            let [.., last] = &**fields;
            let definite = if asked.is_some_and(|[.., asked]| !may_start(last, asked)) {
                false
            } else if pattern.template.has_variables() {
                let resolved: Option<Vec<Vec<Piece<'_>>>> =
                    fields.iter().map(|field| resolve(field, request, options)).collect();
                // A variable without a value makes the pattern match nothing.
                let Some(fields) = resolved else { return Truth::False };
                all_match(&fields, &request.resource)
            } else {
                asked.is_some_and(|asked| each_matches(fields, asked))
            };
            let whole = || {
                let text = resolve(&pattern.template, request, options);
                text.is_some_and(|pieces| glob(&pieces, &request.resource))
            };
            definite_or_disputed(definite, !definite && (*completed || options.strict_arn) && whole())
        }
    }
}
