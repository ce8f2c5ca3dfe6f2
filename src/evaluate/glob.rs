//! Wildcard matching by the textbook.

use super::Truth;
use crate::policy::{Part, Template};

/// One unit of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// This character.
    Char(char),
    /// Exactly one character.
    One,
    /// Any number of characters.
    Many,
}

/// The units of a template whose variables have been put in already.
pub(super) fn units(template: &Template) -> Vec<Unit> {
    let mut units = Vec::new();
    for part in template.parts() {
        match part {
            Part::Text(text) => units.extend(text.chars().map(Unit::Char)),
            Part::One => units.push(Unit::One),
            Part::Many => units.push(Unit::Many),
            Part::Variable(_) => {}
        }
    }
    units
}

/// Whether the whole text matches: two pointers, going back to the last star.
pub(super) fn matches(units: &[Unit], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut u, mut t) = (0usize, 0usize);
    let mut back: Option<(usize, usize)> = None;
    while let Some(c) = text.get(t) {
        match units.get(u) {
            Some(Unit::Many) => {
                back = Some((u, t));
                u = u.saturating_add(1);
                continue;
            }
            Some(Unit::Char(p)) if p == c => {}
            Some(Unit::One) => {}
            _ => match back {
                Some((star, from)) => {
                    let from = from.saturating_add(1);
                    back = Some((star, from));
                    u = star.saturating_add(1);
                    t = from;
                    continue;
                }
                None => return false,
            },
        }
        u = u.saturating_add(1);
        t = t.saturating_add(1);
    }
    units.get(u..).is_some_and(|rest| rest.iter().all(|unit| *unit == Unit::Many))
}

/// Whether the whole text matches the template, which has no variables.
///
/// ```
/// use iamsat::{evaluate::glob_matches, policy::Template};
/// assert!(glob_matches(&Template::parse("s3:Get*", false).unwrap(), "s3:GetObject"));
/// ```
pub fn glob_matches(template: &Template, text: &str) -> bool {
    matches(&units(template), text)
}

/// Whether an ARN matches six patterns field by field: the first five fields end at a colon, the sixth takes the rest.
pub fn fields_match(fields: &[Template; 6], text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    parts.len() == 6 && fields.iter().zip(parts).all(|(field, part)| glob_matches(field, part))
}

/// As [`fields_match`], for patterns with everything put in.
pub(super) fn all_match(fields: &[Vec<Unit>], text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(fields.len(), ':').collect();
    parts.len() == fields.len() && fields.iter().zip(parts).all(|(field, part)| matches(field, part))
}

/// Certain, or open where only a disputed reading matches.
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
