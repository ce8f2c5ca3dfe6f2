//! Plans of Terraform and OpenTofu: `terraform show -json PLAN`.
//!
//! Everything is read from `resource_changes`: `planned_values` does not distinguish unknown values from unset ones.

mod changes;
mod configuration;
mod document;
mod merge;
mod providers;
mod references;

use super::address::{instance_key, quoted};
use super::entry::{Change, Container, Content, NESTED_STACKS, Origin};
use super::hole::World;
use super::kind::ContainerKind;
use super::options::Options;
use super::places::{Place, Values};
use super::raw::{Fault, Optional, Raw, list, object};
use super::resource::{Reader, Resource, Unknowns};
use super::slots::{self, terraform::SLOTS};
use super::source::{Given, Known, Slot, Wanted, evaluated};
use super::{attachments, built, text};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::span::{Source, Span};
pub(crate) use changes::{Attribute, PlannedChange, PlannedChanges};
use configuration::{Configuration, Written};
pub(super) use document::{Arguments, Made, make};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

const DOCUMENT: &str = "aws_iam_policy_document";

/// Types, other than those with slots or links, whose members affect access.
const OTHER_TYPES: [&str; 3] =
    ["aws_iam_group", "aws_s3_account_public_access_block", "aws_s3_bucket_public_access_block"];

/// Attributes in which a resource shows the policy that another resource sets: the owner's type and attribute, the members that
/// identify it, the other type and the member that names the owner.
const COPIES: [(&str, &str, &[&str], &str, &str); 10] = [
    ("aws_api_gateway_rest_api", "policy", &["id"], "aws_api_gateway_rest_api_policy", "rest_api_id"),
    (
        "aws_elasticsearch_domain",
        "access_policies",
        &["domain_name"],
        "aws_elasticsearch_domain_policy",
        "domain_name",
    ),
    ("aws_iam_role", "inline_policy", &["name", "id"], "aws_iam_role_policy", "role"),
    ("aws_kms_key", "policy", &["key_id", "id", "arn"], "aws_kms_key_policy", "key_id"),
    (
        "aws_opensearch_domain",
        "access_policies",
        &["domain_name"],
        "aws_opensearch_domain_policy",
        "domain_name",
    ),
    ("aws_s3_bucket", "policy", &["bucket", "id"], "aws_s3_bucket_policy", "bucket"),
    ("aws_secretsmanager_secret", "policy", &["arn", "id"], "aws_secretsmanager_secret_policy", "secret_arn"),
    ("aws_sns_topic", "policy", &["arn", "id"], "aws_sns_topic_policy", "arn"),
    ("aws_sqs_queue", "policy", &["id", "url"], "aws_sqs_queue_policy", "queue_url"),
    ("aws_vpc_endpoint", "policy", &["id"], "aws_vpc_endpoint_policy", "vpc_endpoint_id"),
];

/// True if a resource of this type, with these bytes, may affect access.
pub(super) fn is_of_interest(kind: &str, raw: Raw<'_>) -> bool {
    !slots::of_type(SLOTS, kind).is_empty()
        || OTHER_TYPES.contains(&kind)
        || built::TYPES.contains(&kind)
        || NESTED_STACKS.contains(&kind)
        || attachments::makes_links(kind, raw)
        || text::mentions_policy(raw.text())
}

/// Reads a plan.
///
/// # Errors
/// The version is not supported, the plan is too large, or it has a member twice.
pub(super) fn read(source: &Source, root: Raw<'_>, options: &Options) -> Result<Container, Fault> {
    let text = source.text();
    let names = [
        "format_version",
        "resource_changes",
        "planned_values",
        "prior_state",
        "configuration",
        "errored",
        "complete",
        "deferred_changes",
    ];
    let [version, changes, planned, prior, configuration, errored, complete, deferred] =
        root.fields(text, names)?;
    super::supported_version(version, root.span(text), text)?;
    let mut container = Container::new(source, ContainerKind::Plan);
    let configuration = Configuration::read(text, configuration, options.limits.depth)?;
    let mut plan = Plan {
        text,
        source,
        options,
        configuration,
        documents: BTreeMap::new(),
        companions: BTreeSet::new(),
        owners: BTreeSet::new(),
        given: match &options.sources {
            Some(sources) => Some(Given::new(sources, Known::read(text, root)?)),
            None => None,
        },
        remarks: RefCell::default(),
    };
    let mut resources = Vec::new();
    let changes = list(changes, "resource_changes", text)?;
    for raw in &changes {
        let raw = *raw;
        object(Some(raw), "resource_changes[]", text)?;
        if let Some(resource) = plan.header(raw, &mut container)? {
            plan.companion(&resource)?;
            plan.owner(&resource)?;
            resources.push(resource);
        }
    }
    let reader = Reader { source, text, options };
    for resource in &resources {
        reader.resource(resource, &plan, &mut container)?;
        super::within_limits(&container, options)?;
    }
    container.notes.extend(plan.remarks.take());
    plan.incomplete(&mut container, [errored, complete, deferred])?;
    if changes.is_empty()
        && let Some(listed) =
            [planned, prior].into_iter().flatten().find(|raw| raw.text().contains("\"managed\""))
    {
        let message = "the plan has resources but none of their changes, which contain the policies";
        let fault =
            Diagnostic::warning(Code::PlanIncomplete, message, listed.span(text).first_character(text));
        container.incomplete.push(fault.with_help("plan without `-refresh-only`, or give the state"));
    }
    Ok(container)
}

