//! JSON: AWS's three members word for word, then our own. Every answer is [`Serialize`], written from a typed view; this file has
//! the other JSON outputs.

mod block_public_access;
mod catalogue;
mod change;
mod compared;
mod difference;
mod external;
mod find;
mod guardrails;
mod issue;
mod judged;
mod layers;
mod place;
mod possible;
mod request;
mod simulation;
mod snapshot;
mod validation;
mod what;
mod who;

pub use issue::{accepted, add_issues, add_version, failure, issue, lint, linted};
pub use validation::{ValidatedInput, validations};

use crate::diagnostic::Diagnostic;
use crate::explain::display::KeyNames;
use crate::policy::Document;
use crate::report::answer::{Dependent, Judgement, Settled};
use crate::request::Request;
use crate::span::Source;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// Writes a remark about a file.
pub fn warning(source: &Source, warning: &Diagnostic) -> Value {
    json!(place::DiagnosticView::of(source, warning))
}

/// Writes an outcome that is known without a search.
pub fn settled(settled: &Settled) -> Value {
    let code = settled.issue.as_ref().map(|issue| issue.code.as_str());
    let mut value = json!({"result": settled.status.name(), "message": settled.message, "code": code});
    if let (Value::Object(members), Some(dependence)) = (&mut value, &settled.dependence) {
        members.extend(dependent(dependence));
    }
    value
}

/// Returns the members that say what a verdict has to do with unknown values.
pub fn dependent(dependence: &Dependent) -> Vec<(String, Value)> {
    let mut members = vec![("dependsOn".to_owned(), json!(dependence.on))];
    if let Some(values) = &dependence.fails_with {
        members.push(("failsWith".to_owned(), json!(values)));
    }
    if let Some(passes) = &dependence.passes_if {
        let about = json!({
            "names": passes.names, "condition": passes.condition, "allowedPattern": passes.pattern,
        });
        members.push(("passesIf".to_owned(), about));
    }
    members.push(("forEveryValue".to_owned(), json!(dependence.holds_always)));
    if !dependence.assumptions.is_empty() {
        let names: Vec<&str> = dependence.assumptions.iter().map(|code| code.as_str()).collect();
        members.push(("assumptions".to_owned(), json!(names)));
    }
    members
}

/// Writes the undecided parts beside the findings of a FAIL.
pub fn open(judgement: &Judgement<'_>) -> Option<Value> {
    let open = judgement.answer.open.as_deref()?;
    Some(json!(judged::reasons(open, &judgement.documents())))
}

/// Writes a request.
pub fn request(request: &Request, documents: &[&Document]) -> Value {
    json!(request::RequestView::of(request, &KeyNames::of(documents)))
}

/// An object whose member names are known only at run time.
struct Members<N, V>(Vec<(N, V)>);

impl<N: Serialize, V: Serialize> Serialize for Members<N, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}
