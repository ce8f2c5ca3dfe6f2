//! Answers one line: a query.

use super::can::{self, Asked};
use super::change::GivenChange;
use super::config::{Batch, Summary};
use super::given::{self, Given};
use super::members;
use super::policies;
use super::scan;
use super::several::{Question, answers};
use super::snapshot;
use super::validate;
use crate::catalogue::Edition;
use crate::check::{
    Access, Answer, CanVerdict, Options, access_not_granted, no_new_access, no_public_access,
};
use crate::code::Code;
use crate::container::{Container, Entry};
use crate::index::broken;
use crate::policy::Document;
use crate::query::CheckKind;
use crate::report::json;
use crate::report::{AwsCheck, Failure, Issue, Judgement, Kind, Lists, Settled};
use crate::solve::Verdict;
use crate::surface::{
    Cache, JsonMembers, Known, Remembered, access_at_levels, access_entries, answered, as_resource_policy,
    deadline, fit, isolated, json_members, policy_type, prepared, resource_type, unwritable,
};
use crate::verify::Certificate;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::sync::Arc;

/// The number of bytes from which on a value may be a cached document.
const PLAUSIBLE: usize = 40;

/// The id in the answer to a line without one.
const NO_ID: &str = "null";

/// Members that give a policy: the document, or a file with it.
const NEW: (&str, &str) = ("newPolicyDocument", "newPolicyFile");
const EXISTING: (&str, &str) = ("existingPolicyDocument", "existingPolicyFile");
const POLICY: (&str, &str) = ("policyDocument", "policyFile");

const CHECKS: &str = "check-no-new-access, check-access-not-granted, check-no-public-access, compare, diff, find, lint, simulate, \
     validate-policy, can, who-can, what-can or check-guardrails";

/// The members of a line. Their values are not read yet, so that a fault in one does not hide the id.
struct Line<'l>(Vec<Member<'l>>);

struct Member<'l> {
    name: Cow<'l, str>,
    value: &'l str,
    /// The cache entry of the value, if it was found.
    known: Option<Known>,
}

impl<'l> Line<'l> {
    /// Returns the members of a line.
    ///
    /// # Errors
    /// The members before the fault, and the reason why the line is not a JSON object.
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

    /// Returns the member with this name.
    fn get(&self, name: &str) -> Option<&'l str> {
        self.member(name).map(|member| member.value)
    }

    /// Returns the id as written; a line may have none.
    fn id(&self) -> &'l str {
        self.get("id").unwrap_or(NO_ID)
    }

    /// Returns a required member.
    fn needed(&self, name: &str) -> Result<&Member<'l>, Failure> {
        self.member(name).ok_or_else(|| Failure::validation(format!("`{name}` is missing")))
    }

    /// Refuses members of other questions than this one, which is about policies or over layers: they would be passed over.
    fn has_only(&self, check: &str) -> Result<(), Failure> {
        match self.0.iter().find_map(|member| members::fault_of_policies(check, &member.name)) {
            Some(fault) => Err(Failure::validation(fault)),
            None => Ok(()),
        }
    }

    /// Refuses policies beside layers.
    fn without_policies(&self) -> Result<(), Failure> {
        let names = ["policyDocument", "policyDocuments", "policyFile", "policyFiles"];
        match names.into_iter().find(|name| self.member(name).is_some()) {
            Some(name) => Err(Failure::validation(format!("give `layers` or `{name}`, not both"))),
            None => Ok(()),
        }
    }

    /// Returns the first name that occurs twice.
    fn twice(&self) -> Option<&str> {
        let names = self.0.iter().map(|member| &*member.name);
        names
            .enumerate()
            .find(|(i, name)| self.0.iter().take(*i).any(|other| other.name == **name))
            .map(|(_, n)| n)
    }
}

