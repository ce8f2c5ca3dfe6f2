//! Values to try for unknown texts: a finding counts only with values that are put into the file.

use super::texts::{Pairing, Text, Texts};
use crate::container::{Shape, is_sign};
use serde_json::Value;
use std::collections::BTreeMap;

/// Values for texts, by name.
pub(super) type Values = BTreeMap<String, String>;

/// Most combinations of values that are tried for one pair of policies.
const MOST: usize = 24;

/// Returns the values to try for a pair of policies. The first ones are ordinary values, then those that the query spells.
pub(super) fn to_try(texts: &Texts, shapes: &[Shape], pairing: &Pairing, listed: &[String]) -> Vec<Values> {
    let settable: Vec<(&Text, &Shape)> =
        texts.list.iter().zip(shapes).filter(|(text, _)| text.is_settable).collect();
    let mut ordinary = pairing.decided.clone();
    for (number, (text, shape)) in settable.iter().enumerate() {
        let example = guess(text, shape, pairing).or_else(|| shape.example(number + 1));
        if let Some(example) = example {
            ordinary.entry(text.name.clone()).or_insert(example);
        }
    }
    let mut tried = vec![ordinary.clone()];
    let mut add = |changes: Vec<(&str, &str)>| {
        let mut values = ordinary.clone();
        for (name, value) in changes {
            if !pairing.decided.contains_key(name) {
                values.insert(name.to_owned(), value.to_owned());
            }
        }
        if tried.len() < MOST && !tried.contains(&values) {
            tried.push(values);
        }
    };
    let mut wild = Vec::new();
    for (text, shape) in &settable {
        if shape.contains("*") {
            add(vec![(&text.name, "*")]);
            wild.push((text.name.as_str(), "*"));
        }
    }
    add(wild);
    for (text, shape) in &settable {
        if let Some(default) = text.default.as_deref().filter(|default| shape.contains(default)) {
            add(vec![(&text.name, default)]);
        }
    }
    let spelled = spelled(texts, shapes, pairing, listed);
    for (name, value) in &spelled {
        add(vec![(name, value)]);
    }
    // A value that the query spells says more than a wildcard.
    let is_spelled = |values: &Values| {
        spelled.iter().any(|(name, value)| *values != ordinary && values.get(name) == Some(value))
    };
    let (first, rest): (Vec<Values>, Vec<Values>) = tried.into_iter().skip(1).partition(is_spelled);
    [vec![ordinary.clone()], first, rest].concat()
}

/// Returns a value that suits the places where an unknown text of any form stands: an ARN, or the id of an account.
fn guess(text: &Text, shape: &Shape, pairing: &Pairing) -> Option<String> {
    let known = [("AWS::Region", "us-east-1"), ("AWS::AccountId", "111122223333")];
    let known = known.into_iter().find(|(name, value)| text.name == *name && shape.contains(value));
    if let Some((_, value)) = known {
        return Some(value.to_owned());
    }
    let resource =
        format!("arn:aws:example:us-east-1:111122223333:{}", text.name.replace(['*', '?', '$', ' '], "-"));
    let policies = pairing.new.iter().chain(pairing.existing.iter().flatten());
    let values = policies.filter_map(|policy| serde_json::from_str::<Value>(policy).ok());
    let candidates = values.flat_map(|policy| {
        let mut places = Vec::new();
        places_of(&policy, "", text.sign, &mut places);
        places
    });
    candidates
        .map(|(element, whole)| match element.as_str() {
            "Resource" | "NotResource" if whole.chars().eq([text.sign]) => resource.clone(),
            "AWS" | "Principal" | "NotPrincipal" => "111122223333".to_owned(),
            _ if whole.contains(&format!("::{}:", text.sign)) => "111122223333".to_owned(),
            _ => String::new(),
        })
        .find(|value| !value.is_empty() && shape.contains(value))
}

/// Collects the texts with a sign, with the names of the members that hold them.
fn places_of(value: &Value, element: &str, sign: char, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) if text.contains(sign) => found.push((element.to_owned(), text.clone())),
        Value::Array(list) => list.iter().for_each(|value| places_of(value, element, sign, found)),
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| places_of(value, name, sign, found))
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Returns values that make a text with an unknown part equal to a text that the query spells.
fn spelled(texts: &Texts, shapes: &[Shape], pairing: &Pairing, listed: &[String]) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let policies = pairing.new.iter().chain(pairing.existing.iter().flatten());
    for policy in policies {
        if let Ok(value) = serde_json::from_str::<Value>(policy) {
            strings(&value, &mut all);
        }
    }
    let (unknown, mut known): (Vec<String>, Vec<String>) =
        all.into_iter().partition(|text| text.contains(is_sign));
    known.splice(0..0, listed.iter().cloned());
    let mut found = Vec::new();
    for template in &unknown {
        for target in &known {
            let Some((name, value)) = value_in(texts, shapes, template, target) else { continue };
            if !found.contains(&(name.clone(), value.clone())) && found.len() < MOST {
                found.push((name, value));
            }
        }
    }
    found
}

/// Returns the value of the first unknown text with which a text may begin like another one.
fn value_in(texts: &Texts, shapes: &[Shape], template: &str, target: &str) -> Option<(String, String)> {
    let (at, sign) = template.char_indices().find(|(_, c)| is_sign(*c))?;
    let (start, rest) = template.split_at(at);
    let after = target.strip_prefix(start)?;
    let next = rest.strip_prefix(sign)?.chars().next();
    let value = match next {
        None => after,
        Some(next) if is_sign(next) || next == '*' => after.split(['/', ':']).next()?,
        Some(next) => after.split(next).next()?,
    };
    let number = texts.number(sign)?;
    let text = texts.list.get(number).filter(|text| text.is_settable)?;
    let is_one = shapes.get(number)?.contains(value) && !value.is_empty();
    is_one.then(|| (text.name.clone(), value.to_owned()))
}

fn strings(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|value| strings(value, found)),
        Value::Object(members) => members.values().for_each(|value| strings(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
