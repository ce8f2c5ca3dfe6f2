//! Laws of the whole room, compared with two references that share no code with it: position sets over an alphabet with several
//! unspelled members of every sort, and regex-automata.

#[path = "../../tests/it/support/sampling.rs"]
mod sampling;

use super::*;
use crate::limits::{Exhausted, Meter, SearchLimits};
use proptest::prelude::*;
use std::collections::HashSet;

fn meter() -> Meter {
    Meter::new(&SearchLimits::default())
}

fn glob(text: &str) -> Pattern {
    Pattern::glob(Class::ANY, text)
}

fn globs(texts: &[&str]) -> Vec<Pattern> {
    texts.iter().map(|t| glob(t)).collect()
}

fn refs(patterns: &[Pattern]) -> Vec<&Pattern> {
    patterns.iter().collect()
}

/// Returns the conflict of [`decide`], if there is no word.
fn conflict(fixed: &[Pattern], positives: &[Pattern], negatives: &[Pattern]) -> Option<Conflict> {
    match decide(&refs(fixed), &refs(positives), &refs(negatives), &mut meter()).unwrap() {
        Decision::Word(_) => None,
        Decision::Conflict(conflict) => Some(conflict),
    }
}

// ---- the reference ----

/// The characters that generated patterns spell.
const SPELLED: &str = "abA:/1é";

/// Returns all spelled symbols, and unspelled members of every sort.
fn alphabet() -> Vec<Symbol> {
    let text = "abcghzABCGHZ012:/-_.+=,@ !$\n\téüñ";
    let mut all = Symbol::word(text);
    all.extend([Symbol::marker(0), Symbol::marker(1)]);
    all
}

/// Membership, implemented a second time.
fn holds(class: Class, symbol: Symbol) -> bool {
    let probe = match symbol.to_char() {
        Some(c) => ('\0'..='\u{ff}').any(|x| x == c && class.contains(Symbol::from_char(x))),
        None => symbol.to_marker().is_some_and(|m| class.covers(Class::marker(m))),
    };
    probe
        || (symbol.code() > 0xff && symbol.to_char().is_some() && class.contains(Symbol::from_char('\u{e0}')))
}

fn fits(set: Set, symbol: Symbol) -> bool {
    match set {
        Set::Char(c) => c == symbol,
        Set::AnyCase(b) => symbol.to_char().is_some_and(|c| c.to_ascii_lowercase() == char::from(b)),
        Set::Class(class) => holds(class, symbol),
    }
}

fn close(steps: &[Step], mut set: u32) -> u32 {
    for (i, step) in steps.iter().enumerate() {
        if set >> i & 1 == 1 && matches!(step, Step::Many(_)) {
            set |= 2 << i;
        }
    }
    set
}

fn after(steps: &[Step], set: u32, symbol: Symbol) -> u32 {
    let mut next = 0;
    for (i, step) in steps.iter().enumerate() {
        if set >> i & 1 == 1 {
            match step {
                Step::One(s) if fits(*s, symbol) => next |= 2 << i,
                Step::Many(c) if holds(*c, symbol) => next |= 1 << i,
                _ => {}
            }
        }
    }
    close(steps, next)
}

fn reference_matches(steps: &[Step], word: &[Symbol]) -> bool {
    word.iter().fold(close(steps, 1), |set, s| after(steps, set, *s)) >> steps.len() & 1 == 1
}

/// Returns a shortest word, found by determinising everything over the alphabet.
fn reference_find(
    positives: &[Vec<Step>],
    negatives: &[Vec<Step>],
    letters: &[Symbol],
) -> Option<Vec<Symbol>> {
    let all: Vec<&[Step]> = positives.iter().chain(negatives).map(|s| &**s).collect();
    let start: Vec<u32> = all.iter().map(|s| close(s, 1)).collect();
    let mut seen = HashSet::from([start.clone()]);
    let mut level = vec![(start, Vec::new())];
    while !level.is_empty() {
        let mut next = Vec::new();
        for (sets, word) in level {
            if all
                .iter()
                .zip(&sets)
                .enumerate()
                .all(|(i, (steps, set))| (set >> steps.len() & 1 == 1) == (i < positives.len()))
            {
                return Some(word);
            }
            for letter in letters {
                let sets: Vec<u32> =
                    all.iter().zip(&sets).map(|(steps, set)| after(steps, *set, *letter)).collect();
                if sets[..positives.len()].iter().all(|s| *s != 0) && seen.insert(sets.clone()) {
                    let mut word = word.clone();
                    word.push(*letter);
                    next.push((sets, word));
                }
            }
        }
        level = next;
    }
    None
}

