//! Every PASS of the corpus is certified, and certificates that were tampered with are not verified.

use crate::support::policies::{Policy, Statement, some_keys};
use crate::support::{corpus, document, labelled};
use arbitrary::Unstructured;
use iamsat::check::{Access, Options, access_not_granted, no_new_access};
use iamsat::policy::{Document, Effect, PolicyType};
use iamsat::request::KEY_TABLE_VERSION;
use iamsat::solve::{UnknownReason, Verdict};
use iamsat::verify::{Limits, Outcome, verify};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The verdict with and without verification, and the reason if it was not verified.
#[derive(Default)]
struct Tally {
    passes: usize,
    others: usize,
    not_verified: Vec<String>,
}

impl Tally {
    fn check(&mut self, name: &str, new: &Document, existing: &Document, options: &Options) {
        let options = Options { certify: true, ..options.clone() };
        let answer = no_new_access(new, existing, &options);
        match &answer.verdict {
            Verdict::Pass(_) => self.passes += 1,
            Verdict::Unknown(unknown) => {
                let why = unknown.reasons.iter().find_map(|reason| match reason {
                    UnknownReason::NotVerified(why) => Some(why),
                    _ => None,
                });
                match why {
                    Some(why) => self.not_verified.push(format!("{name}: {why}")),
                    None => self.others += 1,
                }
            }
            Verdict::Fail(_) => self.others += 1,
        }
    }

    fn expect_all(&self) {
        println!("{} PASS certified, {} other answers", self.passes, self.others);
        assert!(self.passes > 0);
        assert!(
            self.not_verified.is_empty(),
            "{} not verified\n{}",
            self.not_verified.len(),
            self.not_verified.join("\n")
        );
    }
}

fn managed() -> Vec<(String, Document)> {
    let Some(corpus) = corpus() else { return Vec::new() };
    let mut files: Vec<_> =
        std::fs::read_dir(corpus.join("managed")).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    let read = |file: &std::path::PathBuf| {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let policy = document(&name, &std::fs::read_to_string(file).unwrap());
        (name, policy)
    };
    files.iter().map(read).collect()
}

#[test]
fn managed_policies_are_certified_against_themselves_and_their_neighbours() {
    let managed = managed();
    if managed.is_empty() {
        return;
    }
    let mut tally = Tally::default();
    for (name, whole) in &managed {
        tally.check(&format!("{name} itself"), whole, whole, &Options::default());
        let allow = whole.statements.iter().rposition(|s| s.effect.value == Effect::Allow);
        if let (Some(allow), true) = (allow, whole.statements.len() > 1) {
            let mut statements = whole.statements.to_vec();
            statements.remove(allow);
            let shorter = whole.with_statements(statements);
            tally.check(&format!("{name} shortened"), &shorter, whole, &Options::default());
            tally.check(&format!("{name} against shortened"), whole, &shorter, &Options::default());
        }
    }
    for pair in managed.windows(2) {
        let [(a, new), (b, existing)] = pair else { continue };
        tally.check(&format!("{a} {b}"), new, existing, &Options::default());
        tally.check(&format!("{b} {a}"), existing, new, &Options::default());
    }
    tally.expect_all();
}

#[test]
fn labelled_cases_are_certified() {
    let Some(corpus) = corpus() else { return };
    let mut tally = Tally::default();
    for file in ["reference_cases.ndjson", "mutants.ndjson"] {
        for case in labelled(&corpus.join(file)) {
            let options = Options { policy_type: case.policy_type, ..Options::default() };
            tally.check(&case.id, &case.new, &case.existing, &options);
        }
    }
    tally.expect_all();
}

