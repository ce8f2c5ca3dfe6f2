//! JSON: AWS's three members word for word, then ours.

use super::names::{KeyNames, principal_type};
use super::{Failure, Fault, Issue, Judgement, Question, Simulation, StatementReport, Subject};
use crate::diagnostic::{Diagnostic, Severity};
use crate::evaluate::Truth;
use crate::limits::{Exhausted, InputLimits};
use crate::policy::{Document, pointer_at};
use crate::request::{Request, Requester};
use crate::solve::{Unknown, UnknownReason, Verdict};
use crate::span::{Source, Span};
use serde_json::{Map, Value, json};

/// The answer to one question about one document.
pub fn judgement(judgement: &Judgement<'_>) -> Value {
    let documents = judgement.documents();
    let answer = judgement.answer;
    let mut out = Map::new();
    out.insert("result".to_owned(), json!(answer.verdict.name()));
    out.insert("message".to_owned(), json!(judgement.message()));
    match &answer.verdict {
        Verdict::Pass(_) => {}
        Verdict::Fail(_) => {
            fail(&mut out, judgement);
            if let Some(limit) = answer.cut_short() {
                out.insert("cutShort".to_owned(), json!(limit.name()));
            }
        }
        Verdict::Unknown(unknown) => {
            out.insert("unknown".to_owned(), reasons(unknown, &documents));
            if let Some(candidate) = &unknown.candidate {
                out.insert("candidate".to_owned(), request(candidate, &documents));
            }
        }
    }
    if let Question::NoPublicAccess(of) = judgement.question {
        out.insert("resourceType".to_owned(), json!(of.name()));
    }
    if let Some(set) = &answer.addresses {
        let (v4, v6) = set.sizes();
        let ranges: Vec<String> = set.intervals().iter().map(ToString::to_string).collect();
        // Numbers beyond 2^53 are no numbers in most programs that read JSON.
        out.insert(
            "addresses".to_owned(),
            json!({"ipv4": v4.to_string(), "ipv6": v6.to_string(), "ranges": ranges}),
        );
    }
    out.insert("policyType".to_owned(), json!(answer.policy_type.name()));
    out.insert("policyTypeInferred".to_owned(), json!(answer.policy_type_inferred));
    out.insert("assumptions".to_owned(), answer.assumptions.iter().map(|a| json!(a.0)).collect());
    let warnings: Vec<Value> =
        judgement.warnings().into_iter().map(|(source, w)| diagnostic(source, w)).collect();
    if !warnings.is_empty() {
        out.insert("warnings".to_owned(), Value::Array(warnings));
    }
    if let Some(measures) = judgement.measures {
        let stats = answer.stats;
        out.insert(
            "stats".to_owned(),
            json!({
                "atoms": stats.atoms, "nodes": stats.nodes, "clauses": stats.clauses, "solves": stats.solves,
                "lemmas": stats.lemmas, "states": stats.states, "iterations": stats.iterations,
                "microseconds": u64::try_from(measures.elapsed.as_micros()).unwrap_or(u64::MAX),
            }),
        );
    }
    Value::Object(out)
}

fn fail(out: &mut Map<String, Value>, judgement: &Judgement<'_>) {
    let reason = |r: &super::Reason| {
        let mut reason = Map::new();
        reason.insert("description".to_owned(), json!(r.description));
        reason.insert("statementIndex".to_owned(), json!(r.statement_index));
        if let Some(id) = &r.statement_id {
            reason.insert("statementId".to_owned(), json!(id));
        }
        Value::Object(reason)
    };
    out.insert("reasons".to_owned(), judgement.reasons.iter().map(reason).collect());
    let witness = |f: &super::Explained<'_>| with_names(f.finding.witness.request(), &judgement.names);
    let witnesses: Vec<Value> = judgement.findings.iter().map(witness).collect();
    if let Some(first) = witnesses.first() {
        out.insert("witness".to_owned(), first.clone());
    }
    if witnesses.len() > 1 {
        out.insert("witnesses".to_owned(), Value::Array(witnesses));
    }
    let location = |f: &super::Explained<'_>| {
        let place = &f.blame.primary;
        json!({
            "statementIndex": f.blame.statement,
            "pointer": place.pointer,
            "span": span(&judgement.policy.source, place.span),
        })
    };
    out.insert("locations".to_owned(), judgement.findings.iter().map(location).collect());
}

/// What is open beside the findings of a FAIL.
pub fn open(judgement: &Judgement<'_>) -> Option<Value> {
    judgement.answer.open.as_deref().map(|open| reasons(open, &judgement.documents()))
}

