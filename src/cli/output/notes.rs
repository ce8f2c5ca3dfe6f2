//! Standard error: messages beside the answer.

use crate::report::Failure;
use crate::report::text::{self, Style};
use std::io::Write;

/// Writes to standard error; failures are ignored, because nobody is listening then.
pub(crate) fn note(text: &str) {
    let mut stream = std::io::stderr().lock();
    let written = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
    drop(written);
}

/// Writes a failure as text if it could not be written to the stream of answers.
pub(crate) fn unless_written(written: Result<(), Failure>, failure: &Failure, style: Style) {
    let Err(unwritten) = written else { return };
    note(&text::failure(failure, style));
    if unwritten.message != failure.message {
        note(&format!("\n{}", text::failure(&unwritten, style)));
    }
}
