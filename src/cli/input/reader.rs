//! Reads policy arguments: a document, or the file with several policies that an argument names.

use super::argument::{input_name, is_inline, read_bounded};
use super::committed::Committed;
use super::git::{Git, GitPath};
use super::link_names;
use crate::cli::args::ContainerArgs;
use crate::container::{
    AccessBlock, BEFORE, Container, Content, Contents, EncodingError, Entry, Options, decode,
    differing_condition, open,
};
use crate::policy::Read;
use crate::report::Failure;
use crate::span::Source;
use crate::surface::{other_condition, reason, undecided, unreadable};
use std::collections::BTreeMap;
use std::path::Path;

/// Reads policy arguments; standard input once.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    stdin_taken: bool,
    /// Files that were opened only to detect their kind, by their arguments.
    kept: BTreeMap<String, Opened>,
    options: Options,
    shows_sensitive: bool,
    /// True if a text that is not UTF-8 is read too.
    is_lenient: bool,
    /// The directory of managed policies.
    managed: Option<String>,
    /// Files of managed policies, by the arguments that name links to them.
    found: BTreeMap<String, String>,
    git: Git,
}

/// The input that an argument names.
#[derive(Debug)]
pub(crate) enum Opened {
    /// A single policy, or a text without one.
    One(Read),
    /// A file of several.
    Several(Box<Container>),
}

/// The number of policy names that are listed if one must be chosen.
const LISTED: usize = 12;

impl Reader {
    /// Makes a reader for files with several policies, under these flags.
    pub(crate) fn new(args: &ContainerArgs) -> Reader {
        Reader {
            options: args.options(),
            shows_sensitive: args.show_sensitive,
            managed: args.managed_policies.clone(),
            ..Reader::default()
        }
    }

    /// Notes the files that are read in the same run, so that a nested stack with one of them as its template is checked with it.
    pub(crate) fn beside(&mut self, files: impl Iterator<Item = Result<String, Failure>>) {
        self.options.beside.extend(files.flatten());
    }

    /// Makes the reader read texts that are not UTF-8 too, each with a character in place of a wrong byte that no JSON text has.
    pub(crate) fn lenient(self) -> Reader {
        Reader { is_lenient: true, ..self }
    }

    /// Returns the document that an argument names: in a file with several, the named one or the only one. `role` is the name of
    /// inline documents.
    ///
    /// # Errors
    /// The file cannot be read, no single policy of it is named, or the policy is not known.
    pub(crate) fn read(&mut self, argument: &str, role: &str) -> Result<Read, Failure> {
        let (file, name) = named(argument);
        match (self.open(file, role)?, name) {
            (Opened::One(read), None) => Ok(read),
            (Opened::One(_), Some(_)) => {
                Err(Failure::validation(format!("{file} is a single policy, so no policy in it has a name")))
            }
            (Opened::Several(container), Some(name))
                if container.entry(name.strip_suffix(BEFORE).unwrap_or(name)).is_none() =>
            {
                let managed = self.managed.clone();
                self.keep(file, Opened::Several(container.clone()));
                match link_names::one_by_name((&container, file), name, managed.as_deref()) {
                    Some(found) => {
                        let found = found?;
                        self.found.insert(argument.to_owned(), found.clone());
                        self.read(&found, role)
                    }
                    None => Err(unchosen(&container, file, Some(name))),
                }
            }
            (Opened::Several(container), name) => self.chosen(&container, file, name),
        }
    }

    /// Returns the argument under which a document is found without further flags.
    pub(crate) fn found<'r>(&'r self, argument: &'r str) -> &'r str {
        self.found.get(argument).map_or(argument, String::as_str)
    }

