//! Random requests of the world of the generated policies.

use super::policies::KEYS;
use arbitrary::{Result, Unstructured};
use iamsat::policy::{Document, PolicyType, Template};
use iamsat::request::{FactSets, Request, Requester};

const ACTIONS: &[&str] = &["s3:GetObject", "s3:PutObject", "ec2:RunInstances", "s3:GetX", "s3:SetObject"];
const RESOURCES: &[&str] = &[
    "arn:aws:s3:::b",
    "*",
    "arn:aws:s3:::b/alice/x",
    "arn:aws:s3:::c/x",
    "arn:aws:s3:::b/none",
    "arn:aws:sqs:r:1:b/k:1",
];

fn requesters(policy_type: PolicyType) -> Vec<Requester> {
    let s = str::to_owned;
    let (partition, account) = (s("aws"), s("111122223333"));
    let mut list = vec![
        Requester::User { partition: s("aws"), account: account.clone(), name: s("alice") },
        Requester::RoleSession {
            partition: s("aws"),
            account: account.clone(),
            role: s("x/R"),
            session: s("s"),
        },
        Requester::FederatedUser {
            partition: s("aws"),
            account: account.clone(),
            name: s("f"),
            parent: s("alice"),
        },
    ];
    if policy_type == PolicyType::Resource {
        list.extend([
            Requester::Anonymous,
            Requester::Root { partition: partition.clone(), account },
            Requester::User { partition, account: s("444455556666"), name: s("bob") },
            Requester::Service { name: s("ec2.amazonaws.com") },
            Requester::WebIdentity { provider: s("accounts.google.com") },
        ]);
    }
    list
}

/// The keys that documents mention, in conditions and as variables, in lower case.
pub(crate) fn mentioned(documents: &[&Document]) -> Vec<String> {
    let text: String = documents.iter().map(|d| d.source.text().to_ascii_lowercase()).collect();
    let named = KEYS.iter().map(|k| k.name.to_ascii_lowercase()).filter(|name| text.contains(name));
    named.collect()
}

/// A request that can happen, if the choices make one. Keys that no document mentions are absent.
pub(crate) fn arbitrary(
    u: &mut Unstructured<'_>,
    documents: &[&Document],
    policy_type: PolicyType,
) -> Result<Option<Request>> {
    let requester = u.choose(&requesters(policy_type))?.clone();
    let mut request = Request::new(*u.choose(ACTIONS)?, *u.choose(RESOURCES)?);
    let mentioned = mentioned(documents);
    for key in KEYS.iter().filter(|k| mentioned.contains(&k.name.to_ascii_lowercase())) {
        let values = u.choose(key.world)?;
        request.set(key.name, values.iter().map(|v| (*v).to_owned()).collect());
    }
    for (key, value) in requester.derived_context() {
        if mentioned.contains(&key.to_ascii_lowercase()) {
            request.set(key, value.into_iter().map(Into::into).collect());
        }
    }
    if documents.iter().any(|d| d.source.text().contains("PrincipalTag/team")) && u.ratio(1, 2)? {
        request.set("aws:PrincipalTag/team", vec!["alice".to_owned()]);
    }
    request.requester = Some(requester);
    let can_happen = request
        .inconsistencies(mentioned.iter().map(String::as_str), &FactSets { safe: true, heuristics: false })
        .is_empty();
    Ok(can_happen.then_some(request))
}

/// Makes a possible request from the texts in the documents: for policies about which nothing else is known.
pub(crate) fn spelled(
    u: &mut Unstructured<'_>,
    documents: &[&Document],
    policy_type: PolicyType,
) -> Result<Option<Request>> {
    let statements = || documents.iter().flat_map(|d| &d.statements);
    let actions: Vec<&str> =
        statements().flat_map(|s| &s.action.values).map(|v| &*v.value.text).chain(["s3:GetObject"]).collect();
    let resources: Vec<&str> = statements()
        .filter_map(|s| s.resource.as_ref())
        .flat_map(|r| &r.values)
        .map(|v| &*v.value.text)
        .chain(["*", "arn:aws:s3:::b/x"])
        .collect();
    let of_sets = |key: &str| {
        let mut uses = statements().flat_map(|s| &s.conditions).filter(|c| *c.key.value.name == *key);
        uses.all(|c| c.operator.value.set.is_some())
    };
    let (action, resource) = (*u.choose(&actions)?, *u.choose(&resources)?);
    let mut request = Request::new(instance(u, action)?, instance(u, resource)?);
    let requester = u.choose(&requesters(policy_type))?.clone();
    let mut keys: Vec<String> = Vec::new();
    for condition in statements().flat_map(|s| &s.conditions) {
        let key = condition.key.value.name.to_string();
        if u.ratio(1, 4)? || keys.contains(&key) {
            continue;
        }
        let mut values = Vec::new();
        let most = if of_sets(&key) { 3 } else { 1 };
        while !condition.values.is_empty() && values.len() < most && (values.is_empty() || u.ratio(1, 4)?) {
            let text = &*u.choose(&condition.values)?.value.text;
            values.push(instance(u, text)?);
        }
        request.set(&key, values);
        keys.push(key);
    }
    let resources = statements().filter_map(|s| s.resource.as_ref()).flat_map(|r| &r.values);
    let conditions = || statements().flat_map(|s| &s.conditions);
    let templates = (resources.map(|v| &v.value.template))
        .chain(conditions().flat_map(|c| &c.values).map(|v| &v.value.template));
    let mut mentioned: Vec<&str> = templates.flat_map(Template::variables).map(|v| &*v.key).collect();
    mentioned.extend(conditions().map(|c| &*c.key.value.name));
    for (key, value) in requester.derived_context() {
        if mentioned.iter().any(|name| key.eq_ignore_ascii_case(name)) {
            request.set(key, value.into_iter().map(Into::into).collect());
        }
    }
    request.requester = Some(requester);
    let can_happen = request
        .inconsistencies(mentioned.iter().copied(), &FactSets { safe: true, heuristics: false })
        .is_empty();
    Ok(can_happen.then_some(request))
}

/// Makes a text that matches a pattern, now and then with a change.
fn instance(u: &mut Unstructured<'_>, pattern: &str) -> Result<String> {
    let mut text = String::new();
    for c in pattern.chars() {
        match c {
            '*' => text.push_str(u.choose(&["", "a", "*", "Get", "b/c", ":"])?),
            '?' => text.push('x'),
            _ => text.push(c),
        }
    }
    if u.ratio(1, 16)? {
        text.pop();
    }
    Ok(text)
}
