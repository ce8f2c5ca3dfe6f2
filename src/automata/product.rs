//! The search for a word that some patterns match and others do not: best-first over the product of their states.
//!
//! A state holds, for every positive, one position or the set of all positions it may be in, and for every negative the set.
//! Negatives must be determinised, because any run excludes a word. Positives need one run each: a single position suffices, and
//! stays small where sets explode (`*a????`). With several positives, sets are better if they are known to stay few (`*a*b*`, see
//! [`stays_small`]), because a letter then leads to one state instead of one for every combination of choices. The letters are
//! those of `alphabet.rs`. The search orders states by (letters so far + letters that the positives still require), which finds a
//! short word soon, but not always a shortest one. Every reachable state is visited once before the answer is "none".
//!
//! **Two cuts**, with the theorem of `alphabet.rs`: (1) a letter that is not free is tried only where some positive
//! consumes it as spelled; (2) a position dominated by another one that the same letters reach (`gap.rs`) is dropped.
//! *Together they keep a word:* among all words of one length that satisfy the conjunction, and all accepting runs
//! over them, take a pair whose runs are greatest, where runs are compared at their last positions first. Make the
//! letters free where (1) asks for it; that leaves the runs as they are. If (2) dropped position `i` of one of them
//! for a `j > i` that dominates it, then the run that comes to `j` and stands from there on at the greater of `j` and
//! the old position would be accepting too, and greater.

use crate::automata::alphabet::{Alphabet, LetterId};
use crate::automata::bit_parallel::Machine;
use crate::automata::gap::Position;
use crate::automata::pattern::Pattern;
use crate::automata::state_set::{StateId, States};
use crate::automata::step::{Set, Step};
use crate::automata::symbol::Symbol;
use crate::automata::track::{Moves, Track};
use crate::index::{Id, IndexVec, broken};
use crate::limits::{Exhausted, Meter};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Machine words of a state that move with a letter for one unit of work.
const WORDS: usize = 8;

/// The patterns of one search.
pub(crate) struct Product<'a> {
    alphabet: &'a Alphabet,
    /// Positives by positions.
    tracks: Vec<Track<'a>>,
    /// The positives that are tracked by sets of positions.
    wanted: Vec<(Track<'a>, Machine)>,
    /// Negatives.
    excluded: Vec<Machine>,
}

/// True if the pattern has about as many sets of positions as positions. This is the case if, on reaching a gap, all earlier
/// positions are dropped, and every symbol after a gap is spelled: a set is then determined by its last gap and the longest part
/// of the spelled text that the last symbols match (as in the automaton of Knuth, Morris and Pratt).
fn stays_small(pattern: &Pattern) -> bool {
    let mut after = pattern.steps().iter().skip_while(|s| matches!(s, Step::One(_)));
    pattern.is_greedy() && !after.any(|s| matches!(s, Step::One(Set::Class(_))))
}

/// The path to a state, as its last step.
struct Node {
    /// The previous state and the last letter; the first state has none.
    last: Option<(StateId, LetterId)>,
    /// The number of letters.
    depth: u32,
}

/// The states that a search has seen, and the unvisited ones among them.
struct Frontier {
    states: States,
    nodes: IndexVec<StateId, Node>,
    /// Shortest expected words first; among equals, the one added last.
    queue: BinaryHeap<(Reverse<u32>, u32, StateId)>,
    turn: u32,
    /// The new successors of one state, with the expected length of their words.
    fresh: Vec<(u32, StateId)>,
}

impl Frontier {
    fn new(stride: usize, first: &[u64]) -> Frontier {
        let mut frontier = Frontier {
            states: States::new(stride),
            nodes: IndexVec::default(),
            queue: BinaryHeap::new(),
            turn: 0,
            fresh: Vec::new(),
        };
        if let Some(state) = frontier.states.insert(first) {
            frontier.nodes.push(Node { last: None, depth: 0 });
            frontier.queue.push((Reverse(0), 0, state));
        }
        frontier
    }

