//! An index of statements by principals, actions and resources. Most statements of a long policy share requests with few others.

use super::principal_index::PrincipalIndex;
use crate::policy::{Statement, action_starts, resource_starts};
use crate::request::Request;
use std::collections::BTreeSet;
use std::ops::Range;

/// Statements by their principals, actions and resources.
#[derive(Debug)]
pub(super) struct StatementIndex {
    principals: PrincipalIndex,
    actions: StartIndex,
    resources: StartIndex,
}

impl StatementIndex {
    /// Builds the index of these statements; `None` stands for a statement that may apply to any request.
    pub(super) fn of<'s>(
        statements: impl IntoIterator<Item = Option<&'s Statement>> + Clone,
    ) -> StatementIndex {
        let starts = |of: fn(&'s Statement) -> Vec<&'s str>| {
            let statements = statements.clone().into_iter();
            StartIndex::of(statements.map(move |statement| statement.map_or_else(|| vec![""], of)))
        };
        StatementIndex {
            actions: starts(action_starts),
            resources: starts(resource_starts),
            principals: PrincipalIndex::of(statements.clone()),
        }
    }

    /// Returns the indexes of the statements that may apply to the request, and perhaps a few others, in order.
    pub(super) fn about(&self, request: &Request) -> Vec<usize> {
        let action = request.action.to_ascii_lowercase();
        let ranges = [self.actions.beginning(&action), self.resources.beginning(&request.resource)];
        match self.fewest(ranges) {
            (count, places) if count <= self.principals.count_about(request.requester.as_ref()) => places(),
            _ => self.principals.about(request.requester.as_ref()),
        }
    }

    /// Returns the indexes of the statements that may share a request with this one, and perhaps a few others, in order.
    pub(super) fn beside(&self, statement: &Statement) -> Vec<usize> {
        let ranges = [
            self.actions.meeting(&action_starts(statement)),
            self.resources.meeting(&resource_starts(statement)),
        ];
        match self.fewest(ranges) {
            (count, places) if count <= self.principals.count_beside(statement) => places(),
            _ => self.principals.beside(statement),
        }
    }

    /// Chooses, of two lists of ranges, the one with fewer places. Returns the number of places, and a function that lists them.
    fn fewest(&self, [actions, resources]: [Vec<Range<usize>>; 2]) -> (usize, impl Fn() -> Vec<usize>) {
        let count = |ranges: &[Range<usize>]| ranges.iter().map(ExactSizeIterator::len).sum::<usize>();
        let (of_actions, of_resources) = (count(&actions), count(&resources));
        let (fewest, index, ranges) = match of_actions < of_resources {
            true => (of_actions, &self.actions, actions),
            false => (of_resources, &self.resources, resources),
        };
        (fewest, move || index.places(&ranges))
    }
}

/// Places, sorted by the starts of texts.
#[derive(Debug)]
struct StartIndex {
    /// In order.
    entries: Vec<(Box<[u8]>, usize)>,
    /// The starts, each once, in order.
    starts: Vec<Start>,
}

/// A start, by its entries.
#[derive(Debug)]
struct Start {
    entries: Range<usize>,
    /// The longest of the other starts that it begins with.
    shorter: Option<usize>,
}

