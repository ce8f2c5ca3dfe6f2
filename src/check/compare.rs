//! Compares two policies in both directions.

use super::beside_others::{beside_others, nothing_more_through};
use super::judging::Judging;
use super::{Answer, Options};
use crate::encode::DocumentRef;
use crate::policy::RequestSet;
use crate::solve::Verdict;

/// The relation between what two policies let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// They are the same.
    Equivalent,
    /// The left policy lets less through.
    LeftNarrower,
    /// The left policy lets more through.
    LeftWider,
    /// Each lets something through that the other does not let through.
    Incomparable,
}

impl Relation {
    /// `EQUIVALENT`, `LEFT_NARROWER`, `LEFT_WIDER` or `INCOMPARABLE`.
    pub fn name(self) -> &'static str {
        match self {
            Relation::Equivalent => "EQUIVALENT",
            Relation::LeftNarrower => "LEFT_NARROWER",
            Relation::LeftWider => "LEFT_WIDER",
            Relation::Incomparable => "INCOMPARABLE",
        }
    }
}

/// Two answers that together give the relation of two policies.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The answer to "does the left policy let nothing through that the right one does not?"; PASS means yes.
    pub left: Answer,
    /// The answer to "does the right policy let nothing through that the left one does not?"; PASS means yes.
    pub right: Answer,
}

impl Comparison {
    /// Their relation; `None` if one of the answers is UNKNOWN.
    pub fn relation(&self) -> Option<Relation> {
        match (&self.left.verdict, &self.right.verdict) {
            (Verdict::Pass(_), Verdict::Pass(_)) => Some(Relation::Equivalent),
            (Verdict::Pass(_), Verdict::Fail(_)) => Some(Relation::LeftNarrower),
            (Verdict::Fail(_), Verdict::Pass(_)) => Some(Relation::LeftWider),
            (Verdict::Fail(_), Verdict::Fail(_)) => Some(Relation::Incomparable),
            (Verdict::Unknown(_), _) | (_, Verdict::Unknown(_)) => None,
        }
    }
}

/// Asks in both directions if one policy lets nothing through that the other does not, beside any other grants. With
/// [`Judging::Alone`], asks if it allows nothing by itself that the other does not. Both answers use the same policy type, which
/// is inferred from both documents.
///
/// ```
/// use iamsat::check::{Options, Relation, compare};
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let one = policy(r#"{"Effect":"Allow","Action":["s3:GetObject","S3:Get*"],"Resource":"*"}"#);
/// let other = policy(r#"[{"Effect":"Allow","Action":"s3:get*","Resource":"*"}]"#);
/// let narrow = policy(r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#);
/// let relation = |left, right| compare(left, right, &Options::default()).relation().unwrap();
/// assert_eq!(relation(&one, &other), Relation::Equivalent);
/// assert_eq!(relation(&narrow, &other), Relation::LeftNarrower);
/// ```
pub fn compare<'a>(
    left: impl Into<DocumentRef<'a>>,
    right: impl Into<DocumentRef<'a>>,
    options: &Options,
) -> Comparison {
    let [left, right] = [left.into(), right.into()].map(|document| document.prepared());
    let [left, right] = [&*left, &*right];
    let options = &options.sharing();
    Comparison { left: no_more_through(left, right, options), right: no_more_through(right, left, options) }
}

/// Asks if `one` lets nothing through that `other` does not, as [`compare`] does.
pub fn no_more_through<'a>(
    one: impl Into<DocumentRef<'a>>,
    other: impl Into<DocumentRef<'a>>,
    options: &Options,
) -> Answer {
    let (one, other) = (one.into(), other.into());
    let options = &options.sharing();
    let answer = nothing_more_through(one, other, RequestSet::ALLOWED, options);
    match options.judging {
        Judging::Alone => answer,
        Judging::Usual | Judging::BesideOthers => {
            let options = options.for_parts([one.document(), other.document()]);
            beside_others(answer, one, other, &options)
        }
    }
}
