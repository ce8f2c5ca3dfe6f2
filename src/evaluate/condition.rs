//! Conditions.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Multivalued context keys".

use super::glob::{all_match, glob_matches, matches as glob};
use super::variable::{resolve, spell};
use super::{ConditionTrace, Options, Truth};
use crate::policy::{
    AddressRange, Condition, ConditionValue, Decimal, OperatorBase, OperatorFamily, SetPrefix, decode_base64,
    read_instant,
};
use crate::request::{Request, ValueType, key_info};
use std::cmp::Ordering;

/// Returns the values of a key; none if it is absent.
fn given(values: Option<&[String]>) -> &[String] {
    match values {
        Some(values) => values,
        None => &[],
    }
}

/// Evaluates if the condition holds.
pub(super) fn holds(condition: &Condition, request: &Request, options: &Options) -> Truth {
    let values = given(request.values_of_lower(&condition.key.value.name));
    decide(condition, values, request, options)
}

/// Evaluates if the condition holds, and says why.
pub(super) fn explain(condition: &Condition, request: &Request, options: &Options) -> ConditionTrace {
    let key = &condition.key.value;
    let values = given(request.values(&key.name));
    let truth = decide(condition, values, request, options);
    let given = match values {
        [] => format!("{} is absent", key.text),
        [one] => format!("{} is `{one}`", key.text),
        many => format!("{} is `{}`", key.text, many.join("`, `")),
    };
    let verdict = match truth {
        Truth::True => "met",
        Truth::False => "not met",
        Truth::Unknown => "open",
    };
    ConditionTrace { truth, why: format!("{} {verdict}: {given}", condition.operator.value) }
}

fn decide(condition: &Condition, values: &[String], request: &Request, options: &Options) -> Truth {
    let operator = condition.operator.value;
    let absent = values.is_empty();
    if !options.spelled_differently.is_empty()
        && (options.spelled_differently.contains(&*condition.key.value.name)
            || condition.values.iter().any(|v| options.is_disputed(&v.value.template)))
    {
        return Truth::Unknown;
    }
    if operator.base == OperatorBase::Null {
        return match operator.set {
            Some(SetPrefix::ForAllValues) => Truth::True,
            Some(SetPrefix::ForAnyValue) => Truth::False,
            None if condition.values.is_empty() => Truth::Unknown,
            None => Truth::any(
                condition.values.iter().map(|v| (v.value.text.eq_ignore_ascii_case("true") == absent).into()),
            ),
        };
    }
    if condition.values.is_empty() {
        return match operator.set {
            None if operator.if_exists => absent.into(),
            None => Truth::Unknown,
            Some(SetPrefix::ForAllValues) => absent.into(),
            Some(SetPrefix::ForAnyValue) if operator.if_exists && absent => Truth::Unknown,
            Some(SetPrefix::ForAnyValue) => Truth::False,
        };
    }
    let test = |value: &str| one_value(condition, value, request, options);
    match operator.set {
        None => match values {
            [] => (operator.if_exists || operator.base.is_negated()).into(),
            [value] => test(value),
            _ => Truth::Unknown,
        },
        Some(SetPrefix::ForAllValues) => {
            let all = Truth::all(values.iter().map(|v| test(v)));
            // A set of one empty text may count as an empty set, for which ForAllValues holds.
            let only_empty = matches!(values, [value] if value.is_empty());
            if only_empty { all.or(Truth::Unknown) } else { all }
        }
        Some(SetPrefix::ForAnyValue) if absent && operator.if_exists => Truth::Unknown,
        Some(SetPrefix::ForAnyValue) => Truth::any(values.iter().map(|v| test(v))),
    }
}

/// Evaluates one value of the request: some policy value matches; for a negated operator, none does.
fn one_value(condition: &Condition, value: &str, request: &Request, options: &Options) -> Truth {
    let base = condition.operator.value.base;
    let value_type = key_info(&condition.key.value.name).map(|info| info.value);
    if !reads(base.family(), value_type) {
        return Truth::Unknown;
    }
    let epoch = value_type == Some(ValueType::Epoch);
    Truth::any(condition.values.iter().map(|p| compare(base, &p.value, (value, epoch), request, options)))
        .negate_if(base.is_negated())
}

/// True if AWS documents operators of the family for keys of the type.
fn reads(family: OperatorFamily, value: Option<ValueType>) -> bool {
    use OperatorFamily as F;
    use ValueType as V;
    match value {
        None => true,
        Some(V::String) => matches!(family, F::String | F::Null),
        Some(V::Arn) => matches!(family, F::String | F::Arn | F::Null),
        Some(V::Bool) => matches!(family, F::String | F::Bool | F::Null),
        Some(V::Number) => matches!(family, F::Numeric | F::Null),
        Some(V::Date) => matches!(family, F::Date | F::Null),
        Some(V::Epoch) => matches!(family, F::Numeric | F::Date | F::Null),
        Some(V::Ip) => matches!(family, F::Ip | F::Null),
    }
}

