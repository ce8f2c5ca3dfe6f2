//! The store of PMapper: for each account `DIR/metadata.json` and `DIR/graph/{nodes,groups,policies}.json`; for an organization
//! `DIR/{metadata,scps,org_data}.json`.
//!
//! Only the form of the files is known here. The edges are what PMapper concludes, and are not read. RCPs, VPC endpoints, object
//! ownership and resources without a policy are not collected.

use super::{Form, Store, last, text};
use crate::policy::is_account_id;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The name of the files.
pub(super) const KIND: &str = "a store of PMapper";

const OF_GRAPH: [&str; 4] = ["nodes.json", "edges.json", "groups.json", "policies.json"];

/// True for a path that a file of such a store may have.
pub(super) fn is_named(path: &str) -> bool {
    let parts: Vec<&str> = path.split(['/', '\\']).collect();
    match *parts.as_slice() {
        [.., "graph", name] => OF_GRAPH.contains(&name),
        [.., name] => ["metadata.json", "org_data.json", "scps.json"].contains(&name),
        [] => false,
    }
}

/// Returns the answers that say the same as the stores.
pub(super) fn answers(store: &mut Store) -> Vec<(String, Value)> {
    let mut answers = Vec::new();
    let paths: Vec<String> =
        store.files.keys().filter(|path| is_in(path, "metadata.json")).cloned().collect();
    for path in paths.iter().filter_map(|path| path.strip_suffix("metadata.json")) {
        let metadata = format!("{path}metadata.json");
        let is_marked =
            |name: &str| store.files.get(&metadata).is_some_and(|value| value.get(name).is_some());
        if !is_marked("pmapper_version") {
            continue;
        }
        match (store.files.contains_key(&format!("{path}graph/nodes.json")), is_marked("account_id")) {
            (true, true) => of_account(store, path, &mut answers),
            (false, _) if store.files.contains_key(&format!("{path}org_data.json")) => {
                of_organization(store, path, &mut answers);
            }
            _ => {}
        }
    }
    answers
}

fn is_in(path: &str, name: &str) -> bool {
    path == name || path.strip_suffix(name).is_some_and(|rest| rest.ends_with('/'))
}

fn of_account(store: &mut Store, own: &str, answers: &mut Vec<(String, Value)>) {
    let metadata = store.take(&format!("{own}metadata.json")).unwrap_or_default();
    let account = text(&metadata, "account_id").to_owned();
    let mut list = |name: &str| store.take_as(&format!("{own}graph/{name}.json"), Form::List);
    let (nodes, groups, policies) = (list("nodes"), list("groups"), list("policies"));
    // What PMapper concludes is not read.
    store.take(&format!("{own}graph/edges.json"));
    if !is_account_id(&account) {
        return;
    }
    let mut documents: BTreeMap<(&str, &str), &Value> = BTreeMap::new();
    for policy in elements(&policies) {
        let document = policy.get("policy_doc").unwrap_or(&Value::Null);
        // Of two policies with one name, nobody says which is in effect.
        let known = documents.entry((text(policy, "arn"), text(policy, "name"))).or_insert(document);
        if *known != document {
            *known = &Value::Null;
        }
    }
    let place = format!("{own}accounts/{account}/(pmapper)");
    let mut details = Map::new();
    if nodes.is_some() {
        // A reader says what is wrong with a node that is neither.
        let (roles, users): (Vec<&Value>, Vec<&Value>) =
            elements(&nodes).partition(|node| text(node, "arn").contains(":role/"));
        for (name, kind, list) in [("UserDetailList", "user", users), ("RoleDetailList", "role", roles)] {
            let list = list.into_iter().map(|node| principal(node, kind, &documents)).collect();
            details.insert(name.to_owned(), list);
        }
    }
    if groups.is_some() {
        let group = |node: &Value| {
            let mut group = lists(node, "GroupPolicyList", &documents);
            group.insert("GroupName".to_owned(), json!(last(text(node, "arn"))));
            Value::Object(group)
        };
        details.insert("GroupDetailList".to_owned(), elements(&groups).map(group).collect());
    }
    let (mut managed, mut rows) = (Vec::new(), Vec::new());
    for ((arn, _), document) in &documents {
        let rest = arn.splitn(6, ':').nth(5).unwrap_or_default();
        let is_entity =
            arn.contains(":iam:") && ["user/", "role/", "group/"].iter().any(|kind| rest.starts_with(kind));
        if arn.contains(":iam:") && rest.starts_with("policy/") {
            managed.push(
                json!({"Arn": arn, "PolicyVersionList": [{"Document": document, "IsDefaultVersion": true}]}),
            );
        } else if !is_entity && !arn.is_empty() {
            let mut row = json!({"Resource": arn, "Account": account});
            // Null would say that there is none, and only policies are stored.
            if let (false, Some(members)) = (document.is_null(), row.as_object_mut()) {
                members.insert("Policy".to_owned(), (*document).clone());
            }
            rows.push(row);
        }
    }
    details.insert("Policies".to_owned(), Value::Array(managed));
    answers.push((format!("{place}/gaad.json"), Value::Object(details)));
    if !rows.is_empty() {
        answers.push((format!("{place}/resources.json"), Value::Array(rows)));
    }
}

