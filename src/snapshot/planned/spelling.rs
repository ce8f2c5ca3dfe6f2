//! Finds names that IAM takes for one name, though they are written in different ways.
//!
//! IAM does not tell names of users, groups, roles and managed policies apart by case. Whether it does so with inline policies, AWS does
//! not say, so they are taken neither for one nor for two. Source: IAM User Guide, "IAM and AWS STS quotas", IAM name requirements.

use super::Said;
use super::apply::{Applying, holder, holder_of};
use super::facts::{Holder, HolderKind, Key, Value};
use crate::snapshot::change::inline_name;
use crate::span::Span;
use std::collections::{BTreeMap, BTreeSet};

/// The ways in which names are written, by whose names they are and by the name in lower case.
#[derive(Default)]
struct Spellings(BTreeMap<(String, String), BTreeSet<String>>);

impl Spellings {
    fn add(&mut self, (of, name): (String, &str)) {
        self.0.entry((of, name.to_ascii_lowercase())).or_default().insert(name.to_owned());
    }

    /// Returns another way in which a name is written.
    fn other(&self, (of, name): (String, &str)) -> Option<&str> {
        let all = self.0.get(&(of, name.to_ascii_lowercase()))?;
        all.iter().map(String::as_str).find(|other| *other != name)
    }
}

/// The names of managed policies are their ARNs.
fn managed(arn: &str) -> (String, &str) {
    (String::new(), arn)
}

fn named(kind: HolderKind, account: &str) -> String {
    format!("{} of {account}", kind.name())
}

fn inline(holder: &Holder) -> String {
    holder.to_string().to_ascii_lowercase()
}

/// Returns the names in a fact, each with whose name it is.
fn names<'k>(key: &'k Key, value: &'k Value<'_>) -> Vec<(String, &'k str)> {
    let holder = if let Key::Entity(own) = key { Some(own) } else { holder_of(key) };
    let mut found: Vec<_> =
        holder.iter().map(|own| (named(own.kind, &own.account), own.name.as_str())).collect();
    match (key, value) {
        (Key::Member(user, group), _) => found.push((named(HolderKind::Group, &user.account), group)),
        (Key::Managed(arn) | Key::Attached(_, arn), _) | (Key::Boundary(_), Value::Arn(arn)) => {
            found.push(managed(arn));
        }
        (Key::Inline(holder, name), _) => found.push((inline(holder), name)),
        _ => {}
    }
    found
}

impl Applying<'_> {
    /// Returns a sentence for each fact with a name that the snapshot or the plan also writes in another way.
    pub(super) fn spelled_otherwise(&self, before: &Said<'_>, after: &Said<'_>) -> Vec<(Span, String)> {
        let spellings = self.spellings(before, after);
        let mut found = Vec::new();
        for (key, (value, span, address)) in before.iter().chain(after) {
            for (of, name) in names(key, value) {
                if let Some(other) = spellings.other((of, name)) {
                    let why = format!(
                        "{address}: AWS takes, or may take, `{name}` and `{other}` for one name: write it as AWS has it"
                    );
                    found.push((*span, why));
                }
            }
        }
        found
    }

    fn spellings(&self, before: &Said<'_>, after: &Said<'_>) -> Spellings {
        let mut spellings = Spellings::default();
        for own in self.old.principals.values() {
            let own = holder(own);
            spellings.add((named(own.kind, &own.account), &own.name));
        }
        for (account, own) in &self.old.accounts {
            own.groups.keys().for_each(|name| spellings.add((named(HolderKind::Group, account), name)));
        }
        self.old.managed.keys().for_each(|arn| spellings.add(managed(arn)));
        let mut holders = BTreeSet::new();
        for (key, (value, ..)) in before.iter().chain(after) {
            names(key, value).into_iter().for_each(|name| spellings.add(name));
            holders.extend(if let Key::Inline(holder, _) = key { Some(holder) } else { None });
        }
        for holder in holders {
            let list = self.lists_of(self.old, holder).map_or(&[][..], |(list, _)| list);
            let known = list.iter().filter_map(|policy| inline_name(self.old, policy));
            known.for_each(|name| spellings.add((inline(holder), name)));
        }
        spellings
    }
}
