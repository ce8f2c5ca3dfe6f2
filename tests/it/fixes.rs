//! Policies that are rewritten: `lint --fix` and `minimise`. Each result is proved equivalent in both directions by a comparison
//! of its own, decides sampled requests as the original does (the referee), and does not change when it is rewritten again.
//!
//! `IAMSAT_MINIMISE=all` runs all managed policies and prints by how much they shrink.

use crate::support::policies::{Policy, some_keys};
use crate::support::sampling::config;
use crate::support::{corpus, document, requests};
use arbitrary::Unstructured;
use iamsat::Source;
use iamsat::check::{Droppable, Options, Relation, compare, fix, minimise, size_in_iam};
use iamsat::evaluate::{self, Decision};
use iamsat::policy::{Document, PolicyType};
use proptest::prelude::{any, prop, proptest};
use serde_json::Value;
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Checks that one policy means the same as another, by a proof and by requests that `bytes` choose.
fn means_the_same(old: &Document, new: &Document, policy_type: PolicyType, bytes: &[u8]) {
    let options = Options { policy_type: Some(policy_type), ..Options::default() };
    let relation = compare(old, new, &options).relation().map(Relation::name);
    assert_eq!(relation, Some("EQUIVALENT"), "{}\n{}", old.source.text(), new.source.text());
    let mut u = Unstructured::new(bytes);
    let mut referee = evaluate::Options::for_documents(&[old, new]);
    referee.policy_type = policy_type;
    for _ in 0..8 {
        let Ok(Some(request)) = requests::spelled(&mut u, &[old, new], policy_type) else { continue };
        let [one, other] = [old, new].map(|policy| evaluate::decide(&[policy], &request, &referee));
        let is_open = [one, other].contains(&Decision::Undetermined);
        assert!(
            is_open || one == other,
            "{one:?} {other:?} {request:?}\n{}\n{}",
            old.source.text(),
            new.source.text()
        );
    }
}

/// Rewrites a policy in both ways; returns the number of its characters before and after.
fn rewritten(text: &str, policy_type: PolicyType, bytes: &[u8]) -> (usize, usize) {
    let options = Options { policy_type: Some(policy_type), ..Options::default() };
    let source = Source::new("policy", text);
    let original = document("policy", text);
    let fixed = fix(&source, &options).unwrap();
    if fixed.proof.is_some() {
        means_the_same(&original, &fixed.document, policy_type, bytes);
        assert!(fix(&fixed.document.source, &options).unwrap().rounds.is_empty(), "{text}");
    } else {
        assert_eq!(fixed.document.source.text(), text);
    }
    let droppable = Droppable { sids: bytes.len().is_multiple_of(2) };
    let short = minimise(&source, droppable, &options).unwrap();
    if short.proof.is_some() {
        means_the_same(&original, &short.document, policy_type, bytes);
    } else {
        assert_eq!(short.document.source.text(), text);
    }
    let again = minimise(&short.document.source, droppable, &options).unwrap();
    assert_eq!(again.document.source.text(), short.document.source.text(), "of {text}");
    let sizes = (size_in_iam(text), size_in_iam(short.document.source.text()));
    assert!(sizes.1 <= sizes.0);
    sizes
}

