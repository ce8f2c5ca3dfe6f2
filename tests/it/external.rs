//! Access from outside a zone of trust: findings are about allowed requests from outside, and none is missing. Random policies
//! against every request of a small world.

use crate::support::document;
use iamsat::check::{ExternalAccess, Options, Region, Zone, external_access, find};
use iamsat::evaluate::{self, Decision};
use iamsat::limits::{Exhausted, SearchLimits};
use iamsat::policy::{Document, Effect, PolicyType, ResourceType};
use iamsat::request::{FactSets, Request, Requester};
use iamsat::solve::{UnknownReason, Verdict};
use iamsat::verify::{self, Outcome, verify};
use serde_json::{Value, json};

const ZONE: &str = "111122223333";
const TRUSTED: &str = "o-friends";
/// A policy of the requesters that are inside the zone of this test.
const ZONE_POLICY: &str = r#"{"Version":"2012-10-17","Statement":[
    {"Effect":"Allow","Principal":{"AWS":"111122223333","Service":"*"},"Action":"*","Resource":"*"},
    {"Effect":"Allow","Principal":"*","Action":"*","Resource":"*",
     "Condition":{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}},
    {"Effect":"Allow","Principal":"*","Action":"*","Resource":"*",
     "Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-friends"}}},
    {"Effect":"Allow","Principal":"*","Action":"*","Resource":"*",
     "Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}}]}"#;

fn ask(policy: &Document) -> ExternalAccess {
    let zone = Zone::new(&[ZONE], &[TRUSTED]).unwrap();
    let bucket = ResourceType::from_name("AWS::S3::Bucket").unwrap();
    external_access(policy, bucket, &zone, &Options { certificate: true, ..Options::default() })
}

/// Does the same as [`ask`], without a certificate.
fn ask_plainly(policy: &Document) -> ExternalAccess {
    let zone = Zone::new(&[ZONE], &[TRUSTED]).unwrap();
    let bucket = ResourceType::from_name("AWS::S3::Bucket").unwrap();
    external_access(policy, bucket, &zone, &Options::default())
}

/// Returns true if the request comes from outside the zone. Written independently of the engine, without compiling a policy.
fn is_outside(request: &Request) -> bool {
    let first = |key: &str| request.values(key).and_then(|values| values.first()).map(String::as_str);
    let requester = request.requester.as_ref().unwrap();
    !matches!(requester, Requester::Service { .. })
        && requester.account() != Some(ZONE)
        && first("aws:PrincipalAccount") != Some(ZONE)
        && first("aws:PrincipalArn").is_none_or(|arn| arn.split(':').nth(4) != Some(ZONE))
        && first("aws:PrincipalOrgID") != Some(TRUSTED)
        && first("aws:PrincipalIsAWSService") != Some("true")
        && first("aws:PrincipalServiceName").is_none()
        && first("aws:SourceAccount") != Some(ZONE)
}

const REQUESTERS: &[&str] = &[
    "anonymous",
    "service:ec2.amazonaws.com",
    "federated:accounts.google.com",
    "arn:aws:iam::111122223333:user/bob",
    "arn:aws:iam::444455556666:user/bob",
    "arn:aws:sts::444455556666:assumed-role/R/s",
    "arn:aws:sts::777788889999:assumed-role/R/s",
    "arn:aws:iam::222233334444:root",
];

const FREE: &[(&str, &str)] = &[
    ("aws:PrincipalArn", "arn:aws:iam::111122223333:role/R"),
    ("aws:PrincipalArn", "arn:aws:iam::777788889999:role/R"),
    ("aws:PrincipalIsAWSService", "true"),
    ("aws:PrincipalIsAWSService", "false"),
    ("aws:PrincipalServiceName", "ec2.amazonaws.com"),
];

fn world() -> Vec<Request> {
    let keys: &[(&str, &[&str])] = &[
        ("aws:PrincipalOrgID", &["o-friends", "o-others", "o-third"]),
        ("aws:SourceVpc", &["vpc-1", "vpc-2", "vpc-33"]),
        ("aws:SourceIp", &["203.0.113.5", "8.1.2.3"]),
        ("aws:SourceAccount", &["444455556666", "111122223333"]),
    ];
    let mut all = Vec::new();
    for spelled in REQUESTERS {
        for action in ["s3:GetObject", "s3:PutObject", "s3:ListBucket"] {
            for resource in ["arn:aws:s3:::b/k", "arn:aws:s3:::b"] {
                let (requester, _) = Requester::parse(spelled).unwrap();
                let mut base = Request::new(action, resource).by(requester.clone());
                for (key, derived) in requester.derived_context() {
                    base.set(key, derived.into_iter().map(Into::into).collect());
                }
                match &requester {
                    Requester::User { .. } => base.set("aws:userid", vec!["AIDAX".into()]),
                    Requester::RoleSession { .. } => base.set("aws:userid", vec!["AROAX:s".into()]),
                    _ => {}
                }
                let mut list = vec![base];
                if let Requester::WebIdentity { .. } = requester {
                    // What is documented of no such caller.
                    for (key, value) in FREE {
                        list.push(list[0].clone().with(key, [*value]));
                    }
                }
                for (key, values) in keys {
                    let with: Vec<Request> =
                        list.iter().flat_map(|r| values.iter().map(|v| r.clone().with(key, [*v]))).collect();
                    list.extend(with);
                }
                // The paths are those of the organization (S10).
                let with_paths: Vec<Request> =
                    list.iter()
                        .filter_map(|r| {
                            let id = r.values("aws:PrincipalOrgID")?.first()?;
                            Some(r.clone().with(
                                "aws:PrincipalOrgPaths",
                                [format!("{id}/r-1/"), format!("{id}/r-2/ou-1/")],
                            ))
                        })
                        .collect();
                list.extend(with_paths);
                all.extend(list);
            }
        }
    }
    all
}

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

fn random_policy(random: &mut Random) -> Document {
    const PRINCIPALS: &[&str] = &[
        r#""Principal":"*""#,
        r#""Principal":"*""#,
        r#""Principal":{"AWS":["111122223333","444455556666"]}"#,
        r#""Principal":{"AWS":["arn:aws:iam::777788889999:role/R","222233334444"],"Service":"ec2.amazonaws.com"}"#,
        r#""Principal":{"AWS":"111122223333"}"#,
        r#""Principal":{"Federated":"accounts.google.com"}"#,
        r#""Principal":{"AWS":"*","Federated":"accounts.google.com"}"#,
        r#""Principal":{"Federated":"arn:aws:iam::*:saml-provider/X"}"#,
        r#""NotPrincipal":{"AWS":"111122223333"}"#,
        r#""NotPrincipal":{"AWS":["111122223333","444455556666"]}"#,
    ];
    const ACTIONS: &[&str] = &[
        r#""*""#,
        r#"["s3:GetObject","s3:PutObject"]"#,
        r#""s3:Get*""#,
        r#"["s3:ListBucket","s3:GetObject"]"#,
    ];
    const RESOURCES: &[&str] =
        &[r#""*""#, r#""arn:aws:s3:::b/*""#, r#"["arn:aws:s3:::b","arn:aws:s3:::b/*"]"#];
    let conditions = [
        r#""StringEquals":{"aws:PrincipalOrgID":["o-friends","o-others"]}"#,
        r#""StringLike":{"aws:PrincipalOrgID":"o-*"}"#,
        r#""StringNotEquals":{"aws:PrincipalOrgID":"o-friends"}"#,
        r#""StringNotEquals":{"aws:PrincipalAccount":["111122223333","444455556666"]}"#,
        r#""StringEquals":{"aws:PrincipalAccount":["111122223333","222233334444"]}"#,
        r#""StringEquals":{"aws:SourceVpc":["vpc-1","vpc-2"]}"#,
        r#""StringNotLike":{"aws:SourceVpc":"vpc-?"}"#,
        r#""IpAddress":{"aws:SourceIp":["203.0.113.0/24","10.0.0.0/8"]}"#,
        r#""NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}"#,
        r#""StringEqualsIfExists":{"aws:SourceAccount":["444455556666","111122223333"]}"#,
        r#""StringNotEqualsIfExists":{"aws:PrincipalOrgID":["o-friends","o-third"]}"#,
        r#""StringNotLike":{"aws:PrincipalOrgID":["o-f*","*rs"]}"#,
        r#""StringLike":{"aws:SourceVpc":["vpc-?","*3"]}"#,
        r#""Null":{"aws:PrincipalOrgID":"true"}"#,
        r#""ArnLike":{"aws:PrincipalArn":["arn:aws:iam::111122223333:*","arn:aws:iam::777788889999:role/R"]}"#,
        r#""ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:*"}"#,
        r#""ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/R"}"#,
        r#""ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":["o-friends/*","o-others/r-1/*"]}"#,
        r#""ForAllValues:StringNotLike":{"aws:PrincipalOrgPaths":"o-friends/*"}"#,
        r#""Bool":{"aws:PrincipalIsAWSService":"true"}"#,
        r#""BoolIfExists":{"aws:PrincipalIsAWSService":"false"}"#,
        r#""StringEquals":{"aws:PrincipalServiceName":"ec2.amazonaws.com"}"#,
        r#""ForAnyValue:StringLikeIfExists":{"aws:PrincipalOrgPaths":["o-friends/*","o-others/r-1/*"]}"#,
        r#""StringNotEqualsIgnoreCase":{"aws:PrincipalAccount":["111122223333","444455556666"]}"#,
        r#""Bool":{"aws:PrincipalIsAWSService":"false"}"#,
        r#""Null":{"aws:SourceVpc":"false"}"#,
        r#""StringNotEquals":{"aws:PrincipalOrgID":"o-others","aws:SourceVpc":"vpc-1"}"#,
    ];
    let statements: Vec<String> = (0..1 + random.below(4))
        .map(|i| {
            let effect = if i > 0 && random.below(2) == 0 { "Deny" } else { "Allow" };
            // Many Deny statements are about all requests, except for a condition.
            let is_broad = effect == "Deny" && random.below(3) > 0;
            let list = |all: &'static [&'static str]| if is_broad { &all[..1] } else { all };
            let (principal, action, resource) = (
                random.pick(list(PRINCIPALS)),
                random.pick(list(ACTIONS)),
                random.pick(list(RESOURCES)),
            );
            let mut own: Vec<&str> = Vec::new();
            for _ in 0..(1 + random.below(2)).min(random.below(4)) {
                let condition = random.pick(&conditions);
                let operator = |c: &str| c.split(':').next().unwrap().to_owned();
                if own.iter().all(|other| operator(other) != operator(condition)) {
                    own.push(condition);
                }
            }
            format!(
                r#"{{"Effect":"{effect}",{principal},"Action":{action},"Resource":{resource},"Condition":{{{}}}}}"#,
                own.join(",")
            )
        })
        .collect();
    document("policy", &format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(",")))
}

