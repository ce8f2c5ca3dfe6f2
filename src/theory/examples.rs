//! Values that look like those of real requests, tried before the automata are asked for any value at all.
//!
//! A candidate is only ever a proposal: it becomes a value after every pattern has been tested on it.

use crate::automata::{Class, Pattern, Set, Step, Symbol};
use crate::formula::{Variable, encode};
use crate::policy::PolicyType;
use crate::request::{Requester, ValueType, key_info};
use std::sync::OnceLock;

/// Accounts from AWS's documentation, for requesters and resources of no particular account.
const ACCOUNTS: [&str; 3] = ["111122223333", "444455556666", "777788889999"];

/// Well-known actions, in the spelling of the service reference.
pub(super) const ACTIONS: &[&str] = &[
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:ListBucket",
    "s3:DeleteBucket",
    "s3:PutBucketPolicy",
    "s3:GetBucketPolicy",
    "s3:PutObjectAcl",
    "s3:ListAllMyBuckets",
    "s3:CreateBucket",
    "ec2:DescribeInstances",
    "ec2:RunInstances",
    "ec2:StartInstances",
    "ec2:StopInstances",
    "ec2:TerminateInstances",
    "ec2:CreateTags",
    "ec2:CreateVolume",
    "ec2:DeleteVolume",
    "ec2:AttachVolume",
    "ec2:CreateNetworkInterface",
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:ModifyInstanceAttribute",
    "ec2:GetConsoleOutput",
    "iam:PassRole",
    "iam:CreateUser",
    "iam:CreateRole",
    "iam:AttachRolePolicy",
    "iam:PutRolePolicy",
    "iam:GetRole",
    "iam:ListRoles",
    "iam:DeleteRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:CreateAccessKey",
    "iam:CreateServiceLinkedRole",
    "iam:TagRole",
    "sts:AssumeRole",
    "sts:AssumeRoleWithWebIdentity",
    "sts:AssumeRoleWithSAML",
    "sts:TagSession",
    "sts:GetCallerIdentity",
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:CreateGrant",
    "kms:DescribeKey",
    "kms:ScheduleKeyDeletion",
    "kms:ListAliases",
    "sqs:SendMessage",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueUrl",
    "sns:Publish",
    "sns:Subscribe",
    "sns:CreateTopic",
    "lambda:InvokeFunction",
    "lambda:CreateFunction",
    "lambda:UpdateFunctionCode",
    "lambda:GetFunction",
    "lambda:ListFunctions",
    "lambda:DeleteFunction",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:DeleteTable",
    "dynamodb:DescribeTable",
    "dynamodb:ListTables",
    "dynamodb:BatchGetItem",
    "dynamodb:UpdateItem",
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "logs:DescribeLogGroups",
    "logs:GetLogEvents",
    "logs:FilterLogEvents",
    "logs:DeleteLogGroup",
    "cloudwatch:PutMetricData",
    "cloudwatch:GetMetricData",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:ListMetrics",
    "cloudwatch:DeleteAlarms",
    "cloudformation:CreateStack",
    "cloudformation:UpdateStack",
    "cloudformation:DeleteStack",
    "cloudformation:DescribeStacks",
    "cloudtrail:StopLogging",
    "cloudtrail:LookupEvents",
    "cloudtrail:DescribeTrails",
    "cloudtrail:DeleteTrail",
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
    "secretsmanager:DescribeSecret",
    "secretsmanager:ListSecrets",
    "ssm:GetParameter",
    "ssm:PutParameter",
    "ssm:SendCommand",
    "ssm:StartSession",
    "ssm:DescribeParameters",
    "rds:DescribeDBInstances",
    "rds:CreateDBInstance",
    "rds:DeleteDBInstance",
    "rds:ListTagsForResource",
    "ecr:GetAuthorizationToken",
    "ecr:BatchGetImage",
    "ecr:PutImage",
    "ecs:RunTask",
    "ecs:DescribeTasks",
    "ecs:ListClusters",
    "ecs:UpdateService",
    "eks:DescribeCluster",
    "eks:ListClusters",
    "glue:GetTable",
    "glue:CreateJob",
    "glue:GetDatabase",
    "athena:StartQueryExecution",
    "athena:GetQueryResults",
    "kinesis:PutRecord",
    "kinesis:GetRecords",
    "kinesis:DescribeStream",
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "route53:ChangeResourceRecordSets",
    "route53:ListHostedZones",
    "elasticloadbalancing:DescribeLoadBalancers",
    "autoscaling:DescribeAutoScalingGroups",
    "tag:GetResources",
    "states:StartExecution",
    "events:PutEvents",
    "events:PutRule",
    "sagemaker:CreateTrainingJob",
    "bedrock:InvokeModel",
];

