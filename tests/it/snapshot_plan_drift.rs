//! A plan that knows the time before it in another way than the snapshot proves nothing.

use crate::snapshot_plans::{ACCOUNT, change, example, of_everyone, planned, policy};
use iamsat::container::Options;
use iamsat::snapshot::Planned;
use iamsat::span::Source;
use serde_json::{Value, json};

pub(crate) fn with_actions(mut change: Value, actions: &[&str]) -> Value {
    change["change"]["actions"] = json!(actions);
    change
}

fn developer(boundary: &str) -> Value {
    json!({"arn": "arn:aws:iam::111122223333:role/developer", "name": "developer", "path": "/", "permissions_boundary": boundary})
}

const LIMIT: &str = "arn:aws:iam::111122223333:policy/developer-limit";

/// Each case: what the plan says, and the part of the sentence that refuses it.
fn cases() -> Vec<(&'static str, Value, &'static str)> {
    let kept = |address: &str, side: Value| with_actions(change(address, side.clone(), side), &["no-op"]);
    let inline = json!({"role": "payroll-app", "name": "app", "policy": policy("s3:*")});
    let attached = json!({"role": "developer", "policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess"});
    let payroll = json!({"bucket": "payroll", "arn": "arn:aws:s3:::payroll"});
    let another = "in another way";
    vec![
        ("a kept role without its boundary", kept("aws_iam_role.a", developer("")), another),
        (
            "a changed role without its boundary",
            change("aws_iam_role.a", developer(""), developer("")),
            another,
        ),
        (
            "a kept role with another boundary",
            kept("aws_iam_role.a", developer("arn:aws:iam::aws:policy/X")),
            another,
        ),
        (
            "a kept policy with another text",
            kept("aws_iam_policy.a", json!({"arn": LIMIT, "name": "developer-limit", "policy": policy("*")})),
            another,
        ),
        ("a kept inline policy with another text", kept("aws_iam_role_policy.a", inline.clone()), another),
        (
            "an inline policy that is there",
            change("aws_iam_role_policy.a", Value::Null, inline),
            "holds already",
        ),
        (
            "a link that is there",
            change("aws_iam_role_policy_attachment.a", Value::Null, attached),
            "holds already",
        ),
        (
            "a policy of a bucket that has one",
            change(
                "aws_s3_bucket_policy.a",
                Value::Null,
                json!({"bucket": "payroll", "policy": of_everyone("s3:*")}),
            ),
            "holds already",
        ),
        (
            "a bucket that is replaced, without its policy",
            with_actions(change("aws_s3_bucket.a", payroll.clone(), payroll.clone()), &["delete", "create"]),
            "goes with it",
        ),
        (
            "a bucket that is removed, without its policy",
            change("aws_s3_bucket.a", payroll, Value::Null),
            "goes with it",
        ),
        (
            "a list that is a text",
            change(
                "aws_iam_user_group_membership.a",
                Value::Null,
                json!({"user": "backup", "groups": "analysts"}),
            ),
            "has to be a list",
        ),
        (
            "tags that are a text",
            change("aws_iam_user.a", Value::Null, json!({"name": "new", "path": "/", "tags": "x"})),
            "has to be an object",
        ),
    ]
}

#[test]
fn what_the_snapshot_has_in_another_way_is_named() {
    for (name, resource, expected) in cases() {
        let planned = planned(&[resource]);
        assert!(planned.open.iter().any(|why| why.contains(expected)), "{name}: {:?}", planned.open);
    }
}

#[test]
fn a_plan_that_agrees_is_taken_over() {
    let own = developer(LIMIT);
    for actions in [["no-op"], ["update"]] {
        let planned = planned(&[with_actions(change("aws_iam_role.a", own.clone(), own.clone()), &actions)]);
        assert!(planned.open.is_empty() && planned.steps.is_empty(), "{:?}", planned.open);
    }
}

/// Reads a plan with more members.
fn whole(members: Value) -> Planned {
    let mut plan = json!({"format_version": "1.2", "resource_changes": []});
    plan.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let source = Source::new("plan.json", plan.to_string());
    example().planned(&source, Some(ACCOUNT), &Options::default()).unwrap()
}