struct Plan<'t, 'o> {
    text: &'t str,
    source: &'o Source,
    options: &'o Options,
    configuration: Configuration<'t>,
    /// Policy documents that are read during apply, by address.
    documents: BTreeMap<String, Resource<'t>>,
    /// Resources whose policy another resource sets: type, identifier, and the name of the block or an empty text.
    companions: BTreeSet<(&'static str, String, String)>,
    /// Addresses, with the names and identifiers that the resources had before.
    owners: BTreeSet<(String, String)>,
    /// The configuration from which the plan was made.
    given: Option<Given<'t>>,
    /// Remarks about the configuration.
    remarks: RefCell<Vec<Diagnostic>>,
}

impl<'t> Plan<'t, '_> {
    /// Reads the resource of a change; `None` if it does not affect access.
    fn header(&mut self, raw: Raw<'t>, container: &mut Container) -> Result<Option<Resource<'t>>, Fault> {
        let text = self.text;
        let names = [
            "address",
            "previous_address",
            "module_address",
            "mode",
            "type",
            "name",
            "index",
            "deposed",
            "change",
        ];
        let [address, previous, module, mode, kind, name, index, deposed, change] =
            raw.fields(text, names)?;
        let string = |raw: Option<Raw<'t>>| raw.owned();
        let kind = string(kind);
        let is_data = string(mode) == "data";
        if !is_data {
            container.resources += 1;
            super::within_limits(container, self.options)?;
        }
        let is_deposed = deposed.is_some_and(|deposed| !deposed.is_null());
        let configured = format!("{kind}.{}", name.text_or_empty());
        let is_wanted = match is_data {
            true => kind == DOCUMENT,
            false => {
                is_of_interest(&kind, raw)
                    || raw.text().contains("policy")
                    || self.configuration.uses_documents(&module.text_or_empty(), &configured)
            }
        };
        if is_deposed || !is_wanted {
            return Ok(None);
        }
        let names = ["actions", "before", "after", "after_unknown", "before_sensitive", "after_sensitive"];
        let Some(change) = object(change, "change", text)? else {
            let message = format!("`{}` has no `change`", address.text_or_empty());
            return Err(Box::new(Diagnostic::error(
                Code::WrongType,
                message,
                raw.span(text).first_character(text),
            )));
        };
        let [actions, before, after, unknown, before_sensitive, after_sensitive] =
            change.fields(text, names)?;
        let (before, after) = (object(before, "before", text)?, object(after, "after", text)?);
        let mut before = Values { value: before, unknown: None, sensitive: before_sensitive };
        let mut after = Values { value: after, unknown, sensitive: after_sensitive };
        let forgets = actions.elements().into_iter().any(|action| action.text() == "\"forget\"");
        let change = of_actions(actions);
        match change {
            // The old object stays in AWS beside the new one.
            Change::Create if forgets => before = Values::default(),
            // The object stays in AWS.
            Change::Forget => after = before,
            _ => {}
        }
        let resource = Resource {
            raw,
            address: string(address),
            previous: previous.and_then(Raw::string).map(|address| address.into_owned()),
            module: string(module),
            key: index.map_or_else(String::new, instance_key),
            kind,
            name: string(name),
            change,
            before: Some(before),
            after,
        };
        if is_data {
            self.documents.insert(resource.address.clone(), resource);
            return Ok(None);
        }
        Ok(Some(resource))
    }

    /// Notes whose policy this resource sets.
    fn companion(&mut self, resource: &Resource<'t>) -> Result<(), Fault> {
        for (owner, _, _, other, member) in COPIES.iter().filter(|copy| copy.3 == resource.kind) {
            for values in [Some(resource.after), resource.before].into_iter().flatten() {
                let Some(value) = values.value else { continue };
                let id = value.member(self.text, member)?.and_then(Raw::string);
                let block = match *other {
                    "aws_iam_role_policy" => value.member(self.text, "name")?.and_then(Raw::string),
                    _ => None,
                };
                let block = block.map_or_else(String::new, |name| format!("[{}].policy", quoted(&name)));
                if let Some(id) = id {
                    self.companions.insert((owner, id.into_owned(), block));
                }
            }
        }
        Ok(())
    }

    /// Notes the texts by which policies named this resource before.
    fn owner(&mut self, resource: &Resource<'t>) -> Result<(), Fault> {
        let Some(value) = resource.before.and_then(|values| values.value) else { return Ok(()) };
        for member in ["name", "id", "arn", "bucket", "url"] {
            if let Some(text) = value.member(self.text, member)?.and_then(Raw::string) {
                self.owners.insert((resource.address.clone(), text.into_owned()));
            }
        }
        Ok(())
    }

    fn incomplete(
        &self,
        container: &mut Container,
        [errored, complete, deferred]: [Option<Raw<'t>>; 3],
    ) -> Result<(), Fault> {
        let mut tell = |code: Code, message: String, place: Raw<'t>| {
            let fault = Diagnostic::warning(code, message, place.span(self.text));
            container.incomplete.push(fault);
        };
        if let Some(errored) = errored.filter(|errored| errored.is_true()) {
            let message = "the plan ended with an error, so it does not list all changes";
            tell(Code::PlanErrored, message.to_owned(), errored);
        }
        if let Some(complete) = complete.filter(|complete| complete.text() == "false") {
            let message = "the plan is not complete: applying it leaves changes for another plan";
            tell(Code::PlanIncomplete, message.to_owned(), complete);
        }
        for raw in list(deferred, "deferred_changes", self.text)? {
            let [reason, change] = raw.fields(self.text, ["reason", "resource_change"])?;
            let address = match change {
                Some(change) => change.member(self.text, "address")?.and_then(Raw::string),
                None => None,
            };
            let what = match &address {
                Some(address) => format!("`{address}`"),
                None => "a resource".to_owned(),
            };
            let why = match reason.and_then(Raw::string) {
                Some(reason) => format!(" ({reason})"),
                None => String::new(),
            };
            tell(Code::ChangeDeferred, format!("the change of {what} is deferred{why}"), raw);
        }
        Ok(())
    }

    /// Returns the content of the document that references name, if they name one and it is that document unchanged.
    fn presumed(
        &self,
        references: &[String],
        resource: &Resource<'t>,
        (name, span): (&str, Span),
    ) -> Result<Option<Content>, Fault> {
        let Some(made) =
            self.followed(references, &resource.module, &resource.key, self.options.limits.references)?
        else {
            return Ok(None);
        };
        Ok(Some(match made {
            Made::Text(policy) => {
                let origin = Origin::Presumed;
                let limits = &self.options.policy_limits;
                assumed(text::content(self.source, name, &policy, span, origin, limits))
            }
            Made::Partly(holes, policy) => Content::Partly {
                holes,
                worlds: policy
                    .map(|policy| World {
                        choices: Vec::new(),
                        policy: Some(policy),
                        assumptions: vec![Code::PlainReferences],
                    })
                    .into_iter()
                    .collect(),
            },
            Made::Unknown(reason) => Content::Unknown { reason, references: Vec::new(), presumed: None },
        }))
    }

    /// Returns the policy that an attribute is by the configuration, or why that does not say it; `None` without a configuration.
    fn evaluated(
        &self,
        resource: &Resource<'t>,
        attribute: &str,
        (references, is_one): (&[String], bool),
        (name, span): (&str, Span),
    ) -> Option<Result<Content, String>> {
        let given = self.given.as_ref()?;
        let references = is_one.then_some(references);
        let wanted = Wanted { address: &resource.address, attribute, references };
        let slot = Slot { source: self.source, name, span, limits: &self.options.policy_limits };
        Some(evaluated(given, wanted, slot, &self.options.values).map_err(|failure| {
            let told = failure.told();
            if failure.differs {
                let message = format!("`{name}`: the sources are not those of the plan: {told}");
                let place = resource.raw.span(self.text).first_character(self.text);
                self.remarks.borrow_mut().push(Diagnostic::warning(Code::SourceDiffers, message, place));
            }
            told
        }))
    }

    fn followed(
        &self,
        references: &[String],
        module: &str,
        key: &str,
        most: usize,
    ) -> Result<Option<Made>, Fault> {
        let found = references::document(&self.configuration, references, module, key, most)?;
        let document = found.and_then(|address| self.documents.get(&address));
        let (Some(document), Some(most)) = (document, most.checked_sub(1)) else { return Ok(None) };
        let Some(after) = document.after.value else { return Ok(None) };
        let configured = format!("data.{}", document.configured());
        let written = self.configuration.written(&document.module, &configured, "statement")?;
        let unknown_name = match written {
            Written::As(references) => longest(&references).join(", "),
            Written::Not | Written::NoResource => String::new(),
        };
        let arguments = Arguments {
            after,
            unknown: document.after.unknown,
            sources: self.texts(document, "source_policy_documents", most)?,
            overrides: self.texts(document, "override_policy_documents", most)?,
            unknown_name,
            values: &self.options.values,
        };
        make(self.text, &arguments).map(Some)
    }

    /// Returns the texts of the documents merged into a document; `None` for unknown ones.
    fn texts(
        &self,
        document: &Resource<'t>,
        member: &str,
        most: usize,
    ) -> Result<Vec<Option<String>>, Fault> {
        let of = |raw: Option<Raw<'t>>| match raw {
            Some(raw) => raw.member(self.text, member),
            None => Ok(None),
        };
        let (value, unknown) = (of(document.after.value)?, of(document.after.unknown)?);
        if unknown.is_some_and(Raw::is_true) {
            return Ok(vec![None]);
        }
        let (values, unknown) = (value.elements(), unknown.elements());
        let count = values.len().max(unknown.len());
        let mut texts = Vec::with_capacity(count);
        for index in 0..count {
            let is_unknown = unknown.get(index).is_some_and(|raw| raw.is_true());
            let known = values.get(index).and_then(|raw| raw.string()).filter(|_| !is_unknown);
            let text = match known {
                Some(text) => Some(text.into_owned()),
                // It is not known which of several references is which element.
                None if count == 1 => {
                    let configured = format!("data.{}", document.configured());
                    match self.configuration.written(&document.module, &configured, member)? {
                        Written::As(references) => {
                            match self.followed(&references, &document.module, &document.key, most)? {
                                Some(Made::Text(text)) => Some(text),
                                _ => None,
                            }
                        }
                        Written::Not | Written::NoResource => None,
                    }
                }
                None => None,
            };
            texts.push(text);
        }
        Ok(texts)
    }

