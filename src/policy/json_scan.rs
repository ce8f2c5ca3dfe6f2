//! Finds the ends of JSON values by their quotes and brackets alone, and walks over a text whose syntax was checked before.
//!
//! Syntax is not checked here: a caller must reject invalid JSON before, or check the parts that are found.

use crate::index::broken;

/// Returns the length of the string that a text starts with.
pub(crate) fn string_length(text: &[u8]) -> Option<usize> {
    if text.first() != Some(&b'"') {
        return None;
    }
    let mut length = 1;
    loop {
        let at = length + memchr::memchr2(b'"', b'\\', text.get(length..)?)?;
        match text.get(at)? {
            b'"' => return Some(at + 1),
            // An escaped quote does not end the string.
            _ => length = at + 2,
        }
    }
}

/// Returns the length of the value that a text starts with.
pub(crate) fn value_length(text: &[u8]) -> Option<usize> {
    match text.first()? {
        b'"' => string_length(text),
        b'{' | b'[' => {
            let (mut length, mut open) = (0, 0usize);
            loop {
                let rest = text.get(length..)?;
                length += rest.iter().position(|byte| matches!(byte, b'"' | b'{' | b'}' | b'[' | b']'))?;
                match text.get(length)? {
                    b'"' => {
                        length += string_length(text.get(length..)?)?;
                        continue;
                    }
                    b'{' | b'[' => open += 1,
                    _ => open = open.checked_sub(1)?,
                }
                length += 1;
                if open == 0 {
                    return Some(length);
                }
            }
        }
        _ => {
            let ends = |byte: &&u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n');
            Some(text.iter().take_while(|byte| !ends(byte)).count())
        }
    }
}

/// A place in a JSON text whose syntax was checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    /// Starts at a value within the text.
    pub(crate) fn new(text: &'t str, start: usize) -> Cursor<'t> {
        Cursor { text, at: start }
    }

    /// Returns the offset of the next byte in the text.
    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    /// Skips white space and returns the first byte of the next value.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    /// Skips the bracket that opens an array or object.
    pub(crate) fn enter(&mut self) {
        self.at += 1;
    }

    /// Moves to the next element or member. Returns false, after the closing bracket, if there is none.
    pub(crate) fn goes_on(&mut self) -> bool {
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.peek();
                true
            }
            Some(b']' | b'}') => {
                self.at += 1;
                false
            }
            _ => true,
        }
    }

    /// Skips the name of a member and the colon after it. Returns the name with its quotes.
    pub(crate) fn key(&mut self) -> &'t str {
        let key = self.skip();
        self.colon();
        key
    }

    /// Skips the colon after the name of a member.
    pub(crate) fn colon(&mut self) {
        self.peek();
        self.at += 1;
        self.peek();
    }

    /// Skips a value and returns its text.
    pub(crate) fn skip(&mut self) -> &'t str {
        let rest = self.text.as_bytes().get(self.at..);
        let end = rest.and_then(value_length).map(|length| self.at + length);
        let Some(part) = end.and_then(|end| self.text.get(self.at..end)) else {
            broken("the syntax of a value was checked with the text around it")
        };
        self.at += part.len();
        part
    }
}
