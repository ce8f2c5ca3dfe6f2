//! Clausal proofs that are checked step by step. LRAT: Cruz-Filipe, Heule, Hunt, Kaufmann, Schneider-Kamp, "Efficient Certified
//! RAT Verification", CADE 2017. Here every step must follow by unit propagation along its hints.

use crate::verify::clauses::Clauses;
use crate::verify::{Budget, Refusal};

/// A proof: clauses, each with the numbers of the earlier clauses from which it follows, in the order of propagation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// The steps.
    pub steps: Vec<Step>,
}

/// One line of a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// This clause follows from the clauses with these numbers.
    Add {
        /// The clause.
        clause: Vec<i32>,
        /// Numbers of clauses, from 1.
        hints: Vec<u32>,
    },
    /// The clauses with these numbers are not used any more.
    Delete(Vec<u32>),
}

impl Proof {
    /// Returns the proof in LRAT text, numbering its first clause after `given` others.
    pub fn to_text(&self, given: usize) -> String {
        let mut text = String::new();
        let mut number = given;
        for step in &self.steps {
            match step {
                Step::Add { clause, hints } => {
                    number += 1;
                    text.push_str(&number.to_string());
                    write_words(&mut text, clause);
                    write_words(&mut text, hints);
                }
                Step::Delete(numbers) => {
                    text.push_str(&format!("{number} d"));
                    write_words(&mut text, numbers);
                }
            }
            text.push('\n');
        }
        text
    }

    /// Reads LRAT lines whose first clause is numbered after `given` others.
    ///
    /// # Errors
    /// The line that is not a valid step.
    pub fn parse<'l>(lines: impl IntoIterator<Item = &'l str>, given: usize) -> Result<Proof, Refusal> {
        let mut steps = Vec::new();
        let mut number = given;
        for (line, content) in lines.into_iter().enumerate() {
            let bad = || Refusal::new(format!("line {} of the proof is not an LRAT step", line + 1));
            let mut words = content.split_ascii_whitespace();
            let own: usize = words.next().and_then(|w| w.parse().ok()).ok_or_else(bad)?;
            let mut words = words.peekable();
            if words.next_if_eq(&"d").is_some() {
                steps.push(Step::Delete(until_zero(&mut words).ok_or_else(bad)?));
            } else {
                number += 1;
                if own != number {
                    return Err(bad());
                }
                let clause = until_zero(&mut words).ok_or_else(bad)?;
                steps.push(Step::Add { clause, hints: until_zero(&mut words).ok_or_else(bad)? });
            }
            if words.next().is_some() {
                return Err(bad());
            }
        }
        Ok(Proof { steps })
    }

    /// Checks that the steps follow, one after the other, from the given clauses, and end in a contradiction.
    ///
    /// # Errors
    /// The first step that does not follow, or the work limit.
    pub fn check(&self, given: &mut Clauses, variables: usize, budget: &mut Budget) -> Result<(), Refusal> {
        let mut deleted = vec![false; given.len()];
        let mut values = Values { signs: vec![0; variables + 1], assigned: Vec::new() };
        if given.iter().any(<[i32]>::is_empty) {
            return Ok(());
        }
        for (place, step) in self.steps.iter().enumerate() {
            match step {
                Step::Delete(numbers) => {
                    for number in numbers {
                        let slot = (*number as usize).checked_sub(1).and_then(|place| deleted.get_mut(place));
                        *slot.ok_or_else(|| {
                            Refusal::new(format!("there is no clause {number} to delete"))
                        })? = true;
                    }
                }
                Step::Add { clause, hints } => {
                    let follows = follows(clause, hints, given, &deleted, &mut values, budget);
                    values.clear();
                    follows.map_err(|refusal| refusal.at(format!("proof step {}", place + 1)))?;
                    if clause.is_empty() {
                        return Ok(());
                    }
                    given.push(clause.iter().copied());
                    deleted.push(false);
                }
            }
        }
        Err(Refusal::new("the proof does not end in a contradiction"))
    }
}

fn write_words(text: &mut String, numbers: &[impl std::fmt::Display]) {
    for number in numbers {
        text.push(' ');
        text.push_str(&number.to_string());
    }
    text.push_str(" 0");
}

fn until_zero<'w, T: std::str::FromStr + PartialEq + Default>(
    words: &mut impl Iterator<Item = &'w str>,
) -> Option<Vec<T>> {
    let mut numbers = Vec::new();
    loop {
        let number: T = words.next()?.parse().ok()?;
        if number == T::default() {
            return Some(numbers);
        }
        numbers.push(number);
    }
}

/// Truth values under an assumption.
struct Values {
    signs: Vec<i8>,
    assigned: Vec<usize>,
}

impl Values {
    /// Returns 1 if the literal is true, -1 if it is false and 0 if it is open; `None` if there is no such number.
    fn of(&self, literal: i32) -> Option<i8> {
        let sign = *self.signs.get(literal.unsigned_abs() as usize)?;
        Some(if literal < 0 { -sign } else { sign })
    }

    fn set(&mut self, literal: i32) {
        let number = literal.unsigned_abs() as usize;
        if let Some(slot) = self.signs.get_mut(number) {
            *slot = if literal < 0 { -1 } else { 1 };
            self.assigned.push(number);
        }
    }

    fn clear(&mut self) {
        for number in self.assigned.drain(..) {
            if let Some(slot) = self.signs.get_mut(number) {
                *slot = 0;
            }
        }
    }
}

/// Checks that, if the clause were false, each hint in turn would force a literal, and the last one a contradiction.
fn follows(
    clause: &[i32],
    hints: &[u32],
    given: &Clauses,
    deleted: &[bool],
    values: &mut Values,
    budget: &mut Budget,
) -> Result<(), Refusal> {
    for literal in clause {
        match values.of(*literal).filter(|_| *literal != 0) {
            None => return Err(Refusal::new(format!("there is no variable {}", literal.unsigned_abs()))),
            Some(0) => values.set(-literal),
            // The clause also contains the negation.
            Some(1) => return Ok(()),
            Some(_) => {}
        }
    }
    for hint in hints {
        let place = (*hint as usize).checked_sub(1);
        let hinted = place
            .filter(|place| deleted.get(*place) == Some(&false))
            .and_then(|place| given.get(place))
            .ok_or_else(|| Refusal::new(format!("it uses clause {hint}, which does not exist")))?;
        budget.spend(hinted.len())?;
        let mut open = None;
        for literal in hinted {
            match values.of(*literal) {
                Some(-1) => {}
                Some(0) if open.is_none() || open == Some(*literal) => open = Some(*literal),
                _ => return Err(Refusal::new(format!("clause {hint} forces nothing"))),
            }
        }
        match open {
            Some(literal) => values.set(literal),
            None => return Ok(()),
        }
    }
    Err(Refusal::new("it does not follow from its hints"))
}
