//! Whatever is in a policy, in every format: nothing panics, texts keep to characters that are seen, JSON is JSON, and
//! every place is inside its source.
//!
//! Two lines of text are two files; anything else is a stream of choices.

use super::lines;
use super::parse::damaged;
use crate::support::policies::{Policy, Statement, some_keys};
use crate::support::requests;
use arbitrary::{Result, Unstructured};
use iamsat::check::{Access, Answer, Options, access_not_granted, no_new_access};
use iamsat::evaluate::{self, evaluate};
use iamsat::limits::InputLimits;
use iamsat::policy::{Document, PolicyType, Read, read};
use iamsat::report::text::{self, Style, Verbosity};
use iamsat::report::{Expected, Failure, Fault, Judgement, Outcome, Question, Simulation, json};
use iamsat::span::Source;
use serde_json::Value;

pub(crate) fn holds(data: &[u8]) {
    if let Some([new, existing]) = lines(data).as_deref() {
        let _ =
            rendered(&mut Unstructured::new(data), &Source::new("new", *new), &Source::new("old", *existing));
        return;
    }
    let mut u = Unstructured::new(data);
    // Too few bytes for a choice is no case.
    let _ = files(&mut u).and_then(|[new, existing]| rendered(&mut u, &new, &existing));
}

/// What disturbs those who read on a terminal, and what is wide or long.
const ODD: &[&str] = &[
    "\u{1b}[31m",
    "\u{1b}]0;title\u{7}",
    "\u{202e}txet",
    "\u{2066}",
    "\u{200b}",
    "\u{feff}",
    "\r",
    "\n",
    "\t",
    "\u{0}",
    "\u{7f}",
    "\u{9b}31m",
    "\u{85}",
    "\u{2028}",
    "\u{e0041}",
    "漢字",
    "👩‍👩‍👧",
    "e\u{301}\u{301}\u{301}",
    "'; rm -rf x #",
    "\"<&>'%0A::error::",
    "]]>",
    "${aws:username}",
    "${*}",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];

fn files(u: &mut Unstructured<'_>) -> Result<[Source; 2]> {
    let keys = some_keys(u)?;
    let with_principals = u.arbitrary()?;
    let mut new = Policy::arbitrary(u, &keys, with_principals)?;
    let mut existing =
        if u.arbitrary()? { new.clone() } else { Policy::arbitrary(u, &keys, with_principals)? };
    for policy in [&mut new, &mut existing] {
        for statement in &mut policy.statements {
            make_odd(u, statement)?;
        }
    }
    let mut text = |policy: &Policy| -> Result<String> {
        Ok(match u.int_in_range(0..=5u8)? {
            0 => damaged(u)?,
            1 => {
                // Not as JSON would escape them, in the source itself.
                let mut text = policy.text(true);
                text.insert_str(text.floor_char_boundary(u.choose_index(text.len())?), u.choose(ODD)?);
                text
            }
            2 | 3 => policy.text(false).replace(',', ",\n  "),
            _ => policy.text(true),
        })
    };
    let texts = [text(&new)?, text(&existing)?];
    let mut names = ["new", "old"].map(str::to_owned);
    for name in &mut names {
        name.push_str(if u.ratio(1, 3)? { u.choose(ODD)? } else { ".json" });
    }
    let [new, existing] = texts;
    let [new_name, existing_name] = names;
    Ok([Source::new(new_name, new), Source::new(existing_name, existing)])
}

/// Puts odd texts where any text may stand.
fn make_odd(u: &mut Unstructured<'_>, statement: &mut Statement) -> Result<()> {
    if u.ratio(1, 3)? {
        statement.sid = Some((*u.choose(ODD)?).to_owned());
    }
    let values = statement.conditions.iter_mut().flat_map(|c| c.values.iter_mut());
    for text in values.chain(&mut statement.resource.values).chain(&mut statement.action.values) {
        if u.ratio(1, 6)? {
            text.insert_str(text.floor_char_boundary(u.choose_index(text.len().max(1))?), u.choose(ODD)?);
        }
    }
    for condition in &mut statement.conditions {
        if u.ratio(1, 6)? {
            condition.key.push_str(u.choose(ODD)?);
        }
    }
    Ok(())
}

fn rendered(u: &mut Unstructured<'_>, new: &Source, existing: &Source) -> Result<()> {
    let limits = InputLimits::default();
    let reads = [new, existing].map(|source| read(source, &limits));
    let sources: Vec<&Source> = reads.iter().map(|read| &read.source).collect();
    for read in &reads {
        for diagnostic in &read.diagnostics {
            seen(&both(|style| text::diagnostic(&read.source, diagnostic, style)));
        }
        noticed(read, &sources);
    }
    if let Some(failure) = Failure::of_documents(&reads) {
        failed(&failure, &sources);
    }
    let [Some(new), Some(existing)] = [&reads[0], &reads[1]].map(|read| read.document.as_ref()) else {
        return Ok(());
    };
    if let Some(failure) = Failure::of_misfits(&[new, existing], Some(PolicyType::Identity)) {
        failed(&failure, &sources);
    }
    let options = Options { strict_arn: u.ratio(1, 8).unwrap_or(false), ..Options::default() };
    let answer = no_new_access(new, existing, &options);
    judged(Question::NoNewAccess, new, Some(existing), &answer, &options);
    if let Ok(access) = Access::new(["s3:*"], ["arn:aws:s3:::b/x"]) {
        let answer = access_not_granted(new, std::slice::from_ref(&access), &options);
        judged(Question::not_granted(&[access]), new, None, &answer, &options);
    }
    for _ in 0..2 {
        simulated(u, &[new, existing], answer.policy_type, &sources)?;
    }
    Ok(())
}

