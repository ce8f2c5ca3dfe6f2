//! Merges documents as Terraform's AWS provider does: sources, own statements, overrides.
//!
//! The provider reads each of them as Go reads JSON: names of members match in any case, unknown members disappear, and only
//! texts, Booleans and lists survive as values of a condition.

use serde_json::{Map, Value};

const STATEMENT_MEMBERS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// The merged document so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Merged {
    pub(super) version: Option<String>,
    pub(super) id: Option<String>,
    pub(super) statements: Vec<Map<String, Value>>,
}

/// The reason why documents cannot be merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MergeError {
    /// One of them is not known.
    Unknown,
    /// One of them is invalid: applying the plan fails.
    Invalid(String),
    /// A condition on this key has a number, which the provider drops together with the condition.
    ConditionLost(String),
}

/// Merges in the provider's order: a statement with a Sid replaces the first one with that Sid at its place; one without a Sid is
/// appended.
///
/// # Errors
/// A document is not known or cannot be read.
pub(super) fn merge(
    document: &mut Merged,
    sources: &[Option<String>],
    own: Vec<Map<String, Value>>,
    version: &str,
    overrides: &[Option<String>],
) -> Result<(), MergeError> {
    for source in sources {
        let source = read(source.as_deref().ok_or(MergeError::Unknown)?)?;
        let is_named = |statement: &Map<String, Value>| sid(statement).is_some();
        for statement in source.statements.iter().filter(|statement| is_named(statement)) {
            if document.statements.iter().any(|other| sid(other) == sid(statement)) {
                return Err(MergeError::Invalid("a Sid occurs in several source documents".to_owned()));
            }
        }
        document.add(source);
    }
    let own = Merged { version: Some(version.to_owned()), id: None, statements: own };
    document.add(own);
    for source in overrides {
        document.add(read(source.as_deref().ok_or(MergeError::Unknown)?)?);
    }
    Ok(())
}

impl Merged {
    fn add(&mut self, other: Merged) {
        self.version = self.version.take().max(other.version);
        self.id = other.id.or(self.id.take());
        for statement in other.statements {
            let same = |old: &&mut Map<String, Value>| sid(old).is_some() && sid(old) == sid(&statement);
            match self.statements.iter_mut().find(same) {
                Some(old) => *old = statement,
                None => self.statements.push(statement),
            }
        }
    }
}

fn sid(statement: &Map<String, Value>) -> Option<&str> {
    statement.get("Sid").and_then(Value::as_str).filter(|sid| !sid.is_empty())
}

fn read(text: &str) -> Result<Merged, MergeError> {
    let invalid = |why: &str| MergeError::Invalid(why.to_owned());
    if text.trim().is_empty() {
        return Ok(Merged::default());
    }
    let Ok(Value::Object(members)) = serde_json::from_str::<Value>(text) else {
        return Err(invalid("it is not a JSON object"));
    };
    let mut document = Merged::default();
    for (name, value) in members {
        match (known(&name, &["Version", "Id", "Statement"]), value) {
            (Some("Version"), Value::String(version)) => document.version = Some(version),
            (Some("Id"), Value::String(id)) => document.id = Some(id),
            (Some("Statement"), Value::Array(list)) => {
                let statements = list.into_iter().map(statement);
                document.statements = statements.collect::<Result<Vec<_>, MergeError>>()?;
            }
            (None, _) | (Some(_), Value::Null) => {}
            (Some(name), _) => return Err(MergeError::Invalid(format!("`{name}` has the wrong type"))),
        }
    }
    Ok(document)
}

fn known<'n>(name: &str, names: &[&'n str]) -> Option<&'n str> {
    names.iter().copied().find(|known| known.eq_ignore_ascii_case(name))
}

fn statement(value: Value) -> Result<Map<String, Value>, MergeError> {
    let Value::Object(members) = value else {
        return Err(MergeError::Invalid("a statement is not an object".to_owned()));
    };
    let mut statement = Map::new();
    for (name, value) in members {
        let Some(name) = known(&name, &STATEMENT_MEMBERS) else { continue };
        let value = match (name, value) {
            (_, Value::Null) => continue,
            // Whatever the text is, the provider reads it as everyone.
            ("Principal" | "NotPrincipal", Value::String(_)) => Value::String("*".to_owned()),
            ("Condition", value) => {
                loses_nothing(&value)?;
                value
            }
            (_, value) => value,
        };
        statement.insert(name.to_owned(), value);
    }
    Ok(statement)
}

fn loses_nothing(condition: &Value) -> Result<(), MergeError> {
    let Value::Object(tests) = condition else {
        return Err(MergeError::Invalid("`Condition` is not an object".to_owned()));
    };
    for keys in tests.values() {
        let Value::Object(keys) = keys else {
            return Err(MergeError::Invalid("an operator of a condition has no object".to_owned()));
        };
        for (key, value) in keys {
            let is_kept = |value: &Value| matches!(value, Value::String(_) | Value::Bool(_));
            let all_kept = match value {
                Value::Array(list) => list.iter().all(is_kept),
                value => is_kept(value),
            };
            if !all_kept {
                return Err(MergeError::ConditionLost(key.clone()));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(sources: &[&str], own: &str, overrides: &[&str]) -> Result<String, MergeError> {
        let texts = |list: &[&str]| list.iter().map(|text| Some((*text).to_owned())).collect::<Vec<_>>();
        let Value::Array(own) = serde_json::from_str(own).unwrap() else { panic!() };
        let own = own.into_iter().map(|value| statement(value).unwrap()).collect();
        let mut document = Merged::default();
        merge(&mut document, &texts(sources), own, "2012-10-17", &texts(overrides))?;
        Ok(serde_json::to_string(&document.statements).unwrap())
    }

    #[test]
    fn a_sid_replaces_in_place_and_the_rest_is_appended() {
        let source = r#"{"Statement":[{"sid":"A","effect":"Allow","Extra":1},{"Effect":"Deny"}]}"#;
        let own = r#"[{"Sid":"B","Effect":"Allow"}]"#;
        let over = r#"{"Statement":[{"Sid":"A","Effect":"Deny","Principal":"x"},{"Effect":"Allow"}]}"#;
        assert_eq!(
            merged(&[source], own, &[over]).unwrap(),
            concat!(
                r#"[{"Sid":"A","Effect":"Deny","Principal":"*"},{"Effect":"Deny"},"#,
                r#"{"Sid":"B","Effect":"Allow"},{"Effect":"Allow"}]"#
            )
        );
    }

    #[test]
    fn what_the_provider_rejects_or_loses_is_not_merged() {
        let of = |text: &str| merged(&[text], "[]", &[]);
        assert!(matches!(of(r#"{"Statement":{"Effect":"Allow"}}"#), Err(MergeError::Invalid(_))));
        let lost = r#"{"Statement":[{"Condition":{"NumericLessThan":{"aws:MultiFactorAuthAge":300}}}]}"#;
        assert_eq!(of(lost), Err(MergeError::ConditionLost("aws:MultiFactorAuthAge".to_owned())));
        let named = r#"{"Statement":[{"Sid":"A"}]}"#;
        assert!(matches!(merged(&[named, named], "[]", &[]), Err(MergeError::Invalid(_))));
        let mut document = Merged::default();
        assert_eq!(merge(&mut document, &[None], Vec::new(), "", &[]), Err(MergeError::Unknown));
    }
}
