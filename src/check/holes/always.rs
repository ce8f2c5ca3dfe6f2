//! Findings for every value: a request whose resource contains the unknown text itself.
//!
//! "The policy allows this request about `arn:aws:s3:::NAME/a`, whatever NAME is" is a query of its own: a policy that allows only
//! these requests allows nothing that the policy in question does not.

use super::abstraction::Abstraction;
use super::{Judge, read};
use crate::check::{Options, no_new_access};
use crate::container::{Shape, is_sign};
use crate::policy::Document;
use crate::query::CheckKind;
use crate::solve::Verdict;
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Texts that are tried as the resource of such a request.
const MOST: usize = 8;

impl Judge<'_, '_> {
    /// True if every policy fails, each with a request about a resource that is spelled with the unknown text. Only checks of one
    /// policy that list no resources are covered, because every resource counts for these.
    pub(super) fn fails_alike(&self, shapes: &[Shape], pairings: &[usize]) -> bool {
        let is_covered = match self.problem.kind {
            CheckKind::NoPublicAccess => true,
            CheckKind::AccessNotGranted => self.problem.lists_no_resource,
            _ => false,
        };
        is_covered && pairings.iter().all(|number| self.fails_with_name(shapes, *number))
    }

    fn fails_with_name(&self, shapes: &[Shape], number: usize) -> bool {
        let Some(pairing) = self.texts.pairings.get(number) else { return false };
        let Some(policy) = &pairing.new else { return false };
        let ordinary =
            super::values::to_try(self.texts, shapes, pairing, self.problem.listed).into_iter().next();
        let Some(answer) = ordinary.and_then(|values| self.in_text(number, &values)) else { return false };
        let Verdict::Fail(findings) = &answer.verdict else { return false };
        let covered = self.signed();
        let parts = RefCell::new(BTreeMap::new());
        let abstraction =
            Abstraction { texts: self.texts, shapes, outsiders: None, fresh: None, covered, parts };
        let Some(abstracted) = abstraction.policy(policy).and_then(|policy| read(&policy)) else {
            return false;
        };
        let Ok(value) = serde_json::from_str::<Value>(policy) else { return false };
        let options =
            Options { has_unknown_texts: true, certificate: false, certify: false, ..self.options.unseen() };
        findings.iter().any(|finding| {
            let request = finding.witness.request();
            if request.context().next().is_some() {
                return false;
            }
            let resources = self.resources(&abstraction, &value).into_iter().take(MOST);
            let mut all = resources.chain([request.resource.clone()]);
            all.any(|resource| {
                [json!("*"), json!({"AWS": "*"})].into_iter().any(|everyone| {
                    let Some(only) = only(&value, (&request.action, &resource), everyone) else {
                        return false;
                    };
                    let answer = no_new_access(&only, &abstracted, &options);
                    matches!(answer.verdict, Verdict::Pass(_))
                })
            })
        })
    }

    /// Returns the resources of the policy that are spelled with unknown texts, with a letter for each wildcard.
    fn resources(&self, abstraction: &Abstraction<'_>, policy: &Value) -> Vec<String> {
        let mut signed = Vec::new();
        super::abstraction::signed(policy, &mut signed);
        let texts = signed.into_iter().filter(|text| !text.contains("${"));
        let spelled = texts.map(|text| text.replace(['*', '?'], "a")).filter(|text| text.contains(is_sign));
        spelled.filter_map(|text| abstraction.variables(&text, true)).collect()
    }
}

/// Returns the policy that allows everyone this action on this resource, in requests without the keys that the policy mentions.
fn only(policy: &Value, (action, resource): (&str, &str), everyone: Value) -> Option<Document> {
    let statements: Vec<&Value> = match policy.get("Statement")? {
        Value::Array(list) => list.iter().collect(),
        one => vec![one],
    };
    let mut absent = Map::new();
    let conditions = statements.iter().filter_map(|statement| statement.get("Condition")?.as_object());
    for keys in conditions.flat_map(|operators| operators.values()).filter_map(Value::as_object) {
        absent.extend(keys.keys().map(|key| (key.to_ascii_lowercase(), Value::from("true"))));
    }
    let has_principal = statements.iter().any(|s| s.get("Principal").or(s.get("NotPrincipal")).is_some());
    let has_resource = statements.iter().any(|s| s.get("Resource").or(s.get("NotResource")).is_some());
    let mut statement = Map::new();
    statement.insert("Effect".to_owned(), json!("Allow"));
    statement.insert("Action".to_owned(), json!(action));
    if has_resource {
        statement.insert("Resource".to_owned(), json!(resource));
    }
    if has_principal {
        statement.insert("Principal".to_owned(), everyone);
    }
    if !absent.is_empty() {
        statement.insert("Condition".to_owned(), json!({"Null": absent}));
    }
    read(&json!({"Version": "2012-10-17", "Statement": statement}).to_string())
}
