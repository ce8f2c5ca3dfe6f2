//! Reads the facts that one resource of a plan says of an account, on one side of its change.

use super::Planner;
use crate::container::{Attribute, Change, Content, Entry, PlannedChange, PolicyKind};
use crate::policy::is_account_id;
use crate::snapshot::model::{ControlKind, Tags};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The kinds of identities that policies are attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum HolderKind {
    User,
    Role,
    Group,
}

impl HolderKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            HolderKind::User => "user",
            HolderKind::Role => "role",
            HolderKind::Group => "group",
        }
    }
}

/// A user, role or group. Names are unique in an account, whatever the path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Holder {
    pub(super) kind: HolderKind,
    pub(super) account: String,
    pub(super) name: String,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{} of {}", self.kind.name(), self.name, self.account)
    }
}

/// A fact about accounts and their organization. They are added in this order, and removed in the other one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// A user, role or group is there.
    Entity(Holder),
    /// A managed policy, by its ARN.
    Managed(String),
    /// An SCP or RCP, by its id.
    Control(String),
    /// A bucket is there, by its ARN; the value is its account.
    Bucket(String),
    Trust(Holder),
    Boundary(Holder),
    Tags(Holder),
    /// An inline policy, by its name.
    Inline(Holder, String),
    /// A managed policy is attached.
    Attached(Holder, String),
    /// A user is in the group with this name.
    Member(Holder, String),
    /// The policy of a resource, by its ARN.
    Policy(String),
    /// The object ownership of a bucket.
    Ownership(String),
    /// An SCP or RCP is attached to a root, organizational unit or account.
    ControlAt(String, String),
}

