//! Wildcard patterns over whole texts: `*` crosses colons, as in AWS's own comparisons of texts.

use crate::automata::{Class, Pattern, Set, Step, Symbol, includes};
use crate::limits::{Exhausted, Meter};
use crate::policy::{Part, Template};

/// A sign of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Character(char),
    One,
    Many,
}

/// A pattern.
#[derive(Clone, Debug)]
pub(super) struct Glob {
    signs: Vec<Sign>,
    has_many: bool,
}

impl Glob {
    fn of(signs: Vec<Sign>) -> Glob {
        Glob { has_many: signs.contains(&Sign::Many), signs }
    }

    /// Reads a text in which `*` and `?` are wildcards.
    pub(super) fn new(text: &str) -> Glob {
        let sign = |c| match c {
            '*' => Sign::Many,
            '?' => Sign::One,
            c => Sign::Character(c),
        };
        Glob::of(text.chars().map(sign).collect())
    }

    /// Reads a text in which policy variables may stand for any text too.
    pub(super) fn with_variables(text: &str) -> Glob {
        let mut glob = Glob::of(Vec::new());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((_, after)) = after.split_once('}') else { break };
            glob.signs.extend(Glob::new(before).signs);
            glob.signs.push(Sign::Many);
            rest = after;
        }
        glob.signs.extend(Glob::new(rest).signs);
        Glob::of(glob.signs)
    }

    /// Joins templates with colons between them.
    pub(super) fn joined<'t>(templates: impl IntoIterator<Item = &'t Template>) -> Glob {
        let mut signs = Vec::new();
        for (place, template) in templates.into_iter().enumerate() {
            if place > 0 {
                signs.push(Sign::Character(':'));
            }
            for part in template.parts() {
                match part {
                    Part::Text(text) => signs.extend(text.chars().map(Sign::Character)),
                    Part::One => signs.push(Sign::One),
                    Part::Many | Part::Variable(_) => signs.push(Sign::Many),
                }
            }
        }
        Glob::of(signs)
    }

    /// True if some text matches both patterns.
    ///
    /// If both have a `*`, it is enough that the signs before the first and after the last one agree: the first and the last `*`
    /// of each pattern take whatever belongs to the other.
    pub(super) fn meets(&self, other: &Glob) -> bool {
        match (self.has_many, other.has_many) {
            (true, true) => {
                agree(self.signs.iter(), other.signs.iter())
                    && agree(self.signs.iter().rev(), other.signs.iter().rev())
            }
            (true, false) => takes(&self.signs, &other.signs),
            (false, true) => takes(&other.signs, &self.signs),
            (false, false) => {
                self.signs.len() == other.signs.len() && agree(self.signs.iter(), other.signs.iter())
            }
        }
    }
}

fn fits(a: Sign, b: Sign) -> bool {
    a == b || a == Sign::One || b == Sign::One
}

/// True if the signs before the first `*` of either agree, as far as both have such signs.
fn agree<'s>(a: impl Iterator<Item = &'s Sign>, b: impl Iterator<Item = &'s Sign>) -> bool {
    let single = |sign: &&Sign| **sign != Sign::Many;
    a.take_while(single).zip(b.take_while(single)).all(|(a, b)| fits(*a, *b))
}

/// True if the pattern takes the letters, which have no `*`. Where a piece does not fit, the last `*` takes one letter more.
fn takes(pattern: &[Sign], letters: &[Sign]) -> bool {
    let (mut pattern, mut rest) = (pattern, letters);
    let mut last: Option<(&[Sign], &[Sign])> = None;
    loop {
        match (pattern, rest) {
            ([], []) => return true,
            ([Sign::Many, after @ ..], _) => {
                last = Some((after, rest));
                pattern = after;
                continue;
            }
            ([sign, after @ ..], [letter, more @ ..]) if fits(*sign, *letter) => {
                (pattern, rest) = (after, more);
                continue;
            }
            _ => {}
        }
        match last {
            Some((after, [_, more @ ..])) => {
                last = Some((after, more));
                (pattern, rest) = (after, more);
            }
            Some((_, [])) | None => return false,
        }
    }
}

/// A text as a pattern, for comparing it with many others.
pub(super) struct Compared(Pattern);

impl Compared {
    /// Reads a text in which `*` and `?` are wildcards.
    pub(super) fn new(text: &str) -> Compared {
        let mut builder = Pattern::builder();
        for c in text.chars() {
            builder.push(match c {
                '*' => Step::Many(Class::ANY),
                '?' => Step::One(Set::Class(Class::ANY)),
                c => Step::One(Set::Char(Symbol::from_char(c))),
            });
        }
        Compared(builder.finish())
    }

    /// True if every text that matches the other pattern matches this one.
    ///
    /// # Errors
    /// The meter ran out.
    pub(super) fn includes(&self, other: &Compared, meter: &mut Meter) -> Result<bool, Exhausted> {
        includes(&self.0, &other.0, meter)
    }
}

/// True if the text matches a pattern with `*` and `?`.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    if !pattern.contains(['*', '?']) {
        return pattern == text;
    }
    Glob::new(pattern).meets(&Glob::of(text.chars().map(Sign::Character).collect()))
}

/// True if the text consists of `*` alone.
pub(super) fn is_any(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every claim is compared with all texts of up to four letters.
    #[test]
    fn patterns_meet_if_a_text_matches_both() {
        let mut texts = vec![String::new()];
        let mut last = texts.clone();
        for _ in 0..4 {
            last = last.iter().flat_map(|text| ["a", "b"].map(|letter| format!("{text}{letter}"))).collect();
            texts.extend(last.iter().cloned());
        }
        let patterns =
            ["", "a", "*", "?", "a*", "*a", "a*b", "?*", "*ab*", "a?b", "b*a*", "??", "*b?", "a*?"];
        for a in patterns {
            for b in patterns {
                let expected = texts.iter().any(|text| matches(a, text) && matches(b, text));
                assert_eq!(Glob::new(a).meets(&Glob::new(b)), expected, "{a} {b}");
            }
        }
        for (pattern, text, expected) in
            [("*a*b", "aab", true), ("a*b", "abc", false), ("?", "é", true), ("*aab", "aaaab", true)]
        {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
        assert!(Glob::with_variables("a/${aws:username}/*").meets(&Glob::new("a/x/y")));
        assert!(!Glob::with_variables("a/${aws:username}").meets(&Glob::new("b/x")));
    }
}
