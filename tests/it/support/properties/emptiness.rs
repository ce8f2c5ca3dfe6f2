//! Conjunctions of patterns have a word or a minimal conflict, compared with a walk over sets of positions that tries every
//! letter of a complete alphabet.
//!
//! Lines of text are patterns, each after a sign and what its wildcards match: `+*s3:Get*` (any text has to match),
//! `-:arn:aws:s3:::b*` (must not match; before the fifth colon, wildcards match none). Anything else is a stream of choices.

use super::lines;
use arbitrary::{Result, Unstructured};
use iamsat::automata::{Class, Conflict, Decision, Pattern, Set, Step, Symbol, decide};
use iamsat::limits::{Meter, SearchLimits};
use std::collections::HashSet;

pub(crate) fn holds(data: &[u8]) {
    if let Some(lines) = lines(data) {
        // Any text, which has no markers in it.
        let domain = [vec![Step::Many(Class::ANY)]];
        let _ = written(&lines).map(|(positives, negatives)| judge(&domain, &positives, &negatives));
        return;
    }
    // An input with too few bytes for a choice is skipped.
    let _ = agree(&mut Unstructured::new(data));
}

/// All characters that the patterns spell here, and unspelled members of every class of symbols.
const LETTERS: &str = "abghABGH12:/-_.+=,@! $\u{7f}é\u{1F600}";
const CLASSES: &[Class] = &[
    Class::ANY,
    Class::NOT_COLON,
    Class::DIGIT,
    Class::NOT_SLASH,
    Class::NOT_COLON.and(Class::NOT_SLASH),
    Class::HEX_LOWER,
    Class::ALNUM_LOWER,
    Class::UPPER,
    Class::COLON,
    Class::VISIBLE_LOWER_NOT_COLON,
];
/// A walk over more sets than this is abandoned.
const MOST: usize = 4_000;
/// The most steps of a pattern: their positions, and the end, are the bits of a machine word.
const LONGEST: usize = 63;

fn class(u: &mut Unstructured<'_>) -> Result<Class> {
    if u.ratio(1, 12)? {
        let classes = [Class::marker(0), Class::marker(1), Class::ANY.union(Class::marker(0))];
        return u.choose(&classes).copied();
    }
    u.choose(CLASSES).copied()
}

fn step(u: &mut Unstructured<'_>) -> Result<Step> {
    Ok(match u.int_in_range(0..=9u8)? {
        0..=3 => Step::One(Set::Char(Symbol::from_char(*u.choose(&['a', 'b', ':', '/', '1', 'é', 'A'])?))),
        4..=6 => Step::Many(class(u)?),
        7 => Step::One(Set::AnyCase(*u.choose(b"ab")?)),
        _ => Step::One(Set::Class(class(u)?)),
    })
}

fn steps(u: &mut Unstructured<'_>) -> Result<Vec<Step>> {
    (0..u.int_in_range(0..=7u8)?).map(|_| step(u)).collect()
}

fn several(u: &mut Unstructured<'_>, least: u8, most: u8) -> Result<Vec<Vec<Step>>> {
    (0..u.int_in_range(least..=most)?).map(|_| steps(u)).collect()
}

fn agree(u: &mut Unstructured<'_>) -> Result<()> {
    let fixed = several(u, 1, 2)?;
    let positives = several(u, 0, 3)?;
    let negatives = several(u, 0, 4)?;
    judge(&fixed, &positives, &negatives);
    Ok(())
}

/// Patterns that are required, and excluded.
type Conjunction = (Vec<Vec<Step>>, Vec<Vec<Step>>);

/// The patterns of lines of text, if they are few and short.
fn written(lines: &[&str]) -> Option<Conjunction> {
    let (mut positives, mut negatives) = (Vec::new(), Vec::new());
    if lines.len() > 6 {
        return None;
    }
    for line in lines {
        let (sign, rest) = line.split_at_checked(1)?;
        let (kind, pattern) = rest.split_at_checked(1)?;
        let mut ahead = match kind {
            "*" => 0,
            ":" => pattern.matches(':').count().min(5),
            _ => return None,
        };
        let step = |c: char| {
            let class = if ahead == 0 { Class::ANY } else { Class::NOT_COLON };
            match c {
                '*' => Step::Many(class),
                '?' => Step::One(Set::Class(class)),
                _ => {
                    ahead = ahead.saturating_sub(usize::from(c == ':'));
                    Step::One(Set::Char(Symbol::from_char(c)))
                }
            }
        };
        let steps: Vec<Step> = pattern.chars().map(step).collect();
        if steps.len() > LONGEST {
            return None;
        }
        match sign {
            "+" => positives.push(steps),
            "-" => negatives.push(steps),
            _ => return None,
        }
    }
    Some((positives, negatives))
}

