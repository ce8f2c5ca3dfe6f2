//! Evidence for somebody else: a check writes its certificate, and a reader who trusts only the verifier checks it.

use iamsat::verify::{Limits, Outcome, verify};
use iamsat::{Document, Options, no_new_access};
use std::error::Error;

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let old: Document =
        r#"{"Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::reports/*"}}"#
            .parse()?;
    let new: Document =
        r#"{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::reports/2026/*"}}"#.parse()?;
    let options = Options { certificate: true, ..Options::default() };
    let answer = no_new_access(&new, &old, &options);
    let certificate = answer.certificate().ok_or("only a PASS and a FAIL have evidence")?.to_text();

    // On another machine: the text holds the question and both policies.
    match verify(&certificate, &Limits::default()) {
        Outcome::Verified(claim) => println!("verified: {}", claim.sentence),
        Outcome::Refused(why) | Outcome::Inconclusive(why) => return Err(why.into()),
    }
    // Somebody widens the policy in the text: the proof is one of another policy.
    let forged = certificate.replace("s3:GetObject", "s3:PutObject");
    match verify(&forged, &Limits::default()) {
        Outcome::Refused(why) => println!("refused: {why}"),
        outcome => return Err(format!("a forgery was not refused: {outcome:?}").into()),
    }
    Ok(())
}
