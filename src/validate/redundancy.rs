//! Values and statements that say what others say, as AWS compares them: whole texts, in which `*` crosses colons.

use super::glob::Compared;
use super::place::Place;
use super::scope::Scope;
use super::syntax::{Element, Policy, Statement, Text};
use crate::code::AwsCode;
use crate::hash::TextMap;
use crate::index::broken;
use crate::limits::{Exhausted, Meter};
use crate::policy::{Json, JsonValue};

/// Finds redundant values in `Action` and `Resource`.
pub(super) fn check<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>) {
    let actions = (&statement.action, true, AwsCode::RedundantAction);
    let resources = (&statement.resource, false, AwsCode::RedundantResource);
    for (element, any_case, code) in [actions, resources] {
        let Some(element) = element.as_ref().filter(|element| element.values.len() > 1) else { continue };
        match groups(&element.values, any_case, &mut scope.meter) {
            Ok(groups) => {
                for group in groups {
                    report(scope, code, element, &group);
                }
            }
            Err(exhausted) => scope.exhausted = Some(exhausted),
        }
    }
}

/// Reports one group of values. AWS names the longest one, and counts all.
fn report<'j>(scope: &mut Scope<'_, 'j>, code: AwsCode, element: &Element<'j>, group: &[usize]) {
    let members: Vec<&Text<'j>> = group.iter().filter_map(|place| element.values.get(*place)).collect();
    let mut named = "";
    for member in &members {
        if member.text.chars().count() > named.chars().count() {
            named = member.text;
        }
    }
    let count = members.len().to_string();
    let texts = [
        ("redundantActionCount", &*count),
        ("redundantAction", named),
        ("redundantResourceCount", &*count),
        ("r", named),
    ];
    let places: Vec<Place<'j>> = members.iter().map(|member| member.place.clone()).collect();
    scope.add(code, &texts, places);
}

/// Returns the groups of two and more values that are connected by inclusions, each by index.
fn groups(values: &[Text<'_>], any_case: bool, meter: &mut Meter) -> Result<Vec<Vec<usize>>, Exhausted> {
    let spelled = |text: &str| if any_case { text.to_ascii_lowercase() } else { text.to_owned() };
    let texts: Vec<String> = values.iter().map(|value| spelled(value.text)).collect();
    let mut links = Links::new(texts.len());
    // One value for each text; the others are linked to it.
    let mut first: TextMap<&str, usize> = TextMap::default();
    for (place, text) in texts.iter().enumerate() {
        let known = *first.entry(text.as_str()).or_insert(place);
        links.join(known, place);
    }
    if !texts.iter().any(|text| text.contains(WILDCARDS)) {
        return Ok(links.groups());
    }
    let mut distinct: Vec<usize> = first.into_values().collect();
    distinct.sort_unstable();
    let pieces = Pieces::of(&texts, &distinct);
    let compared: Vec<Compared> = texts.iter().map(|text| Compared::new(text)).collect();
    for (place, text) in texts.iter().enumerate() {
        if !text.contains(WILDCARDS) || distinct.binary_search(&place).is_err() {
            continue;
        }
        let candidates = pieces.with_all_of(text).unwrap_or(&distinct);
        for other in candidates.iter().copied().filter(|other| *other != place) {
            meter.work(1)?;
            if let (Some(outer), Some(inner)) = (compared.get(place), compared.get(other))
                && outer.includes(inner, meter)?
            {
                links.join(place, other);
            }
        }
    }
    Ok(links.groups())
}

const WILDCARDS: [char; 2] = ['*', '?'];

/// The length in bytes of a piece.
const PIECE: usize = 4;

/// The texts that contain each piece of [`PIECE`] bytes.
///
/// A pattern includes another one only if each of its literal parts lies within a literal part of the other: a wildcard of the other
/// may stand for a character that the pattern does not have. So a pattern is compared only with the texts that contain its rarest
/// piece.
struct Pieces(TextMap<[u8; PIECE], Vec<usize>>);

impl Pieces {
    /// Collects the pieces of the texts with these indexes, which are sorted.
    fn of(texts: &[String], indexes: &[usize]) -> Pieces {
        let mut pieces: TextMap<[u8; PIECE], Vec<usize>> = TextMap::default();
        for index in indexes {
            let text = texts.get(*index).map_or("", String::as_str);
            for piece in pieces_of(text) {
                let list = pieces.entry(piece).or_default();
                if list.last() != Some(index) {
                    list.push(*index);
                }
            }
        }
        Pieces(pieces)
    }

    /// Returns the texts that contain the rarest piece of a pattern; `None` if its literal parts are shorter than a piece.
    fn with_all_of(&self, pattern: &str) -> Option<&Vec<usize>> {
        pieces_of(pattern).filter_map(|piece| self.0.get(&piece)).min_by_key(|list| list.len())
    }
}

fn pieces_of(text: &str) -> impl Iterator<Item = [u8; PIECE]> + '_ {
    let parts = text.split(WILDCARDS);
    parts.flat_map(|part| part.as_bytes().array_windows::<PIECE>().copied())
}

