//! `compare`: the relation between two policies.

use super::policy_pair::PolicyPair;
use super::{certificate, tell};
use crate::check::{Options, compare};
use crate::cli::Exit;
use crate::cli::args::{CompareArgs, Format};
use crate::cli::input::Reader;
use crate::cli::output::Output;
use crate::report::{self, Compared, Failure, Invocation, Status};
use crate::surface::{answered, isolated};
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
    let compared = isolated(|| Compared::new(&comparison, [left, right], &options))?;
    let (of_left, of_right) = (&compared.left, &compared.right);
    let mut issues =
        pair.issues(&args.left, (right, &args.right), &options, &|typed| of_left.issues(&side(typed)));
    issues.extend(
        pair.issues(&args.right, (left, &args.left), &options, &|typed| of_right.issues(&side(typed))),
    );
    let (status, result) = (compared.status(), compared.result());
    let exit = match status {
        Status::Pass => Exit::Success,
        Status::Unknown => Exit::Unknown,
        _ => Exit::Finding,
    };
    match output.format {
        Format::Json => {
            let mut answer = json!(compared);
            report::json::add_issues(&mut answer, &issues);
            output.json(answer)?;
        }
        _ => {
            let message = format!("{result}. {}", compared.sentence());
            tell::outcome(output, "compare", &pair.name(), status, &message, issues)?;
        }
    }
    Ok(exit.zeroed(args.search.exit_zero))
}

/// Says that the documents of a query are sides of a comparison.
fn side<'i>(typed: &Invocation<'i>) -> Invocation<'i> {
    Invocation { are_sides: true, ..*typed }
}
