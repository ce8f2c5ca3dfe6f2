//! Enforces the order of the rooms, and the other structural rules, by reading the sources.
//!
//! A room is a module at the top of the crate. It may use the rooms before it in [`ROOMS`], never one after it.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Lowest first.
const ROOMS: [&str; 29] = [
    "hash",
    "index",
    "span",
    "code",
    "diagnostic",
    "limits",
    "policy",
    "container",
    "catalogue",
    "snapshot",
    "request",
    "query",
    "evaluate",
    "confirm",
    "automata",
    "formula",
    "encode",
    "verify",
    "theory",
    "sat",
    "solve",
    "validate",
    "check",
    "explain",
    "report",
    "surface",
    "batch",
    "serve",
    "cli",
];
/// The rooms that the referee may use: it shares no code with the search that it checks.
const REFEREE: [&str; 8] = ["hash", "span", "code", "diagnostic", "limits", "policy", "catalogue", "request"];
/// The first room that may touch files, the environment and the clock.
const FIRST_OUTSIDE: &str = "surface";
/// Rooms that may read a deadline.
const DEADLINE: [&str; 2] = ["limits", "sat"];
const MOST_LINES: usize = 700;

// ---- reading sources ----

/// A source file, by its module path: `["formula", "atom"]`.
struct File {
    path: PathBuf,
    module: Vec<String>,
    text: String,
}

impl File {
    fn room(&self) -> &str {
        self.module.first().map_or("", String::as_str)
    }
}

/// Lists all files of `src` except the two roots, which are not rooms.
fn files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut files, mut directories) = (Vec::new(), vec![root.clone()]);
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let relative = path.strip_prefix(&root).unwrap().with_extension("");
            let mut module: Vec<String> =
                relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            if module.last().is_some_and(|last| last == "mod") {
                module.pop();
            }
            let is_root = module == ["lib"] || module == ["main"];
            if !is_root && path.extension().is_some_and(|e| e == "rs") {
                files.push(File { text: std::fs::read_to_string(&path).unwrap(), path, module });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// A token of Rust source, with its line.
type Token = (usize, String);

/// Returns the tokens, without comments and literals, by the lexer under `syn`: the tree of `syn` says nothing about the paths
/// inside macro calls.
fn tokens(text: &str) -> Vec<Token> {
    let stream: TokenStream = text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut tokens = Vec::new();
    read(stream, &mut tokens);
    tokens
}

fn read(stream: TokenStream, tokens: &mut Vec<Token>) {
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                let (opening, closing) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                tokens.push((line, opening.to_owned()));
                read(group.stream(), tokens);
                tokens.push((group.span_close().start().line, closing.to_owned()));
            }
            TokenTree::Ident(word) => tokens.push((line, word.to_string())),
            // A lifetime is a quote and a word.
            TokenTree::Punct(sign) => {
                let is_colon =
                    |tree: &TokenTree| matches!(tree, TokenTree::Punct(sign) if sign.as_char() == ':');
                let is_joined = sign.as_char() == ':' && sign.spacing() == Spacing::Joint;
                let is_path = is_joined && trees.next_if(is_colon).is_some();
                let text = if is_path { "::".to_owned() } else { sign.as_char().to_string() };
                tokens.push((line, text));
            }
            TokenTree::Literal(_) => {}
        }
    }
}

/// A path that the source names, from the root of the crate (`crate`, ...) or of another one (`std`, ...).
#[derive(Debug, PartialEq)]
struct Named {
    line: usize,
    path: Vec<String>,
    in_tests: bool,
}

