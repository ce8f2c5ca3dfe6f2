//! The store of iam-collect: `ROOT/aws/PARTITION/accounts/ID/...` and `ROOT/aws/PARTITION/organizations/ID/...`, with a file for each
//! fact of an entity. The names in paths are in lower case and encoded, so names come from `metadata.json` alone.
//!
//! Only the form of the files is known here. A fact without a file is none, or the collector was refused it: it writes no file then
//! (`iam-collect-absent-is-none`). Object ownership, grants of keys and, by default, tags are not collected.

use super::{Form, Store, last, text};
use crate::policy::is_account_id;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The name of the files.
pub(super) const KIND: &str = "a store of iam-collect";

const PARTITIONS: [&str; 5] = ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b"];
const ROOMS: [&str; 3] = ["accounts", "organizations", "indexes"];

/// Returns the directory that a path of such a store begins with: `ROOT/aws/PARTITION/`.
pub(super) fn directory(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split(['/', '\\']).collect();
    let place = parts.windows(3).position(|three| match three {
        ["aws", partition, room] => PARTITIONS.contains(partition) && ROOMS.contains(room),
        _ => false,
    })?;
    let parts = parts.get(..place.checked_add(2)?)?;
    Some(format!("{}/", parts.join("/")))
}

/// Returns the answers that say the same as the stores.
pub(super) fn answers(store: &mut Store) -> Vec<(String, Value)> {
    let mut directories: Vec<String> = store.files.keys().filter_map(|path| directory(path)).collect();
    directories.dedup();
    let mut answers = Vec::new();
    for directory in directories {
        for account in children(store, &format!("{directory}accounts/")) {
            if is_account_id(&account) {
                of_account(store, &directory, &account, &mut answers);
            }
        }
        for organization in children(store, &format!("{directory}organizations/")) {
            of_organization(store, &format!("{directory}organizations/{organization}/"), &mut answers);
        }
        unsound(store, &directory);
        // They repeat what the others say. What is deeper is none of them.
        let indexes = format!("{directory}indexes/");
        let is_index = |path: &&String| path.strip_prefix(&indexes).is_some_and(|name| !name.contains('/'));
        let names: Vec<String> = store.files.keys().filter(is_index).cloned().collect();
        store.taken.extend(names);
    }
    answers
}

/// Notes the files that are there and cannot be read: that a fact is none, or that nobody else is there, does not follow from them.
fn unsound(store: &mut Store, directory: &str) {
    let is_read = |path: &&String| {
        path.strip_prefix(directory).is_some_and(|rest| {
            rest.ends_with(".json")
                && ["accounts/", "organizations/"].iter().any(|room| rest.starts_with(room))
        })
    };
    let fault = |path: &String| {
        let message = "the file is too long, is not JSON, has a member twice or has a number that readers take in different ways";
        (path.clone(), message.to_owned())
    };
    let faults: Vec<(String, String)> = store.unsound.iter().filter(is_read).map(fault).collect();
    store.faults.extend(faults);
    let mut without = BTreeMap::new();
    for path in store.files.keys() {
        let below: Vec<&str> =
            path.strip_prefix(directory).into_iter().flat_map(|rest| rest.split('/')).collect();
        if let ["accounts", account, "iam", kind @ ("user" | "group" | "role"), name, _, ..] =
            *below.as_slice()
        {
            let metadata = format!("{directory}accounts/{account}/iam/{kind}/{name}/metadata.json");
            if !store.files.contains_key(&metadata) && !store.unsound.contains(&metadata) {
                without.entry(metadata).or_insert(kind);
            }
        }
    }
    let message = |kind: &str| {
        format!("the file is missing, so it is not known which {kind} the files beside it are about")
    };
    store.faults.extend(without.into_iter().map(|(path, kind)| (path, message(kind))));
}

