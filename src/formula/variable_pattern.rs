//! Patterns with policy variables: wildcard patterns that hold the values of context keys at some places.

use crate::automata::{Builder, Class, Pattern, Set, Step, Symbol};
use crate::formula::requester::restrict;
use crate::policy::{Part, Template};

/// One piece of a [`VariablePattern`] pattern.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Piece {
    /// A step of an ordinary pattern.
    Step(Step),
    /// The value of a key, literally. It can only stand here if all of its symbols are of the class.
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
    /// The fields joined by `:`, wildcards and values of all but the last not matching it. `default` says of which keys
    /// the default is to be put in, `name` gives a key's name as the documents hold it. `None` if a default cannot stand in its
    /// field, which then matches nothing.
    pub(crate) fn new(
        fields: &[Template],
        default: &dyn Fn(&str) -> bool,
        name: &dyn Fn(&str) -> Option<&'a str>,
    ) -> Option<VariablePattern<'a>> {
        let room = |part: &Part| if let Part::Text(text) = part { text.len() } else { 1 };
        let room = fields.iter().map(|field| field.parts().iter().map(room).sum::<usize>().saturating_add(1));
        let mut symbolic = VariablePattern { pieces: Vec::with_capacity(room.sum()), keys: Vec::new() };
        let last = fields.len().saturating_sub(1);
        for (i, field) in fields.iter().enumerate() {
            if i > 0 {
                symbolic.text(":");
            }
            let class = if i < last { Class::NOT_COLON } else { Class::ANY };
            for part in field.parts() {
                match part {
                    Part::Text(text) => symbolic.text(text),
                    Part::One => symbolic.pieces.push(Piece::Step(Step::One(Set::Class(class)))),
                    Part::Many => symbolic.pieces.push(Piece::Step(Step::Many(class))),
                    Part::Variable(variable) if default(&variable.key) => {
                        let text = variable.default.as_deref().unwrap_or("");
                        if !text.chars().all(|c| class.contains(Symbol::from_char(c))) {
                            return None;
                        }
                        symbolic.text(text);
                    }
                    Part::Variable(variable) => {
                        let known = symbolic.keys.iter().position(|k| *k == &*variable.key);
                        let key = known.unwrap_or_else(|| {
                            symbolic.keys.extend(name(&variable.key));
                            symbolic.keys.len().saturating_sub(1)
                        });
                        symbolic.pieces.push(Piece::Value { key, class });
                    }
                }
            }
        }
        Some(symbolic)
    }

    fn text(&mut self, text: &str) {
        self.pieces.extend(text.chars().map(|c| Piece::Step(Step::One(Set::Char(Symbol::from_char(c))))));
    }

    /// Matches whatever this matches for some values.
    pub fn widen(&self) -> Pattern {
        self.build(|builder, _, class| builder.push(Step::Many(class)))
    }

    /// Matches whatever this matches for values that match these patterns, in the order of the keys; `None` where nothing
    /// is known. `None` if no value can stand where it would.
    pub fn refine(&self, patterns: &[Option<Pattern>]) -> Option<Pattern> {
        let mut fits = true;
        let pattern = self.build(|builder, key, class| match patterns.get(key) {
            Some(Some(known)) => match restrict(known, class) {
                Some(known) => known.steps().iter().for_each(|step| builder.push(*step)),
                None => fits = false,
            },
            _ => builder.push(Step::Many(class)),
        });
        fits.then_some(pattern)
    }

    /// What it matches for these values, in the order of the keys; `None` if a value cannot stand where it would.
    pub fn substitute(&self, values: &[&[Symbol]]) -> Option<Pattern> {
        let mut fits = true;
        let pattern = self.build(|builder, key, class| {
            for symbol in values.get(key).copied().unwrap_or(&[]) {
                fits &= class.contains(*symbol);
                builder.push(Step::One(Set::Char(*symbol)));
            }
        });
        fits.then_some(pattern)
    }

    /// With one symbol for the value of each key, the same for the same key.
    pub fn mark(&self, marker: impl Fn(&'a str) -> Symbol) -> Pattern {
        self.build(|builder, key, _| {
            if let Some(name) = self.keys.get(key) {
                builder.push(Step::One(Set::Char(marker(name))));
            }
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

    /// Values of the keys under which the word matches, if there are any: the first ones as long as can be, or as short. The
    /// search is cut off after some steps.
    pub fn extract(&self, word: &[Symbol], long: bool) -> Option<Vec<Vec<Symbol>>> {
        if self.pieces.len() > 4096 {
            // The recursion is as deep as the pattern.
            return None;
        }
        let mut values: Vec<Option<&[Symbol]>> = vec![None; self.keys.len()];
        let mut budget = 10_000u32;
        extract(&self.pieces, word, long, &mut values, &mut budget)
            .then(|| values.into_iter().map(|v| v.unwrap_or(&[]).to_vec()).collect())
    }
}

/// Backtracking over what each piece takes; `budget` bounds the steps, and recursion is as deep as the pattern.
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
    // Where the rest cannot begin, or nothing is left to match what is left of the word, there is no need to look further.
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
                (0..=most).map(|n| if long { most.saturating_sub(n) } else { n }).any(|n| {
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
