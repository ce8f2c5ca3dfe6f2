//! The letters of words: Unicode scalar values and markers.

/// One letter of a word: a Unicode scalar value, or a marker, which no text contains.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(u32);

/// The first number above all Unicode scalar values.
const MARKERS: u32 = 0x11_0000;

impl Symbol {
    /// The greatest marker number.
    pub const LAST_MARKER: u8 = 11;

    /// Returns the symbol of a character.
    pub const fn from_char(c: char) -> Symbol {
        Symbol(c as u32)
    }

    /// Returns the symbol of an ASCII character (of the code point, for a byte beyond ASCII).
    pub(crate) const fn from_byte(byte: u8) -> Symbol {
        Symbol(byte as u32)
    }

    /// Returns marker number `n`, which is at most [`Symbol::LAST_MARKER`].
    pub const fn marker(n: u8) -> Symbol {
        assert!(n <= Symbol::LAST_MARKER, "a marker has a sort of its own");
        Symbol(MARKERS | n as u32)
    }

    /// Returns the character; `None` for a marker.
    pub fn to_char(self) -> Option<char> {
        char::from_u32(self.0)
    }

    /// Returns the number of the marker; `None` for a character.
    pub fn to_marker(self) -> Option<u8> {
        self.0.checked_sub(MARKERS).and_then(|n| u8::try_from(n).ok())
    }

    /// Returns the ASCII code; `None` if the symbol is not an ASCII character.
    pub(crate) fn to_ascii(self) -> Option<u8> {
        if self.0 < 128 { u8::try_from(self.0).ok() } else { None }
    }

    /// Returns the number that stands for the symbol.
    pub fn code(self) -> u32 {
        self.0
    }

    /// Returns the word for a text.
    pub fn word(text: &str) -> Vec<Symbol> {
        let mut word = Vec::with_capacity(text.len());
        Symbol::append(text, &mut word);
        word
    }

    /// Appends the symbols of a text to a word.
    pub(crate) fn append(text: &str, word: &mut Vec<Symbol>) {
        match text.is_ascii() {
            // Each byte is one character, and their number is known.
            true => word.extend(text.bytes().map(Symbol::from_byte)),
            false => word.extend(text.chars().map(Symbol::from_char)),
        }
    }

    /// Returns the text for a word; `None` if the word contains a marker.
    pub fn text(word: &[Symbol]) -> Option<String> {
        // Most words are ASCII, where each symbol is its low byte.
        if word.iter().fold(true, |all, symbol| all & symbol.to_ascii().is_some()) {
            let low = |symbol: &Symbol| {
                let [byte, ..] = symbol.0.to_le_bytes();
                byte
            };
            return String::from_utf8(word.iter().map(low).collect()).ok();
        }
        word.iter().map(|symbol| symbol.to_char()).collect()
    }
}

impl From<char> for Symbol {
    fn from(c: char) -> Symbol {
        Symbol::from_char(c)
    }
}

impl std::fmt::Display for Symbol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.to_char(), self.to_marker()) {
            (Some(c), _) => write!(f, "{c}"),
            (None, Some(n)) => write!(f, "<{n}>"),
            (None, None) => f.write_str("<>"),
        }
    }
}

impl std::fmt::Debug for Symbol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_word_are_inverse() {
        let text = "arn:aws:s3:::é/\u{10FFFF}";
        assert_eq!(Symbol::text(&Symbol::word(text)).as_deref(), Some(text));
        assert_eq!(Symbol::text(&[Symbol::marker(0)]), None);
    }

    #[test]
    fn markers_are_apart_from_characters_and_from_each_other() {
        assert!(Symbol::marker(0) > Symbol::from_char('\u{10FFFF}'));
        assert_ne!(Symbol::marker(3), Symbol::marker(4));
        assert_eq!(Symbol::marker(7).to_marker(), Some(7));
        assert_eq!(Symbol::from_char('a').to_marker(), None);
        assert_eq!(Symbol::marker(7).to_char(), None);
    }

    #[test]
    #[should_panic(expected = "a marker has a sort of its own")]
    fn there_is_no_marker_after_the_last_one() {
        let _ = Symbol::marker(Symbol::LAST_MARKER + 1);
    }
}
