//! The text of a command that runs as part of another one.

use std::cell::RefCell;
use std::io::{Result, Write};
use std::rc::Rc;

/// A text to which answers and notes are written in their order. Copies share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Captured(Rc<RefCell<Texts>>);

#[derive(Debug, Default)]
struct Texts {
    all: Vec<u8>,
    /// The notes that make an answer doubtful.
    doubts: String,
}

impl Captured {
    /// Adds a text.
    pub(super) fn push(&self, text: &str) {
        self.0.borrow_mut().all.extend_from_slice(text.as_bytes());
    }

    /// Keeps a note that makes an answer doubtful.
    pub(super) fn push_doubt(&self, text: &str) {
        self.0.borrow_mut().doubts.push_str(text);
    }

    /// Returns the text so far.
    pub(crate) fn read(&self) -> String {
        String::from_utf8_lossy(&self.0.borrow().all).into_owned()
    }

    /// Returns the notes that make an answer doubtful.
    pub(crate) fn doubts(&self) -> String {
        self.0.borrow().doubts.clone()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.borrow_mut().all.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
