//! Patterns with policy variables: wildcard patterns that hold the values of context keys at some places.

use crate::automata::{Builder, Class, Pattern, Set, Step, Symbol};
use crate::formula::requester::restrict;
use crate::index::broken;
use crate::policy::{Part, Template};

/// One piece of a [`VariablePattern`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Piece {
    /// A step of an ordinary pattern.
    Step(Step),
    /// The value of a key, taken literally. A value may stand here only if all of its symbols are of the class.
    Value {
        /// Index into [`VariablePattern::keys`].
        key: usize,
        /// Symbols that may stand in this place.
        class: Class,
    },
}

/// A pattern with the values of keys in it, under the assumption that all of them are present.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VariablePattern<'a> {
    /// The pieces, in order.
    pub pieces: Vec<Piece>,
    /// The keys (lower-cased names), each once.
    pub keys: Vec<&'a str>,
}

impl<'a> VariablePattern<'a> {
    /// Builds the pattern of the fields joined by `:`. Wildcards and values in all fields but the last do not match it.
    ///
    /// `is_absent` says which keys are absent: the default stands in for their value. `name` returns a key's name as the
    /// documents hold it. `None` if a default is missing or cannot stand in its field: the fields then match nothing.
    pub(crate) fn new(
        fields: &[Template],
        is_absent: &dyn Fn(&str) -> bool,
        name: &dyn Fn(&str) -> &'a str,
    ) -> Option<VariablePattern<'a>> {
        let room = |part: &Part| if let Part::Text(text) = part { text.len() } else { 1 };
        let room = fields.iter().map(|field| field.parts().iter().map(room).sum::<usize>() + 1);
        let mut pattern = VariablePattern { pieces: Vec::with_capacity(room.sum()), keys: Vec::new() };
        for (place, field) in fields.iter().enumerate() {
            if place > 0 {
                pattern.text(":");
            }
            let is_last = place + 1 == fields.len();
            let class = if is_last { Class::ANY } else { Class::NOT_COLON };
            for part in field.parts() {
                match part {
                    Part::Text(text) => pattern.text(text),
                    Part::One => pattern.pieces.push(Piece::Step(Step::One(Set::Class(class)))),
                    Part::Many => pattern.pieces.push(Piece::Step(Step::Many(class))),
                    Part::Variable(variable) if is_absent(&variable.key) => {
                        let text = variable.default.as_deref()?;
                        if !text.chars().all(|c| class.contains(Symbol::from_char(c))) {
                            return None;
                        }
                        pattern.text(text);
                    }
                    Part::Variable(variable) => {
                        let key = pattern.place_of(&variable.key, name);
                        pattern.pieces.push(Piece::Value { key, class });
                    }
                }
            }
        }
        Some(pattern)
    }

    /// Returns the index of a key in the list of keys; adds a new key to the list.
    fn place_of(&mut self, key: &str, name: &dyn Fn(&str) -> &'a str) -> usize {
        match self.keys.iter().position(|known| *known == key) {
            Some(place) => place,
            None => {
                self.keys.push(name(key));
                self.keys.len() - 1
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.pieces.extend(text.chars().map(|c| Piece::Step(Step::One(Set::Char(Symbol::from_char(c))))));
    }

    /// Returns the pattern that matches whatever this pattern matches for some values of the keys.
    pub fn widen(&self) -> Pattern {
        self.build(|builder, _, class| builder.push(Step::Many(class)))
    }

    /// Returns the pattern that matches whatever this pattern matches if the values match `patterns`, given in the order of the
    /// keys with `None` where nothing is known. The result is `None` if no such value can stand in its place.
    pub fn refine(&self, patterns: &[Option<Pattern>]) -> Option<Pattern> {
        let mut fits = true;
        let pattern = self.build(|builder, key, class| match of_key(patterns, key) {
            Some(known) => match restrict(known, class) {
                Some(known) => known.steps().iter().for_each(|step| builder.push(*step)),
                None => fits = false,
            },
            None => builder.push(Step::Many(class)),
        });
        fits.then_some(pattern)
    }

    /// Returns the pattern with these values put in, given in the order of the keys; `None` if a value cannot stand in its place.
    pub fn substitute(&self, values: &[&[Symbol]]) -> Option<Pattern> {
        let mut fits = true;
        let pattern = self.build(|builder, key, class| {
            for symbol in *of_key(values, key) {
                fits &= class.contains(*symbol);
                builder.push(Step::One(Set::Char(*symbol)));
            }
        });
        fits.then_some(pattern)
    }

    /// Returns the pattern with one symbol in place of each value; the same key always gets the same symbol.
    pub fn mark(&self, marker: impl Fn(&'a str) -> Symbol) -> Pattern {
        self.build(|builder, key, _| {
            builder.push(Step::One(Set::Char(marker(of_key::<&str>(&self.keys, key)))));
        })
    }

    fn build(&self, mut value: impl FnMut(&mut Builder, usize, Class)) -> Pattern {
        let mut builder = Builder::default();
        for piece in &self.pieces {
            match piece {
                Piece::Step(step) => builder.push(*step),
                Piece::Value { key, class } => value(&mut builder, *key, *class),
            }
        }
        builder.finish()
    }

    /// Returns values of the keys under which the word matches. The search tries long values first if `long` is set, else short
    /// ones, key by key. It gives up after a bounded number of steps.
    pub fn extract(&self, word: &[Symbol], long: bool) -> Option<Vec<Vec<Symbol>>> {
        if self.pieces.len() > 4096 {
            // The recursion is as deep as the pattern has pieces.
            return None;
        }
        let mut values: Vec<Option<&[Symbol]>> = vec![None; self.keys.len()];
        let mut budget = 10_000u32;
        if !extract(&self.pieces, word, long, &mut values, &mut budget) {
            return None;
        }
        // Every key stands in some piece, and that piece was given a value.
        values.into_iter().map(|value| value.map(<[Symbol]>::to_vec)).collect()
    }
}

/// Returns the value for a key in a list with one value for each key.
fn of_key<T>(list: &[T], key: usize) -> &T {
    match list.get(key) {
        Some(value) => value,
        None => broken("a key of a pattern has its value"),
    }
}

/// Finds values by backtracking over the symbols that each piece takes. `budget` bounds the steps; the recursion is as deep as
/// the pattern has pieces.
fn extract<'w>(
    pieces: &[Piece],
    word: &'w [Symbol],
    long: bool,
    values: &mut Vec<Option<&'w [Symbol]>>,
    budget: &mut u32,
) -> bool {
    let Some(left) = budget.checked_sub(1) else { return false };
    *budget = left;
    let Some((piece, rest)) = pieces.split_first() else { return word.is_empty() };
    // The search ends early where the next piece cannot begin, or where no piece remains before the word ends.
    let goes_on = |word: &[Symbol]| match (rest.first(), word.first()) {
        (None, left) => left.is_none(),
        (Some(Piece::Step(Step::One(set))), next) => next.is_some_and(|next| set.contains(*next)),
        _ => true,
    };
    let most = |class: Class| word.iter().take_while(|s| class.contains(**s)).count();
    match piece {
        Piece::Step(Step::One(set)) => match word.split_first() {
            Some((first, word)) => set.contains(*first) && extract(rest, word, long, values, budget),
            None => false,
        },
        Piece::Step(Step::Many(class)) => (0..=most(*class)).any(|n| {
            word.get(n..).is_some_and(|word| goes_on(word) && extract(rest, word, long, values, budget))
        }),
        Piece::Value { key, class } => match values.get(*key).copied().flatten() {
            Some(value) => {
                word.strip_prefix(value).is_some_and(|word| extract(rest, word, long, values, budget))
            }
            None => {
                let most = most(*class);
                (0..=most).map(|n| if long { most - n } else { n }).any(|n| {
                    let Some((value, word)) = word.split_at_checked(n) else { return false };
                    if !goes_on(word) {
                        return false;
                    }
                    if let Some(slot) = values.get_mut(*key) {
                        *slot = Some(value);
                    }
                    let found = extract(rest, word, long, values, budget);
                    if !found && let Some(slot) = values.get_mut(*key) {
                        *slot = None;
                    }
                    found
                })
            }
        },
    }
}
