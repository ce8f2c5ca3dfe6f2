//! The differences between two catalogues.

use super::action::{Action, ResourceType};
use super::level::Levels;
use super::service::Service;
use super::{Catalogue, Key};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// One difference between two catalogues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A service that only the newer one lists, with the number of its actions.
    ServiceAdded(String, usize),
    /// A service that only the older one lists.
    ServiceRemoved(String, usize),
    /// An action that only the newer one lists.
    ActionAdded(String, Levels),
    /// An action that only the older one lists.
    ActionRemoved(String, Levels),
    /// Other access levels: older, newer.
    Levels(String, Levels, Levels),
    /// Other resource types or condition keys of an action: what is gone, what is new.
    ActionFacts(String, Vec<String>, Vec<String>),
    /// A condition key that only the newer one lists, with its type.
    KeyAdded(String, String),
    /// A condition key that only the older one lists.
    KeyRemoved(String, String),
    /// Another type or multiplicity: older, newer.
    KeyType(String, String, String),
    /// Other ARN formats of a resource type: what is gone, what is new.
    Formats(String, Vec<String>, Vec<String>),
}

impl Catalogue {
    /// Lists all differences between an older catalogue and this one, service by service.
    ///
    /// ```
    /// use iamsat::{catalogue::Catalogue, limits::CatalogueLimits};
    /// let aws = Catalogue::embedded();
    /// let text = aws.text().replacen("A R - - ListQueues\n", "A L - - ListQueues\n", 1);
    /// let other = Catalogue::read(text.as_bytes(), &CatalogueLimits::default()).unwrap();
    /// let changes: Vec<String> = other.changes_since(aws).iter().map(ToString::to_string).collect();
    /// assert_eq!(changes, ["~ action sqs:ListQueues: Read -> List"]);
    /// assert!(aws.changes_since(aws).is_empty());
    /// ```
    pub fn changes_since(&self, older: &Catalogue) -> Vec<Change> {
        let mut changes = Vec::new();
        compare_keys(&mut changes, keys_of(older.global_keys()), &keys_of(self.global_keys()));
        let prefixes = set(older.prefixes().chain(self.prefixes()));
        for prefix in prefixes {
            match (older.service(prefix), self.service(prefix)) {
                (Some(old), Some(new)) if old.text != new.text => {
                    compare_services(&mut changes, (older, old), (self, new));
                }
                (Some(old), None) => {
                    changes.push(Change::ServiceRemoved(prefix.to_owned(), old.action_count()))
                }
                (None, Some(new)) => {
                    changes.push(Change::ServiceAdded(prefix.to_owned(), new.action_count()))
                }
                _ => {}
            }
        }
        changes
    }
}

/// Collects a set. `collect` sorts first, which would make the program larger by a sort for each type.
fn set<T: Ord>(items: impl Iterator<Item = T>) -> BTreeSet<T> {
    let mut set = BTreeSet::new();
    set.extend(items);
    set
}

/// Collects a map, as [`set`] does.
fn map<V>(items: impl Iterator<Item = (String, V)>) -> BTreeMap<String, V> {
    let mut map = BTreeMap::new();
    map.extend(items);
    map
}

fn compare_services(changes: &mut Vec<Change>, old: (&Catalogue, &Service), new: (&Catalogue, &Service)) {
    let actions = |(catalogue, service): (&'_ Catalogue, &'_ Service)| -> BTreeMap<String, Facts> {
        map(catalogue.actions_of(service).map(|action| (action.full_name(), Facts::of(&action))))
    };
    let (mut older, newer) = (actions(old), actions(new));
    for (name, facts) in newer {
        match older.remove(&name) {
            None => changes.push(Change::ActionAdded(name, facts.levels)),
            Some(before) => {
                if before.levels != facts.levels {
                    changes.push(Change::Levels(name.clone(), before.levels, facts.levels));
                }
                if let Some((gone, added)) = exchanged(&before.facts, &facts.facts) {
                    changes.push(Change::ActionFacts(name, gone, added));
                }
            }
        }
    }
    changes.extend(older.into_iter().map(|(name, facts)| Change::ActionRemoved(name, facts.levels)));
    compare_keys(changes, keys_of(old.1.keys()), &keys_of(new.1.keys()));
    let (older, newer) = (formats_of(old.1), formats_of(new.1));
    let none = BTreeSet::new();
    for name in set(older.keys().chain(newer.keys())) {
        let [before, after] =
            [&older, &newer].map(|formats| formats.get(name).map_or(&none, |formats| formats));
        if let Some((gone, added)) = exchanged(before, after) {
            changes.push(Change::Formats(format!("{}:{name}", new.1.prefix()), gone, added));
        }
    }
}

