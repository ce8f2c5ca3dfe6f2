//! All policies of an account: `aws iam get-account-authorization-details`.

use super::entry::{Attachment, Change, Container, Content, Entry, Link, Origin};
use super::identity::{Identity, IdentityKind};
use super::kind::{ContainerKind, PolicyKind};
use super::options::Options;
use super::places::{PlaceValue, Values, texts_like_policies};
use super::raw::{Fault, Optional, Raw, list};
use super::text;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::limits::InputLimits;
use crate::policy::{ResourceType, document, part_of};
use crate::span::{Source, Span};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The members of `get-account-authorization-details`: its lists, then those that say that pages follow.
pub(crate) const DETAILS: [&str; 7] =
    ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies", "IsTruncated", "NextToken", "Marker"];

/// Reads a dump.
///
/// # Errors
/// It is too large or has a member twice.
pub(super) fn read(source: &Source, root: Raw<'_>, options: &Options) -> Result<Container, Fault> {
    let text = source.text();
    let [users, groups, roles, policies, truncated, next, marker] = root.fields(text, DETAILS)?;
    let mut dump = Dump {
        source,
        text,
        options,
        container: Container::new(source, ContainerKind::Dump),
        older: 0,
        older_documents: BTreeSet::new(),
    };
    for (members, name, inline) in [
        (users, "UserDetailList", "UserPolicyList"),
        (groups, "GroupDetailList", "GroupPolicyList"),
        (roles, "RoleDetailList", "RolePolicyList"),
    ] {
        for (index, owner) in list(members, name, text)?.into_iter().enumerate() {
            dump.owner(owner, inline, &format!("/{name}/{index}"))?;
        }
    }
    for (index, policy) in list(policies, "Policies", text)?.into_iter().enumerate() {
        dump.managed(policy, &format!("/Policies/{index}"))?;
    }
    dump.rest(root)?;
    // With `--max-items`, the AWS CLI's only hint is a token for continuing.
    let goes_on = [next, marker].into_iter().flatten().find(|token| !Some(*token).text_or_empty().is_empty());
    if let Some(truncated) = truncated.filter(|truncated| truncated.is_true()).or(goes_on) {
        let message = "the answer is truncated";
        let fault = Diagnostic::warning(Code::TruncatedAnswer, message, truncated.span(text));
        dump.container.incomplete.push(fault.with_help("let the AWS CLI fetch all pages"));
    }
    if dump.older > 0 {
        let message =
            format!("{} versions of managed policies are not in effect and not checked", dump.older);
        dump.container.notes.push(Diagnostic::warning(Code::OlderVersions, message, Span::default()));
    }
    Ok(dump.container)
}

struct Dump<'t, 'o> {
    source: &'o Source,
    text: &'t str,
    options: &'o Options,
    container: Container,
    /// The number of versions of managed policies that are not the default.
    older: usize,
    /// Where their documents start.
    older_documents: BTreeSet<u32>,
}

