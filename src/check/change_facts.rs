//! Compares the facts about a requester and a resource on both sides of a change.
//!
//! A decision reads facts that are not in the policies: tags, places in the organization, what a session of a role may have of its
//! own. A question about a change is one about the same request on both sides, so these facts have to be the same. What was not
//! collected is the same on both sides only if a change was applied to one snapshot, and no step of it alters the fact.

use super::changed::Changed;
use crate::policy::Document;
use crate::snapshot::{Asker, Collected, Facts, Gap, Membership, Principal, PrincipalKind, Snapshot, Target};

/// The keys that tell the place of a requester in the organization.
const OF_REQUESTER: [(&str, Part); 2] =
    [("aws:principalorgid", Part::Organization), ("aws:principalorgpaths", Part::Path)];

/// The keys that tell the place of the owner of a resource.
const OF_RESOURCE: [(&str, Part); 2] =
    [("aws:resourceorgid", Part::Organization), ("aws:resourceorgpaths", Part::Path)];

/// The part of a place that a key tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The organization alone.
    Organization,
    /// The path in it.
    Path,
}

/// True for a key that the trust policy of a role decides about: it says how sessions come to be.
fn is_of_session(key: &str) -> bool {
    let others = [
        "aws:sourceidentity",
        "aws:federatedprovider",
        "aws:multifactorauthpresent",
        "aws:multifactorauthage",
        "aws:userid",
    ];
    // Those of tokens begin with the name of the provider.
    let is_of_token = |(prefix, _): (&str, &str)| ["saml", "sts"].contains(&prefix) || prefix.contains('.');
    key.starts_with("aws:principaltag/")
        || others.contains(&key)
        || key.split_once(':').is_some_and(is_of_token)
}

/// A requester and a resource, on both sides.
#[derive(Clone, Copy)]
pub(super) struct Both<'s> {
    pub(super) changed: Changed<'s>,
    pub(super) after: Asker<'s>,
    pub(super) before: Asker<'s>,
    pub(super) target: &'s Target,
}

impl Both<'_> {
    fn new_side(&self) -> &Snapshot {
        self.changed.after.snapshot()
    }

    fn old_side(&self) -> &Snapshot {
        self.changed.before.snapshot()
    }

    /// Returns the kind of facts that these documents test and that differ, or are not known to be the same.
    pub(super) fn tested(&self, documents: &[&Document]) -> Option<&'static str> {
        let tests = |is_it: &dyn Fn(&str) -> bool| {
            documents.iter().any(|document| document.mentioned_keys().any(is_it))
        };
        let facts = self.new_side().facts(self.after, self.target, documents);
        let earlier = self.old_side().facts(self.before, self.target, documents);
        let is_same_place = OF_REQUESTER
            .into_iter()
            .all(|(own, part)| !tests(&|key| key == own) || self.is_requester_at_same_place(part));
        if !is_same_place || !are_alike(self.changed, &facts, &earlier) {
            return Some("tags or places in the organization that policies test, and that the change alters");
        }
        if tests(&is_of_session) && !self.has_same_sessions() {
            return Some("what sessions of a role may have of their own, which its trust policy decides");
        }
        let is_same_place = OF_RESOURCE
            .into_iter()
            .all(|(own, part)| !tests(&|key| key == own) || self.is_resource_at_same_place(part));
        if !is_same_place {
            return Some("places of resources in the organization, which the change alters");
        }
        None
    }

    /// True if whatever a policy may test about the requester and the resource is the same on both sides: then a policy that was not
    /// collected decides the same about a request.
    pub(super) fn is_all_same(&self) -> bool {
        self.is_requester_at_same_place(Part::Path)
            && self.is_resource_at_same_place(Part::Path)
            && is_principal_same(self.changed, self.before, self.after)
    }

    fn has_same_sessions(&self) -> bool {
        match (self.before, self.after) {
            (Asker::Principal(before), Asker::Principal(after)) => {
                are_sessions_same(self.changed, before, after)
            }
            _ => true,
        }
    }

    fn is_requester_at_same_place(&self, part: Part) -> bool {
        match (self.before, self.after) {
            (Asker::Foreign(_), Asker::Foreign(_)) => {
                let known = |snapshot: &Snapshot| match &snapshot.membership {
                    Membership::Of(organization) => organization.missing.is_empty(),
                    Membership::Missing | Membership::Alone => true,
                };
                let id = |snapshot: &Snapshot| match &snapshot.membership {
                    Membership::Of(organization) => Some(organization.id.clone()),
                    Membership::Missing | Membership::Alone => None,
                };
                let (old, new) = (self.old_side(), self.new_side());
                id(old) == id(new) && (self.changed.is_same_world || (known(old) && known(new)))
            }
            (before, after) => {
                before.account() == after.account()
                    && after.account().is_none_or(|own| is_at_same_place(self.changed, own, part))
            }
        }
    }

    fn is_resource_at_same_place(&self, part: Part) -> bool {
        let owner = self.new_side().owner_of(self.target).or_else(|| self.old_side().owner_of(self.target));
        match (self.target, owner) {
            (Target::OnNone, _) => true,
            (_, Some(owner)) => is_at_same_place(self.changed, owner, part),
            (_, None) => are_trees_same(self.changed),
        }
    }

    /// Returns the gap of a place in the organization that these documents test, and that is not known after the change.
    pub(super) fn unplaced(&self, documents: &[&Document]) -> Option<Gap> {
        let tests = |keys: &[(&str, Part)]| {
            documents
                .iter()
                .any(|one| one.mentioned_keys().any(|key| keys.iter().any(|(own, _)| *own == key)))
        };
        let snapshot = self.new_side();
        let own = match self.after {
            Asker::Foreign(_) | Asker::Nobody => None,
            asker => asker.account().filter(|_| tests(&OF_REQUESTER)),
        };
        let owner = snapshot.owner_of(self.target).filter(|_| tests(&OF_RESOURCE));
        own.into_iter().chain(owner).find_map(|account| snapshot.unplaced(account))
    }
}