/// Turns a Deny statement into a policy that allows exactly the requests that the statement denies.
fn as_allow(policy: &Document, statement: usize) -> Document {
    let mut denied = policy.statements[statement].clone();
    denied.effect.value = Effect::Allow;
    policy.with_statements(vec![denied])
}

/// Every allowed request from outside is in a finding; a finding that is wholly outside contains no other request; requests from
/// outside that another finding denies are denied by a Deny statement that it names; its request is allowed and comes from
/// outside; no finding is covered by the others, nor has a value that allows no outsider; the certificate of completeness is
/// verified.
#[test]
fn findings_are_sound_complete_and_none_is_idle() {
    let world = world();
    let mut random = Random(std::env::var("IAMSAT_SEED").map_or(1, |s| s.parse().unwrap()));
    let count = std::env::var("IAMSAT_PAIRS").map_or(20, |s| s.parse().unwrap());
    let axioms = FactSets { safe: true, heuristics: false };
    let (mut found, mut wholly, mut narrowed, mut none, mut open) = (0, 0, 0, 0, 0);
    for _ in 0..count {
        let policy = random_policy(&mut random);
        let text = policy.source.text();
        let access = ask(&policy);
        let mut options = evaluate::Options::for_documents(&[&policy]);
        options.policy_type = PolicyType::Resource;
        let allows = |document: &Document, request: &Request| {
            evaluate::decide(&[document], request, &options) == Decision::Allowed
        };
        for finding in &access.findings {
            let request = finding.finding.witness.request();
            assert!(
                is_outside(request) && allows(&policy, request) && allows(&finding.document, request),
                "{text}"
            );
            assert!(finding.statements.contains(&finding.statement), "{text}");
        }
        if let Verdict::Unknown(unknown) = &access.rest.verdict {
            open += 1;
            let opaque = |r: &UnknownReason| matches!(r, UnknownReason::Opaque { .. });
            assert!(unknown.reasons.iter().all(opaque), "{text}: {:?}", unknown.reasons);
            continue;
        }
        assert!(access.is_complete(), "{text}: {:?}", access.rest.verdict);
        // Proved statement by statement, and as a whole.
        let by_statement = ask_plainly(&policy);
        assert!(by_statement.is_complete(), "{text}: {:?}", by_statement.rest.verdict);
        assert_eq!(by_statement.rest.assumptions, access.rest.assumptions, "{text}");
        let parts = |access: &ExternalAccess| -> Vec<String> {
            access.findings.iter().map(|f| f.document.source.text().to_owned()).collect()
        };
        assert_eq!(parts(&by_statement), parts(&access), "{text}");
        let certificate = access.rest.certificate().unwrap().to_text();
        let outcome = verify(&certificate, &verify::Limits::default());
        assert!(matches!(outcome, Outcome::Verified(_)), "{text}: {outcome:?}");
        let mentioned = [
            "aws:PrincipalOrgID",
            "aws:PrincipalAccount",
            "aws:SourceVpc",
            "aws:SourceIp",
            "aws:SourceAccount",
            "aws:PrincipalArn",
            "aws:PrincipalOrgPaths",
            "aws:PrincipalIsAWSService",
            "aws:PrincipalServiceName",
        ];
        let mentioned: Vec<&str> = mentioned.into_iter().filter(|key| text.contains(key)).collect();
        for request in &world {
            // For callers whose keys are free, a key that the policy does not mention decides nothing.
            let is_mentioned = |key: &str| mentioned.iter().any(|name| name.eq_ignore_ascii_case(key));
            let is_free = matches!(request.requester, Some(Requester::WebIdentity { .. }));
            let is_of_source =
                request.values("aws:SourceAccount").is_some() && !is_mentioned("aws:SourceAccount");
            if (is_free && !request.context().all(|(key, _)| is_mentioned(key)))
                || is_of_source
                || !request.inconsistencies(mentioned.iter().copied(), &axioms).is_empty()
            {
                continue;
            }
            let outside = is_outside(request) && allows(&policy, request);
            let covered = access.findings.iter().any(|finding| allows(&finding.document, request));
            assert!(covered || !outside, "missing: {text}\n{request:?}");
            for finding in access.findings.iter().filter(|f| f.is_wholly_outside) {
                assert!(
                    outside || !allows(&finding.document, request),
                    "not wholly outside: {text}\n{request:?}"
                );
            }
        }
        for finding in &access.findings {
            assert!(!finding.is_wholly_outside || finding.denied_by.is_empty(), "{text}");
            let denied_by: Vec<Document> = finding.denied_by.iter().map(|d| as_allow(&policy, *d)).collect();
            let refused = world.iter().filter(|request| {
                request.inconsistencies(mentioned.iter().copied(), &axioms).is_empty()
                    && is_outside(request)
                    && allows(&finding.document, request)
                    && !allows(&policy, request)
            });
            for request in refused {
                let may_refuse = |denied: &Document| {
                    matches!(
                        evaluate::decide(&[denied], request, &options),
                        Decision::Allowed | Decision::Undetermined
                    )
                };
                let is_named = denied_by.iter().any(may_refuse);
                assert!(is_named, "refused by no Deny statement that is named: {text}\n{request:?}");
            }
            let whole = Region::whole(&finding.document, 0).unwrap();
            for (axis, values) in whole.lists().filter(|(_, values)| values.len() > 1) {
                for value in values {
                    let slice = whole.with(axis, vec![*value]).document(&finding.document).unwrap();
                    let trusted = document("zone", ZONE_POLICY);
                    let let_in = find([&policy], [&slice], [&trusted], &Options::default());
                    assert_ne!(let_in.verdict.name(), "PASS", "{axis:?} {value} is idle: {text}");
                }
            }
            narrowed += usize::from(
                finding.document.statements[0].conditions.len()
                    > policy.statements[finding.statement].conditions.len(),
            );
        }
        for place in 0..access.findings.len() {
            let others = access.findings.iter().enumerate().filter(|(other, _)| *other != place);
            let without = others.map(|(_, finding)| &finding.document);
            let alone = find([&policy], [&access.findings[place].document], without, &Options::default());
            // It is open whether `{"AWS":"*"}` covers the callers of another finding.
            assert_ne!(alone.verdict.name(), "PASS", "idle finding {place}: {text}");
        }
        found += access.findings.len();
        wholly += access.findings.iter().filter(|f| f.is_wholly_outside).count();
        none += usize::from(access.findings.is_empty());
    }
    println!(
        "{found} findings, {wholly} of them wholly outside, {narrowed} narrowed by Deny statements; {none} policies without; {open} open"
    );
    assert!(
        found > count / 2 && wholly > 0 && narrowed > 0 && none > 3,
        "{found} {wholly} {narrowed} {none}"
    );
}

