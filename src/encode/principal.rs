//! `Principal` and `NotPrincipal` as patterns on the requester.
//!
//! Source: IAM User Guide, "AWS JSON policy elements: Principal" and "... NotPrincipal".

use crate::automata::{Builder, Class, Pattern};
use crate::code::Code;
use crate::encode::context::Context;
use crate::formula::requester::{
    self, ANONYMOUS, FEDERATED, OF_ACCOUNT, ROLE, ROOT, SAML, SEPARATOR, SERVICE, USER, WEB, by_fields, glob,
    residuals, split,
};
use crate::formula::{Formula, Lit, PatternKey, Site, Unobservable, VariableId};
use crate::policy::{Effect, Principal, PrincipalElement, PrincipalForms, PrincipalMeaning, Template};

/// Returns "the element matches the requester"; an Allow statement's `Principal` matches only by the forms that count in its
/// document.
pub(crate) fn compile<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    element: &'a PrincipalElement,
    effect: Effect,
    site: Site,
) -> Lit {
    if element.negated && effect == Effect::Deny {
        return denied_unless_listed(formula, context, element, site);
    }
    let forms = match (effect, element.negated) {
        (Effect::Allow, false) => context.forms(site.document),
        _ => PrincipalForms::All,
    };
    listed(formula, context, element, site, forms).negate_if(element.negated)
}

fn listed<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    element: &'a PrincipalElement,
    site: Site,
    forms: PrincipalForms,
) -> Lit {
    if element.everyone {
        return Lit::TRUE;
    }
    let values: Vec<Lit> =
        element.values.iter().map(|v| value(formula, context, &v.value, site, forms)).collect();
    formula.graph.or(values)
}

/// Returns "the requester matches the pattern".
pub(crate) fn requester_matches(formula: &mut Formula<'_>, pattern: Pattern) -> Lit {
    formula.matches(VariableId::REQUESTER, PatternKey::built(pattern))
}

/// Returns "the requester is of one of these kinds".
pub(crate) fn is_kind(formula: &mut Formula<'_>, context: &Context<'_>, kinds: Class) -> Lit {
    let possible = requester::kinds(context.semantics.requesters());
    if kinds.covers(possible) {
        Lit::TRUE
    } else if kinds.and(possible).is_empty() {
        Lit::FALSE
    } else {
        requester_matches(formula, requester::any(kinds))
    }
}

fn value<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    principal: &'a Principal,
    site: Site,
    forms: PrincipalForms,
) -> Lit {
    match &principal.meaning {
        PrincipalMeaning::Account(_) | PrincipalMeaning::CanonicalUser if forms != PrincipalForms::All => {
            Lit::FALSE
        }
        PrincipalMeaning::AwsAny => {
            let aws = is_kind(formula, context, ANONYMOUS.union(OF_ACCOUNT));
            let others = formula.opaque(Code::AwsStarCoversNonAws, "", site);
            formula.graph.or([aws, others])
        }
        PrincipalMeaning::Account(account) => requester_matches(formula, account_pattern(account)),
        PrincipalMeaning::Arn(fields) => {
            let patterns = arn_patterns(fields, forms);
            let literals: Vec<Lit> = patterns.into_iter().map(|p| requester_matches(formula, p)).collect();
            formula.graph.or(literals)
        }
        PrincipalMeaning::UniqueId => {
            let fact = formula.unobservable(Unobservable::UniqueId(&principal.text));
            // For a session of a role, the id stands for the ARN of the role.
            let kinds = if forms == PrincipalForms::Direct { USER } else { USER.union(ROLE) };
            let kind = is_kind(formula, context, kinds);
            formula.graph.and([fact, kind])
        }
        PrincipalMeaning::CanonicalUser => {
            let fact = formula.unobservable(Unobservable::CanonicalUser(&principal.text));
            let kind = is_kind(formula, context, OF_ACCOUNT);
            formula.graph.and([fact, kind])
        }
        PrincipalMeaning::Federated(name) => {
            requester_matches(formula, glob(requester::of(WEB.union(SAML)), name, Class::ANY).finish())
        }
        PrincipalMeaning::Service(name) => {
            requester_matches(formula, glob(requester::of(SERVICE), name, Class::ANY).finish())
        }
        PrincipalMeaning::Pattern => {
            let text = format!("{} {}", principal.kind.name(), principal.text);
            let covered = formula.opaque(Code::PrincipalPattern, text, site);
            let kind = is_kind(formula, context, OF_ACCOUNT);
            formula.graph.and([covered, kind])
        }
        PrincipalMeaning::Unrecognised => Lit::FALSE,
    }
}

fn account_pattern(account: &Template) -> Pattern {
    requester::with_account(OF_ACCOUNT, &glob(Builder::default(), account, Class::NOT_COLON).finish())
}

