//! What a check of public access tells beside the request: from how many addresses, and what would keep outsiders out.

use super::Explained;
use super::names::{counted, one_line};
use crate::diagnostic::Diagnostic;
use crate::explain::{Leak, leaks};
use crate::policy::{Condition, Document, Effect, Operator, PrincipalKind, ResourceType};
use crate::request::AddressSet;

/// Intervals of addresses that are listed.
const LISTED: usize = 6;

/// How many addresses there are of each family.
pub(super) fn addresses(sizes: (u128, u128)) -> String {
    let of = |n: u128, family: &str| format!("{n} {family} address{}", if n == 1 { "" } else { "es" });
    match sizes {
        (0, v6) => of(v6, "IPv6"),
        (v4, 0) => of(v4, "IPv4"),
        (v4, v6) => format!("{} and {}", of(v4, "IPv4"), of(v6, "IPv6")),
    }
}

/// The addresses from which a statement lets outsiders in, if they are what matters.
pub(super) fn from(explained: &Explained<'_>) -> Option<String> {
    let shown = &explained.finding.addresses;
    if shown.is_empty() {
        return None;
    }
    let set = AddressSet::of(shown.iter().map(|s| s.addresses));
    let listed: Vec<String> = set.intervals().iter().take(LISTED).map(ToString::to_string).collect();
    let more = set.intervals().len().saturating_sub(LISTED);
    let more = if more == 0 { String::new() } else { format!(" and {}", counted(more, "more range")) };
    Some(format!("{}: {}{more}", addresses(set.sizes()), listed.join(", ")))
}

/// What to do, as concretely as is known.
pub(super) fn help(
    document: &Document,
    explained: &Explained<'_>,
    of: ResourceType,
    statement: &str,
) -> String {
    let conditions = document.statements.get(explained.blame.statement).map_or(&[][..], |s| &s.conditions);
    let may_help = |(_, leak): &(usize, Leak)| !matches!(leak, Leak::NotTrust | Leak::Fixed);
    let leak = leaks(document, explained.finding, of).into_iter().find(may_help);
    if let Some((condition, leak)) = leak.and_then(|(place, leak)| Some((conditions.get(place)?, leak))) {
        return one_line(&repair(condition, leak));
    }
    let federated = document.statements.get(explained.blame.statement).and_then(|s| {
        let value = s.principal.as_ref()?.values.get(explained.finding.principal?)?;
        (value.value.kind == PrincipalKind::Federated).then(|| value.value.text.to_string())
    });
    match federated {
        Some(provider) if !provider.contains(['*', '?', ':']) => {
            let claim = match &*provider {
                "graph.facebook.com" | "www.amazon.com" => "app_id",
                _ => "aud",
            };
            format!(
                "say whose users {statement} is for: \"Condition\": {{\"StringEquals\": {{\"{}:{claim}\": \"YOUR-ID\"}}}}",
                one_line(&provider)
            )
        }
        Some(_) => format!("name the ARN of the identity provider in Principal of {statement}"),
        None => format!(
            "name accounts, users or roles in Principal of {statement}, or add a condition with fixed values of a key \
             that\noutsiders cannot choose: {}",
            keys(of)
        ),
    }
}

/// Keys that confine a policy of a resource of this type.
fn keys(of: ResourceType) -> &'static str {
    match of.name() {
        "AWS::KMS::Key" => "aws:PrincipalOrgID, aws:PrincipalAccount, kms:CallerAccount, aws:SourceVpce",
        "AWS::SNS::Topic" | "AWS::SQS::Queue" | "AWS::Lambda::Function" => {
            "aws:PrincipalOrgID, aws:PrincipalAccount, aws:SourceAccount, aws:SourceArn"
        }
        "AWS::S3::Bucket" => {
            "aws:PrincipalOrgID, aws:PrincipalAccount, aws:SourceVpce, aws:SourceIp, s3:DataAccessPointAccount"
        }
        _ if of.is_trust_policy() => "aws:PrincipalOrgID, aws:PrincipalAccount, aws:PrincipalArn",
        _ => "aws:PrincipalOrgID, aws:PrincipalAccount, aws:SourceVpce, aws:SourceIp",
    }
}

/// What would make a condition confine.
pub(super) fn repair(condition: &Condition, leak: Leak) -> String {
    let (operator, key) = (condition.operator.value, &condition.key.value.text);
    let strict = Operator { if_exists: false, ..operator };
    match leak {
        Leak::Absent if operator.if_exists => {
            format!("a request without {key} meets it: write {strict} instead of {operator}")
        }
        Leak::Absent if operator.set.is_some() => format!(
            "a request without {key} meets it: ask for the key too, \"Null\": {{\"{key}\": \"false\"}}"
        ),
        Leak::Absent | Leak::Negated => format!(
            "say whom it is for, not whom it is not for: the values of {key} that are trusted, under an operator without Not"
        ),
        Leak::Wildcard => format!("write whole values of {key}, without wildcards and variables"),
        Leak::Addresses => format!(
            "name fewer addresses in {key}: up to 16777216 of IPv4 (a /8) and 2^96 of IPv6 (a /32) in all statements"
        ),
        Leak::Presence | Leak::NotTrust | Leak::Fixed => {
            format!("ask for fixed values of {key}, not whether it is there")
        }
    }
}

/// Identity providers of an account whose users are let in whatever they are: named, so no outsiders, but seldom what is meant.
pub(super) fn noticed(document: &Document) -> Vec<Diagnostic> {
    let mut noticed = Vec::new();
    for statement in document.statements.iter().filter(|s| s.effect.value == Effect::Allow) {
        let tests = |key: &dyn Fn(&str) -> bool| statement.conditions.iter().any(|c| key(&c.key.value.name));
        for value in statement.principal.iter().filter(|p| !p.negated).flat_map(|p| &p.values) {
            let name = value.value.text.to_ascii_lowercase();
            let provider = name.splitn(6, ':').nth(5).and_then(|resource| resource.split_once('/'));
            let (confined, claims) = match provider {
                Some(("oidc-provider", host)) => {
                    let of_host = |key: &str| {
                        key.strip_prefix(host).is_some_and(|claim| matches!(claim, ":sub" | ":aud"))
                    };
                    (tests(&of_host), format!("`{host}:sub`"))
                }
                Some(("saml-provider", _)) => {
                    (tests(&|key: &str| key.starts_with("saml:")), "`SAML:aud`".to_owned())
                }
                _ => continue,
            };
            if !confined && value.value.kind == PrincipalKind::Federated {
                let message = "every user of this identity provider is let in";
                noticed.push(
                    Diagnostic::warning(crate::code::Code::AnyFederatedUser, message, value.span)
                        .with_help(format!("say which ones with a condition on {claims}")),
                );
            }
        }
    }
    noticed
}
