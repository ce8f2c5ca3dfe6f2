//! JSON pointers (RFC 6901) of the elements of a document.

use crate::limits::InputLimits;
use crate::policy::{Document, PrincipalElement, json};
use crate::span::Span;

/// The length in bytes for which most pointers are allocated.
const USUAL: usize = 40;

/// Returns the pointer of the smallest value around a byte offset; for an offset in a key, that of the key's value. `None` if the
/// text is not JSON or the offset lies outside of it.
///
/// ```
/// use iamsat::{limits::InputLimits, policy::pointer_at};
/// let text = r#"{"Statement":[{"Action":["s3:Get*"]}]}"#;
/// assert_eq!(pointer_at(text, 26, &InputLimits::default()).unwrap(), "/Statement/0/Action/0");
/// ```
pub fn pointer_at(text: &str, offset: usize, limits: &InputLimits) -> Option<String> {
    let mut part = json::whole(text, limits)?;
    let within = |part: &str| json::span(text, part).range().contains(&offset);
    if !within(part) {
        return None;
    }
    let mut pointer = String::new();
    // Only the values around the offset are visited, because a document may have many places to report.
    for _ in 0..limits.depth {
        part = match part.bytes().next() {
            Some(b'[') => match json::element_where(part, within) {
                Some((index, element)) => {
                    pointer.push_str(&format!("/{index}"));
                    element
                }
                None => break,
            },
            Some(b'{') => match json::member_where(part, within) {
                Some((key, value)) => {
                    pointer.push_str(&format!("/{}", escape(&json::lossy(key))));
                    if !within(value) {
                        break;
                    }
                    value
                }
                None => break,
            },
            _ => break,
        };
    }
    Some(pointer)
}

/// Escapes a member name for a JSON pointer (RFC 6901).
pub(crate) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Appends a member, and an element of it if it is a list.
fn element(mut base: String, name: &str, is_list: bool, index: usize) -> String {
    base.push('/');
    base.push_str(name);
    if is_list {
        base.push('/');
        push_decimal(&mut base, index);
    }
    base
}

/// Appends a number, without a text of its own: every finding has several pointers.
fn push_decimal(base: &mut String, number: usize) {
    if number > 9 {
        push_decimal(base, number / 10);
    }
    base.extend(char::from_digit((number % 10) as u32, 10));
}

impl Document {
    /// Returns the pointer of a statement: `/Statement/0`, or `/Statement` if it is the only one and not in an array.
    pub fn statement_pointer(&self, statement: usize) -> String {
        let mut base = String::with_capacity(self.base_pointer.len() + USUAL);
        base.push_str(&self.base_pointer);
        element(base, "Statement", self.statement_is_list, statement)
    }

    /// The pointer of the smallest value around a place in a statement: that of [`pointer_at`], found in the text of the statement
    /// alone, as there may be many in a long document.
    pub(crate) fn pointer_within(&self, statement: usize, place: Span) -> Option<String> {
        let own = self.statements.get(statement)?.span;
        let offset = place.start.checked_sub(own.start)? as usize;
        let rest = pointer_at(self.source.slice(own), offset, &InputLimits::default())?;
        let pointer = self.statement_pointer(statement) + &rest;
        // A source in another language than JSON has no pointers of its own.
        debug_assert!(
            pointer_at(self.source.text(), place.start as usize, &InputLimits::default())
                .is_none_or(|whole| whole == pointer)
        );
        Some(pointer)
    }

    /// Returns the pointer of a value of `Action` or `NotAction`.
    pub fn action_pointer(&self, statement: usize, value: usize) -> String {
        let base = self.statement_pointer(statement);
        match self.statements.get(statement) {
            Some(s) => {
                let name = if s.action.negated { "NotAction" } else { "Action" };
                element(base, name, s.action.is_list, value)
            }
            None => base,
        }
    }

    /// Returns the pointer of a value of `Resource` or `NotResource`.
    pub fn resource_pointer(&self, statement: usize, value: usize) -> String {
        let base = self.statement_pointer(statement);
        match self.statements.get(statement).and_then(|s| s.resource.as_ref()) {
            Some(r) => element(base, if r.negated { "NotResource" } else { "Resource" }, r.is_list, value),
            None => base,
        }
    }

    /// Returns the pointer of `Principal` or `NotPrincipal` as a whole.
    pub fn principal_element_pointer(&self, statement: usize) -> String {
        let base = self.statement_pointer(statement);
        match self.statements.get(statement).and_then(|s| s.principal.as_ref()) {
            Some(p) => format!("{base}/{}", principal_name(p)),
            None => base,
        }
    }

    /// Returns the pointer of a value of `Principal` or `NotPrincipal`.
    pub fn principal_pointer(&self, statement: usize, value: usize) -> String {
        let whole = self.principal_element_pointer(statement);
        let principal = self.statements.get(statement).and_then(|s| s.principal.as_ref());
        let Some(principal) = principal else { return whole };
        let Some(this) = principal.values.get(value) else { return whole };
        let kind = this.value.kind;
        let place = principal.values.iter().take(value).filter(|v| v.value.kind == kind).count();
        element(whole, kind.name(), principal.lists.contains(&kind), place)
    }

    /// Returns the pointer of the values of a condition, given its index among all conditions of the statement.
    pub fn condition_pointer(&self, statement: usize, condition: usize) -> String {
        let base = self.statement_pointer(statement);
        match self.statements.get(statement).and_then(|s| s.conditions.get(condition)) {
            Some(c) => format!("{base}/Condition/{}/{}", escape(&c.operator_text), escape(&c.key.value.text)),
            None => base,
        }
    }
}

fn principal_name(element: &PrincipalElement) -> &'static str {
    if element.negated { "NotPrincipal" } else { "Principal" }
}
