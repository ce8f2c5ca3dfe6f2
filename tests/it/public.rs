//! Tests the definition of an outsider, and which policies allow outsiders.
//!
//! `tests/public/cases.json` holds policies and the answers of check-no-public-access: those of AWS's documentation, every key by
//! which a policy can identify trusted callers, addresses, trust policies. A list of statements has version 2012-10-17, and `*`
//! for an omitted action or resource.

use crate::support::{corpus, document};
use iamsat::automata::{Pattern, Symbol};
use iamsat::check::{
    AclGrant, Answer, BlockSettings, Blocked, Options, block_public_access, no_public_access,
};
use iamsat::encode::Encoding;
use iamsat::evaluate::{self, Decision};
use iamsat::formula::{Atom, Lit, Node, PatternId, Test, Variable, VariableId, build, encode};
use iamsat::limits::{Exhausted, SearchLimits};
use iamsat::policy::{Document, PolicyType, ResourceType};
use iamsat::query::{Outside, Query, Semantics};
use iamsat::report::{AwsCheck, Judgement};
use iamsat::request::{FactSets, Request, Requester};
use iamsat::solve::{UnknownReason, Verdict};
use iamsat::verify::{self, Outcome, verify};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

fn resource_type(name: &Value) -> ResourceType {
    ResourceType::from_name(name.as_str().unwrap_or("AWS::S3::Bucket")).unwrap()
}

fn read(statements: &[Value]) -> Document {
    let mut statements = statements.to_vec();
    for statement in &mut statements {
        for element in ["Action", "Resource"] {
            if statement.get(element).is_none() && statement.get(format!("Not{element}")).is_none() {
                statement[element] = "*".into();
            }
        }
    }
    document("policy", &json!({"Version": "2012-10-17", "Statement": statements}).to_string())
}

fn ask(policy: &Document, resource_type: ResourceType) -> Answer {
    let options = Options { certify: true, certificate: true, ..Options::default() };
    no_public_access(policy, resource_type, &options)
}

/// Returns the difference between the answer and the expectation of a case, if there is one.
fn fault(case: &Value, policy: &Document, resource_type: ResourceType) -> Option<String> {
    let answer = ask(policy, resource_type);
    let wrong = |what: &str| Some(format!("{what}: {}\n  {:?}", policy.source.text(), answer.verdict));
    if answer.verdict.name() != case["expect"] {
        return wrong(answer.verdict.name());
    }
    match &answer.verdict {
        Verdict::Unknown(unknown) => {
            let opaque = |r: &UnknownReason| matches!(r, UnknownReason::Opaque { .. });
            if unknown.reasons.is_empty() || !unknown.reasons.iter().all(opaque) {
                return wrong("no opaque reason");
            }
        }
        Verdict::Fail(findings) => {
            let request = findings[0].witness.request();
            if request.is_outsider(&[policy], resource_type, false).is_err() {
                return wrong("no outsider");
            }
            let kind = request.requester.as_ref().map(|r| format!("{:?}", r.kind())).unwrap_or_default();
            if case["witness"]["requester"].as_str().is_some_and(|wanted| wanted != kind) {
                return wrong("another requester");
            }
            let question = AwsCheck::NoPublicAccess(resource_type);
            let judgement = Judgement::new(question, policy, None, &answer, &Options::default());
            let reasons: Vec<&str> = judgement.reasons.iter().map(|r| &*r.description).collect();
            if case["reasons"].as_array().is_some_and(|list| list != &reasons) {
                return wrong(&format!("{reasons:?}"));
            }
        }
        Verdict::Pass(_) => {}
    }
    let assumes = case["assumes"].as_str();
    if assumes.is_some_and(|name| answer.assumptions.iter().all(|a| a.0 != name)) {
        return wrong(&format!("{:?}", answer.assumptions));
    }
    if let Some(certificate) = answer.certificate() {
        let outcome = verify(&certificate.to_text(), &verify::Limits::default());
        if !matches!(outcome, Outcome::Verified(_)) {
            return wrong(&format!("{outcome:?}"));
        }
    }
    None
}

