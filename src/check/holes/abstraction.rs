//! Policies that stand for a policy with unknown texts, whatever these are.
//!
//! A text that is plain, whatever its value is, becomes a policy variable (`encode/unknown_key.rs`): that is exact. Any other part
//! with an unknown text becomes a condition on a key of its own that requests may have or not: the part may be met by any request
//! or by none. The same part has the same key in both policies. So what the policy allows for some value, the abstraction allows
//! with some values of the keys, and the same for what it denies: a proof about the abstraction holds for every value.

use super::fresh::FreshNames;
use super::outside::{Outsiders, Reduced};
use super::texts::Texts;
use crate::container::{Shape, is_sign};
use crate::encode::UnknownKey;
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Everything that the policies of one query share.
pub(super) struct Abstraction<'a> {
    pub(super) texts: &'a Texts,
    /// The shapes of the texts, by number.
    pub(super) shapes: &'a [Shape],
    /// Parts of policies that no outsider matches, if the query is about outsiders.
    pub(super) outsiders: Option<Outsiders<'a>>,
    /// Names that are given to new resources, if the query lists resources.
    pub(super) fresh: Option<FreshNames<'a>>,
    /// All texts with signs of both policies.
    pub(super) covered: Vec<String>,
    /// The number of the key of each part that requests may meet or not.
    pub(super) parts: RefCell<BTreeMap<String, usize>>,
}

/// A statement element in one of the forms that together stand for it, with the keys of its free parts.
type Form = (String, Value, Vec<usize>);

/// Conditions, with the keys of their free parts.
type Conditions = (Map<String, Value>, Vec<usize>);

const NAMED: [&str; 6] = ["Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal"];

/// Operators whose values may have policy variables, in lower case.
const WITH_VARIABLES: [&str; 8] = [
    "stringequals",
    "stringnotequals",
    "stringlike",
    "stringnotlike",
    "arnequals",
    "arnnotequals",
    "arnlike",
    "arnnotlike",
];

