//! One line: a question and its answer.

use super::{Batch, JsonMembers, access_entries, as_resource_policy, json_members, resource_type};
use crate::check::{Answer, Options, access_not_granted, no_new_access, no_public_access};
use crate::policy::{Document, PolicyType, Read, read};
use crate::report::{Failure, Judgement, Question, json};
use crate::solve::Verdict;
use crate::span::Source;
use serde_json::Value;
use serde_json::value::RawValue;
use std::panic::{AssertUnwindSafe, catch_unwind};

const CHECKS: &str = "check-no-new-access, check-access-not-granted or check-no-public-access";

/// The members, unread: so that a fault in one does not hide the id.
struct Line<'l>(JsonMembers<'l>);

impl<'l> Line<'l> {
    /// The member with this name.
    fn get(&self, name: &str) -> Option<&'l RawValue> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| *value)
    }

    /// A member that has to be there.
    fn needed(&self, name: &str) -> Result<&'l RawValue, Failure> {
        self.get(name).ok_or_else(|| Failure::validation(format!("`{name}` is missing")))
    }

    /// The first name that occurs twice.
    fn twice(&self) -> Option<&str> {
        let names = self.0.iter().map(|(name, _)| name.as_str());
        names.enumerate().find(|(i, name)| self.0.iter().take(*i).any(|(n, _)| n == name)).map(|(_, n)| n)
    }
}

/// The answer to a line, without its line end, and whether it is an error.
pub(super) fn answer(batch: &Batch, text: &str, number: u64) -> (String, bool) {
    let (line, wrong) = match json_members(text) {
        Ok(members) => (Line(members), None),
        Err((members, why)) => (Line(members), Some(format!("the line is not a JSON object: {why}"))),
    };
    let twice = || line.twice().map(|name| format!("`{name}` occurs twice"));
    let result = match wrong.or_else(twice) {
        None => isolated(|| judge(batch, &line, number)).and_then(|result| result),
        Some(message) => Err(Failure::validation(message)),
    };
    let failed = result.is_err();
    let id = line.get("id").map_or("null", RawValue::get);
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
    let check = text("check", line.get("check"))?
        .ok_or_else(|| Failure::validation(format!("`check` is missing: {CHECKS}")))?;
    let mut options = batch.options.clone();
    if let Some(name) = text("policyType", line.get("policyType"))? {
        options.policy_type = Some(PolicyType::from_name(&name).ok_or_else(|| {
            Failure::validation(format!("`{name}` is no policyType: IDENTITY_POLICY or RESOURCE_POLICY"))
        })?);
    }
    options.limits.deadline = batch.timeout.and_then(|t| std::time::Instant::now().checked_add(t));
    match check.as_str() {
        "check-no-new-access" => {
            let new = document(batch, "newPolicyDocument", line)?;
            let existing = document(batch, "existingPolicyDocument", line)?;
            let [Some(new), Some(existing)] = documents([&new, &existing])? else {
                return Err(Failure::internal("a document without faults is missing"));
            };
            fit(&[new, existing], &options)?;
            let answer = no_new_access(new, existing, &options);
            keep(batch, &answer, number)?;
            Ok(report(Question::NoNewAccess, new, Some(existing), &answer, &options))
        }
        "check-access-not-granted" => {
            let policy = document(batch, "policyDocument", line)?;
            let access = access_entries(line.needed("access")?.get())?;
            let [Some(policy)] = documents([&policy])? else {
                return Err(Failure::internal("a document without faults is missing"));
            };
            fit(&[policy], &options)?;
            let answer = access_not_granted(policy, &access, &options);
            keep(batch, &answer, number)?;
            Ok(report(Question::not_granted(&access), policy, None, &answer, &options))
        }
        "check-no-public-access" => {
            let policy = document(batch, "policyDocument", line)?;
            let name = text("resourceType", Some(line.needed("resourceType")?))?;
            let resource_type = resource_type(&name.unwrap_or_default())?;
            as_resource_policy(&mut options)?;
            let [Some(policy)] = documents([&policy])? else {
                return Err(Failure::internal("a document without faults is missing"));
            };
            fit(&[policy], &options)?;
            let answer = no_public_access(policy, resource_type, &options);
            keep(batch, &answer, number)?;
            Ok(report(Question::NoPublicAccess(resource_type), policy, None, &answer, &options))
        }
        other => Err(Failure::validation(format!("`{other}` is no check: {CHECKS}"))),
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
fn document(batch: &Batch, name: &str, line: &Line<'_>) -> Result<Read, Failure> {
    let raw = line.needed(name)?.get();
    let source = if raw.starts_with('"') {
        let text: String = serde_json::from_str(raw).map_err(|_| {
            let what = "holds half of a surrogate pair, which is no character";
            Failure::validation(format!("the string `{name}` {what}"))
        })?;
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
