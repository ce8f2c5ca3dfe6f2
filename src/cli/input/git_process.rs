//! Runs the installed `git`, and names what it reads.

use crate::surface::reason;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// The start of an argument that names a file in a commit.
pub(super) const START: &str = "git:";
/// The number of bytes of a message that are read.
const MOST_TOLD: u64 = 4 << 10;

/// The variables of the environment that belong to one repository (`git rev-parse --local-env-vars`), and those that change what a path
/// means. A hook sets them for the repository in which it runs, which is not always the one that contains the file.
const LOCAL: [&str; 20] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// Returns the argument that names a file in a commit.
pub(super) fn argument(revision: &str, path: &str) -> String {
    format!("{START}{revision}:{path}")
}

/// Runs git in a directory and returns what it prints, or the reason why there is nothing; an empty one if git says none.
pub(super) fn output(directory: &Path, arguments: &[&str], most: usize) -> Result<Vec<u8>, String> {
    let mut command = Command::new("git");
    for variable in LOCAL {
        command.env_remove(variable);
    }
    let mut child = command
        .arg("-C")
        .arg(directory)
        .args(["--no-pager", "--no-replace-objects", "--literal-pathspecs"])
        .args(arguments)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        // A missing object of a partial clone is not fetched: iamsat opens no connection.
        .env("GIT_NO_LAZY_FETCH", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("git cannot be run: {}", reason(&error)))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    // Both are read at the same time: a full pipe would stop git.
    let told = std::thread::spawn(move || {
        let mut text = Vec::new();
        let read = stderr.map_or(Ok(0), |stream| stream.take(MOST_TOLD).read_to_end(&mut text));
        read.map(|_| text)
    });
    let mut printed = Vec::new();
    let bound = most as u64 + 1;
    let read = stdout.map_or(Ok(0), |stream| stream.take(bound).read_to_end(&mut printed));
    let is_too_long = printed.len() > most;
    if is_too_long || read.is_err() {
        // What git has still to say does not matter.
        drop(child.kill());
    }
    let status = child.wait().map_err(|error| reason(&error))?;
    let told = match told.join() {
        Ok(Ok(text)) => String::from_utf8_lossy(&text).into_owned(),
        _ => String::new(),
    };
    read.map_err(|error| reason(&error))?;
    if is_too_long {
        return Err(format!("it is longer than {most} bytes"));
    }
    if status.success() {
        return Ok(printed);
    }
    let first = told.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    Err(first.trim_start_matches("fatal: ").to_owned())
}
