//! JSON Schema (draft 7), as much of it as the schema of SARIF uses. An unknown keyword fails the test, so that nothing is
//! ignored.

use regex_automata::nfa::thompson::pikevm::PikeVM;
use serde_json::Value;
use std::path::Path;

/// The schema of SARIF, unless this is a packaged crate, which does not contain it.
pub(crate) fn sarif() -> Option<Value> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    if !data.is_dir() {
        println!("skipped: no tests/data here (a packaged crate has none)");
        return None;
    }
    let text = std::fs::read_to_string(data.join("sarif-2.1.0.schema.json")).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

/// The faults of a value.
pub(crate) fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    check(schema, schema, value, "", &mut faults);
    faults
}

fn check(root: &Value, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
    let mut fault = |what: String| faults.push(format!("{at}: {what}"));
    let mut inner: Vec<(Value, Value, String)> = Vec::new();
    for (keyword, wanted) in schema.as_object().expect("a schema is an object") {
        match keyword.as_str() {
            "$schema" | "$id" | "title" | "description" | "default" | "definitions" => {}
            "$ref" => {
                let pointer = wanted.as_str().unwrap().strip_prefix('#').expect("a local reference");
                let target = root.pointer(pointer).unwrap_or_else(|| panic!("{pointer} does not exist"));
                inner.push((target.clone(), value.clone(), at.to_owned()));
            }
            "type" => {
                let types: Vec<&str> = match wanted {
                    Value::String(one) => vec![one],
                    list => list.as_array().unwrap().iter().map(|t| t.as_str().unwrap()).collect(),
                };
                if !types.iter().any(|t| is_of_type(value, t)) {
                    fault(format!("{value} is not of type {wanted}"));
                }
            }
            "enum" => {
                if !wanted.as_array().unwrap().contains(value) {
                    fault(format!("{value} is none of {wanted}"));
                }
            }
            "minimum" | "maximum" => {
                if let (Some(number), Some(bound)) = (value.as_f64(), wanted.as_f64()) {
                    let fits = if keyword == "minimum" { number >= bound } else { number <= bound };
                    if !fits {
                        fault(format!("{number} is beyond the {keyword} {bound}"));
                    }
                }
            }
            "pattern" => {
                let regex = PikeVM::new(wanted.as_str().unwrap()).expect("a pattern");
                if let Some(text) = value.as_str()
                    && !regex.is_match(&mut regex.create_cache(), text)
                {
                    fault(format!("{text} does not match {wanted}"));
                }
            }
            "format" => {
                if let Some(text) = value.as_str() {
                    let fits = match wanted.as_str().unwrap() {
                        "uri" => is_uri_reference(text) && text.contains(':'),
                        "uri-reference" => is_uri_reference(text),
                        other => panic!("the format {other} is not known"),
                    };
                    if !fits {
                        fault(format!("{text} is not a {wanted}"));
                    }
                }
            }
            "minItems" => {
                if value.as_array().is_some_and(|list| (list.len() as u64) < wanted.as_u64().unwrap()) {
                    fault(format!("fewer than {wanted} items"));
                }
            }
            "uniqueItems" => {
                if let (Some(list), Some(true)) = (value.as_array(), wanted.as_bool())
                    && list
                        .iter()
                        .enumerate()
                        .any(|(i, x)| list.iter().skip(i.saturating_add(1)).any(|y| x == y))
                {
                    fault("an item occurs twice".to_owned());
                }
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    inner.push((wanted.clone(), item.clone(), format!("{at}/{index}")));
                }
            }
            "required" => {
                for name in wanted.as_array().unwrap().iter().map(|name| name.as_str().unwrap()) {
                    if value.as_object().is_some_and(|members| !members.contains_key(name)) {
                        fault(format!("{name} is missing"));
                    }
                }
            }
            "properties" => {
                for (name, member) in value.as_object().into_iter().flatten() {
                    if let Some(schema) = wanted.get(name) {
                        inner.push((schema.clone(), member.clone(), format!("{at}/{name}")));
                    }
                }
            }
            "additionalProperties" => {
                let known = schema.get("properties").and_then(Value::as_object);
                for (name, member) in value.as_object().into_iter().flatten() {
                    match (known.is_some_and(|known| known.contains_key(name)), wanted) {
                        (true, _) | (false, Value::Bool(true)) => {}
                        (false, Value::Bool(false)) => fault(format!("{name} is not known")),
                        (false, schema) => {
                            inner.push((schema.clone(), member.clone(), format!("{at}/{name}")))
                        }
                    }
                }
            }
            "anyOf" | "oneOf" => {
                let fits = |schema: &&Value| {
                    let mut faults = Vec::new();
                    check(root, schema, value, at, &mut faults);
                    faults.is_empty()
                };
                let fitting = wanted.as_array().unwrap().iter().filter(fits).count();
                if fitting == 0 || (keyword == "oneOf" && fitting > 1) {
                    fault(format!("{fitting} of {keyword} fit"));
                }
            }
            other => panic!("the keyword {other} is not known"),
        }
    }
    for (schema, value, at) in inner {
        check(root, &schema, &value, &at, faults);
    }
}

fn is_of_type(value: &Value, wanted: &str) -> bool {
    match wanted {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "null" => value.is_null(),
        other => panic!("the type {other} is not known"),
    }
}

/// Returns true if the text has only characters of a URI, and `%` only before two hexadecimal digits (RFC 3986, section 2).
fn is_uri_reference(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
    let escapes = text.split('%').skip(1);
    text.chars().all(allowed)
        && escapes.into_iter().all(|e| e.get(..2).is_some_and(|d| d.bytes().all(|b| b.is_ascii_hexdigit())))
}