/// The first word that fits, of those worth trying for a variable whose value has to match all of `must`.
pub(super) fn readable(
    variable: Variable<'_>,
    policy_type: PolicyType,
    must: &[&Pattern],
    fits: &mut dyn FnMut(&[Symbol]) -> bool,
) -> Option<Vec<Symbol>> {
    let mut first = |mut words: &mut dyn Iterator<Item = Vec<Symbol>>| {
        Iterator::find(&mut words, |word: &Vec<Symbol>| fits(word))
    };
    if let Some(word) = must.iter().find_map(|p| p.as_word()) {
        return first(&mut std::iter::once(word.to_vec()));
    }
    let base = must.iter().copied().max_by_key(|p| (p.prefix().len(), std::cmp::Reverse(p.steps().len())));
    match variable {
        Variable::Action => {
            let known = actions().iter().filter(|word| base.is_none_or(|p| p.matches(word))).cloned();
            let filled = base.into_iter().flat_map(|p| {
                let fillers: [&dyn Fn(usize) -> &'static str; 2] = [&|_| "a", &|_| ""];
                fillers.map(|filler| fill(p, filler))
            });
            first(&mut known.chain(filled))
        }
        Variable::Resource => match base {
            None => first(
                &mut ["*", "arn:aws:s3:::a", "arn:aws:ec2:us-east-1:111122223333:instance/a"]
                    .into_iter()
                    .map(Symbol::word),
            ),
            Some(p) => {
                let fillers: [&dyn Fn(usize) -> &'static str; 3] =
                    [&arn_field, &arn_field_or_nothing, &|_| ""];
                first(&mut fillers.into_iter().map(|filler| fill(p, filler)))
            }
        },
        Variable::Requester => {
            let usual = requesters_of(policy_type);
            if must.is_empty() && policy_type == PolicyType::Identity {
                return first(&mut usual.iter().cloned());
            }
            let mut tried: Vec<Vec<Symbol>> = Vec::new();
            // A pattern on requesters starts with some kinds: what it spells is what counts.
            let spelled = |p: &&Pattern| p.steps().iter().filter(|s| matches!(s, Step::One(_))).count();
            let base = must.iter().copied().max_by_key(spelled);
            for (pattern, account) in base.into_iter().flat_map(|p| ACCOUNTS.map(|account| (p, account))) {
                for word in fill_requester(pattern, account) {
                    // Without a place for it, every account makes the same words.
                    if tried.contains(&word) {
                        continue;
                    }
                    if let Some(word) = first(&mut std::iter::once(word.clone())) {
                        return Some(word);
                    }
                    tried.push(word);
                }
            }
            let accounts: Vec<String> = must.iter().flat_map(|p| accounts_in(p)).collect();
            let accounts: Vec<&str> = accounts.iter().map(String::as_str).collect();
            let named = requesters(PolicyType::Resource, &accounts);
            first(&mut named.into_iter().chain(usual.iter().cloned()))
        }
        Variable::Key(name, element) => {
            let samples = samples(name, element).into_iter().map(|text| Symbol::word(&text));
            let Some(p) = base else { return first(&mut { samples }) };
            let is_account = name.ends_with("account");
            if let Some(word) = first(&mut samples.filter(|_| is_account)) {
                return Some(word);
            }
            let is_arn = key_info(name).is_some_and(|info| info.value == ValueType::Arn);
            let arns = ACCOUNTS.iter().filter(|_| is_arn).map(|account| Arn::of_key(name, account).fill(p));
            let fillers: [&dyn Fn(usize) -> &'static str; 3] = [&arn_field, &|_| "a", &|_| ""];
            first(&mut arns.chain(fillers.into_iter().map(|filler| fill(p, filler))))
        }
    }
}

/// The well-known actions as values.
fn actions() -> &'static [Vec<Symbol>] {
    static WORDS: OnceLock<Vec<Vec<Symbol>>> = OnceLock::new();
    WORDS.get_or_init(|| ACTIONS.iter().map(|action| Symbol::word(&action.to_ascii_lowercase())).collect())
}

/// Requesters of no particular account.
fn requesters_of(policy_type: PolicyType) -> &'static [Vec<Symbol>] {
    static LISTS: [OnceLock<Vec<Vec<Symbol>>>; 2] = [const { OnceLock::new() }; 2];
    let [identity, resource] = &LISTS;
    let list = if policy_type == PolicyType::Identity { identity } else { resource };
    list.get_or_init(|| requesters(policy_type, &ACCOUNTS))
}

/// A value for a key that nothing is said about.
pub fn sample(name: &str) -> String {
    numbered_sample(name, 0)
}

fn numbered_sample(name: &str, element: u32) -> String {
    let text = match name {
        "aws:sourcevpc" => "vpc-0a1b2c3d",
        "aws:sourcevpce" => "vpce-0a1b2c3d",
        "aws:requestedregion" => "us-east-1",
        _ if name.ends_with("account") => "111122223333",
        _ if name.ends_with("orgid") => "o-exampleorgid",
        _ if name.ends_with("orgpaths") => "o-exampleorgid/r-ab12/",
        _ => match key_info(name).map(|info| info.value) {
            Some(ValueType::Arn) => "arn:aws:iam::111122223333:role/a",
            Some(ValueType::Bool) => "true",
            Some(ValueType::Number) => "1",
            Some(ValueType::Date) => "2030-01-01T00:00:00Z",
            Some(ValueType::Epoch) => "1893456000",
            Some(ValueType::Ip) => "203.0.113.10",
            Some(ValueType::String) | None => "a",
        },
    };
    if element == 0 { text.to_owned() } else { format!("{text}{element}") }
}

/// The sample of a key, and where an account stands in it, with other accounts.
fn samples(name: &str, element: u32) -> Vec<String> {
    let sample = numbered_sample(name, element);
    let [usual, others @ ..] = ACCOUNTS;
    let others: Vec<String> = match sample.contains(usual) {
        true => others.iter().map(|other| sample.replace(usual, other)).collect(),
        false => Vec::new(),
    };
    std::iter::once(sample).chain(others).collect()
}

/// What stands in a field of an ARN, by the number of colons before it.
fn arn_field(colons: usize) -> &'static str {
    match colons {
        1 => "aws",
        2 => "s3",
        3 => "us-east-1",
        4 => ACCOUNTS[0],
        _ => "a",
    }
}

