//! Many questions inside one's own program: lines of JSON in, lines of JSON out, in order, on all processors.

use iamsat::batch::Batch;
use std::error::Error;
use std::fmt::Write;

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let old = r#"{"Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}}"#;
    let mut lines = String::new();
    for action in ["s3:GetObject", "s3:PutObject", "s3:GetObjectAcl"] {
        let new = format!(r#"{{"Statement":{{"Effect":"Allow","Action":"{action}","Resource":"*"}}}}"#);
        writeln!(
            lines,
            r#"{{"id":"{action}","check":"check-no-new-access","newPolicyDocument":{new},"existingPolicyDocument":{old}}}"#
        )?;
    }
    let mut answers = Vec::new();
    let summary = Batch::default().run(std::io::Cursor::new(lines), &mut answers, &mut |_| {})?;
    print!("{}", String::from_utf8(answers)?);
    match (summary.pass, summary.fail, summary.lines()) {
        (2, 1, 3) => Ok(()),
        _ => Err(format!("{summary:?}").into()),
    }
}
