//! The test that one policy value of a condition applies to one value of its key.

use crate::automata::{Builder, Pattern};
use crate::code::Code;
use crate::encode::context::Context;
use crate::encode::ignore_case::{ignore_case, is_counted, related_to_template};
use crate::encode::opaque::opaque_key;
use crate::encode::policy_variable::{between_bounds, equal_keys, form, template_test};
use crate::encode::presence::{is_text, matches, presence};
use crate::encode::principal_arn::principal_arn;
use crate::formula::requester::by_fields;
use crate::formula::{Axis, Bound, Formula, Lit, Network, PatternKey, Relation, RequesterKey, Scalar, Site};
use crate::index::broken;
use crate::policy::{Condition, ConditionValue, OperatorBase, OperatorFamily, Part, Template};
use crate::request::{ValueType, info_of_lower};
use base64::prelude::{BASE64_STANDARD, Engine as _};

/// Returns "this value of the key satisfies the operator, without its negation, with this policy value".
pub(crate) fn value_test<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    condition: &'a Condition,
    value: &'a ConditionValue,
    element: u32,
    site: Site,
) -> Lit {
    let key = &*condition.key.value.name;
    let base = condition.operator.value.base;
    if !reads(base.family(), info_of_lower(key).map(|info| info.value)) {
        return undecided(formula, Code::OperatorTypeMismatch, condition, element, site);
    }
    if value.template.has_variables() {
        return with_variables(formula, context, condition, value, element, site);
    }
    match base.family() {
        OperatorFamily::String => match base {
            OperatorBase::StringEqualsIgnoreCase | OperatorBase::StringNotEqualsIgnoreCase => {
                let Some(text) = value.template.as_literal() else {
                    broken("an operator without wildcards has texts without wildcards");
                };
                let key = (&*condition.key.value.name, element);
                let open = |formula: &mut Formula<'a>| {
                    literal(formula, Code::IgnoreCaseBeyondAscii, condition, value, element, site)
                };
                ignore_case(formula, context, key, text, open)
            }
            _ => matches(formula, context, key, element, PatternKey::Glob(&value.template)),
        },
        OperatorFamily::Arn => {
            let fields = value.template.split_fields(5);
            if fields.len() < 6 {
                return literal(formula, Code::ArnPatternWithFewFields, condition, value, element, site);
            }
            if value.template.as_literal().is_some() {
                return matches(formula, context, key, element, PatternKey::Glob(&value.template));
            }
            matches(formula, context, key, element, PatternKey::built(by_fields(&fields)))
        }
        OperatorFamily::Bool => match &*value.text.to_ascii_lowercase() {
            text @ ("true" | "false") => {
                let pattern = Builder::default().text_any_case(text).finish();
                matches(formula, context, key, element, PatternKey::built(pattern))
            }
            _ => literal(formula, Code::InvalidBool, condition, value, element, site),
        },
        OperatorFamily::Numeric => match Scalar::parse_number(&value.text) {
            Some(number) => compares(formula, key, element, base, Axis::Number, number),
            None => literal(formula, Code::InvalidNumber, condition, value, element, site),
        },
        OperatorFamily::Date => match Scalar::parse_date(&value.text) {
            Some(instant) => compares(formula, key, element, base, Axis::Date, instant),
            None => literal(formula, Code::InvalidDate, condition, value, element, site),
        },
        OperatorFamily::Ip => match Network::parse(&value.text) {
            Some(network) => {
                let variable = formula.key(key, element);
                formula.within(variable, network)
            }
            None => literal(formula, Code::InvalidIp, condition, value, element, site),
        },
        // A binary value is its bytes, and the engine reads only the one canonical text of them.
        OperatorFamily::Binary => match BASE64_STANDARD.decode(&*value.text) {
            Ok(_) => matches(formula, context, key, element, PatternKey::built(Pattern::word(&value.text))),
            Err(_) => literal(formula, Code::InvalidBinary, condition, value, element, site),
        },
        OperatorFamily::Null => broken("a Null condition is compiled without a look at its values"),
    }
}

