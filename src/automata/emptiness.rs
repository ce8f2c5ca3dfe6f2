//! Is there a word that matches all of some patterns and none of others?
//!
//! A state of the search is, for every positive, one position or the set of all positions it may be in, and for every
//! negative that takes part the set. Negatives must be determinised, because a word is excluded by any run. Positives
//! need one run each: a position suffices, and stays small where sets explode (`*a????`). With several positives, the
//! sets are better where they are known to stay few (`*a*b*`, see [`stays_small`]), because a letter then leads to
//! one state and not to one for every combination of choices. The letters are those of `alphabet.rs`. The search goes
//! best-first by (letters so far + letters that the positives still ask for), which finds a short word soon, not always
//! a shortest one. Every reachable state is visited
//! once before the answer is "none".
//!
//! Negatives enter only when a word that was found violates them. A conjunction with fewer negatives has more words:
//! "none" is final at once, and a word is final when no other negative matches it.
//!
//! **Two cuts**, with the theorem of `alphabet.rs`: (1) a letter that is not free is tried only where some positive
//! consumes it as spelled; (2) a position dominated by another one that the same letters reach (`run.rs`) is dropped.
//! *Together they keep a word:* among all words of one length that satisfy the conjunction, and all accepting runs
//! over them, take a pair whose runs are greatest, where runs are compared at their last positions first. Make the
//! letters free where (1) asks for it; that leaves the runs as they are. If (2) dropped position `i` of one of them
//! for a `j > i` that dominates it, then the run that comes to `j` and stands from there on at the greater of `j` and
//! the old position would be accepting too, and greater.

use crate::automata::alphabet::Alphabet;
use crate::automata::bit_parallel::{Machine, reaches};
use crate::automata::inclusion::includes;
use crate::automata::pattern::{Pattern, Set, Step};
use crate::automata::state_set::States;
use crate::automata::symbol::Symbol;
use crate::limits::{Exhausted, Meter};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What a search found.
pub(crate) enum Outcome {
    /// A word.
    Word(Vec<Symbol>),
    /// There is none, even with these negatives only.
    Empty(Vec<usize>),
}

/// A short, readable word that matches every one of `positives` and none of `negatives`, or `None` if there is no
/// such word. Without positives: any text.
///
/// # Errors
/// The meter ran out.
///
/// ```
/// use iamsat::automata::{Class, Pattern, Symbol, find};
/// use iamsat::limits::{Meter, SearchLimits};
/// let mut meter = Meter::new(&SearchLimits::default());
/// let starts = Pattern::builder().text("a").many(Class::ANY).finish();
/// let ends = Pattern::builder().many(Class::ANY).text("a").finish();
/// let (one, more) = (Pattern::word("a"), Pattern::builder().text("a").many(Class::ANY).text("a").finish());
/// assert_eq!(find(&[&starts, &ends], &[&one], &mut meter), Ok(Some(Symbol::word("aa"))));
/// assert_eq!(find(&[&starts, &ends], &[&one, &more], &mut meter), Ok(None));
/// ```
pub fn find(
    positives: &[&Pattern],
    negatives: &[&Pattern],
    meter: &mut Meter,
) -> Result<Option<Vec<Symbol>>, Exhausted> {
    Ok(match solve(positives, negatives, meter)? {
        Outcome::Word(word) => Some(word),
        Outcome::Empty(_) => None,
    })
}

/// [`find`], with the negatives that excluded the last word.
pub(crate) fn solve(
    positives: &[&Pattern],
    negatives: &[&Pattern],
    meter: &mut Meter,
) -> Result<Outcome, Exhausted> {
    meter.charge(1)?;
    let text;
    let whole;
    let positives = if positives.is_empty() {
        text = Pattern::any();
        whole = [&text];
        &whole
    } else {
        positives
    };
    if let Some(word) = positives.iter().find_map(|p| p.as_word()) {
        if !positives.iter().all(|p| p.matches(word)) {
            return Ok(Outcome::Empty(Vec::new()));
        }
        return Ok(match negatives.iter().position(|n| n.matches(word)) {
            Some(place) => Outcome::Empty(vec![place]),
            None => Outcome::Word(word.to_vec()),
        });
    }
    let mut rest = positives;
    while let [first, more @ ..] = rest {
        if first.is_void() || more.iter().any(|p| !first.may_meet(p)) {
            return Ok(Outcome::Empty(Vec::new()));
        }
        rest = more;
    }
    let alphabet = Alphabet::new(positives, negatives);
    if let Some(word) = ready(positives, negatives, &alphabet).or_else(|| chained(positives, negatives)) {
        return Ok(Outcome::Word(word));
    }
    refine(positives, negatives, &alphabet, meter)
}