    /// Lists the references of a place; `None` if it is not configured.
    fn references(
        &self,
        resource: &Resource<'t>,
        attribute: &str,
    ) -> Result<Option<(Vec<String>, bool)>, Fault> {
        let (top, rest) = attribute.find(['.', '[']).map_or((attribute, ""), |end| attribute.split_at(end));
        let configured = resource.configured();
        let written = self.configuration.written(&resource.module, &configured, top)?;
        Ok(match written {
            Written::NoResource => Some((Vec::new(), false)),
            // Generated blocks are not in the configuration; the plan has their known elements.
            Written::Not if !rest.is_empty() => Some((Vec::new(), false)),
            Written::Not => None,
            Written::As(all) if rest.is_empty() => Some((all, true)),
            Written::As(all) => {
                let inner = rest.rsplit_once('.').map_or(rest, |(_, inner)| inner);
                let blocks = self.configuration.block((&resource.module, &configured), top, inner)?;
                match blocks.as_slice() {
                    [one] => Some((one.clone(), true)),
                    _ => Some((all, false)),
                }
            }
        })
    }
}

impl<'t> Unknowns<'t> for Plan<'t, '_> {
    fn unknown(
        &self,
        resource: &Resource<'t>,
        place: &Place<'t>,
        name: &str,
    ) -> Result<Option<Content>, Fault> {
        let Some((references, is_one)) = self.references(resource, &place.attribute)? else {
            return Ok(None);
        };
        let span = super::resource::entry(self.text, resource, place).span;
        let of_sources = self.evaluated(resource, &place.attribute, (&references, is_one), (name, span));
        let why = match of_sources {
            Some(Ok(content)) => return Ok(Some(content)),
            Some(Err(why)) => format!("; the sources do not decide it: {why}"),
            None => String::new(),
        };
        let presumed = match is_one {
            true => self.presumed(&references, resource, (name, span))?,
            false => None,
        };
        if self.options.assume_plain_references
            && let Some(presumed) = presumed
        {
            return Ok(Some(presumed));
        }
        let names = longest(&references);
        let reason = match names.as_slice() {
            [] => format!("its text is known after apply{why}"),
            names => format!("its text is known after apply; it is made of {}{why}", names.join(", ")),
        };
        Ok(Some(Content::Unknown { reason, references: names, presumed: presumed.map(Box::new) }))
    }

