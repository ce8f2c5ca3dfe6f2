//! SARIF 2.1.0, for code scanning.
//!
//! Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"; `tests/it/formats.rs` checks the output
//! against its JSON schema.

mod line_hash;
mod rule;

use crate::code::Code;
use crate::report::issue::{Issue, Kind, Mark, Report, Status, Subject};
use crate::report::paths::uri;
use crate::span::{Source, Span};
use line_hash::LineHashes;
use rule::Rule;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The length in bytes up to which a marked text is repeated as a snippet.
const LONGEST_SNIPPET: usize = 4_000;

/// Renders the outcome of a command as a SARIF log.
///
/// ```
/// use iamsat::report::{Report, sarif};
/// let report =
///     Report { command: "check-no-new-access", directory: None, subjects: Vec::new(), issues: Vec::new(), has_baseline: false, about: String::new() };
/// assert_eq!(sarif::report(&report)["version"], "2.1.0");
/// ```
pub fn report(report: &Report) -> Value {
    let mut codes: Vec<Code> = report.all_issues().map(|issue| issue.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let failed = report.all_issues().any(|issue| issue.kind == Kind::Error)
        || report.subjects.iter().any(|subject| subject.status == Status::Error);
    // Viewers do not show results without a place, so these are put at the beginning of the file.
    let anywhere = report.subjects.first().map_or(".", Subject::file);
    let about_run = report.issues.iter().map(|issue| (issue, anywhere));
    let about_subjects =
        report.subjects.iter().flat_map(|subject| subject.issues.iter().map(|issue| (issue, subject.file())));
    let mut given = Names::default();
    let results: Vec<Outcome<'_>> = about_run
        .chain(about_subjects)
        .map(|(issue, file)| Outcome::of(issue, file, &codes, report, &mut given))
        .collect();
    json!(Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "iamsat",
                    version: env!("CARGO_PKG_VERSION"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: rule::home(),
                    rules: codes.iter().map(|code| Rule::of(*code)).collect(),
                },
            },
            invocations: [Invocation {
                execution_successful: !failed,
                tool_execution_notifications: report
                    .subjects
                    .iter()
                    .map(|subject| Notification::of(subject, report))
                    .collect(),
            }],
            artifacts: names(report)
                .into_iter()
                .map(|name| Artifact { location: ArtifactLocation::of(name, report) })
                .collect(),
            automation_details: Details { id: format!("iamsat/{}/", report.command) },
            column_kind: "unicodeCodePoints",
            results,
        }],
    })
}

/// Lists the files of the inputs, each once.
fn names(report: &Report) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for subject in &report.subjects {
        if !names.contains(&subject.file()) {
            names.push(subject.file());
        }
    }
    names
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    invocations: [Invocation; 1],
    artifacts: Vec<Artifact>,
    automation_details: Details,
    column_kind: &'static str,
    results: Vec<Outcome<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    information_uri: Option<&'static str>,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
struct Artifact {
    location: ArtifactLocation,
}

