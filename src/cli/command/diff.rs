//! `diff`: what one policy allows and another does not, in both directions.

use super::policy_pair::PolicyPair;
use super::{certificate, diff_many, tell};
use crate::check::difference;
use crate::cli::Exit;
use crate::cli::args::{DiffArgs, Format};
use crate::cli::input::{Reader, paired_files, paired_plan};
use crate::cli::output::Output;
use crate::index::broken;
use crate::report::{Change, Direction, Failure, Issue, Status};
use crate::surface::answered;
use serde_json::{Value, json};

pub(crate) fn run(args: &DiffArgs, output: &mut Output) -> Result<Exit, Failure> {
    let mut reader = Reader::new(&args.container);
    let paired = match (&args.plan, &args.old, &args.new) {
        (Some(plan), _, _) => Some(paired_plan(plan, &args.container, &mut reader)?),
        (None, Some(old), Some(new)) => paired_files(old, new, &args.container, &mut reader)?,
        (None, _, _) => broken("diff has a plan or two policies"),
    };
    if let Some(paired) = paired {
        return diff_many::run(args, &paired, output);
    }
    let (Some(old_argument), Some(new_argument)) = (&args.old, &args.new) else {
        broken("diff without a plan has two policies")
    };
    let pair = PolicyPair::read((old_argument, new_argument), ["old", "new"], &mut reader)?;
    let [old, new] = pair.documents(args.semantics.policy_type)?;
    let options = args.search.options(&args.semantics);
    let [gained, lost] = answered(|| [difference(new, old, &options), difference(old, new, &options)])?;
    let changes = [
        Change::new(Direction::Gained, new, old, gained, &options),
        Change::new(Direction::Lost, old, new, lost, &options),
    ];
    certificate::write_both(
        args.search.certificate.as_deref(),
        changes.each_ref().map(Change::rest),
        output,
    )?;
    let [gained, lost] = &changes;
    let mut issues = pair.issues(new_argument, (old, old_argument), &options, &|typed| gained.issues(typed));
    issues.extend(pair.issues(old_argument, (new, new_argument), &options, &|typed| lost.issues(typed)));
    issues.extend([old, new].into_iter().flat_map(Issue::warnings));
    let is_open = changes.iter().any(|change| !change.is_complete());
    let is_shown = changes.iter().any(Change::is_shown);
    let (status, result, exit) = match (is_open, is_shown) {
        (true, _) => (Status::Unknown, "UNKNOWN", Exit::Unknown),
        (false, true) => (Status::Fail, "DIFFERENT", Exit::Finding),
        (false, false) => (Status::Pass, "SAME", Exit::Success),
    };
    let message = match changes.iter().all(Change::is_empty) {
        true => format!(
            "{} and {} allow the same (proved for every request)",
            old.source.name(),
            new.source.name()
        ),
        false => format!("{}; {}", gained.sentence(), lost.sentence()),
    };
    match output.format {
        Format::Json => output.json(&json!({
            "result": result,
            "message": message,
            "gained": gained.json(),
            "lost": lost.json(),
            "policyType": gained.rest().policy_type.name(),
            "policyTypeInferred": gained.rest().policy_type_inferred,
            "assumptions": gained.rest().assumptions.iter().map(|a| json!(a.0)).collect::<Vec<Value>>(),
        }))?,
        _ => tell::outcome(output, "diff", &pair.name(), status, &message, issues)?,
    }
    Ok(exit.zeroed(args.search.exit_zero))
}