fn arn_field_or_nothing(colons: usize) -> &'static str {
    if colons < 5 { arn_field(colons) } else { "" }
}

/// Symbols that mostly take the places of all runs of a pattern.
const USUAL: usize = 32;

/// The pattern with its runs filled in, by the number of colons before them.
fn fill(pattern: &Pattern, filler: &dyn Fn(usize) -> &'static str) -> Vec<Symbol> {
    let mut word = Vec::with_capacity(pattern.steps().len().saturating_add(USUAL));
    let mut colons = 0usize;
    for step in pattern.steps() {
        match step {
            Step::One(set) => word.push(one(*set)),
            Step::Many(class) => extend(&mut word, filler(colons), *class),
        }
        colons = colons.saturating_add(usize::from(word.last() == Some(&Symbol::from_char(':'))));
    }
    word
}

fn one(set: Set) -> Symbol {
    match set {
        Set::Char(symbol) => symbol,
        Set::AnyCase(letter) => Symbol::from_char(char::from(letter.to_ascii_lowercase())),
        Set::Class(class) => ['a', '1', 'A', '-', ':', '/']
            .into_iter()
            .map(Symbol::from_char)
            .chain((0..=Symbol::LAST_MARKER).map(Symbol::marker))
            .find(|s| class.contains(*s))
            .unwrap_or(Symbol::from_char('a')),
    }
}