/// If a Deny leaves only the requests that it names, the finding is about these.
#[test]
fn what_a_deny_names_is_what_is_found() {
    let policy = document(
        "policy",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"},
            {"Effect":"Deny","Principal":"*","Action":"*","Resource":"*",
             "Condition":{"StringNotEquals":{"aws:PrincipalAccount":["111122223333","444455556666"]}}}]}"#,
    );
    let access = ask(&policy);
    assert!(access.is_complete());
    assert_eq!(access.findings.len(), 1, "{:?}", access.findings);
    let text = access.findings[0].document.source.text();
    assert!(text.contains("444455556666") && !text.contains("111122223333"), "{text}");
    assert!(!access.findings[0].is_public);
}

/// An open point of one statement does not hide a certain finding of another one: `{"AWS":"*"}` may cover the SAML users of the
/// first statement, and covers anonymous callers in the second.
#[test]
fn what_is_open_about_one_statement_hides_no_other() {
    let policy = document(
        "policy",
        r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::*:saml-provider/X"},"Action":"*","Resource":"*"},
            {"Effect":"Allow","Principal":{"AWS":"*","Federated":"accounts.google.com"},"Action":"s3:*","Resource":"arn:aws:s3:::b/*"}]}"#,
    );
    let access = ask(&policy);
    assert!(access.is_complete(), "{:?}", access.rest.verdict);
    let statements: Vec<usize> = access.findings.iter().map(|finding| finding.statement).collect();
    assert_eq!(statements, [0, 1, 1]);
}

