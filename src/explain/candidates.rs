//! The statements of a document that an action may concern, found without looking at all of them.

use crate::policy::{Document, Part, Statement};
use rustc_hash::FxHashMap;

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
    by_start: FxHashMap<String, Vec<usize>>,
}

impl<'d> Candidates<'d> {
    /// The statements of a document.
    pub fn new(document: &'d Document) -> Candidates<'d> {
        let mut by_start: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for (index, statement) in document.statements.iter().enumerate() {
            // `NotAction` may match whatever it does not start with.
            let mut starts: Vec<String> = match statement.action.negated {
                true => vec![String::new()],
                false => statement.action.values.iter().map(|v| start(&v.value.glob)).collect(),
            };
            starts.sort_unstable();
            starts.dedup();
            for start in starts {
                by_start.entry(start).or_default().push(index);
            }
        }
        Candidates { document, by_start }
    }

    /// The document.
    pub fn document(&self) -> &'d Document {
        self.document
    }

    /// In order, every statement whose `Action` or `NotAction` matches the action, among few others.
    pub fn of(&self, action: &str) -> Vec<(usize, &'d Statement)> {
        let action = action.to_ascii_lowercase();
        let ends = action.char_indices().map(|(at, _)| at).chain([action.len()]);
        let starts = ends.filter_map(|end| self.by_start.get(action.get(..end)?));
        let mut found: Vec<usize> = starts.flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        found.into_iter().filter_map(|i| Some((i, self.document.statements.get(i)?))).collect()
    }
}

/// The text with which every action begins that the pattern matches.
fn start(glob: &crate::policy::Template) -> String {
    match glob.parts().first() {
        Some(Part::Text(text)) => text.to_string(),
        _ => String::new(),
    }
}
