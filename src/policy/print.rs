//! The canonical text of a document.
//!
//! What JSON leaves to the writer is settled: the order of members, whether one value stands in a list, escapes, white
//! space. So is what policies leave to the writer without a difference in meaning: a `Version` that is not written, an
//! empty `Sid`, lists of principals or keys under an operator with nothing in them, the case of operators. Arrays keep
//! their order and values their spelling: an index or a text that is named elsewhere still finds its place.

use crate::policy::{
    Condition, ConditionValue, Document, JsonKind, Principal, PrincipalElement, PrincipalKind, Statement,
};
use crate::span::Spanned;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;
use std::fmt::{Display, Error, Formatter};

/// A value that is written as it stands here.
enum Json<'d> {
    Text(&'d str),
    Literal(&'d str),
    List(Vec<Json<'d>>),
    Object(Vec<(String, Json<'d>)>),
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Text(text) => serializer.serialize_str(text),
            // A value that was not read but made up may say that it is a number and not be one.
            Json::Literal(text) => match RawValue::from_string((*text).to_owned()) {
                Ok(raw) => raw.serialize(serializer),
                Err(_) => serializer.serialize_str(text),
            },
            Json::List(list) => serializer.collect_seq(list),
            Json::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'d> Json<'d> {
    /// One value stands alone; none, or several, are a list.
    fn scalar_or_list(values: impl Iterator<Item = Json<'d>>) -> Json<'d> {
        let mut values: Vec<Json<'d>> = values.collect();
        match (values.pop(), values.is_empty()) {
            (Some(one), true) => one,
            (last, _) => {
                values.extend(last);
                Json::List(values)
            }
        }
    }
}

/// Writes the canonical text: JSON on one line, or with `{:#}` indented.
///
/// It means what the document means, statement by statement, and printing what is read from it gives the same bytes.
///
/// ```
/// use iamsat::{limits::InputLimits, policy::{Document, parse}, span::Source};
/// let read = |text: &str| -> Document {
///     parse(&Source::new("policy.json", text), &InputLimits::default()).unwrap()
/// };
/// let document = read(
///     r#"{ "Statement": { "Action": ["s3:Get*"], "Resource": "\u002a", "Effect": "Allow" } }"#,
/// );
/// let text = document.to_string();
/// assert_eq!(
///     text,
///     r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}"#
/// );
/// assert_eq!(read(&text).to_string(), text);
/// assert_eq!(read(&format!("{document:#}")).to_string(), text);
/// ```
impl Display for Document {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let json = document(self);
        let text =
            if f.alternate() { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) };
        f.write_str(&text.map_err(|_| Error)?)
    }
}

fn document(document: &Document) -> Json<'_> {
    let mut members = vec![("Version".to_owned(), Json::Text(document.version.name()))];
    if let Some(id) = &document.id {
        members.push(("Id".to_owned(), Json::Text(&id.value)));
    }
    let statements = document.statements.iter().map(statement).collect();
    members.push(("Statement".to_owned(), Json::List(statements)));
    Json::Object(members)
}

fn statement(statement: &Statement) -> Json<'_> {
    let mut members = Vec::new();
    let mut put = |name: &str, value| members.push((name.to_owned(), value));
    if let Some(sid) = statement.sid() {
        put("Sid", Json::Text(sid));
    }
    put("Effect", Json::Text(statement.effect.value.name()));
    if let Some(element) = &statement.principal {
        put(if element.negated { "NotPrincipal" } else { "Principal" }, principals(element));
    }
    let action = &statement.action;
    let texts = action.values.iter().map(|v| Json::Text(&v.value.text));
    put(if action.negated { "NotAction" } else { "Action" }, Json::scalar_or_list(texts));
    if let Some(resource) = &statement.resource {
        let texts = resource.values.iter().map(|v| Json::Text(&v.value.text));
        put(if resource.negated { "NotResource" } else { "Resource" }, Json::scalar_or_list(texts));
    }
    if !statement.conditions.is_empty() {
        put("Condition", conditions(&statement.conditions));
    }
    Json::Object(members)
}

fn principals(element: &PrincipalElement) -> Json<'_> {
    if element.everyone {
        return Json::Text("*");
    }
    let mut kinds: Vec<PrincipalKind> = element.values.iter().map(|v| v.value.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let of = |kind| {
        let values = element.values.iter().filter(move |v| v.value.kind == kind);
        Json::scalar_or_list(values.map(|Spanned { value: Principal { text, .. }, .. }| Json::Text(text)))
    };
    Json::Object(kinds.into_iter().map(|kind| (kind.name().to_owned(), of(kind))).collect())
}

/// Operators in the order of their list, the keys of each by name: objects have no order that could be kept.
fn conditions(conditions: &[Condition]) -> Json<'_> {
    let mut sorted: Vec<&Condition> = conditions.iter().collect();
    sorted.sort_by(|a, b| (a.operator.value, &a.key.value.name).cmp(&(b.operator.value, &b.key.value.name)));
    let same = sorted.chunk_by(|a, b| a.operator.value == b.operator.value);
    let operators = same.filter_map(|group| {
        let name = group.first()?.operator.value.to_string();
        let entries = group.iter().map(|condition| entry(condition)).collect();
        Some((name, Json::Object(entries)))
    });
    Json::Object(operators.collect())
}

fn entry(condition: &Condition) -> (String, Json<'_>) {
    let values = condition.values.iter().map(|v| condition_value(&v.value));
    (condition.key.value.text.to_string(), Json::scalar_or_list(values))
}

fn condition_value(value: &ConditionValue) -> Json<'_> {
    match value.kind {
        JsonKind::String => Json::Text(&value.text),
        JsonKind::Number | JsonKind::Boolean => Json::Literal(&value.text),
    }
}
