//! Small random organizations: a model, the files of a snapshot of it, and the layers that the model gives each requester.
//!
//! The layers are put together here from the model, not from the files: what a snapshot says is compared with them.

use super::document;
use super::world::Random;
use iamsat::policy::{Attached, Document, Layers};
use iamsat::snapshot::{Change, File};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) const OWN: &str = "111122223333";
pub(crate) const OTHER: &str = "444455556666";
pub(crate) const MANAGEMENT: &str = "999988887777";
pub(crate) const ORGANIZATION: &str = "o-own";
const ROOT: &str = "r-root";
const UNIT: &str = "ou-root-unit";
const BOUNDARY: &str = "arn:aws:iam::111122223333:policy/limit";
const MANAGED: &str = "arn:aws:iam::aws:policy/Managed";

/// A fact that may be left out of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Hidden {
    ManagedPolicy,
    Boundary,
    Groups,
    AccountDetails,
    Organization,
    Levels,
    BucketPolicy,
    Tags,
}

impl Hidden {
    pub(crate) const ALL: [Hidden; 8] = [
        Hidden::ManagedPolicy,
        Hidden::Boundary,
        Hidden::Groups,
        Hidden::AccountDetails,
        Hidden::Organization,
        Hidden::Levels,
        Hidden::BucketPolicy,
        Hidden::Tags,
    ];
}

/// A user or a role.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) arn: String,
    pub(crate) account: &'static str,
    pub(crate) is_user: bool,
    pub(crate) tag: Option<&'static str>,
    inline: Vec<Value>,
    has_managed: bool,
    has_boundary: bool,
    in_group: bool,
    trust: Option<Value>,
}

#[derive(Clone)]
pub(crate) struct Organization {
    pub(crate) members: Vec<Member>,
    managed: Value,
    boundary: Value,
    group: Value,
    /// The SCPs and RCPs by node, besides full access where the first is true.
    scps: BTreeMap<&'static str, (bool, Option<Value>)>,
    rcps: BTreeMap<&'static str, Option<Value>>,
    /// The policies of the buckets `b` (of OWN) and `c` (of OTHER).
    buckets: BTreeMap<&'static str, (&'static str, Option<Value>)>,
}

const ACTIONS: [&str; 8] =
    ["*", "s3:*", "s3:GetObject", "s3:PutObject", "s3:Get*", "sts:*", "sts:AssumeRole", "iam:PassRole"];
