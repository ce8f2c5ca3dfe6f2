//! Which pairs of patterns need a closer look.
//!
//! Both indexes keep the distinct spelled prefixes in order, each with a link to the longest other one that it
//! extends. All prefixes that a word extends lie on one chain of links, and that chain begins at the last prefix not
//! after the word or above it: whatever stands in order between a prefix of a word and the word extends that prefix.

use super::pattern::Pattern;
use super::symbol::Symbol;

/// Few patterns are looked through one by one.
const FEW: usize = 16;

/// The patterns of one spelled prefix.
#[derive(Debug)]
struct Group<'a> {
    prefix: &'a [Symbol],
    /// The group of the longest prefix that this one extends.
    parent: Option<usize>,
    members: Vec<usize>,
}

/// Patterns by their spelled prefixes.
#[derive(Debug)]
struct Prefixes<'a> {
    patterns: Vec<&'a Pattern>,
    /// In the order of the prefixes; empty if there are few patterns.
    groups: Vec<Group<'a>>,
}

impl<'a> Prefixes<'a> {
    fn new(patterns: &[&'a Pattern]) -> Prefixes<'a> {
        let mut groups: Vec<Group<'a>> = Vec::new();
        if patterns.len() > FEW {
            let mut order: Vec<(&[Symbol], usize)> =
                patterns.iter().enumerate().map(|(i, p)| (p.prefix(), i)).collect();
            order.sort_unstable();
            for (prefix, place) in order {
                match groups.last_mut() {
                    Some(last) if last.prefix == prefix => last.members.push(place),
                    _ => {
                        let above = groups.len().checked_sub(1);
                        let parent = chain(&groups, above).find(|(_, g)| prefix.starts_with(g.prefix));
                        let parent = parent.map(|(i, _)| i);
                        groups.push(Group { prefix, parent, members: vec![place] });
                    }
                }
            }
        }
        Prefixes { patterns: patterns.to_vec(), groups }
    }

    /// The members of the groups whose prefixes this one extends, itself included.
    fn extended_by<'s>(&'s self, prefix: &'s [Symbol]) -> impl Iterator<Item = usize> + 's {
        let last = self.groups.partition_point(|g| g.prefix <= prefix).checked_sub(1);
        chain(&self.groups, last)
            .filter(move |(_, g)| prefix.starts_with(g.prefix))
            .flat_map(|(_, g)| g.members.iter().copied())
    }

    /// The members of the groups whose prefixes properly extend this one.
    fn extending<'s>(&'s self, prefix: &'s [Symbol]) -> impl Iterator<Item = usize> + 's {
        let first = self.groups.partition_point(|g| g.prefix <= prefix);
        let rest = self.groups.get(first..).unwrap_or_default();
        rest.iter().take_while(move |g| g.prefix.starts_with(prefix)).flat_map(|g| g.members.iter().copied())
    }

    /// The places that pass, in order; `near` are those to look at if there are groups.
    fn pick(
        &self,
        near: impl Iterator<Item = usize>,
        passes: impl Fn(&Pattern) -> bool,
    ) -> std::vec::IntoIter<usize> {
        let good = |i: &usize| self.patterns.get(*i).is_some_and(|p| passes(p));
        let mut found: Vec<usize> = if self.groups.is_empty() {
            (0..self.patterns.len()).filter(good).collect()
        } else {
            near.filter(good).collect()
        };
        found.sort_unstable();
        found.into_iter()
    }
}

/// A group and those above it.
fn chain<'g, 'a>(
    groups: &'g [Group<'a>],
    first: Option<usize>,
) -> impl Iterator<Item = (usize, &'g Group<'a>)> {
    let entry = move |i: usize| groups.get(i).map(|g| (i, g));
    std::iter::successors(first.and_then(entry), move |(_, g)| g.parent.and_then(entry))
}

/// Finds the patterns that may include a given one.
#[derive(Debug)]
pub struct InclusionIndex<'a> {
    prefixes: Prefixes<'a>,
}

impl<'a> InclusionIndex<'a> {
    /// An index over the outer candidates.
    pub fn new(patterns: &[&'a Pattern]) -> InclusionIndex<'a> {
        InclusionIndex { prefixes: Prefixes::new(patterns) }
    }

    /// The places, in order, of all patterns that include `inner`, and of few others.
    pub fn candidates(&self, inner: &Pattern) -> impl Iterator<Item = usize> + use<> {
        if inner.is_void() {
            return self.prefixes.pick(0..self.prefixes.patterns.len(), |_| true);
        }
        self.prefixes.pick(self.prefixes.extended_by(inner.prefix()), |p| p.may_include(inner))
    }
}

/// Finds the patterns that may share a word with a given one.
#[derive(Debug)]
pub struct MeetingIndex<'a> {
    prefixes: Prefixes<'a>,
}

impl<'a> MeetingIndex<'a> {
    /// An index over the patterns.
    pub fn new(patterns: &[&'a Pattern]) -> MeetingIndex<'a> {
        MeetingIndex { prefixes: Prefixes::new(patterns) }
    }

    /// The places, in order, of all patterns that share a word with `pattern`, and of few others.
    pub fn candidates(&self, pattern: &Pattern) -> impl Iterator<Item = usize> + use<> {
        let prefix = pattern.prefix();
        let near = self.prefixes.extended_by(prefix).chain(self.prefixes.extending(prefix));
        self.prefixes.pick(near, |p| p.may_meet(pattern))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::automata::Class;

    #[test]
    fn prefixes_leave_few_candidates() {
        let texts: Vec<String> = ["", "a", "ab", "abc", "abd", "b", "ba"].map(str::to_owned).into();
        let many: Vec<String> = (10..60).map(|n| format!("x{n}")).chain(texts).collect();
        let patterns: Vec<Pattern> =
            many.iter().map(|t| Pattern::builder().text(t).many(Class::ANY).finish()).collect();
        let refs: Vec<&Pattern> = patterns.iter().collect();
        let query = Pattern::builder().text("ab").many(Class::NOT_COLON).finish();
        let names = |found: Vec<usize>| found.iter().map(|i| &*many[*i]).collect::<Vec<_>>();
        assert_eq!(names(InclusionIndex::new(&refs).candidates(&query).collect()), ["", "a", "ab"]);
        assert_eq!(
            names(MeetingIndex::new(&refs).candidates(&query).collect()),
            ["", "a", "ab", "abc", "abd"]
        );
        let groups = InclusionIndex::new(&refs).prefixes.groups.len();
        assert_eq!(groups, many.len());
        // A few are looked through without an index, with the same answers.
        let few = &refs[50..];
        let names = |found: Vec<usize>| found.iter().map(|i| &*many[*i + 50]).collect::<Vec<_>>();
        assert_eq!(names(InclusionIndex::new(few).candidates(&query).collect()), ["", "a", "ab"]);
        assert_eq!(names(MeetingIndex::new(few).candidates(&query).collect()), ["", "a", "ab", "abc", "abd"]);
    }
}