impl Abstraction<'_> {
    /// Returns the policy that stands for a policy with signs; `None` if a sign is in a place that is not modelled.
    pub(super) fn policy(&self, policy: &str) -> Option<String> {
        let Ok(Value::Object(mut members)) = serde_json::from_str::<Value>(policy) else { return None };
        if !policy.contains(is_sign) && !has_escaped_sign(policy) {
            return Some(policy.to_owned());
        }
        members.retain(|name, _| name != "Id");
        let version = members.get("Version").map(|version| version.as_str());
        let has_variables = match version {
            Some(Some("2012-10-17")) => true,
            Some(Some("2008-10-17")) | None => {
                // Without policy variables in the policy, the version makes no difference.
                let may = !policy.contains("${");
                if may {
                    members.insert("Version".to_owned(), Value::from("2012-10-17"));
                }
                may
            }
            Some(_) => return None,
        };
        let statements = match members.remove("Statement")? {
            Value::Array(list) => list,
            one @ Value::Object(_) => vec![one],
            _ => return None,
        };
        if members.iter().any(|(name, value)| has_sign(&Value::from(name.as_str())) || has_sign(value)) {
            return None;
        }
        let mut abstracted = vec![nothing(&statements)];
        for statement in statements {
            match statement {
                Value::Object(statement) if has_sign(&Value::Object(statement.clone())) => {
                    abstracted
                        .extend(self.statement(&statement, has_variables)?.into_iter().map(Value::Object));
                }
                statement => abstracted.push(statement),
            }
        }
        members.insert("Statement".to_owned(), Value::Array(abstracted));
        Some(Value::Object(members).to_string())
    }

    /// Returns the statements that together stand for a statement.
    fn statement(
        &self,
        statement: &Map<String, Value>,
        has_variables: bool,
    ) -> Option<Vec<Map<String, Value>>> {
        let effect = statement.get("Effect")?.as_str().filter(|effect| ["Allow", "Deny"].contains(effect))?;
        let mut common = Map::new();
        let mut elements: Vec<Vec<Form>> = Vec::new();
        let mut free: Vec<usize> = Vec::new();
        for (name, value) in statement {
            match name.as_str() {
                "Sid" => {}
                "Condition" => match self.conditions(value, effect, has_variables)? {
                    Some((conditions, own)) => {
                        common.insert(name.clone(), Value::Object(conditions));
                        free.extend(own);
                    }
                    None => return Some(Vec::new()),
                },
                known if NAMED.contains(&known) && has_sign(value) => {
                    elements.push(self.element(known, value, has_variables)?);
                }
                _ if has_sign(value) => return None,
                _ => {
                    common.insert(name.clone(), value.clone());
                }
            }
        }
        let mut statements = vec![(common, free)];
        for forms in elements {
            let with = |(statement, free): &(Map<String, Value>, Vec<usize>)| {
                let (statement, free) = (statement.clone(), free.clone());
                forms.clone().into_iter().map(move |(name, value, own)| {
                    let (mut statement, mut free) = (statement.clone(), free.clone());
                    statement.insert(name, value);
                    free.extend(own);
                    (statement, free)
                })
            };
            statements = statements.iter().flat_map(with).collect();
        }
        Some(statements.into_iter().map(|(statement, free)| guarded(statement, free)).collect())
    }

    /// Returns the forms of an element with an unknown text; none if it matches no request of the query.
    fn element(&self, name: &str, value: &Value, has_variables: bool) -> Option<Vec<Form>> {
        if name == "NotPrincipal" {
            return Some(vec![("Principal".to_owned(), Value::from("*"), vec![self.part(name, value)])]);
        }
        if name == "Principal" {
            return self.principals(value);
        }
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for value in listed(value)? {
            let text = value.as_str()?;
            if !text.contains(is_sign) {
                known.push(value.clone());
                continue;
            }
            let is_resource = name.ends_with("Resource");
            if is_resource
                && self.fresh.as_ref().is_some_and(|fresh| fresh.excludes(text))
                && name == "Resource"
            {
                continue;
            }
            match self.variables(text, true).filter(|_| is_resource && has_variables) {
                Some(text) => known.push(Value::from(text)),
                None => unknown.push(value.clone()),
            }
        }
        let Some(positive) = name.strip_prefix("Not") else {
            let known = (!known.is_empty()).then(|| (name.to_owned(), Value::Array(known), Vec::new()));
            let mut parts: Vec<usize> = Vec::new();
            for value in unknown.iter().filter_map(Value::as_str) {
                // A text that is covered by another one adds nothing to it.
                let covered = self.covered.iter().filter(|text| name == "Resource" && covers(value, text));
                parts.extend(covered.map(|text| self.part(name, &Value::from(text.as_str()))));
                parts.push(self.part(name, &Value::from(value)));
            }
            parts.sort_unstable();
            parts.dedup();
            let unknown = parts.into_iter().map(|part| (name.to_owned(), Value::from("*"), vec![part]));
            return Some(known.into_iter().chain(unknown).collect());
        };
        let part = (!unknown.is_empty()).then(|| self.part(name, &Value::Array(unknown)));
        let free: Vec<usize> = part.into_iter().collect();
        Some(match known.is_empty() {
            true => vec![(positive.to_owned(), Value::from("*"), free)],
            false => vec![(name.to_owned(), Value::Array(known), free)],
        })
    }

    fn principals(&self, value: &Value) -> Option<Vec<Form>> {
        let name = || "Principal".to_owned();
        let Value::Object(kinds) = value else {
            return Some(vec![(name(), Value::from("*"), vec![self.part("Principal", value)])]);
        };
        let (mut known, mut unknown) = (Map::new(), Map::new());
        for (kind, values) in kinds {
            if kind.contains(is_sign) {
                unknown.insert(kind.clone(), values.clone());
                continue;
            }
            let (mut of_kind, mut others) = (Vec::new(), Vec::new());
            for value in listed(values)? {
                let text = value.as_str()?;
                if !text.contains(is_sign) {
                    of_kind.push(value.clone());
                } else if !self.outsiders.as_ref().is_some_and(|outsiders| outsiders.excludes(kind, text)) {
                    others.push(value.clone());
                }
            }
            if !of_kind.is_empty() {
                known.insert(kind.clone(), Value::Array(of_kind));
            }
            if !others.is_empty() {
                unknown.insert(kind.clone(), Value::Array(others));
            }
        }
        let part = (!unknown.is_empty()).then(|| self.part("Principal", &Value::Object(unknown)));
        let known = (!known.is_empty()).then(|| (name(), Value::Object(known), Vec::new()));
        let unknown = part.map(|part| (name(), Value::from("*"), vec![part]));
        Some(known.into_iter().chain(unknown).collect())
    }

    /// Returns the conditions and the keys of their free parts; `Some(None)` if no request of the query meets them.
    fn conditions(&self, value: &Value, effect: &str, has_variables: bool) -> Option<Option<Conditions>> {
        let Value::Object(operators) = value else { return None };
        let (mut conditions, mut free) = (Map::new(), Vec::new());
        let mut absent = Map::new();
        for (operator, keys) in operators {
            let Value::Object(keys) = keys else { return None };
            let mut kept = Map::new();
            for (key, values) in keys {
                let clause = format!("{operator} {key}");
                if clause.contains(is_sign) {
                    free.push(self.part(&clause, values));
                    continue;
                }
                if !has_sign(values) {
                    kept.insert(key.clone(), values.clone());
                    continue;
                }
                let values = match &self.outsiders {
                    Some(outsiders) => match outsiders.reduced(effect, (operator, key), listed(values)?) {
                        Reduced::Values(values) => values,
                        Reduced::Met => continue,
                        Reduced::Absent => {
                            absent.insert(key.clone(), Value::from("true"));
                            continue;
                        }
                        Reduced::NotMet => return Some(None),
                    },
                    None => listed(values)?,
                };
                match self.values(operator, &values).filter(|_| has_variables) {
                    Some(values) => {
                        kept.insert(key.clone(), Value::Array(values));
                    }
                    None => free.push(self.part(&clause, &Value::Array(values))),
                }
            }
            if !kept.is_empty() {
                conditions.insert(operator.clone(), Value::Object(kept));
            }
        }
        if !absent.is_empty() {
            if operators.keys().any(|operator| operator.eq_ignore_ascii_case("null")) {
                return None;
            }
            conditions.insert("Null".to_owned(), Value::Object(absent));
        }
        Some(Some((conditions, free)))
    }

    /// Returns the values of a condition with policy variables in the places of signs, if that is exact.
    fn values(&self, operator: &str, values: &[Value]) -> Option<Vec<Value>> {
        let lower = operator.to_ascii_lowercase();
        let base = lower.rsplit(':').next().map_or("", |base| base);
        let base = base.strip_suffix("ifexists").map_or(base, |base| base);
        let is_known = WITH_VARIABLES.contains(&base);
        let one = |value: &Value| match value.as_str() {
            Some(text) if text.contains(is_sign) => {
                self.variables(text, base.starts_with("arn")).filter(|_| is_known).map(Value::from)
            }
            _ => Some(value.clone()),
        };
        values.iter().map(one).collect()
    }

    /// Returns a text with policy variables in the places of signs, if every value of the texts means itself there. In a text of
    /// several fields, a value must not change where the fields end.
    pub(super) fn variables(&self, text: &str, has_fields: bool) -> Option<String> {
        let mut out = String::with_capacity(text.len() + 32);
        let mut colons = 0u32;
        let mut is_in_variable = false;
        for character in text.chars() {
            if !is_sign(character) {
                is_in_variable = match character {
                    '{' if out.ends_with('$') => true,
                    '}' => false,
                    _ => is_in_variable,
                };
                colons += u32::from(character == ':');
                out.push(character);
                continue;
            }
            let number = self.texts.number(character)?;
            let shape = self.shapes.get(number)?;
            let is_list = self.texts.list.get(number).is_none_or(|text| text.is_list);
            if is_list || is_in_variable || !shape.is_plain() || out.ends_with('$') {
                return None;
            }
            for (place, step) in shape.steps().iter().enumerate() {
                if let (Some(only), 1, Some(1)) = (step.set.only(), step.min, step.max) {
                    colons += u32::from(only == ':');
                    out.push(only);
                    continue;
                }
                if has_fields && colons < 5 && step.set.has(':') {
                    return None;
                }
                let number = u32::try_from(number.checked_mul(64)?.checked_add(place)?).ok()?;
                let (ascii, others) = (step.set.ascii, step.set.others);
                let key = UnknownKey { number, ascii, others, min: step.min, max: step.max };
                out.push_str(&format!("${{{}}}", key.name()));
            }
        }
        (!has_fields || out.starts_with("arn:")).then_some(out)
    }

    /// Returns the number of the key of a part that requests may meet or not.
    fn part(&self, name: &str, value: &Value) -> usize {
        let mut parts = self.parts.borrow_mut();
        let next = parts.len();
        *parts.entry(format!("{} {value}", name.to_ascii_lowercase())).or_insert(next)
    }
}

