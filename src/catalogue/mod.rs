//! AWS's services, actions, resource types and condition keys on a given day.
//!
//! A catalogue holds facts of the Service Authorization Reference: which actions exist, at which access level, about which
//! resources, with which condition keys, and of which type these are. [`Catalogue::embedded`] is part of the program and opened
//! piece by piece; [`Catalogue::read`] checks a newer one as a whole. Both have a date and a digest, and an answer that used one
//! names it.
//!
//! A fact here is about AWS on that day, not about every request that a policy may ever see: it chooses examples and names, and
//! it decides a verdict only where the answer says so.
//!
//! ```
//! use iamsat::catalogue::Catalogue;
//! let aws = Catalogue::embedded();
//! let action = aws.action("s3:getobject").unwrap();
//! assert_eq!(action.full_name(), "s3:GetObject");
//! assert_eq!(action.levels().to_string(), "Read");
//! assert!(action.rows().any(|row| row.resource().name() == "object"));
//! ```

mod action;
mod changes;
mod error;
mod format;
mod head;
mod key;
mod key_names;
mod level;
mod packed;
mod pattern;
mod read;
mod read_service;
mod service;
mod similar;
mod stands_for;
#[cfg(test)]
mod tests;

pub use action::{Action, ResourceType, Row};
pub use changes::Change;
pub use error::CatalogueError;
pub use format::ArnFormat;
pub use head::Origin;
pub use key::{Carried, Key};
pub use level::{KeyType, Level, Levels};
pub use service::Service;
pub use stands_for::StandsFor;

use crate::index::broken;
use crate::limits::CatalogueLimits;
use crate::policy::{ActionPattern, Part, Template};
use head::Head;
use key_names::KeyNames;
use packed::{Block, Layout, Place};
use read_service::read_service;
use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

static EMBEDDED: &[u8] = include_bytes!("../../data/catalogue/iam-catalogue.bin");
/// Digest of the text form of the embedded catalogue, in hexadecimal. A test compares the two.
static EMBEDDED_DIGEST: &str = include_str!("../../data/catalogue/iam-catalogue.sha256");

/// AWS's services, actions, resource types and condition keys on a given day.
pub struct Catalogue {
    head: Head,
    /// The lines of the head.
    head_text: String,
    digest: String,
    /// Sorted by prefix.
    entries: Vec<Entry>,
    /// Prefixes of keys that services with another prefix list, with these services.
    foreign: Vec<(String, Vec<String>)>,
    /// Blocks that services are still to be read from.
    blocks: Vec<LazyBlock>,
    list_keys: OnceLock<KeyNames>,
}

/// The identity of a catalogue, for answers that used it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Edition {
    /// See [`Catalogue::name`].
    pub name: String,
    /// See [`Catalogue::date`].
    pub date: String,
    /// See [`Catalogue::digest`].
    #[serde(rename = "sha256")]
    pub digest: String,
}

#[derive(Debug)]
struct Entry {
    prefix: String,
    place: Place,
    service: OnceLock<Service>,
}

#[derive(Debug)]
struct LazyBlock {
    packed: Block<'static>,
    text: OnceLock<String>,
}