pub(super) fn reasons(unknown: &Unknown, documents: &[&Document]) -> Value {
    let one = |reason: &UnknownReason| match reason {
        UnknownReason::Exhausted(Exhausted::Deadline) => {
            json!({"reason": "deadline", "detail": "the time limit was reached"})
        }
        UnknownReason::Exhausted(limit) => {
            json!({"reason": "limit", "detail": format!("the limit `{}` was reached", limit.name()), "limit": limit.name()})
        }
        UnknownReason::Opaque { rule, detail, document, pointer, span: place } => {
            let mut opaque = json!({"reason": "opaque", "detail": detail, "rule": rule, "pointer": pointer});
            if let (Some(document), Value::Object(members)) = (documents.get(*document), &mut opaque) {
                members.insert("file".to_owned(), json!(document.source.name()));
                members.insert("span".to_owned(), span(&document.source, *place));
            }
            opaque
        }
        UnknownReason::NotVerified(detail) => json!({"reason": "not-verified", "detail": detail}),
        UnknownReason::Internal(detail) => json!({"reason": "internal", "detail": detail}),
    };
    unknown.reasons.iter().map(one).collect()
}

/// An error.
pub fn failure(failure: &Failure) -> Value {
    let mut error = Map::new();
    error.insert("code".to_owned(), json!(failure.code));
    error.insert("message".to_owned(), json!(failure.message));
    if !failure.faults.is_empty() {
        let fault = |f: &Fault| diagnostic(&f.source, &f.diagnostic);
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

fn diagnostic(source: &Source, fault: &Diagnostic) -> Value {
    let mut out = Map::new();
    out.insert("code".to_owned(), json!(fault.code));
    let severity = match fault.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    out.insert("severity".to_owned(), json!(severity));
    out.insert("message".to_owned(), json!(fault.message));
    out.insert("file".to_owned(), json!(source.name()));
    if let Some(pointer) = pointer_at(source.text(), fault.span.start as usize, &InputLimits::default()) {
        out.insert("pointer".to_owned(), json!(pointer));
    }
    out.insert("span".to_owned(), span(source, fault.span));
    if !fault.help.is_empty() {
        out.insert("help".to_owned(), json!(fault.help));
    }
    Value::Object(out)
}

fn span(source: &Source, span: Span) -> Value {
    let position = |offset: u32| {
        let at = source.position(offset as usize);
        json!({"line": at.line, "column": at.column, "offset": at.offset})
    };
    json!({"start": position(span.start), "end": position(span.end)})
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
        out.insert("span".to_owned(), span(source, mark.span));
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
    with_names(request, &KeyNames::of(documents))
}

fn with_names(request: &Request, names: &KeyNames<'_>) -> Value {
    let mut out = Map::new();
    out.insert("principal".to_owned(), request.requester.as_ref().map_or(Value::Null, principal));
    out.insert("action".to_owned(), json!(request.action));
    out.insert("resource".to_owned(), json!(request.resource));
    let context: Map<String, Value> =
        request.context().map(|(key, values)| (names.name(key), json!(values))).collect();
    out.insert("context".to_owned(), Value::Object(context));
    let mut facts = Map::new();
    if !request.facts.unique_ids.is_empty() {
        facts.insert("uniqueIds".to_owned(), json!(request.facts.unique_ids));
    }
    if !request.facts.canonical_users.is_empty() {
        facts.insert("canonicalUsers".to_owned(), json!(request.facts.canonical_users));
    }
    if request.facts.boundary {
        facts.insert("permissionsBoundary".to_owned(), json!(true));
    }
    if !facts.is_empty() {
        out.insert("facts".to_owned(), Value::Object(facts));
    }
    Value::Object(out)
}

fn principal(requester: &Requester) -> Value {
    let mut out = Map::new();
    out.insert("type".to_owned(), json!(principal_type(requester)));
    match requester {
        Requester::Service { name } => {
            out.insert("service".to_owned(), json!(name));
        }
        Requester::WebIdentity { provider } | Requester::Saml { provider } => {
            out.insert("provider".to_owned(), json!(provider));
        }
        _ => {}
    }
    if let Some(arn) = requester.principal_arn() {
        out.insert("arn".to_owned(), json!(arn));
    }
    if let Some(parent) = requester.parent_arn() {
        out.insert("parent".to_owned(), json!(parent));
    }
    if let Requester::AssumedRoot { .. } = requester {
        out.insert("session".to_owned(), json!("AssumeRoot"));
    }
    if let Requester::RoleSession { .. } = requester {
        out.insert("sessionArn".to_owned(), json!(requester.arn()));
    }
    if let Some(account) = requester.account() {
        out.insert("account".to_owned(), json!(account));
    }
    Value::Object(out)
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
    let of_documents = simulation.warnings().into_iter().map(|(source, w)| diagnostic(source, w));
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
    out.insert("span".to_owned(), span(&report.document.source, report.statement.span));
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
