//! Conditions whose value is `*`: they say no more than that a key is present or absent, or nothing at all.

use super::glob::is_any;
use super::scope::Scope;
use super::syntax::Test;
use crate::code::AwsCode;
use crate::policy::{Operator, OperatorBase, SetPrefix};

/// Checks the values of a key that consist of `*`.
pub(super) fn check<'j>(scope: &mut Scope<'_, 'j>, test: &Test<'j>) {
    let Some(code) = test.operator.and_then(meaning) else { return };
    for value in test.values.iter().filter(|value| is_any(&value.text)) {
        let texts = [("key", test.key), ("operator", test.operator_text), ("recommendedKey", test.key)];
        scope.add(code, &texts, [value.place.clone()]);
    }
}

/// Returns the code for the value `*` under an operator.
fn meaning(operator: Operator) -> Option<AwsCode> {
    use SetPrefix::{ForAllValues, ForAnyValue};
    let is_negated = match operator.base {
        OperatorBase::StringLike | OperatorBase::ArnLike => false,
        OperatorBase::StringNotLike | OperatorBase::ArnNotLike => true,
        _ => return None,
    };
    match (is_negated, operator.set, operator.if_exists) {
        (false, None, false) => Some(AwsCode::EquivalentToNullFalse),
        (true, None, false) | (true, Some(ForAllValues), _) => Some(AwsCode::EquivalentToNullTrue),
        (false, None, true) | (false, Some(ForAllValues), _) => {
            Some(AwsCode::RedundantKeyDueToWildcardInCondition)
        }
        (true, Some(ForAnyValue), _) => Some(AwsCode::RedundantStatementDueToWildcardInCondition),
        (true, None, true) | (false, Some(ForAnyValue), _) => None,
    }
}
