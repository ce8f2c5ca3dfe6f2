//! A template changes a snapshot as the steps do that say the same, and what it does not say is named.

use super::snapshot_plans::{ACCOUNT, example, layers, of_everyone, policy};
use iamsat::container::Options;
use iamsat::limits::InputLimits;
use iamsat::policy::parse;
use iamsat::snapshot::{Change, Planned, Snapshot, StackToday};
use iamsat::span::Source;
use serde_json::{Value, json};

/// Applies a template to the example; the stack has the old one, or does not exist yet.
fn deployed(old: Option<&Value>, new: &Value) -> Planned {
    let source = |name: &str, template: &Value| Source::new(name, template.to_string());
    let today = StackToday { template: old.map(|old| source("old.json", old)), ..StackToday::default() };
    example().deployed(&source("new.json", new), &today, Some(ACCOUNT), &Options::default()).unwrap()
}

fn template(mut resources: Value) -> Value {
    // A file without a resource is not a template.
    resources["Net"] = of("AWS::EC2::Subnet", json!({}));
    json!({"Parameters": {"Stage": {"Type": "String"}}, "Conditions": {"IsTest": {"Fn::Equals": [{"Ref": "Stage"}, "test"]}},
        "Resources": resources})
}

fn of(kind: &str, properties: Value) -> Value {
    json!({"Type": kind, "Properties": properties})
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The role `payroll-app` of the example, with its inline policy.
fn app() -> Value {
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    let inline = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": {"Fn::Sub": "arn:${AWS::Partition}:s3:::payroll/*"}}]});
    of(
        "AWS::IAM::Role",
        json!({"RoleName": "payroll-app", "AssumeRolePolicyDocument": trust,
            "Policies": [{"PolicyName": "app", "PolicyDocument": inline}]}),
    )
}

fn without(mut resource: Value, name: &str) -> Value {
    resource["Properties"].as_object_mut().unwrap().remove(name);
    resource
}

fn with(mut resource: Value, name: &str, value: Value) -> Value {
    resource["Properties"][name] = value;
    resource
}

/// A user that the example has, with one policy of its own.
fn backup(policies: Value) -> Value {
    of("AWS::IAM::User", json!({"UserName": "backup", "Policies": policies}))
}

fn dumps() -> Value {
    json!({"PolicyName": "dumps", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::payroll", "arn:aws:s3:::payroll/dump/*"]}]}})
}

#[test]
fn a_template_is_the_change_that_steps_say() {
    let read = |text: &str| parse(&Source::new("new.json", text), &InputLimits::default()).unwrap();
    let replace = |what: &str, text: &str| Change::Replace { what: what.into(), document: read(text) };
    let remove = |what: &str| Change::Remove { what: what.into() };
    let lambda = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    let bucket_policy = of(
        "AWS::S3::BucketPolicy",
        json!({"Bucket": "reports", "PolicyDocument": parsed(&of_everyone("s3:GetObject"))}),
    );
    let more = of(
        "AWS::IAM::Policy",
        json!({"PolicyName": "more", "Users": ["ana"], "PolicyDocument": parsed(&policy("sqs:*"))}),
    );
    let wider = json!([{"PolicyName": "app", "PolicyDocument": parsed(&policy("s3:*"))}]);
    let role = |resource: Value| template(json!({"App": resource}));
    let none = || template(json!({}));
    let cases: Vec<(&str, Value, Value, Vec<Change>)> = vec![
        (
            "an inline policy is replaced",
            role(app()),
            role(with(app(), "Policies", wider)),
            vec![replace("role/payroll-app:app", &policy("s3:*"))],
        ),
        (
            "an inline policy is removed",
            role(app()),
            role(without(app(), "Policies")),
            vec![remove("role/payroll-app:app")],
        ),
        (
            "a trust policy is replaced",
            role(app()),
            role(with(app(), "AssumeRolePolicyDocument", lambda.clone())),
            vec![replace("role/payroll-app:trust", &lambda.to_string())],
        ),
        ("a role is removed", role(app()), none(), vec![remove("role/payroll-app")]),
        (
            "a resource of its own is an inline policy",
            none(),
            template(json!({"More": more})),
            vec![replace("user/ana:more", &policy("sqs:*"))],
        ),
        (
            "a policy of a user is removed with its list",
            template(json!({"B": backup(json!([dumps()]))})),
            template(json!({"B": backup(json!([]))})),
            vec![remove("user/backup:dumps")],
        ),
        (
            "a bucket gets a policy",
            none(),
            template(json!({"P": bucket_policy})),
            vec![replace("arn:aws:s3:::reports", &of_everyone("s3:GetObject"))],
        ),
    ];
    let example = example();
    for (name, old, new, steps) in cases {
        let planned = deployed(Some(&old), &new);
        assert_eq!(planned.open, Vec::<String>::new(), "{name}");
        let changed = example.changed(&steps).unwrap_or_else(|error| panic!("{name}: {}", error.message));
        let after = layers(&planned.after);
        assert_ne!(after, layers(&example), "{name}");
        assert_eq!(after, layers(&changed), "{name}");
        assert_eq!(layers(&planned.before), layers(&example), "{name}");
        // The other way round, the snapshot is not that of the old template.
        assert!(!deployed(Some(&new), &old).open.is_empty(), "{name}");
    }
}

#[test]
fn what_stays_is_passed_over_whatever_its_name() {
    let unnamed = || without(app(), "RoleName");
    let all = |memory: i32| {
        template(json!({
            "Made": unnamed(),
            "App": app(),
            "Queue": of("AWS::SQS::Queue", json!({})),
            "Policy": of("AWS::SQS::QueuePolicy", json!({"Queues": [{"Ref": "Queue"}], "PolicyDocument": parsed(&of_everyone("sqs:*"))})),
            "Custom": of("Custom::Grant", json!({"Role": {"Fn::GetAtt": ["Made", "Arn"]}, "Worker": {"Fn::GetAtt": ["Worker", "Arn"]}})),
            "Worker": of("AWS::Lambda::Function", json!({"MemorySize": memory, "Role": {"Fn::GetAtt": ["Made", "Arn"]}})),
        }))
    };
    let planned = deployed(Some(&all(128)), &all(256));
    assert_eq!((planned.open, planned.steps), (Vec::<String>::new(), Vec::<String>::new()));
    let mut described = all(128);
    described["Resources"]["Made"]["Properties"]["Description"] = json!("made");
    assert!(deployed(Some(&all(128)), &described).open.is_empty());
    // Whatever depends on a resource that changes may change with it.
    let mut other = all(128);
    other["Resources"]["Queue"]["Properties"]["FifoQueue"] = json!(true);
    let planned = deployed(Some(&all(128)), &other);
    assert_eq!(planned.open.len(), 1, "{:?}", planned.open);
    assert!(planned.open[0].contains("Policy: `Queues` is not known"), "{:?}", planned.open);
}

#[test]
fn what_a_template_does_not_say_is_named() {
    let none = || template(json!({}));
    let one = |resource: Value| template(json!({"A": resource}));
    let conditional = |mut resource: Value| {
        resource["Condition"] = json!("IsTest");
        one(resource)
    };
    let kept = |mut resource: Value| {
        resource["DeletionPolicy"] = json!("Retain");
        one(resource)
    };
    let tagged = |value: &str| with(app(), "Tags", json!([{"Key": "team", "Value": value}]));
    let user_policy = |user: Value| {
        of(
            "AWS::IAM::UserPolicy",
            json!({"UserName": user, "PolicyName": "p", "PolicyDocument": parsed(&policy("s3:*"))}),
        )
    };
    let table = |name: &str| {
        of("AWS::DynamoDB::Table", json!({"TableName": name, "Tags": [{"Key": "team", "Value": name}]}))
    };
    let queue = |name: &str| of("AWS::SQS::Queue", json!({"QueueName": name}));
    let tagged_by_queue = || {
        let tags = json!([{"Key": "team", "Value": {"Fn::GetAtt": ["Q", "QueueName"]}}]);
        of("AWS::DynamoDB::Table", json!({"TableName": "t", "Tags": tags}))
    };
    let staying = |mut resource: Value| {
        resource["UpdateReplacePolicy"] = json!("Retain");
        resource
    };
    let topic_policy = || {
        let topics = ["arn:aws:sns:eu-west-1:111122223333:news"];
        of(
            "AWS::SNS::TopicPolicy",
            json!({"Topics": topics, "PolicyDocument": parsed(&of_everyone("sns:Publish"))}),
        )
    };
    let bucket = |members: Value| of("AWS::S3::Bucket", members);
    let cases: Vec<(&str, Value, Value, &str)> = vec![
        (
            "a type that nobody knows",
            none(),
            one(of("Custom::Grant", json!({}))),
            "a resource of the type Custom::Grant",
        ),
        ("a permission", none(), one(of("AWS::Lambda::Permission", json!({}))), "AWS::Lambda::Permission"),
        (
            "a type that is gone",
            one(of("Custom::Grant", json!({}))),
            none(),
            "a resource of the type Custom::Grant",
        ),
        (
            "a name that is made",
            none(),
            one(without(app(), "RoleName")),
            "CloudFormation makes its name: give it with `--set A=NAME`",
        ),
        (
            "a condition",
            none(),
            conditional(user_policy(json!("ana"))),
            "the condition `IsTest` is not decided",
        ),
        (
            "a parameter",
            none(),
            one(user_policy(json!({"Ref": "Stage"}))),
            "`UserName` is not known: it depends on `Stage`",
        ),
        (
            "a user that the snapshot does not hold",
            none(),
            one(user_policy(json!("x"))),
            "does not hold user/x",
        ),
        (
            "a role that is there already",
            none(),
            one(app()),
            "holds role/payroll-app of 111122223333 already",
        ),
        ("a resource that stays", kept(app()), none(), "CloudFormation keeps, or may keep"),
        (
            "a policy of which the snapshot has another text",
            one(with(
                app(),
                "Policies",
                json!([{"PolicyName": "app", "PolicyDocument": parsed(&policy("s3:*"))}]),
            )),
            one(app()),
            "in another way",
        ),
        (
            "a boundary that only the snapshot has",
            one(with(app(), "RoleName", json!("developer"))),
            one(with(app(), "RoleName", json!("developer"))),
            "in another way",
        ),
        (
            "a table with a policy",
            none(),
            one(of("AWS::DynamoDB::Table", json!({"ResourcePolicy": {"PolicyDocument": {}}}))),
            "AWS::DynamoDB::Table",
        ),
        ("an ACL", none(), one(bucket(json!({"BucketName": "x", "AccessControl": "PublicRead"}))), "ACL"),
        (
            "Block Public Access of a bucket that is there",
            one(bucket(json!({"BucketName": "reports"}))),
            one(bucket(
                json!({"BucketName": "reports", "PublicAccessBlockConfiguration": {"BlockPublicPolicy": false}}),
            )),
            "`PublicAccessBlockConfiguration` of a bucket",
        ),
        (
            "a bucket that is deleted",
            one(bucket(json!({"BucketName": "payroll"}))),
            none(),
            "the policy that the snapshot holds",
        ),
        (
            "a queue that is deleted",
            one(of("AWS::SQS::Queue", json!({}))),
            none(),
            "which one it is is not known",
        ),
        ("a key", none(), one(of("AWS::KMS::Key", json!({}))), "KMS makes its policy"),
        ("tags that policies may test", one(tagged("a")), one(tagged("b")), "its tags change"),
        ("tags of a resource that is made again", one(table("a")), one(table("b")), "its tags change"),
        (
            "a topic that gets its default policy again",
            one(topic_policy()),
            none(),
            "puts the default policy in its place",
        ),
        (
            "a nested stack, which is updated with its parent",
            one(of("AWS::CloudFormation::Stack", json!({"TemplateURL": "x"}))),
            one(of("AWS::CloudFormation::Stack", json!({"TemplateURL": "x"}))),
            "AWS::CloudFormation::Stack",
        ),
        (
            "tags that follow from a resource that changes",
            template(json!({"A": tagged_by_queue(), "Q": queue("one")})),
            template(json!({"A": tagged_by_queue(), "Q": queue("two")})),
            "A: its tags change",
        ),
        (
            "tags by another name",
            one(of("AWS::Backup::BackupVault", json!({"BackupVaultTags": {"team": "a"}}))),
            one(of("AWS::Backup::BackupVault", json!({"BackupVaultTags": {"team": "b"}}))),
            "its tags change",
        ),
        (
            "tags that decide about access to a bucket that is there",
            one(bucket(json!({"BucketName": "reports"}))),
            one(bucket(json!({"BucketName": "reports", "AbacStatus": "Enabled"}))),
            "`AbacStatus` of a bucket",
        ),
        (
            "a replaced resource that stays",
            one(user_policy(json!("ana"))),
            one(staying(user_policy(json!("backup")))),
            "CloudFormation keeps, or may keep",
        ),
        (
            "a role in another case",
            none(),
            one(with(app(), "RoleName", json!("Payroll-App"))),
            "`Payroll-App` and `payroll-app` for one name",
        ),
        (
            "an inline policy in another case",
            one(backup(json!([dumps()]))),
            one(backup(json!([{"PolicyName": "Dumps", "PolicyDocument": dumps()["PolicyDocument"]}]))),
            "`Dumps` and `dumps` for one name",
        ),
        (
            "short forms",
            none(),
            json!({"Transform": "AWS::Serverless-2016-10-31", "Resources":
            {"A": of("AWS::Serverless::Function", json!({}))}}),
            "give the processed template",
        ),
        (
            "macros",
            none(),
            json!({"Transform": "Expand", "Resources": {"Net": of("AWS::EC2::Subnet", json!({}))}}),
            "may rewrite the whole template",
        ),
        (
            "a function",
            none(),
            one(json!({"Type": "AWS::IAM::Role", "Properties": {"Fn::Transform": {"Name": "x"}}})),
            "makes more of it",
        ),
        (
            "a nested stack",
            none(),
            one(of("AWS::CloudFormation::Stack", json!({"TemplateURL": "x"}))),
            "AWS::CloudFormation::Stack",
        ),
        (
            "two resources that say the same",
            none(),
            template(
                json!({"A": user_policy(json!("ana")), "B": with(user_policy(json!("ana")), "PolicyDocument", parsed(&policy("sqs:*")))}),
            ),
            "A says the same thing, or in another way",
        ),
    ];
    for (name, old, new, expected) in cases {
        let planned = deployed(Some(&old), &new);
        assert!(planned.open.iter().any(|why| why.contains(expected)), "{name}: {:?}", planned.open);
        assert!(planned.open.iter().all(|why| why.starts_with("new.json:1:")), "{name}: {:?}", planned.open);
    }
}

#[test]
fn given_values_decide_names_and_conditions() {
    let made = template(json!({
        "Made": without(app(), "RoleName"),
        "Tests": {"Type": "AWS::IAM::Policy", "Condition": "IsTest", "Properties":
            {"PolicyName": "tests", "Users": ["ana"], "PolicyDocument": parsed(&policy("s3:*"))}},
    }));
    let mut wider = made.clone();
    wider["Resources"]["Made"]["Properties"]["Policies"][0]["PolicyDocument"] = parsed(&policy("s3:*"));
    let [old, new] =
        [("old.json", &made), ("new.json", &wider)].map(|(name, text)| Source::new(name, text.to_string()));
    let with = |today: Option<&str>, values: &[(&str, &str)]| {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let parameters = today.map(|stage| ("Stage".to_owned(), stage.to_owned())).into_iter().collect();
        let today = StackToday { template: Some(old.clone()), parameters };
        example().deployed(&new, &today, Some(ACCOUNT), &Options { values, ..Options::default() }).unwrap()
    };
    let decided = with(Some("prod"), &[("Made", "payroll-app"), ("Stage", "prod")]);
    assert_eq!(decided.open, Vec::<String>::new());
    assert_eq!(decided.steps, ["the inline policy app of role/payroll-app of 111122223333 replaced by Made"]);
    let open = with(None, &[("Made", "payroll-app")]);
    assert!(open.open.iter().any(|why| why.contains("the condition `IsTest`")), "{:?}", open.open);
    let starts = with(Some("prod"), &[("Made", "payroll-app"), ("Stage", "test")]);
    assert_eq!(starts.open, Vec::<String>::new());
    assert!(
        starts
            .steps
            .contains(&"the inline policy tests of user/ana of 111122223333 added by Tests".to_owned()),
        "{:?}",
        starts.steps
    );
    // The values of a stack today are not those that it gets: what a condition takes away would not be seen.
    let unknown = with(None, &[("Made", "payroll-app"), ("Stage", "prod")]);
    assert!(
        unknown.open.iter().any(|why| why.contains(
            "in old.json, the condition `IsTest` is not decided: give its parameters with `--was-parameters`"
        )),
        "{:?}",
        unknown.open
    );
    // A deployment keeps the value of a parameter that it does not name, which need not be its default.
    let parameters = [("Stage".to_owned(), "test".to_owned())].into();
    let today = StackToday { template: Some(old.clone()), parameters };
    let defaults = Options { use_defaults: true, ..Options::default() };
    let refused = example().deployed(&new, &today, Some(ACCOUNT), &defaults).unwrap_err();
    assert!(refused.message.contains("the parameter Stage has a value today"), "{}", refused.message);
    let stops = with(Some("test"), &[("Made", "payroll-app"), ("Stage", "prod")]);
    assert!(stops.open.iter().any(|why| why.contains("in another way")), "{:?}", stops.open);
}

#[test]
fn what_is_not_known_of_a_resource_that_stays_is_passed_over() {
    let named = |action: &str| {
        let more = of(
            "AWS::IAM::UserPolicy",
            json!({"UserName": "ana", "PolicyName": "more", "PolicyDocument": parsed(&policy(action))}),
        );
        let partly = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "sqs:*", "Resource": {"Fn::GetAtt": ["Queue", "Arn"]}}]});
        let role = with(app(), "Policies", json!([{"PolicyName": "app", "PolicyDocument": partly}]));
        template(json!({"App": role, "Queue": of("AWS::SQS::Queue", json!({})), "More": more}))
    };
    let planned = deployed(
        Some(&template(json!({"App": named("s3:*")["Resources"]["App"],
        "Queue": of("AWS::SQS::Queue", json!({}))}))),
        &named("s3:*"),
    );
    assert_eq!(planned.open, Vec::<String>::new());
    assert_eq!(planned.steps, ["the inline policy more of user/ana of 111122223333 added by More"]);
}

#[test]
fn a_given_name_is_not_that_of_a_resource_that_is_made_again() {
    let queue = |fifo: bool| template(json!({"Queue": of("AWS::SQS::Queue", json!({"FifoQueue": fifo}))}));
    let [old, new] = [("old.json", queue(false)), ("new.json", queue(true))]
        .map(|(name, text)| Source::new(name, text.to_string()));
    let today = StackToday { template: Some(old), ..StackToday::default() };
    let values = [("Queue".to_owned(), "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs".to_owned())];
    let options = Options { values: values.into(), ..Options::default() };
    let planned = example().deployed(&new, &today, Some(ACCOUNT), &options).unwrap();
    assert!(planned.open.iter().any(|why| why.contains("`--set Queue`")), "{:?}", planned.open);
    // A role in an account of which the snapshot holds nothing.
    let new = Source::new("new.json", template(json!({"App": app()})).to_string());
    let planned =
        example().deployed(&new, &StackToday::default(), Some("222233334444"), &Options::default()).unwrap();
    assert!(
        planned.open.iter().any(|why| why.contains("does not hold the account 222233334444")),
        "{:?}",
        planned.open
    );
}

#[test]
fn a_template_alone_and_another_file_are_refused() {
    let source = Source::new("t.json", template(json!({})).to_string());
    let refused = |snapshot: &Snapshot, source: &Source| {
        snapshot.deployed(source, &StackToday::default(), None, &Options::default()).unwrap_err().message
    };
    let error = example().planned(&source, Some(ACCOUNT), &Options::default()).unwrap_err();
    assert!(error.message.contains("--was none"), "{}", error.message);
    assert!(refused(&example(), &source).contains("give `--account`"));
    // An answer of the AWS CLI holds the template as a text, whose places are its own.
    let body = "# \u{e9}\u{e9}\u{e9}\nResources:\n  A:\n    Type: Custom::Grant\n";
    let answer = Source::new("answer.json", json!({"TemplateBody": body, "StagesAvailable": []}).to_string());
    let answered =
        example().deployed(&answer, &StackToday::default(), Some(ACCOUNT), &Options::default()).unwrap();
    assert!(answered.open[0].starts_with("answer.json#/TemplateBody:3:3: A: "), "{:?}", answered.open);
    let plan = Source::new("plan.json", json!({"format_version": "1.2", "resource_changes": []}).to_string());
    let error =
        example().deployed(&plan, &StackToday::default(), Some(ACCOUNT), &Options::default()).unwrap_err();
    assert!(error.message.contains("plan.json is a plan, not a template"), "{}", error.message);
}
