//! Compares what a plan says about the time before its change with the snapshot.
//!
//! A plan that knows a fact in another way was made at another time than the snapshot, and then neither of them says what the change
//! does: a boundary that only the snapshot has would take away what the plan gives.

use super::apply::{Applying, holder, unheld};
use super::facts::{Holder, HolderKind, Key, Value, Whole};
use super::same::say_the_same;
use crate::container::Content;
use crate::snapshot::Snapshot;
use crate::snapshot::change::named_place;
use crate::snapshot::model::{Collected, ControlKind, DocumentId, Membership, Place, Principal};
use std::collections::BTreeSet;

impl Applying<'_> {
    /// Checks that the snapshot has a fact as the plan has it before the change. With `is_kept`, the plan leaves the fact as it is.
    pub(super) fn agrees(&self, key: &Key, value: &Value<'_>, is_kept: bool) -> Result<(), String> {
        match self.has(key, value, is_kept)? {
            true => Ok(()),
            false => Err(self.drift(key)),
        }
    }

    /// Returns the sentence about a fact that the snapshot has in another way, with the place that says it.
    fn drift(&self, key: &Key) -> String {
        let at = |place: &Place| {
            let position = place.source.position(place.span.start as usize);
            format!(" ({}:{}:{})", place.source.name(), position.line, position.column)
        };
        let document = |known: &Collected<DocumentId>| {
            known.known().map(|id| format!(" ({})", self.old.document(*id).source.name()))
        };
        let place = match key {
            Key::Entity(holder)
            | Key::Trust(holder)
            | Key::Boundary(holder)
            | Key::Tags(holder)
            | Key::Inline(holder, _)
            | Key::Attached(holder, _)
            | Key::Member(holder, _) => match self.old.group(holder) {
                Some(group) => Some(at(&group.place)),
                None => self.held(holder).map(|own| at(&own.place)),
            },
            Key::Policy(arn) | Key::Bucket(arn) | Key::Ownership(arn) => {
                self.old.resources.get(arn.as_str()).map(|own| at(&own.place))
            }
            Key::Managed(arn) => self.old.managed.get(arn.as_str()).and_then(document),
            Key::Control(id) | Key::ControlAt(id, _) => {
                self.old.control(id).and_then(|(_, known)| document(&known))
            }
        };
        let place = place.unwrap_or_default();
        format!(
            "the snapshot has it in another way{place} than the {} before its change: collect the snapshot again",
            self.word
        )
    }

    fn held(&self, holder: &Holder) -> Option<&Principal> {
        self.arns.get(holder).and_then(|arn| self.old.principals.get(arn))
    }

    fn is_policy(&self, known: &Collected<DocumentId>, content: &Content) -> Result<bool, String> {
        match (known, content.document()) {
            (Collected::Known(id), Some(own)) => Ok(say_the_same(self.old.document(*id), own)),
            (Collected::Missing(_), _) => Ok(true),
            (Collected::Known(_), None) => {
                Err("its policy before the change cannot be read, and is not compared with the snapshot"
                    .to_owned())
            }
        }
    }

    fn has(&self, key: &Key, value: &Value<'_>, is_kept: bool) -> Result<bool, String> {
        let is_it = |known: &Collected<DocumentId>| match value {
            Value::Policy(content) | Value::Control(_, content) => self.is_policy(known, content),
            _ => Ok(true),
        };
        // A fact that was not collected is a gap of the snapshot.
        let all = |found: Option<&Collected<DocumentId>>| found.map_or(Ok(true), is_it);
        Ok(match key {
            Key::Entity(holder) => return self.has_entity(holder, value, is_kept),
            Key::Managed(arn) => return all(self.old.managed.get(arn.as_str())),
            Key::Control(id) => match (self.old.control(id), value) {
                (Some((kind, _)), Value::Control(own, _)) if kind != *own => false,
                (Some((_, known)), _) => return is_it(&known),
                (None, _) if is_kept => true,
                (None, _) => {
                    return Err(format!("the snapshot does not hold the policy {id} of the organization"));
                }
            },
            Key::Trust(holder) => return all(self.held(holder).and_then(|own| own.trust.as_ref())),
            Key::Boundary(holder) => match value {
                Value::Arn(arn) => self.held(holder).is_none_or(|own| own.boundary.as_deref() == Some(arn)),
                _ => true,
            },
            Key::Tags(holder) => match value {
                Value::Tags(tags) => {
                    self.held(holder).and_then(|own| own.tags.as_ref()).is_none_or(|own| own == tags)
                }
                _ => true,
            },
            Key::Inline(holder, name) => match self.lists_of(self.old, holder) {
                Some((inline, _)) => match named_place(self.old, inline, name) {
                    Some(place) => return all(inline.get(place)),
                    None => inline.iter().any(|own| own.known().is_none()),
                },
                None => true,
            },
            Key::Attached(holder, arn) => match self.lists_of(self.old, holder) {
                Some((inline, managed)) => {
                    managed.iter().any(|own| **own == **arn) || inline.iter().any(|own| own.known().is_none())
                }
                None => true,
            },
            Key::Member(user, group) => self.held(user).is_none_or(|own| {
                own.groups.iter().any(|known| **known == **group)
                    || own.inline.iter().any(|own| own.known().is_none())
            }),
            Key::Policy(arn) => match self.old.resources.get(arn.as_str()).map(|own| &own.policy) {
                Some(Collected::Known(Some(id))) => return is_it(&Collected::Known(*id)),
                Some(Collected::Known(None)) => false,
                Some(Collected::Missing(_)) | None => true,
            },
            Key::Bucket(arn) => match (self.old.resources.get(arn.as_str()), value) {
                (Some(own), Value::Text(account)) => account.is_empty() || *own.account == **account,
                _ => true,
            },
            Key::Ownership(arn) => {
                let known =
                    self.old.resources.get(arn.as_str()).and_then(|own| own.object_ownership.as_ref());
                match (known, value) {
                    (Some(known), Value::Text(rule)) => rule.contains(&format!("\"{known}\"")),
                    _ => true,
                }
            }
            Key::ControlAt(policy, target) => self.is_control_at(policy, target) != Some(false),
        })
    }

    fn has_entity(&self, holder: &Holder, value: &Value<'_>, is_kept: bool) -> Result<bool, String> {
        if self.old.group(holder).is_some() {
            return Ok(true);
        }
        if let Some(known) = self.arns.get(holder) {
            return Ok(!matches!(value, Value::Arn(arn) if **arn != **known));
        }
        let is_collected =
            self.old.accounts.get(holder.account.as_str()).is_some_and(|own| match holder.kind {
                HolderKind::User => own.has_users,
                HolderKind::Role => own.has_roles,
                HolderKind::Group => own.has_groups,
            });
        // What is not in the snapshot stays as it is.
        match is_kept && !is_collected {
            true => Ok(true),
            false => Err(unheld(holder)),
        }
    }

    /// Returns whether an SCP or RCP is attached; none if it was not collected.
    fn is_control_at(&self, policy: &str, target: &str) -> Option<bool> {
        let Membership::Of(organization) = &self.old.membership else { return None };
        let lists = [ControlKind::Service, ControlKind::Resource]
            .map(|kind| organization.attached.get(&(Box::from(target), kind)));
        let is_in = |list: &Vec<Box<str>>| list.iter().any(|own| **own == *policy);
        if lists.iter().flatten().any(|list| is_in(list))
            || organization.targets.get(target).is_some_and(is_in)
        {
            return Some(true);
        }
        lists.iter().all(Option::is_some).then_some(false)
    }

    /// Checks that the snapshot does not hold what a plan adds.
    pub(super) fn is_new(&self, key: &Key) -> Result<(), String> {
        let is_held = match key {
            Key::Managed(arn) => self.old.managed.contains_key(arn.as_str()),
            Key::Boundary(holder) => self.held(holder).is_some_and(|own| own.boundary.is_some()),
            Key::Inline(holder, name) => {
                let lists = self.lists_of(self.old, holder);
                lists.is_some_and(|(inline, _)| named_place(self.old, inline, name).is_some())
            }
            Key::Attached(holder, arn) => {
                let lists = self.lists_of(self.old, holder);
                lists.is_some_and(|(_, managed)| managed.iter().any(|own| **own == **arn))
            }
            Key::Member(user, group) => {
                self.held(user).is_some_and(|own| own.groups.iter().any(|known| **known == **group))
            }
            // A topic and a key come with a policy, which the first one of their own replaces.
            Key::Policy(arn) => {
                let known = self.old.resources.get(arn.as_str()).map(|own| &own.policy);
                matches!(known, Some(Collected::Known(Some(_)))) && !comes_with_a_policy(arn)
            }
            Key::ControlAt(policy, target) => self.is_control_at(policy, target) == Some(true),
            // These are checked where they are added.
            Key::Entity(_)
            | Key::Bucket(_)
            | Key::Control(_)
            | Key::Trust(_)
            | Key::Tags(_)
            | Key::Ownership(_) => false,
        };
        match is_held {
            true => {
                Err(format!("the {} adds what the snapshot holds already: {}", self.word, self.drift(key)))
            }
            false => Ok(()),
        }
    }

    /// Checks that the snapshot has no more than the plan says is there before its change.
    pub(super) fn has_no_more(&self, whole: &Whole) -> Result<(), String> {
        let agrees = match whole {
            Whole::NoBoundary(holder) => self.held(holder).is_none_or(|own| own.boundary.is_none()),
            Whole::NoPolicy(arn) => {
                let known = self.old.resources.get(arn.as_str()).map(|own| &own.policy);
                !matches!(known, Some(Collected::Known(Some(_))))
            }
            Whole::Inline(holder, names) => self.lists_of(self.old, holder).is_none_or(|(inline, _)| {
                let is_missing = inline.iter().any(|own| own.known().is_none());
                let has = |name: &String| named_place(self.old, inline, name).is_some();
                is_missing || (inline.len() == names.len() && names.iter().all(has))
            }),
            Whole::Attached(holder, arns) => {
                self.lists_of(self.old, holder).is_none_or(|(inline, managed)| {
                    let is_missing = inline.iter().any(|own| own.known().is_none());
                    let known: BTreeSet<&str> = managed.iter().map(|arn| &**arn).collect();
                    is_missing || known.into_iter().eq(arns.iter().map(String::as_str))
                })
            }
            Whole::Links(arn, account, holders) => {
                let own = self.old.accounts.get(account.as_str());
                let has = |list: &[Box<str>]| list.iter().any(|own| **own == **arn);
                let of_groups = own.into_iter().flat_map(|own| &own.groups);
                let of_groups = of_groups.filter(|(_, group)| has(&group.managed)).map(|(name, _)| Holder {
                    kind: HolderKind::Group,
                    account: account.clone(),
                    name: name.to_string(),
                });
                let others = self.old.principals.values().filter(|own| *own.account == **account);
                let others = others.filter(|own| has(&own.managed)).map(holder);
                others.chain(of_groups).all(|own| holders.contains(&own))
            }
            Whole::Members(group, users) => {
                let others = self.old.principals.values().filter(|own| *own.account == *group.account);
                let mut others =
                    others.filter(|own| own.groups.iter().any(|known| **known == *group.name)).map(holder);
                others.all(|own| users.contains(&own.name))
            }
        };
        let key = match whole {
            Whole::Inline(holder, _) | Whole::Attached(holder, _) | Whole::Members(holder, _) => {
                Key::Entity(holder.clone())
            }
            Whole::NoBoundary(holder) => Key::Boundary(holder.clone()),
            Whole::NoPolicy(arn) => Key::Policy(arn.clone()),
            Whole::Links(arn, ..) => Key::Managed(arn.clone()),
        };
        if agrees { Ok(()) } else { Err(self.drift(&key)) }
    }
}

/// True for the ARN of a resource that its service gives a policy where nobody else does.
///
/// Source: Amazon SNS Developer Guide, "Special case: the default policy"; AWS KMS Developer Guide, "Default key policy".
pub(super) fn comes_with_a_policy(arn: &str) -> bool {
    matches!(arn.split(':').nth(2), Some("sns" | "kms"))
}

impl Snapshot {
    /// Returns a group by its name.
    pub(super) fn group(&self, holder: &Holder) -> Option<&crate::snapshot::model::Group> {
        let account = self.accounts.get(holder.account.as_str()).filter(|_| holder.kind == HolderKind::Group);
        account.and_then(|account| account.groups.get(holder.name.as_str()))
    }
}
