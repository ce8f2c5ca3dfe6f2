//! `compare`: the relation between two policies.

use super::policy_pair::PolicyPair;
use super::{certificate, tell};
use crate::check::{Answer, Comparison, Options, Relation, compare};
use crate::cli::Exit;
use crate::cli::args::{CompareArgs, Format};
use crate::cli::input::Reader;
use crate::cli::output::Output;
use crate::policy::Document;
use crate::report::{AwsCheck, Failure, Judgement, Status, among, every_request};
use crate::solve::Verdict;
use crate::surface::answered;
use serde_json::json;

pub(crate) fn run(args: &CompareArgs, output: &mut Output) -> Result<Exit, Failure> {
    let pair =
        PolicyPair::read((&args.left, &args.right), ["left", "right"], &mut Reader::new(&args.container))?;
    let [left, right] = pair.documents(args.semantics.policy_type)?;
    let options = args.world.of(args.search.options(&args.semantics))?;
    let options = Options { judging: args.alone.judging(), ..options.sharing() };
    let comparison = answered(|| compare(left, right, &options))?;
    let answers = [&comparison.left, &comparison.right];
    let certificates = answers.iter().filter_map(|answer| answer.certificate());
    let is_open = comparison.relation().is_none();
    certificate::write_all(args.search.certificate.as_deref(), certificates, is_open, output)?;
    let judged =
        |answer, policy, other| Judgement::new(AwsCheck::NoNewAccess, policy, Some(other), answer, &options);
    let of_left = judged(&comparison.left, left, right);
    let of_right = judged(&comparison.right, right, left);
    let mut issues = pair.issues(&args.left, (right, &args.right), &options, &|typed| of_left.issues(typed));
    issues.extend(pair.issues(&args.right, (left, &args.left), &options, &|typed| of_right.issues(typed)));
    let message = relation(&comparison, left, right);
    let (status, exit) = match comparison.relation() {
        Some(Relation::Equivalent) => (Status::Pass, Exit::Success),
        Some(_) => (Status::Fail, Exit::Finding),
        None => (Status::Unknown, Exit::Unknown),
    };
    let result = comparison.relation().map_or("UNKNOWN", Relation::name);
    match output.format {
        Format::Json => output.json(&json!({
            "result": result,
            "message": message,
            "left": of_left,
            "right": of_right,
        }))?,
        _ => tell::outcome(output, "compare", &pair.name(), status, &format!("{result}. {message}"), issues)?,
    }
    Ok(exit.zeroed(args.search.exit_zero))
}

/// Describes the relation between two policies in a sentence.
fn relation(comparison: &Comparison, left: &Document, right: &Document) -> String {
    let (left, right) = (left.source.name(), right.source.name());
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
                Verdict::Pass(_) => format!("{one} {lets} nothing{through} that {other} does not (proved)"),
                Verdict::Fail(_) => format!("{one} {lets} something{through} that {other} does not"),
                Verdict::Unknown(_) => {
                    format!("it is undecided whether {one} {lets} something{through} that {other} does not")
                }
            };
            format!("{}; {}", said(&comparison.left, left, right), said(&comparison.right, right, left))
        }
    };
    format!("{sentence}{end}")
}
