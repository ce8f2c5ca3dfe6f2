//! `diff`: what one policy allows and another does not, in both directions.

use super::policy_pair::PolicyPair;
use super::{certificate, tell};
use crate::check::{Difference, Judging, Options, denied_difference, difference};
use crate::cli::Exit;
use crate::cli::args::{DiffArgs, Format};
use crate::cli::output::Output;
use crate::index::broken;
use crate::report::{Change, Direction, Failure, Issue, Status};
use crate::surface::answered;
use serde_json::{Value, json};

pub(crate) fn run(args: &DiffArgs, output: &mut Output) -> Result<Exit, Failure> {
    let pair = PolicyPair::read(&args.old, &args.new, ["old", "new"])?;
    let [old, new] = pair.documents(args.semantics.policy_type)?;
    let options = Options { judging: args.alone.judging(), ..args.search.options(&args.semantics) };
    let judges_denials = options.judging != Judging::Alone;
    // What lets more through is told of the new policy, what lets less through of the old one.
    let directions = [
        (Direction::Gained, new, old),
        (Direction::Lost, old, new),
        (Direction::NoLongerDenied, old, new),
        (Direction::NewlyDenied, new, old),
    ];
    let asked = if judges_denials { directions.len() } else { 2 };
    let directions = directions.into_iter().take(asked);
    let differences = answered(|| -> Vec<Difference> {
        let found = |(direction, more, less)| match direction {
            Direction::Gained | Direction::Lost => difference(more, less, &options),
            Direction::NoLongerDenied | Direction::NewlyDenied => denied_difference(more, less, &options),
        };
        directions.clone().map(found).collect()
    })?;
    let changes: Vec<Change<'_>> = directions
        .zip(differences)
        .map(|((direction, more, less), found)| Change::new(direction, more, less, found, &options))
        .collect();
    let is_open = changes.iter().any(|change| !change.is_complete());
    let certificates = changes.iter().flat_map(Change::certificates);
    certificate::write_all(args.search.certificate.as_deref(), certificates, is_open, output)?;
    let [gained, lost, denied @ ..] = &*changes else { broken("access is compared in both directions") };
    let of_new = |change: &Change<'_>| {
        pair.issues(&args.new, (old, &args.old), &options, &|typed| change.issues(typed))
    };
    let of_old = |change: &Change<'_>| {
        pair.issues(&args.old, (new, &args.new), &options, &|typed| change.issues(typed))
    };
    let mut issues: Vec<Issue> = [of_new(gained), of_old(lost)].concat();
    if let [no_longer, newly] = denied {
        issues.extend([of_new(no_longer), of_old(newly)].concat());
    }
    issues.extend([old, new].into_iter().flat_map(Issue::warnings));
    let is_shown = changes.iter().any(Change::is_shown);
    let (status, result, exit) = match (is_open, is_shown) {
        (true, _) => (Status::Unknown, "UNKNOWN", Exit::Unknown),
        (false, true) => (Status::Fail, "DIFFERENT", Exit::Finding),
        (false, false) => (Status::Pass, "SAME", Exit::Success),
    };
    let message = match changes.iter().all(Change::is_empty) {
        true => {
            let allow = if judges_denials { "allow and deny" } else { "allow" };
            let (old, new) = (old.source.name(), new.source.name());
            format!("{old} and {new} {allow} the same (proved for every request)")
        }
        false => {
            // What is denied is told where it changed, or may have.
            let told = changes.iter().take(2).chain(denied.iter().filter(|change| !change.is_empty()));
            told.map(Change::sentence).collect::<Vec<_>>().join("; ")
        }
    };
    let mut members = json!({
        "result": result,
        "message": message,
        "gained": gained.json(),
        "lost": lost.json(),
    });
    if let (Value::Object(members), [no_longer, newly]) = (&mut members, denied) {
        members.insert("noLongerDenied".to_owned(), no_longer.json());
        members.insert("newlyDenied".to_owned(), newly.json());
    }
    if let Value::Object(members) = &mut members {
        let rest = gained.rest();
        members.insert("policyType".to_owned(), json!(rest.policy_type.name()));
        members.insert("policyTypeInferred".to_owned(), json!(rest.policy_type_inferred));
        let assumptions = rest.assumptions.iter().map(|a| json!(a.0)).collect();
        members.insert("assumptions".to_owned(), Value::Array(assumptions));
    }
    match output.format {
        Format::Json => output.json(&members)?,
        _ => tell::outcome(output, "diff", &pair.name(), status, &message, issues)?,
    }
    Ok(exit.zeroed(args.search.exit_zero))
}
