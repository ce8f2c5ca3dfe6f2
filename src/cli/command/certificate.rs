//! Certificates of answers, written where `--certificate` says.

use crate::check::Answer;
use crate::cli::output::{Output, write_file};
use crate::report::Failure;
use std::path::Path;

/// Writes the certificate of an answer, if there is a path for it; an answer that is UNKNOWN has none.
pub(super) fn write(path: Option<&Path>, answer: &Answer, output: &Output) -> Result<(), Failure> {
    match (path, answer.certificate()) {
        (None, _) => {}
        (Some(path), Some(certificate)) => write_file(path, &certificate.to_text())?,
        (Some(_), None) => output.note("there is no certificate: the answer is UNKNOWN"),
    }
    Ok(())
}

/// Writes the certificates of both directions into one file, as a list.
pub(super) fn write_both(path: Option<&Path>, answers: [&Answer; 2], output: &Output) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    let texts: Vec<String> =
        answers.iter().filter_map(|answer| answer.certificate()).map(|c| c.to_text()).collect();
    if texts.len() < answers.len() {
        output.note("an answer that is UNKNOWN has no certificate");
    }
    write_file(path, &format!("[\n{}]\n", texts.join(",\n")))
}