fn built(steps: &[Step]) -> Pattern {
    let mut builder = Pattern::builder();
    steps.iter().for_each(|s| builder.push(*s));
    builder.finish()
}

// ---- generators ----

fn class() -> impl Strategy<Value = Class> {
    prop_oneof![
        6 => Just(Class::ANY),
        3 => Just(Class::NOT_COLON),
        1 => Just(Class::NOT_SLASH),
        1 => Just(Class::NOT_COLON.and(Class::NOT_SLASH)),
        1 => Just(Class::DIGIT),
        1 => Just(Class::HEX_LOWER),
        1 => Just(Class::ALNUM_LOWER),
        1 => Just(Class::VISIBLE_LOWER_NOT_COLON),
        1 => Just(Class::UPPER),
        1 => Just(Class::COLON),
        1 => Just(Class::COLON.union(Class::SLASH)),
        1 => Just(Class::marker(0)),
        1 => Just(Class::ANY.union(Class::marker(0))),
        1 => Just(Class::marker(0).union(Class::marker(1))),
        1 => Just(Class::ANY.minus(Class::ASCII)),
    ]
}

fn set() -> impl Strategy<Value = Set> {
    let letter = proptest::sample::select(SPELLED.chars().collect::<Vec<_>>());
    prop_oneof![
        6 => letter.prop_map(|c| Set::Char(Symbol::from_char(c))),
        1 => Just(Set::Char(Symbol::marker(0))),
        1 => Just(Set::AnyCase(b'a')),
        1 => Just(Set::AnyCase(b'b')),
        2 => class().prop_map(Set::Class),
    ]
}

fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => set().prop_map(Step::One),
        2 => class().prop_map(Step::Many),
    ];
    proptest::collection::vec(step, 0..=most)
}

fn several(least: usize, most: usize) -> impl Strategy<Value = Vec<Vec<Step>>> {
    proptest::collection::vec(steps(5), least..=most)
}

fn word() -> impl Strategy<Value = Vec<Symbol>> {
    proptest::collection::vec(proptest::sample::select(alphabet()), 0..8)
}

/// Returns the pattern as a regular expression; `None` if it contains a marker.
fn regex(steps: &[Step]) -> Option<String> {
    let class = |class: Class| -> Option<String> {
        if !Class::ANY.covers(class) {
            return None;
        }
        let ascii: String = (0u8..128)
            .filter(|b| class.contains(Symbol::from_char(char::from(*b))))
            .map(|b| format!("\\x{b:02X}"))
            .collect();
        let more = if class.contains(Symbol::from_char('é')) { "\\x{80}-\\x{10FFFF}" } else { "" };
        Some(if ascii.is_empty() && more.is_empty() {
            "[^\\x00-\\x{10FFFF}]".to_owned()
        } else {
            format!("[{ascii}{more}]")
        })
    };
    let mut text = "^(?:".to_owned();
    for step in steps {
        text += &match step {
            Step::One(Set::Char(c)) => format!("\\x{{{:X}}}", u32::from(c.to_char()?)),
            Step::One(Set::AnyCase(b)) => {
                format!("[{}{}]", char::from(*b), char::from(b.to_ascii_uppercase()))
            }
            Step::One(Set::Class(c)) => class(*c)?,
            Step::Many(c) => format!("{}*", class(*c)?),
        };
    }
    Some(text + ")$")
}

