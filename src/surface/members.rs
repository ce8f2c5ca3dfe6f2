//! Reads the members of a JSON object without reading their values, so that a fault in one hides none of the others.

use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Members of an object in their order, with their values unread.
pub type JsonMembers<'t> = Vec<(String, &'t RawValue)>;

/// Returns the members of an object.
///
/// # Errors
/// The text is not a JSON object: the members before the fault, and a few words on the fault.
pub fn json_members(text: &str) -> Result<JsonMembers<'_>, (JsonMembers<'_>, String)> {
    if !text.trim_start().starts_with('{') {
        return Err((Vec::new(), "it does not start with `{`".to_owned()));
    }
    let mut members = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = deserializer.deserialize_map(Members(&mut members)).and_then(|()| deserializer.end());
    match read {
        Ok(()) => Ok(members),
        Err(error) => Err((members, syntax_error(&error))),
    }
}

/// Describes a syntax error in words.
pub(super) fn syntax_error(error: &serde_json::Error) -> String {
    if error.is_eof() {
        "it ends too early".to_owned()
    } else {
        format!("the fault is at column {}", error.column())
    }
}

struct Members<'m, 't>(&'m mut JsonMembers<'t>);

impl<'t> Visitor<'t> for Members<'_, 't> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(member) = map.next_entry()? {
            self.0.push(member);
        }
        Ok(())
    }
}
