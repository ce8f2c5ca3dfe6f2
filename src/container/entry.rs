//! The policies of a file, each with its name, its place and how much of it is known.

use super::address::quoted;
use super::declared::Declared;
use super::definitions::Definitions;
use super::hole::{Hole, World};
use super::identity::Identity;
use super::kind::{ContainerKind, PolicyKind};
use crate::diagnostic::Diagnostic;
use crate::policy::{Document, Read, ResourceType};
use crate::span::{Source, Span};
use std::collections::{BTreeMap, BTreeSet};

/// The suffix of a policy's name if it is the policy before the plan.
pub const BEFORE: &str = " (before)";

/// Types of resources with a template of their own, of CloudFormation and of Terraform.
pub(super) const NESTED_STACKS: [&str; 10] = [
    "AWS::CloudFormation::Stack",
    "AWS::CloudFormation::StackSet",
    "AWS::Serverless::Application",
    "AWS::ServiceCatalog::CloudFormationProvisionedProduct",
    "aws_cloudcontrolapi_resource",
    "aws_cloudformation_stack",
    "aws_cloudformation_stack_instances",
    "aws_cloudformation_stack_set",
    "aws_serverlessapplicationrepository_cloudformation_stack",
    "aws_servicecatalog_provisioned_product",
];

/// A file with policies, read.
#[derive(Clone, Debug)]
pub struct Container {
    /// The text of the file.
    pub source: Source,
    /// The kind of file.
    pub kind: ContainerKind,
    /// Every place that holds a policy, in the order of the file.
    pub entries: Vec<Entry>,
    /// Links between policies and their targets; the documents may be elsewhere.
    pub attachments: Vec<Attachment>,
    /// The links before the change that a plan makes.
    pub earlier_attachments: Vec<Attachment>,
    /// Settings that block public access to buckets.
    pub access_blocks: Vec<AccessBlock>,
    /// The settings before the change that a plan makes.
    pub earlier_access_blocks: Vec<AccessBlock>,
    /// Buckets that the file makes or lists, by address and by name.
    pub buckets: BTreeSet<String>,
    /// The buckets before the change that a plan makes.
    pub earlier_buckets: BTreeSet<String>,
    /// The conditions of a template, with the definitions on which they depend.
    pub conditions: Definitions,
    /// The nested stacks of a template whose own templates are checked in the same run: what each passes, and its place.
    pub nested: BTreeMap<String, (String, Span)>,
    /// Users, groups, roles and managed policies that the file makes or lists.
    pub identities: Vec<Identity>,
    /// The identities before the change that a plan makes.
    pub earlier_identities: Vec<Identity>,
    /// The resources of a template with their properties, if they are asked for.
    pub(crate) declared: Vec<Declared>,
    /// Remarks about the file as a whole.
    pub notes: Vec<Diagnostic>,
    /// The reasons why the file is incomplete, if it is: then no answer about the file as a whole is a PASS.
    pub incomplete: Vec<Diagnostic>,
    /// The number of visited resources (users, roles, ...).
    pub resources: usize,
    /// The number of places that AWS fills in by itself, and of copies of policies elsewhere in the file.
    pub defaults: usize,
}

impl Container {
    pub(super) fn new(source: &Source, kind: ContainerKind) -> Container {
        Container {
            source: source.clone(),
            kind,
            entries: Vec::new(),
            attachments: Vec::new(),
            earlier_attachments: Vec::new(),
            access_blocks: Vec::new(),
            earlier_access_blocks: Vec::new(),
            buckets: BTreeSet::new(),
            earlier_buckets: BTreeSet::new(),
            conditions: Definitions::default(),
            nested: BTreeMap::new(),
            identities: Vec::new(),
            earlier_identities: Vec::new(),
            declared: Vec::new(),
            notes: Vec::new(),
            incomplete: Vec::new(),
            resources: 0,
            defaults: 0,
        }
    }

    /// Returns the entry with this name, or at this JSON pointer (`/Resources/AppRole/...`).
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        let by_name = self.entries.iter().find(|entry| entry.name == name);
        by_name.or_else(|| self.entries.iter().find(|entry| !name.is_empty() && entry.pointer == name))
    }

    /// Returns the settings that block public access to the resource of a policy: those of its bucket and of the account.
    pub fn blocks_of(&self, entry: &Entry) -> impl Iterator<Item = &AccessBlock> {
        let subject = entry.subject.clone();
        let of = entry.resource_type.map(ResourceType::name);
        let is_of_s3 = matches!(of, Some("AWS::S3::Bucket" | "AWS::S3::AccessPoint"));
        self.access_blocks.iter().filter(move |block| {
            let is_referred = |name: &str| {
                block.bucket_address.as_ref().is_some_and(|address| name == format!("${{{address}}}"))
            };
            let is_of = |name: &str| block.bucket.as_deref() == Some(name) || is_referred(name);
            is_of_s3 && (block.is_account || subject.as_deref().is_some_and(is_of))
        })
    }
}

