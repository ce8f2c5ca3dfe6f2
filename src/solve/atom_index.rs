//! The atoms of a formula, found by what their patterns spell.

use crate::formula::{Atom, AtomId, Formula, Lit, LiteralPrefix, NetworkId, PatternId, Test, VariableId};
use crate::index::Id;
use crate::solve::head_ordered::HeadOrdered;
use std::cell::OnceCell;

/// Up to this many atoms are looked at one after the other.
pub(super) const FEW: usize = 8;

/// The atoms of one variable; those about its text are found by what their texts start with.
#[derive(Debug, Default)]
pub(super) struct VariableAtoms<'a> {
    pub(super) atoms: Vec<(Test, PatternId, Lit)>,
    index: OnceCell<Index<'a>>,
    /// Atoms about addresses.
    pub(super) networks: Vec<(NetworkId, Lit)>,
}

/// Places of atoms by what their matches start with.
#[derive(Debug, Default)]
struct Index<'a> {
    /// Atoms that one word matches, in the order of the words.
    words: Vec<(HeadOrdered<'a>, usize)>,
    /// Other atoms by what each match starts with, in order.
    starts: Vec<(HeadOrdered<'a>, usize)>,
    /// For every start, the place in the list of the nearest one before that it starts with.
    shorter: Vec<Option<usize>>,
    /// Atoms whose start is not plain to see.
    others: Vec<usize>,
}

impl<'a> Index<'a> {
    fn of(formula: &Formula<'a>, atoms: &[(Test, PatternId, Lit)]) -> Index<'a> {
        let mut index = Index::default();
        for (place, (_, pattern, _)) in atoms.iter().enumerate() {
            match formula.literal_prefix(*pattern) {
                LiteralPrefix::Word(word) => index.words.push((HeadOrdered::new(word), place)),
                LiteralPrefix::Prefix(start) | LiteralPrefix::Start(start) => {
                    index.starts.push((HeadOrdered::new(start), place))
                }
                LiteralPrefix::Hidden => index.others.push(place),
            }
        }
        index.words.sort();
        index.starts.sort();
        for (i, (start, _)) in index.starts.iter().enumerate() {
            let before = i.checked_sub(1);
            let shorter = index.first_shorter(before, start.text());
            index.shorter.push(shorter);
        }
        index
    }

    /// The nearest of the starts at this place and those it starts with that the text starts with.
    fn first_shorter(&self, mut place: Option<usize>, text: &str) -> Option<usize> {
        // In order, whatever stands between a start and a text that goes on from it goes on from it too.
        while let Some(here) = place {
            if self.starts.get(here).is_some_and(|(start, _)| text.starts_with(start.text())) {
                return place;
            }
            place = self.shorter.get(here).copied().flatten();
        }
        None
    }

    fn near(&self, spelled: LiteralPrefix<'_>, found: &mut Vec<usize>) {
        found.extend(&self.others);
        let Some(text) = spelled.start() else {
            found.extend(self.words.iter().chain(&self.starts).map(|(_, place)| *place));
            return;
        };
        let ordered = HeadOrdered::new(text);
        let after = self.starts.partition_point(|(start, _)| *start <= ordered);
        let mut shorter = self.first_shorter(after.checked_sub(1), text);
        while let Some((_, place)) = shorter.and_then(|here| self.starts.get(here)) {
            found.push(*place);
            shorter = shorter.and_then(|here| self.shorter.get(here).copied().flatten());
        }
        let from = self.words.partition_point(|(word, _)| *word < ordered);
        let words = self.words.iter().skip(from);
        if spelled.word().is_some() {
            found.extend(words.take_while(|(word, _)| *word == ordered).map(|(_, place)| *place));
            return;
        }
        found.extend(words.take_while(|(word, _)| word.text().starts_with(text)).map(|(_, place)| *place));
        let longer = self.starts.iter().skip(after).take_while(|(start, _)| start.text().starts_with(text));
        found.extend(longer.map(|(_, place)| *place));
    }
}

impl<'a> VariableAtoms<'a> {
    /// The places of all atoms that may meet a pattern, into `found`.
    pub(super) fn near(&self, formula: &Formula<'a>, pattern: PatternId, found: &mut Vec<usize>) {
        found.clear();
        if self.atoms.len() <= FEW {
            found.extend(0..self.atoms.len());
            return;
        }
        let index = self.index.get_or_init(|| Index::of(formula, &self.atoms));
        index.near(formula.literal_prefix(pattern), found);
    }
}

/// The atoms about texts and addresses, by variable.
#[derive(Debug, Default)]
pub(super) struct AtomIndex<'a> {
    variables: Vec<VariableAtoms<'a>>,
    /// The place of each atom among those of its variable; of one that is not about a text, any.
    places: Vec<usize>,
}

impl<'a> AtomIndex<'a> {
    pub(super) fn of(formula: &Formula<'a>) -> AtomIndex<'a> {
        let mut found = AtomIndex::default();
        found.variables.resize_with(formula.variable_count(), VariableAtoms::default);
        found.places.resize(formula.atom_count(), usize::MAX);
        for (id, atom) in formula.atoms() {
            let Atom::Match(variable, test) = atom else { continue };
            let lit = formula.literal_of(id);
            let Some(atoms) = found.variables.get_mut(variable.place()) else { continue };
            match (formula.widened(test), test) {
                (Some(pattern), _) => {
                    if let Some(place) = found.places.get_mut(id.place()) {
                        *place = atoms.atoms.len();
                    }
                    atoms.atoms.push((test, pattern, lit));
                }
                (None, Test::Network(id)) => atoms.networks.push((id, lit)),
                (None, _) => {}
            }
        }
        found
    }

    /// The place of an atom among those about the text of the variable, if it is one.
    pub(super) fn place(&self, variable: VariableId, id: AtomId, lit: Lit) -> Option<usize> {
        let place = *self.places.get(id.place())?;
        let (_, _, other) = self.about(variable)?.atoms.get(place)?;
        (*other == lit).then_some(place)
    }

    /// Those about one variable.
    pub(super) fn about(&self, variable: VariableId) -> Option<&VariableAtoms<'a>> {
        self.variables.get(variable.place())
    }
}
