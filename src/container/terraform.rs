//! Finds the policies of a Terraform resource, for plans and states alike.

use super::entry::{BEFORE, Change, Container, Content, Origin};
use super::kind::PolicyKind;
use super::places::{Place, PlaceValue, Values, places, texts_like_policies};
use super::raw::{Fault, Raw};
use super::resource::{Reader, Resource, Unknowns, entry};
use super::slots::{self, Slot, terraform::SLOTS};
use super::{attachments, built, nested, text};
use crate::policy::ResourceType;

/// Attributes that identify the owner of a policy. Changing one replaces the resource.
const OWNERS: [&str; 12] = [
    "arn",
    "bucket",
    "function_name",
    "group",
    "key_id",
    "queue_url",
    "repository",
    "repository_name",
    "resource_arn",
    "role",
    "secret_arn",
    "user",
];

impl<'t> Reader<'t, '_> {
    /// Adds the policies and links of a resource.
    ///
    /// # Errors
    /// A member occurs twice.
    pub(super) fn resource(
        &self,
        resource: &Resource<'t>,
        unknowns: &dyn Unknowns<'t>,
        container: &mut Container,
    ) -> Result<(), Fault> {
        let mut taken: Vec<u32> = Vec::new();
        for slot in slots::of_type(SLOTS, &resource.kind) {
            let after = places(self.text, slot, resource.after)?;
            let before = match resource.before {
                Some(values) => places(self.text, slot, values)?,
                None => Vec::new(),
            };
            taken.extend(after.iter().chain(&before).filter_map(|place| self.start(place.value)));
            if self.changes_purpose(resource, unknowns)? {
                let gone = Resource { after: Values::default(), ..resource.clone() };
                if let Some(slot) = self.refined(slot, &gone)? {
                    self.slot((&slot, resource), unknowns, (Vec::new(), before), container)?;
                }
                let made = Resource { before: None, ..resource.clone() };
                if let Some(slot) = self.refined(slot, &made)? {
                    self.slot((&slot, resource), unknowns, (after, Vec::new()), container)?;
                }
                continue;
            }
            let Some(slot) = self.refined(slot, resource)? else { continue };
            self.slot((&slot, resource), unknowns, (after, before), container)?;
        }
        attachments::terraform(self.text, resource, unknowns, container)?;
        if let Some(entry) = built::terraform(self, resource, unknowns)? {
            container.entries.push(entry);
        }
        nested::terraform(self, resource, container)?;
        self.unrecognised(resource, &taken, container)?;
        self.unrecognised_later(resource, unknowns, container)
    }

    /// Returns the start of a known value.
    fn start(&self, value: PlaceValue<'t>) -> Option<u32> {
        match value {
            PlaceValue::Known(raw) => Some(raw.span(self.text).start),
            PlaceValue::Unknown => None,
        }
    }

    /// True if one policy is removed and another one added: its type in an organization changes (an unknown type counts as
    /// another one), or it belongs to another role, bucket and so on, or may do so because its owner is not known yet.
    fn changes_purpose(&self, resource: &Resource<'t>, unknowns: &dyn Unknowns<'t>) -> Result<bool, Fault> {
        let sides = (resource.before.and_then(|values| values.value), resource.after.value);
        let (Some(before), Some(after)) = sides else { return Ok(false) };
        let of =
            |raw: Raw<'t>, name: &str| Ok::<_, Fault>(raw.member(self.text, name)?.and_then(Raw::string));
        if resource.kind == "aws_organizations_policy" {
            return Ok(of(before, "type")? != of(after, "type")?);
        }
        for name in OWNERS {
            let Some(before) = of(before, name)? else { continue };
            let is_kept = match of(after, name)? {
                Some(after) => before == after,
                None => unknowns.keeps_owner(resource, name, &before)?,
            };
            if !is_kept {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns the slot as it applies to this resource; `None` if its text is not an IAM policy.
    fn refined(&self, slot: &Slot, resource: &Resource<'t>) -> Result<Option<Slot>, Fault> {
        let value = |name: &str| self.known(resource, name);
        let mut slot = *slot;
        match slot.resource {
            "aws_organizations_policy" => match value("type")?.as_deref() {
                None | Some("SERVICE_CONTROL_POLICY") => {}
                Some("RESOURCE_CONTROL_POLICY") => slot.kind = PolicyKind::Rcp,
                Some(_) => return Ok(None),
            },
            "aws_s3_bucket_policy" if value("bucket")?.is_some_and(|name| name.ends_with("--x-s3")) => {
                slot.public = "AWS::S3Express::DirectoryBucket";
            }
            "aws_dynamodb_resource_policy"
                if value("resource_arn")?.is_some_and(|arn| arn.contains("/stream/")) =>
            {
                slot.public = "AWS::DynamoDB::Stream";
            }
            "aws_kinesis_resource_policy"
                if value("resource_arn")?.is_some_and(|arn| arn.contains("/consumer/")) =>
            {
                slot.public = "AWS::Kinesis::StreamConsumer";
            }
            _ => {}
        }
        Ok(Some(slot))
    }

    fn slot(
        &self,
        (slot, resource): (&Slot, &Resource<'t>),
        unknowns: &dyn Unknowns<'t>,
        (after, mut before): (Vec<Place<'t>>, Vec<Place<'t>>),
        container: &mut Container,
    ) -> Result<(), Fault> {
        let subject = match self.known(resource, slot.subject)? {
            None if slot.subject == "bucket" => {
                let bucket = attachments::bucket_address(resource, unknowns)?;
                bucket.map(|address| format!("${{{address}}}"))
            }
            subject => subject,
        };
        let made = |place: &Place<'t>, content: Content, before: Option<Content>, sensitive: bool| {
            let mut entry = entry(self.text, resource, place);
            entry.kind = Some(slot.kind);
            entry.resource_type = slot.resource_type();
            entry.subject.clone_from(&subject);
            entry.sensitive = sensitive;
            entry.content = content;
            entry.before = before;
            entry
        };
        for place in &after {
            let old = before.iter().position(|old| old.attribute == place.attribute);
            let old = old.map(|at| before.remove(at));
            if unknowns.is_copy(resource, &place.attribute)? {
                container.defaults += 1;
                continue;
            }
            let name = format!("{}.{}", resource.address, place.attribute);
            let content = match place.value {
                PlaceValue::Known(raw) => self.known_content(&name, raw),
                PlaceValue::Unknown => match unknowns.unknown(resource, place, &name)? {
                    Some(content) => content,
                    // A resource that stays keeps values filled in by AWS, so something is configured here, for example a dynamic
                    // block.
                    None if resource.change == Change::Update => {
                        before.retain(|old| !is_below(&old.attribute, &place.attribute));
                        Content::Unknown {
                            reason: "its text is known after apply".to_owned(),
                            references: Vec::new(),
                            presumed: None,
                        }
                    }
                    None => {
                        container.defaults += 1;
                        // A value that AWS fills in after a replacement was filled in before it too.
                        before.retain(|old| !is_below(&old.attribute, &place.attribute));
                        continue;
                    }
                },
            };
            let before = self.before(resource, &name, old.as_ref(), (place, &content));
            if content.state() == super::State::Absent && before.as_ref().is_none_or(is_absent) {
                continue;
            }
            let sensitive = place.sensitive || old.as_ref().is_some_and(|old| old.sensitive);
            container.entries.push(made(place, content, before, sensitive));
        }
        for place in before {
            let name = format!("{}.{}", resource.address, place.attribute);
            let PlaceValue::Known(raw) = place.value else { continue };
            if unknowns.is_copy(resource, &place.attribute)? {
                continue;
            }
            let before = self.known_content(&before_name(&name), raw);
            if !is_absent(&before) {
                container.entries.push(made(&place, Content::Absent, Some(before), place.sensitive));
            }
        }
        Ok(())
    }

    /// Returns the content before the change; shared with the content after it if their texts are equal.
    fn before(
        &self,
        resource: &Resource<'t>,
        name: &str,
        old: Option<&Place<'t>>,
        (new, content): (&Place<'t>, &Content),
    ) -> Option<Content> {
        resource.before?;
        Some(match (old.map(|old| old.value), new.value) {
            (Some(PlaceValue::Known(old)), PlaceValue::Known(new)) if old.text() == new.text() => {
                content.clone()
            }
            (Some(PlaceValue::Known(old)), _) => self.known_content(&before_name(name), old),
            _ => Content::Absent,
        })
    }

    fn known_content(&self, name: &str, raw: Raw<'t>) -> Content {
        let string = raw.string();
        if string.is_some() && !raw.is_sound() {
            return text::unsound(self.source, raw.span(self.text));
        }
        let policy = string.as_deref().unwrap_or(raw.text());
        text::content(
            self.source,
            name,
            policy,
            raw.span(self.text),
            Origin::Written,
            &self.options.policy_limits,
        )
    }

    /// Adds texts that look like policies at places that are in no table.
    fn unrecognised(
        &self,
        resource: &Resource<'t>,
        taken: &[u32],
        container: &mut Container,
    ) -> Result<(), Fault> {
        let skip = |value: Raw<'t>| taken.contains(&value.span(self.text).start);
        let depth = self.options.limits.depth;
        let mut before = match resource.before {
            Some(values) => texts_like_policies(self.text, values, &skip, depth)?,
            None => Vec::new(),
        };
        let mut add = |place: &Place<'t>, content: Content, old: Option<Content>, sensitive: bool| {
            let mut entry = entry(self.text, resource, place);
            entry.kind = self.options.kinds.get(&format!("{}.{}", resource.kind, place.attribute)).copied();
            entry.resource_type = match entry.kind {
                Some(PolicyKind::Trust) => ResourceType::from_name("AWS::IAM::AssumeRolePolicyDocument"),
                _ => None,
            };
            entry.sensitive = sensitive;
            entry.content = content;
            entry.before = old;
            container.entries.push(entry);
        };
        for place in texts_like_policies(self.text, resource.after, &skip, depth)? {
            let old = before.iter().position(|old| old.attribute == place.attribute);
            let old = old.map(|at| before.remove(at));
            let PlaceValue::Known(raw) = place.value else { continue };
            let name = format!("{}.{}", resource.address, place.attribute);
            let content = self.known_content(&name, raw);
            let sensitive = place.sensitive || old.as_ref().is_some_and(|old| old.sensitive);
            let old = self.before(resource, &name, old.as_ref(), (&place, &content));
            add(&place, content, old, sensitive);
        }
        for place in before {
            let PlaceValue::Known(raw) = place.value else { continue };
            let name = format!("{}.{}", resource.address, place.attribute);
            let old = self.known_content(&before_name(&name), raw);
            add(&place, Content::Absent, Some(old), place.sensitive);
        }
        Ok(())
    }

    /// Adds attributes that are in no table and whose values are known after apply, if policies flow into them.
    fn unrecognised_later(
        &self,
        resource: &Resource<'t>,
        unknowns: &dyn Unknowns<'t>,
        container: &mut Container,
    ) -> Result<(), Fault> {
        let slots = slots::of_type(SLOTS, &resource.kind);
        for (name, value) in resource.after.unknown.map_or_else(Vec::new, Raw::members) {
            let is_slot = slots.iter().any(|slot| slot.steps().next().is_some_and(|(top, _)| *top == *name));
            if is_slot || !value.text().contains("true") {
                continue;
            }
            let Some(content) = unknowns.unrecognised(resource, &name)? else { continue };
            let place = Place { attribute: name.into_owned(), value: PlaceValue::Unknown, sensitive: false };
            let mut entry = entry(self.text, resource, &place);
            entry.kind = self.options.kinds.get(&format!("{}.{}", resource.kind, place.attribute)).copied();
            entry.content = content;
            entry.before = resource.before.map(|_| Content::Absent);
            container.entries.push(entry);
        }
        Ok(())
    }
}

/// Returns the name of a policy before the plan.
fn before_name(name: &str) -> String {
    format!("{name}{BEFORE}")
}

fn is_absent(content: &Content) -> bool {
    matches!(content, Content::Absent)
}

fn is_below(attribute: &str, above: &str) -> bool {
    attribute.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}
