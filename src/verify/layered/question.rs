//! A question over layers as a certificate states it: the layers, the requesters, and the documents that the verifier makes from
//! both.

use super::rules::{allowing, by, on, with};
use crate::policy::{Document, Effect, Layers, is_account_id};
use crate::query::{Before, Callers, Layered, Query};
use crate::request::{Requester, RequesterKind as Kind};
use crate::verify::Refusal;
use serde_json::json;

/// The most accounts of the resources in question that are looked at one by one. That of a resource of a further one is open.
const ACCOUNTS: usize = 8;

/// A question over layers, for the verifier and for those who prove what it has to verify.
#[derive(Debug)]
pub struct LayeredClaim<'a> {
    pub(super) layers: Layers<&'a Document>,
    /// The layers before a change, which have to refuse the request.
    pub(super) before: Option<Before<&'a Document>>,
    pub(super) scope: &'a [Document],
    pub(super) who: Who,
    pub(super) accounts: Vec<Account>,
    pub(super) facts: Facts,
    callers: Callers,
}

/// The requesters.
#[derive(Debug)]
pub(super) struct Who {
    pub(super) kinds: Vec<Kind>,
    pub(super) account: Option<String>,
    pub(super) is_service_role: bool,
    /// Any call by a requester with their name.
    pub(super) named: Option<Document>,
}

/// An account that the question names.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) id: String,
    /// Any call on its resources.
    pub(super) on: Document,
    /// Any call by its principals.
    pub(super) by: Document,
    /// Any call whose context names it, if it names an account, as that of the resource.
    pub(super) owning: Document,
}

/// Facts about the context of each request, as far as the policies test it.
#[derive(Debug)]
pub(super) struct Facts {
    /// The key that names the account of the resource is absent.
    pub(super) without_owner: Option<Document>,
    /// The principal is a member of the organization.
    pub(super) member: Vec<Document>,
    /// The resource, if an organization is named, is one of the organization.
    pub(super) own_resource: Vec<Document>,
    /// The request names an endpoint, and no address.
    pub(super) through: Vec<Document>,
}

impl<'a> LayeredClaim<'a> {
    /// States the question if some of these requesters can make a request that each document of the scope allows, under these
    /// layers, and not under those before a change, if there are such layers.
    ///
    /// # Errors
    /// The requesters have no known form, or are not those that their text names; or the layers before the change are about
    /// another organization, account or endpoint.
    pub fn new(
        layers: Layers<&'a Document>,
        before: Option<Before<&'a Document>>,
        callers: &Callers,
        scope: &'a [Document],
    ) -> Result<LayeredClaim<'a>, Refusal> {
        if let Some(before) = &before {
            are_comparable(&layers, &before.layers)?;
        }
        let who = Who::read(callers)?;
        let mut ids: Vec<&str> = who.account.iter().map(|id| &**id).collect();
        ids.extend(layers.resource_account.as_deref());
        let of_scope: Vec<&str> = accounts(scope).collect();
        ids.extend(of_scope);
        ids.sort_unstable();
        ids.dedup();
        let given = |id: &&str| {
            who.account.as_deref() == Some(*id) || layers.resource_account.as_deref() == Some(*id)
        };
        if ids.len() > ACCOUNTS {
            ids.retain(given);
        }
        let accounts = ids.into_iter().map(Account::new).collect();
        let earlier = before.iter().flat_map(|before| before.layers.documents().copied());
        let documents = layers.documents().copied().chain(earlier).chain(scope);
        let tested: Vec<&str> = documents.flat_map(Document::mentioned_keys).collect();
        let tests = |key: &str| tested.contains(&key);
        let facts = Facts::new(&layers, tests);
        Ok(LayeredClaim { layers, before, scope, who, accounts, facts, callers: callers.clone() })
    }

    /// Returns the query without conditions.
    pub(super) fn bare(&self) -> Query<'_> {
        Query::over_layers(Layered {
            layers: self.layers.map(|document| *document),
            callers: &self.callers,
            names: self.who.named.as_ref(),
            before: self.before.as_ref().map(|before| before.map(|document| *document)),
        })
    }
}

/// Refuses layers before and after a change that one request cannot be compared under.
fn are_comparable(after: &Layers<&Document>, before: &Layers<&Document>) -> Result<(), Refusal> {
    let is_same = after.organization == before.organization
        && after.resource_account == before.resource_account
        && after.endpoint.is_some() == before.endpoint.is_some();
    // A Deny with NotPrincipal reads whether the requester has a boundary.
    let all = || after.documents().chain(before.documents()).flat_map(|document| &document.statements);
    let reads_boundary = || all().any(|one| one.principal.as_ref().is_some_and(|element| element.negated));
    match is_same && (after.boundary.is_some() == before.boundary.is_some() || !reads_boundary()) {
        true => Ok(()),
        false => Err(Refusal::new("its layers before and after the change are not about the same requests")),
    }
}

