//! Any command line ends in one of the exit codes.
//!
//! Lines of text are arguments; anything else is a stream of choices. Arguments that would write a file, listen, or read a device
//! are omitted, because the property runs the program in its own process. Standard input has to be empty, and the output is
//! ignored.

use super::lines;
use crate::support::policies::{ACTIONS, Policy, RESOURCES, some_keys};
use arbitrary::{Result, Unstructured};
use std::ffi::OsString;

pub(crate) fn holds(data: &[u8]) {
    let arguments = match lines(data) {
        Some(lines) => Ok(lines.into_iter().map(OsString::from).collect()),
        None => arguments(&mut Unstructured::new(data)),
    };
    if let Ok(arguments) = arguments
        && arguments.iter().all(is_harmless)
    {
        ends(&arguments);
    }
}

fn ends(arguments: &[OsString]) {
    let run = || {
        let program = OsString::from("iamsat");
        iamsat::cli::run(std::iter::once(program).chain(arguments.iter().cloned())).code()
    };
    let code = run();
    assert!(code <= 3, "{code}: {arguments:?}");
    let is = |argument: &OsString, text: &str| argument.to_str() == Some(text);
    assert!(code != 1 || !arguments.iter().any(|a| is(a, "--exit-zero")), "{arguments:?}");
    // A deadline may pass before the answer or after it.
    if !arguments.iter().any(|a| a.to_string_lossy().starts_with("--timeout")) {
        assert_eq!(run(), code, "{arguments:?}");
    }
}

const COMMANDS: &[&str] = &[
    "check-no-new-access",
    "check-access-not-granted",
    "simulate",
    "batch",
    "verify",
    "check-no-public-access",
    "find",
    "lint",
    "validate-policy",
    "compare",
    "diff",
    "explain",
    "guide",
    "check",
    "",
    "check-no-new-acces",
];
/// Flags that take a value.
const VALUED: &[&str] = &[
    "--existing",
    "--new",
    "--policy",
    "--existing-policy-document",
    "--new-policy-document",
    "--policy-document",
    "--actions",
    "--resources",
    "--access",
    "--action",
    "--resource",
    "--principal",
    "--existing-dir",
    "--baseline",
    "--federated-by",
    "--context",
    "--context-json",
    "--condition",
    "--unique-id",
    "--canonical-user",
    "--expect",
    "--policy-type",
    "--boundary",
    "--format",
    "--color",
    "--timeout",
    "--region",
    "--output",
    "--query",
    "--endpoint-url",
    "--resource-type",
];
/// Flags without a value, and words that are not flags.
const BARE: &[&str] = &[
    "--exit-zero",
    "--certify",
    "--skip-non-policies",
    "--aws-compat",
    "--assume-heuristics",
    "--strict-arn",
    "-q",
    "-v",
    "-qv",
    "--quiet",
    "--verbose",
    "--help",
    "-h",
    "--version",
    "-V",
    "--no-cli-pager",
    "--debug",
    "--",
    "---",
    "--=",
    "--é",
    "-0",
];
const VALUES: &[&str] = &[
    "",
    "*",
    "IDENTITY_POLICY",
    "RESOURCE_POLICY",
    "json",
    "text",
    "sarif",
    "junit",
    "github",
    "gitlab",
    "markdown",
    "concise",
    "always",
    "auto",
    "never",
    "yes",
    "no",
    "allowed",
    "denied",
    "10s",
    "0",
    "1e999h",
    "-1",
    "NaN",
    "inf",
    "0.0000000001ms",
    "anonymous",
    "111122223333",
    "arn:aws:iam::111122223333:user/alice",
    "arn:aws:sts::111122223333:assumed-role/R/s",
    "arn:aws:sts::111122223333:federated-user/f",
    "service:ec2.amazonaws.com",
    "service:",
    "federated:accounts.google.com",
    "canonical:abc",
    "arn:::::",
    "aws:SourceIp=10.0.0.1",
    "aws:SourceIp=",
    "=",
    "aws:username",
    "aws:CurrentTime=yesterday",
    "{\"aws:TagKeys\":[\"a\",\"b\"]}",
    "{\"a\":1}",
    "[",
    "actions=s3:*,resources=*",
    "actions=",
    "[{\"actions\":[\"s3:PutObject\"],\"resources\":[\"*\"]}]",
    "AWS::S3::Bucket",
    "AROAEXAMPLE",
    "-",
    "file://",
    "file://Cargo.toml",
    "Cargo.toml",
    "examples",
    "no such file",
];