/// Returns the names directly below a directory.
fn children(store: &Store, directory: &str) -> Vec<String> {
    let within = store.files.range(directory.to_owned()..).map(|(path, _)| path);
    let names =
        within.map_while(|path| path.strip_prefix(directory)).filter_map(|rest| rest.split('/').next());
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.dedup();
    names
}

/// The lists of an account in the answer about it.
#[derive(Default)]
struct Account {
    users: Vec<Value>,
    groups: Vec<Value>,
    roles: Vec<Value>,
    policies: Vec<Value>,
    resources: Vec<Value>,
    endpoints: Vec<Value>,
    has_iam: bool,
}

fn of_account(store: &mut Store, directory: &str, id: &str, answers: &mut Vec<(String, Value)>) {
    let own = format!("{directory}accounts/{id}/");
    let partition = last(directory.trim_end_matches('/')).to_owned();
    let mut account = Account::default();
    for (path, below) in store.holding(&own, "metadata.json") {
        let below: Vec<&str> = below.iter().map(String::as_str).collect();
        let name = format!("{path}/metadata.json");
        let Some(metadata) = store.files.get(&name).cloned() else { continue };
        if matches!(below.as_slice(), ["iam", ..]) && text(&metadata, "arn").is_empty() {
            store.faults.push((name, "the file has to be an object with an `arn`".to_owned()));
            continue;
        }
        let is_read = match *below.as_slice() {
            ["iam", kind @ ("user" | "group" | "role"), _] => {
                account.has_iam = true;
                entity(store, (&path, kind), &metadata, &mut account)
            }
            ["iam", "policy", _] | ["iam", "aws", "policy", _] => {
                let document = store.take_as(&format!("{path}/current-policy.json"), Form::Object);
                account.policies.push(managed(&metadata, document));
                true
            }
            ["ec2", _, "vpc-endpoint", _] => {
                let policy = store.take_as(&format!("{path}/endpoint-policy.json"), Form::Object);
                account.endpoints.push(endpoint(&metadata, policy));
                true
            }
            _ => resource(store, (&path, &below), (&partition, id), &metadata, &mut account),
        };
        if is_read {
            // Settings and tags beside it take no part.
            for name in ["metadata", "tags", "bpa", "encryption"] {
                let path = format!("{path}/{name}.json");
                if store.files.contains_key(&path) {
                    store.taken.insert(path);
                }
            }
        }
    }
    let place = format!("{own}(iam-collect)");
    if account.has_iam || !account.policies.is_empty() {
        let mut details = Map::new();
        if account.has_iam {
            let lists = [
                ("UserDetailList", account.users),
                ("GroupDetailList", account.groups),
                ("RoleDetailList", account.roles),
            ];
            for (name, list) in lists {
                let list = if list.is_empty() { store.absent_list() } else { Value::Array(list) };
                details.insert(name.to_owned(), list);
            }
        }
        details.insert("Policies".to_owned(), Value::Array(account.policies));
        answers.push((format!("{place}/gaad.json"), Value::Object(details)));
    }
    if !account.resources.is_empty() {
        answers.push((format!("{place}/resources.json"), Value::Array(account.resources)));
    }
    if !account.endpoints.is_empty() {
        answers.push((format!("{place}/vpc-endpoints.json"), json!({"VpcEndpoints": account.endpoints})));
    }
}

