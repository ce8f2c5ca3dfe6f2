//! All gaps of a snapshot.

use super::gap::{Gap, GapKind};
use super::model::{Collected, ControlKind, DocumentId, Membership, Organization};
use super::{Snapshot, gap};
use crate::policy::is_account_id;
use std::collections::BTreeSet;

/// The seconds of a day: files that were collected further apart may say together what was never true.
const A_DAY: i128 = 86_400;

/// Lists the gaps.
pub(super) fn of(snapshot: &Snapshot) -> BTreeSet<Gap> {
    let mut gaps = BTreeSet::new();
    for principal in snapshot.principals.values() {
        let identity = snapshot.identity_of(principal);
        let boundary = snapshot.boundary_of(principal);
        let all = identity.iter().chain(&boundary).chain(&principal.trust);
        gaps.extend(all.filter_map(Collected::gap).cloned());
        if principal.tags.is_none() {
            gaps.insert(Gap::tags(&principal.arn));
        }
    }
    if let Membership::Of(organization) = &snapshot.membership {
        gaps.extend(organization.missing.iter().cloned());
    }
    for account in snapshot.all_accounts() {
        gaps.extend(account_gaps(snapshot, account));
    }
    for (arn, resource) in &snapshot.resources {
        gaps.extend(resource.policy.gap().cloned());
        gaps.extend(resource.ownership_gap(arn));
    }
    for endpoint in &snapshot.endpoints {
        gaps.extend(endpoint.policy.gap().cloned());
    }
    let times = (snapshot.collected.first_key_value(), snapshot.collected.last_key_value());
    if let (Some((first, (account, at))), Some((last, (other, later)))) = times
        && last - first > A_DAY
    {
        gaps.insert(Gap::skew((account, at), (other, later)));
    }
    gaps
}

/// Lists what is missing of an account: its users, groups and roles, and the levels of policies above it.
fn account_gaps(snapshot: &Snapshot, id: &str) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let account = snapshot.accounts.get(id);
    for (what, has) in [
        ("the users", account.is_some_and(|account| account.has_users)),
        ("the groups", account.is_some_and(|account| account.has_groups)),
        ("the roles", account.is_some_and(|account| account.has_roles)),
    ] {
        if !has {
            gaps.push(Gap::iam(id, what));
        }
    }
    for kind in [ControlKind::Service, ControlKind::Resource] {
        for level in snapshot.levels(id, kind) {
            gaps.extend(level.policies.iter().filter_map(Collected::gap).cloned());
        }
    }
    gaps
}

/// The policies attached at one node of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    /// The id of the root, organizational unit or account.
    pub node: Box<str>,
    /// The policies.
    pub policies: Vec<Collected<DocumentId>>,
}

impl Organization {
    /// Returns the gap of an account that is not in the tree, with the first call that may show where it is.
    fn place_gap(&self, account: &str) -> Gap {
        match self.missing.first() {
            Some(by) => Gap::place(account, by.clone()),
            None => Gap::organization(account),
        }
    }
}

impl Snapshot {
    /// Returns the accounts of which the snapshot knows: those with principals, of the tree, and of resources.
    pub fn all_accounts(&self) -> BTreeSet<&str> {
        let of_tree = match &self.membership {
            Membership::Of(organization) => {
                organization.nodes.keys().map(|id| &**id).filter(|id| is_account_id(id)).collect()
            }
            Membership::Missing | Membership::Alone => Vec::new(),
        };
        let own = self.accounts.keys().map(|id| &**id);
        own.chain(of_tree).chain(self.resources.values().map(|resource| &*resource.account)).collect()
    }

    /// Returns the gap of an account whose place in the organization is not known.
    pub(crate) fn unplaced(&self, account: &str) -> Option<Gap> {
        match &self.membership {
            Membership::Alone => None,
            Membership::Missing => Some(Gap::organization(account)),
            Membership::Of(organization) => {
                self.path(account).is_none().then(|| organization.place_gap(account))
            }
        }
    }

    /// Returns the levels of policies that bind an account, from the root to itself; none if no such policy binds it.
    pub fn levels(&self, account: &str, kind: ControlKind) -> Vec<Level> {
        let missing = |node: &str, gap: Gap| Level {
            node: node.into(),
            policies: vec![Collected::Missing(Box::new(gap))],
        };
        let organization = match &self.membership {
            Membership::Alone => return Vec::new(),
            Membership::Missing => return vec![missing(account, Gap::organization(account))],
            Membership::Of(organization) => organization,
        };
        // Without these, nothing says if such policies bind the account.
        let Some(management) = &organization.management else {
            return vec![missing(account, Gap::organization(account))];
        };
        let Some(enabled) = &organization.enabled else {
            return vec![missing(account, Gap::roots(&organization.id))];
        };
        if **management == *account || !enabled.contains(&kind) {
            return Vec::new();
        }
        let Some(path) = self.path(account) else {
            return vec![missing(account, organization.place_gap(account))];
        };
        path.iter().map(|node| self.level(node, kind)).collect()
    }

    fn level(&self, node: &str, kind: ControlKind) -> Level {
        let Membership::Of(organization) = &self.membership else {
            return Level { node: node.into(), policies: Vec::new() };
        };
        let document = |id: &str| -> Option<Collected<DocumentId>> {
            if kind == ControlKind::Resource && id == "p-RCPFullAWSAccess" {
                // Every level has it.
                return None;
            }
            if kind == ControlKind::Service && id == "p-FullAWSAccess" {
                return Some(Collected::Known(self.full_access));
            }
            Some(match organization.policies.get(id) {
                Some((own, document)) if *own == kind => document.clone(),
                Some(_) => return None,
                None => Collected::Missing(Box::new(super::organization::control_gap(kind, id))),
            })
        };
        let listed = organization.attached.get(&(node.into(), kind));
        let said = organization.targets.get(node).into_iter().flatten();
        let mut policies: Vec<Collected<DocumentId>> =
            listed.into_iter().flatten().chain(said).filter_map(|id| document(id)).collect();
        if listed.is_none() {
            let gap = match kind {
                ControlKind::Service => GapKind::ServiceControl,
                ControlKind::Resource => GapKind::ResourceControl,
            };
            let why = format!("the {}s attached to {node} were not collected", kind.short());
            let command = format!(
                "aws organizations list-policies-for-target --target-id {} --filter {}",
                gap::word(node),
                kind.type_name()
            );
            policies.push(Collected::Missing(Box::new(Gap::new(gap, node, why, Some(command)))));
        }
        policies.dedup();
        Level { node: node.into(), policies }
    }

    /// Returns the nodes from the root to an account; none if its place in the tree is not known.
    pub fn path(&self, account: &str) -> Option<Vec<&str>> {
        let Membership::Of(organization) = &self.membership else { return None };
        let mut path: Vec<&str> = Vec::new();
        let mut at = account;
        loop {
            let (id, node) = organization.nodes.get_key_value(at)?;
            // The tree was checked for circles; a snapshot with one has a fault.
            if path.contains(&&**id) {
                return None;
            }
            path.push(id);
            match &node.parent {
                Some(parent) => at = parent,
                None => break,
            }
        }
        path.reverse();
        Some(path)
    }
}
