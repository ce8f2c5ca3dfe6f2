//! The policies found in files that hold several.
//!
//! Every `*.expected` file in `tests/container` begins with `$ FILE [OPTION...]`; the rest is the listing of that file, read
//! with these options. With `IAMSAT_BLESS=1` the listings are rewritten: read the difference.

use crate::support::commands::run;
use iamsat::container::{
    Container, Content, Contents, Entry, Options, Origin, PolicyKind, State, decode, open, unread_links,
};
use iamsat::diagnostic::Diagnostic;
use iamsat::limits::ContainerLimits;
use iamsat::span::{Source, Span};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/container")
}

fn options(words: &[&str]) -> Options {
    let mut options = Options::default();
    for word in words {
        match word.split_once('=') {
            None if *word == "assume-plain-references" => options.assume_plain_references = true,
            None if *word == "use-defaults" => options.use_defaults = true,
            Some(("ignore-transform", name)) => options.harmless_transforms.push(name.to_owned()),
            Some((place, kind)) => {
                options.kinds.insert(place.to_owned(), PolicyKind::from_name(kind).unwrap());
            }
            None => panic!("{word} is not an option"),
        }
    }
    options
}

/// Line and column of a place in the file, and its text if that is short.
fn place(source: &Source, span: Span) -> String {
    let at = source.position(span.range().start);
    format!("{}:{}", at.line, at.column)
}

fn fault(source: &Source, fault: &Diagnostic) -> String {
    format!("{} at {}: {}", fault.code, place(source, fault.span), fault.message)
}

fn content(out: &mut String, side: &str, content: &Content) {
    match content {
        Content::Absent => writeln!(out, "  {side} absent").unwrap(),
        Content::Text { read, origin } => {
            let origin = match origin {
                Origin::Written => "",
                Origin::Built => " (built)",
                Origin::Rebuilt => " (rebuilt)",
                Origin::Evaluated => " (evaluated)",
                Origin::Presumed => " (presumed)",
            };
            match &read.document {
                Some(document) => writeln!(out, "  {side}{origin} {document}").unwrap(),
                None => writeln!(out, "  {side}{origin} unreadable").unwrap(),
            }
            for one in &read.diagnostics {
                writeln!(out, "    {}", fault(&read.source, one)).unwrap();
            }
        }
        Content::Partly { holes, worlds } => {
            writeln!(out, "  {side} partly known").unwrap();
            for hole in holes {
                write!(out, "    {} is {} ({})", hole.pointer, hole.name, hole.class.name()).unwrap();
                match &hole.text {
                    Some(text) => {
                        writeln!(out, ", {}: {}", text.origin.name(), text.shape.describe()).unwrap()
                    }
                    None => writeln!(out).unwrap(),
                }
            }
            for world in worlds {
                let choices: Vec<String> =
                    world.choices.iter().map(|(name, choice)| format!("{name}: {choice:?}")).collect();
                let mut policy = world.policy.clone().unwrap_or_else(|| "absent".to_owned());
                for hole in holes {
                    if let Some(text) = &hole.text {
                        policy = policy.replace(text.sign, &format!("<{}>", hole.name));
                    }
                }
                let policy = policy.split_whitespace().collect::<Vec<_>>().join(" ");
                writeln!(out, "    [{}] {policy}", choices.join(", ")).unwrap();
            }
        }
        Content::Unknown { reason, references, presumed } => {
            writeln!(out, "  {side} not known: {reason}").unwrap();
            if !references.is_empty() {
                writeln!(out, "    refers to {}", references.join(", ")).unwrap();
            }
            if let Some(presumed) = presumed {
                self::content(out, "  presumed", presumed);
            }
        }
    }
}

fn entry(out: &mut String, source: &Source, entry: &Entry) {
    writeln!(out, "{}", entry.name).unwrap();
    let kind = entry.kind.map_or("no kind", PolicyKind::name);
    let public = entry.resource_type.map_or(String::new(), |kind| format!(", {kind}"));
    let subject = entry.subject.as_ref().map_or(String::new(), |name| format!(" of {name}"));
    let at = place(source, entry.span);
    writeln!(out, "  {}, {kind}{public}{subject}, {}, {at}", entry.state().name(), entry.change.name())
        .unwrap();
    let mut remark = |name: &str, value: &str| writeln!(out, "  {name} {value}").unwrap();
    if entry.key != entry.name {
        remark("key", &entry.key);
    }
    if let Some(previous) = &entry.previous_name {
        remark("was", previous);
    }
    if let Some(condition) = &entry.condition {
        remark("if", condition);
    }
    if !entry.pointer.is_empty() {
        remark("at", &entry.pointer);
    }
    if entry.sensitive {
        writeln!(out, "  sensitive").unwrap();
    }
    match &entry.before {
        Some(_) if entry.is_unchanged() => {
            writeln!(out, "  unchanged").unwrap();
            content(out, "both", &entry.content);
        }
        Some(before) => {
            content(out, "before", before);
            content(out, "after", &entry.content);
        }
        None => content(out, "is", &entry.content),
    }
}

