//! The one policy that the name of a link stands for, where one policy is needed.

use crate::container::{Attachment, Container, Entry, Link, NamedLink, named_links};
use crate::report::Failure;
use crate::surface;
use std::path::Path;

/// The argument that names the one policy which the name of a link stands for; `None` if no link has the name.
pub(super) fn one_by_name(
    (container, file): (&Container, &str),
    named: &str,
    directory: Option<&str>,
) -> Option<Result<String, Failure>> {
    let links = named_links(container, named);
    let NamedLink { link, policy } = match links.as_slice() {
        [] => return None,
        [one] => *one,
        several => {
            let policies: Vec<String> =
                several.iter().map(|one| format!("{file}#{}", one.link.name(one.policy))).collect();
            return Some(Err(Failure::validation(format!(
                "{file}#{named} stands for {} policies, and one is needed here: {}",
                several.len(),
                policies.join(", ")
            ))));
        }
    };
    Some(match (policy, document_of(link, directory)) {
        (Some(entry), _) if gives(link) => Ok(format!("{file}#{}", entry.name)),
        (None, Some(path)) if gives(link) => Ok(path),
        _ if link.link == Link::Policy => {
            let issue = surface::not_read(link, file);
            let title = issue.title.clone();
            Err(Failure::undecided(issue, title))
        }
        _ => Err(Failure::validation(surface::no_policy(link, &name(link, None, file)))),
    })
}

/// The file of the policy of a link in the directory of managed policies.
pub(super) fn document_of(link: &Attachment, directory: Option<&str>) -> Option<String> {
    let path = Path::new(directory?).join(surface::given_in(link)?);
    path.is_file().then(|| path.display().to_string())
}

/// True if a link gives what a policy allows.
pub(super) fn gives(link: &Attachment) -> bool {
    matches!(link.link, Link::Policy | Link::Membership)
}

/// The name of a link, or of one of the policies of a group that it gives.
pub(super) fn name(link: &Attachment, policy: Option<&Entry>, file: &str) -> String {
    format!("{file}#{}", link.name(policy))
}
