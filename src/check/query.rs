//! Any query.

use super::ask::{Answer, Options};
use crate::encode::DocumentRef;
use crate::query::Query;

/// Is there a request that meets the query? FAIL if there is one, PASS if there is none. The other functions of this room make
/// the query of a question; this one takes those that have no function. The documents of the answer are those of the query.
///
/// ```
/// use iamsat::{Document, Options, Query, ask};
/// let statement = |action: &str| format!(r#"{{"Statement":{{"Effect":"Allow","Action":"{action}","Resource":"*"}}}}"#);
/// let [policy, boundary, wanted] = ["s3:*", "s3:Get*", "s3:Put*"].map(|action| statement(action).parse::<Document>().unwrap());
/// let query = Query::find([&policy], [&wanted], []);
/// assert_eq!(ask(&query, &Options::default()).verdict.name(), "FAIL");
/// assert!(ask(&query.capped_by([&boundary]), &Options::default()).verdict.is_pass());
/// ```
pub fn ask(query: &Query<'_>, options: &Options) -> Answer {
    let documents: Vec<DocumentRef<'_>> = query.documents().iter().copied().map(DocumentRef::from).collect();
    super::ask::ask(query, &documents, options)
}
