//! Stores of other collectors say what the answers of the AWS CLI say, and what they do not hold is a gap.

use crate::snapshot_plans::layers;
use iamsat::code::Code;
use iamsat::limits::SnapshotLimits;
use iamsat::snapshot::{File, GapKind, Membership, Snapshot};
use serde_json::{Value, json};

const OWN: &str = "111122223333";

fn read(files: &[(String, Value)]) -> Snapshot {
    let file =
        |(path, value): &(String, Value)| File { path: path.clone(), bytes: value.to_string().into_bytes() };
    let snapshot = Snapshot::read(files.iter().map(file).collect(), &SnapshotLimits::default());
    let faults: Vec<&str> = snapshot.faults.iter().map(|fault| fault.diagnostic.message.as_str()).collect();
    assert!(faults.is_empty() && snapshot.unread.is_empty(), "{faults:?}");
    snapshot
}

fn allow(action: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})
}

fn named(principal: Value, action: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "arn:aws:s3:::b/*"}]})
}

fn trust() -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
}

fn arn(rest: &str) -> String {
    format!("arn:aws:iam::{OWN}:{rest}")
}

/// The answers of the AWS CLI about an account with a user, a group, a role, a managed policy and a bucket.
fn answers() -> Vec<(String, Value)> {
    let version = |document: Value| json!([{"Document": document, "IsDefaultVersion": true}]);
    let details = json!({
        "UserDetailList": [{"Arn": arn("user/ana"), "UserPolicyList": [], "GroupList": ["devs"], "AttachedManagedPolicies": [],
            "Tags": []}],
        "GroupDetailList": [{"Arn": arn("group/devs"), "GroupName": "devs",
            "GroupPolicyList": [{"PolicyName": "read", "PolicyDocument": allow("s3:GetObject")}], "AttachedManagedPolicies": []}],
        "RoleDetailList": [{"Arn": arn("role/App"), "AssumeRolePolicyDocument": trust(), "RolePolicyList": [],
            "AttachedManagedPolicies": [{"PolicyArn": arn("policy/p")}],
            "PermissionsBoundary": {"PermissionsBoundaryArn": arn("policy/b")}, "Tags": [{"Key": "team", "Value": "a"}]}],
        "Policies": [
            {"Arn": arn("policy/p"), "PolicyVersionList": version(allow("sqs:*"))},
            {"Arn": arn("policy/b"), "PolicyVersionList": version(allow("s3:*"))}],
    });
    let bucket =
        json!([{"Resource": "arn:aws:s3:::b", "Account": OWN, "Policy": named(json!("*"), "s3:GetObject")}]);
    vec![
        (format!("s/accounts/{OWN}/gaad.json"), details),
        (format!("s/accounts/{OWN}/resources.json"), bucket),
    ]
}

/// The same account as iam-collect stores it.
fn collected() -> Vec<(String, Value)> {
    let at = |path: &str| format!("data/aws/aws/accounts/{OWN}/{path}.json");
    vec![
        (
            at("iam/user/ana/metadata"),
            json!({"arn": arn("user/ana"), "name": "ana", "path": "/", "id": "AIDA"}),
        ),
        (at("iam/user/ana/groups"), json!([arn("group/devs")])),
        (at("iam/user/ana/tags"), json!({})),
        (at("iam/group/devs/metadata"), json!({"arn": arn("group/devs"), "name": "devs"})),
        (
            at("iam/group/devs/inline-policies"),
            json!([{"PolicyName": "read", "PolicyDocument": allow("s3:GetObject")}]),
        ),
        // Paths are in lower case.
        (
            at("iam/role/app/metadata"),
            json!({"arn": arn("role/App"), "name": "App", "permissionBoundary": arn("policy/b")}),
        ),
        (at("iam/role/app/trust-policy"), trust()),
        (at("iam/role/app/managed-policies"), json!([arn("policy/p")])),
        (at("iam/role/app/tags"), json!({"team": "a"})),
        (at("iam/policy/p/metadata"), json!({"arn": arn("policy/p"), "name": "p", "defaultVersionId": "v1"})),
        (at("iam/policy/p/current-policy"), allow("sqs:*")),
        (at("iam/policy/b/metadata"), json!({"arn": arn("policy/b"), "name": "b"})),
        (at("iam/policy/b/current-policy"), allow("s3:*")),
        (at("s3/b/metadata"), json!({"name": "b", "region": "eu-west-1"})),
        (at("s3/b/policy"), named(json!("*"), "s3:GetObject")),
        (at("s3/b/bpa"), json!({"blockPublicAcls": true})),
    ]
}