/// Returns the accounts that the resources of Allow statements name.
fn accounts(scope: &[Document]) -> impl Iterator<Item = &str> {
    let statements = scope.iter().flat_map(|document| &document.statements);
    let allows = statements.filter(|statement| statement.effect.value == Effect::Allow);
    let resources = allows.filter_map(|statement| statement.resource.as_ref());
    let texts = resources.flat_map(|element| &element.values).map(|value| &*value.value.text);
    texts.filter_map(|text| text.split(':').nth(4)).filter(|account| is_account_id(account))
}

impl Who {
    /// Reads the requesters from the text that names them, and refuses those that the query reads differently.
    fn read(callers: &Callers) -> Result<Who, Refusal> {
        let mut who = match callers.principal() {
            Some(text) => Who::named(text)?,
            None => Who {
                kinds: vec![Kind::User, Kind::RoleSession],
                account: None,
                is_service_role: false,
                named: None,
            },
        };
        if !callers.kinds().contains(&Kind::User) {
            who.kinds.retain(|kind| *kind != Kind::User);
        }
        let is_alike = who.kinds == callers.kinds()
            && who.account.as_deref() == callers.account()
            && who.is_service_role == callers.are_service_linked();
        match is_alike {
            true => Ok(who),
            false => Err(Refusal::new("its requesters are not those that it names")),
        }
    }

    fn named(text: &str) -> Result<Who, Refusal> {
        let (requester, _) = Requester::parse(text).map_err(|error| Refusal::new(error.to_string()))?;
        let kinds = match is_account_id(text) {
            true => vec![Kind::User, Kind::RoleSession],
            false => vec![requester.kind()],
        };
        let element = match &requester {
            Requester::Anonymous => None,
            Requester::AssumedRoot { account } => Some(json!({"AWS": account})),
            Requester::Service { name } => Some(json!({"Service": name})),
            Requester::WebIdentity { provider } | Requester::Saml { provider } => {
                Some(json!({"Federated": provider}))
            }
            Requester::Root { .. }
            | Requester::User { .. }
            | Requester::RoleSession { .. }
            | Requester::FederatedUser { .. } => Some(json!({"AWS": text})),
        };
        let named = element.map(|principal| {
            allowing("by the requester", json!({"Principal": principal, "Action": "*", "Resource": "*"}))
        });
        let is_service_role = matches!(
            &requester,
            Requester::RoleSession { role, .. } if role.starts_with("aws-service-role/")
        );
        Ok(Who { kinds, account: requester.account().map(str::to_owned), is_service_role, named })
    }
}

impl Account {
    fn new(id: &str) -> Account {
        Account {
            id: id.to_owned(),
            on: allowing(&format!("on a resource of {id}"), on(&format!("arn:*:*:*:{id}:*"))),
            by: allowing(&format!("by a principal of {id}"), by(id)),
            owning: allowing(
                &format!("aws:ResourceAccount {id} if present"),
                with("StringEqualsIfExists", "aws:ResourceAccount", id),
            ),
        }
    }
}

impl Facts {
    fn new(layers: &Layers<&Document>, tests: impl Fn(&str) -> bool) -> Facts {
        let organization = layers.organization.as_deref();
        let mut through = Vec::new();
        if layers.endpoint.is_some() {
            if tests("aws:sourceip") {
                through.push(allowing("without aws:SourceIp", with("Null", "aws:SourceIp", "true")));
            }
            if tests("aws:sourcevpce") {
                through.push(allowing("with aws:SourceVpce", with("Null", "aws:SourceVpce", "false")));
            }
        }
        let (mut member, mut own_resource) = (Vec::new(), Vec::new());
        if let Some(id) = organization {
            let below = format!("{id}/*");
            if tests("aws:principalorgid") {
                let equals = with("StringEquals", "aws:PrincipalOrgID", id);
                member.push(allowing(&format!("aws:PrincipalOrgID {id}"), equals));
            }
            // A member is always somewhere below the root.
            if tests("aws:principalorgpaths") {
                let paths = with("ForAllValues:StringLike", "aws:PrincipalOrgPaths", &below);
                member.push(allowing(&format!("aws:PrincipalOrgPaths {below}"), paths));
                member.push(allowing(
                    "with aws:PrincipalOrgPaths",
                    with("Null", "aws:PrincipalOrgPaths", "false"),
                ));
            }
            if tests("aws:resourceorgid") {
                let equals = with("StringEqualsIfExists", "aws:ResourceOrgID", id);
                own_resource.push(allowing(&format!("aws:ResourceOrgID {id} if present"), equals));
            }
            if tests("aws:resourceorgpaths") {
                let paths = with("ForAllValues:StringLike", "aws:ResourceOrgPaths", &below);
                own_resource.push(allowing(&format!("aws:ResourceOrgPaths {below}"), paths));
            }
        }
        Facts {
            without_owner: tests("aws:resourceaccount").then(|| {
                allowing("without aws:ResourceAccount", with("Null", "aws:ResourceAccount", "true"))
            }),
            member,
            own_resource,
            through,
        }
    }
}
