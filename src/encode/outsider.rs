//! Compiles "the requester is an outsider" to conjuncts. An outsider is anonymous, a principal of an account that no policy
//! mentions, or a caller through an identity provider that anyone can use. Each key that distinguishes trusted callers is
//! absent or has a fresh value. `Request::is_outsider` decides the same for one request, by other means; docs/semantics.md gives
//! the reasons under "Outsiders".

use crate::automata::{Builder, Class, Pattern};
use crate::encode::context::Context;
use crate::encode::fresh_value::{Form, digits, form, fresh_values, up_to_account, up_to_service};
use crate::encode::heuristics::PRIVATE_NETWORKS;
use crate::encode::mentioned_ids::MentionedIds;
use crate::encode::principal::{is_kind, requester_matches};
use crate::formula::requester::{self, ANONYMOUS, OF_ACCOUNT, ROLE, SAML, SEPARATOR, USER, WEB};
use crate::formula::{Formula, Lit, Network, PatternKey, Unobservable, Variable, VariableId};
use crate::policy::Document;
use crate::query::Outside;
use crate::request::SharedProvider;

/// Identity providers at which anyone can have an account.
const PUBLIC_PROVIDERS: [&str; 4] =
    ["accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"];

const SOURCE_IP: &str = "aws:sourceip";

/// Returns "the requester is an outsider", as conjuncts over the keys in the formula.
pub(crate) fn outsider<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    documents: &[&'a Document],
    outside: &Outside,
) -> Vec<Lit> {
    let ids = MentionedIds::of(documents);
    let shares = !context.semantics.aws_compat;
    let mut conjuncts = requester(formula, context, &ids);
    let facts: Vec<Unobservable<'a>> =
        formula.unobservables().filter(|fact| *fact != Unobservable::Boundary).collect();
    for fact in facts {
        // An outsider cannot choose to be a principal that a policy stores by id, nor to belong to the account of a canonical
        // user.
        conjuncts.push(!formula.unobservable(fact));
    }
    let variables: Vec<(VariableId, Variable<'a>)> = formula.variables().collect();
    for (variable, of) in variables {
        let Some((key, form)) = of.key_name().and_then(|key| Some((key, form(key, outside, shares)?))) else {
            continue;
        };
        let (forms, never) = fresh_values(&ids, form, key);
        let mut matches = |pattern: Pattern| formula.matches(variable, PatternKey::built(pattern));
        let forms: Vec<Lit> = forms.into_iter().map(&mut matches).collect();
        let never: Vec<Lit> = never.into_iter().map(&mut matches).collect();
        let some = formula.graph.or(forms);
        let fresh = formula.graph.and(never.into_iter().map(|lit| !lit).chain([some]));
        let present = formula.present(variable);
        conjuncts.push(formula.graph.or([!present, fresh]));
    }
    conjuncts
}

/// Returns the conjuncts about the requester's word.
fn requester<'a>(formula: &mut Formula<'a>, context: &Context<'a>, ids: &MentionedIds<'_>) -> Vec<Lit> {
    let through = |b: Builder| b.text(":").many(Class::ANY).finish();
    let mut conjuncts = Vec::new();
    let federated = WEB.union(SAML);
    let providers = if context.semantics.aws_compat { Vec::new() } else { ids.shared_providers() };
    let shared: Vec<Lit> = providers.iter().map(|provider| is_through(formula, ids, provider)).collect();
    for (provider, through) in providers.iter().zip(&shared).filter(|(provider, _)| provider.names_session())
    {
        conjuncts.extend(session_of_another_tenant(formula, ids, provider, *through));
    }
    let shared = formula.graph.or(shared);
    for account in &ids.accounts {
        // This is the same pattern as for a Principal that names the account.
        let own = requester::with_account(OF_ACCOUNT, &Pattern::word(account));
        let provider = through(up_to_account(requester::of(federated)).text(account));
        conjuncts.push(!requester_matches(formula, own));
        let provider = requester_matches(formula, provider);
        conjuncts.push(formula.graph.or([!provider, shared]));
    }
    let anonymous = is_kind(formula, context, ANONYMOUS);
    let own = requester::with_account(OF_ACCOUNT, &digits(Pattern::builder()).finish());
    let own = requester_matches(formula, own);
    let provider = requester_matches(formula, through(digits(up_to_account(requester::of(federated)))));
    let mut kinds = vec![anonymous, own, provider, shared];
    for name in PUBLIC_PROVIDERS {
        kinds.push(requester_matches(formula, requester::of(WEB).text(name).finish()));
    }
    // A provider that policies match by a wildcard only.
    let named = requester_matches(formula, requester::of(WEB).text("arn:").many(Class::ANY).finish());
    let mut fresh = vec![is_kind(formula, context, WEB), !named];
    for name in &ids.providers {
        fresh.push(!requester_matches(formula, requester::of(WEB).text(name).finish()));
    }
    kinds.push(formula.graph.and(fresh));
    conjuncts.push(formula.graph.or(kinds));
    if !context.semantics.aws_compat && formula.mentions("aws:userid") {
        let own = || requester::of(USER.union(ROLE)).many(Class::ANY).symbol(SEPARATOR);
        let mut matches = |p: &Pattern| requester_matches(formula, own().pattern(p).finish());
        let (forms, never) = fresh_values(ids, Form::UserId, "aws:userid");
        let forms: Vec<Lit> = forms.iter().map(&mut matches).collect();
        conjuncts.extend(never.iter().map(|pattern| !matches(pattern)));
        let kind = is_kind(formula, context, USER.union(ROLE));
        conjuncts.push(formula.graph.or(forms.into_iter().chain([!kind])));
    }
    conjuncts
}

