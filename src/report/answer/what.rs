//! The answer to `what-can`.

use super::who::{context_of, why_open};
use crate::check::{CanVerdict, Grant, SnapshotAnswer, WhatAnswer};
use crate::code::Code;
use crate::explain::display::{counted, one_line};
use crate::policy::Document;
use crate::report::issue::{Issue, Kind, Status, Subject};
use crate::request::Request;
use crate::snapshot::{Principal, Snapshot};
use serde_json::{Value, json};

/// The answer with what it is about.
#[derive(Clone, Copy, Debug)]
pub struct WhatCan<'a> {
    /// The argument that names the snapshot.
    pub name: &'a str,
    /// The snapshot.
    pub snapshot: &'a Snapshot,
    /// The user or role.
    pub principal: &'a Principal,
    /// The answer.
    pub answer: &'a WhatAnswer<'a>,
    /// True if a list that is not empty is a finding.
    pub expects_none: bool,
}

impl<'a> WhatCan<'a> {
    /// The ways to access that the list does not cover.
    pub const NOT_LOOKED_AT: [&'static str; 8] = [
        "calls that need no permission",
        "policies of resources that are not in the snapshot",
        "session policies",
        "KMS grants",
        "S3 access points and Access Grants",
        "ACLs",
        "RAM",
        "Block Public Access",
    ];

    /// Returns the request that shows a grant.
    pub(in crate::report) fn request<'g>(&self, answer: &'g SnapshotAnswer<'_>) -> Option<&'g Request> {
        match &answer.part.answer.verdict {
            CanVerdict::Can(witness) => Some(witness.request()),
            CanVerdict::Cannot(_) | CanVerdict::Unknown(_) => None,
        }
    }

    /// Returns the documents that decide about an answer.
    pub(in crate::report) fn documents<'g>(&self, answer: &'g SnapshotAnswer<'_>) -> Vec<&'g Document> {
        let part = &answer.part;
        part.layers.documents().map(|document| document.document()).chain(&part.wanted.scope).collect()
    }

    /// Returns the context of a request on one line.
    pub(in crate::report) fn context(&self, answer: &SnapshotAnswer<'_>, request: &Request) -> String {
        context_of(&self.documents(answer), request)
    }

    /// Returns the reasons why an answer leaves the list open.
    pub(in crate::report) fn why(&self, answer: &SnapshotAnswer<'_>) -> String {
        match self.request(answer) {
            Some(request) => one_line(&format!("{} on {} is allowed too", request.action, request.resource)),
            None => why_open(answer),
        }
    }

    /// Returns the name of the statement of a grant.
    pub(in crate::report) fn statement(&self, grant: &Grant<'_>) -> String {
        let sid = grant.statement().sid().map_or_else(String::new, |sid| format!(" {sid:?}"));
        format!("statement {}{sid} of {}", grant.statement, grant.document.source.name())
    }

    /// Returns a policy that allows at least what the principal can do: the statements that let it do something, or may.
    pub fn as_policy(&self) -> Value {
        let grants = self.answer.grants.iter().chain(&self.answer.open);
        let statements: Vec<Value> = grants.map(Grant::policy_statement).collect();
        json!({"Version": "2012-10-17", "Statement": statements})
    }

    /// Returns the answer in one sentence.
    pub fn sentence(&self) -> String {
        let answer = self.answer;
        let grants = match answer.grants.len() {
            0 => "nothing".to_owned(),
            several => counted(several, "grant"),
        };
        let name = self.principal.short();
        match answer.is_complete() {
            true if answer.grants.is_empty() => {
                format!(
                    "nothing, complete: proved that {name} can make no such request that needs permission"
                )
            }
            true => format!("{grants}, complete: proved that {name} can do nothing beside these"),
            false => {
                let mut open = Vec::new();
                if !answer.open.is_empty() {
                    open.push(format!("{} of which it is not known", answer.open.len()));
                }
                if answer.rest.is_some() || answer.open.is_empty() {
                    open.push("there may be others".to_owned());
                }
                format!("{grants}, NOT complete: {}", open.join(", and "))
            }
        }
    }

    /// Returns the issues: what is granted, if nothing was expected, and what is not known.
    pub fn issues(&self) -> Vec<Issue> {
        let name = self.principal.short();
        let expected = self.answer.grants.iter().filter(|_| self.expects_none);
        let mut issues: Vec<Issue> = expected
            .map(|grant| {
                let statement = self.statement(grant);
                let title = format!("{name} can make requests that {statement} allows");
                Issue::new(Kind::Finding, Code::CanAccess, one_line(&title)).with_fingerprint(&[
                    Code::CanAccess.as_str(),
                    &self.principal.arn,
                    &statement,
                ])
            })
            .collect();
        let open = self.answer.open.iter().map(|grant| {
            let what = format!("{name} can make requests that {} allows", self.statement(grant));
            (what, self.why(&grant.answer))
        });
        let rest = self.answer.rest.iter().map(|rest| (format!("{name} can do more"), self.why(rest)));
        issues.extend(open.chain(rest).map(|(what, why)| {
            let title = format!("it is not known if {what}: {why}");
            Issue::new(Kind::Unknown, Code::IncompleteSnapshot, one_line(&title))
        }));
        issues
    }

    /// Converts the answer to the common form of all formats.
    pub fn subject(&self, status: Status) -> Subject {
        Subject {
            name: self.name.to_owned(),
            file: None,
            rule: None,
            status,
            message: one_line(&format!("{}: {}", self.principal.short(), self.sentence())),
            issues: self.issues(),
        }
    }
}