/// A limit that ends the search does not remove findings: every statement that allows outsiders is reported, with a request.
#[test]
fn what_was_found_before_a_bound_is_told() {
    let policy = document(
        "policy",
        r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Principal":{"AWS":["111122223333","444455556666","777788889999"]},"Action":"s3:GetObject","Resource":"*"},
            {"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"*"},
            {"Effect":"Allow","Principal":{"AWS":"222233334444"},"Action":"s3:*","Resource":"*"}]}"#,
    );
    let zone = Zone::new(&[ZONE], &[] as &[&str]).unwrap();
    let bucket = ResourceType::from_name("AWS::S3::Bucket").unwrap();
    let mut complete = 0;
    for questions in 0..60 {
        let limits = SearchLimits { questions, ..SearchLimits::default() };
        let options = Options { limits, ..Options::default() };
        let access = external_access(&policy, bucket, &zone, &options);
        let mut statements: Vec<usize> = access.findings.iter().map(|f| f.statement).collect();
        statements.dedup();
        assert_eq!(statements, [0, 2], "{questions}");
        for finding in &access.findings {
            let mut referee = evaluate::Options::for_documents(&[&policy]);
            referee.policy_type = PolicyType::Resource;
            let request = finding.finding.witness.request();
            assert!(is_outside(request), "{questions}");
            for allowing in [&policy, &finding.document] {
                assert_eq!(
                    evaluate::decide(&[allowing], request, &referee),
                    Decision::Allowed,
                    "{questions}"
                );
            }
            // The Deny is about an action that statement 0 does not allow.
            let denials: &[usize] = if finding.statement == 2 { &[1] } else { &[] };
            assert!(
                finding.is_wholly_outside || access.is_complete() || finding.denied_by == denials,
                "{questions}"
            );
        }
        match access.rest.verdict {
            Verdict::Pass(_) => complete += 1,
            Verdict::Unknown(unknown) => {
                assert_eq!(unknown.reasons, [UnknownReason::Exhausted(Exhausted::Questions)]);
            }
            Verdict::Fail(_) => panic!("{questions}"),
        }
    }
    assert!(complete > 0 && complete < 60, "{complete}");
}

