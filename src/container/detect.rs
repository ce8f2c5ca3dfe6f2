//! Detects the kind of a file by its content.

use super::raw::{Fault, Optional, Raw};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::span::Span;

/// The kind of a text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Detected<'t> {
    Plan(Raw<'t>),
    State(Raw<'t>),
    RawState(Raw<'t>),
    /// A CloudFormation template in JSON.
    JsonTemplate,
    /// A CloudFormation template in YAML.
    YamlTemplate,
    /// The answer of `aws cloudformation get-template`.
    TemplateAnswer(Raw<'t>),
    /// The answer of `aws iam get-account-authorization-details`.
    Dump(Raw<'t>),
    /// A policy, an answer with policies, or an unknown text.
    Other,
}

/// Members that only templates have at top level.
const TEMPLATE_MEMBERS: [&str; 3] = ["AWSTemplateFormatVersion", "Resources", "Transform"];

/// Detects the kind of a text.
///
/// # Errors The text is something that people give by mistake, or has a member twice.
pub(super) fn detect(text: &str) -> Result<Detected<'_>, Fault> {
    let body = after_mark(text);
    if !body.trim_start().starts_with('{') {
        return match mistake(text) {
            Some(mistake) => Err(Box::new(mistake)),
            None if has_template_key(body) => Ok(Detected::YamlTemplate),
            None => Ok(Detected::Other),
        };
    }
    let Some(root) = Raw::whole(text) else {
        return match mistake(text) {
            Some(mistake) => Err(Box::new(mistake)),
            None => Ok(Detected::Other),
        };
    };
    let names = [
        "Statement",
        "format_version",
        "resource_changes",
        "planned_values",
        "version",
        "resources",
        "AWSTemplateFormatVersion",
        "Resources",
        "Transform",
        "TemplateBody",
        "UserDetailList",
        "GroupDetailList",
        "RoleDetailList",
    ];
    let [
        statement,
        format,
        changes,
        planned,
        version,
        resources,
        header,
        template,
        transform,
        body,
        users,
        groups,
        roles,
    ] = root.fields(text, names)?;
    Ok(match () {
        () if statement.is_some() => Detected::Other,
        () if format.is_some() && changes.or(planned).is_some() => Detected::Plan(root),
        () if format.is_some() => Detected::State(root),
        () if version.is_some_and(|version| version.text() == "4")
            && resources.is_some_and(Raw::is_array) =>
        {
            Detected::RawState(root)
        }
        () if users.or(groups).or(roles).is_some_and(Raw::is_array) => Detected::Dump(root),
        () if body.is_some() => Detected::TemplateAnswer(root),
        () if template.is_some_and(Raw::is_object)
            && (header.or(transform).is_some() || has_types(text, template)?) =>
        {
            Detected::JsonTemplate
        }
        () => Detected::Other,
    })
}

/// True if every member of the resources is an object with a type, and there is at least one.
fn has_types(text: &str, resources: Option<Raw<'_>>) -> Result<bool, Fault> {
    let members = resources.members();
    for (_, resource) in &members {
        if resource.member(text, "Type")?.and_then(Raw::string).is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// True if a line without indentation has the name of a template's member.
fn has_template_key(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start_matches(['"', '\'']);
        TEMPLATE_MEMBERS.iter().any(|name| {
            let rest = line.strip_prefix(name).map(|rest| rest.trim_start_matches(['"', '\'', ' ']));
            rest.is_some_and(|rest| rest.starts_with(':'))
        })
    })
}

/// Returns the text after a byte order mark.
fn after_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// Recognises the texts that people give by mistake instead of a plan.
fn mistake(text: &str) -> Option<Diagnostic> {
    let place = Span::new(0, text.len()).first_character(text);
    let start = after_mark(text).trim_start();
    let first = start.lines().next().unwrap_or_default();
    if first.starts_with("{\"@level\"") || (first.starts_with('{') && first.contains("\"@message\":")) {
        let message = "this is the log of `terraform plan -json`, which does not have the planned values";
        return Some(Diagnostic::error(Code::PlanLog, message, place).with_help(
            "run `terraform plan -out tfplan`, then `terraform show -json tfplan > tfplan.json`",
        ));
    }
    let head: String = start.chars().take(HEAD).collect();
    let is_plan =
        ["Terraform will perform", "OpenTofu will perform", "Terraform used the selected providers"];
    if is_plan.iter().any(|text| head.contains(text)) {
        let message = "this is a plan in human-readable form, which does not have all values";
        return Some(Diagnostic::error(Code::PlanText, message, place).with_help(
            "run `terraform plan -out tfplan`, then `terraform show -json tfplan > tfplan.json`",
        ));
    }
    None
}

/// The number of characters in which the first sentence of a printed plan is searched for.
const HEAD: usize = 20_000;
