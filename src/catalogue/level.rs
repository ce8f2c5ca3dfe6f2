//! Access levels, and the types of condition keys, with their letters in the text form.

use std::fmt;

/// An access level of the Service Authorization Reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Lists resources.
    List,
    /// Reads content.
    Read,
    /// Creates, changes or deletes.
    Write,
    /// Changes tags; such an action is a Write action too.
    Tagging,
    /// Grants or takes away permissions; such an action is a Write action too.
    PermissionsManagement,
}

impl Level {
    /// Every level, the most harmless first.
    pub const ALL: [Level; 5] =
        [Level::List, Level::Read, Level::Write, Level::Tagging, Level::PermissionsManagement];

    /// Returns AWS's name.
    pub fn name(self) -> &'static str {
        match self {
            Level::List => "List",
            Level::Read => "Read",
            Level::Write => "Write",
            Level::Tagging => "Tagging",
            Level::PermissionsManagement => "Permissions management",
        }
    }

    /// Returns the name of the level on the command line and in JSON.
    pub fn option(self) -> &'static str {
        match self {
            Level::List => "list",
            Level::Read => "read",
            Level::Write => "write",
            Level::Tagging => "tagging",
            Level::PermissionsManagement => "permissions-management",
        }
    }

    /// Reads what [`Level::option`] writes.
    ///
    /// ```
    /// use iamsat::catalogue::Level;
    /// assert_eq!(Level::parse("permissions-management"), Some(Level::PermissionsManagement));
    /// assert_eq!(Level::parse("admin"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.option() == text)
    }

    fn letter(self) -> u8 {
        match self {
            Level::List => b'L',
            Level::Read => b'R',
            Level::Write => b'W',
            Level::Tagging => b'T',
            Level::PermissionsManagement => b'P',
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of access levels: an action has one, or `Write` and another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Levels(u8);

impl Levels {
    /// Reads the letters of the text form, in order and without repetition.
    pub(super) fn read(letters: &str) -> Option<Levels> {
        let mut levels = Levels::default();
        let mut order = Level::ALL.into_iter();
        for letter in letters.bytes() {
            levels.0 |= order.find(|level| level.letter() == letter)?.bit();
        }
        (!letters.is_empty()).then_some(levels)
    }

    /// True if the level is one of them.
    pub fn contains(self, level: Level) -> bool {
        self.0 & level.bit() != 0
    }

    /// Returns the same set with this level too.
    #[must_use]
    pub fn with(self, level: Level) -> Levels {
        Levels(self.0 | level.bit())
    }

    /// True if the two sets have a level in common.
    pub fn meets(self, others: Levels) -> bool {
        self.0 & others.0 != 0
    }

    /// Returns the levels, the most harmless first.
    pub fn iter(self) -> impl Iterator<Item = Level> {
        Level::ALL.into_iter().filter(move |level| self.contains(*level))
    }

    /// Returns the level that says most: Permissions management before Tagging before Write.
    pub fn highest(self) -> Option<Level> {
        self.iter().last()
    }
}

impl fmt::Display for Levels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, level) in self.iter().enumerate() {
            f.write_str(if place == 0 { "" } else { ", " })?;
            f.write_str(level.name())?;
        }
        Ok(())
    }
}

/// The documented type of the values of a condition key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyType {
    /// Text.
    String,
    /// ARN.
    Arn,
    /// `true` or `false`.
    Bool,
    /// Number.
    Numeric,
    /// Instant.
    Date,
    /// IP address.
    IpAddress,
    /// Base64 text.
    Binary,
}

impl KeyType {
    /// Every type.
    pub const ALL: [KeyType; 7] = [
        KeyType::String,
        KeyType::Arn,
        KeyType::Bool,
        KeyType::Numeric,
        KeyType::Date,
        KeyType::IpAddress,
        KeyType::Binary,
    ];

    /// Returns AWS's name.
    pub fn name(self) -> &'static str {
        match self {
            KeyType::String => "String",
            KeyType::Arn => "ARN",
            KeyType::Bool => "Bool",
            KeyType::Numeric => "Numeric",
            KeyType::Date => "Date",
            KeyType::IpAddress => "IPAddress",
            KeyType::Binary => "Binary",
        }
    }

    fn letter(self) -> u8 {
        match self {
            KeyType::String => b's',
            KeyType::Arn => b'r',
            KeyType::Bool => b'b',
            KeyType::Numeric => b'n',
            KeyType::Date => b'd',
            KeyType::IpAddress => b'i',
            KeyType::Binary => b'y',
        }
    }

    /// Reads the letter of the text form; a capital stands for a list of such values.
    pub(super) fn read(letter: &str) -> Option<(KeyType, bool)> {
        let [byte] = letter.as_bytes() else { return None };
        let kind = KeyType::ALL.into_iter().find(|kind| kind.letter() == byte.to_ascii_lowercase())?;
        Some((kind, byte.is_ascii_uppercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stand_for_levels_in_order() {
        let read = |letters| Levels::read(letters).map(|levels| levels.to_string());
        assert_eq!(read("WP").as_deref(), Some("Write, Permissions management"));
        assert_eq!(read("L").as_deref(), Some("List"));
        for faulty in ["", "PW", "WW", "X", "w"] {
            assert_eq!(read(faulty), None, "{faulty}");
        }
        assert_eq!(Levels::read("WT").and_then(Levels::highest), Some(Level::Tagging));
    }

    #[test]
    fn a_capital_is_a_list() {
        assert_eq!(KeyType::read("R"), Some((KeyType::Arn, true)));
        assert_eq!(KeyType::read("n"), Some((KeyType::Numeric, false)));
        assert_eq!((KeyType::read("ss"), KeyType::read(""), KeyType::read("é")), (None, None, None));
    }
}
