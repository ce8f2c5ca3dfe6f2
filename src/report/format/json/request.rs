//! Requests.

use crate::explain::display::KeyNames;
use crate::request::{HiddenAttributes, Request, Requester, RequesterKind};
use serde::{Serialize, Serializer};
use std::collections::BTreeSet;

/// A request; the keys of its context are spelled as in the documents.
#[derive(Serialize)]
pub(super) struct RequestView<'a> {
    principal: Option<Principal<'a>>,
    action: &'a str,
    resource: &'a str,
    context: Context<'a>,
    #[serde(skip_serializing_if = "Known::is_nothing")]
    facts: Known<'a>,
}

impl<'a> RequestView<'a> {
    pub(super) fn of(request: &'a Request, names: &'a KeyNames<'a>) -> RequestView<'a> {
        RequestView {
            principal: request.requester.as_ref().map(Principal::of),
            action: &request.action,
            resource: &request.resource,
            context: Context { request, names },
            facts: Known::of(&request.hidden),
        }
    }
}

#[derive(Serialize)]
struct Principal<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'static str>,
    #[serde(rename = "sessionArn", skip_serializing_if = "Option::is_none")]
    session_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
}

impl Principal<'_> {
    fn of(requester: &Requester) -> Principal<'_> {
        Principal {
            kind: kind(requester),
            service: match requester {
                Requester::Service { name } => Some(name),
                _ => None,
            },
            provider: match requester {
                Requester::WebIdentity { provider } | Requester::Saml { provider } => Some(provider),
                _ => None,
            },
            arn: requester.principal_arn(),
            parent: requester.parent_arn(),
            session: matches!(requester, Requester::AssumedRoot { .. }).then_some("AssumeRoot"),
            session_arn: match requester {
                Requester::RoleSession { .. } => requester.arn(),
                _ => None,
            },
            account: requester.account(),
        }
    }
}

/// Returns `principal.type`.
fn kind(requester: &Requester) -> &'static str {
    match requester.kind() {
        RequesterKind::Anonymous => "Anonymous",
        RequesterKind::Service => "Service",
        RequesterKind::WebIdentity | RequesterKind::Saml => "Federated",
        RequesterKind::Root
        | RequesterKind::User
        | RequesterKind::RoleSession
        | RequesterKind::FederatedUser
        | RequesterKind::AssumedRoot => "AWS",
    }
}

struct Context<'a> {
    request: &'a Request,
    names: &'a KeyNames<'a>,
}

impl Serialize for Context<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.request.context().map(|(key, values)| (self.names.name(key), values)))
    }
}

/// Attributes of the requester that only AWS knows.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Known<'a> {
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    unique_ids: &'a BTreeSet<String>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    canonical_users: &'a BTreeSet<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    permissions_boundary: bool,
}

impl<'a> Known<'a> {
    fn of(facts: &'a HiddenAttributes) -> Known<'a> {
        Known {
            unique_ids: &facts.unique_ids,
            canonical_users: &facts.canonical_users,
            permissions_boundary: facts.boundary,
        }
    }

    fn is_nothing(&self) -> bool {
        self.unique_ids.is_empty() && self.canonical_users.is_empty() && !self.permissions_boundary
    }
}
