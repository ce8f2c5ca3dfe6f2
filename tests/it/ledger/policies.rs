//! Policies, and the queries about one and about two of them.

use super::ask::Questions;
use serde_json::{Value, json};

/// The account that is trusted.
const ZONE: &str = "111122223333";
const BUCKET: &str = "AWS::S3::Bucket";

/// A policy of the ledger.
pub(crate) struct Policy {
    /// Its name in the ledger.
    pub(crate) name: String,
    /// The text; `None` for an answer of the AWS CLI and for bytes that are not UTF-8, which only the commands read.
    pub(crate) text: Option<String>,
    /// The file that the commands read.
    pub(crate) path: String,
    pub(crate) resource_type: Option<String>,
    pub(crate) zone: Vec<String>,
}

impl Policy {
    /// A policy with a text of its own, which is written to a file.
    pub(crate) fn of_text(name: String, text: String, questions: &Questions) -> Policy {
        let path = questions.file(&name, &text);
        Policy { name, text: Some(text), path, resource_type: None, zone: Vec::new() }
    }

    /// A policy of these statements. `*` stands for the action and resource left out.
    pub(crate) fn of_statements(name: String, statements: &Value, questions: &Questions) -> Policy {
        let Some(list) = statements.as_array() else {
            return Policy::of_text(name, statements.to_string(), questions);
        };
        let mut statements = list.clone();
        for statement in &mut statements {
            for element in ["Action", "Resource"] {
                if statement.get(element).is_none() && statement.get(format!("Not{element}")).is_none() {
                    statement[element] = "*".into();
                }
            }
        }
        let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        Policy::of_text(name, text, questions)
    }

    /// True if the text names principals.
    pub(crate) fn is_resource_policy(&self) -> bool {
        self.text.as_ref().is_some_and(|text| text.contains("Principal\""))
    }

    fn resource_type(&self) -> &str {
        let trusts = self.text.as_ref().is_some_and(|text| text.contains("sts:AssumeRole"));
        let by_text = if trusts { "AWS::IAM::AssumeRolePolicyDocument" } else { BUCKET };
        self.resource_type.as_deref().unwrap_or(by_text)
    }
}

/// Adds the most informative queries about one policy.
pub(crate) fn alone(policy: &Policy, questions: &mut Questions) {
    let Policy { name, path, .. } = policy;
    questions.command(format!("lint {name}"), &["lint", path], &[]);
    access_not_granted(policy, questions);
    let zone: Vec<String> = if policy.zone.is_empty() { vec![ZONE.to_owned()] } else { policy.zone.clone() };
    if policy.is_resource_policy() || policy.text.is_none() {
        let words = ["find-external-access", "--policy", path, "--zone-of-trust"];
        questions.command(format!("find-external-access {name}"), &words, &zone);
    }
    if policy.is_resource_policy() {
        no_public_access(policy, policy.resource_type(), questions);
    }
}

/// Adds the queries that are variants of those of [`alone`].
pub(crate) fn alone_in_other_words(policy: &Policy, questions: &mut Questions) {
    let Policy { name, path, .. } = policy;
    let words: &[&str] = if policy.is_resource_policy() {
        &["--not-principal-account", ZONE]
    } else {
        &["--action", "s3:Put*,iam:*,ec2:Run*", "--without-mfa"]
    };
    questions.command(format!("find {name}"), &[&["find", "--policy", path], words].concat(), &[]);
    if policy.is_resource_policy() && policy.resource_type() == BUCKET {
        let settings = "BlockPublicPolicy=true,RestrictPublicBuckets=true";
        let words = ["block-public-access", "--policy", path, "--acl", "public-read", "--owner", ZONE];
        questions.command(
            format!("block-public-access {name}"),
            &[words.as_slice(), &["--settings", settings]].concat(),
            &[],
        );
    }
}

pub(crate) fn access_not_granted(policy: &Policy, questions: &mut Questions) {
    let Some(text) = &policy.text else { return };
    let access = json!([
        {"actions": ["s3:GetObject", "iam:PassRole", "sts:AssumeRole", "ec2:RunInstances"]},
        {"actions": ["s3:PutObject"], "resources": ["arn:aws:s3:::reports/q1"]},
    ]);
    let line = json!({"check": "check-access-not-granted", "policyDocument": text, "access": access});
    questions.line(format!("access-not-granted {}", policy.name), &[], line.to_string());
}

pub(crate) fn no_public_access(policy: &Policy, resource_type: &str, questions: &mut Questions) {
    let line = json!({"check": "check-no-public-access", "policyDocument": policy.text, "resourceType": resource_type});
    questions.line(format!("no-public-access {}", policy.name), &[], line.to_string());
}

/// Adds checks of new access in both directions.
pub(crate) fn no_new_access(pair: [&Policy; 2], options: &[String], questions: &mut Questions) {
    for [new, existing] in [pair, [pair[1], pair[0]]] {
        let (Some(new_text), Some(existing_text)) = (&new.text, &existing.text) else { return };
        let line = json!({"check": "check-no-new-access", "newPolicyDocument": new_text, "existingPolicyDocument": existing_text});
        questions.line(format!("no-new-access {}", against(new, existing)), options, line.to_string());
    }
}

pub(crate) fn compare(left: &Policy, right: &Policy, options: &[String], questions: &mut Questions) {
    let mut words = options.to_vec();
    words.extend([left.path.clone(), right.path.clone()]);
    questions.command(format!("compare {}", against(left, right)), &["compare"], &words);
}

pub(crate) fn diff(old: &Policy, new: &Policy, options: &[String], questions: &mut Questions) {
    let mut words = options.to_vec();
    words.extend([old.path.clone(), new.path.clone()]);
    questions.command(format!("diff {}", against(old, new)), &["diff"], &words);
}

/// Names two policies, their directory only once.
fn against(one: &Policy, other: &Policy) -> String {
    let directory = one.name.rfind(['/', '#', ' ']).map_or(0, |at| at + 1);
    let short = other.name.strip_prefix(&one.name[..directory]).unwrap_or(&other.name);
    format!("{} {short}", one.name)
}