/// Appends the answer to a line, without a line end; `None` is a line that is too long. Returns the outcome.
pub(super) fn answer(
    batch: &Batch,
    cache: &Cache,
    text: Option<&[u8]>,
    number: u64,
    out: &mut Vec<u8>,
) -> Summary {
    let Some(text) = text else {
        let failure = Failure::validation(format!("the line is longer than {} bytes", batch.line_bytes));
        write(out, NO_ID, &error(&failure, number));
        return Summary { errors: 1, ..Summary::default() };
    };
    let bytes = text.len() as u64;
    // Replacing invalid UTF-8 leaves a line that is rejected, with the place.
    let text = std::str::from_utf8(text).map_or_else(|_| String::from_utf8_lossy(text), Cow::Borrowed);
    let (line, failure) = match isolated(|| Line::read(&text, cache)) {
        Ok(Ok(line)) => (line, None),
        Ok(Err((line, why))) => {
            (line, Some(Failure::validation(format!("the line is not a JSON object: {why}"))))
        }
        Err(failure) => (Line(Vec::new()), Some(failure)),
    };
    let twice = || line.twice().map(|name| Failure::validation(format!("`{name}` occurs twice")));
    let misspelt = || line.0.iter().find_map(|member| members::fault(&member.name)).map(Failure::validation);
    let start = out.len();
    let result = match failure.or_else(twice).or_else(misspelt) {
        None => isolated(|| judge(batch, cache, &line, number, out)).flatten(),
        Some(failure) => Err(failure),
    };
    match result {
        Ok(verdict) => Summary { bytes, ..verdict },
        Err(Failure { open: Some(issue), message, .. }) => {
            out.truncate(start);
            write(out, line.id(), &json::settled(&Settled::of(*issue, message)));
            Summary { unknown: 1, bytes, ..Summary::default() }
        }
        Err(failure) => {
            out.truncate(start);
            write(out, line.id(), &error(&failure, number));
            Summary { errors: 1, bytes, ..Summary::default() }
        }
    }
}

fn error(failure: &Failure, number: u64) -> Value {
    let mut value = json::failure(failure);
    if let Some(error) = value.get_mut("error").and_then(Value::as_object_mut) {
        error.insert("line".to_owned(), Value::from(number));
    }
    value
}

/// Appends an object with the id before its members. The id is returned as written.
fn write(out: &mut Vec<u8>, id: &str, value: &impl Serialize) {
    out.extend_from_slice(b"{\"id\":");
    out.extend_from_slice(id.as_bytes());
    let members = out.len();
    // Writing to memory does not fail, and all names of members are texts.
    if serde_json::to_writer(&mut *out, value).is_ok()
        && let Some(opening) = out.get_mut(members)
    {
        *opening = b',';
    }
}

/// Returns the entries of a line, with one for the actions that AWS lists at the levels that it names; then also the catalogue.
fn listed(line: &Line<'_>, options: &Options) -> Result<(Vec<Access>, Option<Edition>), Failure> {
    let Some(levels) = line.get("accessLevels") else {
        return Ok((access_entries(line.needed("access")?.value)?, None));
    };
    let mut access = line.get("access").map_or(Ok(Vec::new()), access_entries)?;
    access.push(access_at_levels(levels, options.catalogue())?);
    Ok((access, Some(options.catalogue().edition())))
}

/// Returns an answer that names the catalogue of its lists.
fn with_edition(mut answer: Answer, edition: Option<&Edition>) -> Answer {
    answer.edition = answer.edition.or_else(|| edition.cloned());
    answer
}