/// Requesters of every kind in these accounts, the usual ones first.
fn requesters(policy_type: PolicyType, accounts: &[&str]) -> Vec<Vec<Symbol>> {
    let mut list = Vec::new();
    let text = |t: &str| t.to_owned();
    for account in accounts {
        let (partition, account) = (text("aws"), text(account));
        let role = Requester::RoleSession {
            partition: partition.clone(),
            account: account.clone(),
            role: text("a"),
            session: text("a"),
        };
        list.push(encode(&role, "AROAEXAMPLEID"));
        let user =
            Requester::User { partition: partition.clone(), account: account.clone(), name: text("a") };
        list.push(encode(&user, "AIDAEXAMPLEID"));
        let federated = Requester::FederatedUser {
            partition: partition.clone(),
            account: account.clone(),
            name: text("a"),
            parent: text("b"),
        };
        list.push(encode(&federated, ""));
        if policy_type == PolicyType::Resource {
            list.push(encode(&Requester::Root { partition, account: account.clone() }, ""));
            list.push(encode(&Requester::AssumedRoot { account }, "a"));
        }
    }
    if policy_type == PolicyType::Resource {
        list.push(encode(&Requester::Anonymous, ""));
        list.push(encode(&Requester::Service { name: text("ec2.amazonaws.com") }, ""));
        list.push(encode(&Requester::WebIdentity { provider: text("accounts.google.com") }, ""));
        list.push(encode(
            &Requester::Saml { provider: text("arn:aws:iam::111122223333:saml-provider/a") },
            "",
        ));
    }
    list
}

/// The account ids that a pattern spells.
fn accounts_in(pattern: &Pattern) -> Vec<String> {
    let text: String = pattern
        .steps()
        .iter()
        .map(|step| match step {
            Step::One(Set::Char(symbol)) => symbol.to_char().unwrap_or('\0'),
            _ => '\0',
        })
        .collect();
    let digits = |c: char| !c.is_ascii_digit();
    text.split(digits).filter(|run| run.len() == 12).map(str::to_owned).collect()
}

/// A pattern on requesters with its runs filled in, for every kind it may be about.
fn fill_requester<'p>(pattern: &'p Pattern, account: &'p str) -> impl Iterator<Item = Vec<Symbol>> + 'p {
    let kinds: [(u8, &str, &str, &str); 4] = [
        (4, "iam", "role/a", "AROAEXAMPLEID:a"),
        (3, "iam", "user/a", "AIDAEXAMPLEID"),
        (5, "sts", "federated-user/a", "b"),
        (2, "iam", "root", ""),
    ];
    kinds.into_iter().filter_map(move |(kind, service, resource, last)| {
        let marker = Symbol::marker(kind);
        let Some((Step::One(first), rest)) = pattern.steps().split_first() else { return None };
        if !first.contains(marker) {
            return None;
        }
        let end = rest.iter().position(|step| *step == Step::One(Set::Char(Symbol::marker(0))));
        let (own, rest) = rest.split_at(end.unwrap_or(rest.len()));
        let mut word = Vec::with_capacity(pattern.steps().len().saturating_add(USUAL));
        word.push(marker);
        Arn { fields: ["arn", "aws", service, "", account, resource] }.fill_steps(own, &mut word);
        let mut is_fresh = false;
        for step in rest {
            match step {
                Step::One(set) => word.push(one(*set)),
                Step::Many(class) => {
                    extend(&mut word, if is_fresh { last } else { "a" }, *class);
                }
            }
            is_fresh = word.last() == Some(&Symbol::marker(0));
        }
        Some(word)
    })
}

