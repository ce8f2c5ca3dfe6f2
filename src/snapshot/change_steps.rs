//! Checks that the steps of a change are about different facts, and that each has an effect beside the others.

use super::Snapshot;
use super::change::{Change, ChangeError, refused};
use super::model::{Collected, ControlKind, Membership};
use std::collections::BTreeSet;

impl Snapshot {
    /// Checks that no two steps are about one fact, under whatever names. The steps are not applied yet.
    pub(super) fn are_apart(&self, changes: &[Change]) -> Result<(), ChangeError> {
        let mut about: BTreeSet<String> = BTreeSet::new();
        for change in changes {
            for fact in self.about(change) {
                if about.contains(&fact) {
                    return Err(refused(match change {
                        Change::Attach { policy, target, document: Some(_) } if **policy == *fact => format!(
                            "two changes give {policy} a document: write its file once, and `--attach {policy}@{target}` for each \
                             further target"
                        ),
                        _ => format!("two changes are about {fact}: write one"),
                    }));
                }
                about.insert(fact);
            }
        }
        for (place, change) in changes.iter().enumerate() {
            let Change::Remove { what } = change else { continue };
            let name = self.full_name(what);
            let others = changes.iter().enumerate().filter(|(other, _)| *other != place);
            if let Some((_, other)) = others.into_iter().find(|(_, other)| self.is_part(other, &name)) {
                return Err(refused(format!(
                    "{what} is removed, and so the step \"{}\" has no effect: write one of the two",
                    other.in_words()
                )));
            }
        }
        Ok(())
    }

    /// Returns the facts that a step is about, each by one name: two steps about one fact contradict each other.
    fn about(&self, change: &Change) -> Vec<String> {
        match change {
            Change::Attach { policy, target, document } => {
                let given = document.as_ref().map(|_| policy.to_string());
                given.into_iter().chain([format!("{policy} at {target}")]).collect()
            }
            Change::Detach { policy, target } => vec![format!("{policy} at {target}")],
            Change::Replace { what, .. } | Change::Remove { what } => vec![self.full_name(what)],
            Change::Move { account, .. } => vec![format!("the place of {account}")],
        }
    }

    /// Returns the one name of what a step names: a principal by its ARN, and a part of it with that ARN before it. A name that the
    /// snapshot does not hold stands for itself, and the step is refused later.
    fn full_name(&self, what: &str) -> String {
        if self.control(what).is_some() || self.is_managed(what) || self.resources.contains_key(what) {
            return what.to_owned();
        }
        if let Ok(Some(arn)) = self.named(what) {
            return arn.to_string();
        }
        match self.part(what) {
            Ok((arn, part)) => format!("{arn}:{part}"),
            Err(_) => what.to_owned(),
        }
    }

    /// True if a step is about a part of what has this name: a place where a policy is attached, or a policy of a principal.
    fn is_part(&self, change: &Change, name: &str) -> bool {
        match change {
            Change::Attach { policy, .. } | Change::Detach { policy, .. } => **policy == *name,
            Change::Replace { what, .. } | Change::Remove { what } => {
                self.principals.contains_key(name)
                    && self.full_name(what).strip_prefix(name).is_some_and(|rest| rest.starts_with(':'))
            }
            Change::Move { .. } => false,
        }
    }

    /// Checks that each policy that was replaced is in use after all steps.
    pub(super) fn are_in_use(&self, changes: &[Change]) -> Result<(), ChangeError> {
        for change in changes {
            let Change::Replace { what, .. } = change else { continue };
            let is_used = match self.control(what) {
                Some((kind, _)) => self.may_be_attached(what, kind),
                None => !self.managed.contains_key(what) || self.may_be_in_use(what),
            };
            if !is_used {
                return Err(refused(format!("{what} is attached to nothing: replacing it has no effect")));
            }
        }
        Ok(())
    }

    /// False if an SCP or RCP is certainly attached nowhere.
    fn may_be_attached(&self, id: &str, kind: ControlKind) -> bool {
        let Membership::Of(organization) = &self.membership else { return true };
        let has = |list: &Vec<Box<str>>| list.iter().any(|own| **own == *id);
        let are_all_listed = organization.missing.is_empty()
            && organization
                .nodes
                .keys()
                .all(|node| organization.attached.contains_key(&(node.clone(), kind)));
        !are_all_listed || organization.attached.values().chain(organization.targets.values()).any(has)
    }

    /// False if a managed policy is certainly no policy or boundary of a user, role or group.
    fn may_be_in_use(&self, arn: &str) -> bool {
        let is_whole = |list: &[Collected<_>]| list.iter().all(|policy| policy.known().is_some());
        let groups = || self.accounts.values().flat_map(|account| account.groups.values());
        let is_known = |account: &&str| {
            self.accounts.get(*account).is_some_and(|own| own.has_users && own.has_roles && own.has_groups)
        };
        let are_all_known = self.all_accounts().iter().all(is_known)
            && self.principals.values().all(|own| is_whole(&self.identity_of(own)))
            && groups().all(|group| is_whole(&group.inline));
        !are_all_known || self.is_attached_or_boundary(arn)
    }
}