/// Returns all paths of two and more names, with groups expanded and `self` and `super` resolved.
fn paths(module: &[String], text: &str) -> Vec<Named> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    // Modules written inside the file, with the depth of braces at which each ends.
    let mut inner: Vec<(String, usize)> = Vec::new();
    let mut depth = 0;
    let mut at = 0;
    while let Some((line, token)) = tokens.get(at) {
        let next = |ahead: usize| tokens.get(at + ahead).map_or("", |(_, t)| t.as_str());
        match token.as_str() {
            "mod" if next(2) == "{" => {
                inner.push((next(1).to_owned(), depth));
                at += 1;
            }
            "{" => depth += 1,
            "}" => {
                depth = depth.saturating_sub(1);
                inner.retain(|(_, start)| *start < depth);
            }
            word if next(1) == "::" && word.starts_with(char::is_alphabetic) => {
                let mut here: Vec<String> = vec!["crate".to_owned()];
                here.extend(module.iter().cloned());
                here.extend(inner.iter().map(|(name, _)| name.clone()));
                let in_tests = here.iter().any(|name| name == "tests");
                let mut lists = Vec::new();
                at = path_from(&tokens, at, &[], &mut lists);
                for path in lists {
                    found.push(Named { line: *line, path: resolved(&here, path), in_tests });
                }
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Reads one path, with its groups, that starts at a token; returns the position after it.
fn path_from(tokens: &[Token], mut at: usize, before: &[String], found: &mut Vec<Vec<String>>) -> usize {
    let mut path = before.to_vec();
    loop {
        let word = |at: usize| tokens.get(at).map_or("", |(_, t)| t.as_str());
        match word(at) {
            "{" => {
                at += 1;
                while !matches!(word(at), "}" | "") {
                    at = if word(at) == "," { at + 1 } else { path_from(tokens, at, &path, found) };
                }
                return at + 1;
            }
            "<" | "" | "(" => break,
            name => {
                path.push(name.to_owned());
                at += 1;
            }
        }
        if word(at) != "::" {
            if word(at) == "as" {
                at += 2;
            }
            break;
        }
        at += 1;
    }
    found.push(path);
    // Something that is not a path after all must not stop the reading.
    at.max(1)
}

/// The path from the root of a crate.
fn resolved(here: &[String], path: Vec<String>) -> Vec<String> {
    let mut base = here.to_vec();
    let mut rest = path.as_slice();
    match rest.first().map(String::as_str) {
        Some("self") => rest = &rest[1..],
        Some("super") => {}
        _ => return path,
    }
    while let Some("super") = rest.first().map(String::as_str) {
        base.pop();
        rest = &rest[1..];
    }
    base.extend(rest.iter().cloned());
    base
}

// ---- the rules; each gives the faults of one file ----

fn fault(line: usize, what: impl std::fmt::Display) -> String {
    format!("line {line}: {what}")
}

fn order(module: &[String], text: &str) -> Vec<String> {
    let place = |room: &str| ROOMS.iter().position(|r| *r == room);
    let Some((own, own_place)) = module.first().and_then(|room| Some((room, place(room)?))) else {
        return vec![format!("`{}` is not a room", module.join("::"))];
    };
    let used = paths(module, text).into_iter().filter(|n| n.path.first().is_some_and(|p| p == "crate"));
    used.filter_map(|named| {
        let room = named.path.get(1)?;
        let Some(other) = place(room) else {
            return Some(fault(named.line, format!("`{room}` is not a room")));
        };
        (other > own_place).then(|| fault(named.line, format!("`{own}` uses `{room}`, which comes after it")))
    })
    .collect()
}

fn referee(module: &[String], text: &str) -> Vec<String> {
    let used = paths(module, text).into_iter().filter(|n| n.path.first().is_some_and(|p| p == "crate"));
    used.filter(|n| n.path.get(1).is_some_and(|room| room != "evaluate" && !REFEREE.contains(&room.as_str())))
        .map(|n| fault(n.line, format!("the referee uses `{}`", n.path.join("::"))))
        .collect()
}

fn length(text: &str) -> Vec<String> {
    let lines = text.lines().count();
    if lines > MOST_LINES { vec![format!("{lines} lines")] } else { Vec::new() }
}

/// Uses of files, environment, threads, processes, the network, the clock, or tables in random order.
fn outside(module: &[String], text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for named in paths(module, text) {
        let path: Vec<&str> = named.path.iter().map(String::as_str).collect();
        let forbidden = match path.as_slice() {
            ["std", "fs" | "env" | "process" | "thread", ..]
            | ["fs" | "env" | "process" | "thread", _, ..] => true,
            ["std", "net", "TcpStream" | "TcpListener" | "UdpSocket", ..] => true,
            ["std", "io", "stdin" | "stdout" | "stderr" | "Stdin" | "Stdout" | "Stderr", ..] => true,
            ["std", "collections", "HashMap" | "HashSet", ..] => !named.in_tests,
            all => all.contains(&"SystemTime"),
        };
        if forbidden {
            faults.push(fault(named.line, path.join("::")));
        }
    }
    faults
}

fn deadline(module: &[String], text: &str) -> Vec<String> {
    let may = module.first().is_some_and(|room| DEADLINE.contains(&room.as_str()));
    let named = paths(module, text).into_iter().filter(|n| !may && !n.in_tests);
    named
        .filter(|n| n.path.iter().any(|p| p == "Instant"))
        .map(|n| fault(n.line, n.path.join("::")))
        .collect()
}

/// Returns the faults of all files, with the names of the files.
fn all_faults(rule: impl Fn(&File) -> Vec<String>) -> Vec<String> {
    let files = files();
    assert!(files.len() > 50, "the sources were not found");
    files
        .iter()
        .flat_map(|file| {
            rule(file).into_iter().map(|f| format!("{}: {f}", file.path.display())).collect::<Vec<_>>()
        })
        .collect()
}

fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

// ---- tests of the sources ----

#[test]
fn rooms_use_earlier_rooms_only() {
    none(&all_faults(|file| order(&file.module, &file.text)));
}

/// The rooms in the order in which a text lists them on one line between `hash` and `cli`.
fn listed(text: &str) -> Vec<&str> {
    let line = text.lines().find(|line| line.starts_with("`hash ")).unwrap_or_default();
    line.trim_matches('`').split([' ', '|']).filter(|room| !room.is_empty()).collect()
}

#[test]
fn the_rooms_are_those_that_exist_and_that_the_document_lists() {
    let mut exist: Vec<String> = files().iter().map(|file| file.room().to_owned()).collect();
    exist.sort();
    exist.dedup();
    let mut rooms = ROOMS.map(str::to_owned);
    rooms.sort();
    assert_eq!(exist, rooms);
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md");
    assert_eq!(listed(&std::fs::read_to_string(document).unwrap()), ROOMS);
}

#[test]
fn the_referee_shares_no_code_with_the_search() {
    none(&all_faults(
        |file| if file.room() == "evaluate" { referee(&file.module, &file.text) } else { Vec::new() },
    ));
}

#[test]
fn no_file_is_long() {
    none(&all_faults(|file| length(&file.text)));
}

#[test]
fn answers_depend_on_their_input_only() {
    let first = ROOMS.iter().position(|room| *room == FIRST_OUTSIDE).unwrap();
    none(&all_faults(|file| {
        let place = ROOMS.iter().position(|room| *room == file.room());
        if place.is_some_and(|p| p < first) { outside(&file.module, &file.text) } else { Vec::new() }
    }));
}

#[test]
fn only_limits_and_sat_look_at_a_deadline() {
    let first = ROOMS.iter().position(|room| *room == FIRST_OUTSIDE).unwrap();
    none(&all_faults(|file| {
        let place = ROOMS.iter().position(|room| *room == file.room());
        if place.is_some_and(|p| p < first) { deadline(&file.module, &file.text) } else { Vec::new() }
    }));
}

// ---- the manifest ----

/// Returns the value of a key in a section of a TOML file, as written.
fn setting<'t>(toml: &'t str, section: &str, key: &str) -> Option<&'t str> {
    let mut inside = false;
    for line in toml.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            inside = name == section;
        } else if inside
            && let Some((name, value)) = line.split_once('=')
            && name.trim() == key
        {
            return Some(value.trim());
        }
    }
    None
}

