//! Patterns as written in policies: text, the wildcards `*` and `?`, and policy variables.

use crate::code::Code;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// One part of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Literal text, never empty; adjacent texts are merged.
    Text(Box<str>),
    /// `?`: exactly one character.
    One,
    /// `*`: any number of characters.
    Many,
    /// `${key}` or `${key, 'default'}`; only in version 2012-10-17.
    Variable(Variable),
}

/// A policy variable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Variable {
    /// The condition key, lower-cased.
    pub key: Box<str>,
    /// The default, used when the key is absent.
    pub default: Option<Box<str>>,
}

/// A pattern as a sequence of parts. Runs of wildcards are kept in the canonical order `?...?*`, so that two
/// spellings of the same glob (`*?*`, `?*`) are equal values.
///
/// Source of the language: IAM User Guide, "IAM JSON policy elements: Resource", "... Condition operators" and
/// "IAM policy elements: Variables and tags".
#[derive(Clone, Default)]
pub struct Template {
    parts: Parts,
}

/// The parts of a template: most have one, which takes no memory of its own.
#[derive(Clone, Default)]
enum Parts {
    #[default]
    None,
    One(Part),
    /// At least two.
    Several(Box<[Part]>),
}

/// The reason why a text is not a valid template, with the byte offset of the fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// Stable kebab-case code.
    pub code: Code,
    /// One sentence.
    pub message: String,
    /// Byte offset of the `$` that opens the bad variable.
    pub offset: usize,
}

impl std::fmt::Display for TemplateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TemplateError {}

impl Template {
    /// Reads `text` with wildcards. With `variables`, `${...}` is a policy variable or an escape (`${*}`, `${?}`, `${$}`).
    /// Without, these characters are plain text (version 2008-10-17), except wildcards among them.
    ///
    /// # Errors
    /// A variable is not closed, is empty, or has a malformed name or default.
    ///
    /// ```
    /// use iamsat::policy::{Part, Template};
    /// let t = Template::parse("home/${aws:username}/*", true).unwrap();
    /// assert_eq!(t.parts().len(), 4);
    /// assert_eq!(Template::parse("a*?*", false).unwrap(), Template::parse("a?*", false).unwrap());
    /// // Tag keys may contain spaces, other keys may not.
    /// assert!(Template::parse("${aws:PrincipalTag/Cost Center}", true).is_ok());
    /// assert!(Template::parse("${aws:user name}", true).is_err());
    /// ```
    pub fn parse(text: &str, variables: bool) -> Result<Template, TemplateError> {
        read(text, variables, |rest| memchr::memchr3(b'*', b'?', b'$', rest))
    }

    /// Returns the template that spells exactly this text; `*` and `?` are ordinary characters in it.
    pub fn literal(text: impl Into<Box<str>>) -> Template {
        let text = text.into();
        Template { parts: if text.is_empty() { Parts::None } else { Parts::One(Part::Text(text)) } }
    }

    /// Reads `text` for operators without wildcards (such as StringEquals): `*` and `?` are plain text; variables and escapes are
    /// read if `variables` is set.
    ///
    /// # Errors
    /// As [`Template::parse`].
    pub fn parse_exact(text: &str, variables: bool) -> Result<Template, TemplateError> {
        read(text, variables, |rest| memchr::memchr(b'$', rest))
    }

    /// Returns the template of these parts in canonical form.
    pub fn from_parts(parts: impl IntoIterator<Item = Part>) -> Template {
        let mut builder = Builder::default();
        for part in parts {
            match part {
                Part::Text(text) => builder.text(&text),
                Part::One => builder.one(),
                Part::Many => builder.many(),
                Part::Variable(v) => builder.push(Part::Variable(v)),
            }
        }
        builder.finish()
    }

    /// Returns the parts, in order.
    pub fn parts(&self) -> &[Part] {
        match &self.parts {
            Parts::None => &[],
            Parts::One(part) => std::slice::from_ref(part),
            Parts::Several(parts) => parts,
        }
    }

