//! The decision over all layers: cases as data in tests/traps/layers.json.
//!
//! A document that is a list of statements has version 2012-10-17, and `*` for an omitted action or resource; a resource that is
//! null is omitted. `expect` is the decision of the referee about the request, `trace` what each layer does, `open` the points on
//! which an open decision depends. `can` is the answer for every request of this requester with this action on this resource.

use iamsat::check::{self, CanVerdict, Property, Wanted, can};
use iamsat::container::read_layers;
use iamsat::evaluate::{Decision, Options, decide_layers};
use iamsat::limits::InputLimits;
use iamsat::policy::{Document, Layers};
use iamsat::query::Callers;
use iamsat::report::LayersReport;
use iamsat::request::{Request, RequestSpec};
use iamsat::span::Source;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const CASES: &str = include_str!("../traps/layers.json");

/// Returns a document as a policy, with what is omitted.
fn policy(value: &Value) -> Value {
    let Some(list) = value.as_array() else { return value.clone() };
    let statement = |statement: &Value| {
        let mut statement = statement.clone();
        for element in ["Action", "Resource"] {
            match statement.get(element) {
                None if statement.get(format!("Not{element}")).is_none() => statement[element] = "*".into(),
                Some(Value::Null) => drop(statement.as_object_mut().unwrap().remove(element)),
                _ => {}
            }
        }
        statement
    };
    json!({"Version": "2012-10-17", "Statement": list.iter().map(statement).collect::<Vec<_>>()})
}

/// Returns the layers file of a case.
fn file(layers: &Value) -> String {
    let all = |list: &Value| Value::from(list.as_array().unwrap().iter().map(policy).collect::<Vec<_>>());
    let mut file = BTreeMap::new();
    for (member, value) in layers.as_object().unwrap() {
        let value = match &**member {
            "identity" | "boundary" | "session" => all(value),
            "scp" | "rcp" => value.as_array().unwrap().iter().map(all).collect(),
            "resource" | "endpoint" => policy(value),
            _ => value.clone(),
        };
        file.insert(member.clone(), value);
    }
    json!(file).to_string()
}

fn layers(text: &str) -> Layers<Document> {
    let read = read_layers(&Source::new("layers", text), &InputLimits::default());
    read.unwrap_or_else(|error| panic!("{error}"))
}

fn request(value: &Value, layers: &Layers<Document>) -> Request {
    let text = |member: &str| value[member].as_str().unwrap().to_owned();
    let mut context = Vec::new();
    for (key, values) in value["context"].as_object().into_iter().flatten() {
        let values = values.as_array().unwrap().iter();
        context.extend(values.map(|value| (key.clone(), value.as_str().unwrap().to_owned())));
    }
    let spec = RequestSpec {
        principal: Some(text("requester")),
        federated_by: value["federatedBy"].as_str().map(str::to_owned),
        action: text("action"),
        resource: text("resource"),
        context,
        boundary: layers.boundary.is_some(),
        unique_ids: value["uniqueIds"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|id| id.as_str().unwrap().to_owned())
            .collect(),
        ..RequestSpec::default()
    };
    spec.request().unwrap()
}

/// Asks if the requester of a case can make some request with its action on its resource.
fn answer(case: &Value, layers: &Layers<Document>) -> CanVerdict {
    let text = |member: &str| case["request"][member].as_str().unwrap().to_owned();
    let property =
        Property { actions: vec![text("action")], resources: vec![text("resource")], ..Property::default() };
    let wanted = Wanted {
        callers: Callers::parse(&text("requester")).unwrap(),
        scope: vec![property.document().unwrap()],
    };
    let answer = can(&layers.map(|document| document.into()), &wanted, &check::Options::default());
    if let CanVerdict::Unknown(unknown) = &answer.verdict {
        assert_eq!(unknown.internal(), None, "{case}");
    }
    answer.verdict
}

#[test]
fn every_layer_does_what_the_case_says() {
    let cases: Vec<Value> = serde_json::from_str(CASES).unwrap();
    let mut wrong = Vec::new();
    for (title, case) in cases.iter().flat_map(|trap| {
        let title = trap["trap"].as_str().or(trap["point"].as_str()).unwrap();
        trap["cases"].as_array().unwrap().iter().map(move |case| (title, case))
    }) {
        let layers = layers(&file(&case["layers"]));
        let request = request(&case["request"], &layers);
        let documents: Vec<&Document> = layers.documents().collect();
        let borrowed = layers.map(|document| document);
        let layered = decide_layers(&borrowed, &request, &Options::for_documents(&documents));
        let decision = format!("{:?}", layered.decision);
        let open: Vec<&str> = layered.open.iter().map(|code| code.as_str()).collect();
        let report = LayersReport::new(&borrowed, &request, layered.clone());
        let trace: Vec<String> =
            report.layers.iter().map(|layer| format!("{} {}", layer.name(), layer.decision)).collect();
        let mut said = json!({"expect": decision});
        if !case["trace"].is_null() {
            said["trace"] = json!(trace);
        }
        if !case["open"].is_null() {
            said["open"] = json!(open);
        }
        let verdict = answer(case, &layers);
        if !case["can"].is_null() {
            said["can"] = json!(verdict.name());
        }
        // The answer for every request covers this one.
        assert!(layered.decision != Decision::Allowed || verdict.name() != "CANNOT", "{title}: {case}");
        if let CanVerdict::Can(witness) = &verdict {
            let options = Options::for_documents(&documents);
            let decision = decide_layers(&borrowed, witness.request(), &options).decision;
            assert_eq!(decision, Decision::Allowed, "{title}: {witness:?}");
        }
        for (member, value) in said.as_object().unwrap() {
            if case[member] != *value {
                wrong.push(format!("{title}: {}\n  {member}: {value}, not {}", case, case[member]));
            }
        }
        assert_eq!(layered.decision == Decision::Undetermined, !open.is_empty(), "{title}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
