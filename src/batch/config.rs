//! The configuration of a run, and its outcome.

use crate::check::Options;
use crate::limits::InputLimits;
use crate::report::Failure;
use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

/// The configuration of a run.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The options of queries; a line's own `policyType` takes precedence.
    pub options: Options,
    /// Directory for the certificate of each PASS, if the options keep certificates.
    pub certificates: Option<PathBuf>,
    /// Directory below which lines may name files; without it, lines may not read files.
    pub files: Option<PathBuf>,
    /// Time for each line.
    pub timeout: Option<Duration>,
    /// Bounds on each document.
    pub limits: InputLimits,
    /// Bytes of one line.
    pub line_bytes: usize,
    /// The number of answering threads; one for each processor if absent.
    pub jobs: Option<NonZeroUsize>,
}

/// Lines of up to 64 MiB, answered by all processors; no file is read or written.
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
    /// Lines about files without any checked policy.
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

/// The reason why a run ended before its input did.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunError {
    /// Reading or writing failed.
    Io(std::io::Error),
    /// An internal error that does not belong to a single line.
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
