//! Any files of a snapshot, and a plan that changes it: no panic, faults with a place inside their text, what is missing has a sentence, and questions about what was
//! read get an answer; a request that the referee confirms is never among those that CANNOT excludes.
//!
//! A text is files: each starts with a line `=== PATH`. Anything else is a stream of choices of members and values.

use arbitrary::{Result, Unstructured};
use iamsat::check::{CanVerdict, Options, PreparedSnapshot, Wants, WhoKind, who_can};
use iamsat::container;
use iamsat::evaluate::{self, Decision, decide_layers};
use iamsat::limits::{SearchLimits, SnapshotLimits};
use iamsat::policy::Document;
use iamsat::snapshot::{File, Snapshot, StackToday};
use iamsat::span::Source;
use serde_json::{Value, json};

const PATHS: &[&str] = &[
    "gaad.json",
    "accounts/111122223333/gaad.json",
    "accounts/111122223333/resources.json",
    "org/describe-organization.json",
    "org/list-roots.json",
    "org/list-accounts-for-parent/r-a.json",
    "org/list-organizational-units-for-parent/r-a.json",
    "org/list-policies-for-target/r-a.SCP.json",
    "org/list-policies-for-target/111122223333.RCP.json",
    "org/list-targets-for-policy/p-x.json",
    "org/describe-policy/p-x.json",
    "accounts/111122223333/coverage.json",
    "aws/aws/accounts/111122223333/iam/user/ana/metadata.json",
    "aws/aws/accounts/111122223333/iam/role/r/metadata.json",
    "aws/aws/accounts/111122223333/iam/role/r/inline-policies.json",
    "aws/aws/accounts/111122223333/s3/b/metadata.json",
    "aws/aws/accounts/111122223333/s3/b/policy.json",
    "aws/aws/organizations/o-a/metadata.json",
    "aws/aws/organizations/o-a/ous.json",
    "aws/aws/organizations/o-a/accounts.json",
    "metadata.json",
    "graph/nodes.json",
    "graph/policies.json",
    "org_data.json",
    "plan.json",
];
const MEMBERS: &[&str] = &[
    "UserDetailList",
    "RoleDetailList",
    "GroupDetailList",
    "Policies",
    "Arn",
    "Id",
    "Type",
    "UserPolicyList",
    "RolePolicyList",
    "PolicyName",
    "PolicyDocument",
    "AssumeRolePolicyDocument",
    "AttachedManagedPolicies",
    "PolicyArn",
    "PermissionsBoundary",
    "PermissionsBoundaryArn",
    "GroupList",
    "GroupName",
    "PolicyVersionList",
    "IsDefaultVersion",
    "Document",
    "Organization",
    "MasterAccountId",
    "Roots",
    "PolicyTypes",
    "Status",
    "Accounts",
    "OrganizationalUnits",
    "Policy",
    "PolicySummary",
    "Content",
    "Targets",
    "TargetId",
    "Children",
    "VpcEndpoints",
    "VpcEndpointId",
    "VpcId",
    "Resource",
    "Account",
    "Tags",
    "NextToken",
    "IsTruncated",
    "collected",
    "services",
    "arn",
    "name",
    "permissionBoundary",
    "rootOu",
    "features",
    "ou",
    "parent",
    "scps",
    "pmapper_version",
    "account_id",
    "attached_policies",
    "policy_doc",
    "trust_policy",
    "root_ous",
    "child_nodes",
    "accounts",
    "format_version",
    "resource_changes",
    "address",
    "mode",
    "type",
    "change",
    "actions",
    "before",
    "after",
    "after_unknown",
    "role",
    "policy",
    "policy_arn",
    "bucket",
];
const TEXTS: &[&str] = &[
    "arn:aws:iam::111122223333:user/ana",
    "arn:aws:iam::111122223333:role/r",
    "arn:aws:iam::aws:policy/P",
    "arn:aws:s3:::b",
    "111122223333",
    "o-a",
    "r-a",
    "ou-a-b",
    "p-x",
    "SERVICE_CONTROL_POLICY",
    "RESOURCE_CONTROL_POLICY",
    "ENABLED",
    "",
    "x",
    "1.2",
    "create",
    "delete",
    "aws_iam_role",
    "aws_iam_role_policy",
    "aws_iam_role_policy_attachment",
    "aws_s3_bucket_policy",
    "aws_s3_bucket",
    "managed",
    "r",
    "b",
];