/// An ARN to fill patterns with.
struct Arn<'f> {
    fields: [&'f str; 6],
}

impl<'f> Arn<'f> {
    /// For the values of a key.
    fn of_key(name: &str, account: &'f str) -> Arn<'f> {
        let (service, region, resource) = match name {
            "aws:principalarn" => ("iam", "", "role/a"),
            _ => ("s3", "us-east-1", "a"),
        };
        Arn { fields: ["arn", "aws", service, region, account, resource] }
    }

    /// The pattern with its runs filled in: each stands for its part of a field, the first that may for all fields that are not
    /// spelled.
    fn fill(&self, pattern: &Pattern) -> Vec<Symbol> {
        let mut word = Vec::with_capacity(pattern.steps().len().saturating_add(USUAL));
        self.fill_steps(pattern.steps(), &mut word);
        word
    }

    fn fill_steps(&self, mut steps: &[Step], word: &mut Vec<Symbol>) {
        let is_colon = |step: &Step| *step == Step::One(Set::Char(Symbol::from_char(':')));
        // The colons so far, and how many symbols stand behind the last one.
        let (mut colons, mut length) = (0usize, 0usize);
        while let Some((step, rest)) = steps.split_first() {
            steps = rest;
            let before = word.len();
            match step {
                Step::One(Set::Class(class)) if colons == ACCOUNT => {
                    let own = self.field(ACCOUNT).chars().nth(length).map(Symbol::from_char);
                    word.push(own.filter(|s| class.contains(*s)).unwrap_or_else(|| one(Set::Class(*class))));
                }
                Step::One(set) => word.push(one(*set)),
                Step::Many(class) => {
                    let spelled = rest.iter().filter(|step| is_colon(step)).count();
                    let crosses = class.contains(Symbol::from_char(':'));
                    let missing = 5usize.saturating_sub(colons).saturating_sub(spelled);
                    let last = colons.saturating_add(if crosses { missing } else { 0 });
                    let after = rest.iter().take_while(|step| !is_colon(step));
                    let after = after.filter(|step| matches!(step, Step::One(_))).count();
                    extend(word, &self.part((colons, length), (last, after)), *class);
                }
            }
            for symbol in word.iter().skip(before) {
                match *symbol == Symbol::from_char(':') {
                    true => (colons, length) = (colons.saturating_add(1), 0),
                    false => length = length.saturating_add(1),
                }
            }
        }
    }

    /// What stands between the first symbols of a field and the last ones of the same or another. Only an account has a length.
    fn part(&self, (first, before): (usize, usize), (last, after): (usize, usize)) -> String {
        let field = |at: usize| {
            let field = self.field(at);
            let before = if at == first { before } else { 0 };
            let after = if at == last { after } else { 0 };
            match at {
                ACCOUNT => field.get(before..field.len().saturating_sub(after)).unwrap_or_default(),
                _ if before == 0 || at < ACCOUNT => field,
                _ => "a",
            }
        };
        (first..=last).map(field).collect::<Vec<_>>().join(":")
    }

    fn field(&self, at: usize) -> &'f str {
        self.fields.get(at).copied().unwrap_or("a")
    }
}

/// Which field of an ARN holds the account.
const ACCOUNT: usize = 4;

/// Adds those characters of a text that are of the class.
fn extend(word: &mut Vec<Symbol>, text: &str, class: Class) {
    word.extend(text.chars().map(Symbol::from_char).filter(|s| class.contains(*s)));
}

/// A well-known action's usual spelling.
pub fn usual_spelling(action: &str) -> Option<&'static str> {
    ACTIONS.iter().copied().find(|known| known.eq_ignore_ascii_case(action))
}
