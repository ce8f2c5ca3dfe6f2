//! Findings as the checks collect them.

use super::place::Place;
use crate::code::AwsCode;

/// The findings so far.
#[derive(Debug)]
pub(super) struct Findings<'j> {
    pub(super) list: Vec<Found<'j>>,
    most: usize,
    /// True if findings were dropped at the limit.
    pub(super) is_cut: bool,
}

/// A finding about a part of the document.
#[derive(Debug)]
pub(super) struct Found<'j> {
    pub(super) code: AwsCode,
    pub(super) details: String,
    pub(super) places: Vec<Place<'j>>,
}

impl<'j> Findings<'j> {
    /// Makes a collection that keeps this many findings.
    pub(super) fn new(most: usize) -> Findings<'j> {
        Findings { list: Vec::new(), most, is_cut: false }
    }

    /// Adds a finding with the code's first message.
    pub(super) fn add(
        &mut self,
        code: AwsCode,
        texts: &[(&str, &str)],
        places: impl IntoIterator<Item = Place<'j>>,
    ) {
        self.add_with(code, 0, texts, places);
    }

    /// Does the same as [`Findings::add`] with another one of the code's messages.
    pub(super) fn add_with(
        &mut self,
        code: AwsCode,
        message: usize,
        texts: &[(&str, &str)],
        places: impl IntoIterator<Item = Place<'j>>,
    ) {
        if self.list.len() >= self.most {
            self.is_cut = true;
            return;
        }
        let places = places.into_iter().collect();
        self.list.push(Found { code, details: code.message_of(message, texts), places });
    }

    /// Returns the findings by the offset of their first place, then by code: AWS's order.
    pub(super) fn sorted(mut self) -> Vec<Found<'j>> {
        self.list.sort_by_key(|found| {
            let start = found.places.first().map_or(0, |place| place.span.start);
            (start, found.code.as_str())
        });
        self.list
    }
}
