//! Any text is validated without panic and with the same findings each time; every place lies in the text, and every path leads
//! to it.

use super::parse::damaged;
use arbitrary::Unstructured;
use iamsat::policy::PolicyType;
use iamsat::validate::{Finding, Options, PathElement, ValidatedResource, validate};
use serde_json::Value;

/// Reads the bytes as a text, and a policy that the bytes make and then damage, as a policy of each type.
pub(crate) fn holds(data: &[u8]) {
    validates(data);
    if let Ok(text) = damaged(&mut Unstructured::new(data)) {
        validates(text.as_bytes());
    }
}

fn validates(bytes: &[u8]) {
    let types = PolicyType::ALL.map(|policy_type| (Some(policy_type), None));
    let resources = ValidatedResource::ALL.map(|resource| (Some(PolicyType::Resource), Some(resource)));
    for (policy_type, resource) in types.into_iter().chain(resources).chain([(None, None)]) {
        let options = Options { policy_type, resource, ..Options::default() };
        let Ok(validation) = validate(bytes, &options) else { continue };
        let again = validate(bytes, &options).unwrap();
        assert_eq!((&validation.findings, &validation.open), (&again.findings, &again.open));
        places(&String::from_utf8_lossy(bytes), &validation.findings);
        let starts: Vec<_> =
            validation.findings.iter().map(|f| (f.locations[0].start.offset, f.code.as_str())).collect();
        assert!(starts.is_sorted());
    }
}

/// Returns the value at a path; a name or a part at its end belongs to the value before it.
fn resolved<'v>(value: &'v Value, path: &[PathElement]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, step| match step {
        PathElement::Value(name) => value.get(name),
        PathElement::Index(index) => value.get(index),
        PathElement::Key(_) | PathElement::Substring { .. } => Some(value),
    })
}

/// Checks that every place lies in the text, and that its path leads to what is there.
pub(crate) fn places(text: &str, findings: &[Finding]) {
    let units: Vec<u16> = text.encode_utf16().collect();
    let value = serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')).ok();
    for finding in findings {
        assert!(!finding.locations.is_empty(), "{finding:?}");
        for location in &finding.locations {
            let context = || format!("{finding:?}\n{text}");
            let part = text.get(location.span.range()).unwrap_or_else(|| panic!("{}", context()));
            let by_units = &units[location.start.offset..location.end.offset];
            assert_eq!(String::from_utf16(by_units).unwrap(), part, "{}", context());
            let Some(value) = &value else { continue };
            let there = resolved(value, &location.path).unwrap_or_else(|| panic!("{}", context()));
            let read = serde_json::from_str::<Value>(part.trim_start_matches('\u{feff}')).ok();
            match location.path.last() {
                Some(PathElement::Key(name)) => {
                    assert!(there.get(name).is_some(), "{}", context());
                    assert_eq!(read, Some(Value::from(name.as_str())), "{}", context());
                }
                Some(PathElement::Substring { start, length }) => {
                    let units: Vec<u16> = there.as_str().unwrap().encode_utf16().collect();
                    let expected = String::from_utf16(&units[*start..start + length]).unwrap();
                    assert!(part == expected || read.as_ref() == Some(there), "{}", context());
                }
                _ => assert_eq!(read.as_ref(), Some(there), "{}", context()),
            }
        }
    }
}
