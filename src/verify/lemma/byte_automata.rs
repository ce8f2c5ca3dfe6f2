//! Finite automata over bytes, and a search for a text that all of some automata and none of others accept.
//!
//! The verifier uses these instead of the symbol automata of the search (`automata`). Every pattern becomes a small
//! nondeterministic automaton over the bytes of well-formed UTF-8, and the search walks their product with sets of states, over
//! all bytes. Markers, which no text contains, are bytes that UTF-8 never uses.

use crate::automata::{Class, Set, Step, Symbol};
use crate::verify::{Budget, Refusal};
use regex_automata::nfa::thompson::{BuildError, Builder, NFA, State, Transition};
use regex_automata::util::primitives::StateID;
use rustc_hash::FxHashSet;

/// The byte that stands for each marker.
const MARKERS: [u8; 12] = [0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF, 0xC0];

/// The byte sequences of the characters beyond ASCII: The Unicode Standard, table 3-7.
const BEYOND_ASCII: [&[(u8, u8)]; 8] = [
    &[(0xC2, 0xDF), (0x80, 0xBF)],
    &[(0xE0, 0xE0), (0xA0, 0xBF), (0x80, 0xBF)],
    &[(0xE1, 0xEC), (0x80, 0xBF), (0x80, 0xBF)],
    &[(0xED, 0xED), (0x80, 0x9F), (0x80, 0xBF)],
    &[(0xEE, 0xEF), (0x80, 0xBF), (0x80, 0xBF)],
    &[(0xF0, 0xF0), (0x90, 0xBF), (0x80, 0xBF), (0x80, 0xBF)],
    &[(0xF1, 0xF3), (0x80, 0xBF), (0x80, 0xBF), (0x80, 0xBF)],
    &[(0xF4, 0xF4), (0x80, 0x8F), (0x80, 0xBF), (0x80, 0xBF)],
];

