//! `what-can`: all that a user or role of a snapshot can do.

use crate::check::{PreparedSnapshot, Wants};
use crate::cli::Exit;
use crate::cli::args::{Format, WhatCanArgs};
use crate::cli::config;
use crate::cli::output::{Output, directory};
use crate::report::text;
use crate::report::{Failure, Report, Status, WhatCan, json};
use crate::surface::{Stated, asked_what, snapshot_of, wants_of_services};
use serde_json::json;

pub(crate) fn run(args: &WhatCanArgs, output: &mut Output) -> Result<Exit, Failure> {
    let wants: Wants = wants_of_services(&args.service, &args.resource)?;
    let snapshot = config::snapshot(args.snapshot.as_deref(), output)?;
    let prepared = PreparedSnapshot::new(snapshot_of(
        &snapshot,
        Stated::new(args.no_organization, args.strict_collect),
    )?);
    let options = args.world.of(args.options())?;
    let (principal, answer) = asked_what(&prepared, &snapshot, &args.principal, &wants, &options)?;
    let what = WhatCan {
        name: &snapshot,
        snapshot: prepared.snapshot(),
        principal,
        answer: &answer,
        expects_none: args.expect_none,
    };
    let (status, exit) = match (answer.is_complete(), args.expect_none && !answer.grants.is_empty()) {
        (false, _) => (Status::Unknown, Exit::Unknown),
        (true, false) => (Status::Pass, Exit::Success),
        (true, true) => (Status::Fail, Exit::Finding),
    };
    match output.format {
        Format::Text | Format::Json if args.as_policy => {
            output.note(&format!("what-can: {}", what.sentence()));
            output.policy(&what.as_policy())?;
        }
        Format::Json => {
            let mut answer = json!(what);
            json::add_issues(&mut answer, &what.subject(status).issues);
            output.json(answer)?;
        }
        Format::Text => output.text(&text::what_can(&what, output.verbosity, output.style))?,
        Format::Pipeline(_) => output.report(&Report {
            command: "what-can",
            directory: directory(),
            subjects: vec![what.subject(status)],
            issues: Vec::new(),
            has_baseline: false,
            about: String::new(),
        })?,
    }
    Ok(exit)
}