#[test]
fn cases() {
    let groups: Vec<Value> = serde_json::from_str(include_str!("../public/cases.json")).unwrap();
    let mut wrong = Vec::new();
    for group in &groups {
        let title = group["title"].as_str().unwrap();
        for case in group["cases"].as_array().into_iter().flatten() {
            let policy = match case["policy"].as_array() {
                Some(statements) => read(statements),
                None => document("policy", &case["document"].to_string()),
            };
            let of =
                if case["resourceType"].is_null() { &group["resourceType"] } else { &case["resourceType"] };
            wrong.extend(fault(case, &policy, resource_type(of)).map(|fault| format!("{title}: {fault}")));
        }
        for condition in group["conditions"].as_array().into_iter().flatten() {
            let mut statement = group["each"].clone();
            statement["Condition"] = condition.clone();
            let fault = fault(group, &read(&[statement]), resource_type(&Value::Null));
            wrong.extend(fault.map(|fault| format!("{title}: {fault}")));
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

// ---- the two implementations of an outsider ----

/// Policies that spell ids of every form, in every kind of place.
const SPELLING: &[&str] = &[
    r#""Principal":{"AWS":["111122223333","arn:aws:iam::222233334444:user/bob"],"Federated":["accounts.google.com","idp.example.com","arn:aws:iam::333344445555:saml-provider/p"]}"#,
    r#""Principal":"*","Resource":"arn:aws:s3:us-east-1:444455556666:accesspoint/vpc-1""#,
    r#""Principal":"*","Condition":{"StringLike":{"aws:SourceVpc":["vpc-1","vpc-2*","xvpc-3","vpc-4-5","${aws:PrincipalTag/v}vpc-6"],"aws:PrincipalOrgID":["o-1","O-2","*o-3"]}}"#,
    r#""Principal":"*","Condition":{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":["o-1/r-1/*","o-2*"]},"StringEquals":{"aws:SourceVpce":"vpce-1"}}"#,
    r#""Principal":"*","Condition":{"ArnLike":{"aws:SourceArn":["arn:aws:s3:::bucket","arn:aws:s3:::other/*","arn:aws:s3:::some*","arn:aws:route53:::hostedzone/Z1","arn:aws:sns:*:555566667777:t"]}}"#,
    r#""Principal":"*","Condition":{"StringLike":{"aws:userid":["AROAX:s","AIDAX","AROAY:*","anonymous"],"accounts.google.com:aud":["app","App2*"]}}"#,
    r#""Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},"Condition":{"StringLike":{"token.actions.githubusercontent.com:sub":["repo:acme/*","repo:Ann*/x","repository_owner:bob","environment:prod:repo:cy/x","environment:test"],"token.actions.githubusercontent.com:repository":["dan/x","eve*/y"],"token.actions.githubusercontent.com:repository_id":["7","8*"]}}"#,
    r#""Principal":{"Federated":["arn:aws:iam::111122223333:oidc-provider/gitlab*","arn:aws:iam::*:oidc-provider/sts.windows.net/*","arn:aws:iam::111122223333:oidc-provider/oidc.vercel.com","arn:aws:iam::111122223333:oidc-provider/tokens.cloud.shisho.dev"]},"Condition":{"StringLike":{"gitlab.com:sub":["project_path:acme/*","group:ann:*","group:*"],"oidc.vercel.com:aud":["https://vercel.com/acme","https://vercel.com/x*"],"tokens.cloud.shisho.dev:sub":["job:acme:*","job:*","Whole"],"sts:RoleSessionName":["acme","ann*"]}}"#,
    r#""Principal":{"Federated":"*"},"Condition":{"StringEquals":{"gitlab.com:sub":"project_path:acme/site:ref_type:branch:ref:main"}}"#,
    r#""Principal":"*","Condition":{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::666677778888*","aws:PrincipalAccount":"x111122223333","aws:SourceVpcArn":"arn:aws:ec2:*:*:vpc/vpc-7"}}"#,
];

/// Keys by which policies identify trusted callers, with values that look like those above.
const VALUES: &[(&str, &[&str])] = &[
    (
        "aws:PrincipalAccount",
        &["111122223333", "999988887777", "anonymous", "99998888777", "a", "666677778888"],
    ),
    ("aws:VpceAccount", &["222233334444", "999988887777", "anonymous"]),
    ("aws:SourceAccount", &["333344445555", "444455556666", "555566667777", "9999888877776"]),
    ("aws:SourceOwner", &["999988887777", "x"]),
    ("kms:CallerAccount", &["111122223333", "999988887777"]),
    ("aws:PrincipalOrgID", &["o-1", "O-1", "o-2", "o-3", "o-9", "o-", "x-1", "o-a_b", "o-A"]),
    ("aws:VpceOrgID", &["o-1", "o-9"]),
    ("aws:SourceOrgID", &["o-2", "o-99"]),
    ("aws:PrincipalOrgPaths", &["o-1/r-1/", "o-9/r-1/", "o-9", "o-2/", "O-1/x", "o-9/o-1/"]),
    (
        "aws:SourceVpc",
        &["vpc-1", "VPC-1", "vpc-2", "vpc-22", "vpc-3", "vpc-4", "vpc-5", "vpc-6", "vpc-", "vpc-9-9", "x"],
    ),
    ("aws:SourceVpce", &["vpce-1", "vpce-2", "vpc-2"]),
    (
        "aws:SourceVpcArn",
        &[
            "arn:aws:ec2:r:999988887777:vpc/vpc-9",
            "arn:aws:ec2:r:999988887777:vpc/vpc-7",
            "arn:aws:ec2:r:111122223333:vpc/vpc-9",
            "arn:aws:ec2:r:999988887777:x/vpc-9",
        ],
    ),
    (
        "aws:PrincipalArn",
        &[
            "arn:aws:iam::999988887777:user/x",
            "arn:aws:iam::111122223333:user/x",
            "arn:aws:iam::666677778888:root",
            "a:b:c:d:e:f",
        ],
    ),
    (
        "aws:SourceArn",
        &[
            "arn:aws:s3:::bucket",
            "arn:aws:s3:::BUCKET",
            "arn:aws:s3:::bucket/k",
            "arn:aws:s3:::bucket2",
            "arn:aws:s3:::other",
            "arn:aws:s3:::other/x",
            "arn:aws:s3:::some",
            "arn:aws:s3:::some*",
            "arn:aws:s3:::something",
            "arn:aws:s3:::/x",
            "arn:aws:route53:::hostedzone/Z1",
            "arn:aws:route53:::hostedzone/Z2",
            "arn:aws:sns:r:555566667777:t",
            "arn:aws:sns:r:999988887777:t",
            "arn:aws:sns:r:x:t",
            "arn:aws:sns:r:999988887777:\u{fc}",
            "arn:aws:s3:::\u{fc}",
            "arn:aws:\u{fc}:::x",
        ],
    ),
    (
        "aws:userid",
        &[
            "AROAX:s",
            "AROAX:t",
            "aroax:S",
            "AROAY:x",
            "AIDAX",
            "AIDAY",
            "AIDAY:\u{fc}",
            "999988887777:\u{fc}",
            "anonymous",
            "Anonymous",
            "111122223333",
            "999988887777",
            "999988887777:f",
            "111122223333:f",
            "1x",
            "",
        ],
    ),
    ("accounts.google.com:aud", &["app", "APP", "app2", "App2*", ""]),
    ("aws:PrincipalIsAWSService", &["true", "false"]),
    ("aws:PrincipalServiceName", &["ec2.amazonaws.com"]),
    (
        "s3:DataAccessPointArn",
        &["arn:aws:s3:r:111122223333:accesspoint/p", "arn:aws:s3:r:999988887777:accesspoint/p", "x"],
    ),
    ("s3:DataAccessPointAccount", &["111122223333", "999988887777"]),
    ("sts:ExternalId", &["o-1", "111122223333"]),
    (
        "token.actions.githubusercontent.com:sub",
        &[
            "repo:acme/site:ref:refs/heads/main",
            "repo:ACME/x",
            "repo:acme",
            "repo:acmes/x",
            "repo:ann/x",
            "repository_owner:bob",
            "repository_owner:bob:x",
            "environment:x:repository_owner:bob",
            "repo:bob/x",
            "environment:prod:repo:cy/y",
            "xrepo:cy/y",
            "environment:test",
            "a",
            "",
        ],
    ),
    (
        "token.actions.githubusercontent.com:repository",
        &["dan/x", "dan/y", "dan", "Dan/y", "eve/y", "eves/y"],
    ),
    ("token.actions.githubusercontent.com:repository_id", &["7", "8", "77"]),
    (
        "gitlab.com:sub",
        &[
            "project_path:acme/x",
            "project_path:acmes/x",
            "group:ann:x",
            "Group:Ann:",
            "group:ann",
            "group:b:x",
            "x:project_path:acme/",
        ],
    ),
    (
        "oidc.vercel.com:aud",
        &["https://vercel.com/acme", "https://vercel.com/ACME", "https://vercel.com/xy", "x"],
    ),
    ("tokens.cloud.shisho.dev:sub", &["job:acme:x", "job:acme", "job:b:x", "whole", "wholes"]),
    ("sts:RoleSessionName", &["acme", "acmes", "ann", "x"]),
];

const REQUESTERS: &[&str] = &[
    "anonymous",
    "service:ec2.amazonaws.com",
    "federated:accounts.google.com",
    "federated:www.amazon.com",
    "federated:idp.example.com",
    "federated:other.example.com",
    "federated:arn:aws:iam::333344445555:saml-provider/p",
    "federated:arn:aws:iam::999988887777:saml-provider/p",
    "federated:arn:aws:iam::111122223333:oidc-provider/p",
    "federated:arn:aws:iam::999988887777:oidc-provider/p",
    "federated:arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
    "federated:arn:aws:iam::999988887777:oidc-provider/token.actions.githubusercontent.com",
    "federated:arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com/acme",
    "federated:arn:aws:iam::111122223333:oidc-provider/gitlab.com",
    "federated:arn:aws:iam::111122223333:oidc-provider/sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d",
    "federated:arn:aws:iam::111122223333:oidc-provider/oidc.vercel.com",
    "federated:arn:aws:iam::111122223333:oidc-provider/oidc.vercel.com/acme",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::999988887777:root",
    "arn:aws:iam::222233334444:user/bob",
    "arn:aws:iam::999988887777:user/bob",
    "arn:aws:iam::666677778888:user/bob",
    "arn:aws:iam::99998888777:user/bob",
    "arn:aws:sts::999988887777:assumed-role/R/s",
    "arn:aws:sts::444455556666:assumed-role/R/s",
    "arn:aws:sts::999988887777:federated-user/f",
    "assumed-root:999988887777",
    "assumed-root:555566667777",
];

/// The truth of a formula about one request.
struct Truth<'q, 'a> {
    question: &'q Encoding<'a>,
    request: &'q Request,
    word: Vec<Symbol>,
    built: &'q RefCell<BTreeMap<PatternId, Arc<Pattern>>>,
}

impl Truth<'_, '_> {
    fn of(&self, lit: Lit) -> bool {
        let formula = &self.question.formula;
        let value = match formula.graph.node(lit.node()) {
            Node::True => true,
            Node::And(children) => children.iter().all(|child| self.of(*child)),
            Node::Atom(atom) => match formula.atom_of(atom) {
                Atom::Present(variable) => self.value(variable).is_some(),
                Atom::Match(VariableId::REQUESTER, test) => self.matches(test, &self.word),
                Atom::Match(variable, test) => {
                    self.value(variable).is_some_and(|value| self.matches(test, &Symbol::word(value)))
                }
                Atom::Unobservable(_) | Atom::Opaque(_) => false,
            },
        };
        value != lit.is_negated()
    }

    fn value(&self, variable: VariableId) -> Option<&String> {
        match self.question.formula.variable_of(variable) {
            Variable::Key(name, element) => self.request.values(name)?.get(element as usize),
            Variable::Action | Variable::Resource | Variable::Requester => None,
        }
    }

    fn matches(&self, test: Test, word: &[Symbol]) -> bool {
        let Test::Pattern(pattern) = test else { return false };
        let mut built = self.built.borrow_mut();
        let build = || build(self.question.formula.pattern_of(pattern));
        built.entry(pattern).or_insert_with(build).matches(word)
    }
}

/// For every requester and every value of every key: the formula and the predicate agree whether the request is one of an
/// outsider, with and without the facts that relate keys to requesters, for buckets and access points.
#[test]
fn formula_and_predicate_agree_on_outsiders() {
    let (mut inside, mut outside, mut wrong) = (0, 0, Vec::new());
    let nulls: Vec<String> = VALUES.iter().map(|(key, _)| format!(r#""{key}":["true","false"]"#)).collect();
    let all = format!(
        r#"{{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*","Condition":{{"Null":{{{}}}}}}}"#,
        nulls.join(",")
    );
    for spelling in SPELLING {
        let resource = if spelling.contains("Resource") { "" } else { r#""Resource":"*","# };
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"*",{resource}{spelling}}},{all}]}}"#
        );
        let policy = document("policy", &text);
        for (of, aws_compat) in
            [("AWS::S3::Bucket", false), ("AWS::S3::AccessPoint", false), ("AWS::S3::Bucket", true)]
        {
            let resource_type = ResourceType::from_name(of).unwrap();
            let asked = Query::no_public_access(&policy, Outside { resource_type, but_for: Vec::new() });
            let setting = Semantics { aws_compat, ..Semantics::of(PolicyType::Resource) };
            let question = Encoding::new(&asked, setting);
            let built = RefCell::new(BTreeMap::new());
            for spelled in REQUESTERS {
                let (requester, _) = Requester::parse(spelled).unwrap();
                let ids = ["AROAX", "AIDAZ", "1x"];
                for id in
                    if spelled.contains("user/") || spelled.contains("role/") { &ids[..] } else { &ids[..1] }
                {
                    let mut base = Request::new("s3:GetObject", "*").by(requester.clone());
                    for (key, derived) in requester.derived_context() {
                        base.set(key, derived.into_iter().map(Into::into).collect());
                    }
                    match &requester {
                        Requester::User { .. } => base.set("aws:userid", vec![(*id).to_owned()]),
                        Requester::RoleSession { session, .. } => {
                            base.set("aws:userid", vec![format!("{id}:{session}")])
                        }
                        Requester::AssumedRoot { account } => {
                            base.set("aws:PrincipalArn", vec![format!("arn:aws:iam::{account}:root")])
                        }
                        _ => {}
                    }
                    for key in ["aws:CurrentTime", "aws:EpochTime"] {
                        base.set(key, Vec::new());
                    }
                    let alone = std::iter::once(("sts:ExternalId", "x"));
                    let values =
                        VALUES.iter().flat_map(|(key, values)| values.iter().map(|value| (*key, *value)));
                    for (key, value) in alone.chain(values) {
                        let request = base.clone().with(key, [value]);
                        let keys: Vec<&str> = VALUES.iter().map(|(key, _)| *key).collect();
                        let axioms = FactSets { safe: !aws_compat, heuristics: false };
                        if !request.inconsistencies(keys, &axioms).is_empty() {
                            continue;
                        }
                        let user_id =
                            request.values("aws:userid").and_then(|v| v.first()).cloned().unwrap_or_default();
                        let own = user_id.split(':').next().unwrap_or_default();
                        let truth = Truth {
                            question: &question,
                            request: &request,
                            word: encode(&requester, own),
                            built: &built,
                        };
                        let found = question.shared.iter().all(|lit| truth.of(*lit));
                        let expected = request.is_outsider(&[&policy], resource_type, aws_compat);
                        if found != expected.is_ok() {
                            wrong.push(format!("{spelling} {of} {aws_compat} {spelled} {id} {key}={value}: {found} {expected:?}"));
                        }
                        *(if found { &mut outside } else { &mut inside }) += 1;
                    }
                }
            }
        }
    }
    println!("{outside} outsiders, {inside} others");
    assert!(outside > 1_000 && inside > 1_000, "{outside} {inside}");
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong[..wrong.len().min(30)].join("\n"));
}

