//! Reads the files of a module of Terraform's configuration.

use super::value::Failure;
use crate::span::Source;
use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body, Structure};
use std::collections::BTreeMap;

/// An item of a module, with the number of its file.
#[derive(Clone, Debug)]
pub(in crate::container) struct Item<T> {
    pub(in crate::container) file: usize,
    pub(in crate::container) inner: T,
}

/// The configuration of a module.
#[derive(Clone, Debug, Default)]
pub(in crate::container) struct Module {
    /// The directory below the root module's, without a slash at its end.
    pub(super) directory: String,
    pub(super) files: Vec<Source>,
    pub(super) locals: BTreeMap<String, Item<Expression>>,
    /// Resources (`TYPE.NAME`) and data sources (`data.TYPE.NAME`).
    pub(super) resources: BTreeMap<String, Item<Body>>,
    pub(super) variables: BTreeMap<String, Item<Body>>,
    pub(super) outputs: BTreeMap<String, Item<Body>>,
    pub(super) calls: BTreeMap<String, Item<Body>>,
    /// The reason why the module cannot be read.
    pub(super) fault: Option<Failure>,
}

/// Expressions with `for` in one file. The parser's own bound on nesting does not count the collections of `for`.
const MOST_LOOPS: usize = 200;
/// Bytes of one file.
const MOST_BYTES: usize = 4 << 20;

impl Module {
    /// Reads the files of a module, by their paths.
    pub(super) fn read(directory: &str, files: &[(String, &[u8])]) -> Module {
        let mut module = Module { directory: directory.to_owned(), ..Module::default() };
        for (path, bytes) in files {
            if let Err(failure) = module.add(path, bytes) {
                module.fault.get_or_insert(failure);
            }
        }
        module
    }

    fn add(&mut self, path: &str, bytes: &[u8]) -> Result<(), Failure> {
        let fault =
            |message: String, place: &str| Failure { message, place: place.to_owned(), differs: false };
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name.strip_suffix(".json").unwrap_or(name).strip_suffix(".tf").unwrap_or(name);
        if stem == "override" || stem.ends_with("_override") {
            return Err(fault("files that override others are not read".to_owned(), path));
        }
        if name.ends_with(".tofu") || name.ends_with(".tofu.json") {
            return Err(fault("files of OpenTofu (`.tofu`) are not read".to_owned(), path));
        }
        if name.ends_with(".json") {
            return Err(fault("configuration in JSON is not read".to_owned(), path));
        }
        if bytes.len() > MOST_BYTES {
            return Err(fault(format!("the file is longer than {MOST_BYTES} bytes"), path));
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Err(fault("the file is not UTF-8 text".to_owned(), path));
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let source = Source::new(path, text);
        if let Some(at) = too_many_loops(text) {
            let message = format!("the file has more than {MOST_LOOPS} expressions with `for`");
            return Err(fault(message, &place(&source, at)));
        }
        let body = match text.parse::<Body>() {
            Ok(body) => body,
            Err(error) => {
                let at = error.location();
                let place = format!("{path}:{}:{}", at.line(), at.column());
                return Err(fault(format!("the file is not valid: {}", error.message()), &place));
            }
        };
        self.files.push(source);
        let file = self.files.len() - 1;
        for structure in body {
            if let Structure::Block(block) = structure {
                self.block(block, file)?;
            }
        }
        Ok(())
    }

    fn block(&mut self, block: Block, file: usize) -> Result<(), Failure> {
        let span = block.span();
        let labels: Vec<String> = block.labels.iter().map(|label| label.as_str().to_owned()).collect();
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        let kind = block.ident.as_str().to_owned();
        if kind == "locals" {
            for structure in block.body {
                if let Structure::Attribute(attribute) = structure {
                    let name = attribute.key.as_str().to_owned();
                    let span = attribute.span();
                    let item = Item { file, inner: attribute.value };
                    if self.locals.insert(name.clone(), item).is_some() {
                        return Err(self.twice(&format!("local.{name}"), file, span));
                    }
                }
            }
            return Ok(());
        }
        let (kept, key) = match (kind.as_str(), labels.as_slice()) {
            ("resource", [kind, name]) => (&mut self.resources, format!("{kind}.{name}")),
            ("data", [kind, name]) => (&mut self.resources, format!("data.{kind}.{name}")),
            ("variable", [name]) => (&mut self.variables, (*name).to_owned()),
            ("output", [name]) => (&mut self.outputs, (*name).to_owned()),
            ("module", [name]) => (&mut self.calls, (*name).to_owned()),
            _ => return Ok(()),
        };
        match kept.insert(key.clone(), Item { file, inner: block.body }) {
            Some(_) => Err(self.twice(&key, file, span)),
            None => Ok(()),
        }
    }

    fn twice(&self, name: &str, file: usize, span: Option<std::ops::Range<usize>>) -> Failure {
        let message = format!("`{name}` is defined twice");
        Failure { message, place: self.place(file, span), differs: false }
    }

    /// Returns a place as `FILE:LINE:COLUMN`.
    pub(super) fn place(&self, file: usize, span: Option<std::ops::Range<usize>>) -> String {
        match self.files.get(file) {
            Some(source) => place(source, span.map_or(0, |span| span.start)),
            None => String::new(),
        }
    }
}

fn place(source: &Source, at: usize) -> String {
    let at = source.position(at);
    format!("{}:{}:{}", source.name(), at.line, at.column)
}

/// Returns the place where a text has too many expressions with `for`.
pub(super) fn too_many_loops(text: &str) -> Option<usize> {
    let is_word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
    let starts = text.match_indices("for").filter(|(at, word)| {
        let (before, after) = (text.get(..*at), text.get(at + word.len()..));
        let before = before.and_then(|before| before.chars().next_back());
        let after = after.and_then(|after| after.chars().next());
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    });
    starts
        .filter(|(at, word)| {
            let rest = text.get(at + word.len()..).map_or("", str::trim_start);
            let rest = rest.trim_start_matches(is_word).trim_start();
            rest.starts_with([',', '/', '#']) || rest.starts_with("in")
        })
        .nth(MOST_LOOPS)
        .map(|(at, _)| at)
}
