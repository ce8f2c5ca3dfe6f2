//! Nested stacks: the policies that their own templates make.
//!
//! Source: AWS CloudFormation Template Reference, "AWS::CloudFormation::Stack": parameters that are not passed have their defaults.

use super::super::entry::{AccessBlock, Attachment, Container, Content, Entry, NESTED_STACKS};
use super::super::hole::{Hole, World};
use super::super::kind::PolicyKind;
use super::super::nested::makes_none;
use super::super::options::Options;
use super::super::{Contents, built, open};
use super::conditions::one_line;
use super::functions::{Evaluator, call};
use super::resource::{Path, Reader, Resource, not_known};
use crate::diagnostic::Diagnostic;
use crate::policy::{Json, JsonValue, Member, escape};
use crate::span::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

/// Bytes of all templates of nested stacks, counted at each opening.
const MOST_BYTES: usize = 256 << 20;

/// Bytes for which a smaller template counts, so that the number of openings has a bound too.
const LEAST_BYTES: usize = 256 << 10;

/// True if a resource is a stack, or several, with a template of its own.
fn is_stack(kind: &str) -> bool {
    kind.starts_with("AWS::") && NESTED_STACKS.contains(&kind)
}

impl<'t> Reader<'_, '_, 't> {
    /// Adds the policies of a nested stack. They are not known unless its template was given too.
    pub(super) fn nested(&self, resource: &Resource<'_, 't>, member: &Member<'t>, container: &mut Container) {
        if !is_stack(resource.kind) {
            return;
        }
        // The template of a stack set may be written in it.
        let body = resource.properties.map(|properties| self.given(properties, "TemplateBody"));
        if let Some(built::Given::Text(body)) = body
            && makes_none(&body)
        {
            return;
        }
        let path = self.path(resource, member);
        let given = path
            .as_ref()
            .and_then(|path| self.options.with.iter().find(|other| self.names(path, other.name())));
        let is_beside = |path: &String| self.options.beside.iter().any(|other| self.names(path, other));
        if let Some(path) = path.as_ref().filter(|path| given.is_none() && is_beside(path)) {
            let passed = resource.properties.and_then(|properties| properties.member("Parameters"));
            let passed = passed.map_or_else(String::new, |member| one_line(&member.value));
            let condition = resource.condition.as_deref().map_or("", |condition| condition);
            let told = format!("{path} {condition} {passed}");
            container.nested.insert(resource.name.to_owned(), (told, resource.span));
            return;
        }
        let reason = match given {
            None => match &path {
                Some(path) => format!("the policies of the nested stack are in its own template, {path}"),
                None => "the policies of the nested stack are in its own template".to_owned(),
            },
            Some(template) => {
                let options = self.passed(resource, template.name(), template.text().len());
                match options.map(|options| open(template, &options)) {
                    Some(Ok(Contents::Container(nested))) => {
                        Adopting { resource, file: template.name() }.all(*nested, container);
                        return;
                    }
                    Some(Ok(Contents::Policy(_))) => format!("{} is not a template", template.name()),
                    Some(Err(error)) => {
                        let fault = error.diagnostics.first();
                        let why = fault.map_or_else(String::new, |fault| format!(": {}", fault.message));
                        format!("{} cannot be read as its template{why}", template.name())
                    }
                    None => {
                        let most = MOST_BYTES / LEAST_BYTES;
                        format!("the nested stacks in one another are more than {most}, or too large")
                    }
                }
            }
        };
        let mut entry = self.entry(resource, &Path::default(), resource.span);
        entry.pointer = format!("/Resources/{}", escape(resource.name));
        entry.kind = Some(PolicyKind::Resource);
        entry.content = not_known(reason, "");
        container.entries.push(entry);
    }

    /// Returns the path of the template of a nested stack, if it is written: that of the CDK's file, or its location.
    fn path(&self, resource: &Resource<'_, 't>, member: &Member<'t>) -> Option<String> {
        let asset = member.value.member("Metadata").and_then(|data| data.value.member("aws:asset:path"));
        if let Some(JsonValue::String(path)) = asset.map(|member| &member.value.kind) {
            return Some(path.to_string());
        }
        let properties = resource.properties?;
        ["TemplateURL", "Location"].into_iter().find_map(|name| match self.given(properties, name) {
            built::Given::Text(path) => Some(path),
            built::Given::Nothing | built::Given::Unknown(_) => None,
        })
    }