#[derive(Serialize)]
struct Details {
    id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

/// A text, with a Markdown version if there is one.
#[derive(Serialize)]
struct Text<T> {
    text: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<&'static str>,
}

impl<T> Text<T> {
    fn plain(text: T) -> Text<T> {
        Text { text, markdown: None }
    }
}

/// The outcome of an input, so that "nothing found" cannot be mistaken for "nothing checked".
#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Text<String>,
    locations: [Location<'static>; 1],
}

impl Notification {
    fn of(subject: &Subject, report: &Report) -> Notification {
        Notification {
            level: match subject.status {
                Status::Pass | Status::Fail | Status::Skipped => "note",
                Status::Unknown => "warning",
                Status::Error => "error",
            },
            message: Text::plain(subject.line()),
            locations: [Location::of(ArtifactLocation::of(subject.file(), report), None)],
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: PhysicalLocation<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logical_locations: Option<[LogicalLocation<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text<&'a str>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation<'a> {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'a> {
    fully_qualified_name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

impl ArtifactLocation {
    fn of(name: &str, report: &Report) -> ArtifactLocation {
        let uri = uri(name, report.directory.as_deref());
        // Relative URIs are relative to the root of the sources, which the reader of the log knows.
        let uri_base_id = (!uri.starts_with("file:")).then_some("%SRCROOT%");
        ArtifactLocation { uri, uri_base_id }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region<'a> {
    start_line: usize,
    start_column: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<Text<&'a str>>,
}

impl<'a> Location<'a> {
    fn of(artifact_location: ArtifactLocation, region: Option<Region<'a>>) -> Location<'a> {
        let physical_location = PhysicalLocation { artifact_location, region };
        Location { physical_location, logical_locations: None, id: None, message: None }
    }

    /// Locates a place of a source.
    fn at(source: &'a Source, span: Span, report: &Report) -> Location<'a> {
        let (file, span) = source.in_file(span);
        let (start, end) = (file.position(span.start as usize), file.position(span.end as usize));
        let text = file.slice(span);
        let region = Region {
            start_line: start.line,
            start_column: start.column,
            end_line: Some(end.line),
            end_column: Some(end.column),
            snippet: (text.len() <= LONGEST_SNIPPET).then(|| Text::plain(text)),
        };
        Location::of(ArtifactLocation::of(file.name(), report), Some(region))
    }

    /// Locates a further mark, given its index.
    fn related(index: usize, mark: &'a Mark, source: &'a Source, report: &Report) -> Location<'a> {
        Location {
            id: Some(index + 1),
            message: (!mark.label.is_empty()).then(|| Text::plain(&*mark.label)),
            ..Location::at(source, mark.span, report)
        }
    }
}

/// A result: an issue.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Text<String>,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<Vec<Suppression<'a>>>,
}

/// The names by which results are matched from run to run.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fingerprints {
    #[serde(rename = "iamsat/v1")]
    iamsat: String,
    /// GitHub's own name for the place.
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_location_line_hash: Option<String>,
}

/// The names of the results so far. Each is given once in a file: results with equal names would become one alert.
#[derive(Default)]
struct Names {
    /// The hashes of the lines of all files with results, each file hashed once.
    hashes: BTreeMap<String, LineHashes>,
    /// The numbers of hashes that are taken, and where the search for a free one goes on.
    taken: BTreeSet<(String, u64, usize)>,
    next: BTreeMap<(String, u64, usize), usize>,
    /// The number of results with a fingerprint, by file.
    fingerprints: BTreeMap<(String, String), usize>,
}

impl Names {
    /// Returns the fingerprint of an issue, with a number from its second occurrence on.
    fn fingerprint(&mut self, issue: &Issue, file: &str) -> String {
        let key = (file.to_owned(), issue.fingerprint.clone());
        let count = self.fingerprints.entry(key).or_insert(0);
        *count += 1;
        match *count {
            1 => issue.fingerprint.clone(),
            n => format!("{}:{n}", issue.fingerprint),
        }
    }

    /// Returns the hash of the line of an issue, with its number among equal ones; `None` if it has no place.
    fn line(&mut self, issue: &Issue) -> Option<String> {
        let (source, mark) = issue.source.as_ref().zip(issue.marks.first())?;
        let (file, span) = source.in_file(mark.span);
        let line = file.position(span.start as usize).line;
        let name = file.name().to_owned();
        let hashes = self.hashes.entry(name.clone()).or_insert_with(|| LineHashes::of(file.text()));
        let (hash, number) = hashes.line(line)?;
        let next = self.next.entry((name.clone(), hash, number)).or_insert(number);
        while !self.taken.insert((name.clone(), hash, *next)) {
            *next += 1;
        }
        Some(format!("{hash:x}:{next}"))
    }
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    status: &'static str,
    justification: &'a str,
}

impl<'a> Outcome<'a> {
    fn of(issue: &'a Issue, file: &str, codes: &[Code], report: &Report, names: &mut Names) -> Outcome<'a> {
        let (location, related) = match (&issue.source, issue.marks.split_first()) {
            (Some(source), Some((first, others))) => {
                let pointer = issue.pointer.as_deref();
                let location = Location {
                    logical_locations: pointer.map(|name| [LogicalLocation { fully_qualified_name: name }]),
                    ..Location::at(source, first.span, report)
                };
                let elsewhere = issue
                    .elsewhere
                    .iter()
                    .flat_map(|other| other.marks.iter().map(move |mark| (&other.source, mark)));
                let related = others.iter().map(|mark| (source, mark)).chain(elsewhere).enumerate();
                let related =
                    related.map(|(index, (source, mark))| Location::related(index, mark, source, report));
                (location, related.collect())
            }
            _ => {
                let region = Region {
                    start_line: 1,
                    start_column: 1,
                    end_line: None,
                    end_column: None,
                    snippet: None,
                };
                (Location::of(ArtifactLocation::of(file, report), Some(region)), Vec::new())
            }
        };
        let suppression = |reason: &'a str| {
            vec![Suppression { kind: "external", status: "accepted", justification: reason }]
        };
        Outcome {
            rule_id: issue.code.as_str(),
            rule_index: codes.binary_search(&issue.code).ok(),
            level: match issue.kind {
                Kind::Finding if issue.is_note() => "note",
                // An undecided input must not pass either.
                Kind::Finding | Kind::Unknown | Kind::Error => "error",
                Kind::Lint | Kind::Warning => "warning",
            },
            message: Text::plain(message(issue)),
            locations: [location],
            related_locations: related,
            partial_fingerprints: Fingerprints {
                iamsat: names.fingerprint(issue, file),
                primary_location_line_hash: names.line(issue),
            },
            suppressions: match issue.silenced() {
                Some(reason) => Some(suppression(reason)),
                None => report.has_baseline.then(Vec::new),
            },
        }
    }
}

/// Writes everything known about the issue as text.
fn message(issue: &Issue) -> String {
    let mut text = match issue.kind {
        Kind::Unknown => format!("UNKNOWN: {}", issue.title),
        Kind::Finding | Kind::Lint | Kind::Error | Kind::Warning => issue.title.clone(),
    };
    for (name, note) in issue.shown_notes() {
        text.push_str(&format!("\n\n{name}:\n{note}"));
    }
    text
}