/// Tries two words of the positive that asks for most letters: its runs left out, or one free letter in each.
fn ready(positives: &[&Pattern], negatives: &[&Pattern], alphabet: &Alphabet) -> Option<Vec<Symbol>> {
    let model = positives.iter().max_by_key(|p| (p.min_len(), Reverse(p.runs())))?;
    let mut word = Vec::with_capacity(model.steps().len());
    for filled in [false, true] {
        word.clear();
        for step in model.steps() {
            match step {
                Step::One(Set::Class(class)) => word.push(alphabet.free_in(*class)?),
                Step::One(set) => word.extend(set.spelled().next()),
                Step::Many(class) if filled => word.push(alphabet.free_in(*class)?),
                Step::Many(_) => {}
            }
        }
        if positives.iter().all(|p| p.matches(&word)) && !negatives.iter().any(|n| n.matches(&word)) {
            return Some(word);
        }
    }
    None
}

/// Tries what the positives spell between their ends, one after another: a word of many `*infix*`, where the product
/// of their positions is large.
fn chained(positives: &[&Pattern], negatives: &[&Pattern]) -> Option<Vec<Symbol>> {
    if positives.len() < 3 {
        return None;
    }
    let longest = |end: fn(&Pattern) -> &[Symbol]| positives.iter().map(|p| end(p)).max_by_key(|e| e.len());
    let mut word = longest(Pattern::prefix)?.to_vec();
    for positive in positives {
        let inner = positive.steps().len().saturating_sub(positive.suffix().len());
        for step in positive.steps().get(positive.prefix().len()..inner)? {
            if let Step::One(set) = step {
                word.push(set.spelled().next()?);
            }
        }
    }
    word.extend(longest(Pattern::suffix)?);
    let fits = positives.iter().all(|p| p.matches(&word)) && !negatives.iter().any(|n| n.matches(&word));
    fits.then_some(word)
}

/// Searches with more and more of the negatives.
fn refine(
    positives: &[&Pattern],
    negatives: &[&Pattern],
    alphabet: &Alphabet,
    meter: &mut Meter,
) -> Result<Outcome, Exhausted> {
    let mut search = Search::new(positives, alphabet);
    let mut active: Vec<usize> = Vec::new();
    loop {
        let Some(word) = search.run(meter)? else {
            active.sort_unstable();
            return Ok(Outcome::Empty(active));
        };
        let violated: Vec<(usize, &Pattern)> =
            negatives.iter().copied().enumerate().filter(|(_, n)| n.matches(&word)).collect();
        if violated.is_empty() {
            return Ok(Outcome::Word(word));
        }
        for (place, negative) in violated {
            // One negative around one positive is the usual reason; with several positives it is cheaper alone.
            if positives.len() > 1 {
                for positive in positives {
                    if includes(negative, positive, meter)? {
                        return Ok(Outcome::Empty(vec![place]));
                    }
                }
            }
            active.push(place);
            let machine = Machine::new(negative, alphabet);
            meter.charge(u64::try_from(machine.size() >> 2).unwrap_or(u64::MAX))?;
            search.machines.push(machine);
        }
    }
}

/// A positive, prepared.
struct Track<'a> {
    steps: &'a [Step],
    reach: Vec<u32>,
    /// Per position, how many more letters are asked for.
    rest: Vec<u32>,
    /// From this position on there are only runs.
    tail: u32,
}

impl<'a> Track<'a> {
    fn new(pattern: &'a Pattern) -> Track<'a> {
        let steps = pattern.steps();
        let mut rest = Vec::with_capacity(steps.len().saturating_add(1));
        let mut count = 0u32;
        rest.push(0);
        for step in steps.iter().rev() {
            count = count.saturating_add(u32::from(matches!(step, Step::One(_))));
            rest.push(count);
        }
        let only_runs = rest.iter().filter(|n| **n == 0).count();
        rest.reverse();
        let tail = rest.len().saturating_sub(only_runs);
        Track { steps, reach: reaches(steps), rest, tail: u32::try_from(tail).unwrap_or(u32::MAX) }
    }

    /// The steps from a position on.
    fn from(&self, position: u32) -> &'a [Step] {
        usize::try_from(position).ok().and_then(|p| self.steps.get(p..)).unwrap_or_default()
    }