impl StartIndex {
    fn of<'s>(starts: impl Iterator<Item = Vec<&'s str>>) -> StartIndex {
        let of_place = |(place, starts): (usize, Vec<&'s str>)| {
            starts.into_iter().map(move |start| (Box::from(start.as_bytes()), place))
        };
        let mut entries: Vec<(Box<[u8]>, usize)> = starts.enumerate().flat_map(of_place).collect();
        entries.sort_unstable();
        entries.dedup();
        let mut index = StartIndex { entries, starts: Vec::new() };
        let mut first = 0;
        for same in index.entries.chunk_by(|(one, _), (other, _)| one == other) {
            let before = index.starts.len().checked_sub(1);
            let shorter = same.first().and_then(|(start, _)| index.longest_of(before, start));
            index.starts.push(Start { entries: first..first + same.len(), shorter });
            first += same.len();
        }
        index
    }

    /// The bytes of a start.
    fn bytes(&self, start: &Start) -> &[u8] {
        self.entries.get(start.entries.start).map_or(&[], |(bytes, _)| bytes)
    }

    /// The longest start that the text begins with, of this one and those that it begins with. Whatever stands in order between a start
    /// and a text that begins with it begins with it too.
    fn longest_of(&self, mut place: Option<usize>, text: &[u8]) -> Option<usize> {
        loop {
            let start = self.starts.get(place?)?;
            if text.starts_with(self.bytes(start)) {
                return place;
            }
            place = start.shorter;
        }
    }

    fn range(&self, is_before: impl Fn(&[u8]) -> bool, is_within: impl Fn(&[u8]) -> bool) -> Range<usize> {
        let first = self.entries.partition_point(|(start, _)| is_before(start));
        first..self.entries.partition_point(|(start, _)| is_before(start) || is_within(start))
    }

    /// Returns the ranges of entries that are prefixes of the text.
    fn beginning(&self, text: &str) -> Vec<Range<usize>> {
        self.starts_of(text.as_bytes()).map(|(_, start)| start.entries.clone()).collect()
    }

    /// The starts that the text begins with, with their places, the longest first.
    fn starts_of(&self, text: &[u8]) -> impl Iterator<Item = (usize, &Start)> {
        let after = self.starts.partition_point(|start| self.bytes(start) <= text);
        let mut next = self.longest_of(after.checked_sub(1), text);
        std::iter::from_fn(move || {
            let place = next?;
            let start = self.starts.get(place)?;
            next = start.shorter;
            Some((place, start))
        })
    }

    /// Returns the ranges of entries that are a prefix of one of the texts, or have one as a prefix.
    fn meeting(&self, texts: &[&str]) -> Vec<Range<usize>> {
        let mut ranges = Vec::new();
        let mut seen = BTreeSet::new();
        for text in texts.iter().map(|text| text.as_bytes()) {
            // Where one was seen, so were those that it begins with.
            let new = self.starts_of(text).take_while(|(place, _)| seen.insert(*place));
            ranges.extend(new.map(|(_, start)| start.entries.clone()));
            let longer = self.range(|entry| entry <= text, |entry| entry.starts_with(text));
            ranges.extend(Some(longer).filter(|range| !range.is_empty()));
        }
        ranges
    }

    fn places(&self, ranges: &[Range<usize>]) -> Vec<usize> {
        let entries = ranges.iter().filter_map(|range| self.entries.get(range.clone())).flatten();
        let mut places: Vec<usize> = entries.map(|(_, place)| *place).collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::{Case, Options, Truth};
    use crate::limits::InputLimits;
    use crate::policy::{Starts, parse};
    use crate::span::Source;

    const ELEMENTS: [&str; 16] = [
        r#""Action":"*","Resource":"*""#,
        r#""Action":"s3:*","Resource":"arn:aws:s3:::b/*""#,
        r#""Action":"S3:Get*","Resource":["arn:aws:s3:::b/a*","arn:aws:s3:::c/k"]"#,
        r#""Action":"s3:GetObject","Resource":"arn:aws:s3:::b/a""#,
        r#""Action":"s3:GetObjectAcl","Resource":"arn:aws:s3:::b/ab""#,
        r#""Action":"s3:?etObject","Resource":"arn:aws:s3:::?/a""#,
        r#""NotAction":"s3:GetObject","Resource":"arn:aws:s3:::b/a""#,
        r#""Action":"s3:GetObject","NotResource":"arn:aws:s3:::b/a""#,
        r#""Action":"s3:GetObject","Resource":"arn:aws:s3""#,
        r#""Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:username}""#,
        r#""Action":"execute-api:Invoke","Resource":"execute-api:/*""#,
        r#""Action":["ec2:RunInstances","s3:PutObject"],"Resource":"arn:aws:*:::b/*""#,
        r#""Action":"ec2:*","Resource":"*""#,
        r#""Action":"e*:RunInstances","Resource":"arn:aws:ec2:::i""#,
        r#""Action":"s3:getobject","Resource":"arn:aws:s3:::""#,
        r#""Action":"s3:Get**","Resource":"arn:aws:s3:::b**""#,
    ];

    /// A statement that may apply to a request is found for it, and two that may apply to one request are found beside each
    /// other.
    #[test]
    fn what_applies_is_found() {
        let statements = ELEMENTS.map(|elements| format!(r#"{{"Effect":"Allow",{elements}}}"#));
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","));
        let policy = parse(&Source::new("p", text), &InputLimits::default()).unwrap();
        let index = StatementIndex::of(policy.statements.iter().map(Some));
        let options = Options::for_documents(&[&policy]);
        let starts: Vec<Starts<'_>> = policy.statements.iter().map(Starts::of).collect();
        let (mut left_out, mut apart) = (0, 0);
        for action in
            ["s3:GetObject", "s3:getobjectacl", "s3:PutObject", "ec2:RunInstances", "execute-api:Invoke"]
        {
            for resource in
                ["arn:aws:s3:::b/a", "arn:aws:s3:::b/ab", "arn:aws:s3:::c/k", "arn:aws:ec2:::i", "*"]
            {
                let request = Request::new(action, resource);
                let case = Case::new(&request, &options);
                let about = index.about(&request);
                let applies = |place: &usize| case.applies(&policy.statements[*place]) != Truth::False;
                let all: Vec<usize> = (0..policy.statements.len()).filter(applies).collect();
                assert!(all.iter().all(|place| about.contains(place)), "{request:?}: {all:?} {about:?}");
                for place in &all {
                    let beside = index.beside(&policy.statements[*place]);
                    assert!(all.iter().all(|other| beside.contains(other)), "{place}: {all:?} {beside:?}");
                    left_out += policy.statements.len() - beside.len();
                    let meet = |other: &usize| starts[*place].may_meet(&policy.statements[*other]);
                    assert!(all.iter().all(meet), "{place}: {all:?}");
                    apart += (0..policy.statements.len()).filter(|other| !meet(other)).count();
                }
            }
        }
        assert!(left_out > 100 && apart > 100, "{left_out} {apart}");
    }
}