/// The same account as PMapper stores it.
fn mapped() -> Vec<(String, Value)> {
    let at = |path: &str| format!("pmapper/{OWN}/{path}.json");
    let policy =
        |arn: &str, name: &str, document: Value| json!({"arn": arn, "name": name, "policy_doc": document});
    vec![
        (at("metadata"), json!({"account_id": OWN, "pmapper_version": "1.1.5"})),
        (
            at("graph/nodes"),
            json!([
                {"arn": arn("user/ana"), "id_value": "AIDA", "attached_policies": [], "group_memberships": [arn("group/devs")],
                    "trust_policy": null, "permissions_boundary": null, "is_admin": false, "tags": {}},
                {"arn": arn("role/App"), "attached_policies": [{"arn": arn("policy/p"), "name": "p"}], "group_memberships": [],
                    "trust_policy": trust(), "permissions_boundary": {"arn": arn("policy/b"), "name": "b"}, "tags": {"team": "a"}},
            ]),
        ),
        (
            at("graph/groups"),
            json!([{"arn": arn("group/devs"), "attached_policies": [{"arn": arn("group/devs"), "name": "read"}]}]),
        ),
        (
            at("graph/policies"),
            json!([
                policy(&arn("group/devs"), "read", allow("s3:GetObject")),
                policy(&arn("policy/p"), "p", allow("sqs:*")),
                policy(&arn("policy/b"), "b", allow("s3:*")),
                policy("arn:aws:s3:::b", "b", named(json!("*"), "s3:GetObject")),
            ]),
        ),
        // Conclusions take no part.
        (
            at("graph/edges"),
            json!([{"source": arn("user/ana"), "destination": arn("role/App"), "reason": "x"}]),
        ),
    ]
}

#[test]
fn a_store_says_what_the_answers_say() {
    let plain = read(&answers());
    for (kind, files) in [("a store of iam-collect", collected()), ("a store of PMapper", mapped())] {
        let snapshot = read(&files);
        assert_eq!(layers(&snapshot), layers(&plain), "{kind}");
        assert!(snapshot.files.iter().all(|file| file.kind == kind), "{:?}", snapshot.files);
        assert_eq!(snapshot.files.len(), files.len(), "{kind}");
        // Without object ownership, ACLs may grant access.
        assert!(snapshot.gaps.iter().any(|gap| gap.kind == GapKind::Ownership), "{kind}");
        let is_assumed = snapshot.assumptions().contains(&Code::IamCollectAbsentIsNone);
        assert_eq!(is_assumed, kind.ends_with("iam-collect"), "{kind}");
    }
}

#[test]
fn a_list_that_a_store_lacks_is_a_gap_and_no_empty_list() {
    let mut files = mapped();
    for (path, value) in &mut files {
        if path.ends_with("nodes.json") {
            value[0].as_object_mut().unwrap().remove("attached_policies");
        }
    }
    let snapshot = read(&files);
    assert!(snapshot.gaps.iter().any(|gap| gap.why.contains("UserPolicyList")), "{:?}", snapshot.gaps);
    // Of two policies with one name, nobody says which is in effect.
    let mut twice = mapped();
    let (_, policies) = twice.iter_mut().find(|(path, _)| path.ends_with("policies.json")).unwrap();
    let other =
        json!({"arn": "arn:aws:s3:::b", "name": "b", "policy_doc": named(json!("*"), "s3:PutObject")});
    policies.as_array_mut().unwrap().push(other);
    assert!(
        read(&twice).gaps.iter().any(|gap| gap.kind == GapKind::ResourcePolicy),
        "{:?}",
        read(&twice).gaps
    );
    files.retain(|(path, _)| !path.ends_with("groups.json"));
    assert!(read(&files).gaps.iter().any(|gap| gap.kind == GapKind::Group));
    let mut files = collected();
    files.retain(|(path, _)| !path.ends_with("trust-policy.json") && !path.ends_with("current-policy.json"));
    let snapshot = read(&files);
    for (kind, count) in [(GapKind::ResourcePolicy, 1), (GapKind::Policy, 2)] {
        assert!(
            snapshot.gaps.iter().filter(|gap| gap.kind == kind).count() >= count,
            "{kind:?} {:?}",
            snapshot.gaps
        );
    }
}

