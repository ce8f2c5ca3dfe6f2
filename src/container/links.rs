//! Links between policies and those they are for: which policy of the file each names, and which ones a change makes or takes
//! away.

use super::entry::{Attachment, Change, Container, Entry, Link};
use super::kind::{ContainerKind, PolicyKind};
use std::collections::{BTreeMap, BTreeSet};

/// The policies of a file that links can name.
struct Linked<'c> {
    by_address: BTreeMap<&'c str, &'c Entry>,
    by_subject: BTreeMap<&'c str, &'c Entry>,
}

impl<'c> Linked<'c> {
    /// The policies of this file.
    fn new(container: &'c Container) -> Linked<'c> {
        let mut linked = Linked { by_address: BTreeMap::new(), by_subject: BTreeMap::new() };
        for entry in &container.entries {
            let is_managed = matches!(entry.resource.as_str(), "aws_iam_policy" | "AWS::IAM::ManagedPolicy");
            // An inline policy of a template names those it is for.
            if is_managed || entry.resource == "AWS::IAM::Policy" {
                linked.by_address.entry(&entry.address).or_insert(entry);
            }
            if let (true, Some(subject)) = (is_managed, entry.subject.as_deref()) {
                linked.by_subject.entry(subject).or_insert(entry);
            }
        }
        linked
    }

    /// The policy of a link, if the file holds it.
    fn policy(&self, link: &Attachment) -> Option<&'c Entry> {
        let named = link.policy.as_deref().and_then(|name| self.named(name));
        named.or_else(|| link.reference.as_deref().and_then(|reference| self.referred(reference)))
    }

    /// The policy with this ARN or name.
    fn named(&self, text: &str) -> Option<&'c Entry> {
        let found = match text.splitn(6, ':').collect::<Vec<_>>().as_slice() {
            [_, _, _, _, "aws", name] => self.by_address.get(format!("aws:{name}").as_str()),
            [_, _, _, _, _, name] => {
                let last = name.rsplit('/').next();
                let by_subject = last.and_then(|last| self.by_subject.get(last));
                self.by_address.get(name).or(by_subject)
            }
            _ => self.by_subject.get(text),
        };
        found.copied()
    }

    /// The policy whose address a reference begins with.
    fn referred(&self, reference: &str) -> Option<&'c Entry> {
        let ends = reference.match_indices(['.', '[']).map(|(at, _)| at).chain([reference.len()]);
        let mut addresses = ends.filter_map(|end| reference.get(..end));
        addresses.find_map(|address| self.by_address.get(address).copied())
    }
}

/// Links that grant what a policy allows whose document is not in the file: those to policies, and in the dump of an account
/// those to groups.
pub fn unread_links(container: &Container) -> impl Iterator<Item = &Attachment> {
    let linked = Linked::new(container);
    let has_groups = container.kind == ContainerKind::Dump;
    container.attachments.iter().filter(move |link| match (link.change, link.link) {
        (Change::Delete | Change::Forget, _) | (_, Link::Boundary | Link::Profile) => false,
        (_, Link::Policy) => linked.policy(link).is_none(),
        (_, Link::Membership) => {
            has_groups && !link.policy.as_ref().is_some_and(|group| container.groups.contains(group))
        }
    })
}

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
    let roles =
        |is_there: fn(&Entry) -> bool| Side::roles(plan.entries.iter().filter(|entry| is_there(entry)));
    let before = Side {
        file: Linked::new(plan),
        links: plan.earlier_attachments.iter().collect(),
        roles: roles(Entry::was_there),
    };
    let after = Side { file: Linked::new(plan), links: in_effect(plan), roles: roles(Entry::is_there) };
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
    let [before, after] = [old, new].map(|file| Side {
        file: Linked::new(file),
        links: in_effect(file),
        roles: Side::roles(file.entries.iter().filter(|entry| entry.is_there())),
    });
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
    /// The roles whose trust policies are there, by address and by name.
    roles: BTreeSet<&'c str>,
}

/// The effect of a link, the policy that it names, one of those that it is for, and the condition.
type Key<'c> = (Link, &'c str, &'c str, Option<&'c str>);

impl<'c> Side<'c> {
    fn roles(entries: impl Iterator<Item = &'c Entry>) -> BTreeSet<&'c str> {
        let trusts = entries.filter(|entry| entry.kind == Some(PolicyKind::Trust));
        trusts.flat_map(|entry| [Some(entry.address.as_str()), entry.subject.as_deref()]).flatten().collect()
    }

    /// The links to one target each.
    fn keys(&self) -> impl Iterator<Item = (&'c Attachment, Option<&'c Entry>, Key<'c>)> {
        self.links.iter().flat_map(|link| {
            let link = *link;
            let policy = self.file.policy(link);
            let name = match (policy, &link.policy, &link.reference) {
                (Some(entry), _, _) => entry.key.as_str(),
                (None, Some(name), _) | (None, None, Some(name)) => name.as_str(),
                (None, None, None) => link.attribute.as_str(),
            };
            let targets = link.to.iter().map(String::as_str);
            targets.map(move |to| (link, policy, (link.link, name, to, link.condition.as_deref())))
        })
    }
}

fn changes<'c>(before: &Side<'c>, after: &Side<'c>, differing: &BTreeSet<&str>) -> Vec<LinkChange<'c>> {
    let [old, new] = [before, after].map(|side| side.keys().map(|(.., key)| key).collect::<BTreeSet<_>>());
    let mut changes: Vec<LinkChange<'c>> = Vec::new();
    for (side, others, is_new) in [(after, &old, true), (before, &new, false)] {
        for (link, policy, key) in side.keys() {
            let (_, name, to, condition) = key;
            // The same name may stand for something else, which is told once: as what is made, or as the limit that is gone.
            let is_other = differing.contains(name) || condition.is_some_and(|name| differing.contains(name));
            let is_told = is_other && is_new != (link.link == Link::Boundary);
            // What is no longer there has no use for links.
            let is_gone = !is_new && before.roles.contains(to) && !after.roles.contains(to);
            if is_gone || others.contains(&key) && !is_told {
                continue;
            }
            match changes.last_mut() {
                Some(last) if std::ptr::eq(last.link, link) && last.is_new == is_new => last.to.push(to),
                _ => changes.push(LinkChange { link, to: vec![to], is_new, policy }),
            }
        }
    }
    changes
}