/// Returns "the requester signs in through this shared provider", in an account of twelve digits or in one that a policy spells.
fn is_through(formula: &mut Formula<'_>, ids: &MentionedIds<'_>, provider: &SharedProvider) -> Lit {
    let start = || up_to_service(requester::of(WEB)).text("iam::");
    let spelled = ids.providers.iter().filter_map(|text| text.split(':').nth(4));
    let spelled =
        spelled.filter(|account| !account.contains(['*', '?'])).map(|account| start().text(account));
    let accounts: Vec<Builder> = std::iter::once(digits(start())).chain(spelled).collect();
    let through = accounts.into_iter().map(|account| {
        let resource = account.text(":oidc-provider/").text_any_case(provider.issuer);
        requester_matches(formula, resource.finish())
    });
    let through: Vec<Lit> = through.collect();
    formula.graph.or(through)
}

/// Returns "if the requester signs in through the provider, the session is not named after a tenant that a policy names".
fn session_of_another_tenant<'a>(
    formula: &mut Formula<'a>,
    ids: &MentionedIds<'_>,
    provider: &SharedProvider,
    through: Lit,
) -> Option<Lit> {
    let key = provider.key();
    let name = formula.mentioned().iter().copied().find(|name| *name == key)?;
    let variable = formula.key(name, 0);
    let (_, never) = fresh_values(ids, Form::Tenant(provider.tenant_key()), name);
    let never: Vec<Lit> =
        never.into_iter().map(|p| !formula.matches(variable, PatternKey::built(p))).collect();
    let present = formula.present(variable);
    let fresh = formula.graph.and(never);
    Some(formula.graph.or([!through, !present, fresh]))
}

/// Returns "the request does not say from which address it comes".
pub fn no_address(formula: &mut Formula<'_>) -> Lit {
    let variable = formula.key(SOURCE_IP, 0);
    !formula.present(variable)
}

/// Returns "the request comes from an address that is in none of these networks and in no private network".
pub fn address_beyond(formula: &mut Formula<'_>, networks: &[Network]) -> Lit {
    let variable = formula.key(SOURCE_IP, 0);
    let private = PRIVATE_NETWORKS.iter().filter_map(|text| Network::parse(text));
    let mut parts = vec![formula.present(variable)];
    for network in private.chain(networks.iter().copied()) {
        parts.push(!formula.within(variable, network));
    }
    formula.graph.and(parts)
}
