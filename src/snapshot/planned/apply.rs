//! Applies the facts that a plan changes to a snapshot.

use super::facts::{Holder, HolderKind, Key, Value, Whole};
use super::same::say_the_same;
use super::{Planned, Said};
use crate::container::Content;
use crate::policy::LayerKind;
use crate::snapshot::change::{Change, layer_of, named_place};
use crate::snapshot::gap::{Gap, GapKind};
use crate::snapshot::model::{
    Collected, ControlKind, DocumentId, Group, Membership, Organization, Place, Principal, PrincipalKind,
    Resource, Tags,
};
use crate::snapshot::tree::FULL_ACCESS;
use crate::snapshot::{Snapshot, targets};
use crate::span::{Source, Span};
use std::collections::{BTreeMap, BTreeSet};

/// The reason why a fact could not be applied.
type Applied = Result<(), String>;

/// A snapshot to which a plan is applied.
pub(super) struct Applying<'s> {
    pub(super) old: &'s Snapshot,
    before: Snapshot,
    after: Snapshot,
    source: &'s Source,
    /// The word for the change: `plan` or `template`.
    pub(super) word: &'static str,
    open: Vec<(Span, String)>,
    steps: Vec<String>,
    /// The buckets that the plan makes.
    made: BTreeSet<String>,
    /// The ARNs of users and roles, whatever their paths.
    pub(super) arns: BTreeMap<Holder, Box<str>>,
}