/// Adds a user, group or role.
fn entity(store: &mut Store, (path, kind): (&str, &str), metadata: &Value, account: &mut Account) -> bool {
    let absent = store.absent_list();
    let tags = store.take(&format!("{path}/tags.json"));
    let mut file = |name: &str, form: Form| store.take_as(&format!("{path}/{name}.json"), form);
    let inline = file("inline-policies", Form::List).unwrap_or_else(|| absent.clone());
    let attached = attached(file("managed-policies", Form::Texts).unwrap_or_else(|| absent.clone()));
    let mut entity = json!({"Arn": metadata.get("arn"), "AttachedManagedPolicies": attached});
    let Some(members) = entity.as_object_mut() else { return false };
    let list = match kind {
        "user" => "UserPolicyList",
        "group" => "GroupPolicyList",
        _ => "RolePolicyList",
    };
    members.insert(list.to_owned(), inline);
    let boundary = metadata.get("permissionBoundary").filter(|boundary| !boundary.is_null());
    if let Some(boundary) = boundary {
        // It is the ARN, or an object with it.
        let arn = boundary.get("PermissionsBoundaryArn").or_else(|| boundary.get("arn")).unwrap_or(boundary);
        members.insert("PermissionsBoundary".to_owned(), json!({"PermissionsBoundaryArn": arn}));
    }
    if let Some(tags) = tags {
        members.insert("Tags".to_owned(), tags);
    }
    let name = metadata.get("name").cloned().unwrap_or_default();
    match kind {
        "user" => {
            let groups = file("groups", Form::Texts).unwrap_or(absent);
            // What is not a text stays in the list, as a group that nobody knows.
            let name = |group: &Value| group.as_str().map_or("", last).to_owned();
            let names = groups.as_array().map(|groups| groups.iter().map(name).collect());
            members.insert("GroupList".to_owned(), names.unwrap_or(Value::Null));
            account.users.push(entity);
        }
        "group" => {
            members.insert("GroupName".to_owned(), name);
            account.groups.push(entity);
        }
        _ => {
            if let Some(trust) = file("trust-policy", Form::Object) {
                members.insert("AssumeRolePolicyDocument".to_owned(), trust);
            }
            // They say nothing of access.
            store.take(&format!("{path}/instance-profiles.json"));
            account.roles.push(entity);
        }
    }
    true
}

/// Returns a list of ARNs as the list of attached policies.
fn attached(arns: Value) -> Value {
    match arns.as_array() {
        Some(arns) => arns.iter().map(|arn| json!({"PolicyArn": arn})).collect(),
        // A reader says what is wrong with it.
        None => arns,
    }
}

fn managed(metadata: &Value, document: Option<Value>) -> Value {
    let versions: Vec<Value> = document
        .into_iter()
        .map(|document| json!({"Document": document, "IsDefaultVersion": true}))
        .collect();
    json!({"Arn": metadata.get("arn"), "PolicyVersionList": versions})
}

fn endpoint(metadata: &Value, policy: Option<Value>) -> Value {
    json!({
        "VpcEndpointId": metadata.get("id"),
        "VpcId": last(text(metadata, "vpc")),
        "ServiceName": metadata.get("serviceName"),
        "PolicyDocument": policy,
    })
}

/// Adds a resource, if its metadata say which one it is.
fn resource(
    store: &mut Store,
    (path, below): (&str, &[&str]),
    (partition, account): (&str, &str),
    metadata: &Value,
    all: &mut Account,
) -> bool {
    let name = text(metadata, "name");
    let arn = match (text(metadata, "arn"), below) {
        ("", ["s3", _]) if !name.is_empty() => format!("arn:{partition}:s3:::{name}"),
        ("", ["lambda", region, "function", _]) if !name.is_empty() => {
            format!("arn:{partition}:lambda:{region}:{account}:function:{name}")
        }
        (arn, [_, ..]) if arn.starts_with("arn:") => arn.to_owned(),
        _ => return false,
    };
    let mut row = json!({"Resource": arn, "Account": account});
    let policy = store.take_as(&format!("{path}/policy.json"), Form::Object);
    // Null says that there is none.
    let policy = policy.or((!store.is_strict).then_some(Value::Null));
    if let (Some(policy), Some(members)) = (policy, row.as_object_mut()) {
        members.insert("Policy".to_owned(), policy);
    }
    all.resources.push(row);
    true
}