    /// Returns the only text that it matches; `None` if it has a wildcard or variable.
    pub fn as_literal(&self) -> Option<&str> {
        match self.parts() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// True if it is `*` alone.
    pub fn is_many(&self) -> bool {
        matches!(self.parts, Parts::One(Part::Many))
    }

    /// Returns the policy variables in it, in order.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.parts().iter().filter_map(|p| if let Part::Variable(v) = p { Some(v) } else { None })
    }

    /// True if it contains a policy variable.
    pub fn has_variables(&self) -> bool {
        self.variables().next().is_some()
    }

    /// Splits at the first `count` colons of its texts; colons inside variables are ignored. Returns up to `count + 1` pieces, of
    /// which the last contains the rest with its colons.
    ///
    /// ```
    /// use iamsat::policy::Template;
    /// let t = Template::parse("arn:aws:s3:::b/*", true).unwrap();
    /// assert_eq!(t.split_fields(5).len(), 6);
    /// ```
    pub fn split_fields(&self, count: usize) -> Vec<Template> {
        // A count may be as large as it likes, a text rarely has more fields than an ARN.
        let mut fields = Vec::with_capacity(count.min(5) + 1);
        let mut current = Builder::default();
        for part in self.parts() {
            match part {
                Part::Text(text) => {
                    let mut rest = &**text;
                    while let Some((field, after)) = rest.split_once(':').filter(|_| fields.len() < count) {
                        current.text(field);
                        fields.push(std::mem::take(&mut current).finish());
                        rest = after;
                    }
                    current.text(rest);
                }
                Part::One => current.one(),
                Part::Many => current.many(),
                Part::Variable(v) => current.push(Part::Variable(v.clone())),
            }
        }
        fields.push(current.finish());
        fields
    }
}

impl PartialEq for Template {
    fn eq(&self, other: &Template) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for Template {}

impl PartialOrd for Template {
    fn partial_cmp(&self, other: &Template) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Template {
    fn cmp(&self, other: &Template) -> Ordering {
        self.parts().cmp(other.parts())
    }
}

impl Hash for Template {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Template").field("parts", &self.parts()).finish()
    }
}

impl std::fmt::Display for Template {
    /// Writes the parts as a policy of version 2012-10-17 spells them, with plain `*`, `?` and `${` escaped.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for part in self.parts() {
            match part {
                Part::Text(text) => {
                    let mut rest = text.chars().peekable();
                    while let Some(c) = rest.next() {
                        match c {
                            '*' | '?' => write!(f, "${{{c}}}")?,
                            '$' if rest.peek() == Some(&'{') => f.write_str("${$}")?,
                            _ => write!(f, "{c}")?,
                        }
                    }
                }
                Part::One => f.write_str("?")?,
                Part::Many => f.write_str("*")?,
                Part::Variable(Variable { key, default: None }) => write!(f, "${{{key}}}")?,
                Part::Variable(Variable { key, default: Some(text) }) => write!(f, "${{{key}, '{text}'}}")?,
            }
        }
        Ok(())
    }
}

/// Returns the names of the policy variables in a text of version 2012-10-17, as spelled.
///
/// ```
/// use iamsat::policy::spelled_variables;
/// let names: Vec<&str> = spelled_variables("a/${aws:UserName}/${x:Tag/A, 'b'}").collect();
/// assert_eq!(names, ["aws:UserName", "x:Tag/A"]);
/// ```
pub fn spelled_variables(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|rest| rest.split(['}', ',']).next())
}

/// Reads a text in which the occurrences of `*`, `?` and `$` that `special` finds are special.
fn read(
    text: &str,
    variables: bool,
    special: impl Fn(&[u8]) -> Option<usize>,
) -> Result<Template, TemplateError> {
    let mut builder = Builder::default();
    let mut rest = text;
    while let Some(at) = special(rest.as_bytes()) {
        let (before, from) = rest.split_at(at);
        builder.text(before);
        let mut after = from.chars();
        match after.next() {
            Some('*') => builder.many(),
            Some('?') => builder.one(),
            Some('$') if variables && after.as_str().starts_with('{') => {
                let offset = text.len() - from.len();
                let inner = after.as_str().split_at(1).1;
                let (variable, tail) = variable_at(inner, offset)?;
                match variable {
                    Inside::Escape(c) => builder.text(c.encode_utf8(&mut [0; 4])),
                    Inside::Variable(v) => builder.push(Part::Variable(v)),
                }
                rest = tail;
                continue;
            }
            Some(_) | None => builder.text("$"),
        }
        rest = after.as_str();
    }
    builder.text(rest);
    Ok(builder.finish())
}

