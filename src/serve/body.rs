//! The members of a body in JSON.

use super::refusal::Refusal;
use crate::surface::{JsonMembers, json_members};
use serde::de::DeserializeOwned;

/// The most members of a body; no operation has as many.
const MEMBERS: usize = 64;

/// The members of a body, with their values unread. Members that no operation knows are ignored, as AWS does.
pub(super) struct Body<'b>(JsonMembers<'b>);

impl<'b> Body<'b> {
    /// Reads a body.
    ///
    /// # Errors
    /// The body is not an object of JSON, or a member occurs twice.
    pub(super) fn read(bytes: &'b [u8]) -> Result<Body<'b>, Refusal> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let at = error.valid_up_to();
            Refusal::unreadable(format!("the body is not UTF-8: byte {at} is not part of a character"))
        })?;
        let members = json_members(text)
            .map_err(|(_, why)| Refusal::unreadable(format!("the body is not a JSON object: {why}")))?;
        if members.len() > MEMBERS {
            return Err(Refusal::unreadable(format!("the body has more than {MEMBERS} members")));
        }
        let names = || members.iter().map(|(name, _)| name);
        match names().enumerate().find(|(at, name)| names().take(*at).any(|other| other == *name)) {
            Some((_, twice)) => Err(Refusal::unreadable(format!("`{twice}` occurs twice"))),
            None => Ok(Body(members)),
        }
    }

    /// Returns a member as written; `null` is the same as no member.
    pub(super) fn raw(&self, name: &str) -> Option<&'b str> {
        let (_, value) = self.0.iter().find(|(own, _)| own == name)?;
        Some(value.get()).filter(|text| *text != "null")
    }

    /// Returns a member of some type.
    ///
    /// # Errors
    /// It is not of that type, which `what` names.
    pub(super) fn optional<T: DeserializeOwned>(&self, name: &str, what: &str) -> Result<Option<T>, Refusal> {
        let read = |text| {
            serde_json::from_str(text).map_err(|_| Refusal {
                reason: Some("cannotParse"),
                ..Refusal::invalid(name, format!("`{name}` has to be {what}"))
            })
        };
        self.raw(name).map(read).transpose()
    }

    /// Returns a required string.
    ///
    /// # Errors
    /// It is missing, or not a string.
    pub(super) fn text(&self, name: &str) -> Result<String, Refusal> {
        self.optional(name, "a string")?.ok_or_else(|| missing(name))
    }

    /// Returns a required member as written.
    ///
    /// # Errors
    /// It is missing.
    pub(super) fn needed(&self, name: &str) -> Result<&'b str, Refusal> {
        self.raw(name).ok_or_else(|| missing(name))
    }

    /// Returns a required string that has to be one of some values.
    ///
    /// # Errors
    /// It is missing, not a string, or none of the values.
    pub(super) fn one_of<T>(
        &self,
        name: &str,
        values: impl IntoIterator<Item = (&'static str, T)>,
    ) -> Result<T, Refusal> {
        let given = self.text(name)?;
        let mut names = Vec::new();
        for (value, of) in values {
            if value == given {
                return Ok(of);
            }
            names.push(value);
        }
        Err(not_in_enumeration(name, &given, &names))
    }
}

fn missing(name: &str) -> Refusal {
    Refusal::invalid(name, format!("`{name}` is missing"))
}

/// Makes the error for a value that is not in an enumeration, in AWS's words.
pub(super) fn not_in_enumeration(name: &str, given: &str, values: &[&str]) -> Refusal {
    let values = values.join(", ");
    let constraint = format!("Member must satisfy enum value set: [{values}]");
    let mut refusal = Refusal::invalid(name, constraint.clone());
    refusal.message = format!(
        "1 validation error detected: Value '{given}' at '{name}' failed to satisfy constraint: {constraint}"
    );
    refusal
}
