//! Accepted findings: reads, applies and writes their list.

use crate::cli::args::BaselineArgs;
use crate::cli::input::{from_directory, read_text};
use crate::cli::output::write_file;
use crate::report::baseline::Baseline;
use crate::report::{Failure, Report, Severities};
use crate::span::Source;
use crate::surface::{reason, unreadable};
use std::path::Path;

/// The reason of new entries if none is given.
const REASON: &str = "known when this list was written";

/// Marks the findings on the list, and those whose codes are allowed, as accepted, and reports entries that match nothing. If the
/// list is to be written, all findings are put on it.
pub(super) fn accept(args: &BaselineArgs, report: &mut Report) -> Result<(), Failure> {
    listed(args, report)?;
    report.has_baseline |= args.is_asked();
    let severities = Severities { allow: &args.allow, warn: &args.warn };
    report.subjects.iter_mut().for_each(|subject| severities.apply(subject));
    Ok(())
}

/// Returns the name of an input as the list has it.
pub(super) fn own_name(args: &BaselineArgs, name: &str) -> Result<String, Failure> {
    let Some(root) = &args.root else { return Ok(name.to_owned()) };
    // A file in a commit has a path too.
    let (start, path) = match name.strip_prefix("git:").and_then(|rest| rest.split_once(':')) {
        Some((revision, path)) => (format!("git:{revision}:"), path),
        None => (String::new(), name),
    };
    let own = from_directory(Path::new(path), root).map_err(|error| unreadable(name, reason(&error)))?;
    Ok(start + &own)
}

fn listed(args: &BaselineArgs, report: &mut Report) -> Result<(), Failure> {
    let Some(path) = args.baseline.as_ref().or(args.write_baseline.as_ref()) else { return Ok(()) };
    let shown: Vec<String> = report.subjects.iter().map(|subject| subject.name.clone()).collect();
    for subject in &mut report.subjects {
        subject.name = own_name(args, &subject.name)?;
    }
    let done = applied(args, path, report);
    for (subject, name) in report.subjects.iter_mut().zip(shown) {
        subject.name = name;
    }
    done
}

fn applied(args: &BaselineArgs, path: &Path, report: &mut Report) -> Result<(), Failure> {
    let root = args.root.as_ref().and_then(|root| root.to_str()).map(str::to_owned);
    let directory = root.or_else(|| report.directory.clone());
    let exists = |file: &str| match &directory {
        Some(directory) => Path::new(directory).join(file).exists(),
        None => Path::new(file).exists(),
    };
    let mut baseline = read(path, args.write_baseline.is_some())?.on(args.today);
    baseline.apply(report);
    if args.write_baseline.is_some() {
        let text = baseline.updated(report, args.reason.as_deref().unwrap_or(REASON), exists);
        write_file(path, &text)?;
        baseline = Baseline::parse(&Source::new(path.display().to_string(), text))?.on(args.today);
        baseline.apply(report);
    }
    let stale = baseline.stale(report, exists);
    report.issues.extend(stale);
    Ok(())
}

/// Returns the list; an empty one if there is none yet and it is to be written.
fn read(path: &Path, is_written: bool) -> Result<Baseline, Failure> {
    let name = path.display().to_string();
    if is_written && !path.exists() {
        return Ok(Baseline::empty(Source::new(name, "")));
    }
    Baseline::parse(&Source::new(name.as_str(), read_text(&name)?))
}
