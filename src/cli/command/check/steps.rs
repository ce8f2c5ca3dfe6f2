//! The commands that a configuration stands for: their arguments, as a person would type them.

use super::Settings;
use super::base::KindSides;
use super::files::{File, Files};
use crate::cli::Exit;
use crate::cli::args::{BaselineArgs, Cli, Command, ContainerArgs};
use crate::cli::command::{checks, external_access, lint, validate_policy};
use crate::cli::config::{Check, Config, InputKind};
use crate::cli::input::{Reader, Sides, as_file, files as input_files};
use crate::cli::output::Output;
use crate::index::broken;
use crate::policy::PolicyType;
use crate::report::Failure;
use crate::validate::ValidatedResource;
use clap::Parser;
use std::collections::BTreeSet;
use std::path::Path;

/// A command with its arguments.
pub(super) struct Step {
    pub(super) check: Check,
    pub(super) arguments: Vec<String>,
    /// Files to which the check does not apply, each with the reason.
    pub(super) skipped: Vec<(String, String)>,
    /// The files before and after, for a comparison with a commit.
    sides: Option<Sides>,
}

impl Step {
    /// Runs the command. The list of accepted findings has paths from `root`, or else from the current directory.
    ///
    /// # Errors
    /// An argument is not valid, or the command fails.
    pub(super) fn run(&self, root: Option<&Path>, output: &mut Output) -> Result<Exit, Failure> {
        let words =
            ["iamsat", self.check.name()].into_iter().chain(self.arguments.iter().map(String::as_str));
        let cli = Cli::try_parse_from(words).map_err(|error| {
            let text = error.to_string();
            let lines: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
            Failure::validation(format!(
                "the configuration gives {} an argument that is not valid: {}",
                self.check.name(),
                lines.join(" ").trim_start_matches("error: ")
            ))
        })?;
        let rooted = |baseline: &mut BaselineArgs| baseline.root = root.map(Path::to_owned);
        match cli.command {
            Command::Lint(mut args) => {
                rooted(&mut args.inputs.baseline);
                lint::run(&args, output)
            }
            Command::ValidatePolicy(mut args) => {
                rooted(&mut args.inputs.baseline);
                validate_policy::run(&args, output)
            }
            Command::CheckNoPublicAccess(mut args) => {
                rooted(&mut args.inputs.baseline);
                checks::no_public_access(&args, output)
            }
            Command::CheckAccessNotGranted(mut args) => {
                rooted(&mut args.inputs.baseline);
                checks::access_not_granted(&args, output)
            }
            Command::FindExternalAccess(mut args) => {
                rooted(&mut args.baseline);
                external_access::run(&args, output)
            }
            Command::CheckNoNewAccess(mut args) => {
                rooted(&mut args.inputs.baseline);
                args.sides = self.sides.clone();
                checks::no_new_access(&args, output)
            }
            _ => broken("a step is one of the checks"),
        }
    }
}

/// Returns the commands, in the order in which they run.
///
/// # Errors
/// A check is asked for whose settings are missing, or nothing is left to do.
pub(super) fn planned(
    settings: &Settings,
    files: &Files,
    mut compared: KindSides,
) -> Result<Vec<Step>, Failure> {
    let config = &settings.config;
    let mut steps = Vec::new();
    for check in Check::ALL {
        if !is_asked(check, settings) {
            continue;
        }
        if !has_settings(check, settings) {
            return Err(Failure::validation(format!("`{}` needs {}", check.name(), needs(check))));
        }
        match check {
            Check::Lint => of_kinds(&mut steps, check, settings, files, &[]),
            Check::ValidatePolicy => {
                let flags = ["--fail-on".to_owned(), settings.fail_on.clone()];
                of_kinds(&mut steps, check, settings, files, &flags);
            }
            Check::NoPublicAccess => public_access(&mut steps, settings, files),
            Check::ExternalAccess => external(&mut steps, settings, files),
            Check::AccessNotGranted => {
                for entry in &config.not_granted {
                    let mut flags = repeated("--actions", &entry.actions);
                    flags.extend(repeated("--resources", &entry.resources));
                    of_kinds(&mut steps, check, settings, files, &flags);
                }
            }
            Check::NoNewAccess => {
                if let Some(rules) = &config.rules {
                    by_rules(&mut steps, settings, files, rules)?;
                }
                if let Some(base) = &settings.base {
                    with_commit(&mut steps, settings, std::mem::take(&mut compared), base);
                }
            }
        }
    }
    if steps.is_empty() && files.unread.is_empty() {
        return Err(Failure::validation(
            "nothing was checked: `checks` names no check that applies to the inputs",
        ));
    }
    Ok(steps)
}

/// True if a check runs: the configuration names it, or its settings are there. A commit to compare with is asked for by name.
fn is_asked(check: Check, settings: &Settings) -> bool {
    match &settings.config.checks {
        Some(_) if check == Check::NoNewAccess && settings.base.is_some() => true,
        Some(checks) => checks.contains(&check),
        None => has_settings(check, settings),
    }
}

