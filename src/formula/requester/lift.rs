//! Lifts a pattern on one field (account, user name) to a pattern on the requester word that contains it.
//!
//! Real requests agree on some fields: the account is the same in `aws:PrincipalAccount`, `aws:PrincipalArn` and `Principal`.
//! Because all of them are patterns on one word, the formula agrees too.

use crate::automata::{Builder, Class, Pattern, Set, Step, Symbol};
use crate::formula::pattern_key::PatternKey;
use crate::policy::{Part, Template};
use std::sync::Arc;

/// Builds the automaton pattern for a pattern as written.
pub fn build(key: &PatternKey<'_>) -> Arc<Pattern> {
    match key {
        PatternKey::Glob(template) => Arc::new(glob(Builder::default(), template, Class::ANY).finish()),
        PatternKey::Fields { fields, .. } => Arc::new(by_fields(fields.as_slice())),
        PatternKey::Built(pattern) => Arc::clone(pattern),
    }
}

/// Builds the pattern of six fields joined by `:`. The wildcards of the first five do not match it.
pub(crate) fn by_fields(fields: &[Template]) -> Pattern {
    let mut builder = Builder::default();
    for (i, field) in fields.iter().enumerate() {
        if i > 0 {
            builder = builder.text(":");
        }
        builder = glob(builder, field, if i < 5 { Class::NOT_COLON } else { Class::ANY });
    }
    builder.finish()
}

/// Appends a template without variables, its wildcards matching the symbols of `class`.
pub(crate) fn glob(mut builder: Builder, template: &Template, class: Class) -> Builder {
    for part in template.parts() {
        builder = match part {
            Part::Text(text) => builder.text(text),
            Part::One => builder.one(Set::Class(class)),
            Part::Many | Part::Variable(_) => builder.many(class),
        };
    }
    builder
}

fn from_steps(steps: impl IntoIterator<Item = Step>) -> Pattern {
    let mut builder = Builder::default();
    steps.into_iter().for_each(|step| builder.push(step));
    builder.finish()
}

/// Returns the pattern restricted to texts over `class`; `None` if the pattern requires another symbol.
pub(crate) fn restrict(pattern: &Pattern, class: Class) -> Option<Pattern> {
    restrict_steps(pattern.steps(), class)
}

fn restrict_steps(steps: &[Step], class: Class) -> Option<Pattern> {
    let mut builder = Builder::default();
    for step in steps {
        match *step {
            Step::One(Set::Class(c)) if c.and(class).is_empty() => return None,
            Step::One(Set::Class(c)) => builder.push(Step::One(Set::Class(c.and(class)))),
            Step::One(Set::Char(symbol)) if !class.contains(symbol) => return None,
            Step::One(set) => builder.push(Step::One(set)),
            Step::Many(c) => builder.push(Step::Many(c.and(class))),
        }
    }
    Some(builder.finish())
}

/// Returns all ways to match `first SEPARATOR second` where `first` does not contain the separator: pairs of patterns on the two
/// parts.
pub(crate) fn split(pattern: &Pattern, separator: char, not_separator: Class) -> Vec<(Pattern, Pattern)> {
    let steps = pattern.steps();
    let separator = Symbol::from_char(separator);
    let mut pairs = Vec::new();
    for (place, step) in steps.iter().enumerate() {
        let (before, from) = steps.split_at(place);
        let (through, after) = steps.split_at(place + 1);
        let (left, right) = match *step {
            Step::One(set) if set.contains(separator) => (before, after),
            Step::Many(class) if class.contains(separator) => (through, from),
            _ => continue,
        };
        if let Some(left) = restrict_steps(left, not_separator) {
            pairs.push((left, from_steps(right.iter().copied())));
        }
    }
    pairs
}

