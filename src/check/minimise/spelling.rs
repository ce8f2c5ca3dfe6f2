//! Spells parts of a policy in a shorter way: one value without brackets, wildcards that say the same, elements without content.

use super::Droppable;
use crate::limits::InputLimits;
use crate::policy::{Document, Json, JsonValue, Member, edited, tree};
use crate::span::Span;
use std::collections::BTreeSet;

/// A part with a shorter spelling.
#[derive(Debug)]
pub(super) enum Change {
    /// Another text for a part, and a value of the same list that goes.
    Replace(Span, String, Option<Span>),
    /// A member that goes.
    Remove(Span),
}

/// Returns the parts of a document with a shorter spelling.
pub(super) fn changes(document: &Document, droppable: Droppable) -> Vec<Change> {
    let mut changes = Vec::new();
    if droppable.sids {
        let sids = document.statements.iter().filter_map(|statement| statement.sid.as_ref());
        changes.extend(sids.map(|sid| Change::Remove(sid.span)));
    }
    let Ok((json, _)) = tree(document.source.text(), &InputLimits::default()) else { return changes };
    let statements: &[Json<'_>] = match json.member("Statement").map(|member| &member.value) {
        Some(Json { kind: JsonValue::Array(list), .. }) => list,
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    for statement in statements {
        if let Some(condition) = statement.member("Condition") {
            empty(condition, &mut changes);
        }
        shorter(statement, document.source.text(), &mut changes);
    }
    changes
}

/// Finds conditions, and operators in them, without content.
fn empty(member: &Member<'_>, changes: &mut Vec<Change>) {
    let JsonValue::Object(inside) = &member.value.kind else { return };
    if inside.is_empty() {
        changes.push(Change::Remove(member.value.span));
    }
    inside.iter().for_each(|operator| {
        if matches!(&operator.value.kind, JsonValue::Object(keys) if keys.is_empty()) {
            changes.push(Change::Remove(operator.value.span));
        }
    });
}

/// Finds lists and wildcards with a shorter spelling in a statement.
fn shorter(json: &Json<'_>, text: &str, changes: &mut Vec<Change>) {
    match &json.kind {
        JsonValue::Array(list) => match list.as_slice() {
            [one] if !matches!(one.kind, JsonValue::Array(_) | JsonValue::Object(_)) => {
                let value = text.get(one.span.range()).map(str::to_owned);
                changes.extend(value.map(|value| Change::Replace(json.span, value, None)));
            }
            several => {
                several.iter().for_each(|element| shorter(element, text, changes));
                several.iter().for_each(|element| changes.extend(without_one(element, several)));
            }
        },
        JsonValue::Object(members) => {
            members
                .iter()
                .filter(|member| member.key != "Sid")
                .for_each(|m| shorter(&m.value, text, changes));
        }
        JsonValue::String(value) => {
            let short = collapsed(value);
            if short.len() < value.len() {
                changes.push(Change::Replace(json.span, quoted(&short), None));
            }
        }
        JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) => {}
    }
}

/// Returns the change of `x` and `x?*` to `x*`.
fn without_one(element: &Json<'_>, list: &[Json<'_>]) -> Option<Change> {
    let JsonValue::String(value) = &element.kind else { return None };
    let start = value.strip_suffix("?*").filter(|start| !start.is_empty())?;
    let short = |other: &&Json<'_>| matches!(&other.kind, JsonValue::String(text) if *text == start);
    let other = list.iter().find(short)?;
    Some(Change::Replace(element.span, quoted(&format!("{start}*")), Some(other.span)))
}

/// Returns a pattern without wildcards that say nothing more.
fn collapsed(value: &str) -> String {
    if value == "*:*" {
        return "*".to_owned();
    }
    let mut short = value.to_owned();
    while short.contains("**") {
        short = short.replace("**", "*");
    }
    short
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Returns the text of the document with these changes.
pub(super) fn respelled(document: &Document, changes: &[&Change]) -> Option<String> {
    let (mut gone, mut replaced) = (BTreeSet::new(), Vec::new());
    for change in changes {
        match change {
            Change::Remove(span) => drop(gone.insert(*span)),
            Change::Replace(span, text, other) => {
                replaced.push((*span, text.clone()));
                gone.extend(*other);
            }
        }
    }
    edited(document.source.text(), &gone, replaced, &InputLimits::default())
}