// ---- random policies over a small world ----

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n
    }

    fn pick<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[self.below(list.len())]
    }
}

/// Keys with operators and values for policies.
const CONDITIONS: &[(&str, &[&str], &[&str])] = &[
    ("aws:PrincipalOrgID", STRINGS, &["o-1", "o-*", "*"]),
    ("aws:SourceVpc", STRINGS, &["vpc-1", "vpc-*", "vpc-2"]),
    ("aws:SourceVpce", STRINGS, &["vpce-1", "vpce-?"]),
    ("aws:PrincipalAccount", STRINGS, &["111122223333", "9*", "anonymous"]),
    ("aws:userid", STRINGS, &["AROAX:*", "AIDAX", "*:s", "9999*"]),
    ("aws:SourceAccount", STRINGS, &["111122223333", "*"]),
    ("accounts.google.com:aud", STRINGS, &["app", "a*"]),
    (
        "aws:PrincipalArn",
        ARNS,
        &["arn:aws:iam::*:role/R", "arn:aws:iam::111122223333:role/*", "arn:aws:iam::999988887777:*"],
    ),
    (
        "aws:SourceArn",
        ARNS,
        &["arn:aws:s3:::bucket", "arn:aws:s3:::*", "arn:aws:sns:*:111122223333:*", "arn:aws:sns:*:*:t"],
    ),
    ("aws:PrincipalOrgPaths", SETS, &["o-1/*", "o-*/r/*"]),
    (
        "aws:SourceIp",
        &["IpAddress", "NotIpAddress", "IpAddressIfExists", "NotIpAddressIfExists"],
        &[
            "8.0.0.0/8",
            "8.0.0.0/7",
            "203.0.113.0/24",
            "0.0.0.0/0",
            "10.0.0.0/8",
            "2001:db8::/32",
            "::/0",
            "8.0.0.0/9",
        ],
    ),
    ("aws:SecureTransport", &["Bool"], &["true", "false"]),
    ("aws:PrincipalIsAWSService", &["Bool", "BoolIfExists"], &["true", "false"]),
];
const STRINGS: &[&str] = &[
    "StringEquals",
    "StringLike",
    "StringNotEquals",
    "StringNotLike",
    "StringLikeIfExists",
    "ForAllValues:StringEquals",
    "ForAnyValue:StringLike",
    "Null",
];
const ARNS: &[&str] = &["ArnLike", "ArnNotLike", "ArnLikeIfExists", "StringLike"];
const SETS: &[&str] =
    &["ForAnyValue:StringLike", "ForAllValues:StringLike", "ForAnyValue:StringNotLike", "StringLike"];
