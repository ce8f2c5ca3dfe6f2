//! A policy whose texts are spelled by functions of a template is the policy that they spell.

use super::plan::reads;
use crate::support::policies::{Policy, some_keys};
use arbitrary::{Result, Unstructured};
use iamsat::container::State;
use serde_json::{Map, Value, json};

/// Reads the bytes as a template's body, and a template that the bytes make.
pub(crate) fn holds(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    reads(&format!("{{\"Resources\":{{\"A\":{{\"Type\":\"AWS::IAM::Role\",\"Properties\":{text}}}}}}}"));
    if let Ok((template, plain)) = template(&mut Unstructured::new(data)) {
        let container = reads(&template.to_string()).unwrap_or_else(|| panic!("{template}"));
        let expected = reads(&plain.to_string()).unwrap_or_else(|| panic!("{plain}"));
        let documents = |container: &iamsat::container::Container| {
            let one = |entry: &iamsat::container::Entry| {
                (entry.name.clone(), entry.state(), entry.document().map(ToString::to_string))
            };
            container.entries.iter().map(one).collect::<Vec<_>>()
        };
        assert_eq!(documents(&container), documents(&expected), "{template}");
        assert!(
            container.entries.iter().all(|entry| matches!(entry.state(), State::Known | State::Unreadable))
        );
    }
}

/// A template whose texts are spelled by functions, and the same with the texts as they are.
pub(crate) fn template(u: &mut Unstructured<'_>) -> Result<(Value, Value)> {
    let keys = some_keys(u)?;
    let mut resources = [Map::new(), Map::new()];
    for index in 0..u.int_in_range(1..=3u8)? {
        let is_trust = u.arbitrary()?;
        let policy: Value =
            serde_json::from_str(&Policy::arbitrary(u, &keys, is_trust)?.text(u.arbitrary()?)).unwrap();
        let spelled = spelled(u, &policy)?;
        for (resources, policy) in resources.iter_mut().zip([spelled, policy]) {
            let resource = if is_trust {
                json!({"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": policy}})
            } else {
                json!({"Type": "AWS::IAM::Group", "Properties": {"Policies": [{"PolicyDocument": policy}]}})
            };
            resources.insert(format!("R{index}"), resource);
        }
    }
    let [spelled, plain] = resources;
    let mappings = json!({"Texts": {"a": {"b": "unused"}}});
    Ok((json!({"Resources": spelled, "Mappings": mappings}), json!({"Resources": plain})))
}

/// The value with some of its texts spelled by functions.
fn spelled(u: &mut Unstructured<'_>, value: &Value) -> Result<Value> {
    Ok(match value {
        Value::String(text) => function(u, text)?,
        Value::Array(list) => {
            let mut out = Vec::new();
            for element in list {
                out.push(spelled(u, element)?);
                if u.ratio(1, 8)? {
                    out.push(json!({"Ref": "AWS::NoValue"}));
                }
            }
            Value::Array(out)
        }
        Value::Object(members) => {
            let mut out = Map::new();
            for (key, member) in members {
                out.insert(key.clone(), spelled(u, member)?);
            }
            if u.ratio(1, 8)? {
                out.insert("Absent".to_owned(), json!({"Ref": "AWS::NoValue"}));
            }
            Value::Object(out)
        }
        other => other.clone(),
    })
}

fn function(u: &mut Unstructured<'_>, text: &str) -> Result<Value> {
    let middle = text.floor_char_boundary(u.int_in_range(0..=text.len())?);
    let (start, end) = text.split_at(middle);
    Ok(match u.int_in_range(0..=6u8)? {
        1 => json!({"Fn::Join": ["", [start, end]]}),
        2 => json!({"Fn::Sub": text.replace("${", "${!")}),
        3 => json!({"Fn::Sub": ["${A}${B}", {"A": start, "B": {"Fn::Join": ["", [end]]}}]}),
        4 => json!({"Fn::Select": [1, ["x", text, "y"]]}),
        5 => json!({"Fn::Select": ["0", {"Fn::Split": ["\u{1}", format!("{text}\u{1}x")]}]}),
        6 => json!({"Fn::Join": [end, {"Fn::Split": ["\u{1}", format!("{start}\u{1}")]}]}),
        _ => json!(text),
    })
}
