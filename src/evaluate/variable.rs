//! Policy variables.

use super::Options;
use super::glob::{Unit, units};
use crate::policy::{Part, Template};
use crate::request::Request;

/// The template with the values of its variables put in, literally; `None` if one has no value.
///
/// A default stands in for an absent key only; an empty value is a value; a multivalued key never resolves.
pub(super) fn resolve(template: &Template, request: &Request, options: &Options) -> Option<Vec<Unit>> {
    let mut out = Vec::new();
    for part in template.parts() {
        match part {
            Part::Variable(variable) => {
                let text = match request.values(&variable.key) {
                    None => variable.default.as_deref()?,
                    Some(_) if options.is_multivalued(&variable.key) => return None,
                    Some([value]) => value.as_str(),
                    Some(_) => return None,
                };
                out.extend(text.chars().map(Unit::Char));
            }
            other => out.extend(units(&Template::from_parts([other.clone()]))),
        }
    }
    Some(out)
}