/// Returns the test for a policy value that contains policy variables.
fn with_variables<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    condition: &'a Condition,
    value: &'a ConditionValue,
    element: u32,
    site: Site,
) -> Lit {
    let base = condition.operator.value.base;
    let ignores_case =
        matches!(base, OperatorBase::StringEqualsIgnoreCase | OperatorBase::StringNotEqualsIgnoreCase);
    let fields = match base.family() {
        OperatorFamily::String => vec![value.template.clone()],
        OperatorFamily::Arn => {
            let fields = value.template.split_fields(5);
            if fields.len() < 6 {
                return literal(formula, Code::ArnPatternWithFewFields, condition, value, element, site);
            }
            fields
        }
        _ => return literal(formula, Code::PolicyVariable, condition, value, element, site),
    };
    // A variable with a multivalued key never resolves.
    let needed = || value.template.variables().filter(|variable| variable.default.is_none());
    if needed().any(|variable| context.is_multivalued(&variable.key)) {
        return Lit::FALSE;
    }
    let same = as_spelled(formula, context, condition, (value, &fields), element, site);
    if !ignores_case || same == Lit::TRUE {
        return same;
    }
    // Identical texts are equal. A text is not related to one that contains it and a further character that mappings keep.
    let key = &*condition.key.value.name;
    let is_own = value.template.variables().any(|variable| *variable.key == *key);
    let texts = value.template.parts().iter().filter_map(|part| match part {
        Part::Text(text) => Some(text),
        Part::One | Part::Many | Part::Variable(_) => None,
    });
    if is_own && texts.into_iter().any(|text| is_counted(text)) {
        return same;
    }
    // Otherwise only a pattern that equal texts match is modelled.
    let mut parts = vec![literal(formula, Code::PolicyVariable, condition, value, element, site)];
    if is_text(key) {
        let related = related_to_template(&value.template, |key| form(context, key));
        parts.push(matches(formula, context, key, element, PatternKey::built(related)));
    }
    let names = needed().filter_map(|variable| context.key_name(&variable.key));
    parts.extend(names.map(|name| presence(formula, context, name, 0)));
    let other = formula.graph.and(parts);
    formula.graph.or([same, other])
}

/// Returns "this value of the key matches the fields, joined by `:`, with the values of their policy variables put in".
fn as_spelled<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    condition: &'a Condition,
    (value, fields): (&'a ConditionValue, &[Template]),
    element: u32,
    site: Site,
) -> Lit {
    let key = &*condition.key.value.name;
    let family = condition.operator.value.base.family();
    if value.template.variables().any(|variable| *variable.key == *key) {
        return match family {
            OperatorFamily::String => own_value(formula, context, key, &value.template, element),
            // A text with colons between the fields is not empty.
            _ => Lit::FALSE,
        };
    }
    // The condition is equality with another key; if it is tested in both directions, it is one predicate.
    let plain =
        |name: &str| is_text(name) && formula.requester_key(name).is_none() && !context.is_multivalued(name);
    let plain_variable = match (value.template.parts(), family) {
        ([Part::Variable(other)], OperatorFamily::String) if other.default.is_none() => Some(&*other.key),
        _ => None,
    };
    if let Some(other) = plain_variable
        && other < key
        && context.equates(other, key)
        && plain(key)
        && plain(other)
    {
        return equal_keys(formula, context, other, key, site);
    }
    if formula.requester_key(key).is_none() {
        let variable = formula.key(key, element);
        return template_test(formula, context, variable, fields, site);
    }
    // The requester's word fixes the key. The test of equality then becomes a test of the other key.
    if let Some(other) = plain_variable
        && RequesterKey::of(other).is_none()
        && is_text(other)
        && !context.is_multivalued(other)
    {
        return equal_keys(formula, context, other, key, site);
    }
    if let Some(lit) = principal_arn(formula, context, key, (&value.template, family), element, site) {
        return lit;
    }
    let like = |formula: &mut Formula<'a>, pattern| {
        matches(formula, context, key, element, PatternKey::built(pattern))
    };
    let name = format!("{family:?} {key}\0{element}\0{}", value.template);
    between_bounds(formula, context, fields, like, (key, name, site))
}