fn judge(fixed: &[Vec<Step>], positives: &[Vec<Step>], negatives: &[Vec<Step>]) {
    let built = |list: &[Vec<Step>]| -> Vec<Pattern> {
        list.iter()
            .map(|steps| {
                let mut builder = Pattern::builder();
                steps.iter().for_each(|step| builder.push(*step));
                builder.finish()
            })
            .collect()
    };
    let (f, p, n) = (built(fixed), built(positives), built(negatives));
    let (f, p, n): (Vec<_>, Vec<_>, Vec<_>) = (f.iter().collect(), p.iter().collect(), n.iter().collect());
    let mut meter = Meter::new(&SearchLimits::default());
    let Ok(decision) = decide(&f, &p, &n, &mut meter) else {
        panic!("the meter ran out: {f:?} {p:?} {n:?}");
    };
    let show = || format!("{f:?} and {p:?} not {n:?}: {decision:?}");
    let musts = |places: &[usize]| -> Vec<&[Step]> {
        fixed.iter().map(Vec::as_slice).chain(places.iter().map(|i| positives[*i].as_slice())).collect()
    };
    let nots =
        |places: &[usize]| -> Vec<&[Step]> { places.iter().map(|i| negatives[*i].as_slice()).collect() };
    let (all_p, all_n): (Vec<usize>, Vec<usize>) = ((0..p.len()).collect(), (0..n.len()).collect());
    match &decision {
        Decision::Word(word) => {
            assert!(musts(&all_p).iter().all(|s| matches(s, word)), "{}", show());
            assert!(!nots(&all_n).iter().any(|s| matches(s, word)), "{}", show());
            assert!(!matches!(find(&musts(&all_p), &nots(&all_n)), Found::Nothing), "{}", show());
        }
        Decision::Conflict(Conflict { positives: ps, negatives: ns }) => {
            assert!(!matches!(find(&musts(ps), &nots(ns)), Found::Word), "a word exists: {}", show());
            for i in 0..ps.len() {
                let mut less = ps.clone();
                less.remove(i);
                assert!(!matches!(find(&musts(&less), &nots(ns)), Found::Nothing), "not minimal: {}", show());
            }
            for i in 0..ns.len() {
                let mut less = ns.clone();
                less.remove(i);
                assert!(!matches!(find(&musts(ps), &nots(&less)), Found::Nothing), "not minimal: {}", show());
            }
        }
    }
}

// ---- the second method ----

enum Found {
    Word,
    Nothing,
    GaveUp,
}

/// A complete alphabet for these patterns.
fn letters(patterns: &[&[Step]]) -> Vec<Symbol> {
    let mut letters = Symbol::word(LETTERS);
    letters.extend([Symbol::marker(0), Symbol::marker(1)]);
    for step in patterns.iter().copied().flatten() {
        if let Step::One(Set::Char(symbol)) = step
            && !letters.contains(symbol)
        {
            letters.push(*symbol);
        }
    }
    letters
}

/// The steps that may come next, as bits; the bit after the last step is the end.
fn close(steps: &[Step], mut set: u64) -> u64 {
    for (i, step) in steps.iter().enumerate() {
        if set >> i & 1 == 1 && matches!(step, Step::Many(_)) {
            set |= 2 << i;
        }
    }
    set
}

fn after(steps: &[Step], set: u64, symbol: Symbol) -> u64 {
    let mut next = 0;
    for (i, step) in steps.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1) {
        match step {
            Step::One(s) if fits(*s, symbol) => next |= 2 << i,
            Step::Many(c) if c.contains(symbol) => next |= 1 << i,
            _ => {}
        }
    }
    close(steps, next)
}

fn fits(set: Set, symbol: Symbol) -> bool {
    match set {
        Set::Char(c) => c == symbol,
        Set::AnyCase(b) => symbol.to_char().is_some_and(|c| c.to_ascii_lowercase() == char::from(b)),
        Set::Class(class) => class.contains(symbol),
    }
}

fn matches(steps: &[Step], word: &[Symbol]) -> bool {
    word.iter().fold(close(steps, 1), |set, s| after(steps, set, *s)) >> steps.len() & 1 == 1
}

fn find(positives: &[&[Step]], negatives: &[&[Step]]) -> Found {
    let all: Vec<&[Step]> = positives.iter().chain(negatives).copied().collect();
    let letters = letters(&all);
    let start: Vec<u64> = all.iter().map(|steps| close(steps, 1)).collect();
    let mut seen = HashSet::from([start.clone()]);
    let mut queue = vec![start];
    while let Some(sets) = queue.pop() {
        let ends = |i: usize| sets[i] >> all[i].len() & 1 == 1;
        if (0..all.len()).all(|i| ends(i) == (i < positives.len())) {
            return Found::Word;
        }
        for letter in &letters {
            let next: Vec<u64> =
                all.iter().zip(&sets).map(|(steps, set)| after(steps, *set, *letter)).collect();
            if next[..positives.len()].iter().all(|set| *set != 0) && !seen.contains(&next) {
                if seen.len() > MOST {
                    return Found::GaveUp;
                }
                seen.insert(next.clone());
                queue.push(next);
            }
        }
    }
    Found::Nothing
}