fn listing(container: &Container) -> String {
    let mut out = String::new();
    let source = &container.source;
    let parts = container.kind.parts();
    let (count, defaults) = (container.resources, container.defaults);
    writeln!(out, "{}: {count} {parts}, {defaults} defaults", container.kind.name()).unwrap();
    container.incomplete.iter().for_each(|one| writeln!(out, "incomplete: {}", fault(source, one)).unwrap());
    container.notes.iter().for_each(|one| writeln!(out, "note: {}", fault(source, one)).unwrap());
    container.entries.iter().for_each(|one| entry(&mut out, source, one));
    for link in &container.attachments {
        let what = link.link.name();
        let made = link.reference.as_ref().map(|reference| format!("({reference})"));
        let policy = link.policy.clone().or(made).unwrap();
        let to = link.to.join(", ");
        writeln!(
            out,
            "{what} {}.{}: {policy} to {to} ({})",
            link.address,
            link.attribute,
            link.change.name()
        )
        .unwrap();
    }
    for link in unread_links(container) {
        let name = link.policy.as_ref().or(link.reference.as_ref()).unwrap();
        writeln!(out, "unread {}: {name}", link.address).unwrap();
    }
    for block in &container.access_blocks {
        let bucket = block.bucket.as_deref().unwrap_or("-");
        let flags: Vec<&str> = block
            .flags
            .iter()
            .map(|flag| match flag {
                Some(true) => "on",
                Some(false) => "off",
                None => "?",
            })
            .collect();
        writeln!(out, "block {} of {bucket}: {}", block.address, flags.join(" ")).unwrap();
    }
    out
}

fn list(name: &str, words: &[&str]) -> String {
    let bytes = std::fs::read(directory().join(name)).unwrap();
    let text = match decode(bytes) {
        Ok(text) => text,
        Err(error) => return format!("{error:?}\n"),
    };
    let source = Source::new(name, text);
    match open(&source, &options(words)) {
        Ok(Contents::Container(container)) => listing(&container),
        Ok(Contents::Policy(read)) => {
            let mut out = "one policy\n".to_owned();
            content(&mut out, "is", &Content::Text { read: *read, origin: Origin::Written });
            out
        }
        Err(error) => {
            let mut out = "error\n".to_owned();
            for one in &error.diagnostics {
                writeln!(out, "  {}", fault(&source, one)).unwrap();
                for (span, text) in &one.related {
                    writeln!(out, "    {}: {text}", place(&source, *span)).unwrap();
                }
                if !one.help.is_empty() {
                    writeln!(out, "    {}", one.help).unwrap();
                }
            }
            out
        }
    }
}

