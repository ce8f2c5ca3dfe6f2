//! `policies`: lists the policies of a plan, a state, a template or a dump.

use crate::cli::Exit;
use crate::cli::args::{Format, PoliciesArgs};
use crate::cli::input::{Opened, Reader, below, is_chosen, is_directory, parts, presumption, skipped};
use crate::cli::output::{Output, directory};
use crate::container::{AccessBlock, Attachment, Container, Content, Entry, Hole, Origin};
use crate::policy::{PolicyType, Read};
use crate::report::{Failure, Issue, Report, Status, Subject};
use crate::surface::unknown;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn run(args: &PoliciesArgs, output: &mut Output) -> Result<Exit, Failure> {
    let mut reader = Reader::new(&args.container);
    let (mut listings, mut failures) = (Vec::new(), Vec::new());
    for argument in &args.files {
        let files = match is_directory(argument) {
            true => below(argument),
            false => vec![Ok(argument.clone())],
        };
        for file in files {
            let opened = file.and_then(|file| reader.open(&file, "policy").map(|opened| (file, opened)));
            match opened {
                Ok((file, Opened::Several(container))) => listings.push(Listing::of(&file, &container, args)),
                Ok((file, Opened::One(read))) => match Failure::of_documents([&read]) {
                    Some(failure) => failures.push((file, failure)),
                    None => listings.push(Listing::of_one(&file, &read)),
                },
                Err(failure) => failures.push((argument.clone(), failure)),
            }
        }
    }
    match output.format {
        Format::Json => {
            let files: Vec<&Value> = listings.iter().map(|listing| &listing.json).collect();
            let errors: Vec<Value> = failures
                .iter()
                .map(|(file, failure)| json!({"file": file, "error": failure.code, "message": failure.message}))
                .collect();
            output.json(json!({"files": files, "errors": errors}))?;
        }
        Format::Text => {
            for listing in &listings {
                output.issues(listing.notes.iter());
                output.text(&listing.text)?;
            }
            failures.iter().for_each(|(_, failure)| output.failure(failure));
        }
        Format::Pipeline(_) => {
            let failed = failures.iter().map(|(file, failure)| Subject {
                name: file.clone(),
                file: None,
                rule: None,
                status: Status::Error,
                message: failure.message.clone(),
                issues: Issue::of_failure(failure),
            });
            let found = listings.iter().map(|listing| Subject {
                name: listing.file.clone(),
                file: None,
                rule: None,
                status: Status::Pass,
                message: listing.line.clone(),
                issues: listing.notes.clone(),
            });
            output.report(&Report {
                command: "policies",
                directory: directory(),
                subjects: found.chain(failed).collect(),
                issues: Vec::new(),
                has_baseline: false,
                about: String::new(),
            })?;
        }
    }
    Ok(if failures.is_empty() { Exit::Success } else { Exit::Error })
}

/// The content of a file, as text and as JSON.
struct Listing {
    file: String,
    line: String,
    text: String,
    json: Value,
    notes: Vec<Issue>,
}

impl Listing {
    fn of_one(file: &str, read: &Read) -> Listing {
        let policy_type =
            read.document.as_ref().map_or(PolicyType::Identity, |document| PolicyType::infer([document]));
        let line = format!("1 policy in {file}");
        let json = json!({
            "file": file, "container": "policy", "attachments": [], "counts": {"known": 1},
            "policies": [{"name": read.source.name(), "policyType": policy_type.name(), "state": "known"}],
        });
        let text = format!("{line}\n  {}, known\n", policy_type.name());
        Listing { file: file.to_owned(), line, text, json, notes: Vec::new() }
    }

    fn of(file: &str, container: &Container, args: &PoliciesArgs) -> Listing {
        let chosen: Vec<&Entry> =
            container.entries.iter().filter(|entry| is_chosen(entry, &args.container)).collect();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for entry in &chosen {
            *counts.entry(entry.state().name()).or_default() += 1;
        }
        let parts = parts(container);
        let noun = if container.entries.len() == 1 { "policy" } else { "policies" };
        let mut line = format!("{} {noun} in {file} ({parts})", container.entries.len());
        if container.defaults > 0 {
            line.push_str(&format!("; {} places that AWS fills in, or copies", container.defaults));
        }
        let mut text = format!("{line}\n");
        for entry in &chosen {
            text.push_str(&described(entry, container, skipped(&entry.name, &args.container)));
        }
        for link in &container.attachments {
            text.push_str(&format!(
                "  {} {}: {} to {}\n",
                link.link.name(),
                link.address,
                named(link),
                link.to.join(", ")
            ));
        }
        let policies: Vec<Value> = chosen.iter().map(|entry| policy(entry, container)).collect();
        let json = json!({
            "file": file,
            "container": container.kind.name(),
            "resources": container.resources,
            "defaults": container.defaults,
            "incomplete": container.incomplete.iter().map(|fault| json!({
                "code": fault.code.as_str(), "message": fault.message,
            })).collect::<Vec<Value>>(),
            "policies": policies,
            "attachments": container.attachments.iter().map(attachment).collect::<Vec<Value>>(),
            "counts": counts,
        });
        let notes = container.incomplete.iter().chain(&container.notes);
        let notes = notes.map(|fault| Issue::of_diagnostic(&container.source, fault)).collect();
        Listing { file: file.to_owned(), line, text, json, notes }
    }
}

fn named(link: &Attachment) -> String {
    match (&link.policy, &link.reference) {
        (Some(policy), _) => policy.clone(),
        (None, Some(reference)) => format!("{reference} (not known)"),
        (None, None) => "not known".to_owned(),
    }
}