/// The lints that the manifest has to set.
const LINTS: [(&str, &str, &str); 13] = [
    ("lints.rust", "unsafe_code", "\"forbid\""),
    ("lints.rust", "missing_docs", "\"deny\""),
    ("lints.rust", "unreachable_pub", "\"deny\""),
    ("lints.clippy", "allow_attributes", "\"deny\""),
    ("lints.clippy", "expect_used", "\"deny\""),
    ("lints.clippy", "indexing_slicing", "\"deny\""),
    ("lints.clippy", "panic", "\"deny\""),
    ("lints.clippy", "string_slice", "\"deny\""),
    ("lints.clippy", "todo", "\"deny\""),
    ("lints.clippy", "unimplemented", "\"deny\""),
    ("lints.clippy", "unreachable", "\"deny\""),
    ("lints.clippy", "unwrap_used", "\"deny\""),
    ("profile.release", "overflow-checks", "true"),
];

fn missing_lints(toml: &str) -> Vec<String> {
    LINTS
        .iter()
        .filter(|(section, key, value)| setting(toml, section, key) != Some(value))
        .map(|(section, key, value)| format!("[{section}] {key} = {value}"))
        .collect()
}

#[test]
fn the_manifest_sets_the_lints() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    none(&missing_lints(&std::fs::read_to_string(manifest).unwrap()));
}

