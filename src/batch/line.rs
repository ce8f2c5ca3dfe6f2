//! One line: a question and its answer.

use super::cache::{Cache, Known, Remembered};
use super::{
    Batch, JsonMembers, Summary, access_entries, as_resource_policy, json_members, resource_type, scan,
};
use crate::check::{Answer, Options, access_not_granted, no_new_access, no_public_access};
use crate::encode::DocumentRef;
use crate::policy::{Document, PolicyType, read};
use crate::report::json::{self, Judged};
use crate::report::{AwsCheck, Failure, Judgement, Lists};
use crate::solve::Verdict;
use crate::span::Source;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Bytes from which on a value may be a document that is remembered.
const PLAUSIBLE: usize = 40;

const CHECKS: &str = "check-no-new-access, check-access-not-granted or check-no-public-access";

/// The members, unread: so that a fault in one does not hide the id.
struct Line<'l>(Vec<Member<'l>>);

struct Member<'l> {
    name: Cow<'l, str>,
    value: &'l str,
    /// Of a value that was looked for and found.
    known: Option<Known>,
}

impl<'l> Line<'l> {
    /// The members of a line.
    ///
    /// # Errors
    /// Those before the place where it is no JSON object, and why.
    fn read(text: &'l str, cache: &Cache) -> Result<Line<'l>, (Line<'l>, String)> {
        let member = |(name, value): (&'l str, &'l str)| {
            let known = if value.len() >= PLAUSIBLE { cache.find(value) } else { None };
            let is_json = known.is_some() || serde_json::from_str::<&RawValue>(value).is_ok();
            is_json.then_some(Member { name: Cow::Borrowed(name), value, known })
        };
        let found = scan::members(text).and_then(|found| found.into_iter().map(member).collect());
        if let Some(found) = found {
            return Ok(Line(found));
        }
        let member = |(name, value): (String, &'l RawValue)| Member {
            name: Cow::Owned(name),
            value: value.get(),
            known: None,
        };
        let line = |members: JsonMembers<'l>| Line(members.into_iter().map(member).collect());
        json_members(text).map(line).map_err(|(members, why)| (line(members), why))
    }

    fn member(&self, name: &str) -> Option<&Member<'l>> {
        self.0.iter().find(|member| member.name == name)
    }

    /// The member with this name.
    fn get(&self, name: &str) -> Option<&'l str> {
        self.member(name).map(|member| member.value)
    }

    /// The id, as it came.
    fn id(&self) -> &'l str {
        self.get("id").unwrap_or("null")
    }

    /// A member that has to be there.
    fn needed(&self, name: &str) -> Result<&Member<'l>, Failure> {
        self.member(name).ok_or_else(|| Failure::validation(format!("`{name}` is missing")))
    }

    /// The first name that occurs twice.
    fn twice(&self) -> Option<&str> {
        let names = self.0.iter().map(|member| &*member.name);
        names
            .enumerate()
            .find(|(i, name)| self.0.iter().take(*i).any(|other| other.name == **name))
            .map(|(_, n)| n)
    }
}

/// Appends the answer to a line, without its line end; `None` is a line that is longer than is read. Says what became of it.
pub(super) fn answer(
    batch: &Batch,
    cache: &Cache,
    text: Option<&[u8]>,
    number: u64,
    out: &mut Vec<u8>,
) -> Summary {
    let bytes = u64::try_from(text.map_or(0, <[u8]>::len)).unwrap_or(u64::MAX);
    let Some(text) = text else {
        let failure = Failure::validation(format!("the line is longer than {} bytes", batch.line_bytes));
        write(out, "null", &error(&failure, number));
        return Summary { errors: 1, bytes, ..Summary::default() };
    };
    // Replacing what is no UTF-8 leaves a line that is refused with its place.
    let text = std::str::from_utf8(text).map_or_else(|_| String::from_utf8_lossy(text), Cow::Borrowed);
    let (line, wrong) = match Line::read(&text, cache) {
        Ok(line) => (line, None),
        Err((line, why)) => (line, Some(format!("the line is not a JSON object: {why}"))),
    };
    let twice = || line.twice().map(|name| format!("`{name}` occurs twice"));
    let id = line.id();
    let start = out.len();
    let result = match wrong.or_else(twice) {
        None => isolated(|| judge(batch, cache, &line, number, out)).and_then(|result| result),
        Some(message) => Err(Failure::validation(message)),
    };
    let summary = result.unwrap_or_else(|failure| {
        out.truncate(start);
        write(out, id, &error(&failure, number));
        Summary { errors: 1, ..Summary::default() }
    });
    Summary { bytes, ..summary }
}

