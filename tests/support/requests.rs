//! Random requests of the world that the generated policies speak about.

use super::policies::KEYS;
use arbitrary::{Result, Unstructured};
use iamsat::policy::{Document, PolicyType};
use iamsat::request::{Axioms, Request, Requester};

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
            request.set(key, value.into_iter().collect());
        }
    }
    if documents.iter().any(|d| d.source.text().contains("PrincipalTag/team")) && u.ratio(1, 2)? {
        request.set("aws:PrincipalTag/team", vec!["alice".to_owned()]);
    }
    request.requester = Some(requester);
    let can_happen = request
        .inconsistencies(mentioned.iter().map(String::as_str), &Axioms { safe: true, heuristics: false })
        .is_empty();
    Ok(can_happen.then_some(request))
}
