//! The statements of a document, with what is asked of all of them again and again.

use crate::hash::TextSet;
use crate::policy::action_index::ActionIndex;
use crate::policy::{Effect, Statement, Template};
use std::any::Any;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// Questions about actions after which it pays to be prepared for them.
const WORTHWHILE: usize = 4;

/// Names that are looked at one after the other.
const FEW: usize = 16;

/// The statements of a document, which its clones share.
#[derive(Clone, Debug)]
pub struct Statements(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    list: Arc<Vec<Statement>>,
    summary: OnceLock<Summary>,
    /// How often it was asked which are about an action, and what was prepared for that.
    asked: AtomicUsize,
    starts: OnceLock<ActionIndex>,
    derived: Derived,
}

impl Shared {
    fn new(list: Arc<Vec<Statement>>) -> Shared {
        Shared {
            list,
            summary: OnceLock::new(),
            asked: AtomicUsize::new(0),
            starts: OnceLock::new(),
            derived: Derived::default(),
        }
    }
}

impl Clone for Shared {
    /// The list, and nothing that was made of it.
    fn clone(&self) -> Shared {
        Shared::new(Arc::clone(&self.list))
    }
}

/// Most questions look at all statements only to find that there is nothing: once is enough.
#[derive(Debug)]
struct Summary {
    mentioned: Box<[Box<str>]>,
    variables: Box<[Box<str>]>,
    name_principals: bool,
    deny: bool,
}

impl Summary {
    fn of(statements: &[Statement]) -> Summary {
        Summary {
            mentioned: once_each(mentioned_keys(statements)),
            variables: once_each(variable_keys(statements)),
            name_principals: statements.iter().any(|s| s.principal.is_some()),
            deny: statements.iter().any(|s| s.effect.value == Effect::Deny),
        }
    }
}

/// In order of first use.
fn once_each<'s>(names: impl Iterator<Item = &'s str>) -> Box<[Box<str>]> {
    let mut found: Vec<&str> = Vec::new();
    // Those found, once there are too many to look at each of them.
    let mut seen: TextSet<&str> = TextSet::default();
    for name in names {
        let is_new = if found.len() < FEW {
            !found.contains(&name)
        } else {
            seen.extend(found.iter().skip(seen.len()));
            seen.insert(name)
        };
        found.extend(is_new.then_some(name));
    }
    found.into_iter().map(Box::from).collect()
}

/// What a later room made of the statements, kept with them so that it is made once for all questions.
#[derive(Default)]
struct Derived(OnceLock<Box<dyn Any + Send + Sync>>);

impl std::fmt::Debug for Derived {
    /// It says nothing that the statements do not say.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Derived")
    }
}

impl Statements {
    /// The list itself, for what is to be kept with it.
    pub(crate) fn list(&self) -> &Arc<Vec<Statement>> {
        &self.0.list
    }

    /// What is kept with the statements: one thing of one type, `None` for any other.
    pub(crate) fn derived<T: Any + Send + Sync + Default>(&self) -> Option<&T> {
        self.0.derived.0.get_or_init(|| Box::new(T::default())).downcast_ref()
    }

    fn summary(&self) -> &Summary {
        self.0.summary.get_or_init(|| Summary::of(&self.0.list))
    }

    /// With their indexes and in order, all whose `Action` or `NotAction` matches an action in lower case, among others.
    pub(crate) fn about<'s>(
        &'s self,
        action: &str,
    ) -> impl Iterator<Item = (usize, &'s Statement)> + use<'s> {
        let found: Vec<usize> = if self.0.asked.load(Ordering::Relaxed) < WORTHWHILE {
            self.0.asked.fetch_add(1, Ordering::Relaxed);
            (0..self.len()).collect()
        } else {
            self.0.starts.get_or_init(|| ActionIndex::of(self)).about(action)
        };
        found.into_iter().filter_map(|index| Some((index, self.get(index)?)))
    }

    /// See [`crate::policy::Document::mentioned_keys`].
    pub(super) fn mentioned_keys(&self) -> impl Iterator<Item = &str> {
        self.summary().mentioned.iter().map(|name| &**name)
    }

    /// The condition keys (lower case) that policy variables in them name, in order of first use.
    pub(crate) fn variable_keys(&self) -> impl Iterator<Item = &str> {
        self.summary().variables.iter().map(|name| &**name)
    }

    /// Whether any of them is a Deny.
    pub(crate) fn deny(&self) -> bool {
        self.summary().deny
    }

    /// Whether any of them has `Principal` or `NotPrincipal`.
    pub(super) fn name_principals(&self) -> bool {
        self.summary().name_principals
    }
}

impl From<Vec<Statement>> for Statements {
    fn from(statements: Vec<Statement>) -> Statements {
        Statements(Arc::new(Shared::new(Arc::new(statements))))
    }
}

impl std::ops::Deref for Statements {
    type Target = Vec<Statement>;
    fn deref(&self) -> &Vec<Statement> {
        &self.0.list
    }
}

impl std::ops::DerefMut for Statements {
    /// What is changed is shared no more, and nothing that was made of it holds any more.
    fn deref_mut(&mut self) -> &mut Vec<Statement> {
        let shared = Arc::make_mut(&mut self.0);
        *shared = shared.clone();
        Arc::make_mut(&mut shared.list)
    }
}

impl<'s> IntoIterator for &'s Statements {
    type Item = &'s Statement;
    type IntoIter = std::slice::Iter<'s, Statement>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.list.iter()
    }
}

/// The condition keys (lower case) that policy variables in these statements name, each as often as they do.
pub(crate) fn variable_keys(statements: &[Statement]) -> impl Iterator<Item = &str> {
    let values = statements.iter().flat_map(|s| &s.conditions).flat_map(|c| &c.values);
    let resources = statements.iter().flat_map(|s| &s.resource).flat_map(|r| &r.values);
    let templates = values.map(|v| &v.value.template).chain(resources.map(|r| &r.value.template));
    templates.flat_map(Template::variables).map(|variable| &*variable.key)
}

/// The condition keys (lower case) that conditions of these statements test and their policy variables name, each as often as
/// they do.
pub(crate) fn mentioned_keys(statements: &[Statement]) -> impl Iterator<Item = &str> {
    let tested = statements.iter().flat_map(|s| &s.conditions).map(|c| &*c.key.value.name);
    tested.chain(variable_keys(statements))
}
