//! The statements of a document that an action may concern, found without looking at all of them.

use crate::policy::{Document, Part, Statement};
use std::cell::OnceCell;

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
}

impl<'d> Candidates<'d> {
    /// The statements of a document.
    pub fn new(document: &'d Document) -> Candidates<'d> {
        Candidates { document, starts: OnceCell::new() }
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
        let starts = self.starts();
        let ends = action.char_indices().map(|(at, _)| at).chain([action.len()]);
        let mut found: Vec<usize> = Vec::new();
        for begin in ends.filter_map(|end| action.get(..end)) {
            let from = starts.partition_point(|(start, _)| *start < begin);
            let alike = starts.iter().skip(from).take_while(|(start, _)| *start == begin);
            found.extend(alike.map(|(_, index)| *index));
        }
        found.sort_unstable();
        found.dedup();
        found.into_iter().filter_map(|i| Some((i, self.document.statements.get(i)?))).collect()
    }
}

/// The text with which every action begins that the pattern matches.
fn start(glob: &crate::policy::Template) -> &str {
    match glob.parts().first() {
        Some(Part::Text(text)) => text,
        _ => "",
    }
}
