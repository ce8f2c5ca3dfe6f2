//! JSON: AWS's three members word for word, then ours.

mod judged;
mod place;
mod request;

pub use judged::Judged;

use super::names::KeyNames;
use super::{Failure, Fault, Issue, Judgement, Simulation, StatementReport, Subject};
use crate::evaluate::Truth;
use crate::policy::Document;
use crate::request::Request;
use crate::solve::Unknown;
use place::{Noticed, Range};
use serde_json::{Map, Value, json};

/// The answer to one question about one document, for those who add members: [`Judged`] is what it says.
pub fn judgement(judgement: &Judgement<'_>) -> Value {
    json!(Judged::of(judgement))
}

/// What is open beside the findings of a FAIL.
pub fn open(judgement: &Judgement<'_>) -> Option<Value> {
    judgement.answer.open.as_deref().map(|open| reasons(open, &judgement.documents()))
}

pub(super) fn reasons(unknown: &Unknown, documents: &[&Document]) -> Value {
    json!(judged::reasons(unknown, documents))
}

/// An error.
pub fn failure(failure: &Failure) -> Value {
    let mut error = Map::new();
    error.insert("code".to_owned(), json!(failure.code));
    error.insert("message".to_owned(), json!(failure.message));
    if !failure.faults.is_empty() {
        let fault = |f: &Fault| json!(Noticed::of(&f.source, &f.diagnostic));
        error.insert("diagnostics".to_owned(), failure.faults.iter().map(fault).collect());
    }
    json!({"error": error})
}

/// The accepted findings of an input.
pub fn accepted(subject: &Subject) -> Value {
    let one = |issue: &Issue| {
        let reason = issue.accepted.as_ref()?;
        Some(json!({
            "code": issue.code, "pointer": issue.pointer, "fingerprint": issue.fingerprint, "reason": reason,
        }))
    };
    subject.issues.iter().filter_map(one).collect()
}

/// What lint found in each policy, or why it could not be judged.
pub fn lint(report: &super::Report, failures: &[Option<Failure>]) -> Value {
    let one = |(subject, failed): (&Subject, &Option<Failure>)| {
        let mut out = Map::new();
        out.insert("file".to_owned(), json!(subject.name));
        if let Some(failed) = failed {
            if let Value::Object(members) = failure(failed) {
                out.extend(members);
            }
            return Value::Object(out);
        }
        out.insert("message".to_owned(), json!(subject.message));
        out.insert("findings".to_owned(), subject.issues.iter().map(issue).collect());
        Value::Object(out)
    };
    report.subjects.iter().zip(failures).map(one).collect()
}

/// One thing to tell.
fn issue(issue: &Issue) -> Value {
    let mut out = Map::new();
    out.insert("code".to_owned(), json!(issue.code));
    out.insert("message".to_owned(), json!(issue.title));
    if let Some(pointer) = &issue.pointer {
        out.insert("pointer".to_owned(), json!(pointer));
    }
    if let (Some(source), Some(mark)) = (&issue.source, issue.marks.first()) {
        out.insert("span".to_owned(), json!(Range::of(source, mark.span)));
    }
    for (name, text) in &issue.notes {
        out.insert((*name).to_owned(), json!(text));
    }
    out.insert("fingerprint".to_owned(), json!(issue.fingerprint));
    if let Some(reason) = &issue.accepted {
        out.insert("accepted".to_owned(), json!(reason));
    }
    Value::Object(out)
}

/// A request.
pub fn request(request: &Request, documents: &[&Document]) -> Value {
    json!(request::Shown::of(request, &KeyNames::of(documents)))
}

/// A simulated request.
pub fn simulation(simulation: &Simulation<'_>) -> Value {
    let mut out = Map::new();
    out.insert("decision".to_owned(), json!(simulation.decision_name()));
    if let Some(expected) = simulation.expected {
        out.insert("expected".to_owned(), json!(expected.name()));
        out.insert("asExpected".to_owned(), json!(simulation.is_as_expected()));
    }
    out.insert("request".to_owned(), request(&simulation.request, &simulation.documents));
    out.insert("policyType".to_owned(), json!(simulation.policy_type.name()));
    out.insert("policyTypeInferred".to_owned(), json!(simulation.policy_type_inferred));
    out.insert("statements".to_owned(), simulation.statements.iter().map(statement).collect());
    let remark = |r: &super::Remark| json!({"code": r.code, "severity": "warning", "message": r.message});
    let of_documents = simulation.warnings().into_iter().map(|(source, w)| json!(Noticed::of(source, w)));
    let warnings: Vec<Value> = simulation.remarks.iter().map(remark).chain(of_documents).collect();
    if !warnings.is_empty() {
        out.insert("warnings".to_owned(), Value::Array(warnings));
    }
    Value::Object(out)
}

fn statement(report: &StatementReport<'_>) -> Value {
    let mut out = Map::new();
    out.insert("file".to_owned(), json!(report.document.source.name()));
    out.insert("statementIndex".to_owned(), json!(report.index));
    if let Some(sid) = report.statement.sid() {
        out.insert("statementId".to_owned(), json!(sid));
    }
    out.insert("effect".to_owned(), json!(report.statement.effect.value.name()));
    out.insert("applies".to_owned(), truth(report.applies));
    out.insert("pointer".to_owned(), json!(report.pointer));
    out.insert("span".to_owned(), json!(Range::of(&report.document.source, report.statement.span)));
    let part = |p: &super::PartReport| json!({"element": p.element, "matches": truth(p.truth), "pointer": p.pointer, "detail": p.detail});
    out.insert("parts".to_owned(), report.parts.iter().map(part).collect());
    Value::Object(out)
}

/// True, false, or null where it is open.
fn truth(truth: Truth) -> Value {
    match truth {
        Truth::True => json!(true),
        Truth::False => json!(false),
        Truth::Unknown => Value::Null,
    }
}