/// Returns the inline and managed policies of a node.
fn lists(node: &Value, inline: &str, documents: &BTreeMap<(&str, &str), &Value>) -> Map<String, Value> {
    let arn = text(node, "arn");
    let mut members = Map::new();
    members.insert("Arn".to_owned(), json!(arn));
    let Some(attached) = node.get("attached_policies").and_then(Value::as_array) else {
        // A list that is not there is a gap: of users too, where the AWS CLI leaves an empty one out.
        members.insert(inline.to_owned(), Value::Null);
        return members;
    };
    let (own, managed): (Vec<&Value>, Vec<&Value>) =
        attached.iter().partition(|policy| text(policy, "arn") == arn);
    let own = own.into_iter().map(|policy| {
        let name = text(policy, "name");
        json!({"PolicyName": name, "PolicyDocument": documents.get(&(arn, name))})
    });
    members.insert(inline.to_owned(), own.collect());
    let managed = managed.into_iter().map(|policy| json!({"PolicyArn": text(policy, "arn")}));
    members.insert("AttachedManagedPolicies".to_owned(), managed.collect());
    members
}

fn principal(node: &Value, kind: &str, documents: &BTreeMap<(&str, &str), &Value>) -> Value {
    let inline = if kind == "user" { "UserPolicyList" } else { "RolePolicyList" };
    let mut members = lists(node, inline, documents);
    if kind == "user" {
        let groups = node.get("group_memberships").and_then(Value::as_array);
        let name = |group: &Value| group.as_str().map_or("", last).to_owned();
        let names = groups.map(|groups| groups.iter().map(name).collect::<Value>());
        members.extend(names.map(|names| ("GroupList".to_owned(), names)));
    } else if let Some(trust) = node.get("trust_policy") {
        members.insert("AssumeRolePolicyDocument".to_owned(), trust.clone());
    }
    match node.get("permissions_boundary") {
        None | Some(Value::Null) => {}
        Some(boundary) => {
            let arn = boundary.get("arn").unwrap_or(boundary);
            members.insert("PermissionsBoundary".to_owned(), json!({"PermissionsBoundaryArn": arn}));
        }
    }
    members.extend(node.get("tags").map(|tags| ("Tags".to_owned(), tags.clone())));
    Value::Object(members)
}

fn of_organization(store: &mut Store, own: &str, answers: &mut Vec<(String, Value)>) {
    store.take(&format!("{own}metadata.json"));
    let Some(data) = store.take(&format!("{own}org_data.json")) else { return };
    let scps = store.take_as(&format!("{own}scps.json"), Form::List);
    let place = format!("{own}(pmapper)");
    let mut add = |name: String, value: Value| answers.push((format!("{place}/{name}.json"), value));
    let organization =
        json!({"Id": data.get("org_id"), "MasterAccountId": data.get("management_account_id")});
    add("describe-organization".to_owned(), json!({"Organization": organization}));
    // Nothing says if RCPs are enabled, and they are not collected: each level may have some.
    let types = json!([{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"},
        {"Type": "RESOURCE_CONTROL_POLICY", "Status": "ENABLED"}]);
    let ids = |list: Option<&Value>| -> Value {
        let all = list.and_then(Value::as_array).into_iter().flatten();
        // It is the ARN of the policy, or an object with it.
        let arns = all.map(|policy| policy.as_str().unwrap_or_else(|| text(policy, "arn")));
        arns.map(|arn| json!({"Id": last(arn), "Type": "SERVICE_CONTROL_POLICY"})).collect()
    };
    let roots: Vec<&Value> = data.get("root_ous").and_then(Value::as_array).into_iter().flatten().collect();
    let named = roots.iter().map(|root| json!({"Id": text(root, "ou_id"), "PolicyTypes": types}));
    add("list-roots".to_owned(), json!({"Roots": named.collect::<Value>()}));
    let mut open = roots;
    while let Some(node) = open.pop() {
        let id = text(node, "ou_id");
        let list = |name: &str| -> Option<Vec<&Value>> { Some(node.get(name)?.as_array()?.iter().collect()) };
        let (below, accounts) = (list("child_nodes"), list("accounts"));
        // A list that the store does not have stays a gap.
        if let Some(below) = &below {
            let units: Value = below.iter().map(|unit| json!({"Id": text(unit, "ou_id")})).collect();
            add(format!("list-organizational-units-for-parent/{id}"), json!({"OrganizationalUnits": units}));
        }
        if let Some(accounts) = &accounts {
            let members: Value =
                accounts.iter().map(|account| json!({"Id": text(account, "account_id")})).collect();
            add(format!("list-accounts-for-parent/{id}"), json!({"Accounts": members}));
        }
        let (below, accounts) = (below.into_iter().flatten(), accounts.into_iter().flatten());
        let of_accounts = accounts.map(|account| (text(account, "account_id"), account.get("scps")));
        for (target, list) in of_accounts.chain([(id, node.get("scps"))]) {
            if list.is_some() {
                add(format!("list-policies-for-target/{target}.SCP"), json!({"Policies": ids(list)}));
            }
        }
        open.extend(below);
    }
    for policy in elements(&scps) {
        let id = last(text(policy, "arn"));
        let summary = json!({"Id": id, "Type": "SERVICE_CONTROL_POLICY"});
        let policy = json!({"PolicySummary": summary, "Content": policy.get("policy_doc")});
        add(format!("describe-policy/{id}"), json!({"Policy": policy}));
    }
}

fn elements(list: &Option<Value>) -> impl Iterator<Item = &Value> {
    list.iter().filter_map(Value::as_array).flatten()
}
