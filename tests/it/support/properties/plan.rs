//! Any file is read without panic and with its places inside; every policy of a plan is found, by its name and with its text.

use crate::support::policies::{Policy, some_keys};
use arbitrary::{Result, Unstructured};
use iamsat::container::{Container, Content, Contents, Entry, Options, State, open};
use iamsat::diagnostic::Diagnostic;
use iamsat::limits::InputLimits;
use iamsat::policy::parse;
use iamsat::span::{Source, Span};
use serde_json::{Value, json};

/// Reads the bytes as a file, and a plan that the bytes make.
pub(crate) fn holds(data: &[u8]) {
    reads(&String::from_utf8_lossy(data));
    if let Ok((plan, wanted)) = plan(&mut Unstructured::new(data)) {
        finds(&plan.to_string(), &wanted);
        // How the file is laid out makes no difference.
        finds(&format!("{plan:#}"), &wanted);
    }
}

/// Attributes that hold policies, and whether their policies have principals.
const SLOTS: [(&str, &str, bool); 6] = [
    ("aws_iam_policy", "policy", false),
    ("aws_iam_role", "assume_role_policy", true),
    ("aws_sqs_queue", "policy", true),
    ("aws_organizations_policy", "content", false),
    ("aws_codeartifact_domain_permissions_policy", "policy_document", true),
    ("aws_elasticsearch_domain", "access_policies", true),
];

const KEYS: [&str; 6] = ["a", "a.b", "x]", "\"", "module.m", "é\n"];

/// A policy that a plan holds: its name, its text before and after, and whether the text after is not known.
#[derive(Debug)]
struct Wanted {
    name: String,
    before: Option<String>,
    after: Option<String>,
    is_unknown: bool,
}

fn plan(u: &mut Unstructured<'_>) -> Result<(Value, Vec<Wanted>)> {
    let keys = some_keys(u)?;
    let (mut changes, mut wanted) = (Vec::new(), Vec::new());
    for index in 0..u.int_in_range(0..=4usize)? {
        let (kind, attribute, has_principals) = *u.choose(&SLOTS)?;
        let key = *u.choose(&KEYS)?;
        let quoted = format!("\"{}\"", key.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"));
        let module = if u.arbitrary()? { format!("module.m[{quoted}]") } else { String::new() };
        let name = format!("n{index}");
        let own = format!("{kind}.{name}[{quoted}]");
        let address = if module.is_empty() { own } else { format!("{module}.{own}") };
        let text = |u: &mut Unstructured<'_>| -> Result<String> {
            Ok(Policy::arbitrary(u, &keys, has_principals)?.text(u.arbitrary()?))
        };
        let before = if u.arbitrary()? { Some(text(u)?) } else { None };
        let is_unknown = u.ratio(1, 4)?;
        let after = if is_unknown || u.ratio(1, 4)? { None } else { Some(text(u)?) };
        let side = |text: &Option<String>| match text {
            Some(text) => json!({"name": "x", attribute: text}),
            None => json!({"name": "x"}),
        };
        let mut change = json!({
            "address": address, "mode": "managed", "type": kind, "name": name, "index": key,
            "change": {
                "actions": ["update"], "before": side(&before), "after": side(&after),
                "after_unknown": if is_unknown { json!({attribute: true}) } else { json!({}) },
            },
        });
        if !module.is_empty() {
            change["module_address"] = json!(module);
        }
        changes.push(change);
        if before.is_some() || after.is_some() || is_unknown {
            wanted.push(Wanted { name: format!("{address}.{attribute}"), before, after, is_unknown });
        }
    }
    let plan = json!({"format_version": "1.2", "planned_values": {}, "resource_changes": changes});
    Ok((plan, wanted))
}

fn finds(text: &str, wanted: &[Wanted]) {
    let container = reads(text).unwrap_or_else(|| panic!("{text}"));
    assert_eq!(container.entries.len(), wanted.len(), "{text}");
    for (entry, wanted) in container.entries.iter().zip(wanted) {
        assert_eq!(entry.name, wanted.name);
        same(entry.before.as_ref(), wanted.before.as_deref());
        if wanted.is_unknown {
            assert!(matches!(entry.content, Content::Unknown { .. }), "{entry:?}");
        } else {
            same(Some(&entry.content), wanted.after.as_deref());
        }
    }
}

/// Compares the content with that of the text: the same document, or faults too.
fn same(content: Option<&Content>, text: Option<&str>) {
    let content = content.expect("plans have a before and an after");
    match text {
        None => assert_eq!(content.state(), State::Absent),
        Some(text) => {
            let own = parse(&Source::new("p", text), &InputLimits::default());
            let own = own.ok().map(|document| document.to_string());
            assert_eq!(content.document().map(ToString::to_string), own);
        }
    }
}

/// Reads any file; all places have to be inside of their texts, and a second run gives the same answer.
pub(crate) fn reads(text: &str) -> Option<Container> {
    let source = Source::new("f", text);
    let inside = |source: &Source, fault: &Diagnostic| {
        assert!(!fault.message.is_empty());
        let related = fault.related.iter().map(|(span, _)| *span);
        for span in related.chain([fault.span]) {
            assert!(source.text().get(span.range()).is_some(), "{fault:?} in {}", source.name());
        }
    };
    match open(&source, &Options::default()) {
        Err(error) => {
            assert!(!error.diagnostics.is_empty());
            error.diagnostics.iter().for_each(|fault| inside(&source, fault));
            None
        }
        Ok(Contents::Policy(_)) => None,
        Ok(Contents::Container(container)) => {
            let remarks = container.notes.iter().chain(&container.incomplete);
            remarks.for_each(|fault| inside(&container.source, fault));
            container.entries.iter().for_each(|entry| places(&container, entry, &inside));
            let Ok(Contents::Container(again)) = open(&source, &Options::default()) else { panic!() };
            assert_eq!(format!("{:?}", again.entries), format!("{:?}", container.entries));
            Some(*container)
        }
    }
}

fn places(container: &Container, entry: &Entry, inside: &dyn Fn(&Source, &Diagnostic)) {
    let within = |span: Span| container.source.text().get(span.range()).is_some();
    assert!(within(entry.span), "{entry:?}");
    assert!(!entry.name.is_empty() || entry.address.is_empty(), "{entry:?}");
    assert!(entry.state() != State::Absent, "{entry:?}");
    assert!(container.entry(&entry.name).is_some());
    for content in [Some(&entry.content), entry.before.as_ref()].into_iter().flatten() {
        match content {
            Content::Text { read, .. } => {
                read.diagnostics.iter().for_each(|fault| inside(&read.source, fault));
                if let Some(document) = &read.document {
                    for statement in document.statements.iter() {
                        assert!(document.source.text().get(statement.span.range()).is_some());
                    }
                    let (file, span) = document.source.in_file(document.span);
                    assert!(file.text().get(span.range()).is_some());
                }
            }
            Content::Partly { holes, worlds } => {
                assert!(!holes.is_empty() || !worlds.is_empty(), "nothing is unknown");
                assert!(holes.iter().all(|hole| within(hole.span)), "{holes:?}");
            }
            Content::Absent | Content::Unknown { .. } => {}
        }
    }
}
