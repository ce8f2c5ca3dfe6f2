//! Many questions from a file or standard input.

use super::Exit;
use super::args::Batch as Args;
use super::checks::options;
use super::input::{reason, unreadable};
use super::output::Answers;
use crate::batch::{Batch, Flush};
use crate::check::Options;
use crate::limits::InputLimits;
use crate::report::Failure;
use std::fs::File;
use std::io::Read;

/// Room in one line for two documents that are escaped throughout.
const LINE_BYTES: usize = 64 << 20;

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let name = args.file.display().to_string();
    let (input, flush): (Box<dyn Read>, Flush) = if name == "-" {
        (Box::new(std::io::stdin().lock()), stdin_flush())
    } else {
        if args.file.is_dir() {
            return Err(unreadable(&name, "it is a directory"));
        }
        (Box::new(File::open(&args.file).map_err(|error| unreadable(&name, reason(&error)))?), Flush::Full)
    };
    let batch = Batch {
        options: Options {
            certificate: args.certificates.is_some(),
            certify: args.certify,
            ..options(&args.reading)
        },
        certificates: args.certificates.clone(),
        timeout: args.timeout,
        limits: InputLimits::default(),
        line_bytes: LINE_BYTES,
        flush,
    };
    if let Some(directory) = &args.certificates {
        std::fs::create_dir_all(directory).map_err(|error| Failure {
            code: "OutputError",
            message: format!("cannot make {}: {}", directory.display(), reason(&error)),
            faults: Vec::new(),
        })?;
    }
    let mut answers = Answers::open(args.output.as_deref())?;
    let result = batch.run(input, answers.stream());
    Ok(match answers.settle(result)? {
        Some(true) => Exit::Error,
        Some(false) | None => Exit::Success,
    })
}

/// Nobody waits for answers while a file is read.
#[cfg(unix)]
fn stdin_flush() -> Flush {
    use std::os::fd::AsFd;
    let stdin = std::io::stdin();
    let file = stdin.as_fd().try_clone_to_owned().map(File::from);
    match file.and_then(|file| file.metadata()) {
        Ok(metadata) if metadata.is_file() => Flush::Full,
        _ => Flush::Interactive,
    }
}

#[cfg(not(unix))]
fn stdin_flush() -> Flush {
    Flush::Interactive
}