#[test]
fn what_a_plan_does_beside_its_resources_is_named() {
    let invoked = whole(json!({"action_invocations": [{"address": "action.aws_lambda_invoke.x"}]}));
    assert!(invoked.open.iter().any(|why| why.contains("actions of providers")), "{:?}", invoked.open);
    assert!(whole(json!({})).open.is_empty());
    // A type of policy that nobody knows may be that of an SCP.
    let scp = json!({"id": "p-region01", "type": "service_control_policy", "content": policy("s3:*")});
    let other = planned(&[change("aws_organizations_policy.a", scp.clone(), scp)]);
    assert!(other.open.iter().any(|why| why.contains("is not known")), "{:?}", other.open);
    let attached = change(
        "aws_iam_role_policy_attachment.a",
        Value::Null,
        json!({"role": "backup", "policy_arn": LIMIT}),
    );
    let twice = planned(&[attached.clone(), attached]);
    assert!(twice.open.iter().any(|why| why.contains("twice")), "{:?}", twice.open);
    // What the plan only forgets stays attached.
    let link = json!({"policy_id": "p-region01", "target_id": "ou-ab12-production", "skip_destroy": true});
    let kept = planned(&[change("aws_organizations_policy_attachment.a", link, Value::Null)]);
    assert!(kept.open.is_empty() && kept.steps.is_empty(), "{:?} {:?}", kept.open, kept.steps);
}

#[test]
fn an_account_that_contradicts_the_plan_is_an_error() {
    let role = json!({"arn": "arn:aws:iam::444455556666:role/etl", "name": "etl", "path": "/"});
    let kept = with_actions(change("aws_iam_role.a", role.clone(), role), &["no-op"]);
    let read = |members: Value| {
        let mut plan = json!({"format_version": "1.2", "resource_changes": [kept]});
        plan.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let source = Source::new("plan.json", plan.to_string());
        example().planned(&source, Some(ACCOUNT), &Options::default())
    };
    assert!(read(json!({})).unwrap_err().message.contains("contradicts the plan"));
    let null = read(json!({"resource_changes": null})).unwrap_err();
    assert!(null.faults[0].diagnostic.message.contains("has to be a list"));
}

#[test]
fn a_provider_with_other_credentials_is_of_another_account() {
    let role = |name: &str, trust: &str| {
        let mut made = change(
            &format!("aws_iam_role.{name}"),
            Value::Null,
            json!({"name": name, "path": "/", "assume_role_policy": trust}),
        );
        made["change"]["after_unknown"]["arn"] = json!(true);
        made
    };
    let trust = policy("sts:AssumeRole")
        .replace("\"Resource\":\"*\"", "\"Principal\":{\"Service\":\"ec2.amazonaws.com\"}");
    let of = |name: &str, key: &str| json!({"address": format!("aws_iam_role.{name}"), "provider_config_key": key});
    let provider = |expressions: Value| json!({"name": "aws", "expressions": expressions});
    let with = |other: Value, changes: Vec<Value>| {
        whole(json!({
            "resource_changes": changes,
            "configuration": {
                "provider_config": {"aws": provider(json!({"region": {"constant_value": "eu-west-1"}})), "aws.other": other},
                "root_module": {"resources": [of("one", "aws"), of("two", "aws.other")]},
            },
        }))
    };
    let both = || vec![role("one", &trust), role("two", &trust)];
    // Another region has the same account.
    let regions = with(provider(json!({"region": {"constant_value": "us-east-1"}})), both());
    assert_eq!(regions.open, Vec::<String>::new());
    let assumes = || {
        provider(
            json!({"assume_role": [{"role_arn": {"constant_value": "arn:aws:iam::444455556666:role/x"}}]}),
        )
    };
    let accounts = with(assumes(), both());
    assert_eq!(accounts.open.len(), 2, "{:?}", accounts.open);
    assert!(accounts.open.iter().all(|why| why.contains("several credentials")), "{:?}", accounts.open);
    // An ARN says in which account its provider acts.
    let shown = json!({"arn": "arn:aws:iam::111122223333:role/one", "name": "admin", "path": "/"});
    let mut changes = both();
    changes.push(with_actions(change("aws_iam_role.one[1]", shown.clone(), shown), &["no-op"]));
    changes[2]["name"] = json!("one");
    let partly = with(assumes(), changes);
    assert!(partly.after.principals.contains_key("arn:aws:iam::111122223333:role/one"));
    assert!(
        partly.open.iter().any(|why| why.contains("aws_iam_role.two") && why.contains("several credentials"))
    );
    let several = json!({"name": "aws", "for_each": {"references": ["var.all"]}, "expressions": {}});
    assert_eq!(with(several, both()).open.len(), 2);
}