/// Returns the patterns on the rest after `text`, one for each position at which the pattern can be once `text` is consumed.
pub(crate) fn residuals(pattern: &Pattern, text: &str) -> Vec<Pattern> {
    let steps = pattern.steps();
    let mut places = closure(steps, [0]);
    for c in text.chars() {
        let symbol = Symbol::from_char(c);
        let next = places.iter().filter_map(|place| match steps.get(*place)? {
            Step::One(set) => set.contains(symbol).then(|| place + 1),
            Step::Many(class) => class.contains(symbol).then_some(*place),
        });
        places = closure(steps, next);
    }
    // A position at a gap includes the position after it.
    let is_gap = |place: &usize| matches!(steps.get(*place), Some(Step::Many(_)));
    let is_covered = |place: &usize| {
        place.checked_sub(1).is_some_and(|before| is_gap(&before) && places.contains(&before))
    };
    let rest = |place: &usize| from_steps(steps.iter().skip(*place).copied());
    places.iter().filter(|place| !is_covered(place)).map(rest).collect()
}

/// Adds the positions that are reached by skipping gaps; sorted.
fn closure(steps: &[Step], places: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let mut reached = Vec::new();
    for place in places {
        let gaps = steps.iter().skip(place).take_while(|step| matches!(step, Step::Many(_))).count();
        reached.extend(place..=place + gaps);
    }
    reached.sort_unstable();
    reached.dedup();
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::glob(Class::ANY, text)
    }

    fn matches(pattern: &Pattern, text: &str) -> bool {
        pattern.matches(&Symbol::word(text))
    }

    #[test]
    fn wildcards_of_all_fields_but_the_last_stay_in_their_field() {
        let cases = [
            ("arn:aws:s3:::b*", "arn:aws:s3:::bucket/k:1", true),
            ("arn:*:s3:::b", "arn:aws-cn:s3:::b", true),
            ("arn:*:s3:::b", "arn:aws:x:s3:::b", false),
            ("arn:aws:s3:?::b", "arn:aws:s3:1::b", true),
            ("arn:aws:s3::*:b", "arn:aws:s3::1:b", true),
            ("arn:aws:s3::*:b", "arn:aws:s3::1:2:b", false),
            ("arn:aws:s3:?::b", "arn:aws:s3::::b", false),
        ];
        for (text, value, expected) in cases {
            let fields = Template::parse(text, false).unwrap().split_fields(5);
            assert_eq!(matches(&by_fields(&fields), value), expected, "{text} {value}");
        }
    }

    #[test]
    fn a_restricted_pattern_matches_what_is_over_the_class() {
        let texts = ["", "a", "ab", "a/b", "/", "b/a", "ab/"];
        for text in ["*", "a*", "?*", "a?b", "*b", "a", "??"] {
            let (whole, part) = (pattern(text), restrict(&pattern(text), Class::NOT_SLASH));
            for value in texts {
                let expected = matches(&whole, value) && !value.contains('/');
                assert_eq!(
                    part.as_ref().is_some_and(|part| matches(part, value)),
                    expected,
                    "{text} {value}"
                );
            }
        }
        // A spelled letter that is not of the class leaves nothing.
        assert!(restrict(&pattern("a/*"), Class::NOT_SLASH).is_none());
    }

    #[test]
    fn a_split_pattern_matches_both_sides_of_the_first_separator() {
        let sides = ["", "a", "b", "ab", "ba", "a:b", ":", "b:a:b"];
        for text in ["*", "a*", "*b", "a:b", "a:*", "*:*", "?:?", "a*:b*", "*a*:*", "a?b", "?*", "ab"] {
            let pairs = split(&pattern(text), ':', Class::NOT_COLON);
            for first in sides.iter().filter(|first| !first.contains(':')) {
                for second in sides {
                    let found = pairs.iter().any(|(a, b)| matches(a, first) && matches(b, second));
                    let expected = matches(&pattern(text), &format!("{first}:{second}"));
                    assert_eq!(found, expected, "{text} {first} {second}");
                }
            }
        }
    }

    #[test]
    fn residuals_match_what_completes_the_text() {
        let ends = ["", "a", "b", "ab", "ba", "aab", "x/b"];
        for text in ["*", "a*", "ab", "a*b", "*a*b", "??*", "a?b", "b"] {
            for start in ["", "a", "aa", "ab", "b"] {
                let rest = residuals(&pattern(text), start);
                for end in ends {
                    let expected = matches(&pattern(text), &format!("{start}{end}"));
                    assert_eq!(rest.iter().any(|rest| matches(rest, end)), expected, "{text} {start} {end}");
                }
            }
        }
        // A gap that is still open covers what follows it.
        assert_eq!(residuals(&pattern("a*"), "a").len(), 1);
    }
}
