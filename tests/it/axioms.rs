//! Tests the axioms, the facts that hold for every request: which verdict each fact changes, and that the search and the referee
//! know the same facts.
//!
//! S7 is empty; S14 and S16 are not asserted, and neither is the membership of the first and last service (S12):
//! docs/semantics.md explains why omitting them is sound.

use crate::support::document;
use iamsat::check::{Answer, Judging, Options, no_new_access};
use iamsat::evaluate::{self, Decision, evaluate};
use iamsat::policy::PolicyType;
use iamsat::request::{FactSets, HEURISTICS, Keys, Request, Requester};
use iamsat::solve::Verdict;
use iamsat::verify;

/// A fact, and a statement of a new and an existing policy: PASS because of the fact, FAIL under `--aws-compat`.
struct Case {
    fact: &'static str,
    new: &'static str,
    existing: &'static str,
}

const fn case(fact: &'static str, new: &'static str, existing: &'static str) -> Case {
    Case { fact, new, existing }
}

/// The cases: statements without Effect, Action and Resource; an existing policy without a statement allows nothing.
const CASES: &[Case] = &[
    case(
        "S1 anonymous requests have no principal tags",
        r#""Principal":"*","Condition":{"Null":{"aws:PrincipalTag/team":"false"}}"#,
        r#""Principal":"*","Condition":{"Null":{"aws:PrincipalArn":"false"}}},
           {"Effect":"Allow","Action":"*","Resource":"*","Principal":{"Service":"*","Federated":"*"}"#,
    ),
    case(
        "S1 anonymous requests have no organization",
        r#""Principal":"*","Condition":{"StringLike":{"aws:PrincipalOrgID":"o-*"}}"#,
        r#""Principal":"*","Condition":{"Null":{"aws:PrincipalArn":"false"}}},
           {"Effect":"Allow","Action":"*","Resource":"*","Principal":{"Service":"*","Federated":"*"}"#,
    ),
    case(
        "S2 the account of a principal is its aws:PrincipalAccount",
        r#""Principal":{"AWS":"111122223333"}"#,
        r#""Principal":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}"#,
    ),
    case(
        "S2 and its aws:PrincipalArn is of the account",
        r#""Principal":{"AWS":"111122223333"}"#,
        r#""Principal":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:*:*:*:111122223333:*"}}"#,
    ),
    case(
        "S3 the aws:PrincipalArn of a session is the ARN of its role",
        r#""Principal":{"AWS":"arn:aws:sts::111122223333:assumed-role/R/s"}"#,
        r#""Principal":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/*R"}}"#,
    ),
    case(
        "S3 a user's ARN names the user and the federated users it asked for",
        r#""Principal":{"AWS":"arn:aws:iam::111122223333:user/bob"}"#,
        r#""Principal":"*","Condition":{"ArnLike":{"aws:PrincipalArn":["arn:aws:iam::111122223333:user/bob","arn:aws:sts::111122223333:federated-user/*"]}}"#,
    ),
    case(
        "S4 only users have a user name, the last part of their ARN",
        r#""Principal":"*","Condition":{"StringEquals":{"aws:username":"bob"}}"#,
        r#""Principal":"*","Condition":{"ArnLike":{"aws:PrincipalArn":["arn:*:iam::*:user/bob","arn:*:iam::*:user/*/bob"]},"StringEquals":{"aws:PrincipalType":"User"}}"#,
    ),
    case(
        "S5 the user id of a session ends with its name",
        r#""Principal":{"AWS":"arn:aws:sts::111122223333:assumed-role/R/s"}"#,
        r#""Principal":"*","Condition":{"StringLike":{"aws:userid":"*:s"}}"#,
    ),
    case(
        "S5 that of a user starts with AIDA",
        r#""Condition":{"StringLike":{"aws:userid":"A*"},"StringEquals":{"aws:PrincipalType":"User"}}"#,
        r#""Condition":{"StringLike":{"aws:userid":"AIDA*"}}"#,
    ),
    case(
        "S5 and that of a role with AROA",
        r#""Condition":{"StringLike":{"aws:userid":"A*"},"StringEquals":{"aws:PrincipalType":"AssumedRole"}}"#,
        r#""Condition":{"StringLike":{"aws:userid":"AROA*:*"}}"#,
    ),
    case(
        "S3 a session of AssumeRoot has no ARN of another session",
        r#""Principal":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:sts::111122223333:assumed-role/*"},"Bool":{"aws:PrincipalIsAWSService":"false"}}"#,
        "",
    ),
    case(
        "S4 nor the type of another kind",
        r#""Principal":"*","Condition":{"StringEquals":{"aws:PrincipalType":"AssumedRole"},"Bool":{"aws:PrincipalIsAWSService":"false"}}"#,
        r#""Principal":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:*:iam::*:role/*"}}"#,
    ),
    case(
        "S5 nor the unique id of a role",
        r#""Principal":"*","Condition":{"StringLike":{"aws:userid":"AROA*:*"},"Bool":{"aws:PrincipalIsAWSService":"false"}}"#,
        r#""Principal":"*","Condition":{"StringEquals":{"aws:PrincipalType":["AssumedRole","FederatedUser"]}}"#,
    ),
    case(
        "S6 services are services",
        r#""Principal":{"Service":"ec2.amazonaws.com"}"#,
        r#""Principal":"*","Condition":{"Bool":{"aws:PrincipalIsAWSService":"true"},"StringEquals":{"aws:PrincipalServiceName":"ec2.amazonaws.com"}}"#,
    ),
    case(
        "S6 principals of accounts have no list of service names",
        r#""Principal":{"AWS":"111122223333"},"Condition":{"ForAnyValue:StringLike":{"aws:PrincipalServiceNamesList":"*"}}"#,
        "",
    ),
    case(
        "S8 aws:SourceIp excludes VPC endpoints",
        r#""Condition":{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"},"StringLike":{"aws:SourceVpce":"*"}}"#,
        "",
    ),
    case(
        "S9 what names an endpoint implies it",
        r#""Condition":{"StringEquals":{"aws:VpceAccount":"111122223333"}}"#,
        r#""Condition":{"Null":{"aws:SourceVpce":"false"}}"#,
    ),
    case(
        "S10 organization and paths come together",
        r#""Condition":{"StringLike":{"aws:ResourceOrgID":"o-*"}}"#,
        r#""Condition":{"Null":{"aws:ResourceOrgPaths":"false"}}"#,
    ),
    case(
        "S10 and a path starts with the organization's id",
        r#""Condition":{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-a1b2/r-ab12/*"}}"#,
        r#""Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2"}}"#,
    ),
    case(
        "S10 all paths do",
        r#""Condition":{"StringLike":{"aws:ResourceOrgID":"o-a*"}}"#,
        r#""Condition":{"ForAllValues:StringLike":{"aws:ResourceOrgPaths":"o-a*/*"}}"#,
    ),
    case(
        "S10 and what is in a wildcard does not cross the first slash",
        r#""Condition":{"ForAnyValue:StringLike":{"aws:SourceOrgPaths":"o-a*/r-1/*"}}"#,
        r#""Condition":{"StringLike":{"aws:SourceOrgID":"o-a*"}}"#,
    ),
    case(
        "S10 two paths are of one organization",
        r#""Condition":{"ForAnyValue:StringLike":{"aws:VpceOrgPaths":"o-a/*"},"ForAnyValue:StringNotLike":{"aws:VpceOrgPaths":"o-a/*"},"Null":{"aws:VpceOrgID":"false"}}"#,
        "",
    ),
    case(
        "S10 nor does a wildcard that crosses it",
        r#""Condition":{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-a*"},"StringNotLike":{"aws:PrincipalOrgID":"o-a*"}}"#,
        "",
    ),
    case(
        "S10 an id is not empty",
        r#""Condition":{"ForAllValues:StringEquals":{"aws:PrincipalOrgID":"o-a"}}"#,
        r#""Condition":{"ForAllValues:StringLike":{"aws:PrincipalOrgPaths":"o-a/*"}}"#,
    ),
    case(
        "S11 both times are one instant",
        r#""Condition":{"DateLessThan":{"aws:CurrentTime":"2020-06-30T00:00:00Z"}}"#,
        r#""Condition":{"NumericLessThan":{"aws:EpochTime":"1593475200"}}"#,
    ),
    case(
        "S11 in the other direction too",
        r#""Condition":{"DateGreaterThanEquals":{"aws:EpochTime":"1593475200"},"NumericLessThan":{"aws:EpochTime":"1593475300"}}"#,
        r#""Condition":{"DateGreaterThanEquals":{"aws:CurrentTime":"2020-06-30T00:00:00Z"},"DateLessThan":{"aws:CurrentTime":"2020-06-30T00:01:40Z"}}"#,
    ),
    case(
        "S12 aws:CalledVia implies aws:ViaAWSService",
        r#""Condition":{"ForAnyValue:StringEquals":{"aws:CalledVia":"athena.amazonaws.com"}}"#,
        r#""Condition":{"Bool":{"aws:ViaAWSService":"true"}}"#,
    ),
    case(
        "S13 aws:RequestTag implies aws:TagKeys",
        r#""Condition":{"StringEquals":{"aws:RequestTag/team":"a"}}"#,
        r#""Condition":{"Null":{"aws:TagKeys":"false"}}"#,
    ),
    case(
        "S17 a web identity has no organization",
        r#""Principal":{"Federated":"accounts.google.com"},"Condition":{"StringLike":{"aws:PrincipalOrgID":"*"}}"#,
        "",
    ),
    case(
        "S17 nor organization paths",
        r#""Principal":{"Federated":"accounts.google.com"},"Condition":{"Null":{"aws:PrincipalOrgPaths":"false"}}"#,
        "",
    ),
    case(
        "S17 a SAML caller has no principal tags",
        r#""Principal":{"Federated":"arn:aws:iam::111122223333:saml-provider/p"},"Condition":{"Null":{"aws:PrincipalTag/team":"false"}}"#,
        "",
    ),
    case(
        "S17 nor an ARN, with a policy variable in the value or without",
        r#""Principal":{"Federated":"*"},"Condition":{"ArnLike":{"aws:PrincipalArn":["arn:aws:iam::*:role/*","arn:aws:iam::${aws:PrincipalAccount}:role/a"]}}"#,
        "",
    ),
    case(
        "S17 a federated sign-in does not say that no service signed it",
        r#""Principal":{"Federated":"*"},"Condition":{"Bool":{"aws:PrincipalIsAWSService":"false"}}"#,
        "",
    ),
    case(
        "S17 nor that one did, by whatever name",
        r#""Principal":{"Federated":"*"},"Condition":{"Null":{"aws:PrincipalServiceName":"false"}}},
           {"Effect":"Allow","Action":"*","Resource":"*","Principal":{"Federated":"*"},"Condition":{"Null":{"aws:PrincipalServiceNamesList":"false"}}"#,
        "",
    ),
];

fn policy(statement: &str) -> iamsat::policy::Document {
    let text = if statement.is_empty() {
        r#"{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#.to_owned()
    } else {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"*","Resource":"*",{statement}}}]}}"#
        )
    };
    document("axiom", &text)
}