const PRINCIPALS: &[&str] = &[
    r#""Principal":"*""#,
    r#""Principal":"*""#,
    r#""Principal":{"AWS":"*"}"#,
    r#""Principal":{"AWS":"111122223333"}"#,
    r#""Principal":{"AWS":"arn:aws:iam::*:role/R"}"#,
    r#""Principal":{"Federated":"accounts.google.com"}"#,
    r#""Principal":{"Federated":"*"}"#,
    r#""Principal":{"Service":"ec2.amazonaws.com"}"#,
    r#""NotPrincipal":{"AWS":"111122223333"}"#,
    r#""NotPrincipal":{"Federated":"accounts.google.com"}"#,
];

fn random_policy(random: &mut Random) -> Document {
    let count = 1 + random.below(3);
    let statements: Vec<String> = (0..count)
        .map(|i| {
            let effect = if i > 0 && random.below(2) == 0 { "Deny" } else { "Allow" };
            let principal = random.pick(PRINCIPALS);
            let action = random.pick(&["*", "s3:GetObject", "s3:*"]);
            let mut conditions: Vec<String> = Vec::new();
            for _ in 0..random.below(3) {
                let (key, operators, values) = random.pick(CONDITIONS);
                let operator = random.pick(operators);
                let values: Vec<String> = match *operator {
                    "Null" => vec![random.pick(&["true", "false"]).to_string()],
                    _ => (0..1 + random.below(2)).map(|_| random.pick(values).to_string()).collect(),
                };
                if !conditions.iter().any(|c| c.starts_with(&format!("\"{operator}\""))) {
                    conditions.push(format!(r#""{operator}":{{"{key}":{values:?}}}"#));
                }
            }
            format!(
                r#"{{"Effect":"{effect}",{principal},"Action":"{action}","Resource":"*","Condition":{{{}}}}}"#,
                conditions.join(",")
            )
        })
        .collect();
    document("policy", &format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(",")))
}

/// Returns outsiders' requests of a small world: each requester alone, and with one or two keys.
fn world() -> Vec<Request> {
    let keys: &[(&str, &[&str])] = &[
        ("aws:PrincipalOrgID", &["o-9", "o-1"]),
        ("aws:PrincipalOrgPaths", &["o-9/r/x/", "o-1/r/"]),
        ("aws:SourceVpc", &["vpc-9", "vpc-1"]),
        ("aws:SourceVpce", &["vpce-9", "vpce-99"]),
        ("aws:SourceAccount", &["999988887777"]),
        ("accounts.google.com:aud", &["abc", "zzz"]),
        ("aws:SourceArn", &["arn:aws:s3:::x", "arn:aws:sns:r:999988887777:t"]),
        ("aws:SourceIp", &["8.1.2.3", "9.1.2.3", "203.0.113.5", "77.1.1.1", "2001:db8::1", "2001:db9::1"]),
    ];
    let one: Vec<(&str, &str)> = keys.iter().flat_map(|(k, vs)| vs.iter().map(move |v| (*k, *v))).collect();
    let mut all = Vec::new();
    for spelled in REQUESTERS {
        let (requester, _) = Requester::parse(spelled).unwrap();
        for secure in ["true", "false"] {
            let mut base = Request::new("s3:GetObject", "arn:aws:s3:::b/k").by(requester.clone());
            for (key, derived) in requester.derived_context() {
                base.set(key, derived.into_iter().map(Into::into).collect());
            }
            match &requester {
                Requester::User { .. } => base.set("aws:userid", vec!["AIDAY".into()]),
                Requester::RoleSession { .. } => base.set("aws:userid", vec!["AROAX:s".into()]),
                _ => {}
            }
            base.set("aws:SecureTransport", vec![secure.into()]);
            all.push(base.clone());
            for (i, (key, value)) in one.iter().enumerate() {
                let first = base.clone().with(key, [*value]);
                all.extend(one[..i].iter().map(|(key, value)| first.clone().with(key, [*value])));
                all.push(first);
            }
        }
    }
    all
}

#[test]
fn random_policies_and_a_small_world() {
    let world = world();
    let mut random = Random(std::env::var("IAMSAT_SEED").map_or(1, |s| s.parse().unwrap()));
    let count = std::env::var("IAMSAT_PAIRS").map_or(300, |s| s.parse().unwrap());
    let bucket = ResourceType::from_name("AWS::S3::Bucket").unwrap();
    let keys: Vec<&str> = CONDITIONS.iter().map(|(key, _, _)| *key).collect();
    let mut seen = [0; 3];
    for _ in 0..count {
        let policy = random_policy(&mut random);
        let answer = ask(&policy, bucket);
        let text = policy.source.text();
        if let Some(certificate) = answer.certificate() {
            let outcome = verify(&certificate.to_text(), &verify::Limits::default());
            assert!(matches!(outcome, Outcome::Verified(_)), "{text}: {outcome:?}");
        }
        match &answer.verdict {
            Verdict::Fail(_) => seen[0] += 1,
            Verdict::Unknown(unknown) => {
                seen[1] += 1;
                let opaque = |r: &UnknownReason| matches!(r, UnknownReason::Opaque { .. });
                assert!(unknown.reasons.iter().all(opaque), "{text}: {:?}", unknown.reasons);
            }
            Verdict::Pass(_) => {
                seen[2] += 1;
                let few = answer.addresses.as_ref().map_or(&[][..], |set| set.intervals());
                let mut options = evaluate::Options::for_documents(&[&policy]);
                options.policy_type = PolicyType::Resource;
                let axioms = FactSets { safe: true, heuristics: false };
                let mentioned: Vec<&str> = keys.iter().copied().filter(|key| text.contains(key)).collect();
                for request in &world {
                    let allowed = evaluate::decide(&[&policy], request, &options) == Decision::Allowed;
                    if allowed
                        && request.is_outsider(&[&policy], bucket, false).is_ok()
                        && request.is_beyond(few)
                        && request.inconsistencies(mentioned.iter().copied(), &axioms).is_empty()
                    {
                        panic!("PASS, but an outsider is let in: {text}\n{request:?}");
                    }
                }
            }
        }
    }
    println!("{} FAIL, {} UNKNOWN, {} PASS", seen[0], seen[1], seen[2]);
    assert!(seen[0] > count / 10 && seen[2] > count / 10, "{seen:?}");
}

// ---- real policies ----

/// AWS's managed policies with a Principal added to every statement: only points that AWS's documentation leaves open are
/// undecided.
#[test]
fn managed_policies_for_everyone() {
    let Some(corpus) = corpus() else { return };
    let bucket = ResourceType::from_name("AWS::S3::Bucket").unwrap();
    let (mut seen, mut wrong) = ([0; 3], Vec::new());
    let mut files: Vec<_> =
        std::fs::read_dir(corpus.join("managed")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let mut json: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        if json["PolicyVersion"]["Document"].is_object() {
            json = json["PolicyVersion"]["Document"].take();
        }
        let statements = &mut json["Statement"];
        match statements.as_array_mut() {
            Some(list) => list.iter_mut().for_each(|s| s["Principal"] = "*".into()),
            None => statements["Principal"] = "*".into(),
        }
        let policy = document(&name, &json.to_string());
        let answer = no_public_access(&policy, bucket, &Options::default());
        match &answer.verdict {
            Verdict::Fail(_) => seen[0] += 1,
            Verdict::Pass(_) => seen[2] += 1,
            Verdict::Unknown(unknown) => {
                seen[1] += 1;
                let opaque = |r: &UnknownReason| matches!(r, UnknownReason::Opaque { .. });
                if !unknown.reasons.iter().all(opaque) {
                    wrong.push(format!("{name}: {:?}", unknown.reasons));
                }
            }
        }
    }
    println!("{} FAIL, {} UNKNOWN, {} PASS", seen[0], seen[1], seen[2]);
    assert!(wrong.is_empty() && seen[0] > 900, "{seen:?} {}", wrong.join("\n"));
}

// ---- certificates ----

fn certificate(policy: &Document) -> Value {
    let answer = ask(policy, resource_type(&Value::Null));
    serde_json::from_str(&answer.certificate().unwrap().to_text()).unwrap()
}

fn outcome(certificate: &Value) -> Outcome {
    verify(&certificate.to_string(), &verify::Limits::default())
}

fn refused(certificate: &Value, why: &str) {
    let found = outcome(certificate);
    assert!(matches!(&found, Outcome::Refused(reason) if reason.contains(why)), "{why}: {found:?}");
}

fn from_addresses(networks: &Value) -> Document {
    read(&[
        json!({"Effect": "Allow", "Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": networks}}}),
    ])
}

