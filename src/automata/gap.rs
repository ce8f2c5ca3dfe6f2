//! The positions of a pattern that a gap makes superfluous.
//!
//! Position `i` of a pattern means that the steps before `i` are consumed.
//!
//! **Domination.** Let step `j` be a gap of class B and let all sets of steps `i..j` lie inside B. Then every word that can
//! follow position `i` can follow position `j` too: the symbols that lead from `i` to `j` are all in B, and the gap consumes
//! them. So if position `j` is reached, positions `i..j` add nothing and are dropped. For the plain `*`, no position before the
//! last reached gap remains.

use crate::automata::class::Class;
use crate::automata::step::Step;
use crate::index::{Id, IndexVec, id};

id! {
    /// A position of a pattern: the number of its consumed steps.
    pub(crate) struct Position
}

/// True if, on reaching a gap, all earlier positions may be dropped. The condition is that each gap but the first either
/// dominates the gap before it, or is separated from it by a single symbol that no step from the earlier gap up to that symbol
/// can consume. Past such a delimiter, no other run is alive.
pub(crate) fn is_greedy(steps: &[Step]) -> bool {
    let mut since: Option<Class> = None;
    let mut delimited = false;
    for step in steps {
        match step {
            Step::One(set) => {
                if let Some(all) = since {
                    delimited |= all.and(set.hull()).is_empty();
                    since = Some(all.union(set.hull()));
                }
            }
            Step::Many(class) => {
                if since.is_some_and(|all| !delimited && !class.covers(all)) {
                    return false;
                }
                since = Some(*class);
                delimited = false;
            }
        }
    }
    true
}

/// Returns, for every gap, the first position that it dominates; for other steps and the end, the position itself.
pub(crate) fn first_dominated(steps: &[Step]) -> IndexVec<Position, Position> {
    let mut first_dominated: IndexVec<Position, Position> = IndexVec::default();
    first_dominated.reserve(steps.len() + 1);
    for (place, step) in steps.iter().enumerate() {
        let mut first = place;
        if let Step::Many(class) = step {
            while let Some((before, step)) = first.checked_sub(1).and_then(|at| Some((at, steps.get(at)?))) {
                first = match step {
                    Step::One(set) if class.covers(set.hull()) => before,
                    // The positions that this gap dominates lie inside its class, and so inside the outer class.
                    Step::Many(inner) if class.covers(*inner) => {
                        first_dominated[Position::at(before)].place()
                    }
                    _ => break,
                };
            }
        }
        first_dominated.push(Position::at(first));
    }
    first_dominated.push(Position::at(steps.len()));
    first_dominated
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::automata::pattern::Pattern;

    fn reaches(class: Class, text: &str) -> Vec<usize> {
        let first = first_dominated(Pattern::glob(class, text).steps());
        first.iter().map(|position| position.place()).collect()
    }

    #[test]
    fn a_gap_dominates_what_lies_inside_its_class() {
        assert_eq!(reaches(Class::ANY, "ab*c*d"), [0, 1, 0, 3, 0, 5, 6]);
        assert_eq!(reaches(Class::NOT_COLON, "a:*c*d"), [0, 1, 2, 3, 2, 5, 6]);
        assert_eq!(reaches(Class::NOT_COLON, "*:*"), [0, 1, 2, 3]);
    }
}
