//! The fault that makes a catalogue unusable.

use std::fmt;

/// A fault of a catalogue: the first one ends the reading, and no fact of the file is used.
///
/// ```
/// use iamsat::{catalogue::Catalogue, limits::CatalogueLimits};
/// let fault = Catalogue::read(b"iamsat-catalogue 9\n", &CatalogueLimits::default()).unwrap_err();
/// assert_eq!(fault.line, Some(1));
/// assert_eq!(fault.to_string(), "line 1: the first line of a catalogue is `iamsat-catalogue 1`");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueError {
    /// Line of the text form, from 1; `None` for faults of the packed form, and for a file that is too long or lacks lines.
    pub line: Option<usize>,
    /// One sentence, lower case, no full stop.
    pub message: String,
}

impl CatalogueError {
    /// Makes a fault without a line.
    pub(super) fn whole(message: impl Into<String>) -> CatalogueError {
        CatalogueError { line: None, message: message.into() }
    }

    /// Makes a fault of one line.
    pub(super) fn at(line: usize, message: impl Into<String>) -> CatalogueError {
        CatalogueError { line: Some(line), message: message.into() }
    }
}

impl fmt::Display for CatalogueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for CatalogueError {}
