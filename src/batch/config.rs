//! How a run is done, and what became of it.

use crate::check::Options;
use crate::limits::InputLimits;
use crate::report::Failure;
use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

/// The way in which lines are answered.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The way in which questions are asked; a line's own `policyType` wins.
    pub options: Options,
    /// Directory for the certificate of each PASS, if the options have answers keep theirs.
    pub certificates: Option<PathBuf>,
    /// Directory below which lines may name files; none if they may read no file.
    pub files: Option<PathBuf>,
    /// Time for each line.
    pub timeout: Option<Duration>,
    /// Bounds on each document.
    pub limits: InputLimits,
    /// Bytes of one line.
    pub line_bytes: usize,
    /// Threads that answer; one for each processor if absent.
    pub jobs: Option<NonZeroUsize>,
}

/// Lines of up to 64 MiB, answered by all processors; nothing is read or written but the lines and answers.
impl Default for Batch {
    fn default() -> Batch {
        Batch {
            options: Options::default(),
            certificates: None,
            files: None,
            timeout: None,
            limits: InputLimits::default(),
            line_bytes: 64 << 20,
            jobs: None,
        }
    }
}

/// The outcome of the lines of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// Lines answered PASS.
    pub pass: u64,
    /// Lines answered FAIL.
    pub fail: u64,
    /// Lines answered UNKNOWN.
    pub unknown: u64,
    /// Lines about files in which nothing was judged.
    pub skipped: u64,
    /// Lines that were errors.
    pub errors: u64,
    /// Bytes of all of them.
    pub bytes: u64,
}

impl Summary {
    /// Lines that were answered.
    pub fn lines(&self) -> u64 {
        self.pass + self.fail + self.unknown + self.skipped + self.errors
    }

    pub(super) fn add(&mut self, other: &Summary) {
        self.pass += other.pass;
        self.fail += other.fail;
        self.unknown += other.unknown;
        self.skipped += other.skipped;
        self.errors += other.errors;
        self.bytes += other.bytes;
    }
}

/// Why a run ended before its input did.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunError {
    /// Reading or writing failed.
    Io(std::io::Error),
    /// A fault of this program that is not one of a single line.
    Internal(Failure),
}

impl From<std::io::Error> for RunError {
    fn from(error: std::io::Error) -> Self {
        RunError::Io(error)
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::Io(error) => error.fmt(f),
            RunError::Internal(failure) => f.write_str(&failure.message),
        }
    }
}

impl std::error::Error for RunError {}
