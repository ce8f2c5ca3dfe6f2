//! The members of a test as the flags of the command that it runs: `policyType` is `--policy-type`.
//!
//! So a test can ask whatever the command line can, and answers do not depend on the way of asking.

use super::reader::{Expect, Reader};
use crate::cli::args::Cli;
use crate::policy::{Json, JsonValue, Member, Rendered};
use crate::span::Span;
use clap::{Arg, CommandFactory};

/// The commands that tests run.
const COMMANDS: [&str; 10] = [
    "simulate",
    "check-no-new-access",
    "check-access-not-granted",
    "check-no-public-access",
    "can",
    "who-can",
    "find",
    "compare",
    "find-external-access",
    "validate-policy",
];

/// Flags that say where answers go, or change the exit code: a test is `ok` only if the answer itself is the expected one.
const NOT_FOR_TESTS: [&str; 20] = [
    "allow",
    "warn",
    "today",
    "only_possible",
    "require_policies",
    "skip_non_policies",
    "format",
    "output_file",
    "color",
    "quiet",
    "verbose",
    "exit_zero",
    "certificate",
    "baseline",
    "write_baseline",
    "reason",
    "expect",
    "limit",
    "jobs",
    "help",
];

/// Flags whose values are policies, files or directories.
const PATHS: [&str; 19] = [
    "policy",
    "new",
    "existing",
    "existing_dir",
    "existing_snapshot",
    "new_snapshot",
    "left",
    "right",
    "plan",
    "layers",
    "identity",
    "boundary_policy",
    "session_policy",
    "resource_policy",
    "endpoint",
    "snapshot",
    "managed_policies",
    "parameters",
    "catalogue",
];

/// Flags whose values are levels of policies.
const LEVELS: [&str; 2] = ["scp", "rcp"];

/// The question of a test.
pub(super) struct Question {
    /// The arguments of the program.
    pub(super) arguments: Vec<String>,
    /// Patterns of those who may, of `who-can`.
    pub(super) allowed: Vec<String>,
}

/// The commands with their flags.
pub(super) struct Commands(clap::Command);

impl Commands {
    pub(super) fn new() -> Commands {
        let mut root = Cli::command();
        root.build();
        Commands(root)
    }

    pub(super) fn is_known(&self, name: &str) -> bool {
        COMMANDS.contains(&name)
    }

    pub(super) fn names(&self) -> Vec<&'static str> {
        COMMANDS.to_vec()
    }

    /// Returns the flags of a command that tests can have.
    fn flags(&self, command: &str) -> Vec<Arg> {
        let found = self.0.find_subcommand(command);
        let all = found.into_iter().flat_map(clap::Command::get_arguments);
        let is_for_tests =
            |flag: &&Arg| !flag.is_hide_set() && !NOT_FOR_TESTS.contains(&flag.get_id().as_str());
        all.filter(is_for_tests).cloned().collect()
    }
}