/// Random policies about the same keys, under all options; `IAMSAT_PAIRS` and `IAMSAT_SEED` as for small worlds.
#[test]
fn random_policies_are_certified_under_all_options() {
    let number = |name: &str| std::env::var(name).ok().and_then(|n| n.parse::<u64>().ok());
    let (pairs, first) = (number("IAMSAT_PAIRS").unwrap_or(250), number("IAMSAT_SEED").unwrap_or(1));
    let mut tally = Tally::default();
    for seed in first..first + pairs {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let bytes: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        })
        .take(2_000)
        .collect();
        let mut u = Unstructured::new(&bytes);
        let mut pair = || -> arbitrary::Result<(Document, Document, Options)> {
            let keys = some_keys(&mut u)?;
            let resource_policy = u.arbitrary()?;
            let new = Policy::arbitrary(&mut u, &keys, resource_policy)?;
            let mut existing = new.clone();
            if u.ratio(1, 2)? {
                existing = Policy::arbitrary(&mut u, &keys, resource_policy)?;
            }
            let existing = existing.plus(Statement::arbitrary(&mut u, &keys, resource_policy)?);
            let options = Options {
                policy_type: Some(if resource_policy { PolicyType::Resource } else { PolicyType::Identity }),
                strict_arn: u.ratio(1, 3)?,
                aws_compat: u.ratio(1, 3)?,
                assume_heuristics: u.ratio(1, 3)?,
                boundary: *u.choose(&[None, None, Some(false), Some(true)])?,
                ..Options::default()
            };
            Ok((new.document("new"), existing.document("existing"), options))
        };
        let (new, existing, options) = pair().unwrap();
        let show = format!("seed {seed} {options:?}\n{}\n{}\n", new.source.text(), existing.source.text());
        tally.check(&show, &new, &existing, &options);
    }
    tally.expect_all();
}

/// Operators of several types on one key outside the key table: the verifier decides everything that the search decides.
#[test]
fn operators_of_several_types_on_one_key_are_certified() {
    const TESTS: [(&str, &str); 24] = [
        ("StringLike", "arn:aws:s3:::*"),
        ("StringLike", "1*"),
        ("StringLike", "2020-0*"),
        ("StringLike", "?????x*"),
        ("StringLike", "10.0.*"),
        ("StringLike", "*:*"),
        ("StringEquals", "10"),
        ("StringNotLike", "1*"),
        ("StringNotEquals", "10.0.0.7"),
        ("StringNotLike", "*.*"),
        ("ArnLike", "arn:aws:s3:::*"),
        ("ArnNotLike", "arn:aws:*:*:*:*"),
        ("NumericLessThan", "100"),
        ("NumericEquals", "10"),
        ("NumericNotEquals", "10"),
        ("DateLessThan", "2021-01-01"),
        ("DateGreaterThanEquals", "2020-06-30T00:00:00Z"),
        ("DateNotEquals", "2020-06-30"),
        ("IpAddress", "10.0.0.0/8"),
        ("IpAddress", "10.0.0.4/30"),
        ("IpAddress", "2001:db8::/32"),
        ("NotIpAddress", "10.0.0.0/9"),
        ("Bool", "true"),
        ("Null", "false"),
    ];
    let mut state = 7u64;
    let mut below = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    let mut policy = |name: &str, most: usize| {
        let mut condition = serde_json::Map::new();
        for _ in 0..below(most + 1) {
            let (operator, value) = TESTS[below(TESTS.len())];
            let if_exists = if operator != "Null" && below(4) == 0 { "IfExists" } else { "" };
            condition.insert(format!("{operator}{if_exists}"), json!({"custom:k": value}));
        }
        let statement =
            json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": condition});
        document(name, &json!({"Version": "2012-10-17", "Statement": [statement]}).to_string())
    };
    let mut tally = Tally::default();
    for _ in 0..600 {
        let (new, existing) = (policy("new", 4), policy("existing", 2));
        let show = format!("{}\n{}", new.source.text(), existing.source.text());
        tally.check(&show, &new, &existing, &Options::default());
    }
    tally.expect_all();
}

// ---- tampering ----

