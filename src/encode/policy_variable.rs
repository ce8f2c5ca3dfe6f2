//! Policy variables: the keys that a pattern requires, and the pattern if some of them are absent.
//!
//! Source: IAM User Guide, "IAM policy elements: Variables and tags". A variable whose key is absent and that has no default
//! makes its pattern match nothing; a default stands in only for an absent key; multivalued keys never resolve.

use crate::automata::{Class, Pattern, Set, Symbol};
use crate::code::Code;
use crate::encode::context::Context;
use crate::encode::presence::{is_text, matches, presence};
use crate::formula::{Formula, Lit, PatternKey, RequesterKey, Site, VariableId, VariablePattern};
use crate::index::broken;
use crate::policy::{Template, Variable};
use crate::request::{ValueType, info_of_lower};

/// Each default doubles the number of cases. A pattern with more defaults than this is modelled by bounds.
const MAX_DEFAULTS: usize = 4;

/// The keys of policy variables, each once.
struct Names<'a> {
    /// Keys without whose value the pattern matches nothing.
    required: Vec<&'a str>,
    /// Keys that have a default wherever they occur.
    defaulted: Vec<&'a str>,
}

impl<'a> Names<'a> {
    fn of(context: &Context<'a>, fields: &[Template]) -> Names<'a> {
        let (mut required, mut defaulted): (Vec<&'a str>, Vec<&'a str>) = (Vec::new(), Vec::new());
        for variable in fields.iter().flat_map(Template::variables) {
            let name = name_of(context, &variable.key);
            let list = if variable.default.is_some() { &mut defaulted } else { &mut required };
            if !list.contains(&name) {
                list.push(name);
            }
        }
        // A key that occurs without a default is required, even if it has a default elsewhere.
        defaulted.retain(|name| !required.contains(name));
        Names { required, defaulted }
    }
}

/// Returns the name of a key that occurs as a policy variable, as spelled in the documents.
fn name_of<'a>(context: &Context<'a>, key: &str) -> &'a str {
    match context.key_name(key) {
        Some(name) => name,
        None => broken("the context knows the policy variables of its documents"),
    }
}

/// Returns "the fields, joined by `:`, match", with the values of their policy variables modelled in part. `like` returns the
/// literal that the value of the key `compared` matches a pattern; `name` names the predicate.
///
/// If each variable has a particular example as its value, or all variables with defaults are absent, the result is a plain
/// pattern. Otherwise it is a free predicate, bounded from above by the pattern with any value in place of the variables. The
/// negated operator uses the same predicate, because the comparison has one definite result.
pub(super) fn between_bounds<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    fields: &[Template],
    like: impl Fn(&mut Formula<'a>, Pattern) -> Lit,
    (compared, name, site): (&str, String, Site),
) -> Lit {
    let example = |key: &str| example(key, compared);
    let Names { required, defaulted } = Names::of(context, fields);
    let name_of = |key: &str| name_of(context, key);
    let mut cases: Vec<Lit> = Vec::new();
    let mut others: Vec<Lit> = Vec::new();
    for are_absent in [false, true] {
        if are_absent && defaulted.is_empty() {
            break;
        }
        let is_absent = |key: &str| are_absent && defaulted.contains(&key);
        let mut as_in_example = Vec::new();
        for key in required.iter().chain(&defaulted) {
            let present = presence(formula, context, key, 0);
            if is_absent(key) {
                as_in_example.push(!present);
                continue;
            }
            let word = Pattern::word(example(key));
            let has_value = match is_text(key) && !context.is_multivalued(key) {
                true => matches(formula, context, key, 0, PatternKey::built(word)),
                // Numbers, instants and addresses are not compared with patterns.
                false => Lit::FALSE,
            };
            as_in_example.extend([present, has_value]);
        }
        let as_in_example = formula.graph.and(as_in_example);
        others.push(!as_in_example);
        let Some(pattern) = VariablePattern::new(fields, &is_absent, &name_of) else { continue };
        let examples: Vec<Vec<Symbol>> = pattern.keys.iter().map(|key| Symbol::word(example(key))).collect();
        let examples: Vec<&[Symbol]> = examples.iter().map(Vec::as_slice).collect();
        if let Some(pattern) = pattern.substitute(&examples) {
            let matched = like(formula, pattern);
            cases.push(formula.graph.and([as_in_example, matched]));
        }
    }
    // If all variables are present, the fields are a pattern.
    if let Some(pattern) = VariablePattern::new(fields, &|_| false, &name_of) {
        let forms: Vec<Option<Pattern>> = pattern.keys.iter().map(|key| form(context, key)).collect();
        match pattern.refine(&forms) {
            Some(pattern) => others.push(like(formula, pattern)),
            None => others.push(Lit::FALSE),
        }
        for key in &required {
            others.push(presence(formula, context, key, 0));
        }
        others.push(formula.opaque(Code::PolicyVariable, name, site));
        cases.push(formula.graph.and(others));
    }
    formula.graph.or(cases)
}

