//! Compiles the conditions of a query, which are trees over the sets of its layers.

use crate::automata::Class;
use crate::encode::context::Context;
use crate::encode::principal::is_kind;
use crate::encode::statement::CompiledPolicy;
use crate::formula::requester::marker;
use crate::formula::{Formula, Lit};
use crate::index::broken;
use crate::query::{Layer, Tree};

/// Compiles conditions; each set is compiled once.
pub(super) struct Trees<'t, 'q, 'a> {
    /// The sets.
    pub(super) sets: &'t [Layer<'q, 'a>],
    /// The documents of all sets.
    pub(super) compiled: &'t [CompiledPolicy],
    /// The literals of the sets that occurred before.
    pub(super) known: Vec<Option<Lit>>,
}

impl<'a> Trees<'_, '_, 'a> {
    /// Returns "the condition holds".
    pub(super) fn compile(&mut self, formula: &mut Formula<'a>, context: &Context<'a>, tree: &Tree) -> Lit {
        match tree {
            Tree::All(parts) => {
                let parts: Vec<Lit> = parts.iter().map(|part| self.compile(formula, context, part)).collect();
                formula.graph.and(parts)
            }
            Tree::Any(parts) => {
                let parts: Vec<Lit> = parts.iter().map(|part| self.compile(formula, context, part)).collect();
                formula.graph.or(parts)
            }
            Tree::Not(tree) => !self.compile(formula, context, tree),
            Tree::Set(index) => self.set(formula, *index),
            Tree::Kind(kinds) => {
                let none = Class::ANY.and(Class::marker(0));
                let kinds = kinds.iter().fold(none, |all, kind| all.union(marker(*kind)));
                is_kind(formula, context, kinds)
            }
            Tree::Open(code, key) => formula.open(*code, &**key),
        }
    }

    /// Returns "the request is in the set".
    fn set(&mut self, formula: &mut Formula<'a>, index: usize) -> Lit {
        let (Some(layer), Some(known)) = (self.sets.get(index), self.known.get_mut(index)) else {
            broken("a condition is about sets of its query");
        };
        *known.get_or_insert_with(|| {
            let documents = self.compiled.iter().skip(layer.first).take(layer.documents.len());
            CompiledPolicy::are_in(formula, layer.set, documents)
        })
    }
}
