//! Values of expressions, known or with signs in the places of unknown texts.

use std::collections::BTreeMap;

/// A value of Terraform's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::container) enum Value {
    Null,
    Bool(bool),
    /// The digits of a number.
    Number(String),
    /// A text, with a sign for each unknown part.
    Text(String),
    /// A list or a tuple.
    List(Vec<Value>),
    /// A set: its elements have no order.
    Set(Vec<Value>),
    /// A map or an object.
    Map(BTreeMap<String, Value>),
    /// An unknown value of any type, by its sign.
    Any(char),
    /// An instance of a resource or module, by its number: its attributes are read when they are needed.
    Lazy(usize),
}

/// The reason why an expression has no value here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::container) struct Failure {
    pub(in crate::container) message: String,
    /// The place in the sources: `main.tf:12:5`.
    pub(in crate::container) place: String,
    /// True if the sources say something else than the plan.
    pub(in crate::container) differs: bool,
}

impl Failure {
    /// Returns the failure as one text.
    pub(in crate::container) fn told(&self) -> String {
        match self.place.as_str() {
            "" => self.message.clone(),
            place => format!("{} ({place})", self.message),
        }
    }
}

const FIRST_ENCODED: u32 = 0x10_0000;
const FIRST_SIGN: u32 = 0xF_0000;

/// Returns the sign of an unknown text as JSON writes it inside of a text: its quotes are escaped.
pub(super) fn encoded(sign: char) -> Option<char> {
    u32::from(sign).checked_sub(FIRST_SIGN)?.checked_add(FIRST_ENCODED).and_then(char::from_u32)
}

/// Returns the sign of which this is the one inside of JSON.
pub(super) fn decoded(sign: char) -> Option<char> {
    u32::from(sign).checked_sub(FIRST_ENCODED)?.checked_add(FIRST_SIGN).and_then(char::from_u32)
}

/// True if a character stands for an unknown text inside of JSON.
pub(super) fn is_encoded(character: char) -> bool {
    u32::from(character) >= FIRST_ENCODED
}

/// True if a character stands for an unknown text.
pub(super) fn is_any_sign(character: char) -> bool {
    u32::from(character) >= FIRST_SIGN
}

impl Value {
    /// True if no part of the value is unknown.
    pub(in crate::container) fn is_known(&self) -> bool {
        match self {
            Value::Null | Value::Bool(_) | Value::Number(_) => true,
            Value::Text(text) => !text.contains(is_any_sign),
            Value::List(list) | Value::Set(list) => list.iter().all(Value::is_known),
            Value::Map(map) => map.iter().all(|(key, value)| !key.contains(is_any_sign) && value.is_known()),
            Value::Any(_) | Value::Lazy(_) => false,
        }
    }

    /// True if the value has a number or a Boolean, which conversions turn into texts.
    pub(super) fn has_primitive(&self) -> bool {
        match self {
            Value::Bool(_) | Value::Number(_) => true,
            Value::Null | Value::Text(_) | Value::Any(_) | Value::Lazy(_) => false,
            Value::List(list) | Value::Set(list) => list.iter().any(Value::has_primitive),
            Value::Map(map) => map.values().any(Value::has_primitive),
        }
    }

    /// Returns the number of steps that copying the value counts for.
    pub(super) fn size(&self) -> usize {
        match self {
            Value::Text(text) => 1 + text.len() / 64,
            Value::List(list) | Value::Set(list) => 1 + list.iter().map(Value::size).sum::<usize>(),
            Value::Map(map) => {
                1 + map.iter().map(|(key, value)| 1 + key.len() / 64 + value.size()).sum::<usize>()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Any(_) | Value::Lazy(_) => 1,
        }
    }

    /// Returns the text of a value that converts to one.
    pub(super) fn as_text(&self) -> Option<String> {
        Some(match self {
            Value::Text(text) => text.clone(),
            Value::Number(digits) => digits.clone(),
            Value::Bool(truth) => truth.to_string(),
            Value::Any(sign) => sign.to_string(),
            Value::Null | Value::List(_) | Value::Set(_) | Value::Map(_) | Value::Lazy(_) => return None,
        })
    }

    /// Returns the elements of a list or a set.
    pub(super) fn elements(&self) -> Option<&[Value]> {
        match self {
            Value::List(list) | Value::Set(list) => Some(list),
            _ => None,
        }
    }

    /// Returns a set of values, in order and each once; `None` if there are several and not all of them are known texts.
    pub(super) fn set(mut values: Vec<Value>) -> Option<Value> {
        // The order of numbers and of other values is another one.
        let is_text = |value: &Value| matches!(value, Value::Text(_)) && value.is_known();
        if values.len() > 1 && !values.iter().all(is_text) {
            return None;
        }
        values.sort_by_cached_key(Value::as_text);
        values.dedup();
        Some(Value::Set(values))
    }
}

/// Returns the digits of a number as Terraform writes them in a text; `None` if that is not known here.
pub(super) fn number(digits: &str) -> Option<String> {
    if let Ok(whole) = digits.parse::<i64>() {
        return Some(whole.to_string());
    }
    let (whole, part) = digits.split_once('.')?;
    let (whole, part) =
        (whole.parse::<i64>().ok().filter(|_| !whole.starts_with(['-', '+']))?, part.trim_end_matches('0'));
    let is_short = part.len() <= 9 && part.bytes().all(|byte| byte.is_ascii_digit());
    match part {
        "" => Some(whole.to_string()),
        part => is_short.then(|| format!("{whole}.{part}")),
    }
}