impl<'s> Applying<'s> {
    pub(super) fn new(
        old: &'s Snapshot,
        (source, word): (&'s Source, &'static str),
        open: Vec<(Span, String)>,
    ) -> Applying<'s> {
        Applying {
            old,
            before: old.clone(),
            after: old.clone(),
            source,
            word,
            open,
            steps: Vec::new(),
            made: BTreeSet::new(),
            arns: old.principals.values().map(|own| (holder(own), own.arn.clone())).collect(),
        }
    }

    /// Compares what the plan leaves as it is with the snapshot, and the lists that it knows in full.
    pub(super) fn compare(&mut self, kept: &Said<'_>, wholes: &[(Whole, Span, String)]) {
        for (key, (value, span, address)) in kept {
            if let Err(why) = self.agrees(key, value, true) {
                self.open.push((*span, format!("{address}: {why}")));
            }
        }
        for (whole, span, address) in wholes {
            if let Err(why) = self.has_no_more(whole) {
                self.open.push((*span, format!("{address}: {why}")));
            }
        }
    }

    /// Applies what differs between two sides.
    pub(super) fn all(&mut self, before: &Said<'_>, after: &Said<'_>) {
        self.open.extend(self.spelled_otherwise(before, after));
        for (key, (value, span, address)) in before.iter().rev() {
            let new = after.get(key);
            if let Some((.., other)) = new.filter(|(.., other)| other != address) {
                let why = format!(
                    "{address}: {other} makes it again, in an order that the {} does not say",
                    self.word
                );
                self.open.push((*span, why));
            }
            let is_kept = new.is_some_and(|(new, ..)| is_same(value, new));
            if let Err(why) = self.agrees(key, value, is_kept) {
                self.open.push((*span, format!("{address}: {why}")));
            }
            if is_kept {
                continue;
            }
            let is_gone_with_its_holder = holder_of(key).is_some_and(|holder| {
                let entity = Key::Entity(holder.clone());
                before.contains_key(&entity) && !after.contains_key(&entity)
            });
            if new.is_none() && !is_gone_with_its_holder {
                self.step((key, value), "removed", (*span, address));
                if let Err(why) = self.remove(key) {
                    self.open.push((*span, format!("{address}: {why}")));
                }
            }
        }
        for (key, (value, span, address)) in after {
            let old = before.get(key);
            if old.is_some_and(|(old, ..)| is_same(old, value)) {
                continue;
            }
            let is_made = holder_of(key).is_some_and(|holder| {
                let entity = Key::Entity(holder.clone());
                after.contains_key(&entity) && !before.contains_key(&entity)
            });
            if !(is_made && matches!(key, Key::Trust(_) | Key::Tags(_))) {
                self.step((key, value), if old.is_some() { "replaced" } else { "added" }, (*span, address));
            }
            let is_new = if old.is_none() { self.is_new(key) } else { Ok(()) };
            if let Err(why) = is_new.and_then(|()| self.add(key, value, (*span, address))) {
                self.open.push((*span, format!("{address}: {why}")));
            }
        }
        let gone = before.keys().filter(|key| !after.contains_key(key));
        for arn in gone.filter_map(|key| if let Key::Managed(arn) = key { Some(arn) } else { None }) {
            if self.after.is_attached_or_boundary(arn) {
                let why = format!("{arn} is removed, and the snapshot says that it is still attached");
                self.open.push((Span::default(), why));
            }
        }
        if let Err(error) = self.after.has_levels() {
            self.open.push((Span::default(), error.message));
        }
    }

    /// Returns the result.
    pub(super) fn done(self, assumes_references: bool) -> Planned {
        let (source, mut open) = (self.source, self.open);
        open.sort_by(|(one, why), (other, own)| (one.start, why).cmp(&(other.start, own)));
        open.dedup();
        let told = |(span, why): (Span, String)| {
            let position = source.position(span.start as usize);
            format!("{}:{}:{}: {why}", source.name(), position.line, position.column)
        };
        let open = open.into_iter().map(told).collect();
        let planned =
            Planned { before: self.before, after: self.after, steps: self.steps, open, assumes_references };
        planned.finished()
    }

    /// Notes a step, and which facts that were not collected it may alter.
    fn step(&mut self, (key, value): (&Key, &Value<'_>), verb: &str, (_, address): (Span, &str)) {
        use GapKind::{
            Boundary, Group, Iam, Organization, Owner, Policy, ResourceControl, ResourcePolicy,
            ServiceControl,
        };
        let what = match key {
            Key::Entity(holder) => holder.to_string(),
            Key::Managed(arn) => arn.clone(),
            Key::Control(id) => id.clone(),
            Key::Bucket(arn) => arn.clone(),
            Key::Trust(holder) => format!("the trust policy of {holder}"),
            Key::Boundary(holder) => format!("the boundary of {holder}"),
            Key::Tags(holder) => format!("the tags of {holder}"),
            Key::Inline(holder, name) => format!("the inline policy {name} of {holder}"),
            Key::Attached(holder, arn) => format!("{arn} at {holder}"),
            Key::Member(user, group) => format!("{user} in group/{group}"),
            Key::Policy(arn) => format!("the policy of {arn}"),
            Key::Ownership(arn) => format!("the object ownership of {arn}"),
            Key::ControlAt(id, target) => format!("{id} at {target}"),
        };
        self.steps.push(match *address == *what {
            true => format!("{what} {verb}"),
            false => format!("{what} {verb} by {address}"),
        });
        let kind = match key {
            Key::Control(id) | Key::ControlAt(id, _) => self.kind_of(id, value),
            _ => None,
        };
        let altered = &mut self.after.altered;
        match key {
            Key::Control(id) | Key::ControlAt(id, _) => {
                let (list, of_resources) = match kind {
                    Some(ControlKind::Service) => (ServiceControl, None),
                    Some(ControlKind::Resource) | None => (ResourceControl, Some(Owner)),
                };
                altered.extend([Organization].into_iter().chain(of_resources));
                altered.extend((*key == Key::Control(id.clone())).then_some(list));
                return;
            }
            Key::Policy(arn) => {
                // Other resources may be parts of this one, and then its policy is theirs.
                altered.extend((!targets::has_no_other_parts(arn)).then_some(ResourcePolicy));
            }
            Key::Bucket(_) | Key::Ownership(_) => {}
            _ => altered.extend([Boundary, Group, Iam, Policy]),
        }
        self.after.is_altered_below_controls = true;
    }

    /// Returns the kind of an SCP or RCP, if the plan or the snapshot says it.
    fn kind_of(&self, id: &str, value: &Value<'_>) -> Option<ControlKind> {
        let built_in = FULL_ACCESS.iter().find(|(own, _)| *own == id).map(|(_, kind)| *kind);
        match value {
            Value::Control(kind, _) => Some(*kind),
            _ => {
                let known = self.after.control(id).or_else(|| self.old.control(id));
                built_in.or(known.map(|(kind, _)| kind))
            }
        }
    }

    fn remove(&mut self, key: &Key) -> Applied {
        match key {
            Key::Entity(holder) => {
                let arn = self.arns.remove(holder);
                match (arn, self.after.accounts.get_mut(holder.account.as_str())) {
                    (Some(arn), _) => drop(self.after.principals.remove(&arn)),
                    (None, Some(account)) if holder.kind == HolderKind::Group => {
                        account.groups.remove(holder.name.as_str());
                        self.after.leave(holder);
                    }
                    (None, _) => {}
                }
            }
            Key::Managed(arn) => drop(self.after.managed.remove(arn.as_str())),
            Key::Control(id) => drop(self.organization()?.policies.remove(id.as_str())),
            Key::Trust(_) => return Err("a role always has a trust policy".to_owned()),
            Key::Boundary(holder) => self.principal(holder)?.boundary = None,
            Key::Tags(holder) => self.principal(holder)?.tags = Some(Tags::new()),
            Key::Inline(holder, name) => {
                let found = self
                    .lists_of(&self.after, holder)
                    .and_then(|(list, _)| named_place(&self.after, list, name));
                if let (Some(place), (inline, _)) = (found, self.lists(holder)?) {
                    inline.remove(place);
                }
            }
            Key::Attached(holder, arn) => self.lists(holder)?.1.retain(|own| **own != **arn),
            Key::Member(user, group) => self.principal(user)?.groups.retain(|own| **own != **group),
            Key::Policy(arn) => {
                if let Some(resource) = self.after.resources.get_mut(arn.as_str()) {
                    resource.policy = Collected::Known(None);
                } else {
                    return Err(not_held(arn));
                }
            }
            // Without the bucket, its policy is gone too, which is a fact of its own.
            Key::Bucket(_) => {}
            Key::Ownership(_) => {
                return Err("the object ownership of a bucket changes, which is not looked at".to_owned());
            }
            Key::ControlAt(policy, target) => {
                let step = Change::Detach { policy: policy.as_str().into(), target: target.as_str().into() };
                self.after.apply(&step).map_err(|error| error.message)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, key: &Key, value: &Value<'_>, (span, address): (Span, &str)) -> Applied {
        match (key, value) {
            (Key::Entity(holder), Value::Arn(arn)) => self.entity(holder, arn, span)?,
            (Key::Managed(arn), Value::Policy(content)) => {
                let policy = self.document(content, (LayerKind::Identity, GapKind::Policy), address)?;
                self.after.managed.insert(arn.as_str().into(), policy);
            }
            (Key::Control(id), Value::Control(kind, content)) => {
                let gap = match kind {
                    ControlKind::Service => GapKind::ServiceControl,
                    ControlKind::Resource => GapKind::ResourceControl,
                };
                let policy = self.document(content, (layer_of(*kind), gap), address)?;
                self.organization()?.policies.insert(id.as_str().into(), (*kind, policy));
            }
            (Key::Bucket(arn), Value::Text(account)) => self.bucket(arn, account, span)?,
            (Key::Trust(holder), Value::Policy(content)) => {
                let policy =
                    self.document(content, (LayerKind::Resource, GapKind::ResourcePolicy), address)?;
                self.principal(holder)?.trust = Some(policy);
            }
            (Key::Boundary(holder), Value::Arn(arn)) => {
                self.principal(holder)?.boundary = Some(arn.as_str().into());
            }
            (Key::Tags(holder), Value::Tags(tags)) => self.principal(holder)?.tags = Some(tags.clone()),
            (Key::Tags(holder), _) => self.principal(holder)?.tags = None,
            (Key::Inline(holder, name), Value::Policy(content)) => {
                let found = self
                    .lists_of(&self.after, holder)
                    .and_then(|(list, _)| named_place(&self.after, list, name));
                self.lists(holder)?;
                let policy = self.document(content, (LayerKind::Identity, GapKind::Policy), address)?;
                let (inline, _) = self.lists(holder)?;
                match found.and_then(|place| inline.get_mut(place)) {
                    Some(known) => *known = policy,
                    None => inline.push(policy),
                }
            }
            (Key::Attached(holder, arn), _) => {
                let (_, managed) = self.lists(holder)?;
                if managed.iter().all(|own| **own != **arn) {
                    managed.push(arn.as_str().into());
                }
            }
            (Key::Member(user, group), _) => {
                let own = self.principal(user)?;
                if own.groups.iter().all(|known| **known != **group) {
                    own.groups.push(group.as_str().into());
                }
            }
            (Key::Policy(arn), Value::Policy(content)) => {
                if !self.after.resources.contains_key(arn.as_str()) {
                    return Err(not_held(arn));
                }
                let gap = (LayerKind::Resource, GapKind::ResourcePolicy);
                let policy = self.document(content, gap, address)?;
                if let Some(resource) = self.after.resources.get_mut(arn.as_str()) {
                    resource.policy = match policy {
                        Collected::Known(id) => Collected::Known(Some(id)),
                        Collected::Missing(gap) => Collected::Missing(gap),
                    };
                }
            }
            (Key::ControlAt(policy, target), _) => {
                let step = Change::Attach {
                    policy: policy.as_str().into(),
                    document: None,
                    target: target.as_str().into(),
                };
                self.after.apply(&step).map_err(|error| error.message)?;
            }
            (Key::Ownership(arn), Value::Text(rule)) if self.made.contains(arn) => {
                let known = ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"];
                let named = known.into_iter().find(|name| rule.contains(name));
                let named = named.ok_or_else(|| "the object ownership is known after apply".to_owned())?;
                for side in [&mut self.before, &mut self.after] {
                    if let Some(bucket) = side.resources.get_mut(arn.as_str()) {
                        bucket.object_ownership = Some(named.into());
                    }
                }
            }
            (Key::Ownership(_), _) => {
                return Err("the object ownership of a bucket changes, which is not looked at".to_owned());
            }
            (Key::Policy(arn), Value::Default) => {
                if let Some(resource) = self.after.resources.get_mut(arn.as_str()) {
                    resource.policy = Collected::Missing(Box::new(Gap::resource_policy(arn)));
                }
                return Err(
                    "its service puts the default policy in its place, which is not looked at".to_owned()
                );
            }
            _ => return Err("its value is known after apply".to_owned()),
        }
        Ok(())
    }

    fn place(&self, span: Span) -> Place {
        Place { source: self.source.clone(), span }
    }

    fn entity(&mut self, holder: &Holder, arn: &str, span: Span) -> Applied {
        let place = self.place(span);
        let kind = match holder.kind {
            HolderKind::User => PrincipalKind::User,
            HolderKind::Role => PrincipalKind::Role,
            HolderKind::Group => {
                let Some(account) = self.after.accounts.get_mut(holder.account.as_str()) else {
                    return Err(format!("the snapshot does not hold the groups of {}", holder.account));
                };
                let group = Group { inline: Vec::new(), managed: Vec::new(), place };
                return match account.groups.insert(holder.name.as_str().into(), group) {
                    None => Ok(()),
                    Some(_) => Err(format!("the snapshot holds {holder} already")),
                };
            }
        };
        if self.arns.contains_key(holder) {
            return Err(format!("the snapshot holds {holder} already"));
        }
        if !self.after.accounts.contains_key(holder.account.as_str()) {
            return Err(format!("the snapshot does not hold the account {}", holder.account));
        }
        let trust =
            (kind == PrincipalKind::Role).then(|| Collected::Missing(Box::new(Gap::resource_policy(arn))));
        let principal = Principal {
            kind,
            arn: arn.into(),
            account: holder.account.as_str().into(),
            inline: Vec::new(),
            managed: Vec::new(),
            groups: Vec::new(),
            boundary: None,
            trust,
            tags: Some(Tags::new()),
            place,
        };
        self.after.principals.insert(arn.into(), principal);
        self.arns.insert(holder.clone(), arn.into());
        Ok(())
    }

    /// Adds a bucket that the plan makes on both sides: before it, nobody had access to it by a policy of its own.
    ///
    /// ACLs are off in a new bucket. Source: Amazon S3 User Guide, "Controlling ownership of objects".
    fn bucket(&mut self, arn: &str, account: &str, span: Span) -> Applied {
        if account.is_empty() {
            return Err("the plan does not say in which account it is: give `--account`".to_owned());
        }
        let resource = Resource {
            account: account.into(),
            policy: Collected::Known(None),
            object_ownership: Some("BucketOwnerEnforced".into()),
            place: self.place(span),
        };
        for side in [&mut self.before, &mut self.after] {
            if side.resources.contains_key(arn) {
                return Err(format!("the snapshot holds {arn} already"));
            }
            side.resources.insert(arn.into(), resource.clone());
        }
        self.made.insert(arn.to_owned());
        Ok(())
    }

    /// Returns the document of a policy, or a gap that says why it is not known.
    fn document(
        &mut self,
        content: &Content,
        (layer, kind): (LayerKind, GapKind),
        address: &str,
    ) -> Result<Collected<DocumentId>, String> {
        let missing = |why: String| Collected::Missing(Box::new(Gap::new(kind, address, why, None)));
        let why = match content {
            Content::Text { read, .. } => match &read.document {
                Some(document) => match self.after.add(document, layer) {
                    Ok(id) => return Ok(Collected::Known(id)),
                    Err(error) => error.message,
                },
                None => {
                    let first = read.diagnostics.first().map_or("", |fault| fault.message.as_str());
                    format!("the policy of {address} cannot be read: {first}")
                }
            },
            Content::Partly { holes, .. } => {
                let names: Vec<&str> = holes.iter().map(|hole| hole.name.as_str()).collect();
                format!("the policy of {address} depends on {}", names.join(", "))
            }
            Content::Unknown { reason, .. } => format!("the policy of {address} is not known: {reason}"),
            Content::Absent => format!("the policy of {address} is not known"),
        };
        Ok(missing(why))
    }

    fn principal(&mut self, holder: &Holder) -> Result<&mut Principal, String> {
        let own = self.arns.get(holder).and_then(|arn| self.after.principals.get_mut(arn));
        own.ok_or_else(|| unheld(holder))
    }

    /// Returns the policies of a user, role or group, if the snapshot holds it.
    pub(super) fn lists_of<'x>(&self, snapshot: &'x Snapshot, holder: &Holder) -> Option<Held<'x>> {
        if let Some(group) = snapshot.group(holder) {
            return Some((&group.inline, &group.managed));
        }
        let own = snapshot.principals.get(self.arns.get(holder)?)?;
        Some((&own.inline, &own.managed))
    }

    fn lists(&mut self, holder: &Holder) -> Result<Lists<'_>, String> {
        if holder.kind == HolderKind::Group {
            let account = self.after.accounts.get_mut(holder.account.as_str());
            let group = account.and_then(|account| account.groups.get_mut(holder.name.as_str()));
            return group.map(|group| (&mut group.inline, &mut group.managed)).ok_or_else(|| unheld(holder));
        }
        self.principal(holder).map(|own| (&mut own.inline, &mut own.managed))
    }

    fn organization(&mut self) -> Result<&mut Organization, String> {
        match &mut self.after.membership {
            Membership::Of(organization) => Ok(organization),
            Membership::Missing | Membership::Alone => {
                Err("the snapshot does not hold the organization that the change is about".to_owned())
            }
        }
    }
}

