//! Tests the output that other programs read: SARIF against its schema and against the files it points into, XML that is
//! well-formed, annotations that stay on their lines, fingerprints that stay the same.

use crate::support::schema;
use crate::support::xml::elements;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the output of a command in a directory.
fn output(directory: &Path, arguments: &[impl AsRef<std::ffi::OsStr>]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_iamsat"))
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Runs that together have every kind of issue in every kind of place; `.ci/formats` reads them too.
fn runs() -> Vec<(PathBuf, Vec<String>)> {
    let text = std::fs::read_to_string(root().join("tests/formats/runs.json")).unwrap();
    let runs: Vec<Value> = serde_json::from_str(&text).unwrap();
    let run = |run: &Value| {
        let arguments = run["arguments"].as_array().unwrap().iter();
        let arguments = arguments.map(|argument| argument.as_str().unwrap().to_owned()).collect();
        (root().join("tests/cases").join(run["case"].as_str().unwrap()), arguments)
    };
    runs.iter().map(run).collect()
}

/// Returns the output of a command in a format.
fn formatted(directory: &Path, arguments: &[impl AsRef<str>], format: &str) -> String {
    let words: Vec<&str> = arguments.iter().map(AsRef::as_ref).chain(["--format", format]).collect();
    output(directory, &words)
}

fn sarif(directory: &Path, arguments: &[impl AsRef<str>]) -> Value {
    serde_json::from_str(&formatted(directory, arguments, "sarif")).unwrap()
}

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().unwrap()
}

#[test]
fn sarif_is_as_its_schema_says() {
    let Some(schema) = schema::sarif() else { return };
    for (directory, arguments) in runs() {
        let log = sarif(&directory, &arguments);
        let faults = schema::faults(&schema, &log);
        assert!(faults.is_empty(), "{arguments:?}: {faults:#?}");
        assert!(!log["runs"][0]["tool"]["driver"]["version"].as_str().unwrap().is_empty());
    }
}

#[test]
fn the_schema_refuses_what_is_wrong() {
    let Some(schema) = schema::sarif() else { return };
    let (directory, arguments) = &runs()[0];
    let good = sarif(directory, arguments);
    let wrong: [(&str, Value); 7] = [
        ("/version", json!("2.0.0")),
        ("/runs", json!({})),
        ("/runs/0/results/0/level", json!("fatal")),
        ("/runs/0/results/0/locations/0/physicalLocation/region/startLine", json!(-1)),
        ("/runs/0/results/0/locations/0/physicalLocation/region/startLine", json!("1")),
        ("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri", json!("a b\\c")),
        ("/runs/0/tool", json!({"driver": {"version": "1"}})),
    ];
    for (pointer, value) in wrong {
        let mut log = good.clone();
        *log.pointer_mut(pointer).unwrap() = value;
        assert!(!schema::faults(&schema, &log).is_empty(), "{pointer}");
    }
}

#[test]
fn sarif_points_at_what_it_quotes() {
    let mut places = 0;
    for (directory, arguments) in runs() {
        let log = sarif(&directory, &arguments);
        let rules = &log["runs"][0]["tool"]["driver"]["rules"];
        for result in results(&log) {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
            assert!(rules[index]["help"]["markdown"].is_string(), "{} has no page", result["ruleId"]);
            assert!(!result["locations"].as_array().unwrap().is_empty());
            let related = result["relatedLocations"].as_array();
            for location in result["locations"].as_array().into_iter().chain(related).flatten() {
                let place = &location["physicalLocation"];
                let uri = place["artifactLocation"]["uri"].as_str().unwrap();
                assert!(!uri.starts_with('/') && !uri.contains('\\'), "{uri}");
                let region = &place["region"];
                assert!(region["startLine"].as_u64().unwrap() >= 1);
                if let (Some(snippet), Ok(text)) = (
                    region["snippet"]["text"].as_str(),
                    std::fs::read_to_string(directory.join(decoded(uri))),
                ) {
                    let (start, end) = (offset(&text, region, "start"), offset(&text, region, "end"));
                    assert_eq!(&text[start..end], snippet, "{uri}");
                    places += 1;
                }
            }
        }
    }
    assert!(places > 50, "{places} places were looked at");
}

fn decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.bytes();
    while let Some(byte) = rest.next() {
        let mut digit = || char::from(rest.next().unwrap()).to_digit(16).unwrap();
        bytes.push(if byte == b'%' { u8::try_from(digit() * 16 + digit()).unwrap() } else { byte });
    }
    String::from_utf8(bytes).unwrap()
}

