//! Which positions of a pattern a gap makes superfluous.
//!
//! Position `i` of a pattern means that the steps before `i` are done.
//!
//! **Domination.** Let step `j` be a gap of class B and let all sets of steps `i..j` lie inside B. Then what can
//! follow position `i` can follow position `j` too: the symbols that lead from `i` to `j` are all in B, and the gap
//! consumes them. So beside `j` the positions `i..j` add nothing and are dropped. For the plain `*` that leaves
//! nothing before the last gap reached.

use crate::automata::class::Class;
use crate::automata::step::Step;
use crate::index::{Id, IndexVec, id};

id! {
    /// A position of a pattern: how many of its steps are done.
    pub(crate) struct Position
}

/// Returns true if, on reaching a gap, everything before it may be forgotten: at each gap but the first, either it dominates
/// the gap before, or between the two stands a single symbol that nothing from the earlier gap up to there can
/// consume. Past such a delimiter, no other way to have come there is alive.
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

/// For every gap, the first position that it dominates; for the other steps and the end, the position itself.
pub(crate) fn first_dominated(steps: &[Step]) -> IndexVec<Position, Position> {
    let mut first_dominated: IndexVec<Position, Position> = IndexVec::default();
    first_dominated.reserve(steps.len() + 1);
    for (place, step) in steps.iter().enumerate() {
        let mut first = place;
        if let Step::Many(class) = step {
            while let Some((before, step)) = first.checked_sub(1).and_then(|at| Some((at, steps.get(at)?))) {
                first = match step {
                    Step::One(set) if class.covers(set.hull()) => before,
                    // What that gap dominates lies inside its class, and so inside this one.
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
