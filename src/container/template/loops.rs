//! Expands the loops of a template, as the transform `AWS::LanguageExtensions` does.
//!
//! Source: AWS CloudFormation Template Reference, "Fn::ForEach": each `${Identifier}` in a key or a text of the body is replaced by
//! the value, `&{Identifier}` by its letters and digits, and `Ref` of the identifier is the value.

use super::functions::{Evaluator, Names, call};
use crate::policy::{Json, JsonValue, Member};
use std::collections::BTreeSet;

/// The start of the name of a loop.
pub(super) const LOOP: &str = "Fn::ForEach::";

/// The bytes of all keys and texts that loops make.
pub(super) const MOST_TEXT: usize = 16 << 20;

/// The copies of all loops together are too large.
#[derive(Debug)]
pub(super) struct TooLarge;

/// Returns the template with its loops expanded. A loop over values that are not known stays as it is.
///
/// # Errors
/// The loops make more than `most` nodes, or too many bytes.
pub(super) fn expanded<'t>(
    json: &Json<'t>,
    names: &Names<'_, 't>,
    most: usize,
) -> Result<Json<'t>, TooLarge> {
    Loops { names, bound: Vec::new(), left: most, left_text: MOST_TEXT }.value(json)
}

struct Loops<'n, 'j, 't> {
    names: &'n Names<'j, 't>,
    /// The identifiers of the loops around a value, with their values.
    bound: Vec<(String, String)>,
    left: usize,
    left_text: usize,
}

impl<'t> Loops<'_, '_, 't> {
    fn value(&mut self, json: &Json<'t>) -> Result<Json<'t>, TooLarge> {
        if !self.bound.is_empty() {
            self.left = self.left.checked_sub(1).ok_or(TooLarge)?;
        }
        if let Some(("Ref", Json { kind: JsonValue::String(name), .. })) = call(json)
            && let Some((_, value)) = self.bound.iter().rev().find(|(identifier, _)| identifier == name)
        {
            let value = value.clone();
            self.count(value.len())?;
            return Ok(Json { span: json.span, kind: JsonValue::String(value.into()) });
        }
        let kind = match &json.kind {
            JsonValue::Object(members) => JsonValue::Object(self.members(members)?),
            JsonValue::Array(list) => {
                JsonValue::Array(list.iter().map(|element| self.value(element)).collect::<Result<_, _>>()?)
            }
            JsonValue::String(text) => match self.replaced(text)? {
                Some(text) => JsonValue::String(text.into()),
                None => json.kind.clone(),
            },
            JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) => json.kind.clone(),
        };
        Ok(Json { span: json.span, kind })
    }

    fn members(&mut self, members: &[Member<'t>]) -> Result<Vec<Member<'t>>, TooLarge> {
        let mut kept: Vec<Member<'t>> = Vec::with_capacity(members.len());
        for member in members {
            let made = if member.key.starts_with(LOOP) { self.looped(&member.value)? } else { None };
            match made {
                Some(made) => kept.extend(made),
                None => {
                    let key = self.replaced(&member.key)?.map_or_else(|| member.key.clone(), Into::into);
                    kept.push(Member { key, key_span: member.key_span, value: self.value(&member.value)? });
                }
            }
        }
        Ok(kept)
    }

    /// Returns the members that a loop makes; `None` if they are not known, or if a member would be there twice.
    fn looped(&mut self, arguments: &Json<'t>) -> Result<Option<Vec<Member<'t>>>, TooLarge> {
        let JsonValue::Array(parts) = &arguments.kind else { return Ok(None) };
        let [
            Json { kind: JsonValue::String(identifier), .. },
            collection,
            Json { kind: JsonValue::Object(body), .. },
        ] = parts.as_slice()
        else {
            return Ok(None);
        };
        let Some(values) = self.collection(collection)? else { return Ok(None) };
        let mut made: Vec<Member<'t>> = Vec::new();
        for value in values {
            self.bound.push((identifier.to_string(), value));
            let copies = self.members(body);
            self.bound.pop();
            made.extend(copies?);
        }
        let keys: BTreeSet<&str> = made.iter().map(|member| &*member.key).collect();
        let is_whole = keys.len() == made.len() && !keys.iter().any(|key| key.starts_with(LOOP));
        Ok(is_whole.then_some(made))
    }

    /// Returns the values of a collection, if all of them are known.
    fn collection(&mut self, json: &Json<'t>) -> Result<Option<Vec<String>>, TooLarge> {
        let json = self.value(json)?;
        let mut evaluator = Evaluator::new(self.names);
        let value = evaluator.value(&json, "");
        if !evaluator.holes.is_empty() || !evaluator.faults.is_empty() {
            return Ok(None);
        }
        let Some(Json { kind: JsonValue::Array(list), .. }) = value else { return Ok(None) };
        let text = |element: Json<'t>| match element.kind {
            // A value with the start of a variable would be replaced again.
            JsonValue::String(text) if !text.contains(['$', '&']) => Some(text.into_owned()),
            JsonValue::Number(text) => Some(text.to_owned()),
            _ => None,
        };
        Ok(list.into_iter().map(text).collect())
    }

    /// Counts the bytes of a text that a loop makes.
    fn count(&mut self, bytes: usize) -> Result<(), TooLarge> {
        self.left_text = self.left_text.checked_sub(bytes).ok_or(TooLarge)?;
        Ok(())
    }

    /// Returns a text with the values of identifiers in it; `None` if it has none.
    fn replaced(&mut self, text: &str) -> Result<Option<String>, TooLarge> {
        if self.bound.is_empty() {
            return Ok(None);
        }
        self.count(text.len())?;
        if !text.contains(['$', '&']) {
            return Ok(None);
        }
        let mut out = text.to_owned();
        let mut added = Vec::new();
        for (identifier, value) in self.bound.iter().rev() {
            let letters: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
            for (variable, value) in
                [(format!("${{{identifier}}}"), value), (format!("&{{{identifier}}}"), &letters)]
            {
                let bytes = out.matches(&variable).count().checked_mul(value.len()).ok_or(TooLarge)?;
                added.push(bytes);
                if added.iter().sum::<usize>() > self.left_text {
                    return Err(TooLarge);
                }
                out = out.replace(&variable, value);
            }
        }
        self.count(added.into_iter().sum())?;
        Ok(Some(out))
    }
}
