//! Fields of a query or of a body in the form of one: `Action=GetPolicy&PolicyArn=...`.

use percent_encoding::percent_decode;
use std::borrow::Cow;

/// The most fields that are read; no operation has as many.
const MOST: usize = 64;

/// Names and values, as they were sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields<'c>(Vec<(&'c [u8], &'c [u8])>);

impl<'c> Fields<'c> {
    /// Reads fields.
    pub(super) fn read(text: &'c [u8]) -> Fields<'c> {
        let field = |field: &'c [u8]| match field.iter().position(|byte| *byte == b'=') {
            Some(at) => field.split_at_checked(at).map(|(name, rest)| (name, rest.get(1..).unwrap_or(&[]))),
            None => Some((field, &b""[..])),
        };
        Fields(
            text.split(|byte| *byte == b'&').filter(|f| !f.is_empty()).filter_map(field).take(MOST).collect(),
        )
    }

    /// Returns these fields and then others.
    #[must_use]
    pub(super) fn and(mut self, others: Fields<'c>) -> Fields<'c> {
        self.0.extend(others.0);
        self
    }

    /// Returns the first value of a name.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.0.iter().find(|(own, _)| decoded(own) == name).map(|(_, value)| decoded(value).into_owned())
    }
}

fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    // In forms, a space is written as a plus sign.
    let spaced: Cow<'_, [u8]> = match bytes.contains(&b'+') {
        true => Cow::Owned(bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect()),
        false => Cow::Borrowed(bytes),
    };
    Cow::Owned(percent_decode(&spaced).decode_utf8_lossy().into_owned())
}
