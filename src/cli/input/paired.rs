//! Policies with their previous versions: before and after a plan, or the same policies of two files or directories.

use super::argument::{is_directory, path_of};
use super::committed::Committed;
use super::directory::{below, relative};
use super::inputs::{Holding, Input, Inputs, Standing};
use super::links;
use super::placed::{changed_stacks, incomplete, is_chosen, of_entry, parts, read};
use super::reader::{Opened, Reader};
use super::references::Reference;
use crate::cli::args::{ContainerArgs, Created, NoNewAccessArgs};
use crate::container::{
    BEFORE, BlockChange, Change, Container, Content, Entry, LinkChange, Origin, Pair, Selected,
    changed_blocks, changed_links, pairs, planned_block_changes, planned_links,
};
use crate::policy::Read;
use crate::report::{Failure, Issue};
use crate::surface::{open, other_condition, unreadable};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Policies, each with its own reference.
pub(crate) struct PairedInputs {
    pub(crate) inputs: Inputs,
    /// One for each input; `None` for inputs that are not compared.
    pub(crate) references: Vec<Option<Reference>>,
    /// The number of policies that are equal byte for byte; these are not checked.
    pub(crate) unchanged: usize,
}

/// The files of both sides, by the names that pair them.
pub(crate) type Sides = [BTreeMap<String, SideFile>; 2];

/// A file of one side.
#[derive(Clone, Debug)]
pub(crate) enum SideFile {
    /// The argument that names a file of the working tree.
    Present(String),
    /// A file as it is in a commit. It is not an argument that is read again: a file with the name of an argument would take its place.
    Committed(Committed),
}

impl SideFile {
    fn argument(&self) -> &str {
        match self {
            SideFile::Present(argument) => argument,
            SideFile::Committed(file) => &file.argument,
        }
    }

    fn open(&self, reader: &mut Reader, role: &str) -> Result<Opened, Failure> {
        match self {
            SideFile::Present(argument) => reader.open(argument, role),
            SideFile::Committed(file) => reader.open_committed(file),
        }
    }
}

/// Returns the pairs of policies that the arguments of `check-no-new-access` name; `None` if the arguments name policies and
/// references separately.
///
/// # Errors
/// A file cannot be read, or does not contain pairs.
pub(crate) fn paired(args: &NoNewAccessArgs, reader: &mut Reader) -> Result<Option<PairedInputs>, Failure> {
    let container = &args.inputs.container;
    if let Some(sides) = &args.sides {
        let mut pairing = Pairing { skips: true, ..Pairing::new(container) };
        pairing.sides(reader, sides);
        return Ok(Some(pairing.done()));
    }
    if let Some(plan) = &args.plan {
        let mut pairing = Pairing::new(container);
        if let Some(existing) = &args.existing {
            let read = reader.read(existing, "existing")?;
            pairing.reference = Some(Reference::known(existing.clone(), None, Ok(read)));
        }
        pairing.notes_created = args.created == Some(Created::Note);
        pairing.plan(reader, plan)?;
        return Ok(Some(pairing.done()));
    }
    let (Some(existing), [new]) = (&args.existing, args.new.as_slice()) else { return Ok(None) };
    if is_directory(existing) && !is_directory(new) {
        return Err(Failure::validation(format!(
            "{existing} is a directory and {new} is not: as rules, give its policies with `--existing-dir`"
        )));
    }
    paired_files(existing, new, container, reader)
}

/// Returns the policies after a plan, with the policies before it.
///
/// # Errors
/// The file cannot be read, or is not a plan.
pub(crate) fn paired_plan(
    plan: &str,
    args: &ContainerArgs,
    reader: &mut Reader,
) -> Result<PairedInputs, Failure> {
    let mut pairing = Pairing::new(args);
    pairing.plan(reader, plan)?;
    Ok(pairing.done())
}

/// Returns the pairs of policies of two directories or of two files with several policies; `None` if the arguments are neither.
///
/// # Errors
/// A file cannot be read, or only one of the files contains several policies.
pub(crate) fn paired_files(
    existing: &str,
    new: &str,
    args: &ContainerArgs,
    reader: &mut Reader,
) -> Result<Option<PairedInputs>, Failure> {
    let mut pairing = Pairing::new(args);
    let [old_path, new_path] = [existing, new].map(|argument| Path::new(path_of(argument)));
    if is_directory(existing) && is_directory(new) {
        reader.beside([existing, new].into_iter().flat_map(|directory| below(path_of(directory))));
        pairing.directories(reader, path_of(existing), path_of(new));
        return Ok(Some(pairing.done()));
    }
    if !old_path.is_file() || !new_path.is_file() {
        return Ok(None);
    }
    match (reader.open(existing, "existing")?, reader.open(new, "new")?) {
        (Opened::Several(old), Opened::Several(new_file)) => pairing.containers(&old, &new_file, new),
        (Opened::Several(old), Opened::One(_)) if old.entries.len() != 1 => {
            return Err(Failure::validation(format!(
                "{existing} holds {} policies and {new} is one: name one as {existing}#NAME",
                old.entries.len()
            )));
        }
        (old, opened) => {
            reader.keep(existing, old);
            reader.keep(new, opened);
            return Ok(None);
        }
    }
    Ok(Some(pairing.done()))
}