pub(crate) fn holds(data: &[u8]) {
    let text = std::str::from_utf8(data).ok().filter(|text| text.starts_with("=== "));
    if let Some(text) = text {
        let files = text.split("=== ").skip(1).filter_map(|file| file.split_once('\n'));
        asked(files.map(|(path, text)| File { path: path.to_owned(), bytes: text.into() }).collect());
        return;
    }
    // An input with too few bytes for a choice is skipped.
    let _ = chosen(&mut Unstructured::new(data));
}

fn value(u: &mut Unstructured<'_>, depth: usize) -> Result<Value> {
    Ok(match u.int_in_range(0..=if depth == 0 { 2 } else { 7 })? {
        0 => Value::Null,
        1 => json!(u.arbitrary::<bool>()?),
        2 => json!(u.choose(TEXTS)?),
        3 => json!({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}),
        4 => json!([value(u, depth - 1)?, value(u, depth - 1)?]),
        _ => {
            let mut object = serde_json::Map::new();
            for _ in 0..u.int_in_range(1..=4)? {
                object.insert((*u.choose(MEMBERS)?).to_owned(), value(u, depth - 1)?);
            }
            Value::Object(object)
        }
    })
}

fn chosen(u: &mut Unstructured<'_>) -> Result<()> {
    let mut files = Vec::new();
    for _ in 0..u.int_in_range(1..=4)? {
        let bytes = value(u, 4)?.to_string().into_bytes();
        files.push(File { path: (*u.choose(PATHS)?).to_owned(), bytes });
    }
    asked(files);
    Ok(())
}

fn asked(files: Vec<File>) {
    let is_plan = |file: &&File| file.path == "plan.json";
    let plan = files.iter().find(is_plan).and_then(|file| String::from_utf8(file.bytes.clone()).ok());
    let snapshot = Snapshot::read(files, &SnapshotLimits { entities: 1_000, ..SnapshotLimits::default() });
    for fault in snapshot.faults.iter().chain(&snapshot.unread) {
        let range = fault.diagnostic.span.range();
        assert!(fault.source.text().get(range).is_some(), "{fault:?}");
    }
    assert!(snapshot.gaps.iter().all(|gap| !gap.why.is_empty() && !gap.of.is_empty()));
    if let Some(plan) = plan {
        let plan = Source::new("plan.json", plan);
        if let Ok(planned) = snapshot.planned(&plan, Some("111122223333"), &container::Options::default()) {
            assert!(planned.open.iter().all(|why| why.starts_with("plan.json:")), "{:?}", planned.open);
            assert!(planned.after.gaps.iter().all(|gap| !gap.why.is_empty() && !gap.of.is_empty()));
        }
        let today = StackToday { template: Some(plan.clone()), ..StackToday::default() };
        let options = container::Options::default();
        if let Ok(same) = snapshot.deployed(&plan, &today, Some("111122223333"), &options) {
            assert!(same.steps.is_empty(), "{:?}", same.steps);
        }
    }
    let limits = SearchLimits { work: 2_000_000, ..SearchLimits::default() };
    let options = Options { limits, ..Options::default() };
    let wants = Wants {
        actions: vec!["s3:GetObject".to_owned()],
        resources: vec!["arn:aws:s3:::b/k".to_owned()],
        ..Wants::default()
    };
    let prepared = PreparedSnapshot::new(snapshot);
    let answer = who_can(&prepared, &wants, &WhoKind::ALL, &options).unwrap();
    for entry in &answer.entries {
        let part = &entry.answer.part;
        let CanVerdict::Can(witness) = &part.answer.verdict else { panic!("{entry:?}") };
        let layers = part.layers.map(|document| document.document());
        let documents: Vec<&Document> = layers.documents().copied().collect();
        let options = evaluate::Options::for_documents(&documents);
        let decision = decide_layers(&layers, witness.request(), &options).decision;
        assert_eq!(decision, Decision::Allowed, "{entry:?}");
    }
}
