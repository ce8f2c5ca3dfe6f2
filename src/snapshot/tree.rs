//! The tree of an organization, made of the answers about its nodes.

use super::gap::Gap;
use super::model::{Collected, ControlKind, DocumentId, Membership, Node, Organization, Place};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::policy::is_account_id;
use crate::span::Source;
use std::collections::{BTreeMap, BTreeSet};

/// An organization as an answer describes it: its id, its management account, true if only billing is shared, and the place.
pub(super) type Described = (Box<str>, Option<Box<str>>, bool, Place);

/// The ids of policies by the node at which they are attached, with the place that says so.
pub(super) type AttachedIds = BTreeMap<(Box<str>, ControlKind), (Vec<Box<str>>, Place)>;

/// The answers about an organization.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) organization: Option<Described>,
    /// The partition of its ARNs.
    pub(super) partition: Option<Box<str>>,
    /// The place that says that the accounts are in no organization.
    pub(super) alone: Option<Place>,
    pub(super) has_roots: bool,
    pub(super) enabled: BTreeSet<ControlKind>,
    /// The nodes with their parents.
    pub(super) nodes: BTreeMap<Box<str>, (Option<Box<str>>, Place)>,
    /// Nodes of which no answer read so far says where they are.
    pub(super) unplaced: Vec<(Box<str>, Place)>,
    /// The nodes below which the accounts (true) or the organizational units (false) were listed.
    pub(super) listed: BTreeSet<(Box<str>, bool)>,
    pub(super) attached: AttachedIds,
    /// Policies with their targets.
    pub(super) targets: Vec<(Box<str>, Box<str>, Place)>,
    /// The policies whose targets were listed.
    pub(super) aimed: BTreeMap<Box<str>, Place>,
    pub(super) policies: BTreeMap<Box<str>, (ControlKind, Collected<DocumentId>, Place)>,
    /// The policies of other types, which grant and deny nothing.
    pub(super) others: BTreeSet<Box<str>>,
}

/// The policies that AWS attaches by itself, and whose documents everybody knows.
pub(super) const FULL_ACCESS: [(&str, ControlKind); 2] =
    [("p-FullAWSAccess", ControlKind::Service), ("p-RCPFullAWSAccess", ControlKind::Resource)];

type Faults = Vec<(Source, Diagnostic)>;

/// Puts the answers together, and notes what contradicts itself.
pub(super) fn membership(mut parts: Parts, faults: &mut Faults) -> Membership {
    let first_node = parts.nodes.values().next().map(|(_, place)| place.clone());
    let Some((id, management, is_only_billing, place)) = parts.organization.clone() else {
        return match (parts.alone, first_node) {
            (Some(_), None) => Membership::Alone,
            (Some(alone), Some(node)) => {
                faults.push(contradiction(&alone, &node));
                Membership::Missing
            }
            (None, _) => Membership::Missing,
        };
    };
    if let Some(alone) = &parts.alone {
        faults.push(contradiction(alone, &place));
    }
    parts.targets.retain(|(policy, ..)| !parts.others.contains(policy));
    check_tree(&parts, faults);
    let enabled = match (is_only_billing, parts.has_roots) {
        (true, _) => Some(BTreeSet::new()),
        (false, true) => Some(parts.enabled.clone()),
        (false, false) => None,
    };
    check_policies(&parts, enabled.as_ref(), faults);
    check_targets(&parts, faults);
    let missing = missing(&parts, &id);
    let nodes = parts.nodes.into_iter().map(|(id, (parent, _))| (id, Node { parent })).collect();
    let attached = parts.attached.into_iter().map(|(target, (ids, _))| (target, ids)).collect();
    let policies =
        parts.policies.into_iter().map(|(id, (kind, document, _))| (id, (kind, document))).collect();
    let mut organization = Organization {
        id,
        management,
        enabled,
        nodes,
        missing,
        attached,
        targets: BTreeMap::new(),
        policies,
    };
    for (policy, target, _) in parts.targets {
        organization.targets.entry(target).or_default().push(policy);
    }
    Membership::Of(Box::new(organization))
}

/// Returns what was not collected of the tree: the roots, and the nodes below others.
fn missing(parts: &Parts, organization: &str) -> Vec<Gap> {
    let branches: Vec<&Box<str>> = parts.nodes.keys().filter(|id| !is_account_id(id)).collect();
    // Those of accounts first: they show the place of an account most often.
    let lists =
        [true, false].into_iter().flat_map(|which| branches.iter().map(move |id| ((*id).clone(), which)));
    let unlisted = lists.filter(|list| !parts.listed.contains(list));
    let roots = (!parts.has_roots).then(|| Gap::roots(organization));
    roots.into_iter().chain(unlisted.map(|(id, are_accounts)| Gap::children(&id, are_accounts))).collect()
}

fn contradiction(one: &Place, other: &Place) -> (Source, Diagnostic) {
    let position = one.source.position(one.span.start as usize);
    let message = format!(
        "{}:{}:{} says that the accounts are in no organization, and this describes one",
        one.source.name(),
        position.line,
        position.column
    );
    let place = other.span.first_character(other.source.text());
    (other.source.clone(), Diagnostic::error(Code::SnapshotContradiction, message, place))
}

