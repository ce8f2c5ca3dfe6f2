//! Policy variables: their syntax, and the places where they are not read.

use super::place::Place;
use super::scope::Scope;
use super::syntax::{Element, Principal, Principals, Statement, Version};
use crate::code::AwsCode;
use crate::index::broken;
use crate::policy::OperatorFamily;
use std::ops::Range;

/// A text `${...}` of a value: the part of the value, and the text inside the braces if they close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spelled<'t> {
    start: usize,
    end: usize,
    /// The place of its first UTF-16 code unit, and the number of them.
    units: (usize, usize),
    pub(super) whole: &'t str,
    pub(super) inside: Option<&'t str>,
}

impl<'t> Spelled<'t> {
    /// True if it stands for a wildcard character or a dollar sign.
    pub(super) fn is_escape(&self) -> bool {
        matches!(self.inside, Some("*" | "?" | "$"))
    }

    /// Returns the name of the key, without a default value.
    pub(super) fn name(&self) -> Option<&'t str> {
        let inside = self.inside?;
        Some(inside.split_once(',').map_or(inside, |(name, _)| name).trim())
    }
}

/// Returns a part of a text between places that were found in it.
fn piece(text: &str, places: Range<usize>) -> &str {
    match text.get(places) {
        Some(piece) => piece,
        None => broken("a variable lies within its text"),
    }
}

/// Returns the variables of a text, in order. One that is not closed reaches to the end.
pub(super) fn spelled(text: &str) -> Vec<Spelled<'_>> {
    let mut found = Vec::new();
    let (mut from, mut units) = (0, 0);
    let count = |text: &str| text.encode_utf16().count();
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("${")) {
        let start = from + at;
        units += count(piece(text, from..start));
        let inside = text.get(start + 2..).and_then(|rest| rest.split_once('}')).map(|(inside, _)| inside);
        let end = inside.map_or(text.len(), |inside| start + 2 + inside.len() + 1);
        let whole = piece(text, start..end);
        let length = count(whole);
        found.push(Spelled { start, end, units: (units, length), whole, inside });
        units += length;
        from = end;
    }
    found
}

/// Returns the text without its variables.
pub(super) fn without(text: &str) -> String {
    let mut rest = String::with_capacity(text.len());
    let mut from = 0;
    for variable in spelled(text) {
        rest.push_str(piece(text, from..variable.start));
        from = variable.end;
    }
    rest.push_str(piece(text, from..text.len()));
    rest
}

/// Checks all texts of a statement.
pub(super) fn check<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>) {
    for text in [&statement.sid, &statement.effect].into_iter().flatten() {
        unsupported(scope, text.text, &text.place);
    }
    for element in [&statement.action, &statement.not_action].into_iter().flatten() {
        unsupported_in(scope, element);
    }
    for principals in [&statement.principal, &statement.not_principal].into_iter().flatten() {
        unsupported_in_principals(scope, principals);
    }
    for element in [&statement.resource, &statement.not_resource].into_iter().flatten() {
        for value in &element.values {
            supported(scope, value.text, &value.place);
        }
    }
    for test in statement.tests() {
        let family = test.operator.map(|operator| operator.base.family());
        for value in &test.values {
            match family {
                Some(OperatorFamily::String | OperatorFamily::Arn) => {
                    supported(scope, &value.text, &value.place);
                }
                Some(_) if scope.version == Version::Current && value.text.contains("${") => {
                    scope.add(AwsCode::InvalidVariableForOperator, &[], [value.place.clone()]);
                }
                Some(_) | None => {}
            }
        }
    }
}

fn unsupported_in<'j>(scope: &mut Scope<'_, 'j>, element: &Element<'j>) {
    for value in &element.values {
        unsupported(scope, value.text, &value.place);
    }
}

fn unsupported_in_principals<'j>(scope: &mut Scope<'_, 'j>, principals: &Principals<'j>) {
    match &principals.content {
        Principal::Text(text) => unsupported(scope, text, &principals.place),
        Principal::Members(members) => {
            for (_, element) in members {
                unsupported_in(scope, element);
            }
        }
        Principal::Unread => {}
    }
}

fn unsupported<'j>(scope: &mut Scope<'_, 'j>, text: &str, place: &Place<'j>) {
    for variable in spelled(text) {
        let part = place.part(text, (variable.start, variable.end), variable.units);
        scope.add(AwsCode::VariableUnsupportedInElement, &[("variable", variable.whole)], [part]);
    }
}

fn supported<'j>(scope: &mut Scope<'_, 'j>, text: &str, place: &Place<'j>) {
    for variable in spelled(text) {
        let code = match scope.version {
            Version::Current => fault(&variable),
            _ if scope.version.has_no_variables() && is_name(&variable) => {
                Some(AwsCode::VariableUnsupportedInVersion)
            }
            _ => None,
        };
        if let Some(code) = code {
            scope.add(code, &[], [place.part(text, (variable.start, variable.end), variable.units)]);
        }
    }
}

fn is_name(variable: &Spelled<'_>) -> bool {
    fault(variable).is_none() && !variable.is_escape()
}

fn fault(variable: &Spelled<'_>) -> Option<AwsCode> {
    let Some(inside) = variable.inside else { return Some(AwsCode::MissingBraceInVariable) };
    if inside.trim().is_empty() {
        return Some(AwsCode::EmptyVariable);
    }
    let (name, default) = match inside.split_once(',') {
        Some((name, default)) => (name, Some(default.trim())),
        None => (inside, None),
    };
    if name.contains(' ') {
        return Some(AwsCode::UnsupportedSpaceInVariable);
    }
    let is_quoted = |text: &str| text.len() >= 2 && text.starts_with('\'') && text.ends_with('\'');
    default.is_some_and(|text| !is_quoted(text)).then_some(AwsCode::MissingQuoteInVariable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_and_removed() {
        let text = "a/${aws:username}/${*}${b, 'c'}/${d";
        let found: Vec<&str> = spelled(text).iter().map(|variable| variable.whole).collect();
        assert_eq!(found, ["${aws:username}", "${*}", "${b, 'c'}", "${d"]);
        assert_eq!(without(text), "a///");
    }
}
