//! A plan changes a snapshot as the steps do that say the same, and what it does not say is named.

use super::snapshot_plan_drift::with_actions;
use iamsat::container::Options;
use iamsat::limits::{InputLimits, SnapshotLimits};
use iamsat::policy::parse;
use iamsat::snapshot::{Asker, Change, File, Planned, Snapshot};
use iamsat::span::Source;
use serde_json::{Value, json};
use std::path::Path;

pub(crate) const ACCOUNT: &str = "111122223333";
const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:news";
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/k";

/// Reads the snapshot of the example.
pub(crate) fn example() -> Snapshot {
    let mut files = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/organization")];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false if path.extension().is_some_and(|end| end == "json") => {
                    files.push(File {
                        path: path.to_str().unwrap().to_owned(),
                        bytes: std::fs::read(&path).unwrap(),
                    });
                }
                false => {}
            }
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Snapshot::read(files, &SnapshotLimits::default())
}

pub(crate) fn planned(changes: &[Value]) -> Planned {
    let plan = json!({"format_version": "1.2", "resource_changes": changes}).to_string();
    let source = Source::new("plan.json", plan);
    example().planned(&source, Some(ACCOUNT), &Options::default()).unwrap()
}

/// Returns the change of a resource; a side that is null is not there.
pub(crate) fn change(address: &str, before: Value, after: Value) -> Value {
    let actions = match (before.is_null(), after.is_null()) {
        (true, _) => "create",
        (_, true) => "delete",
        _ => "update",
    };
    json!({
        "address": address, "mode": "managed", "type": address.split('.').next(), "name": address.split('.').nth(1),
        "change": {"actions": [actions], "before": before, "after": after, "after_unknown": {}},
    })
}

/// Returns the texts of the policies in each layer, of each user and role and of somebody without an account, for each target.
pub(crate) fn layers(snapshot: &Snapshot) -> Vec<String> {
    let askers = snapshot.principals.values().map(Asker::Principal).chain([Asker::Nobody]);
    let mut found = Vec::new();
    for asker in askers {
        for target in snapshot.targets(asker.account(), &[], &[]) {
            let layers = snapshot.assemble(asker, &target).layers;
            let texts = layers.map(|id| {
                let document = snapshot.document(*id);
                let text = match document.base_pointer.is_empty() {
                    true => document.source.text(),
                    false => document.source.slice(document.span),
                };
                serde_json::from_str::<Value>(text).unwrap().to_string()
            });
            let who = match asker {
                Asker::Principal(own) => format!("{} {:?}", own.arn, own.tags),
                _ => "nobody".to_owned(),
            };
            // A gap has another name if a change may have altered the fact; a plan alters no other facts than a step.
            found.push(format!("{who} {target:?} {texts:?}"));
        }
    }
    found
}

pub(crate) fn policy(action: &str) -> String {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})
        .to_string()
}

