//! Finds for each statement of a rewritten policy the old one from which it is made.

use super::Lists;
use super::list::bare;
use crate::index::guaranteed;
use crate::policy::{Document, Statement};
use std::collections::BTreeSet;

/// Values that are compared while statements are assigned to one another.
const COMPARISONS: usize = 4_000_000;

/// Weight of an equal first value of a list: values that are added by a merge follow the own ones.
const FIRST: usize = 1_000;

/// Returns the index of the new statement for each old one; `None` for one that goes. The order of statements stays.
///
/// # Errors
/// A new statement is made from none of them, or there are too many.
pub(super) fn aligned(before: &Document, after: &Document) -> Result<Vec<Option<usize>>, String> {
    let [old, new] = [before, after]
        .map(|document| document.statements.iter().map(Outline::of).collect::<Vec<Outline<'_>>>());
    let is_same = |(one, other): &(&Outline<'_>, &Outline<'_>)| one == other;
    let first = old.iter().zip(&new).take_while(is_same).count();
    let most = old.len().min(new.len()) - first;
    let last = old.iter().rev().zip(new.iter().rev()).take(most).take_while(is_same).count();
    let (olds, news) = (middle(&old, first, last), middle(&new, first, last));
    let size = |list: &[Outline<'_>]| list.iter().map(|outline| outline.values.len() + 1).sum::<usize>();
    if size(olds) * (news.len() + 1) + size(news) * (olds.len() + 1) > COMPARISONS {
        return Err("it has too many statements to be edited as YAML".to_owned());
    }
    let pairs = best(olds, news).ok_or("a statement in YAML would be written anew")?;
    let mut all: Vec<Option<usize>> = (0..first).map(Some).collect();
    all.extend(pairs.into_iter().map(|place| place.map(|place| place + first)));
    all.extend((new.len() - last..new.len()).map(Some));
    Ok(all)
}

/// Returns a list without its first and last elements.
fn middle<T>(list: &[T], first: usize, last: usize) -> &[T] {
    guaranteed(list.get(first..list.len() - last), "the first and the last elements are not more than all")
}

/// Assigns all new statements to old ones, so that as much as possible is kept.
fn best(old: &[Outline<'_>], new: &[Outline<'_>]) -> Option<Vec<Option<usize>>> {
    let width = new.len() + 1;
    // The best sum for the old statements from one on and the new ones from one on, and true if the two are assigned.
    let mut table: Vec<Option<(usize, bool)>> = vec![None; (old.len() + 1) * width];
    let cell = |table: &[Option<(usize, bool)>], row: usize, column: usize| {
        table.get(row * width + column).copied().flatten()
    };
    for (row, column) in
        (0..=old.len()).rev().flat_map(|row| (0..width).rev().map(move |column| (row, column)))
    {
        let value = match (old.get(row), new.get(column)) {
            (None, None) => Some((0, false)),
            (None, Some(_)) => None,
            (Some(_), None) => Some((0, false)),
            (Some(one), Some(other)) => {
                let skipped = cell(&table, row + 1, column).map(|(sum, _)| (sum, false));
                let taken = cell(&table, row + 1, column + 1)
                    .and_then(|(sum, _)| one.likeness(other).map(|own| (sum + own, true)));
                // Of equal sums, the first statement is kept, into which others are merged.
                taken
                    .into_iter()
                    .chain(skipped)
                    .reduce(|one, other| if other.0 > one.0 { other } else { one })
            }
        };
        if let Some(place) = table.get_mut(row * width + column) {
            *place = value;
        }
    }
    let (mut column, mut pairs) = (0, Vec::new());
    for row in 0..old.len() {
        let (_, is_taken) = cell(&table, row, column)?;
        pairs.push(is_taken.then_some(column));
        column += usize::from(is_taken);
    }
    Some(pairs)
}

/// A statement as far as it says from which other one it is made.
#[derive(PartialEq, Eq)]
struct Outline<'s> {
    sid: Option<&'s str>,
    /// The effect and the elements, which a rewriting keeps.
    kind: String,
    /// The operators and keys of the conditions.
    conditions: BTreeSet<(&'s str, &'s str)>,
    /// The first value of each list, without wildcards.
    first: Vec<Option<String>>,
    /// All values, without wildcards.
    values: BTreeSet<String>,
}

impl<'s> Outline<'s> {
    fn of(statement: &'s Statement) -> Outline<'s> {
        let resource = statement.resource.as_ref().map(|resource| resource.negated);
        let principal = statement.principal.as_ref().map(|principal| (principal.negated, principal.everyone));
        let Lists(lists) = Lists::of(statement);
        let values = lists.iter().flat_map(|list| &list.values).map(|((text, _), _)| bare(text));
        let of_conditions = statement.conditions.iter().flat_map(|condition| &condition.values);
        let of_conditions = of_conditions.map(|value| bare(&value.value.text));
        let conditions = statement.conditions.iter();
        Outline {
            sid: statement.sid(),
            kind: format!(
                "{} {} {resource:?} {principal:?}",
                statement.effect.value.name(),
                statement.action.negated
            ),
            conditions: conditions.map(|one| (&*one.operator_text, &*one.key.value.text)).collect(),
            first: lists.iter().map(|list| list.values.first().map(|((text, _), _)| bare(text))).collect(),
            values: values.chain(of_conditions).collect(),
        }
    }

    /// Returns how much a new statement has of this one; `None` if it is not made from it.
    fn likeness(&self, new: &Outline<'_>) -> Option<usize> {
        let is_made_from = self.kind == new.kind
            && (new.sid.is_none() || new.sid == self.sid)
            && new.conditions.is_subset(&self.conditions);
        is_made_from.then(|| {
            let first = self.first.iter().zip(&new.first).filter(|(one, other)| one == other).count();
            1 + first * FIRST + self.values.intersection(&new.values).count()
        })
    }
}