const OLD: &str = r#"{"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Action":["s3:Get*","s3:PutObject"],"Resource":"arn:aws:s3:::reports/*"},
  {"Effect":"Allow","Action":"s3:List*","Resource":"*",
   "Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"},"NumericLessThan":{"s3:max-keys":"100"}}},
  {"Effect":"Allow","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::home/${aws:username}/*"},
  {"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::reports/secret/*"}]}"#;
const NEW: &str = r#"{"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Action":["s3:GetObject","s3:GetObjectAcl","s3:PutObject"],"Resource":"arn:aws:s3:::reports/20*"},
  {"Effect":"Allow","Action":"s3:ListBucket","Resource":"*",
   "Condition":{"IpAddress":{"aws:SourceIp":["10.0.0.0/9","10.200.0.0/16"]},"NumericLessThanEquals":{"s3:max-keys":"50"}}},
  {"Effect":"Allow","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::home/${aws:username}/drafts/*"},
  {"Effect":"Deny","Action":"*","Resource":["arn:aws:s3:::reports/s*","arn:aws:s3:::reports/20*/secret"]}]}"#;

fn certificate(new: &str, existing: &str) -> Value {
    let options = Options { certificate: true, certify: true, ..Options::default() };
    let answer = no_new_access(&document("new.json", new), &document("old.json", existing), &options);
    let text = answer.certificate().unwrap_or_else(|| panic!("{:?}", answer.verdict)).to_text();
    serde_json::from_str(&text).unwrap()
}

fn outcome(certificate: &Value) -> Outcome {
    verify(&certificate.to_string(), &Limits::default())
}

fn is_verified(certificate: &Value) -> bool {
    matches!(outcome(certificate), Outcome::Verified(_))
}

#[test]
fn a_pass_is_verified_and_says_what_was_proved() {
    let pass = certificate(NEW, OLD);
    let Outcome::Verified(claim) = outcome(&pass) else { panic!("{:?}", outcome(&pass)) };
    let sentence = claim.sentence;
    assert!(
        sentence.starts_with(
            "PASS: no request is allowed by new.json (sha256 649fd46823948c5a) and not by old.json (sha256 a682e07c7c2842a1) \
             (read as identity policy or SCP), assuming unlisted-keys-are-single-valued, variable-values-are-literal, by "
        ),
        "{sentence}"
    );
    assert!(pass["evidence"]["lemmas"].as_array().unwrap().len() >= 5);
    // The same query gives the same bytes.
    assert_eq!(pass, certificate(NEW, OLD));
}

#[test]
fn another_claim_is_refused() {
    let pass = certificate(NEW, OLD);
    let changes: [(&str, Value); 10] = [
        ("/format", json!("certificate")),
        ("/check", json!("check-access-not-granted")),
        ("/check", json!("check-anything")),
        ("/policyType", json!("POLICY")),
        ("/options/assumeHeuristics", json!(true)),
        ("/options/awsCompat", json!(true)),
        ("/assumptions", json!([])),
        ("/axioms", json!(["shapes"])),
        ("/access", json!([{"actions": ["s3:*"], "resources": []}])),
        ("/evidence/result", json!("FAIL")),
    ];
    for (pointer, value) in changes {
        let mut changed = pass.clone();
        match changed.pointer_mut(pointer) {
            Some(place) => *place = value.clone(),
            None => changed[pointer.trim_start_matches('/')] = value.clone(),
        }
        let outcome = outcome(&changed);
        assert!(matches!(outcome, Outcome::Refused(_)), "{pointer} {value}: {outcome:?}");
    }
    for (pointer, value) in [("/version", 999), ("/keyTableVersion", 999)] {
        let mut changed = pass.clone();
        *changed.pointer_mut(pointer).unwrap() = json!(value);
        assert!(matches!(outcome(&changed), Outcome::Inconclusive(_)), "{pointer}");
    }
    // Another claim is true for the same reasons: no pattern has wildcards before its last field.
    let mut other = pass.clone();
    other["options"]["strictArn"] = json!(true);
    assert!(is_verified(&other));
    // A policy without principals is not a resource policy.
    other["policyType"] = json!("RESOURCE_POLICY");
    assert!(matches!(outcome(&other), Outcome::Refused(_)));
    let mut more = pass;
    more["proved"] = json!(true);
    assert!(matches!(outcome(&more), Outcome::Refused(_)));
}

