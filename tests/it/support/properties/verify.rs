//! Certificates are verified, and a changed one is refused or has a true claim.
//!
//! A text that starts with `{` is a certificate; anything else is a stream of choices.

use crate::support::document;
use crate::support::policies::{Policy, Statement, some_keys};
use arbitrary::{Result, Unstructured};
use iamsat::check::{
    Access, Options, access_not_granted, denied_difference, find, no_more_through, no_new_access,
};
use iamsat::policy::{Document, PolicyType};
use iamsat::solve::Verdict;
use iamsat::verify::{Claim, Limits, Outcome, verify};
use serde_json::{Value, json};

pub(crate) fn holds(data: &[u8]) {
    if data.starts_with(b"{") {
        says_something_true(&String::from_utf8_lossy(data));
        return;
    }
    // An input with too few bytes for a choice is skipped.
    let _ = tampered(&mut Unstructured::new(data));
}

fn tampered(u: &mut Unstructured<'_>) -> Result<()> {
    let keys = some_keys(u)?;
    let resource_policy = u.arbitrary()?;
    let new = Policy::arbitrary(u, &keys, resource_policy)?;
    let existing = if u.ratio(2, 3)? {
        new.plus(Statement::arbitrary(u, &keys, resource_policy)?)
    } else {
        Policy::arbitrary(u, &keys, resource_policy)?
    };
    let options = Options {
        policy_type: Some(if resource_policy { PolicyType::Resource } else { PolicyType::Identity }),
        aws_compat: u.ratio(1, 4)?,
        certificate: true,
        ..Options::default()
    };
    let answer = no_new_access(&new.document("new"), &existing.document("existing"), &options);
    let Some(certificate) = answer.certificate() else { return Ok(()) };
    let text = certificate.to_text();
    let outcome = verify(&text, &Limits::default());
    assert!(matches!(outcome, Outcome::Verified(_)), "{outcome:?}\n{text}");
    let changed = if u.ratio(1, 4)? {
        let mut bytes = text.into_bytes();
        let place = u.choose_index(bytes.len())?;
        bytes[place] = u.arbitrary()?;
        String::from_utf8_lossy(&bytes).into_owned()
    } else {
        let mut value: Value = serde_json::from_str(&text).unwrap();
        for _ in 0..u.int_in_range(1..=3)? {
            change(u, &mut value)?;
        }
        value.to_string()
    };
    says_something_true(&changed);
    Ok(())
}

fn says_something_true(certificate: &str) {
    // A little work is enough for so small a query.
    let limits = Limits { work: 20_000_000, ..Limits::default() };
    if let Outcome::Verified(claim) = verify(certificate, &limits) {
        is_true(&claim, certificate);
    }
}

/// Changes one thing somewhere in the value.
fn change(u: &mut Unstructured<'_>, value: &mut Value) -> Result<()> {
    match value {
        Value::Object(members) => {
            let place = u.choose_index(members.len().max(1))?;
            if let Some(member) = members.values_mut().nth(place) {
                change(u, member)?;
            }
        }
        Value::Array(list) if list.is_empty() => list.push(json!(u.int_in_range(0..=30)?)),
        Value::Array(list) => {
            let (a, b) = (u.choose_index(list.len())?, u.choose_index(list.len())?);
            match u.int_in_range(0..=7)? {
                0 => drop(list.remove(a)),
                1 => list.insert(a, list[b].clone()),
                2 => list.swap(a, b),
                _ => change(u, &mut list[a])?,
            }
        }
        Value::String(text) => {
            let words: Vec<&str> = text.split_inclusive([' ', '"', '/', ':']).collect();
            if words.is_empty() {
                *text = "0".to_owned();
                return Ok(());
            }
            let place = u.choose_index(words.len())?;
            let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
            match (words[place].trim().parse::<i64>(), u.int_in_range(0..=3)?) {
                (Ok(number), 0) => words[place] = format!("{} ", number.wrapping_neg()),
                (Ok(number), _) => {
                    words[place] = format!("{} ", number.wrapping_add(u.int_in_range(-3..=3)?))
                }
                (_, 0) => drop(words.remove(place)),
                (_, 1) => words[place] = words[u.choose_index(words.len())?].clone(),
                (_, 2) => words[place].insert(0, '*'),
                (_, _) => drop(words[place].pop()),
            }
            *text = words.concat();
        }
        Value::Number(number) => {
            let number = number.as_i64().unwrap_or_default();
            *value = json!(number.wrapping_add(u.int_in_range(-3..=3)?));
        }
        Value::Bool(flag) => *flag = !*flag,
        Value::Null => *value = json!(u.arbitrary::<bool>()?),
    }
    Ok(())
}

/// Checks that the search does not find the opposite of a verified claim.
fn is_true(claim: &Claim, certificate: &str) {
    let value: Value = serde_json::from_str(certificate).unwrap();
    let policies = |role: &str| -> Vec<Document> {
        let list = value[role].as_array().into_iter().flatten();
        list.map(|policy| document("p", policy["text"].as_str().unwrap())).collect()
    };
    let flag = |name: &str| value["options"][name].as_bool();
    let options = Options {
        policy_type: PolicyType::from_name(value["policyType"].as_str().unwrap()),
        strict_arn: flag("strictArn").unwrap(),
        aws_compat: flag("awsCompat").unwrap(),
        assume_heuristics: flag("assumeHeuristics").unwrap(),
        boundary: flag("boundary"),
        ..Options::default()
    };
    let (asked, within, without) = (policies("policies"), policies("within"), policies("without"));
    let set = value["policies"][0]["set"].as_str();
    if set.is_some() || value["besideOthers"].is_array() {
        return is_true_beside_others(claim, [&asked[0], &without[0]], set, &options);
    }
    let answer = match value["access"].as_array() {
        // Requests that some documents allow and others do not.
        None => find(&asked, &within, &without, &options),
        Some(entries) => {
            let entry = |entry: &Value| {
                let texts =
                    |name: &str| -> Vec<String> { serde_json::from_value(entry[name].clone()).unwrap() };
                Access::new(texts("actions"), texts("resources")).unwrap()
            };
            let access: Vec<Access> = entries.iter().map(entry).collect();
            access_not_granted(&asked[0], &access, &options)
        }
    };
    let contradicts = match answer.verdict {
        Verdict::Fail(_) => claim.answer == "PASS",
        Verdict::Pass(_) => claim.answer == "FAIL",
        Verdict::Unknown(_) => false,
    };
    assert!(!contradicts, "{}, but {}\n{certificate}", claim.sentence, answer.verdict.name());
}

/// Does the same as [`is_true`] for a certificate about beside-others, or about one set of it.
fn is_true_beside_others(claim: &Claim, [one, other]: [&Document; 2], set: Option<&str>, options: &Options) {
    let is_denied = set == Some("denied");
    let (new, existing) = if is_denied { (other, one) } else { (one, other) };
    let name = no_more_through(new, existing, options).verdict.name();
    let shows_denied = || !denied_difference(existing, new, options).groups.is_empty();
    let contradicts = match (claim.answer, claim.beside_others.is_empty()) {
        ("FAIL", _) => name == "PASS",
        (_, false) => name == "FAIL",
        (_, true) => is_denied && shows_denied(),
    };
    assert!(
        !contradicts,
        "{}, but {name}\n{}\n{}",
        claim.sentence,
        new.source.text(),
        existing.source.text()
    );
}
