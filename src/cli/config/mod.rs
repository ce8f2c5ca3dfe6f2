//! The configuration of a repository: `iamsat.toml`, where it is and what it says.

mod effect;
mod find;
mod kind;
mod read;
mod table;

use crate::code::Code;
use std::ops::Range;
use std::path::PathBuf;

pub(crate) use find::{NAME, load, snapshot, snapshot_or, zone};
pub(crate) use kind::InputKind;

/// The content of the configuration. All paths start at its directory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    /// The directory that holds the file.
    pub(crate) directory: PathBuf,
    /// The files, directories and patterns to check.
    pub(crate) inputs: Vec<String>,
    /// Patterns of files to leave out.
    pub(crate) exclude: Vec<glob::Pattern>,
    /// The kinds of policies, by patterns of files; the last one that matches counts.
    pub(crate) kinds: Vec<(glob::Pattern, InputKind)>,
    /// The checks to run; `None` for those that need nothing else, or whose settings are there.
    pub(crate) checks: Option<Vec<Check>>,
    /// A directory of policies, each of which every input must not exceed.
    pub(crate) rules: Option<String>,
    /// The list of accepted findings.
    pub(crate) baseline: Option<String>,
    /// Codes whose findings do not fail, and are shown in one line.
    pub(crate) allow: Vec<Code>,
    /// Codes whose findings do not fail, and are shown.
    pub(crate) warn: Vec<Code>,
    /// Codes whose warnings fail.
    pub(crate) deny: Vec<Code>,
    /// The zone of trust: accounts and organizations.
    pub(crate) zone_of_trust: Vec<String>,
    /// Other trusted principals.
    pub(crate) trusted: Vec<String>,
    /// Access that no input may grant.
    pub(crate) not_granted: Vec<NotGranted>,
    /// Files with the values of parameters.
    pub(crate) parameters: Vec<String>,
    /// The snapshot of accounts: a directory with answers of the AWS CLI.
    pub(crate) snapshot: Option<String>,
    /// The directory with managed policies.
    pub(crate) managed_policies: Option<String>,
    /// The files and directories that have to exist, with their members and places.
    named: Vec<(&'static str, String, Range<usize>)>,
}

/// Access that no input may grant: some actions, on some resources or on any.
#[derive(Clone, Debug, Default)]
pub(crate) struct NotGranted {
    pub(crate) actions: Vec<String>,
    pub(crate) resources: Vec<String>,
}

/// A command that `iamsat check` runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    Lint,
    ValidatePolicy,
    NoPublicAccess,
    AccessNotGranted,
    NoNewAccess,
    ExternalAccess,
}

impl Check {
    /// All of them, in the order in which they run.
    pub(crate) const ALL: [Check; 6] = [
        Check::ValidatePolicy,
        Check::Lint,
        Check::NoPublicAccess,
        Check::ExternalAccess,
        Check::AccessNotGranted,
        Check::NoNewAccess,
    ];

    /// Returns the name of the command.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Check::Lint => "lint",
            Check::ValidatePolicy => "validate-policy",
            Check::NoPublicAccess => "check-no-public-access",
            Check::AccessNotGranted => "check-access-not-granted",
            Check::NoNewAccess => "check-no-new-access",
            Check::ExternalAccess => "find-external-access",
        }
    }
}
