//! The possible values of each variable.

use crate::automata::{Builder, Class, Pattern, Set};
use crate::formula::{Variable, domain as requester_domain};
use crate::request::{Requesters, ValueType, info_of_lower};
use crate::theory::requesters::by_requesters;
use std::sync::OnceLock;

/// Returns patterns for the values of the variable: a word is a value if it matches one of them.
pub(super) fn domain(variable: Variable<'_>, requesters: Requesters) -> &'static [Pattern] {
    static ACTION: OnceLock<[Pattern; 1]> = OnceLock::new();
    static RESOURCE: OnceLock<[Pattern; 2]> = OnceLock::new();
    static REQUESTER: [OnceLock<Vec<Pattern>>; 3] = [const { OnceLock::new() }; 3];
    static BOOL: OnceLock<[Pattern; 2]> = OnceLock::new();
    static ARN: OnceLock<[Pattern; 1]> = OnceLock::new();
    static TEXT: OnceLock<[Pattern; 1]> = OnceLock::new();
    match variable {
        Variable::Action => ACTION.get_or_init(|| {
            // Exactly one colon; both sides are lower-case visible ASCII and not empty.
            let part = |b: Builder| {
                b.one(Set::Class(Class::VISIBLE_LOWER_NOT_COLON)).many(Class::VISIBLE_LOWER_NOT_COLON)
            };
            [part(part(Builder::default()).text(":")).finish()]
        }),
        Variable::Resource => {
            RESOURCE.get_or_init(|| [six_fields(Builder::default().text("arn"), 4), Pattern::word("*")])
        }
        Variable::Requester => {
            by_requesters(&REQUESTER, requesters).get_or_init(|| requester_domain(requesters))
        }
        Variable::Key(name, _) => match info_of_lower(name).map(|info| info.value) {
            Some(ValueType::Bool) => BOOL.get_or_init(|| [Pattern::word("true"), Pattern::word("false")]),
            Some(ValueType::Arn) => {
                ARN.get_or_init(|| [six_fields(Builder::default().many(Class::NOT_COLON), 4)])
            }
            _ => TEXT.get_or_init(|| [Pattern::any()]),
        },
    }
}

fn six_fields(first: Builder, middle: usize) -> Pattern {
    let fields = (0..middle).fold(first, |b, _| b.text(":").many(Class::NOT_COLON));
    fields.text(":").many(Class::ANY).finish()
}