#[test]
fn a_pass_says_from_how_many_addresses() {
    let good = certificate(&from_addresses(&json!(["203.0.113.0/24", "2001:db8::/64"])));
    let Outcome::Verified(claim) = outcome(&good) else { panic!("{:?}", outcome(&good)) };
    let sentence = claim.sentence;
    let expected = "no request by an outsider beyond 256 IPv4 and 18446744073709551616 IPv6 addresses of AWS::S3::Bucket is allowed";
    assert!(sentence.contains(expected), "{sentence}");
    // More addresses than are few, fewer than those that are let in, other types, another check, heuristics.
    let with = |pointer: &str, value: Value| {
        let mut changed = good.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        changed
    };
    refused(&with("/outside/butFor", json!(["0.0.0.0/1"])), "too many addresses");
    refused(&with("/outside/butFor", json!(["203.0.113.0/25", "2001:db8::/64"])), "");
    refused(&with("/outside/butFor", json!(["203.0.113.0 - ::1"])), "are not addresses");
    refused(&with("/outside/resourceType", json!("AWS::IAM::Role")), "no resource type");
    refused(&with("/check", json!("find")), "do not fit together");
    refused(&with("/options/assumeHeuristics", json!(true)), "no heuristics");
    let mut without = good.clone();
    without.as_object_mut().unwrap().remove("outside");
    refused(&without, "do not fit together");
}

