//! Many queries from a file or standard input.

use crate::batch::{Batch, RunError, Summary};
use crate::check::Options;
use crate::cli::Exit;
use crate::cli::args::BatchArgs;
use crate::cli::output::{Answers, make_directory, note};
use crate::report::Failure;
use crate::surface::{reason, unreadable};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fs::File;
use std::io::{IsTerminal, Read};
use std::time::{Duration, Instant};

pub(crate) fn run(args: &BatchArgs) -> Result<Exit, Failure> {
    let name = args.file.display().to_string();
    let (input, size): (Box<dyn Read + Send>, Option<u64>) = if name == "-" {
        (Box::new(std::io::stdin()), None)
    } else {
        if args.file.is_dir() {
            return Err(unreadable(&name, "it is a directory"));
        }
        let file = File::open(&args.file).map_err(|error| unreadable(&name, reason(&error)))?;
        let size = file.metadata().ok().filter(|metadata| metadata.is_file()).map(|metadata| metadata.len());
        (Box::new(file), size)
    };
    let batch = Batch {
        options: Options {
            certificate: args.certificates.is_some(),
            certify: args.certify,
            judging: args.judging.judging(),
            first_witness: true,
            ..args.semantics.options()
        },
        certificates: args.certificates.clone(),
        files: args.files.clone(),
        timeout: args.timeout,
        jobs: args.jobs,
        ..Batch::default()
    };
    if let Some(directory) = &args.certificates {
        make_directory(directory)?;
    }
    let mut answers = Answers::open(args.output_file.as_deref())?;
    let start = Instant::now();
    let bar = bar(!args.quiet && std::io::stderr().is_terminal(), size);
    let result = batch.run(input, answers.stream(), &mut |so_far| {
        if size.is_some() {
            bar.set_position(so_far.bytes);
            bar.set_message(so_far.lines().to_string());
        } else {
            bar.set_position(so_far.lines());
        }
    });
    bar.finish_and_clear();
    let summary = answers.settle(match result {
        Ok(summary) => Ok(summary),
        Err(RunError::Io(error)) => Err(error),
        Err(RunError::Internal(failure)) => return Err(failure),
    })?;
    if let Some(summary) = summary.filter(|_| args.verbose) {
        note(&said(&summary, start.elapsed()));
    }
    Ok(match summary {
        Some(Summary { errors: 1.., .. }) => Exit::Error,
        Some(_) | None => Exit::Success,
    })
}

/// Returns a progress bar on standard error: the answered part of the file, or the number of lines if the length is not known.
fn bar(shown: bool, size: Option<u64>) -> ProgressBar {
    let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(size, target);
    let template = match size {
        Some(_) => "{bar:30} {percent:>3} % {msg} lines, {eta} left",
        None => "{spinner} {human_pos} lines, {per_sec}",
    };
    // The template is a constant of this program, so it is valid.
    ProgressStyle::with_template(template).map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style))
}

/// Summarizes the outcomes of the lines and the speed.
fn said(summary: &Summary, elapsed: Duration) -> String {
    let Summary { pass, fail, unknown, skipped, errors, .. } = *summary;
    let skipped = if skipped == 0 { String::new() } else { format!(", {skipped} skipped") };
    let rate = summary.lines() as f64 / elapsed.as_secs_f64().max(f64::MIN_POSITIVE);
    format!(
        "{} lines in {:.2} s ({rate:.0} a second): {pass} PASS, {fail} FAIL, {unknown} UNKNOWN{skipped}, {errors} errors\n",
        summary.lines(),
        elapsed.as_secs_f64(),
    )
}