    /// Adds a state reached from `parent` by a letter, unless it was seen before.
    fn add(&mut self, state: StateId, parent: StateId, letter: LetterId, rest: u32) {
        let depth = self.nodes[parent].depth + 1;
        self.nodes.push(Node { last: Some((parent, letter)), depth });
        self.fresh.push((depth + rest, state));
    }

    /// Queues the new states.
    fn queue_fresh(&mut self) {
        // The most readable letter is pushed last.
        while let Some((length, next)) = self.fresh.pop() {
            self.turn += 1;
            self.queue.push((Reverse(length), self.turn, next));
        }
    }

    /// Returns the letters that lead to a state.
    fn word(&self, mut state: StateId, alphabet: &Alphabet) -> Vec<Symbol> {
        let mut word = Vec::new();
        while let Some((parent, letter)) = self.nodes[state].last {
            word.push(alphabet.letters()[letter]);
            state = parent;
        }
        word.reverse();
        word
    }
}

impl<'a> Product<'a> {
    pub(crate) fn new(positives: &[&'a Pattern], alphabet: &'a Alphabet) -> Product<'a> {
        let mut product = Product { alphabet, tracks: Vec::new(), wanted: Vec::new(), excluded: Vec::new() };
        for positive in positives {
            let track = Track::new(positive);
            if positives.len() > 1 && stays_small(positive) {
                product.wanted.push((track, Machine::new(positive, alphabet)));
            } else {
                product.tracks.push(track);
            }
        }
        product
    }

    /// Adds a negative.
    ///
    /// # Errors
    /// The meter ran out.
    pub(crate) fn exclude(&mut self, negative: &Pattern, meter: &mut Meter) -> Result<(), Exhausted> {
        let machine = Machine::new(negative, self.alphabet);
        meter.charge(machine.size() as u64 / 4)?;
        self.excluded.push(machine);
        Ok(())
    }

    /// Finds a word that all positives match and no negative does.
    ///
    /// # Errors
    /// The meter ran out.
    pub(crate) fn find_word(&self, meter: &mut Meter) -> Result<Option<Vec<Symbol>>, Exhausted> {
        let packed = self.tracks.len().div_ceil(2);
        let machines = self.wanted.iter().map(|(_, machine)| machine).chain(&self.excluded);
        let stride = machines.fold(packed, |sum, machine| sum + machine.words());
        // A state is charged by its memory, in units of 16 bytes.
        let cost = (stride as u64 * 8 + 24) / 16;
        let mut record = vec![0u64; stride];
        if !self.start(packed, &mut record) {
            return Ok(None);
        }
        let mut frontier = Frontier::new(stride, &record);
        let mut current = record.clone();
        let mut positions = vec![Position::at(0); self.tracks.len()];
        let mut letters: Vec<LetterId> = Vec::new();
        let mut moves = Moves::default();
        while let Some((_, _, state)) = frontier.queue.pop() {
            current.copy_from_slice(frontier.states.get(state));
            unpack(&current, &mut positions);
            let (_, sets) = current.split_at(packed);
            if self.is_final(&positions, sets) {
                return Ok(Some(frontier.word(state, self.alphabet)));
            }
            self.letters(&positions, sets, &mut letters);
            meter.work(letters.len() * stride / WORDS)?;
            for letter in letters.iter().copied() {
                meter.step()?;
                if !moves.find(&self.tracks, &positions, self.alphabet, letter) {
                    continue;
                }
                let (_, next_sets) = record.split_at_mut(packed);
                if !self.advance(letter, sets, next_sets) {
                    continue;
                }
                let wanted = self.wanted_rest(next_sets);
                let is_free = !self.wanted.is_empty() || self.alphabet.free().binary_search(&letter).is_ok();
                loop {
                    meter.step()?;
                    let is_spelled = moves.take(&mut positions);
                    if is_free || is_spelled {
                        pack(&positions, &mut record);
                        if let Some(next) = frontier.states.insert(&record) {
                            meter.charge(cost)?;
                            frontier.add(next, state, letter, self.rest(&positions) + wanted);
                        }
                    }
                    if !moves.choose_next() {
                        break;
                    }
                }
                unpack(&current, &mut positions);
            }
            frontier.queue_fresh();
        }
        Ok(None)
    }