proptest! {
    #![proptest_config(sampling::config(1500))]

    #[test]
    fn matching_agrees_with_the_reference(raw in steps(7), word in word()) {
        let pattern = built(&raw);
        prop_assert_eq!(pattern.matches(&word), reference_matches(&raw, &word), "{:?}", pattern);
    }

    #[test]
    fn matching_agrees_with_regex_automata(raw in steps(7), word in word()) {
        if let (Some(regex), Some(text)) = (regex(&raw), Symbol::text(&word)) {
            let vm = regex_automata::nfa::thompson::pikevm::PikeVM::new(&regex).unwrap();
            prop_assert_eq!(built(&raw).matches(&word), vm.is_match(&mut vm.create_cache(), &text), "{}", regex);
        }
    }

    #[test]
    fn some_matching_word_is_matched(raw in steps(7)) {
        if let Some(word) = reference_find(std::slice::from_ref(&raw), &[], &alphabet()) {
            prop_assert!(built(&raw).matches(&word));
            prop_assert_eq!(built(&raw).min_len(), word.len());
        } else {
            prop_assert!(built(&raw).is_void());
        }
    }

    #[test]
    fn inclusion_agrees_with_the_reference(outer in steps(6), inner in steps(6)) {
        let expected = reference_find(std::slice::from_ref(&inner), std::slice::from_ref(&outer), &alphabet());
        let (outer, inner) = (built(&outer), built(&inner));
        prop_assert_eq!(includes(&outer, &inner, &mut meter()).unwrap(), expected.is_none(), "{:?} {:?} {:?}", outer, inner, expected);
    }

    #[test]
    fn what_is_made_from_a_pattern_by_narrowing_is_included(outer in steps(6), picks in proptest::collection::vec((0usize..3, set()), 7)) {
        let mut inner = Vec::new();
        for (step, (kind, set)) in outer.iter().zip(picks) {
            match (step, kind) {
                (Step::Many(_), 0) => {}
                (Step::Many(class), 1) if class.covers(set.hull()) => inner.push(Step::One(set)),
                (Step::One(Set::Class(class)), 1) if class.covers(set.hull()) => inner.push(Step::One(set)),
                _ => inner.push(*step),
            }
        }
        let (outer, inner) = (built(&outer), built(&inner));
        prop_assert!(outer.may_include(&inner), "{:?} {:?}", outer, inner);
        prop_assert!(includes(&outer, &inner, &mut meter()).unwrap(), "{:?} {:?}", outer, inner);
    }

    #[test]
    fn disjointness_agrees_with_the_reference(a in steps(6), b in steps(6)) {
        let expected = reference_find(&[a.clone(), b.clone()], &[], &alphabet());
        let (a, b) = (built(&a), built(&b));
        prop_assert_eq!(disjoint(&a, &b, &mut meter()).unwrap(), expected.is_none(), "{:?} {:?} {:?}", a, b, expected);
    }

    #[test]
    fn finding_agrees_with_the_reference(positives in several(1, 3), negatives in several(0, 4)) {
        let expected = reference_find(&positives, &negatives, &alphabet());
        let (p, n): (Vec<_>, Vec<_>) = (positives.iter().map(|s| built(s)).collect(), negatives.iter().map(|s| built(s)).collect());
        let found = find(&refs(&p), &refs(&n), &mut meter()).unwrap();
        prop_assert_eq!(found.is_some(), expected.is_some(), "{:?} {:?} {:?}", p, n, expected);
        if let (Some(word), Some(expected)) = (found, expected) {
            prop_assert!(positives.iter().all(|s| reference_matches(s, &word)), "{:?} {:?} {:?}", p, n, word);
            prop_assert!(!negatives.iter().any(|s| reference_matches(s, &word)), "{:?} {:?} {:?}", p, n, word);
            prop_assert!(word.len() >= expected.len());
        }
    }

    #[test]
    fn conflicts_are_empty_and_minimal(fixed in several(0, 1), positives in several(1, 3), negatives in several(0, 4)) {
        let letters = alphabet();
        let (f, p, n): (Vec<_>, Vec<_>, Vec<_>) = (
            fixed.iter().map(|s| built(s)).collect(),
            positives.iter().map(|s| built(s)).collect(),
            negatives.iter().map(|s| built(s)).collect(),
        );
        let conflict = conflict(&f, &p, &n);
        // Without a positive, the domain is any text.
        let domain = vec![vec![Step::Many(Class::ANY)]];
        let empty = |ps: &[usize], ns: &[usize]| {
            let mut ps: Vec<_> = fixed.iter().cloned().chain(ps.iter().map(|i| positives[*i].clone())).collect();
            if ps.is_empty() {
                ps = domain.clone();
            }
            let ns: Vec<_> = ns.iter().map(|i| negatives[*i].clone()).collect();
            reference_find(&ps, &ns, &letters).is_none()
        };
        let whole = empty(&(0..p.len()).collect::<Vec<_>>(), &(0..n.len()).collect::<Vec<_>>());
        prop_assert_eq!(conflict.is_some(), whole);
        if let Some(Conflict { positives: ps, negatives: ns }) = conflict {
            prop_assert!(empty(&ps, &ns), "{:?} {:?} {:?} {:?} {:?}", f, p, n, ps, ns);
            // Removing the last positive, without a fixed pattern, would change the domain to "any text".
            for i in 0..ps.len() {
                let mut less = ps.clone();
                less.remove(i);
                if less.is_empty() && f.is_empty() {
                    continue;
                }
                prop_assert!(!empty(&less, &ns), "{:?} {:?} {:?} {:?} {:?}", f, p, n, ps, ns);
            }
            for i in 0..ns.len() {
                let mut less = ns.clone();
                less.remove(i);
                prop_assert!(!empty(&ps, &less), "{:?} {:?} {:?} {:?} {:?}", f, p, n, ps, ns);
            }
        }
    }
}