/// Appends the answer to a query.
fn judge(
    batch: &Batch,
    cache: &Cache,
    line: &Line<'_>,
    number: u64,
    out: &mut Vec<u8>,
) -> Result<Summary, Failure> {
    let Some(check) = line.get("check") else {
        return Err(Failure::validation(format!("`check` is missing: {CHECKS}")));
    };
    let check = text("check", check)?;
    let is_of_snapshots = ["can", "who-can", "what-can", "check-no-new-access", "check-guardrails"];
    if line.get("snapshot").is_none() || !is_of_snapshots.contains(&check.as_str()) {
        line.has_only(&check)?;
    }
    let mut options = batch.options.clone();
    if let Some(name) = line.get("policyType") {
        options.policy_type = Some(policy_type(&text("policyType", name)?)?);
    }
    options.limits.deadline = deadline(batch.timeout);
    let id = line.id();
    match check.as_str() {
        "check-no-new-access" if line.get("snapshot").is_some() => {
            in_snapshot(batch, cache, line, (&check, &options), out)
        }
        "check-no-new-access" => {
            let new = given(batch, cache, NEW, line)?;
            let existing = given(batch, cache, EXISTING, line)?.one("the existing policy")?;
            let new = match new {
                Given::One(new) => new,
                Given::Several(container) => {
                    let [existing] = prepared([&existing])?;
                    let ask = |_: &Entry, new: &Document, options: &Options| {
                        let answer = answered(|| no_new_access(new, existing, options))?;
                        Ok((AwsCheck::NoNewAccess, answer))
                    };
                    let existing = Some(existing.document());
                    let kind = CheckKind::NoNewAccess;
                    let question = Question { kind, existing, options: &options, ask: &ask };
                    return Ok(of_several(&container, &question, id, number, out));
                }
            };
            let [new, existing] = prepared([&new, &existing])?;
            fit(&[new.document(), existing.document()], options.policy_type)?;
            let answer = answered(|| no_new_access(new, existing, &options))?;
            keep(batch, &answer, number)?;
            let documents = (new.document(), Some(existing.document()));
            Ok(report(AwsCheck::NoNewAccess, documents, &answer, &options, id, out))
        }
        "check-access-not-granted" => {
            let policy = given(batch, cache, POLICY, line)?;
            let (access, edition) = listed(line, &options)?;
            let check = AwsCheck::AccessNotGranted(Lists::of(&access));
            let policy = match policy {
                Given::One(policy) => policy,
                Given::Several(container) => {
                    let ask = |_: &Entry, policy: &Document, options: &Options| {
                        let answer = answered(|| access_not_granted(policy, &access, options))?;
                        Ok((check, with_edition(answer, edition.as_ref())))
                    };
                    let kind = CheckKind::AccessNotGranted;
                    let question = Question { kind, existing: None, options: &options, ask: &ask };
                    return Ok(of_several(&container, &question, id, number, out));
                }
            };
            let [policy] = prepared([&policy])?;
            fit(&[policy.document()], options.policy_type)?;
            let answer = answered(|| access_not_granted(policy, &access, &options))?;
            let answer = with_edition(answer, edition.as_ref());
            keep(batch, &answer, number)?;
            Ok(report(check, (policy.document(), None), &answer, &options, id, out))
        }
        "can" if line.get("snapshot").is_none() => over_layers(batch, line, ("can", &options), number, out),
        "find" if line.get("layers").is_some() => over_layers(batch, line, ("find", &options), number, out),
        "can" | "who-can" | "what-can" | "check-guardrails" => {
            in_snapshot(batch, cache, line, (&check, &options), out)
        }
        "compare" | "diff" | "find" | "lint" | "simulate" => {
            about_policies(batch, cache, line, (&check, &options), (number, out))
        }
        "check-no-public-access" => public(batch, cache, line, options, number, out),
        "validate-policy" => {
            let member = |name| line.get(name).map(|member| text(name, member)).transpose();
            let asked = validate::Asked {
                document: line.get(POLICY.0),
                file: member(POLICY.1)?,
                resource: member("validatePolicyResourceType")?,
            };
            let validated = asked.answered(batch, &options)?;
            write(out, id, &validated);
            Ok(validate::summary(&validated))
        }
        other => Err(Failure::validation(format!("`{other}` is not a check: {CHECKS}"))),
    }
}

/// Answers a question about policies alone, with the view of the command line.
fn about_policies(
    batch: &Batch,
    cache: &Cache,
    line: &Line<'_>,
    (check, options): (&str, &Options),
    (number, out): (u64, &mut Vec<u8>),
) -> Result<Summary, Failure> {
    let id = line.id();
    if matches!(check, "compare" | "diff") {
        let existing = given(batch, cache, EXISTING, line)?.one("the existing policy")?;
        let new = given(batch, cache, NEW, line)?.one("the new policy")?;
        let [existing, new] = prepared([&existing, &new])?;
        let both = [existing.document(), new.document()];
        return match check {
            "compare" => policies::compared(both, options, |compared| write(out, id, compared)),
            _ => policies::different(both, options, |changes| write(out, id, changes)),
        };
    }
    let asked = policies::Asked {
        principal: line.get("principal"),
        actions: line.get("actions"),
        resources: line.get("resources"),
        condition: line.get("condition"),
        context: line.get("context"),
        relevant: line.get("relevant"),
    };
    if let ("simulate", Some(layers)) = (check, line.get("layers")) {
        line.without_policies()?;
        let layers = can::layers(batch, layers, options)?;
        return asked.simulated_under(&layers, options, |simulation| write(out, id, simulation));
    }
    let given = of_set(batch, cache, line)?;
    if let Some(failure) = Failure::of_documents(given.iter().map(|policy| policy.read())) {
        return Err(failure);
    }
    let policies: Vec<&Document> =
        given.iter().filter_map(|policy| policy.read().document.as_ref()).collect();
    match (check, policies.as_slice()) {
        ("find", policies) => {
            let (summary, answer) = asked.found(policies, options, |found| write(out, id, found))?;
            keep(batch, &answer, number)?;
            Ok(summary)
        }
        ("simulate", policies) => asked.simulated(policies, options, |simulation| write(out, id, simulation)),
        (_, [policy]) => policies::linted(policy, options, |subject| write(out, id, &json::linted(subject))),
        _ => broken("a line about one policy has one"),
    }
}