const RESOURCES: [&str; 7] = [
    "*",
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::c/*",
    "arn:aws:s3:::b/k",
    "arn:aws:iam::111122223333:role/*",
    "arn:aws:iam::*:role/app",
];
const CONDITIONS: [(&str, &str, &str); 10] = [
    ("StringEquals", "aws:PrincipalOrgID", ORGANIZATION),
    ("StringNotEqualsIfExists", "aws:PrincipalOrgID", ORGANIZATION),
    ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-own/r-root/ou-root-unit/*"),
    ("StringEquals", "aws:PrincipalTag/team", "a"),
    ("StringNotEquals", "aws:PrincipalTag/team", "a"),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/a*"),
    ("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/app"),
    ("StringEquals", "aws:SourceVpc", "vpc-1"),
    ("StringEquals", "aws:PrincipalAccount", OTHER),
    ("StringEquals", "aws:ResourceAccount", OWN),
];
const PRINCIPALS: [&str; 8] = [
    "*",
    OWN,
    OTHER,
    "arn:aws:iam::111122223333:role/app",
    "arn:aws:iam::111122223333:user/ana",
    "arn:aws:iam::444455556666:role/etl",
    "arn:aws:sts::111122223333:assumed-role/app/job",
    "arn:aws:iam::777788889999:root",
];

fn statement(random: &mut Random, principal: Option<Value>, denies: usize) -> Value {
    let effect = if random.below(8) < denies { "Deny" } else { "Allow" };
    let mut statement =
        json!({"Effect": effect, "Action": random.pick(&ACTIONS), "Resource": random.pick(&RESOURCES)});
    if let Some(principal) = principal {
        statement["Principal"] = principal;
    }
    if random.chance(2) {
        let (operator, key, value) = random.pick(&CONDITIONS);
        statement["Condition"] = json!({*operator: {*key: value}});
    }
    statement
}

fn policy(random: &mut Random, denies: usize) -> Value {
    let statements: Vec<Value> = (0..=random.below(2)).map(|_| statement(random, None, denies)).collect();
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn resource_policy(random: &mut Random) -> Value {
    let statements: Vec<Value> = (0..=random.below(2))
        .map(|_| {
            let principal = match random.below(8) {
                0 => json!("*"),
                1 => json!({"Service": "logs.amazonaws.com"}),
                _ => json!({"AWS": random.pick(&PRINCIPALS)}),
            };
            statement(random, Some(principal), 2)
        })
        .collect();
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn trust(random: &mut Random) -> Value {
    let action = *random.pick(&["sts:AssumeRole", "sts:AssumeRole", "sts:*"]);
    let principal = random.pick(&PRINCIPALS);
    json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Principal": {"AWS": principal}}})
}

fn full() -> Value {
    json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
}

impl Organization {
    pub(crate) fn new(random: &mut Random) -> Organization {
        let mut members = Vec::new();
        for (name, account) in [
            ("user/ana", OWN),
            ("user/bob", OWN),
            ("role/app", OWN),
            ("role/lab", OWN),
            ("role/lib", OWN),
            ("role/etl", OTHER),
            ("role/main", MANAGEMENT),
        ] {
            let is_user = name.starts_with("user/");
            members.push(Member {
                arn: format!("arn:aws:iam::{account}:{name}"),
                account,
                is_user,
                tag: *random.pick(&[None, Some("a"), Some("b")]),
                inline: (0..random.below(3)).map(|_| policy(random, 1)).collect(),
                has_managed: random.chance(3),
                has_boundary: account == OWN && random.chance(3),
                in_group: is_user && random.chance(2),
                trust: (!is_user).then(|| trust(random)),
            });
        }
        // Two roles with equal policies are one class.
        if random.chance(2) {
            let inline = members[3].inline.clone();
            let (managed, boundary, tag) = (members[3].has_managed, members[3].has_boundary, members[3].tag);
            members[4] = Member {
                inline,
                has_managed: managed,
                has_boundary: boundary,
                tag,
                trust: members[3].trust.clone(),
                ..members.remove(4)
            };
        }
        let level = |random: &mut Random| (!random.chance(6), random.chance(3).then(|| policy(random, 5)));
        let scps = [ROOT, UNIT, OWN, OTHER].map(|node| (node, level(random)));
        let rcp = |random: &mut Random| {
            random.chance(4).then(|| {
                let statement = statement(random, Some(json!("*")), 8);
                json!({"Version": "2012-10-17", "Statement": statement})
            })
        };
        let rcps = [ROOT, UNIT, OWN, OTHER].map(|node| (node, rcp(random)));
        let bucket = |random: &mut Random| (!random.chance(4)).then(|| resource_policy(random));
        let buckets = [("b", (OWN, bucket(random))), ("c", (OTHER, bucket(random)))];
        Organization {
            members,
            managed: policy(random, 1),
            boundary: policy(random, 1),
            group: policy(random, 1),
            scps: scps.into(),
            rcps: rcps.into(),
            buckets: buckets.into(),
        }
    }

    /// True if the model knows the account of a resource.
    pub(crate) fn has(&self, resource: &str) -> bool {
        let is_named = resource.split(':').nth(4).is_some_and(|account| !account.is_empty());
        is_named
            || resource == "*"
            || self.buckets.keys().any(|name| resource.starts_with(&format!("arn:aws:s3:::{name}/")))
    }

    /// Returns the nodes above an account and itself.
    fn nodes(account: &str) -> Vec<&'static str> {
        match account {
            OWN => vec![ROOT, UNIT, OWN],
            OTHER => vec![ROOT, OTHER],
            _ => Vec::new(),
        }
    }

    /// Returns the layers for a member and the resource with this ARN.
    pub(crate) fn layers(&self, member: &Member, resource: &str) -> Layers<Document> {
        let attached = |policy: &Value| Attached::Policy(document("layer", &policy.to_string()));
        let mut identity: Vec<&Value> = member.inline.iter().collect();
        identity.extend(member.has_managed.then_some(&self.managed));
        identity.extend(member.in_group.then_some(&self.group));
        let bucket =
            resource.strip_prefix("arn:aws:s3:::").and_then(|rest| self.buckets.get(rest.split('/').next()?));
        let role = self.members.iter().find(|role| !role.is_user && role.arn == resource);
        let (owner, policy) = match (bucket, role) {
            (Some((owner, policy)), _) => (Some(*owner), policy.as_ref()),
            (None, Some(role)) => (Some(role.account), role.trust.as_ref()),
            (None, None) => (None, None),
        };
        let scp = Organization::nodes(member.account).into_iter().map(|node| {
            let (has_full, further) = &self.scps[node];
            let full = (*has_full || further.is_none()).then(full);
            full.iter().chain(further).map(attached).collect()
        });
        let rcp = owner.map_or_else(Vec::new, Organization::nodes).into_iter();
        let rcp = rcp.filter_map(|node| self.rcps[node].as_ref()).map(|policy| vec![attached(policy)]);
        Layers {
            identity: identity.into_iter().map(attached).collect(),
            boundary: member.has_boundary.then(|| attached(&self.boundary)),
            scp: scp.collect(),
            rcp: rcp.collect(),
            resource: policy.map(attached),
            resource_account: owner.map(Into::into),
            organization: Some(ORGANIZATION.into()),
            ..Layers::default()
        }
    }

    /// Changes one thing; returns the change as a snapshot has it.
    pub(crate) fn change(&mut self, random: &mut Random) -> Change {
        let new = |policy: &Value| document("new", &policy.to_string());
        let replace =
            |what: String, policy: &Value| Change::Replace { what: what.into(), document: new(policy) };
        let node = *random.pick(&[ROOT, UNIT, OWN, OTHER]);
        let id = |kind: &str| format!("p-{kind}{}", node.replace('-', ""));
        let member = random.below(self.members.len());
        let arn = self.members[member].arn.clone();
        match random.below(8) {
            0 | 1 => {
                let (has_full, scp) = &self.scps[node];
                let (has_full, scp) = (*has_full, scp.clone());
                let new_scp = policy(random, 5);
                match scp {
                    None => {
                        self.scps.insert(node, (true, Some(new_scp.clone())));
                        let (policy, document) = ("p-new".into(), Some(new(&new_scp)));
                        Change::Attach { policy, document, target: node.into() }
                    }
                    Some(_) if has_full && random.chance(2) => {
                        self.scps.insert(node, (true, None));
                        Change::Detach { policy: id("scp").into(), target: node.into() }
                    }
                    Some(_) => {
                        self.scps.insert(node, (has_full, Some(new_scp.clone())));
                        replace(id("scp"), &new_scp)
                    }
                }
            }
            2 => match self.rcps.get_mut(node).unwrap().take() {
                Some(_) => Change::Remove { what: id("rcp").into() },
                None => {
                    let statement = statement(random, Some(json!("*")), 8);
                    let rcp = json!({"Version": "2012-10-17", "Statement": statement});
                    let (policy, document) = ("p-new".into(), Some(new(&rcp)));
                    self.rcps.insert(node, Some(rcp));
                    Change::Attach { policy, document, target: node.into() }
                }
            },
            3 => {
                let bucket = *random.pick(&["b", "c"]);
                let new_policy = resource_policy(random);
                let own = &mut self.buckets.get_mut(bucket).unwrap().1;
                let what = format!("arn:aws:s3:::{bucket}");
                match own.is_some() && random.chance(3) {
                    true => {
                        *own = None;
                        Change::Remove { what: what.into() }
                    }
                    false => {
                        *own = Some(new_policy.clone());
                        replace(what, &new_policy)
                    }
                }
            }
            4 if self.members[member].trust.is_some() => {
                let new_trust = trust(random);
                self.members[member].trust = Some(new_trust.clone());
                replace(format!("{arn}:trust"), &new_trust)
            }
            5 if self.members[member].has_boundary => {
                self.members[member].has_boundary = false;
                Change::Remove { what: format!("{arn}:boundary").into() }
            }
            6 => {
                self.managed = policy(random, 1);
                replace(MANAGED.to_owned(), &self.managed)
            }
            _ => {
                // Half of the new policies allow everything, so that changes give something.
                let new_policy = if random.chance(2) { full() } else { policy(random, 1) };
                let inline = &mut self.members[member].inline;
                if inline.is_empty() {
                    inline.push(new_policy.clone());
                } else {
                    inline[0] = new_policy.clone();
                }
                replace(format!("{arn}:p0"), &new_policy)
            }
        }
    }

    /// Returns the organization's path of an account.
    pub(crate) fn path(account: &str) -> &'static str {
        if account == OWN { "o-own/r-root/ou-root-unit/" } else { "o-own/r-root/" }
    }

    /// Returns the files of a snapshot without what is hidden.
    pub(crate) fn files(&self, hidden: &[Hidden]) -> Vec<File> {
        let is_hidden = |fact: Hidden| hidden.contains(&fact);
        let mut files: Vec<(String, Value)> = Vec::new();
        for account in [OWN, OTHER, MANAGEMENT] {
            if account == OTHER && is_hidden(Hidden::AccountDetails) {
                continue;
            }
            files.push((format!("accounts/{account}/gaad.json"), self.details(account, hidden)));
        }
        if !is_hidden(Hidden::Organization) {
            files.extend(self.tree(is_hidden(Hidden::Levels)));
        }
        for (name, (account, policy)) in &self.buckets {
            let mut row = json!({"Resource": format!("arn:aws:s3:::{name}"), "Account": account, "Policy": policy, "ObjectOwnership": "BucketOwnerEnforced"});
            if *name == "b" && is_hidden(Hidden::BucketPolicy) {
                row.as_object_mut().unwrap().remove("Policy");
            }
            files.push((format!("accounts/{account}/resources.json"), json!([row])));
        }
        files.into_iter().map(|(path, value)| File { path, bytes: value.to_string().into_bytes() }).collect()
    }

    fn details(&self, account: &str, hidden: &[Hidden]) -> Value {
        let is_hidden = |fact: Hidden| hidden.contains(&fact);
        let (mut users, mut roles) = (Vec::new(), Vec::new());
        for member in self.members.iter().filter(|member| member.account == account) {
            let inline: Vec<Value> = member
                .inline
                .iter()
                .enumerate()
                .map(|(index, policy)| json!({"PolicyName": format!("p{index}"), "PolicyDocument": policy}))
                .collect();
            let mut entity = json!({
                "Arn": member.arn,
                if member.is_user { "UserPolicyList" } else { "RolePolicyList" }: inline,
            });
            let managed: Vec<Value> =
                member.has_managed.then(|| json!({"PolicyArn": MANAGED})).into_iter().collect();
            entity["AttachedManagedPolicies"] = json!(managed);
            if member.has_boundary {
                entity["PermissionsBoundary"] = json!({"PermissionsBoundaryArn": BOUNDARY});
            }
            if member.is_user {
                let groups: Vec<&str> = member.in_group.then_some("g").into_iter().collect();
                entity["GroupList"] = json!(groups);
            }
            if !is_hidden(Hidden::Tags) {
                let tags: Vec<Value> =
                    member.tag.iter().map(|tag| json!({"Key": "team", "Value": tag})).collect();
                entity["Tags"] = json!(tags);
            }
            match &member.trust {
                Some(trust) => {
                    entity["AssumeRolePolicyDocument"] = trust.clone();
                    roles.push(entity);
                }
                None => users.push(entity),
            }
        }
        let version = |arn: &str, policy: &Value| {
            json!({"Arn": arn, "DefaultVersionId": "v2", "PolicyVersionList": [
                {"VersionId": "v1", "IsDefaultVersion": false, "Document": full()},
                {"VersionId": "v2", "IsDefaultVersion": true, "Document": policy},
            ]})
        };
        let mut policies = Vec::new();
        if !is_hidden(Hidden::ManagedPolicy) {
            policies.push(version(MANAGED, &self.managed));
        }
        if !is_hidden(Hidden::Boundary) && account == OWN {
            policies.push(version(BOUNDARY, &self.boundary));
        }
        let mut details = json!({"UserDetailList": users, "RoleDetailList": roles, "Policies": policies});
        if account == OWN && !is_hidden(Hidden::Groups) {
            let arn = format!("arn:aws:iam::{OWN}:group/g");
            let inline = json!([{"PolicyName": "p", "PolicyDocument": self.group}]);
            details["GroupDetailList"] = json!([{"GroupName": "g", "Arn": arn, "GroupPolicyList": inline, "AttachedManagedPolicies": []}]);
        } else if account != OWN {
            details["GroupDetailList"] = json!([]);
        }
        details
    }

    fn tree(&self, without_levels: bool) -> Vec<(String, Value)> {
        let mut files = vec![
            (
                "org/describe-organization.json".to_owned(),
                json!({"Organization": {"Id": ORGANIZATION, "MasterAccountId": MANAGEMENT, "FeatureSet": "ALL"}}),
            ),
            (
                "org/list-roots.json".to_owned(),
                json!({"Roots": [{"Id": ROOT, "PolicyTypes": [
                    {"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"},
                    {"Type": "RESOURCE_CONTROL_POLICY", "Status": "ENABLED"},
                ]}]}),
            ),
        ];
        for (parent, units, accounts) in
            [(ROOT, vec![UNIT], vec![OTHER, MANAGEMENT]), (UNIT, Vec::new(), vec![OWN])]
        {
            let list = |ids: Vec<&str>| ids.into_iter().map(|id| json!({"Id": id})).collect::<Vec<_>>();
            files.push((
                format!("org/list-organizational-units-for-parent/{parent}.json"),
                json!({"OrganizationalUnits": list(units)}),
            ));
            files.push((
                format!("org/list-accounts-for-parent/{parent}.json"),
                json!({"Accounts": list(accounts)}),
            ));
        }
        for node in [ROOT, UNIT, OWN, OTHER] {
            let (has_full, scp) = &self.scps[node];
            let service = |id: &str| json!({"Id": id, "Type": "SERVICE_CONTROL_POLICY"});
            let resource = |id: &str| json!({"Id": id, "Type": "RESOURCE_CONTROL_POLICY"});
            let mut scps = Vec::new();
            if *has_full || scp.is_none() {
                scps.push(service("p-FullAWSAccess"));
            }
            let mut rcps = vec![resource("p-RCPFullAWSAccess")];
            let mut add = |id: String, kind: &str, content: &Value| {
                let policy = json!({"Policy": {"PolicySummary": {"Id": id, "Type": kind}, "Content": content.to_string()}});
                files.push((format!("org/describe-policy/{id}.json"), policy));
            };
            if let Some(scp) = scp {
                let id = format!("p-scp{}", node.replace('-', ""));
                scps.push(service(&id));
                add(id, "SERVICE_CONTROL_POLICY", scp);
            }
            if let Some(rcp) = &self.rcps[node] {
                let id = format!("p-rcp{}", node.replace('-', ""));
                rcps.push(resource(&id));
                add(id, "RESOURCE_CONTROL_POLICY", rcp);
            }
            if !(without_levels && node == ROOT) {
                files.push((
                    format!("org/list-policies-for-target/{node}.SCP.json"),
                    json!({"Policies": scps}),
                ));
                files.push((
                    format!("org/list-policies-for-target/{node}.RCP.json"),
                    json!({"Policies": rcps}),
                ));
            }
        }
        files
    }
}
