//! The text of a command that runs as part of another one.

use std::cell::RefCell;
use std::io::{Result, Write};
use std::rc::Rc;

/// A text to which answers and notes are written in their order. Copies share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Captured(Rc<RefCell<Vec<u8>>>);

impl Captured {
    /// Adds a text.
    pub(super) fn push(&self, text: &str) {
        self.0.borrow_mut().extend_from_slice(text.as_bytes());
    }

    /// Returns the text so far.
    pub(crate) fn read(&self) -> String {
        String::from_utf8_lossy(&self.0.borrow()).into_owned()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
