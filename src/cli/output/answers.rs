//! The stream of answers: standard output or a file.

use crate::report::Failure;
use crate::surface::{reason, unmakable, unwritable};
use std::io::{ErrorKind, Write};
use std::path::Path;

/// A stream of answers whose reader may have gone away.
pub(crate) struct Answers {
    stream: Box<dyn Write>,
    name: String,
    closed: bool,
}

impl Answers {
    /// Standard output, or a file.
    pub(crate) fn open(file: Option<&Path>) -> Result<Answers, Failure> {
        let (stream, name): (Box<dyn Write>, String) = match file {
            None => (Box::new(std::io::stdout().lock()), "standard output".to_owned()),
            Some(path) => {
                let name = path.display().to_string();
                let file = std::fs::File::create(path).map_err(|error| unwritable(&name, reason(&error)))?;
                (Box::new(file), name)
            }
        };
        Ok(Answers {
            stream: Box::new(std::io::BufWriter::with_capacity(1 << 16, stream)),
            name,
            closed: false,
        })
    }

    /// Returns a stream that is neither standard output nor a file.
    pub(super) fn to(stream: Box<dyn Write>) -> Answers {
        Answers { stream, name: "the answer".to_owned(), closed: false }
    }

    /// Returns the stream itself.
    pub(crate) fn stream(&mut self) -> &mut dyn Write {
        &mut self.stream
    }

    /// Returns the value of a write; `None` if the reader has gone away, which is not an error.
    pub(crate) fn settle<T>(&mut self, result: std::io::Result<T>) -> Result<Option<T>, Failure> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(None)
            }
            Err(error) => Err(unwritable(&self.name, reason(&error))),
        }
    }

    /// Writes text.
    pub(crate) fn write(&mut self, text: &str) -> Result<(), Failure> {
        if self.closed {
            return Ok(());
        }
        let result = self.stream.write_all(text.as_bytes()).and_then(|()| self.stream.flush());
        self.settle(result).map(|_| ())
    }
}

/// Writes a whole file.
pub(crate) fn write_file(path: &Path, text: impl AsRef<[u8]>) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| unwritable(path.display(), reason(&error)))
}

/// Makes a directory unless it exists.
pub(crate) fn make_directory(path: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(path).map_err(|error| unmakable(path.display(), reason(&error)))
}