#[test]
fn managed_policies_mean_the_same_when_they_are_rewritten() {
    let Some(corpus) = corpus() else { return };
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(corpus.join("managed")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let step = if std::env::var_os("IAMSAT_MINIMISE").is_some() { 1 } else { 120 };
    let (mut before, mut after, mut shorter) = (0, 0, 0);
    for file in files.iter().step_by(step) {
        let text = std::fs::read_to_string(file).unwrap();
        let bytes: Vec<u8> = text.bytes().rev().cycle().take(2_000).collect();
        let (old, new) = rewritten(&text, PolicyType::Identity, &bytes);
        (before, after) = (before + old, after + new);
        shorter += usize::from(new < old);
    }
    println!(
        "{shorter} of {} policies are shorter: {before} characters before, {after} after",
        files.len() / step
    );
    assert!(shorter > 0);
}

#[test]
fn random_policies_mean_the_same_when_they_are_rewritten() {
    let shorter = Cell::new(0);
    proptest!(config(12), |(bytes in prop::collection::vec(any::<u8>(), 900), of_resource in any::<bool>())| {
        let mut u = Unstructured::new(&bytes);
        let policy = some_keys(&mut u).and_then(|keys| Policy::arbitrary(&mut u, &keys, of_resource));
        if let Ok(policy) = policy {
            let policy_type = if of_resource { PolicyType::Resource } else { PolicyType::Identity };
            let (old, new) = rewritten(&policy.text(false), policy_type, u.take_rest());
            shorter.set(shorter.get() + usize::from(new < old));
        }
    });
    println!("{} are shorter", shorter.get());
    assert!(shorter.get() > 0);
}

/// Pairs of a policy and its shortest form.
#[test]
fn shorter_policies() {
    let cases = [
        // Statements that differ in their actions, their resources, or the values of a condition.
        (
            r#"[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"},{"Effect":"Deny","Action":"ec2:*","Resource":"*"},
                {"Effect":"Allow","Action":["s3:PutObject"],"Resource":"*"}]"#,
            r#"[{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"*"},{"Effect":"Deny","Action":"ec2:*","Resource":"*"}]"#,
        ),
        (
            r#"[{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::a"},{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::b"}]"#,
            r#"[{"Effect":"Deny","Action":"s3:*","Resource":["arn:aws:s3:::a","arn:aws:s3:::b"]}]"#,
        ),
        (
            r#"[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringLike":{"aws:RequestedRegion":"eu-*"}}},
                {"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringLike":{"AWS:RequestedRegion":["us-*"]}}}]"#,
            r#"[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringLike":{"aws:RequestedRegion":["eu-*","us-*"]}}}]"#,
        ),
        // Not those that differ in two lists, nor lists of exceptions.
        (
            r#"[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::a"},{"Effect":"Allow","Action":"ec2:*","Resource":"arn:aws:s3:::b"}]"#,
            r#"[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::a"},{"Effect":"Allow","Action":"ec2:*","Resource":"arn:aws:s3:::b"}]"#,
        ),
        (
            r#"[{"Effect":"Deny","NotAction":"s3:*","Resource":"*"},{"Effect":"Deny","NotAction":"ec2:*","Resource":"*"}]"#,
            r#"[{"Effect":"Deny","NotAction":"s3:*","Resource":"*"},{"Effect":"Deny","NotAction":"ec2:*","Resource":"*"}]"#,
        ),
        // Wildcards that say the same for every text; a star that is compared literally is another one.
        (
            r#"[{"Effect":"Allow","Action":["s3:Get","s3:Get?*"],"Resource":["arn:aws:s3:::b/**"],"Condition":{}}]"#,
            r#"[{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"}]"#,
        ),
        (
            r#"[{"Effect":"Allow","Action":"*:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/a":"**"}}}]"#,
            r#"[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/a":"**"}}}]"#,
        ),
        // A Deny that denies nothing of this policy limits others.
        (
            r#"[{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"ec2:*","Resource":"*"}]"#,
            r#"[{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"ec2:*","Resource":"*"}]"#,
        ),
    ];
    for (before, after) in cases {
        let text = |statements: &str| format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#);
        let source = Source::new("p", text(before));
        let short = minimise(&source, Droppable::default(), &Options::default()).unwrap();
        let plain = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(plain(short.document.source.text()), plain(&text(after)));
    }
}

/// An account form makes no entry of a user redundant, and statements for callers of one kind become one.
#[test]
fn principals_are_merged_by_kind() {
    let text = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"s3:GetObject","Resource":"*"},
        {"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:user/a"]},"Action":"s3:GetObject","Resource":"*"},
        {"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"s3:GetObject","Resource":"*"}]}"#;
    let short = minimise(&Source::new("p", text), Droppable::default(), &Options::default()).unwrap();
    assert_eq!(short.merged, 1);
    let first = short.document.statements[0].principal.as_ref().unwrap();
    assert_eq!(first.values.len(), 2);
    assert_eq!(short.document.statements.len(), 2);
}

fn iamsat(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_iamsat"))
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .output()
        .unwrap()
}

