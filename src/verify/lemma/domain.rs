//! The possible values of each variable, as patterns of which one must match: the shapes under "Requests" in docs/semantics.md.

use crate::automata::{Class, Set, Step, Symbol};
use crate::formula::{Variable, domain as requesters};
use crate::request::{Requesters, ValueType, key_info};

/// Returns the forms of the variable's values.
pub(super) fn forms(variable: Variable<'_>, kinds: Requesters) -> Vec<Vec<Step>> {
    match variable {
        // Exactly one colon; both sides are visible lower-case ASCII and not empty.
        Variable::Action => {
            let class = Class::VISIBLE_LOWER_NOT_COLON;
            let some = [Step::One(Set::Class(class)), Step::Many(class)];
            vec![[&some[..], &text(":"), &some].concat()]
        }
        Variable::Resource => vec![six_fields(text("arn")), text("*")],
        Variable::Requester => requesters(kinds).iter().map(|form| form.steps().to_vec()).collect(),
        Variable::Key(name, _) => match key_info(name).map(|info| info.value) {
            Some(ValueType::Bool) => vec![text("true"), text("false")],
            Some(ValueType::Arn) => vec![six_fields(vec![Step::Many(Class::NOT_COLON)])],
            _ => vec![vec![Step::Many(Class::ANY)]],
        },
    }
}

/// Returns the steps that spell a text.
pub(super) fn text(text: &str) -> Vec<Step> {
    text.chars().map(|c| Step::One(Set::Char(Symbol::from_char(c)))).collect()
}

/// Returns six fields joined by `:`, of which the last may contain further `:`.
fn six_fields(mut steps: Vec<Step>) -> Vec<Step> {
    for _ in 0..4 {
        steps.extend(text(":"));
        steps.push(Step::Many(Class::NOT_COLON));
    }
    steps.extend(text(":"));
    steps.push(Step::Many(Class::ANY));
    steps
}
