//! The command line: arguments, the commands that they name, their inputs, and the destination of answers.

mod args;
mod command;
mod config;
mod exit;
mod input;
mod output;
mod terminal;

use crate::report::Failure;
use crate::surface::isolated;
use args::{Cli, Command, OutputArgs};
use clap::Parser;
use output::Output;
use std::ffi::OsString;

pub use exit::Exit;

/// Runs the command given by `arguments`, which start with the program's name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return output::usage(&error, &arguments),
    };
    let aws = cli.aws;
    // A command whose flags decide where answers go, even if there are none.
    let answer =
        |args: &OutputArgs, command: &'static str, run: &dyn Fn(&mut Output) -> Result<Exit, Failure>| {
            let mut output = match Output::open(args) {
                Ok(output) => output,
                Err(failure) => return output::failed(&failure, &arguments),
            };
            match isolated(|| output.ignored(&aws).and_then(|()| run(&mut output))).flatten() {
                Ok(exit) => exit,
                Err(failure) => output.failed(&failure, command),
            }
        };
    let plain = |run: &dyn Fn() -> Result<Exit, Failure>| match isolated(run).flatten() {
        Ok(exit) => exit,
        Err(failure) => output::failed(&failure, &arguments),
    };
    match &cli.command {
        Command::CheckNoNewAccess(args) => answer(&args.output, "check-no-new-access", &|output| {
            command::checks::no_new_access(args, output)
        }),
        Command::CheckAccessNotGranted(args) => answer(&args.output, "check-access-not-granted", &|output| {
            command::checks::access_not_granted(args, output)
        }),
        Command::CheckNoPublicAccess(args) => answer(&args.output, "check-no-public-access", &|output| {
            command::checks::no_public_access(args, output)
        }),
        Command::FindExternalAccess(args) => answer(&args.output, "find-external-access", &|output| {
            command::external_access::run(args, output)
        }),
        Command::BlockPublicAccess(args) => answer(&args.output, "block-public-access", &|output| {
            command::block_public_access::run(args, output)
        }),
        Command::Compare(args) => {
            answer(&args.output, "compare", &|output| command::compare::run(args, output))
        }
        Command::Diff(args) => answer(&args.output, "diff", &|output| command::diff::run(args, output)),
        Command::Can(args) => answer(&args.output, "can", &|output| command::can::run(args, output)),
        Command::WhoCan(args) => {
            answer(&args.output, "who-can", &|output| command::who_can::run(args, output))
        }
        Command::WhatCan(args) => {
            answer(&args.output, "what-can", &|output| command::what_can::run(args, output))
        }
        Command::CheckGuardrails(args) => {
            answer(&args.output, "check-guardrails", &|output| command::guardrails::run(args, output))
        }
        Command::Snapshot(args) => {
            answer(&args.output, "snapshot", &|output| command::snapshot::run(args, output))
        }
        Command::Find(args) => answer(&args.output, "find", &|output| command::find::run(args, output)),
        Command::Lint(args) => answer(&args.output, "lint", &|output| command::lint::run(args, output)),
        Command::Minimise(args) => {
            answer(&args.output, "minimise", &|output| command::minimise::run(args, output))
        }
        Command::ValidatePolicy(args) => {
            answer(&args.output, "validate-policy", &|output| command::validate_policy::run(args, output))
        }
        Command::Catalogue(args) => {
            answer(&args.shared().output, "catalogue", &|output| command::catalogue::run(args, output))
        }
        Command::Check(args) => answer(&args.output, "check", &|output| command::check::run(args, output)),
        Command::Init(args) => plain(&|| command::init::run(args)),
        Command::Explain(args) => plain(&|| command::info::explain(args)),
        Command::Guide(args) => plain(&|| command::guide::run(args)),
        Command::Completions(args) => plain(&|| command::info::completions(args)),
        Command::Man(args) => plain(&|| command::info::man(args)),
        Command::Policies(args) => {
            answer(&args.output, "policies", &|output| command::policies::run(args, output))
        }
        Command::Simulate(args) => {
            answer(&args.output, "simulate", &|output| command::simulate_snapshot::run(args, output))
        }
        Command::Test(args) => answer(&args.output, "test", &|output| command::test::run(args, output)),
        Command::Batch(args) => plain(&|| command::batch::run(args)),
        #[cfg(feature = "serve")]
        Command::Serve(args) => plain(&|| command::serve::run(args, &aws)),
        Command::Verify(args) => answer(&args.output, "verify", &|output| command::verify::run(args, output)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surface::injection::break_after;
    use serde_json::Value;
    use std::path::PathBuf;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const POLICY: &str = r#"{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
    const BUCKET: &str =
        r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}}"#;

    /// Returns a path for a file that only this run of the tests uses.
    fn temporary() -> PathBuf {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        std::env::temp_dir().join(format!("iamsat-{}-{number}", std::process::id()))
    }

    /// Runs a command in which an isolated job breaks after so many others, and reads its JSON answer.
    fn broken_after(others: usize, arguments: &[&str]) -> (Exit, Value) {
        let file = temporary();
        let flags = ["--format", "json", "-o", file.to_str().unwrap()];
        let words = ["iamsat"].iter().chain(arguments).chain(&flags).map(OsString::from);
        break_after(others);
        let exit = run(words);
        let answer = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        std::fs::remove_file(&file).unwrap();
        (exit, answer)
    }

    #[test]
    fn a_broken_invariant_is_an_internal_error_of_every_command() {
        let certificate = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let commands: [(&[&str], usize); 16] = [
            (&["check-no-new-access", "--existing", POLICY, "--new", POLICY], 4),
            (&["check-access-not-granted", "--policy", POLICY, "--actions", "s3:PutObject"], 4),
            (&["check-no-public-access", "--policy", BUCKET, "--resource-type", "AWS::S3::Bucket"], 4),
            (&["find-external-access", "--policy", BUCKET, "--zone-of-trust", "111122223333"], 2),
            (&["block-public-access", "--policy", BUCKET, "--settings", "all"], 2),
            (&["compare", POLICY, POLICY], 2),
            (&["diff", POLICY, POLICY], 2),
            (&["find", "--policy", POLICY, "--action", "s3:PutObject"], 2),
            (&["lint", POLICY], 1),
            (&["validate-policy", "--policy", POLICY], 1),
            (&["simulate", "--policy", POLICY, "--action", "s3:GetObject", "--resource", "*"], 1),
            (&["verify", certificate], 2),
            // A refusal is followed by the search for the nearest miss.
            (&["can", "--identity", POLICY, "--action", "s3:PutObject"], 3),
            (&["can", "--identity", POLICY, "--resource-account", "111122223333"], 2),
            (&["find", "--identity", POLICY, "--action", "s3:PutObject"], 3),
            (
                &[
                    "simulate",
                    "--identity",
                    POLICY,
                    "--principal",
                    "111122223333",
                    "--action",
                    "a:A",
                    "--resource",
                    "*",
                ],
                1,
            ),
        ];
        for (arguments, jobs) in commands {
            for others in 0..jobs {
                let (exit, answer) = broken_after(others, arguments);
                let code = &answer["error"]["code"];
                assert_eq!((exit, code), (Exit::Error, &"InternalServerException".into()), "{arguments:?}");
                assert!(answer.get("result").is_none(), "{answer}");
            }
        }
    }

    #[test]
    fn a_broken_invariant_leaves_other_inputs_alone() {
        let of = |action: &str| POLICY.replace("s3:GetObject", action);
        let [first, second, third] = &["a:A", "b:B", "c:C"].map(of);
        // The jobs of the second input: its check, the texts that depend on the answer, and the report, which comes after the one job
        // that checks the advice about the first input.
        let check = ["check-no-new-access", "--existing", POLICY, "--new", first, second, third];
        let lint = ["lint", "--jobs", "1", first, second, third];
        for (arguments, jobs) in [(&check[..], &[2, 5, 9][..]), (&lint, &[3, 4])] {
            for others in jobs {
                let (exit, answer) = broken_after(*others, arguments);
                assert_eq!(exit, Exit::Error, "{answer}");
                let failed: Vec<bool> =
                    answer.as_array().unwrap().iter().map(|one| one.get("error").is_some()).collect();
                assert_eq!(failed, [false, true, false], "{others}: {answer}");
            }
        }
    }

    #[test]
    fn a_broken_invariant_is_an_internal_error_of_batch_too() {
        let (questions, answers) = (temporary(), temporary());
        let arguments = ["iamsat", "batch", questions.to_str().unwrap(), "-o", answers.to_str().unwrap()];
        for question in [
            format!(
                r#"{{"check":"check-access-not-granted","policyDocument":{POLICY},"access":[{{"actions":["a:A"]}}]}}"#
            ),
            format!(r#"{{"check":"can","layers":{{"identity":[{POLICY}]}},"actions":["s3:PutObject"]}}"#),
        ] {
            std::fs::write(&questions, question).unwrap();
            assert_eq!(run(arguments.map(OsString::from)), Exit::Success);
            break_after(0);
            assert_eq!(run(arguments.map(OsString::from)), Exit::Error);
        }
        std::fs::remove_file(&questions).unwrap();
        std::fs::remove_file(&answers).unwrap();
    }
}
