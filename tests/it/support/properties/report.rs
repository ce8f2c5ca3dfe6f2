//! Any policy in every format: nothing panics, texts contain visible characters only, JSON is valid, and every place is inside
//! its source.
//!
//! Two lines of text are two files, two more their names; anything else is a stream of choices.

use super::lines;
use super::parse::damaged;
use crate::support::policies::{Policy, Statement, some_keys};
use crate::support::requests;
use crate::support::xml::elements;
use arbitrary::{Result, Unstructured};
use iamsat::check::{
    Access, Answer, Options, access_not_granted, denied_difference, difference, no_new_access,
};
use iamsat::evaluate::{self, evaluate};
use iamsat::limits::InputLimits;
use iamsat::policy::{Document, PolicyType, Read, read};
use iamsat::report::text::{self, Letters, Style, Verbosity};
use iamsat::report::{
    AwsCheck, Change, Direction, Expected, Failure, Fault, Invocation, Issue, Judgement, Lists, Report,
    Simulation, Status, Subject, github, json, junit, sarif,
};
use iamsat::solve::Verdict;
use iamsat::span::{Source, Span};
use serde_json::Value;

pub(crate) fn holds(data: &[u8]) {
    if let Some(lines) = lines(data) {
        let [new, existing, names @ ..] = lines.as_slice() else { return };
        let name = |place: usize, default| names.get(place).copied().unwrap_or(default);
        let new = Source::new(name(0, "new"), *new);
        let existing = Source::new(name(1, "old"), *existing);
        let _ = rendered(&mut Unstructured::new(data), &new, &existing);
        return;
    }
    let mut u = Unstructured::new(data);
    // An input with too few bytes for a choice is skipped.
    let _ = files(&mut u).and_then(|[new, existing]| rendered(&mut u, &new, &existing));
}

/// Texts that disturb a terminal, and texts that are wide or long.
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

/// Inserts odd texts at all places where any text is allowed.
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
    let reads = [new, existing].map(|source| Read::from(read(source, &limits)));
    let sources: Vec<&Source> = reads.iter().map(|read| &read.source).collect();
    for read in &reads {
        for diagnostic in &read.diagnostics {
            seen(&drawn(|style| text::diagnostic(&read.source, diagnostic, style)));
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
    judged(AwsCheck::NoNewAccess, new, Some(existing), &answer, &options);
    if let Ok(access) = Access::new(["s3:*"], ["arn:aws:s3:::b/x"]) {
        let answer = access_not_granted(new, std::slice::from_ref(&access), &options);
        judged(AwsCheck::AccessNotGranted(Lists::of(&[access])), new, None, &answer, &options);
    }
    if u.ratio(1, 2)? {
        compared(new, existing, &options);
    }
    for _ in 0..2 {
        simulated(u, &[new, existing], answer.policy_type, &sources)?;
    }
    Ok(())
}

/// Checks an error with all issues about one file.
fn noticed(read: &Read, sources: &[&Source]) {
    let fault = |diagnostic: &iamsat::diagnostic::Diagnostic| Fault {
        source: read.source.clone(),
        diagnostic: diagnostic.clone(),
    };
    let faults: Vec<Fault> = read.diagnostics.iter().map(fault).collect();
    failed(&Failure { faults, ..Failure::validation(read.source.text()) }, sources);
}

fn failed(failure: &Failure, sources: &[&Source]) {
    seen(&drawn(|style| text::failure(failure, style)));
    is_json(&json::failure(failure), sources);
    let issues = Issue::of_failure(failure);
    tell(Status::Error, &failure.message, issues, sources);
}

fn judged(
    question: AwsCheck,
    policy: &Document,
    existing: Option<&Document>,
    answer: &Answer,
    options: &Options,
) {
    let judgement = Judgement::new(question, policy, existing, answer, options);
    let again = |changed: &Document| existing.map(|existing| no_new_access(changed, existing, options));
    let typed = Invocation {
        policy: policy.source.name(),
        existing: existing.map(|_| "a b"),
        recheck: Some(&again),
        ..Invocation::default()
    };
    let issues = judgement.issues(&typed);
    for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
        seen(&drawn(|style| text::judgement(&judgement, &issues, true, verbosity, style)));
    }
    let value = serde_json::to_value(&judgement).unwrap();
    let sources: Vec<&Source> = judgement.documents().into_iter().map(|d| &d.source).collect();
    is_json(&value, &sources);
    for location in value["locations"].as_array().into_iter().flatten() {
        let of_existing = existing.filter(|_| location["existingStatementIndex"].is_number());
        let document = of_existing.unwrap_or(policy);
        is_inside(&location["span"], &document.source);
        let whole: Value = serde_json::from_str(document.source.text()).unwrap();
        assert!(whole.pointer(location["pointer"].as_str().unwrap()).is_some(), "{location}\n{whole}");
    }
    let status = match &answer.verdict {
        Verdict::Pass(_) => Status::Pass,
        Verdict::Fail(_) => Status::Fail,
        Verdict::Unknown(_) => Status::Unknown,
    };
    let message = judgement.sentence(&issues, false);
    tell(status, &message, issues, &sources);
}