/// Returns patterns for the requesters that an ARN names by one of these forms: a requester by its own ARN; a role session by the
/// ARN of the role or of the session; a federated user by the ARN of its parent user. The ARN of the root user names its account.
fn arn_patterns(fields: &[Template; 6], forms: PrincipalForms) -> Vec<Pattern> {
    let kinds = match forms {
        PrincipalForms::Direct => USER.union(FEDERATED),
        PrincipalForms::WithRoles => USER.union(FEDERATED).union(ROLE),
        PrincipalForms::All => USER.union(FEDERATED).union(ROLE).union(ROOT),
    };
    let mut patterns = vec![requester::with_arn(kinds, &by_fields(fields.as_slice()))];
    let [_, partition, service, region, account, resource] = fields;
    let field = |template: &Template| glob(Builder::default(), template, Class::NOT_COLON).finish();
    let matches =
        |template: &Template, text: &str| field(template).matches(&crate::automata::Symbol::word(text));
    if !matches(region, "") {
        return patterns;
    }
    let resource = glob(Builder::default(), resource, Class::ANY).finish();
    let start = |kind: Class, service: &str| {
        let builder = glob(requester::of(kind).text("arn:"), partition, Class::NOT_COLON).text(service);
        glob(builder, account, Class::NOT_COLON)
    };
    if matches(service, "sts") {
        for rest in residuals(&resource, "assumed-role/") {
            for (name, session) in split(&rest, '/', Class::NOT_SLASH) {
                let role = start(ROLE, ":iam::").text(":role/");
                for role in [role.clone(), role.many(Class::ANY).text("/")] {
                    let session = role
                        .pattern(&name)
                        .symbol(SEPARATOR)
                        .many(Class::NOT_COLON)
                        .text(":")
                        .pattern(&session)
                        .finish();
                    patterns.push(session);
                }
            }
        }
    }
    if forms >= PrincipalForms::WithRoles && matches(service, "iam") {
        for parent in residuals(&resource, "user/") {
            let federated = start(FEDERATED, ":sts::").text(":").many(Class::ANY).symbol(SEPARATOR);
            patterns.push(federated.pattern(&parent).finish());
        }
    }
    patterns
}

/// Compiles NotPrincipal with Deny, account by account (assumption `account-alone-in-notprincipal-exempts-all`). An account that
/// is listed without finer entries is exempt as a whole. With finer entries, those are exempt and the rest of the account is
/// open. An entry without its account is open. Principals with a permissions boundary are always denied.
fn denied_unless_listed<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    element: &'a PrincipalElement,
    site: Site,
) -> Lit {
    let mut accounts = Vec::new();
    let mut finer = Vec::new();
    let mut exempt = Vec::new();
    let mut open = Vec::new();
    let mut roles = Vec::new();
    let mut sessions = Vec::new();
    let mut entries = Vec::new();
    if element.everyone {
        exempt.push(Lit::TRUE);
    }
    for principal in element.values.iter().map(|v| &v.value) {
        let listed = value(formula, context, principal, site, PrincipalForms::All);
        match &principal.meaning {
            PrincipalMeaning::Account(_) => accounts.push(listed),
            PrincipalMeaning::Arn(fields) => {
                let [_, _, service, _, account, _] = &**fields;
                finer.push(requester_matches(formula, account_pattern(account)));
                match service.as_literal() {
                    Some("sts") => sessions.push(listed),
                    _ => roles.push(listed),
                }
                entries.push(listed);
            }
            PrincipalMeaning::UniqueId => {
                // It may be of any account.
                finer.push(Lit::TRUE);
                roles.push(listed);
                entries.push(listed);
            }
            PrincipalMeaning::CanonicalUser => accounts.push(listed),
            PrincipalMeaning::AwsAny
            | PrincipalMeaning::Federated(_)
            | PrincipalMeaning::Service(_)
            | PrincipalMeaning::Pattern
            | PrincipalMeaning::Unrecognised => exempt.push(listed),
        }
    }
    let graph = &mut formula.graph;
    let account = graph.or(accounts);
    let finer = graph.or(finer);
    let by_role = graph.or(roles);
    let by_session = graph.or(sessions);
    let entry = graph.or(entries);
    exempt.push(graph.and([account, !finer]));
    exempt.push(graph.and([account, by_role]));
    open.push(graph.and([account, finer]));
    open.push(entry);
    let exempt = graph.or(exempt);
    let open = graph.or(open);
    // The ARN of a federated user or root user is not the ARN of a role session.
    let session_of_role = is_kind(formula, context, ROLE);
    let own = formula.graph.and([account, by_session, !session_of_role]);
    let exempt = formula.graph.or([exempt, own]);
    let exempts = formula.opaque(Code::NotprincipalDeny, opaque_key(element), site);
    let maybe = formula.graph.and([open, exempts]);
    let not_denied = formula.graph.or([exempt, maybe]);
    let bounded = formula.unobservable(Unobservable::Boundary);
    let with_boundary = is_kind(formula, context, USER.union(ROLE));
    let with_boundary = formula.graph.and([bounded, with_boundary]);
    formula.graph.or([with_boundary, !not_denied])
}

fn opaque_key(element: &PrincipalElement) -> String {
    let mut values: Vec<String> =
        element.values.iter().map(|v| format!("{} {}", v.value.kind.name(), v.value.text)).collect();
    values.sort_unstable();
    values.dedup();
    values.join("\0")
}