/// True if a requester that is a user or role has the same tags and the same kinds of sessions on both sides.
pub(super) fn is_principal_same(changed: Changed<'_>, before: Asker<'_>, after: Asker<'_>) -> bool {
    match (before, after) {
        (Asker::Principal(before), Asker::Principal(after)) => {
            before.tags == after.tags
                && (before.tags.is_some() || changed.is_same_world)
                && are_sessions_same(changed, before, after)
        }
        _ => true,
    }
}

/// True if the trust policy of a role is the same on both sides.
pub(super) fn are_sessions_same(changed: Changed<'_>, before: &Principal, after: &Principal) -> bool {
    if after.kind == PrincipalKind::User {
        return true;
    }
    if changed.is_same_world {
        return before.trust == after.trust;
    }
    match (&before.trust, &after.trust) {
        (Some(Collected::Known(old)), Some(Collected::Known(new))) => {
            let [before, after] = [changed.before.snapshot(), changed.after.snapshot()];
            before.document(*old).text() == after.document(*new).text()
        }
        _ => false,
    }
}

fn are_alike(changed: Changed<'_>, one: &Facts, other: &Facts) -> bool {
    let restrictions = |facts: &Facts| -> Vec<(String, Vec<Gap>)> {
        facts.restrictions.iter().map(|own| (own.condition.clone(), own.gaps.clone())).collect()
    };
    let is_known =
        |facts: &Facts| facts.unknown.is_empty() && facts.restrictions.iter().all(|own| own.gaps.is_empty());
    one.certain == other.certain
        && restrictions(one) == restrictions(other)
        && one.unknown == other.unknown
        && (changed.is_same_world || (is_known(one) && is_known(other)))
}

/// True if an account is at the same place of the same organization on both sides.
fn is_at_same_place(changed: Changed<'_>, account: &str, part: Part) -> bool {
    let place = |snapshot: &Snapshot| match &snapshot.membership {
        Membership::Missing => (None, Vec::new(), false),
        Membership::Alone => (None, Vec::new(), true),
        Membership::Of(organization) => {
            let mut above: Vec<Box<str>> = Vec::new();
            let mut at = organization.nodes.get(account).and_then(|node| node.parent.clone());
            // A circle is a fault of the snapshot.
            while let Some(node) = at.filter(|node| !above.contains(node)) {
                at = organization.nodes.get(&node).and_then(|own| own.parent.clone());
                above.push(node);
            }
            let is_known = snapshot.path(account).is_some();
            let above = if part == Part::Organization && is_known { Vec::new() } else { above };
            (Some(organization.id.clone()), above, is_known)
        }
    };
    let (old, new) = (place(changed.before.snapshot()), place(changed.after.snapshot()));
    old == new && (changed.is_same_world || new.2)
}

/// True if each account is at the same place of the same organization on both sides.
fn are_trees_same(changed: Changed<'_>) -> bool {
    let [old, new] = [changed.before.snapshot(), changed.after.snapshot()];
    match (&old.membership, &new.membership) {
        (Membership::Alone, Membership::Alone) => true,
        (Membership::Missing, Membership::Missing) => changed.is_same_world,
        (Membership::Of(old), Membership::Of(new)) => {
            let is_same = old.id == new.id
                && old.nodes.len() == new.nodes.len()
                && old
                    .nodes
                    .iter()
                    .zip(&new.nodes)
                    .all(|((one, own), (other, its))| one == other && own.parent == its.parent);
            is_same && (changed.is_same_world || (old.missing.is_empty() && new.missing.is_empty()))
        }
        _ => false,
    }
}
