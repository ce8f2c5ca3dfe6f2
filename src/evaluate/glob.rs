//! Textbook wildcard matching.

use super::Truth;
use crate::hash::are_equal;
use crate::policy::{Part, Template};

/// One piece of a pattern whose variables were replaced by their values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'p> {
    /// This text.
    Text(&'p str),
    /// Exactly one character.
    One,
    /// Any number of characters.
    Many,
}

/// Converts a part of a template to a piece. The caller has replaced variables before; one that remains is empty text.
fn piece(part: &Part) -> Piece<'_> {
    match part {
        Part::Text(text) => Piece::Text(text),
        Part::One => Piece::One,
        Part::Many => Piece::Many,
        Part::Variable(_) => Piece::Text(""),
    }
}

/// Returns the text after its first character.
fn after_one(text: &str) -> Option<&str> {
    let mut rest = text.chars();
    rest.next().map(|_| rest.as_str())
}

/// True if the whole text matches the pieces.
pub(super) fn matches(pieces: &[Piece<'_>], text: &str) -> bool {
    matches_all(|place| pieces.get(place).copied(), text)
}

/// Returns the rest of the text at the first place where the piece after a star can match. Other places need not be tried.
fn first_chance<'t>(after_star: Option<Piece<'_>>, text: &'t str) -> Option<&'t str> {
    match after_star {
        Some(Piece::Text(wanted)) => text.find(wanted).and_then(|at| text.get(at..)),
        Some(Piece::One | Piece::Many) | None => Some(text),
    }
}

/// True if the whole text matches. Matches from left to right; on failure, the last star consumes one more character.
fn matches_all<'p>(piece_at: impl Fn(usize) -> Option<Piece<'p>>, text: &str) -> bool {
    let (mut place, mut rest) = (0usize, text);
    let mut star: Option<(usize, &str)> = None;
    loop {
        let next = match piece_at(place) {
            None if rest.is_empty() => return true,
            None => None,
            Some(Piece::Text(text)) => rest.strip_prefix(text),
            Some(Piece::One) => after_one(rest),
            Some(Piece::Many) => {
                let Some(from) = first_chance(piece_at(place + 1), rest) else { return false };
                star = Some((place, from));
                Some(from)
            }
        };
        match next {
            Some(next) => rest = next,
            None => {
                let Some((at, Some(taken))) = star.map(|(at, from)| (at, after_one(from))) else {
                    return false;
                };
                let Some(taken) = first_chance(piece_at(at + 1), taken) else { return false };
                star = Some((at, taken));
                (place, rest) = (at, taken);
            }
        }
        place += 1;
    }
}

/// Does the same as `str::starts_with`, comparing the last characters first: names of actions and resources start alike and end
/// differently.
fn starts_with(text: &str, start: &str) -> bool {
    text.as_bytes().get(..start.len()).is_some_and(|head| are_equal(head, start.as_bytes()))
}

/// True if the whole text matches the template, which has no variables.
///
/// ```
/// use iamsat::{evaluate::glob_matches, policy::Template};
/// assert!(glob_matches(&Template::parse("s3:Get*", false).unwrap(), "s3:GetObject"));
/// ```
pub fn glob_matches(template: &Template, text: &str) -> bool {
    match template.parts() {
        [Part::Text(literal)] => literal.len() == text.len() && starts_with(text, literal),
        [Part::Text(start), Part::Many] => starts_with(text, start),
        parts => matches_all(|place| parts.get(place).map(piece), text),
    }
}

/// True if an ARN matches six patterns field by field: the first five fields end at a colon, the sixth takes the rest.
pub fn fields_match(fields: &[Template; 6], text: &str) -> bool {
    fields_of(text).is_some_and(|parts| each_matches(fields, &parts))
}

/// The six fields of an ARN; `None` if the text has fewer.
pub(super) fn fields_of(text: &str) -> Option<[&str; 6]> {
    let mut parts = text.splitn(6, ':');
    let mut fields = [""; 6];
    for field in &mut fields {
        *field = parts.next()?;
    }
    Some(fields)
}

/// Returns true if each field matches its pattern; the last ones are looked at first, as they differ most often.
pub(super) fn each_matches(fields: &[Template; 6], texts: &[&str; 6]) -> bool {
    fields.iter().zip(texts).rev().all(|(field, text)| glob_matches(field, text))
}

/// Returns false if the text cannot match the template, whatever the values of its variables: it starts otherwise.
pub(super) fn may_start(template: &Template, text: &str) -> bool {
    match template.parts() {
        [Part::Text(start), ..] => starts_with(text, start),
        _ => true,
    }
}

/// Does the same as [`fields_match`] for patterns whose variables were replaced.
pub(super) fn all_match(fields: &[Vec<Piece<'_>>], text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(fields.len(), ':').collect();
    parts.len() == fields.len() && fields.iter().zip(parts).all(|(field, part)| matches(field, part))
}

/// Returns true or false if both readings agree, and unknown if only the disputed reading matches.
pub(super) fn definite_or_disputed(definite: bool, disputed: bool) -> Truth {
    match (definite, disputed) {
        (true, _) => Truth::True,
        (false, true) => Truth::Unknown,
        (false, false) => Truth::False,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks() {
        let cases = [
            ("*", "", true),
            ("a*b", "ab", true),
            ("a*b", "axxb", true),
            ("a*b", "axxbc", false),
            ("*a*b", "aab", true),
            ("?", "", false),
            ("?", "é", true),
            ("a?*", "a", false),
            ("*aab", "aaaab", true),
            ("", "", true),
            ("", "a", false),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(
                glob_matches(&Template::parse(pattern, false).unwrap(), text),
                expected,
                "{pattern} {text}"
            );
        }
    }
}