/// Values that belong together: a forest in which each value points to one before it, or to itself.
struct Links(Vec<usize>);

impl Links {
    fn new(count: usize) -> Links {
        Links((0..count).collect())
    }

    /// Returns the first value of the group, and shortens the way to it.
    fn root(&mut self, place: usize) -> usize {
        let mut at = place;
        while let Some(next) = self.0.get(at).copied().filter(|next| *next != at) {
            let Some(after) = self.0.get(next).copied() else { broken("a group consists of its values") };
            if let Some(slot) = self.0.get_mut(at) {
                *slot = after;
            }
            at = after;
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(slot) = self.0.get_mut(a.max(b)) {
            *slot = a.min(b);
        }
    }

    /// Returns the groups of two and more, by their first value.
    fn groups(mut self) -> Vec<Vec<usize>> {
        let mut by_root: Vec<Vec<usize>> = vec![Vec::new(); self.0.len()];
        for place in 0..self.0.len() {
            let root = self.root(place);
            if let Some(group) = by_root.get_mut(root) {
                group.push(place);
            }
        }
        by_root.retain(|group| group.len() > 1);
        by_root
    }
}

/// Finds statements that are equal but for `Sid`, the order and repetition of lists, and the case of actions.
pub(super) fn statements<'j>(scope: &mut Scope<'_, 'j>, policy: &Policy<'j>) {
    let mut order: Vec<Vec<Place<'j>>> = Vec::new();
    let mut seen: TextMap<String, usize> = TextMap::default();
    for statement in &policy.statements {
        let group = *seen.entry(normal(statement.json)).or_insert(order.len());
        match order.get_mut(group) {
            Some(places) => places.push(statement.place.clone()),
            None => order.push(vec![statement.place.clone()]),
        }
    }
    for places in order.into_iter().filter(|places| places.len() > 1) {
        scope.add(AwsCode::RedundantStatement, &[], places);
    }
}

/// Returns one spelling for all statements that differ only in what does not matter.
fn normal(statement: &Json<'_>) -> String {
    let JsonValue::Object(members) = &statement.kind else { return String::new() };
    let members = members.iter().filter(|member| member.key != "Sid");
    let mut parts: Vec<String> = members
        .map(|member| {
            let any_case = matches!(&*member.key, "Action" | "NotAction");
            format!("{:?}:{}", member.key, spelled(&member.value, any_case))
        })
        .collect();
    parts.sort_unstable();
    parts.join(",")
}

/// Spells a value with its members in order. A value that stands for a list of one is spelled as that list.
fn spelled(json: &Json<'_>, any_case: bool) -> String {
    let list = |list: &[Json<'_>]| {
        let mut values: Vec<String> = list.iter().map(|json| spelled_value(json, any_case)).collect();
        values.sort_unstable();
        values.dedup();
        format!("[{}]", values.join(","))
    };
    match &json.kind {
        JsonValue::Array(values) => list(values),
        JsonValue::Object(_) => spelled_value(json, any_case),
        _ => list(std::slice::from_ref(json)),
    }
}

fn spelled_value(json: &Json<'_>, any_case: bool) -> String {
    match &json.kind {
        JsonValue::Null => "null".to_owned(),
        JsonValue::Bool(value) => value.to_string(),
        JsonValue::Number(text) => (*text).to_owned(),
        JsonValue::String(text) if any_case => format!("{:?}", text.to_ascii_lowercase()),
        JsonValue::String(text) => format!("{text:?}"),
        JsonValue::Array(_) => spelled(json, any_case),
        JsonValue::Object(members) => {
            let mut parts: Vec<String> = members
                .iter()
                .map(|member| format!("{:?}:{}", member.key, spelled(&member.value, any_case)))
                .collect();
            parts.sort_unstable();
            format!("{{{}}}", parts.join(","))
        }
    }
}