/// Returns a statement that matches nothing, with the elements of the statements that stay: a policy needs a statement, and the
/// elements that some statement has say how the policy is read.
pub(super) fn nothing(statements: &[Value]) -> Value {
    let has = |names: [&str; 2]| {
        statements.iter().any(|statement| names.iter().any(|name| statement.get(name).is_some()))
    };
    let mut statement = Map::new();
    statement.insert("Effect".to_owned(), Value::from("Allow"));
    statement.insert("Action".to_owned(), Value::Array(Vec::new()));
    if has(["Principal", "NotPrincipal"]) {
        statement.insert("Principal".to_owned(), Value::from("*"));
    }
    if has(["Resource", "NotResource"]) {
        statement.insert("Resource".to_owned(), Value::from("*"));
    }
    Value::Object(statement)
}

/// Returns a statement with the condition that a request meets its free parts.
fn guarded(mut statement: Map<String, Value>, free: Vec<usize>) -> Map<String, Value> {
    if free.is_empty() {
        return statement;
    }
    let mut conditions = match statement.remove("Condition") {
        Some(Value::Object(conditions)) => conditions,
        _ => Map::new(),
    };
    let keys = free.into_iter().map(|part| (format!("iamsat:part-{part}"), Value::from("met")));
    let operator = conditions.keys().find(|name| name.eq_ignore_ascii_case("StringEquals")).cloned();
    let operator = operator.unwrap_or_else(|| "StringEquals".to_owned());
    let mut tests = match conditions.remove(&operator) {
        Some(Value::Object(tests)) => tests,
        _ => Map::new(),
    };
    tests.extend(keys);
    conditions.insert(operator, Value::Object(tests));
    statement.insert("Condition".to_owned(), Value::Object(conditions));
    statement
}