    fn rest(&self, position: u32) -> u32 {
        usize::try_from(position).ok().and_then(|p| self.rest.get(p)).copied().unwrap_or(0)
    }

    /// Adds the symbols that may be consumed as spelled in a position.
    fn spelled(&self, position: u32, add: &mut impl FnMut(Symbol)) {
        let next =
            self.from(position).iter().find_map(|s| if let Step::One(set) = s { Some(*set) } else { None });
        next.into_iter().flat_map(Set::spelled).for_each(add);
    }

    /// Adds the positions after a symbol, and whether it is consumed as spelled.
    fn moves(&self, position: u32, letter: Letter, to: &mut Vec<(u32, bool)>) {
        let start = to.len();
        let mut at = position;
        for step in self.from(position) {
            match step {
                Step::Many(class) => {
                    if class.covers(letter.sort) {
                        to.push((at, false));
                    }
                }
                Step::One(set) => {
                    let (fits, spelled) = match set {
                        Set::Class(class) => (class.covers(letter.sort), false),
                        set => (set.contains(letter.symbol), true),
                    };
                    if fits {
                        let next = at.saturating_add(1);
                        let reach = usize::try_from(next).ok().and_then(|n| self.reach.get(n)).copied();
                        let reach = reach.unwrap_or(next);
                        while to.len() > start && to.last().is_some_and(|(p, _)| *p >= reach) {
                            to.pop();
                        }
                        to.push((next, spelled));
                    }
                    return;
                }
            }
            at = at.saturating_add(1);
        }
    }
}

#[derive(Clone, Copy)]
struct Letter {
    symbol: Symbol,
    sort: crate::automata::Class,
}

/// How a state was reached.
struct Node {
    parent: u32,
    letter: u32,
    depth: u32,
}

struct Search<'a> {
    alphabet: &'a Alphabet,
    /// Positives by positions.
    tracks: Vec<Track<'a>>,
    /// Positives by sets of positions.
    wanted: Vec<(Track<'a>, Machine)>,
    /// Negatives.
    machines: Vec<Machine>,
}

/// Whether its sets of positions are about as many as its positions: on reaching a run everything before it is
/// forgotten, and after a run every symbol is spelled, so that a set is known from its last run and the longest part
/// of the spelled text that the last symbols match (as in the automaton of Knuth, Morris and Pratt).
fn stays_small(pattern: &Pattern) -> bool {
    let mut after = pattern.steps().iter().skip_while(|s| matches!(s, Step::One(_)));
    pattern.is_greedy() && !after.any(|s| matches!(s, Step::One(Set::Class(_))))
}

impl<'a> Search<'a> {
    fn new(positives: &[&'a Pattern], alphabet: &'a Alphabet) -> Search<'a> {
        let mut search = Search { alphabet, tracks: Vec::new(), wanted: Vec::new(), machines: Vec::new() };
        for positive in positives {
            let track = Track::new(positive);
            if positives.len() > 1 && stays_small(positive) {
                search.wanted.push((track, Machine::new(positive, alphabet)));
            } else {
                search.tracks.push(track);
            }
        }
        search
    }

