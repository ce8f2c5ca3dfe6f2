//! Every line of a batch, whatever it is, is answered by a line of JSON, in order.

use super::parse::damaged;
use crate::support::policies::{Policy, some_keys};
use arbitrary::{Result, Unstructured};
use iamsat::batch::Batch;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::num::NonZeroUsize;

/// Takes the bytes as the input of a run, and lines that the bytes make and then damage.
pub(crate) fn holds(data: &[u8]) {
    answered(data);
    let mut lines = Vec::new();
    let mut u = Unstructured::new(data);
    while lines.len() < 3
        && let Ok(line) = line(&mut u)
    {
        lines.push(line);
    }
    answered(lines.join("\n").as_bytes());
}

const IDS: &[&str] =
    &["1", "\"a\"", "null", "{\"a\":[1,2]}", "1e400", "\"\\ud800\"", "\"\u{2028}é\"", "[]", "-0"];
const ACCESS: &[&str] = &[
    r#"[{"actions":["s3:PutObject"]}]"#,
    r#"[{"resources":["*"]},{"actions":["s3:*"],"resources":["arn:aws:s3:::b/x"]}]"#,
    "[]",
    "[{}]",
    r#"[{"actions":[1]}]"#,
];
const SCRAPS: &[&str] =
    &["", "\"", "}", "{", ",", "\\", "\r", "\n", "\"id\":2,", "\"check\":0,", "null", "\u{feff}"];

/// A query, well-formed or not.
fn line(u: &mut Unstructured<'_>) -> Result<String> {
    let document = |u: &mut Unstructured<'_>| -> Result<String> {
        if u.ratio(1, 4)? {
            return damaged(u);
        }
        let (keys, with_principals) = (some_keys(u)?, u.arbitrary()?);
        let text = Policy::arbitrary(u, &keys, with_principals)?.text(u.arbitrary()?);
        Ok(if u.ratio(1, 3)? { json!(text).to_string() } else { text })
    };
    let mut members = vec![format!("\"id\":{}", u.choose(IDS)?)];
    if u.ratio(2, 3)? {
        members.push("\"check\":\"check-no-new-access\"".to_owned());
        members.push(format!("\"newPolicyDocument\":{}", document(u)?));
        members.push(format!("\"existingPolicyDocument\":{}", document(u)?));
    } else {
        members.push("\"check\":\"check-access-not-granted\"".to_owned());
        members.push(format!("\"policyDocument\":{}", document(u)?));
        members.push(format!("\"access\":{}", u.choose(ACCESS)?));
    }
    if u.ratio(1, 3)? {
        members
            .push(format!("\"policyType\":\"{}\"", u.choose(&["IDENTITY_POLICY", "RESOURCE_POLICY", ""])?));
    }
    let place = u.choose_index(members.len())?;
    members.swap(0, place);
    let mut line = format!("{{{}}}", members.join(","));
    for _ in 0..u.int_in_range(0..=2u8)? {
        let start = line.floor_char_boundary(u.choose_index(line.len().saturating_add(1))?);
        let end = if u.arbitrary()? { start } else { line.ceil_char_boundary(start.saturating_add(1)) };
        line.replace_range(start..end.min(line.len()), u.choose(SCRAPS)?);
    }
    Ok(line)
}

fn answered(input: &[u8]) {
    let (answers, any_failed) = run(Cursor::new(input.to_vec()));
    let show = || format!("{}\n{answers}", String::from_utf8_lossy(input));
    let mut lines: Vec<&[u8]> = input.split(|byte| *byte == b'\n').collect();
    lines.retain(|line| !line.iter().all(u8::is_ascii_whitespace));
    assert!(answers.is_empty() || answers.ends_with('\n'), "{}", show());
    let each: Vec<&str> = answers.split_terminator('\n').collect();
    assert_eq!(each.len(), lines.len(), "{}", show());
    let mut failed = false;
    for (line, answer) in lines.into_iter().zip(each) {
        failed |= is_answer(&String::from_utf8_lossy(line), answer);
    }
    assert_eq!(any_failed, failed, "{}", show());
    // The answers are the same however the input arrives.
    let slowly = Slowly(Cursor::new(input.to_vec()));
    assert_eq!(run(slowly), (answers.clone(), any_failed), "{}", show());
}

/// Checks the answer to one line. Returns whether it is an error.
fn is_answer(line: &str, answer: &str) -> bool {
    let show = || format!("{line}\n{answer}");
    let members: BTreeMap<String, &RawValue> =
        serde_json::from_str(answer).unwrap_or_else(|error| panic!("{error}: {}", show()));
    let id = members["id"].get();
    assert!(answer.starts_with(&format!("{{\"id\":{id}")), "{}", show());
    match serde_json::from_str::<BTreeMap<String, &RawValue>>(line) {
        // Of two ids, the answer says that there are two.
        Ok(asked) if answer.contains("occurs twice") => {
            let has_none = id == "null" && !asked.contains_key("id");
            assert!(has_none || line.contains(id), "{}", show());
        }
        Ok(asked) => assert_eq!(asked.get("id").map_or("null", |id| id.get()), id, "{}", show()),
        // It is not JSON, but its beginning may be.
        Err(_) => assert!(id == "null" || line.contains(id), "{}", show()),
    }
    let result = members.get("result").map(|result| result.get());
    let Some(error) = members.get("error") else {
        let verdicts = ["\"PASS\"", "\"FAIL\"", "\"UNKNOWN\""];
        assert!(result.is_some_and(|result| verdicts.contains(&result)), "{}", show());
        return false;
    };
    let error: Value = serde_json::from_str(error.get()).unwrap();
    assert!(result.is_none(), "{}", show());
    assert_eq!(error["code"], "ValidationException", "{}", show());
    assert!(error["message"].as_str().is_some_and(|text| !text.is_empty()), "{}", show());
    true
}

/// A byte at a time.
struct Slowly(Cursor<Vec<u8>>);

impl Read for Slowly {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = buffer.len().min(1);
        self.0.read(&mut buffer[..most])
    }
}

/// The answers of a run, and whether it says that any is an error.
fn run(input: impl Read + Send + 'static) -> (String, bool) {
    let batch = Batch {
        options: Default::default(),
        certificates: None,
        files: None,
        timeout: None,
        limits: Default::default(),
        line_bytes: 1 << 20,
        // The smallest numbers that show that answers keep their order.
        jobs: NonZeroUsize::new(2),
    };
    let mut answers = Vec::new();
    let summary = batch.run(input, &mut answers, &mut |_| {}).unwrap();
    let answers = String::from_utf8(answers).unwrap();
    assert_eq!(usize::try_from(summary.lines()), Ok(answers.matches('\n').count()), "{answers}");
    (answers, summary.errors > 0)
}