/// A place that holds a policy.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Address and attribute: `aws_iam_role.r["a.b"].assume_role_policy`, `AppRole.Policies[0].PolicyDocument`.
    pub name: String,
    /// The resource that holds it: `module.m["k"].aws_iam_role.r["a.b"]`, `AppRole`.
    pub address: String,
    /// The place within the resource: `assume_role_policy`, `Policies[0].PolicyDocument`.
    pub attribute: String,
    /// The resource's type in the file: `aws_iam_role`, `AWS::IAM::Role`.
    pub resource: String,
    /// The name for pairing the entry with one of another file. It differs from `name` if that contains a position in a list
    /// whose elements have names of their own.
    pub key: String,
    /// The purpose; `None` if no table knows the place.
    pub kind: Option<PolicyKind>,
    /// The type of resource for checks of public access, if there is one.
    pub resource_type: Option<ResourceType>,
    /// The name of the resource that the policy is for (a bucket, a key), if it is known.
    pub subject: Option<String>,
    /// The change that a plan makes.
    pub change: Change,
    /// The name before the resource was moved, if the plan moves it.
    pub previous_name: Option<String>,
    /// True if the file marks the text as secret: it is checked but not shown.
    pub sensitive: bool,
    /// The condition under which a template creates the resource.
    pub condition: Option<String>,
    /// The place in the file.
    pub span: Span,
    /// The JSON pointer of that place; empty if the file is not JSON.
    pub pointer: String,
    /// The policy; in a plan, the policy after it.
    pub content: Content,
    /// The policy before the plan; `None` in files without a previous state.
    pub before: Option<Content>,
}

impl Entry {
    /// Returns the policy, if all of it is known and it has no errors.
    pub fn document(&self) -> Option<&Document> {
        self.content.document()
    }

    /// Returns how much of the policy is known. A place that is in no table stays unrecognised, whatever its text says.
    pub fn state(&self) -> State {
        match (&self.content, self.kind) {
            (Content::Absent, _) => self.before.as_ref().map_or(State::Absent, |_| State::Deleted),
            (content, Some(_)) => content.state(),
            (_, None) => State::Unrecognised,
        }
    }

    /// True if the place stands for the policies of a stack whose template is elsewhere.
    pub fn is_nested_stack(&self) -> bool {
        NESTED_STACKS.contains(&self.resource.as_str()) && matches!(self.content, Content::Unknown { .. })
    }

    /// True if there is such a policy, known or not.
    pub fn is_there(&self) -> bool {
        !matches!(self.content, Content::Absent)
    }

    /// True if there was such a policy before the change that a plan makes, known or not.
    pub fn was_there(&self) -> bool {
        self.before.as_ref().is_some_and(|before| !matches!(before, Content::Absent))
    }

    /// True if the plan leaves the policy unchanged, byte for byte.
    pub fn is_unchanged(&self) -> bool {
        match (&self.content, &self.before) {
            (Content::Text { read, .. }, Some(Content::Text { read: before, .. })) => {
                read.source.text() == before.source.text()
            }
            (Content::Absent, Some(Content::Absent)) => true,
            _ => false,
        }
    }
}

/// How much is known of the policy at a place, on one side of a plan.
#[derive(Clone, Debug)]
pub enum Content {
    /// There is none.
    Absent,
    /// The whole text: the read has its document, or the faults that make it unreadable.
    Text {
        /// The result of reading it.
        read: Read,
        /// Where the text comes from.
        origin: Origin,
    },
    /// All but some values.
    Partly {
        /// The unknown values, in the order of the policy.
        holes: Vec<Hole>,
        /// The policies that it may be, with signs in the places of unknown texts; none if the unknown values are not modelled.
        worlds: Vec<World>,
    },
    /// A policy that is not known.
    Unknown {
        /// Why, and the input that would contain it.
        reason: String,
        /// The values that make up the text, as far as the file shows them.
        references: Vec<String>,
        /// The policy, assuming that the attribute is the document that it refers to, unchanged (`plain-references`).
        presumed: Option<Box<Content>>,
    },
}

impl Content {
    /// Returns the unknown values of a policy of which all else is known, or assumed.
    pub fn holes(&self) -> &[Hole] {
        match self {
            Content::Partly { holes, .. } => holes,
            Content::Unknown { presumed: Some(presumed), .. } => presumed.holes(),
            Content::Absent | Content::Text { .. } | Content::Unknown { presumed: None, .. } => &[],
        }
    }

    /// Returns the document, if all of it is known and it has no errors.
    pub fn document(&self) -> Option<&Document> {
        match self {
            Content::Text { read, .. } => read.document.as_ref(),
            _ => None,
        }
    }

    /// True if some values are unknown, and all policies that it may be are modelled.
    pub fn is_partial(&self) -> bool {
        matches!(self, Content::Partly { worlds, .. } if !worlds.is_empty())
    }