    /// Returns the Block Public Access settings that the file of a policy contains for it.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn blocks(&mut self, argument: &str) -> Result<Vec<AccessBlock>, Failure> {
        let (file, name) = named(argument);
        let Opened::Several(container) = self.open(file, "policy")? else { return Ok(Vec::new()) };
        let entry = meant(&container, name);
        Ok(entry.map_or_else(Vec::new, |entry| container.blocks_of(entry).cloned().collect()))
    }

    /// Checks that two templates contain two policies under the same condition; other files have no conditions.
    ///
    /// # Errors
    /// The conditions differ, so it is not known which policies exist together; or a file cannot be read.
    pub(crate) fn same_condition(&mut self, arguments: [&str; 2]) -> Result<(), Failure> {
        let mut of_files = Vec::with_capacity(2);
        for argument in arguments {
            let (file, name) = named(argument);
            if is_inline(file) || !Path::new(super::argument::path_of(file)).is_file() {
                return Ok(());
            }
            let Opened::Several(container) = self.open(file, "policy")? else { return Ok(()) };
            of_files.push((container, name));
        }
        let [(old, old_name), (new, new_name)] = of_files.as_slice() else { return Ok(()) };
        let (Some(before), Some(after)) = (meant(old, *old_name), meant(new, *new_name)) else {
            return Ok(());
        };
        let Some(condition) = differing_condition((before, old), (after, new)) else { return Ok(()) };
        let (issue, why) = other_condition(after, condition);
        Err(Failure::undecided(issue.at(&new.source, after.span, ""), format!("{}: {why}", after.name)))
    }

    /// Returns the input that an argument names, ignoring the name of a policy in it.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn open(&mut self, argument: &str, role: &str) -> Result<Opened, Failure> {
        if let Some(opened) = self.kept.remove(argument) {
            return Ok(opened);
        }
        let source = self.source(argument, role)?;
        self.opened(&source)
    }

    /// Returns a file that was found in a commit.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn open_committed(&self, file: &Committed) -> Result<Opened, Failure> {
        let bytes = self.git.content(file, self.options.limits.bytes)?;
        self.opened(&self.text(&file.argument, bytes.as_slice())?)
    }

    fn opened(&self, source: &Source) -> Result<Opened, Failure> {
        match open(source, &self.options) {
            Ok(Contents::Container(container)) => Ok(Opened::Several(container)),
            Ok(Contents::Policy(read)) => {
                let most = self.options.policy_limits.bytes;
                if source.text().len() > most {
                    return Err(unreadable(source.name(), format!("it is longer than {most} bytes")));
                }
                Ok(Opened::One(*read))
            }
            Err(error) => Ok(Opened::One(Read::from(Err(error)))),
        }
    }

    /// Keeps a file that was opened only to detect its kind, so that it is not read again.
    pub(crate) fn keep(&mut self, argument: &str, opened: Opened) {
        self.kept.insert(argument.to_owned(), opened);
    }

    fn chosen(&self, container: &Container, file: &str, name: Option<&str>) -> Result<Read, Failure> {
        let (name, is_before) = match name.and_then(|name| name.strip_suffix(BEFORE)) {
            Some(name) => (Some(name), true),
            None => (name, false),
        };
        let entry = meant(container, name);
        let Some(entry) = entry else { return Err(unchosen(container, file, name)) };
        if entry.sensitive && !self.shows_sensitive {
            let name = &entry.name;
            return Err(Failure::validation(format!(
                "the file marks {name} as sensitive: `--show-sensitive` shows findings in it"
            )));
        }
        let content = if is_before { entry.before.as_ref() } else { Some(&entry.content) };
        match content {
            Some(Content::Text { read, .. }) => Ok(read.clone()),
            Some(content) => Err(undecided(&container.source, entry, content)),
            None => Err(Failure::validation(format!(
                "{file} does not contain the previous version of {}",
                entry.name
            ))),
        }
    }

    /// Returns the options for files with several policies.
    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// Returns the text that an argument names.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn source(&mut self, argument: &str, role: &str) -> Result<Source, Failure> {
        let name = input_name(argument, role);
        if is_inline(argument) {
            return Ok(Source::new(name, argument));
        }
        if argument == "-" {
            if std::mem::replace(&mut self.stdin_taken, true) {
                return Err(Failure::validation("standard input (`-`) can be read only once"));
            }
            return self.text(&name, std::io::stdin().lock());
        }
        if let Some(at) = GitPath::of(argument) {
            let bytes = self.git.file(at, self.options.limits.bytes)?;
            return self.text(&name, bytes.as_slice());
        }
        let path = Path::new(&name);
        if path.is_dir() {
            return Err(unreadable(&name, "it is a directory"));
        }
        let file = std::fs::File::open(path).map_err(|error| unreadable(&name, reason(&error)))?;
        self.text(&name, file)
    }

    fn text(&self, name: &str, input: impl std::io::Read) -> Result<Source, Failure> {
        let most = self.options.limits.bytes;
        let bytes = read_bounded(input, most).map_err(|error| unreadable(name, reason(&error)))?;
        if bytes.len() > most {
            return Err(unreadable(name, format!("it is longer than {most} bytes")));
        }
        if self.is_lenient && !bytes.starts_with(b"\xff\xfe") && !bytes.starts_with(b"\xfe\xff") {
            let text = match String::from_utf8(bytes) {
                Ok(text) => text,
                Err(error) => with_zeros(error.as_bytes()),
            };
            return Ok(Source::new(name, text));
        }
        decode(bytes).map(|text| Source::new(name, text)).map_err(|error| match error {
            EncodingError::Zip => unreadable(
                name,
                "it is a zip archive; of a binary plan, give what `terraform show -json` prints",
            ),
            EncodingError::Utf16 => unreadable(name, "it starts as UTF-16 text but is not valid UTF-16"),
            EncodingError::Utf8 { valid } => {
                let before = Source::new(name, valid);
                let place = before.position(before.text().len());
                let why = format!("it is not UTF-8 text (line {}, column {})", place.line, place.column);
                unreadable(name, why)
            }
        })
    }
}