/// Returns the pattern of all values of the key, if it is not any text: the name of a user contains no slash (S4).
pub(super) fn form(context: &Context<'_>, key: &str) -> Option<Pattern> {
    let is_fixed = !context.semantics.aws_compat && RequesterKey::of(key) == Some(RequesterKey::UserName);
    let name = || Pattern::builder().one(Set::Class(Class::NOT_SLASH)).many(Class::NOT_SLASH).finish();
    is_fixed.then(name)
}

/// Returns a value that the key may have, and that may be a part of the key that it is compared with.
fn example(key: &str, compared: &str) -> &'static str {
    match (info_of_lower(key).map(|info| info.value), key) {
        (_, "aws:principalarn") => "arn:aws:iam::111122223333:role/a",
        (_, "aws:principaltype") => "AssumedRole",
        (_, "aws:userid") => "AIDAEXAMPLEID",
        (_, "aws:username") if compared == "aws:userid" => "AIDAEXAMPLEID",
        (Some(ValueType::Arn), _) => "arn:aws:s3:::a",
        (Some(ValueType::Bool), _) => "false",
        _ if key.ends_with("account") => "111122223333",
        _ if key.ends_with("orgid") => "o-exampleorgid",
        _ => "a",
    }
}

/// Returns "the variable's value matches the fields, joined by `:`, with the values of their policy variables put in".
pub(crate) fn template_test<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    variable: VariableId,
    fields: &[Template],
    site: Site,
) -> Lit {
    let Names { required, defaulted } = Names::of(context, fields);
    if defaulted.len() > MAX_DEFAULTS {
        let texts: Vec<String> = fields.iter().map(ToString::to_string).collect();
        let name = format!("{:?}\0{}", formula.variable_of(variable), texts.join(":"));
        let like = |formula: &mut Formula<'a>, pattern| formula.matches(variable, PatternKey::built(pattern));
        return between_bounds(formula, context, fields, like, ("", name, site));
    }
    let name_of = |key: &str| name_of(context, key);
    let mut needs = Vec::new();
    for name in &required {
        if context.is_multivalued(name) {
            return Lit::FALSE;
        }
        needs.push(presence(formula, context, name, 0));
    }
    let mut cases = Vec::new();
    for case in 0..1u32 << defaulted.len() {
        let mut parts = if defaulted.is_empty() { std::mem::take(&mut needs) } else { needs.clone() };
        let mut absent: Vec<&str> = Vec::new();
        let mut possible = true;
        for (i, name) in defaulted.iter().enumerate() {
            let is_absent = (case >> i) & 1 == 1;
            parts.push(presence(formula, context, name, 0).negate_if(is_absent));
            if is_absent {
                absent.push(name);
            }
            possible &= is_absent || !context.is_multivalued(name);
        }
        if !possible {
            continue;
        }
        let pattern = VariablePattern::new(fields, &|key| absent.contains(&key), &name_of);
        let Some(pattern) = pattern else { continue };
        let matched = if pattern.keys.is_empty() {
            formula.matches(variable, PatternKey::built(pattern.widen()))
        } else {
            formula.matches_template(variable, pattern, site)
        };
        parts.push(matched);
        cases.push(formula.graph.and(parts));
    }
    formula.graph.or(cases)
}

