//! Runs the guides: in each page, a block with a title is a file, and a block of the language `console` holds commands with their
//! output.
//!
//! ````text
//! ```json title="old.json"
//! {"Version": "2012-10-17", ...}
//! ```
//!
//! ```console
//! $ iamsat check-no-new-access --existing old.json --new new.json
//! ...
//! $ echo $?
//! 1
//! ```
//! ````
//!
//! A page that has files gets a directory with nothing else in it; another page runs in its own directory. `cat FILE` shows a
//! file. An exit code other than 0 has to be shown. With `IAMSAT_BLESS=1` the output is written into the pages.

use crate::support::commands::{difference, normal, replay, run};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![root.join("README.md")];
    for directory in ["docs/guides", "examples/standards"] {
        let mut inside: Vec<PathBuf> = std::fs::read_dir(root.join(directory))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
            .collect();
        inside.sort();
        assert!(!inside.is_empty(), "{directory} holds no page");
        pages.extend(inside);
    }
    pages
}

/// Returns the title of a block, if its first line has one.
fn title(fence: &str) -> Option<&str> {
    fence.split_once("title=\"")?.1.split('"').next()
}

/// Returns the directory in which the commands of a page run, with the files of the page.
fn directory(page: &Path, text: &str) -> PathBuf {
    let own = page.parent().unwrap().to_owned();
    let name = page.file_stem().unwrap();
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("guides").join(name);
    if directory.exists() {
        std::fs::remove_dir_all(&directory).unwrap();
    }
    let mut lines = text.lines();
    let mut files = 0;
    while let Some(line) = lines.next() {
        let Some(name) = line.strip_prefix("```").and_then(title) else { continue };
        let content: String =
            lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect();
        let path = directory.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        files += 1;
    }
    if files == 0 { own } else { directory }
}

/// The page as it comes out now.
fn play(directory: &Path, text: &str, wrong: &mut Vec<String>) -> String {
    let mut out = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        writeln!(out, "{line}").unwrap();
        if line != "```console" {
            continue;
        }
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let mut block = block.into_iter().peekable();
        let mut commands = 0;
        while let Some(first) = block.next() {
            let Some(command) = first.strip_prefix("$ ") else { continue };
            let mut command = command.to_owned();
            writeln!(out, "{first}").unwrap();
            while command.ends_with('\\') {
                let next = block.next().expect("a command that goes on");
                writeln!(out, "{next}").unwrap();
                command.truncate(command.len() - 1);
                command.push_str(next.trim_start());
            }
            commands += 1;
            let code = step(directory, &command, &mut out, wrong);
            while block.peek().is_some_and(|line| !line.starts_with("$ ")) {
                block.next();
            }
            let is_shown = block.next_if_eq(&"$ echo $?").is_some();
            if is_shown || code != 0 {
                writeln!(out, "$ echo $?\n{code}").unwrap();
            }
        }
        assert!(commands > 0, "a block without a command: {}", directory.display());
        writeln!(out, "```").unwrap();
    }
    out
}

/// Runs a command and appends its output; returns its exit code.
fn step(directory: &Path, command: &str, out: &mut String, wrong: &mut Vec<String>) -> i32 {
    if let Some(file) = command.strip_prefix("cat ") {
        out.push_str(&std::fs::read_to_string(directory.join(file)).unwrap());
        return 0;
    }
    let output = run(directory, command);
    let stdout = normal(&output.stdout);
    if !command.contains("--format") {
        replay(directory, &stdout, wrong);
    }
    out.push_str(&stdout);
    out.push_str(&normal(&output.stderr));
    output.status.code().expect("no signal")
}

#[test]
fn pages_say_what_happens() {
    let bless = std::env::var_os("IAMSAT_BLESS").is_some();
    let mut wrong = Vec::new();
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        assert!(text.contains("```console\n$ iamsat "), "{} runs nothing", page.display());
        let actual = play(&directory(&page, &text), &text, &mut wrong);
        if actual != text {
            if bless {
                std::fs::write(&page, &actual).unwrap();
            }
            wrong.push(format!("{} differs:\n{}", page.display(), difference(&text, &actual)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_page_that_says_something_else_is_noticed() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let page = "text\n\n```console\n$ iamsat --version\niamsat 0.0.0\n$ iamsat nothing\n```\nmore\n";
    let actual = play(&directory, page, &mut Vec::new());
    let version =
        concat!("$ iamsat --version\niamsat ", env!("CARGO_PKG_VERSION"), "\n$ iamsat nothing\nerror:");
    assert!(actual.starts_with("text\n\n```console\n") && actual.contains(version), "{actual}");
    assert!(actual.ends_with("\n$ echo $?\n2\n```\nmore\n"), "{actual}");
}
