//! A property of one's own: nothing is deleted from the reports without a second factor.

use iamsat::{Document, Options, Property, find};
use std::error::Error;

/// Requests that delete reports, by callers who did not use a second factor.
fn careless_deletion() -> Property {
    Property {
        actions: vec!["s3:Delete*".to_owned()],
        resources: vec!["arn:aws:s3:::reports/*".to_owned()],
        condition: Some(r#"{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}"#.to_owned()),
        ..Property::default()
    }
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let open: Document = r#"{"Version":"2012-10-17","Statement":{
        "Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::reports/*"}}"#
        .parse()?;
    let guarded: Document = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::reports/*"},
        {"Effect":"Deny","Action":"s3:Delete*","Resource":"*",
         "Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}]}"#
        .parse()?;
    let wanted = careless_deletion().document()?;
    let mut verdicts = Vec::new();
    for (name, policy) in [("open", &open), ("guarded", &guarded)] {
        // FAIL: such a request is allowed. PASS: proved that none is.
        let verdict = find([policy], [&wanted], [], &Options::default()).verdict;
        println!("{name}: {}", verdict.name());
        verdicts.push(verdict.is_pass());
    }
    match verdicts.as_slice() {
        [false, true] => Ok(()),
        _ => Err("only the guarded policy asks for a second factor".into()),
    }
}
