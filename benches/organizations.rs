//! Generated organizations: loading a snapshot, and `who-can` for one bucket over all of it, cold and once more.
//!
//! Each account has roles of which 96 of 100 have narrow policies of their own, 3 broad ones with a Deny, and 1 reaches the bucket. Half of the
//! accounts are below an organizational unit with an SCP. `cargo bench --bench organizations -- ACCOUNTS ROLES` sets the size
//! (default 100 accounts of 100 roles). `-- worst ACCOUNTS ROLES` gives each role wildcards of its own, all of which may match the bucket, and
//! half of them a Deny of their own. `-- peer DIR` asks the questions of `benches/peers/principals.py` about the snapshot in a directory.
//!
//! The numbers of questions do not depend on the machine.
#![expect(clippy::expect_used, reason = "a bench that cannot read ends")]
#![expect(clippy::arithmetic_side_effects, reason = "small numbers")]

use iamsat::check::{Options, PreparedSnapshot, Wants, WhoKind, who_can_by};
use iamsat::limits::SnapshotLimits;
use iamsat::snapshot::{File, Snapshot};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

const MANAGEMENT: &str = "999900000000";
const OWNER: &str = "100000000000";

struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % n
    }
}

fn policy(statements: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// Returns the inline policy of a role whose wildcards are its own.
fn wild(number: u64) -> Value {
    let mut statements = vec![
        json!({"Effect": "Allow", "Action": ["s3:*", "iam:*"], "Resource": format!("arn:aws:s3:::*{number}*")}),
        json!({"Effect": "Allow", "Action": format!("s3:*{}*", number % 7), "Resource": "*"}),
    ];
    if number.is_multiple_of(2) {
        statements.push(json!({"Effect": "Deny", "Action": "s3:Get*", "Resource": format!("arn:aws:s3:::payroll/*{number}*"),
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}}));
    }
    policy(&json!(statements))
}

