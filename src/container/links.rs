//! Links between policies and those they are for: which policy of the file each names.

use super::entry::{Attachment, Change, Container, Entry, Link};
use super::identity::{Identity, IdentityKind, policy_of_arn};
use super::kind::{ContainerKind, PolicyKind};
use std::collections::BTreeMap;

/// The policies and groups of one side of a file that links can name.
pub(super) struct Linked<'c> {
    /// Users, groups, roles and policies by their addresses and by their names.
    identities: BTreeMap<&'c str, Vec<&'c Identity>>,
    by_address: BTreeMap<&'c str, &'c Entry>,
    by_subject: BTreeMap<&'c str, Vec<&'c Entry>>,
    /// The policies that each user, group and role holds itself, by its address.
    inline: BTreeMap<&'c str, Vec<&'c Entry>>,
    /// The policies that each group attaches, by its address, if the file lists all of them.
    attached: Option<BTreeMap<&'c str, Vec<&'c Attachment>>>,
}

/// A policy that a link gives, with the link that names it.
pub(super) type Given<'c> = (&'c Attachment, Option<&'c Entry>);

impl<'c> Linked<'c> {
    /// The policies and groups of a file, as they are after all changes.
    pub(super) fn new(container: &'c Container) -> Linked<'c> {
        Linked::of(container, &container.identities)
    }

    /// The policies of a plan, with the identities before it.
    pub(super) fn before(plan: &'c Container) -> Linked<'c> {
        Linked::of(plan, &plan.earlier_identities)
    }

    fn of(container: &'c Container, identities: &'c [Identity]) -> Linked<'c> {
        let mut linked = Linked {
            identities: BTreeMap::new(),
            by_address: BTreeMap::new(),
            by_subject: BTreeMap::new(),
            inline: BTreeMap::new(),
            attached: None,
        };
        for identity in identities {
            linked.identities.entry(&identity.address).or_default().push(identity);
            for name in
                [&identity.name, &identity.id].into_iter().flatten().filter(|name| **name != identity.address)
            {
                linked.identities.entry(name).or_default().push(identity);
            }
        }
        if container.kind == ContainerKind::Dump {
            let mut attached: BTreeMap<&str, Vec<&Attachment>> = BTreeMap::new();
            for link in container.attachments.iter().filter(|link| link.link == Link::Policy) {
                attached.entry(&link.address).or_default().push(link);
            }
            linked.attached = Some(attached);
        }
        for entry in &container.entries {
            let is_managed = IdentityKind::of_resource(&entry.resource) == Some(IdentityKind::Policy);
            // An inline policy of a template names those it is for.
            if is_managed || entry.resource == "AWS::IAM::Policy" {
                linked.by_address.entry(&entry.address).or_insert(entry);
            } else if entry.kind == Some(PolicyKind::Identity) {
                linked.inline.entry(&entry.address).or_default().push(entry);
            }
            if let (true, Some(subject)) = (is_managed, entry.subject.as_deref()) {
                linked.by_subject.entry(subject).or_default().push(entry);
            }
        }
        linked
    }

    /// The policy of a link, if the file holds it and it is told apart from others of the same name.
    pub(super) fn policy(&self, link: &Attachment) -> Option<&'c Entry> {
        match self.policies(link).as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// The policies of the file that a link may name.
    fn policies(&self, link: &Attachment) -> Vec<&'c Entry> {
        if let Some(resource) = &link.resource {
            return self.by_address.get(resource.as_str()).copied().into_iter().collect();
        }
        let Some(text) = link.policy.as_deref() else { return Vec::new() };
        let Some((account, name)) = policy_of_arn(text) else {
            return self.by_subject.get(text).cloned().unwrap_or_default();
        };
        if account == "aws" {
            return self.by_address.get(format!("aws:policy/{name}").as_str()).copied().into_iter().collect();
        }
        let at_address = self.by_address.get(format!("policy/{name}").as_str()).copied();
        let named = name.rsplit('/').next().and_then(|last| self.by_subject.get(last));
        let found = at_address.into_iter().chain(named.into_iter().flatten().copied());
        found.filter(|entry| self.is_of(entry, text)).collect()
    }

