//! The automaton, the referee and the definition agree on which texts a wildcard pattern matches.

use arbitrary::{Result, Unstructured};
use iamsat::automata::Symbol;
use iamsat::evaluate::{fields_match, glob_matches};
use iamsat::formula::{PatternKey, build};
use iamsat::policy::Template;

pub(crate) fn holds(data: &[u8]) {
    // Too few bytes for a choice is no case.
    let _ = agree(&mut Unstructured::new(data));
}

fn spell(u: &mut Unstructured<'_>, letters: &[char], most: usize) -> Result<String> {
    let length = u.int_in_range(0..=most)?;
    (0..length).map(|_| u.choose(letters).copied()).collect()
}

/// A text made after the pattern, now and then with a change.
fn instance(u: &mut Unstructured<'_>, pattern: &str, letters: &[char]) -> Result<String> {
    let mut text = String::new();
    for c in pattern.chars() {
        match c {
            '*' => text.push_str(&spell(u, letters, 2)?),
            '?' => text.push(*u.choose(letters)?),
            _ if u.ratio(1, 16)? => text.push_str(&spell(u, letters, 2)?),
            _ => text.push(c),
        }
    }
    Ok(text)
}

fn agree(u: &mut Unstructured<'_>) -> Result<()> {
    const PATTERN: &[char] = &['a', '*', '?', 'b', ':', '/', 'é', 'A'];
    const TEXT: &[char] = &['a', 'b', ':', 'A', '/', 'é', '*', '?', 'z', '\u{10FFFF}'];
    if u.arbitrary()? {
        let pattern = spell(u, PATTERN, 8)?;
        let text = if u.arbitrary()? { instance(u, &pattern, TEXT)? } else { spell(u, TEXT, 10)? };
        let template = Template::parse(&pattern, false).unwrap();
        let expected = matches(&pattern, &text, '\0');
        assert_eq!(glob_matches(&template, &text), expected, "referee: {pattern:?} {text:?}");
        let automaton = build(&PatternKey::Glob(&template));
        assert_eq!(automaton.matches(&Symbol::word(&text)), expected, "automaton: {pattern:?} {text:?}");
        return Ok(());
    }
    // Field by field: the first five hold no colon in the pattern; in the text they may, and then it has more fields.
    const FIELD: &[char] = &['*', 'a', '?', 'b'];
    const PART: &[char] = &['a', 'b', ':', 'z'];
    let mut patterns = Vec::new();
    for _ in 0..5 {
        patterns.push(spell(u, FIELD, 3)?);
    }
    patterns.push(spell(u, PATTERN, 4)?);
    let pattern = patterns.join(":");
    let text = instance(u, &pattern, PART)?;
    let whole = Template::parse(&pattern, false).unwrap();
    let fields = <[Template; 6]>::try_from(whole.split_fields(5)).unwrap();
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let expected = parts.len() == 6 && patterns.iter().zip(parts).all(|(p, t)| matches(p, t, '\0'));
    // The same by a rule for letters: a wildcard before the fifth colon of the pattern does not match a colon.
    let by_letters = matches(&pattern, &text, ':');
    assert_eq!(by_letters, expected, "definition: {pattern:?} {text:?}");
    assert_eq!(fields_match(&fields, &text), expected, "referee: {pattern:?} {text:?}");
    let automaton = build(&PatternKey::Fields { whole: &whole, fields: &fields });
    assert_eq!(automaton.matches(&Symbol::word(&text)), expected, "automaton: {pattern:?} {text:?}");
    Ok(())
}

/// The definition, character by character. Wildcards do not match `barrier` as long as the pattern has one ahead.
fn matches(pattern: &str, text: &str, barrier: char) -> bool {
    fn at(pattern: &[char], text: &[char], barrier: char, ahead: usize) -> bool {
        let open = |c: char| ahead == 0 || c != barrier;
        match (pattern.split_first(), text.split_first()) {
            (None, rest) => rest.is_none(),
            (Some(('*', more)), None) => at(more, text, barrier, ahead),
            (Some(('*', more)), Some((c, rest))) => {
                at(more, text, barrier, ahead) || (open(*c) && at(pattern, rest, barrier, ahead))
            }
            (Some(('?', more)), Some((c, rest))) => open(*c) && at(more, rest, barrier, ahead),
            (Some((p, more)), Some((c, rest))) => {
                let ahead = ahead.saturating_sub(usize::from(*p == barrier));
                p == c && at(more, rest, barrier, ahead)
            }
            (Some(_), None) => false,
        }
    }
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let ahead = pattern.iter().filter(|c| **c == barrier).count().min(5);
    at(&pattern, &text, barrier, ahead)
}
