//! Finds the policies in the properties of a resource.

use super::super::attachments::is_managed_policy;
use super::super::built;
use super::super::entry::{AccessBlock, Attachment, Container, Content, Entry, Link, Origin};
use super::super::identity::{Identity, IdentityKind};
use super::super::kind::PolicyKind;
use super::super::slots::{self, Slot, cloudformation::SLOTS};
use super::super::text;
use super::conditions::one_line;
use super::functions::{call, is_function};
use super::permission;
use super::resource::{Named, Path, Reader, Resource, attachment, not_known, subject};
use super::sam;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::policy::{Json, JsonValue, Member, ResourceType, escape};
use std::collections::BTreeSet;

/// The type of an event bus's policy, which is a statement or the members of one.
const EVENT_BUS: &str = "AWS::Events::EventBusPolicy";

/// Members that list several policies or groups.
const LISTS: [&str; 4] =
    ["CustomerManagedPolicyReferences", "Groups", "ManagedPolicies", "ManagedPolicyArns"];

impl<'t> Reader<'_, '_, 't> {
    /// Adds the policies and links of a resource.
    pub(super) fn resource(&self, member: &Member<'t>, container: &mut Container) {
        let text = |name: &str| match member.value.member(name).map(|member| &member.value.kind) {
            Some(JsonValue::String(text)) => Some(&**text),
            _ => None,
        };
        let resource = Resource {
            name: &member.key,
            kind: text("Type").unwrap_or_default(),
            span: member.key_span,
            properties: member.value.member("Properties").map(|member| &member.value),
            condition: member.value.member("Condition").map(|member| match &member.value.kind {
                JsonValue::String(name) => name.to_string(),
                _ => one_line(&member.value),
            }),
        };
        if member.key.starts_with("Fn::") || resource.kind.ends_with("::MODULE") {
            let message = format!("`{}` makes parts that are not in the template", member.key);
            container
                .incomplete
                .push(Diagnostic::warning(Code::Unexpanded, message, member.key_span).with_help(
                "give the processed template: `aws cloudformation get-template --template-stage Processed`",
            ));
            return;
        }
        if let Some(function) = maker(&member.value) {
            let message = format!(
                "the result of `{function}` for the resource `{}` is not in the template",
                member.key
            );
            container
                .incomplete
                .push(Diagnostic::warning(Code::UnknownMacro, message, member.key_span).with_help(
                "give the processed template: `aws cloudformation get-template --template-stage Processed`",
            ));
        }
        self.nested(&resource, member, container);
        let pointer = format!("/Resources/{}", escape(&member.key));
        let root = Path { pointer: format!("{pointer}/Properties"), ..Path::default() };
        let mut taken = BTreeSet::new();
        self.identity(&resource, container);
        if let Some(properties) = resource.properties {
            if let Some(function) = maker(properties) {
                self.unseen(&resource, function, (properties, &root), container);
            }
            for slot in slots::of_type(SLOTS, resource.kind) {
                let Some(slot) = refined(slot, properties) else {
                    taken.extend(slot.steps().next().map(|(name, _)| root.member(name).pointer));
                    continue;
                };
                let steps: Vec<(&str, bool)> = slot.steps().collect();
                let before = container.entries.len();
                self.slot(&slot, &resource, &steps, (properties, root.clone()), container);
                taken.extend(container.entries.iter().skip(before).map(|entry| entry.pointer.clone()));
            }
            self.elsewhere(&resource, (properties, &root), container);
            self.built(&resource, properties, container);
            self.links(&resource, properties, container);
        }
        if resource.kind.starts_with(sam::TYPES) {
            let names = sam::resource(self, &resource, container);
            taken.extend(names.into_iter().map(|name| root.member(name).pointer));
        }
        if let Some(connectors) = member.value.member("Connectors") {
            let path = Path { pointer, ..Path::default() }.member("Connectors");
            sam::connector(self, (&resource, &path, connectors.key_span), container);
        }
        let JsonValue::Object(members) = &member.value.kind else { return };
        for part in members.iter().filter(|part| part.key != "Metadata") {
            match (&*part.key, &part.value.kind) {
                ("Properties", JsonValue::Object(members)) if call(&part.value).is_none() => {
                    for member in members {
                        let path = root.member(&member.key);
                        self.unrecognised((&resource, &taken), &member.value, path, container);
                    }
                }
                ("Properties", _) => {
                    self.unrecognised((&resource, &taken), &part.value, root.clone(), container);
                }
                (name, _) => {
                    let above =
                        Path { pointer: format!("/Resources/{}", escape(&member.key)), ..Path::default() };
                    self.unrecognised((&resource, &taken), &part.value, above.member(name), container);
                }
            }
        }
    }