fn ask(new: &str, existing: &str, options: Options) -> Answer {
    let principals = new.contains("Principal\":");
    let policy_type = Some(if principals { PolicyType::Resource } else { PolicyType::Identity });
    no_new_access(
        &policy(new),
        &policy(existing),
        &Options { policy_type, judging: Judging::Alone, ..options },
    )
}

#[test]
fn every_fact_changes_a_verdict() {
    let mut wrong = Vec::new();
    for case in CASES {
        for (aws_compat, expected) in [(false, "PASS"), (true, "FAIL")] {
            let answer = ask(case.new, case.existing, Options { aws_compat, ..Options::default() });
            if answer.verdict.name() != expected {
                wrong.push(format!("{} aws_compat {aws_compat}: {:?}", case.fact, answer.verdict));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Requests that S10 and S11 allow are found, with keys that agree.
#[test]
fn linked_keys_agree_in_witnesses() {
    let cases = [
        // An id alone does not put the path into the organization.
        (
            r#""Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2"}}"#,
            r#""Condition":{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-a1b2/r-ab12/*"}}"#,
        ),
        (
            r#""Condition":{"StringLike":{"aws:PrincipalOrgID":"o-*"},"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"*/r-1/*"}}"#,
            "",
        ),
        (
            r#""Condition":{"StringNotEquals":{"aws:ResourceOrgID":"o-a"},"ForAnyValue:StringLike":{"aws:ResourceOrgPaths":["o-b/*","o-c/*"]}}"#,
            r#""Condition":{"ForAnyValue:StringLike":{"aws:ResourceOrgPaths":"o-b/*"}}"#,
        ),
        (
            r#""Condition":{"ForAllValues:StringNotLike":{"aws:SourceOrgPaths":"o-a/*"},"Null":{"aws:SourceOrgID":"false"}}"#,
            "",
        ),
        (
            r#""Condition":{"DateLessThan":{"aws:CurrentTime":"2020-06-30T00:00:00Z"}}"#,
            r#""Condition":{"NumericLessThan":{"aws:EpochTime":"1593475199"}}"#,
        ),
        (
            r#""Condition":{"NumericGreaterThan":{"aws:EpochTime":"1593475200"}}"#,
            r#""Condition":{"DateGreaterThan":{"aws:CurrentTime":"2021-06-30T00:00:00Z"}}"#,
        ),
    ];
    for (new, existing) in cases {
        let answer = ask(new, existing, Options { certificate: true, ..Options::default() });
        let Verdict::Fail(findings) = &answer.verdict else {
            panic!("{new} {existing} {:?}", answer.verdict)
        };
        let request = findings[0].witness.request();
        for (id, paths) in
            [("aws:PrincipalOrgID", "aws:PrincipalOrgPaths"), ("aws:ResourceOrgID", "aws:ResourceOrgPaths")]
        {
            let start = request.values(id).map(|id| format!("{}/", id[0]));
            let paths = request.values(paths).into_iter().flatten();
            assert!(
                start.is_none_or(|start| paths.clone().all(|path| path.starts_with(&start))),
                "{request:?}"
            );
        }
    }
    // Only a query that depends on the fraction of a second after a value is undecided.
    let (up_to, before) = (
        r#""Condition":{"NumericLessThanEquals":{"aws:EpochTime":"1593475200"}}"#,
        r#""Condition":{"DateLessThanEquals":{"aws:CurrentTime":"2020-06-30T00:00:00Z"}}"#,
    );
    assert_eq!(ask(before, up_to, Options::default()).verdict.name(), "PASS");
    let Verdict::Unknown(unknown) = ask(up_to, before, Options::default()).verdict else {
        panic!("not open")
    };
    assert!(format!("{unknown:?}").contains("FractionOfASecond"), "{unknown:?}");
}

/// S15 holds under `--aws-compat` too: a single-valued key has one value in a request, whatever the statements test.
#[test]
fn a_single_valued_key_has_one_value() {
    let new =
        r#""Condition":{"StringEquals":{"aws:SourceVpc":"vpc-1"},"StringLike":{"aws:SourceVpc":"vpc-2*"}}"#;
    for aws_compat in [false, true] {
        assert_eq!(ask(new, "", Options { aws_compat, ..Options::default() }).verdict.name(), "PASS");
    }
    let several = new.replace("String", "ForAnyValue:String").replace("aws:SourceVpc", "aws:TagKeys");
    assert_eq!(ask(&several, "", Options::default()).verdict.name(), "FAIL");
}

/// S18: a document whose type is not stated may be a service control policy, which binds root users; a document whose stated type
/// is identity policy is not attached to root users.
#[test]
fn the_root_user_sends_requests_unless_the_policy_is_said_to_be_an_identity_policy() {
    let all = r#""Sid":"All""#;
    let but = |condition: &str| {
        format!(r#"{all}}},{{"Effect":"Deny","Action":"*","Resource":"*","Condition":{condition}"#)
    };
    // The condition of the existing Deny, and whether it denies some user or role.
    let cases = [
        (r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:root"}}"#, false),
        (r#"{"StringEquals":{"aws:PrincipalType":"Account"}}"#, false),
        (r#"{"StringNotEquals":{"aws:PrincipalType":["User","AssumedRole","FederatedUser"]}}"#, false),
        (r#"{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:root"}}"#, true),
        (r#"{"Null":{"aws:username":"true"}}"#, true),
        (r#"{"Bool":{"aws:AssumedRoot":"true"}}"#, true),
    ];
    for (condition, denies_others) in cases {
        let (new, existing) = (policy(all), policy(&but(condition)));
        let asked = |policy_type| {
            let options = Options { policy_type, certificate: true, ..Options::default() };
            let answer = no_new_access(&new, &existing, &options);
            let certificate = answer.certificate().unwrap().to_text();
            let outcome = verify::verify(&certificate, &verify::Limits::default());
            assert!(matches!(outcome, verify::Outcome::Verified(_)), "{condition} {outcome:?}");
            answer
        };
        let stated = asked(Some(PolicyType::Identity));
        assert_eq!(stated.verdict.name(), if denies_others { "FAIL" } else { "PASS" }, "{condition}");
        assert!(!stated.is_only_for_scp());
        let open = asked(None);
        assert_eq!(open.verdict.name(), "FAIL", "{condition}");
        assert_eq!(open.is_only_for_scp(), !denies_others, "{condition} {:?}", open.verdict);
        assert_eq!((open.policy_type, open.policy_type_inferred), (PolicyType::Identity, true));
    }
}

/// The certificate records whether root users are among the requesters: a certificate about identity policies proves nothing
/// about other policies.
#[test]
fn a_proof_about_users_and_roles_is_none_about_root_users() {
    let all = r#""Sid":"All""#;
    let no_root = r#""Sid":"All"},{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalType":"Account"}}"#;
    let options =
        Options { policy_type: Some(PolicyType::Identity), certificate: true, ..Options::default() };
    let answer = no_new_access(&policy(all), &policy(no_root), &options);
    let certificate = answer.certificate().unwrap().to_text();
    let changed = certificate.replacen(r#""strictArn""#, r#""policyTypeInferred": true, "strictArn""#, 1);
    assert_ne!(certificate, changed);
    let outcome = verify::verify(&changed, &verify::Limits::default());
    assert!(matches!(outcome, verify::Outcome::Refused(_)), "{outcome:?}");
}

/// A witness has an account of twelve digits, and a session has the keys of its own kind, wherever such a witness exists.
#[test]
fn witnesses_have_usual_requesters() {
    let accounts = r#"["111122223333","444455556666","777788889999"]"#;
    let everyone = r#""Principal":"*""#;
    let of = |condition: &str| format!(r#"{everyone},"Condition":{condition}"#);
    let cases = [
        (
            of(&format!(
                r#"{{"StringNotEquals":{{"aws:PrincipalAccount":{accounts}}},"Null":{{"aws:PrincipalArn":"false"}}}}"#
            )),
            String::new(),
        ),
        (
            of(
                r#"{"ArnLike":{"aws:PrincipalArn":"arn:*:iam::*:*b*"},"StringNotLike":{"aws:PrincipalAccount":["1*","4*","7*"]}}"#,
            ),
            String::new(),
        ),
        (
            of(r#"{"StringLike":{"aws:userid":"*:*"},"Bool":{"aws:AssumedRoot":"true"}}"#),
            of(r#"{"StringEquals":{"aws:PrincipalType":["AssumedRole","FederatedUser"]}}"#),
        ),
        (
            of(r#"{"Null":{"aws:PrincipalArn":"false"}}"#),
            of(
                r#"{"StringEquals":{"aws:PrincipalType":["User","AssumedRole","FederatedUser"]},"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}}"#,
            ),
        ),
        (
            r#""Condition":{"StringNotLike":{"aws:PrincipalArn":["arn:*:*:*:1*:*","arn:*:*:*:4*:*"]}}"#
                .to_owned(),
            r#""Condition":{"StringLike":{"aws:PrincipalArn":"arn:*:*:*:7*:*"}}"#.to_owned(),
        ),
    ];
    for (new, existing) in cases {
        let answer = ask(&new, &existing, Options::default());
        let Verdict::Fail(findings) = &answer.verdict else {
            panic!("{new} {existing} {:?}", answer.verdict)
        };
        let request = findings[0].witness.request();
        assert!(request.has_usual_requester(), "{new} {request:?}");
    }
    // A principal that the policy names is kept even if its account field is not an account id.
    let answer = ask(r#""Principal":{"AWS":"arn:aws:iam::b:role/a"}"#, "", Options::default());
    assert_eq!(answer.verdict.name(), "FAIL");
}

/// Claims that are single-valued according to AWS have one value, whatever set operators test them, and lists are lists.
#[test]
fn documented_claims_have_as_many_values_as_documented() {
    let github = "token.actions.githubusercontent.com";
    let singles = [
        format!("{github}:sub"),
        format!("{github}:repository_id"),
        "oidc.example.org/tenant:aud".to_owned(),
        "saml:sub".to_owned(),
        "sts:ExternalId".to_owned(),
    ];
    let lists = [
        "cognito-identity.amazonaws.com:amr",
        "saml:eduPersonAffiliation",
        "sts:TransitiveTagKeys",
        "sts:IdentityTokenAudience",
        "ex:key",
    ];
    let cases = singles.iter().map(|key| (key.as_str(), "PASS"));
    for (key, expected) in cases.chain(lists.map(|key| (key, "FAIL"))) {
        let new = format!(
            r#""Condition":{{"ForAnyValue:StringEquals":{{"{key}":"a"}},"ForAnyValue:StringLike":{{"{key}":"b*"}}}}"#
        );
        for aws_compat in [false, true] {
            let answer = ask(&new, "", Options { aws_compat, ..Options::default() });
            assert_eq!(answer.verdict.name(), expected, "{key} {:?}", answer.verdict);
        }
    }
    for key in singles {
        let plain = format!(r#""Condition":{{"StringLike":{{"{key}":"a*"}}}}"#);
        let all = format!(r#""Condition":{{"ForAllValues:StringLike":{{"{key}":"a*"}}}}"#);
        assert_eq!(ask(&plain, &all, Options::default()).verdict.name(), "PASS", "{key}");
        let answer = ask(&all, &plain, Options::default());
        assert_eq!((answer.verdict.name(), &*answer.assumptions), ("FAIL", &[][..]), "{key}");
    }
}

/// Each heuristic with a query that it decides: FAIL without it, PASS with it, and the answer names it.
#[test]
fn heuristics_are_asked_for_and_named() {
    let cases = [
        (
            "heuristic-private-addresses-never-in-source-ip",
            r#""Condition":{"IpAddress":{"aws:SourceIp":["10.1.0.0/16","172.31.0.0/16","192.168.1.1"]}}"#,
            "",
        ),
        (
            "heuristic-mfa-age-implies-mfa-present",
            r#""Condition":{"NumericLessThan":{"aws:MultiFactorAuthAge":"3600"}}"#,
            r#""Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#,
        ),
        (
            "heuristic-users-have-no-token-issue-time",
            r#""Condition":{"DateGreaterThan":{"aws:TokenIssueTime":"2024-01-01"}}"#,
            r#""Condition":{"StringNotEquals":{"aws:PrincipalType":"User"}}"#,
        ),
        (
            "heuristic-source-keys-only-from-services",
            r#""Principal":"*","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::b"}}"#,
            r#""Principal":{"Service":"*"}"#,
        ),
        (
            "heuristic-no-vpc-via-aws-service",
            r#""Condition":{"StringLike":{"aws:SourceVpc":"*"},"Bool":{"aws:ViaAWSService":"true"}}"#,
            "",
        ),
        (
            "heuristic-web-and-saml-callers-only-assume-roles",
            r#""Principal":{"Federated":"accounts.google.com"},"Condition":{}"#,
            r#""Principal":"*","Condition":{"Null":{"aws:PrincipalIsAWSService":"false"}}"#,
        ),
    ];
    assert_eq!(cases.map(|c| c.0), HEURISTICS.map(|h| h.name.as_str()));
    for (name, new, existing) in cases {
        let named = |answer: &Answer| answer.assumptions.iter().any(|a| a.0 == name);
        let without = ask(new, existing, Options::default());
        assert!(without.verdict.name() == "FAIL" && !named(&without), "{name} {:?}", without.verdict);
        let with = ask(new, existing, Options { assume_heuristics: true, ..Options::default() });
        assert!(named(&with), "{name} {:?}", with.assumptions);
        // Web identities still call the actions that are meant for them.
        let expected = if name.contains("web") { "FAIL" } else { "PASS" };
        assert_eq!(with.verdict.name(), expected, "{name} {:?}", with.verdict);
        if let Verdict::Fail(findings) = &with.verdict {
            let action = findings[0].witness.request().action.to_ascii_lowercase();
            let own = ["sts:assumerolewithwebidentity", "sts:tagsession", "sts:setsourceidentity"];
            assert!(own.contains(&&*action), "{action}");
        }
    }
}

/// Each heuristic excludes exactly the requests that it names: similar queries stay FAIL.
#[test]
fn heuristics_exclude_no_more_than_they_say() {
    let cases = [
        (r#""Condition":{"IpAddress":{"aws:SourceIp":["8.8.8.0/24"]}}"#, ""),
        (r#""Condition":{"IpAddress":{"aws:SourceIp":["172.0.0.0/8"]}}"#, ""),
        (
            r#""Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#,
            r#""Condition":{"NumericLessThan":{"aws:MultiFactorAuthAge":"3600"}}"#,
        ),
        (
            r#""Condition":{"StringEquals":{"aws:PrincipalType":"AssumedRole"}}"#,
            r#""Condition":{"DateGreaterThan":{"aws:TokenIssueTime":"2024-01-01"}}"#,
        ),
        (
            r#""Condition":{"DateGreaterThan":{"aws:TokenIssueTime":"2024-01-01"},"StringEquals":{"aws:PrincipalType":"AssumedRole"}}"#,
            "",
        ),
        (
            r#""Principal":{"Service":"*"}"#,
            r#""Principal":"*","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::b"}}"#,
        ),
        (r#""Condition":{"StringLike":{"aws:SourceVpc":"*"},"Bool":{"aws:ViaAWSService":"false"}}"#, ""),
        (
            r#""Condition":{"Bool":{"aws:ViaAWSService":"true"}}"#,
            r#""Condition":{"StringLike":{"aws:SourceVpc":"*"}}"#,
        ),
        (r#""Principal":{"AWS":"arn:aws:iam::111122223333:user/bob"}"#, ""),
    ];
    for (new, existing) in cases {
        let answer = ask(new, existing, Options { assume_heuristics: true, ..Options::default() });
        assert_eq!(answer.verdict.name(), "FAIL", "{new} {existing} {:?}", answer.verdict);
    }
}

/// A named assumption is reported if the answer depends on it, and only then.
#[test]
fn assumptions_are_named_where_they_take_part() {
    let fields = "resource-fields-do-not-cross-colons";
    let sign_in = "federated-sign-in-is-unsigned";
    let cases: &[(&str, &[&str])] = &[
        (r#""Sid":"a""#, &[]),
        (r#""NotPrincipal":{"Service":"a.amazonaws.com"}"#, &[]),
        (r#""Principal":{"AWS":"*"}"#, &[]),
        (r#""Principal":{"AWS":"111122223333"}"#, &["one-partition"]),
        (r#""Principal":{"Federated":"*"}"#, &["principal-wildcards-are-globs"]),
        (r#""Principal":{"AWS":"arn:aws:iam::1:role/*"}"#, &["principal-wildcards-are-globs"]),
        (r#""Condition":{"StringEquals":{"aws:SourceVpc":"a"}}"#, &[]),
        (r#""Condition":{"Null":{"ex:k":"true"}}"#, &[]),
        (r#""Condition":{"StringEquals":{"ex:k":"a"}}"#, &["unlisted-keys-are-single-valued"]),
        (r#""Condition":{"ForAnyValue:StringEquals":{"ex:k":"a"}}"#, &[]),
        (r#""Condition":{"StringEquals":{"aws:SourceVpc":"${ex:k}"}}"#, &["unlisted-keys-are-single-valued"]),
        (r#""Condition":{"StringEquals":{"aws:SourceVpc":"${aws:username}"}}"#, &[]),
        (
            r#""Condition":{"StringLike":{"aws:SourceVpc":"${aws:username}"}}"#,
            &["variable-values-are-literal"],
        ),
        (r#""Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:s3:*::b"}}"#, &[]),
        (r#""Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#, &[]),
        (r#""Principal":"*","Condition":{"Null":{"aws:PrincipalOrgID":"true"}}"#, &[sign_in]),
        (r#""NotPrincipal":{"AWS":"*"},"Condition":{"Null":{"aws:PrincipalTag/x":"true"}}"#, &[sign_in]),
        (r#""Principal":"*","Condition":{"Null":{"aws:username":"true"}}"#, &[]),
        (
            r#""Principal":{"Service":"a.amazonaws.com"},"Condition":{"Null":{"aws:PrincipalOrgID":"true"}}"#,
            &[],
        ),
    ];
    for (statement, expected) in cases {
        let answer = ask(statement, "", Options::default());
        let found: Vec<&str> = answer.assumptions.iter().map(|a| a.0.as_str()).collect();
        assert_eq!(found, *expected, "{statement}");
    }
    let resources: &[(&str, &[&str])] = &[
        ("*", &[]),
        ("arn:aws:s3:::b/*", &[]),
        ("arn:aws:sqs:*:111122223333:q", &[fields]),
        ("arn:aws:sqs", &["short-arns-are-completed"]),
        ("arn:aws:sqs:*:1", &["short-arns-are-completed"]),
        ("arn:aws:s3:::${aws:username}", &["variable-values-are-literal"]),
    ];
    let deny = |rest: &str| {
        document(
            "a",
            &format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Deny","Action":"*",{rest}}}}}"#),
        )
    };
    for (resource, expected) in resources {
        for strict_arn in [false, true] {
            let policy = deny(&format!(r#""Resource":"{resource}""#));
            let options = Options { strict_arn, ..Options::default() };
            let found: Vec<&str> =
                no_new_access(&policy, &policy, &options).assumptions.iter().map(|a| a.0.as_str()).collect();
            let expected: Vec<&str> =
                expected.iter().copied().filter(|name| !(strict_arn && *name == fields)).collect();
            assert_eq!(found, expected, "{resource}");
        }
    }
    let listed = deny(r#""Resource":"*","NotPrincipal":{"AWS":"111122223333"}"#);
    let answer = no_new_access(&listed, &listed, &Options::default());
    let found: Vec<&str> = answer.assumptions.iter().map(|a| a.0.as_str()).collect();
    assert_eq!(found, ["account-alone-in-notprincipal-exempts-all", "one-partition"]);
}

/// Keys that the facts are about, each with values that a request may have.
const KEYS: &[(&str, &[&str])] = &[
    ("aws:PrincipalArn", &["arn:aws:iam::111122223333:user/bob", "arn:aws:iam::111122223333:root"]),
    ("aws:PrincipalAccount", &["111122223333", "anonymous"]),
    ("aws:PrincipalType", &["User", "Anonymous", "Account"]),
    ("aws:userid", &["AIDAX", "AROAX:s", "111122223333", "anonymous", "111122223333:f"]),
    ("aws:username", &["bob"]),
    ("aws:PrincipalIsAWSService", &["true", "false"]),
    ("aws:PrincipalServiceName", &["ec2.amazonaws.com"]),
    ("aws:PrincipalServiceNamesList", &["ec2.amazonaws.com"]),
    ("aws:PrincipalOrgID", &["o-1"]),
    ("aws:PrincipalOrgPaths", &["o-1/r-1/"]),
    ("aws:PrincipalTag/team", &["a"]),
    ("aws:TokenIssueTime", &["2024-01-01T00:00:00Z"]),
    ("aws:MultiFactorAuthPresent", &["true", "false"]),
    ("aws:MultiFactorAuthAge", &["1"]),
    ("aws:SourceIdentity", &["a"]),
    ("aws:FederatedProvider", &["a"]),
    ("aws:SourceIp", &["203.0.113.1"]),
    ("aws:SourceVpc", &["vpc-1"]),
    ("aws:SourceVpce", &["vpce-1"]),
    ("aws:VpcSourceIp", &["10.0.0.1"]),
    ("aws:SourceVpcArn", &["arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1"]),
    ("aws:VpceAccount", &["111122223333"]),
    ("aws:VpceOrgID", &["o-1"]),
    ("aws:VpceOrgPaths", &["o-1/r-1/"]),
    ("aws:ResourceAccount", &["111122223333"]),
    ("aws:ResourceOrgID", &["o-1"]),
    ("aws:ResourceOrgPaths", &["o-1/r-1/"]),
    ("aws:SourceOrgID", &["o-1"]),
    ("aws:SourceOrgPaths", &["o-1/r-1/"]),
    ("aws:SourceAccount", &["111122223333"]),
    ("aws:CalledVia", &["athena.amazonaws.com"]),
    ("aws:ViaAWSService", &["true", "false"]),
    ("aws:SecureTransport", &["true", "false"]),
    ("aws:RequestTag/team", &["a"]),
    ("aws:TagKeys", &["team"]),
    ("aws:AssumedRoot", &["true"]),
];

fn requesters() -> Vec<Requester> {
    let spelled = [
        "anonymous",
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::111122223333:user/bob",
        "arn:aws:sts::111122223333:assumed-role/R/s",
        "arn:aws:sts::111122223333:federated-user/f",
        "assumed-root:111122223333",
        "service:ec2.amazonaws.com",
        "federated:accounts.google.com",
        "federated:arn:aws:iam::111122223333:saml-provider/p",
    ];
    let mut list: Vec<Requester> = spelled.iter().map(|text| Requester::parse(text).unwrap().0).collect();
    list.push(Requester::FederatedUser {
        partition: "aws".into(),
        account: "111122223333".into(),
        name: "g".into(),
        parent: "bob".into(),
    });
    list
}

/// For every pair of keys, present or absent, and requesters as a Principal can name them: the search finds a request exactly if
/// one is possible according to the referee. Each pair is asked about under every fifth principal, the next pair under the next
/// ones; under all, if `IAMSAT_ALL_PRINCIPALS` is set.
#[test]
fn search_and_referee_know_the_same_facts() {
    let principals = [
        r#""*""#,
        r#"{"AWS":"arn:aws:iam::111122223333:user/bob"}"#,
        r#"{"AWS":"arn:aws:sts::111122223333:assumed-role/R/s"}"#,
        r#"{"AWS":"arn:aws:sts::111122223333:federated-user/f"}"#,
        r#"{"AWS":"111122223333"}"#,
        r#"{"Service":"ec2.amazonaws.com"}"#,
        r#"{"Federated":"accounts.google.com"}"#,
    ];
    let (mut wrong, mut impossible) = (Vec::new(), 0);
    let (requesters, axioms) = (requesters(), FactSets { safe: true, heuristics: false });
    let step = if std::env::var_os("IAMSAT_ALL_PRINCIPALS").is_some() { 1 } else { 5 };
    for (i, (first, first_values)) in KEYS.iter().enumerate() {
        for (j, (second, second_values)) in KEYS[..i].iter().enumerate() {
            let keys = Keys::new([*first, *second]);
            for case in 0..4 {
                let absent = [case & 1 == 1, case & 2 == 2];
                for principal in principals.iter().skip((i + j + case) % step).step_by(step) {
                    let new = format!(
                        r#""Principal":{principal},"Condition":{{"Null":{{"{first}":"{}","{second}":"{}"}}}}"#,
                        absent[0], absent[1]
                    );
                    let answer = ask(&new, "", Options::default());
                    let new = policy(&new);
                    let options = evaluate::Options::for_documents(&[&new]);
                    let values = |absent: bool, list: &'static [&'static str]| -> Vec<Vec<&'static str>> {
                        if absent { vec![vec![]] } else { list.iter().map(|v| vec![*v]).collect() }
                    };
                    let possible = requesters.iter().any(|requester| {
                        values(absent[0], first_values).into_iter().any(|a| {
                            values(absent[1], second_values).into_iter().any(|b| {
                                let mut request = Request::new("s3:GetObject", "*")
                                    .with(first, a.clone())
                                    .with(second, b)
                                    .by(requester.clone());
                                for (key, derived) in requester.derived_context() {
                                    if [*first, *second].contains(&key) {
                                        // A key that follows from the requester has this value or none.
                                        let wanted = request.values(key).is_some();
                                        if let (Some(value), true) = (derived, wanted) {
                                            request.set(key, vec![value.into_owned()]);
                                        }
                                    }
                                }
                                request.inconsistencies_among(&keys, &axioms).is_empty()
                                    && evaluate(&[&new], &request, &options).decision == Decision::Allowed
                            })
                        })
                    });
                    impossible += usize::from(!possible);
                    let expected = if possible { "FAIL" } else { "PASS" };
                    if answer.verdict.name() != expected {
                        wrong.push(format!("{expected}: {} {:?}", new.source.text(), answer.verdict));
                    }
                }
            }
        }
    }
    assert!(impossible > 1000 / step, "{impossible}");
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}
