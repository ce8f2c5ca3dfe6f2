//! The automaton, the referee and the definition agree on the texts that a wildcard pattern matches.
//!
//! Two lines of text are a pattern and a text; anything else is a stream of choices.

use super::lines;
use arbitrary::{Result, Unstructured};
use iamsat::automata::Symbol;
use iamsat::evaluate::{fields_match, glob_matches};
use iamsat::formula::{PatternKey, build};
use iamsat::policy::Template;

pub(crate) fn holds(data: &[u8]) {
    if let Some([pattern, text]) = lines(data).as_deref() {
        as_a_whole(pattern, text);
        if pattern.matches(':').count() >= 5 {
            by_fields(pattern, text);
        }
        return;
    }
    // An input with too few bytes for a choice is skipped.
    let _ = agree(&mut Unstructured::new(data));
}

fn spell(u: &mut Unstructured<'_>, letters: &[char], most: usize) -> Result<String> {
    let length = u.int_in_range(0..=most)?;
    (0..length).map(|_| u.choose(letters).copied()).collect()
}

/// Makes a text that matches the pattern, now and then with a change.
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
        as_a_whole(&pattern, &text);
        return Ok(());
    }
    // The first five fields hold no colon in the pattern; in the text they may, and then it has more fields.
    const FIELD: &[char] = &['*', 'a', '?', 'b'];
    const PART: &[char] = &['a', 'b', ':', 'z'];
    let mut patterns = Vec::new();
    for _ in 0..5 {
        patterns.push(spell(u, FIELD, 3)?);
    }
    patterns.push(spell(u, PATTERN, 4)?);
    let pattern = patterns.join(":");
    let text = instance(u, &pattern, PART)?;
    by_fields(&pattern, &text);
    Ok(())
}

fn as_a_whole(pattern: &str, text: &str) {
    let template = Template::parse(pattern, false).unwrap();
    let expected = matches(pattern, text, None);
    assert_eq!(glob_matches(&template, text), expected, "referee: {pattern:?} {text:?}");
    let automaton = build(&PatternKey::Glob(&template));
    assert_eq!(automaton.matches(&Symbol::word(text)), expected, "automaton: {pattern:?} {text:?}");
}

/// The first five of six fields match without crossing colons.
fn by_fields(pattern: &str, text: &str) {
    let whole = Template::parse(pattern, false).unwrap();
    let fields = <[Template; 6]>::try_from(whole.split_fields(5)).unwrap();
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let expected =
        parts.len() == 6 && pattern.splitn(6, ':').zip(parts).all(|(p, part)| matches(p, part, None));
    // The same by a rule for letters: a wildcard before the fifth colon of the pattern does not match a colon.
    let by_letters = matches(pattern, text, Some(':'));
    assert_eq!(by_letters, expected, "definition: {pattern:?} {text:?}");
    assert_eq!(fields_match(&fields, text), expected, "referee: {pattern:?} {text:?}");
    let automaton = build(&PatternKey::Fields { whole: &whole, fields: &fields });
    assert_eq!(automaton.matches(&Symbol::word(text)), expected, "automaton: {pattern:?} {text:?}");
}

/// The definition: the possible numbers of characters read after each character of the pattern. Wildcards do not match `barrier`
/// as long as one of its first five is still ahead in the pattern.
fn matches(pattern: &str, text: &str, barrier: Option<char>) -> bool {
    let text: Vec<char> = text.chars().collect();
    let mut ahead = pattern.chars().filter(|c| Some(*c) == barrier).count().min(5);
    let mut read = vec![false; text.len().saturating_add(1)];
    read[0] = true;
    for p in pattern.chars() {
        let open = |c: char| ahead == 0 || Some(c) != barrier;
        let before = read.clone();
        if p != '*' {
            read.fill(false);
        }
        for (at, c) in text.iter().enumerate() {
            read[at.saturating_add(1)] |= match p {
                '*' => read[at] && open(*c),
                '?' => before[at] && open(*c),
                _ => before[at] && p == *c,
            };
        }
        ahead = ahead.saturating_sub(usize::from(Some(p) == barrier));
    }
    read[text.len()]
}
