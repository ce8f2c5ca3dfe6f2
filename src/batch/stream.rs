//! From lines to lines.

use super::line;
use crate::check::Options;
use crate::limits::InputLimits;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::time::Duration;

/// When answers are handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flush {
    /// After each answer unless more input is waiting: someone may be waiting too.
    Interactive,
    /// When the buffer is full: the input is a file.
    Full,
}

/// How lines are answered.
#[derive(Clone, Debug)]
pub struct Batch {
    /// How questions are asked; a line's own `policyType` wins.
    pub options: Options,
    /// Directory for the certificate of each PASS, if the options have answers keep theirs.
    pub certificates: Option<PathBuf>,
    /// Time for each line.
    pub timeout: Option<Duration>,
    /// Bounds on each document.
    pub limits: InputLimits,
    /// Bytes of one line.
    pub line_bytes: usize,
    /// When answers are handed on.
    pub flush: Flush,
}

impl Batch {
    /// Answers every line of `input`. Returns whether any line was an error.
    ///
    /// # Errors
    /// Only those of reading and writing.
    ///
    /// ```
    /// use iamsat::batch::{Batch, Flush};
    /// let batch = Batch {
    ///     options: Default::default(), certificates: None, timeout: None, limits: Default::default(), line_bytes: 1 << 20,
    ///     flush: Flush::Full,
    /// };
    /// let mut answers = Vec::new();
    /// assert!(batch.run("not JSON\n".as_bytes(), &mut answers).unwrap());
    /// assert!(answers.starts_with(br#"{"id":null,"error":"#));
    /// ```
    pub fn run(&self, input: impl Read, output: &mut dyn Write) -> std::io::Result<bool> {
        let mut input = BufReader::with_capacity(1 << 16, input);
        let mut line = Vec::new();
        let (mut number, mut any_failed) = (0u64, false);
        while let Some(fits) = self.next_line(&mut input, &mut line)? {
            number = number.saturating_add(1);
            if line.iter().all(u8::is_ascii_whitespace) && fits {
                continue;
            }
            let (answer, failed) = match (fits, std::str::from_utf8(&line)) {
                (false, _) => line::too_long(self.line_bytes, number),
                (true, Ok(text)) => line::answer(self, text, number),
                // Replacing what is no UTF-8 leaves a line that is refused with its place.
                (true, Err(_)) => line::answer(self, &String::from_utf8_lossy(&line), number),
            };
            any_failed |= failed;
            output.write_all(answer.as_bytes())?;
            output.write_all(b"\n")?;
            if self.flush == Flush::Interactive && input.buffer().is_empty() {
                output.flush()?;
            }
        }
        output.flush()?;
        Ok(any_failed)
    }

    /// Reads the next line into `line`; `Some(false)` if it was too long and is not kept, `None` at the end.
    fn next_line<R: Read>(
        &self,
        input: &mut BufReader<R>,
        line: &mut Vec<u8>,
    ) -> std::io::Result<Option<bool>> {
        line.clear();
        let (mut fits, mut any) = (true, false);
        loop {
            let buffer = match input.fill_buf() {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                buffer => buffer?,
            };
            if buffer.is_empty() {
                return Ok(any.then_some(fits));
            }
            any = true;
            let end = buffer.iter().position(|b| *b == b'\n');
            let part = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or(buffer);
            if line.len().saturating_add(part.len()) > self.line_bytes {
                fits = false;
                line.clear();
            }
            if fits {
                line.extend_from_slice(part);
            }
            let consumed = part.len().saturating_add(usize::from(end.is_some()));
            input.consume(consumed);
            if end.is_some() {
                return Ok(Some(fits));
            }
        }
    }
}
