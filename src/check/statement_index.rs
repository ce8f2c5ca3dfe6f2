//! An index of statements by principals, actions and resources. Most statements of a long policy share requests with few others.

use super::principal_index::PrincipalIndex;
use crate::policy::{Statement, action_starts, resource_starts};
use crate::request::Request;
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
    /// The lengths of the starts, each once, in order.
    lengths: Vec<usize>,
}

impl StartIndex {
    fn of<'s>(starts: impl Iterator<Item = Vec<&'s str>>) -> StartIndex {
        let of_place = |(place, starts): (usize, Vec<&'s str>)| {
            starts.into_iter().map(move |start| (Box::from(start.as_bytes()), place))
        };
        let mut entries: Vec<(Box<[u8]>, usize)> = starts.enumerate().flat_map(of_place).collect();
        entries.sort_unstable();
        entries.dedup();
        let mut lengths: Vec<usize> = entries.iter().map(|(start, _)| start.len()).collect();
        lengths.sort_unstable();
        lengths.dedup();
        StartIndex { entries, lengths }
    }

    fn range(&self, is_before: impl Fn(&[u8]) -> bool, is_within: impl Fn(&[u8]) -> bool) -> Range<usize> {
        let first = self.entries.partition_point(|(start, _)| is_before(start));
        first..self.entries.partition_point(|(start, _)| is_before(start) || is_within(start))
    }

    /// Returns the ranges of entries that are prefixes of the text.
    fn beginning(&self, text: &str) -> Vec<Range<usize>> {
        let starts = self.lengths.iter().map_while(|length| text.as_bytes().get(..*length));
        starts.map(|start| self.range(|entry| entry < start, |entry| entry == start)).collect()
    }

    /// Returns the ranges of entries that are a prefix of one of the texts, or have one as a prefix.
    fn meeting(&self, texts: &[&str]) -> Vec<Range<usize>> {
        let mut ranges = Vec::new();
        for text in texts {
            ranges.extend(self.beginning(text));
            let text = text.as_bytes();
            ranges.push(self.range(|entry| entry <= text, |entry| entry.starts_with(text)));
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
