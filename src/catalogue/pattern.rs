//! Patterns against texts and against one another.
//!
//! The evaluator and the automata have matchers of their own: this one names facts and chooses examples, and shares no code
//! with the two that decide.

use crate::policy::{Part, Template};

/// One place of a pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Character(char),
    /// Exactly one character.
    One,
    /// Any number of characters.
    Many,
}

/// Splits a pattern into characters. A policy variable may stand for any text.
fn signs(template: &Template) -> Vec<Sign> {
    let mut signs = Vec::new();
    for part in template.parts() {
        match part {
            Part::Text(text) => signs.extend(text.chars().map(Sign::Character)),
            Part::One => signs.push(Sign::One),
            Part::Many | Part::Variable(_) => signs.push(Sign::Many),
        }
    }
    signs
}

/// Returns true if some text matches both patterns; variables may stand for any text.
///
/// Works backwards through all pairs of suffixes, one row of suffixes of `b` for each suffix of `a`: the time is the product of
/// the lengths.
pub(super) fn overlap(a: &Template, b: &Template) -> bool {
    if let (Some(a), Some(b)) = (a.as_literal(), b.as_literal()) {
        return a == b;
    }
    if a.is_many() || b.is_many() {
        return true;
    }
    match (a.as_literal(), b.as_literal()) {
        (Some(text), None) if !b.has_variables() => return matches(b, text),
        (None, Some(text)) if !a.has_variables() => return matches(a, text),
        _ => {}
    }
    if let (Some(Part::Text(a)), Some(Part::Text(b))) = (a.parts().first(), b.parts().first())
        && !(a.starts_with(&**b) || b.starts_with(&**a))
    {
        return false;
    }
    let (a, b) = (signs(a), signs(b));
    // Rows start with the empty suffix of `b`. The first row is that of the empty suffix of `a`.
    let only_stars = b.iter().rev().scan(true, |all, sign| {
        *all = *all && *sign == Sign::Many;
        Some(*all)
    });
    let mut below: Vec<bool> = std::iter::once(true).chain(only_stars).collect();
    for sign in a.iter().rev() {
        let (mut shorter, mut diagonal) = (false, false);
        let suffixes = std::iter::once(None).chain(b.iter().rev().map(Some));
        let row = suffixes.zip(below).map(|(other, without)| {
            shorter = match (sign, other) {
                (Sign::Many, None) => without,
                (_, None) => false,
                // A star takes nothing more, or one sign of the other pattern.
                (Sign::Many, Some(_)) | (_, Some(Sign::Many)) => without || shorter,
                (Sign::Character(a), Some(Sign::Character(b))) => a == b && diagonal,
                (Sign::One, Some(_)) | (_, Some(Sign::One)) => diagonal,
            };
            diagonal = without;
            shorter
        });
        below = row.collect();
    }
    below.last() == Some(&true)
}

/// Returns true if the whole text matches the pattern, which has no variables.
pub(super) fn matches(template: &Template, text: &str) -> bool {
    match template.parts() {
        [] => text.is_empty(),
        [Part::Text(literal)] => **literal == *text,
        [Part::Text(start), Part::Many] => text.starts_with(&**start),
        parts => matches_parts(parts, text),
    }
}

/// Matches from left to right; where that fails, the last star takes one character more.
fn matches_parts(parts: &[Part], text: &str) -> bool {
    let after_one = |text: &str| {
        let mut rest = text.chars();
        rest.next().map(|taken| taken.len_utf8())
    };
    let (mut parts, mut rest) = (parts, text);
    let mut star: Option<(&[Part], &str)> = None;
    loop {
        let taken = match parts.first() {
            None if rest.is_empty() => return true,
            None | Some(Part::Variable(_)) => None,
            Some(Part::Text(literal)) => rest.starts_with(&**literal).then_some(literal.len()),
            Some(Part::One) => after_one(rest),
            Some(Part::Many) => {
                star = parts.get(1..).map(|after| (after, rest));
                Some(0)
            }
        };
        if let Some((after, next)) = taken.and_then(|taken| Some((parts.get(1..)?, rest.get(taken..)?))) {
            (parts, rest) = (after, next);
            continue;
        }
        let Some((after, from)) = star else { return false };
        let Some(from) = after_one(from).and_then(|taken| from.get(taken..)) else { return false };
        star = Some((after, from));
        (parts, rest) = (after, from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Template {
        Template::parse(text, false).unwrap()
    }

    /// Returns all texts of up to five letters, so that every claim below is checked in full for short patterns.
    fn texts() -> Vec<String> {
        let mut texts = vec![String::new()];
        let mut last = texts.clone();
        for _ in 0..5 {
            last = last.iter().flat_map(|text| ["a", "b"].map(|letter| format!("{text}{letter}"))).collect();
            texts.extend(last.iter().cloned());
        }
        texts
    }

    #[test]
    fn two_patterns_overlap_if_a_text_matches_both() {
        let patterns =
            ["", "a", "b", "*", "?", "a*", "*a", "a*b", "?*", "*ab*", "a?b", "b*a*", "??", "*b?", "aab"];
        let texts = texts();
        for a in patterns.map(pattern) {
            for b in patterns.map(pattern) {
                let expected = texts.iter().any(|text| matches(&a, text) && matches(&b, text));
                assert_eq!(overlap(&a, &b), expected, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn stars_and_question_marks() {
        let cases = [
            ("*", "", true),
            ("a*b", "ab", true),
            ("a*b", "axxbc", false),
            ("*a*b", "aab", true),
            ("?", "", false),
            ("?", "é", true),
            ("a?*", "a", false),
            ("*aab", "aaaab", true),
            ("", "a", false),
        ];
        for (glob, text, expected) in cases {
            assert_eq!(matches(&pattern(glob), text), expected, "{glob} {text}");
        }
    }

    #[test]
    fn a_variable_may_be_any_text() {
        let own = Template::parse("home/${aws:username}/*", true).unwrap();
        assert!(overlap(&own, &pattern("home/ann/b")) && !overlap(&own, &pattern("work/*")));
    }
}