impl<'t> Dump<'t, '_> {
    /// Returns a user, a group or a role.
    fn owner(&mut self, owner: Raw<'t>, inline: &str, pointer: &str) -> Result<(), Fault> {
        let text = self.text;
        let (role, owned, id) = match inline {
            "UserPolicyList" => ("user", "UserName", "UserId"),
            "GroupPolicyList" => ("group", "GroupName", "GroupId"),
            _ => ("role", "RoleName", "RoleId"),
        };
        self.count()?;
        let names = [
            "Arn",
            owned,
            "AssumeRolePolicyDocument",
            inline,
            "AttachedManagedPolicies",
            "PermissionsBoundary",
            "GroupList",
            id,
        ];
        let [arn, name, trust, inline_policies, attached, boundary, groups, id] =
            owner.fields(text, names)?;
        let address = address(arn, role, name);
        let kind = match inline {
            "UserPolicyList" => "AWS::IAM::User",
            "GroupPolicyList" => "AWS::IAM::Group",
            _ => "AWS::IAM::Role",
        };
        self.identity(kind, &address, [name, arn, id]);
        if let Some(trust) = trust {
            let attribute = "AssumeRolePolicyDocument".to_owned();
            let pointer = format!("{pointer}/AssumeRolePolicyDocument");
            self.add((&address, kind), (attribute, pointer), trust, PolicyKind::Trust)?;
        }
        for (index, policy) in list(inline_policies, inline, text)?.into_iter().enumerate() {
            let [name, body] = policy.fields(text, ["PolicyName", "PolicyDocument"])?;
            let name = name.text_or_empty();
            let attribute = format!("{inline}[{name:?}]");
            match body {
                Some(body) => {
                    let pointer = format!("{pointer}/{inline}/{index}/PolicyDocument");
                    self.add((&address, kind), (attribute, pointer), body, PolicyKind::Identity)?;
                }
                None => self.missing((&address, kind), attribute, policy),
            }
        }
        let mut add = |attribute: &str, policy: Option<Raw<'t>>, link: Link| {
            let policy = policy.and_then(Raw::string).map(|arn| arn.into_owned());
            let attribute = match attribute {
                "PermissionsBoundary" => attribute.to_owned(),
                list => Attachment::element(list, policy.as_deref()),
            };
            self.container.attachments.push(Attachment {
                address: address.clone(),
                attribute,
                policy,
                reference: None,
                resource: None,
                to: vec![address.clone()],
                link,
                change: Change::None,
                condition: None,
            });
        };
        for policy in list(attached, "AttachedManagedPolicies", text)? {
            add("AttachedManagedPolicies", policy.member(text, "PolicyArn")?, Link::Policy);
        }
        for group in list(groups, "GroupList", text)? {
            add("GroupList", Some(group), Link::Membership);
        }
        if let Some(boundary) = boundary {
            add("PermissionsBoundary", boundary.member(text, "PermissionsBoundaryArn")?, Link::Boundary);
        }
        Ok(())
    }

    /// Returns a managed policy: only its default version is in effect.
    fn managed(&mut self, policy: Raw<'t>, pointer: &str) -> Result<(), Fault> {
        let text = self.text;
        self.count()?;
        let members = ["Arn", "PolicyName", "PolicyVersionList", "DefaultVersionId"];
        let [arn, name, versions, default] = policy.fields(text, members)?;
        let address = address(arn, "policy", name);
        self.identity("AWS::IAM::ManagedPolicy", &address, [name, arn, None]);
        let mut has_default = false;
        for (index, version) in list(versions, "PolicyVersionList", text)?.into_iter().enumerate() {
            let [body, is_default, id] =
                version.fields(text, ["Document", "IsDefaultVersion", "VersionId"])?;
            let is_named = id.is_some() && id.and_then(Raw::string) == default.and_then(Raw::string);
            match body {
                Some(body) if is_named || is_default.is_none_or(Raw::is_true) => {
                    has_default = true;
                    let pointer = format!("{pointer}/PolicyVersionList/{index}/Document");
                    let place = ("Document".to_owned(), pointer);
                    self.add((&address, "AWS::IAM::ManagedPolicy"), place, body, PolicyKind::Identity)?;
                }
                _ => {
                    self.older += 1;
                    self.older_documents.extend(body.map(|body| body.span(text).start));
                }
            }
        }
        if !has_default {
            self.missing((&address, "AWS::IAM::ManagedPolicy"), "Document".to_owned(), policy);
        }
        Ok(())
    }

    /// Notes a user, a group, a role or a managed policy.
    fn identity(&mut self, resource: &str, address: &str, [name, arn, id]: [Option<Raw<'t>>; 3]) {
        let Some(kind) = IdentityKind::of_resource(resource) else { return };
        let text = |raw: Option<Raw<'t>>| raw.and_then(Raw::string).map(Cow::into_owned);
        let of_address = address.rsplit('/').next().map(str::to_owned);
        let name = text(name).or(of_address);
        let (arn, id, address) = (text(arn), text(id), address.to_owned());
        self.container.identities.push(Identity { kind, address, name, arn, id });
    }

    /// A policy that is known by name, without its document.
    fn missing(&mut self, (address, resource): (&str, &str), attribute: String, policy: Raw<'t>) {
        let content = Content::Unknown {
            reason: "its document, or the version of it that is in effect, is not in the file".to_owned(),
            references: Vec::new(),
            presumed: None,
        };
        let span = policy.span(self.text).first_character(self.text);
        let entry = self.entry((address, resource), (attribute, String::new()), span, PolicyKind::Identity);
        self.container.entries.push(Entry { content, ..entry });
    }

    /// Adds everything that looks like a policy elsewhere in the file.
    fn rest(&mut self, root: Raw<'t>) -> Result<(), Fault> {
        let values = Values { value: Some(root), ..Values::default() };
        let told: BTreeSet<u32> = self.container.entries.iter().map(|entry| entry.span.start).collect();
        let skip = |value: Raw<'t>| {
            let start = value.span(self.text).start;
            told.contains(&start) || self.older_documents.contains(&start)
        };
        for place in texts_like_policies(self.text, values, &skip, self.options.limits.depth)? {
            let PlaceValue::Known(body) = place.value else { continue };
            let place = (place.attribute, String::new());
            let entry = self.entry(("account", ""), place, body.span(self.text), PolicyKind::Identity);
            let content = content(self.source, (&entry.name, ""), body, self.options);
            self.container.entries.push(Entry { content, kind: None, ..entry });
        }
        super::within_limits(&self.container, self.options)
    }

    fn count(&mut self) -> Result<(), Fault> {
        self.container.resources += 1;
        super::within_limits(&self.container, self.options)
    }

    fn add(
        &mut self,
        (address, resource): (&str, &str),
        (attribute, pointer): (String, String),
        body: Raw<'t>,
        kind: PolicyKind,
    ) -> Result<(), Fault> {
        let name = format!("{address}.{attribute}");
        let content = content(self.source, (&name, &pointer), body, self.options);
        if matches!(content, Content::Absent) {
            return Ok(());
        }
        let span = body.span(self.text);
        let entry = self.entry((address, resource), (attribute, pointer), span, kind);
        self.container.entries.push(Entry { content, ..entry });
        super::within_limits(&self.container, self.options)
    }

    fn entry(
        &self,
        (address, resource): (&str, &str),
        (attribute, pointer): (String, String),
        span: Span,
        kind: PolicyKind,
    ) -> Entry {
        let name = format!("{address}.{attribute}");
        let is_trust = kind == PolicyKind::Trust;
        Entry {
            key: name.clone(),
            name,
            address: address.to_owned(),
            attribute,
            resource: resource.to_owned(),
            kind: Some(kind),
            resource_type: if is_trust {
                ResourceType::from_name("AWS::IAM::AssumeRolePolicyDocument")
            } else {
                None
            },
            subject: Some(address.to_owned()),
            change: Change::None,
            previous_name: None,
            sensitive: false,
            condition: None,
            span,
            pointer,
            content: Content::Absent,
            before: None,
        }
    }
}