#[test]
fn a_fail_by_number_is_added_up() {
    let policy = from_addresses(&json!(["8.0.0.0/9", "9.0.0.0/9", "203.0.113.7"]));
    let good = certificate(&policy);
    assert!(matches!(outcome(&good), Outcome::Verified(_)), "{:?}", outcome(&good));
    let findings = good["evidence"]["findings"].as_array().unwrap();
    let addresses: Vec<&str> = findings.iter().map(|f| f["addresses"].as_str().unwrap()).collect();
    assert_eq!(addresses, ["8.0.0.0/9", "9.0.0.0/9", "203.0.113.7"]);
    let changed = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut certificate = good.clone();
        change(certificate["evidence"]["findings"].as_array_mut().unwrap());
        certificate
    };
    refused(&changed(&|f| f.truncate(1)), "few addresses");
    // The same addresses twice do not count twice.
    refused(&changed(&|f| f[1] = f[0].clone()), "few addresses");
    refused(
        &changed(&|f| f[0]["addresses"] = json!("8.0.0.0/8")),
        "distinguishes between addresses of 8.0.0.0/8",
    );
    refused(&changed(&|f| f[0]["addresses"] = json!("9.0.0.0/9")), "from none of the addresses");
    refused(&changed(&|f| f[0]["addresses"] = Value::Null), "one address is not many");
    refused(&changed(&|f| f[0]["request"]["context"]["aws:sourceip"] = json!(["10.1.2.3"])), "");
    let private = changed(&|f| {
        f[0]["addresses"] = json!("8.0.0.0 - 12.0.0.0");
    });
    refused(&private, "private");
    let known =
        changed(&|f| f[0]["request"]["requester"] = json!({"type": "service", "name": "ec2.amazonaws.com"}));
    refused(&known, "");
}