/// True if everything is there that a check needs.
fn has_settings(check: Check, settings: &Settings) -> bool {
    let config = &settings.config;
    match check {
        Check::Lint | Check::ValidatePolicy | Check::NoPublicAccess => true,
        Check::ExternalAccess => !config.zone_of_trust.is_empty(),
        Check::AccessNotGranted => !config.not_granted.is_empty(),
        Check::NoNewAccess => config.rules.is_some() || settings.base.is_some(),
    }
}

/// Says what a check needs.
fn needs(check: Check) -> &'static str {
    match check {
        Check::Lint | Check::ValidatePolicy | Check::NoPublicAccess => "nothing",
        Check::ExternalAccess => "`zone-of-trust` in the configuration",
        Check::AccessNotGranted => "[[not-granted]] in the configuration",
        Check::NoNewAccess => "`rules` in the configuration, or `--base COMMIT`",
    }
}

/// Adds a command for the files of each kind.
fn of_kinds(steps: &mut Vec<Step>, check: Check, settings: &Settings, files: &Files, flags: &[String]) {
    for (kind, files) in by_kind(files.list.iter()) {
        let mut arguments = flags.to_vec();
        arguments.extend(typed(check, kind));
        arguments.push("--skip-non-policies".to_owned());
        arguments.extend(common(settings));
        arguments.extend(inputs(check, &files));
        steps.push(Step { check, arguments, skipped: Vec::new(), sides: None });
    }
}

/// Returns the policies of resources of which nobody says what the resource is, so that public access cannot be checked.
pub(super) fn of_unknown_resources(settings: &Settings, files: &Files) -> Vec<(String, Failure)> {
    if settings.config.checks.as_ref().is_some_and(|checks| !checks.contains(&Check::NoPublicAccess)) {
        return Vec::new();
    }
    let is_unknown = |file: &&File| file.has_principals && !has_resource(file);
    let unknown = files.list.iter().filter(is_unknown).map(|file| {
        let line = format!("{:?} = \"AWS::S3::Bucket\"", file.own);
        let message = format!(
            "could not check {} for public access: say what the policy is attached to, under [kinds]: {line}, for example",
            file.path
        );
        (file.path.clone(), Failure::validation(message))
    });
    unknown.collect()
}

/// Returns the files whose policies cannot be read, if a check runs that takes some kinds of policies, because nobody knows the kind of
/// these, and no check that takes all and tells of them.
pub(super) fn faulty(settings: &Settings, files: &Files) -> Vec<(String, Failure)> {
    let takes_some =
        |check: &Check| matches!(check, Check::NoPublicAccess | Check::ExternalAccess | Check::NoNewAccess);
    let takes_all = |check: &Check| match check {
        Check::Lint | Check::AccessNotGranted => true,
        Check::NoNewAccess => settings.base.is_some(),
        Check::ValidatePolicy | Check::NoPublicAccess | Check::ExternalAccess => false,
    };
    let mut asked = Check::ALL.iter().filter(|check| is_asked(**check, settings));
    if !asked.clone().any(takes_some) || asked.any(takes_all) {
        return Vec::new();
    }
    files.list.iter().filter_map(|file| Some((file.path.clone(), file.fault.clone()?))).collect()
}

/// True if it is known what a policy is attached to.
fn has_resource(file: &File) -> bool {
    file.is_container || file.kind.as_ref().is_some_and(|kind| kind.resource_type().is_some())
}

/// Adds the check of public access for policies of resources: those whose file says what they are, and those whose kind is
/// configured.
fn public_access(steps: &mut Vec<Step>, settings: &Settings, files: &Files) {
    let is_meant = |file: &&File| has_resource(file);
    for (kind, files) in by_kind(files.list.iter().filter(is_meant)) {
        let mut arguments: Vec<String> = Vec::new();
        if let Some(of) = kind.and_then(InputKind::resource_type) {
            arguments.extend(["--resource-type".to_owned(), of.to_owned()]);
        }
        arguments.push("--skip-non-policies".to_owned());
        arguments.extend(common(settings));
        arguments.extend(inputs(Check::NoPublicAccess, &files));
        steps.push(Step { check: Check::NoPublicAccess, arguments, skipped: Vec::new(), sides: None });
    }
}

/// Adds the search for external access, which takes one file at a time.
fn external(steps: &mut Vec<Step>, settings: &Settings, files: &Files) {
    let config = &settings.config;
    for file in &files.list {
        let of = file.kind.as_ref().and_then(InputKind::resource_type);
        if !file.is_container && !file.has_principals && of.is_none() {
            continue;
        }
        let mut arguments = repeated("--zone-of-trust", &config.zone_of_trust);
        arguments.extend(repeated("--trusted", &config.trusted));
        if let Some(of) = of {
            let of = if file.kind == Some(InputKind::Trust) { "AWS::IAM::Role" } else { of };
            arguments.extend(["--resource-type".to_owned(), of.to_owned()]);
        }
        arguments.extend(common(settings));
        arguments.extend(["--policy".to_owned(), as_file(&file.path)]);
        steps.push(Step { check: Check::ExternalAccess, arguments, skipped: Vec::new(), sides: None });
    }
}