    /// Adds the result of a function that replaces, or adds to, the properties of a resource that can have a policy.
    fn unseen(
        &self,
        resource: &Resource<'_, 't>,
        function: &str,
        (properties, root): (&Json<'t>, &Path),
        container: &mut Container,
    ) {
        let slots = slots::of_type(SLOTS, resource.kind);
        let is_built = resource.kind == EVENT_BUS || permission::TYPES.contains(&resource.kind);
        if slots.is_empty() && !is_built && !resource.kind.starts_with(sam::TYPES) {
            return;
        }
        let mut entry = self.entry(resource, root, properties.span);
        entry.kind = Some(slots.first().map_or(PolicyKind::Resource, |slot| slot.kind));
        entry.content = not_known(format!("properties are made by `{function}`"), "");
        container.entries.push(entry);
    }

    fn slot(
        &self,
        slot: &Slot,
        resource: &Resource<'_, 't>,
        steps: &[(&str, bool)],
        (json, path): (&Json<'t>, Path),
        container: &mut Container,
    ) {
        let Some(((name, is_list), rest)) = steps.split_first() else {
            self.add(slot, resource, json, path, container);
            return;
        };
        // A list or object made by a function, or a value of another type: its contents are not visible.
        let is_seen = matches!(&json.kind, JsonValue::Object(_) | JsonValue::Null) && call(json).is_none();
        if !is_seen {
            // Functions in place of all properties are reported once, for all slots.
            if !path.attribute.is_empty() {
                self.add(slot, resource, json, path, container);
            }
            return;
        }
        let Some(member) = json.member(name) else {
            if let Some(function) = maker(json).filter(|_| !path.attribute.is_empty()) {
                let mut entry = self.entry(resource, &path, json.span);
                entry.kind = Some(slot.kind);
                entry.resource_type = slot.resource_type();
                entry.content = not_known(format!("members are made by `{function}`"), "");
                container.entries.push(entry);
            }
            return;
        };
        let path = path.member(name);
        match &member.value.kind {
            JsonValue::Array(list) if *is_list => {
                for (index, element) in list.iter().enumerate() {
                    let name = ["PolicyName", "Region"].into_iter().find_map(|name| {
                        match element.member(name).map(|member| &member.value.kind) {
                            Some(JsonValue::String(text)) => Some(&**text),
                            _ => None,
                        }
                    });
                    self.slot(slot, resource, rest, (element, path.element(index, name)), container);
                }
            }
            _ => self.slot(slot, resource, rest, (&member.value, path), container),
        }
    }

    fn add(
        &self,
        slot: &Slot,
        resource: &Resource<'_, 't>,
        json: &Json<'t>,
        path: Path,
        container: &mut Container,
    ) {
        let mut entry = self.entry(resource, &path, json.span);
        entry.kind = Some(slot.kind);
        entry.resource_type = slot.resource_type();
        entry.subject = resource.properties.and_then(|properties| subject(properties, slot.subject));
        entry.content = self.content(json, &entry);
        if entry.content.state() != super::super::State::Absent {
            container.entries.push(entry);
        }
    }

    /// Adds the policy of a resource that is not a document.
    fn built(&self, resource: &Resource<'_, 't>, properties: &Json<'t>, container: &mut Container) {
        let at_resource = |entry: &mut Entry| {
            entry.pointer = format!("/Resources/{}", escape(resource.name));
            entry.kind = Some(PolicyKind::Resource);
        };
        let mut entry = self.entry(resource, &Path::default(), resource.span);
        match resource.kind {
            EVENT_BUS => {
                self.event_bus(resource, properties, container);
                return;
            }
            "AWS::EntityResolution::PolicyStatement" | "AWS::RAM::Permission" => {
                at_resource(&mut entry);
                entry.content = not_known("AWS makes a part of policies from its members".to_owned(), "");
            }
            kind if permission::TYPES.contains(&kind) => {
                at_resource(&mut entry);
                if kind == "AWS::Lambda::Permission" {
                    entry.resource_type = ResourceType::from_name("AWS::Lambda::Function");
                    entry.subject = subject(properties, "FunctionName");
                }
                entry.content = self.permission(kind, properties, &entry);
            }
            _ => return,
        }
        container.entries.push(entry);
    }

    /// A statement of an event bus, or the members of which AWS makes one.
    fn event_bus(&self, resource: &Resource<'_, 't>, properties: &Json<'t>, container: &mut Container) {
        let root =
            Path { pointer: format!("/Resources/{}/Properties", escape(resource.name)), ..Path::default() };
        let (path, statement) = match properties.member("Statement") {
            Some(member) => (root.member("Statement"), member.value.clone()),
            None => (root, made_statement(properties)),
        };
        let mut entry = self.entry(resource, &path, statement.span);
        entry.kind = Some(PolicyKind::Resource);
        let span = statement.span;
        let version = Json { span, kind: JsonValue::String("2012-10-17".to_owned().into()) };
        let member = |key: &str, value| Member { key: key.to_owned().into(), key_span: span, value };
        let policy = JsonValue::Object(vec![member("Version", version), member("Statement", statement)]);
        entry.content = self.content(&Json { span, kind: policy }, &entry);
        if let Content::Text { origin, .. } = &mut entry.content {
            *origin = Origin::Built;
        }
        container.entries.push(entry);
    }

    /// Notes the user, group, role or managed policy that a resource makes.
    fn identity(&self, resource: &Resource<'_, 't>, container: &mut Container) {
        let Some(kind) = IdentityKind::of_resource(resource.kind) else { return };
        let member = match kind {
            IdentityKind::User => "UserName",
            IdentityKind::Group => "GroupName",
            IdentityKind::Role => "RoleName",
            IdentityKind::Policy => "ManagedPolicyName",
        };
        let name = match resource.properties.map(|properties| self.given(properties, member)) {
            Some(built::Given::Text(name)) => Some(name),
            Some(built::Given::Nothing | built::Given::Unknown(_)) | None => None,
        };
        let address = resource.name.to_owned();
        container.identities.push(Identity { kind, address, name, arn: None, id: None });
    }

    /// Adds links and settings.
    fn links(&self, resource: &Resource<'_, 't>, properties: &Json<'t>, container: &mut Container) {
        let (mut found, mut own_links) = (Vec::new(), Vec::new());
        let mut add = |attribute: &str, to: Vec<String>, link: Link| {
            let Some(member) = properties.member(attribute) else { return };
            for policy in self.texts(&member.value) {
                let mut link = attachment(resource, attribute, policy, to.clone(), link);
                if LISTS.contains(&attribute) {
                    let name = link.policy.as_deref().or(link.resource.as_deref());
                    link.attribute = Attachment::element(attribute, name.or(link.reference.as_deref()));
                }
                found.push(link);
            }
        };
        let mut add_own = |attribute: &str, to: Vec<String>, link: Link| {
            if !to.is_empty() {
                let policy = Named::of_resource(resource.name);
                own_links.push(attachment(resource, attribute, policy, to, link));
            }
        };
        let own = || vec![resource.name.to_owned()];
        let listed = |name: &str| {
            let values = properties.member(name).map_or_else(Vec::new, |member| self.texts(&member.value));
            values.into_iter().map(Named::told).collect()
        };
        match resource.kind {
            "AWS::IAM::Role" | "AWS::IAM::User" | "AWS::IAM::Group" => {
                add("ManagedPolicyArns", own(), Link::Policy);
                add("PermissionsBoundary", own(), Link::Boundary);
                add("Groups", own(), Link::Membership);
            }
            "AWS::SSO::PermissionSet" => {
                add("ManagedPolicies", own(), Link::Policy);
                add("CustomerManagedPolicyReferences", own(), Link::Policy);
                add("PermissionsBoundary", own(), Link::Boundary);
            }
            "AWS::IAM::UserToGroupAddition" => add("GroupName", listed("Users"), Link::Membership),
            "AWS::IAM::InstanceProfile" => add("Roles", own(), Link::Profile),
            // The policy itself names its targets.
            "AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy" => {
                for attribute in ["Roles", "Users", "Groups"] {
                    add_own(attribute, listed(attribute), Link::Policy);
                }
            }
            "AWS::Organizations::Policy" => add_own("TargetIds", listed("TargetIds"), Link::Boundary),
            // What a custom resource does with a policy is not known.
            kind if !kind.starts_with("AWS::") || kind == "AWS::CloudFormation::CustomResource" => {
                for policy in self.managed_policies(properties) {
                    own_links.push(attachment(resource, &policy.0, Named::As(policy.1), own(), Link::Policy));
                }
            }
            _ => {}
        }
        container.attachments.extend(found.into_iter().chain(own_links));
        if resource.kind == "AWS::S3::Bucket" {
            container.buckets.insert(resource.name.to_owned());
            container.buckets.extend(subject(properties, "BucketName"));
        }
        if let ("AWS::S3::Bucket", Some(block)) =
            (resource.kind, properties.member("PublicAccessBlockConfiguration"))
        {
            let flags = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];
            container.access_blocks.push(AccessBlock {
                address: resource.name.to_owned(),
                bucket: subject(properties, "BucketName"),
                bucket_address: Some(resource.name.to_owned()),
                is_account: false,
                flags: flags.map(|name| match self.given(&block.value, name) {
                    built::Given::Nothing => Some(false),
                    built::Given::Text(text) => Some(text == "true"),
                    built::Given::Unknown(_) => None,
                }),
            });
        }
    }

    /// Returns the managed policies that the properties of a resource name, each with its property.
    fn managed_policies(&self, properties: &Json<'t>) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut left: Vec<(String, &Json<'t>)> = vec![(String::new(), properties)];
        while let Some((attribute, json)) = left.pop() {
            let named = |name: &str| if attribute.is_empty() { name.to_owned() } else { attribute.clone() };
            match &json.kind {
                JsonValue::Object(members) if call(json).is_none() => {
                    left.extend(members.iter().map(|member| (named(&member.key), &member.value)));
                }
                JsonValue::Array(list) => {
                    left.extend(list.iter().map(|element| (attribute.clone(), element)))
                }
                _ => found.extend(self.texts(json).into_iter().filter_map(|name| match name {
                    Named::As(text) if is_managed_policy(&text) => {
                        Some((Attachment::element(&attribute, Some(&text)), text))
                    }
                    Named::As(_) | Named::Unknown { .. } => None,
                })),
            }
        }
        found.sort();
        found.dedup();
        found
    }

