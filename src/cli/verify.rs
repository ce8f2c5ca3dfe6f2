//! Certificates.

use super::Exit;
use super::args::{Format, Verify};
use super::input::reason;
use super::output::Output;
use crate::batch::isolated;
use crate::report::text::Verbosity;
use crate::report::{Failure, json};
use crate::verify::{Limits, Outcome, verify};
use serde_json::{Value, json};
use std::io::Read;
use std::path::Path;

pub(super) fn run(args: &Verify, output: &mut Output) -> Result<Exit, Failure> {
    let mut values: Vec<Value> = Vec::new();
    let mut exit = Exit::Success;
    for path in &args.files {
        let name = path.display().to_string();
        let deadline = args.timeout.and_then(|t| std::time::Instant::now().checked_add(t));
        let limits = Limits { deadline, ..Limits::default() };
        let outcome = read(path, &name, &limits).and_then(|text| isolated(|| verify(&text, &limits)));
        let (code, result, message) = match outcome {
            Ok(Outcome::Verified(message)) => (Exit::Success, "VERIFIED", message),
            Ok(Outcome::Refused(message)) => (Exit::Finding, "REFUSED", message),
            Ok(Outcome::Beyond(message)) => (Exit::Unknown, "NOT_VERIFIED", message),
            Err(failure) => {
                exit = exit.and(Exit::Error);
                match output.format {
                    Format::Text => output.failure(&failure),
                    Format::Json => {
                        let mut value = json::failure(&failure);
                        if let Some(members) = value.as_object_mut() {
                            members.insert("certificate".to_owned(), name.into());
                        }
                        values.push(value);
                    }
                }
                continue;
            }
        };
        exit = exit.and(code);
        match output.format {
            Format::Json => values.push(json!({"certificate": name, "result": result, "message": message})),
            Format::Text if output.verbosity == Verbosity::Quiet && code == Exit::Success => {}
            Format::Text => {
                let result = result.to_ascii_lowercase().replace('_', " ");
                output.text(&format!("{name}: {result}. {message}\n"))?;
            }
        }
    }
    if output.format == Format::Json {
        match values.as_slice() {
            [one] => output.json(one)?,
            _ => output.json(&Value::Array(values))?,
        }
    }
    Ok(exit)
}

/// The text of a file; one byte more than the limit is enough to know that it is too long.
fn read(path: &Path, name: &str, limits: &Limits) -> Result<String, Failure> {
    let failure = |why: String| Failure {
        code: "InputError",
        message: format!("cannot read {name}: {why}"),
        faults: Vec::new(),
    };
    let file = std::fs::File::open(path).map_err(|error| failure(reason(&error)))?;
    let mut bytes = Vec::new();
    let most = u64::try_from(limits.bytes).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(|error| failure(reason(&error)))?;
    // What is no text is no certificate, and that is said as such.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