/// True if a text with unknown parts matches whatever another one matches, for every value: both begin alike up to the end of the
/// last unknown part, and what follows in one is covered by what follows in the other.
fn covers(text: &str, other: &str) -> bool {
    let split = |text: &str| {
        let end = text.char_indices().rev().find(|(_, c)| is_sign(*c)).map(|(at, c)| at + c.len_utf8())?;
        let (start, rest) = text.split_at_checked(end)?;
        Some((start.to_owned(), rest.to_owned()))
    };
    let (Some((start, rest)), Some((other_start, other_rest))) = (split(text), split(other)) else {
        return false;
    };
    let is_plain = |rest: &str| !rest.contains([':', '$', '{', '}']);
    start == other_start && is_plain(&rest) && is_plain(&other_rest) && is_like(&rest, &other_rest)
}

/// True if a pattern matches whatever another one matches: `*` covers everything, all else covers itself.
fn is_like(pattern: &str, other: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == other,
        Some((before, after)) => {
            let rest = other.strip_prefix(before);
            rest.is_some_and(|rest| after.is_empty() || !after.contains('*') && rest.ends_with(after))
        }
    }
}

/// Returns the values of an element: a list, or one value.
fn listed(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(list) => Some(list.clone()),
        Value::String(_) | Value::Number(_) | Value::Bool(_) => Some(vec![value.clone()]),
        Value::Null | Value::Object(_) => None,
    }
}

/// True if a name or text in the value has a sign.
pub(super) fn has_sign(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(is_sign),
        Value::Array(list) => list.iter().any(has_sign),
        Value::Object(members) => {
            members.iter().any(|(name, value)| name.contains(is_sign) || has_sign(value))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Collects the texts with signs of a policy.
pub(super) fn signed(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.contains(is_sign) && !found.contains(text) => found.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|value| signed(value, found)),
        Value::Object(members) => members.values().for_each(|value| signed(value, found)),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// True if a sign may be written as an escape.
fn has_escaped_sign(text: &str) -> bool {
    text.contains("\\udb") || text.contains("\\uDB") || text.contains("\\uDb") || text.contains("\\udB")
}
