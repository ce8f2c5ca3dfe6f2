//! The complement of a Deny: for each of its parts, a policy that matches the requests escaping through that part.

use crate::limits::InputLimits;
use crate::policy::{
    Condition, Document, Effect, OperatorBase, PrincipalMeaning, SetPrefix, Statement, parse,
};
use crate::span::Source;
use serde_json::{Map, Value, json};

/// The requests that do not meet one part of a Deny statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Complement {
    /// A value of its `NotPrincipal`: the kind, and who.
    Principal(&'static str, String),
    /// The opposite of one of its conditions.
    Conditions(Vec<Test>),
}

/// A condition of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Test {
    operator: String,
    key: String,
    values: Vec<String>,
}

impl Complement {
    /// All whom a Deny statement leaves by what it says about principals, of a part for anyone, and about keys of trust.
    pub(super) fn of(
        denial: &Statement,
        part: &Document,
        is_trust: impl Fn(&str) -> bool,
    ) -> Vec<Complement> {
        if denial.effect.value != Effect::Deny {
            return Vec::new();
        }
        let anyone = part.statements.first().and_then(|s| s.principal.as_ref()).is_some_and(|p| {
            let any = p.values.iter().all(|v| v.value.meaning == PrincipalMeaning::AwsAny);
            !p.negated && (p.everyone || (!p.values.is_empty() && any))
        });
        let negated = denial.principal.iter().filter(|p| p.negated && anyone);
        let named = negated.flat_map(|p| &p.values);
        let principals =
            named.map(|value| Complement::Principal(value.value.kind.name(), value.value.text.to_string()));
        let of_trust = denial.conditions.iter().filter(|c| is_trust(&c.key.value.name));
        principals.chain(of_trust.filter_map(opposite).map(Complement::Conditions)).collect()
    }

    /// All requests of theirs, as a policy.
    pub(super) fn document(&self, with_resource: bool) -> Option<Document> {
        let mut statement = json!({"Effect": "Allow", "Principal": "*", "Action": "*"});
        if let (true, Value::Object(members)) = (with_resource, &mut statement) {
            members.insert("Resource".to_owned(), json!("*"));
        }
        self.put_into(&mut statement, &mut |_, _, _| false);
        read("left", &json!({"Version": "2012-10-17", "Statement": statement}).to_string())
    }

    /// What of a part is about them; `None` if that is nothing. Where the part has the same test of the same key already,
    /// those values stay of which `is_within(test, inner, outer)` tells that one of the other's holds them.
    pub(super) fn within(
        &self,
        part: &Document,
        is_within: &mut dyn FnMut(&Test, &str, &str) -> bool,
    ) -> Option<Document> {
        let mut text: Value = serde_json::from_str(part.source.text()).ok()?;
        self.put_into(text.get_mut("Statement")?, is_within).then_some(())?;
        read(part.source.name(), &text.to_string())
    }

    /// Conditions of a part by operator and key, about the same keys, but that are not these.
    pub(super) fn others(&self, part: &Document) -> Vec<(String, String)> {
        let Complement::Conditions(tests) = self else { return Vec::new() };
        let conditions = part.statements.iter().flat_map(|s| &s.conditions);
        let others = conditions.filter(|c| {
            let (operator, key) = (&*c.operator_text, &*c.key.value.text);
            tests.iter().any(|t| t.key.eq_ignore_ascii_case(key))
                && !tests.iter().any(|t| t.operator.eq_ignore_ascii_case(operator))
        });
        others.map(|c| (c.operator_text.to_string(), c.key.value.text.to_string())).collect()
    }

    fn put_into(&self, statement: &mut Value, is_within: &mut dyn FnMut(&Test, &str, &str) -> bool) -> bool {
        let Value::Object(members) = statement else { return false };
        match self {
            Complement::Principal(kind, text) => {
                members.insert("Principal".to_owned(), json!({*kind: text}));
                true
            }
            Complement::Conditions(tests) => {
                let conditions = members.entry("Condition").or_insert_with(|| json!({}));
                let Value::Object(conditions) = conditions else { return false };
                tests.iter().all(|test| test.put_into(conditions, is_within))
            }
        }
    }
}

impl Test {
    /// All requests with one value, as a policy.
    pub(super) fn document(&self, value: &str) -> Option<Document> {
        let test = Test { values: vec![value.to_owned()], ..self.clone() };
        Complement::Conditions(vec![test]).document(true)
    }

