//! `who-can`: all who can make some request.

use crate::check::{PreparedSnapshot, Wants, WhoEntry, WhoKind};
use crate::cli::Exit;
use crate::cli::args::{Format, WhoCanArgs};
use crate::cli::config;
use crate::cli::input::text_of;
use crate::cli::output::{Output, directory as here};
use crate::report::text;
use crate::report::{Failure, Report, Status, WhoCan, json};
use crate::surface::{Stated, asked_who, of_property, reason, snapshot_of, unreadable};
use serde_json::json;
use std::path::Path;

pub(crate) fn run(args: &WhoCanArgs, output: &mut Output) -> Result<Exit, Failure> {
    let allowed = args.allowed.as_deref().map(patterns).transpose()?;
    let directory = config::snapshot(args.snapshot.as_deref(), output)?;
    let prepared = PreparedSnapshot::new(snapshot_of(
        &directory,
        Stated::new(args.no_organization, args.strict_collect),
    )?);
    answer(args, (&directory, &prepared), allowed, output)
}

/// Answers the question about a snapshot, with patterns of those who may.
pub(super) fn answer(
    args: &WhoCanArgs,
    (directory, prepared): (&str, &PreparedSnapshot),
    allowed: Option<Vec<glob::Pattern>>,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let wants = Wants {
        actions: args.action.clone(),
        resources: args.resource.clone(),
        conditions: args.condition.iter().map(|argument| text_of(argument)).collect::<Result<_, _>>()?,
    };
    wants.documents().map_err(of_property)?;
    let kinds = if args.kinds.is_empty() { &WhoKind::ALL[..] } else { &args.kinds };
    let options = args.world.of(args.options())?;
    let answer = asked_who(prepared, &wants, kinds, &options)?;
    let allows = |patterns: &[glob::Pattern], entry: &WhoEntry<'_>| is_allowed(patterns, &entry.who);
    let who = WhoCan {
        name: directory,
        snapshot: prepared.snapshot(),
        answer: &answer,
        wants: &wants,
        allowed: allowed
            .as_ref()
            .map(|allowed| answer.entries.iter().map(|entry| allows(allowed, entry)).collect()),
        most: args.limit,
    };
    let (status, exit) = match (answer.is_complete(), who.beyond()) {
        (false, _) => (Status::Unknown, Exit::Unknown),
        (true, 0) => (Status::Pass, Exit::Success),
        (true, _) => (Status::Fail, Exit::Finding),
    };
    match output.format {
        Format::Json => {
            let mut answer = json!(who);
            json::add_issues(&mut answer, &who.subject(status).issues);
            output.json(answer)?;
        }
        Format::Text => output.text(&text::who_can(&who, output.verbosity, output.style))?,
        Format::Pipeline(_) => output.report(&Report {
            command: "who-can",
            directory: here(),
            subjects: vec![who.subject(status)],
            issues: Vec::new(),
            has_baseline: false,
            about: String::new(),
        })?,
    }
    Ok(exit.zeroed(args.exit_zero))
}

/// The end of the name of an entry for the roles of services of an account.
const ROLES_OF_SERVICES: &str = " (roles of services)";

/// True if one of the patterns allows an entry. An entry for many whom no name tells apart, such as `any other account`, is allowed
/// by its whole name only: `a*` would allow everybody. The id of an account allows its roles of services too.
pub(super) fn is_allowed(patterns: &[glob::Pattern], who: &str) -> bool {
    let is_named = !who.contains(' ') && who != "anyone";
    let account = who.strip_suffix(ROLES_OF_SERVICES);
    patterns.iter().any(|pattern| match is_named {
        true => pattern.matches(who),
        false => pattern.as_str() == who || account == Some(pattern.as_str()),
    })
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