const REDUNDANT: &str = "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": [\n  \"s3:Get*\",\n  \"s3:GetObject\"\n], \"Resource\": \"*\"}}\n";
const FIXED: &str =
    "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": [\n  \"s3:Get*\"\n], \"Resource\": \"*\"}}\n";

fn directory(name: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("fixes").join(name);
    drop(std::fs::remove_dir_all(&directory));
    std::fs::create_dir_all(&directory).unwrap();
    directory
}

/// Policies inside of other files, with the text that is expected of each file afterwards; `None` if it stays as it is.
#[test]
fn policies_are_fixed_where_they_are() {
    let directory = directory("places");
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let template = |policy: &str| {
        format!(
            r#"{{"Resources": {{"P": {{"Type": "AWS::IAM::ManagedPolicy", "Properties": {{"PolicyDocument": {policy}}}}}}}}}"#
        )
    };
    let plan = format!(
        r#"{{"format_version":"1.2","resource_changes":[{{"address":"aws_iam_policy.p","mode":"managed","type":"aws_iam_policy","name":"p",
            "change":{{"actions":["create"],"before":null,"after":{{"policy":{}}},"after_unknown":{{}}}}}}]}}"#,
        quoted(REDUNDANT)
    );
    let cases = [
        ("bare.json", REDUNDANT.to_owned(), Some(FIXED.to_owned())),
        ("bom.json", format!("\u{feff}{REDUNDANT}"), Some(format!("\u{feff}{FIXED}"))),
        ("crlf.json", REDUNDANT.replace('\n', "\r\n"), Some(FIXED.replace('\n', "\r\n"))),
        (
            "answer.json",
            format!("{{\"PolicyVersion\": {{\"Document\": {}, \"VersionId\": \"v1\"}}}}", REDUNDANT.trim()),
            Some(format!("{{\"PolicyVersion\": {{\"Document\": {}, \"VersionId\": \"v1\"}}}}", FIXED.trim())),
        ),
        ("text.json", format!("{{\"Policy\": {}}}", quoted(REDUNDANT)), Some(format!("{{\"Policy\": {}}}", quoted(FIXED)))),
        ("list.json", format!("[{REDUNDANT}, {}, {FIXED}]", quoted(REDUNDANT)), Some(format!("[{FIXED}, {}, {FIXED}]", quoted(FIXED)))),
        ("template.json", template(REDUNDANT), Some(template(FIXED))),
        ("yaml.yaml", "Resources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n        Statement:\n          - {Effect: Allow, Action: ['s3:Get*', 's3:GetObject'], Resource: '*'}\n".to_owned(), Some("Resources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n        Statement:\n          - {Effect: Allow, Action: ['s3:Get*'], Resource: '*'}\n".to_owned())),
        ("anchor.yaml", "Resources:\n  Q:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n        Statement:\n          - {Effect: Allow, Action: &x ['s3:Get*', 's3:GetObject'], Resource: 'arn:aws:s3:::b'}\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n        Statement:\n          - {Effect: Deny, Action: *x, Resource: '*'}\n".to_owned(), None),
        ("merge-key.yaml", "Resources:\n  Q:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n        Statement:\n          - &x\n            Effect: Allow\n            Action: ['s3:Get*', 's3:GetObject']\n            Resource: 'arn:aws:s3:::b'\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n        Statement:\n          - <<: *x\n            Resource: '*'\n".to_owned(), None),
        ("text.yaml", "Resources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument: |\n        {\"Statement\": {\"Effect\": \"Allow\", \"Action\": [\"s3:Get*\", \"s3:GetObject\"], \"Resource\": \"*\"}}\n".to_owned(), Some("Resources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument: |\n        {\"Statement\": {\"Effect\": \"Allow\", \"Action\": [\"s3:Get*\"], \"Resource\": \"*\"}}\n".to_owned())),
        ("plan.json", plan, None),
        ("last.json", r#"{"Statement": {"Effect": "Allow", "Action": [], "Resource": "*"}}"#.to_owned(), None),
    ];
    for (name, before, after) in cases {
        std::fs::write(directory.join(name), &before).unwrap();
        let shown = iamsat(&directory, &["lint", "--diff", name]);
        assert_eq!(
            std::fs::read_to_string(directory.join(name)).unwrap(),
            before,
            "{name}: a patch writes nothing"
        );
        let output = iamsat(&directory, &["lint", "--fix", name]);
        let text =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        let now = std::fs::read_to_string(directory.join(name)).unwrap();
        assert_eq!(&now, after.as_ref().unwrap_or(&before), "{name}: {text}");
        assert_eq!(shown.status.code(), Some(i32::from(after.is_some())), "{name}: {shown:?}");
        match after {
            Some(_) => assert!(text.contains(": fixed[redundant-action]: "), "{name}: {text}"),
            None => assert!(text.contains("= unfixed: "), "{name}: {text}"),
        }
        let again = iamsat(&directory, &["lint", "--fix", name]);
        assert!(!String::from_utf8_lossy(&again.stdout).contains("fixed["), "{name} is fixed twice");
        assert_eq!(std::fs::read_to_string(directory.join(name)).unwrap(), now, "{name}");
    }
}

