//! From the value of an attribute to the policy that it is.

use super::evaluator::{Evaluator, Scope, Unknown};
use super::value::{Failure, Value, decoded, is_any_sign, is_encoded};
use crate::code::Code;
use crate::container::entry::{Content, Origin};
use crate::container::hole::{Hole, HoleClass, UnknownText, World, is_sign};
use crate::container::text;
use crate::limits::InputLimits;
use crate::policy::{escape, parse};
use crate::span::{Source, Span};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The place of an attribute in the plan, and its name.
#[derive(Clone, Copy, Debug)]
pub(in crate::container) struct Slot<'s> {
    pub(in crate::container) source: &'s Source,
    pub(in crate::container) name: &'s str,
    pub(in crate::container) span: Span,
    pub(in crate::container) limits: &'s InputLimits,
}

impl Evaluator<'_, '_> {
    /// Returns a text of JSON with signs for whole characters of its texts; `None` if an unknown part may change the JSON.
    pub(super) fn as_json(&self, text: &str) -> Option<String> {
        // An escape could make a sign.
        if text.to_ascii_lowercase().contains("\\ud") {
            return None;
        }
        let letter = |letter: char| {
            if is_encoded(letter) {
                return decoded(letter);
            }
            if is_sign(letter) {
                let shape = self.shape(letter)?;
                let breaks = |letter: char| shape.may_hold(letter);
                let is_safe = !breaks('"') && !breaks('\\') && !('\0'..' ').any(breaks);
                return is_safe.then_some(letter);
            }
            Some(letter)
        };
        text.chars().map(letter).collect()
    }

    /// Returns the policy that a value is.
    ///
    /// # Errors
    /// It is not a text, or an unknown value is at a place where it may be another part of a policy than a text.
    pub(in crate::container) fn policy(
        &self,
        value: &Value,
        slot: Slot<'_>,
        scope: &Scope<'_>,
    ) -> Result<Content, Failure> {
        let Value::Text(written) = value else {
            return Err(scope.unmodelled(None, "the whole text is a value that is known after apply"));
        };
        if !written.contains(is_any_sign) {
            let (source, span) = (slot.source, slot.span);
            return Ok(text::content(source, slot.name, written, span, Origin::Evaluated, slot.limits));
        }
        let Some(policy) = self.as_json(written) else {
            let what = "an unknown value stands in JSON text, where it may hold a quote";
            return Err(scope.unmodelled(None, what));
        };
        let inner = slot.source.decoded(slot.name, policy.clone(), slot.span);
        if let Err(error) = parse(&inner, slot.limits) {
            // The message may show a part of a secret.
            let first = error.diagnostics.first().map_or("", |fault| fault.code.as_str());
            return Err(scope.unmodelled(None, format!("the policy is not valid: `{first}`")));
        }
        let Ok(json) = serde_json::from_str::<Json>(&policy) else {
            return Err(scope.unmodelled(None, "the policy is not valid JSON"));
        };
        let mut places = Places::default();
        places.visit(&json, &mut Vec::new());
        if let Some(pointer) = places.refused {
            return Err(scope.unmodelled(None, format!("an unknown value at `{pointer}` of the policy")));
        }
        self.partly(format!("{json:#}"), &places.found, slot.span, scope)
    }

    fn partly(
        &self,
        policy: String,
        found: &BTreeMap<char, Found>,
        span: Span,
        scope: &Scope<'_>,
    ) -> Result<Content, Failure> {
        let mut holes = Vec::with_capacity(found.len());
        for (sign, place) in found {
            let Some(unknown) = self.unknowns.iter().find(|unknown| unknown.sign == *sign) else {
                return Err(scope.unmodelled(None, "a text with characters for private use"));
            };
            let Unknown { name, sign, shape, origin, is_any } = unknown.clone();
            let is_list = is_any && place.is_always_list;
            let text = UnknownText { sign, origin, shape, is_list, default: None };
            let pointer = place.pointer.clone();
            holes.push(Hole { name, pointer, span, class: HoleClass::Given, text: Some(text) });
        }
        let world =
            World { choices: Vec::new(), policy: Some(policy), assumptions: vec![Code::SourceIsAsPlanned] };
        Ok(Content::Partly { holes, worlds: vec![world] })
    }
}

/// The places of one unknown value.
#[derive(Clone, Debug)]
struct Found {
    pointer: String,
    /// True if it is always the whole value of a member that may be a list.
    is_always_list: bool,
}

/// The places of unknown values in a policy.
#[derive(Debug, Default)]
struct Places {
    found: BTreeMap<char, Found>,
    /// The first place where an unknown value may be something else than a text.
    refused: Option<String>,
}

impl Places {
    fn visit(&mut self, json: &Json, path: &mut Vec<String>) {
        match json {
            Json::String(text) if text.contains(is_sign) => self.text(text, path),
            Json::Array(list) => {
                for (index, element) in list.iter().enumerate() {
                    path.push(index.to_string());
                    self.visit(element, path);
                    path.pop();
                }
            }
            Json::Object(members) => {
                for (key, value) in members {
                    path.push(key.clone());
                    if key.contains(is_sign) {
                        self.refuse(path);
                    }
                    self.visit(value, path);
                    path.pop();
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str, path: &[String]) {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        // `Statement` may be one object.
        let inner = match path.as_slice() {
            ["Statement", index, rest @ ..] if is_number(index) => rest,
            ["Statement", rest @ ..] => rest,
            _ => &[],
        };
        let in_list = match inner {
            ["Action" | "NotAction" | "Resource" | "NotResource"]
            | ["Principal" | "NotPrincipal", _]
            | ["Condition", _, _] => false,
            ["Action" | "NotAction" | "Resource" | "NotResource", index]
            | ["Principal" | "NotPrincipal", _, index]
            | ["Condition", _, _, index]
                if is_number(index) =>
            {
                true
            }
            _ => return self.refuse(&path),
        };
        let pointer = pointer(&path);
        let is_whole = text.chars().count() == 1;
        for sign in text.chars().filter(|letter| is_sign(*letter)) {
            let found = self
                .found
                .entry(sign)
                .or_insert_with(|| Found { pointer: pointer.clone(), is_always_list: true });
            found.is_always_list &= is_whole && !in_list;
        }
    }

    fn refuse(&mut self, path: &[impl AsRef<str>]) {
        self.refused.get_or_insert_with(|| pointer(path));
    }
}

fn pointer(path: &[impl AsRef<str>]) -> String {
    path.iter().map(|part| format!("/{}", escape(part.as_ref()))).collect()
}