/// Adds the comparison with rules. A policy with principals is not compared with rules without, and the other way round.
fn by_rules(steps: &mut Vec<Step>, settings: &Settings, files: &Files, rules: &str) -> Result<(), Failure> {
    let kinds = kinds_of_rules(rules);
    let has_rule =
        |file: &&File| file.is_container || kinds.is_empty() || kinds.contains(&file.has_principals);
    let (meant, others): (Vec<&File>, Vec<&File>) = files.list.iter().partition(has_rule);
    if meant.is_empty() && !others.is_empty() {
        return Err(Failure::validation(format!(
            "no rule in {rules} is about policies of the types of the inputs"
        )));
    }
    let mut skipped: Vec<(String, String)> = others
        .iter()
        .map(|file| (file.path.clone(), "no rule is about policies of its type".to_owned()))
        .collect();
    for (kind, files) in by_kind(meant.into_iter()) {
        let limits = matches!(kind, Some(InputKind::ServiceControl | InputKind::ResourceControl));
        let mut arguments = typed(Check::NoNewAccess, kind.filter(|_| limits));
        arguments.extend(["--existing-dir".to_owned(), as_file(rules), "--skip-non-policies".to_owned()]);
        arguments.extend(common(settings));
        arguments.extend(inputs(Check::NoNewAccess, &files));
        let skipped = std::mem::take(&mut skipped);
        steps.push(Step { check: Check::NoNewAccess, arguments, skipped, sides: None });
    }
    Ok(())
}

/// Returns whether the rules in a directory have principals: all kinds that occur. A rule that cannot be read is left to the command.
fn kinds_of_rules(rules: &str) -> BTreeSet<bool> {
    let mut reader = Reader::new(&ContainerArgs::default());
    let kind = |file: Result<String, Failure>| {
        let read = reader.read(&file.ok()?, "rule").ok()?;
        Some(PolicyType::infer([&read.document?]).has_principals())
    };
    input_files(rules).into_iter().filter_map(kind).collect()
}

/// Adds the comparison with a commit.
fn with_commit(steps: &mut Vec<Step>, settings: &Settings, compared: KindSides, base: &str) {
    for (kind, sides) in compared {
        let mut arguments = typed(Check::NoNewAccess, kind.as_ref());
        arguments.push("--skip-non-policies".to_owned());
        arguments.extend(common(settings));
        // The files of both sides take the place of what these flags name.
        arguments.extend([
            "--existing".to_owned(),
            format!("git:{base}:."),
            "--new".to_owned(),
            ".".to_owned(),
        ]);
        steps.push(Step { check: Check::NoNewAccess, arguments, skipped: Vec::new(), sides: Some(sides) });
    }
}

/// Groups files by kind, in the order of the first file of each kind.
fn by_kind<'f>(files: impl Iterator<Item = &'f File>) -> Vec<(Option<&'f InputKind>, Vec<&'f File>)> {
    let mut groups: Vec<(Option<&InputKind>, Vec<&File>)> = Vec::new();
    for file in files {
        let kind = file.kind.as_ref();
        match groups.iter_mut().find(|(other, _)| *other == kind) {
            Some((_, files)) => files.push(file),
            None => groups.push((kind, vec![file])),
        }
    }
    groups
}

/// Returns the flags that state a kind.
fn typed(check: Check, kind: Option<&InputKind>) -> Vec<String> {
    let Some(kind) = kind else { return Vec::new() };
    let mut flags = vec!["--policy-type".to_owned(), kind.policy_type().to_owned()];
    let validated = kind.resource_type().filter(|of| ValidatedResource::from_name(of).is_some());
    if let (Check::ValidatePolicy, Some(of)) = (check, validated) {
        flags.extend(["--resource-type".to_owned(), of.to_owned()]);
    }
    flags
}

/// Returns the flags that all commands get.
fn common(settings: &Settings) -> Vec<String> {
    let Config { allow, warn, parameters, managed_policies, .. } = &settings.config;
    let mut flags = Vec::new();
    for (flag, value) in [
        ("--baseline", &settings.baseline),
        ("--write-baseline", &settings.write_baseline),
        ("--reason", &settings.reason),
        ("--today", &settings.today),
        ("--policies", managed_policies),
    ] {
        flags.extend(value.iter().map(|value| format!("{flag}={value}")));
    }
    flags.extend(parameters.iter().map(|file| format!("--parameters={file}")));
    flags.extend(allow.iter().map(|code| format!("--allow={code}")));
    flags.extend(warn.iter().map(|code| format!("--warn={code}")));
    flags
}

/// Returns the arguments that name the inputs of a command.
fn inputs(check: Check, files: &[&File]) -> Vec<String> {
    let flag = match check {
        Check::Lint => "--",
        Check::NoNewAccess => "--new",
        Check::ValidatePolicy | Check::NoPublicAccess | Check::AccessNotGranted | Check::ExternalAccess => {
            "--policy"
        }
    };
    std::iter::once(flag.to_owned()).chain(files.iter().map(|file| as_file(&file.path))).collect()
}

fn repeated(flag: &str, values: &[String]) -> Vec<String> {
    values.iter().map(|value| format!("{flag}={value}")).collect()
}