    /// Adds values that look like policies at places that are in no table.
    fn unrecognised(
        &self,
        (resource, taken): (&Resource<'_, 't>, &BTreeSet<String>),
        json: &Json<'t>,
        path: Path,
        container: &mut Container,
    ) {
        if taken.contains(&path.pointer) {
            return;
        }
        let is_policy = match &json.kind {
            JsonValue::Object(_) => is_policy_object(json),
            JsonValue::String(text) => text::looks_like_policy(text),
            _ => false,
        };
        if is_policy {
            let mut entry = self.entry(resource, &path, json.span);
            entry.kind = self.options.kinds.get(&format!("{}.{}", resource.kind, path.attribute)).copied();
            entry.content = self.content(json, &entry);
            container.entries.push(entry);
            return;
        }
        match &json.kind {
            JsonValue::Object(members) => {
                for member in members {
                    let path = path.member(&member.key);
                    self.unrecognised((resource, taken), &member.value, path, container);
                }
            }
            JsonValue::Array(list) => {
                for (index, element) in list.iter().enumerate() {
                    let path = path.element(index, None);
                    self.unrecognised((resource, taken), element, path, container);
                }
            }
            _ => {}
        }
    }
}

/// Returns an object with `Statement` in which there is an `Effect`, or a function whose parts together hold these words.
pub(super) fn is_policy_object(json: &Json<'_>) -> bool {
    let mut words = String::new();
    match (call(json), json.member("Statement")) {
        (Some((_, arguments)), _) => gather(arguments, &mut words),
        (None, Some(member)) => {
            words.push_str("Statement");
            gather(&member.value, &mut words);
        }
        (None, None) => return false,
    }
    text::mentions_policy(&words)
}