/// Returns a value as YAML: `styles` chooses between lines and brackets, and between quotes.
fn yaml(value: &Value, indent: usize, styles: &mut impl Iterator<Item = u8>) -> String {
    let style = styles.next().unwrap_or(0);
    let text = |text: &str, style: u8| match style % 2 {
        0 => format!("'{}'", text.replace('\'', "''")),
        _ => Value::from(text).to_string(),
    };
    let space = " ".repeat(indent);
    match value {
        Value::String(plain)
            if style % 4 < 2
                && plain.contains(':')
                && !plain.starts_with('*')
                && !plain.contains([',', '{', '#', ' ']) =>
        {
            plain.clone()
        }
        Value::String(other) => text(other, style),
        Value::Array(list) if !list.is_empty() && !style.is_multiple_of(4) => {
            let item = |item: &Value| {
                let text = below(item, indent + 2, styles);
                let text = if style.is_multiple_of(3) { text } else { format!(" {}", text.trim_start()) };
                format!("\n{space}-{text}  # an item")
            };
            list.iter().map(item).collect()
        }
        Value::Object(members) if !members.is_empty() && !style.is_multiple_of(8) => members
            .iter()
            .map(|(name, member)| format!("\n{space}{name}:{}", below(member, indent + 2, styles)))
            .collect(),
        other => other.to_string(),
    }
}

/// Returns a value behind a dash or a name, on the same line if it takes one.
fn below(value: &Value, indent: usize, styles: &mut impl Iterator<Item = u8>) -> String {
    let text = yaml(value, indent, styles);
    if text.starts_with('\n') { text } else { format!(" {text}") }
}

/// A policy in YAML becomes, whatever its layout, the one that it becomes in JSON; nothing else in the file changes.
#[test]
fn policies_in_yaml_are_shortened_as_those_in_json() {
    let directory = directory("yaml");
    let (shorter, refused) = (Cell::new(0), Cell::new(0));
    proptest!(config(8), |(bytes in prop::collection::vec(any::<u8>(), 900), styles in prop::collection::vec(any::<u8>(), 64), drops in any::<bool>())| {
        let mut u = Unstructured::new(&bytes);
        let policy = some_keys(&mut u).and_then(|keys| Policy::arbitrary(&mut u, &keys, false));
        let Ok(policy) = policy else { return Ok(()) };
        let Ok(value) = serde_json::from_str::<Value>(&policy.text(false)) else { return Ok(()) };
        let mut styles = styles.into_iter().cycle();
        let template = format!(
            "# a template\nResources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:{}\n      Description: short\n",
            below(&value, 8, &mut styles)
        );
        std::fs::write(directory.join("t.yaml"), &template).unwrap();
        std::fs::write(directory.join("p.json"), value.to_string()).unwrap();
        let mut command = vec!["minimise", "--write", "--policy-type", "IDENTITY_POLICY", "t.yaml"];
        command.extend(drops.then_some("--drop-sids"));
        let output = iamsat(&directory, &command);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let now = std::fs::read_to_string(directory.join("t.yaml")).unwrap();
        if output.status.code() == Some(2) {
            assert_eq!(&now, &template);
            refused.set(refused.get() + 1);
            println!("{errors}{template}");
            return Ok(());
        }
        command.pop_if(|last| *last == "--drop-sids");
        *command.last_mut().unwrap() = "p.json";
        command.extend(drops.then_some("--drop-sids"));
        let other = iamsat(&directory, &command);
        assert_eq!(output.status.code(), other.status.code(), "{errors}");
        let found = iamsat(&directory, &["minimise", "--policy-type", "IDENTITY_POLICY", "--format", "json", "t.yaml"]);
        let found: Value = serde_json::from_slice(&found.stdout).unwrap();
        let wanted = std::fs::read_to_string(directory.join("p.json")).unwrap();
        assert_eq!(
            document("p", found[0]["policy"].as_str().unwrap()).to_string(),
            document("p", &wanted).to_string(),
            "{template}\n{now}"
        );
        assert!(now.starts_with("# a template\n") && now.ends_with("\n      Description: short\n"), "{now}");
        shorter.set(shorter.get() + usize::from(now != template));
    });
    println!("{} are shorter, {} are not edited", shorter.get(), refused.get());
    assert!(shorter.get() > 0 && refused.get() * 10 <= shorter.get());
}

/// A disk without room, simulated by a limit on the size of files: the old content, no other file, and an error.
#[cfg(unix)]
#[test]
fn without_room_a_file_keeps_its_content() {
    let directory = directory("full");
    std::fs::write(directory.join("p.json"), REDUNDANT).unwrap();
    for command in ["lint --fix p.json", "minimise --write p.json"] {
        let script = format!("trap '' XFSZ; ulimit -f 0; exec {} {command}", env!("CARGO_BIN_EXE_iamsat"));
        let output = Command::new("/bin/sh").args(["-c", &script]).current_dir(&directory).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{command}: {errors}");
        assert!(errors.contains("cannot write p.json: file too large"), "{command}: {errors}");
        assert_eq!(std::fs::read_to_string(directory.join("p.json")).unwrap(), REDUNDANT);
        assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 1, "{command} leaves a file");
    }
}