/// The finding states the opposite of the conditions of a Deny statement, in every form of the condition.
#[test]
fn a_finding_says_the_opposite_of_a_deny() {
    let cases = [
        (
            r#"{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-a"}}"#,
            r#"{"StringEquals":{"aws:PrincipalOrgID":["o-a"]}}"#,
        ),
        (
            r#"{"StringEqualsIfExists":{"aws:SourceVpc":"vpc-1"}}"#,
            r#"{"StringNotEquals":{"aws:SourceVpc":["vpc-1"]},"Null":{"aws:SourceVpc":["false"]}}"#,
        ),
        (
            r#"{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::444455556666:role/*"}}"#,
            r#"{"ArnLike":{"aws:PrincipalArn":["arn:aws:iam::444455556666:role/*"]}}"#,
        ),
        (
            r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#,
            r#"{"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8"]}}"#,
        ),
        (r#"{"Null":{"aws:SourceVpce":"false"}}"#, r#"{"Null":{"aws:SourceVpce":["true"]}}"#),
        (
            r#"{"ForAllValues:StringNotLike":{"aws:PrincipalOrgPaths":"o-a/*"}}"#,
            r#"{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":["o-a/*"]}}"#,
        ),
        (
            r#"{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":["o-a/*","o-b/*"]}}"#,
            r#"{"ForAllValues:StringNotLike":{"aws:PrincipalOrgPaths":["o-a/*","o-b/*"]}}"#,
        ),
        (
            r#"{"ForAnyValue:StringEqualsIfExists":{"aws:PrincipalOrgPaths":"o-a/r-b/"}}"#,
            r#"{"ForAllValues:StringNotEquals":{"aws:PrincipalOrgPaths":["o-a/r-b/"]}}"#,
        ),
        (
            r#"{"ForAnyValue:ArnNotLikeIfExists":{"aws:SourceArn":"arn:aws:sns:*:444455556666:*"}}"#,
            r#"{"ForAllValues:ArnLike":{"aws:SourceArn":["arn:aws:sns:*:444455556666:*"]}}"#,
        ),
        (
            r#"{"StringNotEqualsIgnoreCase":{"aws:PrincipalAccount":["444455556666","777788889999"]}}"#,
            r#"{"StringEqualsIgnoreCase":{"aws:PrincipalAccount":["444455556666","777788889999"]}}"#,
        ),
        (
            r#"{"StringNotEqualsIgnoreCaseIfExists":{"aws:PrincipalAccount":"444455556666"}}"#,
            r#"{"StringEqualsIgnoreCase":{"aws:PrincipalAccount":["444455556666"]}}"#,
        ),
        (
            r#"{"Bool":{"aws:PrincipalIsAWSService":"true"}}"#,
            r#"{"BoolIfExists":{"aws:PrincipalIsAWSService":["false"]}}"#,
        ),
        (
            r#"{"BoolIfExists":{"aws:PrincipalIsAWSService":"True"}}"#,
            r#"{"Bool":{"aws:PrincipalIsAWSService":["false"]}}"#,
        ),
        (
            r#"{"ForAnyValue:Bool":{"aws:PrincipalIsAWSService":"true"}}"#,
            r#"{"ForAllValues:Bool":{"aws:PrincipalIsAWSService":["false"]}}"#,
        ),
        // No condition about trust distinguishes the callers that these leave: the finding is unchanged.
        (r#"{"Bool":{"aws:SecureTransport":"false"}}"#, "{}"),
        // The result of this operator on letters beyond ASCII is open, for each operator separately, but no case mapping leads to
        // these.
        (
            r#"{"StringNotEqualsIgnoreCase":{"aws:SourceVpc":"vpc-1"}}"#,
            r#"{"StringEqualsIgnoreCase":{"aws:SourceVpc":["vpc-1"]}}"#,
        ),
        // The Kelvin sign is a capital `k`.
        (r#"{"StringNotEqualsIgnoreCase":{"aws:SourceVpc":"vpc-k"}}"#, "{}"),
        (r#"{"StringNotEquals":{"aws:SourceVpc":"vpc-1"},"Bool":{"aws:SecureTransport":"false"}}"#, "{}"),
    ];
    for (denied, expected) in cases {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}},
            {{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{denied}}}]}}"#
        );
        let access = ask(&document("policy", &text));
        assert!(access.is_complete());
        let [finding] = access.findings.as_slice() else { panic!("{denied}: {:?}", access.findings) };
        let found: serde_json::Value = serde_json::from_str(finding.document.source.text()).unwrap();
        let found = found["Statement"].get("Condition").map_or("{}".to_owned(), ToString::to_string);
        assert_eq!(found, expected, "{denied}");
        // It is open whether an absent key meets this: the Deny may refuse requests without the key.
        let is_open = denied.contains("ForAnyValue:") && denied.contains("IfExists");
        assert_eq!(finding.denied_by.is_empty(), expected != "{}" && !is_open, "{denied}");
    }
}