/// Returns "the key's value matches a pattern that contains this value itself". A text is longer than any proper part of it, so
/// it matches only if the rest of the pattern matches the empty text.
fn own_value<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    key: &'a str,
    template: &Template,
    element: u32,
) -> Lit {
    if context.is_multivalued(key)
        || template.parts().iter().any(|part| matches!(part, Part::Text(_) | Part::One))
    {
        return Lit::FALSE;
    }
    let empty = || PatternKey::built(Pattern::word(""));
    let mut parts = Vec::new();
    if template.variables().filter(|variable| *variable.key == *key).count() > 1 {
        parts.push(matches(formula, context, key, element, empty()));
    }
    for other in template.variables().filter(|variable| *variable.key != *key) {
        let Some(name) = context.key_name(&other.key) else {
            broken("the context knows the policy variables of its documents");
        };
        let present = presence(formula, context, name, 0);
        let is_empty = match is_text(name) && !context.is_multivalued(name) {
            true => matches(formula, context, name, 0, empty()),
            false => Lit::FALSE,
        };
        let with_value = formula.graph.and([present, is_empty]);
        let without = if other.default.as_deref() == Some("") { !present } else { Lit::FALSE };
        parts.push(formula.graph.or([with_value, without]));
    }
    formula.graph.and(parts)
}

/// Returns the comparison of the operator by the three relations: `>` is "is a valid operand and not `<=`".
fn compares<'a>(
    formula: &mut Formula<'a>,
    key: &'a str,
    element: u32,
    base: OperatorBase,
    axis: Axis,
    value: Scalar,
) -> Lit {
    use OperatorBase::*;
    let variable = formula.key(key, element);
    let mut bound = |relation| formula.compares(variable, Bound { axis, relation, value: value.clone() });
    match base {
        NumericLessThan | DateLessThan => bound(Relation::Less),
        NumericLessThanEquals | DateLessThanEquals => bound(Relation::LessOrEqual),
        NumericGreaterThan | DateGreaterThan => bound(Relation::Greater),
        NumericGreaterThanEquals | DateGreaterThanEquals => bound(Relation::GreaterOrEqual),
        _ => bound(Relation::Equal),
    }
}

/// True if operators of the family read keys of the type; a key in no table is a text for all of them.
fn reads(family: OperatorFamily, value: Option<ValueType>) -> bool {
    let Some(value) = value else { return true };
    match family {
        OperatorFamily::String => matches!(value, ValueType::String | ValueType::Arn | ValueType::Bool),
        OperatorFamily::Arn => value == ValueType::Arn,
        OperatorFamily::Bool => value == ValueType::Bool,
        OperatorFamily::Numeric => matches!(value, ValueType::Number | ValueType::Epoch),
        OperatorFamily::Date => matches!(value, ValueType::Date | ValueType::Epoch),
        OperatorFamily::Ip => value == ValueType::Ip,
        OperatorFamily::Binary => false,
        OperatorFamily::Null => true,
    }
}

/// Returns the whole condition as one opaque predicate of this element.
fn undecided(formula: &mut Formula<'_>, rule: Code, condition: &Condition, element: u32, site: Site) -> Lit {
    formula.opaque(rule, format!("{}\0{element}", opaque_key(condition)), site)
}