/// The modules of a directory that its root file does not declare: nothing compiles them, so their tests never run.
fn undeclared(root: &str, modules: &[impl AsRef<str>]) -> Vec<String> {
    let tokens = tokens(root);
    let declares = |module: &str| {
        tokens.windows(3).any(|three| three[0].1 == "mod" && three[1].1 == module && three[2].1 == ";")
    };
    modules
        .iter()
        .map(AsRef::as_ref)
        .filter(|module| !declares(module))
        .map(|module| format!("no `mod {module};`"))
        .collect()
}

/// Pairs of files that need one another: whether a pattern includes another can take the search for a word, and that search first
/// checks whether one of its patterns includes another.
const CIRCLE: [&str; 2] = ["automata::emptiness", "automata::inclusion"];

/// Returns the files that each file uses, by the names of their modules.
fn uses(files: &[(Vec<String>, String)]) -> BTreeMap<String, BTreeSet<String>> {
    let known: BTreeSet<String> = files.iter().map(|(module, _)| module.join("::")).collect();
    let mut uses = BTreeMap::new();
    for (module, text) in files {
        let own = module.join("::");
        let mut used = BTreeSet::new();
        let of_crate = |named: &&Named| !named.in_tests && named.path.first().is_some_and(|p| p == "crate");
        for named in paths(module, text).iter().filter(of_crate) {
            let longest = (2..=named.path.len()).rev().map(|end| named.path[1..end].join("::"));
            // A file that declares another one provides names to it, as `mod.rs` does to its whole folder.
            used.extend(
                longest.into_iter().find(|m| known.contains(m)).filter(|m| !own.starts_with(m.as_str())),
            );
        }
        uses.insert(own, used);
    }
    uses
}

/// Returns the files that are part of a cycle.
fn circles(uses: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let reached = |from: &String| {
        let (mut found, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(file) = open.pop() {
            open.extend(uses.get(file).into_iter().flatten().filter(|next| found.insert((*next).clone())));
        }
        found
    };
    uses.keys().filter(|file| reached(file).contains(*file)).cloned().collect()
}

#[test]
fn files_use_one_another_in_one_direction() {
    let files: Vec<(Vec<String>, String)> = files().into_iter().map(|f| (f.module, f.text)).collect();
    assert_eq!(circles(&uses(&files)), CIRCLE);
}

#[test]
fn a_circle_of_files_is_noticed() {
    let file = |name: &str, text: &str| (module(name), text.to_owned());
    let three = [
        file("solve::a", "use super::b::B;"),
        file("solve::b", "fn f() { crate::solve::c::d(); }"),
        file("solve::c", "use crate::solve::{a::A, b};"),
        file("solve::d", "use super::a::A;"),
    ];
    assert_eq!(circles(&uses(&three)), ["solve::a", "solve::b", "solve::c"]);
    assert!(circles(&uses(&three[..2])).is_empty());
}

#[test]
fn every_file_of_tests_is_compiled() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let (mut faults, mut directories, mut seen) = (Vec::new(), vec![tests.clone()], 0);
    while let Some(directory) = directories.pop() {
        let root = if directory == tests { "main.rs" } else { "mod.rs" };
        let mut modules = Vec::new();
        for entry in std::fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            if !path.ends_with(root) {
                modules.push(path.file_stem().unwrap().to_str().unwrap().to_owned());
            }
            if path.is_dir() {
                directories.push(path);
            }
        }
        let path = directory.join(root);
        let found = undeclared(&std::fs::read_to_string(&path).unwrap(), &modules);
        faults.extend(found.iter().map(|fault| format!("{}: {fault}", path.display())));
        seen += modules.len();
    }
    assert!(seen > 40, "the tests were not found");
    none(&faults);
}

// ---- the rules can fail ----

fn module(path: &str) -> Vec<String> {
    path.split("::").map(str::to_owned).collect()
}