fn described(entry: &Entry, container: &Container, skipped: Option<String>) -> String {
    let kind = entry.kind.map_or("?", |kind| kind.name());
    let mut words = vec![kind.to_owned()];
    words.extend(entry.resource_type.map(|of| of.name().to_owned()));
    words.push(entry.state().name().to_owned());
    let change = entry.change.name();
    if change != "none" {
        words.push(change.to_owned());
    }
    if entry.before.is_some() && entry.is_unchanged() {
        words.push("unchanged".to_owned());
    }
    if entry.sensitive {
        words.push("sensitive".to_owned());
    }
    words.extend(skipped.map(|reason| format!("skipped: {reason}")));
    let place = container.source.position(entry.span.start as usize);
    let mut text = format!("  {}\n    {} ({}:{})\n", entry.name, words.join(", "), place.line, place.column);
    if let Content::Partly { .. } | Content::Unknown { .. } = entry.content {
        text.push_str(&format!("    {}\n", unknown(&entry.content)));
    }
    if let Content::Partly { holes, worlds } = &entry.content {
        for hole in holes {
            text.push_str(&described_hole(hole));
        }
        if worlds.len() > 1 {
            let names: BTreeSet<&str> =
                worlds.iter().flat_map(|world| world.texts().map(|(name, _)| name)).collect();
            let names: Vec<&str> = names.into_iter().collect();
            let by = if names.is_empty() { String::new() } else { format!(" by {}", names.join(", ")) };
            text.push_str(&format!("    {} versions{by}\n", worlds.len()));
        }
    }
    text
}

fn described_hole(hole: &Hole) -> String {
    match &hole.text {
        Some(text) => {
            let list = if text.is_list { "a list of " } else { "" };
            let (name, origin, shape) = (&hole.name, text.origin.name(), text.shape.describe());
            format!("      {name} ({origin}, {}): {list}{shape}\n", hole.class.name())
        }
        None => format!("      {} ({})\n", hole.name, hole.class.name()),
    }
}

/// Returns a policy as JSON, which the checks also use.
pub(super) fn policy(entry: &Entry, container: &Container) -> Value {
    let place = container.source.position(entry.span.start as usize);
    let mut value = described_entry(entry);
    if let Value::Object(members) = &mut value {
        let pointer = (!entry.pointer.is_empty()).then_some(&entry.pointer);
        let place = json!({"line": place.line, "column": place.column, "pointer": pointer});
        members.insert("place".to_owned(), place);
    }
    value
}

/// Describes an entry as JSON, without its place.
pub(super) fn described_entry(entry: &Entry) -> Value {
    let (holes, references): (&[Hole], &[String]) = match &entry.content {
        Content::Partly { holes, .. } => (holes, &[]),
        Content::Unknown { references, .. } => (&[], references),
        Content::Absent | Content::Text { .. } => (&[], &[]),
    };
    let origin = match &entry.content {
        Content::Text { origin: Origin::Built, .. } => Some("built"),
        Content::Text { origin: Origin::Rebuilt | Origin::Presumed, .. } => Some("rebuilt"),
        Content::Text { origin: Origin::Evaluated, .. } => Some("evaluated"),
        _ => None,
    };
    let state = |content: &Content| content.state().name();
    let mut choices: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    if let Content::Partly { worlds, .. } = &entry.content {
        for (name, value) in worlds.iter().flat_map(|world| world.texts()) {
            choices.entry(name).or_default().insert(value);
        }
    }
    let mut value = json!({
        "name": entry.name,
        "address": entry.address,
        "attribute": entry.attribute,
        "resource": entry.resource,
        "kind": entry.kind.map(|kind| kind.name()),
        "policyType": entry.kind.map(|kind| kind.policy_type().name()),
        "resourceType": entry.resource_type.map(|of| of.name()),
        "state": entry.state().name(),
        "origin": origin,
        "change": entry.change.name(),
        "previousName": entry.previous_name,
        "before": entry.before.as_ref().map(state),
        "unchanged": entry.before.is_some() && entry.is_unchanged(),
        "sensitive": entry.sensitive,
        "condition": entry.condition,
        "holes": holes.iter().map(|hole| json!({
            "name": hole.name,
            "pointer": hole.pointer,
            "class": hole.class.name(),
            "origin": hole.text.as_ref().map(|text| text.origin.name()),
            "shape": hole.text.as_ref().map(|text| text.shape.describe()),
            "isList": hole.text.as_ref().map(|text| text.is_list),
            "default": hole.text.as_ref().and_then(|text| text.default.as_deref()),
        })).collect::<Vec<Value>>(),
        "references": references,
        "presumed": presumption(entry).map(state),
    });
    if let (false, Value::Object(members)) = (choices.is_empty(), &mut value) {
        members.insert("choices".to_owned(), json!(choices));
    }
    value
}

/// Describes settings that block public access as JSON, with the names of AWS's API.
pub(super) fn described_block(block: &AccessBlock) -> Value {
    let [acls, ignores, policies, restricts] = block.flags;
    json!({
        "address": block.address,
        "BlockPublicAcls": acls,
        "IgnorePublicAcls": ignores,
        "BlockPublicPolicy": policies,
        "RestrictPublicBuckets": restricts,
    })
}

fn attachment(link: &Attachment) -> Value {
    json!({
        "address": link.address,
        "attribute": link.attribute,
        "link": link.link.name(),
        "policy": link.policy,
        "reference": link.reference,
        "to": link.to,
        "change": link.change.name(),
    })
}
