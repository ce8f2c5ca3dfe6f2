//! `check-guardrails`: SCPs and RCPs, levels and exemptions that change nothing.

use crate::check::PreparedSnapshot;
use crate::cli::Exit;
use crate::cli::args::{Format, GuardrailsArgs};
use crate::cli::config;
use crate::cli::output::{Output, directory};
use crate::report::text;
use crate::report::{Failure, GuardrailReport, Report, Status};
use crate::surface::{Stated, asked_guardrails, snapshot_of};
use serde_json::json;

pub(crate) fn run(args: &GuardrailsArgs, output: &mut Output) -> Result<Exit, Failure> {
    let directory_of_snapshot = config::snapshot(args.snapshot.as_deref(), output)?;
    let stated = Stated::new(false, args.strict_collect);
    let prepared = PreparedSnapshot::new(snapshot_of(&directory_of_snapshot, stated)?);
    let options = args.world.of(args.options())?.sharing();
    let answer = asked_guardrails(&prepared, &args.policy, &options)?;
    let report =
        GuardrailReport { name: &directory_of_snapshot, snapshot: prepared.snapshot(), answer: &answer };
    match output.format {
        Format::Json => output.json(json!(report))?,
        Format::Text => output.text(&text::check_guardrails(&report, output.verbosity, output.style))?,
        Format::Pipeline(_) => output.report(&Report {
            command: "check-guardrails",
            directory: directory(),
            subjects: vec![report.subject()],
            issues: Vec::new(),
            has_baseline: false,
            about: String::new(),
        })?,
    }
    let exit = match report.status() {
        Status::Pass => Exit::Success,
        Status::Fail => Exit::Finding,
        Status::Unknown | Status::Skipped | Status::Error => Exit::Unknown,
    };
    Ok(exit.zeroed(args.exit_zero))
}