    /// Returns all machines; true for those that must match.
    fn machines(&self) -> impl Iterator<Item = (&Machine, bool)> {
        let wanted = self.wanted.iter().map(|(_, machine)| (machine, true));
        wanted.chain(self.excluded.iter().map(|machine| (machine, false)))
    }

    /// Writes the first state; returns false if a negative matches everything.
    fn start(&self, packed: usize, record: &mut [u64]) -> bool {
        let (_, mut sets) = record.split_at_mut(packed);
        for (machine, is_wanted) in self.machines() {
            let (set, more) = std::mem::take(&mut sets).split_at_mut(machine.words());
            machine.start(set);
            if !is_wanted && machine.accepts_all(set) {
                return false;
            }
            sets = more;
        }
        true
    }

    /// Returns the number of letters that the positives tracked by positions still require.
    fn rest(&self, positions: &[Position]) -> u32 {
        self.tracks.iter().zip(positions).map(|(track, position)| track.rest(*position)).sum()
    }

    /// Returns the number of letters that the positives tracked by sets still require.
    fn wanted_rest(&self, mut sets: &[u64]) -> u32 {
        let mut sum = 0;
        for (track, machine) in &self.wanted {
            let (set, more) = sets.split_at(machine.words());
            sets = more;
            let Some(least) = bits(set).map(|position| track.rest(position)).min() else {
                broken("a required pattern without a position has no state");
            };
            sum += least;
        }
        sum
    }

    fn is_final(&self, positions: &[Position], mut sets: &[u64]) -> bool {
        if self.tracks.iter().zip(positions).any(|(track, position)| !track.is_final(*position)) {
            return false;
        }
        self.machines().all(|(machine, is_wanted)| {
            let (set, more) = sets.split_at(machine.words());
            sets = more;
            machine.accepts(set) == is_wanted
        })
    }

    /// Collects the letters worth trying in a state, in order.
    fn letters(&self, positions: &[Position], mut sets: &[u64], letters: &mut Vec<LetterId>) {
        letters.clear();
        letters.extend(self.alphabet.free());
        for (track, position) in self.tracks.iter().zip(positions) {
            track.add_spelled(*position, self.alphabet, letters);
        }
        for (track, machine) in &self.wanted {
            let (set, more) = sets.split_at(machine.words());
            sets = more;
            bits(set).for_each(|position| track.add_spelled(position, self.alphabet, letters));
        }
        letters.sort_unstable();
        letters.dedup();
    }

    /// Writes the sets after a letter; returns false if the set of a positive is empty or a negative matches every continuation.
    fn advance(&self, letter: LetterId, mut from: &[u64], mut to: &mut [u64]) -> bool {
        for (machine, is_wanted) in self.machines() {
            let (set, more) = from.split_at(machine.words());
            let (next, rest) = std::mem::take(&mut to).split_at_mut(machine.words());
            machine.advance(letter, set, next);
            if if is_wanted { next.iter().all(|w| *w == 0) } else { machine.accepts_all(next) } {
                return false;
            }
            (from, to) = (more, rest);
        }
        true
    }
}

/// Iterates over the members of a set, in order.
fn bits(set: &[u64]) -> impl Iterator<Item = Position> {
    set.iter().zip((0usize..).step_by(64)).flat_map(|(word, base)| {
        let mut left = *word;
        std::iter::from_fn(move || {
            let bit = left.trailing_zeros() as usize;
            left &= left.checked_sub(1)?;
            Some(Position::at(base + bit))
        })
    })
}

/// Packs two positions into each machine word.
fn pack(positions: &[Position], record: &mut [u64]) {
    for (pair, word) in positions.chunks(2).zip(record) {
        *word = pair.iter().fold(0, |all, position| all << 32 | position.place() as u64);
    }
}

fn unpack(record: &[u64], positions: &mut [Position]) {
    for (pair, word) in positions.chunks_mut(2).zip(record) {
        for (position, shift) in pair.iter_mut().rev().zip([0u32, 32]) {
            *position = Position::at((word >> shift & 0xFFFF_FFFF) as usize);
        }
    }
}