impl Catalogue {
    /// Returns the catalogue that is part of the program.
    pub fn embedded() -> &'static Catalogue {
        static OPENED: OnceLock<Catalogue> = OnceLock::new();
        OPENED.get_or_init(Catalogue::lazily)
    }

    /// Opens the catalogue that is part of the program once more, with nothing read of its services: for measurements.
    pub fn lazily() -> Catalogue {
        embedded(Catalogue::open(EMBEDDED))
    }

    /// Opens a packed catalogue whose services are read when they are asked for.
    fn open(bytes: &'static [u8]) -> Result<Catalogue, CatalogueError> {
        let blocks = packed::blocks(bytes, &CatalogueLimits::default())?;
        let first = blocks.first().map_or(Ok(String::new()), Block::text)?;
        let (head, index) = packed::read_index(&first)?;
        let head_text = first.split_inclusive('\n').take(head.length).collect();
        let mut layout = Layout::new();
        let entry = |(prefix, length)| Entry { prefix, place: layout.next(length), service: OnceLock::new() };
        Ok(Catalogue {
            head,
            head_text,
            digest: EMBEDDED_DIGEST.trim().to_owned(),
            entries: index.services.into_iter().map(entry).collect(),
            foreign: index.foreign,
            blocks: blocks.into_iter().map(|packed| LazyBlock { packed, text: OnceLock::new() }).collect(),
            list_keys: OnceLock::new(),
        })
    }

    /// Says where the facts come from, and how many there are.
    pub fn origin(&self) -> &Origin {
        &self.head.origin
    }

    /// Returns the day of the facts: `2026-09-26`.
    pub fn date(&self) -> &str {
        &self.head.origin.date
    }

    /// Returns the SHA-256 of the text form, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Returns the name under which answers mention it: `catalogue-2026-09-26`, or `catalogue-custom-` and the start of its digest.
    pub fn name(&self) -> String {
        if self.digest == EMBEDDED_DIGEST.trim() {
            return format!("catalogue-{}", self.date());
        }
        format!("catalogue-custom-{:.12}", self.digest)
    }

    /// Returns the identity of this catalogue, for answers that used it.
    pub fn edition(&self) -> Edition {
        Edition { name: self.name(), date: self.date().to_owned(), digest: self.digest.clone() }
    }

    /// Returns the text form: one group of facts a line, sorted.
    pub fn text(&self) -> String {
        let services = self.services().map(|service| &*service.text);
        std::iter::once(self.head_text.as_str()).chain(services).collect()
    }

    /// Returns the packed form.
    pub fn packed(&self) -> Vec<u8> {
        let services: Vec<&Service> = self.services().collect();
        packed::pack(&self.head_text, services.iter().copied())
    }

    /// Returns all services, by prefix.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.entries.iter().map(|entry| self.opened(entry))
    }

    /// Returns the services whose prefix is one of these, by prefix.
    pub fn services_among(&self, is_one: impl Fn(&str) -> bool) -> impl Iterator<Item = &Service> {
        let entries = self.entries.iter().filter(move |entry| is_one(&entry.prefix));
        entries.map(|entry| self.opened(entry))
    }

    /// Returns all prefixes, in order.
    pub fn prefixes(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.prefix.as_str())
    }

    /// Returns the service with this prefix, in any case.
    ///
    /// ```
    /// use iamsat::catalogue::Catalogue;
    /// assert_eq!(Catalogue::embedded().service("SQS").unwrap().title(), "Amazon SQS");
    /// ```
    pub fn service(&self, prefix: &str) -> Option<&Service> {
        self.entries_of(prefix).first().map(|entry| self.opened(entry))
    }

    /// Returns the entry of the service with this prefix, in any case, or none.
    fn entries_of(&self, prefix: &str) -> &[Entry] {
        let wanted = in_lower_case(prefix);
        let place = self.entries.binary_search_by(|entry| entry.prefix.as_str().cmp(&wanted)).ok();
        place.and_then(|place| self.entries.get(place)).map(std::slice::from_ref).unwrap_or_default()
    }

    /// True if AWS no longer offers the service with this prefix, in any case.
    ///
    /// ```
    /// use iamsat::catalogue::Catalogue;
    /// assert!(Catalogue::embedded().is_retired("deepracer"));
    /// ```
    pub fn is_retired(&self, prefix: &str) -> bool {
        self.head.retired.iter().any(|retired| retired.eq_ignore_ascii_case(prefix))
    }

    fn opened<'c>(&'c self, entry: &'c Entry) -> &'c Service {
        entry.service.get_or_init(|| {
            let place = &entry.place;
            let end = place.start + place.length;
            let missing = || CatalogueError::whole("the index names a place that does not exist");
            let text = embedded(self.blocks.get(place.block).ok_or_else(missing)).text();
            let text = embedded(text.get(place.start..end).ok_or_else(missing));
            embedded(read_service(text, 1))
        })
    }

    fn list_keys(&self) -> &KeyNames {
        self.list_keys.get_or_init(|| match self.blocks.get(1) {
            Some(block) => KeyNames::read(block.text().to_owned()),
            None => KeyNames::of_lists(self.services()),
        })
    }

    /// Returns the action with this name, in any case.
    pub fn action(&self, text: &str) -> Option<Action<'_>> {
        let (prefix, name) = text.split_once(':')?;
        let service = self.service(prefix)?;
        let number = service.find_action(name)?;
        Some(Action::new(self, service, number))
    }

    /// Returns all actions of one service, by name.
    pub fn actions_of<'c>(&'c self, service: &'c Service) -> impl Iterator<Item = Action<'c>> {
        (0..service.action_count()).map(move |number| Action::new(self, service, number))
    }

    /// Returns the actions whose full names in lower case start with this text, by name; none for a text without a colon.
    ///
    /// ```
    /// use iamsat::catalogue::Catalogue;
    /// let aws = Catalogue::embedded();
    /// let names: Vec<&str> = aws.starting_with("sqs:receive").map(|action| action.name()).collect();
    /// assert_eq!(names, ["ReceiveMessage"]);
    /// assert_eq!(aws.starting_with("sq").count(), 0);
    /// ```
    pub fn starting_with<'c>(&'c self, start: &str) -> impl Iterator<Item = Action<'c>> + use<'c> {
        let (prefix, name) = start.split_once(':').unwrap_or_default();
        let service = self.service(prefix);
        let numbers = service.map(|service| service.actions_starting_with(name));
        let actions = numbers.into_iter().flatten();
        actions.filter_map(move |number| service.map(|service| Action::new(self, service, number)))
    }

    /// Returns the actions that AWS lists at one of these levels, by service and name.
    ///
    /// ```
    /// use iamsat::catalogue::{Catalogue, Level};
    /// let aws = Catalogue::embedded();
    /// assert_eq!(aws.at_levels(&[Level::PermissionsManagement]).count(), 573);
    /// ```
    pub fn at_levels<'c, 'l>(
        &'c self,
        levels: &'l [Level],
    ) -> impl Iterator<Item = Action<'c>> + use<'c, 'l> {
        let services = self.entries.iter().take_while(|_| !levels.is_empty());
        let actions = services.flat_map(|entry| self.actions_of(self.opened(entry)));
        actions.filter(|action| levels.iter().any(|level| action.levels().contains(*level)))
    }

    /// Returns the actions that a pattern matches, by service and name.
    ///
    /// ```
    /// use iamsat::{catalogue::Catalogue, policy::ActionPattern};
    /// let pattern = ActionPattern::new("s3:*ObjectTagging").unwrap();
    /// let names: Vec<String> = Catalogue::embedded().matching(&pattern).map(|action| action.full_name()).collect();
    /// assert_eq!(names, ["s3:DeleteObjectTagging", "s3:GetObjectTagging", "s3:PutObjectTagging"]);
    /// ```
    pub fn matching<'c, 'p>(
        &'c self,
        pattern: &'p ActionPattern,
    ) -> impl Iterator<Item = Action<'c>> + use<'c, 'p> {
        let mut fields = pattern.glob.split_fields(1).into_iter();
        let (service, name) = (fields.next(), fields.next());
        let entries = match service.as_ref().and_then(Template::as_literal) {
            Some(prefix) if !pattern.is_any() => self.entries_of(prefix),
            _ => &self.entries,
        };
        let is_possible = move |prefix: &str| {
            pattern.is_any() || service.as_ref().is_some_and(|service| pattern::matches(service, prefix))
        };
        let services =
            entries.iter().filter(move |entry| is_possible(&entry.prefix)).map(|entry| self.opened(entry));
        // An action has one colon, so the service and the name match by themselves.
        let start = match name.as_ref().and_then(|name| name.parts().first()) {
            Some(Part::Text(start)) => start.to_string(),
            _ => String::new(),
        };
        let actions = services.flat_map(move |service| {
            let numbers = service.actions_starting_with(&start);
            numbers.map(move |number| Action::new(self, service, number))
        });
        actions.filter(move |action| {
            pattern.is_any()
                || name.as_ref().is_some_and(|name| pattern::matches(name, action.name_in_lower_case()))
        })
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl LazyBlock {
    fn text(&self) -> &str {
        self.text.get_or_init(|| embedded(self.packed.text()))
    }
}

/// Returns the text in lower case; most names are.
fn in_lower_case(text: &str) -> Cow<'_, str> {
    match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(text.to_ascii_lowercase()),
        false => Cow::Borrowed(text),
    }
}

/// Takes a part of the embedded catalogue, which a test reads as a whole; other files are checked when they are read.
fn embedded<T>(part: Result<T, CatalogueError>) -> T {
    match part {
        Ok(part) => part,
        Err(fault) => broken(&format!("the embedded catalogue is valid: {fault}")),
    }
}
