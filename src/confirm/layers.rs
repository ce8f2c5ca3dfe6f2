//! Confirms a witness of a query over layers: the requester is one of those in question, the request agrees with what the layers
//! say of accounts and organizations, and the referee allows it under all layers together.

use super::{Claim, Disagreement, OpenPoint};
use crate::code::Code;
use crate::evaluate::{Decision, decide_layers};
use crate::policy::{Document, Layers};
use crate::query::Layered;
use crate::request::{Request, Requester};

/// Confirms that the request is one in question and that all layers together allow it.
pub(super) fn is_allowed(
    request: &Request,
    claim: &Claim<'_>,
    layered: &Layered<'_>,
) -> Result<(), Disagreement> {
    let Some(requester) = &request.requester else {
        return Err(Disagreement::new("the request names no requester"));
    };
    is_caller(requester, layered)?;
    agrees(request, requester, &layered.layers, claim)?;
    let decision = decide_layers(&layered.layers, request, claim.options);
    match decision.decision {
        Decision::Allowed => match &layered.before {
            None => Ok(()),
            Some(before) => is_refused(request, requester, &before.layers, claim),
        },
        Decision::Undetermined => Err(Disagreement {
            message: "is the request allowed by all layers? The referee says that it is open".to_owned(),
            open: Some(OpenPoint::Layers(decision.open)),
            is_of_linked_keys: false,
        }),
        Decision::ImplicitlyDenied | Decision::ExplicitlyDenied => Err(Disagreement::new(
            "is the request allowed by all layers? The referee says no, the search says yes",
        )),
    }
}

/// Confirms that the layers before a change refuse the request.
fn is_refused(
    request: &Request,
    requester: &Requester,
    before: &Layers<&Document>,
    claim: &Claim<'_>,
) -> Result<(), Disagreement> {
    agrees(request, requester, before, claim)?;
    let mut own = request.clone();
    own.hidden.boundary = before.boundary.is_some();
    let decision = decide_layers(before, &own, claim.options);
    match decision.decision {
        Decision::ImplicitlyDenied | Decision::ExplicitlyDenied => Ok(()),
        Decision::Undetermined => Err(Disagreement {
            message: "do the layers before the change refuse the request? The referee says that it is open"
                .to_owned(),
            open: Some(OpenPoint::Layers(decision.open)),
            is_of_linked_keys: false,
        }),
        Decision::Allowed => Err(Disagreement::new(
            "do the layers before the change refuse the request? The referee says no, the search says yes",
        )),
    }
}

/// Confirms that the layers are those of the requester.
fn is_caller(requester: &Requester, layered: &Layered<'_>) -> Result<(), Disagreement> {
    let callers = layered.callers;
    let is_of_service =
        matches!(requester, Requester::RoleSession { role, .. } if role.starts_with("aws-service-role/"));
    let account = match (callers.account(), requester.account()) {
        (Some(wanted), Some(account)) => wanted == account,
        (Some(_), None) => false,
        (None, _) => true,
    };
    let is_named = layered.names.is_none_or(|document| names(document, requester));
    match callers.kinds().contains(&requester.kind())
        && account
        && is_of_service == callers.are_service_linked()
        && is_named
    {
        true => Ok(()),
        false => Err(Disagreement::new("the query is not about such a requester")),
    }
}

/// True if the document names the requester.
fn names(document: &Document, requester: &Requester) -> bool {
    let request = Request::new("any:action", "*").by(requester.clone());
    let options = crate::evaluate::Options::for_documents(&[document]);
    crate::evaluate::decide(&[document], &request, &options) == Decision::Allowed
}

/// Confirms that the keys of the request agree with the layers, as far as the layers say anything.
fn agrees(
    request: &Request,
    requester: &Requester,
    layers: &Layers<&Document>,
    claim: &Claim<'_>,
) -> Result<(), Disagreement> {
    let value = |key: &str| match request.values(key) {
        Some([one]) => Some(one.as_str()),
        _ => None,
    };
    let disagrees = |key: &str| Err(Disagreement::new(format!("{key} does not agree with the layers")));
    let own = requester.account();
    let named = request.resource.split(':').nth(4).filter(|account| !account.is_empty());
    let is_of_iam = request.resource.split(':').nth(2) == Some("iam")
        && request.action.to_ascii_lowercase().starts_with("iam:");
    let owner = match (request.resource.as_str(), named, layers.resource_account.as_deref()) {
        ("*", _, _) => None,
        (_, Some("aws"), given) if is_of_iam || given.is_none() => None,
        (_, Some(named), Some(given)) if named != given => {
            return Err(Disagreement::new("the layers are not about resources of this account"));
        }
        (_, Some(named), _) => Some(named),
        (_, None, given) => given,
    };
    let needs_none = ["sts:getcalleridentity", "sts:getsessiontoken"];
    let is_about_one = layers.resource.is_some() || layers.resource_account.is_some();
    if is_about_one
        && request.resource == "*"
        && !needs_none.iter().any(|action| request.action.eq_ignore_ascii_case(action))
    {
        return Err(Disagreement {
            message: "the layers are about a resource, and the request is on none".to_owned(),
            open: Some(OpenPoint::Layers(vec![Code::ActionWithoutResource])),
            is_of_linked_keys: false,
        });
    }
    if let (Some(organization), Some(own)) = (layers.organization.as_deref(), own) {
        let id = value("aws:principalorgid");
        if claim.keys.contains("aws:principalorgid") && id != Some(organization) {
            return disagrees("aws:PrincipalOrgID");
        }
        let are_below = |key: &str| {
            let mut paths = request.values(key).into_iter().flatten();
            paths.all(|path| path.strip_prefix(organization).is_some_and(|rest| rest.starts_with('/')))
        };
        let has_paths = request.values("aws:principalorgpaths").is_some_and(|paths| !paths.is_empty());
        if claim.keys.contains("aws:principalorgpaths") && !(has_paths && are_below("aws:principalorgpaths"))
        {
            return disagrees("aws:PrincipalOrgPaths");
        }
        let is_own = request.resource == "*" || named == Some("aws") || owner == Some(own);
        if is_own && value("aws:resourceorgid").is_some_and(|id| id != organization) {
            return disagrees("aws:ResourceOrgID");
        }
        if is_own && !are_below("aws:resourceorgpaths") {
            return disagrees("aws:ResourceOrgPaths");
        }
    }
    if let (Some(owner), Some(account)) = (owner, value("aws:resourceaccount"))
        && owner != account
    {
        return Err(Disagreement {
            message: "aws:ResourceAccount does not agree with the resource".to_owned(),
            open: Some(OpenPoint::Layers(vec![Code::ResourceWithoutAccount])),
            is_of_linked_keys: false,
        });
    }
    let is_of_service = matches!(requester, Requester::Service { .. })
        || matches!(requester, Requester::RoleSession { role, .. } if role.starts_with("aws-service-role/"));
    let is_through = layers.endpoint.is_some() && !is_of_service;
    let has_source = value("aws:sourceip").is_some();
    let lacks_endpoint = claim.keys.contains("aws:sourcevpce") && value("aws:sourcevpce").is_none();
    if is_through && (has_source || lacks_endpoint) {
        return disagrees("aws:SourceVpce");
    }
    Ok(())
}