#[test]
fn requests_that_stand_for_no_others() {
    let text =
        r#"[{"Effect":"Allow","Principal":"*","Condition":{"IpAddress":{"aws:SourceIp":"8.0.0.0/7"}}}]"#;
    let mut good = certificate(&read(&serde_json::from_str::<Vec<Value>>(text).unwrap()));
    // The same evidence for a policy that has the address in a resource.
    let other = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":["*","arn:aws:s3:::b/${aws:SourceIp}"],"Condition":{"IpAddress":{"aws:SourceIp":"8.0.0.0/7"}}}]}"#;
    good["policies"][0]["text"] = json!(other);
    good["assumptions"] = json!(["variable-values-are-literal"]);
    refused(&good, "a policy variable holds the address");
}

// ---- Block Public Access ----

/// Every combination of the settings on a public and on another policy, with and without a public ACL.
#[test]
fn block_public_access_setting_by_setting() {
    let bucket = resource_type(&Value::Null);
    let public = read(&[
        json!({"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}),
        json!({"Effect": "Allow", "Principal": {"AWS": "444455556666"}}),
        json!({"Effect": "Allow", "Principal": "*"}),
    ]);
    let own = read(&[json!({"Effect": "Allow", "Principal": {"AWS": "444455556666"}})]);
    let grant = |grantee: &str| AclGrant { grantee: grantee.to_owned(), permission: "READ".to_owned() };
    let open = [grant("abc"), grant("http://acs.amazonaws.com/groups/global/AuthenticatedUsers")];
    let closed = [grant("abc"), grant("http://acs.amazonaws.com/groups/s3/LogDelivery")];
    for bits in 0..16u8 {
        let settings = BlockSettings {
            block_public_acls: bits & 1 != 0,
            ignore_public_acls: bits & 2 != 0,
            block_public_policy: bits & 4 != 0,
            restrict_public_buckets: bits & 8 != 0,
        };
        for (policy, is_public) in [(&public, true), (&own, false)] {
            for (grants, acl_public) in [(&open, true), (&closed, false)] {
                for (vpc_only, owner) in [(false, Some("111122223333")), (false, None), (true, None)] {
                    let of = Blocked {
                        policy: Some(policy),
                        resource_type: bucket,
                        vpc_only,
                        grants,
                        settings,
                        owner,
                    };
                    let outcome = block_public_access(&of, &Options::default());
                    let is_public = is_public && !vpc_only;
                    assert_eq!(outcome.rejects_policy, is_public && settings.block_public_policy);
                    assert_eq!(outcome.rejects_acl, acl_public && settings.block_public_acls);
                    assert_eq!(outcome.acl_stays_public, acl_public && !settings.ignore_public_acls);
                    assert_eq!(
                        outcome.policy_stays_public,
                        Some(is_public && !settings.restrict_public_buckets)
                    );
                    let restricted = is_public && settings.restrict_public_buckets;
                    assert_eq!(outcome.remaining.is_some(), restricted);
                    if let Some(Verdict::Fail(findings)) = outcome.remaining.map(|answer| answer.verdict) {
                        // Account 444455556666 loses its access, though its statement is not public.
                        for finding in findings {
                            let requester = finding.witness.request().requester.clone().unwrap();
                            let owned = requester.account().is_some_and(|account| Some(account) == owner);
                            assert!(owned || matches!(requester, Requester::Service { .. }), "{requester:?}");
                        }
                    }
                }
            }
        }
    }
}

/// Every interval of addresses is compared with every network of the policy: this is bounded, by number and by time.
#[test]
fn the_work_for_many_addresses_is_bounded() {
    let networks: Vec<String> = (0..200).map(|i| format!("198.51.{i}.0/25")).collect();
    let condition = json!({"IpAddress": {"aws:SourceIp": networks}});
    let policy = read(&[json!({"Effect": "Allow", "Principal": "*", "Condition": condition})]);
    let bucket = ResourceType::from_name("AWS::S3::Bucket").unwrap();
    let limited = |limits: SearchLimits| {
        let answer = no_public_access(&policy, bucket, &Options { limits, ..Options::default() });
        match answer.verdict {
            Verdict::Unknown(unknown) => unknown.reasons,
            verdict => panic!("{verdict:?}"),
        }
    };
    let work = limited(SearchLimits { work: 50_000, ..SearchLimits::default() });
    assert_eq!(work, [UnknownReason::Exhausted(Exhausted::Work)]);
    let over = SearchLimits { deadline: Some(Instant::now()), ..SearchLimits::default() };
    assert_eq!(limited(over), [UnknownReason::Exhausted(Exhausted::Deadline)]);
    assert_eq!(ask(&policy, bucket).verdict.name(), "PASS");
}

/// With `--aws-compat` the ARN of a provider is a fixed principal, as in AWS's check.
#[test]
fn aws_knows_nothing_of_shared_providers() {
    let statement = json!({"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"}});
    let (policy, trust) = (read(&[statement]), resource_type(&json!("AWS::IAM::AssumeRolePolicyDocument")));
    for (aws_compat, expected) in [(true, "PASS"), (false, "FAIL")] {
        let options = Options { aws_compat, certify: true, ..Options::default() };
        let answer = no_public_access(&policy, trust, &options);
        assert_eq!(answer.verdict.name(), expected);
        let is_named = answer.assumptions.iter().any(|assumption| assumption.0 == "shared-oidc-providers");
        assert_eq!(is_named, !aws_compat);
    }
}