    /// Decides whether anything is left.
    fn put_into(
        &self,
        conditions: &mut Map<String, Value>,
        is_within: &mut dyn FnMut(&Test, &str, &str) -> bool,
    ) -> bool {
        let keys = entry(conditions, &self.operator, || json!({}));
        let Value::Object(keys) = keys else { return false };
        let is_new = keys.keys().all(|key| !key.eq_ignore_ascii_case(&self.key));
        let Value::Array(own) = entry(keys, &self.key, || json!([])) else { return false };
        let texts: Vec<String> = own.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let none_may_match = self.operator.contains("Not") && !self.operator.starts_with("ForAnyValue:");
        if is_new || none_may_match {
            let new = self.values.iter().filter(|value| !texts.contains(value));
            own.extend(new.map(|value| json!(value)));
            return true;
        }
        let mut both: Vec<String> = Vec::new();
        for (list, other) in [(&texts, &self.values), (&self.values, &texts)] {
            for value in list {
                let stays = other.contains(value) || other.iter().any(|outer| is_within(self, value, outer));
                if stays && !both.contains(value) {
                    both.push(value.clone());
                }
            }
        }
        *own = both.into_iter().map(Value::from).collect();
        !own.is_empty()
    }
}

/// The member with this name in any case, or a new one.
fn entry<'v>(map: &'v mut Map<String, Value>, name: &str, new: impl Fn() -> Value) -> &'v mut Value {
    let known = map.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned();
    let name = match known {
        Some(known) => known,
        None => name.to_owned(),
    };
    map.entry(name).or_insert_with(new)
}

/// The conditions that together say the opposite of one; `None` if there are none.
fn opposite(condition: &Condition) -> Option<Vec<Test>> {
    let operator = condition.operator.value;
    let key = condition.key.value.text.to_string();
    let values: Vec<String> = condition.values.iter().map(|value| value.value.text.to_string()).collect();
    let test = |operator: String, values: Vec<String>| Test { operator, key: key.clone(), values };
    let flipped = || {
        let [value] = values.as_slice() else { return None };
        Some(vec![if value.eq_ignore_ascii_case("true") { "false" } else { "true" }.to_owned()])
    };
    if operator.base == OperatorBase::Null {
        return Some(vec![test("Null".to_owned(), flipped()?)]);
    }
    // What an absent key does to an operator without a set prefix.
    let absent_meets = operator.if_exists || operator.base.is_negated();
    let set = match operator.set {
        None => "",
        Some(SetPrefix::ForAnyValue) => "ForAllValues:",
        Some(SetPrefix::ForAllValues) => "ForAnyValue:",
    };
    if operator.base == OperatorBase::Bool {
        let if_exists = if operator.set.is_none() && !absent_meets { "IfExists" } else { "" };
        return Some(vec![test(format!("{set}Bool{if_exists}"), flipped()?)]);
    }
    let name = operator.base.name();
    let other = match name.strip_prefix("Not") {
        Some(rest) => rest.to_owned(),
        None if operator.base.is_negated() => name.replacen("Not", "", 1),
        None if operator.base == OperatorBase::IpAddress => format!("Not{name}"),
        None => ["String", "Arn", "Numeric", "Date"]
            .iter()
            .find_map(|family| name.strip_prefix(family).map(|rest| format!("{family}Not{rest}")))?,
    };
    let other = OperatorBase::ALL.iter().find(|base| base.name() == other)?;
    let mut tests = vec![test(format!("{set}{}", other.name()), values)];
    // Those who are left have the key, which their test, being a negated one, does not say.
    if operator.set.is_none() && absent_meets && other.is_negated() {
        tests.push(test("Null".to_owned(), vec!["false".to_owned()]));
    }
    Some(tests)
}

/// A part without one of its conditions.
pub(super) fn without_condition(part: &Document, operator: &str, key: &str) -> Option<Document> {
    let mut text: Value = serde_json::from_str(part.source.text()).ok()?;
    let Value::Object(conditions) = text.get_mut("Statement")?.get_mut("Condition")? else { return None };
    let Value::Object(keys) = conditions.get_mut(operator)? else { return None };
    keys.shift_remove(key)?;
    if keys.is_empty() {
        conditions.shift_remove(operator);
    }
    read(part.source.name(), &text.to_string())
}

/// The document of a text.
pub(super) fn read(name: &str, text: &str) -> Option<Document> {
    parse(&Source::new(name, text), &InputLimits::default()).ok()
}
