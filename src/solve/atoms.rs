//! The atoms of a formula, found by what their patterns spell.

use crate::formula::{Atom, Formula, Lit, NetworkId, PatternId, Test, VariableId};
use rustc_hash::FxHashMap;

/// The atoms of one variable; those about its text are found by what their texts start with.
#[derive(Debug, Default)]
pub(super) struct VariableAtoms<'a> {
    pub(super) atoms: Vec<(Test, PatternId, Lit)>,
    /// Places of atoms that one word matches.
    words: FxHashMap<&'a str, usize>,
    /// The same, in order.
    sorted_words: Vec<(&'a str, usize)>,
    /// Places of other atoms by what each match starts with.
    starts: FxHashMap<&'a str, Vec<usize>>,
    /// The same, in order.
    sorted_starts: Vec<(&'a str, usize)>,
    /// The lengths of the starts.
    lengths: Vec<usize>,
    /// Places of atoms whose start is not plain to see.
    others: Vec<usize>,
    /// Atoms about addresses.
    pub(super) networks: Vec<(NetworkId, Lit)>,
}

impl<'a> VariableAtoms<'a> {
    fn add(&mut self, formula: &Formula<'a>, test: Test, pattern: PatternId, lit: Lit) {
        let place = self.atoms.len();
        self.atoms.push((test, pattern, lit));
        let key = formula.pattern_of(pattern);
        match (key.and_then(|k| k.word()), key.and_then(|k| k.start())) {
            (Some(word), _) if !self.words.contains_key(word) => {
                self.words.insert(word, place);
                self.sorted_words.push((word, place));
            }
            (_, Some(start)) => {
                self.starts.entry(start).or_default().push(place);
                self.sorted_starts.push((start, place));
            }
            (_, None) => self.others.push(place),
        }
    }

    fn finish(&mut self) {
        self.sorted_words.sort_unstable();
        self.sorted_starts.sort_unstable();
        self.lengths = self.sorted_starts.iter().map(|(start, _)| start.len()).collect();
        self.lengths.sort_unstable();
        self.lengths.dedup();
    }

    /// The places of all atoms that may meet a pattern, into `found`.
    pub(super) fn near(&self, word: Option<&str>, start: Option<&str>, found: &mut Vec<usize>) {
        found.clear();
        found.extend(&self.others);
        let Some(text) = word.or(start) else {
            found.extend(self.sorted_words.iter().chain(&self.sorted_starts).map(|(_, place)| *place));
            return;
        };
        for length in self.lengths.iter().take_while(|length| **length <= text.len()) {
            found.extend(text.get(..*length).and_then(|start| self.starts.get(start)).into_iter().flatten());
        }
        if word.is_some() {
            found.extend(self.words.get(text));
            return;
        }
        for (list, proper) in [(&self.sorted_words, false), (&self.sorted_starts, true)] {
            let from = list.partition_point(|(other, _)| *other < text);
            let extending = list.iter().skip(from).take_while(|(other, _)| other.starts_with(text));
            // A start of the same length was found above.
            found.extend(extending.filter(|(o, _)| !proper || o.len() > text.len()).map(|(_, place)| *place));
        }
    }
}

/// The atoms about texts and addresses, by variable.
#[derive(Debug, Default)]
pub(super) struct ValueAtoms<'a> {
    pub(super) variables: FxHashMap<VariableId, VariableAtoms<'a>>,
}

impl<'a> ValueAtoms<'a> {
    pub(super) fn of(formula: &Formula<'a>) -> ValueAtoms<'a> {
        let mut found = ValueAtoms::default();
        for (id, atom) in formula.atoms() {
            let Atom::Match(variable, test) = atom else { continue };
            let lit = formula.literal_of(id);
            match (formula.widened(test), test) {
                (Some(pattern), _) => {
                    found.variables.entry(variable).or_default().add(formula, test, pattern, lit);
                }
                (None, Test::Network(id)) => {
                    found.variables.entry(variable).or_default().networks.push((id, lit));
                }
                (None, _) => {}
            }
        }
        found.variables.values_mut().for_each(VariableAtoms::finish);
        found
    }
}
