//! Requests that may be witnesses for a question over layers about one user or role, made without a search.
//!
//! Where a role may do what is asked, one of the statements of its own policies usually allows the plainest such request: an action
//! that AWS lists, on a resource that the statement names, with no further keys. The referee confirms such a request as it does any
//! other. If it confirms none, the search answers.

use super::listed::{is_listed_over_layers, requests};
use crate::catalogue::{Action, Catalogue};
use crate::evaluate::glob_matches;
use crate::policy::{ActionPattern, Document, Effect, Statement};
use crate::query::{Callers, Layered, Query, Role};
use crate::request::{Keys, Request, Requester, RequesterKind};

/// The largest number of requests that are offered for one question.
const OFFERS: usize = 2;

/// The largest number of requests from which they are chosen.
const CHOICE: usize = 8;

/// The largest number of actions of a wildcard that are looked at.
const ACTIONS: usize = 32;

/// Returns requests that the layers may allow; none if the question is not about one user or role.
pub(super) fn guesses(catalogue: &Catalogue, query: &Query<'_>, keys: &Keys<'_>) -> Vec<Request> {
    let Some(layered) = query.layered() else { return Vec::new() };
    let Some(requester) = requester(layered.callers) else { return Vec::new() };
    let Some((asked, pattern)) = asked(query) else { return Vec::new() };
    let Some((action, own)) = granted(catalogue, layered, pattern) else { return Vec::new() };
    let mut request = Request::new(action.full_name(), "*").by(requester.clone());
    for (key, value) in requester.derived_context() {
        if let Some(value) = value.filter(|_| keys.contains(&key.to_ascii_lowercase())) {
            request.set(key, vec![value.into_owned()]);
        }
    }
    let of = if asked.resource.is_some() { asked } else { own };
    let is_listed = |request: &Request| is_listed_over_layers(catalogue, request);
    let mut offers: Vec<Request> = requests(action, of, &request).filter(is_listed).take(CHOICE).collect();
    // The shortest name is that of the plain resource, not of a way to it.
    offers.sort_by_key(|offer| offer.resource.len());
    offers.truncate(OFFERS);
    offers
}

/// Returns a requester among the callers, if they are one user or the sessions of one role.
fn requester(callers: &Callers) -> Option<Requester> {
    let (principal, account) = (callers.principal()?, callers.account()?);
    match callers.kinds() {
        [RequesterKind::User] => Some(Requester::parse(principal).ok()?.0),
        [RequesterKind::RoleSession] if !callers.are_service_linked() => {
            let fields: Vec<&str> = principal.splitn(6, ':').collect();
            let [_, partition, "iam", _, _, role] = *fields.as_slice() else { return None };
            let name = role.strip_prefix("role/")?.rsplit('/').next()?;
            let session = format!("arn:{partition}:sts::{account}:assumed-role/{name}/a");
            Some(Requester::parse(&session).ok()?.0.with_principal_arn(principal))
        }
        _ => None,
    }
}

/// Returns the statement that says which requests are asked about, if it is one without conditions, and the actions it names first.
fn asked<'a>(query: &Query<'a>) -> Option<(&'a Statement, &'a ActionPattern)> {
    let mut statements = query.with_role(Role::Scope).flat_map(|document| &document.statements);
    let (statement, None) = (statements.next()?, statements.next()) else { return None };
    let action = statement.action.values.first().filter(|_| !statement.action.negated)?;
    let is_plain = statement.conditions.is_empty() && statement.principal.is_none();
    (is_plain && !action.value.is_any()).then_some((statement, &action.value))
}

/// Returns an action that AWS lists and the pattern matches, and the first statement of the caller's own policies that grants it
/// without conditions.
fn granted<'c, 'a>(
    catalogue: &'c Catalogue,
    layered: &Layered<'a>,
    pattern: &ActionPattern,
) -> Option<(Action<'c>, &'a Statement)> {
    let documents = layered.layers.identity.iter().filter_map(|attached| attached.policy().copied());
    let statements = documents.flat_map(|document: &'a Document| &document.statements);
    let granting: Vec<&Statement> = statements
        .filter(|statement| statement.effect.value == Effect::Allow && statement.conditions.is_empty())
        .filter(|statement| !statement.action.negated)
        .collect();
    let grants = |action: &Action<'c>| {
        let name = action.full_name().to_ascii_lowercase();
        let matches = |statement: &&&'a Statement| {
            statement.action.values.iter().any(|value| glob_matches(&value.value.glob, &name))
        };
        granting.iter().find(matches).copied()
    };
    match pattern.glob.as_literal() {
        Some(name) => catalogue.action(name).and_then(|action| Some((action, grants(&action)?))),
        None => {
            let mut actions = catalogue.matching(pattern).take(ACTIONS);
            actions.find_map(|action| Some((action, grants(&action)?)))
        }
    }
}