/// Facts of an action that are compared.
struct Facts {
    levels: Levels,
    facts: BTreeSet<String>,
}

impl Facts {
    fn of(action: &Action<'_>) -> Facts {
        let rows = action.rows().map(|row| {
            let required = if row.is_required() { " (required)" } else { "" };
            format!("resource {}{required}", row.resource().name())
        });
        let keys = action.keys().into_iter().map(|key| format!("key {}", key.name()));
        Facts { levels: action.levels(), facts: set(rows.chain(keys)) }
    }
}

fn formats_of(service: &Service) -> BTreeMap<String, BTreeSet<String>> {
    let formats = |resource: ResourceType<'_>| set(resource.formats().map(|format| format.spelled()));
    map(service.resources().map(|resource| (resource.name().to_owned(), formats(resource))))
}

fn keys_of<'c>(keys: impl Iterator<Item = Key<'c>>) -> BTreeMap<String, String> {
    map(keys.map(|key| (key.name(), key.described())))
}

fn compare_keys(
    changes: &mut Vec<Change>,
    mut older: BTreeMap<String, String>,
    newer: &BTreeMap<String, String>,
) {
    for (name, kind) in newer {
        match older.remove(name) {
            None => changes.push(Change::KeyAdded(name.clone(), kind.clone())),
            Some(before) if before != *kind => {
                changes.push(Change::KeyType(name.clone(), before, kind.clone()));
            }
            Some(_) => {}
        }
    }
    changes.extend(older.into_iter().map(|(name, kind)| Change::KeyRemoved(name, kind)));
}

/// Returns the facts that only the first set has, and those that only the second has; `None` if they are equal.
fn exchanged(before: &BTreeSet<String>, after: &BTreeSet<String>) -> Option<(Vec<String>, Vec<String>)> {
    let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect::<Vec<_>>();
    (before != after).then(|| (only(before, after), only(after, before)))
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exchange =
            |f: &mut fmt::Formatter<'_>, what: &str, name: &str, gone: &[String], added: &[String]| {
                let gone = gone.iter().map(|fact| format!("-{fact}"));
                let facts: Vec<String> = gone.chain(added.iter().map(|fact| format!("+{fact}"))).collect();
                write!(f, "~ {what} {name}: {}", facts.join(", "))
            };
        match self {
            Change::ServiceAdded(prefix, actions) => write!(f, "+ service {prefix} ({actions} actions)"),
            Change::ServiceRemoved(prefix, actions) => write!(f, "- service {prefix} ({actions} actions)"),
            Change::ActionAdded(name, levels) => write!(f, "+ action {name} ({levels})"),
            Change::ActionRemoved(name, levels) => write!(f, "- action {name} ({levels})"),
            Change::Levels(name, old, new) => write!(f, "~ action {name}: {old} -> {new}"),
            Change::ActionFacts(name, gone, added) => exchange(f, "action", name, gone, added),
            Change::KeyAdded(name, kind) => write!(f, "+ key {name} ({kind})"),
            Change::KeyRemoved(name, kind) => write!(f, "- key {name} ({kind})"),
            Change::KeyType(name, old, new) => write!(f, "~ key {name}: {old} -> {new}"),
            Change::Formats(name, gone, added) => exchange(f, "resource", name, gone, added),
        }
    }
}
