//! Writes the certificates of answers to the path given by `--certificate`.

use crate::cli::output::{Output, write_file};
use crate::report::Failure;
use crate::verify::Certificate;
use std::path::Path;

/// Writes the certificate of an answer, if there is a path for it; an UNKNOWN answer has none.
pub(super) fn write(
    path: Option<&Path>,
    certificate: Option<&Certificate>,
    output: &Output,
) -> Result<(), Failure> {
    match (path, certificate) {
        (None, _) => {}
        (Some(path), Some(certificate)) => write_file(path, certificate.to_text())?,
        (Some(_), None) => output.note("there is no certificate: the answer is UNKNOWN"),
    }
    Ok(())
}

/// Writes the certificates of several answers as a list into one file. `is_open` is true if an answer is UNKNOWN.
pub(super) fn write_all<'c>(
    path: Option<&Path>,
    certificates: impl IntoIterator<Item = &'c Certificate>,
    is_open: bool,
    output: &Output,
) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    let texts: Vec<String> = certificates.into_iter().map(Certificate::to_text).collect();
    if is_open {
        output.note("an answer that is UNKNOWN has no certificate");
    }
    write_file(path, format!("[\n{}]\n", texts.join(",\n")))
}
