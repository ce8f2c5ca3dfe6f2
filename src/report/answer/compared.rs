//! The relation between two policies.

use super::judgement::Judgement;
use super::world::{among, every_request};
use crate::check::{Answer, Comparison, Options, Relation};
use crate::policy::Document;
use crate::report::aws_messages::AwsCheck;
use crate::report::issue::Status;
use crate::solve::Verdict;

/// The relation between two policies, with the answer in each direction.
///
/// ```
/// use iamsat::check::{Options, compare};
/// use iamsat::report::Compared;
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let left = policy(r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}"#);
/// let right = policy(r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#);
/// let options = Options::default();
/// let comparison = compare(&left, &right, &options);
/// let compared = Compared::new(&comparison, [&left, &right], &options);
/// assert_eq!(compared.result(), "LEFT_NARROWER");
/// ```
#[derive(Clone, Debug)]
pub struct Compared<'a> {
    comparison: &'a Comparison,
    /// The judgement of what the left policy lets through beyond the right one.
    pub left: Judgement<'a>,
    /// The judgement of what the right policy lets through beyond the left one.
    pub right: Judgement<'a>,
}

impl<'a> Compared<'a> {
    /// Explains a comparison that was made under these options.
    pub fn new(
        comparison: &'a Comparison,
        [left, right]: [&'a Document; 2],
        options: &Options,
    ) -> Compared<'a> {
        let judged = |answer, policy, other| {
            Judgement::new(AwsCheck::NoNewAccess, policy, Some(other), answer, options)
        };
        Compared {
            comparison,
            left: judged(&comparison.left, left, right),
            right: judged(&comparison.right, right, left),
        }
    }

    /// Returns the name of the relation, or `UNKNOWN`.
    pub fn result(&self) -> &'static str {
        match self.comparison.relation() {
            Some(relation) => relation.name(),
            None => "UNKNOWN",
        }
    }

    /// Returns the status: PASS for equivalent policies.
    pub fn status(&self) -> Status {
        match self.comparison.relation() {
            Some(Relation::Equivalent) => Status::Pass,
            Some(_) => Status::Fail,
            None => Status::Unknown,
        }
    }

    /// Describes the relation in a sentence.
    pub fn sentence(&self) -> String {
        let comparison = self.comparison;
        let (left, right) = (self.left.policy.source.name(), self.right.policy.source.name());
        // Alone, policies "allow" requests; beside others, they "let through" requests that those allow.
        let alone = !comparison.left.beside_others;
        let words = if alone {
            ["allow the same", "allows", ""]
        } else {
            ["allow and deny the same", "lets", " through"]
        };
        let [same, lets, through] = words;
        let (world, edition) = (comparison.left.world, comparison.left.edition.as_ref());
        let end = among(world, edition);
        let sentence = match comparison.relation() {
            Some(Relation::Equivalent) => {
                return format!("{left} and {right} {same}: proved for {}", every_request(world, edition));
            }
            Some(Relation::LeftNarrower) => format!(
                "{left} {lets} nothing{through} that {right} does not (proved), and not all that {right} {lets}{through}"
            ),
            Some(Relation::LeftWider) => {
                format!("{left} {lets} all{through} that {right} {lets}{through} (proved), and more")
            }
            Some(Relation::Incomparable) => {
                format!("each of {left} and {right} {lets} something{through} that the other does not")
            }
            None => {
                let said = |answer: &Answer, one: &str, other: &str| match answer.verdict {
                    Verdict::Pass(_) => {
                        format!("{one} {lets} nothing{through} that {other} does not (proved)")
                    }
                    Verdict::Fail(_) => format!("{one} {lets} something{through} that {other} does not"),
                    Verdict::Unknown(_) => {
                        format!(
                            "it is undecided whether {one} {lets} something{through} that {other} does not"
                        )
                    }
                };
                format!("{}; {}", said(&comparison.left, left, right), said(&comparison.right, right, left))
            }
        };
        format!("{sentence}{end}")
    }
}