#[test]
fn other_policies_are_refused() {
    let pass = certificate(NEW, OLD);
    let changes = [
        (0, "s3:GetObjectAcl", "s3:DeleteObject"),
        (0, "reports/20*\"},", "reports/*\"},"),
        (0, "10.200.0.0/16", "11.0.0.0/16"),
        (0, "\"50\"", "\"100\""),
        (0, "/drafts/*", "*"),
        (0, "reports/s*", "reports/t*"),
        (1, "10.0.0.0/8", "10.0.0.0/10"),
        (1, "s3:Get*", "s3:GetB*"),
        (1, "\"Deny\",\"Action\":\"s3:*\"", "\"Deny\",\"Action\":\"s3:*\",\"Sid\":\"a"),
        (1, "${aws:username}", "${aws:userid}"),
        (1, "reports/secret", "reports"),
    ];
    for (policy, from, to) in changes {
        let mut changed = pass.clone();
        let text = &mut changed[["policies", "without"][policy]][0]["text"];
        let new = text.as_str().unwrap().replacen(from, to, 1);
        assert_ne!(text.as_str().unwrap(), new, "{from}");
        *text = json!(new);
        let outcome = outcome(&changed);
        assert!(matches!(outcome, Outcome::Refused(_)), "{policy} {from}: {outcome:?}");
    }
    let mut swapped = pass.clone();
    (swapped["policies"], swapped["without"]) = (pass["without"].clone(), pass["policies"].clone());
    assert!(!is_verified(&swapped));
    // The same proof answers no other query.
    for (from, to) in [("without", "within"), ("without", "policies"), ("policies", "without")] {
        for check in ["check-no-new-access", "check-access-not-granted", "find"] {
            let mut moved = pass.clone();
            let documents = moved[from].take();
            moved.as_object_mut().unwrap().remove(from);
            let all = moved.as_object_mut().unwrap().entry(to).or_insert_with(|| json!([]));
            all.as_array_mut().unwrap().extend(documents.as_array().unwrap().iter().cloned());
            moved["check"] = json!(check);
            assert!(matches!(outcome(&moved), Outcome::Refused(_)), "{from} {to} {check}");
        }
    }
}

/// Adapts the text of a changed lemma to the change, so that only the truth of the lemma remains to be checked.
fn with_says(mut certificate: Value, place: usize) -> Value {
    // The verifier refuses a lemma whose text differs from its numbers, so the text follows the change.
    certificate["evidence"]["lemmas"][place]["says"] = json!(says(&certificate, place));
    certificate
}

fn says(certificate: &Value, place: usize) -> String {
    // The texts of atoms are taken from the other lemmas of all certificates about the same query.
    let lemma = &certificate["evidence"]["lemmas"][place];
    let names = atom_names(certificate);
    let text = |n: &Value| names.get(&n.as_u64().unwrap()).cloned().unwrap_or_default();
    let pass = lemma["pass"].as_array().unwrap().iter().map(text);
    let fail = lemma["fail"].as_array().unwrap().iter().map(|n| format!("not {}", text(n)));
    format!("never: {}", pass.chain(fail).collect::<Vec<_>>().join(" and "))
}

fn atom_names(certificate: &Value) -> BTreeMap<u64, String> {
    let mut names = BTreeMap::new();
    for lemma in certificate["evidence"]["lemmas"].as_array().unwrap() {
        let said = lemma["says"].as_str().unwrap().trim_start_matches("never: ");
        let numbers = ["pass", "fail"].iter().flat_map(|list| lemma[*list].as_array().unwrap());
        for (number, text) in numbers.zip(said.split(" and ")) {
            names.insert(number.as_u64().unwrap(), text.trim_start_matches("not ").to_owned());
        }
    }
    names
}