    /// True unless the file says that the policy has another ARN.
    fn is_of(&self, entry: &Entry, arn: &str) -> bool {
        let of_entry = self.called(&entry.address).find(|identity| identity.address == entry.address);
        of_entry.and_then(|identity| identity.arn.as_deref()).is_none_or(|known| {
            known == arn || arn.starts_with("arn:${") && policy_of_arn(known) == policy_of_arn(arn)
        })
    }

    /// The users, groups, roles and policies with this address or name.
    pub(super) fn called(&self, text: &str) -> impl Iterator<Item = &'c Identity> {
        self.identities.get(text).into_iter().flatten().copied()
    }

    /// The group that a membership names, if the file makes or lists it.
    pub(super) fn group(&self, link: &Attachment) -> Option<&'c Identity> {
        let name = link.resource.as_deref().or(link.policy.as_deref())?;
        self.called(name).find(|identity| identity.kind == IdentityKind::Group)
    }

    /// The policies that a link gives: its own, and of a membership all those of the group, if the file lists them all.
    pub(super) fn given(&self, link: &'c Attachment) -> Vec<Given<'c>> {
        let group = if link.link == Link::Membership { self.group(link) } else { None };
        let (Some(attached), Some(group)) = (&self.attached, group) else {
            return vec![(link, self.policy(link))];
        };
        let address = group.address.as_str();
        let inline = self.inline.get(address).into_iter().flatten().map(|entry| (link, Some(*entry)));
        let attached = attached.get(address).into_iter().flatten().map(|other| match self.policy(other) {
            Some(entry) => (link, Some(entry)),
            None => (*other, None),
        });
        inline.chain(attached).collect()
    }
}

/// Links that grant what a policy allows whose document is not in the file: those to policies, and to groups.
pub fn unread_links(container: &Container) -> impl Iterator<Item = &Attachment> {
    let linked = Linked::new(container);
    container.attachments.iter().filter(move |link| match (link.change, link.link) {
        (Change::Delete, _) | (_, Link::Boundary | Link::Profile) => false,
        (_, Link::Policy) => linked.policies(link).is_empty(),
        (_, Link::Membership) => linked.group(link).is_none(),
    })
}

/// A policy that the name of a link stands for.
#[derive(Clone, Copy, Debug)]
pub struct NamedLink<'c> {
    /// The link.
    pub link: &'c Attachment,
    /// The policy, if the file holds it.
    pub policy: Option<&'c Entry>,
}

/// The policies of the links with this name (`App.ManagedPolicyArns`); for each link, at least one.
///
/// ```
/// use iamsat::container::{Contents, Options, named_links, open};
/// use iamsat::span::Source;
/// let text = "Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties: {ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess']}\n";
/// let Ok(Contents::Container(file)) = open(&Source::new("t.yaml", text), &Options::default()) else { panic!() };
/// let links = named_links(&file, "R.ManagedPolicyArns");
/// assert!(links[0].policy.is_none() && links[0].link.policy.is_some());
/// assert!(named_links(&file, "R").is_empty());
/// ```
pub fn named_links<'c>(container: &'c Container, name: &str) -> Vec<NamedLink<'c>> {
    let sides = [
        (Linked::new(container), &container.attachments),
        (Linked::before(container), &container.earlier_attachments),
    ];
    for (linked, attachments) in sides {
        let starts = |link: &&Attachment| {
            // All elements of a list together, one of them, or one of the policies of a group.
            let list = link.attribute.split('[').next();
            let list = list.is_some_and(|list| name == format!("{}.{list}", link.address));
            list || name.starts_with(&link.name(None))
        };
        let of_links = attachments.iter().filter(starts).flat_map(|link| match linked.given(link) {
            given if given.is_empty() => vec![(link, link, None)],
            given => given.into_iter().map(|(of, policy)| (link, of, policy)).collect(),
        });
        let is_meant = |link: &Attachment, of: &Attachment, policy: Option<&Entry>| {
            let own = link.name(None);
            name == own || own.starts_with(&format!("{name}[")) || name == of.name(policy)
        };
        let meant = of_links.filter(|(link, of, policy)| is_meant(link, of, *policy));
        let named: Vec<NamedLink<'c>> = meant.map(|(_, link, policy)| NamedLink { link, policy }).collect();
        if !named.is_empty() {
            return named;
        }
    }
    Vec::new()
}
