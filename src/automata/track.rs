//! A positive pattern that a search tracks by one position, and its possible moves for a letter.

use crate::automata::alphabet::{Alphabet, LetterId};
use crate::automata::class::Class;
use crate::automata::gap::{Position, first_dominated};
use crate::automata::pattern::Pattern;
use crate::automata::step::{Set, Step};
use crate::automata::symbol::Symbol;
use crate::index::{Id, IndexVec, broken};

/// A positive pattern, prepared.
pub(crate) struct Track<'a> {
    steps: &'a [Step],
    first_dominated: IndexVec<Position, Position>,
    /// The number of letters still required in each position.
    rest: IndexVec<Position, u32>,
    /// From this position on, the pattern has only gaps.
    tail: Position,
}

#[derive(Clone, Copy)]
struct Letter {
    symbol: Symbol,
    sort: Class,
}

impl<'a> Track<'a> {
    pub(crate) fn new(pattern: &'a Pattern) -> Track<'a> {
        let steps = pattern.steps();
        let mut rest = Vec::with_capacity(steps.len() + 1);
        let mut count = 0;
        rest.push(0);
        for step in steps.iter().rev() {
            count += u32::from(matches!(step, Step::One(_)));
            rest.push(count);
        }
        let only_gaps = rest.iter().filter(|n| **n == 0).count();
        rest.reverse();
        let tail = Position::at(rest.len() - only_gaps);
        Track { steps, first_dominated: first_dominated(steps), rest: rest.into(), tail }
    }

    /// Returns the steps from a position on.
    fn from(&self, position: Position) -> &'a [Step] {
        let (_, steps) = self.steps.split_at(position.place());
        steps
    }

    /// Returns the number of letters still required.
    pub(crate) fn rest(&self, position: Position) -> u32 {
        self.rest[position]
    }

    /// True if the letters so far match.
    pub(crate) fn is_final(&self, position: Position) -> bool {
        position >= self.tail
    }

    /// Adds the letters that can be consumed as spelled in a position.
    pub(crate) fn add_spelled(&self, position: Position, alphabet: &Alphabet, letters: &mut Vec<LetterId>) {
        let next =
            self.from(position).iter().find_map(|s| if let Step::One(set) = s { Some(*set) } else { None });
        letters.extend(next.into_iter().flat_map(Set::spelled).filter_map(|symbol| alphabet.find(symbol)));
    }

    /// Adds the positions after a letter; each move records if the letter is consumed as spelled.
    fn add_moves(&self, position: Position, letter: Letter, to: &mut Vec<Move>) {
        let start = to.len();
        for (at, step) in (position.place()..).zip(self.from(position)) {
            match step {
                Step::Many(class) => {
                    if class.covers(letter.sort) {
                        to.push(Move { to: Position::at(at), spelled: false });
                    }
                }
                Step::One(set) => {
                    let (fits, spelled) = match set {
                        Set::Class(class) => (class.covers(letter.sort), false),
                        set => (set.contains(letter.symbol), true),
                    };
                    if fits {
                        let next = Position::at(at + 1);
                        let first = self.first_dominated[next];
                        while to.len() > start && to.last().is_some_and(|other| other.to >= first) {
                            to.pop();
                        }
                        to.push(Move { to: next, spelled });
                    }
                    return;
                }
            }
        }
    }
}

/// One way to consume a letter.
#[derive(Clone, Copy)]
struct Move {
    to: Position,
    spelled: bool,
}

/// All ways of several tracks to consume one letter, and the currently chosen move of each track.
#[derive(Default)]
pub(crate) struct Moves {
    /// The moves of all tracks, one track after the other.
    moves: Vec<Move>,
    /// The index at which the moves of each track end.
    ends: Vec<usize>,
    /// The chosen move of each track.
    choice: Vec<usize>,
}

impl Moves {
    /// Finds the moves for a letter and chooses the first one of each track. Returns false if a track has none.
    pub(crate) fn find(
        &mut self,
        tracks: &[Track<'_>],
        positions: &[Position],
        alphabet: &Alphabet,
        letter: LetterId,
    ) -> bool {
        self.moves.clear();
        self.ends.clear();
        let letter = Letter { symbol: alphabet.letters()[letter], sort: alphabet.sorts()[letter] };
        for (track, position) in tracks.iter().zip(positions) {
            let before = self.moves.len();
            track.add_moves(*position, letter, &mut self.moves);
            if self.moves.len() == before {
                return false;
            }
            self.ends.push(self.moves.len());
        }
        self.choice.clear();
        self.choice.resize(tracks.len(), 0);
        true
    }

    /// Makes the chosen moves. Returns true if one of them consumes the letter as spelled.
    pub(crate) fn take(&self, positions: &mut [Position]) -> bool {
        let mut is_spelled = false;
        let mut start = 0;
        for ((position, pick), end) in positions.iter_mut().zip(&self.choice).zip(&self.ends) {
            let Some(chosen) = self.moves.get(start + pick) else { broken("a choice is one of the moves") };
            *position = chosen.to;
            is_spelled |= chosen.spelled;
            start = *end;
        }
        is_spelled
    }

    /// Advances to the next combination of moves, like an odometer. Returns false after the last one.
    pub(crate) fn choose_next(&mut self) -> bool {
        let mut start = 0;
        for (pick, end) in self.choice.iter_mut().zip(&self.ends) {
            *pick += 1;
            if start + *pick < *end {
                return true;
            }
            *pick = 0;
            start = *end;
        }
        false
    }
}