fn arguments(u: &mut Unstructured<'_>) -> Result<Vec<OsString>> {
    let command = *u.choose(COMMANDS)?;
    let mut arguments = vec![OsString::from(command)];
    // Required arguments of the command come first, most of the time.
    let needed: &[&str] = match command {
        "check-no-new-access" => &["--existing", "--new"],
        "check-access-not-granted" => &["--policy", "--actions"],
        "simulate" => &["--policy", "--action", "--resource"],
        "find" => &["--policy", "--action"],
        _ => &[],
    };
    for flag in needed {
        if u.ratio(7, 8)? {
            arguments.push(OsString::from(*flag));
            arguments.push(value(u, flag)?);
        }
    }
    let policies = match command {
        "compare" | "diff" => 2,
        "lint" => 1,
        _ => 0,
    };
    for _ in 0..policies {
        arguments.push(value(u, "--policy")?);
    }
    for _ in 0..u.int_in_range(0..=6u8)? {
        match u.int_in_range(0..=4u8)? {
            0 | 1 => {
                let flag = *u.choose(VALUED)?;
                let value = value(u, flag)?;
                if u.arbitrary()? {
                    let mut joined = OsString::from(format!("{flag}="));
                    joined.push(value);
                    arguments.push(joined);
                } else {
                    arguments.extend([OsString::from(flag), value]);
                }
            }
            2 | 3 => arguments.push(OsString::from(*u.choose(BARE)?)),
            _ => arguments.push(value(u, "")?),
        }
    }
    if u.ratio(1, 8)? {
        let (a, b) = (u.choose_index(arguments.len())?, u.choose_index(arguments.len())?);
        arguments.swap(a, b);
    }
    Ok(arguments)
}

fn value(u: &mut Unstructured<'_>, flag: &str) -> Result<OsString> {
    let takes_policy = ["--existing", "--new", "--policy"].iter().any(|start| flag.starts_with(start));
    Ok(match u.int_in_range(0..=9u8)? {
        0..=5 if takes_policy && flag != "--policy-type" => {
            let (keys, with_principals) = (some_keys(u)?, u.ratio(1, 4)?);
            Policy::arbitrary(u, &keys, with_principals)?.text(u.arbitrary()?).into()
        }
        0..=5 if flag == "--action" || flag == "--actions" => u.choose(ACTIONS)?.into(),
        0..=5 if flag == "--resource" || flag == "--resources" => u.choose(RESOURCES)?.into(),
        6 => {
            let length = u.int_in_range(0..=12usize)?;
            odd(u.bytes(length)?)
        }
        _ => u.choose(VALUES)?.into(),
    })
}

/// Returns arguments of any bytes, on systems that allow them.
#[cfg(unix)]
fn odd(bytes: &[u8]) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec())
}

#[cfg(not(unix))]
fn odd(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// Returns true if an argument cannot make the program write. Only the listed flags are allowed, since another one may write;
/// paths stay in this directory, and no pattern matches everything in it.
fn is_harmless(argument: &OsString) -> bool {
    let text = argument.to_string_lossy();
    // It writes a file into the directory of the tests.
    if text == "init" {
        return false;
    }
    if text.starts_with('-') && text != "-" && !VALUES.contains(&&*text) {
        let name = text.split('=').next().unwrap_or(&text);
        return BARE.contains(&&*text) || VALUED.contains(&name);
    }
    let path = text.strip_prefix("file://").unwrap_or(&text);
    let is_path = path.starts_with('/') || path.contains("..") || path.starts_with('.');
    let is_pattern = path.contains(['*', '?', '[']) && (!path.contains(':') || path.contains("**"));
    let waits = ["serve", "man", "completions"].contains(&&*text);
    !is_path && !is_pattern && !waits
}
