//! The statements of a document that an action may concern, found without looking at all of them.

use crate::policy::{Document, Part, Statement};
use std::cell::{Cell, OnceCell};

/// Questions after which putting the texts in order pays.
const WORTHWHILE: usize = 4;

/// Statements by the texts with which the actions they match begin. Explaining many findings would otherwise look at every
/// statement for each of them.
///
/// ```
/// use iamsat::{explain::Candidates, limits::InputLimits, policy::parse, span::Source};
/// let text = r#"{"Statement":[
///     {"Effect":"Allow","Action":["S3:Get*","s3:PutObject"],"Resource":"*"},
///     {"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"},
///     {"Effect":"Deny","NotAction":"iam:*","Resource":"*"}]}"#;
/// let policy = parse(&Source::new("p", text), &InputLimits::default()).document.unwrap();
/// let found: Vec<usize> = Candidates::new(&policy).of("s3:GetObject").into_iter().map(|(i, _)| i).collect();
/// assert_eq!(found, [0, 2]);
/// ```
#[derive(Clone, Debug)]
pub struct Candidates<'d> {
    document: &'d Document,
    /// Each text with each statement that has it, in order; made when it is first needed.
    starts: OnceCell<Vec<(&'d str, usize)>>,
    /// How often it was asked for statements.
    asked: Cell<usize>,
}

impl<'d> Candidates<'d> {
    /// The statements of a document.
    pub fn new(document: &'d Document) -> Candidates<'d> {
        Candidates { document, starts: OnceCell::new(), asked: Cell::new(0) }
    }

    fn starts(&self) -> &[(&'d str, usize)] {
        self.starts.get_or_init(|| {
            let mut starts = Vec::new();
            for (index, statement) in self.document.statements.iter().enumerate() {
                match statement.action.negated {
                    // `NotAction` may match whatever it does not start with.
                    true => starts.push(("", index)),
                    false => {
                        starts.extend(statement.action.values.iter().map(|v| (start(&v.value.glob), index)))
                    }
                }
            }
            starts.sort_unstable();
            starts.dedup();
            starts
        })
    }

    /// The document.
    pub fn document(&self) -> &'d Document {
        self.document
    }

    /// In order, every statement whose `Action` or `NotAction` matches the action, among few others.
    pub fn of(&self, action: &str) -> Vec<(usize, &'d Statement)> {
        let action = action.to_ascii_lowercase();
        let asked = self.asked.get();
        self.asked.set(asked.saturating_add(1));
        let found = if asked < WORTHWHILE { self.looked_through(&action) } else { self.looked_up(&action) };
        found.into_iter().filter_map(|i| Some((i, self.document.statements.get(i)?))).collect()
    }

    fn looked_through(&self, action: &str) -> Vec<usize> {
        let may_match = |s: &Statement| {
            s.action.negated || s.action.values.iter().any(|v| action.starts_with(start(&v.value.glob)))
        };
        let statements = self.document.statements.iter().enumerate();
        statements.filter(|(_, s)| may_match(s)).map(|(index, _)| index).collect()
    }

    /// Follows the action letter by letter: what is left of the texts begins as the action does.
    fn looked_up(&self, action: &str) -> Vec<usize> {
        let mut left = self.starts();
        let mut found: Vec<usize> = Vec::new();
        let letters = action.bytes().map(Some).chain([None]).enumerate();
        for (depth, letter) in letters {
            // Of texts that begin alike, the one that ends here is the first.
            let (ended, longer) = left.split_at(left.partition_point(|(start, _)| start.len() == depth));
            found.extend(ended.iter().map(|(_, index)| *index));
            let at = |(start, _): &(&str, usize)| start.as_bytes().get(depth).copied();
            let (_, rest) = longer.split_at(longer.partition_point(|start| at(start) < letter));
            left = rest.split_at(rest.partition_point(|start| at(start) == letter)).0;
            if left.is_empty() {
                break;
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The text with which every action begins that the pattern matches.
fn start(glob: &crate::policy::Template) -> &str {
    match glob.parts().first() {
        Some(Part::Text(text)) => text,
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::InputLimits;
    use crate::policy::parse;
    use crate::span::Source;

    #[test]
    fn looking_up_finds_what_looking_through_does() {
        let actions =
            ["s3:GetObject", "s3:Get*", "S3:*", "*", "s3:GetObjectAcl", "?3:get", "ec2:Run*", "s3:Put*"];
        let statement = |action: &str| format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":"*"}}"#);
        let mut statements: Vec<String> = actions.iter().map(|action| statement(action)).collect();
        statements.push(r#"{"Effect":"Deny","NotAction":"iam:*","Resource":"*"}"#.to_owned());
        let text = format!(r#"{{"Statement":[{}]}}"#, statements.join(","));
        let policy = parse(&Source::new("p", text), &InputLimits::default()).document.unwrap();
        let candidates = Candidates::new(&policy);
        for action in
            ["s3:getobject", "s3:getobjectacl", "s3:g", "ec2:runinstances", "iam:x", "", "t", "s3:gez"]
        {
            assert_eq!(candidates.looked_up(action), candidates.looked_through(action), "{action}");
        }
        assert_eq!(candidates.looked_up("s3:getobject"), [0, 1, 2, 3, 5, 8]);
    }
}
