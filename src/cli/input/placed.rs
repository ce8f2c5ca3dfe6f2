//! The policies of a file with several, as separate inputs.

use super::inputs::{Holding, Input, Standing};
use crate::cli::args::ContainerArgs;
use crate::cli::output::Output;
use crate::code::Code;
use crate::container::{Change, Container, Content, Entry, Selected, State};
use crate::diagnostic::Diagnostic;
use crate::policy::Read;
use crate::report::{Failure, Issue, Kind};
use crate::span::Span;
use crate::surface;
use std::collections::BTreeSet;

/// The inputs of a file.
pub(crate) struct Found {
    pub(crate) list: Vec<Input>,
    pub(crate) holding: Holding,
}

/// Returns the policies of a file that are to be checked, in their current version (for a plan, the version after it).
pub(crate) fn of_container(container: &Container, file: &str, args: &ContainerArgs) -> Found {
    let chosen: Vec<&Entry> = container.entries.iter().filter(|entry| is_chosen(entry, args)).collect();
    let mut list: Vec<Input> = chosen
        .iter()
        .filter(|entry| !matches!(entry.state(), State::Deleted | State::Absent))
        .map(|entry| of_entry(container, file, entry, args))
        .collect();
    list.extend(incomplete(container, file, args));
    let holding = Holding {
        name: file.to_owned(),
        policies: container.entries.len(),
        chosen: chosen.len(),
        parts: parts(container),
        notes: container.notes.iter().map(|note| Issue::of_diagnostic(&container.source, note)).collect(),
    };
    Found { list, holding }
}

/// Returns the reasons why the file as a whole is undecided.
pub(crate) fn incomplete(container: &Container, file: &str, args: &ContainerArgs) -> Vec<Input> {
    let of = |fault: &Diagnostic| {
        let issue = surface::incomplete(&container.source, fault);
        Input { name: file.to_owned(), ..open(file, fault.code.as_str(), issue, args) }
    };
    container.incomplete.iter().map(of).collect()
}

/// Returns the nested stacks that only one side has, or that pass other values, as undecided: their templates are compared on their
/// own, and what changes by that is not.
pub(crate) fn changed_stacks(old: &Container, new: &Container, args: &ContainerArgs) -> Vec<Input> {
    let told = |container: &Container, name: &str| container.nested.get(name).map(|(told, _)| told.clone());
    let names: BTreeSet<&String> = old.nested.keys().chain(new.nested.keys()).collect();
    let differs = |name: &&String| told(old, name) != told(new, name);
    let of = |name: &String| {
        let container = if new.nested.contains_key(name) { new } else { old };
        let (_, span) = container.nested.get(name)?;
        let title = format!("{name}: the nested stack is added, is removed or is passed other values");
        let help =
            "give its template with `--with FILE`, so that its policies are compared with these values";
        let issue = Issue::new(Kind::Unknown, Code::NestedStack, title).at(&container.source, *span, "");
        Some(open(container.source.name(), name, issue.with_note("help", help), args))
    };
    names.into_iter().filter(differs).filter_map(of).collect()
}

/// True if the flags choose the policy.
pub(crate) fn is_chosen(entry: &Entry, args: &ContainerArgs) -> bool {
    let by_name = args.select.is_empty() || args.select.iter().any(|glob| matches(glob, &entry.name));
    let by_kind = args.kind.is_empty() || entry.kind.is_none_or(|kind| args.kind.contains(&kind));
    let by_change = !args.changed || !matches!(entry.change, Change::NoOp | Change::Forget);
    by_name && by_kind && by_change
}

/// Returns a policy of a file.
pub(crate) fn of_entry(container: &Container, file: &str, entry: &Entry, args: &ContainerArgs) -> Input {
    let name = format!("{file}#{}", entry.name);
    let place = Span { start: entry.span.start, end: entry.span.end };
    let standing = match (skipped(&entry.name, args), surface::open(entry, &entry.content)) {
        (Some(reason), _) => Standing::Skipped(reason),
        (None, Some((issue, why))) => Standing::Open(Box::new(issue.at(&container.source, place, "")), why),
        (None, None) => Standing::Judged,
    };
    let read = read(&entry.content);
    let blocks = container.blocks_of(entry).cloned().collect();
    let argument = match file {
        "<stdin>" => format!("-#{}", entry.name),
        _ => name.clone(),
    };
    let selected = Some(Box::new(Selected::of(container, entry, &args.options(), false)));
    let entry = Some(Box::new(entry.clone()));
    Input { argument, name, read, standing, entry, blocks, selected }
}

