//! Requests like a candidate with other values for policy variables: those with which a pattern matches the value that it is held
//! against.
//!
//! Where a pattern with variables is only modelled between bounds, the search makes the pattern match as if each variable were
//! anything. The value that was found then says what the variables have to be. This is guessing: the referee judges every request.

use crate::automata::Symbol;
use crate::encode::is_text;
use crate::formula::{RequesterKey, VariablePattern};
use crate::index::broken;
use crate::policy::{Document, OperatorFamily, Template};
use crate::request::Request;

/// Up to `most` requests with values that fit one condition of the documents, or all of those before it too.
pub(super) fn with_fitting_values(candidate: &Request, documents: &[&Document], most: usize) -> Vec<Request> {
    let conditions = documents.iter().flat_map(|document| &document.statements).flat_map(|s| &s.conditions);
    let mut requests = Vec::new();
    let mut together = candidate.clone();
    for condition in conditions {
        let Some([value, ..]) = candidate.values(&condition.key.value.name) else { continue };
        let family = condition.operator.value.base.family();
        for template in condition.values.iter().map(|value| &value.value.template) {
            if !template.has_variables() {
                continue;
            }
            for long in [true, false] {
                let Some(values) = fitting(template, family, value, long) else { continue };
                let mut alone = candidate.clone();
                for (key, value) in values {
                    alone.set(key, vec![value.clone()]);
                    together.set(key, vec![value]);
                }
                requests.push(alone);
                requests.push(together.clone());
                if requests.len() >= most {
                    return requests;
                }
            }
        }
    }
    requests
}

/// Values of the variables with which the template matches the text; `None` if there are none, or if a variable is no free text.
fn fitting<'t>(
    template: &'t Template,
    family: OperatorFamily,
    text: &str,
    long: bool,
) -> Option<Vec<(&'t str, String)>> {
    let is_free = |key: &str| is_text(key) && RequesterKey::of(key).is_none();
    if !template.variables().all(|variable| is_free(&variable.key)) {
        return None;
    }
    let fields = match family {
        OperatorFamily::Arn => template.split_fields(5),
        _ => vec![template.clone()],
    };
    let name = |key: &str| match template.variables().find(|variable| *variable.key == *key) {
        Some(variable) => &*variable.key,
        None => broken("the variables of the fields are those of the template"),
    };
    let pattern = VariablePattern::new(&fields, &|_| false, &name)?;
    let values = pattern.extract(&Symbol::word(text), long)?;
    pattern.keys.iter().zip(values).map(|(key, value)| Some((*key, Symbol::text(&value)?))).collect()
}
