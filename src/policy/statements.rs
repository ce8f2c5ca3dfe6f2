//! The statements of a document, with a summary that every query needs.

use crate::hash::TextSet;
use crate::index::broken;
use crate::policy::{Effect, Statement, Template};
use std::sync::Arc;

/// Up to this many names, searching a list is faster than a set.
const SET_THRESHOLD: usize = 16;

/// The statements of a document, in source order. Clones share them, and so may documents with other lists. They never change:
/// [`Document::with_statements`] makes a document with another list.
///
/// [`Document::with_statements`]: crate::policy::Document::with_statements
#[derive(Clone, Debug)]
pub struct Statements(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    list: Vec<Arc<Statement>>,
    mentioned: Box<[Box<str>]>,
    variables: Box<[Box<str>]>,
    name_principals: bool,
    deny: bool,
}

/// Returns the names in order of first use, each once.
fn distinct<'s>(names: impl Iterator<Item = &'s str>) -> Box<[Box<str>]> {
    let mut found: Vec<&str> = Vec::new();
    // The same names, once there are too many to compare with each.
    let mut seen: TextSet<&str> = TextSet::default();
    for name in names {
        let is_new = if found.len() < SET_THRESHOLD {
            !found.contains(&name)
        } else {
            seen.extend(found.iter().skip(seen.len()));
            seen.insert(name)
        };
        found.extend(is_new.then_some(name));
    }
    found.into_iter().map(Box::from).collect()
}

/// An iterator over statements.
pub type StatementIter<'s> =
    std::iter::Map<std::slice::Iter<'s, Arc<Statement>>, fn(&Arc<Statement>) -> &Statement>;

impl Statements {
    /// Returns the statements, in source order.
    pub fn iter(&self) -> StatementIter<'_> {
        self.0.list.iter().map(Arc::as_ref)
    }

    /// Returns the statement with this index.
    pub fn get(&self, index: usize) -> Option<&Statement> {
        self.0.list.get(index).map(Arc::as_ref)
    }

    /// Returns the first statement.
    pub fn first(&self) -> Option<&Statement> {
        self.get(0)
    }

    /// Returns the number of statements.
    pub fn len(&self) -> usize {
        self.0.list.len()
    }

    /// Returns true if it has none.
    pub fn is_empty(&self) -> bool {
        self.0.list.is_empty()
    }

    /// Returns copies of the statements, to be changed.
    pub fn to_vec(&self) -> Vec<Statement> {
        self.iter().cloned().collect()
    }

    /// Returns the statements, to be parts of another list too.
    pub(crate) fn shared(&self) -> &[Arc<Statement>] {
        &self.0.list
    }

    /// True if both are clones of the same list.
    pub(crate) fn is_same(&self, other: &Statements) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Returns the condition keys (lower case) that the statements mention; see [`crate::policy::Document::mentioned_keys`].
    pub(super) fn mentioned_keys(&self) -> impl Iterator<Item = &str> {
        self.0.mentioned.iter().map(|name| &**name)
    }

    /// Returns the condition keys (lower case) that policy variables of the statements name, in order of first use.
    pub(crate) fn variable_keys(&self) -> impl Iterator<Item = &str> {
        self.0.variables.iter().map(|name| &**name)
    }

    /// True if some statement is a Deny.
    pub(crate) fn deny(&self) -> bool {
        self.0.deny
    }

    /// True if some statement has `Principal` or `NotPrincipal`.
    pub(super) fn name_principals(&self) -> bool {
        self.0.name_principals
    }
}

impl From<Vec<Arc<Statement>>> for Statements {
    fn from(list: Vec<Arc<Statement>>) -> Statements {
        let statements = || list.iter().map(Arc::as_ref);
        Statements(Arc::new(Shared {
            mentioned: distinct(mentioned_keys(statements())),
            variables: distinct(variable_keys(statements())),
            name_principals: statements().any(|s| s.principal.is_some()),
            deny: statements().any(|s| s.effect.value == Effect::Deny),
            list,
        }))
    }
}

impl From<Vec<Statement>> for Statements {
    fn from(list: Vec<Statement>) -> Statements {
        list.into_iter().map(Arc::new).collect::<Vec<_>>().into()
    }
}

impl std::ops::Index<usize> for Statements {
    type Output = Statement;
    fn index(&self, index: usize) -> &Statement {
        match self.get(index) {
            Some(statement) => statement,
            None => broken("an index is one of a statement"),
        }
    }
}

impl<'s> IntoIterator for &'s Statements {
    type Item = &'s Statement;
    type IntoIter = StatementIter<'s>;
    fn into_iter(self) -> StatementIter<'s> {
        self.iter()
    }
}

/// Returns the condition keys (lower case) that policy variables of these statements name; a key may occur several times.
pub(crate) fn variable_keys<'s>(
    statements: impl Iterator<Item = &'s Statement> + Clone,
) -> impl Iterator<Item = &'s str> {
    let values = statements.clone().flat_map(|s| &s.conditions).flat_map(|c| &c.values);
    let resources = statements.flat_map(|s| &s.resource).flat_map(|r| &r.values);
    let templates = values.map(|v| &v.value.template).chain(resources.map(|r| &r.value.template));
    templates.flat_map(Template::variables).map(|variable| &*variable.key)
}

/// Returns the condition keys (lower case) that conditions of these statements test and their policy variables name; a key may
/// occur several times.
pub(crate) fn mentioned_keys<'s>(
    statements: impl Iterator<Item = &'s Statement> + Clone,
) -> impl Iterator<Item = &'s str> {
    let tested = statements.clone().flat_map(|s| &s.conditions).map(|c| &*c.key.value.name);
    tested.chain(variable_keys(statements))
}