/// Adds all names and texts of a value, one after the other, because a text may be made of parts.
fn gather(json: &Json<'_>, words: &mut String) {
    match &json.kind {
        JsonValue::Object(members) => {
            for member in members {
                words.push_str(&member.key);
                gather(&member.value, words);
            }
        }
        JsonValue::Array(list) => list.iter().for_each(|element| gather(element, words)),
        JsonValue::String(text) => words.push_str(text),
        _ => {}
    }
}

/// Returns the function that makes members of an object, alone or beside written ones.
pub(super) fn maker<'j>(json: &'j Json<'_>) -> Option<&'j str> {
    match &json.kind {
        JsonValue::Object(members) => {
            members.iter().map(|member| &*member.key).find(|name| is_function(name))
        }
        _ => None,
    }
}

/// Returns the slot as it applies to these properties; `None` if its text is not an IAM policy.
fn refined(slot: &Slot, properties: &Json<'_>) -> Option<Slot> {
    let mut slot = *slot;
    if slot.resource == "AWS::Organizations::Policy" {
        match properties.member("Type").map(|member| &member.value.kind) {
            Some(JsonValue::String(kind)) if kind == "RESOURCE_CONTROL_POLICY" => slot.kind = PolicyKind::Rcp,
            Some(JsonValue::String(kind)) if kind != "SERVICE_CONTROL_POLICY" => return None,
            _ => {}
        }
    }
    if slot.resource == "AWS::CloudTrail::ResourcePolicy"
        && matches!(subject(properties, "ResourceArn"), Some(arn) if arn.contains(":dashboard/"))
    {
        slot.public = "AWS::CloudTrail::Dashboard";
    }
    if slot.resource == "AWS::CloudTrail::ResourcePolicy"
        && matches!(subject(properties, "ResourceArn"), Some(arn) if arn.contains(":channel/"))
    {
        slot.public = "";
    }
    if slot.resource == "AWS::Kinesis::ResourcePolicy"
        && matches!(subject(properties, "ResourceArn"), Some(arn) if arn.contains("/consumer/"))
    {
        slot.public = "AWS::Kinesis::StreamConsumer";
    }
    Some(slot)
}