/// Returns the text of a content, or the reason why there is none.
pub(crate) fn read(content: &Content) -> Result<Read, Failure> {
    match content {
        Content::Text { read, .. } => Ok(read.clone()),
        content => Err(Failure::validation(surface::unknown(content))),
    }
}

/// Describes the number of parts of a file.
pub(crate) fn parts(container: &Container) -> String {
    match (container.resources, container.kind.parts()) {
        (1, "resources") => "1 resource".to_owned(),
        (count, parts) => format!("{count} {parts}"),
    }
}

/// Removes policies that are skipped, with a note, and makes secret ones an error.
///
/// # Errors
/// `--select` or `--skip` leaves no policy: an answer about no policy says nothing.
pub(crate) fn as_one_set(
    list: &mut Vec<Input>,
    args: &ContainerArgs,
    output: &mut Output,
) -> Result<(), Failure> {
    list.retain(|input| match &input.standing {
        Standing::Skipped(why) => {
            output.note(&format!("skipped {}: {why}", input.name));
            false
        }
        _ => true,
    });
    let is_empty = list.is_empty();
    for input in list {
        if let Some(entry) = input.entry.as_ref().filter(|entry| entry.sensitive && !args.show_sensitive) {
            input.read = Err(Failure::validation(format!(
                "the file marks {} as sensitive: `--show-sensitive` shows findings in it",
                entry.name
            )));
        } else if let Standing::Open(issue, why) = &input.standing {
            // A policy that is missing from the file already says so.
            let told = if issue.title == *why { why.clone() } else { format!("{}: {why}", input.name) };
            input.read = Err(Failure::undecided((**issue).clone(), told));
        }
    }
    if is_empty {
        if !(args.select.is_empty() && args.skip.is_empty()) {
            return Err(Failure::validation("none of the inputs holds a policy that is chosen"));
        }
        output.judged_nothing();
    }
    Ok(())
}

/// Returns the texts of all policies of a set.
///
/// # Errors
/// A text cannot be read; or else, one is not known.
pub(crate) fn texts(list: Vec<Input>) -> Result<Vec<Read>, Failure> {
    let (mut reads, mut open) = (Vec::with_capacity(list.len()), None::<Failure>);
    for input in list {
        match input.read {
            Ok(read) => reads.push(read),
            Err(failure) if failure.open.is_some() => open = open.or(Some(failure)),
            Err(failure) => return Err(failure),
        }
    }
    match open {
        // Faults of other policies are worse than unknown ones.
        Some(open) => match Failure::of_documents(&reads) {
            Some(faults) => Err(faults),
            None => Err(open),
        },
        None => Ok(reads),
    }
}

/// Returns an input without a text.
pub(super) fn open(file: &str, name: &str, issue: Issue, args: &ContainerArgs) -> Input {
    let standing = match skipped(name, args) {
        Some(reason) => Standing::Skipped(reason),
        None => {
            let why = issue.title.clone();
            Standing::Open(Box::new(issue), why)
        }
    };
    let read = Err(Failure::validation("the file holds no text for this policy"));
    Input {
        argument: file.to_owned(),
        name: format!("{file}#{name}"),
        read,
        standing,
        entry: None,
        blocks: Vec::new(),
        selected: None,
    }
}

/// Returns the reason for which a name is skipped.
pub(crate) fn skipped(name: &str, args: &ContainerArgs) -> Option<String> {
    args.skip.iter().find(|(glob, _)| matches(glob, name)).map(|(_, reason)| reason.clone())
}

/// True if a pattern matches the whole name. Only `*` and `?` are wildcards, because names contain brackets.
pub(crate) fn matches(glob: &str, name: &str) -> bool {
    let (glob, name): (Vec<char>, Vec<char>) = (glob.chars().collect(), name.chars().collect());
    let (mut at, mut place, mut star) = (0, 0, None);
    while let Some(letter) = name.get(at) {
        match glob.get(place) {
            Some('*') => {
                star = Some((place, at));
                place += 1;
            }
            Some('?') => (at, place) = (at + 1, place + 1),
            Some(sign) if sign == letter => (at, place) = (at + 1, place + 1),
            _ => match star {
                Some((before, from)) => {
                    star = Some((before, from + 1));
                    (at, place) = (from + 1, before + 1);
                }
                None => return false,
            },
        }
    }
    glob.iter().skip(place).all(|sign| *sign == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn brackets_of_names_are_no_classes() {
        assert!(matches("aws_iam_role.r[\"a.b\"].*", "aws_iam_role.r[\"a.b\"].assume_role_policy"));
        assert!(matches("*role*policy", "aws_iam_role.x.assume_role_policy") && matches("*", ""));
        assert!(!matches("a?", "a") && !matches("a", "ab") && !matches("*b", "abc"));
    }
}