// ---- named cases ----

fn found(positives: &[Pattern], negatives: &[Pattern]) -> Option<String> {
    let word = find(&refs(positives), &refs(negatives), &mut meter()).unwrap()?;
    Some(Symbol::text(&word).unwrap())
}

#[test]
fn pairs_do_not_decide_conjunctions() {
    let (p, n) = (globs(&["a*", "*a"]), globs(&["a", "a*a"]));
    assert_eq!(found(&p, &n), None);
    assert_eq!(found(&p, &n[..1]).as_deref(), Some("aa"));
    assert_eq!(found(&p, &n[1..]).as_deref(), Some("a"));
    assert_eq!(found(&p[..1], &n).as_deref(), Some("ab"));
    assert_eq!(conflict(&[], &p, &n), Some(Conflict { positives: vec![0, 1], negatives: vec![0, 1] }));
}

#[test]
fn letters_in_both_cases_have_two_words() {
    let both = Pattern::builder().text_any_case("abc").finish();
    assert_eq!(found(std::slice::from_ref(&both), &[Pattern::word("abc")]).as_deref(), Some("abC"));
    assert!(!includes(&Pattern::word("abc"), &both, &mut meter()).unwrap());
    let words = ["abc", "abC", "aBc", "aBC", "Abc", "AbC", "ABc"].map(Pattern::word);
    assert_eq!(found(std::slice::from_ref(&both), &words).as_deref(), Some("ABC"));
}

#[test]
fn a_digit_class_has_other_words_than_one() {
    let digits = Pattern::glob(Class::DIGIT, "????????????");
    let word = found(std::slice::from_ref(&digits), &[Pattern::word("111122223333")]).unwrap();
    assert!(word.len() == 12 && word != "111122223333" && word.bytes().all(|b| b.is_ascii_digit()));
    // All ten digits are spelled, so there is no unspelled one; one of the ten is still the answer.
    let one = Pattern::glob(Class::DIGIT, "?");
    let nine = ["0", "1", "2", "3", "4", "5", "6", "8", "9"].map(Pattern::word);
    assert_eq!(found(std::slice::from_ref(&one), &nine).as_deref(), Some("7"));
    let ten = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"].map(Pattern::word);
    assert_eq!(found(&[one], &ten), None);
}

#[test]
fn a_run_of_all_texts_is_wider_than_a_field() {
    let field = Pattern::glob(Class::NOT_COLON, "*");
    let word = found(&[glob("*")], std::slice::from_ref(&field)).unwrap();
    assert!(word.contains(':'));
    assert!(includes(&glob("*"), &field, &mut meter()).unwrap());
    assert!(!includes(&field, &glob("*"), &mut meter()).unwrap());
    assert!(disjoint(&field, &glob("*:*"), &mut meter()).unwrap());
}

