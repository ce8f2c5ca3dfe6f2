//! The requests that an answer is about, in words.

use crate::catalogue::Edition;
use crate::check::Answer;
use crate::query::World;
use crate::request::RequestPart;
use crate::solve::Finding;

/// Returns the requests for which a proof holds: `every request`, or those that AWS lists, with the day.
///
/// ```
/// use iamsat::{catalogue::Catalogue, query::World, report::every_request};
/// let edition = Catalogue::embedded().edition();
/// assert_eq!(every_request(World::Open, None), "every request");
/// assert!(every_request(World::Catalogue, Some(&edition)).starts_with("every request that AWS lists (catalogue of 2026-"));
/// ```
pub fn every_request(world: World, edition: Option<&Edition>) -> String {
    match listed(world, edition) {
        None => "every request".to_owned(),
        Some(listed) => format!("every request {listed}"),
    }
}

/// Returns the end of a sentence about an answer that is not a proof; nothing for an answer about all requests.
///
/// ```
/// use iamsat::{query::World, report::among};
/// assert_eq!(among(World::Open, None), "");
/// ```
pub fn among(world: World, edition: Option<&Edition>) -> String {
    listed(world, edition).map_or_else(String::new, |listed| format!(", among the requests {listed}"))
}

fn listed(world: World, edition: Option<&Edition>) -> Option<String> {
    let name = match edition {
        // A catalogue of one's own has its digest in its name.
        Some(Edition { name, date, .. }) if name.ends_with(date) => format!("catalogue of {date}"),
        Some(Edition { name, date, .. }) => format!("{name} of {date}"),
        None => "an unknown catalogue".to_owned(),
    };
    match world {
        World::Open => None,
        World::ListedActions => Some(format!("for actions that AWS lists ({name})")),
        World::Catalogue => Some(format!("that AWS lists ({name})")),
    }
}

/// Names the day of the catalogue that an answer about all requests depends on; nothing for one that depends on none, and for
/// one whose sentence says so already.
pub(in crate::report) fn dated(world: World, edition: Option<&Edition>) -> String {
    let edition = edition.filter(|_| world == World::Open);
    edition.map_or_else(String::new, |edition| format!(" (names of AWS as listed on {})", edition.date))
}

/// Returns the end of a sentence about a FAIL that no request for a listed action shows.
pub(in crate::report) fn latent(answer: &Answer) -> String {
    match &answer.edition {
        Some(edition) if answer.is_latent() => {
            format!(", by no action that AWS lists today ({}): proved", edition.date)
        }
        _ => String::new(),
    }
}

/// Returns the note of a finding that no request shows that AWS lists.
pub(in crate::report) fn unlisted(answer: &Answer, finding: &Finding) -> Option<String> {
    let (unlisted, edition) = (finding.unlisted.as_ref()?, answer.edition.as_ref()?);
    let date = &edition.date;
    Some(match unlisted.part {
        RequestPart::Action => format!("no action that AWS lists today ({date}) does this: proved"),
        RequestPart::Resource | RequestPart::Key | RequestPart::Values => {
            format!("no request that AWS lists today ({date}) does this: proved; {}", unlisted.why)
        }
    })
}