/// The names of the policies of a list, by their places.
const PLACES: [&str; 16] = [
    "policyDocuments/0",
    "policyDocuments/1",
    "policyDocuments/2",
    "policyDocuments/3",
    "policyDocuments/4",
    "policyDocuments/5",
    "policyDocuments/6",
    "policyDocuments/7",
    "policyDocuments/8",
    "policyDocuments/9",
    "policyDocuments/10",
    "policyDocuments/11",
    "policyDocuments/12",
    "policyDocuments/13",
    "policyDocuments/14",
    "policyDocuments/15",
];

/// Returns the policies of a line that are read as one set: one, or a list of documents, of files or of both.
fn of_set(batch: &Batch, cache: &Cache, line: &Line<'_>) -> Result<Vec<Arc<Remembered>>, Failure> {
    const LIST: &str = "policyDocuments";
    let (documents, files) = (line.get(LIST), line.get("policyFiles"));
    if documents.is_none() && files.is_none() {
        return Ok(vec![given(batch, cache, POLICY, line)?.one("the policy")?]);
    }
    if line.get(POLICY.0).is_some() || line.get(POLICY.1).is_some() {
        return Err(Failure::validation("give one policy or a list of policies, not both"));
    }
    let mut all = Vec::new();
    if let Some(documents) = documents {
        let list: Vec<&RawValue> = serde_json::from_str(documents)
            .map_err(|_| Failure::validation(format!("`{LIST}` has to be a list of policies")))?;
        if list.len() > PLACES.len() {
            return Err(Failure::validation(format!("`{LIST}` may hold {} policies", PLACES.len())));
        }
        for (name, raw) in PLACES.into_iter().zip(list) {
            all.push(given::written(batch, cache, (name, raw.get()), None)?.one(name)?);
        }
    }
    for file in can::list("policyFiles", files)? {
        all.push(given::named(batch, "policyFiles", &file)?.one(&file)?);
    }
    match all.is_empty() {
        true => Err(Failure::validation(format!("`{LIST}` is empty: a set of policies has one at least"))),
        false => Ok(all),
    }
}

/// Answers a question about a snapshot.
fn in_snapshot(
    batch: &Batch,
    cache: &Cache,
    line: &Line<'_>,
    (check, options): (&str, &Options),
    out: &mut Vec<u8>,
) -> Result<Summary, Failure> {
    if line.get("layers").is_some() {
        return Err(Failure::validation("give `layers` or `snapshot`, not both"));
    }
    let foreign = line.0.iter().find_map(|member| members::fault_of_snapshot(check, &member.name));
    if let Some(fault) = foreign {
        return Err(Failure::validation(fault));
    }
    let asked = snapshot::Asked {
        directory: text("snapshot", line.needed("snapshot")?.value)?,
        principal: line.get("principal").map(|member| text("principal", member)).transpose()?,
        actions: line.get("actions"),
        resources: line.get("resources"),
        condition: line.get("condition"),
        kinds: line.get("kinds"),
        services: line.get("services"),
        no_organization: line.get("noOrganization"),
        strict_collect: line.get("strictCollect"),
    };
    match check {
        "can" => asked.can(batch, cache, options, |possible| write(out, line.id(), possible)),
        "what-can" => asked.what_can(batch, cache, options, |what| write(out, line.id(), what)),
        "check-no-new-access" => {
            let later = line.get("newSnapshot").map(|member| text("newSnapshot", member)).transpose()?;
            let plan = line.get("plan").map(|member| text("plan", member)).transpose()?;
            let account = line.get("account").map(|member| text("account", member)).transpose()?;
            let was = line.get("was").map(|member| text("was", member)).transpose()?;
            let given = GivenChange { change: line.get("change"), later, plan, was, account };
            asked.change((batch, cache, options), given, |change| write(out, line.id(), change))
        }
        "check-guardrails" => {
            let of = (batch, cache, options);
            asked.guardrails(of, line.get("policies"), |report| write(out, line.id(), report))
        }
        _ => asked.who_can(batch, cache, options, |who| write(out, line.id(), who)),
    }
}