#[test]
fn what_a_store_has_no_file_for_is_none_or_not_collected() {
    let files: Vec<File> = collected()
        .into_iter()
        .filter(|(path, _)| !path.ends_with("s3/b/policy.json"))
        .map(|(path, value)| File { path, bytes: value.to_string().into_bytes() })
        .collect();
    let limits = SnapshotLimits::default();
    let [plain, strict] = [Snapshot::read(files.clone(), &limits), Snapshot::read_strictly(files, &limits)];
    let missing =
        |snapshot: &Snapshot, kind: GapKind| snapshot.gaps.iter().filter(|gap| gap.kind == kind).count();
    for (kind, none, some) in [(GapKind::ResourcePolicy, 0, 1), (GapKind::Policy, 0, 4)] {
        assert_eq!(
            (missing(&plain, kind), missing(&strict, kind)),
            (none, some),
            "{kind:?} {:#?}",
            strict.gaps
        );
    }
    let is_assumed = |snapshot: &Snapshot| snapshot.assumptions().contains(&Code::IamCollectAbsentIsNone);
    assert!(is_assumed(&plain) && !is_assumed(&strict));
}

#[test]
fn organizations_of_stores_are_read() {
    let deny = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}]});
    let policy = |id: &str| {
        format!("arn:aws:organizations::999988887777:policy/o-exampleorg/service_control_policy/{id}")
    };
    let full = "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess";
    let at = |path: &str| format!("data/aws/aws/organizations/o-exampleorg/{path}.json");
    let mut collect = collected();
    collect.extend([
        (
            at("metadata"),
            json!({"id": "o-exampleorg", "arn": "arn:aws:organizations::999988887777:organization/o-exampleorg", "rootOu": "r-ab12",
                "rootAccountId": "999988887777", "features": {"SERVICE_CONTROL_POLICY": true, "RESOURCE_CONTROL_POLICY": false}}),
        ),
        (at("ous"), json!({"r-ab12": {"scps": [full], "rcps": []}, "ou-ab12-prod": {"parent": "r-ab12", "scps": [full, policy("p-no")], "rcps": []}})),
        (at("accounts"), json!({OWN: {"ou": "ou-ab12-prod", "scps": [full], "rcps": []}})),
        (at("scps/p-no/metadata"), json!({"arn": policy("p-no"), "name": "no", "awsManaged": false})),
        (at("scps/p-no/policy"), deny.clone()),
    ]);
    let at = |path: &str| format!("pmapper/o-exampleorg/{path}.json");
    let mut mapper = mapped();
    mapper.extend([
        (at("metadata"), json!({"pmapper_version": "1.1.5"})),
        (
            at("org_data"),
            json!({"org_id": "o-exampleorg", "management_account_id": "999988887777", "root_ous": [{"ou_id": "r-ab12", "scps": [full],
                "accounts": [], "child_nodes": [{"ou_id": "ou-ab12-prod", "scps": [full, policy("p-no")], "child_nodes": [],
                    "accounts": [{"account_id": OWN, "scps": [full]}]}]}]}),
        ),
        (at("scps"), json!([{"arn": policy("p-no"), "name": "no", "policy_doc": deny}])),
    ]);
    for (kind, files) in [("iam-collect", collect), ("PMapper", mapper)] {
        let snapshot = read(&files);
        let Membership::Of(organization) = &snapshot.membership else { panic!("{kind}") };
        assert_eq!((&*organization.id, organization.nodes.len()), ("o-exampleorg", 3), "{kind}");
        let levels = snapshot.levels(OWN, iamsat::snapshot::ControlKind::Service);
        let counts: Vec<usize> = levels.iter().map(|level| level.policies.len()).collect();
        assert_eq!(counts, [1, 2, 1], "{kind}");
        let is_known = levels.iter().flat_map(|level| &level.policies).all(|policy| policy.known().is_some());
        assert!(is_known, "{kind} {:?}", snapshot.gaps);
        // PMapper does not collect RCPs.
        let rcps = snapshot.levels(OWN, iamsat::snapshot::ControlKind::Resource);
        let has_gap = rcps.iter().flat_map(|level| &level.policies).any(|policy| policy.gap().is_some());
        assert_eq!(has_gap, kind == "PMapper", "{kind}");
    }
}

