//! Reads the facts that one resource of a template says of an account.

use super::{Deploying, Template};
use crate::container::{Content, Declared, Property};
use crate::snapshot::model::ControlKind;
use crate::snapshot::planned::facts::{
    Holder, HolderKind, Key, OTHER_CONTROLS, Side, Value, Whole, queue_arn,
};
use crate::span::Source;
use serde_json::Value as Json;
use std::borrow::Cow;

type Found<T> = Result<T, String>;

/// Types of users, roles and groups, with the property that is their name.
const ENTITIES: [(&str, HolderKind, &str); 3] = [
    ("AWS::IAM::Group", HolderKind::Group, "GroupName"),
    ("AWS::IAM::Role", HolderKind::Role, "RoleName"),
    ("AWS::IAM::User", HolderKind::User, "UserName"),
];

/// Types of inline policies, with the property that names whose policy it is.
const INLINE: [(&str, HolderKind, &str); 3] = [
    ("AWS::IAM::GroupPolicy", HolderKind::Group, "GroupName"),
    ("AWS::IAM::RolePolicy", HolderKind::Role, "RoleName"),
    ("AWS::IAM::UserPolicy", HolderKind::User, "UserName"),
];

/// Types of policies of resources, with the properties that name the resources and hold the policy.
const OF_RESOURCES: [(&str, &str, &str); 7] = [
    ("AWS::Kinesis::ResourcePolicy", "ResourceArn", "ResourcePolicy"),
    ("AWS::S3::BucketPolicy", "Bucket", "PolicyDocument"),
    ("AWS::SNS::TopicInlinePolicy", "TopicArn", "PolicyDocument"),
    ("AWS::SNS::TopicPolicy", "Topics", "PolicyDocument"),
    ("AWS::SQS::QueueInlinePolicy", "Queue", "PolicyDocument"),
    ("AWS::SQS::QueuePolicy", "Queues", "PolicyDocument"),
    ("AWS::SecretsManager::ResourcePolicy", "SecretId", "ResourcePolicy"),
];

/// Other types that are taken over.
const OTHERS: [&str; 6] = [
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::UserToGroupAddition",
    "AWS::KMS::Key",
    "AWS::Organizations::Policy",
    "AWS::S3::Bucket",
];

/// The lists of those whom a policy is for.
const HOLDERS: [(&str, HolderKind); 3] =
    [("Roles", HolderKind::Role), ("Users", HolderKind::User), ("Groups", HolderKind::Group)];

/// True if the reader of this page takes a type over.
pub(super) fn is_taken_over(kind: &str) -> bool {
    ENTITIES.iter().any(|(own, ..)| *own == kind)
        || INLINE.iter().any(|(own, ..)| *own == kind)
        || OF_RESOURCES.iter().any(|(own, ..)| *own == kind)
        || OTHERS.contains(&kind)
}

/// A resource whose properties are read.
struct Reading<'d> {
    of: &'d Declared,
    source: &'d Source,
}

impl<'d> Reading<'d> {
    fn property(&self, name: &str) -> Found<Option<(&'d Property, &'d Json)>> {
        match self.of.properties.get(name) {
            Some(own) => match own.value() {
                Ok(Json::Null) => Ok(None),
                Ok(value) => Ok(Some((own, value))),
                Err(why) => Err(format!("`{name}` is not known: {why}")),
            },
            None => Ok(None),
        }
    }

    fn text(&self, name: &str) -> Found<Option<String>> {
        let Some((own, value)) = self.property(name)? else { return Ok(None) };
        own.text(value).map(Some).map_err(|why| format!("`{name}` is not known: {why}"))
    }

    fn required(&self, name: &str) -> Found<String> {
        self.text(name)?.ok_or_else(|| format!("it has no `{name}`"))
    }

    /// Returns the texts of a list; a text alone is its only element.
    fn list(&self, name: &str) -> Found<Vec<String>> {
        let Some((own, value)) = self.property(name)? else { return Ok(Vec::new()) };
        let elements = match value {
            Json::Array(list) => list.as_slice(),
            one => std::slice::from_ref(one),
        };
        let texts = elements.iter().map(|element| own.text(element));
        texts.collect::<Found<_>>().map_err(|why| format!("`{name}` is not known: {why}"))
    }

    fn policy(&self, name: &str) -> Found<Option<Content>> {
        let Some((own, value)) = self.property(name)? else { return Ok(None) };
        Ok(self.content(own, value, name))
    }

    fn content(&self, own: &Property, value: &Json, place: &str) -> Option<Content> {
        let name = format!("{}.{place}", self.of.name);
        Some(own.policy(value, (self.source, &name, self.of.span)))
            .filter(|own| !matches!(own, Content::Absent))
    }

    /// Returns the name: a property, or else the one that CloudFormation made.
    fn name(&self, property: &str) -> Found<String> {
        match self.text(property)? {
            Some(name) => Ok(name),
            None => self.reference(),
        }
    }