/// Returns the policy in a value: an object, with places in the file, or a text, with places of its own.
pub(crate) fn content(
    source: &Source,
    (name, pointer): (&str, &str),
    body: Raw<'_>,
    options: &Options,
) -> Content {
    let span = body.span(source.text());
    let limits: &InputLimits = &options.policy_limits;
    if let Some(policy) = body.string() {
        if !body.is_sound() {
            return text::unsound(source, span);
        }
        return text::content(source, name, &policy, span, Origin::Written, limits);
    }
    if !body.is_object() {
        return text::content(source, name, body.text(), span, Origin::Written, limits);
    }
    match part_of(source.text(), body.text(), limits) {
        Some((json, faults)) => {
            let source = source.named(format!("{}#{name}", source.name()));
            let read = document(&source, &json, pointer.to_owned(), faults, limits).into();
            Content::Text { read, origin: Origin::Written }
        }
        None => text::content(source, name, body.text(), span, Origin::Written, limits),
    }
}

/// Returns `role/path/App` for `arn:aws:iam::111122223333:role/path/App`; AWS's own policies get the prefix `aws:`.
fn address(arn: Option<Raw<'_>>, role: &str, name: Option<Raw<'_>>) -> String {
    let arn = arn.text_or_empty();
    if arn.is_empty() {
        return format!("{role}/{}", name.text_or_empty());
    }
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        [_, _, _, _, "aws", name] => format!("aws:{name}"),
        [_, _, _, _, _, name] => (*name).to_owned(),
        _ => arn.into_owned(),
    }
}