/// Answers a question over layers.
fn over_layers(
    batch: &Batch,
    line: &Line<'_>,
    (command, options): (&'static str, &Options),
    number: u64,
    out: &mut Vec<u8>,
) -> Result<Summary, Failure> {
    line.without_policies()?;
    let principal = line.get("principal").map(|member| text("principal", member)).transpose()?;
    let asked = Asked {
        command,
        layers: line.needed("layers")?.value,
        principal,
        actions: line.get("actions"),
        resources: line.get("resources"),
        condition: line.get("condition"),
    };
    let answered = asked.answered(batch, options)?;
    if let CanVerdict::Cannot(_) = answered.answer.verdict {
        write_certificate(batch, answered.answer.certificate(), number)?;
    }
    Ok(answered.reported(options, |possible| write(out, line.id(), possible)))
}

fn public(
    batch: &Batch,
    cache: &Cache,
    line: &Line<'_>,
    mut options: Options,
    number: u64,
    out: &mut Vec<u8>,
) -> Result<Summary, Failure> {
    let policy = given(batch, cache, POLICY, line)?;
    as_resource_policy(&mut options)?;
    let of = match (line.get("resourceType"), &policy) {
        // The file states the type of each resource.
        (None, Given::Several(_)) => None,
        _ => Some(resource_type(&text("resourceType", line.needed("resourceType")?.value)?)?),
    };
    let policy = match policy {
        Given::One(policy) => policy,
        Given::Several(container) => {
            let ask = |entry: &Entry, policy: &Document, options: &Options| {
                let Some(of) = entry.resource_type.or(of) else {
                    return Err(Failure::undecided(
                        Issue::new(Kind::Unknown, Code::NoPublicCheck, entry.name.clone()),
                        format!("AWS has no check of public access for {}", entry.resource),
                    ));
                };
                Ok((AwsCheck::NoPublicAccess(of), answered(|| no_public_access(policy, of, options))?))
            };
            let kind = CheckKind::NoPublicAccess;
            let question = Question { kind, existing: None, options: &options, ask: &ask };
            return Ok(of_several(&container, &question, line.id(), number, out));
        }
    };
    let Some(of) = of else { broken("one policy has the type that the line gives") };
    let [policy] = prepared([&policy])?;
    fit(&[policy.document()], options.policy_type)?;
    let answer = answered(|| no_public_access(policy, of, &options))?;
    keep(batch, &answer, number)?;
    let check = AwsCheck::NoPublicAccess(of);
    Ok(report(check, (policy.document(), None), &answer, &options, line.id(), out))
}

/// Appends the answers about every policy of a file.
fn of_several(
    container: &Container,
    question: &Question<'_>,
    id: &str,
    number: u64,
    out: &mut Vec<u8>,
) -> Summary {
    let (summary, mut value) = answers(container, question);
    if let Some(error) = value.get_mut("error").and_then(Value::as_object_mut) {
        error.insert("line".to_owned(), Value::from(number));
    }
    write(out, id, &value);
    summary
}

/// Writes the certificate of a PASS, if certificates are wanted.
fn keep(batch: &Batch, answer: &Answer, number: u64) -> Result<(), Failure> {
    match answer.verdict.is_pass() {
        true => write_certificate(batch, answer.certificate(), number),
        false => Ok(()),
    }
}

fn write_certificate(batch: &Batch, certificate: Option<&Certificate>, number: u64) -> Result<(), Failure> {
    let (Some(directory), Some(certificate)) = (&batch.certificates, certificate) else { return Ok(()) };
    let path = directory.join(format!("line-{number}.json"));
    std::fs::write(&path, certificate.to_text()).map_err(|error| unwritable(path.display(), error))
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
    write(out, id, &judgement);
    match answer.verdict {
        Verdict::Pass(_) => Summary { pass: 1, ..Summary::default() },
        Verdict::Fail(_) => Summary { fail: 1, ..Summary::default() },
        Verdict::Unknown(_) => Summary { unknown: 1, ..Summary::default() },
    }
}

/// Returns the string in a member.
fn text(name: &str, member: &str) -> Result<String, Failure> {
    serde_json::from_str(member).map_err(|_| Failure::validation(format!("`{name}` has to be a string")))
}

/// Returns the policy, or the file with several policies, that a line gives: inline, or by name.
fn given(
    batch: &Batch,
    cache: &Cache,
    (name, file): (&'static str, &'static str),
    line: &Line<'_>,
) -> Result<Given, Failure> {
    match (line.member(name), line.get(file)) {
        (Some(_), Some(_)) => Err(Failure::validation(format!("give `{name}` or `{file}`, not both"))),
        (None, Some(named)) => given::named(batch, name, &text(file, named)?),
        (_, None) => {
            let member = line.needed(name)?;
            given::written(batch, cache, (name, member.value), member.known.as_ref())
        }
    }
}