#[test]
fn markers_are_in_no_text() {
    let tagged = Pattern::builder().symbol(Symbol::marker(1)).many(Class::ANY).finish();
    assert!(disjoint(&tagged, &glob("*"), &mut meter()).unwrap());
    let other = Pattern::builder().symbol(Symbol::marker(2)).many(Class::ANY).finish();
    assert!(disjoint(&tagged, &other, &mut meter()).unwrap());
    let either = Pattern::builder()
        .one(Set::Class(Class::marker(1).union(Class::marker(2))))
        .many(Class::ANY)
        .finish();
    assert!(includes(&either, &tagged, &mut meter()).unwrap());
    let left = find(&[&either], &[&tagged], &mut meter()).unwrap().unwrap();
    assert!(other.matches(&left));
}

#[test]
fn equal_languages_written_differently_are_equal_patterns() {
    assert_eq!(glob("a**b"), glob("a*b"));
    assert_eq!(glob("*?*?"), glob("??*"));
    assert_ne!(glob("a?b"), glob("a*b"));
    assert_eq!(Pattern::glob(Class::COLON, "?"), Pattern::word(":"));
    let narrow = Pattern::builder().many(Class::DIGIT).many(Class::ANY).many(Class::NOT_COLON).finish();
    assert_eq!(narrow, Pattern::any());
    let void = Pattern::builder().text("a").one(Set::Class(Class::EMPTY)).finish();
    assert!(void.is_void() && !void.matches(&Symbol::word("a")));
}

#[test]
fn patterns_know_their_ends() {
    let pattern = glob("arn:*:x");
    assert_eq!(pattern.prefix(), Symbol::word("arn:"));
    assert_eq!(pattern.suffix(), Symbol::word(":x"));
    assert_eq!(pattern.min_len(), 6);
    assert_eq!(Pattern::word("ab").as_word(), Some(&*Symbol::word("ab")));
    assert_eq!(Pattern::word("ab").suffix(), Symbol::word("ab"));
    assert!(glob("a*").is_prefix_of_any() && glob("*").is_prefix_of_any());
    assert!(!glob("a?*").is_prefix_of_any() && !Pattern::glob(Class::NOT_COLON, "a*").is_prefix_of_any());
}

#[test]
fn a_run_of_one_symbol_hides_a_suffix() {
    let outer = glob("*xb");
    let inner = Pattern::builder()
        .symbol('x'.into())
        .one(Set::Class(Class::COLON))
        .many(Class::COLON)
        .text("b")
        .finish();
    assert!(includes(&glob("*:b"), &inner, &mut meter()).unwrap());
    assert!(!includes(&outer, &inner, &mut meter()).unwrap());
}

#[test]
fn late_question_marks_cost_little() {
    for n in 5..=64 {
        let late = glob(&format!("*a{}", "?".repeat(n)));
        let mut m = meter();
        assert!(find(&[&Pattern::any()], &[&late], &mut m).unwrap().is_some());
        let later = glob(&format!("*a{}", "?".repeat(n + 1)));
        assert!(find(&[&late], &[&later], &mut m).unwrap().is_some());
        assert!(!includes(&later, &late, &mut m).unwrap());
        assert!(!disjoint(&late, &later, &mut m).unwrap());
        assert!(includes(&late, &glob(&format!("*ba{}", "?".repeat(n))), &mut m).unwrap());
        let both = find(&[&late, &later], &[&glob("*b*"), &glob("aa*")], &mut m).unwrap();
        assert!(both.is_some());
        assert!(m.spent() < 300 + 6 * u64::try_from(n * n).unwrap(), "{n}: {}", m.spent());
    }
}

/// Candidate words are found without a search.
#[test]
fn plain_questions_cost_nothing() {
    let cases: [(&[&str], &[&str]); 4] = [
        (&["a*b"], &["c*"]),
        (&["a*b"], &["ab"]),
        (&["*ab*", "*cd*", "*ef*"], &[]),
        (&["a*", "*b*", "*c*", "*d"], &["*x*"]),
    ];
    for (positives, negatives) in cases {
        let read = |list: &[&str]| list.iter().map(|text| glob(text)).collect::<Vec<_>>();
        let mut m = meter();
        assert!(find(&refs(&read(positives)), &refs(&read(negatives)), &mut m).unwrap().is_some());
        assert_eq!(m.spent(), 1, "{positives:?} {negatives:?}");
    }
}

