//! The values a variable can have at all.

use crate::automata::{Builder, Class, Pattern, Set};
use crate::formula::{Variable, domain as requester_domain};
use crate::policy::PolicyType;
use crate::request::{ValueType, key_info};

/// The words that are values of the variable: a word is one if it matches some pattern of the list.
pub(super) fn domain(variable: Variable<'_>, policy_type: PolicyType) -> Vec<Pattern> {
    match variable {
        Variable::Action => {
            // Exactly one colon, both sides visible ASCII in lower case and not empty.
            let part = |b: Builder| {
                b.one(Set::Class(Class::VISIBLE_LOWER_NOT_COLON)).many(Class::VISIBLE_LOWER_NOT_COLON)
            };
            vec![part(part(Builder::default()).text(":")).finish()]
        }
        Variable::Resource => {
            let fields = six_fields(Builder::default().text("arn"), 4);
            vec![fields, Pattern::word("*")]
        }
        Variable::Requester => requester_domain(policy_type),
        Variable::Key(name, _) => match key_info(name).map(|info| info.value) {
            Some(ValueType::Bool) => vec![Pattern::word("true"), Pattern::word("false")],
            Some(ValueType::Arn) => vec![six_fields(Builder::default().many(Class::NOT_COLON), 4)],
            _ => vec![Pattern::any()],
        },
    }
}

fn six_fields(first: Builder, middle: usize) -> Pattern {
    let fields = (0..middle).fold(first, |b, _| b.text(":").many(Class::NOT_COLON));
    fields.text(":").many(Class::ANY).finish()
}