    /// A word of the positives that the machines do not accept.
    fn run(&mut self, meter: &mut Meter) -> Result<Option<Vec<Symbol>>, Exhausted> {
        let packed = self.tracks.len().div_ceil(2);
        let machines = self.wanted.iter().map(|(_, m)| m).chain(&self.machines);
        let stride = machines.fold(packed, |sum, m| sum.saturating_add(m.words()));
        // A state is charged by the memory it takes, in units of 16 bytes.
        let cost = u64::try_from(stride.saturating_mul(8).saturating_add(24) >> 4).unwrap_or(u64::MAX);
        let mut states = States::new(stride);
        let mut nodes: Vec<Node> = Vec::new();
        // Among equals the last one is taken first.
        let mut queue: BinaryHeap<(Reverse<u32>, u32, u32)> = BinaryHeap::new();
        let mut turn = 0u32;
        let mut fresh: Vec<(u32, u32)> = Vec::new();

        let mut positions = vec![0u32; self.tracks.len()];
        let mut record = vec![0u64; stride];
        if !self.start(packed, &mut record) {
            return Ok(None);
        }
        let first = states.insert(&record).unwrap_or(0);
        nodes.push(Node { parent: 0, letter: 0, depth: 0 });
        queue.push((Reverse(0), turn, first));

        let mut current = record.clone();
        let mut letters: Vec<usize> = Vec::new();
        let mut moves: Vec<(u32, bool)> = Vec::new();
        let mut ends: Vec<usize> = Vec::new();
        let mut choice: Vec<usize> = vec![0; self.tracks.len()];
        while let Some((_, _, number)) = queue.pop() {
            current.copy_from_slice(states.get(number));
            unpack(&current, &mut positions);
            let sets = current.get(packed..).unwrap_or_default();
            if self.is_final(&positions, sets) {
                return Ok(Some(self.word(&nodes, number)));
            }
            let depth = index(&nodes, number).map_or(0, |n| n.depth).saturating_add(1);
            self.letters(&positions, sets, &mut letters);
            for letter in letters.iter().copied() {
                meter.step()?;
                if !self.moves(&positions, letter, &mut moves, &mut ends) {
                    continue;
                }
                let next_sets = record.get_mut(packed..).unwrap_or_default();
                if !self.advance(letter, sets, next_sets) {
                    continue;
                }
                let wanted = self.wanted_rest(next_sets);
                let is_free = !self.wanted.is_empty() || self.alphabet.free().binary_search(&letter).is_ok();
                choice.fill(0);
                loop {
                    meter.step()?;
                    let mut spelled = is_free;
                    let mut start = 0;
                    for ((position, pick), end) in positions.iter_mut().zip(&choice).zip(&ends) {
                        if let Some((to, by_spelling)) = moves.get(start_of(start, *pick)) {
                            *position = *to;
                            spelled |= *by_spelling;
                        }
                        start = *end;
                    }
                    if spelled {
                        pack(&positions, &mut record);
                        if let Some(next) = states.insert(&record) {
                            meter.charge(cost)?;
                            let letter = u32::try_from(letter).unwrap_or(u32::MAX);
                            nodes.push(Node { parent: number, letter, depth });
                            let rest = self.rest(&positions).saturating_add(wanted);
                            fresh.push((depth.saturating_add(rest), next));
                        }
                    }
                    if !advance_choice(&mut choice, &ends) {
                        break;
                    }
                }
                unpack(&current, &mut positions);
            }
            // The most readable letter comes last.
            while let Some((length, next)) = fresh.pop() {
                turn = turn.wrapping_add(1);
                queue.push((Reverse(length), turn, next));
            }
        }
        Ok(None)
    }

    /// The first state; false if a machine accepts everything.
    fn start(&self, packed: usize, record: &mut [u64]) -> bool {
        let mut sets = record.get_mut(packed..).unwrap_or_default();
        for (_, machine) in &self.wanted {
            let Some((set, more)) = std::mem::take(&mut sets).split_at_mut_checked(machine.words()) else {
                break;
            };
            machine.start(set);
            sets = more;
        }
        for machine in &self.machines {
            let Some((set, more)) = std::mem::take(&mut sets).split_at_mut_checked(machine.words()) else {
                break;
            };
            machine.start(set);
            if machine.accepts_all(set) {
                return false;
            }
            sets = more;
        }
        true
    }

    fn rest(&self, positions: &[u32]) -> u32 {
        self.tracks.iter().zip(positions).fold(0, |sum, (t, p)| sum.saturating_add(t.rest(*p)))
    }

    /// The letters that the positives by sets still ask for.
    fn wanted_rest(&self, mut sets: &[u64]) -> u32 {
        self.wanted.iter().fold(0, |sum, (track, machine)| {
            let (set, more) = sets.split_at_checked(machine.words()).unwrap_or_default();
            sets = more;
            sum.saturating_add(bits(set).map(|p| track.rest(p)).min().unwrap_or(0))
        })
    }

    fn is_final(&self, positions: &[u32], mut sets: &[u64]) -> bool {
        if self.tracks.iter().zip(positions).any(|(t, p)| *p < t.tail) {
            return false;
        }
        let wanted = self.wanted.iter().map(|(_, machine)| (machine, true));
        wanted.chain(self.machines.iter().map(|machine| (machine, false))).all(|(machine, expected)| {
            let (set, more) = sets.split_at_checked(machine.words()).unwrap_or_default();
            sets = more;
            machine.accepts(set) == expected
        })
    }

