//! The functions of a template with values put in the places of what they leave open say what they say with these values.

use super::plan::reads;
use arbitrary::{Result, Unstructured};
use iamsat::container::{
    Choice, Container, Content, Entry, Hole, HoleOrigin, Options, Selected, World, is_sign,
};
use iamsat::limits::InputLimits;
use iamsat::policy::parse;
use iamsat::span::Source;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Texts and calls with which the fuzzer starts.
pub(crate) const SEEDS: [&str; 12] = [
    "arn:aws:s3:::${Any}/${!aws:username}/*",
    "${Bucket.Arn}/${Word}${Stage}",
    "${AWS::Partition}:${AWS::Region}:${AWS::AccountId}:${AWS::StackName}",
    "${",
    "$${Any}}",
    "{{resolve:ssm:${Any}}}",
    r#"{"Fn::Join":["/",["a",{"Ref":"List"},{"Fn::Split":[",",{"Ref":"Any"}]}]]}"#,
    r#"{"Fn::Select":[{"Ref":"Word"},{"Fn::Split":["-",{"Fn::Sub":"${AWS::Region}-${Word}"}]}]}"#,
    r#"{"Fn::If":["IsLive",{"Ref":"Any"},{"Fn::FindInMap":["Of",{"Ref":"Stage"},"Name"]}]}"#,
    r#"{"Fn::Sub":["${A}${B}",{"A":{"Fn::If":["IsMain","x",{"Ref":"Word"}]},"B":{"Fn::Base64":"y"}}]}"#,
    r#"{"Fn::ToJsonString":{"a":[{"Ref":"Word"},1,true],"b":{"Ref":"AWS::NoValue"}}}"#,
    r#"{"Fn::FindInMap":["Of",{"Ref":"Word"},"None",{"DefaultValue":{"Fn::Length":{"Ref":"List"}}}]}"#,
];

/// Reads the bytes as a text of `Fn::Sub` or as the call of a function, and a call that the bytes make.
pub(crate) fn holds(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    says_the_same(&json!({"Fn::Sub": text}));
    if let Ok(call @ Value::Object(_)) = serde_json::from_str::<Value>(&text) {
        says_the_same(&call);
    }
    if let Ok(call) = call(&mut Unstructured::new(data), 3) {
        says_the_same(&call);
    }
}

fn call(u: &mut Unstructured<'_>, depth: u32) -> Result<Value> {
    if depth == 0 {
        let names = ["Any", "Word", "Stage", "List", "Bucket", "AWS::Region", "AWS::NoValue"];
        return Ok(match u.int_in_range(0..=4u8)? {
            0 => json!(*u.choose(&["", "a", "-", ",", "*", "live", "0"])?),
            1 => json!({"Fn::GetAtt": ["Bucket", *u.choose(&["Arn", "DomainName"])?]}),
            2 => json!({"Fn::Sub": *u.choose(&["${Any}-${Word}", "${!Any}", "x${Stage}", "${Bucket.Arn}"])?}),
            _ => json!({"Ref": *u.choose(&names)?}),
        });
    }
    let mut inner = || call(u, depth - 1);
    let (a, b) = (inner()?, inner()?);
    Ok(match u.int_in_range(0..=9u8)? {
        0 => json!({"Fn::Join": [*u.choose(&["", ",", "-"])?, [a, b]]}),
        1 => json!({"Fn::Select": [u.int_in_range(0..=1u8)?, [a, b]]}),
        2 => json!({"Fn::Select": [0, {"Fn::Split": [*u.choose(&["-", ",", "ab"])?, a]}]}),
        3 => json!({"Fn::If": [*u.choose(&["IsLive", "IsMain", "IsBoth"])?, a, b]}),
        4 => json!({"Fn::Sub": ["${A}/${B}", {"A": a, "B": b}]}),
        5 => json!({"Fn::FindInMap": ["Of", a, "Name", {"DefaultValue": b}]}),
        6 => json!({"Fn::ToJsonString": [a, b]}),
        7 => json!({"Fn::Base64": a}),
        8 => json!({"Fn::Length": [a, b]}),
        _ => a,
    })
}