/// Returns the inline policy of a role.
fn inline(random: &mut Random, number: u64) -> Value {
    let own = format!("arn:aws:s3:::team-{number}/*");
    match random.below(100) {
        0 => policy(&json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::payroll/*"}])),
        1..=3 => policy(&json!([
            {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
            {"Effect": "Deny", "Action": "s3:*", "Resource": ["arn:aws:s3:::payroll", "arn:aws:s3:::payroll/*"]},
        ])),
        _ => policy(&json!([
            {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": own},
            {"Effect": "Allow", "Action": ["logs:*", "sqs:SendMessage"], "Resource": "*"},
        ])),
    }
}

fn files(is_worst: bool, accounts: u64, roles: u64) -> Vec<File> {
    let mut random = Random(7);
    let mut files: Vec<(String, Value)> = Vec::new();
    let ids: Vec<String> = (0..accounts).map(|n| format!("{}", 100_000_000_000 + n)).collect();
    let mut number = 0;
    for account in &ids {
        let mut list = Vec::new();
        for role in 0..roles {
            number += 1;
            list.push(json!({
                "Arn": format!("arn:aws:iam::{account}:role/role-{role}"),
                "RolePolicyList": [{"PolicyName": "own", "PolicyDocument":
                    if is_worst { wild(number) } else { inline(&mut random, number) }}],
                "AssumeRolePolicyDocument": policy(&json!({
                    "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"},
                })),
                "AttachedManagedPolicies": [],
                "Tags": [],
            }));
        }
        files.push((
            format!("accounts/{account}/gaad.json"),
            json!({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": list, "Policies": []}),
        ));
    }
    let (unit, others) = ids.split_at(ids.len() / 2);
    let list = |ids: &[String]| ids.iter().map(|id| json!({"Id": id})).collect::<Vec<_>>();
    let mut org = |path: &str, value: Value| files.push((format!("org/{path}.json"), value));
    org("describe-organization", json!({"Organization": {"Id": "o-bench", "MasterAccountId": MANAGEMENT}}));
    org(
        "list-roots",
        json!({"Roots": [{"Id": "r-a", "PolicyTypes": [
            {"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}, {"Type": "RESOURCE_CONTROL_POLICY", "Status": "ENABLED"},
        ]}]}),
    );
    org("list-organizational-units-for-parent/r-a", json!({"OrganizationalUnits": [{"Id": "ou-a-b"}]}));
    org("list-organizational-units-for-parent/ou-a-b", json!({"OrganizationalUnits": []}));
    org("list-accounts-for-parent/r-a", json!({"Accounts": list(others)}));
    org("list-accounts-for-parent/ou-a-b", json!({"Accounts": list(unit)}));
    let region = policy(&json!({"Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}}}));
    org(
        "describe-policy/p-region",
        json!({"Policy": {"PolicySummary": {"Id": "p-region", "Type": "SERVICE_CONTROL_POLICY"}, "Content": region.to_string()}}),
    );
    for node in ["r-a", "ou-a-b"].into_iter().chain(ids.iter().map(String::as_str)) {
        let full = json!({"Id": "p-FullAWSAccess", "Type": "SERVICE_CONTROL_POLICY"});
        let region = json!({"Id": "p-region", "Type": "SERVICE_CONTROL_POLICY"});
        let scps = if node == "ou-a-b" { json!([full, region]) } else { json!([full]) };
        org(&format!("list-policies-for-target/{node}.SCP"), json!({"Policies": scps}));
        let rcps = json!([{"Id": "p-RCPFullAWSAccess", "Type": "RESOURCE_CONTROL_POLICY"}]);
        org(&format!("list-policies-for-target/{node}.RCP"), json!({"Policies": rcps}));
    }
    let bucket = policy(&json!([
        {"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{}:root", 100_000_000_001u64)}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::payroll/*"},
    ]));
    files.push((
        format!("accounts/{OWNER}/resources.json"),
        json!([{"Resource": "arn:aws:s3:::payroll", "Account": OWNER, "Policy": bucket, "ObjectOwnership": "BucketOwnerEnforced"}]),
    ));
    files.into_iter().map(|(path, value)| File { path, bytes: value.to_string().into_bytes() }).collect()
}

/// Runs jobs on two threads, as the command does on two processors.
fn in_two(count: usize, job: &(dyn Fn(usize) + Sync)) {
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(number) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|number| *number < count) {
            job(number);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
}

/// Returns the files of a directory that `benches/peers/principals.py` wrote.
fn written(directory: &str) -> Vec<File> {
    let mut paths: Vec<_> = std::fs::read_dir(directory)
        .expect("the directory exists")
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    paths.sort();
    let file = |path: std::path::PathBuf| File {
        bytes: std::fs::read(&path).expect("a file can be read"),
        path: path.display().to_string(),
    };
    paths.into_iter().map(file).collect()
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|one| one != "--bench").collect();
    let numbers: Vec<u64> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    let is_worst = arguments.iter().any(|argument| argument == "worst");
    let peer = arguments.iter().position(|argument| argument == "peer");
    let directory = peer.and_then(|place| arguments.get(place + 1));
    let (accounts, roles) = match numbers.as_slice() {
        [accounts, roles, ..] => (*accounts, *roles),
        _ => (100, 100),
    };
    let files = directory.map_or_else(|| files(is_worst, accounts, roles), |directory| written(directory));
    let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
    let start = Instant::now();
    let snapshot = Snapshot::read(files, &SnapshotLimits::default());
    let loaded = start.elapsed();
    assert!(snapshot.faults.is_empty(), "{:?}", snapshot.faults.first());
    println!(
        "{} accounts, {} principals, {bytes} bytes: loaded in {loaded:?}",
        snapshot.accounts.len(),
        snapshot.principals.len()
    );
    let prepared = PreparedSnapshot::new(snapshot);
    let asked: Vec<(&str, &[&str], &str)> = match directory {
        None => vec![("s3", &["s3:GetObject"], "arn:aws:s3:::payroll/*")],
        Some(_) => vec![
            ("prod-data", &["s3:GetObject"], "arn:aws:s3:::prod-data/*"),
            ("iam", &["iam:Put*", "iam:Attach*", "iam:Create*"], "*"),
            ("pass-role", &["iam:PassRole"], "*"),
        ],
    };
    let kinds = if directory.is_some() { &[WhoKind::User, WhoKind::Role][..] } else { &WhoKind::ALL };
    for round in ["cold", "again"] {
        for (name, actions, resource) in &asked {
            let wants = Wants {
                actions: actions.iter().map(|action| (*action).to_owned()).collect(),
                resources: vec![(*resource).to_owned()],
                ..Wants::default()
            };
            let start = Instant::now();
            let answer = who_can_by(&in_two, &prepared, &wants, kinds, &Options::default())
                .expect("the question is valid");
            println!(
                "who-can {name} {round}: {:?}, {} entries, {} open, {} questions for {} principals",
                start.elapsed(),
                answer.entries.len(),
                answer.open.len(),
                answer.questions,
                answer.principals
            );
        }
    }
}