fn error(failure: &Failure, number: u64) -> Value {
    let mut value = json::failure(failure);
    if let Some(error) = value.get_mut("error").and_then(Value::as_object_mut) {
        error.insert("line".to_owned(), Value::from(number));
    }
    value
}

/// Appends an object with the id before its members. The id goes back as it came.
fn write(out: &mut Vec<u8>, id: &str, value: &impl Serialize) {
    out.extend_from_slice(b"{\"id\":");
    out.extend_from_slice(id.as_bytes());
    let members = out.len();
    // Writing to memory does not fail, and texts are the only names of members.
    if serde_json::to_writer(&mut *out, value).is_ok()
        && let Some(opening) = out.get_mut(members)
    {
        *opening = b',';
    }
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

/// Appends the answer to a question.
fn judge(
    batch: &Batch,
    cache: &Cache,
    line: &Line<'_>,
    number: u64,
    out: &mut Vec<u8>,
) -> Result<Summary, Failure> {
    let id = line.id();
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
            let new = document(batch, cache, "newPolicyDocument", line)?;
            let existing = document(batch, cache, "existingPolicyDocument", line)?;
            let [Some(new), Some(existing)] = documents([&new, &existing])? else {
                return Err(Failure::internal("a document without faults is missing"));
            };
            fit(&[new.document(), existing.document()], &options)?;
            let answer = no_new_access(new, existing, &options);
            keep(batch, &answer, number)?;
            Ok(report(
                AwsCheck::NoNewAccess,
                (new.document(), Some(existing.document())),
                &answer,
                &options,
                id,
                out,
            ))
        }
        "check-access-not-granted" => {
            let policy = document(batch, cache, "policyDocument", line)?;
            let access = access_entries(line.needed("access")?.value)?;
            let [Some(policy)] = documents([&policy])? else {
                return Err(Failure::internal("a document without faults is missing"));
            };
            fit(&[policy.document()], &options)?;
            let answer = access_not_granted(policy, &access, &options);
            keep(batch, &answer, number)?;
            Ok(report(
                AwsCheck::AccessNotGranted(Lists::of(&access)),
                (policy.document(), None),
                &answer,
                &options,
                id,
                out,
            ))
        }
        "check-no-public-access" => {
            let policy = document(batch, cache, "policyDocument", line)?;
            let name = text("resourceType", Some(line.needed("resourceType")?.value))?;
            let resource_type = resource_type(&name.unwrap_or_default())?;
            as_resource_policy(&mut options)?;
            let [Some(policy)] = documents([&policy])? else {
                return Err(Failure::internal("a document without faults is missing"));
            };
            fit(&[policy.document()], &options)?;
            let answer = no_public_access(policy, resource_type, &options);
            keep(batch, &answer, number)?;
            Ok(report(
                AwsCheck::NoPublicAccess(resource_type),
                (policy.document(), None),
                &answer,
                &options,
                id,
                out,
            ))
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
    question: AwsCheck,
    (policy, existing): (&Document, Option<&Document>),
    answer: &Answer,
    options: &Options,
    id: &str,
    out: &mut Vec<u8>,
) -> Summary {
    let judgement = Judgement::without_replays(question, policy, existing, answer, options);
    write(out, id, &Judged::of(&judgement));
    match answer.verdict {
        Verdict::Pass(_) => Summary { pass: 1, ..Summary::default() },
        Verdict::Fail(_) => Summary { fail: 1, ..Summary::default() },
        Verdict::Unknown(_) => Summary { unknown: 1, ..Summary::default() },
    }
}

fn text(name: &str, member: Option<&str>) -> Result<Option<String>, Failure> {
    let read = |raw: &str| {
        serde_json::from_str::<String>(raw)
            .map_err(|_| Failure::validation(format!("`{name}` has to be a string")))
    };
    member.map(read).transpose()
}

/// A document as an object or as a string.
fn document(
    batch: &Batch,
    cache: &Cache,
    name: &'static str,
    line: &Line<'_>,
) -> Result<Arc<Remembered>, Failure> {
    let member = line.needed(name)?;
    let raw = member.value;
    cache.read(name, raw, member.known.as_ref(), || {
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
    })
}

/// The documents, or all of their faults.
fn documents<const N: usize>(reads: [&Remembered; N]) -> Result<[Option<DocumentRef<'_>>; N], Failure> {
    match Failure::of_documents(reads.map(Remembered::read)) {
        Some(failure) => Err(failure),
        None => Ok(reads.map(Remembered::document)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_the_error_of_one_line() {
        let failure = isolated(|| -> u8 { panic!("at the disco") }).unwrap_err();
        assert_eq!(failure.code, "InternalServerException");
        assert!(failure.message.contains("at the disco"), "{}", failure.message);
        assert_eq!(isolated(|| 7).unwrap(), 7);
    }
}
