//! Facts that usually but not certainly hold for requests. They are assumed only on request, and each removes requests, so an
//! answer that uses them lists them among its assumptions.
//!
//! `request::Request::inconsistencies` implements the same heuristics under the same names; `request::HEURISTICS` gives their
//! sources.

use crate::automata::Pattern;
use crate::encode::context::Context;
use crate::encode::presence::{matches, presence};
use crate::encode::principal::is_kind;
use crate::formula::requester::{ANONYMOUS, SAML, SERVICE, USER, WEB};
use crate::formula::{Formula, Lit, Network, PatternKey, VariableId};

/// RFC 1918.
pub(crate) const PRIVATE_NETWORKS: [&str; 3] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/// Keys that are set by services acting for a resource.
const FOR_A_RESOURCE: [&str; 4] =
    ["aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"];

/// Returns all heuristics, as conjuncts over the keys that the policies mention.
pub(crate) fn heuristics<'a>(formula: &mut Formula<'a>, context: &Context<'a>) -> Vec<Lit> {
    let keys: Vec<&'a str> = formula.mentioned().to_vec();
    let mentioned = |wanted: &str| keys.iter().find(|name| **name == wanted).copied();
    let mut facts = Vec::new();
    let mut implies = |formula: &mut Formula<'a>, a: Lit, b: Lit| facts.push(formula.graph.or([!a, b]));
    if let Some(ip) = mentioned("aws:sourceip") {
        let present = presence(formula, context, ip, 0);
        let variable = formula.key(ip, 0);
        for network in PRIVATE_NETWORKS.into_iter().filter_map(Network::parse) {
            let private = formula.within(variable, network);
            implies(formula, present, !private);
        }
    }
    let is_true = || PatternKey::built(Pattern::builder().text_any_case("true").finish());
    if let (Some(age), Some(mfa)) =
        (mentioned("aws:multifactorauthage"), mentioned("aws:multifactorauthpresent"))
    {
        let age = presence(formula, context, age, 0);
        let present = presence(formula, context, mfa, 0);
        let on = matches(formula, context, mfa, 0, is_true());
        implies(formula, age, present);
        implies(formula, age, on);
    }
    if let Some(issued) = mentioned("aws:tokenissuetime") {
        let user = is_kind(formula, context, USER);
        let issued = presence(formula, context, issued, 0);
        implies(formula, user, !issued);
    }
    for key in FOR_A_RESOURCE.iter().filter_map(|key| mentioned(key)) {
        let service = is_kind(formula, context, SERVICE);
        let present = presence(formula, context, key, 0);
        implies(formula, present, service);
    }
    if let Some(via) = mentioned("aws:viaawsservice") {
        for key in ["aws:sourcevpc", "aws:sourcevpce"].iter().filter_map(|key| mentioned(key)) {
            let on = matches(formula, context, via, 0, is_true());
            let present = presence(formula, context, key, 0);
            implies(formula, on, !present);
        }
    }
    if context.semantics.policy_type.has_principals() {
        role_callers(formula, context, &mut implies);
    }
    facts.retain(|fact| *fact != Lit::TRUE);
    facts
}

/// Returns the callers of the `sts` actions that start a role session, and the actions that callers without AWS credentials may
/// call.
fn role_callers<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    implies: &mut dyn FnMut(&mut Formula<'a>, Lit, Lit),
) {
    let [web, saml] = [WEB, SAML].map(|kind| is_kind(formula, context, kind));
    let anonymous = is_kind(formula, context, ANONYMOUS);
    let action = |formula: &mut Formula<'a>, name: &str| {
        formula.matches(VariableId::ACTION, PatternKey::built(Pattern::word(name)))
    };
    let with_web = action(formula, "sts:assumerolewithwebidentity");
    let with_saml = action(formula, "sts:assumerolewithsaml");
    let plain = action(formula, "sts:assumerole");
    let tag = action(formula, "sts:tagsession");
    let identity = action(formula, "sts:setsourceidentity");
    let web_calls = formula.graph.or([with_web, tag, identity]);
    let saml_calls = formula.graph.or([with_saml, tag, identity]);
    implies(formula, web, web_calls);
    implies(formula, saml, saml_calls);
    implies(formula, with_web, web);
    implies(formula, with_saml, saml);
    implies(formula, plain, !anonymous);
}