#[test]
fn paths_are_read_in_every_form() {
    let text = r##"
        //! crate::cli::ignored
        use crate::{limits::Exhausted, policy::{self, Document}};
        use super::glob as g; /* crate::cli::x */
        fn f<'a>(x: &'a str) -> crate::solve::Verdict { let c = '"'; "crate::cli"; r#"crate::"cli"# ; std::fs::read(x) }
        mod tests { use super::*; use super::super::request; use std::collections::HashSet; }
        use self::deep::er;
    "##;
    let found: Vec<String> = paths(&module("evaluate::x"), text)
        .into_iter()
        .map(|n| format!("{} {}", n.line, n.path.join("::")))
        .collect();
    let expected = [
        "3 crate::limits::Exhausted",
        "3 crate::policy::self",
        "3 crate::policy::Document",
        "4 crate::evaluate::glob",
        "5 crate::solve::Verdict",
        "5 std::fs::read",
        "6 crate::evaluate::x::*",
        "6 crate::evaluate::request",
        "6 std::collections::HashSet",
        "7 crate::evaluate::x::deep::er",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_later_room_is_noticed() {
    let bad = |at: &str, text: &str| !order(&module(at), text).is_empty();
    assert!(bad("policy", "use crate::request::Request;"));
    assert!(bad("automata::class", "use crate::{limits::Meter, formula::Lit};"));
    assert!(bad("theory::strings", "fn f() { crate::solve::decide() }"));
    assert!(bad("sat::cnf", "use super::super::solve::Search;"));
    assert!(bad("solve", "use super::check::Answer;"));
    assert!(bad("solve", "mod tests { use crate::check::Answer; }"));
    assert!(bad("helpers", ""));
    assert!(bad("solve", "use crate::helpers::x;"));
    assert!(!bad("solve::decide", "use super::Model; use crate::{sat::Solver, span::Span}; use std::fmt;"));
    assert!(!bad("cli", "use crate::batch::run;"));
}

#[test]
fn a_referee_that_cheats_is_noticed() {
    let bad = |text: &str| !referee(&module("evaluate::glob"), text).is_empty();
    assert!(bad("use crate::automata::Pattern;"));
    assert!(bad("use super::super::formula::build;"));
    assert!(!bad("use crate::policy::Part; use super::Truth; use crate::request::Request;"));
}

#[test]
fn a_long_file_is_noticed() {
    assert!(length(&"x\n".repeat(MOST_LINES)).is_empty());
    assert!(!length(&"x\n".repeat(MOST_LINES + 1)).is_empty());
}

#[test]
fn a_look_outside_is_noticed() {
    let bad = |text: &str| !outside(&module("solve::x"), text).is_empty();
    assert!(bad("use std::fs;"));
    assert!(bad("use std::{fmt, env::var};"));
    assert!(bad("fn f() { std::time::SystemTime::now(); }"));
    assert!(bad("use std::time::{Duration, SystemTime};"));
    assert!(bad("use std::collections::HashMap;"));
    assert!(bad("fn f() { std::io::stdout(); }"));
    assert!(!bad("mod tests { use std::collections::HashSet; }"));
    assert!(!bad("use std::collections::BTreeMap; use std::io::{self, Write}; use std::net::IpAddr;"));
}

#[test]
fn a_clock_in_the_wrong_room_is_noticed() {
    assert!(!deadline(&module("solve::search"), "use std::time::Instant;").is_empty());
    assert!(!deadline(&module("theory"), "fn f(at: std::time::Instant) {}").is_empty());
    assert!(deadline(&module("sat::solver"), "use std::time::Instant;").is_empty());
}

#[test]
fn a_file_that_is_not_compiled_is_noticed() {
    let main = "mod a; #[cfg(unix)] mod b;\n// mod c;\nmod d { mod inner; }";
    assert_eq!(undeclared(main, &["a", "b", "c", "d"]), ["no `mod c;`", "no `mod d;`"]);
}

#[test]
fn a_missing_lint_is_noticed() {
    assert_eq!(missing_lints("").len(), LINTS.len());
    let toml = "[lints.rust]\nunsafe_code = \"forbid\"\n[other]\nmissing_docs = \"deny\"\n";
    assert_eq!(missing_lints(toml).len(), LINTS.len() - 1);
    assert_eq!(setting("[a]\nx = 1\n[b]\nx = 2\n", "b", "x"), Some("2"));
}