    /// True if a path in the template is that of a file.
    fn names(&self, path: &str, file: &str) -> bool {
        let own = self.source.name().replace('\\', "/");
        let directory = own.rsplit_once('/').map_or("", |(directory, _)| directory);
        let joined = if path.starts_with('/') { path.to_owned() } else { format!("{directory}/{path}") };
        let is_local = !path.contains("://");
        is_local && steps(&joined) == steps(&file.replace('\\', "/"))
    }

    /// Returns the options for the template of a nested stack: with the values that are passed. `None` if it would be too much.
    fn passed(&self, resource: &Resource<'_, 't>, file: &str, bytes: usize) -> Option<Options> {
        let counted = self.options.opened.as_ref()?.fetch_add(bytes.max(LEAST_BYTES), Ordering::Relaxed);
        if counted >= MOST_BYTES {
            return None;
        }
        let mut options = self.options.clone();
        // A template that contains itself is not read again.
        options.with.retain(|other| other.name() != file);
        options.parameters = BTreeMap::new();
        let start = format!("{}.", resource.name);
        options.values = BTreeMap::new();
        for (name, value) in self.names.given.iter() {
            if let Some(own) = name.strip_prefix(&start) {
                options.values.insert(own.to_owned(), value.clone());
            } else if is_common(name) {
                options.values.insert(name.clone(), value.clone());
            }
        }
        let parameters = resource.properties.and_then(|properties| properties.member("Parameters"));
        let mut are_known = true;
        match parameters.map(|member| &member.value) {
            Some(json @ Json { kind: JsonValue::Object(members), .. }) if call(json).is_none() => {
                for member in members {
                    match self.text_of(&member.value) {
                        Some(text) => {
                            options.parameters.insert(member.key.to_string(), text);
                        }
                        None => are_known = false,
                    }
                }
            }
            Some(_) => are_known = false,
            None => {}
        }
        options.use_defaults = are_known && resource.kind != "AWS::CloudFormation::StackSet";
        Some(options)
    }

    /// Returns the value of a parameter that is passed, if it is known.
    fn text_of(&self, json: &Json<'t>) -> Option<String> {
        let mut evaluator = Evaluator::new(self.names);
        let value = evaluator.value(json, "")?;
        if !evaluator.holes.is_empty() || !evaluator.faults.is_empty() {
            return None;
        }
        let scalar = |json: &Json<'_>| match &json.kind {
            JsonValue::String(text) => Some(text.to_string()),
            JsonValue::Number(text) => Some((*text).to_owned()),
            JsonValue::Bool(value) => Some(value.to_string()),
            JsonValue::Null | JsonValue::Array(_) | JsonValue::Object(_) => None,
        };
        match &value.kind {
            JsonValue::Array(list) => Some(list.iter().map(scalar).collect::<Option<Vec<_>>>()?.join(",")),
            _ => scalar(&value),
        }
    }
}

/// Returns the directories and the name of a path, without those that lead nowhere.
fn steps(path: &str) -> Vec<&str> {
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|last| *last != "..") => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps
}

/// True if a value is the same in all stacks of an account and region.
fn is_common(name: &str) -> bool {
    let is_own =
        ["AWS::StackName", "AWS::StackId", "AWS::NotificationARNs"].iter().any(|own| name.starts_with(own));
    ["AWS::", "export:", "resolve:"].iter().any(|start| name.starts_with(start)) && !is_own
}

/// Takes the policies of a nested stack into the container of its parent.
struct Adopting<'r, 'j, 't> {
    resource: &'r Resource<'j, 't>,
    file: &'r str,
}