    /// Returns the path of a user, role, group or policy.
    fn path(&self) -> Found<String> {
        Ok(match self.text("Path")? {
            Some(path) => path,
            None => "/".to_owned(),
        })
    }

    /// Returns the result of `Ref`.
    fn reference(&self) -> Found<String> {
        let own = &self.of.reference;
        own.value().and_then(|value| own.text(value)).map_err(|_| {
            format!(
                "CloudFormation makes its name: give it with `--set {}=NAME` (aws cloudformation describe-stack-resource shows it)",
                self.of.name
            )
        })
    }
}

fn policy(content: Content) -> Value<'static> {
    Value::Policy(Cow::Owned(content))
}

impl Deploying<'_> {
    /// Returns the facts of a resource of a type that is taken over; none if it is not known that the stack has it.
    pub(super) fn side(&self, of: &Declared, source: &Source) -> Side<'static> {
        let mut side = Side::default();
        if of.presence != Ok(true) {
            return side;
        }
        let reading = Reading { of, source };
        if let Err(why) = self.add(&reading, &mut side) {
            side.open.push(why);
        }
        side
    }

    fn add(&self, of: &Reading<'_>, side: &mut Side<'static>) -> Found<()> {
        let kind = of.of.kind.as_str();
        if let Some((_, holder, name)) = ENTITIES.iter().find(|(own, ..)| *own == kind) {
            return self.entity(of, (*holder, name), side);
        }
        if let Some((_, holder, name)) = INLINE.iter().find(|(own, ..)| *own == kind) {
            let holder = self.holder(*holder, of.required(name)?);
            let name = of.required("PolicyName")?;
            side.facts
                .extend(of.policy("PolicyDocument")?.map(|own| (Key::Inline(holder, name), policy(own))));
            return Ok(());
        }
        if let Some((_, name, document)) = OF_RESOURCES.iter().find(|(own, ..)| *own == kind) {
            let Some(content) = of.policy(document)? else { return Ok(()) };
            for name in of.list(name)? {
                let arn = self.arn_of(kind, &name)?;
                side.facts.push((Key::Policy(arn), policy(content.clone())));
            }
            return Ok(());
        }
        match kind {
            "AWS::IAM::ManagedPolicy" => {
                let arn = match of.text("ManagedPolicyName")? {
                    Some(name) => {
                        let path = of.path()?;
                        format!("arn:{}:iam::{}:policy{path}{name}", self.partition, self.account)
                    }
                    None => of.reference()?,
                };
                side.facts
                    .extend(of.policy("PolicyDocument")?.map(|own| (Key::Managed(arn.clone()), policy(own))));
                for holder in self.holders(of)? {
                    side.facts.push((Key::Attached(holder, arn.clone()), Value::There));
                }
            }
            "AWS::IAM::Policy" => {
                let name = of.required("PolicyName")?;
                let Some(content) = of.policy("PolicyDocument")? else { return Ok(()) };
                for holder in self.holders(of)? {
                    side.facts.push((Key::Inline(holder, name.clone()), policy(content.clone())));
                }
            }
            "AWS::IAM::UserToGroupAddition" => {
                let group = of.required("GroupName")?;
                for user in of.list("Users")? {
                    let user = self.holder(HolderKind::User, user);
                    side.facts.push((Key::Member(user, group.clone()), Value::There));
                }
            }
            "AWS::KMS::Key" => {
                // A key always has a policy.
                let content = of
                    .policy("KeyPolicy")?
                    .ok_or("KMS makes its policy, which the template does not show")?;
                side.facts.push((Key::Policy(self.arn(of.of)?), policy(content)));
            }
            "AWS::Organizations::Policy" => self.control(of, side)?,
            _ => self.bucket(of, side)?,
        }
        Ok(())
    }

    fn entity(
        &self,
        of: &Reading<'_>,
        (kind, name): (HolderKind, &str),
        side: &mut Side<'static>,
    ) -> Found<()> {
        let name = of.name(name)?;
        let path = of.path()?;
        let arn = format!("arn:{}:iam::{}:{}{path}{name}", self.partition, self.account, kind.name());
        let holder = self.holder(kind, name);
        side.facts.push((Key::Entity(holder.clone()), Value::Arn(arn)));
        for arn in of.list("ManagedPolicyArns")? {
            side.facts.push((Key::Attached(holder.clone(), arn), Value::There));
        }
        if let Some((own, value)) = of.property("Policies")? {
            let Json::Array(list) = value else { return Err("`Policies` is not a list".to_owned()) };
            for (place, element) in list.iter().enumerate() {
                let missing = || format!("a policy of `Policies` has no name or document (element {place})");
                let name = own.text(element.get("PolicyName").ok_or_else(missing)?)?;
                let document = element.get("PolicyDocument").ok_or_else(missing)?;
                let content = of.content(own, document, &format!("Policies[{place}].PolicyDocument"));
                side.facts.extend(content.map(|own| (Key::Inline(holder.clone(), name), policy(own))));
            }
        }
        if kind == HolderKind::Group {
            return Ok(());
        }
        match of.text("PermissionsBoundary")? {
            Some(arn) => side.facts.push((Key::Boundary(holder.clone()), Value::Arn(arn))),
            None => side.wholes.push(Whole::NoBoundary(holder.clone())),
        }
        side.facts.push((Key::Tags(holder.clone()), Value::Unknown));
        if kind == HolderKind::User {
            let groups = of.list("Groups")?.into_iter();
            side.facts.extend(groups.map(|group| (Key::Member(holder.clone(), group), Value::There)));
            return Ok(());
        }
        let trust = of.policy("AssumeRolePolicyDocument")?.ok_or("it has no `AssumeRolePolicyDocument`")?;
        side.facts.push((Key::Trust(holder), policy(trust)));
        Ok(())
    }

    fn control(&self, of: &Reading<'_>, side: &mut Side<'static>) -> Found<()> {
        let kind = of.required("Type")?;
        if OTHER_CONTROLS.contains(&kind.as_str()) {
            return Ok(());
        }
        let kind =
            ControlKind::parse(&kind).ok_or_else(|| format!("the type of policy `{kind}` is not known"))?;
        let is_there = self.old.is_some_and(|old: &Template| old.present(&of.of.name).is_some());
        let id = match of.reference() {
            Ok(id) => id,
            // A policy that is made has an id that nobody knows yet.
            Err(_) if !is_there => of.of.name.clone(),
            Err(why) => return Err(why),
        };
        let content = of.policy("Content")?.ok_or("it has no `Content`")?;
        side.facts.push((Key::Control(id.clone()), Value::Control(kind, Cow::Owned(content))));
        for target in of.list("TargetIds")? {
            side.facts.push((Key::ControlAt(id.clone(), target), Value::There));
        }
        Ok(())
    }

    fn bucket(&self, of: &Reading<'_>, side: &mut Side<'static>) -> Found<()> {
        let arn = self.arn(of.of)?;
        if of.text("AccessControl")?.is_some_and(|acl| acl != "Private") {
            side.open.push(format!("an ACL of {arn} may grant access"));
        }
        if let Some((_, value)) = of.property("OwnershipControls")? {
            side.facts.push((Key::Ownership(arn.clone()), Value::Text(value.to_string())));
        }
        side.facts.push((Key::Bucket(arn), Value::Text(self.account.clone())));
        Ok(())
    }

    /// Returns the ARN of a resource that may have a policy.
    pub(super) fn arn(&self, of: &Declared) -> Found<String> {
        let reading = Reading { of, source: &self.new.container.source };
        let name = match of.kind.as_str() {
            "AWS::S3::Bucket" => reading.name("BucketName")?,
            _ => reading.reference()?,
        };
        if name.starts_with("arn:") {
            return Ok(name);
        }
        let rest = match of.kind.as_str() {
            "AWS::S3::Bucket" | "AWS::SQS::Queue" => return self.arn_of(&of.kind, &name),
            "AWS::DynamoDB::Table" => format!("table/{name}"),
            "AWS::ECR::Repository" => format!("repository/{name}"),
            "AWS::KMS::Key" => format!("key/{name}"),
            "AWS::Kinesis::Stream" => format!("stream/{name}"),
            "AWS::Lambda::Function" => format!("function:{name}"),
            _ => return Err(format!("`{name}` is not an ARN")),
        };
        let service = of.kind.split("::").nth(1).map_or_else(String::new, str::to_lowercase);
        let region =
            self.region.as_deref().ok_or("its region is not known: give `--set AWS::Region=REGION`")?;
        Ok(format!("arn:{}:{service}:{region}:{}:{rest}", self.partition, self.account))
    }

    /// Returns the ARN of the resource whose policy a resource is, by the name that it gives.
    fn arn_of(&self, kind: &str, name: &str) -> Found<String> {
        if name.starts_with("arn:") {
            return Ok(name.to_owned());
        }
        if kind.starts_with("AWS::S3::") {
            return Ok(format!("arn:{}:s3:::{name}", self.partition));
        }
        let queue = queue_arn(name, Some(&self.partition));
        queue.ok_or_else(|| format!("`{name}` is neither an ARN nor the URL of a queue"))
    }

    fn holder(&self, kind: HolderKind, name: String) -> Holder {
        Holder { kind, account: self.account.clone(), name }
    }

    fn holders(&self, of: &Reading<'_>) -> Found<Vec<Holder>> {
        let mut holders = Vec::new();
        for (list, kind) in HOLDERS {
            holders.extend(of.list(list)?.into_iter().map(|name| self.holder(kind, name)));
        }
        Ok(holders)
    }
}