/// Notes nodes whose place is not known or whose parent is not in the tree, and circles.
fn check_tree(parts: &Parts, faults: &mut Faults) {
    for (id, place) in parts.unplaced.iter().filter(|(id, _)| !parts.nodes.contains_key(id)) {
        let message = format!("nothing says below which node of the tree {id} is");
        let span = place.span.first_character(place.source.text());
        let fault = Diagnostic::error(Code::SnapshotUnplaced, message, span)
            .with_help("name the file after the parent: list-accounts-for-parent/PARENT.json");
        faults.push((place.source.clone(), fault));
    }
    let mut sound: BTreeSet<&str> = BTreeSet::new();
    for (id, (_, place)) in &parts.nodes {
        let mut path: Vec<&str> = Vec::new();
        let mut at: &str = id;
        let fault = loop {
            if sound.contains(at) {
                break None;
            }
            if path.contains(&at) {
                break Some(format!("{id} is below itself in the tree"));
            }
            path.push(at);
            match parts.nodes.get(at) {
                None => break Some(format!("{at}, which is above {id}, is not in the tree")),
                Some((None, _)) => break None,
                Some((Some(parent), _)) => at = parent,
            }
        };
        match fault {
            None => sound.extend(path),
            Some(message) => {
                let span = place.span.first_character(place.source.text());
                let fault = Diagnostic::error(Code::SnapshotUnplaced, message, span).with_help(
                    "collect list-roots, and list-organizational-units-for-parent of each node above it",
                );
                faults.push((place.source.clone(), fault));
            }
        }
    }
}

/// Notes attached policies without a document, and levels of SCPs that are empty.
fn check_policies(parts: &Parts, enabled: Option<&BTreeSet<ControlKind>>, faults: &mut Faults) {
    let has_document = |id: &str, kind: ControlKind| {
        FULL_ACCESS.contains(&(id, kind)) || parts.policies.get(id).is_some_and(|(own, ..)| *own == kind)
    };
    for ((target, kind), (ids, place)) in &parts.attached {
        let span = place.span.first_character(place.source.text());
        for id in ids.iter().filter(|id| !has_document(id, *kind)) {
            let message = format!(
                "the {} {id} is attached to {target}, and its document is not in the snapshot",
                kind.short()
            );
            let help =
                format!("collect it: aws organizations describe-policy --policy-id {}", super::gap::word(id));
            faults.push((
                place.source.clone(),
                Diagnostic::error(Code::SnapshotUnplaced, message, span).with_help(help),
            ));
        }
        let is_enabled = enabled.is_none_or(|enabled| enabled.contains(kind));
        if ids.is_empty() && *kind == ControlKind::Service && is_enabled {
            let message = format!("{target} has no SCP, and would allow nothing to anyone");
            let fault = Diagnostic::error(Code::ScpLevelEmpty, message, span).with_help(
                "each root, organizational unit and account has at least one SCP: collect the list again",
            );
            faults.push((place.source.clone(), fault));
        }
    }
    for (policy, target, place) in &parts.targets {
        if !FULL_ACCESS.iter().any(|(id, _)| **id == **policy) && !parts.policies.contains_key(policy) {
            let message =
                format!("{policy} is attached to {target}, and its document is not in the snapshot");
            let help = format!(
                "collect it: aws organizations describe-policy --policy-id {}",
                super::gap::word(policy)
            );
            let span = place.span.first_character(place.source.text());
            faults.push((
                place.source.clone(),
                Diagnostic::error(Code::SnapshotUnplaced, message, span).with_help(help),
            ));
        }
    }
}

/// Notes where the policies of a node and the nodes of a policy contradict each other.
fn check_targets(parts: &Parts, faults: &mut Faults) {
    let mut disagree = |what: String, one: &Place, other: &Place| {
        let position = other.source.position(other.span.start as usize);
        let message = format!("{what} at {}:{}:{}", other.source.name(), position.line, position.column);
        let place = one.span.first_character(one.source.text());
        let fault = Diagnostic::error(Code::SnapshotContradiction, message, place)
            .with_help("collect both files at the same time, and keep one of them");
        faults.push((one.source.clone(), fault));
    };
    let kind_of = |id: &str| {
        let known = FULL_ACCESS.iter().find(|(own, _)| *own == id).map(|(_, kind)| *kind);
        known.or_else(|| parts.policies.get(id).map(|(kind, ..)| *kind))
    };
    let mut said: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (policy, target, place) in &parts.targets {
        said.insert((policy, target));
        let Some(kind) = kind_of(policy) else { continue };
        if let Some((ids, list)) = parts.attached.get(&(target.clone(), kind))
            && !ids.contains(policy)
        {
            disagree(format!("{policy} is attached to {target}, whose list is without it"), place, list);
        }
    }
    for ((target, _), (ids, place)) in &parts.attached {
        for id in ids {
            if let Some(list) = parts.aimed.get(id)
                && !said.contains(&(&**id, &**target))
            {
                disagree(
                    format!("{id} is attached to {target}, which is not among its targets"),
                    place,
                    list,
                );
            }
        }
    }
}
