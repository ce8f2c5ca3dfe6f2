//! Repairs for statements that let outsiders in.

use super::display::one_line;
use super::explained::Explained;
use super::leak::{Leak, leaks};
use crate::policy::{Condition, Document, Operator, PrincipalKind, ResourceType, Statement};
use crate::request::{Request, Requester, SharedProvider};

/// Says how to keep outsiders out, as concretely as possible. `statement` names the statement of the finding.
pub(crate) fn keep_outsiders_out(
    document: &Document,
    explained: &Explained<'_>,
    of: ResourceType,
    statement: &str,
) -> String {
    let source = document.statements.get(explained.blame.statement);
    let request = explained.finding.witness.request();
    if let Some(advice) = source.and_then(|source| name_tenant(source, request, statement)) {
        return advice;
    }
    let may_help = |(_, leak): &(usize, Leak)| !matches!(leak, Leak::NotTrust | Leak::Fixed);
    let leak = leaks(document, explained.finding, of).into_iter().find(may_help);
    if let Some((condition, leak)) =
        leak.and_then(|(place, leak)| Some((source?.conditions.get(place)?, leak)))
    {
        return one_line(&repair(condition, leak));
    }
    let federated = source.and_then(|s| {
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
                "restrict {statement} to your users: \"Condition\": {{\"StringEquals\": {{\"{}:{claim}\": \"YOUR-ID\"}}}}",
                one_line(&provider)
            )
        }
        Some(_) => format!("name the ARN of the identity provider in Principal of {statement}"),
        None => format!(
            "name accounts, users or roles in Principal of {statement}, or add a condition with fixed values of a key \
             that\noutsiders cannot choose: {}\nor leave it so, if everybody is to have this access",
            keys(of)
        ),
    }
}

/// Says how a statement can name its tenants, if the request comes through a shared identity provider. `named` is the statement's
/// name.
pub(crate) fn name_tenant(source: &Statement, request: &Request, named: &str) -> Option<String> {
    let provider = match &request.requester {
        Some(Requester::WebIdentity { provider }) => SharedProvider::of(provider)?,
        _ => return None,
    };
    let (key, example) = (provider.key(), provider.example());
    let condition = source.conditions.iter().find(|condition| *condition.key.value.name == *key);
    Some(match condition {
        Some(condition) => format!(
            "name your tenant in full in {} of {named}, as in \"{example}\"; a wildcard may follow, but not stand in its place",
            one_line(&condition.key.value.text)
        ),
        None => format!(
            "restrict {named} to tokens of your tenant: \"Condition\": {{\"StringLike\": {{\"{key}\": \"{example}\"}}}}"
        ),
    })
}

/// Lists keys that restrict a policy of a resource of this type.
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

/// Says how to change a condition so that it keeps outsiders out.
pub(crate) fn repair(condition: &Condition, leak: Leak) -> String {
    let (operator, key) = (condition.operator.value, &condition.key.value.text);
    let strict = Operator { if_exists: false, ..operator };
    match leak {
        Leak::Absent if operator.if_exists => {
            format!("a request without {key} meets it: write {strict} instead of {operator}")
        }
        Leak::Absent if operator.set.is_some() => format!(
            "a request without {key} meets it: require the key too, \"Null\": {{\"{key}\": \"false\"}}"
        ),
        Leak::Absent | Leak::Negated => {
            format!("list the trusted values of {key} under an operator without Not")
        }
        Leak::Wildcard => format!("write whole values of {key}, without wildcards and variables"),
        Leak::Addresses => format!(
            "name fewer addresses in {key}: up to 16777216 of IPv4 (a /8) and 2^96 of IPv6 (a /32) in all statements"
        ),
        Leak::Presence | Leak::NotTrust | Leak::Fixed => {
            format!("require fixed values of {key}, not only its presence")
        }
    }
}