/// Compares the policies of a template for every value with the policy for some values.
fn says_the_same(call: &Value) {
    let template = json!({
        "Transform": "AWS::LanguageExtensions",
        "Parameters": {
            "Any": {"Type": "String"},
            "Word": {"Type": "String", "AllowedPattern": "[a-z]{1,4}"},
            "Stage": {"Type": "String", "AllowedValues": ["qa", "live"]},
            "List": {"Type": "CommaDelimitedList"},
        },
        "Mappings": {"Of": {"qa": {"Name": "first"}, "live": {"Name": "last"}}},
        "Conditions": {
            "IsLive": {"Fn::Equals": [{"Ref": "Stage"}, "live"]},
            "IsMain": {"Fn::Equals": [{"Ref": "Word"}, "main"]},
            "IsBoth": {"Fn::And": [{"Condition": "IsLive"}, {"Fn::Not": [{"Condition": "IsMain"}]}]},
        },
        "Resources": {
            "Bucket": {"Type": "AWS::S3::Bucket"},
            "Policy": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": {"Statement": {
                "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*",
                "Condition": {"StringEquals": {"aws:PrincipalTag/call": call}},
            }}}},
        },
    });
    let container = reads(&template.to_string()).unwrap_or_else(|| panic!("{template}"));
    for entry in &container.entries {
        let Content::Partly { holes, worlds } = &entry.content else { continue };
        if worlds.is_empty() {
            continue;
        }
        for (word, stage, any) in [("main", "live", "a*b"), ("zz", "qa", "x-y,z")] {
            let base = [("Word", word), ("Stage", stage), ("Any", any), ("List", "p, q")];
            compare((&container, entry), (holes, worlds), &base, &template);
        }
    }
}

fn compare(
    (container, entry): (&Container, &Entry),
    (holes, worlds): (&[Hole], &[World]),
    base: &[(&str, &str)],
    template: &Value,
) {
    let mut values: BTreeMap<String, String> =
        base.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    for hole in holes {
        let Some(text) = hole.text.as_ref().filter(|text| text.origin != HoleOrigin::Function) else {
            return;
        };
        if let Some(example) = text.shape.example(1) {
            values.entry(hole.name.clone()).or_insert(example);
        }
    }
    let Some(document) = Selected::of(container, entry, &Options::default(), false).with(&values) else {
        return;
    };
    let fits = |world: &&World| {
        world.choices.iter().all(|(name, choice)| match choice {
            Choice::Text(text) => values.get(name) == Some(text),
            Choice::Differs(text) => {
                let name = name.strip_suffix(&format!("={text}")).unwrap();
                values.get(name) != Some(text)
            }
            Choice::Truth(_) => true,
        })
    };
    let policies: Vec<String> = worlds
        .iter()
        .filter(fits)
        .filter_map(|world| {
            let policy = put(serde_json::from_str(world.policy.as_ref()?).unwrap(), holes, &values);
            let limits = InputLimits::default();
            parse(&Source::new("policy", policy.to_string()), &limits)
                .ok()
                .map(|document| document.to_string())
        })
        .collect();
    assert!(policies.contains(&document.to_string()), "{values:?}\n{policies:?}\n{document}\n{template}");
}

/// Puts values in the places of signs.
fn put(value: Value, holes: &[Hole], values: &BTreeMap<String, String>) -> Value {
    match value {
        Value::String(text) if text.contains(is_sign) => {
            let mut out = String::new();
            for character in text.chars() {
                let of_sign = |hole: &&Hole| hole.text.as_ref().is_some_and(|text| text.sign == character);
                let Some(hole) = holes.iter().find(of_sign) else {
                    out.push(character);
                    continue;
                };
                let value = &values[&hole.name];
                let is_list = hole.text.as_ref().is_some_and(|text| text.is_list);
                if is_list && text.chars().eq([character]) {
                    return value.split(',').map(|item| Value::from(item.trim())).collect();
                }
                out.push_str(value);
            }
            Value::String(out)
        }
        Value::Array(list) => list.into_iter().map(|value| put(value, holes, values)).collect(),
        Value::Object(members) => Value::Object(
            members.into_iter().map(|(name, value)| (name, put(value, holes, values))).collect(),
        ),
        value => value,
    }
}
