//! Any JSON that holds several policies: answers of the AWS CLI, lists that people keep.

use super::entry::{Change, Container, Content, Entry, Origin};
use super::kind::{ContainerKind, PolicyKind};
use super::options::Options;
use super::text;
use crate::diagnostic::Diagnostic;
use crate::limits::InputLimits;
use crate::policy::{PolicyType, ResourceType, document, find_all, tree};
use crate::span::Source;

/// Reads a list of policies; `None` if there are not several.
///
/// # Errors
/// It is not JSON, or has a key twice.
pub(super) fn read(source: &Source, options: &Options) -> Result<Option<Container>, Vec<Diagnostic>> {
    let limits = InputLimits {
        bytes: options.limits.bytes,
        members: options.limits.policies,
        ..options.policy_limits
    };
    let (json, faults) = tree(source.text(), &limits)?;
    let found = find_all(&json, &limits);
    if found.policies.len() < 2 {
        return Ok(None);
    }
    // What looks like a policy and cannot be judged is never passed over.
    let faults: Vec<Diagnostic> = faults.into_iter().chain(found.unread).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    let found = found.policies;
    let mut container = Container::new(source, ContainerKind::List);
    container.resources = found.len();
    super::within_limits(&container, options).map_err(|fault| vec![*fault])?;
    for policy in found {
        let name = name(&policy.pointer);
        let content = match &policy.text {
            Some(policy_text) => {
                let span = policy.json.span;
                text::content(source, &name, policy_text, span, Origin::Written, &options.policy_limits)
            }
            None => {
                let pointer = policy.pointer.clone();
                let source = source.named(format!("{}#{name}", source.name()));
                let read = document(&source, policy.json, pointer, Vec::new(), &options.policy_limits).into();
                Content::Text { read, origin: Origin::Written }
            }
        };
        let is_trust = policy.pointer.ends_with("/AssumeRolePolicyDocument");
        let kind = match content.document().map(|document| PolicyType::infer([document])) {
            _ if is_trust => PolicyKind::Trust,
            Some(PolicyType::Resource) => PolicyKind::Resource,
            Some(PolicyType::Identity | PolicyType::ServiceControl | PolicyType::ResourceControl) | None => {
                PolicyKind::Identity
            }
        };
        container.entries.push(Entry {
            key: name.clone(),
            address: name.clone(),
            name,
            attribute: String::new(),
            resource: String::new(),
            kind: Some(kind),
            resource_type: if is_trust {
                ResourceType::from_name("AWS::IAM::AssumeRolePolicyDocument")
            } else {
                None
            },
            subject: None,
            change: Change::None,
            previous_name: None,
            sensitive: false,
            condition: None,
            span: policy.json.span,
            pointer: policy.pointer,
            content,
            before: None,
        });
    }
    Ok(Some(container))
}

/// `Roles[0].AssumeRolePolicyDocument` of `/Roles/0/AssumeRolePolicyDocument`.
fn name(pointer: &str) -> String {
    let mut name = String::with_capacity(pointer.len());
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let is_index = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
        if is_index {
            name.push_str(&format!("[{step}]"));
        } else {
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(&step);
        }
    }
    name
}