/// Checks the groups of requests that were gained or are no longer denied.
fn compared(new: &Document, existing: &Document, options: &Options) {
    let found = difference(new, existing, options);
    let gained = Change::new(Direction::Gained, new, existing, found, options);
    let found = denied_difference(existing, new, options);
    let no_longer_denied = Change::new(Direction::NoLongerDenied, existing, new, found, options);
    let typed = Invocation { policy: new.source.name(), existing: Some("old"), ..Invocation::default() };
    let sources = [&new.source, &existing.source];
    for change in [gained, no_longer_denied] {
        is_json(&serde_json::to_value(&change).unwrap(), &sources);
        let status = if change.is_empty() { Status::Pass } else { Status::Fail };
        tell(status, &change.sentence(), change.issues(&typed), &sources);
    }
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
        seen(&drawn(|style| text::simulation(&simulation, verbosity, style)));
    }
    for remark in &simulation.remarks {
        seen(&drawn(|style| text::remark(remark, style)));
    }
    is_json(&serde_json::to_value(&simulation).unwrap(), sources);
    let subject = simulation.subject();
    tell(subject.status, &subject.message, subject.issues, sources);
    Ok(())
}

/// The same in the formats for pipelines.
fn tell(status: Status, message: &str, issues: Vec<Issue>, sources: &[&Source]) {
    for issue in &issues {
        seen(&drawn(|style| text::issue(issue, style)));
    }
    let name = sources.first().map_or("", |source| source.name()).to_owned();
    let subject =
        Subject { name, file: None, rule: None, status, message: message.to_owned(), issues: issues.clone() };
    let subjects = vec![subject.clone(), subject];
    let report = Report {
        command: "check-no-new-access",
        directory: Some("/policies".to_owned()),
        subjects,
        issues,
        has_baseline: true,
        about: String::new(),
    };
    seen(&report.summary());
    let log = sarif::report(&report);
    is_json(&log, sources);
    let files: Vec<&Source> = sources.iter().map(|source| source.in_file(Span::default()).0).collect();
    regions(&log, &files);
    let xml = junit::report(&report);
    elements(&xml).unwrap_or_else(|why| panic!("{why}\n{xml}"));
    let annotations = github::report(&report);
    seen(&annotations);
    let is_command = |line: &str| ["::error ", "::warning ", "::notice "].iter().any(|c| line.starts_with(c));
    let is_summary = |line: &str| line.starts_with("check-no-new-access: ");
    assert!(annotations.lines().all(|line| is_command(line) || is_summary(line)), "{annotations}");
}

// ---- properties of each format ----

/// Returns the plain text, and checks that the coloured text says the same and that other terminals are supported.
fn drawn(draw: impl Fn(Style) -> String) -> String {
    let plain = draw(Style::default());
    let colored = draw(Style { color: true, ..Style::default() });
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
    for letters in [Letters::Lines, Letters::Ascii] {
        seen(&draw(Style { color: false, letters, width: Some(40) }));
    }
    plain
}

/// Checks that no character moves the cursor, changes colours or directions, or is invisible.
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

/// Checks that every region of a log is inside its source.
fn regions(value: &Value, sources: &[&Source]) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| regions(value, sources)),
        Value::Object(members) => {
            if let Some(region) = members.get("region").filter(|region| region.get("snippet").is_some()) {
                let is_there = |source: &&Source| snippet(region, source.text()).is_some();
                assert!(sources.iter().any(is_there), "{region}");
            }
            members.values().for_each(|value| regions(value, sources));
        }
        _ => {}
    }
}

/// Returns the text of a region by its lines and columns, if it has them.
fn snippet<'t>(region: &Value, text: &'t str) -> Option<&'t str> {
    let offset = |line: &str, column: &str| -> Option<usize> {
        let number = |name: &str| usize::try_from(region[name].as_u64()?).ok();
        let mut start = 0;
        for _ in 1..number(line)? {
            start = text.get(start..)?.find('\n')?.checked_add(start)?.checked_add(1)?;
        }
        let rest = text.get(start..)?;
        let columns = number(column)?.checked_sub(1)?;
        let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
        start.checked_add(ends.into_iter().nth(columns)?)
    };
    let part = text.get(offset("startLine", "startColumn")?..offset("endLine", "endColumn")?)?;
    (region["snippet"]["text"] == part).then_some(part)
}

fn is_inside(span: &Value, source: &Source) {
    let text = source.text();
    let mut last = 0;
    for end in ["start", "end"] {
        let number = |name: &str| usize::try_from(span[end][name].as_u64().unwrap()).unwrap();
        let (line, column, offset) = (number("line"), number("column"), number("offset"));
        let before = text.get(..offset).unwrap_or_else(|| panic!("{span} {text:?}"));
        let last_line = before.rsplit('\n').next().unwrap_or("");
        assert_eq!(line, before.matches('\n').count().saturating_add(1), "{span} {text:?}");
        assert_eq!(column, last_line.chars().count().saturating_add(1), "{span} {text:?}");
        assert!(last <= offset, "{span} {text:?}");
        last = offset;
    }
}
