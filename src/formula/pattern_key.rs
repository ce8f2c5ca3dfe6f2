//! Patterns as they are written, before any automaton is built.

use crate::automata::Pattern;
use crate::policy::{Part, Template};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A pattern as it is written; the automaton is built when it is first needed.
#[derive(Clone, Debug)]
pub enum PatternKey<'a> {
    /// The whole text; wildcards stand for any characters.
    Glob(&'a Template),
    /// Six fields joined by `:`; wildcards of the first five do not match `:`.
    Fields {
        /// The pattern as written.
        whole: &'a Template,
        /// Its six fields, completed if fewer were written.
        fields: &'a [Template; 6],
    },
    /// An automaton pattern that no policy spells.
    Built(Arc<Pattern>),
}

/// The fields of an ARN follow from the whole text and need not be compared.
impl PartialEq for PatternKey<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (PatternKey::Glob(a), PatternKey::Glob(b))
            | (PatternKey::Fields { whole: a, .. }, PatternKey::Fields { whole: b, .. }) => {
                std::ptr::eq(*a, *b) || a == b
            }
            (PatternKey::Built(a), PatternKey::Built(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for PatternKey<'_> {}

impl Hash for PatternKey<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            PatternKey::Glob(template) | PatternKey::Fields { whole: template, .. } => template.hash(state),
            PatternKey::Built(pattern) => pattern.hash(state),
        }
    }
}

/// The word or prefix that a pattern spells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiteralPrefix<'a> {
    /// There is one word, this text.
    Word(&'a str),
    /// The words are the texts that start with this one.
    Prefix(&'a str),
    /// The words are some of the texts that start with this one, at least one of them, and not all start with the same longer
    /// text.
    Start(&'a str),
    /// The pattern has no text that spells anything.
    Hidden,
}

impl<'a> LiteralPrefix<'a> {
    /// Returns the text that all matches start with.
    pub fn start(self) -> Option<&'a str> {
        match self {
            LiteralPrefix::Word(text) | LiteralPrefix::Prefix(text) | LiteralPrefix::Start(text) => {
                Some(text)
            }
            LiteralPrefix::Hidden => None,
        }
    }

    /// Returns the only match.
    pub fn word(self) -> Option<&'a str> {
        if let LiteralPrefix::Word(text) = self { Some(text) } else { None }
    }
}

impl<'a> PatternKey<'a> {
    /// Wraps an automaton pattern that no policy spells.
    pub fn built(pattern: Pattern) -> PatternKey<'a> {
        PatternKey::Built(Arc::new(pattern))
    }

    /// Returns the only text that matches, if the pattern spells one.
    pub fn word(&self) -> Option<&'a str> {
        self.literal_prefix().word()
    }

    /// Returns what the spelled text of the pattern says about the words that match it.
    ///
    /// ```
    /// use iamsat::{formula::{PatternKey, LiteralPrefix}, policy::Template};
    /// let prefix = |text: &str| format!("{:?}", PatternKey::Glob(&Template::parse(text, false).unwrap()).literal_prefix());
    /// assert_eq!(prefix("s3:GetObject"), r#"Word("s3:GetObject")"#);
    /// assert_eq!(prefix("s3:Get*"), r#"Prefix("s3:Get")"#);
    /// assert_eq!(prefix("s3:Get*Acl"), r#"Start("s3:Get")"#);
    /// ```
    pub fn literal_prefix(&self) -> LiteralPrefix<'a> {
        let (template, fields) = match self {
            PatternKey::Glob(template) => (*template, None),
            PatternKey::Fields { whole, .. } => (*whole, Some(5usize)),
            PatternKey::Built(_) => return LiteralPrefix::Hidden,
        };
        // A short ARN spells no whole value, as its completed fields are wildcards. The wildcards of the first five fields do not
        // match all texts.
        let whole_fields = |text: &str| {
            fields.is_none_or(|fields| text.bytes().filter(|byte| *byte == b':').count() >= fields)
        };
        match template.parts() {
            [] if fields.is_none() => LiteralPrefix::Word(""),
            [Part::Text(text)] if whole_fields(text) => LiteralPrefix::Word(text),
            // The completed fields start with a colon.
            [Part::Text(_)] => LiteralPrefix::Hidden,
            [Part::Many] if fields.is_none() => LiteralPrefix::Prefix(""),
            [Part::Text(text), Part::Many] if whole_fields(text) => LiteralPrefix::Prefix(text),
            [Part::Text(text), ..] => LiteralPrefix::Start(text),
            _ => LiteralPrefix::Start(""),
        }
    }
}
