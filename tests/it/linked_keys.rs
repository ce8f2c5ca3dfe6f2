//! Keys that hold one fact in two spellings (S10: the id and the paths of an organization, S11: the two times) where policy
//! variables tell their spellings apart: every pair of statements, in both directions, is decided or open for a named reason.

use crate::support::document;
use iamsat::check::{Answer, Judging, Options, no_new_access};
use iamsat::code::Code;
use iamsat::policy::{Document, PolicyType};
use iamsat::solve::{UnknownReason, Verdict};
use iamsat::verify;

/// Statements without Effect and Action.
const ORGANIZATIONS: [&str; 10] = [
    r#""Resource":"*""#,
    r#""Resource":"*","Condition":{"Null":{"aws:PrincipalOrgID":"false"}}"#,
    r#""Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-abc"}}"#,
    r#""Resource":"*","Condition":{"ForAllValues:StringLike":{"aws:PrincipalOrgPaths":"o-abc/*"}}"#,
    r#""Resource":"*","Condition":{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"${aws:PrincipalTag/org}/*"}}"#,
    r#""Resource":"*","Condition":{"ForAnyValue:StringNotLike":{"aws:PrincipalOrgPaths":"${aws:PrincipalTag/org}/*"}}"#,
    r#""Resource":"*","Condition":{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"${aws:PrincipalOrgID}/*"}}"#,
    r#""Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"${aws:PrincipalTag/org}"}}"#,
    r#""Resource":"*","Condition":{"StringLike":{"aws:PrincipalTag/org":"${aws:PrincipalOrgID}*"}}"#,
    r#""Resource":"arn:aws:s3:::b/${aws:PrincipalOrgID}/*""#,
];

/// As [`ORGANIZATIONS`].
const TIMES: [&str; 7] = [
    r#""Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"2020-06-30T00:00:00Z"}}"#,
    r#""Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2020-06-30T00:00:00.5Z"}}"#,
    r#""Resource":"*","Condition":{"NumericLessThan":{"aws:EpochTime":"1593475200.5"}}"#,
    r#""Resource":"arn:aws:s3:::b/${aws:EpochTime}""#,
    r#""Resource":"arn:aws:s3:::b/1${aws:EpochTime}","Condition":{"DateLessThan":{"aws:CurrentTime":"2020-06-30T00:00:00Z"}}"#,
    r#""Resource":"arn:aws:s3:::b/${aws:CurrentTime}","Condition":{"NumericGreaterThan":{"aws:EpochTime":"1593475200"}}"#,
    r#""Resource":"*","Condition":{"StringLike":{"aws:PrincipalTag/t":"${aws:EpochTime}"}}"#,
];

fn policy(statement: &str) -> Document {
    let statement = format!(r#"{{"Effect":"Allow","Action":"*",{statement}}}"#);
    document("linked", &format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#))
}

fn ask(new: &str, existing: &str) -> Answer {
    let policy_type = Some(PolicyType::Identity);
    let options = Options { policy_type, judging: Judging::Alone, certificate: true, ..Options::default() };
    no_new_access(&policy(new), &policy(existing), &options)
}

/// A witness is confirmed by the referee, whose facts link the keys, so a FAIL needs no further check here.
#[test]
fn every_pair_is_decided_or_open_for_a_reason() {
    let mut wrong = Vec::new();
    for (new, existing) in [&ORGANIZATIONS[..], &TIMES]
        .into_iter()
        .flat_map(|world| world.iter().flat_map(move |new| world.iter().map(move |existing| (new, existing))))
    {
        let answer = ask(new, existing);
        let fault = match &answer.verdict {
            Verdict::Pass(_) => {
                let certificate = answer.certificate().unwrap().to_text();
                let outcome = verify::verify(&certificate, &verify::Limits::default());
                (!matches!(outcome, verify::Outcome::Verified(_))).then(|| format!("{outcome:?}"))
            }
            Verdict::Fail(_) => (new == existing).then(|| "a policy allows more than itself".to_owned()),
            Verdict::Unknown(unknown) => {
                let is_named = |reason: &UnknownReason| {
                    matches!(
                        reason,
                        UnknownReason::Opaque { rule: Code::PolicyVariable | Code::FractionOfASecond, .. }
                    )
                };
                (!unknown.reasons.iter().all(is_named)).then(|| format!("{:?}", unknown.reasons))
            }
        };
        wrong.extend(fault.map(|fault| format!("{new} against {existing}: {fault}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_pattern_of_the_id_and_its_paths_says_what_the_link_says() {
    let of_id = ORGANIZATIONS[6];
    let [anybody, in_some, in_one, by_paths, by_tag] = [0, 1, 2, 3, 4].map(|at| ORGANIZATIONS[at]);
    let cases = [
        // Every path starts with the id, and there is one wherever there is an id.
        (in_some, of_id, "PASS"),
        (in_one, of_id, "PASS"),
        (of_id, in_some, "PASS"),
        (of_id, in_one, "FAIL"),
        (anybody, of_id, "FAIL"),
        // The tag may be any id.
        (by_tag, in_one, "FAIL"),
        (by_tag, by_paths, "FAIL"),
        (by_tag, of_id, "PASS"),
        (of_id, by_tag, "FAIL"),
    ];
    for (new, existing, expected) in cases {
        let verdict = ask(new, existing).verdict;
        assert_eq!(verdict.name(), expected, "{new} against {existing}: {verdict:?}");
    }
}

#[test]
fn a_witness_keeps_the_time_that_stands_in_a_pattern() {
    let Verdict::Fail(findings) = ask(TIMES[4], TIMES[6]).verdict else { panic!("not allowed anew") };
    let request = findings[0].witness.request();
    let epoch = &request.values("aws:EpochTime").unwrap()[0];
    assert_eq!(request.resource, format!("arn:aws:s3:::b/1{epoch}"));
}