/// Conflicts between the ends, lengths or letters of two patterns are found without their automata.
#[test]
fn what_cannot_be_is_seen_at_sight() {
    for (a, b) in [("ab*", "ac*"), ("*ab", "*cb"), ("*ab*", "a"), ("a?", "a??*"), ("a*b", "b*a")] {
        assert!(!glob(a).may_meet(&glob(b)) && !glob(b).may_meet(&glob(a)), "{a} {b}");
    }
    for (a, b) in [("ab*", "a*"), ("*b*", "*c"), ("a?", "a*b")] {
        assert!(glob(a).may_meet(&glob(b)) && glob(b).may_meet(&glob(a)), "{a} {b}");
    }
    let not_included = [("a?", "a??"), ("a?", "a?*"), ("a??*", "a?*"), ("ab*", "ac*"), ("*ab", "*bb")];
    for (outer, inner) in not_included {
        assert!(!glob(outer).may_include(&glob(inner)), "{outer} {inner}");
    }
}

#[test]
fn many_required_parts_cost_little() {
    for n in 2..=20 {
        let parts: Vec<Pattern> = (0..n).map(|i| glob(&format!("*<{}>*", char::from(b'a' + i)))).collect();
        let mut m = meter();
        let word = find(&refs(&parts), &[], &mut m).unwrap().unwrap();
        assert!(word.len() <= 3 * parts.len());
        let one = glob(&format!(
            "*{}*",
            (0..n).map(|i| format!("<{}>", char::from(b'a' + i))).collect::<Vec<_>>().join("*")
        ));
        assert!(includes(&parts[1], &one, &mut m).unwrap());
        assert!(!includes(&one, &parts[1], &mut m).unwrap());
        assert!(find(&[&Pattern::any()], &refs(&parts), &mut m).unwrap().is_some());
        assert!(find(&[&one], &[&glob("*<a>*<c>*<b>*")], &mut m).unwrap().is_some());
        assert!(m.spent() < 6_000, "{n}: {}", m.spent());
    }
}

#[test]
fn long_patterns_use_several_machine_words() {
    let long = "abcdefgh".repeat(40);
    let (inner, outer) = (glob(&format!("x{long}*{long}?y")), glob(&format!("*{long}*?{long}*")));
    assert!(!includes(&outer, &inner, &mut meter()).unwrap());
    let outer = glob(&format!("*{long}*{long}*y"));
    assert!(includes(&outer, &inner, &mut meter()).unwrap());
    let outer = Pattern::glob(Class::NOT_COLON, &format!("*{long}*{long}*y"));
    let word = found(std::slice::from_ref(&inner), &[outer]).unwrap();
    assert!(word.contains(':') && inner.matches(&Symbol::word(&word)));
}

#[test]
fn the_meter_ends_a_search() {
    let limits = SearchLimits { states: 1_000, ..SearchLimits::default() };
    let (p, n): (Vec<Pattern>, Vec<Pattern>) = (
        vec![glob("*a??????????????*b??????????????")],
        ["*a??????????????*b??????????????", "*b*"]
            .iter()
            .map(|t| Pattern::glob(Class::NOT_COLON, t))
            .chain(globs(&["*b??????????????", "*:*"]))
            .collect(),
    );
    let mut m = Meter::new(&limits);
    let answer = (0..2_000).try_for_each(|_| find(&refs(&p), &refs(&n), &mut m).map(|_| ()));
    assert_eq!(answer, Err(Exhausted::States));
    let past = SearchLimits { deadline: Some(std::time::Instant::now()), ..SearchLimits::default() };
    let mut m = Meter::new(&past);
    let answer = (0..2_000).try_for_each(|_| find(&refs(&p), &refs(&n), &mut m).map(|_| ()));
    assert_eq!(answer, Err(Exhausted::Deadline));
}