    /// The letters worth trying in a state, in order.
    fn letters(&self, positions: &[u32], mut sets: &[u64], letters: &mut Vec<usize>) {
        letters.clear();
        letters.extend(self.alphabet.free());
        let mut add = |symbol| letters.extend(self.alphabet.place(symbol));
        for (track, position) in self.tracks.iter().zip(positions) {
            track.spelled(*position, &mut add);
        }
        for (track, machine) in &self.wanted {
            let (set, more) = sets.split_at_checked(machine.words()).unwrap_or_default();
            sets = more;
            bits(set).for_each(|position| track.spelled(position, &mut add));
        }
        letters.sort_unstable();
        letters.dedup();
    }

    /// The moves of all positives by a letter, one after the other; false if one has none.
    fn moves(
        &self,
        positions: &[u32],
        letter: usize,
        moves: &mut Vec<(u32, bool)>,
        ends: &mut Vec<usize>,
    ) -> bool {
        moves.clear();
        ends.clear();
        let (Some(symbol), Some(sort)) =
            (self.alphabet.letters().get(letter), self.alphabet.sorts().get(letter))
        else {
            return false;
        };
        let letter = Letter { symbol: *symbol, sort: *sort };
        for (track, position) in self.tracks.iter().zip(positions) {
            let before = moves.len();
            track.moves(*position, letter, moves);
            if moves.len() == before {
                return false;
            }
            ends.push(moves.len());
        }
        true
    }

    /// The sets after a letter; false if a positive has none or a negative accepts whatever follows.
    fn advance(&self, letter: usize, mut from: &[u64], mut to: &mut [u64]) -> bool {
        let wanted = self.wanted.iter().map(|(_, machine)| (machine, true));
        for (machine, is_wanted) in wanted.chain(self.machines.iter().map(|machine| (machine, false))) {
            let (Some((set, more)), Some((next, rest))) = (
                from.split_at_checked(machine.words()),
                std::mem::take(&mut to).split_at_mut_checked(machine.words()),
            ) else {
                break;
            };
            machine.advance(letter, set, next);
            if if is_wanted { next.iter().all(|w| *w == 0) } else { machine.accepts_all(next) } {
                return false;
            }
            from = more;
            to = rest;
        }
        true
    }

    /// The letters that lead to a state.
    fn word(&self, nodes: &[Node], mut number: u32) -> Vec<Symbol> {
        let mut word = Vec::new();
        while let Some(node) = index(nodes, number).filter(|n| n.depth > 0) {
            let place = usize::try_from(node.letter).unwrap_or(usize::MAX);
            word.extend(self.alphabet.letters().get(place));
            number = node.parent;
        }
        word.reverse();
        word
    }
}

fn index(nodes: &[Node], number: u32) -> Option<&Node> {
    usize::try_from(number).ok().and_then(|n| nodes.get(n))
}

/// The members of a set, in order.
fn bits(set: &[u64]) -> impl Iterator<Item = u32> {
    set.iter().zip((0u32..).step_by(64)).flat_map(|(word, base)| {
        let mut left = *word;
        std::iter::from_fn(move || {
            let bit = left.trailing_zeros();
            left &= left.checked_sub(1)?;
            Some(base.saturating_add(bit))
        })
    })
}

fn start_of(start: usize, pick: usize) -> usize {
    start.saturating_add(pick)
}

/// The next combination of moves, as an odometer; false after the last.
fn advance_choice(choice: &mut [usize], ends: &[usize]) -> bool {
    let mut start = 0;
    for (pick, end) in choice.iter_mut().zip(ends) {
        *pick = pick.saturating_add(1);
        if start_of(start, *pick) < *end {
            return true;
        }
        *pick = 0;
        start = *end;
    }
    false
}

/// Two positions to a word.
fn pack(positions: &[u32], record: &mut [u64]) {
    for (pair, word) in positions.chunks(2).zip(record) {
        *word = pair.iter().fold(0, |all, p| all << 32 | u64::from(*p));
    }
}

fn unpack(record: &[u64], positions: &mut [u32]) {
    for (pair, word) in positions.chunks_mut(2).zip(record) {
        for (position, shift) in pair.iter_mut().rev().zip([0u32, 32]) {
            *position = u32::try_from(word >> shift & 0xFFFF_FFFF).unwrap_or(0);
        }
    }
}