/// All that was noticed about one file, as an error.
fn noticed(read: &Read, sources: &[&Source]) {
    let fault = |diagnostic: &iamsat::diagnostic::Diagnostic| Fault {
        source: read.source.clone(),
        diagnostic: diagnostic.clone(),
    };
    let faults: Vec<Fault> = read.diagnostics.iter().map(fault).collect();
    failed(&Failure { faults, ..Failure::validation(read.source.text()) }, sources);
}

fn failed(failure: &Failure, sources: &[&Source]) {
    seen(&both(|style| text::failure(failure, style)));
    is_json(&json::failure(failure), sources);
    seen(&text::summary(Question::NoNewAccess, &[Outcome::Failed(failure.clone())]));
}

fn judged(
    question: Question,
    policy: &Document,
    existing: Option<&Document>,
    answer: &Answer,
    options: &Options,
) {
    let judgement = Judgement::new(question, policy, existing, answer, options);
    let input = |document, argument| text::Input { document, argument };
    for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
        let existing = existing.map(|document| input(document, "a b"));
        let argument = policy.source.name();
        seen(&both(|style| text::judgement(&judgement, input(policy, argument), existing, verbosity, style)));
    }
    let value = json::judgement(&judgement);
    let sources: Vec<&Source> = judgement.documents().into_iter().map(|d| &d.source).collect();
    is_json(&value, &sources);
    for location in value["locations"].as_array().into_iter().flatten() {
        is_inside(&location["span"], &policy.source);
        let whole: Value = serde_json::from_str(policy.source.text()).unwrap();
        assert!(whole.pointer(location["pointer"].as_str().unwrap()).is_some(), "{location}\n{whole}");
    }
    seen(&text::summary(question, &[Outcome::Judged(Box::new(judgement))]));
}

fn simulated(
    u: &mut Unstructured<'_>,
    documents: &[&Document],
    policy_type: PolicyType,
    sources: &[&Source],
) -> Result<()> {
    let Some(mut request) = requests::spelled(u, documents, policy_type)? else { return Ok(()) };
    request.resource.push_str(u.choose(ODD)?);
    let options = evaluate::Options::for_documents(documents);
    let trace = evaluate(documents, &request, &options);
    let simulation =
        Simulation::new(documents.to_vec(), request, &trace, Some(Expected::Denied), None, u.arbitrary()?);
    for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
        seen(&text::simulation(&simulation, verbosity));
    }
    for remark in &simulation.remarks {
        seen(&both(|style| text::remark(remark, style)));
    }
    is_json(&json::simulation(&simulation), sources);
    Ok(())
}

// ---- what has to hold of each format ----

/// The plain text; the coloured one says the same.
fn both(draw: impl Fn(Style) -> String) -> String {
    let plain = draw(Style { color: false });
    let colored = draw(Style { color: true });
    let mut without = String::new();
    let mut letters = colored.chars();
    while let Some(c) = letters.next() {
        match c {
            '\u{1b}' => assert!(letters.by_ref().any(|c| c == 'm'), "{colored:?}"),
            _ => without.push(c),
        }
    }
    let trimmed = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    assert_eq!(trimmed(&without), trimmed(&plain), "{colored:?}");
    plain
}

/// No character moves the cursor, changes colours or directions, or is not seen.
fn seen(text: &str) {
    let hidden = |c: &char| {
        (c.is_control() && *c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
            || matches!(c, '\u{e0000}'..='\u{e0fff}')
    };
    assert_eq!(text.chars().find(hidden), None, "{text:?}");
    assert!(text.is_empty() || text.ends_with('\n'), "{text:?}");
}

fn is_json(value: &Value, sources: &[&Source]) {
    let text = format!("{value:#}");
    assert_eq!(&serde_json::from_str::<Value>(&text).unwrap(), value, "{text}");
    places(value, sources);
}

/// Every place that names its file is inside of it.
fn places(value: &Value, sources: &[&Source]) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| places(value, sources)),
        Value::Object(members) => {
            if let (Some(span), Some(file)) = (members.get("span"), members.get("file")) {
                let source = sources.iter().find(|source| *file == source.name());
                is_inside(span, source.unwrap_or_else(|| panic!("{value}")));
            }
            members.values().for_each(|value| places(value, sources));
        }
        _ => {}
    }
}

fn is_inside(span: &Value, source: &Source) {
    let text = source.text();
    let mut last = 0;
    for end in ["start", "end"] {
        let number = |name: &str| usize::try_from(span[end][name].as_u64().unwrap()).unwrap();
        let (line, column, offset) = (number("line"), number("column"), number("offset"));
        let before = text.get(..offset).unwrap_or_else(|| panic!("{span} {text:?}"));
        let start = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
        assert_eq!(line, before.matches('\n').count().saturating_add(1), "{span} {text:?}");
        assert_eq!(column, before[start..].chars().count().saturating_add(1), "{span} {text:?}");
        assert!(last <= offset, "{span} {text:?}");
        last = offset;
    }
}
