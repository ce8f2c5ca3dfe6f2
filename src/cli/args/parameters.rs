//! Files with the values of a template's parameters.

use serde_json::Value;
use std::collections::BTreeMap;

/// The values of parameters, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parameters(pub(crate) BTreeMap<String, String>);

/// Reads a file with values of parameters.
pub(super) fn parameters(path: &str) -> Result<Parameters, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    of_text(&text).map(Parameters)
}

/// Reads the forms that are in use: the list of the AWS CLI, an object with or without `Parameters` around it, and `NAME=VALUE`.
fn of_text(text: &str) -> Result<BTreeMap<String, String>, String> {
    let json: Value = match serde_json::from_str(text) {
        Ok(json) => json,
        Err(error) if text.trim_start().starts_with(['{', '[']) => return Err(error.to_string()),
        Err(_) => return text.split_whitespace().map(pair).collect(),
    };
    match json {
        Value::Object(mut members) => {
            let inner = members.remove("Parameters");
            let members = match inner {
                Some(Value::Object(inner)) => inner,
                Some(_) => return Err("`Parameters` has to be an object".to_owned()),
                None => members,
            };
            members.into_iter().map(|(name, value)| Ok((name, scalar(&value)?))).collect()
        }
        Value::Array(list) => list.iter().map(element).collect(),
        _ => Err("it holds no parameters".to_owned()),
    }
}

fn element(element: &Value) -> Result<(String, String), String> {
    if let Value::String(text) = element {
        return pair(text);
    }
    let member = |name: &str| element.get(name).ok_or_else(|| format!("an element has no `{name}`"));
    let name = member("ParameterKey")?;
    let name = name.as_str().ok_or_else(|| "`ParameterKey` has to be a text".to_owned())?;
    Ok((name.to_owned(), scalar(member("ParameterValue")?)?))
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("`{text}` is not NAME=VALUE"))?;
    Ok((name.to_owned(), value.trim_matches('"').to_owned()))
}

fn scalar(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Array(list) => Ok(list.iter().map(scalar).collect::<Result<Vec<_>, _>>()?.join(",")),
        Value::Null | Value::Object(_) => Err("the value of a parameter has to be a text".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::of_text;

    #[test]
    fn all_forms_say_the_same() {
        for text in [
            r#"[{"ParameterKey":"A","ParameterValue":"1"},{"ParameterKey":"B","ParameterValue":"x=y"}]"#,
            r#"{"Parameters":{"A":1,"B":"x=y"},"Tags":{}}"#,
            r#"{"A":"1","B":"x=y"}"#,
            r#"["A=1","B=x=y"]"#,
            "A=1 B=\"x=y\"\n",
        ] {
            let values = of_text(text).unwrap();
            assert_eq!(
                values.into_iter().collect::<Vec<_>>(),
                [("A".into(), "1".into()), ("B".into(), "x=y".into())]
            );
        }
        for wrong in ["{", "A", r#"[{"ParameterKey":"A"}]"#, r#"{"A":null}"#, "3"] {
            assert!(of_text(wrong).is_err(), "{wrong}");
        }
    }
}
