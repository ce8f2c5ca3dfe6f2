//! `snapshot`: what a directory holds, and what is missing.

use crate::cli::Exit;
use crate::cli::args::{Format, SnapshotArgs};
use crate::cli::config;
use crate::cli::output::{Output, directory};
use crate::report::text;
use crate::report::{Failure, Inventory, Report, Status, Subject, json};
use crate::surface::{Stated, snapshot_of};
use serde_json::json;

pub(crate) fn run(args: &SnapshotArgs, output: &mut Output) -> Result<Exit, Failure> {
    let name = config::snapshot(args.directory.as_deref(), output)?;
    let snapshot = snapshot_of(&name, Stated::new(args.no_organization, args.strict_collect))?;
    let inventory = Inventory { name: &name, snapshot: &snapshot, commands_only: args.commands };
    let is_complete = snapshot.gaps.is_empty();
    match output.format {
        Format::Json => {
            let mut answer = json!(inventory);
            json::add_issues(&mut answer, &inventory.issues());
            output.json(answer)?;
        }
        Format::Text => {
            if !args.commands {
                output.issues(inventory.issues().iter());
            }
            output.text(&text::snapshot(&inventory, output.style))?;
        }
        Format::Pipeline(_) => output.report(&Report {
            command: "snapshot",
            directory: directory(),
            subjects: vec![Subject {
                name: name.clone(),
                file: None,
                rule: None,
                status: if is_complete { Status::Pass } else { Status::Unknown },
                message: inventory.sentence(),
                issues: inventory.issues(),
            }],
            issues: Vec::new(),
            has_baseline: false,
            about: String::new(),
        })?,
    }
    Ok(if args.expect_complete && !is_complete { Exit::Finding } else { Exit::Success })
}
