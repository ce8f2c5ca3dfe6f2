//! Splits a stream of bytes into lines, a few at a time.

use crate::index::broken;
use std::io::{BufRead, BufReader, ErrorKind, Read};

/// Bytes that are read at once.
const BUFFER: usize = 1 << 18;
/// The largest number of lines passed on together; enough to make the cost of passing on negligible.
const TOGETHER: u64 = 32;
/// The fraction of the lines so far that is passed on together, so that the lines of a short input reach all workers.
const SHARE: u64 = 64;
/// The number of bytes from which on no further line is added to a chunk.
const ENOUGH: usize = 1 << 17;

/// A few consecutive lines.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// Their text, one after the other.
    text: Vec<u8>,
    lines: Vec<Line>,
}

/// One line of a [`Chunk`].
#[derive(Clone, Copy, Debug)]
struct Line {
    /// Its number, from 1.
    number: u64,
    /// The end of its text; the text of a line that is too long is not kept.
    end: usize,
    fits: bool,
}

impl Chunk {
    /// Returns the lines with their numbers; `None` for a line that is too long.
    pub(super) fn lines(&self) -> impl Iterator<Item = (u64, Option<&[u8]>)> {
        let mut start = 0;
        self.lines.iter().map(move |line| {
            let Some(text) = self.text.get(start..line.end) else { broken("a line ends within its chunk") };
            start = line.end;
            (line.number, line.fits.then_some(text))
        })
    }

    /// Bytes of all lines.
    pub(super) fn bytes(&self) -> usize {
        self.text.len()
    }
}

/// Reads lines.
#[derive(Debug)]
pub(super) struct Lines<R> {
    input: BufReader<R>,
    /// Bytes that a line may have.
    most: usize,
    /// Lines so far.
    number: u64,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(input: R, most: usize) -> Lines<R> {
        Lines { input: BufReader::with_capacity(BUFFER, input), most, number: 0 }
    }

    /// Returns the next line, and the following lines that are available already; blank lines are skipped. `None` at the end.
    ///
    /// # Errors
    /// Those of reading.
    pub(super) fn next(&mut self) -> std::io::Result<Option<Chunk>> {
        let mut chunk = Chunk::default();
        let together = (self.number / SHARE).clamp(1, TOGETHER) as usize;
        loop {
            let full = chunk.lines.len() >= together || chunk.text.len() >= ENOUGH;
            let must_wait = memchr::memchr(b'\n', self.input.buffer()).is_none();
            if full || (must_wait && !chunk.lines.is_empty()) {
                return Ok(Some(chunk));
            }
            if !self.line(&mut chunk)? {
                return Ok((!chunk.lines.is_empty()).then_some(chunk));
            }
        }
    }

    /// Reads one line; returns false if there is none.
    fn line(&mut self, chunk: &mut Chunk) -> std::io::Result<bool> {
        let start = chunk.text.len();
        let (mut fits, mut any) = (true, false);
        loop {
            let buffer = match self.input.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                buffer => buffer?,
            };
            let end = memchr::memchr(b'\n', buffer);
            let part = match end.map(|end| buffer.get(..end)) {
                None => buffer,
                Some(Some(line)) => line,
                Some(None) => broken("a line ends within the buffer"),
            };
            let is_last = end.is_some() || buffer.is_empty();
            any |= !part.is_empty() || end.is_some();
            if chunk.text.len() - start + part.len() > self.most {
                fits = false;
                chunk.text.truncate(start);
            }
            if fits {
                chunk.text.extend_from_slice(part);
            }
            let consumed = part.len() + usize::from(end.is_some());
            self.input.consume(consumed);
            if is_last {
                break;
            }
        }
        if any {
            self.number += 1;
            if fits && chunk.text.iter().skip(start).all(u8::is_ascii_whitespace) {
                chunk.text.truncate(start);
            } else {
                chunk.lines.push(Line { number: self.number, end: chunk.text.len(), fits });
            }
        }
        Ok(any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An input that is read in pieces, like a pipe.
    struct Pieces(Vec<&'static [u8]>);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let piece = if self.0.is_empty() { &b""[..] } else { self.0.remove(0) };
            buffer[..piece.len()].copy_from_slice(piece);
            Ok(piece.len())
        }
    }

    fn chunks(pieces: &[&'static str], most: usize) -> Vec<Vec<(u64, Option<String>)>> {
        let mut lines = Lines::new(Pieces(pieces.iter().map(|p| p.as_bytes()).collect()), most);
        let text = |line: &[u8]| String::from_utf8(line.to_vec()).unwrap();
        std::iter::from_fn(|| lines.next().unwrap())
            .map(|chunk| chunk.lines().map(|(number, line)| (number, line.map(text))).collect())
            .collect()
    }

    fn line(number: u64, text: &str) -> (u64, Option<String>) {
        (number, Some(text.to_owned()))
    }

    #[test]
    fn a_line_is_its_text_whatever_the_pieces_it_came_in() {
        let found = chunks(&["a\nb\nc", "d\n\n  \r\n", "e"], 10);
        assert_eq!(found.concat(), [line(1, "a"), line(2, "b"), line(3, "cd"), line(6, "e")]);
        assert!(chunks(&["\n \n"], 10).is_empty());
        assert!(chunks(&[], 10).is_empty());
    }

    #[test]
    fn a_line_that_is_too_long_is_not_kept() {
        let found = chunks(&["abcd\nab", "cdef", "g\nabc\nabcde"], 4);
        assert_eq!(found.concat(), [line(1, "abcd"), (2, None), line(3, "abc"), (4, None)]);
    }

    /// Returns the number of lines in each chunk, for an input that arrives in this many pieces.
    fn sizes(lines: usize, pieces: usize) -> Vec<usize> {
        let piece: &'static str = "{}\n".repeat(lines).leak();
        chunks(&vec![piece; pieces], 4).iter().map(Vec::len).collect()
    }

    #[test]
    fn the_first_lines_go_alone_and_later_ones_together() {
        let found = sizes(10_000, 1);
        assert!(found.iter().take(100).all(|size| *size == 1));
        assert_eq!(found.iter().max(), Some(&32));
    }

    #[test]
    fn nobody_waits_for_lines_that_are_not_here() {
        let found = sizes(2, 5_000);
        assert_eq!((found.iter().sum(), found.iter().max()), (10_000, Some(&2)));
    }
}