/// The SCP of the example.
fn region() -> String {
    json!({"Version": "2012-10-17", "Statement": [{"Sid": "OnlyIreland", "Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}}]})
    .to_string()
}

pub(crate) fn of_everyone(action: &str) -> String {
    let statement =
        json!({"Effect": "Allow", "Principal": "*", "Action": action, "Resource": "arn:aws:s3:::reports/*"});
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

#[test]
fn a_plan_is_the_change_that_steps_say() {
    let app = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::payroll/*"}]})
    .to_string();
    let inline = |policy: &str| json!({"role": "payroll-app", "name": "app", "policy": policy});
    let read = |text: &str| parse(&Source::new("new.json", text), &InputLimits::default()).unwrap();
    let replace = |what: &str, text: &str| Change::Replace { what: what.into(), document: read(text) };
    let remove = |what: &str| Change::Remove { what: what.into() };
    let example = example();
    let limit = "arn:aws:iam::111122223333:policy/developer-limit";
    let limit_text = {
        let id = *example.managed[limit].known().unwrap();
        example.document(id).source.text().to_owned()
    };
    let whole: Value = serde_json::from_str(&limit_text).unwrap();
    let policies = whole["Policies"].as_array().unwrap();
    let own = policies.iter().find(|policy| policy["Arn"] == limit).unwrap();
    let limit_text = own["PolicyVersionList"][0]["Document"].to_string();
    let managed = |text: &str| json!({"arn": limit, "name": "developer-limit", "path": "/", "policy": text});
    let role = |trust: &str| {
        json!({"arn": "arn:aws:iam::111122223333:role/payroll-app", "name": "payroll-app", "path": "/",
        "assume_role_policy": trust})
    };
    let [old, new] = ["ec2.amazonaws.com", "lambda.amazonaws.com"].map(|service| {
        json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]})
        .to_string()
    });
    let bucket = |text: &str| json!({"bucket": "reports", "policy": text});
    let cases: Vec<(&str, Value, Change)> = vec![
        (
            "an inline policy is replaced",
            change("aws_iam_role_policy.a", inline(&app), inline(&policy("s3:*"))),
            replace("role/payroll-app:app", &policy("s3:*")),
        ),
        (
            "an inline policy is removed",
            change("aws_iam_role_policy.a", inline(&app), Value::Null),
            remove("role/payroll-app:app"),
        ),
        (
            "an inline policy is added",
            change(
                "aws_iam_user_policy.a",
                Value::Null,
                json!({"user": "ana", "name": "more", "policy": policy("sqs:*")}),
            ),
            replace("user/ana:more", &policy("sqs:*")),
        ),
        (
            "a managed policy is replaced",
            change("aws_iam_policy.a", managed(&limit_text), managed(&policy("ec2:*"))),
            replace(limit, &policy("ec2:*")),
        ),
        (
            "a trust policy is replaced",
            change("aws_iam_role.a", role(&old), role(&new)),
            replace("role/payroll-app:trust", &new),
        ),
        ("a role is removed", change("aws_iam_role.a", role(&old), Value::Null), remove("role/payroll-app")),
        (
            "a bucket gets a policy",
            change("aws_s3_bucket_policy.a", Value::Null, bucket(&of_everyone("s3:GetObject"))),
            replace("arn:aws:s3:::reports", &of_everyone("s3:GetObject")),
        ),
        (
            "an SCP is detached",
            change(
                "aws_organizations_policy_attachment.a",
                json!({"policy_id": "p-region01", "target_id": "ou-ab12-production"}),
                Value::Null,
            ),
            Change::Detach { policy: "p-region01".into(), target: "ou-ab12-production".into() },
        ),
    ];
    for (name, resource, step) in cases {
        let planned = planned(&[resource]);
        assert_eq!(planned.open, Vec::<String>::new(), "{name}");
        let changed = example.changed(&[step]).unwrap_or_else(|error| panic!("{name}: {}", error.message));
        let (after, expected) = (layers(&planned.after), layers(&changed));
        assert_ne!(after, layers(&example), "{name}");
        assert_eq!(after, expected, "{name}");
        assert_eq!(layers(&planned.before), layers(&example), "{name}");
    }
}

#[test]
fn links_reach_users_roles_and_groups() {
    let admin = "arn:aws:iam::aws:policy/AdministratorAccess";
    let attach = |kind: &str, holder: &str| {
        change(
            &format!("aws_iam_{kind}_policy_attachment.a"),
            Value::Null,
            json!({kind: holder, "policy_arn": admin}),
        )
    };
    let has = |snapshot: &Snapshot, arn: &str| {
        let own = &snapshot.principals[arn];
        snapshot
            .identity_of(own)
            .iter()
            .filter_map(|policy| policy.known())
            .any(|id| snapshot.document(*id).source.name().ends_with(admin))
    };
    let [user, role] =
        ["user/ana", "role/payroll-app"].map(|name| format!("arn:aws:iam::111122223333:{name}"));
    for (resource, arn) in [
        (attach("user", "ana"), &user),
        (attach("role", "payroll-app"), &role),
        (attach("group", "analysts"), &user),
    ] {
        let planned = planned(&[resource]);
        assert!(
            planned.open.is_empty() && has(&planned.after, arn) && !has(&planned.before, arn),
            "{:?}",
            planned.open
        );
    }
    let group = |groups: Value| json!({"user": "ana", "groups": groups});
    let leaves =
        planned(&[change("aws_iam_user_group_membership.a", group(json!(["analysts"])), group(json!([])))]);
    assert!(leaves.open.is_empty() && leaves.after.principals[user.as_str()].groups.is_empty());
    let joins = planned(&[change(
        "aws_iam_group_membership.a",
        Value::Null,
        json!({"group": "analysts", "users": ["backup"]}),
    )]);
    assert_eq!(joins.after.principals["arn:aws:iam::111122223333:user/backup"].groups.len(), 1);
}

#[test]
fn what_is_not_taken_over_is_named() {
    let role = json!({"name": "new", "path": "/", "assume_role_policy": policy("sts:AssumeRole")});
    let cases = [
        (
            "a type that nobody knows",
            change("aws_kms_grant.a", Value::Null, json!({"key_id": "k"})),
            "type aws_kms_grant",
        ),
        (
            "a user that the snapshot does not hold",
            change(
                "aws_iam_user_policy.a",
                Value::Null,
                json!({"user": "x", "name": "p", "policy": policy("s3:*")}),
            ),
            "does not hold user/x",
        ),
        (
            "a bucket that was not collected",
            change(
                "aws_s3_bucket_policy.a",
                Value::Null,
                json!({"bucket": "x", "policy": of_everyone("s3:*")}),
            ),
            "does not hold the policy of arn:aws:s3:::x",
        ),
        (
            "a policy that the snapshot has in another way",
            change(
                "aws_iam_role_policy.a",
                json!({"role": "payroll-app", "name": "app", "policy": policy("s3:*")}),
                Value::Null,
            ),
            "in another way",
        ),
        (
            "a link that the snapshot does not have",
            change(
                "aws_iam_role_policy_attachment.a",
                json!({"role": "payroll-app", "policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
                Value::Null,
            ),
            "in another way",
        ),
        (
            "a user that gets another name",
            change(
                "aws_iam_user.a",
                json!({"arn": "arn:aws:iam::111122223333:user/ana", "name": "ana", "path": "/"}),
                json!({"arn": "arn:aws:iam::111122223333:user/ana", "name": "anna", "path": "/"}),
            ),
            "another name",
        ),
        (
            "tags that policies may test",
            change("aws_instance.a", json!({"tags": {"a": "b"}}), json!({"tags": {"a": "c"}})),
            "its tags change",
        ),
        (
            "an ACL",
            change("aws_s3_bucket.a", Value::Null, json!({"bucket": "x", "acl": "public-read"})),
            "ACL",
        ),
        (
            "Block Public Access of a bucket that is there",
            change("aws_s3_bucket_public_access_block.a", json!({"bucket": "reports"}), Value::Null),
            "Block Public Access",
        ),
        (
            "an SCP that the plan does not name",
            change(
                "aws_organizations_policy.a",
                json!({"type": "SERVICE_CONTROL_POLICY", "content": policy("s3:*")}),
                Value::Null,
            ),
            "which policy it is",
        ),
        (
            "an SCP that the snapshot does not hold",
            change(
                "aws_organizations_policy.a",
                json!({"id": "p-x", "type": "SERVICE_CONTROL_POLICY", "content": policy("s3:*")}),
                Value::Null,
            ),
            "does not hold the policy p-x",
        ),
        ("a key", change("aws_kms_key.a", Value::Null, json!({})), "a key comes with a policy"),
        (
            "tags of a resource that is made again",
            with_actions(
                change("aws_instance.a", json!({"tags": {"a": "b"}}), json!({"tags": {"a": "c"}})),
                &["delete", "create"],
            ),
            "its tags change",
        ),
        (
            "a topic that gets its default policy again",
            change(
                "aws_sns_topic_policy.a",
                json!({"arn": TOPIC, "policy": policy("sns:Publish")}),
                Value::Null,
            ),
            "puts the default policy in its place",
        ),
        (
            "a topic whose policy goes to another one",
            change(
                "aws_sns_topic_policy.a",
                json!({"arn": TOPIC, "policy": policy("sns:Publish")}),
                json!({"arn": format!("{TOPIC}-2"), "policy": policy("sns:Publish")}),
            ),
            "puts the default policy in its place",
        ),
        (
            "a topic with an empty policy",
            change(
                "aws_sns_topic.a",
                json!({"arn": TOPIC, "policy": policy("sns:Publish")}),
                json!({"arn": TOPIC, "policy": ""}),
            ),
            "puts the default policy in its place",
        ),
        (
            "a key that gets its default policy again",
            change("aws_kms_key_policy.a", json!({"key_id": KEY, "policy": policy("kms:*")}), Value::Null),
            "puts the default policy in its place",
        ),
        (
            "an SCP that takes the last one away",
            change(
                "aws_organizations_policy_attachment.a",
                json!({"policy_id": "p-FullAWSAccess", "target_id": "ou-ab12-sandbox"}),
                Value::Null,
            ),
            "without an SCP",
        ),
    ];
    for (name, resource, expected) in cases {
        let planned = planned(&[resource]);
        assert!(planned.open.iter().any(|why| why.contains(expected)), "{name}: {:?}", planned.open);
        assert!(planned.open.iter().all(|why| why.starts_with("plan.json:1:")), "{name}: {:?}", planned.open);
    }
    // A policy of an organization that is made again has another id, which its attachments name by the resource.
    let scp = |id: &str, name: &str| json!({"id": id, "name": name, "type": "SERVICE_CONTROL_POLICY", "content": region()});
    let mut again = change("aws_organizations_policy.a", scp("p-region01", "a"), scp("p-region01", "b"));
    again["change"]["actions"] = json!(["delete", "create"]);
    let steps = planned(&[again]).steps;
    assert_eq!(
        steps,
        ["p-region01 removed by aws_organizations_policy.a", "aws_organizations_policy.a added"]
    );
    // In which order two resources delete and make a link, nobody says.
    let inline = |name: &str| json!({"role": "payroll-app", "name": name, "policy": policy("s3:*")});
    let [one, other] = ["a", "b"].map(|name| format!("aws_iam_role_policy.{name}"));
    let twice =
        planned(&[change(&one, inline("app"), Value::Null), change(&other, Value::Null, inline("app"))]);
    assert!(
        twice.open.iter().any(|why| why.contains("in an order that the plan does not say")),
        "{:?}",
        twice.open
    );
    // Without an account, nothing says where the role is to be.
    let plan =
        json!({"format_version": "1.2", "resource_changes": [change("aws_iam_role.a", Value::Null, role)]});
    let source = Source::new("plan.json", plan.to_string());
    let planned = example().planned(&source, None, &Options::default()).unwrap();
    assert!(planned.open[0].contains("give `--account`"), "{:?}", planned.open);
}

#[test]
fn names_in_another_case_are_taken_neither_for_one_nor_for_two() {
    let named = |kind: &str, members: Value| change(&format!("{kind}.a"), Value::Null, members);
    let admin = "arn:aws:iam::aws:policy/AdministratorAccess";
    let limit = "arn:aws:iam::111122223333:policy/Developer-Limit";
    let cases = [
        (
            named(
                "aws_iam_role",
                json!({"name": "Payroll-App", "path": "/", "assume_role_policy": policy("sts:AssumeRole")}),
            ),
            ["Payroll-App", "payroll-app"],
        ),
        // An Allow in the place of `app` would take away what `app` denies.
        (
            named(
                "aws_iam_role_policy",
                json!({"role": "payroll-app", "name": "App", "policy": policy("s3:*")}),
            ),
            ["App", "app"],
        ),
        (
            named("aws_iam_user_policy_attachment", json!({"user": "Ana", "policy_arn": admin})),
            ["Ana", "ana"],
        ),
        (
            named("aws_iam_user_group_membership", json!({"user": "ana", "groups": ["Analysts"]})),
            ["Analysts", "analysts"],
        ),
        (
            named(
                "aws_iam_policy",
                json!({"name": "Developer-Limit", "path": "/", "policy": policy("s3:*")}),
            ),
            [limit, "arn:aws:iam::111122223333:policy/developer-limit"],
        ),
    ];
    for (resource, [one, other]) in cases {
        let expected = format!("`{one}` and `{other}` for one name");
        let open = planned(&[resource]).open;
        assert!(open.iter().any(|why| why.contains(&expected)), "{expected}: {open:?}");
    }
    let both = ["B", "b"].map(|name| {
        let members = json!({"user": "ana", "name": name, "policy": policy("s3:*")});
        change(&format!("aws_iam_user_policy.{name}"), Value::Null, members)
    });
    let open = planned(&both).open;
    assert!(open.iter().any(|why| why.contains("`B` and `b` for one name")), "{open:?}");
    // A step is refused.
    let read = |text: &str| parse(&Source::new("new.json", text), &InputLimits::default()).unwrap();
    let step = Change::Replace { what: "role/payroll-app:App".into(), document: read(&policy("s3:*")) };
    let message = example().changed(&[step]).unwrap_err().message;
    assert!(message.contains("has the inline policy `app`, and AWS may take `App`"), "{message}");
}

#[test]
fn what_gives_nobody_access_is_passed_over() {
    for resource in [
        change("aws_subnet.a", Value::Null, json!({"tags": {"a": "b"}})),
        change("aws_lambda_function.a", json!({"memory": 1}), json!({"memory": 2})),
        change("random_id.a", Value::Null, json!({})),
        change("aws_sqs_queue.a", Value::Null, json!({"name": "q"})),
        change("aws_organizations_policy.a", Value::Null, json!({"type": "TAG_POLICY", "content": "{}"})),
    ] {
        let planned = planned(&[resource]);
        assert!(
            planned.open.is_empty() && planned.steps.is_empty(),
            "{:?} {:?}",
            planned.open,
            planned.steps
        );
    }
}
