//! Links that a change makes or takes away.

use super::entry::{Attachment, Change, Container, Entry, Link};
use super::identity::{Identity, IdentityKind};
use super::links::Linked;
use std::collections::BTreeSet;

/// A link that a change makes, or takes away.
#[derive(Clone, Debug)]
pub struct LinkChange<'c> {
    /// The link, as it is in the file that has it.
    pub link: &'c Attachment,
    /// Those that it newly is for, or no longer is for.
    pub to: Vec<&'c str>,
    /// True if the change makes it.
    pub is_new: bool,
    /// The policy of the link, if the file holds it.
    pub policy: Option<&'c Entry>,
}

/// The links that a plan makes and takes away.
pub fn planned_links(plan: &Container) -> Vec<LinkChange<'_>> {
    let before = Side { file: Linked::before(plan), links: plan.earlier_attachments.iter().collect() };
    let after = Side { file: Linked::new(plan), links: in_effect(plan) };
    changes(&before, &after, &BTreeSet::new())
}

/// The links that one of two files has and the other has not, or has under another condition.
///
/// ```
/// use iamsat::container::{Container, Contents, Options, changed_links, open};
/// use iamsat::span::Source;
/// let read = |policies: &str| -> Container {
///     let text = format!("Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      ManagedPolicyArns: [{policies}]\n");
///     match open(&Source::new("t.yaml", text), &Options::default()) {
///         Ok(Contents::Container(container)) => *container,
///         other => panic!("{other:?}"),
///     }
/// };
/// let (old, new) = (read("'arn:aws:iam::aws:policy/ReadOnlyAccess'"), read("'arn:aws:iam::aws:policy/AdministratorAccess'"));
/// let changes = changed_links(&old, &new);
/// assert_eq!(changes.iter().map(|change| change.is_new).collect::<Vec<_>>(), [true, false]);
/// assert_eq!(changes[0].to, ["R"]);
/// ```
pub fn changed_links<'c>(old: &'c Container, new: &'c Container) -> Vec<LinkChange<'c>> {
    let differing = old.conditions.differing(&new.conditions);
    let [before, after] = [old, new].map(|file| Side { file: Linked::new(file), links: in_effect(file) });
    changes(&before, &after, &differing)
}

/// The links that are there after all changes.
fn in_effect(container: &Container) -> Vec<&Attachment> {
    container.attachments.iter().filter(|link| link.change != Change::Delete).collect()
}

/// The links at one time.
struct Side<'c> {
    file: Linked<'c>,
    links: Vec<&'c Attachment>,
}

/// The effect of a link, the policy that it names, one of those that it is for, and the condition.
type Key<'c> = (Link, &'c str, &'c str, Option<&'c str>);

impl<'c> Side<'c> {
    /// The links to one target each.
    fn keys(&self) -> impl Iterator<Item = (&'c Attachment, Key<'c>)> {
        self.links.iter().flat_map(|link| {
            let link = *link;
            let policy = self.file.policy(link).map(|entry| &entry.key);
            let name = policy.or(link.policy.as_ref()).or(link.resource.as_ref()).or(link.reference.as_ref());
            let name = name.unwrap_or(&link.attribute);
            let targets = link.to.iter().map(String::as_str);
            targets.map(move |to| (link, (link.link, name.as_str(), to, link.condition.as_deref())))
        })
    }

    /// True if the identity is there, under its address or its name. Users can be renamed; a role of another name is another.
    fn has(&self, identity: &Identity) -> bool {
        let names = [Some(&identity.address), identity.name.as_ref(), identity.id.as_ref()];
        names.into_iter().flatten().flat_map(|name| self.file.called(name)).any(|other| {
            let is_same =
                |of: fn(&Identity) -> &Option<String>| of(identity).is_some() && of(other) == of(identity);
            let has_same_name = other.name == identity.name || identity.kind != IdentityKind::Role;
            let is_at_address = other.address == identity.address && has_same_name;
            other.kind == identity.kind
                && (is_same(|one| &one.name) || is_same(|one| &one.id) || is_at_address)
        })
    }

    /// The user or role that a link is for, if the file makes it.
    fn holder(&self, to: &str) -> Option<&'c Identity> {
        let holders = [IdentityKind::User, IdentityKind::Role];
        self.file.called(to).find(|identity| holders.contains(&identity.kind))
    }
}

fn changes<'c>(before: &Side<'c>, after: &Side<'c>, differing: &BTreeSet<&str>) -> Vec<LinkChange<'c>> {
    let [old, new] = [before, after].map(|side| side.keys().map(|(_, key)| key).collect::<BTreeSet<_>>());
    let mut changes: Vec<LinkChange<'c>> = Vec::new();
    for (side, other, others, is_new) in [(after, before, &old, true), (before, after, &new, false)] {
        let mut found: Vec<(&'c Attachment, Vec<&'c str>)> = Vec::new();
        for (link, key) in side.keys() {
            let (_, name, to, condition) = key;
            // The same name may stand for something else, which is told once: as what is made, or as the limit that is gone.
            let is_other = differing.contains(name) || condition.is_some_and(|name| differing.contains(name));
            let is_told = is_other && is_new != (link.link == Link::Boundary);
            // What is no longer there has no use for links.
            let is_gone = !is_new && before.holder(to).is_some_and(|holder| !after.has(holder));
            // What a group gives that comes or goes with the change is told of its policies.
            let is_of_group =
                link.link == Link::Membership && side.file.group(link).is_some_and(|group| !other.has(group));
            if is_gone || is_of_group || others.contains(&key) && !is_told {
                continue;
            }
            match found.last_mut() {
                Some((last, targets)) if std::ptr::eq(*last, link) => targets.push(to),
                _ => found.push((link, vec![to])),
            }
        }
        for (link, to) in found {
            let given = side.file.given(link).into_iter();
            changes.extend(given.map(|(link, policy)| LinkChange { link, to: to.clone(), is_new, policy }));
        }
    }
    changes
}