/// Compares one request value with one policy value by the operator without its negation. The request value comes with true if
/// its key is `aws:EpochTime`.
fn compare(
    base: OperatorBase,
    policy: &ConditionValue,
    (value, epoch): (&str, bool),
    request: &Request,
    options: &Options,
) -> Truth {
    use OperatorBase::*;
    let template = &policy.template;
    match base {
        StringEquals | StringNotEquals | StringLike | StringNotLike => {
            if !template.has_variables() {
                return glob_matches(template, value).into();
            }
            match resolve(template, request, options) {
                Some(pieces) => glob(&pieces, value).into(),
                None => Truth::False,
            }
        }
        StringEqualsIgnoreCase | StringNotEqualsIgnoreCase => match spell(template, request, options) {
            Some(text) => equal_but_for_case(&text, value),
            None => Truth::False,
        },
        ArnEquals | ArnNotEquals | ArnLike | ArnNotLike => {
            let fields = template.split_fields(5);
            if fields.len() < 6 {
                return Truth::Unknown;
            }
            match fields.iter().map(|f| resolve(f, request, options)).collect::<Option<Vec<_>>>() {
                Some(fields) => all_match(&fields, value).into(),
                None => Truth::False,
            }
        }
        Bool => {
            if template.has_variables() {
                return Truth::Unknown;
            }
            match policy.text.to_ascii_lowercase().as_str() {
                wanted @ ("true" | "false") => value.eq_ignore_ascii_case(wanted).into(),
                _ => Truth::Unknown,
            }
        }
        BinaryEquals => match decode_base64(&policy.text) {
            Some(bytes) => (decode_base64(value) == Some(bytes)).into(),
            None => Truth::Unknown,
        },
        IpAddress | NotIpAddress => match AddressRange::read(&policy.text) {
            Some(range) => range.contains(value).into(),
            None => Truth::Unknown,
        },
        NumericEquals
        | NumericNotEquals
        | NumericLessThan
        | NumericLessThanEquals
        | NumericGreaterThan
        | NumericGreaterThanEquals => ordered(base, Decimal::read(&policy.text), Decimal::read(value)),
        DateEquals
        | DateNotEquals
        | DateLessThan
        | DateLessThanEquals
        | DateGreaterThan
        | DateGreaterThanEquals => {
            // For aws:EpochTime, a number of any length is seconds; elsewhere a short one could be a year.
            let value = if epoch { Decimal::read(value) } else { read_instant(value) };
            ordered(base, read_instant(&policy.text), value)
        }
        // This operator was handled before any value is compared.
        Null => Truth::Unknown,
    }
}

/// Evaluates if two texts are equal, ignoring case; open if mappings of letters beyond ASCII differ.
fn equal_but_for_case(one: &str, other: &str) -> Truth {
    if one.eq_ignore_ascii_case(other) {
        Truth::True
    } else if one.is_ascii() && other.is_ascii() || caseless(one) != caseless(other) {
        Truth::False
    } else {
        Truth::Unknown
    }
}

/// Returns a form of the text that is the same for two texts if any case mapping of Unicode, in any language, relates them.
fn caseless(text: &str) -> String {
    let mut folded = text.to_owned();
    for _ in 0..2 {
        // Letters are mapped one by one, so the end of a word affects no letter.
        folded = folded.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect();
    }
    let mut caseless = String::with_capacity(folded.len());
    for c in folded.chars() {
        match c {
            // The dotless `i` of Turkic, and the combining dot of Turkic and Lithuanian letters.
            '\u{131}' => caseless.push('i'),
            '\u{307}' if caseless.ends_with(['i', 'j']) => {}
            c => caseless.push(c),
        }
    }
    caseless
}

/// Compares two decimals. An invalid policy value is open; an invalid request value satisfies nothing.
fn ordered(base: OperatorBase, policy: Option<Decimal>, value: Option<Decimal>) -> Truth {
    use OperatorBase::*;
    let Some(policy) = policy else { return Truth::Unknown };
    let Some(value) = value else { return Truth::False };
    let order = value.compare(&policy);
    let holds = match base {
        NumericLessThan | DateLessThan => order == Ordering::Less,
        NumericLessThanEquals | DateLessThanEquals => order != Ordering::Greater,
        NumericGreaterThan | DateGreaterThan => order == Ordering::Greater,
        NumericGreaterThanEquals | DateGreaterThanEquals => order != Ordering::Less,
        _ => order == Ordering::Equal,
    };
    holds.into()
}
