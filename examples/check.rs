//! Does a proposed policy allow anything that the baseline does not? Prints the verdict with its evidence, then the answer in JSON.

use iamsat::report::{AwsCheck, Judgement};
use iamsat::{Document, Options, Verdict, no_new_access};
use std::error::Error;

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let baseline: Document = include_str!("baseline.json").parse()?;
    let proposed: Document = include_str!("proposed.json").parse()?;
    let options = Options::default();
    let answer = no_new_access(&proposed, &baseline, &options);
    match &answer.verdict {
        Verdict::Pass(_) => return Err("the proposal is wider than the baseline".into()),
        Verdict::Fail(findings) => {
            for finding in findings {
                let request = finding.witness.request();
                println!(
                    "statement {} newly allows {} on {}",
                    finding.statement, request.action, request.resource
                );
            }
        }
        Verdict::Unknown(unknown) => return Err(format!("undecided: {:?}", unknown.reasons).into()),
    }
    // The same JSON as `iamsat check-no-new-access --format json`.
    let judgement = Judgement::new(AwsCheck::NoNewAccess, &proposed, Some(&baseline), &answer, &options);
    println!("{}", serde_json::to_string_pretty(&judgement)?);
    Ok(())
}
