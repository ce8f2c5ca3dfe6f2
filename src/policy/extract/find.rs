//! Finds every policy document in an answer, and every part that looks like one but cannot be read.
//!
//! Skipping a part would count it as harmless, so whatever resembles a policy is either found or reported.

use super::encoded::{is_cut_off_or_hidden, plain};
use super::resemblance::{
    function, is_lone_statement, is_policy_member, is_policy_version, managed_policy, resembles_policy,
};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::limits::InputLimits;
use crate::policy::json::{self, Json, JsonValue};
use crate::policy::pointer::escape;

/// The members in which AWS's answers carry policy documents.
const DOCUMENT_MEMBERS: [&str; 15] = [
    "AccessPolicies",
    "AssumeRolePolicyDocument",
    "Content",
    "Document",
    "InlinePolicy",
    "Policy",
    "PolicyDocument",
    "PolicyInJson",
    "PolicyText",
    "ResourcePolicy",
    "document",
    "policy",
    "policyDocument",
    "policyText",
    "resourcePolicy",
];
/// The depth to which texts inside texts are followed.
const MOST_NESTED: usize = 4;

/// A policy document inside an answer. It may have faults itself.
pub(crate) struct Found<'j, 't> {
    /// Its place, as a JSON pointer.
    pub(crate) pointer: String,
    /// The document, or the text that contains it.
    pub(crate) json: &'j Json<'t>,
    /// The text of the document, if it is inside a JSON string.
    pub(crate) text: Option<String>,
}

/// The parts of an answer that are a policy or look like one.
pub(crate) struct Findings<'j, 't> {
    /// The documents, in text order.
    pub(crate) policies: Vec<Found<'j, 't>>,
    /// Parts that look like a policy but cannot be read, each as an error.
    pub(crate) unread: Vec<Diagnostic>,
}

/// Finds the policies of an answer.
pub(crate) fn find_all<'j, 't>(json: &'j Json<'t>, limits: &InputLimits) -> Findings<'j, 't> {
    within(json, limits, MOST_NESTED)
}

fn within<'j, 't>(json: &'j Json<'t>, limits: &InputLimits, nested: usize) -> Findings<'j, 't> {
    let findings = Findings { policies: Vec::new(), unread: Vec::new() };
    let mut search = Search { limits, nested, findings };
    search.value(json, "", "");
    search.findings
}

struct Search<'j, 't, 'l> {
    limits: &'l InputLimits,
    /// The remaining depth to which texts inside texts are followed.
    nested: usize,
    findings: Findings<'j, 't>,
}

impl<'j, 't> Search<'j, 't, '_> {
    fn found(&mut self, pointer: &str, json: &'j Json<'t>, text: Option<String>) {
        self.findings.policies.push(Found { pointer: pointer.to_owned(), json, text });
    }

    fn unread(&mut self, json: &Json<'_>, why: impl Into<String>, help: &str) {
        if self.findings.unread.len() < self.limits.faults {
            let fault = Diagnostic::error(Code::PolicyNotRead, why, json.span).with_help(help);
            self.findings.unread.push(fault);
        }
    }

    /// Searches a value. `name` is the member of an object that it is, or in whose list it is.
    fn value(&mut self, json: &'j Json<'t>, pointer: &str, name: &str) {
        match &json.kind {
            JsonValue::Object(_) => self.object(json, pointer, name),
            JsonValue::Array(list) => {
                for (index, element) in list.iter().enumerate() {
                    self.value(element, &format!("{pointer}/{index}"), name);
                }
            }
            JsonValue::String(text) => self.text(json, text, pointer, name),
            JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) => {}
        }
    }

    fn object(&mut self, json: &'j Json<'t>, pointer: &str, name: &str) {
        let JsonValue::Object(members) = &json.kind else { return };
        let is_root = pointer.is_empty();
        let statement = json.member("Statement").map(|m| &m.value.kind);
        let is_policy = matches!(statement, Some(JsonValue::Object(_) | JsonValue::Array(_)));
        let is_meant =
            is_policy_version(json) || (DOCUMENT_MEMBERS.contains(&name) && resembles_policy(json));
        if is_policy || (is_meant && !is_root) {
            self.found(pointer, json, None);
            return;
        }
        if is_lone_statement(json) {
            self.unread(
                json,
                "this looks like a statement outside of a policy, so it was not checked",
                "put it into the `Statement` of a policy document",
            );
            return;
        }
        if let Some(function) = function(json, name) {
            self.unread(
                json,
                format!("the result of `{function}`, which is a policy or a part of one, is not known"),
                "give the policies as they are deployed, each in full",
            );
        }
        for member in members {
            let inner = format!("{pointer}/{}", escape(&member.key));
            self.value(&member.value, &inner, &member.key);
        }
    }

    fn text(&mut self, json: &'j Json<'t>, text: &str, pointer: &str, name: &str) {
        let named = pointer.is_empty() || DOCUMENT_MEMBERS.contains(&name);
        let decoded = plain(text).map(|(text, _)| text);
        let text = decoded.as_deref().unwrap_or(text);
        if text.trim_start().starts_with('{') {
            let is_policy = match json::tree(text, self.limits) {
                Ok((inner, _)) => {
                    let is_policy =
                        inner.member("Statement").is_some() || (named && resembles_policy(&inner));
                    if !is_policy && self.hides_policy(&inner, text) {
                        self.unread(
                            json,
                            "this text contains a policy among other things; it was not checked",
                            "give the policy a file of its own",
                        );
                    }
                    is_policy
                }
                Err(_) => named || is_cut_off_or_hidden(text),
            };
            if is_policy {
                self.found(pointer, json, Some(text.to_owned()));
            }
        } else if is_cut_off_or_hidden(text) {
            self.unread(
                json,
                "this text looks like a policy, or a part of one, and cannot be read",
                "give the policy as JSON",
            );
        } else if is_policy_member(name) && (text.contains("${") || text.starts_with("file://")) {
            self.unread(
                json,
                format!("`{name}` refers to a policy that is not in this file"),
                "give the policies as they are deployed, each in full",
            );
        } else if managed_policy(name, text) {
            self.unread(
                json,
                format!("the managed policy `{text}` is attached, and its document is not in this file"),
                "check it too: `aws iam get-policy-version` prints its document",
            );
        }
    }

    /// True if a text that is an object but not a policy contains a policy.
    fn hides_policy(&self, inner: &Json<'_>, text: &str) -> bool {
        match self.nested.checked_sub(1) {
            Some(nested) => {
                let findings = within(inner, self.limits, nested);
                !(findings.policies.is_empty() && findings.unread.is_empty())
            }
            None => is_cut_off_or_hidden(text),
        }
    }
}