    fn is_copy(&self, resource: &Resource<'t>, attribute: &str) -> Result<bool, Fault> {
        for (owner, top, ids, _, _) in COPIES.iter().filter(|copy| copy.0 == resource.kind) {
            let Some(block) = attribute.strip_prefix(top) else { continue };
            let configured = resource.configured();
            if self.configuration.written(&resource.module, &configured, top)? != Written::Not {
                continue;
            }
            for values in [Some(resource.after), resource.before].into_iter().flatten() {
                let Some(value) = values.value else { continue };
                for id in ids.iter() {
                    let Some(id) = value.member(self.text, id)?.and_then(Raw::string) else { continue };
                    if self.companions.contains(&(*owner, id.into_owned(), block.to_owned())) {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }

    fn unrecognised(&self, resource: &Resource<'t>, attribute: &str) -> Result<Option<Content>, Fault> {
        let references =
            match self.configuration.written(&resource.module, &resource.configured(), attribute)? {
                Written::Not => return Ok(None),
                Written::NoResource => Vec::new(),
                Written::As(references) => references,
            };
        let is_named = slots::names_a_policy(&resource.kind, attribute);
        if !is_named && !references.iter().any(|reference| reference.contains(DOCUMENT)) {
            return Ok(None);
        }
        let references = longest(&references);
        let reason = "its text is known after apply".to_owned();
        Ok(Some(Content::Unknown { reason, references, presumed: None }))
    }

    fn refers_to(&self, resource: &Resource<'t>, attribute: &str) -> Result<Option<String>, Fault> {
        let Some((references, _)) = self.references(resource, attribute)? else { return Ok(None) };
        let names = longest(&references);
        Ok(Some(if names.is_empty() {
            format!("{}.{attribute}", resource.address)
        } else {
            names.join(", ")
        }))
    }

    fn keeps_owner(&self, resource: &Resource<'t>, attribute: &str, value: &str) -> Result<bool, Fault> {
        let Some(reference) = self.refers_to(resource, attribute)? else { return Ok(true) };
        let owner = reference.rsplit_once('.').map(|(address, _)| match resource.module.as_str() {
            "" => address.to_owned(),
            module => format!("{module}.{address}"),
        });
        Ok(owner.is_some_and(|address| self.owners.contains(&(address, value.to_owned()))))
    }

    fn named(&self, resource: &Resource<'t>, attribute: &str) -> Result<Option<String>, Fault> {
        let Some((references, true)) = self.references(resource, attribute)? else { return Ok(None) };
        let most = self.options.limits.references;
        references::identity(&self.configuration, &references, &resource.module, &resource.key, most)
    }
}

/// Returns the change that a list of actions makes. A new object that replaces one which Terraform forgets is created.
fn of_actions(actions: Option<Raw<'_>>) -> Change {
    let actions: Vec<_> = actions.elements().into_iter().filter_map(Raw::string).collect();
    let actions: Vec<&str> = actions.iter().map(|action| &**action).collect();
    match actions.as_slice() {
        ["no-op"] => Change::NoOp,
        ["create"] | ["create", "forget"] | ["forget", "create"] => Change::Create,
        ["delete"] => Change::Delete,
        ["delete", "create"] | ["create", "delete"] => Change::Replace,
        ["forget"] => Change::Forget,
        _ => Change::Update,
    }
}

/// Returns the content with the remark that it is only assumed to be the policy.
fn assumed(content: Content) -> Content {
    match content {
        Content::Text { mut read, origin } => {
            if let Some(document) = &mut read.document {
                let message =
                    "the policy is assumed to be the document that the attribute refers to, unchanged";
                let remark = Diagnostic::warning(Code::PlainReferences, message, document.span);
                document.warnings.push(remark.clone());
                read.diagnostics.push(remark);
            }
            Content::Text { read, origin }
        }
        content => content,
    }
}

/// Returns the references without those that are a prefix of another one, each once.
fn longest(references: &[String]) -> Vec<String> {
    let all: BTreeSet<&str> = references.iter().map(String::as_str).collect();
    let is_part = |reference: &str| {
        ['.', '['].into_iter().any(|sign| {
            let start = format!("{reference}{sign}");
            all.range(start.as_str()..).next().is_some_and(|next| next.starts_with(&start))
        })
    };
    let mut kept = BTreeSet::new();
    let longest =
        references.iter().filter(|reference| !is_part(reference) && kept.insert(reference.as_str()));
    longest.cloned().collect()
}