/// True if a plan leaves a resource as it is whose policies are not known.
fn is_kept_unknown(entry: &Entry) -> bool {
    let is_unknown = |content: &Content| matches!(content, Content::Unknown { .. });
    entry.change == Change::NoOp
        && is_unknown(&entry.content)
        && entry.before.as_ref().is_some_and(is_unknown)
}

struct Pairing<'a> {
    args: &'a ContainerArgs,
    /// The policy with which created ones are compared.
    reference: Option<Reference>,
    notes_created: bool,
    /// True if files without a policy are skipped, so that a policy that becomes one is deleted.
    skips: bool,
    list: Vec<Input>,
    references: Vec<Option<Reference>>,
    files: Vec<Holding>,
    unchanged: usize,
}

impl<'a> Pairing<'a> {
    fn new(args: &'a ContainerArgs) -> Pairing<'a> {
        Pairing {
            args,
            reference: None,
            notes_created: false,
            skips: false,
            list: Vec::new(),
            references: Vec::new(),
            files: Vec::new(),
            unchanged: 0,
        }
    }

    fn done(self) -> PairedInputs {
        let Pairing { list, references, files, unchanged, .. } = self;
        let inputs = Inputs { list, are_many: true, unread: Vec::new(), files };
        PairedInputs { inputs, references, unchanged }
    }

    fn plan(&mut self, reader: &mut Reader, file: &str) -> Result<(), Failure> {
        let container = match reader.open(file, "plan")? {
            Opened::Several(container) => container,
            Opened::One(read) => match Failure::of_documents([&read]) {
                Some(failure) => return Err(failure),
                None => return Err(unreadable(file, "it is a policy, not a plan")),
            },
        };
        if container.kind != crate::container::ContainerKind::Plan {
            return Err(unreadable(file, format!("it is a {}, not a plan", container.kind.name())));
        }
        for entry in &container.entries {
            if is_kept_unknown(entry) {
                self.unchanged += 1;
                continue;
            }
            let before = entry.before.as_ref().map_or(&Content::Absent, |before| before);
            let argument = format!("{file}#{}{BEFORE}", entry.name);
            let selected = Selected::of(&container, entry, &self.args.options(), true);
            self.add(&container, file, entry, (before, argument, Some(selected)));
        }
        for change in planned_links(&container) {
            let is_made = change.policy.is_some_and(|policy| !policy.was_there());
            let is_deleted = change.policy.is_some_and(|policy| !policy.is_there());
            self.link((&container, file), &change, (is_made, is_deleted));
        }
        self.unblocked(file, planned_block_changes(&container));
        self.finish(&container, file);
        Ok(())
    }

    /// Adds the settings that no longer block public access.
    fn unblocked(&mut self, file: &str, changes: Vec<BlockChange<'_>>) {
        let inputs: Vec<Input> =
            changes.iter().filter_map(|change| links::unblocked(file, change, self.args)).collect();
        self.references.extend(inputs.iter().map(|_| None));
        self.list.extend(inputs);
    }

    fn containers(&mut self, old: &Container, new: &Container, file: &str) {
        let old_file = old.source.name();
        for Pair { old: before, new: entry, condition } in pairs(old, new) {
            match (before, entry) {
                (Some(_), Some(entry)) if let Some(condition) = condition => {
                    self.conditional(new, file, entry, condition);
                }
                (Some(before), Some(entry)) => {
                    let argument = format!("{old_file}#{}", before.name);
                    let selected = Selected::of(old, before, &self.args.options(), false);
                    self.add(new, file, entry, (&before.content, argument, Some(selected)));
                }
                (None, Some(entry)) => self.add(new, file, entry, (&Content::Absent, String::new(), None)),
                (Some(before), None) => {
                    let gone = Entry { content: Content::Absent, ..before.clone() };
                    let argument = format!("{old_file}#{}", before.name);
                    self.add(old, old_file, &gone, (&before.content, argument, None));
                }
                (None, None) => {}
            }
        }
        let [before, after] = [old, new].map(|container| -> BTreeSet<&str> {
            container.entries.iter().map(|entry| entry.key.as_str()).collect()
        });
        for change in changed_links(old, new) {
            let lacks = |keys: &BTreeSet<&str>| {
                change.policy.is_some_and(|policy| !keys.contains(policy.key.as_str()))
            };
            let of_file = if change.is_new { (new, file) } else { (old, old_file) };
            self.link(of_file, &change, (lacks(&before), lacks(&after)));
        }
        self.unblocked(old_file, changed_blocks(old, new));
        self.finish(new, file);
        let stacks = changed_stacks(old, new, self.args);
        self.references.extend(stacks.iter().map(|_| None));
        self.list.extend(stacks);
        let before = incomplete(old, old_file, self.args);
        self.references.extend(before.iter().map(|_| None));
        self.list.extend(before);
    }

    fn finish(&mut self, container: &Container, file: &str) {
        let rest = incomplete(container, file, self.args);
        self.references.extend(rest.iter().map(|_| None));
        self.list.extend(rest);
        self.files.push(Holding {
            name: file.to_owned(),
            policies: container.entries.len(),
            chosen: container.entries.iter().filter(|entry| is_chosen(entry, self.args)).count(),
            parts: parts(container),
            notes: container.notes.iter().map(|note| Issue::of_diagnostic(&container.source, note)).collect(),
        });
    }

    /// Adds a policy with its previous version, and the names of both.
    fn add(
        &mut self,
        container: &Container,
        file: &str,
        entry: &Entry,
        (before, argument, selected): (&Content, String, Option<Selected>),
    ) {
        if !is_chosen(entry, self.args) {
            return;
        }
        let mut input = of_entry(container, file, entry, self.args);
        let mut reference = None;
        let is_skipped = matches!(input.standing, Standing::Skipped(_));
        if !is_skipped && (before.is_partial() || entry.content.is_partial()) {
            reference = self.partial(&mut input, entry, (before, argument, selected));
        } else if matches!(input.standing, Standing::Judged) {
            match (before, &entry.content) {
                (Content::Absent, Content::Absent) => return,
                (Content::Absent, _) => reference = self.created(&mut input),
                (before, Content::Absent) => {
                    input.read = read(before);
                    input.argument = argument;
                    input.standing = match open(entry, before) {
                        Some((issue, why)) => Standing::Open(Box::new(issue), why),
                        None => Standing::Deleted,
                    };
                }
                (before, after) => match open(entry, before) {
                    Some((issue, why)) => input.standing = Standing::Open(Box::new(issue), why),
                    None if are_same(before, after) => {
                        self.unchanged += 1;
                        return;
                    }
                    None => reference = Some(Reference::known(argument, None, read(before))),
                },
            }
        }
        self.list.push(input);
        self.references.push(reference);
    }

    /// Returns the policy with which one is compared, if either has unknown values. The input stays undecided, unless the check
    /// decides it for every value.
    fn partial(
        &self,
        input: &mut Input,
        entry: &Entry,
        (before, argument, selected): (&Content, String, Option<Selected>),
    ) -> Option<Reference> {
        if matches!(input.standing, Standing::Judged)
            && let Some((issue, why)) = open(entry, before)
        {
            input.standing = Standing::Open(Box::new(issue), why);
        }
        match (before, &entry.content) {
            (Content::Absent, _) if self.notes_created => {
                self.created(input);
                None
            }
            (Content::Absent, _) => self.reference.clone(),
            (_, Content::Absent) => None,
            (before, _) => {
                let partial = selected.filter(|_| before.is_partial());
                let partial = partial.map(|selected| Box::new((before.clone(), selected)));
                Some(Reference { argument, rule: None, read: read(before), partial })
            }
        }
    }

    /// Adds a new or removed link: whatever its policy allows is new, or what it denied is not denied any more.
    fn link(&mut self, of_file: (&Container, &str), change: &LinkChange<'_>, standing: (bool, bool)) {
        let Some(mut input) = links::changed(of_file, change, standing, self.args) else { return };
        let reference = match input.standing {
            Standing::Created => self.created(&mut input),
            _ => None,
        };
        self.list.push(input);
        self.references.push(reference);
    }

    /// Returns the policy with which a created one is compared, if there is one.
    fn created(&self, input: &mut Input) -> Option<Reference> {
        input.standing = match &self.reference {
            _ if self.notes_created => {
                Standing::Skipped("the plan creates it, and created policies are only listed".to_owned())
            }
            Some(_) => Standing::Judged,
            None => Standing::Created,
        };
        self.reference.clone().filter(|_| !self.notes_created)
    }

    /// Adds a policy that the two files contain under different conditions: it is not known which versions exist together.
    fn conditional(&mut self, container: &Container, file: &str, entry: &Entry, condition: &str) {
        if !is_chosen(entry, self.args) {
            return;
        }
        let mut input = of_entry(container, file, entry, self.args);
        if matches!(input.standing, Standing::Judged) {
            let (issue, why) = other_condition(entry, condition);
            input.standing = Standing::Open(Box::new(issue.at(&container.source, entry.span, "")), why);
        }
        self.list.push(input);
        self.references.push(None);
    }

    /// Pairs the files of two directories by their relative paths.
    fn directories(&mut self, reader: &mut Reader, old: &str, new: &str) {
        let mut sides = Sides::default();
        for (side, directory) in sides.iter_mut().zip([old, new]) {
            for file in below(directory) {
                match file {
                    Ok(path) => {
                        side.insert(relative(&path, directory).to_owned(), SideFile::Present(path));
                    }
                    Err(failure) => self.failed(directory, failure),
                }
            }
        }
        self.sides(reader, &sides);
    }

    /// Pairs the files of two sides by their names.
    fn sides(&mut self, reader: &mut Reader, [before, after]: &Sides) {
        let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            match (before.get(name), after.get(name)) {
                (Some(old), Some(new)) => self.files(reader, old, new),
                (None, Some(new)) => self.one_sided(reader, new, &Standing::Created),
                (Some(old), None) => self.one_sided(reader, old, &Standing::Deleted),
                (None, None) => {}
            }
        }
    }

