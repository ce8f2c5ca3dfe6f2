//! `check-no-new-access` and `diff` about snapshots: who gains and who loses access by a change.

use crate::check::{Changed, Options, PreparedSnapshot, Wants, WhoKind};
use crate::cli::Exit;
use crate::cli::args::{ChangeArgs, ContainerArgs, Format};
use crate::cli::config;
use crate::cli::input::Reader;
use crate::cli::output::{Output, directory};
use crate::index::{broken, guaranteed};
use crate::policy::Document;
use crate::report::text;
use crate::report::{Failure, PlanRemarks, Report, SnapshotChange, Status};
use crate::snapshot::{Change, StackToday};
use crate::surface::{
    Planning, Stated, asked_gains, changed_snapshot, documents, of_property, planned_snapshot, snapshot_of,
};
use serde_json::json;

pub(super) fn run(
    command: &'static str,
    (args, plan): (&ChangeArgs, Option<(&str, &ContainerArgs)>),
    (options, reader): (&Options, &mut Reader),
    output: &mut Output,
) -> Result<Exit, Failure> {
    let wants =
        Wants { actions: args.action.clone(), resources: args.resource.clone(), conditions: Vec::new() };
    wants.documents().map_err(of_property)?;
    let kinds = if args.kinds.is_empty() { &WhoKind::ALL[..] } else { &args.kinds };
    let mut planned = None;
    let (before, after, names, steps) = match (&args.existing_snapshot, &args.new_snapshot) {
        (None, None) => {
            let wanted = "name the snapshot that is changed: `--snapshot DIR`";
            let one = config::snapshot_or(args.snapshot.as_deref(), wanted, output)?;
            let (before, after, steps) = match plan {
                Some((plan, container)) => {
                    has_no_choice(container)?;
                    let source = reader.source(plan, "plan")?;
                    let before = snapshot_of(&one, Stated::new(args.no_organization, args.strict_collect))?;
                    let template = match args.was.as_deref() {
                        None | Some("none") => None,
                        Some(old) => Some(reader.source(old, "was")?),
                    };
                    if template.is_none() && !args.was_parameters.is_empty() {
                        return Err(Failure::validation(
                            "`--was-parameters` is about a stack that exists: leave it out beside `--was none`".to_owned(),
                        ));
                    }
                    let parameters = args.was_parameters.iter().flat_map(|file| file.0.clone()).collect();
                    let today = StackToday { template, parameters };
                    let was = args.was.as_ref().map(|_| &today);
                    let of = Planning { plan: &source, was, account: args.account.as_deref() };
                    let sides = planned_snapshot(&before, of, reader.options())?;
                    let (open, assumes_references) = (sides.open, sides.assumes_references);
                    planned = Some(PlanRemarks { open, assumes_references });
                    (sides.before, sides.after, sides.steps)
                }
                None => {
                    let steps = changes(args, reader)?;
                    let before = snapshot_of(&one, Stated::new(args.no_organization, args.strict_collect))?;
                    let after = changed_snapshot(&before, &steps)?;
                    (before, after, steps.iter().map(Change::in_words).collect())
                }
            };
            (before, after, vec![one], steps)
        }
        (Some(old), Some(new)) => {
            let [before, after] = [old, new].map(|directory| {
                snapshot_of(directory, Stated::new(args.no_organization, args.strict_collect))
            });
            (before?, after?, vec![old.clone(), new.clone()], Vec::new())
        }
        (None, Some(_)) | (Some(_), None) => broken("two snapshots are named together"),
    };
    let [before, after] = [before, after].map(PreparedSnapshot::new);
    let changed = Changed { before: &before, after: &after, is_same_world: names.len() == 1 };
    let gained = asked_gains(changed, &wants, kinds, options)?;
    let lost = match command {
        "diff" => Some(asked_gains(changed.reversed(), &wants, kinds, options)?),
        _ => None,
    };
    let shown = SnapshotChange {
        command,
        snapshots: [&before, &after].iter().take(names.len()).map(|side| side.snapshot()).collect(),
        names: names.iter().map(String::as_str).collect(),
        steps,
        gained: &gained,
        lost: lost.as_ref(),
        not_compared: changed.not_compared(),
        planned,
        names_resources: !args.resource.is_empty(),
        most: args.limit,
    };
    match output.format {
        Format::Json => output.json(json!(shown))?,
        Format::Text => output.text(&text::snapshot_change(&shown, output.verbosity, output.style))?,
        Format::Pipeline(_) => output.report(&Report {
            command,
            directory: directory(),
            subjects: vec![shown.subject()],
            issues: Vec::new(),
            has_baseline: false,
            about: String::new(),
        })?,
    }
    Ok(match shown.status().0 {
        Status::Pass => Exit::Success,
        Status::Fail => Exit::Finding,
        Status::Unknown | Status::Skipped | Status::Error => Exit::Unknown,
    })
}

/// Refuses flags that choose policies of a plan: all of it is the change.
fn has_no_choice(container: &ContainerArgs) -> Result<(), Failure> {
    for (flag, is_given) in [
        ("--select", !container.select.is_empty()),
        ("--kind", !container.kind.is_empty()),
        ("--changed", container.changed),
        ("--skip", !container.skip.is_empty()),
        ("--policies", container.managed_policies.is_some()),
        ("--assume-plain-values", container.assume_plain_values),
        ("--if-it-depends", container.if_it_depends.is_some()),
        ("--source", container.source.is_some()),
    ] {
        if is_given {
            return Err(Failure::validation(format!(
                "`{flag}` is about single policies of a plan: leave it out beside `--snapshot`"
            )));
        }
    }
    Ok(())
}

/// Reads the steps of a change, sorted by their flags.
fn changes(args: &ChangeArgs, reader: &mut Reader) -> Result<Vec<Change>, Failure> {
    let mut steps = Vec::new();
    for text in &args.attach {
        let (policy, target) = at(text, "--attach POLICY=FILE@TARGET")?;
        let (policy, document) = match policy.split_once('=') {
            Some((policy, file)) => (policy, Some(read(file, reader)?)),
            None => (policy, None),
        };
        steps.push(Change::Attach { policy: policy.into(), document, target: target.into() });
    }
    for text in &args.detach {
        let (policy, target) = at(text, "--detach POLICY@TARGET")?;
        steps.push(Change::Detach { policy: policy.into(), target: target.into() });
    }
    for text in &args.replace {
        let (what, file) =
            text.split_once('=')
                .filter(|(what, file)| !what.is_empty() && !file.is_empty())
                .ok_or_else(|| Failure::validation(format!("`{text}`: write --replace WHAT=FILE")))?;
        steps.push(Change::Replace { what: what.into(), document: read(file, reader)? });
    }
    steps.extend(args.remove.iter().map(|what| Change::Remove { what: what.as_str().into() }));
    for text in &args.moved {
        let (account, parent) = at(text, "--move ACCOUNT@TARGET")?;
        steps.push(Change::Move { account: account.into(), parent: parent.into() });
    }
    Ok(steps)
}

/// Splits a text at its last `@`.
fn at<'t>(text: &'t str, form: &str) -> Result<(&'t str, &'t str), Failure> {
    let parts = text.rsplit_once('@').filter(|(what, target)| !what.is_empty() && !target.is_empty());
    parts.ok_or_else(|| Failure::validation(format!("`{text}`: write {form}")))
}

fn read(file: &str, reader: &mut Reader) -> Result<Document, Failure> {
    let read = reader.read(file, "new")?;
    documents([&read])?;
    Ok(guaranteed(read.document, "a document was read"))
}