enum Inside {
    Escape(char),
    Variable(Variable),
}

/// Reads `...}` at the start of `inner`, which follows the `${` at `offset`. Returns the text after it as the second value.
fn variable_at(inner: &str, offset: usize) -> Result<(Inside, &str), TemplateError> {
    let error = |code, message: &str| TemplateError { code, message: message.to_owned(), offset };
    for escape in ['*', '?', '$'] {
        if let Some(tail) = inner.strip_prefix(escape).and_then(|rest| rest.strip_prefix('}')) {
            return Ok((Inside::Escape(escape), tail));
        }
    }
    // A default may contain `}`, so the quote is searched for first.
    let key_end = inner
        .find(['}', ','])
        .ok_or_else(|| error(Code::MissingBrace, "the policy variable has no closing `}`"))?;
    let (key, after) = inner.split_at(key_end);
    if key.is_empty() {
        return Err(error(Code::EmptyVariable, "the policy variable is empty"));
    }
    // Tag keys may contain spaces.
    let has_space = |text: &str| text.contains(char::is_whitespace);
    let is_spaced = match key.split_once('/') {
        Some((prefix, tag)) => has_space(prefix) || has_space(&tag.replace(' ', "")) || tag.trim() != tag,
        None => has_space(key),
    };
    if is_spaced || key.contains(['$', '{', '*', '?', '\'']) {
        return Err(error(
            Code::InvalidVariable,
            "the name of the policy variable contains an invalid character",
        ));
    }
    let (default, tail) = match after.strip_prefix(", '") {
        Some(text) => {
            let (default, tail) = text.split_once('\'').ok_or_else(|| {
                error(Code::MissingQuote, "the default of the policy variable has no closing quote")
            })?;
            (Some(default.into()), tail)
        }
        None if after.starts_with(',') => {
            return Err(error(
                Code::MissingQuote,
                "the default of a policy variable is written `${key, 'text'}`",
            ));
        }
        None => (None, after),
    };
    let Some(tail) = tail.strip_prefix('}') else {
        return Err(error(Code::MissingBrace, "the policy variable has no closing `}`"));
    };
    Ok((Inside::Variable(Variable { key: key.to_ascii_lowercase().into(), default }), tail))
}

/// Collects parts, merging texts and ordering wildcard runs.
#[derive(Default)]
struct Builder {
    /// The first part, until there is another one.
    first: Option<Part>,
    /// All parts, once there are two.
    parts: Vec<Part>,
    text: String,
}

impl Builder {
    fn text(&mut self, text: &str) {
        if self.text.is_empty() {
            // Most texts come in one piece.
            self.text.reserve_exact(text.len());
        }
        self.text.push_str(text);
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            self.add(Part::Text(text.into()));
        }
    }

    fn add(&mut self, part: Part) {
        match self.first.take() {
            Some(first) => {
                self.parts.reserve_exact(2);
                self.parts.extend([first, part]);
            }
            None if self.parts.is_empty() => self.first = Some(part),
            None => self.parts.push(part),
        }
    }

    fn push(&mut self, part: Part) {
        self.flush();
        self.add(part);
    }

    fn last(&mut self) -> Option<&mut Part> {
        self.first.as_mut().or(self.parts.last_mut())
    }

    fn one(&mut self) {
        self.flush();
        match self.last() {
            Some(last @ Part::Many) => {
                *last = Part::One;
                self.add(Part::Many);
            }
            _ => self.add(Part::One),
        }
    }

    fn many(&mut self) {
        self.flush();
        if self.last() != Some(&mut Part::Many) {
            self.add(Part::Many);
        }
    }

    fn finish(mut self) -> Template {
        self.flush();
        let parts = match self.first {
            Some(part) => Parts::One(part),
            None if self.parts.is_empty() => Parts::None,
            None => Parts::Several(self.parts.into()),
        };
        Template { parts }
    }
}