fn of_organization(store: &mut Store, own: &str, answers: &mut Vec<(String, Value)>) {
    let Some(metadata) = store.take(&format!("{own}metadata.json")) else { return };
    store.take(&format!("{own}structure.json"));
    let place = format!("{own}(iam-collect)");
    let mut add = |name: &str, value: Value| answers.push((format!("{place}/{name}.json"), value));
    let organization = json!({"Id": metadata.get("id"), "Arn": metadata.get("arn"),
        "MasterAccountId": metadata.get("rootAccountId")});
    add("describe-organization", json!({"Organization": organization}));
    let root = text(&metadata, "rootOu").to_owned();
    if let Some(features) = metadata.get("features").and_then(Value::as_object) {
        let enabled = features.iter().filter(|(_, is_enabled)| **is_enabled == Value::Bool(true));
        let types: Vec<Value> = enabled.map(|(name, _)| json!({"Type": name, "Status": "ENABLED"})).collect();
        add("list-roots", json!({"Roots": [{"Id": root, "PolicyTypes": types}]}));
    }
    let (mut units, mut accounts) = (BTreeMap::new(), BTreeMap::new());
    let ous = store.take_as(&format!("{own}ous.json"), Form::Object);
    let members = store.take_as(&format!("{own}accounts.json"), Form::Object);
    for (id, unit) in ous.iter().filter_map(Value::as_object).flatten() {
        units.entry(id.clone()).or_insert_with(Vec::<Value>::new);
        accounts.entry(id.clone()).or_insert_with(Vec::<Value>::new);
        let parent = text(unit, "parent");
        if !parent.is_empty() {
            units.entry(parent.to_owned()).or_default().push(json!({"Id": id}));
        }
    }
    for (id, account) in members.iter().filter_map(Value::as_object).flatten() {
        accounts.entry(text(account, "ou").to_owned()).or_default().push(json!({"Id": id}));
    }
    // A list that the store does not have stays a gap.
    if ous.is_some() {
        units.into_iter().for_each(|(parent, below)| {
            add(
                &format!("list-organizational-units-for-parent/{parent}"),
                json!({"OrganizationalUnits": below}),
            );
        });
    }
    if members.is_some() {
        accounts.into_iter().for_each(|(parent, below)| {
            add(&format!("list-accounts-for-parent/{parent}"), json!({"Accounts": below}));
        });
    }
    for (target, node) in ous.iter().chain(&members).filter_map(Value::as_object).flatten() {
        for (list, kind, name) in
            [("scps", "SERVICE_CONTROL_POLICY", "SCP"), ("rcps", "RESOURCE_CONTROL_POLICY", "RCP")]
        {
            let Some(arns) = node.get(list).and_then(Value::as_array) else { continue };
            // What is not a text stays in the list, as a policy that nobody knows.
            let id = |arn: &Value| json!({"Id": arn.as_str().map_or("", last), "Type": kind});
            let policies: Vec<Value> = arns.iter().map(id).collect();
            add(&format!("list-policies-for-target/{target}.{name}"), json!({"Policies": policies}));
        }
    }
    for (list, kind) in [("scps", "SERVICE_CONTROL_POLICY"), ("rcps", "RESOURCE_CONTROL_POLICY")] {
        for (path, _) in store.holding(&format!("{own}{list}/"), "metadata.json") {
            let Some(metadata) = store.take(&format!("{path}/metadata.json")) else { continue };
            let content = store.take(&format!("{path}/policy.json"));
            let id = last(text(&metadata, "arn")).to_owned();
            let policy = json!({"PolicySummary": {"Id": id, "Type": kind}, "Content": content});
            answers.push((format!("{place}/describe-policy/{id}.json"), json!({"Policy": policy})));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_a_store_begins_with_its_root() {
        for (path, root) in [
            ("data/aws/aws/accounts/111122223333/iam/user/ana/metadata.json", Some("data/aws/aws/")),
            ("aws/aws-cn/organizations/o-a/metadata.json", Some("aws/aws-cn/")),
            ("snap/accounts/111122223333/gaad.json", None),
            ("aws/other/accounts/x.json", None),
        ] {
            assert_eq!(directory(path).as_deref(), root, "{path}");
        }
    }
}