#[test]
fn files_hold_what_their_listings_say() {
    let bless = std::env::var_os("IAMSAT_BLESS").is_some();
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(directory()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "expected"));
    assert!(paths.len() > 20, "the listings were not found");
    let mut differing = Vec::new();
    for path in paths {
        let expected = std::fs::read_to_string(&path).unwrap();
        let command = expected.lines().next().unwrap();
        let words: Vec<&str> = command.strip_prefix("$ ").unwrap().split(' ').collect();
        let is = format!("{command}\n{}", list(words[0], &words[1..]));
        if bless {
            std::fs::write(&path, is).unwrap();
        } else if is != expected {
            differing.push(format!("{}\n{is}", path.display()));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

/// The container of a text.
fn container(text: &str) -> Container {
    match open(&Source::new("f", text), &Options::default()) {
        Ok(Contents::Container(container)) => *container,
        other => panic!("{other:?}"),
    }
}

#[test]
fn long_and_short_forms_and_json_say_the_same() {
    let policies = |name: &str| {
        let text = std::fs::read_to_string(directory().join(name)).unwrap();
        let entries = container(&text).entries;
        entries
            .iter()
            .map(|entry| (entry.name.clone(), entry.document().map(ToString::to_string), entry.state()))
            .collect::<Vec<_>>()
    };
    let (yaml, json) = (policies("template.yaml"), policies("template.json"));
    assert!(yaml.iter().any(|(_, _, state)| *state == State::Known));
    assert_eq!(yaml, json);
}

#[test]
fn every_encoding_that_shells_write_is_read_alike() {
    let text = std::fs::read_to_string(directory().join("plan.json")).unwrap();
    let plain = listing(&container(&text));
    let marked: Vec<u16> = std::iter::once(0xfeff).chain(text.encode_utf16()).collect();
    let little = marked.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    assert_eq!(listing(&container(&decode(little).unwrap())), plain);
    assert_eq!(listing(&container(&format!("\u{feff}{text}"))), plain);
}

#[test]
fn members_may_stand_in_any_order() {
    // As `jq -S` writes them.
    let text = std::fs::read_to_string(directory().join("plan.json")).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    fn sorted(value: &serde_json::Value) -> serde_json::Value {
        match value {
            serde_json::Value::Object(members) => {
                let mut keys: Vec<&String> = members.keys().collect();
                keys.sort();
                keys.into_iter().map(|key| (key.clone(), sorted(&members[key]))).collect()
            }
            serde_json::Value::Array(list) => list.iter().map(sorted).collect(),
            other => other.clone(),
        }
    }
    let names = |text: &str| {
        let entries = container(text).entries;
        entries.iter().map(|entry| (entry.name.clone(), entry.state())).collect::<Vec<_>>()
    };
    assert_eq!(names(&sorted(&value).to_string()), names(&text));
}

/// Every line of `hidden.ndjson` is a file with a policy that is easily overlooked, or with an incomplete one.
#[test]
fn no_policy_is_passed_over() {
    let lines = std::fs::read_to_string(directory().join("hidden.ndjson")).unwrap();
    let place = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("hidden");
    std::fs::create_dir_all(&place).unwrap();
    let mut passed_over = Vec::new();
    for line in lines.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = line["file"].as_str().map_or_else(|| line["file"].to_string(), str::to_owned);
        std::fs::write(place.join("file"), text).unwrap();
        let command =
            "iamsat check-access-not-granted --policy file --actions s3:PutObject lambda:InvokeFunctionUrl";
        if run(&place, command).status.code() == Some(0) {
            passed_over.push(line["what"].clone());
        }
    }
    assert!(lines.lines().count() > 40, "the files were not found");
    assert!(passed_over.is_empty(), "{passed_over:#?}");
}

/// Each of 22 templates has the next one twice: four million stacks.
#[test]
fn nested_stacks_that_double_end_at_a_budget() {
    let template = |number: usize| {
        let stack = |name: &str| {
            let next = number + 1;
            format!(
                "  {name}: {{Type: 'AWS::CloudFormation::Stack', Properties: {{TemplateURL: f{next}.yaml}}}}\n"
            )
        };
        Source::new(format!("f{number}.yaml"), format!("Resources:\n{}{}", stack("A"), stack("B")))
    };
    let options = Options { with: (1..22).map(template).collect(), ..Options::default() };
    let Ok(Contents::Container(read)) = open(&template(0), &options) else { panic!("it is a template") };
    assert!(read.resources < 3_000);
    let is_told = |entry: &Entry| match &entry.content {
        Content::Unknown { reason, .. } => reason.contains("more than 1024"),
        _ => false,
    };
    assert!(read.entries.iter().any(is_told));
}

/// Each text is the one before it twice: 2^48 bytes.
#[test]
fn texts_that_double_end_at_a_budget() {
    let mut text = "'a'".to_owned();
    for _ in 0..48 {
        text = format!("{{'Fn::Sub': ['${{A}}${{A}}', {{A: {text}}}]}}");
    }
    let statement = format!("{{Effect: Allow, Action: 's3:GetObject', Resource: {text}}}");
    let template = format!(
        "Resources: {{P: {{Type: 'AWS::IAM::ManagedPolicy', Properties: {{PolicyDocument: {{Statement: [{statement}]}}}}}}}}"
    );
    let options =
        Options { limits: ContainerLimits { depth: 256, ..Default::default() }, ..Options::default() };
    let Ok(Contents::Container(read)) = open(&Source::new("f", template), &options) else {
        panic!("it is a template")
    };
    assert!(read.entries.iter().all(|entry| entry.state() != State::Known) && !read.entries.is_empty());
}

#[test]
fn a_plan_of_ten_thousand_resources_is_read_whole() {
    let policy = r#"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:Get*\",\"Resource\":\"*\"}}"#;
    let change = |index: usize| {
        let after = format!(r#"{{"policy":"{policy}"}}"#);
        format!(
            r#"{{"address":"aws_iam_policy.p[{index}]","mode":"managed","type":"aws_iam_policy","name":"p","index":{index},
            "change":{{"actions":["no-op"],"before":{after},"after":{after},"after_unknown":{{}}}}}}"#
        )
    };
    let changes: Vec<String> = (0..10_000).map(change).collect();
    let plan = format!(r#"{{"format_version":"1.2","resource_changes":[{}]}}"#, changes.join(","));
    let read = container(&plan);
    assert!(read.entries.iter().all(|entry| entry.state() == State::Known && entry.is_unchanged()));
    assert_eq!(read.entries.len(), 10_000);
    // A plan that is cut off anywhere is refused.
    for length in [1, plan.len() / 2, plan.len() - 1] {
        let cut = open(&Source::new("f", &plan[..length]), &Options::default());
        let is_read = match cut {
            Ok(Contents::Policy(read)) => read.document.is_some(),
            Ok(Contents::Container(_)) => true,
            Err(_) => false,
        };
        assert!(!is_read, "{length}");
    }
}