/// Returns the statement that EventBridge makes of `Action`, `Principal` and `Condition`.
fn made_statement<'t>(properties: &Json<'t>) -> Json<'t> {
    let span = properties.span;
    let text = |text: &str| Json { span, kind: JsonValue::String(text.to_owned().into()) };
    let member = |key: &str, value| Member { key: key.to_owned().into(), key_span: span, value };
    let mut members = vec![member("Effect", text("Allow")), member("Resource", text("*"))];
    for found in
        ["Action", "StatementId", "Principal", "Condition"].into_iter().filter_map(|n| properties.member(n))
    {
        let value = found.value.clone();
        members.push(match &*found.key {
            "StatementId" => member("Sid", value),
            "Principal" if !matches!(&value.kind, JsonValue::String(text) if text == "*") => {
                let inner = Member { key: "AWS".to_owned().into(), key_span: found.key_span, value };
                member("Principal", Json { span: found.value.span, kind: JsonValue::Object(vec![inner]) })
            }
            "Condition" => {
                let part = |name: &str| found.value.member(name).map(|member| &member.value);
                let (Some(kind), Some(key), Some(set)) = (part("Type"), part("Key"), part("Value")) else {
                    members.push(member("Condition", value));
                    continue;
                };
                let (JsonValue::String(kind), JsonValue::String(key)) = (&kind.kind, &key.kind) else {
                    members.push(member("Condition", value));
                    continue;
                };
                let inner = JsonValue::Object(vec![member(key, set.clone())]);
                let outer = JsonValue::Object(vec![member(kind, Json { span: value.span, kind: inner })]);
                member("Condition", Json { span: value.span, kind: outer })
            }
            name => member(name, value),
        });
    }
    Json { span, kind: JsonValue::Object(members) }
}
