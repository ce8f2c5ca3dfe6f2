//! Usual properties of a request, as literals: witnesses prefer them.
//!
//! `Request::has_usual_requester` tests the same properties of the requester of one request.

use crate::automata::{Builder, Class, Pattern};
use crate::encode::context::Context;
use crate::encode::fresh_value::{digits, up_to_account, up_to_service};
use crate::encode::principal::{is_kind, requester_matches};
use crate::formula::requester::{self, ASSUMED_ROOT, OF_ACCOUNT, ROOT, SAML, WEB};
use crate::formula::{Formula, Lit, PatternKey, VariableId};
use std::sync::Arc;

/// Returns "the requester is neither a root user nor a session of AssumeRoot".
pub fn no_root<'a>(formula: &mut Formula<'a>, context: &Context<'a>) -> Lit {
    !is_kind(formula, context, ROOT.union(ASSUMED_ROOT))
}

/// Returns "the resource has an ARN".
pub fn on_arn(formula: &mut Formula<'_>) -> Lit {
    let pattern = Pattern::builder().text("arn:").many(Class::ANY).finish();
    formula.matches(VariableId::RESOURCE, PatternKey::Built(Arc::new(pattern)))
}

/// Returns "the call needs a permission".
pub fn needs_permission(formula: &mut Formula<'_>) -> Lit {
    let free = ["sts:getcalleridentity", "sts:getsessiontoken"].map(|action| {
        let pattern = Pattern::builder().text(action).finish();
        !formula.matches(VariableId::ACTION, PatternKey::Built(Arc::new(pattern)))
    });
    formula.graph.and(free)
}

/// Returns "the account of the requester, or of its identity provider, has twelve digits".
pub fn usual_requester<'a>(formula: &mut Formula<'a>, context: &Context<'a>) -> Lit {
    let twelve = digits(Pattern::builder()).finish();
    let of_account = is_kind(formula, context, OF_ACCOUNT);
    let has_twelve = requester_matches(formula, requester::with_account(OF_ACCOUNT, &twelve));
    let through = |builder: Builder| digits(up_to_account(builder)).text(":").many(Class::ANY).finish();
    let saml = is_kind(formula, context, SAML);
    let saml_has_twelve = requester_matches(formula, through(requester::of(SAML)));
    let web = requester_matches(formula, requester::of(WEB).text("arn:").many(Class::ANY).finish());
    let provider = digits(up_to_service(requester::of(WEB)).text("iam::")).text(":oidc-provider/");
    let web_has_twelve = requester_matches(formula, provider.many(Class::ANY).finish());
    let parts = [(of_account, has_twelve), (saml, saml_has_twelve), (web, web_has_twelve)];
    let parts = parts.map(|(kind, has_twelve)| formula.graph.or([!kind, has_twelve]));
    formula.graph.and(parts)
}
