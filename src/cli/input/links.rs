//! Policies by their links: those that a file attaches and does not hold, and links that a change makes or takes away.

use super::inputs::{Input, Standing};
use super::link_names::{document_of, gives, name};
use super::placed::{matches, of_entry, open, read, skipped};
use super::reader::Reader;
use crate::cli::args::ContainerArgs;
use crate::container::{
    Attachment, BlockChange, Container, Link, LinkChange, NamedLink, PolicyKind, named_links, unread_links,
};
use crate::report::{Failure, Issue};
use crate::surface;

/// The policies that a file attaches, and whose documents are not in it.
pub(super) fn unread(container: &Container, file: &str, args: &ContainerArgs) -> Vec<Input> {
    let links = unread_links(container).filter(|link| is_chosen(link, args));
    let input = |link: &Attachment| {
        given(link, file, args).unwrap_or_else(|| missing(link, file, surface::not_read(link, file), args))
    };
    links.map(|link| unless_skipped(link, input(link), args)).collect()
}

/// The input for a link that a change makes or takes away; `None` if it needs none: its policy is judged as new or as deleted
/// already, or the link lets nothing more through.
///
/// `was_there` and `is_there` say whether a policy of the file is there before and after.
pub(super) fn changed(
    (container, file): (&Container, &str),
    change: &LinkChange<'_>,
    (is_made, is_deleted): (bool, bool),
    args: &ContainerArgs,
) -> Option<Input> {
    let LinkChange { link, is_new, policy, .. } = change;
    let needs_none = match (link.link, is_new) {
        (Link::Profile, _) | (Link::Boundary, true) => true,
        (Link::Policy | Link::Membership, true) => is_made,
        (Link::Policy | Link::Membership, false) => is_deleted,
        (Link::Boundary, false) => false,
    };
    if needs_none || !is_chosen(link, args) {
        return None;
    }
    let standing = if *is_new { Standing::Created } else { Standing::Deleted };
    let input = match (link.link, policy) {
        (Link::Policy | Link::Membership, Some(entry)) => {
            let content = match &entry.before {
                Some(before) if !is_new && entry.was_there() => before,
                _ => &entry.content,
            };
            let mut input = of_entry(container, file, entry, args);
            input.name = name(link, Some(entry), file);
            if !matches!(input.standing, Standing::Skipped(_)) {
                input.read = read(content);
                input.standing = match surface::open(entry, content) {
                    Some((issue, why)) => Standing::Open(Box::new(issue), why),
                    None => standing,
                };
            }
            input
        }
        (Link::Policy, None) if let Some(given) = given(link, file, args) => match given.standing {
            Standing::Judged => Input { standing, ..given },
            _ => given,
        },
        _ => missing(link, file, surface::changed_link(change, file), args),
    };
    Some(unless_skipped(link, input, args))
}

/// The input for settings that a change takes away from a bucket.
pub(super) fn unblocked(file: &str, change: &BlockChange<'_>, args: &ContainerArgs) -> Option<Input> {
    let address = &change.block.address;
    let by_kind = args.kind.is_empty() || args.kind.contains(&PolicyKind::Resource);
    let by_name = args.select.is_empty() || args.select.iter().any(|glob| matches(glob, address));
    (by_kind && by_name).then(|| open(file, address, surface::changed_block(change), args))
}

/// True if the flags choose the link: links are looked at where policies of identities are.
fn is_chosen(link: &Attachment, args: &ContainerArgs) -> bool {
    let by_kind = args.kind.is_empty() || args.kind.contains(&PolicyKind::Identity);
    by_kind && (args.select.is_empty() || args.select.iter().any(|glob| matches(glob, &link.name(None))))
}

fn missing(link: &Attachment, file: &str, issue: Issue, args: &ContainerArgs) -> Input {
    open(file, &link.name(None), issue, args)
}

/// The input, passed over if the flags name the link or its policy.
fn unless_skipped(link: &Attachment, input: Input, args: &ContainerArgs) -> Input {
    let by_name = skipped(&link.name(None), args);
    match by_name.or_else(|| skipped(surface::attached(link), args)) {
        Some(reason) => Input { standing: Standing::Skipped(reason), ..input },
        None => input,
    }
}

/// The policy of a link from the directory of managed policies, if that has it.
fn given(link: &Attachment, file: &str, args: &ContainerArgs) -> Option<Input> {
    let path = document_of(link, args.managed_policies.as_deref())?;
    let read = Reader::new(args).read(&path, "policy");
    Some(Input::plain(path, name(link, None, file), read))
}

/// The inputs that the name of a link stands for: its policy, or those of the group; `None` if no link has the name.
pub(super) fn by_name(
    (container, file): (&Container, &str),
    (argument, named): (&str, &str),
    args: &ContainerArgs,
) -> Option<Vec<Input>> {
    let links = named_links(container, named);
    let input = |NamedLink { link, policy }: &NamedLink<'_>| {
        if let Some(entry) = policy.filter(|_| gives(link)) {
            let input = of_entry(container, file, entry, args);
            return Input { argument: argument.to_owned(), name: name(link, Some(entry), file), ..input };
        }
        let is_unread = unread_links(container).any(|unread| std::ptr::eq(unread, *link));
        match given(link, file, args) {
            Some(given) if gives(link) => given,
            _ if is_unread || link.link == Link::Policy => {
                missing(link, file, surface::not_read(link, file), args)
            }
            _ => {
                let failure = Failure::validation(surface::no_policy(link, &name(link, None, file)));
                Input::plain(argument.to_owned(), name(link, None, file), Err(failure))
            }
        }
    };
    (!links.is_empty()).then(|| links.iter().map(input).collect())
}
