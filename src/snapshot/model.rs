//! The facts of a snapshot: principals, groups, managed policies, the tree of an organization, resources and endpoints.

use super::gap::Gap;
use crate::index::{IndexVec, id};
use crate::policy::Document;
use crate::span::{Source, Span};
use std::collections::{BTreeMap, BTreeSet};

id! {
    /// The index of a document of a snapshot.
    DocumentId
}

/// A fact that was collected, or the reason why it was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Collected<T> {
    /// It was collected.
    Known(T),
    /// It was not: nothing is assumed about it.
    Missing(Box<Gap>),
}

impl<T> Collected<T> {
    /// Returns the fact, if it was collected.
    pub fn known(&self) -> Option<&T> {
        match self {
            Collected::Known(fact) => Some(fact),
            Collected::Missing(_) => None,
        }
    }

    /// Returns the gap, if it was not collected.
    pub fn gap(&self) -> Option<&Gap> {
        match self {
            Collected::Known(_) => None,
            Collected::Missing(gap) => Some(gap),
        }
    }
}

/// Tags by their keys.
pub type Tags = BTreeMap<Box<str>, Box<str>>;

/// A place in a file of the snapshot.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub source: Source,
    /// The part of it.
    pub span: Span,
}

impl Place {
    /// Returns the text at the place.
    pub fn text(&self) -> &str {
        self.source.slice(self.span)
    }
}

/// The kind of a principal that has policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalKind {
    /// An IAM user.
    User,
    /// A role; requests come from its sessions.
    Role,
}

impl PrincipalKind {
    /// Returns `user` or `role`.
    pub fn name(self) -> &'static str {
        match self {
            PrincipalKind::User => "user",
            PrincipalKind::Role => "role",
        }
    }
}

/// A user or a role.
#[derive(Clone, Debug)]
pub struct Principal {
    /// User or role.
    pub kind: PrincipalKind,
    /// Its ARN, path included.
    pub arn: Box<str>,
    /// Its account.
    pub account: Box<str>,
    /// Its inline policies, and a gap for each list of its policies that was not collected.
    pub inline: Vec<Collected<DocumentId>>,
    /// The ARNs of its managed policies.
    pub managed: Vec<Box<str>>,
    /// The names of the groups of a user; a role has none.
    pub groups: Vec<Box<str>>,
    /// The ARN of its boundary, if it has one.
    pub boundary: Option<Box<str>>,
    /// The trust policy of a role; of a user, none.
    pub trust: Option<Collected<DocumentId>>,
    /// Its tags, if they were collected.
    pub tags: Option<Tags>,
    /// The place that describes it.
    pub place: Place,
}

impl Principal {
    /// Returns the name with its path: `role/path/app`.
    pub fn short(&self) -> &str {
        match self.arn.splitn(6, ':').nth(5) {
            Some(rest) => rest,
            None => &self.arn,
        }
    }

    /// True for a role that a service owns; neither SCPs nor RCPs bind it.
    pub fn is_service_linked(&self) -> bool {
        self.short().starts_with("role/aws-service-role/")
    }
}

/// A group of users.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its inline policies, and a gap for each list of its policies that was not collected.
    pub inline: Vec<Collected<DocumentId>>,
    /// The ARNs of its managed policies.
    pub managed: Vec<Box<str>>,
    /// The place that describes it.
    pub place: Place,
}

/// The groups of an account, and the lists that were collected of it.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// True if its users were collected.
    pub has_users: bool,
    /// True if its groups were collected.
    pub has_groups: bool,
    /// True if its roles were collected.
    pub has_roles: bool,
    /// Its groups by name.
    pub groups: BTreeMap<Box<str>, Group>,
}

/// The two kinds of policies that an organization attaches to its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ControlKind {
    /// Service control policies.
    Service,
    /// Resource control policies.
    Resource,
}

impl ControlKind {
    /// Returns the name of the type in Organizations.
    pub fn type_name(self) -> &'static str {
        match self {
            ControlKind::Service => "SERVICE_CONTROL_POLICY",
            ControlKind::Resource => "RESOURCE_CONTROL_POLICY",
        }
    }

    /// Returns the kind with this name of a type.
    pub fn parse(name: &str) -> Option<ControlKind> {
        [ControlKind::Service, ControlKind::Resource].into_iter().find(|kind| kind.type_name() == name)
    }

    /// Returns `SCP` or `RCP`.
    pub fn short(self) -> &'static str {
        match self {
            ControlKind::Service => "SCP",
            ControlKind::Resource => "RCP",
        }
    }
}

/// A root, an organizational unit or an account of the tree.
#[derive(Clone, Debug)]
pub struct Node {
    /// The id of its parent; none for a root.
    pub parent: Option<Box<str>>,
}

/// An organization.
#[derive(Clone, Debug)]
pub struct Organization {
    /// Its id (`o-...`).
    pub id: Box<str>,
    /// Its management account, which neither SCPs nor RCPs bind.
    pub management: Option<Box<str>>,
    /// The kinds of policies that are enabled; none if the roots were not collected.
    pub enabled: Option<BTreeSet<ControlKind>>,
    /// Its roots, organizational units and accounts by id.
    pub nodes: BTreeMap<Box<str>, Node>,
    /// The facts about the tree that were not collected. If nothing is missing, an account that is not in it is not a member.
    pub missing: Vec<Gap>,
    /// The ids of the policies attached at each node, where they were collected.
    pub attached: BTreeMap<(Box<str>, ControlKind), Vec<Box<str>>>,
    /// The ids of policies that are said to be attached at a node; others may be too.
    pub targets: BTreeMap<Box<str>, Vec<Box<str>>>,
    /// The policies by id.
    pub policies: BTreeMap<Box<str>, (ControlKind, Collected<DocumentId>)>,
}

/// The organization of all accounts.
#[derive(Clone, Debug)]
pub enum Membership {
    /// It was not collected.
    Missing,
    /// The accounts are in none.
    Alone,
    /// The organization.
    Of(Box<Organization>),
}

/// A resource that may have a policy of its own. (A role is a [`Principal`].)
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its account.
    pub account: Box<str>,
    /// Its policy, if it has one.
    pub policy: Collected<Option<DocumentId>>,
    /// The setting for the owners of objects, if it was collected.
    pub object_ownership: Option<Box<str>>,
    /// The place that describes it.
    pub place: Place,
}

impl Resource {
    /// Returns the gap of a bucket whose setting for the owners of objects was not collected.
    pub(super) fn ownership_gap(&self, arn: &str) -> Option<Gap> {
        let is_bucket = arn.split(':').nth(2) == Some("s3") && arn.contains(":::");
        (is_bucket && self.object_ownership.is_none()).then(|| Gap::object_ownership(arn))
    }
}

/// A VPC endpoint.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Its id.
    pub id: Box<str>,
    /// Its VPC.
    pub vpc: Box<str>,
    /// The service that it leads to, as actions spell it.
    pub service: Box<str>,
    /// Its policy; none for full access.
    pub policy: Collected<Option<DocumentId>>,
}

/// The documents of a snapshot, each with the place from which it was read.
#[derive(Clone, Debug, Default)]
pub(super) struct Documents(pub(super) IndexVec<DocumentId, Document>);

impl Documents {
    /// Adds a document.
    pub(super) fn add(&mut self, document: Document) -> DocumentId {
        self.0.push(document)
    }
}