impl Adopting<'_, '_, '_> {
    fn span(&self) -> Span {
        self.resource.span
    }

    fn name(&self, name: &str) -> String {
        if is_common(name) { name.to_owned() } else { format!("{}.{name}", self.resource.name) }
    }

    /// Returns the name of a bucket, key, ...: `${Logs}` is a resource of the nested template.
    fn subject(&self, name: &str) -> String {
        match name.strip_prefix("${") {
            Some(rest) => format!("${{{}.{rest}", self.resource.name),
            None => name.to_owned(),
        }
    }

    fn all(&self, nested: Container, container: &mut Container) {
        container.resources += nested.resources;
        container.defaults += nested.defaults;
        let own: BTreeSet<String> =
            nested.identities.iter().map(|identity| identity.address.clone()).collect();
        for mut identity in nested.identities {
            identity.address = self.name(&identity.address);
            container.identities.push(identity);
        }
        for entry in nested.entries {
            let entry = self.entry(entry, container);
            container.entries.push(entry);
        }
        for link in nested.attachments {
            container.attachments.push(self.link(link, &own));
        }
        for block in nested.access_blocks {
            container.access_blocks.push(self.block(block));
        }
        for bucket in nested.buckets {
            container.buckets.insert(self.subject(&bucket));
            container.buckets.insert(self.name(&bucket));
        }
        for (name, (told, _)) in nested.nested {
            container.nested.insert(self.name(&name), (told, self.span()));
        }
        let name = |name: &str| self.name(name);
        container.conditions.adopt(&nested.conditions, &name);
        let placed = |fault: Diagnostic| Diagnostic {
            message: format!("{}: {}", self.file, fault.message),
            span: self.span(),
            related: Vec::new(),
            ..fault
        };
        container.incomplete.extend(nested.incomplete.into_iter().map(placed));
        container.notes.extend(nested.notes.into_iter().map(placed));
    }

    fn entry(&self, mut entry: Entry, container: &mut Container) -> Entry {
        entry.name = self.name(&entry.name);
        entry.address = self.name(&entry.address);
        entry.key = self.name(&entry.key);
        entry.pointer = format!("/Resources/{}", escape(self.resource.name));
        entry.span = self.span();
        entry.subject = entry.subject.map(|name| self.subject(&name));
        entry.condition = match (&self.resource.condition, entry.condition) {
            (outer, None) => outer.clone(),
            (None, Some(own)) => Some(self.name(&own)),
            (Some(outer), Some(own)) => {
                let own = self.name(&own);
                let both = format!("{outer} and {own}");
                container.conditions.add(&both, "", BTreeSet::from([outer.clone(), own]));
                Some(both)
            }
        };
        entry.content = self.content(entry.content);
        entry
    }

    fn content(&self, content: Content) -> Content {
        match content {
            Content::Absent | Content::Text { .. } => content,
            Content::Partly { holes, worlds } => Content::Partly {
                holes: holes
                    .into_iter()
                    .map(|hole| Hole { name: self.name(&hole.name), span: self.span(), ..hole })
                    .collect(),
                worlds: worlds.into_iter().map(|world| self.world(world)).collect(),
            },
            Content::Unknown { reason, references, presumed } => Content::Unknown {
                reason: format!("{}: {reason}", self.file),
                references: references.iter().map(|name| self.name(name)).collect(),
                presumed: presumed.map(|content| Box::new(self.content(*content))),
            },
        }
    }

    fn world(&self, world: World) -> World {
        let choices = world.choices.into_iter().map(|(name, choice)| (self.name(&name), choice)).collect();
        World { choices, ..world }
    }

    fn link(&self, link: Attachment, own: &BTreeSet<String>) -> Attachment {
        let name = |name: String| self.name(&name);
        Attachment {
            address: self.name(&link.address),
            reference: link.reference.map(name),
            resource: link.resource.map(name),
            to: link.to.into_iter().map(|to| if own.contains(&to) { self.name(&to) } else { to }).collect(),
            condition: match (&self.resource.condition, link.condition) {
                (outer, None) => outer.clone(),
                (_, Some(own)) => Some(self.name(&own)),
            },
            ..link
        }
    }

    fn block(&self, block: AccessBlock) -> AccessBlock {
        AccessBlock {
            address: self.name(&block.address),
            bucket: block.bucket.map(|name| self.subject(&name)),
            bucket_address: block.bucket_address.map(|name| self.name(&name)),
            ..block
        }
    }
}