#[test]
fn other_lemmas_are_refused() {
    let pass = certificate(NEW, OLD);
    let count = pass["evidence"]["lemmas"].as_array().unwrap().len();
    for place in 0..count {
        let mut dropped = pass.clone();
        dropped["evidence"]["lemmas"].as_array_mut().unwrap().remove(place);
        assert!(!is_verified(&dropped), "lemma {place} dropped");
        let mut renamed = pass.clone();
        renamed["evidence"]["lemmas"][place]["says"] = json!("never: action ~ *");
        assert!(!is_verified(&renamed), "lemma {place} renamed");
        for list in ["pass", "fail"] {
            for at in 0..pass["evidence"]["lemmas"][place][list].as_array().unwrap().len() {
                // A lemma without one of its tests claims more. All lemmas are minimal, so it is then wrong.
                let mut stronger = pass.clone();
                stronger["evidence"]["lemmas"][place][list].as_array_mut().unwrap().remove(at);
                let stronger = with_says(stronger, place);
                let outcome = outcome(&stronger);
                let said = format!("lemma {}: ", place + 1);
                assert!(
                    matches!(&outcome, Outcome::Refused(why) | Outcome::Inconclusive(why) if why.starts_with(&said)),
                    "lemma {place} without its {list} {at}: {outcome:?}"
                );
            }
        }
        let mut turned = pass.clone();
        let lemma = &mut turned["evidence"]["lemmas"][place];
        let (a, b) = (lemma["pass"].clone(), lemma["fail"].clone());
        (lemma["pass"], lemma["fail"]) = (b, a);
        assert!(!is_verified(&with_says(turned, place)), "lemma {place} turned around");
    }
}