fn offset(text: &str, region: &Value, which: &str) -> usize {
    let number = |name: &str| usize::try_from(region[format!("{which}{name}")].as_u64().unwrap()).unwrap();
    let line: usize = text.split_inclusive('\n').take(number("Line") - 1).map(str::len).sum();
    // A byte order mark does not count as a column.
    let line = if line == 0 && text.starts_with('\u{feff}') { 3 } else { line };
    text[line..].char_indices().map(|(at, _)| at).nth(number("Column") - 1).map_or(text.len(), |at| line + at)
}

/// Returns the fingerprints of the findings of a policy with this text.
fn fingerprints(name: &str, text: &str) -> Vec<String> {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join(format!("{name}.json")), text).unwrap();
    let old = root().join("tests/cases/formats/old.json");
    let file = format!("{name}.json");
    let arguments = ["check-no-new-access", "--existing", old.to_str().unwrap(), "--new", &file];
    let log = sarif(&directory, &arguments);
    let found = results(&log).iter().filter(|result| result["ruleId"] == "new-access");
    let mut found: Vec<String> =
        found.map(|r| r["partialFingerprints"]["iamsat/v1"].as_str().unwrap().to_owned()).collect();
    found.sort();
    found
}

#[test]
fn fingerprints_stay_when_lines_move_and_change_when_access_does() {
    let text = std::fs::read_to_string(root().join("tests/cases/formats/policies/wider.json")).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    let same = fingerprints("as-it-is", &text);
    assert_eq!(same.len(), 2);
    assert_eq!(same, fingerprints("minified", &value.to_string()));
    let mut turned = value.clone();
    turned["Statement"].as_array_mut().unwrap().reverse();
    turned["Statement"][0]["Sid"] = json!("Other");
    assert_eq!(same, fingerprints("turned", &format!("\n\n{turned:#}")));
    let mut wider = value;
    wider["Statement"][1]["Resource"] = json!("*");
    let other = fingerprints("wider", &wider.to_string());
    assert_eq!(same.iter().filter(|f| other.contains(f)).count(), 1);
}

#[test]
fn what_is_accepted_is_suppressed_and_nothing_else() {
    let (directory, arguments) =
        runs().into_iter().find(|(_, a)| a.iter().any(|a| a == "known.json")).unwrap();
    let log = sarif(&directory, &arguments);
    let list: Value =
        serde_json::from_str(&std::fs::read_to_string(directory.join("known.json")).unwrap()).unwrap();
    let mut accepted = 0;
    for result in results(&log) {
        let print = &result["partialFingerprints"]["iamsat/v1"];
        let entry = list["accepted"].as_array().unwrap().iter().find(|entry| entry["fingerprint"] == *print);
        let suppressions = result["suppressions"].as_array().unwrap();
        match entry {
            Some(entry) => {
                assert_eq!(suppressions[0]["justification"], entry["reason"]);
                assert_eq!(result["ruleId"], "new-access");
                accepted += 1;
            }
            None => assert!(suppressions.is_empty(), "{result:#}"),
        }
    }
    assert_eq!(accepted, 3);
    assert!(results(&log).iter().any(|result| result["ruleId"] == "stale-acceptance"));
}