/// Returns a text that is not UTF-8 with zeros in place of wrong bytes, so that places stay the same. A zero is not valid anywhere
/// in JSON, so the text is not JSON either.
fn with_zeros(bytes: &[u8]) -> String {
    let parts = bytes.utf8_chunks();
    parts.flat_map(|chunk| [chunk.valid().to_owned(), "\0".repeat(chunk.invalid().len())]).collect()
}

/// Splits an argument into a file and the policy in it: `tfplan.json#aws_iam_policy.p.policy`.
pub(crate) fn named(argument: &str) -> (&str, Option<&str>) {
    let path = super::argument::path_of(argument);
    if is_inline(argument) || GitPath::of(argument).is_none() && Path::new(path).exists() {
        return (argument, None);
    }
    for (at, _) in argument.match_indices('#') {
        let (file, name) = argument.split_at(at);
        let is_file = || Path::new(super::argument::path_of(file)).is_file();
        if file == "-" || GitPath::of(file).is_some() || is_file() {
            return (file, name.strip_prefix('#'));
        }
    }
    (argument, None)
}

fn unchosen(container: &Container, file: &str, name: Option<&str>) -> Failure {
    let what = match name {
        Some(name) => format!("{file} has no policy named `{name}`"),
        None => format!("{file} holds {} policies, but one is needed here", container.entries.len()),
    };
    if container.entries.is_empty() {
        return Failure::validation(what);
    }
    let mut names: Vec<String> =
        container.entries.iter().take(LISTED).map(|entry| format!("{file}#{}", entry.name)).collect();
    if container.entries.len() > LISTED {
        names.push(format!("and {} more: see `iamsat policies {file}`", container.entries.len() - LISTED));
    }
    Failure::validation(format!("{what}; name one of them: {}", names.join(", ")))
}

/// Returns the policy of a file with the name, or the only one.
fn meant<'c>(container: &'c Container, name: Option<&str>) -> Option<&'c Entry> {
    match (name, container.entries.as_slice()) {
        (Some(name), _) => container.entry(name),
        (None, [one]) => Some(one),
        (None, _) => None,
    }
}

/// Returns the assumed content of an entry's policy, if there is one.
pub(crate) fn presumption(entry: &Entry) -> Option<&Content> {
    match &entry.content {
        Content::Unknown { presumed, .. } => presumed.as_deref(),
        _ => None,
    }
}