/// Returns the bytes of a word.
pub(super) fn bytes(word: &[Symbol]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(word.len());
    for symbol in word {
        match symbol.to_char() {
            Some(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            None => bytes.extend(symbol.to_marker().and_then(|n| MARKERS.get(usize::from(n)))),
        }
    }
    bytes
}

/// Returns the word that these bytes encode, as found by [`find`].
pub(super) fn word(bytes: &[u8]) -> Option<Vec<Symbol>> {
    let mut word = Vec::new();
    for chunk in bytes.utf8_chunks() {
        word.extend(chunk.valid().chars().map(Symbol::from_char));
        for byte in chunk.invalid() {
            let marker = MARKERS.iter().position(|b| b == byte)?;
            word.push(Symbol::marker(u8::try_from(marker).ok()?));
        }
    }
    Some(word)
}

/// The number of bytes that all automata of one query may take.
pub(super) const AUTOMATA_BYTES: usize = 100 << 20;

/// An automaton that accepts words.
#[derive(Debug)]
pub(super) struct ByteAutomaton(NFA);

impl ByteAutomaton {
    /// Builds the automaton for a sequence of steps.
    pub(super) fn new(steps: impl IntoIterator<Item = Step>) -> Result<ByteAutomaton, Refusal> {
        ByteAutomaton::within(steps, AUTOMATA_BYTES)
    }

    /// Does the same, if the automaton takes no more than this many bytes.
    pub(super) fn within(
        steps: impl IntoIterator<Item = Step>,
        bytes: usize,
    ) -> Result<ByteAutomaton, Refusal> {
        build(&mut steps.into_iter(), bytes)
            .map(ByteAutomaton)
            .map_err(|error| Refusal::inconclusive(format!("a pattern is too large: {error}")))
    }

    /// Returns the states before the first byte of a word.
    fn start(&self) -> Vec<StateID> {
        let mut found = Vec::new();
        self.close(self.0.start_anchored(), &mut found);
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Adds a state and those reached from it without consuming a byte. Such transitions form no cycle.
    fn close(&self, state: StateID, found: &mut Vec<StateID>) {
        let mut waiting = vec![state];
        while let Some(state) = waiting.pop() {
            match self.0.state(state) {
                State::Union { alternates } => waiting.extend(alternates.iter().rev()),
                State::BinaryUnion { alt1, alt2 } => waiting.extend([*alt2, *alt1]),
                _ => found.push(state),
            }
        }
    }

    /// Returns the states after one more byte.
    fn after(&self, states: &[StateID], byte: u8) -> Vec<StateID> {
        let mut found = Vec::new();
        for state in states {
            let next = match self.0.state(*state) {
                State::ByteRange { trans } => trans.matches_byte(byte).then_some(trans.next),
                State::Sparse(sparse) => sparse.matches_byte(byte),
                _ => None,
            };
            if let Some(next) = next {
                self.close(next, &mut found);
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Returns the number of bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.0.memory_usage()
    }

    fn accepts(&self, states: &[StateID]) -> bool {
        states.iter().any(|state| matches!(self.0.state(*state), State::Match { .. }))
    }

    /// Adds the bytes at which the set of following states may change.
    fn borders(&self, states: &[StateID], borders: &mut Vec<u16>) {
        let mut range = |t: &Transition| {
            borders.extend([u16::from(t.start), u16::from(t.end) + 1]);
        };
        for state in states {
            match self.0.state(*state) {
                State::ByteRange { trans } => range(trans),
                State::Sparse(sparse) => sparse.transitions.iter().for_each(&mut range),
                _ => {}
            }
        }
    }

    /// True if the automaton accepts the word.
    pub(super) fn contains(&self, word: &[u8]) -> bool {
        let mut states = self.start();
        for byte in word {
            states = self.after(&states, *byte);
        }
        self.accepts(&states)
    }
}

/// Builds one automaton for all steps: the end of each step is the start of the next.
fn build(steps: &mut dyn Iterator<Item = Step>, bytes: usize) -> Result<NFA, Box<BuildError>> {
    let mut builder = Builder::new();
    builder.set_size_limit(Some(bytes))?;
    builder.set_utf8(false);
    builder.start_pattern()?;
    let start = builder.add_empty()?;
    let mut end = start;
    for step in steps {
        match step {
            Step::One(set) => {
                let next = builder.add_empty()?;
                one(&mut builder, end, set, next)?;
                end = next;
            }
            Step::Many(class) => {
                // Around, or on.
                let (around, next) = (builder.add_empty()?, builder.add_empty()?);
                let either = builder.add_union(vec![around, next])?;
                builder.patch(end, either)?;
                one(&mut builder, around, Set::Class(class), either)?;
                end = next;
            }
        }
    }
    let last = builder.add_match()?;
    builder.patch(end, last)?;
    builder.finish_pattern(start)?;
    Ok(builder.build(start, start)?)
}

/// Adds transitions from one state to another for one symbol of the set.
fn one(builder: &mut Builder, from: StateID, set: Set, to: StateID) -> Result<(), Box<BuildError>> {
    let mut ways = Vec::new();
    match set {
        Set::Char(symbol) => {
            let bytes = bytes(&[symbol]);
            let mut next = to;
            for byte in bytes.iter().rev() {
                next = builder.add_range(Transition { start: *byte, end: *byte, next })?;
            }
            return Ok(builder.patch(from, next)?);
        }
        Set::AnyCase(letter) => {
            let mut both = [letter.to_ascii_uppercase(), letter.to_ascii_lowercase()];
            both.sort_unstable();
            ways.extend(both.map(|byte| Transition { start: byte, end: byte, next: to }));
        }
        Set::Class(class) => {
            for byte in 0..0x80u8 {
                if class.contains(Symbol::from_char(char::from(byte))) {
                    match ways.last_mut() {
                        Some(Transition { end, .. }) if *end == byte.wrapping_sub(1) => *end = byte,
                        _ => ways.push(Transition { start: byte, end: byte, next: to }),
                    }
                }
            }
            // A class contains all characters beyond ASCII or none.
            if class.contains(Symbol::from_char('\u{80}')) {
                for sequence in BEYOND_ASCII {
                    let mut next = to;
                    let Some((first, rest)) = sequence.split_first() else { continue };
                    for (start, end) in rest.iter().rev() {
                        next = builder.add_range(Transition { start: *start, end: *end, next })?;
                    }
                    ways.push(Transition { start: first.0, end: first.1, next });
                }
            }
            for (marker, byte) in (0u8..).zip(MARKERS) {
                if class.covers(Class::marker(marker)) {
                    ways.push(Transition { start: byte, end: byte, next: to });
                }
            }
        }
    }
    ways.sort_unstable_by_key(|way| way.start);
    ways.dedup();
    let next = if ways.is_empty() { builder.add_fail()? } else { builder.add_sparse(ways)? };
    Ok(builder.patch(from, next)?)
}

/// The number of states of all automata that one search may keep.
const KEPT_STATES: usize = 4_000_000;

/// A state of the product: the states of each automaton.
type Place = Vec<Vec<StateID>>;

/// Returns a word with the fewest bytes that is in all of `inside` and in none of `outside`, or `None` if there is no such word
/// of any length.
pub(super) fn find(
    inside: &[&ByteAutomaton],
    outside: &[&ByteAutomaton],
    budget: &mut Budget,
) -> Result<Option<Vec<u8>>, Refusal> {
    let automata: Vec<&ByteAutomaton> = inside.iter().chain(outside).copied().collect();
    let first: Place = automata.iter().map(|automaton| automaton.start()).collect();
    let mut places: FxHashSet<Place> = FxHashSet::default();
    let mut queue: Vec<(Place, usize, u8)> = vec![(first.clone(), 0, 0)];
    places.insert(first);
    let mut borders: Vec<u16> = Vec::new();
    let (mut at, mut kept) = (0usize, 0usize);
    while let Some((place, _, _)) = queue.get(at) {
        let place = place.clone();
        let all_accept = |from: usize, to: usize| {
            let range = automata.iter().zip(&place).take(to).skip(from);
            range.filter(|(automaton, states)| automaton.accepts(states)).count()
        };
        if all_accept(0, inside.len()) == inside.len() && all_accept(inside.len(), automata.len()) == 0 {
            return Ok(Some(path(&queue, at)));
        }
        borders.clear();
        automata.iter().zip(&place).for_each(|(automaton, states)| automaton.borders(states, &mut borders));
        borders.sort_unstable();
        borders.dedup();
        for byte in borders.iter().filter_map(|border| u8::try_from(*border).ok()) {
            let mut next: Place = Vec::with_capacity(place.len());
            for (number, (automaton, states)) in automata.iter().zip(&place).enumerate() {
                budget.spend(states.len() + 1)?;
                next.push(automaton.after(states, byte));
                if number < inside.len() && next.last().is_some_and(Vec::is_empty) {
                    break;
                }
            }
            if next.len() == automata.len() && !places.contains(&next) {
                // Each list allocates room for a few more states.
                kept += next.iter().map(|states| states.len() + 8).sum::<usize>();
                if kept > KEPT_STATES {
                    return Err(Refusal::inconclusive("an automaton grew too large"));
                }
                places.insert(next.clone());
                queue.push((next, at, byte));
            }
        }
        at += 1;
    }
    Ok(None)
}

/// Returns the bytes that lead to an entry of the queue.
fn path(queue: &[(Place, usize, u8)], mut at: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some((_, before, byte)) = queue.get(at).filter(|_| at > 0) {
        bytes.push(*byte);
        at = *before;
    }
    bytes.reverse();
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::automata;
    use crate::limits::{Meter, SearchLimits};

    fn automaton(pattern: &automata::Pattern) -> ByteAutomaton {
        ByteAutomaton::new(pattern.steps().iter().copied()).unwrap()
    }

    #[test]
    fn every_character_is_one_symbol() {
        let one = ByteAutomaton::new([Step::One(Set::Class(Class::ANY))]).unwrap();
        let colon = ByteAutomaton::new([Step::One(Set::Class(Class::NOT_COLON))]).unwrap();
        for c in '\0'..=char::MAX {
            let mut buffer = [0; 4];
            let bytes = c.encode_utf8(&mut buffer).as_bytes();
            if u32::from(c) < 0x3000 || u32::from(c) % 97 < 2 {
                assert!(one.contains(bytes), "{c:?}");
                assert_eq!(colon.contains(bytes), c != ':', "{c:?}");
            }
        }
        for bad in [&b""[..], b"ab", &[0x80], &[0xC1, 0x80], &[0xED, 0xA0, 0x80], &[0xF4, 0x90, 0x80, 0x80]] {
            assert!(!one.contains(bad), "{bad:?}");
        }
        for n in 0..=Symbol::LAST_MARKER {
            let marker = [Symbol::marker(n)];
            assert!(!one.contains(&bytes(&marker)));
            assert_eq!(word(&bytes(&marker)).unwrap(), marker);
        }
    }

    /// Random conjunctions, compared with the automata of the search, which share no code with these.
    #[test]
    fn agrees_with_the_automata_of_the_search() {
        let mut seed = 11u64;
        let mut below = |n: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % n
        };
        let classes = [
            Class::ANY,
            Class::NOT_COLON,
            Class::DIGIT,
            Class::ANY.minus(Class::ASCII),
            Class::marker(0).union(Class::ANY),
        ];
        let (mut empty, mut inhabited) = (0, 0);
        for _ in 0..3_000 {
            let mut pattern = || {
                let mut builder = automata::Pattern::builder();
                for _ in 0..below(5) {
                    builder.push(match below(6) {
                        0 | 1 => Step::One(Set::Char(Symbol::from_char(['a', 'b', ':', 'é', '0'][below(5)]))),
                        2 => Step::One(Set::AnyCase(b'a')),
                        3 => Step::One(Set::Class(classes[below(5)])),
                        4 => Step::One(Set::Char(Symbol::marker(0))),
                        _ => Step::Many(classes[below(5)]),
                    });
                }
                builder.finish()
            };
            let patterns = [pattern(), pattern(), pattern(), pattern()];
            let automata = patterns.each_ref().map(automaton);
            let [a, b, c, d] = &patterns;
            let [la, lb, lc, ld] = &automata;
            let found = find(&[la, lb], &[lc, ld], &mut Budget::new(10_000_000, Default::default())).unwrap();
            let mut meter = Meter::new(&SearchLimits::default());
            let known = automata::find(&[a, b], &[c, d], &mut meter).unwrap();
            assert_eq!(found.is_some(), known.is_some(), "{patterns:?} {found:?} {known:?}");
            match found {
                Some(bytes) => {
                    inhabited += 1;
                    let word = word(&bytes).unwrap();
                    assert!(a.matches(&word) && b.matches(&word) && !c.matches(&word) && !d.matches(&word));
                }
                None => empty += 1,
            }
        }
        assert!(empty > 300 && inhabited > 300, "{empty} {inhabited}");
    }
}
