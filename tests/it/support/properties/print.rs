//! What is printed means what was read, and is printed again as it is.

use super::parse::damaged;
use crate::support::document;
use arbitrary::Unstructured;
use iamsat::check::{Options, no_new_access};
use iamsat::limits::InputLimits;
use iamsat::policy::{Document, Element, Statement, parse};
use iamsat::solve::Verdict;
use iamsat::span::Source;
use serde_json::{Value, json};

/// Reads the bytes as a text, and a policy that the bytes make and then damage.
pub(crate) fn holds(data: &[u8]) {
    round_trip(&String::from_utf8_lossy(data));
    if let Ok(text) = damaged(&mut Unstructured::new(data)) {
        round_trip(&text);
    }
}

fn round_trip(text: &str) {
    let limits = InputLimits::default();
    let Ok(read) = parse(&Source::new("p.json", text), &limits) else { return };
    let printed = read.to_string();
    let again = document("printed", &printed);
    assert_eq!(again.to_string(), printed, "{text}");
    let spread = format!("{read:#}");
    assert_eq!(document("spread", &spread).to_string(), printed, "{text}");
    assert!(!printed.contains('\n'), "{printed}");
    for (new, existing) in [(&read, &again), (&again, &read)] {
        let answer = no_new_access(new, existing, &Options::default());
        assert!(matches!(answer.verdict, Verdict::Pass(_)), "{text}\n{printed}");
    }
    // The same texts in the same places, as the reader sees them, and the same warnings about them.
    assert_eq!(content(&again), content(&read), "{text}\n{printed}");
    if read.warnings.len() >= limits.faults {
        // Not all are kept, and which depends on their order.
        return;
    }
    let codes = |document: &Document| {
        let mut codes: Vec<&str> = document.warnings.iter().map(|w| w.code.as_str()).collect();
        codes.sort_unstable();
        codes
    };
    assert_eq!(codes(&again), codes(&read), "{text}\n{printed}");
}

/// All that a document says, without places.
fn content(document: &Document) -> Value {
    let statements: Vec<Value> = document.statements.iter().map(said).collect();
    json!([document.version.name(), document.id.as_ref().map(|id| &id.value), statements])
}

fn said(statement: &Statement) -> Value {
    fn element<T>(element: &Element<T>, text: impl Fn(&T) -> &str) -> Value {
        let texts: Vec<&str> = element.values.iter().map(|v| text(&v.value)).collect();
        json!([element.negated, texts])
    }
    let principal = statement.principal.as_ref().map(|p| {
        let mut values: Vec<(&str, &str)> =
            p.values.iter().map(|v| (v.value.kind.name(), &*v.value.text)).collect();
        values.sort_by_key(|(kind, _)| *kind);
        json!([p.negated, p.everyone, values])
    });
    let mut conditions: Vec<Value> = statement
        .conditions
        .iter()
        .map(|c| {
            let values: Vec<Value> =
                c.values.iter().map(|v| json!([v.value.text, format!("{:?}", v.value.kind)])).collect();
            json!([c.operator.value.to_string(), c.key.value.text, values])
        })
        .collect();
    conditions.sort_by_key(Value::to_string);
    json!([
        statement.sid(),
        statement.effect.value.name(),
        principal,
        element(&statement.action, |a| &a.text),
        statement.resource.as_ref().map(|r| element(r, |r| &r.text)),
        conditions,
    ])
}