/// Returns "the value of `value` equals the value of `key`", as a test of `key`. It includes the presence of `key`, not that of
/// `value`.
pub(crate) fn equal_keys<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    key: &'a str,
    value: &'a str,
    site: Site,
) -> Lit {
    let present = presence(formula, context, key, 0);
    let variable = formula.key(key, 0);
    let template =
        Template::from_parts([crate::policy::Part::Variable(Variable { key: value.into(), default: None })]);
    let Some(pattern) = VariablePattern::new(&[template], &|_| false, &|_| value) else {
        return Lit::FALSE;
    };
    let equal = formula.matches_template(variable, pattern, site);
    formula.graph.and([present, equal])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::truth::{Keys, Values, context, policy, user};
    use crate::formula::SiteElement;

    const SITE: Site = Site { document: 0, statement: 0, element: SiteElement::Condition(0) };
    const KEY: &str = "ex:key";

    /// Evaluates "the value of `ex:key` matches" for a request, with all of a pattern or between its bounds.
    fn says(value: &str, keys: Keys<'_>, in_part: bool) -> Option<bool> {
        let policy = policy(&format!(r#""StringLike":{{"{KEY}":"{value}"}}"#));
        let (context, fields) = (context(&policy), [Template::parse(value, true).unwrap()]);
        let mut formula = Formula::default();
        let variable = formula.key(KEY, 0);
        let lit = match in_part {
            true => {
                let like = |formula: &mut Formula<'_>, p| formula.matches(variable, PatternKey::built(p));
                between_bounds(&mut formula, &context, &fields, like, (KEY, value.to_owned(), SITE))
            }
            false => template_test(&mut formula, &context, variable, &fields, SITE),
        };
        Values { requester: user("a"), keys }.truth(&formula, lit)
    }

    #[test]
    fn a_default_stands_in_for_an_absent_key_alone() {
        let cases: [(&str, Keys<'_>, bool); 10] = [
            ("x-${ex:a}", &[(KEY, "x-1"), ("ex:a", "1")], true),
            ("x-${ex:a}", &[(KEY, "x-"), ("ex:a", "")], true),
            ("x-${ex:a}", &[(KEY, "x-")], false),
            ("x-${ex:a, '1'}", &[(KEY, "x-1")], true),
            ("x-${ex:a, '1'}", &[(KEY, "x-1"), ("ex:a", "2")], false),
            ("x-${ex:a, '1'}", &[(KEY, "x-2"), ("ex:a", "2")], true),
            // Used without a default too, the key is needed.
            ("${ex:a, '1'}${ex:a}", &[(KEY, "11")], false),
            ("${ex:a, '1'}${ex:b, '2'}", &[(KEY, "12")], true),
            ("${ex:a, '1'}${ex:b, '2'}", &[(KEY, "32"), ("ex:a", "3")], true),
            ("${ex:a, '1'}${ex:b, '2'}", &[(KEY, "13"), ("ex:b", "4")], false),
        ];
        for (value, keys, expected) in cases {
            assert_eq!(says(value, keys, false), Some(expected), "{value} {keys:?}");
            // The bounds never say the opposite.
            assert_ne!(says(value, keys, true), Some(!expected), "{value} {keys:?}");
        }
    }

    #[test]
    fn bounds_decide_an_example_an_absence_and_what_cannot_match() {
        let cases: [(&str, Keys<'_>, Option<bool>); 6] = [
            ("x-${ex:a}", &[(KEY, "x-a"), ("ex:a", "a")], Some(true)),
            ("x-${ex:a}", &[(KEY, "x-b"), ("ex:a", "b")], None),
            ("x-${ex:a}", &[(KEY, "y-b"), ("ex:a", "b")], Some(false)),
            ("x-${ex:a}", &[(KEY, "x-b")], Some(false)),
            ("x-${ex:a, '1'}", &[(KEY, "x-1")], Some(true)),
            ("x-${ex:a, '1'}", &[(KEY, "x-2")], Some(false)),
        ];
        for (value, keys, expected) in cases {
            assert_eq!(says(value, keys, true), expected, "{value} {keys:?}");
        }
    }
}
