//! The atoms of a formula, found by what their patterns spell.

use crate::formula::{Atom, AtomId, Formula, Lit, LiteralPrefix, NetworkId, PatternId, Test, VariableId};
use crate::index::{Id, IndexVec, id};
use crate::solve::head_ordered::HeadOrdered;
use std::cell::OnceCell;

/// Up to this many atoms are looked at one after the other.
pub(super) const LINEAR_THRESHOLD: usize = 8;

id! {
    /// The place of an atom among those about the text of its variable.
    pub(super) struct AtomPlace
}

id! {
    /// The place of a start among those of an index.
    struct StartPlace
}

/// An atom about the text of a variable.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextAtom {
    pub(super) test: Test,
    /// The pattern that every text matches that passes the test.
    pub(super) pattern: PatternId,
    pub(super) lit: Lit,
}

/// The atoms of one variable; those about its text are found by what their texts start with.
#[derive(Debug, Default)]
pub(super) struct VariableAtoms<'a> {
    pub(super) texts: IndexVec<AtomPlace, TextAtom>,
    index: OnceCell<Index<'a>>,
    /// Atoms about addresses.
    pub(super) networks: Vec<(NetworkId, Lit)>,
}

/// Places of atoms by what their matches start with.
#[derive(Debug, Default)]
struct Index<'a> {
    /// Atoms that one word matches, in the order of the words.
    words: Vec<(HeadOrdered<'a>, AtomPlace)>,
    /// Other atoms by what each match starts with, in order.
    starts: IndexVec<StartPlace, (HeadOrdered<'a>, AtomPlace)>,
    /// For every start, the nearest one before it that it starts with.
    shorter: IndexVec<StartPlace, Option<StartPlace>>,
    /// Atoms whose start is not plain to see.
    others: Vec<AtomPlace>,
}

impl<'a> Index<'a> {
    fn of(formula: &Formula<'a>, atoms: &IndexVec<AtomPlace, TextAtom>) -> Index<'a> {
        let mut index = Index { words: Vec::with_capacity(atoms.len()), ..Index::default() };
        let mut starts = Vec::with_capacity(atoms.len());
        for (place, atom) in atoms.entries() {
            match formula.literal_prefix(atom.pattern) {
                LiteralPrefix::Word(word) => index.words.push((HeadOrdered::new(word), place)),
                LiteralPrefix::Prefix(start) | LiteralPrefix::Start(start) => {
                    starts.push((HeadOrdered::new(start), place))
                }
                LiteralPrefix::Hidden => index.others.push(place),
            }
        }
        index.words.sort();
        starts.sort();
        index.starts = starts.into();
        index.shorter.reserve(index.starts.len());
        let mut before = None;
        for (place, (start, _)) in index.starts.entries() {
            let shorter = index.first_shorter(before, start.text());
            index.shorter.push(shorter);
            before = Some(place);
        }
        index
    }

    /// The nearest of the starts at this place and those it starts with that the text starts with.
    fn first_shorter(&self, mut place: Option<StartPlace>, text: &str) -> Option<StartPlace> {
        // In order, whatever stands between a start and a text that goes on from it goes on from it too.
        while let Some(here) = place {
            let (start, _) = self.starts[here];
            if text.starts_with(start.text()) {
                return place;
            }
            place = self.shorter[here];
        }
        None
    }

    /// Adds the places of atoms whose matches may start like this.
    fn near(&self, prefix: LiteralPrefix<'_>, found: &mut Vec<AtomPlace>) {
        found.extend(&self.others);
        let Some(text) = prefix.start() else {
            found.extend(self.words.iter().chain(self.starts.iter()).map(|(_, place)| *place));
            return;
        };
        let ordered = HeadOrdered::new(text);
        let after = self.starts.as_slice().partition_point(|(start, _)| *start <= ordered);
        let mut shorter = self.first_shorter(after.checked_sub(1).map(StartPlace::at), text);
        while let Some(here) = shorter {
            let (_, place) = self.starts[here];
            found.push(place);
            shorter = self.shorter[here];
        }
        let from = self.words.partition_point(|(word, _)| *word < ordered);
        let words = self.words.iter().skip(from);
        if prefix.word().is_some() {
            found.extend(words.take_while(|(word, _)| *word == ordered).map(|(_, place)| *place));
            return;
        }
        found.extend(words.take_while(|(word, _)| word.text().starts_with(text)).map(|(_, place)| *place));
        let longer = self.starts.iter().skip(after).take_while(|(start, _)| start.text().starts_with(text));
        found.extend(longer.map(|(_, place)| *place));
    }
}

impl<'a> VariableAtoms<'a> {
    /// Finds all atoms that some text may match together with a pattern.
    pub(super) fn near(&self, formula: &Formula<'a>, pattern: PatternId, found: &mut Vec<AtomPlace>) {
        found.clear();
        if self.texts.len() <= LINEAR_THRESHOLD {
            found.extend(self.texts.ids());
            return;
        }
        let index = self.index.get_or_init(|| Index::of(formula, &self.texts));
        index.near(formula.literal_prefix(pattern), found);
    }
}

/// The atoms about texts and addresses, by variable.
#[derive(Debug, Default)]
pub(super) struct AtomIndex<'a> {
    variables: IndexVec<VariableId, VariableAtoms<'a>>,
    /// The place of each atom that is about a text.
    places: IndexVec<AtomId, Option<AtomPlace>>,
}

impl<'a> AtomIndex<'a> {
    pub(super) fn of(formula: &Formula<'a>) -> AtomIndex<'a> {
        let mut counts: IndexVec<VariableId, usize> = formula.variables().map(|_| 0).collect();
        for (_, atom) in formula.atoms() {
            if let Atom::Match(variable, _) = atom {
                counts[variable] += 1;
            }
        }
        let with_room = |count: &usize| {
            let texts = Vec::with_capacity(*count).into();
            VariableAtoms { texts, ..VariableAtoms::default() }
        };
        let mut variables: IndexVec<VariableId, VariableAtoms<'a>> = counts.iter().map(with_room).collect();
        let mut places = IndexVec::default();
        places.reserve(formula.atom_count());
        for (id, atom) in formula.atoms() {
            places.push(match atom {
                Atom::Match(variable, test) => {
                    let (atoms, lit) = (&mut variables[variable], formula.literal_of(id));
                    if let Test::Network(id) = test {
                        atoms.networks.push((id, lit));
                    }
                    formula.widened(test).map(|pattern| atoms.texts.push(TextAtom { test, pattern, lit }))
                }
                Atom::Present(_) | Atom::Unobservable(_) | Atom::Opaque(_) => None,
            });
        }
        AtomIndex { variables, places }
    }

    /// The place of an atom among those about the text of the variable, if it is one. An atom that came after the index has no
    /// place in it.
    pub(super) fn place(&self, variable: VariableId, id: AtomId, lit: Lit) -> Option<AtomPlace> {
        let place = if self.places.contains(id) { self.places[id] } else { None }?;
        let texts = &self.about(variable)?.texts;
        (texts.contains(place) && texts[place].lit == lit).then_some(place)
    }

    /// The atoms about one variable; none about a variable that came after the index.
    pub(super) fn about(&self, variable: VariableId) -> Option<&VariableAtoms<'a>> {
        self.variables.contains(variable).then(|| &self.variables[variable])
    }
}