    fn files(&mut self, reader: &mut Reader, old: &SideFile, new: &SideFile) {
        let opened = (old.open(reader, "existing"), new.open(reader, "new"));
        let (old, new) = (old.argument(), new.argument());
        match opened {
            (Ok(Opened::Several(before)), Ok(Opened::Several(after))) => {
                self.containers(&before, &after, new)
            }
            (Ok(Opened::One(before)), Ok(Opened::One(after))) => {
                let is_none = |file: &str, read: &Read| {
                    self.skips
                        && Input::plain(String::new(), file.to_owned(), Ok(read.clone())).is_no_policy()
                };
                match (is_none(old, &before), is_none(new, &after)) {
                    (true, false) => return self.standing(new, after, Standing::Created),
                    (false, true) => return self.standing(old, before, Standing::Deleted),
                    _ => {}
                }
                if before.source.text() == after.source.text() && after.document.is_some() {
                    self.unchanged += 1;
                    return;
                }
                self.list.push(Input::plain(new.to_owned(), new.to_owned(), Ok(after)));
                self.references.push(Some(Reference::known(old.to_owned(), None, Ok(before))));
            }
            (Ok(_), Ok(_)) => {
                let why = format!("{old} and {new} are files of different kinds");
                self.failed(new, Failure::validation(why));
            }
            (Err(failure), _) | (_, Err(failure)) => self.failed(new, failure),
        }
    }