/// The value of a fact.
#[derive(Clone, Debug)]
pub(super) enum Value<'c> {
    /// The fact is just true.
    There,
    /// The ARN.
    Arn(String),
    Policy(Cow<'c, Content>),
    Control(ControlKind, Cow<'c, Content>),
    Tags(Tags),
    Text(String),
    /// The service gives the resource its default policy.
    Default,
    /// The plan does not say it.
    Unknown,
}

/// A fact that a plan says is not there, or a list of which it says all elements.
#[derive(Clone, Debug)]
pub(super) enum Whole {
    /// A user or role without a boundary.
    NoBoundary(Holder),
    /// A resource without a policy.
    NoPolicy(String),
    /// The names of the inline policies of a role.
    Inline(Holder, BTreeSet<String>),
    /// The ARNs of the managed policies of a role.
    Attached(Holder, BTreeSet<String>),
    /// The users, roles and groups of an account that a managed policy is attached to.
    Links(String, String, BTreeSet<Holder>),
    /// The names of the users in a group.
    Members(Holder, BTreeSet<String>),
}

/// The facts of one side of a change, and the reasons why some of them are not known.
#[derive(Clone, Debug, Default)]
pub(super) struct Side<'c> {
    pub(super) facts: Vec<(Key, Value<'c>)>,
    pub(super) wholes: Vec<Whole>,
    pub(super) open: Vec<String>,
}

/// True if a reader of this page takes a type over.
pub(super) fn is_taken_over(kind: &str) -> bool {
    is_entity(kind)
        || INLINE.iter().any(|(own, ..)| *own == kind)
        || ATTACHED.iter().any(|(own, ..)| *own == kind)
        || OF_RESOURCES.contains(&kind)
        || WITH_POLICY.contains(&kind)
        || [
            "aws_iam_policy",
            "aws_iam_policy_attachment",
            "aws_iam_user_group_membership",
            "aws_iam_group_membership",
            "aws_organizations_policy",
            "aws_organizations_policy_attachment",
            "aws_s3_bucket_ownership_controls",
            "aws_s3_bucket_public_access_block",
        ]
        .contains(&kind)
}

/// True for a resource that is nothing but the policy of another one.
pub(super) fn is_only_policy(kind: &str) -> bool {
    OF_RESOURCES.contains(&kind)
}

/// True for users, roles and groups.
pub(super) fn is_entity(kind: &str) -> bool {
    ENTITIES.iter().any(|(own, _)| *own == kind)
}

const ENTITIES: [(&str, HolderKind); 3] = [
    ("aws_iam_role", HolderKind::Role),
    ("aws_iam_user", HolderKind::User),
    ("aws_iam_group", HolderKind::Group),
];

const INLINE: [(&str, HolderKind, &str); 3] = [
    ("aws_iam_role_policy", HolderKind::Role, "role"),
    ("aws_iam_user_policy", HolderKind::User, "user"),
    ("aws_iam_group_policy", HolderKind::Group, "group"),
];

const ATTACHED: [(&str, HolderKind, &str); 3] = [
    ("aws_iam_role_policy_attachment", HolderKind::Role, "role"),
    ("aws_iam_user_policy_attachment", HolderKind::User, "user"),
    ("aws_iam_group_policy_attachment", HolderKind::Group, "group"),
];

/// Resources that are nothing but the policy of another one.
const OF_RESOURCES: [&str; 7] = [
    "aws_dynamodb_resource_policy",
    "aws_kinesis_resource_policy",
    "aws_kms_key_policy",
    "aws_s3_bucket_policy",
    "aws_secretsmanager_secret_policy",
    "aws_sns_topic_policy",
    "aws_sqs_queue_policy",
];

/// Resources that may have a policy of their own.
const WITH_POLICY: [&str; 5] =
    ["aws_kms_key", "aws_s3_bucket", "aws_secretsmanager_secret", "aws_sns_topic", "aws_sqs_queue"];

/// Types of policies of an organization that are neither SCPs nor RCPs. They say how resources are set up and which features are on.
///
/// Source: AWS Organizations API Reference, CreatePolicy, `Type`.
pub(super) const OTHER_CONTROLS: [&str; 6] = [
    "AISERVICES_OPT_OUT_POLICY",
    "BACKUP_POLICY",
    "CHATBOT_POLICY",
    "DECLARATIVE_POLICY_EC2",
    "SECURITYHUB_POLICY",
    "TAG_POLICY",
];

type Found<T> = Result<T, String>;

impl<'c> Planner<'_, 'c> {
    /// Returns the facts of one side of a change of a type that is taken over.
    pub(super) fn side(&self, of: &PlannedChange<'c>, is_after: bool) -> Side<'c> {
        let mut side = Side::default();
        if let Err(why) = self.add(of, is_after, &mut side) {
            side.open.push(why);
        }
        side
    }

    fn add(&self, of: &PlannedChange<'c>, is_after: bool, side: &mut Side<'c>) -> Found<()> {
        let kind = of.kind.as_str();
        let row = ENTITIES.iter().find(|(own, _)| *own == kind);
        if let Some((_, holder)) = row {
            return self.entity(of, is_after, *holder, side);
        }
        if let Some((_, holder, member)) = INLINE.iter().find(|(own, ..)| *own == kind) {
            let holder = self.holder(of, is_after, *holder, member)?;
            let name = self.required(of, is_after, "name")?;
            side.facts
                .extend(self.policy(of, is_after, "policy").map(|value| (Key::Inline(holder, name), value)));
            return Ok(());
        }
        if let Some((_, holder, member)) = ATTACHED.iter().find(|(own, ..)| *own == kind) {
            let holder = self.holder(of, is_after, *holder, member)?;
            let arn = self.policy_arn(of, is_after, "policy_arn")?;
            side.facts.push((Key::Attached(holder, arn), Value::There));
            return Ok(());
        }
        if OF_RESOURCES.contains(&kind) || WITH_POLICY.contains(&kind) {
            return self.resource(of, is_after, side);
        }
        match kind {
            "aws_iam_policy" => {
                let arn = self.own_arn(of, is_after)?;
                side.facts
                    .extend(self.policy(of, is_after, "policy").map(|value| (Key::Managed(arn), value)));
            }
            "aws_iam_policy_attachment" => {
                let arn = self.policy_arn(of, is_after, "policy_arn")?;
                let lists =
                    [("roles", HolderKind::Role), ("users", HolderKind::User), ("groups", HolderKind::Group)];
                let mut holders = BTreeSet::new();
                for (list, kind) in lists {
                    for name in self.list(of, is_after, list)? {
                        let holder = Holder { kind, account: self.account(of)?, name };
                        holders.insert(holder.clone());
                        side.facts.push((Key::Attached(holder, arn.clone()), Value::There));
                    }
                }
                side.wholes.push(Whole::Links(arn, self.account(of)?, holders));
            }
            "aws_iam_user_group_membership" => {
                let user = self.holder(of, is_after, HolderKind::User, "user")?;
                let groups = self.list(of, is_after, "groups")?.into_iter();
                side.facts.extend(groups.map(|group| (Key::Member(user.clone(), group), Value::There)));
            }
            "aws_iam_group_membership" => {
                let group = self.holder(of, is_after, HolderKind::Group, "group")?;
                let users = self.list(of, is_after, "users")?;
                side.wholes.push(Whole::Members(group.clone(), users.iter().cloned().collect()));
                for name in users {
                    let user = Holder { kind: HolderKind::User, name, ..group.clone() };
                    side.facts.push((Key::Member(user, group.name.clone()), Value::There));
                }
            }
            "aws_organizations_policy" => self.control(of, is_after, side)?,
            "aws_organizations_policy_attachment" => {
                let policy = match self.attribute(of, is_after, "policy_id")? {
                    Attribute::Text(id) => id,
                    Attribute::Of(address) => address,
                    Attribute::Unset | Attribute::Unknown => return Err(self.unknown(of, "policy_id")),
                };
                let target = self.required(of, is_after, "target_id")?;
                side.facts.push((Key::ControlAt(policy, target), Value::There));
            }
            "aws_s3_bucket_ownership_controls" => {
                let arn = self.bucket_arn(of, is_after)?;
                let rule = self.plan.text_of(of, is_after, "rule").map_err(|fault| fault.message)?;
                side.facts.push((Key::Ownership(arn), Value::Text(rule.to_owned())));
            }
            _ => self.public_access_block(of, is_after)?,
        }
        Ok(())
    }

    /// Blocking public access to a bucket that the plan makes takes away from what its policy gives. That of another bucket decides
    /// about what is there.
    fn public_access_block(&self, of: &PlannedChange<'c>, is_after: bool) -> Found<()> {
        let bucket = self.bucket_arn(of, is_after)?;
        match self.created.contains(&bucket) {
            true => Ok(()),
            false => {
                Err("Block Public Access of a bucket that is there changes, which is not looked at"
                    .to_owned())
            }
        }
    }

    fn entity(
        &self,
        of: &PlannedChange<'c>,
        is_after: bool,
        kind: HolderKind,
        side: &mut Side<'c>,
    ) -> Found<()> {
        let arn = self.own_arn(of, is_after)?;
        let holder = Holder { kind, account: self.account(of)?, name: self.required(of, is_after, "name")? };
        let is_renamed = !self.is_same(of, "name")? || !self.is_same(of, "path")?;
        if of.change == Change::Update && is_renamed {
            return Err(format!("{holder} gets another name or path"));
        }
        side.facts.push((Key::Entity(holder.clone()), Value::Arn(arn)));
        if kind == HolderKind::Group {
            return Ok(());
        }
        match self.attribute(of, is_after, "permissions_boundary")? {
            Attribute::Unset => side.wholes.push(Whole::NoBoundary(holder.clone())),
            Attribute::Unknown if !self.is_written(of, "permissions_boundary")? => {}
            _ => {
                let arn = self.policy_arn(of, is_after, "permissions_boundary")?;
                side.facts.push((Key::Boundary(holder.clone()), Value::Arn(arn)));
            }
        }
        side.facts.push((Key::Tags(holder.clone()), self.tags(of, is_after)?));
        if kind == HolderKind::User {
            return Ok(());
        }
        if self.is_known(of, is_after, "managed_policy_arns")? {
            let arns = self.list(of, is_after, "managed_policy_arns")?;
            side.wholes.push(Whole::Attached(holder.clone(), arns.into_iter().collect()));
        }
        if self.is_known(of, is_after, "inline_policy")? {
            let names = self.plan.names(of, is_after, "inline_policy").map_err(|fault| fault.message)?;
            side.wholes.push(Whole::Inline(holder.clone(), names.into_iter().collect()));
        }
        let trust = self.policy(of, is_after, "assume_role_policy");
        side.facts.extend(trust.map(|value| (Key::Trust(holder.clone()), value)));
        if self.is_written(of, "managed_policy_arns")? {
            let arns = self.list(of, is_after, "managed_policy_arns")?.into_iter();
            side.facts.extend(arns.map(|arn| (Key::Attached(holder.clone(), arn), Value::There)));
        }
        for entry in self.entries(&of.address).filter(|entry| entry.attribute.starts_with("inline_policy")) {
            let Some(value) = content(entry, is_after) else { continue };
            let name =
                entry.attribute.strip_prefix("inline_policy[").and_then(|rest| rest.strip_suffix("].policy"));
            match name.and_then(|name| serde_json::from_str::<String>(name).ok()) {
                Some(name) => side.facts.push((Key::Inline(holder.clone(), name), value)),
                None => side.open.push(self.unknown(of, "inline_policy")),
            }
        }
        Ok(())
    }

    fn control(&self, of: &PlannedChange<'c>, is_after: bool, side: &mut Side<'c>) -> Found<()> {
        match self.attribute(of, is_after, "type")? {
            Attribute::Text(name) if OTHER_CONTROLS.contains(&name.as_str()) => return Ok(()),
            Attribute::Text(name) if ControlKind::parse(&name).is_some() => {}
            // The provider takes it for an SCP.
            Attribute::Unset => {}
            Attribute::Text(name) => return Err(format!("the type of policy `{name}` is not known")),
            Attribute::Of(_) | Attribute::Unknown => return Err(self.unknown(of, "type")),
        }
        // A policy that is made has an id that nobody knows yet.
        let is_made = of.change == Change::Create || (of.change == Change::Replace && is_after);
        let id = match self.attribute(of, false, "id")? {
            _ if is_made => of.address.clone(),
            Attribute::Text(id) => id,
            _ => return Err("the plan does not say which policy it is".to_owned()),
        };
        let entries = self.entries(&of.address).filter(|entry| entry.attribute == "content");
        let known = side.facts.len();
        for entry in entries {
            let kind = match entry.kind {
                Some(PolicyKind::Scp) => ControlKind::Service,
                Some(PolicyKind::Rcp) => ControlKind::Resource,
                _ => continue,
            };
            let found = if is_after { Some(&entry.content) } else { entry.before.as_ref() };
            let found = found.filter(|found| !matches!(found, Content::Absent));
            side.facts.extend(
                found.map(|found| (Key::Control(id.clone()), Value::Control(kind, Cow::Borrowed(found)))),
            );
        }
        match side.facts.len() > known {
            true => Ok(()),
            false => Err("the plan does not say the text of the policy".to_owned()),
        }
    }

    fn resource(&self, of: &PlannedChange<'c>, is_after: bool, side: &mut Side<'c>) -> Found<()> {
        let attribute = "policy";
        let policy = self.policy(of, is_after, attribute);
        let kind = of.kind.as_str();
        // It reads as an empty text where the resource has none.
        let text = self.plan.text_of(of, is_after, attribute).map_err(|fault| fault.message)?;
        if policy.is_none() && text == "\"\"" {
            side.wholes.extend(self.held_arn(of, is_after).map(Whole::NoPolicy));
        }
        if kind == "aws_s3_bucket" {
            let arn = self.bucket_arn(of, is_after)?;
            for name in ["acl", "grant"] {
                let text = self.plan.text_of(of, is_after, name).map_err(|fault| fault.message)?;
                if !self.is_same(of, name)? && !matches!(text, "" | "[]" | "\"private\"") {
                    side.open.push(format!("an ACL of {arn} may grant access"));
                }
            }
            // Without an account, the bucket cannot be added.
            side.facts.push((Key::Bucket(arn.clone()), Value::Text(self.account(of).unwrap_or_default())));
            side.facts.extend(policy.map(|value| (Key::Policy(arn), value)));
            return Ok(());
        }
        if !is_only_policy(kind) && policy.is_none() {
            return match kind == "aws_kms_key" && of.change != Change::Update {
                // A key always has a policy.
                true => Err("a key comes with a policy, and its ARN is known after apply".to_owned()),
                false => Ok(()),
            };
        }
        let Some(value) = policy else { return Ok(()) };
        let arn = self.resource_arn(of, is_after)?;
        side.facts.push((Key::Policy(arn), value));
        Ok(())
    }

    /// Returns the ARN of the resource whose policy a resource of the plan is.
    fn resource_arn(&self, of: &PlannedChange<'c>, is_after: bool) -> Found<String> {
        let name = match of.kind.as_str() {
            "aws_s3_bucket_policy" => return self.bucket_arn(of, is_after),
            "aws_dynamodb_resource_policy" | "aws_kinesis_resource_policy" => "resource_arn",
            "aws_kms_key_policy" => "key_id",
            "aws_secretsmanager_secret_policy" => "secret_arn",
            "aws_sqs_queue_policy" => "queue_url",
            _ => "arn",
        };
        let text = match self.attribute(of, is_after, name)? {
            Attribute::Text(text) => text,
            Attribute::Of(address) => {
                let other = self.change_at(&address).ok_or_else(|| self.unknown(of, name))?;
                match self.attribute(other, false, "arn")? {
                    Attribute::Text(arn) => arn,
                    _ => return Err(self.unknown(of, name)),
                }
            }
            // What stays has the ARN that it had.
            Attribute::Unset | Attribute::Unknown => match self.attribute(of, false, name)? {
                Attribute::Text(arn) if name == "arn" && of.change == Change::Update => arn,
                _ => return Err(self.unknown(of, name)),
            },
        };
        if text.starts_with("arn:") {
            return Ok(text);
        }
        if let Some(queue) = queue_arn(&text, self.partition) {
            return Ok(queue);
        }
        let account = self.account(of)?;
        let end = format!(":{account}:key/{text}");
        let mut found = self.snapshot.resources.keys().filter(|arn| arn.ends_with(&end));
        match (found.next(), found.next()) {
            (Some(arn), None) => Ok(arn.to_string()),
            _ => Err(format!("the snapshot does not hold the resource `{text}`: collect its policy")),
        }
    }

    /// Returns the ARN of a resource that may have a policy, if the plan knows it.
    pub(super) fn held_arn(&self, of: &PlannedChange<'c>, is_after: bool) -> Option<String> {
        match self.attribute(of, is_after, "arn") {
            Ok(Attribute::Text(arn)) => Some(arn),
            _ if of.kind == "aws_s3_bucket" => self.bucket_arn(of, is_after).ok(),
            _ => None,
        }
    }

    /// Returns the ARN of the topic or key that gets its default policy again, because its own one is removed. A resource that names it
    /// anew gives it a policy after all.
    pub(super) fn with_default(&self, of: &PlannedChange<'c>) -> Option<String> {
        let is_lost = match of.kind.as_str() {
            "aws_kms_key_policy" | "aws_sns_topic_policy" => of.change != Change::Create,
            "aws_kms_key" | "aws_sns_topic" => {
                let [before, after] = [false, true].map(|is_after| self.policy(of, is_after, "policy"));
                of.change == Change::Update && before.is_some() && after.is_none()
            }
            _ => false,
        };
        let arn = is_lost.then(|| self.resource_arn(of, false))?.ok()?;
        let is_it = |other: &&PlannedChange<'c>| {
            other.change == Change::Delete
                && !is_only_policy(&other.kind)
                && self.held_arn(other, false).as_deref() == Some(&*arn)
        };
        self.plan.list.iter().find(is_it).is_none().then_some(arn)
    }

    /// Returns the ARN of the bucket that a resource of the plan is, or is about.
    fn bucket_arn(&self, of: &PlannedChange<'c>, is_after: bool) -> Found<String> {
        let name = match self.attribute(of, is_after, "bucket")? {
            Attribute::Text(name) => name,
            Attribute::Of(address) => {
                let other = self.change_at(&address).ok_or_else(|| self.unknown(of, "bucket"))?;
                self.required(other, true, "bucket")?
            }
            Attribute::Unset | Attribute::Unknown => return Err(self.unknown(of, "bucket")),
        };
        match self.partition {
            _ if name.starts_with("arn:") => Ok(name),
            Some(partition) => Ok(format!("arn:{partition}:s3:::{name}")),
            None => Err("the partition of its ARN is not known".to_owned()),
        }
    }

    /// Returns the ARNs of the buckets that the plan makes.
    pub(super) fn created_buckets(&self) -> impl Iterator<Item = String> {
        let created = |of: &&PlannedChange<'c>| {
            of.kind == "aws_s3_bucket" && of.change == Change::Create && !of.is_deposed
        };
        self.plan.list.iter().filter(created).filter_map(|of| self.bucket_arn(of, true).ok())
    }

    /// Returns the ARN of a user, role, group or managed policy that a resource is.
    fn own_arn(&self, of: &PlannedChange<'c>, is_after: bool) -> Found<String> {
        // A resource that is replaced has another name, or the same ARN again.
        let known = self.attribute(of, is_after, "arn")?;
        if let Attribute::Text(arn) = known {
            return Ok(arn);
        }
        let name = self.required(of, is_after, "name")?;
        let path = match self.attribute(of, is_after, "path")? {
            Attribute::Text(path) => path,
            Attribute::Unset => "/".to_owned(),
            Attribute::Of(_) | Attribute::Unknown => return Err(self.unknown(of, "path")),
        };
        let kind = ENTITIES.iter().find(|(own, _)| *own == of.kind).map_or("policy", |(_, kind)| kind.name());
        match self.partition {
            Some(partition) => Ok(format!("arn:{partition}:iam::{}:{kind}{path}{name}", self.account(of)?)),
            None => Err("the partition of its ARN is not known".to_owned()),
        }
    }

    /// Returns the ARN of the managed policy that an attribute names.
    fn policy_arn(&self, of: &PlannedChange<'c>, is_after: bool, name: &str) -> Found<String> {
        match self.attribute(of, is_after, name)? {
            Attribute::Text(arn) => Ok(arn),
            Attribute::Of(address) => {
                let other = self.change_at(&address).ok_or_else(|| self.unknown(of, name))?;
                self.own_arn(other, true)
            }
            Attribute::Unset | Attribute::Unknown => Err(self.unknown(of, name)),
        }
    }

    fn holder(
        &self,
        of: &PlannedChange<'c>,
        is_after: bool,
        kind: HolderKind,
        member: &str,
    ) -> Found<Holder> {
        let name = match self.attribute(of, is_after, member)? {
            Attribute::Text(name) => name,
            Attribute::Of(address) => {
                let other = self.change_at(&address).ok_or_else(|| self.unknown(of, member))?;
                self.required(other, true, "name")?
            }
            Attribute::Unset | Attribute::Unknown => return Err(self.unknown(of, member)),
        };
        Ok(Holder { kind, account: self.account(of)?, name })
    }

    /// Returns the account of a resource: that of its ARN, or that of the plan.
    fn account(&self, of: &PlannedChange<'c>) -> Found<String> {
        let own = match self.attribute(of, false, "arn")? {
            Attribute::Text(arn) => arn.split(':').nth(4).filter(|own| is_account_id(own)).map(str::to_owned),
            _ => None,
        };
        let shown = self.account.or_else(|| self.plan.account_of(of));
        own.or_else(|| shown.map(str::to_owned)).ok_or_else(|| match self.has_several_accounts {
            true => "the plan is about several accounts, or takes several credentials, and does not say in which account it is".to_owned(),
            false => "the plan does not say in which account it is: give `--account`".to_owned(),
        })
    }

    /// Returns the tags of a user or role, those that the provider adds included.
    fn tags(&self, of: &PlannedChange<'c>, is_after: bool) -> Found<Value<'c>> {
        let all = self.plan.map(of, is_after, "tags_all").map_err(|fault| fault.message)?;
        let own = self.plan.map(of, is_after, "tags").map_err(|fault| fault.message)?;
        Ok(match (all, own) {
            (Some(all), Some(own)) => {
                let tags = if all.is_empty() { own } else { all };
                Value::Tags(tags.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
            }
            _ => Value::Unknown,
        })
    }

    fn list(&self, of: &PlannedChange<'c>, is_after: bool, name: &str) -> Found<Vec<String>> {
        let found = self.plan.texts(of, is_after, name).map_err(|fault| fault.message)?;
        found.ok_or_else(|| self.unknown(of, name))
    }

    /// Returns an attribute. A reference stands for the resource that it names only as an assumption.
    fn attribute(&self, of: &PlannedChange<'c>, is_after: bool, name: &str) -> Found<Attribute> {
        let found = self.plan.attribute(of, is_after, name).map_err(|fault| fault.message)?;
        Ok(match found {
            Attribute::Of(_) if self.is_strict => Attribute::Unknown,
            Attribute::Of(address) => {
                self.has_assumed.set(true);
                Attribute::Of(address)
            }
            found => found,
        })
    }

    fn is_same(&self, of: &PlannedChange<'c>, name: &str) -> Found<bool> {
        self.plan.is_same(of, name).map_err(|fault| fault.message)
    }

    /// True if a side has an attribute, and all of it.
    fn is_known(&self, of: &PlannedChange<'c>, is_after: bool, name: &str) -> Found<bool> {
        let text = self.plan.text_of(of, is_after, name).map_err(|fault| fault.message)?;
        let is_unknown = is_after && self.plan.is_unknown(of, name).map_err(|fault| fault.message)?;
        Ok(!text.is_empty() && !is_unknown)
    }

    fn is_written(&self, of: &PlannedChange<'c>, name: &str) -> Found<bool> {
        self.plan.is_written(of, name).map_err(|fault| fault.message)
    }

    fn required(&self, of: &PlannedChange<'c>, is_after: bool, name: &str) -> Found<String> {
        match self.attribute(of, is_after, name)? {
            Attribute::Text(text) => Ok(text),
            Attribute::Unset | Attribute::Of(_) | Attribute::Unknown => Err(self.unknown(of, name)),
        }
    }

    /// Returns the sentence about an attribute that is not known.
    fn unknown(&self, of: &PlannedChange<'c>, name: &str) -> String {
        match self.plan.made_of(of, name) {
            Ok(names) if !names.is_empty() => {
                format!("`{name}` is known after apply; it is made of {}", names.join(", "))
            }
            _ => format!("`{name}` is known after apply"),
        }
    }

    fn entries<'s>(&'s self, address: &'s str) -> impl Iterator<Item = &'c Entry> + 's {
        self.entries.get(address).into_iter().flatten().copied()
    }

    /// Returns the policy of an attribute on one side; none if there is none.
    fn policy(&self, of: &PlannedChange<'c>, is_after: bool, attribute: &str) -> Option<Value<'c>> {
        let mut entries = self.entries(&of.address).filter(|entry| entry.attribute == attribute);
        entries.find_map(|entry| content(entry, is_after))
    }
}

fn content(entry: &Entry, is_after: bool) -> Option<Value<'_>> {
    let found = if is_after { Some(&entry.content) } else { entry.before.as_ref() };
    found.filter(|found| !matches!(found, Content::Absent)).map(|found| Value::Policy(Cow::Borrowed(found)))
}

/// Returns the ARN of a queue by its URL.
pub(super) fn queue_arn(url: &str, partition: Option<&str>) -> Option<String> {
    let (host, rest) = url.strip_prefix("https://")?.split_once('/')?;
    let (account, name) = rest.split_once('/')?;
    let region = host.strip_prefix("sqs.")?.split('.').next()?;
    is_account_id(account).then(|| Some(format!("arn:{}:sqs:{region}:{account}:{name}", partition?)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_of_a_queue_says_its_arn() {
        let url = "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs";
        assert_eq!(queue_arn(url, Some("aws")).as_deref(), Some("arn:aws:sqs:eu-west-1:111122223333:jobs"));
        assert_eq!(queue_arn("https://example.org/a/b", Some("aws")), None);
        assert_eq!(queue_arn(url, None), None);
    }
}