#[test]
fn a_file_that_readers_disagree_on_is_no_part_of_a_store() {
    let mut files: Vec<File> = collected()
        .into_iter()
        .map(|(path, value)| File { path, bytes: value.to_string().into_bytes() })
        .collect();
    let twice = br#"{"Version": "2012-10-17", "Statement": [], "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;
    let policy = files.iter_mut().find(|file| file.path.ends_with("policy/p/current-policy.json")).unwrap();
    policy.bytes = twice.to_vec();
    let snapshot = Snapshot::read(files, &SnapshotLimits::default());
    assert!(snapshot.gaps.iter().any(|gap| &*gap.of == arn("policy/p").as_str()), "{:?}", snapshot.gaps);
    assert!(!snapshot.faults.is_empty());
}

#[test]
fn files_that_were_collected_on_different_days_are_a_gap() {
    let coverage = |account: &str, collected: &str| {
        (
            format!("s/accounts/{account}/coverage.json"),
            json!({"account": account, "collected": collected, "services": {}}),
        )
    };
    for (later, is_gap) in
        [("2026-11-30T08:00:00Z", false), ("2026-11-30T09:00:01+01:00", true), ("2026-12-01T08:00:00Z", true)]
    {
        let snapshot = read(&[coverage(OWN, "2026-11-29T08:00:00Z"), coverage("444455556666", later)]);
        let skew = snapshot.gaps.iter().filter(|gap| gap.kind == GapKind::Skew).count();
        assert_eq!(skew, usize::from(is_gap), "{later} {:?}", snapshot.gaps);
    }
    let wrong = [coverage(OWN, "yesterday")];
    let file =
        |(path, value): &(String, Value)| File { path: path.clone(), bytes: value.to_string().into_bytes() };
    let snapshot = Snapshot::read(wrong.iter().map(file).collect(), &SnapshotLimits::default());
    assert_eq!(snapshot.faults.len(), 1);
}

#[test]
fn a_text_that_says_that_an_answer_is_truncated_counts() {
    for truncated in [json!(true), json!("true"), json!("True")] {
        let mut files = answers();
        files[0].1["IsTruncated"] = truncated;
        let file = |(path, value): &(String, Value)| File {
            path: path.clone(),
            bytes: value.to_string().into_bytes(),
        };
        let snapshot = Snapshot::read(files.iter().map(file).collect(), &SnapshotLimits::default());
        assert!(snapshot.faults.iter().any(|fault| fault.diagnostic.code == Code::TruncatedAnswer));
    }
}

#[test]
fn a_file_that_cannot_be_used_is_an_error_and_no_empty_list() {
    type Alter = fn(&mut Vec<(String, Value)>);
    type Case = (&'static str, Vec<(String, Value)>, Alter, &'static str);
    fn set(files: &mut [(String, Value)], end: &str, value: Value) {
        files.iter_mut().filter(|(path, _)| path.ends_with(end)).for_each(|file| file.1 = value.clone());
    }
    let cases: [Case; 5] = [
        (
            "groups that are a text",
            collected(),
            |all| set(all, "ana/groups.json", json!("devs")),
            "list of texts",
        ),
        ("a policy that is null", collected(), |all| set(all, "s3/b/policy.json", Value::Null), "an object"),
        (
            "a number of no exact value",
            collected(),
            |all| set(all, "ana/groups.json", json!([1.5])),
            "different ways",
        ),
        (
            "a user without metadata",
            collected(),
            |all| all.retain(|(path, _)| !path.ends_with("ana/metadata.json")),
            "which user",
        ),
        ("nodes that are an object", mapped(), |all| set(all, "nodes.json", json!({})), "a list"),
    ];
    for (name, mut files, alter, expected) in cases {
        alter(&mut files);
        let file = |(path, value): &(String, Value)| File {
            path: path.clone(),
            bytes: value.to_string().into_bytes(),
        };
        let snapshot = Snapshot::read(files.iter().map(file).collect(), &SnapshotLimits::default());
        let is_told = snapshot.faults.iter().any(|fault| fault.diagnostic.message.contains(expected));
        assert!(is_told, "{name}: {:?}", snapshot.faults);
    }
    // Numbers in metadata are not read.
    let mut files = collected();
    for (_, value) in files.iter_mut().filter(|(path, _)| path.ends_with("ana/metadata.json")) {
        value["created"] = json!(1.25);
    }
    assert_eq!(layers(&read(&files)), layers(&read(&collected())));
}
