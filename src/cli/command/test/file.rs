//! Files of tests: policies with names, and tests that ask about them.
//!
//! ```yaml
//! policies:
//!   app: app.json
//! tests:
//!   - name: the application reads reports
//!     check: simulate
//!     policy: app
//!     action: s3:GetObject
//!     resource: arn:aws:s3:::reports/2025
//!     expect: allowed
//! ```

use super::duties::{DUTIES, Duties};
use super::question::{Commands, Question};
use super::reader::{Expect, Reader};
use crate::code::Code;
use crate::container::{Options, decode, read_yaml};
use crate::diagnostic::Diagnostic;
use crate::limits::InputLimits;
use crate::policy::{Json, JsonValue, Member, Read, tree};
use crate::report::{Expected, Failure};
use crate::span::{Source, Span};
use crate::surface::{reason, unreadable};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The members of a file.
const MEMBERS: [&str; 4] = ["policies", "layers", "snapshot", "tests"];

/// The members of every test.
const OF_TESTS: [&str; 3] = ["name", "check", "expect"];

/// The most bytes of a file.
const MOST_BYTES: usize = 16 << 20;

/// A file of tests.
pub(super) struct TestFile {
    pub(super) source: Source,
    pub(super) tests: Vec<Test>,
}

/// A test.
pub(super) struct Test {
    pub(super) name: String,
    pub(super) check: String,
    /// The place of its name.
    pub(super) place: Span,
    pub(super) ask: Ask,
    pub(super) expect: Expect,
}

/// The question of a test.
pub(super) enum Ask {
    /// A command, with those who may, if it is `who-can`.
    Command {
        arguments: Vec<String>,
        allowed: Vec<String>,
    },
    Duties(Duties),
}

/// Reads a file of tests.
///
/// # Errors
/// The file cannot be read, or all its faults with their places.
pub(super) fn read(path: &str) -> Result<TestFile, Failure> {
    let file = std::fs::File::open(path).map_err(|error| unreadable(path, reason(&error)))?;
    let bytes = crate::cli::input::read_bounded(file, MOST_BYTES);
    let bytes = bytes.map_err(|error| unreadable(path, reason(&error)))?;
    if bytes.len() > MOST_BYTES {
        return Err(unreadable(path, format!("it is longer than {MOST_BYTES} bytes")));
    }
    let text = decode(bytes).map_err(|_| unreadable(path, "it is neither UTF-8 nor UTF-16 text"))?;
    let source = Source::new(path, text);
    let broken =
        |faults: Vec<Diagnostic>| match Failure::of_documents([&Read::failed(source.clone(), faults)]) {
            Some(failure) => Failure { message: failure.message.replacen("check", "run", 1), ..failure },
            None => Failure::internal(format!("{path} has faults that are not errors")),
        };
    let json = parsed(source.text()).map_err(broken)?;
    let mut reader = Reader {
        directory: Path::new(path).parent().map_or_else(|| "".into(), |parent| parent.to_path_buf()),
        policies: BTreeMap::new(),
        layers: None,
        snapshot: None,
        faults: Vec::new(),
    };
    let tests = reader.file(&json, &Commands::new());
    match reader.faults.is_empty() {
        true => Ok(TestFile { source: source.clone(), tests }),
        false => Err(broken(reader.faults)),
    }
}

fn parsed(text: &str) -> Result<Json<'_>, Vec<Diagnostic>> {
    let limits = InputLimits { bytes: MOST_BYTES, ..InputLimits::default() };
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        let (json, faults) = tree(text, &limits)?;
        return if faults.is_empty() { Ok(json) } else { Err(faults) };
    }
    let yaml = read_yaml(text, &Options::default().limits)?;
    let ambiguous = yaml.ambiguous.iter().map(|start| {
        let message = "readers of YAML disagree on this value";
        let span = Span { start: *start, end: *start };
        Diagnostic::error(Code::InvalidTest, message, span).with_help("put it in quotes if it is a text")
    });
    let ambiguous: Vec<Diagnostic> = ambiguous.collect();
    if ambiguous.is_empty() { Ok(yaml.json) } else { Err(ambiguous) }
}