/// `tests/external/outsiders.json`: conditions on everyone (of an Allow, or of a Deny beside it), principals, or whole statements, and how many
/// findings there are. Accounts in a witness have twelve digits.
#[test]
fn outsiders() {
    let groups: Vec<Value> = serde_json::from_str(include_str!("../external/outsiders.json")).unwrap();
    let bucket = ResourceType::from_name("AWS::S3::Bucket").unwrap();
    let everyone = |effect: &str, condition: &Value| json!({"Effect": effect, "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition});
    let mut wrong = Vec::new();
    for group in &groups {
        let list = |key: &str| group[key].as_array().cloned().unwrap_or_default();
        let names = |key: &str| -> Vec<String> {
            list(key).iter().map(|name| name.as_str().unwrap().to_owned()).collect()
        };
        let zone = Zone::new(&names("zone"), &names("trusted")).unwrap();
        let by_condition = list("conditions").into_iter().map(|case| match case.get("deny") {
            Some(condition) => vec![everyone("Allow", &json!({})), everyone("Deny", condition)],
            None => vec![everyone("Allow", &case["allow"])],
        });
        let by_principal = list("principals").into_iter().map(|principal| {
            vec![json!({"Effect": "Allow", "Principal": principal, "Action": "*", "Resource": "*"})]
        });
        let by_statements = list("statements").into_iter().map(|list| list.as_array().unwrap().clone());
        let policies: Vec<Vec<Value>> = by_condition.chain(by_principal).chain(by_statements).collect();
        assert!(!policies.is_empty(), "{}", group["title"]);
        for statements in policies {
            let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
            let options = Options { certificate: true, ..Options::default() };
            let access = external_access(&document("policy", &text), bucket, &zone, &options);
            if !access.is_complete() || access.findings.len() as u64 != group["outside"].as_u64().unwrap() {
                wrong.push(format!("{}: {} findings: {text}", group["title"], access.findings.len()));
                continue;
            }
            let certificate = access.rest.certificate().unwrap().to_text();
            let outcome = verify(&certificate, &verify::Limits::default());
            assert!(matches!(outcome, Outcome::Verified(_)), "{text}: {outcome:?}");
            for finding in &access.findings {
                let request = finding.finding.witness.request();
                let account = request.requester.as_ref().and_then(Requester::account);
                let values = |key| request.values(key).into_iter().flatten().map(String::as_str);
                let of_arn = values("aws:PrincipalArn").filter_map(|arn| arn.split(':').nth(4));
                let accounts = account.into_iter().chain(values("aws:PrincipalAccount")).chain(of_arn);
                for account in accounts.filter(|a| *a != "anonymous") {
                    if account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) {
                        wrong.push(format!("{}: account `{account}`: {text}", group["title"]));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// Zones are accounts and organizations; services and trusted principals are not outside.
#[test]
fn zones() {
    let policy = |principal: &str, condition: &str| {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{principal},"Action":"s3:GetObject","Resource":"*","Condition":{condition}}}}}"#
        );
        document("policy", &text)
    };
    let bucket = ResourceType::from_name("AWS::S3::Bucket").unwrap();
    let count = |policy: &Document, zone: &[&str], trusted: &[&str]| {
        let zone = Zone::new(zone, trusted).unwrap();
        let access = external_access(policy, bucket, &zone, &Options::default());
        assert!(access.is_complete());
        access.findings.len()
    };
    let of_org = policy(r#""*""#, r#"{"StringEquals":{"aws:PrincipalOrgID":"o-mine"}}"#);
    assert_eq!((count(&of_org, &["o-mine"], &[]), count(&of_org, &["111122223333"], &[])), (0, 1));
    let account = policy(r#"{"AWS":"444455556666"}"#, "{}");
    assert_eq!(count(&account, &["111122223333"], &[]), 1);
    assert_eq!(count(&account, &["111122223333"], &["444455556666"]), 0);
    let role = policy(r#"{"AWS":"arn:aws:iam::444455556666:role/Audit"}"#, "{}");
    assert_eq!(count(&role, &["111122223333"], &["arn:aws:iam::444455556666:role/Audit"]), 0);
    assert_eq!(count(&policy(r#"{"Service":"*"}"#, "{}"), &["111122223333"], &[]), 0);
    assert!(Zone::new(&["arn:aws:iam::444455556666:role/Audit"], &[] as &[&str]).is_err());
    assert!(Zone::new(&["1"], &[] as &[&str]).is_err());
}

/// Each statement is for two accounts of its own, and a Deny is about all of them.
fn of_many_accounts(count: u64) -> Document {
    let allow = |i: u64| {
        json!({"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": format!("arn:aws:s3:::b/{i}/*"),
            "Principal": {"AWS": [(200_000_000_000 + 2 * i).to_string(), (200_000_000_001 + 2 * i).to_string()]}})
    };
    let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
    let statements: Vec<Value> = (0..count).map(allow).chain([deny]).collect();
    document("policy", &json!({"Version": "2012-10-17", "Statement": statements}).to_string())
}

/// The work to prove completeness grows as the policy does, not with its square.
#[test]
fn the_search_grows_with_the_policy() {
    let sizes = |count: u64| {
        let access = ask_plainly(&of_many_accounts(count));
        assert!(access.is_complete(), "{:?}", access.rest.verdict);
        assert_eq!(access.findings.len() as u64, 2 * count);
        let stats = access.rest.stats;
        stats.nodes + stats.states + stats.atoms
    };
    let (small, large) = (sizes(8), sizes(64));
    assert!(large <= 9 * small, "{small} {large}");
}

/// The reading of a statement may depend on another one: `ex:groups` has several values, because the second statement reads it as a set.
/// So it is possible that the first one lets someone in.
#[test]
fn statements_that_say_how_a_key_is_read_are_asked_about_together() {
    let both = r#"{"StringEquals":{"ex:groups":"a"},"StringLike":{"ex:groups":"b"}}"#;
    let set = r#"{"ForAnyValue:StringEquals":{"ex:groups":"c"}}"#;
    let statement = |account: &str, condition: &str| {
        format!(
            r#"{{"Effect":"Allow","Principal":{{"AWS":"{account}"}},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{condition}}}"#
        )
    };
    let policy = |statements: &[String]| {
        document("policy", &format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(",")))
    };
    let (first, second) = (statement("444455556666", both), statement("777788889999", set));
    let alone = ask_plainly(&policy(std::slice::from_ref(&first)));
    assert!(alone.is_complete() && alone.findings.is_empty());
    let together = policy(&[first, second]);
    let certified = ask(&together);
    let plain = ask_plainly(&together);
    assert_eq!(plain.rest.verdict.name(), certified.rest.verdict.name());
    assert_eq!(plain.findings.len(), certified.findings.len());
    assert!(plain.findings.iter().any(|f| f.statement == 1));
    assert!(!plain.is_complete() || plain.findings.iter().any(|f| f.statement == 0));
}