/// Replaces one constant by another everywhere in a certificate: policies, lemmas and proof still fit together, but some lemma is
/// no longer true. Each case: statements of NEW and OLD without Effect, the constant, and its replacement.
#[test]
fn lemmas_that_became_wrong_are_refused() {
    let condition = |text: &str| format!(r#""Action":"*","Resource":"*","Condition":{{{text}}}"#);
    let resource = |text: &str| format!(r#""Action":"*","Resource":{text}"#);
    let both = |first: &str, second: &str| format!("{},{second}", resource(first));
    let nothing = || r#""Action":"no:Thing","Resource":"*""#.to_owned();
    let cases = [
        // Texts that operators of several types interpret.
        (
            condition(r#""StringEquals":{"ex:k":"5000"},"NumericLessThan":{"ex:k":"1300"}"#),
            nothing(),
            "1300",
            "7700",
        ),
        (
            condition(r#""StringLike":{"ex:k":"500?"},"NumericLessThan":{"ex:k":"5000"}"#),
            nothing(),
            "5000",
            "5005",
        ),
        (
            condition(r#""StringEquals":{"ex:k":"2024-05-05"},"DateLessThan":{"ex:k":"2023-03-03"}"#),
            nothing(),
            "2024-05-05",
            "2022-05-05",
        ),
        (
            condition(r#""StringEquals":{"ex:k":"10.1.2.3"},"IpAddress":{"ex:k":"11.0.0.0/8"}"#),
            nothing(),
            "10.1.2.3",
            "11.1.2.3",
        ),
        (
            condition(r#""StringEquals":{"ex:k":"10.1.2.3"},"NotIpAddress":{"ex:k":"10.0.0.0/8"}"#),
            nothing(),
            "10.1.2.3",
            "11.1.2.3",
        ),
        // Numbers, instants, addresses.
        (
            condition(r#""NumericLessThan":{"aws:MultiFactorAuthAge":"1300"}"#),
            condition(r#""NumericLessThan":{"aws:MultiFactorAuthAge":"1700"}"#),
            "1700",
            "1200",
        ),
        (
            condition(r#""DateGreaterThan":{"aws:CurrentTime":"2024-05-05T00:00:00Z"}"#),
            condition(r#""DateGreaterThanEquals":{"aws:CurrentTime":"2024-05-05T00:00:00Z"}"#),
            "DateGreaterThanEquals",
            "DateLessThanEquals",
        ),
        (
            condition(r#""IpAddress":{"aws:SourceIp":"10.16.0.0/13"}"#),
            condition(r#""IpAddress":{"aws:SourceIp":"10.16.0.0/12"}"#),
            "10.16.0.0/12",
            "10.16.0.0/14",
        ),
        // Patterns, and patterns with the values of keys.
        (resource(r#""arn:aws:s3:::b/abc*""#), resource(r#""arn:aws:s3:::b/ab*""#), "/ab*", "/az*"),
        (
            resource(r#""arn:aws:s3:::b/${aws:username}/x""#),
            resource(r#""arn:aws:s3:::b/*/x""#),
            "/*/x",
            "/*/y",
        ),
        (
            both(r#""arn:aws:s3:::b/${ex:k}""#, r#""Condition":{"StringLike":{"ex:k":"abc*"}}"#),
            resource(r#""arn:aws:s3:::b/ab*""#),
            "/ab*",
            "/az*",
        ),
        (
            both(r#""arn:aws:s3:::b/${ex:k}""#, r#""Condition":{"StringEquals":{"ex:k":["one","two"]}}"#),
            resource(r#"["arn:aws:s3:::b/one","arn:aws:s3:::b/two"]"#),
            "/two",
            "/six",
        ),
    ];
    for (new, existing, from, to) in cases {
        let policy =
            |part: &str| format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow",{part}}}]}}"#);
        let pass = certificate(&policy(&new), &policy(&existing));
        assert!(
            is_verified(&pass) && pass["evidence"]["result"] == "PASS",
            "{new} {existing}: {:?}",
            outcome(&pass)
        );
        let (from, to) = (json!(from).to_string(), json!(to).to_string());
        let text = pass.to_string().replace(from.trim_matches('"'), to.trim_matches('"'));
        let outcome = verify(&text, &Limits::default());
        // The verifier has no complete method for keys that operators of several types test, nor for values of other keys.
        let knows_all = !new.contains("ex:k") && !new.contains("${");
        assert!(
            matches!(&outcome, Outcome::Refused(why) if knows_all && why.starts_with("lemma "))
                || matches!(&outcome, Outcome::Inconclusive(why) if !knows_all && why.starts_with("lemma ")),
            "{new} {existing} with {to} for {from}: {outcome:?}"
        );
    }
}

/// Changes every number of every step in several ways: the certificate is refused, or the proof is still valid. A verified mutant
/// has the same claim in any case, so there must only be few of them.
#[test]
fn other_proof_steps_are_refused() {
    let pass = certificate(NEW, OLD);
    let lines: Vec<String> = serde_json::from_value(pass["evidence"]["proof"].clone()).unwrap();
    assert!(lines.len() > 5);
    let (mut refused, mut still_true) = (0, 0);
    let mut try_lines = |lines: Vec<String>| {
        let mut changed = pass.clone();
        changed["evidence"]["proof"] = json!(lines);
        if is_verified(&changed) { still_true += 1 } else { refused += 1 }
    };
    for (place, line) in lines.iter().enumerate() {
        let mut without = lines.clone();
        without.remove(place);
        try_lines(without);
        let words: Vec<&str> = line.split(' ').collect();
        for at in 0..words.len() {
            let number: i64 = words[at].parse().unwrap();
            for other in [-number, number + 1, number - 1, 0, 1 << 40] {
                if other == number {
                    continue;
                }
                let mut words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
                words[at] = other.to_string();
                let mut changed = lines.clone();
                changed[place] = words.join(" ");
                try_lines(changed);
            }
        }
    }
    try_lines(Vec::new());
    try_lines(vec!["1 0 0".to_owned()]);
    println!("{refused} refused, {still_true} still a proof");
    assert!(still_true * 20 < refused, "{refused} refused, {still_true} still a proof");
}

#[test]
fn deletions_are_obeyed() {
    let mut pass = certificate(NEW, OLD);
    let lines: Vec<String> = serde_json::from_value(pass["evidence"]["proof"].clone()).unwrap();
    let first: u64 = lines[0].split(' ').next().unwrap().parse().unwrap();
    let last_hints: Vec<&str> = lines.last().unwrap().rsplit(" 0 ").next().unwrap().split(' ').collect();
    let used = last_hints[0];
    let mut with = lines.clone();
    with.insert(lines.len() - 1, format!("{} d {used} 0", first));
    pass["evidence"]["proof"] = json!(with);
    assert!(!is_verified(&pass), "a deleted clause is used");
    // A step that is no longer used may be removed.
    let all: String = lines[1..].join(" ");
    let unused = (1..first).find(|n| !all.split(' ').any(|word| word == n.to_string())).unwrap();
    let mut with = lines.clone();
    with.insert(1, format!("{first} d {unused} 0"));
    pass["evidence"]["proof"] = json!(with);
    assert!(is_verified(&pass), "{:?}", outcome(&pass));
}

#[test]
fn a_fail_is_replayed() {
    let fail = certificate(OLD, NEW);
    let Outcome::Verified(claim) = outcome(&fail) else { panic!("{:?}", outcome(&fail)) };
    let sentence = claim.sentence;
    assert!(
        sentence.starts_with(
            "FAIL: some request is allowed by new.json (sha256 a682e07c7c2842a1) and not by old.json"
        ),
        "{sentence}"
    );
    let changes: [(&str, Value); 6] = [
        ("/evidence/findings/0/statement", json!(3)),
        ("/evidence/findings/0/statement", json!(77)),
        ("/evidence/findings/0/request/action", json!("s3:GetObject")),
        ("/evidence/findings/0/request/resource", json!("nothing")),
        ("/evidence/findings/0/request/requester", json!({"type": "nobody"})),
        ("/evidence/findings", json!([])),
    ];
    for (pointer, value) in changes {
        let mut changed = fail.clone();
        let place = changed.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}"));
        if *place == value {
            continue;
        }
        *place = value.clone();
        if pointer.ends_with("action") {
            changed["evidence"]["findings"][0]["request"]["resource"] = json!("arn:aws:s3:::reports/2024");
        }
        assert!(
            matches!(outcome(&changed), Outcome::Refused(_)),
            "{pointer} {value}: {:?}",
            outcome(&changed)
        );
    }
}

#[test]
fn access_that_is_not_granted_is_certified() {
    let access = [
        Access::new(["s3:DeleteBucket", "ec2:*"], [] as [&str; 0]).unwrap(),
        Access::new(["s3:PutObject"], ["arn:aws:s3:::payroll/*"]).unwrap(),
    ];
    let options = Options { certificate: true, certify: true, ..Options::default() };
    let answer = access_not_granted(&document("p.json", OLD), &access, &options);
    let mut pass: Value = serde_json::from_str(&answer.certificate().unwrap().to_text()).unwrap();
    assert!(is_verified(&pass), "{:?}", outcome(&pass));
    pass["access"][1]["resources"][0] = json!("arn:aws:s3:::reports/a");
    assert!(!is_verified(&pass));
    let access = [Access::new(["s3:PutObject"], ["arn:aws:s3:::reports/a"]).unwrap()];
    let answer = access_not_granted(&document("p.json", OLD), &access, &options);
    let mut fail: Value = serde_json::from_str(&answer.certificate().unwrap().to_text()).unwrap();
    assert!(is_verified(&fail), "{:?}", outcome(&fail));
    fail["access"][0]["actions"][0] = json!("s3:GetObject");
    assert!(!is_verified(&fail));
}

/// A proof has a limit on its work, whatever it contains.
#[test]
fn limits_end_every_check() {
    let pass = certificate(NEW, OLD).to_string();
    for work in [0, 1, 10, 100, 1_000] {
        let limits = Limits { work, ..Limits::default() };
        assert!(matches!(verify(&pass, &limits), Outcome::Inconclusive(_)), "{work}");
    }
    assert!(matches!(verify(&pass, &Limits { bytes: 10, ..Limits::default() }), Outcome::Inconclusive(_)));
    assert!(matches!(verify(&pass, &Limits { nodes: 3, ..Limits::default() }), Outcome::Inconclusive(_)));
    for cut in (0..pass.len()).step_by(37) {
        if let Some(part) = pass.get(..cut) {
            assert!(matches!(verify(part, &Limits::default()), Outcome::Refused(_)), "{cut}");
        }
    }
    for text in ["", "[]", "null", "{\"format\":1}", &"[".repeat(100_000), "\u{0}"] {
        assert!(matches!(verify(text, &Limits::default()), Outcome::Refused(_)));
    }
}

/// Certificates that were made to run forever end: they are refused, or stay undecided.
#[test]
fn hostile_certificates_end() {
    let pattern = |stars: usize| format!("arn:aws:s3:::{}", "*a?".repeat(stars));
    let policy = |stars: usize| {
        let resource = pattern(stars);
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"{resource}"}}}}"#
        )
    };
    let mut pass = certificate(&policy(2), &policy(2));
    // Each pattern is nearly a subset of the other; the product of their automata is large.
    pass["policies"][0]["text"] = json!(policy(400));
    pass["without"][0]["text"] = json!(policy(401));
    pass["evidence"] = json!({"result": "PASS", "variables": 0, "clauses": 0, "lemmas": [], "proof": []});
    let Outcome::Refused(why) = outcome(&pass) else { panic!("{:?}", outcome(&pass)) };
    let sizes: Vec<usize> =
        why.split(' ').filter_map(|word| word.trim_end_matches(',').parse().ok()).collect();
    pass["evidence"]["clauses"] = json!(sizes[0]);
    pass["evidence"]["variables"] = json!(sizes[1]);
    let atoms = format!("never: resource ~ {} and not resource ~ {}", pattern(400), pattern(401));
    let mut decided = 0;
    for a in 1..=sizes[1] {
        for b in 1..=sizes[1] {
            pass["evidence"]["lemmas"] = json!([{"says": atoms, "pass": [a], "fail": [b]}]);
            let limits = Limits { work: 3_000_000, ..Limits::default() };
            let outcome = verify(&pass.to_string(), &limits);
            assert!(!matches!(outcome, Outcome::Verified(_)));
            decided +=
                usize::from(!matches!(&outcome, Outcome::Refused(why) if why.contains("its text differs")));
        }
    }
    assert!(decided > 0, "the lemma was looked at");
    // A long proof that derives nothing.
    let mut long = certificate(NEW, OLD);
    let first: usize =
        long["evidence"]["proof"][0].as_str().unwrap().split(' ').next().unwrap().parse().unwrap();
    let nowhere: Vec<String> = (0..20_000).map(|n| format!("{} 1 -1 0 1 0", first + n)).collect();
    long["evidence"]["proof"] = json!(nowhere);
    assert!(matches!(outcome(&long), Outcome::Refused(_)));
}

/// A certificate of another version is refused before anything else is looked at, so a test that uses one tests nothing.
#[test]
fn stored_certificates_have_the_current_version() {
    let mut stored = 0;
    let mut directories = vec![PathBuf::from("tests/cases"), PathBuf::from("fuzz/regressions/verify")];
    while let Some(directory) = directories.pop() {
        // A published package has no fuzz directory.
        let Ok(entries) = std::fs::read_dir(&directory) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let Ok(certificate) = serde_json::from_str::<Value>(&text) else { continue };
            if let Some(version) = certificate.get("keyTableVersion") {
                assert_eq!(*version, json!(KEY_TABLE_VERSION), "{}", path.display());
                stored += 1;
            }
        }
    }
    assert!(stored > 5, "{stored} stored certificates");
}
