//! A catalogue in a file.

use super::argument::read_bounded;
use crate::catalogue::Catalogue;
use crate::limits::CatalogueLimits;
use crate::report::Failure;
use crate::surface::{reason, unreadable};
use std::path::Path;

/// Reads a catalogue from a file, which is checked as a whole.
pub(crate) fn catalogue(path: &Path) -> Result<Catalogue, Failure> {
    let limits = CatalogueLimits::default();
    let name = path.display().to_string();
    let read = std::fs::File::open(path).and_then(|file| read_bounded(file, limits.bytes));
    let bytes = read.map_err(|error| unreadable(&name, reason(&error)))?;
    Catalogue::read(&bytes, &limits)
        .map_err(|fault| Failure::validation(format!("{name} is not a valid catalogue: {fault}")))
}