impl Reader {
    fn file(&mut self, json: &Json<'_>, commands: &Commands) -> Vec<Test> {
        let JsonValue::Object(members) = &json.kind else {
            self.fault(format!("a file of tests is an object, not {}", json.describe()), json.span);
            return Vec::new();
        };
        for member in members.iter().filter(|member| !MEMBERS.contains(&&*member.key)) {
            self.unknown(member, "a file of tests", &MEMBERS);
        }
        if let Some(member) = json.member("policies") {
            self.policies(&member.value);
        }
        self.layers = json.member("layers").and_then(|member| self.path(&member.value));
        self.snapshot = json.member("snapshot").and_then(|member| self.path(&member.value));
        let Some(member) = json.member("tests") else {
            self.fault("the file has no `tests`", json.span);
            return Vec::new();
        };
        let JsonValue::Array(list) = &member.value.kind else {
            let message = format!("`tests` has to be a list, not {}", member.value.describe());
            self.fault(message, member.value.span);
            return Vec::new();
        };
        if list.is_empty() {
            self.fault("the file holds no test", member.value.span);
        }
        let tests: Vec<Test> = list.iter().filter_map(|test| self.test(test, commands)).collect();
        let mut names = BTreeSet::new();
        for test in &tests {
            if !names.insert(test.name.clone()) {
                self.fault(format!("two tests are called `{}`", test.name), test.place);
            }
        }
        tests
    }

    fn policies(&mut self, json: &Json<'_>) {
        let JsonValue::Object(members) = &json.kind else {
            let message = "`policies` has to be an object of names and policies";
            return self.fault(message, json.span);
        };
        for member in members {
            if let Some(argument) = self.path(&member.value) {
                self.policies.insert(member.key.to_string(), argument);
            }
        }
    }

    fn test(&mut self, json: &Json<'_>, commands: &Commands) -> Option<Test> {
        let JsonValue::Object(members) = &json.kind else {
            self.fault(format!("a test is an object, not {}", json.describe()), json.span);
            return None;
        };
        let mut needed = |name: &str| match json.member(name) {
            Some(member) => self.text(&format!("`{name}`"), &member.value).zip(Some(member.value.span)),
            None => {
                self.fault(format!("the test has no `{name}`"), json.span);
                None
            }
        };
        let (name, place) = needed("name")?;
        let (check, check_place) = needed("check")?;
        if check != DUTIES && !commands.is_known(&check) {
            let mut names = commands.names();
            names.push(DUTIES);
            let message = format!("`{check}` is not a check of tests: it is one of {}", names.join(", "));
            self.fault(message, check_place);
            return None;
        }
        let expect = self.expected(&check, json)?;
        let own: Vec<&Member<'_>> =
            members.iter().filter(|member| !OF_TESTS.contains(&&*member.key)).collect();
        let before = self.faults.len();
        let ask = match check == DUTIES {
            true => Ask::Duties(self.duties(json, &own)?),
            false => {
                let Question { arguments, allowed } =
                    self.question((commands, &check), &own, expect, json.span)?;
                Ask::Command { arguments, allowed }
            }
        };
        (self.faults.len() == before).then_some(Test { name, check, place, ask, expect })
    }

    fn expected(&mut self, check: &str, json: &Json<'_>) -> Option<Expect> {
        let is_decision = check == "simulate";
        let Some(member) = json.member("expect") else {
            if is_decision {
                self.fault("the test has no `expect`: it is allowed or denied", json.span);
                return None;
            }
            return Some(Expect::Pass);
        };
        let text = self.text("`expect`", &member.value)?;
        let decision = Expected::ALL.into_iter().find(|expected| expected.name() == text);
        let found = match (is_decision, decision, text.as_str()) {
            (true, Some(decision), _) => Some(Expect::Decision(decision)),
            (false, _, "PASS") => Some(Expect::Pass),
            (false, _, "FAIL") => Some(Expect::Fail),
            (false, _, "CANNOT") if check == "can" => Some(Expect::Pass),
            (false, _, "CAN") if check == "can" => Some(Expect::Fail),
            _ => None,
        };
        if found.is_none() {
            let known = match (is_decision, check) {
                (true, _) => Expected::ALL.map(Expected::name).join(", "),
                (false, "can") => "CANNOT, CAN".to_owned(),
                (false, _) => "PASS, FAIL".to_owned(),
            };
            let message = format!("`{text}` is not an answer of {check}: it is one of {known}");
            self.fault(message, member.value.span);
        }
        found
    }
}
