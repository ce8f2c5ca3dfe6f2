//! Which pairs of patterns need a closer look.

use super::pattern::Pattern;

/// Finds the patterns that may include a given one.
#[derive(Debug)]
pub struct InclusionIndex<'a> {
    patterns: Vec<&'a Pattern>,
}

impl<'a> InclusionIndex<'a> {
    /// An index over the outer candidates.
    pub fn new(patterns: &[&'a Pattern]) -> InclusionIndex<'a> {
        InclusionIndex { patterns: patterns.to_vec() }
    }

    /// The places, in order, of all patterns that include `inner`, and of few others.
    pub fn candidates(&self, inner: &Pattern) -> impl Iterator<Item = usize> {
        (0..).zip(&self.patterns).filter(|(_, p)| p.may_include(inner)).map(|(i, _)| i)
    }
}

/// Finds the patterns that may share a word with a given one.
#[derive(Debug)]
pub struct MeetingIndex<'a> {
    patterns: Vec<&'a Pattern>,
}

impl<'a> MeetingIndex<'a> {
    /// An index over the patterns.
    pub fn new(patterns: &[&'a Pattern]) -> MeetingIndex<'a> {
        MeetingIndex { patterns: patterns.to_vec() }
    }

    /// The places, in order, of all patterns that share a word with `pattern`, and of few others.
    pub fn candidates(&self, pattern: &Pattern) -> impl Iterator<Item = usize> {
        (0..).zip(&self.patterns).filter(|(_, p)| p.may_meet(pattern)).map(|(i, _)| i)
    }
}
