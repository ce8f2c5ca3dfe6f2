//! Variants of a candidate request, with values of policy variables under which a pattern matches the value it is compared with.
//!
//! If a pattern with variables is modelled only by bounds, the search treats each variable as matching anything. The value found
//! this way determines what the variables must be. These values are guesses: the referee judges every resulting request.

use crate::automata::Symbol;
use crate::encode::is_text;
use crate::formula::{RequesterKey, VariablePattern};
use crate::index::broken;
use crate::policy::{Document, OperatorFamily, Template};
use crate::request::Request;

/// Returns up to `most` requests with values that fit one condition of the documents, or this condition and all conditions before
/// it.
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

/// Returns values of the variables with which the template matches the text; `None` if there are none, or if a variable is not a
/// free text.
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