/// The inline policies of a user, role or group, and the ARNs of its managed ones, to be read.
pub(super) type Held<'l> = (&'l [Collected<DocumentId>], &'l [Box<str>]);

/// The same, to be changed.
type Lists<'l> = (&'l mut Vec<Collected<DocumentId>>, &'l mut Vec<Box<str>>);

/// Returns a user or role by its name alone.
pub(super) fn holder(own: &Principal) -> Holder {
    Holder {
        kind: match own.kind {
            PrincipalKind::User => HolderKind::User,
            PrincipalKind::Role => HolderKind::Role,
        },
        account: own.account.to_string(),
        name: own.short().rsplit_once('/').map_or(own.short(), |(_, name)| name).to_owned(),
    }
}

pub(super) fn unheld(holder: &Holder) -> String {
    format!("the snapshot does not hold {holder}: collect it (aws iam get-account-authorization-details)")
}

fn not_held(arn: &str) -> String {
    let command = Gap::resource_policy(arn).command;
    let command = command.map_or_else(String::new, |command| format!(" ({command})"));
    format!("the snapshot does not hold the policy of {arn}: collect it{command}")
}

/// Returns the user, role or group that a fact is about, if it is a part of it.
pub(super) fn holder_of(key: &Key) -> Option<&Holder> {
    match key {
        Key::Trust(holder)
        | Key::Boundary(holder)
        | Key::Tags(holder)
        | Key::Inline(holder, _)
        | Key::Attached(holder, _)
        | Key::Member(holder, _) => Some(holder),
        _ => None,
    }
}

pub(super) fn is_same(one: &Value<'_>, other: &Value<'_>) -> bool {
    let are_same = |one: &Content, other: &Content| match (one.document(), other.document()) {
        (Some(one), Some(other)) => say_the_same(one, other),
        _ => false,
    };
    match (one, other) {
        (Value::There, Value::There) => true,
        (Value::Arn(one), Value::Arn(other)) | (Value::Text(one), Value::Text(other)) => one == other,
        (Value::Policy(one), Value::Policy(other)) => are_same(one, other),
        (Value::Control(kind, one), Value::Control(own, other)) => kind == own && are_same(one, other),
        (Value::Tags(one), Value::Tags(other)) => one == other,
        _ => false,
    }
}

impl Snapshot {
    /// Takes all users out of a group.
    fn leave(&mut self, group: &Holder) {
        let members = self.principals.values_mut().filter(|own| *own.account == *group.account);
        members.for_each(|own| own.groups.retain(|name| **name != *group.name));
    }
}