/// Returns one policy value as an opaque predicate of this element, separate for each operator.
fn literal(
    formula: &mut Formula<'_>,
    rule: Code,
    condition: &Condition,
    value: &ConditionValue,
    element: u32,
    site: Site,
) -> Lit {
    let (operator, name) = (condition.operator.value, &condition.key.value.name);
    let key = format!("{operator} {name}\0{element}\0{}", value.template);
    formula.opaque(rule, key, site)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::truth::{Keys, Values, context, policy, role, user};
    use crate::formula::SiteElement;
    use crate::request::Requester;

    const SITE: Site = Site { document: 0, statement: 0, element: SiteElement::Condition(0) };

    /// Evaluates the compiled first value of a condition for a request.
    fn says(condition: &str, requester: Requester, keys: Keys<'_>) -> Option<bool> {
        let policy = policy(condition);
        let mut formula = Formula::default();
        let condition = &policy.statements[0].conditions[0];
        let lit = value_test(&mut formula, &context(&policy), condition, &condition.values[0].value, 0, SITE);
        Values { requester, keys }.truth(&formula, lit)
    }

    #[test]
    fn values_without_variables_are_tests_of_one_value() {
        const OPEN: Option<bool> = None;
        const YES: Option<bool> = Some(true);
        const NO: Option<bool> = Some(false);
        // Operator, value of the policy, value of the request. A negated operator makes the same test; the condition negates it.
        let cases = [
            ("StringEquals", "a*", "a*", YES),
            ("StringEquals", "a*", "ab", NO),
            ("StringNotEquals", "a", "a", YES),
            ("StringLike", "a*", "ab", YES),
            ("StringLike", "a?", "a", NO),
            ("StringEqualsIgnoreCase", "ops", "OPS", YES),
            ("StringEqualsIgnoreCase", "ops", "op\u{17f}", OPEN),
            ("StringEqualsIgnoreCase", "ops", "dev", NO),
            ("ArnLike", "arn:aws:*:::b*", "arn:aws:s3:::bucket/k", YES),
            ("ArnLike", "arn:aws:*:::b*", "arn:aws:s3:x:y::b", NO),
            ("ArnEquals", "arn:aws:s3:::b", "arn:aws:s3:::b", YES),
            ("ArnLike", "arn:aws:s3", "arn:aws:s3", OPEN),
            ("Bool", "TRUE", "tRue", YES),
            ("Bool", "false", "true", NO),
            ("Bool", "yes", "yes", OPEN),
            ("NumericEquals", "1.0", "01", YES),
            ("NumericLessThan", "10", "9", YES),
            ("NumericLessThan", "10", "10", NO),
            ("NumericLessThanEquals", "10", "10", YES),
            ("NumericGreaterThan", "10", "10", NO),
            ("NumericGreaterThanEquals", "10", "10", YES),
            ("NumericGreaterThan", "10", "x", NO),
            ("NumericEquals", "ten", "10", OPEN),
            ("DateLessThan", "2024-01-01T00:00:00Z", "2023-12-31T23:59:59Z", YES),
            ("DateEquals", "2024-01-01T00:00:00Z", "1704067200", YES),
            ("DateGreaterThan", "2024-01-01T01:00:00+01:00", "2024-01-01T00:00:00Z", NO),
            ("DateEquals", "yesterday", "yesterday", OPEN),
            ("IpAddress", "10.0.0.0/8", "10.9.8.7", YES),
            ("IpAddress", "10.0.0.0/8", "11.0.0.1", NO),
            ("IpAddress", "10.0.0.0/8", "::ffff:10.0.0.1", NO),
            ("IpAddress", "2001:db8::/32", "2001:DB8::1", YES),
            ("IpAddress", "010.0.0.0/8", "10.0.0.1", OPEN),
            ("BinaryEquals", "QUI=", "QUI=", YES),
            ("BinaryEquals", "QUI=", "QUJD", NO),
            ("BinaryEquals", "QUJ=", "QUJ=", OPEN),
        ];
        for (operator, value, given, expected) in cases {
            let condition = format!(r#""{operator}":{{"ex:key":"{value}"}}"#);
            let found = says(&condition, user("a"), &[("ex:key", given)]);
            assert_eq!(found, expected, "{operator} {value} {given}");
        }
    }

    #[test]
    fn a_key_of_another_type_is_open() {
        for (condition, key, given) in [
            (r#""NumericEquals":{"aws:SourceVpc":"1"}"#, "aws:sourcevpc", "1"),
            (r#""StringEquals":{"aws:SourceIp":"10.0.0.1"}"#, "aws:sourceip", "10.0.0.1"),
            (r#""BinaryEquals":{"aws:SourceVpc":"QUI="}"#, "aws:sourcevpc", "QUI="),
        ] {
            assert_eq!(says(condition, user("a"), &[(key, given)]), None, "{condition}");
        }
    }

    #[test]
    fn policy_variables_stand_for_the_values_of_their_keys() {
        let own = ("ex:key", "alice");
        let cases: [(&str, Requester, Keys<'_>, Option<bool>); 15] = [
            // Users have a name, sessions of roles have none.
            (
                r#""StringEquals":{"ex:key":"${aws:username}"}"#,
                user("alice"),
                &[own, ("aws:username", "alice")],
                Some(true),
            ),
            (
                r#""StringEquals":{"ex:key":"${aws:username}"}"#,
                user("bob"),
                &[own, ("aws:username", "bob")],
                Some(false),
            ),
            (r#""StringEquals":{"ex:key":"${aws:username}"}"#, role("alice"), &[own], Some(false)),
            (r#""StringLike":{"ex:key":"${ex:other}*"}"#, user("a"), &[own, ("ex:other", "al")], Some(true)),
            (r#""StringLike":{"ex:key":"${ex:other}*"}"#, user("a"), &[own, ("ex:other", "b")], Some(false)),
            // A star in a value is a star.
            (r#""StringLike":{"ex:key":"${ex:other}"}"#, user("a"), &[own, ("ex:other", "a*")], Some(false)),
            // Without the key, and without a default, nothing matches.
            (r#""StringLike":{"ex:key":"${ex:other}*"}"#, user("a"), &[own], Some(false)),
            (r#""StringLike":{"ex:key":"${ex:other, 'al'}*"}"#, user("a"), &[own], Some(true)),
            (
                r#""StringLike":{"ex:key":"${ex:other, 'al'}*"}"#,
                user("a"),
                &[own, ("ex:other", "b")],
                Some(false),
            ),
            // A multivalued key has no value to stand for.
            (
                r#""StringLike":{"ex:key":"${aws:TagKeys}"}"#,
                user("a"),
                &[own, ("aws:tagkeys", "alice")],
                Some(false),
            ),
            // In an ARN, a value with a colon cannot be a field.
            (
                r#""ArnLike":{"ex:key":"arn:aws:s3:${ex:other}::b"}"#,
                user("a"),
                &[("ex:key", "arn:aws:s3:x::b"), ("ex:other", "x")],
                Some(true),
            ),
            (
                r#""ArnLike":{"ex:key":"arn:aws:s3:${ex:other}::b"}"#,
                user("a"),
                &[("ex:key", "arn:aws:s3:x:y::b"), ("ex:other", "x:y")],
                Some(false),
            ),
            (r#""ArnLike":{"ex:key":"arn:${ex:other}"}"#, user("a"), &[own, ("ex:other", "x")], None),
            // Without regard to case only identical texts are decided.
            (
                r#""StringEqualsIgnoreCase":{"ex:key":"${ex:other}"}"#,
                user("a"),
                &[own, ("ex:other", "alice")],
                Some(true),
            ),
            (
                r#""StringEqualsIgnoreCase":{"ex:key":"${ex:other}"}"#,
                user("a"),
                &[own, ("ex:other", "ALICE")],
                None,
            ),
        ];
        for (condition, requester, keys, expected) in cases {
            assert_eq!(says(condition, requester, keys), expected, "{condition} {keys:?}");
        }
    }

    #[test]
    fn a_value_that_holds_its_own_key_is_longer_than_it_unless_nothing_else_is_in_it() {
        let cases: [(&str, Keys<'_>, bool); 9] = [
            ("${ex:key}", &[("ex:key", "a")], true),
            ("*${ex:key}*", &[("ex:key", "a")], true),
            ("${ex:key}x", &[("ex:key", "a")], false),
            ("?${ex:key}", &[("ex:key", "a")], false),
            ("${ex:key}${ex:key}", &[("ex:key", "a")], false),
            ("${ex:key}${ex:key}", &[("ex:key", "")], true),
            ("${ex:key}${ex:other}", &[("ex:key", "a"), ("ex:other", "")], true),
            ("${ex:key}${ex:other}", &[("ex:key", "a"), ("ex:other", "b")], false),
            ("${ex:key}${ex:other, ''}", &[("ex:key", "a")], true),
        ];
        for (value, keys, expected) in cases {
            let condition = format!(r#""StringLike":{{"ex:key":"{value}"}}"#);
            assert_eq!(says(&condition, user("a"), keys), Some(expected), "{value} {keys:?}");
        }
    }
}
