//! `diff`: the requests that one policy allows and another does not, in both directions.

use super::policy_pair::PolicyPair;
use super::{certificate, diff_list, diff_many, snapshot_change, tell};
use crate::check::Options;
use crate::cli::Exit;
use crate::cli::args::{DiffArgs, Format};
use crate::cli::input::{Reader, paired_files, paired_plan};
use crate::cli::output::Output;
use crate::index::broken;
use crate::report::{self, Change, Changes, Failure, Issue, Status};
use crate::surface::{answered, isolated};
use serde_json::json;

pub(crate) fn run(args: &DiffArgs, output: &mut Output) -> Result<Exit, Failure> {
    let mut reader = Reader::new(&args.container);
    if args.change.is_given() {
        let options = args.search.options(&args.semantics).sharing();
        let change = (&args.change, args.plan.as_deref().map(|plan| (plan, &args.container)));
        let exit = snapshot_change::run("diff", change, (&options, &mut reader), output)?;
        return Ok(exit.zeroed(args.search.exit_zero));
    }
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
    let options = Options { judging: args.alone.judging(), ..args.search.options(&args.semantics).sharing() };
    let differences = answered(|| Changes::differences([old, new], &options))?;
    let same = |verb: &str| {
        let (old, new) = (old.source.name(), new.source.name());
        format!("{old} and {new} {verb} the same (proved for every request)")
    };
    let changes = isolated(|| Changes::new([old, new], differences, &options, same))?;
    let certificates = changes.iter().flat_map(Change::certificates);
    certificate::write_all(args.search.certificate.as_deref(), certificates, changes.is_open(), output)?;
    let mut issues = changes.issues(
        &|change| pair.issues(new_argument, (old, old_argument), &options, &|typed| change.issues(typed)),
        &|change| pair.issues(old_argument, (new, new_argument), &options, &|typed| change.issues(typed)),
    );
    issues.extend([old, new].into_iter().flat_map(Issue::warnings));
    let (status, _) = changes.status();
    let exit = match status {
        Status::Pass => Exit::Success,
        Status::Fail => Exit::Finding,
        _ => Exit::Unknown,
    };
    match output.format {
        Format::Json => {
            let mut answer = json!(changes);
            report::json::add_issues(&mut answer, &issues);
            output.json(answer)?;
        }
        Format::Text => {
            diff_list::tell(&mut issues, output)?;
            tell::outcome(output, "diff", &pair.name(), status, &changes.message, issues)?;
        }
        Format::Pipeline(_) => tell::outcome(output, "diff", &pair.name(), status, &changes.message, issues)?,
    }
    Ok(exit.zeroed(args.search.exit_zero))
}
