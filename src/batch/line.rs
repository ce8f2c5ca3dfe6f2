//! One line: a question and its answer.

use super::{Batch, access_entries};
use crate::check::{Answer, Options, access_not_granted, no_new_access};
use crate::policy::{Document, PolicyType, Read, read};
use crate::report::{Failure, Judgement, Question, json};
use crate::solve::Verdict;
use crate::span::Source;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The members, unread: so that a fault in one does not hide the id.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line<'l> {
    #[serde(borrow)]
    id: Option<&'l RawValue>,
    #[serde(borrow)]
    check: Option<&'l RawValue>,
    #[serde(borrow)]
    policy_type: Option<&'l RawValue>,
    #[serde(borrow)]
    new_policy_document: Option<&'l RawValue>,
    #[serde(borrow)]
    existing_policy_document: Option<&'l RawValue>,
    #[serde(borrow)]
    policy_document: Option<&'l RawValue>,
    #[serde(borrow)]
    access: Option<&'l RawValue>,
}

/// The answer to a line, without its line end, and whether it is an error.
pub(super) fn answer(batch: &Batch, text: &str, number: u64) -> (String, bool) {
    let (id, result) = match serde_json::from_str::<Line<'_>>(text) {
        Ok(line) => {
            let id = line.id.map_or("null", RawValue::get);
            (id, isolated(|| judge(batch, &line, number)).and_then(|result| result))
        }
        Err(error) => ("null", Err(Failure::validation(format!("the line is not a JSON object: {error}")))),
    };
    let failed = result.is_err();
    with_id(id, result.unwrap_or_else(|failure| error(&failure, number)), failed)
}

/// The answer to a line that is longer than is read.
pub(super) fn too_long(bytes: usize, number: u64) -> (String, bool) {
    let failure = Failure::validation(format!("the line is longer than {bytes} bytes"));
    with_id("null", error(&failure, number), true)
}

fn error(failure: &Failure, number: u64) -> Value {
    let mut value = json::failure(failure);
    if let Some(error) = value.get_mut("error").and_then(Value::as_object_mut) {
        error.insert("line".to_owned(), Value::from(number));
    }
    value
}

/// The id goes back as it came.
fn with_id(id: &str, value: Value, failed: bool) -> (String, bool) {
    let members = value.to_string();
    (format!("{{\"id\":{id},{}", members.strip_prefix('{').unwrap_or("}")), failed)
}

/// Runs `job`; a panic in it becomes an error of this job alone.
///
/// # Errors
/// An internal error with what the panic said.
pub fn isolated<T>(job: impl FnOnce() -> T) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(job)).map_err(|panic| {
        let said = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
        let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        Failure::internal(format!("this is a fault of iamsat, please report it: {said}"))
    })
}

fn judge(batch: &Batch, line: &Line<'_>, number: u64) -> Result<Value, Failure> {
    let check = text("check", line.check)?.ok_or_else(|| {
        Failure::validation("`check` is missing: check-no-new-access or check-access-not-granted")
    })?;
    let mut options = batch.options.clone();
    if let Some(name) = text("policyType", line.policy_type)? {
        options.policy_type = Some(PolicyType::from_name(&name).ok_or_else(|| {
            Failure::validation(format!("`{name}` is no policyType: IDENTITY_POLICY or RESOURCE_POLICY"))
        })?);
    }
    options.limits.deadline = batch.timeout.and_then(|t| std::time::Instant::now().checked_add(t));
    match check.as_str() {
        "check-no-new-access" => {
            let new = document(batch, "newPolicyDocument", line.new_policy_document)?;
            let existing = document(batch, "existingPolicyDocument", line.existing_policy_document)?;
            let [Some(new), Some(existing)] = documents([&new, &existing])? else {
                return Err(Failure::internal("a document without faults is missing"));
            };
            fit(&[new, existing], &options)?;
            let answer = no_new_access(new, existing, &options);
            keep(batch, &answer, number)?;
            Ok(report(Question::NoNewAccess, new, Some(existing), &answer, &options))
        }
        "check-access-not-granted" => {
            let policy = document(batch, "policyDocument", line.policy_document)?;
            let access =
                line.access.map(RawValue::get).ok_or_else(|| Failure::validation("`access` is missing"))?;
            let access = access_entries(access)?;
            let [Some(policy)] = documents([&policy])? else {
                return Err(Failure::internal("a document without faults is missing"));
            };
            fit(&[policy], &options)?;
            let answer = access_not_granted(policy, &access, &options);
            keep(batch, &answer, number)?;
            Ok(report(Question::not_granted(&access), policy, None, &answer, &options))
        }
        other => Err(Failure::validation(format!(
            "`{other}` is no check: check-no-new-access or check-access-not-granted"
        ))),
    }
}

/// Writes the certificate of a PASS, if certificates are wanted.
fn keep(batch: &Batch, answer: &Answer, number: u64) -> Result<(), Failure> {
    let (Some(directory), Some(certificate)) = (&batch.certificates, answer.certificate()) else {
        return Ok(());
    };
    if !matches!(answer.verdict, Verdict::Pass(_)) {
        return Ok(());
    }
    let path = directory.join(format!("line-{number}.json"));
    std::fs::write(&path, certificate.to_text()).map_err(|error| Failure {
        code: "OutputError",
        message: format!("cannot write {}: {error}", path.display()),
        faults: Vec::new(),
    })
}

/// Whether the documents are of the type they are judged as.
fn fit(documents: &[&Document], options: &Options) -> Result<(), Failure> {
    Failure::of_misfits(documents, options.policy_type).map_or(Ok(()), Err)
}

fn report(
    question: Question,
    policy: &Document,
    existing: Option<&Document>,
    answer: &Answer,
    options: &Options,
) -> Value {
    json::judgement(&Judgement::new(question, policy, existing, answer, options))
}

fn text(name: &str, member: Option<&RawValue>) -> Result<Option<String>, Failure> {
    let read = |raw: &RawValue| {
        serde_json::from_str::<String>(raw.get())
            .map_err(|_| Failure::validation(format!("`{name}` has to be a string")))
    };
    member.map(read).transpose()
}

/// A document as an object or as a string.
fn document(batch: &Batch, name: &str, member: Option<&RawValue>) -> Result<Read, Failure> {
    let raw = member.ok_or_else(|| Failure::validation(format!("`{name}` is missing")))?.get();
    let source = if raw.starts_with('"') {
        let text: String = serde_json::from_str(raw)
            .map_err(|error| Failure::validation(format!("`{name}` is not a JSON string: {error}")))?;
        Source::new(name, text)
    } else {
        Source::new(name, raw)
    };
    Ok(read(&source, &batch.limits))
}

/// The documents, or all of their faults.
fn documents<const N: usize>(reads: [&Read; N]) -> Result<[Option<&Document>; N], Failure> {
    match Failure::of_documents(reads) {
        Some(failure) => Err(failure),
        None => Ok(reads.map(|read| read.document.as_ref())),
    }
}
