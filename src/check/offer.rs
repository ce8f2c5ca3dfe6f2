//! Requests that may be witnesses for one principal, made from the witness for another one.
//!
//! Principals of one account are limited by the same SCPs, RCPs and policies of resources, so a request of one is often a request
//! of the other, with its own name. The referee confirms such a request as it does any other; one that it does not confirm is no
//! reason for anything.

use super::residual;
use super::residual::is_whole_arn;
use super::wants::Wants;
use crate::policy::{Document, Effect, Statement};
use crate::request::{Request, Requester};
use crate::snapshot::{Asker, Principal, PrincipalKind, Snapshot, Target, may_overlap};
use std::collections::BTreeSet;

/// A request that was confirmed for another principal of the same account and kind.
#[derive(Clone, Debug)]
pub(super) struct Model {
    /// The resources that it is about.
    pub(super) target: Target,
    /// The request.
    pub(super) request: Request,
}

/// The largest number of requests that are offered for one principal and target.
const OFFERS: usize = 4;

/// Returns requests like the model for a principal: first with the action and resource of the model, then with others that its
/// Allow statements name.
pub(super) fn offers(
    snapshot: &Snapshot,
    model: &Model,
    principal: &Principal,
    identity: &[&Document],
    wants: &Wants,
) -> Vec<Request> {
    let Some(own) = renamed(snapshot, model, principal, identity) else { return Vec::new() };
    let mut offers = vec![own.clone()];
    let statements = identity.iter().flat_map(|document| &document.statements);
    let allowing = statements
        .filter(|one| one.effect.value == Effect::Allow && residual::may_matter(one, wants))
        .take(OFFERS);
    for statement in allowing {
        for offer in of_statement(&own, statement, wants) {
            if offers.len() <= OFFERS && !offers.contains(&offer) {
                offers.push(offer);
            }
        }
    }
    offers
}

/// Returns the user, or a session of the role; none if no request can have its name.
pub(super) fn requester_of(principal: &Principal) -> Option<Requester> {
    let (arn, account) = (&*principal.arn, &*principal.account);
    match principal.kind {
        PrincipalKind::User => Some(Requester::parse(arn).ok()?.0),
        PrincipalKind::Role => {
            let name = principal.short().rsplit('/').next()?;
            let partition = arn.split(':').nth(1)?;
            let session = format!("arn:{partition}:sts::{account}:assumed-role/{name}/a");
            Some(Requester::parse(&session).ok()?.0.with_principal_arn(arn))
        }
    }
}

/// Returns the request of the model as one of this principal, with the keys that follow from it.
fn renamed(
    snapshot: &Snapshot,
    model: &Model,
    principal: &Principal,
    identity: &[&Document],
) -> Option<Request> {
    let requester = requester_of(principal)?;
    let mut request = model.request.clone();
    let keys: Vec<String> = request.context().map(|(key, _)| key.to_owned()).collect();
    for key in keys.iter().filter(|key| key.starts_with("aws:principaltag/")) {
        request.set(key, Vec::new());
    }
    let tested: BTreeSet<&str> = identity
        .iter()
        .flat_map(|document| document.mentioned_keys())
        .chain(keys.iter().map(String::as_str))
        .filter(|key| key.starts_with("aws:principaltag/"))
        .collect();
    if !tested.is_empty() {
        for (key, value) in snapshot.keys_of(Asker::Principal(principal), &tested) {
            request.set(&key, vec![value]);
        }
    }
    for (key, value) in requester.derived_context() {
        if request.values(key).is_some() {
            request.set(key, value.into_iter().map(std::borrow::Cow::into_owned).collect());
        }
    }
    request.requester = Some(requester);
    Some(request)
}

/// Returns the request with actions and resources that a statement and the question have in common.
fn of_statement(own: &Request, statement: &Statement, wants: &Wants) -> Vec<Request> {
    let element = |patterns: Vec<&str>, wanted: &[String], own: &str| -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for pattern in patterns.into_iter().take(OFFERS) {
            match may_overlap(pattern, own) {
                true => found.push(own.to_owned()),
                false => found.extend(wanted.iter().find_map(|wanted| common(pattern, wanted))),
            }
        }
        if found.is_empty() {
            found.push(own.to_owned());
        }
        found.truncate(OFFERS);
        found
    };
    let actions = match statement.action.negated {
        true => Vec::new(),
        false => statement.action.values.iter().map(|value| &*value.value.text).collect(),
    };
    let resources = match &statement.resource {
        Some(listed) if !listed.negated => {
            let texts = listed.values.iter().map(|value| &*value.value.text);
            texts.filter(|text| is_whole_arn(text)).collect()
        }
        _ => Vec::new(),
    };
    let mut found = Vec::new();
    for action in element(actions, &wants.actions, &own.action) {
        for resource in element(resources.clone(), &wants.resources, &own.resource) {
            let mut request = own.clone();
            (request.action, request.resource) = (action.clone(), resource);
            found.push(request);
        }
    }
    found
}

/// Returns a text that matches both patterns, if there is one that is easily found: the wildcards of one stand for what the other
/// has there, and both may end in one more character.
fn common(one: &str, other: &str) -> Option<String> {
    if one.contains(['?', '$']) || other.contains(['?', '$']) {
        return None;
    }
    // Each pattern is matched from its start; a wildcard takes what the other pattern has until its own next piece fits.
    let (start, rest) = one.split_once('*').unwrap_or((one, ""));
    let (other_start, other_rest) = other.split_once('*').unwrap_or((other, ""));
    let longer = if start.len() >= other_start.len() { start } else { other_start };
    let filled = |rest: &str| rest.replace('*', "a");
    let candidates = [
        format!("{longer}a"),
        longer.to_owned(),
        format!("{longer}{}", filled(rest)),
        format!("{longer}a{}", filled(rest)),
        format!("{longer}{}", filled(other_rest)),
        format!("{longer}{}{}", filled(rest), filled(other_rest)),
        format!("{longer}{}{}", filled(other_rest), filled(rest)),
    ];
    candidates.into_iter().find(|text| may_overlap(text, one) && may_overlap(text, other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_patterns_have_a_text_in_common() {
        for (one, other, expected) in [
            ("arn:aws:s3:::*", "arn:aws:s3:::b/*", Some("arn:aws:s3:::b/a")),
            ("arn:aws:s3:::*-7-*/*", "arn:aws:s3:::b/*", Some("arn:aws:s3:::b/-7-a/a")),
            ("arn:aws:s3:::b/x", "arn:aws:s3:::b/*", Some("arn:aws:s3:::b/x")),
            ("s3:Get*", "s3:*Object", Some("s3:GetObject")),
            ("s3:Get*", "s3:Put*", None),
        ] {
            assert_eq!(common(one, other).as_deref(), expected, "{one} {other}");
        }
    }
}