#[test]
fn junit_is_well_formed_and_counts_what_it_holds() {
    for (directory, arguments) in runs() {
        let xml = formatted(&directory, &arguments, "junit");
        let names = elements(&xml).unwrap_or_else(|why| panic!("{arguments:?}: {why}"));
        let head = xml.lines().nth(1).unwrap();
        for (count, element) in [("tests", "testcase"), ("failures", "failure"), ("errors", "error")] {
            let number = names.iter().filter(|name| *name == element).count();
            assert!(
                head.contains(&format!(r#"{count}="{number}""#)),
                "{arguments:?}: {head}, {number} {element}"
            );
        }
        assert!(names.iter().any(|name| name == "testcase"));
    }
    let declared = |body: &str| format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}");
    assert_eq!(elements(&declared("<a><b x=\"&quot;&#10;\"/></a>")).unwrap(), ["a", "b"]);
    for bad in ["<a>", "<a></b>", "<a>&</a>", "<a>\u{1}</a>", "<a x=\"></a>", "<a x=\"<\"/>", "<a/><b/>"] {
        let bad = declared(bad);
        assert!(elements(&bad).is_err(), "{bad}");
    }
}

#[test]
fn annotations_stay_on_their_lines() {
    for (directory, arguments) in runs() {
        let text = formatted(&directory, &arguments, "github");
        let errors = text.lines().filter(|line| line.starts_with("::error ")).count();
        let log = sarif(&directory, &arguments);
        let is_error = |result: &&Value| {
            let suppressed = result["suppressions"].as_array().is_some_and(|list| !list.is_empty());
            result["level"] == "error" && !suppressed
        };
        assert_eq!(errors, results(&log).iter().filter(is_error).count());
        for line in text.lines() {
            match line.strip_prefix("::") {
                Some(rest) => {
                    let (head, message) = rest.split_once("::").unwrap();
                    let (command, properties) = head.split_once(' ').unwrap();
                    assert!(["error", "warning", "notice"].contains(&command), "{line}");
                    assert!(
                        properties
                            .split(',')
                            .all(|p| p.split_once('=').is_some_and(|(_, v)| !v.contains(':')))
                    );
                    assert!(!message.is_empty());
                }
                None => assert!(line.starts_with(&arguments[0]), "{line}"),
            }
        }
    }
}

/// The lines of SARIF results have the hashes that GitHub computes, and rules have the properties that it reads.
#[test]
fn sarif_has_what_code_scanning_reads() {
    let mut hashed = 0;
    for (directory, arguments) in runs() {
        let log = sarif(&directory, &arguments);
        let mut names = std::collections::BTreeSet::new();
        for result in results(&log) {
            let file = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
            for (kind, name) in result["partialFingerprints"].as_object().unwrap() {
                // Results with equal names would become one alert.
                let name = (file.to_string(), kind.clone(), name.to_string());
                assert!(names.insert(name), "{result:#}");
            }
            let hash = &result["partialFingerprints"]["primaryLocationLineHash"];
            let has_text = result["locations"][0]["physicalLocation"]["region"]["endLine"].is_u64();
            assert_eq!(hash.is_string(), has_text, "{result:#}");
            hashed += usize::from(has_text);
        }
        for rule in log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap() {
            let severity = rule["properties"]["security-severity"].as_str();
            let is_security = rule["properties"]["tags"].as_array().unwrap().contains(&json!("security"));
            assert_eq!(severity.is_some(), is_security, "{rule:#}");
            let score = severity.map_or(1.0, |severity| severity.parse::<f64>().unwrap());
            assert!((0.1..=10.0).contains(&score), "{rule:#}");
        }
    }
    assert!(hashed > 50, "{hashed} results have a hash");
}

#[test]
fn gitlab_lists_every_result_once() {
    for (directory, arguments) in runs() {
        let list: Vec<Value> = serde_json::from_str(&formatted(&directory, &arguments, "gitlab")).unwrap();
        assert_eq!(list.len(), results(&sarif(&directory, &arguments)).len(), "{arguments:?}");
        let mut fingerprints: Vec<&str> =
            list.iter().map(|one| one["fingerprint"].as_str().unwrap()).collect();
        fingerprints.sort_unstable();
        fingerprints.dedup();
        assert_eq!(fingerprints.len(), list.len(), "{arguments:?}");
        for one in &list {
            assert!(!one["location"]["path"].as_str().unwrap().starts_with('/'), "{one:#}");
            assert!(one["location"]["lines"]["begin"].as_u64().unwrap() >= 1, "{one:#}");
        }
    }
}

#[test]
fn concise_has_a_line_for_every_result() {
    for (directory, arguments) in runs() {
        let text = formatted(&directory, &arguments, "concise");
        let log = sarif(&directory, &arguments);
        for result in results(&log) {
            let code = format!("[{}]: ", result["ruleId"].as_str().unwrap());
            assert!(text.lines().any(|line| line.contains(&code)), "{code} is not in {text}");
        }
        let findings = text.lines().filter(|line| line.contains("]: ")).count();
        assert!(findings >= results(&log).len(), "{arguments:?}: {text}");
    }
}

/// Returns what Markdown reads: the text outside of code spans and of `<pre>` elements.
fn active(markdown: &str) -> String {
    let mut rest = String::new();
    let mut is_text = false;
    for line in markdown.lines() {
        match line {
            "<pre>" => is_text = true,
            "</pre>" => is_text = false,
            _ if is_text => assert!(!line.contains(['<', '>']), "{line}"),
            line => {
                let parts: Vec<&str> = line.split('`').collect();
                assert!(parts.len() % 2 == 1, "a code span does not end: {line}");
                rest.extend(parts.iter().step_by(2).copied());
                rest.push('\n');
            }
        }
    }
    assert!(!is_text, "{markdown}");
    rest
}

#[test]
fn markdown_shows_texts_of_policies_as_text() {
    for (directory, arguments) in runs() {
        let text = formatted(&directory, &arguments, "markdown");
        assert!(text.starts_with("### iamsat "), "{text}");
        assert!(text.len() <= 60_000, "{arguments:?}");
        for line in active(&text).lines() {
            // What stands between the tags of a summary is the text of an element.
            let fixed = line.replace("<details><summary>", "").replace("</summary>", "");
            let fixed = fixed.replace("</details>", "").replace("<code>", "").replace("</code>", "");
            assert!(!fixed.contains(['<', '>']), "{line}");
            if !line.starts_with("<details>") {
                assert!(!fixed.contains(['@', '[', '*', '_', '\\', '!', '~', '/']), "{line}");
            }
            let is_row = line.starts_with('|');
            assert_eq!(line.matches('|').count(), if is_row { 4 } else { 0 }, "{line}");
        }
        for result in results(&sarif(&directory, &arguments)) {
            let code = result["ruleId"].as_str().unwrap();
            assert!(text.contains(&format!("(`{code}`)")), "{code} is not in {text}");
        }
    }
}

#[test]
fn every_format_goes_to_a_file() {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("to-a-file");
    std::fs::create_dir_all(&directory).unwrap();
    for format in ["text", "json", "sarif", "junit", "github", "gitlab", "markdown", "concise"] {
        for existing in ["old.json", "missing.json"] {
            let case = root().join("tests/cases/formats");
            let file = directory.join(format);
            let arguments = [
                "check-no-new-access",
                "--existing",
                existing,
                "--new",
                "policies/wider.json",
                "--format",
                format,
            ];
            let printed = output(&case, &arguments);
            let nothing = output(&case, &[&arguments[..], &["-o", file.to_str().unwrap()]].concat());
            assert_eq!(nothing, "");
            assert_eq!(std::fs::read_to_string(&file).unwrap(), printed, "{format}");
        }
    }
}

/// Returns the text of the finding of a policy, rendered in this style.
fn drawn(policy: &str, style: iamsat::report::text::Style) -> String {
    use iamsat::check::{Access, Options, access_not_granted};
    use iamsat::report::text::{Verbosity, judgement};
    use iamsat::report::{AwsCheck, Invocation, Judgement, Lists};
    let source = iamsat::span::Source::new("p\u{e4}.json", policy);
    let policy = iamsat::policy::parse(&source, &iamsat::limits::InputLimits::default()).unwrap();
    let access = [Access::new(["s3:GetObject"], ["*"]).unwrap()];
    let options = Options::default();
    let answer = access_not_granted(&policy, &access, &options);
    let judged =
        Judgement::new(AwsCheck::AccessNotGranted(Lists::of(&access)), &policy, None, &answer, &options);
    let typed = Invocation { policy: "p.json", ..Invocation::default() };
    judgement(&judged, &judged.issues(&typed), false, Verbosity::Normal, style)
}

#[test]
fn text_keeps_to_what_a_terminal_can_show() {
    use iamsat::report::text::{Letters, Style};
    let long = ["s3:Put\u{e4}*"; 80].join(r#"",""#);
    let policy = format!(
        r#"{{"Statement":[{{"Effect":"Allow","Action":["s3:GetObject","{long}"],"Resource":"arn:aws:s3:::b\u00fccher/*"}}]}}"#
    )
    .replace("\\u00fc", "\u{fc}");
    let style = Style { color: false, letters: Letters::Ascii, width: Some(80) };
    let ascii = drawn(&policy, style);
    let but_replay = ascii.lines().filter(|line| !line.contains("iamsat simulate"));
    for line in but_replay.clone() {
        assert!(line.is_ascii(), "{line}");
    }
    let excerpts: Vec<&str> = but_replay.filter(|line| line.starts_with("1 |")).collect();
    assert!(!excerpts.is_empty() && excerpts.iter().all(|line| line.len() <= 80), "{excerpts:#?}");
    // Marks are below the text that they mark, whatever letters precede it.
    let lines: Vec<&str> = ascii.lines().collect();
    let code = lines.iter().position(|line| line.contains("\"s3:GetObject\"")).unwrap();
    assert_eq!(lines[code].find("\"s3:GetObject\""), lines[code + 1].find('^'), "{ascii}");
    let framed = drawn(&policy, Style { letters: Letters::Lines, ..style });
    assert!(framed.contains('\u{256d}') && framed.contains("p\u{e4}.json"), "{framed}");
    let plain = drawn(&policy, Style { letters: Letters::Plain, ..style });
    assert!(plain.contains("p\u{e4}.json") && plain.contains(" --> "), "{plain}");
}
