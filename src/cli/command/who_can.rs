//! `who-can`: all who can make some request.

use crate::check::{PreparedSnapshot, Wants, WhoEntry, WhoKind};
use crate::cli::Exit;
use crate::cli::args::{Format, WhoCanArgs};
use crate::cli::input::text_of;
use crate::cli::output::{Output, directory};
use crate::report::text;
use crate::report::{Failure, Report, Status, WhoCan};
use crate::surface::{asked_who, of_property, reason, snapshot_of, unreadable};
use serde_json::json;
use std::path::Path;

pub(crate) fn run(args: &WhoCanArgs, output: &mut Output) -> Result<Exit, Failure> {
    let allowed = args.allowed.as_deref().map(patterns).transpose()?;
    let prepared = PreparedSnapshot::new(snapshot_of(&args.snapshot, args.no_organization)?);
    let wants = Wants {
        actions: args.action.clone(),
        resources: args.resource.clone(),
        conditions: args.condition.iter().map(|argument| text_of(argument)).collect::<Result<_, _>>()?,
    };
    wants.documents().map_err(of_property)?;
    let kinds = if args.kinds.is_empty() { &WhoKind::ALL[..] } else { &args.kinds };
    let options = args.world.of(args.options())?;
    let answer = asked_who(&prepared, &wants, kinds, &options)?;
    let is_allowed = |patterns: &Vec<glob::Pattern>, entry: &WhoEntry<'_>| {
        patterns.iter().any(|pattern| pattern.matches(&entry.who))
    };
    let who = WhoCan {
        name: &args.snapshot,
        snapshot: prepared.snapshot(),
        answer: &answer,
        wants: &wants,
        allowed: allowed
            .as_ref()
            .map(|allowed| answer.entries.iter().map(|entry| is_allowed(allowed, entry)).collect()),
        most: args.limit,
    };
    let (status, exit) = match (answer.is_complete(), who.beyond()) {
        (false, _) => (Status::Unknown, Exit::Unknown),
        (true, 0) => (Status::Pass, Exit::Success),
        (true, _) => (Status::Fail, Exit::Finding),
    };
    match output.format {
        Format::Json => output.json(&json!(who))?,
        Format::Text => output.text(&text::who_can(&who, output.verbosity, output.style))?,
        Format::Pipeline(_) => output.report(&Report {
            command: "who-can",
            directory: directory(),
            subjects: vec![who.subject(status)],
            issues: Vec::new(),
            has_baseline: false,
            about: String::new(),
        })?,
    }
    Ok(exit.zeroed(args.exit_zero))
}

/// Reads the patterns of a list of allowed requesters: one on each line, `#` before remarks.
fn patterns(path: &Path) -> Result<Vec<glob::Pattern>, Failure> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(&name, reason(&error)))?;
    let mut patterns = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or(line).trim();
        if line.is_empty() {
            continue;
        }
        let pattern = glob::Pattern::new(line).map_err(|error| {
            Failure::validation(format!("{name}:{}: `{line}` is not a valid pattern: {error}", number + 1))
        })?;
        patterns.push(pattern);
    }
    Ok(patterns)
}