impl Reader {
    /// Returns the arguments for the members of a test.
    pub(super) fn question(
        &mut self,
        (commands, command): (&Commands, &str),
        members: &[&Member<'_>],
        expect: Expect,
        place: Span,
    ) -> Option<Question> {
        let flags = commands.flags(command);
        let mut question =
            Question { arguments: vec!["iamsat".to_owned(), command.to_owned()], allowed: Vec::new() };
        let before = self.faults.len();
        let mut given: Vec<String> = Vec::new();
        let mut positional: Vec<(usize, String)> = Vec::new();
        for member in members {
            if command == "who-can" && member.key == "allowed" {
                question.allowed = self.texts("`allowed`", &member.value);
                continue;
            }
            let name = kebab(&member.key);
            let Some(flag) = flags.iter().find(|flag| is_called(flag, &name)) else {
                let known: Vec<String> = flags.iter().map(|flag| camel(flag.get_id().as_str())).collect();
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                self.unknown(member, command, &known);
                continue;
            };
            given.push(flag.get_id().to_string());
            let values = self.values(flag, &member.value);
            match (flag.get_index(), flag.get_long()) {
                (Some(index), _) => positional.extend(values.into_iter().map(|value| (index, value))),
                (None, Some(long)) if flag.get_action().takes_values() => {
                    question.arguments.extend(values.iter().map(|value| format!("--{long}={value}")));
                }
                (None, Some(long)) => match &member.value.kind {
                    JsonValue::Bool(true) => question.arguments.push(format!("--{long}")),
                    JsonValue::Bool(false) => {}
                    _ => self.fault(format!("`{}` is true or false", member.key), member.value.span),
                },
                (None, None) => {}
            }
        }
        self.defaults(&flags, &given, &mut question.arguments);
        if let Expect::Decision(decision) = expect {
            question.arguments.push(format!("--expect={}", decision.name()));
        }
        positional.sort_by_key(|(index, _)| *index);
        if !positional.is_empty() {
            // Everything after it counts as a value, also if it begins like a flag.
            question.arguments.push("--".to_owned());
        }
        question.arguments.extend(positional.into_iter().map(|(_, value)| value));
        if self.faults.len() == before {
            self.validated(&question, place)?;
        }
        Some(question)
    }

    /// Adds the layers or the snapshot of the file to a test that names no policies of its own.
    fn defaults(&self, flags: &[Arg], given: &[String], arguments: &mut Vec<String>) {
        let has = |id: &str| flags.iter().any(|flag| flag.get_id() == id);
        let is_policy = |name: &String| {
            (PATHS.contains(&name.as_str()) || LEVELS.contains(&name.as_str()))
                && !["managed_policies", "parameters", "catalogue"].contains(&name.as_str())
        };
        if given.iter().any(is_policy) {
            return;
        }
        if let Some(layers) = self.layers.as_ref().filter(|_| has("layers")) {
            arguments.push(format!("--layers={layers}"));
        } else if let Some(snapshot) = self.snapshot.as_ref().filter(|_| has("snapshot")) {
            arguments.push(format!("--snapshot={snapshot}"));
        }
    }

    /// Reads the arguments as the command line does.
    fn validated(&mut self, question: &Question, place: Span) -> Option<()> {
        use clap::Parser;
        match Cli::try_parse_from(&question.arguments) {
            Ok(_) => Some(()),
            Err(error) => {
                let text = error.render().to_string();
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                let lines: Vec<&str> = lines.take_while(|line| !line.starts_with("Usage:")).collect();
                let text = lines.join(" ");
                self.fault(text.strip_prefix("error: ").unwrap_or(&text).to_owned(), place);
                None
            }
        }
    }

    /// Returns the values of a flag.
    fn values(&mut self, flag: &Arg, json: &Json<'_>) -> Vec<String> {
        let id = flag.get_id().as_str();
        let list = match &json.kind {
            JsonValue::Array(list) => list.as_slice(),
            _ => std::slice::from_ref(json),
        };
        if PATHS.contains(&id) {
            return list.iter().filter_map(|one| self.path(one)).collect();
        }
        if LEVELS.contains(&id) {
            return list.iter().filter_map(|level| self.level(level)).collect();
        }
        match (&json.kind, id) {
            (JsonValue::Object(keys), "context") => keys.iter().flat_map(|key| self.context(key)).collect(),
            (JsonValue::Object(_), _) => vec![Rendered::of(json).text().to_owned()],
            (JsonValue::Array(list), "access") if list.iter().any(is_object) => {
                vec![Rendered::of(json).text().to_owned()]
            }
            (JsonValue::Array(list), _) if list.iter().any(is_object) => {
                list.iter().map(|one| Rendered::of(one).text().to_owned()).collect()
            }
            (JsonValue::Bool(_), _) if !flag.get_action().takes_values() => Vec::new(),
            _ => {
                let what = format!("`{}`", camel(id));
                let texts = self.texts(&what, json);
                // The command line would make two values of one.
                let parted =
                    texts.iter().find(|text| flag.get_value_delimiter().is_some() && text.contains(','));
                if let Some(text) = parted {
                    self.fault(format!("`{text}`: a value of {what} has no comma; write a list"), json.span);
                }
                texts
            }
        }
    }

    /// Returns the policies of one level.
    fn level(&mut self, json: &Json<'_>) -> Option<String> {
        let JsonValue::Array(list) = &json.kind else { return self.path(json) };
        let paths: Vec<String> = list.iter().filter_map(|one| self.path(one)).collect();
        let is_parted = |path: &String| path.contains(',');
        if paths.len() > 1 && paths.iter().any(is_parted) {
            let message = "of several policies of a level, each has to be a file without a comma in its name";
            self.fault(message, json.span);
            return None;
        }
        Some(paths.join(","))
    }

    fn context(&mut self, key: &Member<'_>) -> Vec<String> {
        let values = self.texts("a value of `context`", &key.value);
        values.into_iter().map(|value| format!("{}={value}", key.key)).collect()
    }
}

fn is_object(json: &Json<'_>) -> bool {
    matches!(json.kind, JsonValue::Object(_))
}

/// True if a flag has this name. Commands differ in the number of a few names, so `actions` is `--action` too.
fn is_called(flag: &Arg, name: &str) -> bool {
    let id = flag.get_id().as_str().replace('_', "-");
    let long = flag.get_long().unwrap_or(&id);
    let aliases = flag.get_all_aliases().unwrap_or_default();
    long == name
        || aliases.contains(&name)
        || (["actions", "resources"].contains(&name) && name.strip_suffix('s') == Some(long))
        || (["action", "resource"].contains(&name) && long.strip_suffix('s') == Some(name))
}

/// Returns `policy-type` for `policyType`.
fn kebab(name: &str) -> String {
    let letter = |letter: char| match letter.is_ascii_uppercase() {
        true => format!("-{}", letter.to_ascii_lowercase()),
        false => letter.to_string(),
    };
    name.chars().map(letter).collect()
}

/// Returns `policyType` for `policy_type`.
fn camel(id: &str) -> String {
    let (mut name, mut begins) = (String::new(), false);
    for letter in id.chars() {
        match (letter, begins) {
            ('_', _) => begins = true,
            (letter, true) => {
                name.push(letter.to_ascii_uppercase());
                begins = false;
            }
            (letter, false) => name.push(letter),
        }
    }
    name
}