    fn one_sided(&mut self, reader: &mut Reader, file: &SideFile, standing: &Standing) {
        let is_new = matches!(standing, Standing::Created);
        let opened = file.open(reader, "policy");
        let file = file.argument();
        match opened {
            Ok(Opened::Several(container)) => {
                let nothing = Container {
                    entries: Vec::new(),
                    attachments: Vec::new(),
                    incomplete: Vec::new(),
                    nested: BTreeMap::new(),
                    ..(*container).clone()
                };
                match is_new {
                    true => self.containers(&nothing, &container, file),
                    false => self.containers(&container, &nothing, file),
                }
            }
            Ok(Opened::One(read)) => self.standing(file, read, standing.clone()),
            Err(failure) => self.failed(file, failure),
        }
    }

    /// Adds a policy that only one side has.
    fn standing(&mut self, file: &str, read: Read, standing: Standing) {
        let input = Input::plain(file.to_owned(), file.to_owned(), Ok(read));
        self.list.push(Input { standing, ..input });
        self.references.push(None);
    }

    fn failed(&mut self, file: &str, failure: Failure) {
        self.list.push(Input::plain(file.to_owned(), file.to_owned(), Err(failure)));
        self.references.push(None);
    }
}

/// True if two policies mean the same, statement by statement, and have no faults. A policy that is only assumed to be the right
/// one is compared by a check, whose answer names the assumption.
fn are_same(before: &Content, after: &Content) -> bool {
    if matches!(after, Content::Text { origin: Origin::Presumed, .. }) {
        return false;
    }
    match (before.document(), after.document()) {
        (Some(before), Some(after)) => before.to_string() == after.to_string(),
        _ => false,
    }
}