    /// Returns how much of the policy is known.
    pub fn state(&self) -> State {
        match self {
            Content::Absent => State::Absent,
            Content::Text { read, .. } if read.document.is_some() => State::Known,
            Content::Text { .. } => State::Unreadable,
            Content::Partly { .. } => State::PartlyKnown,
            Content::Unknown { .. } => State::NotKnown,
        }
    }
}

/// The origin of a policy's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The file contains it.
    Written,
    /// It is made of the members of a resource that is not a document, as AWS makes it (`aws_lambda_permission`).
    Built,
    /// It is made of a data source that Terraform reads when it applies the plan.
    Rebuilt,
    /// It is the value of an expression of the configuration, with values that the plan knows.
    Evaluated,
    /// As [`Origin::Rebuilt`], assuming that the attribute is that document, unchanged.
    Presumed,
}

/// How much of a policy is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// All of it.
    Known,
    /// All but some values.
    PartlyKnown,
    /// A policy that is not known.
    NotKnown,
    /// A text that is not a policy document.
    Unreadable,
    /// A policy at a place that is in no table.
    Unrecognised,
    /// The plan removes it.
    Deleted,
    /// There is none.
    Absent,
}

impl State {
    /// Returns the name shown to people and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            State::Known => "known",
            State::PartlyKnown => "partly-known",
            State::NotKnown => "not-known",
            State::Unreadable => "unreadable",
            State::Unrecognised => "unrecognised",
            State::Deleted => "deleted",
            State::Absent => "absent",
        }
    }
}

/// The change that a plan makes to a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// The file has no changes: a state, a template.
    #[default]
    None,
    /// Nothing.
    NoOp,
    /// A new resource.
    Create,
    /// The resource stays and changes.
    Update,
    /// The resource is deleted and created again.
    Replace,
    /// The resource is deleted.
    Delete,
    /// The resource stays as it is and is no longer managed.
    Forget,
}

impl Change {
    /// Returns the name shown to people and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Change::None => "none",
            Change::NoOp => "no-op",
            Change::Create => "create",
            Change::Update => "update",
            Change::Replace => "replace",
            Change::Delete => "delete",
            Change::Forget => "forget",
        }
    }
}

/// A link between a policy and its targets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The resource that makes the link.
    pub address: String,
    /// The member that names the policy, with the element if the member is a list.
    pub attribute: String,
    /// The policy's ARN or name; `None` if it is not known.
    pub policy: Option<String>,
    /// The references that make up an unknown name: `aws_iam_policy.p.arn`, `Edge`.
    pub reference: Option<String>,
    /// The resource of the file whose name an unknown name is, if it consists of nothing else: `aws_iam_policy.p`, `Edge`.
    pub resource: Option<String>,
    /// The targets, as far as they are known.
    pub to: Vec<String>,
    /// The effect of the link.
    pub link: Link,
    /// The change that a plan makes.
    pub change: Change,
    /// The condition under which a template contains the link.
    pub condition: Option<String>,
}

impl Attachment {
    /// Its name: `aws_iam_role_policy_attachment.a.policy_arn`, `App.ManagedPolicyArns["arn:aws:iam::aws:policy/..."]`; for a
    /// policy of a group, with the place of that policy in the group.
    pub fn name(&self, policy: Option<&Entry>) -> String {
        match policy {
            Some(entry) if self.link == Link::Membership => {
                let of_group = if entry.attribute == "Document" { &entry.address } else { &entry.attribute };
                format!("{}.{}.{of_group}", self.address, self.attribute)
            }
            _ => format!("{}.{}", self.address, self.attribute),
        }
    }

    /// Returns the attribute of a list, with the text that distinguishes its elements.
    pub(super) fn element(attribute: &str, policy: Option<&str>) -> String {
        policy.map_or_else(|| attribute.to_owned(), |policy| format!("{attribute}[{}]", quoted(policy)))
    }
}

/// The effect of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Link {
    /// It grants what the policy allows.
    Policy,
    /// It limits what others grant (a permissions boundary, a policy of an organization).
    Boundary,
    /// It makes a user a member of a group.
    Membership,
    /// It gives a role to an instance.
    Profile,
}

impl Link {
    /// Returns the name shown to people and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Link::Policy => "policy",
            Link::Boundary => "boundary",
            Link::Membership => "membership",
            Link::Profile => "profile",
        }
    }
}

/// A setting that blocks public access to a bucket, or to all buckets of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessBlock {
    /// The resource that has it.
    pub address: String,
    /// The bucket's name, if it is known; `None` with `is_account` for the account.
    pub bucket: Option<String>,
    /// The resource of the bucket in the same file, if there is one.
    pub bucket_address: Option<String>,
    /// True if it holds for the account.
    pub is_account: bool,
    /// `BlockPublicAcls`, `IgnorePublicAcls`, `BlockPublicPolicy`, `RestrictPublicBuckets`; `None` if not known.
    pub flags: [Option<bool>; 4],
}
